"""Counting file names: the loop that an index of ten million files goes through. Pure.

Real indexes repeat themselves and list the files of a release together. So the part of a name after its version is read
once for all files, name and version are read once for each release, and releases whose wheels have the same endings are
counted together. Everything that is remembered only for speed is bounded.
"""

from __future__ import annotations

import re
from bisect import insort
from dataclasses import dataclass

from ..choose.entries import python_fits, read_entry
from ..tags import MEMO_LIMIT, MEMO_TEXT, is_name, is_version
from ..tags.filename import normalized_name
from ..tags.text import split_wheel_filename
from .census_tally import EXAMPLE_TEXT, EXAMPLES, Profiles, as_dict, compact, normal_tag_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .census_tally import Profile, Tally

    #: What is known of a wheel, packed: two flags, a bit for each target that takes it, and the number of its tag set.
    Code = int
    #: What an entry says besides the name: ``requires-python``, and whether it was yanked.
    About = tuple[str | None, bool]
    #: A project, a release of it, and the code of a wheel.
    Wheel = tuple[str, str, Code]
    #: A project, a release of it, and the codes of wheels.
    Run = tuple[str, str, tuple[Code, ...]]

#: Endings of other files that indexes hold; everything else is "other".
OTHER_ENDINGS = (
    *("tar.gz", "zip", "tar.bz2", "tar.xz", "tar.z", "tgz", "tar", "egg"),
    *("exe", "msi", "rpm", "deb", "dmg", "metadata", "asc"),
)
#: How many versions are remembered, and the longest. Versions repeat more than anything else in an index.
_VERSIONS, _VERSION_TEXT = 200_000, 40
#: A version in the normal form of :pep:`440`, whose release may end in zeros; these have no meaning.
_NUMBER = "(?:0|[1-9][0-9]*)"
_NORMAL = re.compile(
    rf"({_NUMBER}(?:\.{_NUMBER})*?)(?:\.0)*((?:(?:a|b|rc){_NUMBER})?(?:\.post{_NUMBER})?(?:\.dev{_NUMBER})?)"
)
#: Runs with more wheels are not remembered. Profiles with more tag sets are joined with later runs only at the end.
_LONGEST = 200
_YANKED, _VARIANT, _FLAG_BITS = 1, 2, 2


@dataclass(slots=True)
class _Alike:
    """The runs with the same codes: their profile, and how many of them there are."""

    profile: Profile
    runs: int = 0


class Counting:
    """Counts files into a tally."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        #: Ending of a file name, perhaps with what its entry says -> code.
        self._codes: dict[str | tuple[str, About], Code] = {}
        #: Name as written -> project, and version as written -> release.
        self._projects: dict[str, str] = {}
        self._releases: dict[str, str] = {}
        self._profiles = Profiles()
        #: Codes of a run -> what is known of such runs.
        self._alike: dict[tuple[Code, ...], _Alike] = {}
        #: Project and release -> what is to be joined with its profile at the end.
        self._late: dict[tuple[str, str], set[int]] = {}

    def count(self, entries: Iterable[object], key: Callable[[object], object] | None) -> None:
        """Count file names or entries.

        :raises InvalidWheelFilename: an item is neither.
        """
        projects, known = self._tally.projects, self._alike
        current = ""
        is_new = False
        releases: dict[str, Profile] = {}
        for project, release, codes in self._runs(entries, key):
            if project != current:
                if is_new:
                    projects[current] = compact(releases)
                current, is_new = project, project not in projects
                releases = projects[project] = as_dict(projects.get(project, ()))
            alike = known.get(codes) or self._read_run(codes)
            alike.runs += 1
            profile = releases.setdefault(release, alike.profile)
            if profile is not alike.profile:
                releases[release] = self._join(project, release, profile, alike.profile)
        self._add_runs()
        for (project, release), numbers in self._late.items():
            releases = projects[project] = as_dict(projects[project])
            releases[release] = self._profiles.of((*releases[release], *numbers))

    def _runs(self, entries: Iterable[object], key: Callable[[object], object] | None) -> Iterator[Run]:
        """Group wheels of one release that follow each other; count all other files.

        A wheel of the same release as the last and an sdist, which most files are, need no call.
        """
        codes_of = self._codes
        # Of the last wheel: name and version as written, project and release, and the codes of its run.
        name = version = project = release = ""
        codes: list[Code] = []
        sdists = 0
        about: About | None
        for item in entries:
            if type(item) is str and key is None:
                filename, about = item, None
            else:
                filename, about = self._read_entry(item, key)
            fields = filename.split("-", 2)
            # A known ending contains dashes, so it is the third field, and there are three.
            code = codes_of.get(fields[-1] if about is None else (fields[-1], about))
            if code is not None and fields[1] == version and fields[0] == name:
                codes.append(code)
                continue
            if code is None and filename.endswith(".tar.gz"):
                sdists += 1
                continue
            wheel = self._read_file(filename, fields, code, about)
            if wheel is None:
                continue
            # No name equals a long file name: a file name has a limit that its parts do not have.
            name, version = fields[0] if len(filename) <= MEMO_TEXT else filename, fields[1]
            new_project, new_release, code = wheel
            if new_release == release and new_project == project:
                codes.append(code)
                continue
            if codes:
                yield project, release, tuple(codes)
            project, release, codes = new_project, new_release, [code]
        if codes:
            yield project, release, tuple(codes)
        if sdists:
            self._tally.others["tar.gz"] += sdists

    def _read_entry(self, item: object, key: Callable[[object], object] | None) -> tuple[str, About | None]:
        """Return a file name and what its entry says besides, if that changes what is counted."""
        filename, requires, yanked = read_entry(item, key)
        return filename, (requires, yanked) if yanked or (requires and self._tally.targets) else None

    def _read_file(self, filename: str, fields: list[str], code: Code | None, about: About | None) -> Wheel | None:
        """Read a wheel; count any other file, and return None.

        :param fields: name, version and ending, if it is a wheel.
        :param code: the code if the ending is known.
        :param about: what an entry says besides the name.
        """
        if code is not None:
            name, version, _ = fields
            project = self._projects.get(name) or self._project(name)
            release = self._releases.get(version) or self._release(version)
            if project and release:
                return project, release, code
        elif not filename.endswith(".whl"):
            self._count_other(filename)
            return None
        try:
            return self._read(filename, about)
        except ValueError:
            self._count_invalid(filename)
            return None

    def _read(self, filename: str, about: About | None) -> Wheel:
        """Read a file name that is not known in all parts.

        :raises ValueError: it is not a wheel file name.
        """
        requires, yanked = about or (None, False)
        name, version, _, tags, label = split_wheel_filename(filename)
        code = self._tally.number(normal_tag_set(tags))
        for target in reversed(self._tally.targets):
            fits = (
                label is None
                and not yanked
                and target.ranks.of_text(tags) is not None
                and (requires is None or python_fits(requires, target))
            )
            code = code << 1 | fits
        code = code << _FLAG_BITS | (_YANKED if yanked else 0) | (0 if label is None else _VARIANT)
        if len(filename) <= MEMO_TEXT and len(requires or "") <= MEMO_TEXT:
            if len(self._codes) >= MEMO_LIMIT:
                self._codes.clear()
            ending = filename.split("-", 2)[2]
            self._codes[ending if about is None else (ending, about)] = code
        return (
            self._project(name) or normalized_name(name),
            self._release(version) or release_from_version(version),
            code,
        )

    def _project(self, name: str) -> str:
        """Return the project that a name refers to; empty if it is not a name, or is long."""
        project = self._projects.get(name, "")
        if not project and len(name) <= MEMO_TEXT and name.isascii() and is_name(name):
            if len(self._projects) >= MEMO_LIMIT:
                self._projects.clear()
            self._projects[name] = project = normalized_name(name)
        return project

    def _release(self, version: str) -> str:
        """Return the release that a version refers to; empty if it is not a version, or is long."""
        release = self._releases.get(version, "")
        if not release and len(version) <= _VERSION_TEXT and version.isascii() and is_version(version):
            if len(self._releases) >= _VERSIONS:
                self._releases.clear()
            # A version and a release with the same spelling, as most have, share an object.
            release = release_from_version(version)
            self._releases[version] = release = self._releases.setdefault(release, release)
        return release

    def _read_run(self, codes: tuple[Code, ...]) -> _Alike:
        """Work out the profile of a run, and remember it unless it is long."""
        targets = len(self._tally.targets)
        numbers = {code >> _FLAG_BITS + targets for code in codes}
        fits = 0
        for code in codes:
            fits |= code >> _FLAG_BITS
        numbers.update(-1 - number for number in range(targets) if fits >> number & 1)
        alike = _Alike(self._profiles.of(numbers))
        if len(codes) > _LONGEST:
            self._add(codes, 1)
        else:
            if len(self._alike) >= MEMO_LIMIT:
                self._add_runs()
            self._alike[codes] = alike
        return alike

    def _join(self, project: str, release: str, profile: Profile, later: Profile) -> Profile:
        """Join the profiles of two runs of a release: now, or at the end if joining again and again would be slow."""
        if len(profile) < _LONGEST:
            return self._profiles.of(profile + later)
        self._late.setdefault((project, release), set()).update(later)
        return profile

    def _add_runs(self) -> None:
        """Add up the wheels of the runs that are remembered, and forget these."""
        for codes, alike in self._alike.items():
            self._add(codes, alike.runs)
        self._alike.clear()

    def _add(self, codes: Iterable[Code], times: int) -> None:
        tally = self._tally
        targets = len(tally.targets)
        for code in codes:
            tally.wheels[code >> _FLAG_BITS + targets] += times
            tally.yanked += times if code & _YANKED else 0
            tally.variants += times if code & _VARIANT else 0
            for number in range(targets):
                tally.fitting[number] += times if code >> _FLAG_BITS + number & 1 else 0

    def _count_other(self, filename: str) -> None:
        lower = filename[-20:].lower()
        self._tally.others[next((end for end in OTHER_ENDINGS if lower.endswith("." + end)), "other")] += 1

    def _count_invalid(self, filename: str) -> None:
        tally = self._tally
        tally.invalid += 1
        example = filename[:EXAMPLE_TEXT].encode("utf-8", "backslashreplace").decode()
        if example not in tally.examples:
            insort(tally.examples, example)
            del tally.examples[EXAMPLES:]


def release_from_version(version: str) -> str:
    """Spell a version such that equal versions have the same text.

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
