"""What a census keeps, and how two of them are added up. Pure.

Of a release the *profile* is kept: which tag sets its wheels have, and which targets take one of them. Most releases
share their profile with others, and equal profiles are one object. Only ``census_tables`` looks into tags. So memory
grows with projects and releases, not with files, and the files of a release may come in any order.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice

from ..errors import InvalidInput
from ..tags.text import split_tag_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..targets import Target

    #: Numbers in ascending order: those of tag sets, and -1 if the first target takes a wheel, -2 for the second, ...
    Profile = tuple[int, ...]
    #: Release -> profile, or a tuple of alternating releases and profiles, which takes half the memory.
    Releases = dict[str, Profile] | tuple[str | Profile, ...]

#: How many invalid names are kept (the first in alphabetical order), and how many characters of each name.
EXAMPLES, EXAMPLE_TEXT = 10, 200
#: How many numbers all remembered profiles may have together.
_PROFILE_ITEMS = 2_000_000


class Profiles:
    """Returns the same object for equal profiles, as far as these are remembered."""

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
    """Counts that grow. The tally of a :class:`Census` no longer changes.

    :param targets: the targets that wheels are counted for.
    :ivar tag_sets: tag set, its members in alphabetical order -> its number.
    :ivar wheels: how many wheels have each tag set, by the number of the tag set.
    :ivar fitting: how many wheels each target takes.
    :ivar projects: project -> its releases.
    :ivar others: ending of files that are not wheels -> how many.
    :ivar examples: some invalid names.
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
        self.others = Counter[str]()
        self.invalid = self.yanked = self.variants = 0
        self.examples: list[str] = []

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        # Protocols 0 and 1 of pickle refuse slots unless a class has this method.
        return None, {name: getattr(self, name) for name in self.__slots__}

    def number(self, tag_set: str) -> int:
        """Return the number of a tag set whose members are sorted; a new tag set gets the next number."""
        number = self.tag_sets.setdefault(tag_set, len(self.wheels))
        if number == len(self.wheels):
            self.wheels.append(0)
        return number

    def translation(self, other: Tally) -> dict[int, int]:
        """Map each number in the other's profiles to the number that means the same here, which may be new."""
        ours = {target: -1 - number for number, target in enumerate(self.targets)}
        if ours.keys() != {*other.targets}:
            theirs = ", ".join(map(str, other.targets))
            raise InvalidInput(theirs or "no target", "a census for these does not merge with one for other targets")
        numbers = {-1 - number: ours[target] for number, target in enumerate(other.targets)}
        numbers.update((number, self.number(tag_set)) for tag_set, number in other.tag_sets.items())
        return numbers

    def add(self, other: Tally) -> None:
        """Add what another tally counted.

        :raises InvalidInput: it counted for other targets.
        """
        numbers = self.translation(other)
        profiles = Profiles()
        for number, wheels in enumerate(other.wheels):
            self.wheels[numbers[number]] += wheels
        for number, fitting in enumerate(other.fitting):
            self.fitting[-1 - numbers[-1 - number]] += fitting
        self.others += other.others
        self.invalid += other.invalid
        self.yanked += other.yanked
        self.variants += other.variants
        self.examples = sorted({*self.examples, *other.examples})[:EXAMPLES]
        for project, theirs in other.projects.items():
            ours = self.projects.get(project)
            releases = {} if ours is None else {**as_dict(ours)}  # a copy: another census may share it
            for release, profile in as_dict(theirs).items():
                own = releases.get(release, ())
                releases[release] = profiles.of((*own, *(numbers[number] for number in profile)))
            self.projects[project] = compact(releases) if ours is None else releases

    def is_like(self, other: Tally) -> bool:
        """Whether both counted the same, whatever numbers they use."""
        if self._sums() != other._sums() or self.projects.keys() != other.projects.keys():
            return False
        numbers = self.translation(other)  # the tag sets are equal, so none of them is new
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


def normal_tag_set(text: str) -> str:
    """Spell a wheel's three tags so that equal sets have equal texts: lower case, members in alphabetical order.

    :raises InvalidTag: it is not a tag set.
    """
    return "-".join(".".join(sorted({*field})) for field in split_tag_set(text))


def as_dict(releases: Releases) -> dict[str, Profile]:
    """Return releases as a dictionary, which may be the argument itself."""
    if isinstance(releases, dict):
        return releases
    names, profiles = releases[::2], releases[1::2]
    return dict(zip(names, profiles, strict=True))  # type: ignore[arg-type] # names and profiles in turns


def compact(releases: dict[str, Profile]) -> Releases:
    """Return releases in half the memory."""
    return tuple(chain.from_iterable(releases.items()))


def profiles_of(releases: Releases) -> Iterable[Profile]:
    """Return the profiles of a project's releases."""
    if isinstance(releases, dict):
        return releases.values()
    return islice(releases, 1, None, 2)  # type: ignore[arg-type] # names and profiles in turns
