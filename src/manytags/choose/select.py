"""Picking and sorting files for one target, in pip's order.

The best tag wins, then the higher build tag; ties go to the name that sorts first, so that listing order never decides.
"""

from ..tags import MEMO_LIMIT, MEMO_TEXT, build_from_text
from ..tags.text import split_wheel_filename
from .entries import python_fits, read_entry

#: Where a file without a build tag stands among those that have one: behind them.
NO_BUILD = (1,)
#: Of an ending that was not read yet.
UNREAD: "tuple[int, tuple[int, ...]]" = (-1, ())

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from ..targets import Target

    T = TypeVar("T")
    #: Yanked or not, rank, build tag turned round, file name: the smallest is chosen.
    Order = tuple[bool, int, tuple[int, ...], str]


def best(
    files: "Iterable[T]",
    target: "Target",
    *,
    key: "Callable[[T], object] | None" = None,
    yanked: bool = False,
    on_invalid: str = "raise",
) -> "T | None":
    """Pick the file that fits a target best, or ``None`` where none fits.

    All files are taken to be of one release. What is no wheel by its ending is passed over.

    :param files: wheel file names, entries of an index (mappings with ``filename``, ``requires-python``, ``yanked``),
        or anything that ``key`` makes one of these from.
    :param target: what it is for.
    :param key: gives a file name or an entry for an item of ``files``.
    :param yanked: whether yanked files may be chosen, after all others.
    :param on_invalid: ``raise``, ``skip`` to pass over a bad name with a warning, or ``ignore`` to do so in silence.
    :raises InvalidWheelFilename: a name that ends in ``.whl`` is no wheel file name.

    >>> from manytags import target
    >>> files = ["foo-1.0-py3-none-any.whl", "foo-1.0-cp312-cp312-win_amd64.whl"]
    >>> best(files, target("cp312", "win_amd64")), best(files, target("cp311", "win32"))
    ('foo-1.0-cp312-cp312-win_amd64.whl', 'foo-1.0-py3-none-any.whl')
    """
    chosen: T | None = None
    chosen_order: Order | None = None
    for order, item in _ordered(files, target, key, yanked, on_invalid):
        if chosen_order is None or order < chosen_order:
            chosen, chosen_order = item, order
    return chosen


def sort(
    files: "Iterable[T]",
    target: "Target",
    *,
    key: "Callable[[T], object] | None" = None,
    yanked: bool = False,
    on_invalid: str = "raise",
) -> "list[T]":
    """List the files that fit a target, best first; the parameters are those of :func:`best`.

    >>> from manytags import target
    >>> sort(["foo-1.0-1-py3-none-any.whl", "foo-1.0-2-py3-none-any.whl"], target("cp312", "win32"))
    ['foo-1.0-2-py3-none-any.whl', 'foo-1.0-1-py3-none-any.whl']
    """
    found = list(_ordered(files, target, key, yanked, on_invalid))
    found.sort(key=lambda pair: pair[0])
    return [item for _, item in found]


def _ordered(  # noqa: C901, PLR0912 - one loop: a call for each file would cost more than what it does
    files: "Iterable[T]", target: "Target", key: "Callable[[T], object] | None", yanked: bool, on_invalid: str
) -> "Iterable[tuple[Order, T]]":
    """Give each file that fits, with its place in the order."""
    if isinstance(files, str):
        raise TypeError("expected several files, got one text; rank() takes one")
    ranks = target.ranks
    endings = ranks.endings
    # The files of a release begin alike: a beginning that was found right is not looked into again.
    beginning: str | tuple[()] = ()  # with which no name begins
    length = 0
    filename: str
    requires: str | None
    for item in files:
        if key is None and type(item) is str:
            filename, requires, withdrawn = item, None, False  # type: ignore[assignment] # a T that is a text
        else:
            filename, requires, withdrawn = read_entry(item, key)  # type: ignore[arg-type]
            if withdrawn and not yanked:
                continue
        ending = filename[length:] if filename.startswith(beginning) else ""
        found = endings.get(ending, UNREAD)
        if found is UNREAD:
            if not filename.endswith(".whl"):
                continue
            try:
                if ending.count("-") == 2 and len(filename) <= MEMO_TEXT:
                    rank = ranks.of_new_text(ending[:-4])
                    found = None if rank is None else (rank, NO_BUILD)
                else:
                    name, version, build, tags, variant = split_wheel_filename(filename)
                    rank = ranks.of_new_text(tags)
                    found = None if rank is None or variant is not None else (rank, _build_order(build))
                    beginning = f"{name}-{version}-"
                    length = len(beginning)
            except ValueError as error:
                _invalid(filename, error, on_invalid)
                continue
            if len(filename) <= MEMO_TEXT:
                if len(endings) >= MEMO_LIMIT:
                    endings.clear()
                endings[filename[length:]] = found
        if found is not None and (requires is None or python_fits(requires, target)):
            yield (withdrawn, *found, filename), item


def _build_order(build: str) -> "tuple[int, ...]":
    """Turn a build tag round, so that the higher one, and any before none, is the smaller."""
    if not build:
        return NO_BUILD
    number, rest = build_from_text(build)  # type: ignore[misc] # never empty here
    # Each letter turned round; the end of the text stands after every letter.
    return (0, -number, *(-ord(letter) for letter in rest), 1)


def _invalid(filename: str, error: ValueError, on_invalid: str) -> None:
    if on_invalid == "ignore":
        return
    from ..tags.filename import parse_wheel_filename

    try:
        parse_wheel_filename(filename)
    except ValueError as of_whole_name:
        error = of_whole_name
    if on_invalid != "skip":
        raise error
    from warnings import warn

    warn(f"skipped: {error}", stacklevel=4)
