"""``build-details.json`` (:pep:`739`): what an installed Python says of itself, read without running it. Pure."""

from __future__ import annotations

import json

from ..documents import Document, Mismatch, load_document, read_integer, read_string, read_strings
from ..errors import InvalidFacts
from ..tags.text import parse_number
from ..targets import Evidence, Platform, Target
from ..targets.formats import read_tag_text
from ..targets.markers import marker_environment
from ..targets.named import platform_from_name
from . import Facts
from .infer import release_numbers, tag_text, target_from_facts

#: Beginning of ``platform`` -> ``sys.platform``.
SYSTEMS = {"macosx": "darwin", "win": "win32"}
#: Architectures whose pointers have four bytes, besides 32-bit Arm's, which are many.
NARROW = ("i386", "i486", "i586", "i686", "x86", "win32", "mips", "mipsel", "ppc", "riscv32", "s390", "wasm32")
#: ``releaselevel`` -> as versions spell it, and its digit in ``sys.hexversion``.
LEVELS = {"alpha": ("a", 0xA), "beta": ("b", 0xB), "candidate": ("rc", 0xC), "final": ("", 0xF)}

_SEEN = "build-details.json"


def target_from_build_details(text: str, platform: str | Platform | None = None) -> Target:
    """Read what an interpreter takes from its ``build-details.json``.

    The file tells the build and the machine, but on Linux not the C library: without ``platform`` only bare ``linux_*``
    tags follow.

    :param text: the JSON; keys that this manytags does not know are passed over, as the PEP asks.
    :param platform: the platform, or a name of it, such as ``debian-13-x86_64``, where more is known of it.
    :raises InvalidFacts: it is no such file.
    :raises InvalidTarget: nothing is called ``platform``.

    >>> from manytags import target
    >>> there = target("3.14t", "debian-13-x86_64")
    >>> target_from_build_details(target_to_build_details(there, "/usr"), "debian-13-x86_64").triples() == there.triples()
    True

    Rule: :pep:`739`, build-details.json 1.0.
    """
    found = target_from_facts(facts_from_build_details(text))
    if platform is None:
        found.platform_tags()  # a platform that has no ladder is refused here, not when it is first used
        return found
    described = platform_from_name(platform) if isinstance(platform, str) else platform
    evidence = (*found.evidence, Evidence("platform", str(described), "named by the caller"))
    return Target(found.python, described, found.options, evidence)


def facts_from_build_details(text: str) -> Facts:
    """Read the facts that a ``build-details.json`` holds.

    :raises InvalidFacts: it is no such file.
    """
    document = load_document(text, _SEEN, InvalidFacts)
    schema = document.take("schema_version", read_string)
    if schema.partition(".")[0] != "1":
        raise InvalidFacts(text, f"it has schema version {schema}; this manytags reads version 1")
    platform = document.take("platform", _read_platform)
    implementation = document.section("implementation")
    language = document.section("language")
    # Both sections are optional, and so is every key in them.
    abi, suffixes = document.section_or_empty("abi"), document.section_or_empty("suffixes")
    none: tuple[str, ...] = ()
    flags = "".join(abi.take_or("flags", read_strings, none))
    own_suffix = abi.take_or("extension_suffix", read_string, "")
    extensions = suffixes.take_or("extensions", read_strings, (own_suffix,) if own_suffix else none)
    multiarch = implementation.take_or("_multiarch", read_string, "")
    values: dict[str, object] = {
        "implementation": implementation.take("name", read_tag_text),
        "python_version": _version(language),
        # What built it may have had a wider kernel than it has pointers: then only multiarch tells.
        "pointer_size": 4 if _is_narrow(multiarch.partition("-")[0] or platform.rpartition("-")[2]) else 8,
        "abiflags": flags,
        "debug": "d" in flags,
        "free_threaded": "t" in flags,
        "extension_suffixes": extensions,
        "multiarch": multiarch,
        "sys_platform": SYSTEMS.get(platform.partition("-")[0], platform.partition("-")[0]),
        "sysconfig_platform": platform,
    }
    values.update(_system_facts(platform))
    return Facts(values, dict.fromkeys(values, _SEEN))


def _read_platform(value: object) -> str:
    """Read what becomes a platform tag when its dots and dashes are replaced."""
    text = read_string(value)
    read_tag_text(tag_text(text))
    return text


def _read_number(value: object) -> int:
    """Read a part of a version."""
    number = read_integer(value)
    if not 0 <= number < 1000:
        raise Mismatch("a number below 1000")
    return number


def _is_narrow(arch: str) -> bool:
    return arch in NARROW or (arch.startswith("arm") and not arch.startswith("arm64"))


def _version(language: Document) -> str:
    """The version to the last letter where it is told, else major and minor."""
    if "version_info" not in language.keys():  # noqa: SIM118 - no dict
        return language.take("version", read_string)
    info = language.section("version_info")
    numbers = [info.take(name, _read_number) for name in ("major", "minor", "micro")]
    level, _ = LEVELS.get(info.take_or("releaselevel", read_string, "final"), LEVELS["final"])
    serial = info.take_or("serial", _read_number, 0)
    return ".".join(map(str, numbers)) + (f"{level}{serial}" if level else "")


def _system_facts(platform: str) -> dict[str, object]:
    """What is in ``platform`` besides its architecture: ``macosx-14.0-arm64``, ``android-24-arm64_v8a``."""
    name, *fields = platform.split("-")
    if name == "macosx" and len(fields) == 2:
        return {"macos_version": fields[0], "machine": fields[1]}
    if name == "ios" and len(fields) > 1:
        return {"ios_version": fields[0], "multiarch": "-".join(fields[1:])}
    level = parse_number(fields[0]) if fields else None
    if name == "android" and len(fields) > 1 and level is not None:
        return {"android_api_level": level}
    return {}


def target_to_build_details(target: Target, base_prefix: str) -> str:
    """Write the ``build-details.json`` that an interpreter of a target's kind has, as far as the target tells.

    :param target: the machine.
    :param base_prefix: where the interpreter is installed, which no target tells.
    """
    python = target.python
    markers = marker_environment(target)
    full = python.full_version or ""
    numbers = (*(release_numbers(full) or python.version), 0, 0)[:3]
    level, serial = _release_level(full)
    version: dict[str, object] = dict(zip(("major", "minor", "micro"), numbers, strict=True))
    version |= {"releaselevel": level, "serial": serial}
    flags = python.abis[0].lstrip("cp0123456789") if python.implementation == "cpython" and python.abis else ""
    document: dict[str, object] = {
        "schema_version": "1.0",
        "base_prefix": base_prefix,
        "platform": _platform_text(target.platform),
        "language": {"version": markers["python_version"], "version_info": version},
        "implementation": {
            "name": python.implementation,
            "version": version,
            "cache_tag": f"{python.implementation}-{numbers[0]}{numbers[1]}",
            "hexversion": numbers[0] << 24 | numbers[1] << 16 | numbers[2] << 8 | LEVELS[level][1] << 4 | serial,
        },
        "abi": {"flags": list(flags)},
    }
    if python.implementation != "cpython" and python.abis:
        document["suffixes"] = {"extensions": [f".{python.abis[0].replace('_', '-')}.so"]}
    return json.dumps(document, indent=2)


def _release_level(full: str) -> tuple[str, int]:
    """Read what stands behind the numbers of a version, such as ``rc1``, as ``sys.version_info`` has it."""
    letters = full.lstrip("0123456789.")
    for level, (short, _) in LEVELS.items():
        serial = parse_number(letters[len(short) :].rstrip("+"))
        if short and letters.startswith(short) and serial is not None and serial < 16:
            return level, serial
    return "final", 0


def _platform_text(platform: Platform) -> str:
    """Write a platform as ``sysconfig.get_platform()`` does."""
    version = ".".join(map(str, platform.version or ()))
    family, _, rest = platform.arch.partition("_")
    numbers, _, machine = rest.rpartition("_")
    texts = {
        "linux": f"linux-{platform.arch}",
        "macos": f"macosx-{version}-{platform.arch}",
        "windows": platform.arch.replace("win_", "win-"),
        "ios": f"ios-{version}-{platform.arch.rpartition('_')[0]}-{platform.arch.rpartition('_')[2]}",
        "android": f"android-{version}-{platform.arch}",
        "emscripten": "-".join(filter(None, [family, numbers.replace("_", "."), machine])),
    }
    return texts.get(platform.system, platform.arch)
