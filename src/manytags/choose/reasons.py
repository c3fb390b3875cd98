"""Reasons why a wheel does not fit: data first, then one sentence."""

from __future__ import annotations

from enum import Enum

from ..tags import Value
from ..targets import Evidence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Why(Enum):
    """Kinds of reasons, in the order in which they are told."""

    NOT_A_WHEEL = "not a wheel file name"
    VARIANT = "a wheel variant"
    YANKED = "yanked"
    REQUIRES_PYTHON = "requires-python"
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


class Reason(Value):
    """One reason why a wheel does not fit.

    :param why: which kind.
    :param values: what it is about, by name, such as ``needs`` and ``found``.
    :param sentence: the reason in words.
    :param evidence: what was seen of the target that makes it so; empty where the target was described.
    """

    __slots__ = ("evidence", "sentence", "values", "why")
    _fields = ("why", "values", "sentence", "evidence")

    why: Why
    values: Mapping[str, str]
    sentence: str
    evidence: tuple[Evidence, ...]

    def __init__(self, why: Why, values: Mapping[str, str], sentence: str, evidence: tuple[Evidence, ...] = ()) -> None:
        self._assign(why=why, values=dict(values), sentence=sentence, evidence=tuple(evidence))

    def __hash__(self) -> int:
        return hash((self.why, self.sentence))

    def __str__(self) -> str:
        return self.sentence


_ORDER = {why: index for index, why in enumerate(Why)}


def weight(reasons: list[Reason]) -> tuple[int, int]:
    """Weigh reasons: of several tags that do not fit, the one to talk about has the fewest, and the last in order.

    What is told last is what misses by least: a C library too old is nearer than another operating system.
    """
    return len(reasons), -max((_ORDER[reason.why] for reason in reasons), default=0)


def in_order(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Sort reasons into the order in which they are told."""
    return tuple(sorted(reasons, key=lambda reason: _ORDER[reason.why]))
