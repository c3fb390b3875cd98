"""Marker environments of :pep:`508` from targets, and targets from those that say enough. Pure."""

from __future__ import annotations

from ..errors import InvalidInput, InvalidTarget
from ..platforms import Evidence, Platform, family
from ..platforms.names import platform_from_name
from ..platforms.versions import read_marker
from ..tags import SYSTEMS
from . import Python, Target
from .named import is_full_version, parse_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.markers import Marker

#: Characters of a marker that is read.
_LONGEST = 10_000

IMPLEMENTATION_MARKERS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}


def marker_environment(target: Target) -> dict[str, str]:
    """Give the environment that markers are evaluated in on a target.

    What a target does not know is empty (``platform_release``, ``platform_version``). An unknown micro version is
    ``0``, and so is the version of an implementation other than CPython.

    :param target: the machine.

    >>> from manytags import target
    >>> environment = marker_environment(target("3.12.4", "win_amd64"))
    >>> environment["platform_machine"], environment["python_full_version"]
    ('AMD64', '3.12.4')

    Rule: :pep:`508`, Environment Markers.
    """
    python, platform = target.python, target.platform
    os_name, sys_platform, system, machines = family(platform.system).markers(platform)
    major, minor = (*python.version, 0)[:2]
    full = python.full_version or ".".join(map(str, (*python.version, 0, 0)[:3]))
    return {
        "implementation_name": python.implementation,
        "implementation_version": full if python.implementation == "cpython" else "0",
        "os_name": os_name,
        "platform_machine": machines[0],
        "platform_python_implementation": IMPLEMENTATION_MARKERS.get(python.implementation, python.implementation),
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "python_full_version": full,
        "python_version": f"{major}.{minor}",
        "sys_platform": sys_platform,
    }


def parse_marker(text: str) -> Marker:
    """Read a :pep:`508` marker.

    :raises InvalidInput: it is not a marker, or has more than 10,000 characters.
    """
    from packaging.markers import InvalidMarker, Marker

    if len(text) > _LONGEST:
        raise InvalidInput(text, f"a marker of more than {_LONGEST} characters is not read")
    try:
        return Marker(text)
    except (InvalidMarker, RecursionError) as error:
        first = str(error).partition("\n")[0]
        raise InvalidInput(text, f"it is not a marker: {first}") from None


def is_true(marker: Marker, environment: Mapping[str, str | frozenset[str]], **context: str) -> bool:
    """Whether a marker is true in an environment.

    :param environment: as :func:`marker_environment` gives it.
    :param context: packaging's ``context``, for lock files.
    :raises InvalidInput: it cannot be evaluated: it compares what has no order, or names what only lock files have.
    """
    try:
        return marker.evaluate({**environment}, **context)  # type: ignore[arg-type] # older releases: str
    except KeyError as error:
        raise InvalidInput(str(marker), f"it asks for {error}, which is not known here") from None
    # packaging lets errors about versions and numbers through.
    except (ValueError, TypeError, RecursionError) as error:
        first = str(error).partition("\n")[0]
        raise InvalidInput(str(marker), f"it cannot be evaluated: {first}") from None


def target_from_markers(environment: Mapping[str, str], platform: str | Platform | None = None) -> Target:
    """Describe the target of a marker environment.

    Markers do not tell the C library, so on Linux the platform must be named. They do not tell the build either: a
    free-threaded or a debug CPython looks like any other.

    :param environment: as ``packaging.markers.default_environment()`` gives it.
    :param platform: the platform, or a name of it, where the markers do not say enough.
    :raises InvalidTarget: a marker is missing, or they do not suffice.

    >>> environment = {"implementation_name": "cpython", "python_full_version": "3.12.4",
    ...                "sys_platform": "darwin", "platform_machine": "arm64", "platform_release": "23.6.0"}
    >>> target_from_markers(environment).platform_tags()[0]
    'macosx_14_0_arm64'
    """
    python = python_from_markers(environment)
    if platform is None:
        machine = _platform_from_markers(environment)
    else:
        machine = platform_from_name(platform) if isinstance(platform, str) else platform
    target = Target(python, machine, None, (Evidence("markers", str(machine), "a marker environment"),))
    target.platform_tags()
    return target


def python_from_markers(environment: Mapping[str, str]) -> Python:
    """Describe the Python of a marker environment.

    :raises InvalidTarget: a marker is missing, or does not describe a Python.
    """
    full = read_marker(environment, "python_full_version")
    numbers = full.split(".")
    python = parse_python(read_marker(environment, "implementation_name") + ".".join(numbers[:2]))
    if not is_full_version(full, python.version):
        raise InvalidTarget(full, "the marker 'python_full_version' is not a version of Python")
    return Python(python.implementation, python.version, python.abis, full)


def _platform_from_markers(environment: Mapping[str, str]) -> Platform:
    sys_platform = read_marker(environment, "sys_platform")
    machine = read_marker(environment, "platform_machine")
    system = next((system for system, (name, _) in SYSTEMS.items() if name == sys_platform), "other")
    platform = family(system).from_markers(machine, environment)
    if platform is None:
        reason = "these markers do not tell which platform tags it takes; name it too"
        raise InvalidTarget(f"{sys_platform} {machine}", reason)
    return platform
