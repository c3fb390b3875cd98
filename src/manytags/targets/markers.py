"""Targets and the marker environments of :pep:`508`: out always, in where the markers tell enough. Pure."""

from __future__ import annotations

from ..errors import InvalidTarget
from ..tags.apple import MAC_FORMATS
from . import Evidence, Platform, Python, Target
from .named import platform_from_name
from .pythons import is_full_version, parse_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: System -> os_name, sys_platform, platform_system.
SYSTEM_MARKERS = {
    "linux": ("posix", "linux", "Linux"),
    "macos": ("posix", "darwin", "Darwin"),
    "windows": ("nt", "win32", "Windows"),
    "ios": ("posix", "ios", "iOS"),
    "android": ("posix", "android", "Android"),
    "emscripten": ("posix", "emscripten", "Emscripten"),
}
#: Windows' platform tags -> platform_machine.
WINDOWS_MACHINES = {"win32": "x86", "win_amd64": "AMD64", "win_arm64": "ARM64", "win_arm32": "ARM", "win_ia64": "IA64"}
#: Tag architectures that the kernel, which platform_machine repeats, calls otherwise.
LINUX_MACHINES = {"armv8l": "aarch64", "x32": "x86_64", "mips64el": "mips64", "mipsel": "mips"}
ANDROID_MACHINES = {"arm64_v8a": "aarch64", "armeabi_v7a": "armv7l", "x86": "i686"}
IMPLEMENTATION_MARKERS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}


def marker_environment(target: Target) -> dict[str, str]:
    """Give the environment that markers are evaluated in on a target.

    What a target does not know is empty (``platform_release``, ``platform_version``), a micro version ``0``, and the
    version of an implementation other than CPython ``0``.

    :param target: the machine.

    >>> from manytags import target
    >>> environment = marker_environment(target("3.12.4", "win_amd64"))
    >>> environment["platform_machine"], environment["python_full_version"]
    ('AMD64', '3.12.4')

    Rule: :pep:`508`, Environment Markers.
    """
    python, platform = target.python, target.platform
    os_name, sys_platform, system = SYSTEM_MARKERS.get(platform.system, ("posix", platform.arch.partition("_")[0], ""))
    major, minor = python.version[:2]
    full = python.full_version or ".".join(map(str, (*python.version, 0)[:3]))
    return {
        "implementation_name": python.implementation,
        "implementation_version": full if python.implementation == "cpython" else "0",
        "os_name": os_name,
        "platform_machine": _machine(platform),
        "platform_python_implementation": IMPLEMENTATION_MARKERS.get(python.implementation, python.implementation),
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "python_full_version": full,
        "python_version": f"{major}.{minor}",
        "sys_platform": sys_platform,
    }


def _machine(platform: Platform) -> str:
    if platform.system == "linux":
        return LINUX_MACHINES.get(platform.arch, platform.arch)
    if platform.system == "windows":
        return WINDOWS_MACHINES.get(platform.arch, platform.arch)
    if platform.system == "android":
        return ANDROID_MACHINES.get(platform.arch, platform.arch)
    if platform.system == "ios":
        return platform.arch.rpartition("_")[0]
    return "wasm32" if platform.system == "emscripten" else platform.arch


def target_from_markers(environment: Mapping[str, str], platform: str | Platform | None = None) -> Target:
    """Describe the target that a marker environment tells of.

    Markers tell no C library: on Linux the platform must be named. They tell no build either: a free-threaded or a
    debug CPython looks like any other.

    :param environment: as ``packaging.markers.default_environment()`` gives it.
    :param platform: the platform, or a name of it, where the markers do not tell it.
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
    """Describe the Python that a marker environment tells of.

    :raises InvalidTarget: a marker is missing or is no Python's.
    """
    full = _marker(environment, "python_full_version")
    numbers = full.split(".")
    python = parse_python(_marker(environment, "implementation_name") + ".".join(numbers[:2]))
    if not is_full_version(full, python.version):
        raise InvalidTarget(full, "the marker 'python_full_version' is no version of Python")
    return Python(python.implementation, python.version, python.abis, full)


def _marker(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not isinstance(value, str) or not value or len(value) > 200:
        raise InvalidTarget(str(value), f"the marker environment lacks {name!r}")
    return value


def _platform_from_markers(environment: Mapping[str, str]) -> Platform:
    system = _marker(environment, "sys_platform")
    machine = _marker(environment, "platform_machine")
    if system == "win32":
        tags = {name.lower(): tag for tag, name in WINDOWS_MACHINES.items()}
        if machine.lower() in tags:
            return Platform("windows", tags[machine.lower()])
    if system == "darwin":
        release = _marker(environment, "platform_release").partition(".")[0]
        if release.isascii() and release.isdigit() and len(release) < 4 and machine in MAC_FORMATS:
            return Platform("macos", machine, version=macos_from_darwin(int(release)))
    if system == "linux":
        raise InvalidTarget(system, "markers do not tell which C library a Linux has; name the platform too")
    raise InvalidTarget(f"{system} {machine}", "these markers do not tell which platform tags it takes; name it too")


def macos_from_darwin(major: int) -> tuple[int, int]:
    """Translate the major version of Darwin's kernel to the macOS it came with.

    >>> macos_from_darwin(19), macos_from_darwin(23), macos_from_darwin(25)
    ((10, 15), (14, 0), (26, 0))
    """
    if major < 20:
        return 10, max(major - 4, 0)
    return (major - 9, 0) if major < 25 else (major + 1, 0)
