"""Which files could ever be chosen: what an index mirror or a universal lock file keeps. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from ..errors import InvalidInput
from ..platforms import Platform
from ..platforms.names import platform_from_name
from ..platforms.parse import machines_of
from ..tags import SYSTEMS
from ..tags.python import parse_abi, parse_python_tag
from ..tags.text import split_tag_set, split_wheel_filename
from ..targets import Python, Target
from ..targets.expand import platform_tags, python_groups
from ..targets.named import FIRST_FREE_THREADED, cpython_abis
from .entries import python_fits, read_entry
from .select import _invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from packaging.specifiers import SpecifierSet

    #: Python tags, ABI tags, platform tags.
    Members = tuple[tuple[str, ...], ...]

T = TypeVar("T")

#: A range without an end goes on to this minor version, the last that manytags describes.
LAST_MINOR = 999
#: Micro versions that every minor version is taken to have had; others count where a requirement names them.
MICROS = 40
_LONGEST = 1000  # characters of a requirement
_MEMO_LIMIT = 10_000


def relevant(  # noqa: PLR0913 - all but two by name
    files: Iterable[T],
    targets: Iterable[Target] | None = None,
    *,
    requires_python: str | None = None,
    systems: Iterable[str | Platform] | None = None,
    key: Callable[[T], object] | None = None,
    yanked: bool = False,
    on_invalid: str = "raise",
) -> list[T]:
    """List the files that could ever be chosen, in the order given.

    By any of some targets: those that fit one of them. Or by any Python in a range on some systems: those that a
    CPython (release, debug or free-threaded), a PyPy or a GraalPy fits whose version is in the range and meets the
    file's own ``requires-python``, on a machine of any architecture, version and C library that such a system has.
    Whatever :func:`best` picks for such a target is in the list, and stays in it when other files come and go.

    A version is in the range when one of its micro versions or pre-releases is. A range without an end has no newest
    Python: ``cp399`` is in ``>=3.9``. Wheel variants, and what is no wheel, are never chosen; what a target's options
    add or leave out counts for targets alone.

    :param files: file names, entries of an index, or anything that ``key`` makes one of these from.
    :param targets: the machines; not together with a range or systems.
    :param requires_python: the range, such as ``>=3.9,<3.15``; every Python where it is left out.
    :param systems: ``linux``, ``macos``, ``windows``, ``ios``, ``android``, ``emscripten``, ``other``: any machine of
        it; or names as :func:`platform_from_name` knows them, or platforms: this machine. Every one where left out.
    :param key: gives a file name or an entry for an item of ``files``.
    :param yanked: whether yanked files count.
    :param on_invalid: what to do with a bad name, as in :func:`best`.
    :raises InvalidWheelFilename: a name that ends in ``.whl`` is no wheel file name.
    :raises InvalidTarget: no platform is called as one of ``systems``.
    :raises InvalidInput: ``requires_python`` is no version specifier.

    >>> names = ["a-1-cp38-cp38-win32.whl", "a-1-cp38-abi3-win32.whl", "a-1-cp312-cp312-macosx_11_0_arm64.whl"]
    >>> relevant(names, requires_python=">=3.9", systems=["windows"])
    ['a-1-cp38-abi3-win32.whl']
    """
    if isinstance(files, str):
        raise TypeError("expected several files, got one text; rank() takes one")
    return list(fitting(files, wanted(targets, requires_python, systems), key, yanked, on_invalid))


def wanted(
    targets: Iterable[Target] | None, requires_python: str | None, systems: Iterable[str | Platform] | None
) -> Callable[[str, str | None], bool]:
    """Make a test of a tag set and a ``requires-python`` of what :func:`relevant` is told.

    :raises InvalidTarget: no platform is called as one of ``systems``.
    :raises InvalidInput: ``requires_python`` is no version specifier.
    """
    if targets is None:
        return _InRange(requires_python, systems).takes
    if requires_python is not None or systems is not None:
        raise TypeError("expected targets, or a range of Pythons and systems; got both")
    machines = list(dict.fromkeys(targets))

    def fits(tags: str, requires: str | None) -> bool:
        return any(
            target.ranks.of_text(tags) is not None and (requires is None or python_fits(requires, target))
            for target in machines
        )

    return fits


def fitting(
    files: Iterable[T],
    fits: Callable[[str, str | None], bool],
    key: Callable[[T], object] | None,
    yanked: bool,
    on_invalid: str,
) -> Iterator[T]:
    """Give the items that fit, one after the other; nothing is kept."""
    for item in files:
        filename, requires, withdrawn = read_entry(item, key)  # type: ignore[arg-type] # key takes a T
        if not filename.endswith(".whl") or (withdrawn and not yanked):
            continue
        try:
            _, _, _, tags, variant = split_wheel_filename(filename)
            fit = fits(tags, requires)
        except ValueError as error:
            _invalid(filename, error, on_invalid)
            continue
        if fit and variant is None:
            yield item


class _InRange:
    """Whether any Python in a range takes a tag set on any of some systems."""

    def __init__(self, requires_python: str | None, systems: Iterable[str | Platform] | None) -> None:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            self._range = SpecifierSet((requires_python or "")[:_LONGEST])
        except InvalidSpecifier:
            raise InvalidInput(requires_python or "", "it is no version specifier") from None
        if isinstance(systems, str):
            raise TypeError("expected several systems, got one text")
        self._everywhere = systems is None
        self._systems: set[str] = set()
        self._platform_tags: set[str] = set()
        for system in systems or ():
            if isinstance(system, str) and system.lower() in {*SYSTEMS, "other"}:
                self._systems.add(system.lower())
            else:
                platform = platform_from_name(system) if isinstance(system, str) else system
                self._platform_tags.update(platform_tags(platform))
        self._pythons: dict[str | None, _Versions] = {}
        self._memo: dict[tuple[str, str | None], bool] = {}

    def takes(self, tags: str, requires: str | None) -> bool:
        """Whether some Python takes a compressed tag set of a file with this ``requires-python``.

        :raises InvalidTag: it is no tag set.
        """
        found = self._memo.get((tags, requires))
        if found is None:
            members = split_tag_set(tags)
            found = self._takes(members, self._versions(requires))
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[tags, requires] = found
        return found

    def _versions(self, requires: str | None) -> _Versions:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        if requires not in self._pythons:
            wanted = [self._range]
            try:
                wanted.append(SpecifierSet((requires or "")[:_LONGEST]))
            except InvalidSpecifier:
                pass  # asks nothing, as for `best`
            if len(self._pythons) >= _MEMO_LIMIT:
                self._pythons.clear()
            self._pythons[requires] = _Versions(wanted)
        return self._pythons[requires]

    def _takes(self, members: Members, versions: _Versions) -> bool:
        pythons, abis, platforms = members
        anywhere = "any" in platforms
        somewhere = any(self._has(platform) for platform in platforms)
        if not anywhere and not somewhere:
            return False
        for version in _candidates(pythons, abis, versions):
            for python in _builds(version, abis):
                own, pure = _groups(python)
                taken = (own if somewhere else frozenset()) | (pure if anywhere else frozenset())
                if any((tag, abi) in taken for tag in pythons for abi in abis):
                    return True
        return False

    def _has(self, platform: str) -> bool:
        if platform in self._platform_tags:
            return True
        machines = machines_of(platform)
        return bool(machines) if self._everywhere else any(system in self._systems for system, _ in machines)


class _Versions:
    """The versions of Python that meet all of some requirements."""

    def __init__(self, wanted: list[SpecifierSet]) -> None:
        from packaging.version import InvalidVersion, Version

        self._wanted = wanted
        self._named: dict[tuple[int, int], list[str]] = {}
        self._memo: dict[tuple[int, int], bool] = {}
        for specifier in (one for specifiers in wanted for one in specifiers):
            try:
                named = Version(specifier.version.removesuffix(".*"))
            except InvalidVersion:
                continue  # what only === takes, which no Python is called
            major, minor, micro = (*named.release, 0, 0)[:3]
            near = [str(named), *(f"{major}.{minor}.{micro + step}" for step in (-1, 1) if micro + step >= 0)]
            if named.pre is not None:
                letter, number = named.pre
                near += [f"{major}.{minor}.{micro}{letter}{number + step}" for step in (-1, 1) if number + step >= 0]
            self._named.setdefault((major, minor), []).extend(near)

    def hold(self, major: int, minor: int) -> bool:
        """Whether some micro version or pre-release of a minor version is among them."""
        found = self._memo.get((major, minor))
        if found is None:
            start = f"{major}.{minor}"
            tried = [f"{start}.{micro}" for micro in range(MICROS + 1)]
            tried += [f"{start}.0{pre}" for pre in ("a0", "a1", "b1", "rc1")] + self._named.get((major, minor), [])
            found = any(all(one.contains(version, prereleases=True) for one in self._wanted) for version in tried)
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[major, minor] = found
        return found

    def newest(self, major: int) -> tuple[int, int] | None:
        """Give the newest minor version among them; ``LAST_MINOR`` where there is no end."""
        if self.hold(major, LAST_MINOR):
            return major, LAST_MINOR
        # Beyond the last that is named all are alike.
        last = max((minor for named, minor in self._named if named == major), default=0)
        minors = range(min(last + 1, LAST_MINOR), -1, -1)
        return next(((major, minor) for minor in minors if self.hold(major, minor)), None)


def _candidates(pythons: tuple[str, ...], abis: tuple[str, ...], versions: _Versions) -> list[tuple[int, int]]:
    """The versions to ask: those that the tags name, and the newest of each major, which takes what all before do."""
    tags = [parse_python_tag(python).version for python in pythons]
    named = {*tags, *(parse_abi(abi).version for abi in abis)}
    found = [(version[0], version[1]) for version in sorted(named) if len(version) > 1 and version[1] <= LAST_MINOR]
    newest = [versions.newest(version[0]) for version in sorted(set(tags)) if version]
    held = [version for version in found if versions.hold(*version)]
    return list(dict.fromkeys([*held, *(version for version in newest if version is not None)]))


def _builds(version: tuple[int, int], abis: tuple[str, ...]) -> list[Python]:
    """The Pythons of a version that a wheel with these ABI tags could be for."""
    parsed = [parse_abi(abi) for abi in abis]
    builds = []
    for free_threaded in (False, True):
        if free_threaded and version < FIRST_FREE_THREADED:
            continue
        own = tuple(
            tag.text
            for tag in parsed
            if tag.family == "cpython" and tag.version == version and tag.free_threaded == free_threaded
        )
        builds.append(Python("cpython", version, own or cpython_abis(version, free_threaded, debug=False)))
    for implementation in ("pypy", "graalpy"):
        own = tuple(tag.text for tag in parsed if tag.family == implementation and tag.version == version)
        builds.append(Python(implementation, version, own))
    return builds


@lru_cache(maxsize=256)
def _groups(python: Python) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    own, pure = python_groups(python)
    return frozenset(own), frozenset(pure)
