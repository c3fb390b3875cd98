"""What every platform tag is, and how two of them compare.

``a <= b`` reads "whatever can install b's wheels can install a's". To decide it, each tag knows its *takers*: the kinds
of host that claim it, and over which range of the host's version. The order is inclusion of takers, so it is reflexive,
antisymmetric and transitive by construction, and it says exactly what the ladders say.
"""

from __future__ import annotations

from ..errors import InvalidTarget
from ..tags import Value
from . import Platform, family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, Protocol

    from . import Evidence

    class Index(Protocol):
        """What an index lets in, as a tag asks it."""

        def takes(self, tag: str) -> bool:
            """Whether it takes a platform tag that some interpreter claims."""

        def ranges(self, subject: str) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
            """List the versions that exist of a :class:`Need`'s subject: (first, last), the newest range last."""

        def first(self, subject: str, machine: str) -> tuple[int, ...]:
            """Give the first version of a subject on a machine, or zeros where it is not known."""

    #: Kinds of misses; ``choose.reasons`` puts them in order.
    MissKind = Literal[
        "unclaimed", "system", "architecture", "float_abi", "libc", "libc_too_old", "system_version", "system_too_old"
    ]

#: Versions for which a kind of host claims a tag: (from, below), ``None`` where there is no end.
VersionRange = tuple[tuple[int, ...], "tuple[int, ...] | None"]
#: Kind of host -> versions.
Takers = dict[str, VersionRange]

EVERY_VERSION: VersionRange = ((), None)


class Need(Value):
    """What a tag asks of the version of something.

    :param subject: ``glibc``, ``musl``, ``macos``, ``ios``, ``android`` or ``pyemscripten``.
    :param version: the version that it asks for.
    :param words: both as people say them, such as ``glibc 2.28``.
    """

    __slots__ = ("subject", "version", "words")
    _fields = ("subject", "version", "words")

    subject: str
    version: tuple[int, ...]
    words: str

    def __init__(self, subject: str, version: tuple[int, ...], words: str) -> None:
        self._assign(subject=subject, version=version, words=words)


class Miss(Value):
    """One way in which a tag and a platform do not fit each other.

    :param kind: which kind of reason it is.
    :param needs: what the tag needs.
    :param has: what the platform has; empty where no platform could have it.
    :param sentence: both in words.
    :param subjects: the evidence for the platform that the sentence rests on, by ``Evidence.subject``.
    """

    __slots__ = ("has", "kind", "needs", "sentence", "subjects")
    _fields = ("kind", "needs", "has", "sentence", "subjects")

    kind: MissKind
    needs: str
    has: str
    sentence: str
    subjects: tuple[str, ...]

    def __init__(self, kind: MissKind, needs: str, has: str, sentence: str, subjects: tuple[str, ...] = ()) -> None:
        self._assign(kind=kind, needs=needs, has=has, sentence=sentence, subjects=subjects)


class PlatformTag(Value):
    """One platform tag as a value. The kinds are its subclasses; ``str()`` gives the tag.

    :ivar system: the system it is for, as in :class:`Platform`; ``any`` for ``any``.
    """

    __slots__ = ()
    system = "other"
    #: The kinds' order in ``sort_key``.
    _kind = 9

    @property
    def machine(self) -> str:
        """The architecture, as the tag names it; empty where it names none."""
        return ""

    @property
    def kind(self) -> str:
        """How the tag begins in its newest spelling, such as ``manylinux`` or ``macosx``."""
        return self.perennial.partition("_")[0]

    @property
    def perennial(self) -> str:
        """The tag in its newest spelling."""
        return str(self)

    @property
    def is_bare(self) -> bool:
        """Whether it names a machine only, and neither a C library nor the version of an ABI that others share."""
        return False

    @property
    def alias(self) -> str | None:
        """The legacy name of this tag, or ``None``."""
        return None

    @property
    def need(self) -> Need | None:
        """What it asks of the version of a C library or a system, if it does."""
        return None

    def takers(self) -> Takers:
        """Kinds of host that claim this tag, each with the versions that do."""
        return {str(self): EVERY_VERSION}

    def platform(self) -> Platform:
        """Describe the host that takes this tag and all below it.

        :raises InvalidTarget: no host has it, or no single machine.
        """
        return Platform(self.system, self.machine)

    def machines(self) -> list[str]:
        """List the architectures of the system, as in :class:`Platform`, on which interpreters take this tag."""
        try:
            platform = self.platform()
            return [platform.arch] if str(self) in family(self.system).ladder(platform) else []
        except InvalidTarget:
            return []

    def misses(self, platform: Platform, evidence: tuple[Evidence, ...]) -> list[Miss]:
        """Say in which ways a platform of the same system, which does not take this tag, misses it.

        By default the machine comes first, then tags that no interpreter claims, then the version.

        :param platform: the platform.
        :param evidence: why its parts are believed.
        """
        del evidence
        if not self._is_for(platform):
            return [self.for_other_machine(platform)]
        because = self._why_unclaimed(platform)
        if because or self.need is None:
            return [self.unclaimed(because)]
        words = self.need.words
        # What the platform has is said in the same words.
        has = words.removesuffix(".".join(map(str, self.need.version))) + ".".join(map(str, platform.version or ()))
        sentence = f"the wheel needs {words}; the target has {has}"
        return [Miss("system_too_old", words, has, sentence, (family(platform.system).TITLE,))]

    def _is_for(self, platform: Platform) -> bool:
        """Whether the code of this tag is for the machine of a platform."""
        return self.machine == platform.arch

    def why_unclaimed(self) -> str:
        """Say why no interpreter of any machine claims this tag; nothing where some do."""
        return ""

    def _why_unclaimed(self, platform: Platform) -> str:
        """Say why no interpreter of a platform's machine claims this tag; nothing where some do."""
        del platform
        return ""

    def instead(self, index: Index) -> str:
        """Say what to use in place of this tag on an index, or nothing: here, the nearest number that exists.

        :param index: only tags that it takes are named.
        """
        if self.need is None:
            return ""
        version, ranges = self.need.version, index.ranges(self.need.subject)
        known = [first for first, _ in ranges if first > version] or [last for _, last in ranges[-1:]]
        if not known or any(first <= version <= last for first, last in ranges):
            return ""
        nearest = str(self).replace("_".join(map(str, version)), "_".join(map(str, known[0])), 1)
        return f"a number that exists, as in {nearest}" if index.takes(nearest) else ""

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> str | None:
        """Give the oldest pip that takes this tag, or ``None`` where every pip that installs wheels does.

        :param platform: the machine that takes it; without one, any that does.
        :param evidence: why its parts are believed.
        """
        del platform, evidence
        return None

    def unclaimed(self, because: str) -> Miss:
        """Say that no interpreter claims this tag."""
        return Miss("unclaimed", str(self), "", f"no interpreter claims {self}: {because}")

    def for_other_machine(self, platform: Platform) -> Miss:
        """Say that its code is for another architecture."""
        needs, has = self.machine, platform.arch
        sentence = f"the wheel's code is for {needs} ({self}); the target's Python runs {has} code"
        return Miss("architecture", needs, has, sentence, ("architecture",))

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Key for ``sorted()``: a total order, in which a tag comes before all that ask more."""
        return (self._kind, self._sort_fields(), -len(self.takers()), str(self))

    def _sort_fields(self) -> tuple[object, ...]:
        return ()

    def __le__(self, other: object) -> bool:
        if not isinstance(other, PlatformTag):
            return NotImplemented
        return self == other or _asks_less(self, other)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PlatformTag):
            return NotImplemented
        return self != other and _asks_less(self, other)

    def __ge__(self, other: object) -> bool:
        return other.__le__(self) if isinstance(other, PlatformTag) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return other.__lt__(self) if isinstance(other, PlatformTag) else NotImplemented

    def compare(self, other: PlatformTag) -> int | None:
        """Compare with another platform tag: -1 asks less, 0 the same, 1 more, ``None`` cannot be compared.

        Two names may ask the same although they are different tags: every host takes both ``macosx_10_9_fat64`` and
        ``macosx_10_9_x86_64`` or neither, likewise ``pyodide_2025_0_wasm32`` and ``pyemscripten_2025_0_wasm32``. They
        cannot be compared either.

        :param other: the tag to compare with.

        >>> from manytags import parse_platform
        >>> parse_platform("manylinux2014_x86_64").compare(parse_platform("manylinux_2_28_x86_64"))
        -1
        >>> parse_platform("musllinux_1_2_x86_64").compare(parse_platform("manylinux_2_28_x86_64")) is None
        True
        """
        if self == other:
            return 0
        if self < other:
            return -1
        return 1 if other < self else None


def _asks_less(a: PlatformTag, b: PlatformTag) -> bool:
    """Whether b's takers are a proper part of a's."""
    return takers_include(a.takers(), b.takers())


def takers_include(ours: Takers, theirs: Takers) -> bool:
    """Whether the second takers are a proper part of the first."""
    return ours != theirs and all(_within(versions, ours.get(host)) for host, versions in theirs.items())


def _within(inner: VersionRange, outer: VersionRange | None) -> bool:
    if outer is None or inner[0] < outer[0]:
        return False
    return outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])
