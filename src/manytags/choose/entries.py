"""What callers choose among: file names, entries of an index, or objects of their own. Pure.

An entry of an index is a mapping as :pep:`691` and :pep:`700` describe it, with ``filename`` and perhaps
``requires-python`` and ``yanked``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..targets import Target

_MEMO_LIMIT = 10_000  # distinct requirements remembered for one Python; all of PyPI has some thousand

#: Python's version as text -> requirement -> whether it is met.
_MEMO: "dict[str, dict[str, bool]]" = {}


def read_entry(item: object, key: "Callable[[object], object] | None" = None) -> "tuple[str, str | None, bool]":
    """Read file name, ``requires-python`` and whether it was yanked off an item.

    :param item: a file name, a mapping, or whatever ``key`` makes one of them from.
    :raises InvalidWheelFilename: it is neither, or a mapping without a file name.

    >>> read_entry({"filename": "foo-1.0-py3-none-any.whl", "requires-python": ">=3.9", "yanked": "broken"})
    ('foo-1.0-py3-none-any.whl', '>=3.9', True)
    """
    if key is not None:
        item = key(item)
    if isinstance(item, str):
        return item, None, False
    if hasattr(item, "get"):
        return _read_mapping(item)  # type: ignore[arg-type]
    from ..errors import InvalidWheelFilename

    raise InvalidWheelFilename(repr(item)[:200], "expected a file name, or a mapping with 'filename'")


def _read_mapping(entry: "Mapping[str, object]") -> "tuple[str, str | None, bool]":
    filename = entry.get("filename")
    requires = entry.get("requires-python")
    if not isinstance(filename, str) or not (requires is None or isinstance(requires, str)):
        from ..errors import InvalidWheelFilename

        raise InvalidWheelFilename(repr(entry)[:200], "'filename' and 'requires-python' of an entry are texts")
    # A reason makes a file yanked, an empty one too; only a missing key, null and false do not (PEP 592).
    yanked = entry.get("yanked")
    return filename, requires or None, yanked is not None and yanked is not False


def python_fits(requires: str, target: "Target") -> bool:
    """Whether a target's Python meets a ``requires-python``; what is no specifier asks nothing, as pip has it.

    :param requires: such as ``>=3.9,<4``.

    >>> from manytags import target
    >>> python_fits(">=3.13", target("3.12", "win_amd64"))
    False

    Rule: :pep:`345` and :pep:`440`, version specifiers; a pre-release of Python counts.
    """
    version = target.python.full_version or ".".join(map(str, target.python.version))
    version = version.removesuffix("+")  # stands behind what was built from a repository, and is in no version
    memo = _MEMO.setdefault(version, {})
    found = memo.get(requires)
    if found is None:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            found = SpecifierSet(requires[:1000]).contains(version, prereleases=True)
        except InvalidSpecifier:
            found = True
        if len(memo) >= _MEMO_LIMIT:
            memo.clear()
        memo[requires] = found
    return found
