"""Which files could ever be chosen: what a mirror of an index or a universal lock file keeps. Pure."""

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
from ..targets.named import FIRST_FREE_THREADED, cpython_abis
from ..targets.ranks import platform_tags, python_groups
from .entries import check_on_invalid, check_several, python_fits, read_located_entry, reject_filename
from .marker_filter import MarkerFilter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from packaging.specifiers import SpecifierSet

    from .entries import OnInvalid

    #: Decides whether a file fits: its tag set, its ``requires-python``, and its label if it is a variant.
    Fits = Callable[[str, str | None, str | None], bool]
    #: Pairs of a python tag and an ABI tag.
    Groups = frozenset[tuple[str, str]]

T = TypeVar("T")

#: A range without an end includes minor versions up to this one, the last that manytags describes.
LAST_MINOR = 999
#: Every minor version is assumed to have had these micro versions. Others count if a requirement names them.
MICROS = 40
_LONGEST = 1000  # characters of a requirement
_MEMO_LIMIT = 10_000


def relevant(  # noqa: PLR0913 - all but two by name
    files: Iterable[T],
    targets: Iterable[Target] | None = None,
    *,
    requires_python: str | None = None,
    systems: Iterable[str | Platform] | None = None,
    marker: str | None = None,
    key: Callable[[T], object] | None = None,
    yanked: bool = False,
    on_invalid: OnInvalid = "raise",
) -> Iterator[T]:
    """Yield the files that could ever be chosen, in the order given. No file is kept, so there may be any number.

    Either for targets: the files that fit one of them. Or for any Python in a range on some systems: the files that fit
    a CPython (release, debug or free-threaded), a PyPy or a GraalPy whose version is in the range and meets the file's
    own ``requires-python``, on a machine with any architecture, version and C library that such a system has. Whatever
    :func:`best` picks for such a target is yielded, regardless of which other files there are.

    A version is in the range if one of its micro versions or pre-releases is. A range without an end has no newest
    Python: ``cp399`` is in ``>=3.9``. Files that are not wheels are never chosen, and wheel variants only by targets
    whose options name them. What a target's options add or remove counts for targets only.

    :param files: file names, URLs, entries of an index (mappings with ``filename`` or ``url``, ``requires-python``,
        ``yanked``), or anything that ``key`` turns into one of these; read as the result is.
    :param targets: the targets; not together with a range or systems.
    :param requires_python: the range, such as ``>=3.9,<3.15``; by default every Python.
    :param systems: ``linux``, ``macos``, ``windows``, ``ios``, ``android``, ``emscripten``, ``other`` for any machine
        with this system; names that :func:`platform_from_name` knows, or platforms, for one machine. By default all.
    :param marker: a :pep:`508` marker, such as that of a dependency: only files that fit where it is true. With
        targets, those count for which it is true. ``extra`` is empty in it, and so is the version of the kernel.
    :param key: returns the file name, URL or entry of an item.
    :param yanked: whether yanked files count.
    :param on_invalid: what to do with an invalid name, as in :func:`best`.
    :raises InvalidTarget: no platform has the name of one of ``systems``.
    :raises InvalidInput: ``requires_python`` is not a version specifier, or ``marker`` is not a marker or cannot be
        evaluated.
    :raises InvalidWheelFilename: while iterating: an item has no name, or a name ends in ``.whl`` but is not a wheel
        file name.

    >>> names = ["a-1-cp38-cp38-win32.whl", "https://example.org/a-1%2Bcpu-cp38-abi3-win32.whl#sha256=00"]
    >>> list(relevant(names, requires_python=">=3.9", systems=["windows"]))
    ['https://example.org/a-1%2Bcpu-cp38-abi3-win32.whl#sha256=00']
    """
    check_several(files)
    check_on_invalid(on_invalid)
    allowed = None if marker is None or not marker.strip() else MarkerFilter(marker)
    # Not in a generator: wrong arguments are reported now, not when the first file is requested.
    if targets is None:
        fits: Fits = _Range(requires_python, systems, allowed).fits
    elif requires_python is None and systems is None:
        fits = _fits_any([target for target in dict.fromkeys(targets) if allowed is None or allowed.is_true_of(target)])
    else:
        raise TypeError("expected targets, or a range of Pythons and systems; got both")
    return _fitting(files, fits, key, yanked, on_invalid)


def _fits_any(targets: list[Target]) -> Fits:
    def fits(tags: str, requires: str | None, variant: str | None) -> bool:
        return any(
            target.ranks.labelled(target.ranks.of_text(tags), variant) is not None
            and (requires is None or python_fits(requires, target))
            for target in targets
        )

    return fits


def _fitting(
    files: Iterable[T], fits: Fits, key: Callable[[T], object] | None, yanked: bool, on_invalid: OnInvalid
) -> Iterator[T]:
    for item in files:
        filename, requires, withdrawn = read_located_entry(item if key is None else key(item))
        if not filename.endswith(".whl") or (withdrawn and not yanked):
            continue
        try:
            _, _, _, tags, variant = split_wheel_filename(filename)
            fit = fits(tags, requires, variant)
        except ValueError as error:
            reject_filename(filename, error, on_invalid, 3)
            continue
        if fit:
            yield item


class _Range:
    """Any Python in a range of versions, on any of some systems."""

    def __init__(
        self, requires_python: str | None, systems: Iterable[str | Platform] | None, marker: MarkerFilter | None
    ) -> None:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            self._range = SpecifierSet((requires_python or "")[:_LONGEST])
        except InvalidSpecifier:
            raise InvalidInput(requires_python or "", "it is not a version specifier") from None
        if not _Versions([self._range]).has_described():
            raise InvalidInput(requires_python or "", f"no Python up to 3.{LAST_MINOR}, the last described, is in it")
        if isinstance(systems, str):
            raise TypeError("expected several systems, got one text")
        self._everywhere = systems is None
        self._marker = marker
        self._systems: set[str] = set()
        self._platform_tags: set[str] = set()
        self._machines: set[tuple[str, str]] = set()
        for system in systems or ():
            if isinstance(system, str) and system.lower() in {*SYSTEMS, "other"}:
                self._systems.add(system.lower())
            else:
                platform = platform_from_name(system) if isinstance(system, str) else system
                self._platform_tags.update(platform_tags(platform))
                self._machines.add((platform.system, platform.arch))
        self.fits: Fits = lru_cache(_MEMO_LIMIT)(self._fits)
        self._versions = lru_cache(_MEMO_LIMIT)(self._versions_for)

    def _fits(self, tags: str, requires: str | None, variant: str | None) -> bool:
        """Whether some Python takes a compressed tag set of a file with this ``requires-python``.

        :raises InvalidTag: the text is not a tag set.
        """
        pythons, abis, platforms = split_tag_set(tags)
        anywhere = "any" in platforms
        somewhere = any(self._has(platform) for platform in platforms)
        if variant is not None or not (anywhere or somewhere):
            return False
        versions = self._versions(requires)
        candidates = _candidates(pythons, abis, versions)
        if self._marker is not None:
            candidates += [version for version in self._marker.minors if versions.include(*version)]
        for version in candidates:
            for python in _builds(version, abis):
                own, pure = _groups(python)
                taken = (own if somewhere else frozenset()) | (pure if anywhere else frozenset())
                if any((tag, abi) in taken for tag in pythons for abi in abis) and self._allowed(python, platforms):
                    return True
        return False

    def _allowed(self, python: Python, platforms: tuple[str, ...]) -> bool:
        """Whether the marker is true of a Python on one of the machines that platform tags are for."""
        if self._marker is None:
            return True
        machines = self._marker.machines([text for text in platforms if text == "any" or self._has(text)])
        if "any" in platforms:
            machines |= self._machines
        if not self._everywhere:
            machines = {machine for machine in machines if machine[0] in self._systems or machine in self._machines}
        return any(self._marker.allows(python, machine) for machine in sorted(machines))

    def _versions_for(self, requires: str | None) -> _Versions:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            return _Versions([self._range, SpecifierSet((requires or "")[:_LONGEST])])
        except InvalidSpecifier:
            return _Versions([self._range])  # it is ignored, as in `best`

    def _has(self, platform: str) -> bool:
        if platform in self._platform_tags:
            return True
        machines = machines_of(platform)
        return bool(machines) if self._everywhere else any(system in self._systems for system, _ in machines)


class _Versions:
    """The versions of Python that meet several requirements."""

    def __init__(self, requirements: list[SpecifierSet]) -> None:
        from packaging.version import InvalidVersion, Version

        self._requirements = requirements
        self._named: dict[tuple[int, int], list[str]] = {}
        for specifier in (specifier for requirement in requirements for specifier in requirement):
            try:
                version = Version(specifier.version.removesuffix(".*"))
            except InvalidVersion:
                continue  # `===` accepts any text, but no Python has such a version
            major, minor, micro = (*version.release, 0, 0)[:3]
            near = [str(version), *(f"{major}.{minor}.{micro + step}" for step in (-1, 1) if micro + step >= 0)]
            if version.pre is not None:
                letter, number = version.pre
                near += [f"{major}.{minor}.{micro}{letter}{number + step}" for step in (-1, 1) if number + step >= 0]
            self._named.setdefault((major, minor), []).extend(near)
        self.include = lru_cache(_MEMO_LIMIT)(self._include)

    def _include(self, major: int, minor: int) -> bool:
        """Whether a micro version or a pre-release of a minor version is among them."""
        start = f"{major}.{minor}"
        tried = [f"{start}.{micro}" for micro in range(MICROS + 1)]
        tried += [f"{start}.0{pre}" for pre in ("a0", "a1", "b1", "rc1")] + self._named.get((major, minor), [])
        return any(
            all(requirement.contains(version, prereleases=True) for requirement in self._requirements)
            for version in tried
        )

    def has_described(self) -> bool:
        """Whether they are not only of minor versions that are too new to be described."""
        if all(minor <= LAST_MINOR for _, minor in self._named):
            return True
        return any(self.newest(major) for major in sorted({2, 3, *(major for major, _ in self._named)}, reverse=True))

    def newest(self, major: int) -> tuple[int, int] | None:
        """Return the newest minor version among them; ``LAST_MINOR`` if there is no end."""
        if self.include(major, LAST_MINOR):
            return major, LAST_MINOR
        # Versions newer than the last one that a requirement names are all treated alike.
        last = max((minor for named, minor in self._named if named == major), default=0)
        minors = range(min(last + 1, LAST_MINOR), -1, -1)
        return next(((major, minor) for minor in minors if self.include(major, minor)), None)


def _candidates(pythons: tuple[str, ...], abis: tuple[str, ...], versions: _Versions) -> list[tuple[int, int]]:
    """List the versions to try: those that the tags name, and the newest of each major, which takes older tags too."""
    tags = [parse_python_tag(python).version for python in pythons]
    named = sorted({*tags, *(parse_abi(abi).version for abi in abis)})
    exact = [(version[0], version[1]) for version in named if len(version) > 1 and version[1] <= LAST_MINOR]
    newest = [versions.newest(version[0]) for version in sorted(set(tags)) if version]
    included = [version for version in exact if versions.include(*version)]
    return list(dict.fromkeys([*included, *(version for version in newest if version is not None)]))


def _builds(version: tuple[int, int], abis: tuple[str, ...]) -> list[Python]:
    """List the Pythons of a version that a wheel with these ABI tags could be for."""
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
def _groups(python: Python) -> tuple[Groups, Groups]:
    own, pure = python_groups(python)
    return frozenset(own), frozenset(pure)
