"""Reasons why a wheel does not fit: as data, and as a sentence made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..platforms import Evidence
from ..targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class ReasonKind(Enum):
    """Kinds of reasons, in the order in which they are reported: about the file, its Python tags, its platform tags."""

    NOT_A_WHEEL = "not a wheel file name"
    VARIANT = "a wheel variant"
    YANKED = "yanked"
    REQUIRES_PYTHON = "requires-python"
    UNCLAIMED_PAIR = "a python tag with an ABI tag that no interpreter claims"
    IMPLEMENTATION = "another implementation of Python"
    PYTHON_TOO_OLD = "Python too old"
    PYTHON_TOO_NEW = "Python too new"
    DEBUG = "debug build"
    FREE_THREADED = "free-threaded build"
    STABLE_ABI = "stable ABI of another kind of build"
    UNICODE = "width of Unicode or memory allocator"
    ABI = "another ABI"
    MALFORMED = "malformed tag"
    UNCLAIMED = "a tag that no interpreter claims"
    SYSTEM = "another operating system"
    ARCHITECTURE = "another architecture"
    FLOAT_ABI = "another float ABI"
    LIBC = "another C library"
    LIBC_TOO_OLD = "C library too old"
    SYSTEM_VERSION = "another version of the system"
    SYSTEM_TOO_OLD = "operating system too old"
    FORBIDDEN = "forbidden by _manylinux"
    OPTION = "turned off by an option"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason why a wheel does not fit.

    :param kind: the kind of reason.
    :param values: what the reason is about, by name, such as ``needs`` and ``found``.
    :param sentence: the reason in words.
    :param evidence: how it is known that the target is so; empty if the target was described and not observed.
    """

    kind: ReasonKind
    values: Mapping[str, str]
    sentence: str
    evidence: tuple[Evidence, ...] = ()

    def __hash__(self) -> int:
        return hash((self.kind, self.sentence))

    def __str__(self) -> str:
        return self.sentence

    def to_data(self) -> dict[str, object]:
        """Return the reason as data for JSON."""
        return {
            "kind": self.kind.name.lower(),
            "values": dict(self.values),
            "sentence": self.sentence,
            "evidence": [str(item) for item in self.evidence],
        }


def mismatch(  # noqa: PLR0913, PLR0917 - these make up a mismatch
    kind: ReasonKind, needs: str, has: str, sentence: str, target: Target, subjects: tuple[str, ...]
) -> Reason:
    """Make a reason from what a wheel needs and what a target has.

    :param subjects: the ``Evidence.subject`` of each piece of evidence for it.
    """
    evidence = tuple(item for item in target.evidence if item.subject in subjects)
    return Reason(kind, {"needs": needs, "found": has}, sentence, evidence)


def unclaimed(kind: ReasonKind, tag: str, because: str, meant: str) -> Reason:
    """Make a reason from a tag that no interpreter of any machine claims.

    :param kind: which part of the wheel's tags it is.
    :param tag: the tag, or the pair of tags.
    :param because: why none claims it.
    :param meant: what its builder meant, as far as that can be guessed.
    """
    guess = f"; {meant} was probably meant" if meant else ""
    values = {"tag": tag, "meant": meant} if meant else {"tag": tag}
    return Reason(kind, values, f"no interpreter claims {tag}: {because}{guess}")


#: Kinds that are true of every target: the wheel was built with tags that nothing takes.
BADLY_BUILT = {ReasonKind.UNCLAIMED_PAIR, ReasonKind.MALFORMED, ReasonKind.UNCLAIMED}

_ORDER = {kind: index for index, kind in enumerate(ReasonKind)}


def weight(reasons: list[Reason]) -> tuple[int, int]:
    """Weigh the reasons against a tag: the tag that weighs least misses by least, and its reasons are reported.

    Fewer reasons weigh less, then those whose kind comes later: a C library that is too old is nearer than another
    operating system.
    """
    return len(reasons), -max((_ORDER[reason.kind] for reason in reasons), default=0)


def in_order(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Sort reasons into the order in which they are reported."""
    return tuple(sorted(reasons, key=lambda reason: _ORDER[reason.kind]))
