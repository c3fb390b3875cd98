"""What an index holds: projects, releases and wheels by tag, and how much of it a target can install. Pure."""

from __future__ import annotations

from ..errors import InvalidInput
from ..tags import Value
from .census_tables import TABLES, Count, Tables
from .census_tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..targets import Target

__all__ = ["Census", "Count", "census"]


def census(
    entries: Iterable[object],
    targets: Iterable[Target] = (),
    *,
    key: Callable[[object], object] | None = None,
) -> Census:
    """Count what an index holds, in one pass and in memory that grows with projects and releases, not with files.

    It is quickest where the files of a release come together, as indexes list them; the answer is the same in any
    order. Parts of an index can be counted apart, and merged. A file that is listed twice counts as two wheels.

    :param entries: file names, entries of an index (mappings with ``filename``, ``requires-python``, ``yanked``), or
        anything that ``key`` makes one of these from; any iterable, read once.
    :param targets: count for these how many releases each can install as wheels, as :func:`best` decides it.
    :param key: gives a file name or an entry for an item of ``entries``.
    :raises InvalidWheelFilename: an item is no text and no such mapping. An invalid name is counted.

    >>> found = census(["a-1.0-py3-none-any.whl", "a-1.0.tar.gz", "b-2-cp312-cp312-linux_armv7l.whl", "b-2-py3.whl"])
    >>> found.total
    Count(wheels=2, releases=2, projects=2)
    >>> found.counts("platform")["linux_armv7l"].projects, found.projects("linux_armv7l"), found.invalid
    (1, ('b',), 1)

    Rule: :pep:`503` says which names are one project, :pep:`440` which versions are one release.
    """
    if isinstance(entries, str):
        raise TypeError("expected several files, got one text")
    from .census_count import Counting

    tally = Tally(targets)
    Counting(tally).count(entries, key)
    return Census(tally)


class Census(Value):
    """What :func:`census` counted: a value that merges, pickles, and travels as JSON.

    Two are equal when the same was counted for the same targets, whichever way it came. Numbers of wheels, releases
    and projects are :class:`Count` tuples; releases and projects are those that have wheels.
    """

    __slots__ = ("_tables", "_tally")
    _fields = ("_tally",)

    if TYPE_CHECKING:
        _tally: Tally
        _tables: Tables | None

    def __init__(self, tally: Tally) -> None:
        self._assign(_tally=tally, _tables=None)

    def merge(self, *others: Census) -> Census:
        """Count together: as if all files had been counted in one pass, in whatever order and grouping.

        Several at once cost less than one after the other. ``a | b`` is ``a.merge(b)``.

        :param others: of other parts of the index, or of the same projects and releases.
        :raises InvalidInput: they were counted for other targets.
        """
        tally = Tally(self._tally.targets)
        for one in (self, *others):
            tally.add(one._tally)  # noqa: SLF001 - another of this class
        return Census(tally)

    def __or__(self, other: object) -> Census:
        return self.merge(other) if isinstance(other, Census) else NotImplemented

    @property
    def total(self) -> Count:
        """All wheels, and the releases and projects that have any."""
        return self._worked_out().total

    def counts(self, by: str = "platform") -> dict[str, Count]:
        """Count by one kind of key; what most projects have comes first.

        :param by: ``platform``, ``abi``, ``python``: tags, as written, in lower case. ``libc``: the oldest C library of
            each kind and architecture that a wheel is for, as its tag; legacy names are what they stand for.
            ``architecture``: system and architecture as tags name them, such as ``linux x86_64`` or ``macos
            universal2``. ``system``.
        :raises InvalidInput: nothing is counted by this.
        """
        return dict(self._worked_out().by[_table(by)])

    def projects(self, *keys: str, by: str = "platform") -> tuple[str, ...]:
        """List the projects that publish a wheel with one of some keys, by normalised name, in alphabetical order.

        :param keys: such as ``linux_armv6l``; without any, all projects that publish wheels.
        :param by: what the keys are, as for :meth:`counts`.
        :raises InvalidInput: nothing is counted by this.
        """
        table = _table(by)
        if not keys:
            return tuple(sorted(self._tally.projects))
        return tuple(self._worked_out().projects({key.lower() for key in keys}, table))

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets that it was counted for."""
        return self._tally.targets

    @property
    def installable(self) -> dict[Target, Count]:
        """The wheels that each target takes, and the releases and projects that have one; none that was yanked."""
        return dict(zip(self.targets, self._worked_out().installable, strict=True))

    @property
    def others(self) -> dict[str, int]:
        """Files that are no wheels, by ending: ``tar.gz``, ``zip``, ... and ``other``; most first."""
        return dict(sorted(self._tally.others.items(), key=lambda row: (-row[1], row[0])))

    @property
    def invalid(self) -> int:
        """How many names end in ``.whl`` and are no wheel file names."""
        return self._tally.invalid

    @property
    def invalid_names(self) -> tuple[str, ...]:
        """The first ten of these in alphabetical order, of each the first 200 characters."""
        return tuple(self._tally.examples)

    @property
    def yanked(self) -> int:
        """How many of the wheels were yanked."""
        return self._tally.yanked

    @property
    def variants(self) -> int:
        """How many of the wheels are variants (draft :pep:`825`), which no target takes."""
        return self._tally.variants

    def to_json(self) -> str:
        """Write it as JSON, with all projects and releases, so that it can be merged elsewhere."""
        from .census_json import census_to_json

        return census_to_json(self._tally)

    @classmethod
    def from_json(cls, text: str) -> Census:
        """Read what :meth:`to_json` wrote.

        :param text: the JSON.
        :raises InvalidCensus: it is no JSON, or something in it is missing, unknown, mistyped or contradicts itself.
        """
        from .census_json import tally_from_json

        return cls(tally_from_json(text))

    def to_text(self, top: int = 10) -> str:
        """Lay it out for people.

        :param top: how many lines of each table.
        """
        from .census_forms import census_to_text

        return census_to_text(self, top)

    def to_csv(self) -> str:
        """Write all tables as one in CSV: ``by,key,wheels,releases,projects``."""
        from .census_forms import census_to_csv

        return census_to_csv(self)

    def to_svg(self, by: str = "platform", top: int = 20) -> str:
        """Draw the projects that publish each of the first keys of a table, as SVG.

        :param by: the table, as for :meth:`counts`.
        :param top: how many bars.
        :raises InvalidInput: nothing is counted by this.
        """
        from .census_chart import census_to_svg

        return census_to_svg(self, _table(by), top)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Census):
            return NotImplemented
        return self._tally.is_like(other._tally)

    def __hash__(self) -> int:
        return hash((sum(self._tally.wheels), len(self._tally.projects), self._tally.invalid))

    def __repr__(self) -> str:
        return f"<Census: {sum(self._tally.wheels)} wheels of {len(self._tally.projects)} projects>"

    def __str__(self) -> str:
        return self.to_text()

    def _worked_out(self) -> Tables:
        if self._tables is None:
            self._assign(_tables=Tables(self._tally))
        assert self._tables is not None  # noqa: S101 - assigned above
        return self._tables


def _table(by: str) -> str:
    if by not in TABLES:
        raise InvalidInput(by, f"a census counts by {', '.join(TABLES)}")
    return by
