"""The tables of a census: by which keys a wheel is counted, and how releases and projects add up. Pure.

A wheel counts once for each key that it has; a release or a project for each key that one of its wheels has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..platforms.parse import parse_platform_or_none
from .census_tally import profiles_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..platforms.tag import PlatformTag
    from .census_tally import Profile, Tally

#: What a census counts by.
TABLES = ("platform", "abi", "python", "libc", "architecture", "system")


@dataclass(frozen=True, slots=True)
class Count:
    """How many wheels there are of a kind, how many releases have one, and how many projects."""

    wheels: int
    releases: int
    projects: int


def keys_of(tag_set: str) -> dict[str, set[str]]:
    """List, for each table, the keys by which a wheel with a tag set is counted.

    :param tag_set: three fields, in lower case.

    >>> keys = keys_of("cp312-cp312-manylinux2014_x86_64.manylinux_2_28_x86_64")
    >>> sorted(keys["platform"]), keys["libc"], keys["architecture"]
    (['manylinux2014_x86_64', 'manylinux_2_28_x86_64'], {'manylinux_2_17_x86_64'}, {'linux x86_64'})
    """
    pythons, abis, platforms = ({*field.split(".")} for field in tag_set.split("-"))
    machines = set()
    floors: dict[tuple[str, str], PlatformTag] = {}
    for text in platforms:
        tag = parse_platform_or_none(text)
        if tag is None:  # it begins like a kind of tag, but is not well formed
            machines.add("other")
            continue
        machines.add(f"{tag.system} {tag.machine}".rstrip())
        if tag.need is not None and tag.need.subject in {"glibc", "musl"}:
            floor = floors.setdefault((tag.need.subject, tag.machine), tag)
            floors[tag.need.subject, tag.machine] = min(tag, floor, key=lambda member: member.sort_key)
    return {
        "platform": platforms,
        "abi": abis,
        "python": pythons,
        "libc": {tag.perennial for tag in floors.values()},
        "architecture": machines,
        "system": {machine.partition(" ")[0] for machine in machines},
    }


class Tables:
    """The tables of a tally, worked out once.

    :ivar total: all wheels, and the releases and projects that have any.
    :ivar by: table -> key -> count; those that most projects have come first.
    :ivar installable: what each target takes, in the order of the targets.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        #: Table and key -> its number.
        self._numbers: dict[tuple[str, str], int] = {}
        #: Numbers of the keys of each tag set.
        self._keys = [self._keys_of(tag_set) for tag_set in tally.tag_sets]
        releases: Counter[Profile] = Counter()
        #: Projects that are alike have releases of the same profiles.
        alike: Counter[frozenset[Profile]] = Counter()
        for of_project in tally.projects.values():
            releases.update(profiles_of(of_project))
            alike[frozenset(profiles_of(of_project))] += 1
        wheels = Counter[int]()
        for number, times in enumerate(tally.wheels):
            for key in self._keys[number]:
                wheels[key] += times
        in_releases = self._add_up(releases.items())
        in_projects = self._add_up((set().union(*profiles), times) for profiles, times in alike.items())
        self.total = Count(sum(tally.wheels), releases.total(), alike.total())
        self.installable = [
            Count(fitting, in_releases[-1 - number], in_projects[-1 - number])
            for number, fitting in enumerate(tally.fitting)
        ]
        self.by: dict[str, dict[str, Count]] = {table: {} for table in TABLES}
        for (table, name), number in self._numbers.items():
            self.by[table][name] = Count(wheels[number], in_releases[number], in_projects[number])
        for table in TABLES:
            rows = self.by[table].items()
            ordered = sorted(rows, key=lambda row: (-row[1].projects, -row[1].releases, -row[1].wheels, row[0]))
            self.by[table] = dict(ordered)

    def projects(self, wanted: set[str], table: str) -> list[str]:
        """List the projects that have a wheel with any of some keys."""
        keys = {self._numbers[table, key] for key in wanted if (table, key) in self._numbers}
        tag_sets = {number for number, of_set in enumerate(self._keys) if not keys.isdisjoint(of_set)}
        return sorted(
            project
            for project, releases in self._tally.projects.items()
            if not all(map(tag_sets.isdisjoint, profiles_of(releases)))
        )

    def _keys_of(self, tag_set: str) -> tuple[int, ...]:
        numbers = self._numbers
        return tuple(
            numbers.setdefault((table, key), len(numbers)) for table, keys in keys_of(tag_set).items() for key in keys
        )

    def _add_up(self, alike: Iterable[tuple[Iterable[int], int]]) -> Counter[int]:
        """Count the keys of profiles, and targets by their negative numbers; each profile counts as often as given."""
        counts = Counter[int]()
        for profile, times in alike:
            keys: set[int] = set()
            for number in profile:
                keys.update((number,) if number < 0 else self._keys[number])
            for key in keys:
                counts[key] += times
        return counts
