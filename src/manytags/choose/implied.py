"""What a wheel's tags say in the language of markers, and which environments of a marker some files leave out. Pure.

Rule: :pep:`508`, Environment Markers.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidInput, InvalidTag, InvalidTarget
from ..tags.apple import FIRST_IOS_MAJOR, MAC_FORMATS
from ..tags.architecture import hosts_also_taking, hosts_taking_libc, hosts_taking_linux
from ..tags.filename import parse_wheel_filename
from ..tags.libc import MANYLINUX_FLOORS, LibcVersion
from ..tags.platform import (
    FIRST_ANDROID_API,
    IOS,
    Android,
    AnyPlatform,
    Linux,
    MacOS,
    Manylinux,
    Musllinux,
    OtherPlatform,
    PlatformTag,
    parse_platform,
)
from ..tags.python import parse_abi, parse_python_tag
from ..targets import Platform, Python, Target
from ..targets.expand import platform_tags, python_groups
from ..targets.markers import SYSTEM_MARKERS, marker_environment
from ..targets.named import platform_from_tag
from ..targets.pythons import parse_python
from .entries import python_fits, read_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from packaging.markers import Marker

    #: From this minor version to below that one.
    Span = tuple[tuple[int, int], tuple[int, int]]

#: Machines that a Python of a narrower architecture is told of as well: markers have the kernel's.
KERNELS_MACHINES = {("linux", "i686"): ("x86_64",), ("windows", "win32"): ("AMD64",)}

#: What people mean by "everywhere": always among the environments, unless the marker leaves them out.
COMMON = (
    ("linux", "x86_64"),
    ("linux", "aarch64"),
    ("macos", "x86_64"),
    ("macos", "arm64"),
    ("windows", "win_amd64"),
)
#: The newest CPython to ask for where neither files nor marker name a newer one, and the oldest where none is named.
NEWEST_PYTHON, OLDEST_PYTHON = (3, 15), (3, 10)

_LONGEST = 10_000  # characters of a marker


def machines_of(text: str) -> frozenset[tuple[str, str]]:
    """List the machines, as (system, architecture) of a :class:`Platform`, that take a platform tag.

    :param text: one platform tag other than ``any``; of what nobody takes there is none.

    >>> sorted(machines_of("macosx_11_0_universal2"))
    [('macos', 'arm64'), ('macos', 'x86_64')]
    """
    try:
        tag = parse_platform(text)
    except InvalidTag:
        return frozenset()
    return frozenset(_machines(tag, text))


def _machines(tag: PlatformTag, text: str) -> list[tuple[str, str]]:  # noqa: PLR0911 - one return for each kind
    if isinstance(tag, (Linux, Manylinux, Musllinux)):
        hosts = hosts_taking_linux if isinstance(tag, Linux) else hosts_taking_libc
        claimed = isinstance(tag, Linux) or _is_libc_claimed(tag)
        return [("linux", arch) for arch in (*hosts(tag.arch), *hosts_also_taking(tag.arch)) if claimed]
    if isinstance(tag, MacOS):
        takers = tag.takers()
        # Ladders let any machine but x86_64 take old universal2 files from macOS 11 on; of these Arm alone exists.
        loading = [machine for machine, (formats, _, _) in MAC_FORMATS.items() if tag.format in formats]
        return [("macos", machine) for machine in loading if f"macOS {machine}" in takers and max(tag.version) < 1000]
    if isinstance(tag, IOS):
        return [("ios", tag.multiarch)] if FIRST_IOS_MAJOR <= tag.version[0] < 1000 > tag.version[1] else []
    if isinstance(tag, Android):
        return [("android", tag.abi)] if FIRST_ANDROID_API <= tag.api_level < 1000 else []
    if isinstance(tag, (AnyPlatform, OtherPlatform)):
        return [("other", text)] if isinstance(tag, OtherPlatform) else []
    try:
        platform = platform_from_tag(text)
        return [(platform.system, platform.arch)] if text in platform_tags(platform) else []
    except InvalidTarget:
        return []


def _is_libc_claimed(tag: Manylinux | Musllinux) -> bool:
    floor: LibcVersion | None = (0, 0)
    version = tag.musl if isinstance(tag, Musllinux) else tag.glibc
    if isinstance(tag, Manylinux):
        floor = MANYLINUX_FLOORS.get(tag.arch)
    # Beyond these no platform is described.
    return floor is not None and floor <= version < (100, 0) and version[1] < 1000


def marker(file: object, *, key: Callable[[object], object] | None = None) -> str:
    """Give the :pep:`508` marker that a wheel's tags imply: it is true wherever the wheel can be installed.

    The reverse does not hold, since markers do not tell everything that tags do: no C library, no version of a system,
    no free-threaded or debug build. A Python 4 is not foreseen. ``platform_machine`` is the kernel's: 32-bit wheels for
    x86 are for x86_64 as well, and ARMv7's for aarch64. Emulated machines, and what options of a target add, are left
    out. Nothing is said of what manytags has no rule for, as ``freebsd_14_1_release_amd64``.

    :param file: a wheel file name, an entry of an index, or what ``key`` makes one of these from.
    :param key: gives a file name or an entry for ``file``.
    :raises InvalidWheelFilename: it is no wheel file name.

    >>> marker("foo-1.0-cp38-abi3-macosx_11_0_arm64.whl")
    'implementation_name == "cpython" and python_version >= "3.8" and sys_platform == "darwin" and platform_machine == "arm64"'
    >>> marker("foo-1.0-py2.py3-none-any.whl")
    ''
    """  # noqa: E501 - a marker is one line
    tags = parse_wheel_filename(read_entry(file, key)[0]).tag_set
    about_pythons = _about_pythons(tags.pythons, tags.abis)
    return _all([*_either(about_pythons), *_either(_about_platforms(tags.platforms))])


def _all(parts: list[str]) -> str:
    """Join with ``and``."""
    return " and ".join(f"({part})" if " or " in part and len(parts) > 1 else part for part in parts)


def _either(alternatives: list[list[str]]) -> list[str]:
    """Join alternatives, each a list of what must all be true, into one such list; an empty one asks nothing."""
    if [] in alternatives:
        return []
    if len(alternatives) == 1:
        return alternatives[0]
    return [" or ".join(f"({_all(parts)})" if len(parts) > 1 else parts[0] for parts in alternatives)]


def _about_pythons(pythons: tuple[str, ...], abis: tuple[str, ...]) -> list[list[str]]:
    """One alternative for each implementation."""
    spans: dict[str, list[Span]] = {}
    for python in pythons:
        tag = parse_python_tag(python)
        if tag.implementation is None or not tag.version:
            return [[]]
        low = (tag.version[0], (*tag.version, 0)[1])
        end = (tag.version[0] + 1, 0)
        only = (low[0], low[1] + 1)
        for abi in abis:
            # Newer versions take a wheel as well where it is any Python's, or uses the stable ABI.
            newer = len(tag.version) == 1 or tag.implementation == "python" or parse_abi(abi).family == "stable"
            spans.setdefault(tag.implementation, []).append((low, end if newer else only))
    merged = {name: _merged(found) for name, found in spans.items()}
    anyone = merged.pop("python", [])
    alternatives = [_versions(span) for span in anyone]
    for name, own in sorted(merged.items()):
        left = [span for span in own if not any(low <= span[0] and span[1] <= high for low, high in anyone)]
        if left:
            alternatives.append([f'implementation_name == "{name}"', *_either([_versions(span) for span in left])])
    return alternatives


def _merged(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for low, high in sorted(spans):
        # 2.7 is followed by 3.0, whatever minor versions a major has.
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _versions(span: Span) -> list[str]:
    """Write a span; below 2 and above 3 there is nothing to tell apart."""
    low, high = span
    if high == (low[0], low[1] + 1):
        return [f'python_version == "{low[0]}.{low[1]}"']
    parts = []
    if low > (2, 0) or high <= (3, 0):
        parts.append(f'python_version >= "{_short(low)}"')
    if high < (4, 0):
        parts.append(f'python_version < "{_short(high)}"')
    return parts


def _short(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}" if version[1] else str(version[0])


def _about_platforms(platforms: tuple[str, ...]) -> list[list[str]]:
    """One alternative for each system."""
    machines: dict[str, set[str]] = {}
    for text in platforms:
        found = machines_of(text)
        if text == "any" or not found or any(system not in SYSTEM_MARKERS for system, _ in found):
            return [[]]
        for system, arch in found:
            environment = _environment(_PYTHON, system, arch)
            spelled = machines.setdefault(environment["sys_platform"], set())
            spelled.update((environment["platform_machine"], *KERNELS_MACHINES.get((system, arch), ())))
    return [
        [
            f'sys_platform == "{system}"',
            *_either([[f'platform_machine == "{machine}"'] for machine in sorted(found)]),
        ]
        for system, found in sorted(machines.items())
    ]


#: Some Python, where only the platform matters.
_PYTHON = Python("cpython", (3, 12), ("cp312",))


def _environment(python: Python, system: str, arch: str) -> dict[str, str]:
    return marker_environment(Target(python, Platform(system, arch)))


@dataclass(frozen=True)
class Environment:
    """A kind of machine that a marker is true of.

    :param implementation: of Python, such as ``cpython``.
    :param version: of Python, such as ``3.12.0``.
    :param system: as in ``Platform.system``, such as ``linux``.
    :param arch: as in ``Platform.arch``, such as ``x86_64``.
    :param markers: the environment that the marker was evaluated in.
    """

    implementation: str
    version: str
    system: str
    arch: str
    markers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.implementation} {self.version} on {self.system} {self.arch}"


@dataclass(frozen=True)
class Coverage:
    """Which environments of a marker some files serve.

    :param served: environments that at least one file fits.
    :param left_out: environments that no file fits.
    """

    served: tuple[Environment, ...]
    left_out: tuple[Environment, ...]

    def __bool__(self) -> bool:
        """Whether none is left out."""
        return not self.left_out


def covers(files: Iterable[object], marker: str, *, key: Callable[[object], object] | None = None) -> Coverage:
    """Say whether some wheels of one release leave any environment of a marker out, and which.

    The environments are listed and tried one by one: every minor version of CPython between the oldest and the newest
    that files and marker name, and on to 3.15 (and PyPy where the marker names it), with its ``.0`` and each micro
    version named; on Linux (x86_64, aarch64), macOS (x86_64, arm64), Windows (AMD64), and each machine that a file is
    for or whose name the marker has; those of them for which the marker is true. So the answer has limits. Markers do
    not tell a C library, nor a system's version, nor a free-threaded or debug build: a Linux counts as served by a
    wheel for either C library, however new, and a CPython is the release build. ``extra`` is empty.

    :param files: wheel file names, entries of an index, or what ``key`` makes one of these from; sdists are passed
        over, and so are yanked files.
    :param marker: a :pep:`508` marker; empty for everywhere.
    :param key: gives a file name or an entry for an item of ``files``.
    :raises InvalidInput: it is no marker.
    :raises InvalidWheelFilename: a name that ends in ``.whl`` is no wheel file name.

    >>> found = covers(["foo-1.0-cp312-abi3-win_amd64.whl"], 'python_version >= "3.11" and sys_platform == "win32"')
    >>> bool(found), [str(environment) for environment in found.left_out]
    (False, ['cpython 3.11.0 on windows win_amd64'])
    """
    if isinstance(files, str):
        raise TypeError("expected several files, got one text")
    wheels = [_Wheel(name, requires) for name, requires, gone in (read_entry(file, key) for file in files)
              if name.endswith(".whl") and not gone]  # fmt: skip
    parsed = _parsed(marker)
    served: list[Environment] = []
    left_out: list[Environment] = []
    for environment in _environments(wheels, marker, parsed):
        fits = any(wheel.fits(environment) for wheel in wheels)
        (served if fits else left_out).append(environment)
    return Coverage(tuple(served), tuple(left_out))


class _Wheel:
    """A wheel's members, and the machines it is for."""

    def __init__(self, filename: str, requires: str | None) -> None:
        parsed = parse_wheel_filename(filename)
        self.tags, self.requires, self.variant = parsed.tag_set, requires, parsed.variant
        self.machines = {machine for platform in self.tags.platforms for machine in machines_of(platform)}

    def fits(self, environment: Environment) -> bool:
        """Whether some machine of this kind takes it."""
        python = parse_python(environment.implementation + environment.version)
        target = Target(python, Platform(environment.system, environment.arch))
        if self.variant is not None or (self.requires is not None and not python_fits(self.requires, target)):
            return False
        own, pure = python_groups(python)
        groups = {*(own if (environment.system, environment.arch) in self.machines else ())}
        groups.update(pure if "any" in self.tags.platforms else ())
        return any((tag, abi) in groups for tag in self.tags.pythons for abi in self.tags.abis)


def _parsed(text: str) -> Marker | None:
    from packaging.markers import InvalidMarker, Marker

    if len(text) > _LONGEST:
        raise InvalidInput(text, f"a marker of more than {_LONGEST} characters is none")
    try:
        return Marker(text) if text.strip() else None
    except (InvalidMarker, RecursionError) as error:
        first = str(error).partition("\n")[0]
        raise InvalidInput(text, f"it is no marker: {first}") from None


def _environments(wheels: list[_Wheel], text: str, parsed: Marker | None) -> list[Environment]:
    import re

    literals = [first or second for first, second in re.findall(r"\"([^\"]*)\"|'([^']*)'", text)]
    found: dict[tuple[object, ...], Environment] = {}
    for python in _pythons(wheels, literals):
        for system, arch in _places(wheels, literals):
            markers = _environment(python, system, arch)
            if parsed is None or parsed.evaluate(markers):
                version = markers["python_full_version"]
                environment = Environment(python.implementation, version, system, arch, markers)
                found[python.implementation, version, system, arch] = environment
    return list(found.values())


def _pythons(wheels: list[_Wheel], literals: list[str]) -> list[Python]:
    import re

    spoken = [requires for wheel in wheels if (requires := wheel.requires)] + literals
    numbers = [re.findall(r"(?<![\d.])3\.\d{1,3}(?:\.\d{1,3})?(?![\d.])", one) for one in spoken]
    full = {tuple(map(int, number.split("."))) for found in numbers for number in found}
    named = {version[:2] for version in full}
    named |= {version for wheel in wheels for tag in wheel.tags.pythons if (version := parse_python_tag(tag).version)}
    minors = [version[1] for version in named if len(version) == 2 and version[0] == 3 and version[1] < 100]
    oldest = max(2, min(minors, default=OLDEST_PYTHON[1]))
    newest = max([NEWEST_PYTHON[1], *minors])
    texts = {(3, minor, 0) for minor in range(oldest, newest + 1)}
    texts |= {(3, version[1], version[2]) for version in full if len(version) == 3 and 2 <= version[1] < 100}
    implementations = ["cpython", *(["pypy"] if {"pypy", "PyPy"} & set(literals) else [])]
    return [parse_python(name + ".".join(map(str, version))) for name in implementations for version in sorted(texts)]


def _places(wheels: list[_Wheel], literals: list[str]) -> list[tuple[str, str]]:
    """Machines to try: the common ones, those of the files, and those of which the marker has the name."""
    found = dict.fromkeys(COMMON)
    known = [
        *(("linux", arch) for arch in (*MANYLINUX_FLOORS, "armv6l")),
        *(("windows", tag) for tag in ("win32", "win_arm64")),
        *(("ios", arch) for arch in ("arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator")),
        *(("android", abi) for abi in ("arm64_v8a", "armeabi_v7a", "x86", "x86_64")),
        ("emscripten", "wasm32"),
    ]
    for place in known:
        markers = _environment(_PYTHON, *place)
        # The common systems' other machines count where the machine is named; of the others the system's name will do.
        if markers["platform_machine"] in literals or {markers["sys_platform"], markers["platform_system"]} & (
            set(literals) - {"linux", "win32", "Linux", "Windows"}
        ):
            found[place] = None
    gone = {("macos", arch) for arch in MAC_FORMATS if arch not in {"x86_64", "arm64"}}  # no such Mac runs Python 3.10
    machines = sorted({machine for wheel in wheels for machine in wheel.machines - gone if machine[0] != "other"})
    return [*found, *(machine for machine in machines if machine not in found)]
