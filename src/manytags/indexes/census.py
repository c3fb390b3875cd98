"""What an index holds: projects, releases and wheels by tag, and how much of it a target can install. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..choose.entries import check_several
from ..errors import InvalidInput
from .census_output import census_to_csv, census_to_svg, census_to_text, sorted_others
from .census_tables import TABLES, Count, Tables
from .census_tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..targets import Target


def census(
    entries: Iterable[object],
    targets: Iterable[Target] = (),
    *,
    key: Callable[[object], object] | None = None,
) -> Census:
    """Count what an index holds, in a single pass. Memory grows with projects, releases and tag sets, not with files.

    A project takes 160 bytes and its name, each release 100 bytes, and each tag set that no other wheel has 250 bytes.

    Counting is fastest if the files of a release follow each other, as indexes list them; the result is the same in any
    order. Parts of an index can be counted separately and merged. A file that is listed twice counts as two wheels.

    :param entries: file names, entries of an index (mappings with ``filename``, ``requires-python``, ``yanked``), or
        anything that ``key`` turns into one of these; any iterable, read once.
    :param targets: for each of these, count how many releases it can install as wheels, as :func:`best` decides.
    :param key: returns the file name or entry of an item.
    :raises InvalidWheelFilename: an item is neither text nor such a mapping. Invalid names are counted.

    >>> counted = census(["a-1.0-py3-none-any.whl", "a-1.0.tar.gz", "b-2-cp312-cp312-linux_armv7l.whl", "b-2-py3.whl"])
    >>> counted.total
    Count(wheels=2, releases=2, projects=2)
    >>> counted.counts("platform")["linux_armv7l"].projects, counted.projects("linux_armv7l"), counted.invalid
    (1, ('b',), 1)

    Rule: :pep:`503` says which names are one project, :pep:`440` which versions are one release.
    """
    check_several(entries)
    from .census_count import Counting

    tally = Tally(targets)
    Counting(tally).count(entries, key)
    return Census(tally)


@dataclass(frozen=True, eq=False, repr=False)  # no slots: the tables are cached
class Census:
    """What :func:`census` counted: a value that merges, pickles, and can be written as JSON.

    Two are equal if the same files were counted for the same targets, in any order. Numbers of wheels, releases and
    projects are :class:`.Count` values; only releases and projects with wheels are counted.
    """

    _tally: Tally

    def merge(self, *others: Census) -> Census:
        """Add up several censuses, as if all files had been counted in a single pass. Order and grouping do not matter.

        Merging many at once is faster than merging one after the other. ``a | b`` is ``a.merge(b)``.

        :param others: of other parts of the index, or of the same projects and releases.
        :raises InvalidInput: the others were counted for other targets.
        """
        tally = Tally(self.targets)
        for counted in (self, *others):
            tally.add(counted._tally)  # noqa: SLF001 - the same class
        return Census(tally)

    def __or__(self, other: object) -> Census:
        return self.merge(other) if isinstance(other, Census) else NotImplemented

    @property
    def total(self) -> Count:
        """All wheels, and the releases and projects that have wheels."""
        return self._tables.total

    def counts(self, by: str = "platform") -> dict[str, Count]:
        """Count by one kind of key; the keys that most projects have come first.

        :param by: ``platform``, ``abi``, ``python``: tags, as written, in lower case. ``libc``: the oldest C library of
            each kind and architecture that a wheel is for, as its tag; legacy names count as their new names.
            ``architecture``: system and architecture in the words of tags, such as ``linux x86_64`` or ``macos
            universal2``. ``system``.
        :raises InvalidInput: there is no such table.
        """
        return dict(self._tables.by[_table(by)])

    def projects(self, *keys: str, by: str = "platform") -> tuple[str, ...]:
        """List the projects that publish a wheel with any of some keys: normalized names in alphabetical order.

        :param keys: such as ``linux_armv6l``; without keys, all projects that publish wheels are listed.
        :param by: what the keys are, as for :meth:`counts`.
        :raises InvalidInput: there is no such table.
        """
        table = _table(by)
        if not keys:
            return tuple(sorted(self._tally.projects))
        return tuple(self._tables.projects({key.lower() for key in keys}, table))

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets that it was counted for."""
        return self._tally.targets

    @property
    def installable(self) -> dict[Target, Count]:
        """The wheels that each target takes, without yanked ones, and the releases and projects that have one."""
        return dict(zip(self.targets, self._tables.installable, strict=True))

    @property
    def others(self) -> dict[str, int]:
        """Number of files that are not wheels, by ending: ``tar.gz``, ``zip``, ... and ``other``; most common first."""
        return dict(sorted_others(self._tally))

    @property
    def invalid(self) -> int:
        """Number of names that end in ``.whl`` but are not wheel file names."""
        return self._tally.invalid

    @property
    def invalid_names(self) -> tuple[str, ...]:
        """The first ten invalid names in alphabetical order, up to 200 characters of each."""
        return tuple(self._tally.examples)

    @property
    def yanked(self) -> int:
        """Number of wheels that were yanked."""
        return self._tally.yanked

    @property
    def variants(self) -> int:
        """Number of wheels that are variants (draft :pep:`825`), which no target takes."""
        return self._tally.variants

    def to_json(self) -> str:
        """Write it as JSON, with all projects and releases, so that it can be merged elsewhere."""
        from .census_json import census_to_json

        return census_to_json(self._tally)

    @classmethod
    def from_json(cls, text: str) -> Census:
        """Read what :meth:`to_json` wrote.

        :param text: the JSON.
        :raises InvalidCensus: the text is not JSON, or something in it is missing, unknown, mistyped or contradictory.
        """
        from .census_json import tally_from_json

        return cls(tally_from_json(text))

    def to_text(self, top: int = 10) -> str:
        """Lay it out for people.

        :param top: how many lines of each table.
        """
        return census_to_text(self._tally, self._tables, top)

    def to_csv(self) -> str:
        """Write all tables as a single CSV table: ``by,key,wheels,releases,projects``."""
        return census_to_csv(self._tally, self._tables)

    def to_svg(self, by: str = "platform", top: int = 20) -> str:
        """Draw, as SVG, how many projects publish each of the first keys of a table.

        :param by: the table, as for :meth:`counts`.
        :param top: how many bars.
        :raises InvalidInput: there is no such table.
        """
        return census_to_svg(self._tables, _table(by), top)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Census):
            return NotImplemented
        return self._tally.is_like(other._tally)

    def __hash__(self) -> int:
        return hash((sum(self._tally.wheels), len(self._tally.projects), self._tally.invalid))

    def __reduce__(self) -> tuple[object, ...]:
        return Census, (self._tally,)  # without the tables

    def __repr__(self) -> str:
        return f"<Census: {sum(self._tally.wheels)} wheels of {len(self._tally.projects)} projects>"

    def __str__(self) -> str:
        return self.to_text()

    @cached_property
    def _tables(self) -> Tables:
        return Tables(self._tally)


def _table(by: str) -> str:
    if by not in TABLES:
        raise InvalidInput(by, f"a census counts by {', '.join(TABLES)}")
    return by
