"""The rules of macOS and iOS tags: which code contradicts a tag, and which tags would be true. Pure.

A file declares the oldest system that it is for. dyld does not enforce that for libraries, but nothing promises that
the file works on an older one. On Apple's processors macOS refuses code without a signature; development systems of
iOS sign it later.

Rule: Apple's ``mach-o/loader.h``; dyld ``common/MachOFile.cpp``, ``loadableIntoProcess``; Apple TN3126 on signatures;
:pep:`730`; the order of binary formats is that of :mod:`manytags.platforms.macos`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..binaries.binary import Binary
from ..platforms.macos import MAC_FORMATS
from ..platforms.parse import parse_platform
from ..platforms.tag import PlatformTag
from .foreign import ForeignFile, foreign_modules
from .foreign_linking import ForeignLinking
from .modules import misnamed
from .rules import THE_WHEEL, Violation, ViolationKind

Version = tuple[int, int]

#: Systems of tags.
SYSTEMS = ("macos", "ios")
#: The slices that a machine loads besides its own.
_ALIKE = {"x86_64h": "x86_64"}
#: The first versions for arm64, which linkers write for all older ones (LLVM ``Triple::getMinimumSupportedOSVersion``).
_FIRST_ON_ARM = {"macOS": (11, 0), "iOS simulator": (14, 0)}
#: The macOS that followed 15.
_AFTER_15 = 26


def machine_of(binary: Binary) -> str:
    """Return the processor whose processes load a slice."""
    return _ALIKE.get(binary.architecture, binary.architecture)


def machines(tag: PlatformTag) -> tuple[str, ...]:
    """List the processors that a tag claims.

    >>> machines(parse_platform("macosx_11_0_universal2"))
    ('x86_64', 'arm64')
    """
    if tag.system == "ios":
        return (tag.machine.rpartition("_")[0],)
    if tag.machine in MAC_FORMATS:
        return (tag.machine,)
    return tuple(machine for machine, (formats, _, _) in MAC_FORMATS.items() if tag.machine in formats)


def violations(files: Sequence[ForeignFile], tag: PlatformTag, linking: ForeignLinking) -> Iterator[Violation]:
    """List every way in which files contradict a tag.

    Modules, and what any of their slices loads, are for every processor of the tag. Programs and other files may be for
    one of them, but some file is for each.

    :param files: all Mach-O files of the wheel.
    :param tag: the tag.
    :param linking: which libraries a loader takes from the wheel.
    """
    yield from misnamed(foreign_modules(files), tag.machine.rpartition("_")[2] if tag.system == "ios" else "darwin")
    slices = {file.name: {machine_of(binary): binary for binary in file.code} for file in files}
    for machine in machines(tag):
        bound = linking.loaded
        if not bound and not any(machine in each for each in slices.values()):
            bound = {name for name, each in slices.items() if each}
        for name, each in slices.items():
            if machine in each:
                yield from _violations(each[machine], tag, machine)
            elif each and name in bound:
                what = f"{' and '.join(each)} without {machine}"
                yield Violation(name, ViolationKind.ARCHITECTURE, what, None, tuple(each))
        if not any(slices.values()):
            yield Violation(THE_WHEEL, ViolationKind.ARCHITECTURE, f"no file of the wheel is for {machine}")


def _violations(binary: Binary, tag: PlatformTag, machine: str) -> Iterator[Violation]:
    system = "macOS"
    if tag.system == "ios":
        system = "iOS simulator" if tag.machine.endswith("simulator") else "iOS"
    floors = {floor.system: floor for floor in binary.floors}
    if floors and system not in floors:
        yield Violation(binary.name, ViolationKind.SYSTEM, f"for {' and '.join(floors)}, on {machine}", None, (system,))
    elif floors and tag.need is not None:
        version, least = floors[system].version, tag.need.version
        if machine == "arm64":
            least = max(least, _FIRST_ON_ARM.get(system, least))
        if version[:2] > least:
            text = f"declares {system} {version[0]}.{version[1]}, on {machine}"
            yield Violation(binary.name, ViolationKind.SYSTEM_VERSION, text)
    if system == "macOS" and machine == "arm64" and not binary.signed:
        yield Violation(binary.name, ViolationKind.SIGNATURE, "no signature, without which macOS refuses arm64 code")


def true_tags(files: Sequence[ForeignFile], linking: ForeignLinking) -> tuple[str, ...]:
    """List the tags that nothing contradicts: of each system, those for the most processors.

    The versions are those that the files declare. From macOS 11 on, no interpreter claims a minor version.
    """
    code = [binary for file in files for binary in file.code]
    present = {machine_of(binary) for binary in code}
    candidates = []
    names = dict.fromkeys(name for formats, _, _ in MAC_FORMATS.values() for name in formats)
    # Names for most processors first; of names for the same ones, the first is the usual one.
    for name in sorted(names, key=lambda name: -len(machines(parse_platform(f"macosx_11_0_{name}")))):
        needed = set(machines(parse_platform(f"macosx_11_0_{name}")))
        if needed <= present:
            candidates.append("macosx_{}_{}_{}".format(*_macos_version(code, needed), name))
    for sdk, system in (("iphoneos", "iOS"), ("iphonesimulator", "iOS simulator")):
        versions = [floor.version[:2] for binary in code for floor in binary.floors if floor.system == system]
        if versions:
            candidates += ["ios_{}_{}_{}_{}".format(*max(versions), machine, sdk) for machine in sorted(present)]
    true = [tag for tag in map(parse_platform, candidates) if not any(violations(files, tag, linking))]
    return tuple(
        str(tag) for place, tag in enumerate(true) if not any(_is_better(other, tag) for other in true[:place])
    )


def _is_better(other: PlatformTag, tag: PlatformTag) -> bool:
    """Whether a tag that was found before is for as many processors of the same system."""
    return other.system == tag.system == "macos" and set(machines(tag)) <= set(machines(other))


def _macos_version(code: Sequence[Binary], needed: set[str]) -> Version:
    """Return the oldest macOS that all code for some processors declares, as tags write it."""
    newest: Version = (10, 4)
    for binary in code:
        machine = machine_of(binary)
        for floor in binary.floors:
            # macOS 11 is the first for Arm, so code for it does not ask for more than code for x86-64 beside it.
            if machine in needed and not (machine == "arm64" and floor.version[:2] <= _FIRST_ON_ARM["macOS"]):
                newest = max(newest, floor.version[:2])
    if needed == {"arm64"}:
        newest = max(newest, _FIRST_ON_ARM["macOS"])
    major, minor = newest
    if major < 11 or not minor:
        return newest
    return (_AFTER_15 if major == 15 else major + 1), 0
