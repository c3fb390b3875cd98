"""Picking and sorting files for one target, in pip's order.

The best tag wins, then the higher build tag. Remaining ties go to the name that sorts first, so the order in which an
index lists its files never matters.
"""

from ..tags import MEMO_LIMIT, MEMO_TEXT, build_from_text
from ..tags.text import split_wheel_filename
from .entries import check_on_invalid, check_several, python_fits, read_entry, reject_filename

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from ..tags.filename import BuildTag
    from ..targets import Target
    from .entries import OnInvalid

    T = TypeVar("T")
    #: Whether the file was yanked, its rank, its inverted build tag, its name: the smallest is chosen.
    Order = tuple[bool, int, tuple[int, ...], str]
    #: The part of a file name after its version -> rank and inverted build tag, or ``None`` if it does not fit.
    Endings = dict[str, tuple[int, tuple[int, ...]] | None]

#: Sorts a file without a build tag after all files that have one.
NO_BUILD = (1,)
#: Marks an ending that has not been read yet.
UNREAD: "tuple[int, tuple[int, ...]]" = (-1, ())


def best(
    files: "Iterable[T]",
    target: "Target",
    *,
    key: "Callable[[T], object] | None" = None,
    yanked: bool = False,
    on_invalid: "OnInvalid" = "raise",
) -> "T | None":
    """Pick the file that fits a target best, or ``None`` if no file fits.

    All wheels must belong to one release; :func:`pick` takes those of several. Files that do not end in ``.whl`` are
    skipped.

    :param files: wheel file names, as text, :class:`WheelFilename`, path or what packaging's parser returns; entries of
        an index (mappings with ``filename``, ``requires-python``, ``yanked``); or anything that ``key`` turns into one
        of these.
    :param target: the Python and platform to choose for.
    :param key: returns the file name or entry of an item.
    :param yanked: whether yanked files may be chosen, after all others.
    :param on_invalid: ``raise``, ``skip`` to skip an invalid name with a warning, or ``ignore`` to skip it silently.
    :raises InvalidWheelFilename: a name ends in ``.whl`` but is not a wheel file name.
    :raises InvalidInput: the wheels are of several releases or projects.
    :raises TypeError: an item is none of these.

    >>> from manytags import target
    >>> files = ["foo-1.0-py3-none-any.whl", "foo-1.0-cp312-cp312-win_amd64.whl"]
    >>> best(files, target("cp312", "win_amd64")), best(files, target("cp311", "win32"))
    ('foo-1.0-cp312-cp312-win_amd64.whl', 'foo-1.0-py3-none-any.whl')
    """
    pairs = _ordered(files, target, key, yanked, on_invalid)
    return min(pairs, key=lambda pair: pair[0], default=(None, None))[1]


def sort(
    files: "Iterable[T]",
    target: "Target",
    *,
    key: "Callable[[T], object] | None" = None,
    yanked: bool = False,
    on_invalid: "OnInvalid" = "raise",
) -> "list[T]":
    """List the files that fit a target, best first. The parameters are those of :func:`best`.

    >>> from manytags import target
    >>> sort(["foo-1.0-1-py3-none-any.whl", "foo-1.0-2-py3-none-any.whl"], target("cp312", "win32"))
    ['foo-1.0-2-py3-none-any.whl', 'foo-1.0-1-py3-none-any.whl']
    """
    pairs = _ordered(files, target, key, yanked, on_invalid)
    return [item for _, item in sorted(pairs, key=lambda pair: pair[0])]


def _ordered(  # noqa: C901, PLR0912 - one loop: calling a function for each file would cost more than the work itself
    files: "Iterable[T]", target: "Target", key: "Callable[[T], object] | None", yanked: bool, on_invalid: "OnInvalid"
) -> "Iterable[tuple[Order, T]]":
    """Yield each file that fits, with its position in the order."""
    check_several(files)
    check_on_invalid(on_invalid)
    ranks = target.ranks
    endings = endings_of(target)
    # Files of a release start alike, so a start that was valid once is not checked again.
    beginning = known = first = ""
    filename: str
    requires: str | None
    for item in files:
        if key is None and type(item) is str:
            filename, requires, withdrawn = item, None, False  # type: ignore[assignment] # T is str here
        else:
            filename, requires, withdrawn = read_entry(item, key)  # type: ignore[arg-type]
            if withdrawn and not yanked:
                continue
        ending = filename.removeprefix(beginning)
        fit = UNREAD if ending == filename else endings.get(ending, UNREAD)
        if fit is UNREAD:
            if not filename.endswith(".whl"):
                continue
            try:
                if ending != filename and ending.count("-") == 2 and len(filename) <= MEMO_TEXT:
                    rank = ranks.of_new_text(ending[:-4])
                    fit = None if rank is None else (rank, NO_BUILD)
                else:
                    name, version, build, tags, variant = split_wheel_filename(filename)
                    beginning = f"{name}-{version}-"
                    ending = filename.removeprefix(beginning)
                    fit = endings.get(ending, UNREAD)
                    if fit is UNREAD:
                        rank = ranks.labelled(ranks.of_new_text(tags), variant)
                        fit = None if rank is None else (rank, build_order(build_from_text(build)))
            except ValueError as error:
                reject_filename(filename, error, on_invalid, 4)
                continue
            if beginning != known:
                known, first = beginning, first or filename
                if filename is not first:
                    check_one_release(filename, first)
            if len(filename) <= MEMO_TEXT:
                if len(endings) >= MEMO_LIMIT:
                    endings.clear()
                endings[ending] = fit
        if fit is not None and (requires is None or python_fits(requires, target)):
            yield (withdrawn, *fit, filename), item


def check_one_release(filename: str, first: str) -> None:
    """Refuse a file of another project or release than the first file: an old one would be picked in silence.

    :raises InvalidInput: as above.
    """
    from ..errors import InvalidInput, shown
    from ..tags.filename import parse_wheel_filename

    wheel, other = parse_wheel_filename(filename), parse_wheel_filename(first)
    if wheel.name != other.name or wheel.version != other.version:
        reason = f"it is of another release than {shown(first)}; pick() takes the files of several releases"
        raise InvalidInput(filename, reason)


def endings_of(target: "Target") -> "Endings":
    """Return what is remembered of the files for a target; it is kept on the target, and freed with it."""
    return target.memo.setdefault("endings", {})  # type: ignore[return-value] # no other module uses this key


def build_order(build: "BuildTag") -> "tuple[int, ...]":
    """Invert a build tag, so that a higher one compares as smaller, and any build tag as smaller than none."""
    if not build:
        return NO_BUILD
    number, rest = build
    # Each letter is inverted as well; the final 1 sorts a prefix after the longer text.
    return (0, -number, *(-ord(letter) for letter in rest), 1)
