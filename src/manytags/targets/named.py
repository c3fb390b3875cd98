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
    Pyodide,
    Windows,
    parse_platform,
)
from . import Platform, Python, Target
from .options import TagOptions
from .pythons import parse_python
from .triples import ARCHITECTURES, NAMED, platform_from_triple

#: Beginnings of the tags of systems whose tags have no order; what begins otherwise is a name that nobody knows.
OTHER_SYSTEMS = (
    "aix_",
    "cygwin_",
    "dragonfly_",
    "freebsd_",
    "gnu_",
    "haiku_",
    "hp_ux_",
    "midnightbsd_",
    "mingw_",
    "msys_",
    "netbsd_",
    "openbsd_",
    "solaris_",
    "sunos_",
    "wasi_",
)


def target(python: str | Python, platform: str | Platform, options: TagOptions | None = None) -> Target:
    """Describe a machine that is not here.

    :param python: such as ``cp312``, ``3.12``, ``3.12.4``, ``3.13t`` (free-threaded), ``3.12d`` (debug), ``pypy3.10``,
        ``graalpy3.12``, ``cp313-cp313t``, or a :class:`Python`.
    :param platform: a platform tag, which means a host that takes this tag and all below it; a distribution's release
        with an architecture, such as ``alpine-3.20-x86_64``; a triple or a name of uv's, such as
        ``aarch64-apple-darwin``; or a :class:`Platform`.
    :param options: what the target's owner decides.
    :raises InvalidTarget: there is no such Python or platform; ``reason`` says why.

    >>> target("3.13t", "musllinux_1_2_x86_64").triples()[:2]
    ('cp313-cp313t-linux_x86_64', 'cp313-cp313t-musllinux_1_2_x86_64')
    >>> target("3.11", "debian-12-arm64").platform_tags()[:2]
    ('linux_aarch64', 'manylinux_2_36_aarch64')
    """
    described = parse_python(python) if isinstance(python, str) else python
    machine = platform_from_name(platform) if isinstance(platform, str) else platform
    made = Target(described, machine, options)
    made.platform_tags()  # a platform that has no ladder is refused here, where its name is known
    return made


def platform_from_name(name: str) -> Platform:
    """Describe the platform that people call by a name.

    :param name: a platform tag, a distribution's release with an architecture, a triple, or a name of uv's.
    :raises InvalidTarget: nothing is called so; the nearest names are given.

    >>> str(platform_from_name("ubuntu-jammy-x86_64"))
    'Linux with glibc 2.35 on x86_64'
    """
    lowered = name.lower()
    if len(name) > 200 or not name.isascii():  # lower() makes a k of the Kelvin sign
        raise InvalidTarget(name, "names of platforms have at most 200 characters, all of them ASCII")
    described = platform_from_triple(lowered)
    if described is None and "-" in name:  # no tag has a dash, and reading the data of distributions has its price
        from .distributions import platform_from_distribution

        described = platform_from_distribution(lowered)
    return described or platform_from_tag(name)


def platform_from_tag(text: str) -> Platform:
    """Describe the host that takes a platform tag and all below it.

    :param text: one platform tag.
    :raises InvalidTarget: it is no platform tag, or one that no single machine has.

    >>> platform_from_tag("manylinux_2_28_armv7l").glibc
    (2, 28)
    """
    try:
        tag = parse_platform(text)
    except InvalidTag as error:
        if "-" in text:
            raise _unknown(text) from None
        raise InvalidTarget(text, error.reason, error.position) from None
    try:
        return _platform(text, tag)
    except InvalidTarget as error:
        raise InvalidTarget(text, error.reason) from None  # of the name, not of a part of it


def _platform(text: str, tag: PlatformTag) -> Platform:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
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
                raise InvalidTarget(text, f"{machine} is a file for several machines; name one, as arm64 or x86_64")
            return Platform("macos", machine, version=version)
        case IOS(version=version, multiarch=multiarch):
            return Platform("ios", multiarch, version=version)
        case Android(api_level=level, abi=abi):
            return Platform("android", abi, version=(level,))
        case Windows():
            return Platform("windows", str(tag))
        case Emscripten():
            return Platform("emscripten", str(tag))
        case Pyodide(claimed=False):
            raise InvalidTarget(text, f"no interpreter claims it; use {str(tag).replace('pyodide', 'pyemscripten')}")
        case Pyemscripten(version=version):
            return Platform("emscripten", "wasm32", version=version)
    if str(tag) == "any" or str(tag).startswith(OTHER_SYSTEMS):
        return Platform("other", str(tag))
    raise _unknown(text)


def _manylinux_of(arch: str) -> str:
    floor = MANYLINUX_FLOORS.get(arch)
    if floor is None:
        return f"manylinux is known on {', '.join(sorted(MANYLINUX_FLOORS))}; bare tags as 'linux_{arch}'"
    return f"manylinux begins with {floor[0]}.{floor[1]} on {arch}"


def platform_names() -> list[str]:
    """List names that :func:`platform_from_name` knows: uv's, triples, and distributions with each architecture."""
    from .distributions import releases

    triples = [f"{arch}-unknown-linux-{libc}" for arch in sorted(MANYLINUX_FLOORS) for libc in ("gnu", "musl")]
    own = [
        f"{release.distribution}-{release.version}-{arch}" for release in releases() for arch in release.architectures
    ]
    return list(dict.fromkeys([*NAMED, *triples, *own]))


def _unknown(text: str) -> InvalidTarget:
    from difflib import get_close_matches

    tags = [f"linux_{arch}" for arch in ARCHITECTURES]
    tags += [f"manylinux_2_28_{arch}" for arch in MANYLINUX_FLOORS] + [
        f"musllinux_1_2_{arch}" for arch in MANYLINUX_FLOORS
    ]
    near = get_close_matches(text.lower(), [*platform_names(), *tags, "win_amd64", "macosx_14_0_arm64"], 3)
    hint = f"the nearest are {', '.join(near)}" if near else "it is no platform tag, distribution or triple"
    return InvalidTarget(text, f"no platform is called so; {hint}")
