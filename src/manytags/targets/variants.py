"""Ranks of wheel variants by the labels that a target's owner prefers. Pure.

Rule: draft :pep:`825`, variant ordering: wheels are grouped by their labels, those without one are the last group, and
tags decide within a group.
"""

from __future__ import annotations

from .ranks import Ranks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator


class VariantRanks(Ranks):
    """The ranks of tags, with those of variants before those of wheels without a label.

    :param ranks: the ranks of a target that knows no variants.
    :param labels: the labels of variants that the target takes, best first.
    """

    __slots__ = ("_groups", "_plain", "_ranks")

    def __init__(self, ranks: Ranks, labels: tuple[str, ...]) -> None:
        self.platforms = ranks.platforms
        self._memo = {}
        self._ranks = ranks
        self._plain = len(labels) * len(ranks)
        self._groups = {label: index * len(ranks) for index, label in enumerate(labels)}

    def __len__(self) -> int:
        return len(self._ranks)

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        return iter(self._ranks)

    def takes_python(self, python: str, abi: str) -> bool:
        """Whether a python tag with an ABI tag is taken."""
        return self._ranks.takes_python(python, abi)

    def takes_platform(self, platform: str) -> bool:
        """Whether a platform tag is taken with some Python."""
        return self._ranks.takes_platform(platform)

    def of_members(self, pythons: Iterable[str], abis: Iterable[str], platforms: Collection[str]) -> int | None:
        """Rank of a tag set's members in a wheel without a label."""
        rank = self._ranks.of_members(pythons, abis, platforms)
        return None if rank is None else self._plain + rank

    def of_new_text(self, text: str) -> int | None:
        """As :meth:`of_text`, without its memory."""
        rank = self._ranks.of_new_text(text)
        return None if rank is None else self._plain + rank

    def labelled(self, rank: int | None, label: str | None) -> int | None:
        """Turn the rank of a wheel's tags into that of a variant."""
        if label is None or rank is None:
            return rank
        group = self._groups.get(label)
        return None if group is None else rank - self._plain + group
