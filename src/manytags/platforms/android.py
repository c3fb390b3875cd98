"""Android: ``android_API_ABI`` (:pep:`738`). The order and the ends of the ladder are packaging's."""

from __future__ import annotations

from ..errors import InvalidFacts, InvalidTag
from ..tags.text import parse_number
from . import Evidence, Platform, tag_text
from .tag import Need, PlatformTag, Takers, VersionRange
from .versions import bounded, describe_with_version, no_platform_from_markers
from .words import no_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import ReadsFacts

TITLE = "Android"
NAMES = {  # the API level is uv's
    "aarch64-linux-android": "android_24_arm64_v8a",
    "android-arm64": "android_24_arm64_v8a",
    "android-amd64": "android_24_x86_64",
    "android-arm": "android_24_armeabi_v7a",
    "android-386": "android_24_x86",
    "x86_64-linux-android": "android_24_x86_64",
    "armv7-linux-androideabi": "android_24_armeabi_v7a",
    "i686-linux-android": "android_24_x86",
}
COMMON: tuple[str, ...] = ()
RETIRED: tuple[str, ...] = ()
EXAMPLES = ("android_24_arm64_v8a", "android_21_x86_64", "android_16_armeabi_v7a", "android_30_x86", "android_9_x86")

#: ABI -> ``platform_machine``, where the two differ.
MACHINES = {"arm64_v8a": "aarch64", "armeabi_v7a": "armv7l", "x86": "i686", "x86_64": "x86_64"}
#: The oldest Android API level that runs CPython without large patches, as packaging has it.
FIRST_ANDROID_API = 16
#: The first pip that takes Android tags.
FIRST_PIP = "25.1"


class Android(PlatformTag):
    """``android_API_ABI`` (:pep:`738`).

    :param api_level: the Android API level that the wheel asks for.
    :param abi: the Android ABI, such as ``arm64_v8a``.
    """

    __slots__ = ("abi", "api_level")
    _fields = ("api_level", "abi")
    _kind = 7
    system = "android"

    api_level: int
    abi: str

    def __init__(self, api_level: int, abi: str) -> None:
        self._assign(api_level=api_level, abi=abi)

    def __str__(self) -> str:
        return f"android_{self.api_level}_{self.abi}"

    @property
    def machine(self) -> str:
        """The Android ABI."""
        return self.abi

    @property
    def need(self) -> Need:
        """The API level."""
        return Need("android", (self.api_level,), f"Android API level {self.api_level}")

    def takers(self) -> Takers:
        """Devices of this ABI, from the API level on."""
        versions: VersionRange = ((self.api_level,), None)
        if self.api_level < FIRST_ANDROID_API:
            return {f"Android too old for CPython, {self.abi}": versions}
        return {f"Android {self.abi}": versions}

    def platform(self) -> Platform:
        """Describe a device with just this API level."""
        return Platform("android", self.abi, version=(self.api_level,))

    def machines(self) -> list[str]:
        """List the one ABI, unless its API level is one that no device has."""
        return [self.abi] if FIRST_ANDROID_API <= self.api_level < 1000 else []

    def why_unclaimed(self) -> str:
        """Look at the ABI, then at the API level."""
        if self.abi not in MACHINES:
            return f"Android's ABIs are {', '.join(MACHINES)}"
        return "" if self.machines() else f"CPython runs from API level {FIRST_ANDROID_API} on"

    def _why_unclaimed(self, platform: Platform) -> str:
        old = (self.api_level,) <= (platform.version or ())
        return f"CPython runs from API level {FIRST_ANDROID_API} on" if old else ""

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> str:
        """Return the first pip that knows :pep:`738`."""
        del platform, evidence
        return FIRST_PIP

    def _sort_fields(self) -> tuple[object, ...]:
        return self.abi, self.api_level


def parse(text: str) -> Android | None:
    """Read an Android tag."""
    name, _, rest = text.partition("_")
    if name != "android":
        return None
    level_text, _, abi = rest.partition("_")
    level = parse_number(level_text)
    if level is None or not abi:
        raise InvalidTag(text, "expected android_API_ABI with a plain number")
    return Android(level, abi)


def ladder(platform: Platform) -> list[str]:
    """This API level and all below it, down to the first that can run CPython."""
    level = bounded(platform, platform.version[0] if platform.version else -1)
    return [f"android_{older}_{platform.arch}" for older in range(level, FIRST_ANDROID_API - 1, -1)]


describe = describe_with_version


def infer(facts: ReadsFacts, evidence: list[Evidence]) -> Platform:
    """Conclude API level and ABI."""
    level = facts.number("android_api_level")
    if level is None:
        raise InvalidFacts("android", "facts lack 'android_api_level'")
    abi = tag_text(facts.text("sysconfig_platform").rpartition("-")[2])
    if not abi:
        reason = "facts lack 'sysconfig_platform'; Android's tags are made of it"
        raise InvalidFacts("sysconfig_platform", reason)
    evidence += [
        Evidence("architecture", abi, facts.seen("sysconfig_platform")),
        Evidence("Android", f"API level {level}", facts.seen("android_api_level")),
    ]
    return Platform("android", abi, version=(level,))


def sysconfig_platform(platform: Platform) -> str:
    """Write a text such as ``android-24-arm64_v8a``."""
    return f"android-{'.'.join(map(str, platform.version or ()))}-{platform.arch}"


def facts_from_sysconfig(fields: list[str]) -> dict[str, object]:
    """Read the API level."""
    level = parse_number(fields[0]) if len(fields) > 1 else None
    return {} if level is None else {"android_api_level": level}


def machines() -> tuple[str, ...]:
    """List Android's ABIs."""
    return tuple(MACHINES)


def markers(platform: Platform) -> tuple[str, str, str, tuple[str, ...]]:
    """``platform_machine`` is the kernel's."""
    return "posix", "android", "Android", (MACHINES.get(platform.arch, platform.arch),)


from_markers = no_platform_from_markers
from_name = no_name
