"""One set of wheels for many targets: what a lock file must record, and which targets get nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Generic, TypeVar, overload

from ..errors import InvalidInput
from ..targets import Target
from .releases import IndexFile, ProjectPage, Release, read_project_page
from .select import sort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packaging.version import Version

    from .entries import OnInvalid
    from .pages import Page

T = TypeVar("T")

#: Up to this many wheels, the smallest set is found by trying all sets. Beyond it the set may not be the smallest.
EXACT_UP_TO = 20


@dataclass(frozen=True, slots=True)
class Cover(Generic[T]):
    """Which wheels serve which targets.

    :param chosen: target -> the file that it takes, as the caller gave it; the targets in the order given.
    :param files: the files to record, by name.
    :param without: targets that no file fits.
    :param exact: whether no smaller set serves all targets. Always true, unless ``fewest`` was given more than 20
        wheels.
    :param release: the version of the release that they are of; ``None`` where there are no files.
    """

    chosen: dict[Target, T]
    files: tuple[T, ...]
    without: tuple[Target, ...]
    exact: bool
    release: Version | None


@overload
def cover(
    files: Page,
    targets: Iterable[Target],
    *,
    release: str | Version | None = None,
    fewest: bool = False,
    yanked: bool = False,
    on_invalid: OnInvalid = "raise",
) -> Cover[Any]: ...
@overload
def cover(
    files: ProjectPage[T] | Iterable[T],
    targets: Iterable[Target],
    *,
    release: str | Version | None = None,
    fewest: bool = False,
    key: Callable[[T], object] | None = None,
    yanked: bool = False,
    on_invalid: OnInvalid = "raise",
) -> Cover[T]: ...
def cover(  # noqa: PLR0913 - all but two by name
    files: object,
    targets: Iterable[Target],
    *,
    release: str | Version | None = None,
    fewest: bool = False,
    key: Callable[[Any], object] | None = None,
    yanked: bool = False,
    on_invalid: OnInvalid = "raise",
) -> Cover[Any]:
    """Find the wheels of one release that a set of targets needs.

    Of several releases it is the newest that serves all targets; where none does, the newest of those that serve the
    most. Pre-releases are taken if no other release serves a target.

    Each target gets its best wheel. With ``fewest``, the set is as small as possible instead, and each target gets the
    best wheel of the set. That is exact for up to 20 wheels. With more, the wheel that serves most of the remaining
    targets is taken repeatedly, which yields at most ``1 + ln(targets)`` times as many wheels as necessary.

    :param files: the files of a project, or a page of an index, as :func:`pick` takes them.
    :param targets: the targets to serve.
    :param release: the version of the release, such as ``2.3.0``, if it is decided; text or packaging's ``Version``.
    :param fewest: whether a small set matters more than the best wheel for each target.
    :param key: returns the file name or entry of an item.
    :param yanked: whether yanked files may be chosen, after all others.
    :param on_invalid: what to do with an invalid name, as in :func:`best`.
    :raises InvalidWheelFilename: a name ends in ``.whl`` but is not a wheel file name.
    :raises InvalidInput: there is no such release, or ``release`` is not a version.
    :raises InvalidPage: it is not a page, or the files are of several projects.

    >>> from manytags import target
    >>> machines = [target("3.12", "debian-12-x86_64"), target("3.12", "alpine-3.20-x86_64"), target("3.12", "macos")]
    >>> names = ["a-1-py3-none-manylinux_2_17_x86_64.whl", "a-1-py3-none-musllinux_1_1_x86_64.whl"]
    >>> covered = cover(names, machines)
    >>> len(covered.files), [str(target.platform) for target in covered.without]
    (2, ['macOS 13.0 on arm64'])
    """
    page = read_project_page(files, None, None, key, on_invalid)
    distinct = list(dict.fromkeys(targets))
    for target in distinct:
        if not isinstance(target, Target):
            raise TypeError(f"expected targets, got {type(target).__name__} among them")
    if release is None:
        final = [candidate for candidate in page.releases if not candidate.version.is_prerelease]
        served = _best_served(final, distinct, yanked)
        if not served[1]:
            served = _best_served(page.releases, distinct, yanked)
    else:
        served = _best_served([_named(page, release)], distinct, yanked)
    version, takes = served
    exact = True
    if fewest:
        kept, exact = _fewest({target: [file.filename for file in takes[target]] for target in takes})
        takes = {target: [file for file in fitting if file.filename in kept] for target, fitting in takes.items()}
    chosen = {target: fitting[0] for target, fitting in takes.items()}
    by_name = {file.filename: file.item for file in chosen.values()}
    return Cover(
        {target: file.item for target, file in chosen.items()},
        tuple(by_name[name] for name in sorted(by_name)),
        tuple(target for target in distinct if target not in takes),
        exact,
        version,
    )


def _named(page: ProjectPage[T], release: str | Version) -> Release[T]:
    from packaging.version import InvalidVersion, Version

    try:
        version = Version(str(release))
    except InvalidVersion:
        raise InvalidInput(str(release), "it is not a version") from None
    for candidate in page.releases:
        if candidate.version == version:
            return candidate
    raise InvalidInput(str(release), f"{page.project or 'the page'} has no such release")


def _best_served(
    releases: Iterable[Release[T]], targets: list[Target], yanked: bool
) -> tuple[Version | None, dict[Target, list[IndexFile[T]]]]:
    """Return the first release that serves the most targets, and the files that each of them takes, best first."""
    version: Version | None = None
    most: dict[Target, list[IndexFile[T]]] = {}
    for release in releases:
        pairs = [(file.entry, file) for file in release.files if file.wheel is not None]
        sorted_for = {target: sort(pairs, target, key=itemgetter(0), yanked=yanked) for target in targets}
        takes = {target: [file for _, file in fitting] for target, fitting in sorted_for.items() if fitting}
        if version is None or len(takes) > len(most):
            version, most = release.version, takes
        if len(most) == len(targets):
            break
    return version, most


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
