"""What every platform tag is, and how two of them compare.

``a <= b`` reads "whatever can install b's wheels can install a's". To decide it each tag knows its *takers*: which
kinds of host claim it, and over which range of that host's version. Inclusion of takers is the order, so it is
reflexive, antisymmetric and transitive by construction, and it says exactly what the ladders say.
"""

from __future__ import annotations

from . import Value

#: Versions, lowest first, for which a kind of host claims a tag: (from, below), ``None`` where there is no end.
VersionRange = tuple[tuple[int, ...], "tuple[int, ...] | None"]
#: Kind of host -> versions.
Takers = dict[str, VersionRange]

EVERY_VERSION: VersionRange = ((), None)


class PlatformTag(Value):
    """One platform tag as a value. The kinds are its subclasses; ``str()`` gives the tag."""

    __slots__ = ()
    #: Kinds in the order in which ``sort_key`` lists them.
    _kind = 9

    def takers(self) -> Takers:
        """Kinds of host that claim this tag, each with the versions that do."""
        return {str(self): EVERY_VERSION}

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Key for ``sorted()``: a total order in which a tag stands before all that ask more than it does."""
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

        Two names of which every host takes both or neither, such as ``macosx_10_9_fat64`` and ``macosx_10_9_x86_64``,
        or ``pyodide_2025_0_wasm32`` and ``pyemscripten_2025_0_wasm32``, are different tags that ask the same; they
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
    ours, theirs = a.takers(), b.takers()
    return ours != theirs and all(_within(versions, ours.get(host)) for host, versions in theirs.items())


def _within(inner: VersionRange, outer: VersionRange | None) -> bool:
    if outer is None or inner[0] < outer[0]:
        return False
    return outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])
