"""Comparing tags: a mixed list in order, its ends, which of them a host takes, and one spelling of each. Pure.

One tag asks no more than another if whatever takes the other takes it. That is a partial order, so a list may have
several newest tags: no wheel for musl asks more or less than one for glibc.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from ..errors import InvalidInput
from ..platforms.other import OtherPlatform
from ..platforms.parse import parse_platform, parse_platform_or_none
from ..platforms.tag import takers_include
from ..tags.filename import TagSet, parse_tag_set, parse_wheel_filename
from ..tags.python import AbiTag, PythonTag, parse_abi, parse_python_tag
from ..targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from ..platforms.tag import PlatformTag, Takers

    #: A platform tag with the hosts that take it.
    OfPlatform = tuple[PlatformTag, Takers]
    #: What becomes of names of the same platform tag: one is kept, the newest; or all that exist are written.
    Aliases = Literal["keep", "merge", "add"]

#: Tags that are compared at once, each with each.
MAX_TAGS = 1_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Tags in order.

    :param tags: the tags, those that ask less first; a total order, in which kinds and machines stay together.
    :param oldest: those that ask no more than any other of their kind.
    :param newest: those that ask no less than any other of their kind.
    :param same: tags that ask the same under several names, such as aliases.
    """

    tags: tuple[str, ...]
    oldest: tuple[str, ...]
    newest: tuple[str, ...]
    same: tuple[tuple[str, ...], ...]

    def serving(self, target: Target) -> tuple[str, ...]:
        """List those that a target takes, best first.

        :param target: the host.
        """
        ranks = {text: _rank(text, target) for text in self.tags}
        return tuple(sorted((text for text in self.tags if ranks[text] is not None), key=lambda text: ranks[text] or 0))


def compare_tags(tags: Iterable[str]) -> Comparison:
    """Put tags in order, and find the oldest and the newest.

    :param tags: platform tags, whole tags such as ``cp312-abi3-win32``, or wheel file names; all may be compressed, and
        mixed.
    :raises InvalidTag: a text is none of these.
    :raises InvalidWheelFilename: a text ends in ``.whl`` but is not a wheel file name.
    :raises InvalidInput: there are more than 1,000.

    >>> names = ["manylinux_2_28_x86_64", "musllinux_1_1_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"]
    >>> comparison = compare_tags(names)
    >>> comparison.oldest, comparison.newest
    (('manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'musllinux_1_1_x86_64'), ('manylinux_2_28_x86_64', 'musllinux_1_1_x86_64'))
    >>> from manytags import target
    >>> comparison.serving(target("3.12", "debian-10-x86_64"))
    ('manylinux_2_28_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64')
    """  # noqa: E501 - a result is one line
    if isinstance(tags, str):
        raise TypeError("expected several tags, got one text")
    texts = list(dict.fromkeys(tags))
    if len(texts) > MAX_TAGS:
        raise InvalidInput(texts[0], f"{len(texts)} tags are too many to compare each with each; at most {MAX_TAGS}")
    read = {text: _Compared(text) for text in texts}
    texts.sort(key=lambda text: read[text].key)
    below = {text: {other for other in texts if read[other].asks_no_more(read[text])} for text in texts}
    same = {text: tuple(other for other in texts if other in below[text] and text in below[other]) for text in texts}
    oldest = [text for text in texts if below[text] == {*same[text]}]
    newest = [text for text in texts if all(text not in below[other] or other in same[text] for other in texts)]
    groups = dict.fromkeys(group for group in same.values() if len(group) > 1)
    return Comparison(tuple(texts), tuple(oldest), tuple(newest), tuple(groups))


def normalize_tags(text: str, *, aliases: Aliases = "merge") -> str:
    """Spell the tags in a text in one way: the members of each field in order, each once.

    :param text: platform tags, a whole tag, or a wheel file name; compressed or not.
    :param aliases: ``merge`` leaves the newest of the names of a platform tag; ``add`` writes all names, because a pip
        takes only those that it knows (:func:`manytags.oldest_pip`); ``keep`` leaves the names as they are.
    :raises InvalidTag: the text is none of these.
    :raises InvalidWheelFilename: the text ends in ``.whl`` but is not a wheel file name.

    >>> normalize_tags("py3.py2-none-manylinux2014_x86_64.manylinux_2_17_x86_64")
    'py2.py3-none-manylinux_2_17_x86_64'
    >>> normalize_tags("foo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", aliases="add")
    'foo-1.0-cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.whl'

    Rule: :pep:`425`, Compressed Tag Sets: members are sorted; :pep:`600`, legacy names.
    """
    if aliases not in {"keep", "merge", "add"}:
        raise ValueError(f"aliases {aliases!r}: expected 'keep', 'merge' or 'add'")
    before, tags, after = _tags_in(text)
    platforms = sorted({name for platform in tags.platforms for name in _names(platform, aliases)})
    fields = [sorted(set(tags.pythons)), sorted(set(tags.abis)), platforms]
    return before + "-".join(".".join(field) for field in fields if field) + after


def _tags_in(text: str) -> tuple[str, TagSet, str]:
    """Find the tags in a text, with what precedes and follows them; those without dashes are platform tags alone."""
    if text.endswith(".whl"):
        wheel = parse_wheel_filename(text)
        label = f"-{wheel.variant}.whl" if wheel.variant else ".whl"
        return "-".join([*text.removesuffix(label).split("-")[:-3], ""]), wheel.tag_set, label
    if "-" in text:
        return "", parse_tag_set(text), ""
    platforms = tuple(text.lower().split("."))
    for platform in platforms:
        parse_platform(platform)  # raises
    return "", TagSet((), (), platforms), ""


def _names(text: str, aliases: Aliases) -> list[str]:
    tag = parse_platform_or_none(text)
    if tag is None or aliases == "keep":
        return [text]
    if aliases == "merge" or tag.alias is None:
        return [tag.perennial]
    return [tag.perennial, tag.alias]


class _Compared:
    """A text with what it asks of Pythons and of platforms; without dashes, it asks nothing of Pythons."""

    def __init__(self, text: str) -> None:
        _, tags, _ = _tags_in(text)
        # A stranger's whole tag may have a platform tag that is malformed; only the very same one is taken for it.
        platforms = [parse_platform_or_none(platform) or OtherPlatform(platform) for platform in tags.platforms]
        #: With takers, since each is compared with many.
        self.of_platforms = [(platform, platform.takers()) for platform in platforms]
        self.pairs = [(parse_python_tag(p), parse_abi(abi)) for p, abi in product(tags.pythons, tags.abis)]
        least = min(platform.sort_key for platform in platforms)
        pythons = sorted((pair[0].implementation or "", pair[0].version, *map(str, pair)) for pair in self.pairs)
        self.key = (bool(self.pairs), least[0], *least[1:], pythons, text)

    def asks_no_more(self, other: _Compared) -> bool:
        """Whether whatever takes one of the other's tags takes one of these."""
        if not other.pairs or not self.pairs:
            return bool(other.pairs) == bool(self.pairs) and all(
                any(_platform_asks_no_more(mine, theirs) for mine in self.of_platforms) for theirs in other.of_platforms
            )
        return all(
            any(_asks_no_more(*mine, *theirs) for mine in product(self.pairs, self.of_platforms))
            for theirs in product(other.pairs, other.of_platforms)
        )


def _platform_asks_no_more(mine: OfPlatform, theirs: OfPlatform) -> bool:
    return mine[0] == theirs[0] or mine[0].system == "any" or takers_include(mine[1], theirs[1])


def _asks_no_more(
    mine: tuple[PythonTag, AbiTag], platform: OfPlatform, theirs: tuple[PythonTag, AbiTag], other: OfPlatform
) -> bool:
    """Whether whatever takes their tag takes mine."""
    (python, abi), (their_python, their_abi) = mine, theirs
    generic = python.implementation == "python" and abi.family == "none"
    if platform[0].system == "any" and other[0].system != "any" and not generic:
        return False  # interpreters take few python tags without a platform of their own
    if not _platform_asks_no_more(platform, other):
        return False
    if (python, abi) == (their_python, their_abi):
        return True
    same_major = python.version[:1] == their_python.version[:1] != ()
    of_older = same_major and python.version <= their_python.version[: len(python.version)]
    stable = abi == their_abi and abi.family == "stable" and python.implementation == their_python.implementation
    return of_older and (generic or (stable and len(python.version) == len(their_python.version)))


def _rank(text: str, target: Target) -> int | None:
    """Rank a tag; a platform tag by its place among the platform tags."""
    if "-" in text:
        from ..targets.ranks import rank

        return rank(text, target)
    platforms = [*target.platform_tags(), "any"]
    return min((platforms.index(name) for name in text.lower().split(".") if name in platforms), default=None)
