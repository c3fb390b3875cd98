"""What to install from a lock file on a target, all packages at once. Pure.

The file is read by ``packaging.pylock``. Wheels are chosen here, with their build tags, which packaging's own choice
does not look at.

Rule: :pep:`751`, Installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from ..errors import InvalidLock, InvalidWheelFilename, ManytagsError
from ..targets import Target
from ..targets.markers import marker_environment
from .entries import python_fits
from .explain import Explanation, explain
from .reasons import weight
from .select import best

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from packaging.pylock import Package, PackageSdist, PackageWheel, Pylock

#: Characters of a lock file that is read; those of large applications have some millions.
MAX_LOCK = 10_000_000
#: The first packaging that reads lock files.
FIRST_PACKAGING = "26.0"


@dataclass(frozen=True)
class Selected:
    """What a lock file has of one package for a target.

    :param name: the package's normalised name.
    :param version: its version as text, or ``None`` where the file has none.
    :param kind: ``wheel``, ``sdist``, ``vcs``, ``directory``, ``archive``, or ``nothing``.
    :param filename: of the wheel or the sdist; ``None`` for the others.
    :param source: packaging's object with its URL, path and hashes; ``None`` for ``nothing``.
    :param wheels: file names of all its wheels.
    :param target: what it is for.
    """

    name: str
    version: str | None
    kind: str
    filename: str | None
    source: object
    wheels: tuple[str, ...]
    target: Target

    def explanations(self) -> list[Explanation]:
        """Explain each wheel: why it fits, or why not; those that miss by least first."""
        others = [*self.wheels, *([self.filename] if self.kind == "sdist" and self.filename else [])]
        found = [explain(name, self.target, others=others) for name in self.wheels]
        return sorted(found, key=lambda explanation: (weight(list(explanation.reasons)), explanation.filename))

    def __str__(self) -> str:
        what = f"{self.name} {self.version}" if self.version else self.name
        if self.filename is not None:
            return f"{what}: {self.filename}"
        return f"{what}: {'no wheel fits, and there is no sdist' if self.kind == 'nothing' else self.kind}"


@dataclass(frozen=True)
class Selection:
    """What a lock file has for a target.

    :param packages: the packages to install, in the order of the file.
    :param problems: why the file as a whole is not for this target; :pep:`751` has an installer stop at each of them.
    """

    packages: tuple[Selected, ...]
    problems: tuple[str, ...]

    @property
    def missing(self) -> tuple[Selected, ...]:
        """Packages for which the file has nothing."""
        return tuple(package for package in self.packages if package.kind == "nothing")

    def __bool__(self) -> bool:
        """Whether all can be installed: no problem, and something for each package."""
        return not self.problems and not self.missing


def select(
    pylock: str | Mapping[str, object] | Pylock,
    target: Target,
    *,
    extras: Iterable[str] = (),
    dependency_groups: Iterable[str] | None = None,
) -> Selection:
    """Choose what to install from a lock file on a target: for each package its best wheel, else its sdist.

    Markers are judged in the target's environment, so the machine need not be here. Where the file does not fit the
    target that is an answer and no error: a range of Pythons or environments that it is not among, two entries of one
    package, an extra that the file does not have, a package for which it has nothing.

    :param pylock: the file's text, the mapping that a TOML reader makes of it, or a ``packaging.pylock.Pylock``.
    :param target: what it is for.
    :param extras: the extras to install.
    :param dependency_groups: the dependency groups to install; the file's default groups where left out.
    :raises InvalidLock: it is no TOML or no lock file, or longer than ten million characters.
    :raises ManytagsError: ``packaging`` is older than 26.0, or this Python cannot read TOML: 3.10 needs ``tomli``.

    Rule: :pep:`751`, Installation.
    """
    if isinstance(extras, str) or isinstance(dependency_groups, str):
        raise TypeError("expected several extras or groups, got one text")
    lock = read_lock(pylock)
    wanted = list(extras)
    groups = list((lock.default_groups or ()) if dependency_groups is None else dependency_groups)
    environment: dict[str, str | frozenset[str]] = {
        **marker_environment(target),
        "extras": frozenset(wanted),
        "dependency_groups": frozenset(groups),
    }
    problems = [*_not_in_file(lock, wanted, groups), *_not_for(lock, target)]
    slated: dict[str, Package] = {}
    for package in lock.packages:
        if package.marker is not None and not package.marker.evaluate(environment, context="lock_file"):
            continue
        if package.requires_python is not None and not python_fits(str(package.requires_python), target):
            problems.append(f"{package.name} requires Python {package.requires_python}; {_found(target)}")
        if package.name in slated:
            problems.append(f"two entries of {package.name} are for this target")
        slated.setdefault(package.name, package)
    return Selection(tuple(_selected(package, target) for package in slated.values()), tuple(problems))


def read_lock(pylock: str | Mapping[str, object] | Pylock) -> Pylock:
    """Read a lock file; the parameter and the errors are those of :func:`select`."""
    try:
        from packaging.pylock import Pylock, PylockValidationError
    except ImportError:
        from packaging import __version__ as version

        message = f"lock files are read by packaging {FIRST_PACKAGING} or newer; this is packaging {version}"
        raise ManytagsError(message) from None
    if isinstance(pylock, Pylock):
        return pylock
    text = pylock if isinstance(pylock, str) else ""
    content = _parsed(pylock) if isinstance(pylock, str) else pylock
    try:
        return Pylock.from_dict(content)
    except (PylockValidationError, RecursionError) as error:
        raise InvalidLock(text, _one_line(str(error))) from None


def _parsed(text: str) -> Mapping[str, object]:
    if len(text) > MAX_LOCK:
        raise InvalidLock(text, f"longer than {MAX_LOCK} characters")
    for reader in ("tomllib", "tomli"):
        try:
            loads: Callable[[str], Mapping[str, object]] = import_module(reader).loads
        except ImportError:
            continue
        try:
            return loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidLock(text, f"it is no TOML: {_one_line(str(error))}") from None
    raise ManytagsError("TOML is read by Python 3.11 or newer, or with tomli installed")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _found(target: Target) -> str:
    return f"the target's is {marker_environment(target)['python_full_version']}"


def _not_in_file(lock: Pylock, extras: list[str], groups: list[str]) -> list[str]:
    from packaging.utils import canonicalize_name

    found = []
    known = {canonicalize_name(extra) for extra in lock.extras or ()}
    found += [f"the file has no extra {extra!r}" for extra in extras if canonicalize_name(extra) not in known]
    # Default groups need not be listed among those that can be asked for.
    named = {canonicalize_name(group) for group in (*(lock.dependency_groups or ()), *(lock.default_groups or ()))}
    return found + [
        f"the file has no dependency group {group!r}" for group in groups if canonicalize_name(group) not in named
    ]


def _not_for(lock: Pylock, target: Target) -> list[str]:
    problems = []
    if lock.requires_python is not None and not python_fits(str(lock.requires_python), target):
        problems.append(f"the file requires Python {lock.requires_python}; {_found(target)}")
    environment = marker_environment(target)
    markers = lock.environments or ()
    if markers and not any(marker.evaluate(environment, context="requirement") for marker in markers):
        problems.append("the target is in none of the environments that the file is for")
    return problems


def _selected(package: Package, target: Target) -> Selected:
    wheels = [(_filename(wheel), wheel) for wheel in package.wheels or ()]
    names = tuple(name for name, _ in wheels)
    version = None if package.version is None else str(package.version)

    def selected(kind: str, filename: str | None, source: object) -> Selected:
        return Selected(package.name, version, kind, filename, source, names, target)

    for kind in ("vcs", "directory", "archive"):
        source = getattr(package, kind)
        if source is not None:
            return selected(kind, None, source)
    try:
        chosen = best(wheels, target, key=lambda pair: pair[0])
    except InvalidWheelFilename as error:
        raise InvalidLock(error.text, f"package {package.name}: {error.reason}", error.position) from None
    if chosen is not None:
        return selected("wheel", *chosen)
    if package.sdist is not None:
        return selected("sdist", _filename(package.sdist), package.sdist)
    return selected("nothing", None, None)


def _filename(file: PackageWheel | PackageSdist) -> str:
    """A file's name, or the last part of its path or URL; packaging 26.0 does not work it out by itself."""
    if file.name:
        return file.name
    if file.path:
        return file.path.replace("\\", "/").rpartition("/")[2]
    from urllib.parse import unquote, urlparse

    try:
        return unquote(urlparse(file.url or "").path.rpartition("/")[2])
    except ValueError as error:
        raise InvalidLock(file.url or "", f"it has a URL that is none: {error}") from None
