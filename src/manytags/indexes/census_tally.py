"""What a census keeps, and how two of them become one. Pure.

What is kept of a release is its *profile*: which tag sets its wheels have and which targets take one of them. Most
releases are like others, and equal profiles are one object; tags are looked into in ``census_tables`` alone. So memory
grows with projects and releases, not with files. A release's files may come in any order and from several machines.
"""

from __future__ import annotations

from itertools import chain, islice

from ..errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..targets import Target

    #: Numbers of tag sets, in order; before them -1 for the first target that takes one of the wheels, -2 ...
    Profile = tuple[int, ...]
    #: Release -> profile; or, smaller, both in turns, where all files of a project came together.
    Releases = dict[str, Profile] | tuple[str | Profile, ...]

#: How many of the invalid names are kept, the first in alphabetical order, and how many characters of each.
EXAMPLES, EXAMPLE_TEXT = 10, 200
#: How many tag sets all remembered profiles may have.
_PROFILE_ITEMS = 2_000_000


class Profiles:
    """The one object for each profile, as far as they are remembered."""

    def __init__(self) -> None:
        self._known: dict[Profile, Profile] = {}
        self._items = 0

    def of(self, numbers: Iterable[int]) -> Profile:
        """Make a profile of numbers in any order."""
        profile = tuple(sorted({*numbers}))
        known = self._known.get(profile)
        if known is None:
            self._items += len(profile)
            if self._items > _PROFILE_ITEMS:
                self._known.clear()
                self._items = len(profile)
            known = self._known[profile] = profile
        return known


class Tally:
    """Counts that grow; a :class:`Census` holds one that no longer does.

    :param targets: whom releases are counted for.
    :ivar tag_sets: tag set, its members in alphabetical order -> its number.
    :ivar wheels: how many wheels have each tag set, by its number.
    :ivar fitting: how many wheels each target takes.
    :ivar projects: project -> its releases.
    :ivar others: ending of what is no wheel -> how many.
    :ivar examples: of the invalid names.
    """

    __slots__ = (
        *("examples", "fitting", "invalid", "others", "projects"),
        *("tag_sets", "targets", "variants", "wheels", "yanked"),
    )

    def __init__(self, targets: Iterable[Target]) -> None:
        self.targets = tuple(dict.fromkeys(targets))
        self.tag_sets: dict[str, int] = {}
        self.wheels: list[int] = []
        self.fitting = [0] * len(self.targets)
        self.projects: dict[str, Releases] = {}
        self.others: dict[str, int] = {}
        self.invalid = self.yanked = self.variants = 0
        self.examples: list[str] = []

    def number(self, tag_set: str) -> int:
        """Number of a tag set whose members are in order; a new one where it is new."""
        number = self.tag_sets.setdefault(tag_set, len(self.wheels))
        if number == len(self.wheels):
            self.wheels.append(0)
        return number

    def translation(self, other: Tally) -> dict[int, int]:
        """Give the number here for each number that the other's profiles have; what has none here gets one.

        :raises InvalidInput: the other was counted for other targets.
        """
        ours = {target: -1 - number for number, target in enumerate(self.targets)}
        if ours.keys() != {*other.targets}:
            theirs = ", ".join(map(str, other.targets))
            raise InvalidInput(theirs or "no target", "a census for these does not merge with one for other targets")
        numbers = {-1 - number: ours[target] for number, target in enumerate(other.targets)}
        numbers.update((number, self.number(tag_set)) for tag_set, number in other.tag_sets.items())
        return numbers

    def add(self, other: Tally) -> None:
        """Add what another tally counted.

        :raises InvalidInput: it was counted for other targets.
        """
        numbers = self.translation(other)
        profiles = Profiles()
        for number, wheels in enumerate(other.wheels):
            self.wheels[numbers[number]] += wheels
        for number, fitting in enumerate(other.fitting):
            self.fitting[-1 - numbers[-1 - number]] += fitting
        for ending, files in other.others.items():
            self.others[ending] = self.others.get(ending, 0) + files
        self.invalid += other.invalid
        self.yanked += other.yanked
        self.variants += other.variants
        self.examples = sorted({*self.examples, *other.examples})[:EXAMPLES]
        for project, theirs in other.projects.items():
            ours = self.projects.get(project)
            releases = {} if ours is None else {**as_dict(ours)}  # a copy: another census may have it too
            for release, profile in as_dict(theirs).items():
                own = releases.get(release, ())
                releases[release] = profiles.of((*own, *(numbers[number] for number in profile)))
            self.projects[project] = at_rest(releases) if ours is None else releases

    def is_like(self, other: Tally) -> bool:
        """Whether both counted the same, whatever their numbers for it are."""
        if self._sums() != other._sums() or self.projects.keys() != other.projects.keys():
            return False
        numbers = self.translation(other)  # both have the same tag sets: none gets a number here
        profiles = Profiles()
        for project, theirs in other.projects.items():
            ours, releases = as_dict(self.projects[project]), as_dict(theirs)
            if ours.keys() != releases.keys():
                return False
            for release, profile in releases.items():
                if ours[release] != profiles.of(numbers[number] for number in profile):
                    return False
        return True

    def _sums(self) -> tuple[object, ...]:
        return (
            dict(zip(self.targets, self.fitting, strict=True)),
            {tag_set: self.wheels[number] for tag_set, number in self.tag_sets.items()},
            *(self.others, self.invalid, self.yanked, self.variants, self.examples),
        )


def as_dict(releases: Releases) -> Mapping[str, Profile]:
    """Releases as a mapping; it may be the one that was given."""
    if isinstance(releases, dict):
        return releases
    names, profiles = releases[::2], releases[1::2]
    return dict(zip(names, profiles, strict=True))  # type: ignore[arg-type] # texts and profiles in turns


def at_rest(releases: dict[str, Profile]) -> Releases:
    """Releases in half of the memory."""
    return tuple(chain.from_iterable(releases.items()))


def profiles_of(releases: Releases) -> Iterable[Profile]:
    """Profiles of a project's releases."""
    if isinstance(releases, dict):
        return releases.values()
    return islice(releases, 1, None, 2)  # type: ignore[arg-type] # texts and profiles in turns
