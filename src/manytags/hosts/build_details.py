"""``build-details.json`` (:pep:`739`): what an installed Python says of itself, read without running it. Pure."""

from __future__ import annotations

import json

from ..documents import Document, load_document, read_integer, read_string, read_strings
from ..errors import InvalidFacts
from ..targets import Evidence, Platform, Target
from ..targets.markers import marker_environment
from ..targets.named import platform_from_name
from . import Facts
from .infer import target_from_facts

#: Beginning of ``platform`` -> ``sys.platform``.
SYSTEMS = {"linux": "linux", "macosx": "darwin", "win32": "win32", "win": "win32", "ios": "ios", "android": "android"}
#: Architectures whose pointers have four bytes.
NARROW = ("i386", "i686", "arm", "armv6l", "armv7l", "armv8l", "mips", "mipsel", "ppc", "riscv32", "s390", "win32")

_SEEN = "build-details.json"


def parse_build_details(text: str, platform: str | Platform | None = None) -> Target:
    """Read what an interpreter takes from its ``build-details.json``.

    The file tells the build and the machine, but on Linux not the C library: without ``platform`` only bare ``linux_*``
    tags follow.

    :param text: the JSON; keys that this manytags does not know are passed over, as the PEP asks.
    :param platform: the platform, or a name of it, such as ``debian-13-x86_64``, where more is known of it.
    :raises InvalidFacts: it is no such file.
    :raises InvalidTarget: nothing is called ``platform``.

    >>> from manytags import target
    >>> there = target("3.14t", "debian-13-x86_64")
    >>> parse_build_details(build_details_from_target(there, "/usr"), "debian-13-x86_64").triples() == there.triples()
    True

    Rule: :pep:`739`, build-details.json 1.0.
    """
    found = target_from_facts(facts_from_build_details(text))
    if platform is None:
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
    platform = document.take("platform", read_string)
    implementation = document.section("implementation")
    language = document.section("language")
    # Both sections are optional, and so is every key in them.
    abi, suffixes = document.section_or_empty("abi"), document.section_or_empty("suffixes")
    none: tuple[str, ...] = ()
    flags = "".join(abi.take_or("flags", read_strings, none))
    own_suffix = abi.take_or("extension_suffix", read_string, "")
    extensions = suffixes.take_or("extensions", read_strings, (own_suffix,) if own_suffix else none)
    values: dict[str, object] = {
        "implementation": implementation.take("name", read_string),
        "python_version": _version(language),
        "pointer_size": 4 if platform.rpartition("-")[2] in NARROW else 8,
        "abiflags": flags,
        "debug": "d" in flags,
        "free_threaded": "t" in flags,
        "extension_suffixes": extensions,
        "multiarch": implementation.take_or("_multiarch", read_string, ""),
        "sys_platform": SYSTEMS.get(platform.partition("-")[0], platform.partition("-")[0]),
        "sysconfig_platform": platform,
    }
    values.update(_system_facts(platform))
    return Facts(values, dict.fromkeys(values, _SEEN))


def _version(language: Document) -> str:
    """The version to the last letter where it is told, else major and minor."""
    if "version_info" not in language.keys():  # noqa: SIM118 - no dict
        return language.take("version", read_string)
    info = language.section("version_info")
    numbers = [info.take(name, read_integer) for name in ("major", "minor", "micro")]
    level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info.take_or("releaselevel", read_string, ""), "")
    serial = info.take_or("serial", read_integer, 0)
    return ".".join(map(str, numbers)) + (f"{level}{serial}" if level else "")


def _system_facts(platform: str) -> dict[str, object]:
    """What is in ``platform`` besides its architecture: ``macosx-14.0-arm64``, ``android-24-arm64_v8a``."""
    name, *fields = platform.split("-")
    if name == "macosx" and len(fields) == 2:
        return {"macos_version": fields[0], "machine": fields[1]}
    if name == "ios" and len(fields) > 1:
        return {"ios_version": fields[0], "multiarch": "-".join(fields[1:])}
    if name == "android" and len(fields) > 1 and fields[0].isdigit() and len(fields[0]) < 4:
        return {"android_api_level": int(fields[0])}
    return {}


def build_details_from_target(target: Target, base_prefix: str) -> str:
    """Write the ``build-details.json`` that an interpreter of a target's kind has, as far as the target tells.

    :param target: the machine.
    :param base_prefix: where the interpreter is installed, which no target tells.
    """
    python = target.python
    markers = marker_environment(target)
    numbers = [int(field) if field.isdigit() else 0 for field in markers["python_full_version"].split(".")[:3]]
    version = dict(zip(("major", "minor", "micro"), numbers, strict=False)) | {"releaselevel": "final", "serial": 0}
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
            "hexversion": numbers[0] << 24 | numbers[1] << 16 | numbers[2] << 8 | 0xF0,
        },
        "abi": {"flags": list(flags)},
    }
    if python.implementation != "cpython" and python.abis:
        document["suffixes"] = {"extensions": [f".{python.abis[0].replace('_', '-')}.so"]}
    return json.dumps(document, indent=2)


def _platform_text(platform: Platform) -> str:
    """Write a platform as ``sysconfig.get_platform()`` does."""
    version = ".".join(map(str, platform.version or ()))
    texts = {
        "linux": f"linux-{platform.arch}",
        "macos": f"macosx-{version}-{platform.arch}",
        "windows": platform.arch.replace("win_", "win-"),
        "ios": f"ios-{version}-{platform.arch.rpartition('_')[0]}-{platform.arch.rpartition('_')[2]}",
        "android": f"android-{version}-{platform.arch}",
    }
    return texts.get(platform.system, platform.arch)
