"""The rows of an index that matter to some machines: what a mirror, or a data set made of an index, keeps. Pure."""

from __future__ import annotations

from typing import TypeVar

from ..choose.relevant import fitting, wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..platforms import Platform
    from ..targets import Target

T = TypeVar("T")


def which_wheels(  # noqa: PLR0913 - all but two by name
    rows: Iterable[T],
    targets: Iterable[Target] | None = None,
    *,
    requires_python: str | None = None,
    systems: Iterable[str | Platform] | None = None,
    key: Callable[[T], object] | None = None,
    yanked: bool = False,
    on_invalid: str = "ignore",
) -> Iterator[T]:
    """Give the rows of an index that could ever be chosen, one after the other, as they come.

    What :func:`relevant` does with a list, done with a stream: one pass over rows of any number, of which none is kept.
    Rows may also go by URL, and names that are no wheel's are passed over, since old indexes have some.

    :param rows: file names, URLs, entries of an index (mappings with ``filename`` or ``url``, ``requires-python``,
        ``yanked``), or anything that ``key`` makes one of these from; any iterable, read as the answer is.
    :param targets: the machines; not together with a range or systems.
    :param requires_python: a range of Pythons, as for :func:`relevant`.
    :param systems: systems or machines, as for :func:`relevant`.
    :param key: gives a name, a URL or an entry for a row.
    :param yanked: whether yanked files count.
    :param on_invalid: what to do with a bad name, as in :func:`best`.
    :raises InvalidTarget: no platform is called as one of ``systems``.
    :raises InvalidInput: ``requires_python`` is no version specifier.
    :raises InvalidWheelFilename: a row has no name; with ``on_invalid="raise"``, a name that is no wheel's, too.

    >>> rows = ["https://example.org/a/a-1%2Bcpu-cp312-cp312-win32.whl#sha256=00", "a-1-cp312-cp312-win_amd64.whl"]
    >>> list(which_wheels(rows, requires_python=">=3.9", systems=["win32"]))
    ['https://example.org/a/a-1%2Bcpu-cp312-cp312-win32.whl#sha256=00']
    """
    if isinstance(rows, str):
        raise TypeError("expected several rows, got one text")
    # Here and not in a generator: wrong wishes are told now, not when the first row is asked for.
    fits = wanted(targets, requires_python, systems)
    return fitting(rows, fits, lambda row: _named(row if key is None else key(row)), yanked, on_invalid)


def _named(row: object) -> object:
    """A row by the name of its file."""
    if isinstance(row, str):
        return filename_from_url(row)
    if hasattr(row, "get") and row.get("filename") is None:
        url = row.get("url")
        about = {name: row.get(name) for name in ("requires-python", "yanked")}
        return {**about, "filename": filename_from_url(url) if isinstance(url, str) else None}
    return row


def filename_from_url(text: str) -> str:
    """Give the file name that a URL or a path ends in; a name is its own.

    >>> filename_from_url("https://example.org/a/a-1.0%2Bcpu-py3-none-any.whl?x=/y#sha256=00")
    'a-1.0+cpu-py3-none-any.whl'
    """
    # No file name of a wheel has any of these characters.
    name = text.partition("#")[0].partition("?")[0].rpartition("/")[2]
    if "%" not in name:
        return name
    from urllib.parse import unquote

    return unquote(name)
