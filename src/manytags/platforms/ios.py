"""iOS: ``ios_X_Y_MULTIARCH`` (:pep:`730`). The order and the ends of the ladder are packaging's."""

from __future__ import annotations

from ..errors import InvalidFacts, InvalidTag
from . import Evidence, Platform, tag_text
from .tag import Need, PlatformTag, Takers
from .versions import describe_with_version, no_platform_from_markers, pair_of_facts, pair_of_platform, split_version
from .words import no_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import ReadsFacts

TITLE = "iOS"
NAMES = {  # the version is uv's
    "arm64-apple-ios": "ios_13_0_arm64_iphoneos",
    "ios-arm64": "ios_13_0_arm64_iphoneos",
    "arm64-apple-ios-simulator": "ios_13_0_arm64_iphonesimulator",
    "x86_64-apple-ios-simulator": "ios_13_0_x86_64_iphonesimulator",
}
COMMON: tuple[str, ...] = ()
RETIRED: tuple[str, ...] = ()
EXAMPLES = (
    *("ios_13_0_arm64_iphoneos", "ios_17_4_arm64_iphonesimulator", "ios_13_0_x86_64_iphonesimulator"),
    *("ios_11_0_arm64_iphoneos", "ios_13_12_arm64_iphoneos"),
)

#: The first iOS with what CPython needs. Minors have stayed below 10.
FIRST_IOS_MAJOR = 12
LAST_IOS_MINOR = 9
#: The first pip that takes iOS tags.
FIRST_PIP = "24.3"


class IOS(PlatformTag):
    """``ios_X_Y_MULTIARCH``.

    :param version: the iOS version that the wheel asks for.
    :param multiarch: processor and SDK, such as ``arm64_iphoneos``.
    """

    __slots__ = ("multiarch", "version")
    _fields = ("version", "multiarch")
    _kind = 5
    system = "ios"

    version: tuple[int, int]
    multiarch: str

    def __init__(self, version: tuple[int, int], multiarch: str) -> None:
        self._assign(version=version, multiarch=multiarch)

    def __str__(self) -> str:
        return f"ios_{self.version[0]}_{self.version[1]}_{self.multiarch}"

    @property
    def machine(self) -> str:
        """Processor and SDK."""
        return self.multiarch

    @property
    def need(self) -> Need:
        """The version of iOS."""
        return Need("ios", self.version, f"iOS {self.version[0]}.{self.version[1]}")

    def takers(self) -> Takers:
        """Devices or simulators of this kind, from the version on."""
        major, minor = self.version
        if major < FIRST_IOS_MAJOR:
            return {f"iOS too old for CPython, {self.multiarch}": (self.version, None)}
        end = None if minor <= LAST_IOS_MINOR else (major + 1, 0)
        return {f"iOS {self.multiarch}": (self.version, end)}

    def platform(self) -> Platform:
        """Describe a device with just this version."""
        return Platform("ios", self.multiarch, version=self.version)

    def machines(self) -> list[str]:
        """List the one kind of device, unless its version is one that no device has."""
        return [self.multiarch] if FIRST_IOS_MAJOR <= self.version[0] < 1000 > self.version[1] else []

    def why_unclaimed(self) -> str:
        """Look at the device, then at the version."""
        if self.multiarch not in machines():
            return f"iOS has {', '.join(machines())}"
        return "" if self.machines() else f"CPython runs from iOS {FIRST_IOS_MAJOR} on"

    def _why_unclaimed(self, platform: Platform) -> str:
        old = self.version <= (platform.version or ())
        return "iOS had no such version, or none that runs CPython" if old else ""

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> str:
        """Return the first pip that knows :pep:`730`."""
        del platform, evidence
        return FIRST_PIP

    def _sort_fields(self) -> tuple[object, ...]:
        return self.multiarch, self.version


def parse(text: str) -> IOS | None:
    """Read an iOS tag."""
    if not text.partition("_")[2]:
        return None
    major, minor, multiarch = split_version(text)
    if major is None or minor is None or not multiarch:
        raise InvalidTag(text, "expected ios_MAJOR_MINOR_MULTIARCH with two plain numbers")
    return IOS((major, minor), multiarch)


def ladder(platform: Platform) -> list[str]:
    """This iOS version and all before it, down to the first that can run CPython."""
    major, minor = pair_of_platform(platform)
    if major < FIRST_IOS_MAJOR:
        return []
    rungs = [(major, older) for older in range(minor, -1, -1)]
    rungs += [
        (older, any_minor)
        for older in range(major - 1, FIRST_IOS_MAJOR - 1, -1)
        for any_minor in range(LAST_IOS_MINOR, -1, -1)
    ]
    return [f"ios_{rung[0]}_{rung[1]}_{platform.arch}" for rung in rungs]


describe = describe_with_version


def infer(facts: ReadsFacts, evidence: list[Evidence]) -> Platform:
    """Conclude version and device."""
    version = pair_of_facts(facts, "ios_version")
    multiarch = tag_text(facts.text("multiarch"))
    if not multiarch:
        raise InvalidFacts("multiarch", "facts lack 'multiarch'; iOS's tags are made of it")
    evidence += [
        Evidence("architecture", multiarch, facts.seen("multiarch")),
        Evidence("iOS", f"{version[0]}.{version[1]}", facts.seen("ios_version")),
    ]
    return Platform("ios", multiarch, version=version)


def sysconfig_platform(platform: Platform) -> str:
    """Write a text such as ``ios-13.0-arm64-iphoneos``."""
    processor, _, sdk = platform.arch.rpartition("_")
    return f"ios-{'.'.join(map(str, platform.version or ()))}-{processor}-{sdk}"


def facts_from_sysconfig(fields: list[str]) -> dict[str, object]:
    """Read version and device."""
    return {"ios_version": fields[0], "multiarch": "-".join(fields[1:])} if len(fields) > 1 else {}


def machines() -> tuple[str, ...]:
    """List the devices and simulators of :pep:`730`."""
    return "arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator"


def markers(platform: Platform) -> tuple[str, str, str, tuple[str, ...]]:
    """``platform_machine`` is the processor without the SDK."""
    return "posix", "ios", "iOS", (platform.arch.rpartition("_")[0],)


from_markers = no_platform_from_markers
from_name = no_name
