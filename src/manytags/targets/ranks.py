"""From a target to its tags and their ranks: how well a wheel fits, 0 being best.

A target's tags are groups (a python tag with an ABI tag) times the ladder of its platform tags. They are never
multiplied out to rank: the rank of a triple is its group's base plus its platform's offset, so a list of a thousand
tags is two small tables. The ladders are in ``platforms``. Order and ends are packaging's where packaging is right;
``tests/oracle/known_differences.py`` lists what differs, with the evidence.
"""

from ..platforms import family
from ..tags import MAX_TRIPLES, MEMO_LIMIT, MEMO_TEXT, filename_fields, split_members, split_pythons, tag_set_members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ..platforms import Platform
    from . import Python, Target
    from .options import TagOptions
    from .parsed import TagLike, WheelLike


#: First minor version of Python 3 with a stable ABI (:pep:`384`).
FIRST_ABI3_MINOR = 2


class Ranks:
    """The ranks of a target's tags: 0 is best.

    The rank of a tag set is remembered, and what each half of it adds to a rank: halves return in other sets.

    Iterating gives the ``(python, abi, platform)`` triples in order; ``len()`` counts them.
    """

    __slots__ = ("_any_ranks", "_bases", "_fields", "_memo", "_offsets", "_pairs", "platforms")

    def __init__(self, python: "Python", platforms: "tuple[str, ...]") -> None:
        self.platforms = platforms
        self._offsets: dict[str, int] = {}
        for offset, platform in enumerate(platforms):
            self._offsets.setdefault(platform, offset)
        width = len(platforms)
        groups, any_groups = python_groups(python)
        self._bases = {group: index * width for index, group in enumerate(groups)}
        start = len(groups) * width
        self._any_ranks = {group: start + index for index, group in enumerate(any_groups)}
        self._memo: dict[str, int | None] = {}
        #: Python tags and ABI tags, as written -> least base, least rank with ``any``, how many pairs.
        self._pairs: dict[str, tuple[int | None, int | None, int]] = {}
        #: Platform tags, as written -> least offset, whether ``any`` is among them, how many.
        self._fields: dict[str, tuple[int | None, bool, int]] = {}

    def __len__(self) -> int:
        return len(self._bases) * len(self.platforms) + len(self._any_ranks)

    def __iter__(self) -> "Iterator[tuple[str, str, str]]":
        for python, abi in self._bases:
            for platform in self.platforms:
                yield python, abi, platform
        for python, abi in self._any_ranks:
            yield python, abi, "any"

    def takes_python(self, python: str, abi: str) -> bool:
        """Whether a python tag with an ABI tag is taken, with the target's platform tags or with ``any``."""
        return (python, abi) in self._bases or (python, abi) in self._any_ranks

    def takes_platform(self, platform: str) -> bool:
        """Whether a platform tag is taken with some Python; ``any`` is not a platform's own."""
        return platform in self._offsets

    def labelled(self, rank: int | None, label: str | None) -> int | None:
        """Turn the rank of a wheel's tags into that of the wheel, whose variant has a label; :pep:`825` is a draft."""
        return rank if label is None else None

    def of_members(self, pythons: "Iterable[str]", abis: "Iterable[str]", platforms: "Collection[str]") -> int | None:
        """Rank of the best combination of a tag set's members, or ``None`` where none is taken.

        :param pythons: python tags in lower case; likewise the others.
        """
        base, any_rank, _ = self._of_pairs(pythons, abis)
        offset, takes_any, _ = self._of_platforms(platforms)
        if base is not None and offset is not None:
            return base + offset
        return any_rank if takes_any else None

    def _of_pairs(self, pythons: "Iterable[str]", abis: "Iterable[str]") -> "tuple[int | None, int | None, int]":
        base = any_rank = None
        count = 0
        bases, any_ranks = self._bases, self._any_ranks
        for python in pythons:
            for abi in abis:
                count += 1
                group = python, abi
                rank = bases.get(group)
                if rank is not None and (base is None or rank < base):
                    base = rank
                rank = any_ranks.get(group)
                if rank is not None and (any_rank is None or rank < any_rank):
                    any_rank = rank
        return base, any_rank, count

    def _of_platforms(self, platforms: "Collection[str]") -> "tuple[int | None, bool, int]":
        least = None
        for platform in platforms:
            offset = self._offsets.get(platform)
            if offset is not None and (least is None or offset < least):
                least = offset
        return least, "any" in platforms, len(platforms)

    def of_text(self, text: str) -> int | None:
        """Rank of a compressed tag set; remembered, since real indexes repeat themselves.

        :param text: three fields, such as ``cp312-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64``.
        :raises InvalidTag: it is not a tag set.
        """
        try:
            return self._memo[text]
        except KeyError:
            pass
        rank = self.of_new_text(text)
        if len(text) <= MEMO_TEXT:
            if len(self._memo) >= MEMO_LIMIT:
                self._memo.clear()
            self._memo[text] = rank
        return rank

    def of_new_text(self, text: str) -> int | None:
        """As :meth:`of_text`, for one that remembers the answer itself."""
        if len(text) > MEMO_TEXT:
            return self.of_members(*(tag_set_members(text) or _refused(text)))
        pair, _, platforms = text.rpartition("-")
        if len(self._pairs) >= MEMO_LIMIT or len(self._fields) >= MEMO_LIMIT:
            self._pairs.clear()
            self._fields.clear()
        left = self._pairs.get(pair)
        if left is None:
            python, _, abi = pair.partition("-")
            left = self._pairs[pair] = self._of_pairs(split_pythons(python), split_members(abi))
        right = self._fields.get(platforms)
        if right is None:
            right = self._fields[platforms] = self._of_platforms(split_members(platforms))
        if not 0 < left[2] * right[2] <= MAX_TRIPLES:
            _refused(text)
        # Every group with a platform of its own ranks before every one with "any".
        if left[0] is not None and right[0] is not None:
            return left[0] + right[0]
        return left[1] if right[1] else None


def _refused(text: str) -> "tuple[tuple[str, ...], ...]":
    """Raise the error for text that is not a tag set, or means too many triples."""
    from ..tags.text import split_tag_set

    return split_tag_set(text)


def python_groups(python: "Python") -> "tuple[list[tuple[str, str]], list[tuple[str, str]]]":
    """List the (python tag, ABI tag) pairs that a Python takes with its platform's tags, then those with ``any``.

    Own ABIs first, then the stable ABI, then no ABI, then older stable ABIs, then any implementation's wheels.

    Rule: :pep:`425`, :pep:`384`, :pep:`803`; the order is packaging's.
    """
    short = "cp" if python.implementation == "cpython" else _short_name(python.implementation)
    major, minor = (*python.version, 0)[:2]
    digits = "".join(map(str, python.version[:2]))
    own = f"{short}{digits}"
    abis = [abi for abi in python.abis if abi != "none"]
    groups = [(own, abi) for abi in abis if short != "cp" or not abi.startswith("abi3")]
    if short == "cp" and (major, minor) >= (3, FIRST_ABI3_MINOR):
        stable = "abi3t" if python.free_threaded else "abi3"
        groups += [(own, stable), (own, "none")]
        groups += [(f"cp{major}{older}", stable) for older in range(minor - 1, FIRST_ABI3_MINOR - 1, -1)]
    else:
        groups.append((own, "none"))
    pures = [f"py{digits}", f"py{major}", *(f"py{major}{older}" for older in range(minor - 1, -1, -1))]
    groups += [(pure, "none") for pure in pures]
    # packaging's "<interpreter>-none-any": CPython has its own, PyPy has its major version's, others have none.
    no_abi = {"cp": [own], "pp": [f"pp{major}"]}.get(short, [])
    return list(dict.fromkeys(groups)), [(pure, "none") for pure in dict.fromkeys((*no_abi, *pures))]


def _short_name(implementation: str) -> str:
    from ..tags.python import SHORT_NAMES

    return SHORT_NAMES.get(implementation, implementation)


def platform_tags(platform: "Platform", options: "TagOptions | None" = None) -> "tuple[str, ...]":
    """List the platform tags that a platform takes, best first, without ``any``.

    :param platform: the machine.
    :param options: what its owner decided.
    :raises InvalidTarget: the platform lacks what its system's ladder is made of.

    >>> from manytags import Platform
    >>> platform_tags(Platform("linux", "aarch64", glibc=(2, 18)))[:3]
    ('linux_aarch64', 'manylinux_2_18_aarch64', 'manylinux_2_17_aarch64')
    """
    tags = family(platform.system).ladder(platform)
    if options is not None:
        from .options import with_options

        tags = with_options(tags, platform, options)
    return tuple(tags)


def rank(wheel: "WheelLike | TagLike | Iterable[TagLike]", target: "Target") -> "int | None":
    """Rank a wheel for a target: 0 is best, ``None`` does not fit.

    :param wheel: a wheel file name, as text, :class:`WheelFilename`, path, mapping with ``filename``, or as packaging
        returns it; a tag or compressed tag set as text; a ``packaging`` tag, or several of them.
    :param target: what it is for.
    :raises InvalidWheelFilename: the text ends in ``.whl``, or has as many dashes, and is not a wheel file name.
    :raises InvalidTag: the text is not a tag either.
    :raises TypeError: ``wheel`` is none of these.

    >>> from manytags import target
    >>> there = target("cp312", "manylinux_2_28_aarch64")
    >>> rank("numpy-2.3.0-cp312-cp312-manylinux_2_28_aarch64.whl", there)
    1
    >>> rank("numpy-2.3.0-cp312-cp312-win_amd64.whl", there) is None
    True
    """
    if isinstance(wheel, str):
        if wheel.endswith(".whl") or wheel.count("-") > 2:
            return rank_filename(wheel, target)
        return target.ranks.of_text(wheel)
    # A WheelFilename, told by an attribute: an import takes five times as long as the rank.
    tag_set = getattr(wheel, "tag_set", None)
    if tag_set is not None:
        return target.ranks.labelled(target.ranks.of_text(tag_set.text), wheel.variant)  # type: ignore[union-attr]
    from .parsed import read_parsed

    read = read_parsed(wheel)
    if isinstance(read, str):
        return rank_filename(read, target)
    ranks = [target.ranks.of_members(*members) for members in read]
    return min((rank for rank in ranks if rank is not None), default=None)


def rank_filename(text: str, target: "Target") -> "int | None":
    """Rank a wheel file name; a wheel variant (draft :pep:`825`) fits only those who know its label."""
    fields = filename_fields(text)
    if fields is not None:
        try:
            of_tags = target.ranks.of_text(fields[3])
        except ValueError:
            pass
        else:
            return target.ranks.labelled(of_tags, fields[4])
    from ..tags.filename import parse_wheel_filename

    parse_wheel_filename(text)  # raises, and names the whole file name
    raise AssertionError(text)
