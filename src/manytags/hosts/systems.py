"""From facts to a platform, on the systems that are not Linux. Pure."""

from __future__ import annotations

from ..errors import InvalidFacts
from ..targets import Evidence, Platform
from . import Facts
from .infer import release_numbers, tag_text


def infer_system(facts: Facts, evidence: list[Evidence]) -> Platform:
    """Conclude the platform of an interpreter that says it is not on Linux.

    :raises InvalidFacts: what the system's tags are made of was not seen.
    """
    kind = facts.text("sys_platform")
    special = {"darwin": _macos, "ios": _ios, "android": _android, "emscripten": _emscripten}.get(kind)
    if special is not None:
        return special(facts, evidence)
    tag = tag_text(facts.text("sysconfig_platform"))
    if not tag:
        raise InvalidFacts(kind, "facts lack 'sysconfig_platform', from which the platform tag follows")
    evidence.append(Evidence("platform", tag, facts.seen("sysconfig_platform")))
    return Platform("windows" if kind == "win32" else "other", tag)


def _macos(facts: Facts, evidence: list[Evidence]) -> Platform:
    version = _pair(facts, "macos_version")
    machine = facts.text("machine")
    if facts.number("pointer_size") == 4:
        machine = "ppc" if machine.lower().startswith(("ppc", "power")) else "i386"
    machine = {"Power Macintosh": "ppc"}.get(machine, machine)
    _require(machine, "machine", "macOS")
    evidence += [
        Evidence("architecture", machine, f"{facts.seen('machine')}; {facts.number('pointer_size')}-byte pointers"),
        Evidence("macOS", f"{version[0]}.{version[1]}", facts.seen("macos_version")),
    ]
    return Platform("macos", machine, version=version)


def _ios(facts: Facts, evidence: list[Evidence]) -> Platform:
    version = _pair(facts, "ios_version")
    multiarch = tag_text(facts.text("multiarch"))
    _require(multiarch, "multiarch", "iOS")
    evidence += [
        Evidence("architecture", multiarch, facts.seen("multiarch")),
        Evidence("iOS", f"{version[0]}.{version[1]}", facts.seen("ios_version")),
    ]
    return Platform("ios", multiarch, version=version)


def _android(facts: Facts, evidence: list[Evidence]) -> Platform:
    level = facts.number("android_api_level")
    if level is None:
        raise InvalidFacts("android", "facts lack 'android_api_level'")
    abi = tag_text(facts.text("sysconfig_platform").rpartition("-")[2])
    _require(abi, "sysconfig_platform", "Android")
    evidence += [
        Evidence("architecture", abi, facts.seen("sysconfig_platform")),
        Evidence("Android", f"API level {level}", facts.seen("android_api_level")),
    ]
    return Platform("android", abi, version=(level,))


def _emscripten(facts: Facts, evidence: list[Evidence]) -> Platform:
    """Pyodide. Its ``confstr`` says glibc, because Emscripten copied the answer; it is not."""
    arch = tag_text(facts.text("sysconfig_platform"))
    text = facts.text("pyemscripten_version")
    fields = text.split("_")
    usable = len(fields) < 6 and all(field.isascii() and field.isdigit() and len(field) < 5 for field in fields)
    version = tuple(map(int, fields)) if usable else None
    evidence.append(Evidence("architecture", arch, facts.seen("sysconfig_platform")))
    if version:
        evidence.append(Evidence("Pyodide ABI", text, facts.seen("pyemscripten_version")))
    return Platform("emscripten", arch, version=version)


def _require(value: str, name: str, system: str) -> None:
    if not value:
        raise InvalidFacts(name, f"facts lack {name!r}, of which the tags of {system} are made")


def _pair(facts: Facts, name: str) -> tuple[int, int]:
    numbers = (*release_numbers(facts.text(name)), 0)
    if len(numbers) < 2:
        raise InvalidFacts(facts.text(name), f"facts lack a version in {name!r}")
    return numbers[0], numbers[1]
