"""What ``packaging`` answers for other machines.

For Apple, Android and the groups of python tags and ABI tags, packaging has functions that take the machine as an
argument. For Linux it has none, so its own functions run with a replaced view of the machine, and unchanged logic.
"""

from __future__ import annotations

import sysconfig
from typing import TYPE_CHECKING

import packaging
import packaging.tags
import pytest
from packaging import _manylinux, _musllinux
from packaging.version import Version

from manytags import Platform, Python, TagOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VERSION = Version(packaging.__version__)

#: Since 26.3 ``linux_*`` comes before manylinux and musllinux (packaging #160); in older versions, after them.
LINUX_FIRST = Version("26.3") <= VERSION
#: The stable ABI of free-threaded builds (:pep:`803`).
HAS_ABI3T = Version("26.1") <= VERSION
HAS_IOS = hasattr(packaging.tags, "ios_platforms")
HAS_ANDROID = hasattr(packaging.tags, "android_platforms")

#: Bare ``linux_*`` where this packaging puts it, and without the tags that only manytags takes.
OPTIONS = TagOptions(linux_first=LINUX_FIRST, armv6_on_armv7=False)

needs_newest = pytest.mark.skipif(
    not LINUX_FIRST, reason=f"packaging {VERSION}, older than 26.3, puts linux_* after manylinux and has other bugs"
)
needs_abi3t = pytest.mark.skipif(not HAS_ABI3T, reason=f"packaging {VERSION}, older than 26.1, knows no abi3t")
needs_ios = pytest.mark.skipif(not HAS_IOS, reason=f"packaging {VERSION}, older than 24.2, knows no iOS")
needs_android = pytest.mark.skipif(not HAS_ANDROID, reason=f"packaging {VERSION}, older than 25.0, knows no Android")


def linux_platforms(
    arch: str, glibc: tuple[int, int] | None = None, musl: tuple[int, int] | None = None
) -> tuple[str, ...]:
    """List the platform tags that packaging would give on a Linux with this architecture and libc."""
    looks: list[tuple[object, str, Callable[..., object]]] = [
        (sysconfig, "get_platform", lambda: f"linux-{arch}"),
        (_manylinux, "_get_glibc_version", lambda: _manylinux._GLibCVersion(*(glibc or (-1, -1)))),
        (_manylinux, "_have_compatible_abi", lambda *_: True),  # reads the ELF header of the running executable
        (_manylinux, "_get_manylinux_module", lambda: None),
        (_musllinux, "_get_musl_version", lambda _: _musllinux._MuslVersion(*musl) if musl else None),
    ]
    with pytest.MonkeyPatch.context() as patch:
        for module, name, answer in looks:
            patch.setattr(module, name, answer, raising=False)  # older ones read _manylinux without a function
        return tuple(packaging.tags._linux_platforms(is_32bit=False))


def platforms(platform: Platform) -> tuple[str, ...]:
    """List the platform tags that packaging gives on a platform, best first."""
    version = platform.version or (0, 0)
    if platform.system == "linux":
        return linux_platforms(platform.arch, platform.glibc, platform.musl)
    if platform.system == "macos":
        tags = packaging.tags.mac_platforms((version[0], version[1]), platform.arch)
        # Before 26.3 the format that holds ppc and i386 was misspelt: distutils calls it fat, with x86_64 fat3.
        return tuple(tag.replace("_fat32", "_fat3") for tag in tags)
    if platform.system == "ios":
        return tuple(packaging.tags.ios_platforms((version[0], version[1]), platform.arch))
    if platform.system == "android":
        return tuple(packaging.tags.android_platforms(version[0], platform.arch))
    if platform.system == "emscripten":
        # Its own function reads nothing but the build's variable and sysconfig.get_platform().
        own = platform.arch.startswith("emscripten_")
        abi = ("_".join(["pyemscripten", *map(str, platform.version), "wasm32"]),) if platform.version else ()
        return (*abi, *((platform.arch,) if own else ()))
    return (platform.arch,)  # Windows and all others: sysconfig.get_platform()


def triples(python: Python, on: Iterable[str]) -> tuple[str, ...]:
    """List the tags that packaging gives for a Python, in the order of its ``sys_tags``."""
    version, nodot, on = python.version[:2], "".join(map(str, python.version[:2])), list(on)
    assert on, "packaging takes an empty list for 'look at this machine'"
    if python.implementation == "cpython":
        own = packaging.tags.cpython_tags(version, python.abis, on)
        pure: str | None = f"cp{nodot}"
    else:
        short = packaging.tags.INTERPRETER_SHORT_NAMES.get(python.implementation, python.implementation)
        own = packaging.tags.generic_tags(f"{short}{nodot}", python.abis, on)
        pure = "pp3" if short == "pp" else None
    # A generator, since the whole matrix has tens of millions.
    return tuple(map(str, (*own, *packaging.tags.compatible_tags(version, pure, on))))


def cpython_abis(version: tuple[int, int], flags: str) -> tuple[str, ...]:
    """List the ABI tags that packaging gives a CPython built with these flags."""
    variables = {
        "Py_DEBUG": int("d" in flags),
        "Py_GIL_DISABLED": int("t" in flags),
        "WITH_PYMALLOC": 1,
        "Py_UNICODE_SIZE": 4,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packaging.tags, "_get_config_var", lambda name, _warn=False: variables[name])
        return tuple(packaging.tags._cpython_abis(version))
