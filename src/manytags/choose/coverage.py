"""Which environments of a marker some wheels leave out. Pure.

Rule: :pep:`508`, Environment Markers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from ..errors import InvalidInput, InvalidTarget
from ..platforms import Platform, families
from ..platforms.parse import machines_of
from ..tags import SYSTEMS
from ..tags.filename import parse_wheel_filename
from ..tags.python import parse_python_tag
from ..targets import Python, Target
from ..targets.markers import IMPLEMENTATION_MARKERS, is_true, marker_environment, parse_marker
from ..targets.named import parse_python
from ..targets.ranks import python_groups, rank_filename
from .entries import check_several, python_fits, read_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packaging.markers import Marker

    Pair = tuple[str, str]
    #: System and architecture.
    Machine = tuple[str, str]

#: The newest CPython to try if neither the files nor the marker name a newer one, and the oldest if they name none.
NEWEST_PYTHON, OLDEST_PYTHON = (3, 15), (3, 10)

#: Environments to try; all wheels of numpy, named at once, are for 330.
_MAX_ENVIRONMENTS = 50_000
#: Alternatives of a marker that are looked at one by one.
_MAX_ALTERNATIVES = 64


@dataclass(frozen=True, slots=True)
class CoveredEnvironment:
    """A Python on a kind of machine, or a target, for which a marker is true.

    :param implementation: the implementation of Python, such as ``cpython``.
    :param version: the version of Python, such as ``3.12.0``.
    :param system: as in ``Platform.system``, such as ``linux``.
    :param arch: as in ``Platform.arch``, such as ``x86_64``.
    :param markers: the environment in which the marker was evaluated.
    :param target: the target, where targets were described: it knows its C library and how its Python was built.
    """

    implementation: str
    version: str
    system: str
    arch: str
    markers: Mapping[str, str]
    target: Target | None = None

    def __str__(self) -> str:
        if self.target is not None:
            return str(self.target)
        return f"{self.implementation} {self.version} on {self.system} {self.arch}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which environments of a marker some files serve.

    :param served: environments that at least one file fits.
    :param left_out: environments that no file fits.
    :param untried: alternatives of the marker that no environment makes true, so that nothing is known of them.
    """

    served: tuple[CoveredEnvironment, ...]
    left_out: tuple[CoveredEnvironment, ...]
    untried: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether every alternative of the marker was tried, and no environment is left out."""
        return not self.left_out and not self.untried

    def __str__(self) -> str:
        if self:
            return f"all {len(self.served)} environments are served"
        untried = [f"no environment that was tried has {alternative}" for alternative in self.untried]
        return "\n".join([*(f"left out: {environment}" for environment in self.left_out), *untried])


def check_coverage(
    files: Iterable[object],
    marker: str,
    targets: Iterable[Target] | None = None,
    *,
    key: Callable[[object], object] | None = None,
) -> Coverage:
    """Check whether the wheels of one release serve every environment of a marker, and list those that they leave out.

    Every Python is tried on every machine, and the environments for which the marker is true count. The Pythons are all
    minor versions of CPython from the oldest that the files or the marker name to the newest, and on to 3.15: the
    ``.0`` release and each micro version that is named. PyPy and GraalPy are tried if the marker names them. The
    machines are Linux (x86_64, aarch64), macOS (x86_64, arm64), Windows (AMD64), and all others that the files or the
    marker name. Where the marker has an alternative that none of these makes true, such as ``sys_platform ==
    "windows"``, the answer is no, and ``untried`` says which.

    The answer has limits, because markers cannot describe a C library, a system's version, or a free-threaded or debug
    build: a wheel for either C library, however new, serves Linux, and a CPython is the release build. ``extra`` is
    empty. Describe targets to ask about these: then they are tried instead, each as it is, with its C library, its
    version of the system, and its build of Python.

    :param files: wheel file names, entries of an index, or anything that ``key`` turns into one of these; sdists and
        yanked files are skipped.
    :param marker: a :pep:`508` marker; empty for every environment.
    :param targets: the targets to try, in place of all Pythons on all machines.
    :param key: returns the file name or entry of an item.
    :raises InvalidInput: the text is not a marker, cannot be evaluated, or asks for too many environments; or there is
        no target.
    :raises InvalidWheelFilename: a name ends in ``.whl`` but is not a wheel file name.

    >>> windows = 'python_version >= "3.11" and sys_platform == "win32"'
    >>> coverage = check_coverage(["foo-1.0-cp312-abi3-win_amd64.whl"], windows)
    >>> bool(coverage), [str(environment) for environment in coverage.left_out]
    (False, ['cpython 3.11.0 on windows win_amd64'])
    >>> from manytags import target
    >>> machines = [target("3.13t", "alpine"), target("3.13", "debian")]
    >>> print(check_coverage(["foo-1.0-cp313-cp313-manylinux_2_17_x86_64.whl"], 'sys_platform == "linux"', machines))
    left out: cpython 3.13 (cp313t) on Linux with musl 1.2 on x86_64
    """
    check_several(files)
    wheels = _Wheels()
    described = None if targets is None else _Described(targets, marker)
    for name, requires, yanked in (read_entry(file, key) for file in files):
        if name.endswith(".whl") and not yanked:
            (wheels if described is None else described).add(name, requires)
    parsed = parse_marker(marker) if marker.strip() else None
    untried = [] if parsed is None else _alternatives(parsed)
    served: list[CoveredEnvironment] = []
    left_out: list[CoveredEnvironment] = []
    environments = _environments(wheels, marker) if described is None else described.environments()
    for environment, target in environments:
        if parsed is None or is_true(parsed, environment.markers):
            is_served = wheels.serve(target) if described is None else target in described.served
            (served if is_served else left_out).append(environment)
            untried = [part for part in untried if not is_true(part, environment.markers)]
    return Coverage(tuple(served), tuple(left_out), tuple(map(str, untried)))


class _Described:
    """Targets, and which of them a wheel fits."""

    def __init__(self, targets: Iterable[Target], marker: str) -> None:
        self._targets = list(dict.fromkeys(targets))
        if not self._targets:
            raise InvalidInput(marker, "no target is described, so nothing can be tried")
        self.served: set[Target] = set()

    def add(self, filename: str, requires: str | None) -> None:
        """Note the targets that a wheel fits."""
        for target in self._targets:
            if target in self.served or rank_filename(filename, target) is None:
                continue
            if requires is None or python_fits(requires, target):
                self.served.add(target)

    def environments(self) -> Iterator[tuple[CoveredEnvironment, Target]]:
        """Describe the environment of each target."""
        for target in self._targets:
            python, platform, markers = target.python, target.platform, marker_environment(target)
            full = markers["python_full_version"]
            yield (
                CoveredEnvironment(python.implementation, full, platform.system, platform.arch, markers, target),
                target,
            )


class _Wheels:
    """Wheels by the machines and Pythons that they are for."""

    def __init__(self) -> None:
        #: Machine, or ``None`` for any -> python tag and ABI tag -> what the wheels require of Python.
        self._requirements: dict[Machine | None, dict[Pair, set[str | None]]] = {}
        self.pythons: set[str] = set()
        self.requirements: set[str] = set()

    @property
    def machines(self) -> list[Machine]:
        """The machines that wheels are for, apart from those for any machine."""
        return sorted(machine for machine in self._requirements if machine is not None)

    def add(self, filename: str, requires: str | None) -> None:
        """Add a wheel; one of a variant is for none of the environments."""
        parsed = parse_wheel_filename(filename)
        tags = parsed.tag_set
        self.pythons.update(tags.pythons)
        self.requirements.update([requires] if requires else [])
        machines = {machine for platform in tags.platforms for machine in machines_of(platform)}
        for machine in [*machines, *([None] if "any" in tags.platforms else [])]:
            own = self._requirements.setdefault(machine, {})
            for pair in product(tags.pythons, tags.abis) if parsed.variant is None else ():
                own.setdefault(pair, set()).add(requires)

    def serve(self, target: Target) -> bool:
        """Whether some machine of a target's kind takes one of the wheels."""
        own, pure = python_groups(target.python)
        machine = target.platform.system, target.platform.arch
        for pairs, of_machine in ((own, self._requirements.get(machine)), (pure, self._requirements.get(None))):
            for pair in pairs if of_machine else ():
                requirements = of_machine.get(pair, ()) if of_machine else ()
                if any(requires is None or python_fits(requires, target) for requires in requirements):
                    return True
        return False


def _alternatives(marker: Marker) -> list[Marker]:
    """Split a marker into alternatives without "or"; return the marker itself if these are many."""
    from packaging.markers import Marker

    texts = _split(marker._markers)  # noqa: SLF001 - packaging has no public form of a parsed marker
    return [Marker(text) for text in texts] if len(texts) <= _MAX_ALTERNATIVES else [marker]


def _split(parts: object) -> list[str]:
    """Write a parsed marker as alternatives. "and" binds its parts closer than "or"."""
    if isinstance(parts, tuple):
        return [" ".join(part.serialize() for part in parts)]
    alternatives: list[str] = []
    together = [""]
    for part in [*parts, "or"] if isinstance(parts, list) else ():
        if part == "or":
            alternatives, together = alternatives + together, [""]
        elif part != "and" and len(together) <= _MAX_ALTERNATIVES:
            together = [f"{one} and {other}" if one else other for one in together for other in _split(part)]
    return alternatives


def _environments(wheels: _Wheels, text: str) -> Iterator[tuple[CoveredEnvironment, Target]]:
    literals = [first or second for first, second in re.findall(r"\"([^\"]*)\"|'([^']*)'", text)]
    pythons, places = _pythons(wheels, literals), _places(wheels, literals)
    if len(pythons) * len(places) > _MAX_ENVIRONMENTS:
        raise InvalidInput(text, f"{len(pythons)} versions of Python on {len(places)} machines are too many to try")
    for python in pythons:
        for system, arch in places:
            target = Target(python, Platform(system, arch))
            markers = marker_environment(target)
            yield (
                CoveredEnvironment(python.implementation, markers["python_full_version"], system, arch, markers),
                target,
            )


def _pythons(wheels: _Wheels, literals: list[str]) -> list[Python]:
    texts = [*wheels.requirements, *literals]
    numbers = [number for text in texts for number in re.findall(r"(?<![\d.])3\.\d{1,3}(?:\.\d{1,3})?(?![\d.])", text)]
    full = {tuple(map(int, number.split("."))) for number in numbers}
    named = {version[:2] for version in full}
    named |= {parse_python_tag(tag).version for tag in wheels.pythons}
    minors = [version[1] for version in named if len(version) == 2 and version[0] == 3 and version[1] < 100]
    oldest = max(2, min(minors, default=OLDEST_PYTHON[1]))
    newest = max([NEWEST_PYTHON[1], *minors])
    versions = {(3, minor, 0) for minor in range(oldest, newest + 1)}
    versions |= {(3, version[1], version[2]) for version in full if len(version) == 3 and 2 <= version[1] < 100}
    implementations = ["cpython"]
    implementations += [
        name for name, marker in IMPLEMENTATION_MARKERS.items() if name != "cpython" and {name, marker} & set(literals)
    ]
    return [python for name in implementations for version in sorted(versions) for python in _python(name, version)]


def _python(implementation: str, version: tuple[int, ...]) -> list[Python]:
    try:
        return [parse_python(implementation + ".".join(map(str, version)))]
    except InvalidTarget:  # there is no GraalPy of every version
        return []


def _places(wheels: _Wheels, literals: list[str]) -> list[Machine]:
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
    of_wheels = [machine for machine in wheels.machines if machine[0] in SYSTEMS and machine not in retired]
    return [*places, *(machine for machine in of_wheels if machine not in places)]
