"""Targets that take a list of tags of their owner's. Pure."""

from __future__ import annotations

from itertools import product

from ..documents import MAX_ITEMS
from ..errors import InvalidTarget
from ..platforms import Evidence, Platform
from ..platforms.names import platform_of_tag
from ..platforms.parse import parse_platform_or_none
from ..tags.python import parse_python_tag
from ..tags.text import split_tag_set
from . import Python, Target
from .options import TagOptions
from .parsed import read_parsed
from .ranks import Ranks, platform_tags
from .variants import VariantRanks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from .parsed import TagLike

    Triple = tuple[str, str, str]

#: ABI tags that are not those of one build.
_SHARED_ABIS = {"none", "abi3", "abi3t"}


class ListedRanks(Ranks):
    """Ranks of tags that were listed one by one; the first mention of a tag counts.

    :param triples: ``python-abi-platform`` texts, best first.
    """

    __slots__ = ("_listed", "_taken")

    def __init__(self, triples: Iterable[str]) -> None:
        fields: dict[Triple, None] = {}
        for triple in triples:
            python, abi, platform = triple.split("-")
            fields[python, abi, platform] = None
        self.platforms = tuple(dict.fromkeys(platform for _, _, platform in fields if platform != "any"))
        self._memo = {}
        self._listed = {triple: rank for rank, triple in enumerate(fields)}
        self._taken = {(python, abi) for python, abi, _ in fields}, set(self.platforms)

    def __len__(self) -> int:
        return len(self._listed)

    def __iter__(self) -> Iterator[Triple]:
        return iter(self._listed)

    def takes_python(self, python: str, abi: str) -> bool:
        """Whether a python tag with an ABI tag is listed with some platform tag."""
        return (python, abi) in self._taken[0]

    def takes_platform(self, platform: str) -> bool:
        """Whether a platform tag is listed with some python tag."""
        return platform in self._taken[1]

    def of_members(self, pythons: Iterable[str], abis: Iterable[str], platforms: Collection[str]) -> int | None:
        """Rank of the best combination of a tag set's members, or ``None`` where none is listed."""
        listed = self._listed
        ranks = (listed.get(triple) for triple in product(pythons, abis, platforms))
        return min((rank for rank in ranks if rank is not None), default=None)

    def of_new_text(self, text: str) -> int | None:
        """As :meth:`of_text`, without its memory."""
        return self.of_members(*split_tag_set(text))


def ranks_with_options(target: Target) -> Ranks:
    """Work out the ranks of a target's tags, by its options."""
    options = target.options
    listed = ListedRanks(options.tags) if options.tags else None
    ranks = listed or Ranks(target.python, platform_tags(target.platform, options))
    return VariantRanks(ranks, options.variants) if options.variants else ranks


def target_from_tags(
    tags: Iterable[str | TagLike],
    *,
    host: Target | None = None,
    before: bool = True,
    python: Python | None = None,
    platform: Platform | None = None,
) -> Target:
    """Describe a target that takes a list of tags, and ranks wheels by it.

    It chooses as ``packaging.tags.create_compatible_tags_selector`` of the same tags does. What the tags do not say,
    such as how a wheel misses the target, is answered by the Python and the platform.

    :param tags: the tags, best first: texts, of which a compressed one means all its combinations in the order written;
        or tags of any copy of ``packaging``.
    :param host: a target whose own tags are taken too.
    :param before: whether the list comes before the host's own tags; otherwise after them.
    :param python: the Python; by default the host's, or the first that a tag names.
    :param platform: the platform; by default the host's, or the one that the first platform tags name.
    :raises InvalidTag: a text is not a tag.
    :raises InvalidTarget: there are no tags, or more than 20,000, or none of them names a Python.

    >>> mine = target_from_tags(["cp312-cp312-galaxy_x86_64", "py3-none-any"])
    >>> mine.triples(), str(mine.python)
    (('cp312-cp312-galaxy_x86_64', 'py3-none-any'), 'cpython 3.12 (cp312)')
    >>> from manytags import rank, target
    >>> here = target_from_tags(["cp312-cp312-galaxy_x86_64"], host=target("3.12", "win_amd64"), before=False)
    >>> rank("cp312-cp312-win_amd64", here), rank("cp312-cp312-galaxy_x86_64", here)
    (0, 42)
    """
    if isinstance(tags, str):
        raise TypeError("expected several tags, got one text")
    listed = [triple for tag in tags for triple in _triples(tag)]
    if host is not None:
        own = list(host.ranks)
        listed = [*listed, *own] if before else [*own, *listed]
    listed = list(dict.fromkeys(listed))
    if not 0 < len(listed) <= MAX_ITEMS:
        raise InvalidTarget("-".join(listed[0] if listed else ()), f"expected 1 to {MAX_ITEMS} tags, got {len(listed)}")
    if host is not None:
        python, platform = python or host.python, platform or host.platform
        evidence = host.evidence
    else:
        python = python or _first_python(listed)
        platform = platform or platform_of_tags([text for _, _, text in listed])
        evidence = (Evidence("platform", str(platform), "a list of tags"),)
    variants = host.options.variants if host is not None else ()
    return with_tags(Target(python, platform, TagOptions(variants=variants), evidence), listed)


def with_tags(target: Target, triples: list[Triple]) -> Target:
    """Give a target a list of tags, unless its own are the same."""
    try:
        if list(target.ranks) == triples:
            return target
    except InvalidTarget:
        pass  # a platform that has no ladder takes what is listed
    return Target(
        target.python,
        target.platform,
        TagOptions(tags=tuple("-".join(fields) for fields in triples), variants=target.options.variants),
        target.evidence,
    )


def _triples(tag: str | TagLike) -> Iterator[Triple]:
    if isinstance(tag, str):
        members = [split_tag_set(tag)]
    else:
        read = read_parsed(tag)
        if isinstance(read, str):
            raise TypeError(f"expected a tag, got {read!r}")
        members = [tuple(field) for field in read]
    for pythons, abis, platforms in members:
        yield from product(pythons, abis, platforms)


def _first_python(triples: list[Triple]) -> Python:
    """Describe the first Python of one implementation that a tag names, or else any Python."""
    tags = {python: parse_python_tag(python) for python, _, _ in triples}
    known = [tag for tag in tags.values() if tag.implementation is not None and tag.version]
    if not known:
        raise InvalidTarget("-".join(triples[0]), "none of the tags names a Python that manytags knows; describe it")
    tag = next((tag for tag in known if tag.implementation != "python"), known[0])
    abis = dict.fromkeys(abi for python, abi, _ in triples if python == str(tag) and abi not in _SHARED_ABIS)
    return Python(tag.implementation or "", tag.version, tuple(abis))


def platform_of_tags(platforms: list[str]) -> Platform:
    """Describe the platform of the first tag that says more than a machine, or of the first that names one."""
    tags = list(dict.fromkeys(text for text in platforms if text != "any"))
    parsed = {text: parse_platform_or_none(text) for text in tags}
    for text in sorted(tags, key=lambda text: (tag := parsed[text]) is None or tag.is_bare):
        platform = platform_of_tag(text)
        if platform is not None:
            return platform
    return Platform("other", next(iter(tags), "any"))
