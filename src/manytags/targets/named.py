"""Targets by the names that people use: ``target("cp312", "manylinux_2_28_aarch64")``."""

from __future__ import annotations

from ..errors import InvalidTag, InvalidTarget
from ..tags.architecture import LIBC_ARCHITECTURE
from ..tags.libc import MANYLINUX_FLOORS
from ..tags.platform import (
    IOS,
    Android,
    Emscripten,
    Linux,
    MacOS,
    Manylinux,
    Musllinux,
    PlatformTag,
    Pyemscripten,
    Windows,
    parse_platform,
)
from . import Platform, Python, TagOptions, Target

#: First CPython that can be built without the global interpreter lock (:pep:`703`).
FIRST_FREE_THREADED = (3, 13)


def target(python: str | Python, platform: str | Platform, options: TagOptions | None = None) -> Target:
    """Describe a machine that is not here.

    :param python: such as ``cp312``, ``3.12``, ``3.12.4``, ``3.13t`` (free-threaded), ``3.12d`` (debug), or a
        :class:`Python`.
    :param platform: a platform tag, which means a host that takes this tag and all below it, or a :class:`Platform`.
    :param options: what the target's owner decides.
    :raises InvalidTarget: there is no such Python or platform; ``reason`` says why.

    >>> target("3.13t", "musllinux_1_2_x86_64").triples()[:2]
    ('cp313-cp313t-linux_x86_64', 'cp313-cp313t-musllinux_1_2_x86_64')
    """
    described = parse_python(python) if isinstance(python, str) else python
    machine = platform_from_tag(platform) if isinstance(platform, str) else platform
    made = Target(described, machine, options)
    made.platform_tags()  # a platform that has no ladder is refused here, where its name is known
    return made


def parse_python(text: str) -> Python:
    """Parse the name of a Python, such as ``cp312``, ``3.13t`` or ``3.12.4``.

    :param text: a version with dots or as in a python tag, then CPython's letters: ``t`` free-threaded, ``d`` debug.
    :raises InvalidTarget: no Python is called so.

    >>> parse_python("3.13td").abis
    ('cp313td', 'cp313t')
    """
    name = text.lower().removeprefix("cp")
    flags = name.lstrip("0123456789.")
    digits = name[: len(name) - len(flags)]
    version = _parse_version(digits)
    if version is None or not set(flags) <= {"t", "d"} or len(set(flags)) != len(flags):
        raise InvalidTarget(text, "no Python is called so; expected such as '3.12', 'cp312', '3.13t' or '3.12d'")
    if version < (3, 2):
        raise InvalidTarget(text, "manytags describes Python 3.2 and newer")
    free_threaded = "t" in flags
    if free_threaded and version[:2] < FIRST_FREE_THREADED:
        raise InvalidTarget(text, "free-threaded builds begin with Python 3.13")
    full = digits if digits.count(".") == 2 else None
    return Python("cpython", version, cpython_abis(version, free_threaded, "d" in flags), full)


def cpython_abis(version: tuple[int, ...], free_threaded: bool, debug: bool, pymalloc: bool = True) -> tuple[str, ...]:
    """List the ABI tags of a CPython build, best first, without the stable ABI.

    :param version: (major, minor).
    :param pymalloc: whether it was built with pymalloc, which tags told until Python 3.7.

    >>> cpython_abis((3, 12), False, True), cpython_abis((3, 7), False, False)
    (('cp312d', 'cp312'), ('cp37m',))

    Rule: :pep:`3149`; since 3.8 a debug build also loads modules of a release build.
    """
    plain = f"cp{version[0]}{version[1]}{'t' if free_threaded else ''}"
    if version[:2] < (3, 8):
        # Until 3.2 the width of Unicode counted too; builds that anybody still has were wide, on Linux.
        wide = "u" if version[:2] < (3, 3) else ""
        return (f"{plain}{'d' if debug else ''}{'m' if pymalloc else ''}{wide}",)
    return (f"{plain}d", plain) if debug else (plain,)


def _parse_version(text: str) -> tuple[int, ...] | None:
    numbers = text.split(".") if "." in text else [text[:1], text[1:]]
    if len(numbers) not in {2, 3} or not all(number.isdigit() and len(number) < 4 for number in numbers):
        return None
    return tuple(int(number) for number in numbers)


def platform_from_tag(text: str) -> Platform:
    """Describe the host that takes a platform tag and all below it.

    :param text: one platform tag.
    :raises InvalidTarget: it is no platform tag, or one that no single machine has.

    >>> platform_from_tag("manylinux_2_28_armv7l")
    Platform(system='linux', arch='armv7l', glibc=(2, 28), musl=None, version=None, build_arch=None)
    """
    try:
        tag = parse_platform(text)
    except InvalidTag as error:
        raise InvalidTarget(text, error.reason, error.position) from None
    return _platform(text, tag)


def _platform(text: str, tag: PlatformTag) -> Platform:  # noqa: C901, PLR0911 - one case for each kind
    match tag:
        case Linux(arch=arch):
            return Platform("linux", arch)
        case Manylinux(glibc=glibc, arch=arch):
            if arch not in MANYLINUX_FLOORS or glibc < MANYLINUX_FLOORS[arch]:
                raise InvalidTarget(text, f"no interpreter claims it; {_manylinux_of(arch)}")
            return Platform("linux", arch, glibc=glibc)
        case Musllinux(musl=musl, arch=arch):
            if arch in LIBC_ARCHITECTURE:
                raise InvalidTarget(text, f"no interpreter claims it; use {LIBC_ARCHITECTURE[arch]}")
            return Platform("linux", arch, musl=musl)
        case MacOS(version=version, format=machine):
            if machine.startswith(("universal", "fat", "intel")):
                raise InvalidTarget(
                    text, f"{machine} is a file for several machines; name one, such as arm64 or x86_64"
                )
            return Platform("macos", machine, version=version)
        case IOS(version=version, multiarch=multiarch):
            return Platform("ios", multiarch, version=version)
        case Android(api_level=level, abi=abi):
            return Platform("android", abi, version=(level,))
        case Windows():
            return Platform("windows", str(tag))
        case Emscripten():
            return Platform("emscripten", str(tag))
        case Pyemscripten(version=version):
            return Platform("emscripten", "wasm32", version=version)
    return Platform("other", str(tag))


def _manylinux_of(arch: str) -> str:
    floor = MANYLINUX_FLOORS.get(arch)
    if floor is None:
        return f"manylinux is known on {', '.join(sorted(MANYLINUX_FLOORS))}; bare tags as 'linux_{arch}'"
    return f"manylinux begins with {floor[0]}.{floor[1]} on {arch}"
