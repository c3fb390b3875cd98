"""Counting file names, one after the other: the loop that an index of ten million goes through. Pure.

Real indexes repeat themselves, and list the files of a release together. So what stands behind the version is read once
for all files, name and version once for a release, and a release whose wheels end like another's is that one's twin.
Whatever is remembered only to be quick is bounded.
"""

from __future__ import annotations

import re
from bisect import insort

from ..choose.entries import python_fits, read_entry
from ..tags import MEMO_LIMIT, MEMO_TEXT, is_name, is_version
from ..tags.filename import normalized_name
from ..tags.text import split_tag_set, split_wheel_filename
from .census_tally import EXAMPLE_TEXT, EXAMPLES, Profiles, as_dict, at_rest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .census_tally import Profile, Tally

#: What else indexes hold, by its ending; all else is "other".
OTHER_ENDINGS = (
    *("tar.gz", "zip", "tar.bz2", "tar.xz", "tar.z", "tgz", "tar", "egg"),
    *("exe", "msi", "rpm", "deb", "dmg", "metadata", "asc"),
)
#: Distinct versions remembered, and their longest; nothing else in an index has as many that return.
_VERSIONS, _VERSION_TEXT = 200_000, 40
#: A version that is spelled as :pep:`440` wants it, without the zeros behind its release, which mean nothing.
_NUMBER = "(?:0|[1-9][0-9]*)"
_NORMAL = re.compile(
    rf"({_NUMBER}(?:\.{_NUMBER})*?)(?:\.0)*((?:(?:a|b|rc){_NUMBER})?(?:\.post{_NUMBER})?(?:\.dev{_NUMBER})?)"
)
#: Most wheels of a release that are remembered together, and are joined with those that come later at once.
_LONGEST = 200
#: Bits of a mark, which is what is known of a wheel: two flags, one for each target that takes it, and the number of
#: its tag set.
_YANKED, _VARIANT, _FLAGS = 1, 2, 2


class _Alike:
    """Releases whose wheels came with the same marks: their profile, and how many are not yet counted."""

    __slots__ = ("profile", "releases")

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.releases = 0


class Counting:
    """Counts into a tally.

    :param tally: what is counted.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        #: What an entry says besides the name -> what stands behind the version -> mark.
        self._memos: dict[tuple[str | None, bool], dict[str, int]] = {}
        self._remembered = 0
        self._versions: dict[str, str] = {}
        self._profiles = Profiles()
        #: Marks of a release's wheels, as they came.
        self._sequences: dict[int | tuple[int, ...], _Alike] = {}
        #: Project and release -> what comes to a profile that is long already.
        self._late: dict[tuple[str, str], set[int]] = {}

    def count(  # noqa: C901, PLR0912, PLR0915 - one loop: a call for each name would cost more than what it does
        self, entries: Iterable[object], key: Callable[[object], object] | None
    ) -> None:
        """Count file names or entries.

        :raises InvalidWheelFilename: an item is neither.
        """
        tally, versions, sequences = self._tally, self._versions, self._sequences
        targets, projects = tally.targets, tally.projects
        names = self._memo(None, False)
        sdists = 0
        # Of the wheel before: project and release, both also as written, and the marks of the release so far.
        project = release = version = ""
        name: str | None = None
        releases: dict[str, Profile] = {}
        fresh = True
        first = 0
        marks: list[int] = []
        requires: str | None
        for item in entries:
            if type(item) is str and key is None:
                filename, requires, yanked, endings = item, None, False, names
            else:
                filename, requires, yanked = read_entry(item, key)
                endings = self._memo(requires if targets else None, yanked)
            fields = filename.split("-", 2)
            # What was read before has dashes, so it is the third field and not the second.
            mark = endings.get(fields[-1])
            if mark is not None:
                if fields[1] == version and fields[0] == name:
                    marks.append(mark)
                    continue
                found_release = versions.get(fields[1]) or self._release(fields[1])
                if fields[0] == name:
                    found_project = project
                else:
                    name = fields[0]
                    # What is among the projects was a valid name, and spells as it is spelled there.
                    found_project = name.lower().replace("_", "-").replace(".", "-")
                    if not name.isascii() or len(name) > MEMO_TEXT:
                        found_project = ""
                    elif found_project not in projects:
                        found_project = normalized_name(name) if is_name(name) else ""
            else:
                if filename.endswith(".tar.gz"):
                    sdists += 1
                    continue
                if not filename.endswith(".whl"):
                    self._other(filename)
                    continue
                found_project = found_release = ""
            if mark is None or not found_release or not found_project:
                try:
                    found_project, found_release, mark = self._read(filename, requires, yanked)
                except ValueError:
                    self._bad(filename)
                    name = None
                    continue
                names = self._memo(None, False)  # another one, where memos were full
                name = fields[0] if len(filename) <= MEMO_TEXT else None
            version = fields[1]
            if found_release == release and found_project == project:
                marks.append(mark)  # spelled in another way
                continue
            if project:
                # Most releases have one wheel only.
                known = sequences.get((first, *marks) if marks else first) or self._read_sequence(first, marks)
                known.releases += 1
                old = releases.setdefault(release, known.profile)
                if old is not known.profile:
                    releases[release] = self._joined(project, release, old, known)
                if marks:
                    marks = []
                if found_project != project:
                    projects[project] = at_rest(releases) if fresh else releases
            if found_project != project:
                project = found_project
                there = projects.get(project)
                fresh = there is None
                releases = {} if there is None else there if isinstance(there, dict) else {**as_dict(there)}
            release, first = found_release, mark
        if project:
            known = sequences.get((first, *marks) if marks else first) or self._read_sequence(first, marks)
            known.releases += 1
            old = releases.setdefault(release, known.profile)
            if old is not known.profile:
                releases[release] = self._joined(project, release, old, known)
            projects[project] = at_rest(releases) if fresh else releases
        if sdists:
            tally.others["tar.gz"] = tally.others.get("tar.gz", 0) + sdists
        self._settle()
        for (project, release), numbers in self._late.items():
            releases = {**as_dict(projects[project])}
            projects[project] = releases
            releases[release] = self._profiles.of((*releases[release], *numbers))

    def _memo(self, requires: str | None, yanked: bool) -> dict[str, int]:
        about = requires, yanked
        memo = self._memos.get(about)
        if memo is None:
            memo = {}
            if requires is None or len(requires) <= MEMO_TEXT:
                self._remember()
                self._memos[about] = memo
        return memo

    def _remember(self) -> None:
        """Make room for one more."""
        self._remembered += 1
        if self._remembered > MEMO_LIMIT:
            self._memos.clear()
            self._remembered = 0

    def _read(self, filename: str, requires: str | None, yanked: bool) -> tuple[str, str, int]:
        """Read a wheel's name in full: its project, its release, and its mark.

        :raises ValueError: it is no wheel file name.
        """
        name, version, _, tags, label = split_wheel_filename(filename)
        number = self._tally.number("-".join(".".join(sorted({*field})) for field in split_tag_set(tags)))
        mark = number
        for target in reversed(self._tally.targets):
            fits = (
                label is None
                and not yanked
                and target.ranks.of_text(tags) is not None
                and (requires is None or python_fits(requires, target))
            )
            mark = mark << 1 | fits
        mark = mark << _FLAGS | (_YANKED if yanked else 0) | (0 if label is None else _VARIANT)
        if len(filename) <= MEMO_TEXT:
            self._remember()
            memo = self._memo(requires if self._tally.targets else None, yanked)
            memo[filename[len(name) + len(version) + 2 :]] = mark
        return normalized_name(name), self._release(version) or release_from_version(version), mark

    def _release(self, version: str) -> str:
        """Find the release that a version names; remembered. Empty where it is no version, or is long."""
        if len(version) > _VERSION_TEXT:
            return ""
        release = self._versions.get(version)
        if release is None:
            release = release_from_version(version) if version.isascii() and is_version(version) else ""
            if len(self._versions) >= _VERSIONS:
                self._versions.clear()
            # One object where the version is spelled like the release, as most are.
            release = self._versions.setdefault(release, release)
            self._versions[version] = release
        return release

    def _read_sequence(self, first: int, more: list[int]) -> _Alike:
        """Find the profile of a release by its wheels; remembered, with a counter for those who are alike."""
        bits = len(self._tally.targets)
        marks = (first, *more)
        numbers = {mark >> _FLAGS + bits for mark in marks}
        fits = 0
        for mark in marks:
            fits |= mark >> _FLAGS
        numbers.update(-1 - number for number in range(bits) if fits >> number & 1)
        known = _Alike(self._profiles.of(numbers))
        if len(marks) > _LONGEST:
            self._add(marks, 1)
        else:
            if len(self._sequences) >= MEMO_LIMIT:
                self._settle()
            self._sequences[marks if more else first] = known
        return known

    def _joined(self, project: str, release: str, old: Profile, alike: _Alike) -> Profile:
        """Join what is known of a release with what came later: at once, or at the end where that would take long."""
        if len(old) < _LONGEST:
            return self._profiles.of(old + alike.profile)
        self._late.setdefault((project, release), set()).update(alike.profile)
        return old

    def _settle(self) -> None:
        """Count the wheels of the releases that were found alike."""
        for marks, alike in self._sequences.items():
            self._add(marks if isinstance(marks, tuple) else (marks,), alike.releases)
        self._sequences.clear()

    def _add(self, marks: Iterable[int], times: int) -> None:
        bits = len(self._tally.targets)
        for mark in marks:
            self._tally.wheels[mark >> _FLAGS + bits] += times
            self._tally.yanked += times if mark & _YANKED else 0
            self._tally.variants += times if mark & _VARIANT else 0
            for number in range(bits):
                self._tally.fitting[number] += times if mark >> _FLAGS + number & 1 else 0

    def _other(self, filename: str) -> None:
        lower = filename[-20:].lower()
        ending = next((ending for ending in OTHER_ENDINGS if lower.endswith("." + ending)), "other")
        self._tally.others[ending] = self._tally.others.get(ending, 0) + 1

    def _bad(self, filename: str) -> None:
        self._tally.invalid += 1
        example = filename[:EXAMPLE_TEXT].encode("utf-8", "backslashreplace").decode()
        if example not in self._tally.examples:
            insort(self._tally.examples, example)
            del self._tally.examples[EXAMPLES:]


def release_from_version(version: str) -> str:
    """Spell a version so that equal ones are one text.

    :param version: a version.

    >>> release_from_version("1.0.0"), release_from_version("2.0.RC1"), release_from_version("2024.01")
    ('1', '2rc1', '2024.1')

    Rule: :pep:`440`, as PyPI compares releases.
    """
    normal = _NORMAL.fullmatch(version) if len(version) <= _VERSION_TEXT else None
    if normal is not None:
        return f"{normal[1]}{normal[2]}"
    from packaging.utils import canonicalize_version

    return canonicalize_version(version)
