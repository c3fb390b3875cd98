"""What to install from a lock file on a target, for all packages at once. Pure.

``packaging.pylock`` reads the file. The wheels are chosen here, because packaging's own choice ignores build tags.

Rule: :pep:`751`, Installation.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidInput, InvalidLock, ManytagsError
from ..tags import filename_fields
from ..tags.filename import parse_wheel_filename
from ..tags.python import parse_python_tag
from ..targets import Target
from ..targets.markers import is_true, marker_environment
from .entries import filename_from_url, python_fits
from .explain import Explanation, explain
from .reasons import weight
from .select import best
from .toml import one_line, parse_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.markers import Marker
    from packaging.pylock import Package, PackageArchive, PackageSdist, PackageWheel, Pylock

#: The first packaging that reads lock files.
FIRST_PACKAGING = "26.0"


@dataclass(frozen=True, slots=True)
class SelectedPackage:
    """What a lock file has of one package for a target.

    :param name: the package's normalized name.
    :param version: its version as text, or ``None`` if the file has no version.
    :param kind: ``wheel``, ``sdist``, ``vcs``, ``directory``, ``archive``, or ``nothing``.
    :param filename: name of the wheel or sdist, also of a wheel that is an ``archive``; ``None`` for other kinds.
    :param source: packaging's object with its URL, path and hashes; ``None`` for ``nothing``.
    :param wheels: file names of all its wheels.
    :param target: the target it was selected for.
    """

    name: str
    version: str | None
    kind: str
    filename: str | None
    source: object
    wheels: tuple[str, ...]
    target: Target

    def explanations(self) -> list[Explanation]:
        """Explain each wheel: why it fits, or why not; the nearest misses first, and of these the nearest Pythons."""
        others = [*self.wheels, *([self.filename] if self.kind == "sdist" and self.filename else [])]
        explanations = [explain(name, self.target, others=others) for name in self.wheels]

        def nearness(explanation: Explanation) -> tuple[object, ...]:
            python = parse_wheel_filename(explanation.filename).tag_set.pythons
            return weight(list(explanation.reasons)), _steps(python, self.target), explanation.filename

        return sorted(explanations, key=nearness)

    def __str__(self) -> str:
        package = f"{self.name} {self.version}" if self.version else self.name
        return f"{package}: {self.filename or self.source_text}"

    @property
    def source_text(self) -> str:
        """The kind in words."""
        return "no wheel fits, and there is no sdist" if self.kind == "nothing" else self.kind


@dataclass(frozen=True, slots=True)
class LockSelection:
    """What a lock file has for a target.

    :param packages: the packages to install, in the order of the file.
    :param problems: why the file as a whole is not for this target. For each of these :pep:`751` tells installers to
        stop.
    """

    packages: tuple[SelectedPackage, ...]
    problems: tuple[str, ...]

    @property
    def missing(self) -> tuple[SelectedPackage, ...]:
        """The packages for which the file has nothing."""
        return tuple(package for package in self.packages if package.kind == "nothing")

    def __bool__(self) -> bool:
        """Whether everything can be installed: there is no problem, and a file for each package."""
        return not self.problems and not self.missing


def select_from_lock(
    pylock: str | Mapping[str, object] | Pylock,
    target: Target,
    *,
    extras: Iterable[str] = (),
    dependency_groups: Iterable[str] | None = None,
    more_groups: Iterable[str] = (),
) -> LockSelection:
    """Choose what to install from a lock file on a target: for each package its best wheel, otherwise its sdist.

    Markers are evaluated in the target's environment, so the target can be any machine. A lock file that does not fit
    the target is an answer, not an error: the target's Python or environment is excluded, two entries of one package
    apply, the file lacks an extra, or it has nothing for a package. A wheel that is an ``archive`` must fit like any
    other, and files of wheel variants are passed over.

    A ``path`` with backslashes is a path on Windows alone, where the specification recommends ``/``. Elsewhere it is
    refused, as pip and uv do.

    :param pylock: the file's text, the mapping that a TOML parser returns for it, or a ``packaging.pylock.Pylock``.
    :param target: the Python and platform to install on.
    :param extras: the extras to install.
    :param dependency_groups: the dependency groups to install; by default the file's default groups.
    :param more_groups: dependency groups to install besides these.
    :raises InvalidLock: the text is not TOML or not a lock file, or is longer than ten million characters; or a path
        has backslashes and the target is not Windows.
    :raises ManytagsError: ``packaging`` is older than 26.0, or this Python cannot read TOML: 3.10 needs ``tomli``.

    Rule: :pep:`751`, Installation.
    """
    if isinstance(extras, str) or isinstance(dependency_groups, str) or isinstance(more_groups, str):
        raise TypeError("expected several extras or groups, got one text")
    lock = read_lock(pylock)
    extras = list(extras)
    groups = list((lock.default_groups or ()) if dependency_groups is None else dependency_groups)
    groups += more_groups
    environment: dict[str, str | frozenset[str]] = {
        **marker_environment(target),
        "extras": frozenset(extras),
        "dependency_groups": frozenset(groups),
    }
    problems = [*_unknown_names(lock, extras, groups), *_exclusions(lock, target)]
    packages: dict[str, Package] = {}
    for package in lock.packages:
        if package.marker is not None and not _is_true(
            package.marker, environment, "lock_file", f"package {package.name}"
        ):
            continue
        if package.requires_python is not None and not python_fits(str(package.requires_python), target):
            version = environment["python_full_version"]
            problems.append(f"{package.name} requires Python {package.requires_python}; the target's is {version}")
        if package.name in packages:
            problems.append(f"two entries of {package.name} are for this target")
        packages.setdefault(package.name, package)
    return LockSelection(tuple(_select(package, target) for package in packages.values()), tuple(problems))


def read_lock(pylock: str | Mapping[str, object] | Pylock) -> Pylock:
    """Read a lock file. The parameter and the errors are those of :func:`select_from_lock`."""
    try:
        from packaging.pylock import Pylock, PylockValidationError
    except ImportError:
        from packaging import __version__ as version

        message = f"lock files are read by packaging {FIRST_PACKAGING} or newer; this is packaging {version}"
        raise ManytagsError(message) from None
    if isinstance(pylock, Pylock):
        return pylock
    if not isinstance(pylock, str) and not hasattr(pylock, "get"):
        raise TypeError(f"expected the text of a lock file or a mapping, got {type(pylock).__name__}")
    document, variants = without_variants(parse_toml(pylock) if isinstance(pylock, str) else pylock)
    try:
        lock = Pylock.from_dict(document)
    except (PylockValidationError, RecursionError) as error:
        raise InvalidLock(pylock if isinstance(pylock, str) else "", one_line(str(error))) from None
    for (package, wheel), name in variants.items():
        object.__setattr__((lock.packages[package].wheels or ())[wheel], "name", name)
    return lock


def without_variants(document: Mapping[str, object]) -> tuple[Mapping[str, object], dict[tuple[int, int], str]]:
    """Hide the labels of wheel variants (draft :pep:`825`), at which packaging would refuse the file.

    :returns: the lock file with names that packaging takes, and the names that were hidden, by package and wheel.
    """
    variants: dict[tuple[int, int], str] = {}
    packages = document.get("packages")
    copies: list[object] = []
    for number, package in enumerate(packages if isinstance(packages, list) else ()):
        wheels = package.get("wheels") if isinstance(package, dict) else None
        names = [name_of_wheel(wheel) for wheel in wheels] if isinstance(wheels, list) else []
        fields = [filename_fields(name) for name in names]
        labelled = {at: names[at] for at, parts in enumerate(fields) if parts is not None and parts[4] is not None}
        if labelled and isinstance(wheels, list):
            plain = [
                {**wheel, "name": f"{labelled[at].rpartition('-')[0]}.whl"} if at in labelled else wheel
                for at, wheel in enumerate(wheels)
            ]
            package = {**package, "wheels": plain}  # noqa: PLW2901 - a copy with other names
            variants.update({(number, at): name for at, name in labelled.items()})
        copies.append(package)
    return ({**document, "packages": copies} if variants else document), variants


def name_of_wheel(wheel: object) -> str:
    """Return the name of a wheel in a lock file as it was read, or an empty text where it has none."""
    get = wheel.get if isinstance(wheel, dict) else {}.get
    name, path, url = get("name"), get("path"), get("url")
    if isinstance(name, str):
        return name
    if isinstance(path, str):
        return path.replace("\\", "/").rpartition("/")[2]
    return filename_from_url(url) if isinstance(url, str) else ""


def _unknown_names(lock: Pylock, extras: list[str], groups: list[str]) -> list[str]:
    """List the extras and groups that the file does not have."""
    from packaging.utils import canonicalize_name

    # Default groups need not be listed among the groups that can be requested.
    listed = (*(lock.dependency_groups or ()), *(lock.default_groups or ()))
    problems = []
    for kind, wanted, known in (("extra", extras, lock.extras or ()), ("dependency group", groups, listed)):
        names = {canonicalize_name(name) for name in known}
        problems += [f"the file has no {kind} {name!r}" for name in wanted if canonicalize_name(name) not in names]
    return problems


def _exclusions(lock: Pylock, target: Target) -> list[str]:
    """List what in the head of the file excludes the target."""
    problems = []
    environment = marker_environment(target)
    if lock.requires_python is not None and not python_fits(str(lock.requires_python), target):
        version = environment["python_full_version"]
        problems.append(f"the file requires Python {lock.requires_python}; the target's is {version}")
    markers = lock.environments
    if markers is not None and not any(
        _is_true(marker, environment, "requirement", "environments") for marker in markers
    ):
        problems.append("the target is in none of the environments that the file is for")
    return problems


def _is_true(marker: Marker, environment: Mapping[str, str | frozenset[str]], context: str, where: str) -> bool:
    try:
        return is_true(marker, environment, context=context)
    except InvalidInput as error:
        raise InvalidLock(error.text, f"{where}: {error.reason}", error.position) from None


def _select(package: Package, target: Target) -> SelectedPackage:
    wheels: list[tuple[str, object]] = [(_filename(wheel, target), wheel) for wheel in package.wheels or ()]
    archived = None if package.archive is None else _filename(package.archive, target)
    if archived is not None and archived.endswith(".whl"):
        wheels = [(archived, package.archive)]
    names = tuple(name for name, _ in wheels)
    version = None if package.version is None else str(package.version)

    def selected(kind: str, filename: str | None, source: object) -> SelectedPackage:
        return SelectedPackage(package.name, version, kind, filename, source, names, target)

    for kind in ("vcs", "directory", "archive"):
        source = getattr(package, kind)
        if source is not None and (kind != "archive" or not wheels):
            return selected(kind, None, source)
    try:
        wheel = best(wheels, target, key=lambda pair: pair[0])
    except InvalidInput as error:
        raise InvalidLock(error.text, f"package {package.name}: {error.reason}", error.position) from None
    if wheel is not None:
        return selected("archive" if package.archive is not None else "wheel", *wheel)
    if package.sdist is not None:
        return selected("sdist", _filename(package.sdist, target), package.sdist)
    return selected("nothing", None, None)


def _steps(pythons: Iterable[str], target: Target) -> int:
    """Count the minor versions between a target's Python and the nearest of some python tags."""
    versions = [parse_python_tag(python).version for python in pythons]
    major, minor = (*target.python.version, 0)[:2]
    return min((abs(version[1] - minor) for version in versions if len(version) > 1 and version[0] == major), default=0)


def _filename(file: PackageWheel | PackageSdist | PackageArchive, target: Target) -> str:
    """Return a file's name, or the last part of its path or URL, which packaging 26.0 does not do itself."""
    name: str | None = getattr(file, "name", None)
    path = file.path or ""
    if "\\" in path:
        if target.platform.system != "windows":
            raise InvalidLock(path, "only Windows takes backslashes between the parts of a path; write /")
        path = path.replace("\\", "/")
    if name or path:
        return name or path.rpartition("/")[2]
    from urllib.parse import unquote, urlsplit

    try:
        return unquote(urlsplit(file.url or "").path.rpartition("/")[2])
    except ValueError as error:
        raise InvalidLock(file.url or "", f"it has an invalid URL: {error}") from None
