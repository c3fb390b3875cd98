"""Which environments of a marker some wheels leave out. Pure.

Rule: :pep:`508`, Environment Markers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import InvalidInput
from ..platforms import Platform, families
from ..platforms.parse import machines_of
from ..tags import SYSTEMS
from ..tags.filename import parse_wheel_filename
from ..tags.python import parse_python_tag
from ..targets import Python, Target
from ..targets.markers import marker_environment
from ..targets.named import parse_python
from ..targets.ranks import python_groups
from .entries import python_fits, read_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packaging.markers import Marker

    Pairs = list[tuple[str, str]]

#: The newest CPython to try if neither the files nor the marker name a newer one, and the oldest if they name none.
NEWEST_PYTHON, OLDEST_PYTHON = (3, 15), (3, 10)

_LONGEST = 10_000  # characters of a marker


@dataclass(frozen=True, slots=True)
class CoveredEnvironment:
    """A Python on a kind of machine, for which a marker is true.

    :param implementation: the implementation of Python, such as ``cpython``.
    :param version: the version of Python, such as ``3.12.0``.
    :param system: as in ``Platform.system``, such as ``linux``.
    :param arch: as in ``Platform.arch``, such as ``x86_64``.
    :param markers: the environment in which the marker was evaluated.
    """

    implementation: str
    version: str
    system: str
    arch: str
    markers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.implementation} {self.version} on {self.system} {self.arch}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which environments of a marker some files serve.

    :param served: environments that at least one file fits.
    :param left_out: environments that no file fits.
    """

    served: tuple[CoveredEnvironment, ...]
    left_out: tuple[CoveredEnvironment, ...]

    def __bool__(self) -> bool:
        """Whether no environment is left out."""
        return not self.left_out


def check_coverage(files: Iterable[object], marker: str, *, key: Callable[[object], object] | None = None) -> Coverage:
    """Check whether the wheels of one release serve every environment of a marker, and list those that they leave out.

    Every Python is tried on every machine, and the environments for which the marker is true count. The Pythons are all
    minor versions of CPython from the oldest that the files or the marker name to the newest, and on to 3.15: the
    ``.0`` release and each micro version that is named. PyPy is tried if the marker names it. The machines are Linux
    (x86_64, aarch64), macOS (x86_64, arm64), Windows (AMD64), and all others that the files or the marker name.

    The answer has limits, because markers cannot describe a C library, a system's version, or a free-threaded or debug
    build: a wheel for either C library, however new, serves Linux, and a CPython is the release build. ``extra`` is
    empty.

    :param files: wheel file names, entries of an index, or anything that ``key`` turns into one of these; sdists and
        yanked files are skipped.
    :param marker: a :pep:`508` marker; empty for every environment.
    :param key: returns the file name or entry of an item.
    :raises InvalidInput: the text is not a marker.
    :raises InvalidWheelFilename: a name ends in ``.whl`` but is not a wheel file name.

    >>> windows = 'python_version >= "3.11" and sys_platform == "win32"'
    >>> coverage = check_coverage(["foo-1.0-cp312-abi3-win_amd64.whl"], windows)
    >>> bool(coverage), [str(environment) for environment in coverage.left_out]
    (False, ['cpython 3.11.0 on windows win_amd64'])
    """
    if isinstance(files, str):
        raise TypeError("expected several files, got one text")
    wheels = [_Wheel(name, requires) for name, requires, gone in (read_entry(file, key) for file in files)
              if name.endswith(".whl") and not gone]  # fmt: skip
    parsed = _parsed(marker)
    served: list[CoveredEnvironment] = []
    left_out: list[CoveredEnvironment] = []
    for environment, target in _environments(wheels, marker, parsed):
        groups = python_groups(target.python)
        fits = any(wheel.fits(target, groups) for wheel in wheels)
        (served if fits else left_out).append(environment)
    return Coverage(tuple(served), tuple(left_out))


class _Wheel:
    """A wheel's tags, and the machines that it is for."""

    def __init__(self, filename: str, requires: str | None) -> None:
        parsed = parse_wheel_filename(filename)
        self.tags, self.requires, self.variant = parsed.tag_set, requires, parsed.variant
        self.machines = {machine for platform in self.tags.platforms for machine in machines_of(platform)}

    def fits(self, target: Target, groups: tuple[Pairs, Pairs]) -> bool:
        """Whether some machine of this kind takes the wheel."""
        if self.variant is not None or (self.requires is not None and not python_fits(self.requires, target)):
            return False
        own, pure = groups
        taken = {*(own if (target.platform.system, target.platform.arch) in self.machines else ())}
        taken.update(pure if "any" in self.tags.platforms else ())
        return any((tag, abi) in taken for tag in self.tags.pythons for abi in self.tags.abis)


def _parsed(text: str) -> Marker | None:
    from packaging.markers import InvalidMarker, Marker

    if len(text) > _LONGEST:
        raise InvalidInput(text, f"a marker of more than {_LONGEST} characters is not read")
    try:
        return Marker(text) if text.strip() else None
    except (InvalidMarker, RecursionError) as error:
        first = str(error).partition("\n")[0]
        raise InvalidInput(text, f"it is not a marker: {first}") from None


def _environments(
    wheels: list[_Wheel], text: str, parsed: Marker | None
) -> Iterator[tuple[CoveredEnvironment, Target]]:
    literals = [first or second for first, second in re.findall(r"\"([^\"]*)\"|'([^']*)'", text)]
    for python in _pythons(wheels, literals):
        for system, arch in _places(wheels, literals):
            target = Target(python, Platform(system, arch))
            markers = marker_environment(target)
            if parsed is None or parsed.evaluate(markers):
                version = markers["python_full_version"]
                yield CoveredEnvironment(python.implementation, version, system, arch, markers), target


def _pythons(wheels: list[_Wheel], literals: list[str]) -> list[Python]:
    texts = [requires for wheel in wheels if (requires := wheel.requires)] + literals
    numbers = [number for text in texts for number in re.findall(r"(?<![\d.])3\.\d{1,3}(?:\.\d{1,3})?(?![\d.])", text)]
    full = {tuple(map(int, number.split("."))) for number in numbers}
    named = {version[:2] for version in full}
    named |= {version for wheel in wheels for tag in wheel.tags.pythons if (version := parse_python_tag(tag).version)}
    minors = [version[1] for version in named if len(version) == 2 and version[0] == 3 and version[1] < 100]
    oldest = max(2, min(minors, default=OLDEST_PYTHON[1]))
    newest = max([NEWEST_PYTHON[1], *minors])
    versions = {(3, minor, 0) for minor in range(oldest, newest + 1)}
    versions |= {(3, version[1], version[2]) for version in full if len(version) == 3 and 2 <= version[1] < 100}
    implementations = ["cpython", *(["pypy"] if {"pypy", "PyPy"} & set(literals) else [])]
    return [
        parse_python(name + ".".join(map(str, version))) for name in implementations for version in sorted(versions)
    ]


def _places(wheels: list[_Wheel], literals: list[str]) -> list[tuple[str, str]]:
    """List the machines to try: the common ones, those that the marker names, and those of the wheels."""
    places = {(system, arch): None for system, module in families().items() for arch in module.COMMON}
    retired = set()
    for system, module in families().items():
        retired |= {(system, arch) for arch in module.RETIRED}
        for arch in module.machines():
            _, sys_platform, platform_system, machines = module.markers(Platform(system, arch))
            # Naming a common system does not add all its machines, but naming a rare one does.
            if machines[0] in literals or (not module.COMMON and {sys_platform, platform_system} & set(literals)):
                places[system, arch] = None
    of_wheels = {machine for wheel in wheels for machine in wheel.machines - retired if machine[0] in SYSTEMS}
    return [*places, *sorted(of_wheels - {*places})]
