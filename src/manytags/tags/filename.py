"""Wheel file names and tag sets as values."""

from __future__ import annotations

from itertools import product

from ..errors import InvalidTag, InvalidWheelFilename
from . import MEMO_LIMIT, MEMO_TEXT, Value, build_from_text
from .text import split_tag_set, split_wheel_filename

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

    from packaging.tags import Tag
    from packaging.version import Version

    #: What follows a version in a file name: build tag, tag set, label of a variant.
    _Ending = tuple["BuildTag", "TagSet", str | None]

#: () without a build tag, else its number and what follows it. Compares as :pep:`427` asks.
BuildTag = tuple[()] | tuple[int, str]

#: Real indexes repeat themselves: file names share tag sets, names and versions, and what follows these.
_TAG_SETS: dict[str, TagSet] = {}
_RELEASES: dict[str, _Release] = {}
_ENDINGS: dict[str, _Ending] = {}


class TagSet(Value):
    """A compressed tag set, such as ``py2.py3-none-any``: every combination of its members.

    Two tag sets are equal if they mean the same combinations, in whatever order they were written.

    :param pythons: python tags, in lower case, in the order written.
    :param abis: ABI tags.
    :param platforms: platform tags.
    """

    __slots__ = ("abis", "platforms", "pythons", "text")
    _fields = ("pythons", "abis", "platforms")

    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]
    #: The set as text, made once because ranks are remembered by it.
    text: str

    def __init__(self, pythons: tuple[str, ...], abis: tuple[str, ...], platforms: tuple[str, ...]) -> None:
        text = "-".join((".".join(pythons), ".".join(abis), ".".join(platforms)))
        self._assign(pythons=pythons, abis=abis, platforms=platforms, text=text)

    def _key(self) -> tuple[object, ...]:
        return frozenset(self.pythons), frozenset(self.abis), frozenset(self.platforms)

    def __str__(self) -> str:
        return self.text

    def triples(self) -> list[tuple[str, str, str]]:
        """List every combination, in the order written."""
        return list(product(self.pythons, self.abis, self.platforms))

    def tags(self) -> frozenset[Tag]:
        """Every combination as a ``packaging.tags.Tag``."""
        from packaging.tags import Tag

        return frozenset(Tag(*triple) for triple in self.triples())


class _Release:
    """What the names of a release's files share."""

    __slots__ = ("name", "version", "version_text")

    def __init__(self, name: str, version_text: str) -> None:
        self.name = name
        self.version_text = version_text
        self.version: Version | None = None


class WheelFilename(Value):
    """The parts of a wheel file name.

    :param text: the file name as it came.
    :param name: the project's name, normalised as :pep:`503` asks.
    :param version_text: the version as written.
    :param build: the build tag, ``()`` where there is none.
    :param tag_set: the compressed tag set.
    :param variant: the label of a wheel variant (draft :pep:`817`, :pep:`825`), or ``None``.
    """

    __slots__ = ("_ending", "_release", "text")
    _fields = ("text", "name", "version_text", "build", "tag_set", "variant")

    text: str
    _release: _Release
    _ending: _Ending

    def __init__(  # noqa: PLR0913, PLR0917 - a file name has six parts
        self, text: str, name: str, version_text: str, build: BuildTag, tag_set: TagSet, variant: str | None
    ) -> None:
        self._assign(text=text, _release=_Release(name, version_text), _ending=(build, tag_set, variant))

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        """The project's name, normalised."""
        return self._release.name

    @property
    def version_text(self) -> str:
        """The version as written."""
        return self._release.version_text

    @property
    def build(self) -> BuildTag:
        """The build tag."""
        return self._ending[0]

    @property
    def tag_set(self) -> TagSet:
        """The compressed tag set."""
        return self._ending[1]

    @property
    def variant(self) -> str | None:
        """The label of a wheel variant."""
        return self._ending[2]

    @property
    def version(self) -> Version:
        """The version as a ``packaging.version.Version``, made once for the files of a release."""
        if self._release.version is None:
            from packaging.version import Version

            self._release.version = Version(self._release.version_text)
        return self._release.version

    @property
    def tags(self) -> frozenset[Tag]:
        """Every tag triple of the name as a ``packaging.tags.Tag``."""
        return self.tag_set.tags()


def parse_tag_set(text: str) -> TagSet:
    """Parse a compressed tag set into its members.

    :param text: three fields with dashes between, members with dots between, in any case and order.
    :raises InvalidTag: as :func:`parse_tag`.

    >>> parse_tag_set("py2.py3-none-any").pythons
    ('py2', 'py3')

    Rule: :pep:`425`, Compressed Tag Sets.
    """
    tag_set = _TAG_SETS.get(text)
    if tag_set is None:
        tag_set = TagSet(*split_tag_set(text))
        if len(text) <= MEMO_TEXT:
            if len(_TAG_SETS) >= MEMO_LIMIT:
                _TAG_SETS.clear()
            _TAG_SETS[text] = tag_set
    return tag_set


def parse_tag(text: str) -> frozenset[Tag]:
    """Parse a tag, compressed or not, into ``packaging`` tags.

    :param text: such as ``cp312-cp312-linux_x86_64`` or ``py2.py3-none-any``.
    :raises InvalidTag: there are not three fields, a member is empty or has a character that no tag has, a python tag
        begins with a digit, or the set means more than 4,096 triples.

    >>> sorted(map(str, parse_tag("py2.py3-none-any")))
    ['py2-none-any', 'py3-none-any']
    """
    return parse_tag_set(text).tags()


def parse_wheel_filename(text: str) -> WheelFilename:
    """Parse a wheel file name into its parts.

    :param text: the bare file name, without a folder.
    :raises InvalidWheelFilename: it is not a wheel file name; ``reason`` says why.

    >>> wheel = parse_wheel_filename("NumPy-2.3.0-1-cp312-cp312-manylinux_2_28_aarch64.whl")
    >>> wheel.name, wheel.build, wheel.tag_set.platforms
    ('numpy', (1, ''), ('manylinux_2_28_aarch64',))

    Rule: :pep:`427`, File name convention; :pep:`503` for the name; draft :pep:`825` for the label.
    """
    if not isinstance(text, str):
        raise TypeError(f"expected a wheel's file name as text, got {type(text).__name__}")
    # The rules for a name and a version do not depend on what follows them, and the other way round.
    end = text.find("-", text.find("-") + 1)
    release, ending = _RELEASES.get(text[:end]), _ENDINGS.get(text[end:])
    if release is None or ending is None:
        release, ending = _read_parts(text, end)
    wheel = _new(WheelFilename)
    _set_text(wheel, text)
    _set_release(wheel, release)
    _set_ending(wheel, ending)
    return wheel


def _read_parts(text: str, end: int) -> tuple[_Release, _Ending]:
    """Read a name whose parts have not been seen yet, and remember them; ``end`` is where its version ends."""
    name, version, build, tags, variant = split_wheel_filename(text)
    try:
        tag_set = parse_tag_set(tags)
    except InvalidTag as error:
        start = len("-".join(filter(None, (name, version, build)))) + 1
        position = None if error.position is None else error.position + start
        raise InvalidWheelFilename(text, error.reason, position) from None
    release = _RELEASES.get(text[:end]) or _Release(normalized_name(name), version)
    ending = (build_from_text(build), tag_set, variant)
    if len(text) <= MEMO_TEXT:
        if len(_RELEASES) >= MEMO_LIMIT or len(_ENDINGS) >= MEMO_LIMIT:
            _RELEASES.clear()
            _ENDINGS.clear()
        _RELEASES[text[:end]] = release
        _ENDINGS[text[end:]] = ending
    return release, ending


# What `_assign` does, in a quarter of the time: installers read every name of an index page.
_new = object.__new__
_set_text, _set_release, _set_ending = (vars(WheelFilename)[slot].__set__ for slot in ("text", "_release", "_ending"))


def name_of_file(item: object) -> str:
    """Return the file name that a value stands for.

    :param item: a file name, a :class:`WheelFilename`, a path, what ``packaging.utils.parse_wheel_filename`` returns
        (the members of its tags are then in alphabetical order), or a mapping with ``filename``.
    :raises TypeError: it is none of these.

    >>> from packaging.utils import parse_wheel_filename
    >>> name_of_file(parse_wheel_filename("Foo-1.0-1-py3.py2-none-any.whl"))
    'foo-1.0-1-py2.py3-none-any.whl'
    """
    if isinstance(item, str):
        return item
    if isinstance(item, WheelFilename):
        return item.text
    if is_parsed(item):
        name, version, build, tags = item
        fields = ({tag.interpreter for tag in tags}, {tag.abi for tag in tags}, {tag.platform for tag in tags})
        parts = [name.replace("-", "_"), str(version), "".join(map(str, build)), *(".".join(sorted(x)) for x in fields)]
        return "-".join(filter(None, parts)) + ".whl"
    if hasattr(item, "__fspath__"):
        path = item.__fspath__()
        path = path if isinstance(path, str) else path.decode("utf-8", "surrogateescape")
        return path.replace("\\", "/").rpartition("/")[2]
    filename = item.get("filename") if hasattr(item, "get") else None
    if isinstance(filename, str):
        return filename
    shown = repr(item)
    shown = shown if len(shown) <= 100 else f"{shown[:100]}..."
    raise TypeError(f"expected a wheel's file name, a path, a parsed name, or a mapping with 'filename', got {shown}")


def is_parsed(item: object) -> TypeGuard[tuple[str, object, tuple[object, ...], frozenset[Tag]]]:
    """Whether this is what ``packaging.utils.parse_wheel_filename`` returns: name, version, build tag, tags."""
    return (
        isinstance(item, tuple)
        and len(item) == 4
        and isinstance(item[0], str)
        and isinstance(item[2], tuple)
        and isinstance(item[3], (frozenset, set))
        and all(hasattr(tag, "platform") for tag in item[3])
    )


def normalized_name(name: str) -> str:
    """Spell a project name as :pep:`503` does.

    >>> normalized_name("Foo__Bar.baz")
    'foo-bar-baz'
    """
    spelled = name.lower().replace("_", "-").replace(".", "-")
    while "--" in spelled:
        spelled = spelled.replace("--", "-")
    return spelled
