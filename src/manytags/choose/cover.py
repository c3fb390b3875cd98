"""One set of wheels for many targets: what a lock file must record, and which targets get nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from ..targets import Target
from .entries import read_entry
from .select import sort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .entries import OnInvalid

T = TypeVar("T")

#: Up to this many wheels, the smallest set is found by trying all sets. Beyond it the set may not be the smallest.
EXACT_UP_TO = 20


@dataclass(frozen=True, slots=True)
class Cover:
    """Which wheels serve which targets.

    :param chosen: target -> name of the file that it takes; the targets in the order given.
    :param files: names of the files to record, sorted.
    :param without: targets that no file fits.
    :param exact: whether no smaller set serves all targets. Always true, unless ``fewest`` was given more than 20
        wheels.
    """

    chosen: dict[Target, str]
    files: tuple[str, ...]
    without: tuple[Target, ...]
    exact: bool


def cover(  # noqa: PLR0913 - all but two by name
    files: Iterable[T],
    targets: Iterable[Target],
    *,
    fewest: bool = False,
    key: Callable[[T], object] | None = None,
    yanked: bool = False,
    on_invalid: OnInvalid = "raise",
) -> Cover:
    """Find the wheels of one release that a set of targets needs.

    Each target gets its best wheel. With ``fewest``, the set is as small as possible instead, and each target gets the
    best wheel of the set. That is exact for up to 20 wheels. With more, the wheel that serves most of the remaining
    targets is taken repeatedly, which yields at most ``1 + ln(targets)`` times as many wheels as necessary.

    :param files: file names, entries of an index, or anything that ``key`` turns into one of these.
    :param targets: the targets to serve.
    :param fewest: whether a small set matters more than the best wheel for each target.
    :param key: returns the file name or entry of an item.
    :param yanked: whether yanked files may be chosen, after all others.
    :param on_invalid: what to do with an invalid name, as in :func:`best`.
    :raises InvalidWheelFilename: a name ends in ``.whl`` but is not a wheel file name.

    >>> from manytags import target
    >>> machines = [target("3.12", "debian-12-x86_64"), target("3.12", "alpine-3.20-x86_64"), target("3.12", "macos")]
    >>> names = ["a-1-py3-none-manylinux_2_17_x86_64.whl", "a-1-py3-none-musllinux_1_1_x86_64.whl"]
    >>> covered = cover(names, machines)
    >>> len(covered.files), [str(target.platform) for target in covered.without]
    (2, ['macOS 13.0 on arm64'])
    """
    if isinstance(files, str):
        raise TypeError("expected several files, got one text; rank() takes one")
    items = list(files)
    distinct = list(dict.fromkeys(targets))
    takes: dict[Target, list[str]] = {}
    for target in distinct:
        fitting = sort(items, target, key=key, yanked=yanked, on_invalid=on_invalid)
        takes[target] = [read_entry(item, key)[0] for item in fitting]  # type: ignore[arg-type] # key takes a T
        on_invalid = "ignore" if on_invalid == "skip" else on_invalid  # warn about a name once, not for each target
    served = {target: names for target, names in takes.items() if names}
    exact = True
    if fewest:
        kept, exact = _fewest(served)
        served = {target: [name for name in names if name in kept] for target, names in served.items()}
    chosen = {target: names[0] for target, names in served.items()}
    without = tuple(target for target in distinct if not takes[target])
    return Cover(chosen, tuple(sorted(set(chosen.values()))), without, exact)


def _fewest(served: dict[Target, list[str]]) -> tuple[set[str], bool]:
    """Choose few names such that each target has one of its own. Also return whether no smaller set exists."""
    everyone = (1 << len(served)) - 1
    masks: dict[str, int] = {}
    ranks: dict[str, int] = {}
    for index, names in enumerate(served.values()):
        for rank, name in enumerate(names):
            masks[name] = masks.get(name, 0) | 1 << index
            ranks[name] = ranks.get(name, 0) + rank
    # Among sets of equal size, prefer the one whose wheels rank better: names are tried in that order.
    names = sorted(masks, key=lambda name: (ranks[name] / masks[name].bit_count(), name))
    if len(names) <= EXACT_UP_TO:
        return _smallest(names, masks, everyone), True
    best_of_each = {names[0] for names in served.values()}
    return min(_greedy(names, masks, everyone), best_of_each, key=len), False


def _smallest(names: list[str], masks: dict[str, int], everyone: int) -> set[str]:
    """Find the smallest set that serves every target; of several, the one whose names come first."""
    chosen: set[str] = set()
    left = everyone
    size = least(left, [masks[name] for name in names], len(names))
    for index, name in enumerate(names):
        if left and masks[name] & left:
            rest = left & ~masks[name]
            if least(rest, [masks[later] for later in names[index + 1 :]], size - 1) < size:
                chosen.add(name)
                left, size = rest, size - 1
    return chosen


def least(left: int, masks: list[int], most: int) -> int:
    """Count how few masks cover all remaining bits; return more than ``most`` if that many are not enough.

    >>> least(0b111, [0b011, 0b110, 0b100], 3)
    2
    """
    if not left:
        return 0
    useful = {mask & left for mask in masks} - {0}
    widest = max((mask.bit_count() for mask in useful), default=0)
    if not widest or -(-left.bit_count() // widest) > most:
        return most + 1
    # Some mask must cover the bit that the fewest masks have, so only those are tried, the widest first.
    bits = [1 << bit for bit in range(left.bit_length()) if left >> bit & 1]
    rarest = min(bits, key=lambda bit: sum(1 for mask in useful if mask & bit))
    fewest = most + 1
    for mask in sorted((mask for mask in useful if mask & rarest), key=lambda mask: (-mask.bit_count(), mask)):
        fewest = min(fewest, 1 + least(left & ~mask, list(useful), fewest - 2))
    return fewest


def _greedy(names: list[str], masks: dict[str, int], everyone: int) -> set[str]:
    chosen: set[str] = set()
    left = everyone
    while left:
        name = max(names, key=lambda candidate: (masks[candidate] & left).bit_count())
        chosen.add(name)
        left &= ~masks[name]
    return chosen
