"""What callers choose among: file names, parsed names, paths, entries of an index, or objects of their own. Pure.

An entry is a mapping in the form of :pep:`691` and :pep:`700`: ``filename``, and perhaps ``requires-python`` and
``yanked``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

    from ..targets import Target

    #: What to do with an invalid file name: raise the error, skip the file with a warning, or ignore it silently.
    OnInvalid = Literal["raise", "skip", "ignore"]

_MEMO_LIMIT = 10_000  # requirements remembered for each Python; all of PyPI has a few thousand

#: Version of Python -> requirement -> whether the version meets it.
_MEMO: "dict[str, dict[str, bool]]" = {}


def read_entry(item: object, key: "Callable[[object], object] | None" = None) -> "tuple[str, str | None, bool]":
    """Read the file name, the ``requires-python`` and whether the file was yanked.

    :param item: what :func:`~manytags.tags.filename.name_of_file` takes, an entry, or anything that ``key`` turns into
        one of these.
    :raises InvalidWheelFilename: the item is an entry without a file name.
    :raises TypeError: the item is none of these.

    >>> read_entry({"filename": "foo-1.0-py3-none-any.whl", "requires-python": ">=3.9", "yanked": "broken"})
    ('foo-1.0-py3-none-any.whl', '>=3.9', True)
    """
    if key is not None:
        item = key(item)
    if isinstance(item, str):
        return item, None, False
    if hasattr(item, "get"):
        return _read_mapping(item)  # type: ignore[arg-type]
    from ..tags.filename import name_of_file

    return name_of_file(item), None, False


def _read_mapping(entry: "Mapping[str, object]") -> "tuple[str, str | None, bool]":
    filename = entry.get("filename")
    requires = entry.get("requires-python")
    if not isinstance(filename, str) or not (requires is None or isinstance(requires, str)):
        from ..errors import InvalidWheelFilename

        raise InvalidWheelFilename(repr(entry)[:200], "expected text for 'filename' and 'requires-python'")
    # Any reason means yanked, even an empty one. Only a missing key, null and false do not (PEP 592).
    yanked = entry.get("yanked")
    return filename, requires or None, yanked is not None and yanked is not False


def read_located_entry(item: object) -> "tuple[str, str | None, bool]":
    """As :func:`read_entry`, for text that may be a URL, and entries that may have a ``url`` and no ``filename``."""
    if isinstance(item, str):
        return filename_from_url(item), None, False
    if hasattr(item, "get") and item.get("filename") is None and isinstance(item.get("url"), str):
        entry = {name: item.get(name) for name in ("requires-python", "yanked")}
        return _read_mapping({**entry, "filename": filename_from_url(item.get("url"))})
    return read_entry(item)


def filename_from_url(text: str) -> str:
    """Return the file name that a URL or a path ends in; a file name is returned as it is.

    >>> filename_from_url("https://example.org/a/a-1.0%2Bcpu-py3-none-any.whl?x=/y#sha256=00")
    'a-1.0+cpu-py3-none-any.whl'
    """
    # Not urlsplit: it takes ten times as long, and rejects a URL for its host, which does not matter here.
    name = text.partition("#")[0].partition("?")[0].rpartition("/")[2]
    if "%" not in name:
        return name
    from urllib.parse import unquote

    return unquote(name)


def python_fits(requires: str, target: "Target") -> bool:
    """Whether a target's Python meets a ``requires-python``. Like pip, ignore text that is not a specifier.

    A pre-release of Python counts as its release, as for pip and uv: who tries 3.15.0b1 tries what 3.15 will be.

    :param requires: such as ``>=3.9,<4``.

    >>> from manytags import target
    >>> python_fits(">=3.13", target("3.12", "win_amd64"))
    False

    Rule: :pep:`345` and :pep:`440`, version specifiers.
    """
    version = target.python.full_version or ".".join(map(str, target.python.version))
    version = version.removesuffix("+")  # CPython built from a repository adds it; PEP 440 does not allow it
    memo = _MEMO.setdefault(version, {})
    fits = memo.get(requires)
    if fits is None:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet
        from packaging.version import InvalidVersion, Version

        try:
            release = Version(version).base_version
        except InvalidVersion:  # of a Python that somebody named
            release = ".".join(map(str, target.python.version))
        try:
            fits = SpecifierSet(requires[:1000]).contains(release)
        except InvalidSpecifier:
            fits = True
        if len(memo) >= _MEMO_LIMIT:
            memo.clear()
        memo[requires] = fits
    return fits


def check_on_invalid(on_invalid: str) -> None:
    """Refuse a wish that no function knows, before any file is looked at.

    :raises ValueError: it is none of :data:`OnInvalid`.
    """
    if on_invalid not in {"raise", "skip", "ignore"}:
        raise ValueError(f"on_invalid {on_invalid!r}: expected 'raise', 'skip' or 'ignore'")


def check_several(files: object) -> None:
    """Refuse one file and a whole page, whose letters and keys would be taken for files that do not fit.

    :raises TypeError: it is one of these.
    """
    if isinstance(files, str):
        raise TypeError("expected several files, got one text; rank() takes one name, and pick() a page of an index")
    if hasattr(files, "get"):
        raise TypeError("expected several files, got a mapping; pick() takes a page of an index")


def reject_filename(filename: str, error: ValueError, on_invalid: "OnInvalid", stacklevel: int) -> None:
    """Raise, warn about or ignore an invalid file name.

    :param error: what is wrong with a part of the name; the error about the whole name is raised if there is one.
    :param on_invalid: ``raise``, ``skip`` to warn, or ``ignore``.
    :param stacklevel: frames from here to the caller that a warning should point at.
    """
    if on_invalid == "ignore":
        return
    from ..tags.filename import parse_wheel_filename

    try:
        parse_wheel_filename(filename)
    except ValueError as whole:
        error = whole
    if on_invalid != "skip":
        raise error
    from warnings import warn

    warn(f"skipped: {error}", stacklevel=stacklevel)
