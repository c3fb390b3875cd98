"""What lief reads from Mach-O and PE files, in the form of our answers."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import asdict
from typing import Any

from manytags.binaries.binary import Binary

Answer = dict[str, Any]

_NEEDED_AS = {
    "LOAD_DYLIB": "required",
    "LOAD_WEAK_DYLIB": "weak",
    "REEXPORT_DYLIB": "re-exported",
    "LOAD_UPWARD_DYLIB": "upward",
    "LAZY_LOAD_DYLIB": "lazy",
}
_SYSTEMS = {"MACOS": "macOS", "IOS": "iOS", "IOS_SIMULATOR": "iOS simulator"}
_MIN_SYSTEMS = {"VERSION_MIN_MACOSX": "macOS", "VERSION_MIN_IPHONEOS": "iOS"}
_KINDS = {
    "OBJECT": "object file",
    "EXECUTE": "executable",
    "DYLIB": "shared object",
    "BUNDLE": "bundle",
    "DSYM": "debug information",
}
_LOADED = {"EXECUTE", "DYLIB", "BUNDLE"}


def ours(binary: Binary) -> Answer:
    """Convert our answer into the form of the peer."""
    return {
        "machine": binary.machine,
        "subtype": binary.subtype,
        "bits": binary.bits,
        "hybrid": binary.architecture if binary.architecture in {"arm64ec", "arm64x"} else None,
        "kind": binary.kind,
        "flags": binary.flags,
        "interpreter": binary.interpreter,
        "soname": binary.soname,
        "needed": sorted(zip(binary.needed, map(str, binary.needed_as), strict=True)),
        "search_paths": list(binary.search_paths),
        "floors": [asdict(floor) for floor in binary.floors],
        "signed": binary.signed,
        "managed": binary.managed,
        "defined": sorted({*binary.defined, *(f"PyInit_{module}" for module in binary.modules)}),
        "undefined": sorted((symbol.name, symbol.library or "", symbol.weak) for symbol in binary.undefined),
    }


def condensed(answer: Answer) -> Answer:
    """Keep what decides verdicts of the undefined symbols, and a digest of all."""
    lines = "\n".join(" ".join(map(str, symbol)) for symbol in answer["undefined"])
    python = [symbol for symbol in answer["undefined"] if symbol[0].startswith(("Py", "_Py"))]
    digest = hashlib.sha256(lines.encode()).hexdigest()[:12]
    return {**answer, "undefined": python, "symbols": [len(answer["undefined"]), digest]}


def by_lief(data: bytes) -> list[Answer]:
    """Ask lief for each slice of a Mach-O file, or for a PE file. None for a library of object files."""
    lief: Any = importlib.import_module("lief")
    lief.logging.disable()
    if not data.startswith(b"MZ"):
        parsed = lief.MachO.parse(list(data))
        return [_macho(binary) for binary in parsed] if parsed is not None else []
    config = lief.PE.ParserConfig()
    config.parse_rsrc = config.parse_reloc = config.parse_signature = False
    return [_pe(lief.PE.parse(list(data), config))]


def _macho(binary: Any) -> Answer:  # noqa: ANN401 - lief is not there for type checkers
    libraries = [(each.name, _NEEDED_AS.get(each.command.name)) for each in binary.libraries]
    needed = [(name, how) for name, how in libraries if how]
    floors, own, paths = [], None, []
    for command in binary.commands:
        kind = command.command.name
        if kind == "BUILD_VERSION" or kind in _MIN_SYSTEMS:
            version = command.minos if kind == "BUILD_VERSION" else command.version
            system = _SYSTEMS.get(command.platform.name) if kind == "BUILD_VERSION" else _MIN_SYSTEMS[kind]
            floors.append({"system": system, "version": list(version), "sdk": list(command.sdk)})
        elif kind == "RPATH":
            paths.append(_text(command.path))
        elif kind == "ID_DYLIB":
            own = command.name
    undefined, defined = [], set()
    for symbol in binary.symbols:
        name = _text(symbol.name).removeprefix("_")
        if symbol.category.name == "UNDEFINED" and symbol.origin.name == "SYMTAB":
            ordinal = symbol.library_ordinal & 0xFF
            named = binary.header.flags & 0x80 and ordinal not in {0, 254, 255}
            weak = bool(symbol.description & 0x40)
            undefined.append((name, needed[ordinal - 1][0] if named else "", weak))
        elif symbol.has_export_info or symbol.category.name == "EXTERNAL":
            defined.add(name)
    loaded = binary.header.file_type.name in _LOADED
    return {
        "machine": binary.header.cpu_type.value,
        "subtype": binary.header.cpu_subtype & 0xFFFFFF,
        "bits": 64 if binary.header.is_64bit else 32,
        "hybrid": None,
        "kind": _KINDS[binary.header.file_type.name],
        "flags": binary.header.flags,
        "interpreter": binary.dylinker.name if binary.has_dylinker else None,
        "soname": own,
        "needed": sorted(needed),
        "search_paths": paths,
        "floors": floors,
        "signed": binary.has_code_signature,
        "managed": False,
        "defined": sorted(name for name in defined if name.startswith(("Py", "_Py"))) if loaded else [],
        "undefined": sorted(undefined) if loaded else [],
    }


def _pe(binary: Any) -> Answer:  # noqa: ANN401 - the same
    imported = [(each, "required") for each in binary.imports] + [(each, "lazy") for each in binary.delay_imports]
    needed: dict[str, str] = {}
    undefined = []
    for library, how in imported:
        needed.setdefault(library.name, how)
        names = [f"#{entry.ordinal}" if entry.is_ordinal else _text(entry.name) for entry in library.entries]
        undefined += [(name, library.name, False) for name in names]
    exports = binary.get_export() if binary.has_exports else None
    for entry in exports.entries if exports else ():
        if entry.is_forwarded:
            library = f"{entry.forward_information.library}.dll"
            needed.setdefault(library, "lazy")
            undefined.append((entry.forward_information.function, library, False))
    hybrid = "arm64ec" if binary.is_arm64ec else "arm64x" if binary.is_arm64x else None
    directories = {each.type.name: each for each in binary.data_directories}
    return {
        "machine": binary.header.machine.value,
        "subtype": 0,
        "bits": 64 if binary.optional_header.magic.name == "PE32_PLUS" else 32,
        "hybrid": hybrid,
        "kind": "shared object" if binary.header.characteristics & 0x2000 else "executable",
        "flags": binary.header.characteristics,
        "interpreter": None,
        "soname": exports.name if exports else None,
        "needed": sorted(needed.items()),
        "search_paths": [],
        "floors": [],
        "signed": directories["CERTIFICATE_TABLE"].size > 0,
        "managed": directories["CLR_RUNTIME_HEADER"].rva > 0,
        "defined": sorted(_text(each.name) for each in exports.entries if each.name.startswith(("Py", "_Py")))
        if exports
        else [],
        "undefined": sorted(undefined),
    }


def _text(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "backslashreplace")
