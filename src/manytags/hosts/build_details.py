"""``build-details.json`` (:pep:`739`), in which an installed Python describes itself: read and written. Pure."""

from __future__ import annotations

import json

from ..documents import Document, Mismatch, load_document, read_integer, read_string, read_strings
from ..errors import InvalidFacts
from ..platforms import Evidence, Platform, family, release_numbers, tag_text
from ..platforms.linux.architectures import architectures
from ..platforms.names import platform_from_name
from ..platforms.parse import system_from_tag
from ..tags import SYSTEMS
from ..tags.text import parse_number
from ..targets import Target
from ..targets.formats import read_tag_text
from ..targets.markers import marker_environment
from . import Facts, target_from_facts

#: Names of 32-bit machines that are not in Linux's table of architectures; 32-bit Arm has many more.
OTHER_32_BIT = ("i486", "wasm32", "win32")
#: ``releaselevel`` to its spelling in versions, and its digit in ``sys.hexversion``.
LEVELS = {"alpha": ("a", 0xA), "beta": ("b", 0xB), "candidate": ("rc", 0xC), "final": ("", 0xF)}

_SEEN = "build-details.json"


def target_from_build_details(text: str, platform: str | Platform | None = None) -> Target:
    """Read the target of an installed Python from its ``build-details.json``.

    The file describes the build and the machine, but not the C library of Linux: without ``platform`` the only platform
    tags are bare ``linux_*``.

    :param text: the JSON, at most a million characters. Unknown keys are ignored, as the PEP requires.
    :param platform: the platform, or its name, such as ``debian-13-x86_64``, if more is known about it.
    :raises InvalidFacts: the text is not such a file.
    :raises InvalidTarget: no platform has this name.

    >>> from manytags import target
    >>> there = target("3.14t", "debian-13-x86_64")
    >>> text = target_to_build_details(there, "/usr")
    >>> target_from_build_details(text, "debian-13-x86_64").triples() == there.triples()
    True

    Rule: :pep:`739`, build-details.json 1.0.
    """
    target = target_from_facts(facts_from_build_details(text))
    if platform is None:
        target.platform_tags()  # a platform without a ladder is an error here, not when the target is first used
        return target
    described = platform_from_name(platform) if isinstance(platform, str) else platform
    evidence = (*target.evidence, Evidence("platform", str(described), "named by the caller"))
    return Target(target.python, described, target.options, evidence)


def facts_from_build_details(text: str) -> Facts:
    """Read the facts in a ``build-details.json``.

    :param text: the JSON, at most a million characters.
    :raises InvalidFacts: the text is not such a file.
    """
    document = load_document(text, _SEEN, InvalidFacts)
    schema = document.take("schema_version", read_string)
    if schema.partition(".")[0] != "1":
        raise InvalidFacts(text, f"it has schema version {schema}; this manytags reads version 1")
    platform = document.take("platform", _read_platform)
    system = system_from_tag(tag_text(platform))
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
        # A 32-bit Python may be built on a 64-bit kernel, which is in the platform. Then only multiarch is right.
        "pointer_size": 4 if _is_32_bit(multiarch.partition("-")[0] or platform.rpartition("-")[2]) else 8,
        "abiflags": flags,
        "debug": "d" in flags,
        "free_threaded": "t" in flags,
        "extension_suffixes": extensions,
        "multiarch": multiarch,
        "sys_platform": SYSTEMS[system][0] if system in SYSTEMS else platform.partition("-")[0],
        "sysconfig_platform": platform,
    }
    values.update(family(system).facts_from_sysconfig(platform.split("-")[1:]))
    return Facts(values, dict.fromkeys(values, _SEEN))


def _read_platform(value: object) -> str:
    """Read a string that becomes a platform tag after its dots and dashes are replaced."""
    text = read_string(value)
    read_tag_text(tag_text(text))
    return text


def _read_number(value: object) -> int:
    """Read a number of a version."""
    number = read_integer(value)
    if not 0 <= number < 1000:
        raise Mismatch("a number below 1000")
    return number


def _is_32_bit(arch: str) -> bool:
    if arch in OTHER_32_BIT or (arch.startswith("arm") and not arch.startswith("arm64")):
        return True
    # A 64-bit kernel runs 32-bit programs too, so a name that both have means a 64-bit machine.
    names: dict[int, set[str]] = {32: set(), 64: set()}
    for row in architectures():
        names[row.bits].update((row.name, row.triplet, *row.kernels, *row.aliases))
    return arch in names[32] - names[64]


def _version(language: Document) -> str:
    """Read the full version, or major and minor alone if the file has no more."""
    if "version_info" not in language.keys():  # noqa: SIM118 - not a dict
        return language.take("version", read_string)
    info = language.section("version_info")
    numbers = [info.take(name, _read_number) for name in ("major", "minor", "micro")]
    level, _ = LEVELS.get(info.take_or("releaselevel", read_string, "final"), LEVELS["final"])
    serial = info.take_or("serial", _read_number, 0)
    return ".".join(map(str, numbers)) + (f"{level}{serial}" if level else "")


def target_to_build_details(target: Target, base_prefix: str) -> str:
    """Write the ``build-details.json`` of an interpreter that a target describes.

    :param target: the target.
    :param base_prefix: the folder where the interpreter is installed; a target does not have it.

    >>> from manytags import target
    >>> json.loads(target_to_build_details(target("3.14", "win_amd64"), "C:/Python"))["platform"]
    'win-amd64'

    Rule: :pep:`739`, build-details.json 1.0.
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
        "platform": family(target.platform.system).sysconfig_platform(target.platform),
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
    """Read the release level and serial of a version, such as ``rc1``, as ``sys.version_info`` has them."""
    letters = full.lstrip("0123456789.")
    for level, (short, _) in LEVELS.items():
        serial = parse_number(letters[len(short) :].rstrip("+"))
        if short and letters.startswith(short) and serial is not None and serial < 16:
            return level, serial
    return "final", 0
