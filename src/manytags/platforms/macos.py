"""macOS: ``macosx_X_Y_FORMAT``. Versions and binary formats are Apple's, the order of the ladder is packaging's."""

from __future__ import annotations

from ..errors import InvalidFacts, InvalidTag, InvalidTarget
from ..tags.text import parse_number
from . import Evidence, Platform
from .macos_told import AS_TOLD, oldest_pip_of, told_as
from .tag import Miss, Need, PlatformTag, Takers, VersionRange
from .versions import describe_with_version, pair_of_facts, pair_of_platform, read_marker, split_version
from .words import assumed, split_machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from . import ReadsFacts
    from .tag import Index
    from .words import Named

AppleVersion = tuple[int, int]

TITLE = "macOS"
NAMES = {  # the version is uv's
    "macos": "macosx_13_0_arm64",
    "osx-64": "macosx_13_0_x86_64",  # conda's
    "osx-arm64": "macosx_13_0_arm64",
    "aarch64-apple-darwin": "macosx_13_0_arm64",
    "x86_64-apple-darwin": "macosx_13_0_x86_64",
}
COMMON = ("x86_64", "arm64")
RETIRED = ("i386", "ppc64", "ppc")
EXAMPLES = (
    *("macosx_14_0_arm64", "macosx_10_9_x86_64", "macosx_11_0_universal2", "macosx_10_6_intel", "macosx_10_4_fat"),
    *("macosx_10_5_ppc64", "macosx_10_6_i386", "macosx_10_3_ppc", "macosx_13_3_arm64", "macosx_10_0_x86_64"),
)

#: Machine -> binary formats that it can load, best first, and the macOS versions (from, to) that have them.
#: The file formats are Apple's ``lipo`` combinations as distutils named them; Arm came with macOS 11.
MAC_FORMATS: dict[str, tuple[tuple[str, ...], AppleVersion, AppleVersion | None]] = {
    "x86_64": (("x86_64", "intel", "fat64", "fat3", "universal2", "universal"), (10, 4), None),
    "arm64": (("arm64", "universal2"), (10, 0), None),
    "i386": (("i386", "intel", "fat3", "fat", "universal"), (10, 4), None),
    "ppc64": (("ppc64", "fat64", "universal"), (10, 4), (10, 5)),
    "ppc": (("ppc", "fat3", "fat", "universal"), (10, 0), (10, 6)),
}

#: What other systems call a machine -> what macOS tags call it.
SPELLINGS = {"amd64": "x86_64", "aarch64": "arm64"}

#: What people call the system, and its machines; GitHub's large runners are Intel's, the larger ones Apple's.
WORDS = ("macos", "macosx", "osx", "darwin", "mac")
MACHINE_WORDS = {
    **dict.fromkeys(("arm64", "aarch64", "xlarge"), "arm64"),
    **dict.fromkeys(("64", "amd64", "x64", "x86-64", "intel", "large"), "x86_64"),
}
#: The version to assume is uv's. GitHub's runners, which name no machine, are Apple's own from this version on.
ASSUMED_VERSION, FIRST_ARM_RUNNER = (13, 0), (14, 0)

#: macOS 11 runs what was built for these minors of 10; 10.16 is what 11 calls itself to old programs.
MAC_10_MINORS_ON_11 = range(16, 3, -1)


def mac_formats(machine: str, version: AppleVersion) -> tuple[str, ...]:
    """List the binary formats that a machine loads when they are built for a macOS version.

    >>> mac_formats("arm64", (11, 0))
    ('arm64', 'universal2')
    """
    # A target may be named for a format that machines share, as pip's --platform macosx_10_5_intel does.
    unlisted = (machine, "universal") if machine == "intel" else (machine,)
    formats, first, last = MAC_FORMATS.get(machine, (unlisted, (10, 0), None))
    return formats if first <= version and (last is None or version <= last) else ()


class MacOS(PlatformTag):
    """``macosx_X_Y_FORMAT``.

    :param version: the macOS version that the wheel asks for.
    :param format: binary format: one machine's, such as ``arm64``, or several in one file, such as ``universal2``.
    """

    __slots__ = ("format", "version")
    _fields = ("version", "format")
    _kind = 4
    system = "macos"

    version: AppleVersion
    format: str

    def __init__(self, version: AppleVersion, format: str) -> None:  # noqa: A002 - the field's own term
        self._assign(version=version, format=format)

    def __str__(self) -> str:
        return f"macosx_{self.version[0]}_{self.version[1]}_{self.format}"

    @property
    def machine(self) -> str:
        """The binary format."""
        return self.format

    @property
    def need(self) -> Need:
        """The version of macOS."""
        return Need("macos", self.version, f"macOS {self.version[0]}.{self.version[1]}")

    def takers(self) -> Takers:
        """Machines that load the format, from the version on.

        From macOS 11 on interpreters claim a major version's ``.0`` only; no interpreter claims a later minor.
        """
        if self.version >= (11, 1) and self.version[1]:
            return {f"macOS minor that no interpreter claims, {self.format}": (self.version, None)}
        takers = {f"macOS {machine}": self._versions_on(machine) for machine in MAC_FORMATS}
        claimed = {machine: versions for machine, versions in takers.items() if versions is not None}
        return claimed or {f"macOS that no interpreter claims, {self.format}": (self.version, None)}

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

    def platform(self) -> Platform:
        """Describe a Mac with just this version; a file for several machines names none."""
        if self.format.startswith(("universal", "fat", "intel")):
            reason = f"{self.format} is a file for several machines; name one, as arm64 or x86_64"
            raise InvalidTarget(str(self), reason)
        return Platform("macos", self.format, version=self.version)

    def machines(self) -> list[str]:
        """List the machines that load the format."""
        takers = self.takers()
        # Ladders let any machine but x86_64 take old universal2 files from macOS 11 on; of these Arm alone exists.
        loading = [machine for machine, (formats, _, _) in MAC_FORMATS.items() if self.format in formats]
        return [machine for machine in loading if f"macOS {machine}" in takers and max(self.version) < 1000]

    def _is_for(self, platform: Platform) -> bool:
        return self.format in MAC_FORMATS.get(platform.arch, ((platform.arch,), (10, 0), None))[0]

    def misses(self, platform: Platform, evidence: tuple[Evidence, ...]) -> list[Miss]:
        """As all tags, but some numbers are told in place of newer ones."""
        found = super().misses(platform, evidence)
        told = told_as(platform.version)
        if told is None or self.version < (told[1], 0):
            return found
        has = f"macOS {told[1]} or newer, told as {told[0]}"
        sentence = f"the wheel needs {self.need.words}; the target has {has} to programs built for older systems"
        miss_of_told = Miss("system_too_old", self.need.words, has, sentence, (TITLE,))
        return [miss_of_told if miss.kind == "system_too_old" else miss for miss in found]

    def why_unclaimed(self) -> str:
        """Look at the format's name, then at the version, then at both together."""
        if all(self.format not in formats for formats, _, _ in MAC_FORMATS.values()):
            if self.format[:1].isdigit():
                return "it is malformed, with three numbers for the version"
            spelled = MACHINE_WORDS.get(self.format)
            return f"macOS calls this architecture {spelled}" if spelled else f"macOS has no code called {self.format}"
        if (10, MAC_10_MINORS_ON_11[0]) < self.version < (11, 0) or max(self.version) > 999:
            return f"there is no {self.need.words}"
        # Ladders give Arm the versions of 10, though it came with 11, and the others those of 11.
        there = COMMON if self.version >= (11, 0) else ("x86_64", *RETIRED)
        ran = any(self.format in mac_formats(machine, self.version) for machine in there)
        return self._why_minor() or ("" if ran else f"no {self.need.words} ran {self.format} code")

    def _why_minor(self) -> str:
        if self.version < (11, 1) or not self.version[1]:
            return ""
        return f"from macOS 11 on they claim major versions only, as macosx_{self.version[0]}_0_{self.format}"

    def _why_unclaimed(self, platform: Platform) -> str:
        old = self.version <= (platform.version or ())
        return self._why_minor() or (f"no {self.need.words} ran {self.format} code" if old else "")

    def instead(self, index: Index) -> str:
        """Name the format as macOS spells it, the next version that the index takes, or a version to build for."""
        spelled = SPELLINGS.get(self.format, self.format)
        if all(spelled not in formats for formats, _, _ in MAC_FORMATS.values()):
            return ""
        own = f"macosx_{self.version[0]}_{self.version[1]}_{spelled}"
        if spelled != self.format and index.takes(own):
            return own
        majors = sorted({last[0] for _, last in index.ranges("macos") if last[0] > 10})
        tags = {major: f"macosx_{major}_0_{spelled}" for major in majors}
        tags = {major: tag for major, tag in tags.items() if index.takes(tag)}
        same = tags.get(self.version[0]) if self.version[1] else None
        later = [tag for major, tag in tags.items() if major > self.version[0]]
        if same and later:
            target = f"MACOSX_DEPLOYMENT_TARGET={self.version[0]}.0"
            return f"{later[0]}, which asks for more; or build it with {target} for {same}"
        if later:
            return later[0]
        best = same or next(reversed(tags.values()), None)
        return f"build it with MACOSX_DEPLOYMENT_TARGET={best.split('_')[1]}.0 for {best}" if best else ""

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> str | None:
        """Return the first pip that knows the version numbers since macOS 11, and files for both its machines."""
        machine, runs = (platform.arch, platform.version or ()) if platform is not None else ("", ())
        return oldest_pip_of(self.version, self.format == "universal2", machine, runs, evidence)

    def _sort_fields(self) -> tuple[object, ...]:
        return (self.version,)


def parse(text: str) -> MacOS | None:
    """Read a macOS tag."""
    if not text.partition("_")[2]:
        return None
    major, minor, last = split_version(text)
    if major is None or minor is None or not last:
        raise InvalidTag(text, "expected macosx_MAJOR_MINOR_FORMAT with two plain numbers")
    return MacOS((major, minor), last)


def ladder(platform: Platform) -> list[str]:
    """Every macOS version from this one down, in every binary format that the machine loads.

    From macOS 11 on a major version is one rung. Below it x86_64 goes on to what ran on 10.x; Arm only to
    ``universal2``, whose x86_64 half may be that old.
    """
    major, minor = pair_of_platform(platform)
    machine = platform.arch
    if major < 11:
        rungs = [(10, older) for older in range(minor, -1, -1)] if major == 10 else []
    else:
        rungs = [(newer, 0) for newer in range(major, 10, -1)]
        if machine == "x86_64":
            rungs += [(10, older) for older in MAC_10_MINORS_ON_11]
    tags = [f"macosx_{version[0]}_{version[1]}_{form}" for version in rungs for form in mac_formats(machine, version)]
    if major >= 11 and machine != "x86_64":
        tags += [f"macosx_10_{older}_universal2" for older in MAC_10_MINORS_ON_11]
    return tags


describe = describe_with_version


def from_name(name: str) -> Named | None:
    """Read ``osx-arm64``, ``macos-14`` or ``macos-10.15-x64``.

    >>> platform, evidence = from_name("macos-14") or ()
    >>> str(platform), str(evidence[0])
    ('macOS 14.0 on arm64', "architecture: arm64 (the name leaves it open; GitHub's runners are)")
    """
    rest, machine = split_machine(name, MACHINE_WORDS)
    system, _, text = rest.partition("-")
    numbers = tuple(parse_number(number) for number in text.replace("-", ".").split(".")[:2])
    version = numbers[0] or 0, (*numbers, 0)[1] or 0
    is_open = text in {"", "latest"}
    if system not in WORDS or not (text or machine):
        return None
    if not is_open and (None in numbers or version < (10, 1) or system == "darwin"):
        return None
    evidence = []
    arch = MACHINE_WORDS.get(machine, "arm64" if is_open or version >= FIRST_ARM_RUNNER else "x86_64")
    if is_open:
        version = ASSUMED_VERSION
        evidence.append(assumed(TITLE, "13.0", "uv takes this version"))
    if not machine:
        evidence.append(assumed("architecture", arch, "GitHub's runners are"))
    return Platform("macos", arch, version=version), tuple(evidence)


def infer(facts: ReadsFacts, evidence: list[Evidence]) -> Platform:
    """Conclude version and machine; what runs decides, so pointers count before what the kernel says."""
    version = pair_of_facts(facts, "macos_version")
    machine = facts.text("machine")
    if facts.number("pointer_size") == 4:
        machine = "ppc" if machine.lower().startswith(("ppc", "power")) else "i386"
    machine = {"Power Macintosh": "ppc"}.get(machine, machine)
    if not machine:
        raise InvalidFacts("machine", "facts lack 'machine'; macOS's tags are made of it")
    translated = "; under Rosetta: sysctl.proc_translated is 1" if facts.number("proc_translated") == 1 else ""
    because = f"{facts.seen('machine')}; {facts.number('pointer_size')}-byte pointers{translated}"
    evidence += [
        Evidence("architecture", machine, because),
        Evidence("macOS", f"{version[0]}.{version[1]}", facts.seen("macos_version")),
    ]
    told = facts.text("macos_told")
    if told and told_as(version) is None:
        evidence.append(Evidence(AS_TOLD, told, f"{facts.seen('macos_told')}, as to programs built for older systems"))
    return Platform("macos", machine, version=version)


def sysconfig_platform(platform: Platform) -> str:
    """Write a text such as ``macosx-14.0-arm64``."""
    return f"macosx-{'.'.join(map(str, platform.version or ()))}-{platform.arch}"


def facts_from_sysconfig(fields: list[str]) -> dict[str, object]:
    """Read version and machine."""
    return {"macos_version": fields[0], "machine": fields[1]} if len(fields) == 2 else {}


def machines() -> tuple[str, ...]:
    """List the Macs that today's Pythons run on."""
    return COMMON


def markers(platform: Platform) -> tuple[str, str, str, tuple[str, ...]]:
    """``platform_machine`` is what tags call the machine."""
    return "posix", "darwin", "Darwin", (platform.arch,)


def from_markers(machine: str, environment: Mapping[str, str]) -> Platform | None:
    """Conclude the version from that of Darwin's kernel."""
    release = read_marker(environment, "platform_release").partition(".")[0]
    if not (release.isascii() and release.isdigit() and len(release) < 4 and machine in MAC_FORMATS):
        return None
    return Platform("macos", machine, version=macos_from_darwin(int(release)))


def macos_from_darwin(major: int) -> AppleVersion:
    """Translate the major version of Darwin's kernel to the macOS it came with.

    >>> macos_from_darwin(19), macos_from_darwin(23), macos_from_darwin(25)
    ((10, 15), (14, 0), (26, 0))
    """
    if major < 20:
        return 10, max(major - 4, 0)
    return (major - 9, 0) if major < 25 else (major + 1, 0)
