"""Apple platform tags: ``macosx_X_Y_FORMAT`` and ``ios_X_Y_MULTIARCH`` (:pep:`730`)."""

from __future__ import annotations

from ..errors import InvalidTag
from .order import PlatformTag, Takers, VersionRange
from .text import parse_number

AppleVersion = tuple[int, int]

#: Machine -> binary formats that it can load, best first, and the macOS versions (from, to) that have them.
#: The file formats are Apple's ``lipo`` combinations as distutils named them; Arm came with macOS 11.
MAC_FORMATS: dict[str, tuple[tuple[str, ...], AppleVersion, AppleVersion | None]] = {
    "x86_64": (("x86_64", "intel", "fat64", "fat3", "universal2", "universal"), (10, 4), None),
    "arm64": (("arm64", "universal2"), (10, 0), None),
    "i386": (("i386", "intel", "fat3", "fat", "universal"), (10, 4), None),
    "ppc64": (("ppc64", "fat64", "universal"), (10, 4), (10, 5)),
    "ppc": (("ppc", "fat3", "fat", "universal"), (10, 0), (10, 6)),
}

#: macOS 11 runs what was built for these minors of 10; 10.16 is what 11 calls itself to old programs.
MAC_10_MINORS_ON_11 = range(16, 3, -1)

#: iOS versions start here: the first with what CPython needs. Minors have stayed below 10.
FIRST_IOS_MAJOR = 12
LAST_IOS_MINOR = 9


def mac_formats(machine: str, version: AppleVersion) -> tuple[str, ...]:
    """List the binary formats that a machine loads when they are built for a macOS version.

    >>> mac_formats("arm64", (11, 0))
    ('arm64', 'universal2')
    """
    formats, first, last = MAC_FORMATS.get(machine, ((machine,), (10, 0), None))
    return formats if first <= version and (last is None or version <= last) else ()


class MacOS(PlatformTag):
    """``macosx_X_Y_FORMAT``.

    :param version: the macOS version that the wheel asks for.
    :param format: binary format: one machine's, such as ``arm64``, or several in one file, such as ``universal2``.
    """

    __slots__ = ("format", "version")
    _fields = ("version", "format")
    _kind = 4

    version: AppleVersion
    format: str

    def __init__(self, version: AppleVersion, format: str) -> None:  # noqa: A002 - the field's own term
        self._assign(version=version, format=format)

    def __str__(self) -> str:
        return f"macosx_{self.version[0]}_{self.version[1]}_{self.format}"

    def takers(self) -> Takers:
        """Machines that load the format, from the version on.

        From macOS 11 on interpreters claim a major version's ``.0`` only; a later minor is claimed by none of them.
        """
        if self.version >= (11, 1) and self.version[1]:
            return {f"macOS minor that nobody claims, {self.format}": (self.version, None)}
        takers = {f"macOS {machine}": self._versions_on(machine) for machine in MAC_FORMATS}
        found = {machine: versions for machine, versions in takers.items() if versions is not None}
        return found or {f"macOS nobody claims, {self.format}": (self.version, None)}

    def _versions_on(self, machine: str) -> VersionRange | None:
        loads = self.format in mac_formats(machine, self.version)
        if self.version >= (11, 0):
            return (self.version, None) if loads else None
        # A 10.x wheel goes on to macOS 11 for x86_64, or where an x86_64 half is inside (universal2).
        survives = self.version[1] in MAC_10_MINORS_ON_11 and (
            loads if machine == "x86_64" else self.format == "universal2"
        )
        if loads:
            return self.version, None if survives else (11, 0)
        return ((11, 0), None) if survives else None

    def _sort_fields(self) -> tuple[object, ...]:
        return (self.version,)


class IOS(PlatformTag):
    """``ios_X_Y_MULTIARCH``.

    :param version: the iOS version that the wheel asks for.
    :param multiarch: processor and SDK, such as ``arm64_iphoneos``.
    """

    __slots__ = ("multiarch", "version")
    _fields = ("version", "multiarch")
    _kind = 5

    version: AppleVersion
    multiarch: str

    def __init__(self, version: AppleVersion, multiarch: str) -> None:
        self._assign(version=version, multiarch=multiarch)

    def __str__(self) -> str:
        return f"ios_{self.version[0]}_{self.version[1]}_{self.multiarch}"

    def takers(self) -> Takers:
        """Devices or simulators of this kind, from the version on."""
        major, minor = self.version
        if major < FIRST_IOS_MAJOR:
            return {f"iOS too old for CPython, {self.multiarch}": (self.version, None)}
        end = None if minor <= LAST_IOS_MINOR else (major + 1, 0)
        return {f"iOS {self.multiarch}": (self.version, end)}

    def _sort_fields(self) -> tuple[object, ...]:
        return self.multiarch, self.version


def parse_apple(text: str) -> MacOS | IOS | None:
    """Read a checked text as an Apple platform tag, or return ``None`` where it is of another kind.

    :raises InvalidTag: the text begins like one and is none.
    """
    family, _, rest = text.partition("_")
    if family not in {"macosx", "ios"} or not rest:
        return None
    major_text, _, rest = rest.partition("_")
    minor_text, _, last = rest.partition("_")
    major, minor = parse_number(major_text), parse_number(minor_text)
    what = "FORMAT" if family == "macosx" else "MULTIARCH"
    if major is None or minor is None or not last:
        raise InvalidTag(text, f"expected {family}_MAJOR_MINOR_{what} with two plain numbers")
    return MacOS((major, minor), last) if family == "macosx" else IOS((major, minor), last)
