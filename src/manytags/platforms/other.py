"""Every other system, known by its platform tag alone, and ``any``, which belongs to none. Nothing is dropped."""

from __future__ import annotations

from ..errors import InvalidFacts, InvalidTarget
from . import Evidence, Platform, tag_text
from .tag import EVERY_VERSION, Miss, PlatformTag, Takers
from .versions import no_facts, no_platform_from_markers
from .words import no_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import ReadsFacts

TITLE = "another system"
NAMES: dict[str, str] = {}
COMMON: tuple[str, ...] = ()
RETIRED: tuple[str, ...] = ()
EXAMPLES = ("any", "freebsd_14_1_release_amd64", "sunos_5_11_i86pc", "win_sparc", "manylinux2015_x86_64", "linux")

#: Beginnings of the tags of systems whose tags have no order. What begins otherwise is not the name of a platform.
OTHER_SYSTEMS = (
    *("aix_", "cygwin_", "dragonfly_", "freebsd_", "gnu_", "haiku_", "hp_ux_", "midnightbsd_", "mingw_", "msys_"),
    *("netbsd_", "openbsd_", "solaris_", "sunos_", "wasi_"),
)


class AnyPlatform(PlatformTag):
    """``any``: runs wherever its Python does."""

    __slots__ = ()
    _kind = 0
    system = "any"

    def __str__(self) -> str:
        return "any"

    def __le__(self, other: object) -> bool:
        return True if isinstance(other, PlatformTag) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self != other if isinstance(other, PlatformTag) else NotImplemented

    def platform(self) -> Platform:
        """Describe a machine that takes pure wheels alone."""
        return Platform("other", "any")

    def machines(self) -> list[str]:
        """List none: ``any`` is not the tag of a machine."""
        return []

    def misses(self, platform: Platform, evidence: tuple[Evidence, ...]) -> list[Miss]:
        """List none: no machine misses it."""
        del platform, evidence
        return []


class OtherPlatform(PlatformTag):
    """A platform tag that manytags has no rule for; it fits the very same tag only.

    :param text: the tag.
    """

    __slots__ = ("text",)
    _fields = ("text",)

    text: str

    def __init__(self, text: str) -> None:
        self._assign(text=text)

    def __str__(self) -> str:
        return self.text

    def takers(self) -> Takers:
        """Hosts that call themselves just this."""
        return {self.text: EVERY_VERSION}

    @property
    def is_known_system(self) -> bool:
        """Whether it begins as the tags of a known system do."""
        return self.text.startswith(OTHER_SYSTEMS)

    def why_unclaimed(self) -> str:
        """Look at how it begins."""
        return "" if self.is_known_system else "it is not a platform tag of any system"

    def platform(self) -> Platform:
        """Describe a machine that calls itself so, where some system does."""
        if not self.is_known_system:
            raise InvalidTarget(self.text, "unknown platform")
        return Platform("other", self.text)

    def machines(self) -> list[str]:
        """List the one machine that calls itself so."""
        return [self.text]

    def misses(self, platform: Platform, evidence: tuple[Evidence, ...]) -> list[Miss]:
        """Say which systems wheel and machine are."""
        del evidence
        sentence = f"the wheel is for {self}; the target is {platform.arch}"
        return [Miss("system", str(self), platform.arch, sentence, ("platform",))]


def parse(text: str) -> PlatformTag:
    """Read any other tag, or ``any``."""
    return AnyPlatform() if text == "any" else OtherPlatform(text)


def ladder(platform: Platform) -> list[str]:
    """Return the one tag of a system whose tags have no order; ``any`` is not its own."""
    return [platform.arch] if platform.arch != "any" else []


def describe(platform: Platform) -> str:
    """Repeat the tag."""
    return platform.arch


def infer(facts: ReadsFacts, evidence: list[Evidence]) -> Platform:
    """Conclude the tag from sysconfig, as packaging does."""
    tag = tag_text(facts.text("sysconfig_platform"))
    if not tag:
        reason = "facts lack 'sysconfig_platform'; the platform tag follows from it"
        raise InvalidFacts(facts.text("sys_platform"), reason)
    evidence.append(Evidence("platform", tag, facts.seen("sysconfig_platform")))
    return Platform("other", tag)


def sysconfig_platform(platform: Platform) -> str:
    """Repeat the tag."""
    return platform.arch


facts_from_sysconfig = no_facts


def machines() -> tuple[str, ...]:
    """List none: they are not known."""
    return ()


def markers(platform: Platform) -> tuple[str, str, str, tuple[str, ...]]:
    """``sys_platform`` is a guess: the first word of the tag."""
    return "posix", platform.arch.partition("_")[0], "", (platform.arch,)


from_markers = no_platform_from_markers
from_name = no_name
