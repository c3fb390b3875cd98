"""Targets by platform tags and names of Pythons."""

from __future__ import annotations

import pytest

from manytags import InvalidTarget, Platform, Python, target
from manytags.platforms.linux.architectures import architectures

WITH_MANYLINUX = ", ".join(sorted(row.name for row in architectures() if row.manylinux_floor))


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("3.12", Python("cpython", (3, 12), ("cp312",))),
        ("cp312", Python("cpython", (3, 12), ("cp312",))),
        ("CP312", Python("cpython", (3, 12), ("cp312",))),
        ("3.12.4", Python("cpython", (3, 12, 4), ("cp312",), "3.12.4")),
        ("3.12d", Python("cpython", (3, 12), ("cp312d", "cp312"))),
        ("3.13t", Python("cpython", (3, 13), ("cp313t",))),
        ("cp313td", Python("cpython", (3, 13), ("cp313td", "cp313t"))),
        ("3.13dt", Python("cpython", (3, 13), ("cp313td", "cp313t"))),
        ("cp37", Python("cpython", (3, 7), ("cp37m",))),
        ("3.7d", Python("cpython", (3, 7), ("cp37dm",))),
        ("3.2", Python("cpython", (3, 2), ("cp32mu",))),
    ],
)
def test_names_of_cpythons(name: str, python: Python) -> None:
    """A CPython can be named as people write it and as tags write it."""
    assert target(name, "win32").python == python


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "no Python is called so"),
        ("3.x", "no Python is called so"),
        ("3.12tt", "no Python is called so"),
        ("3.12m", "no Python is called so"),
        ("3.1\u0662", "no Python is called so"),
        ("3.\u00b2", "no Python is called so"),
        ("3.12.1.1", "no Python is called so"),
        ("3.12345", "no Python is called so"),
        ("3.1", "manytags describes Python 3.2 and newer"),
        ("2.5", "manytags describes Python 2.6, 2.7, and 3.2 and newer"),
        ("3.12t", "free-threaded builds begin with Python 3.13"),
        ("ruby3.3", "no Python is called so"),
        ("3.12\n", "no Python is called so"),
    ],
)
def test_names_of_no_python(name: str, reason: str) -> None:
    """A mistyped Python must not become another one."""
    with pytest.raises(InvalidTarget) as caught:
        target(name, "win32")
    assert caught.value.text == name
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("manylinux_2_28_aarch64", Platform("linux", "aarch64", glibc=(2, 28))),
        ("manylinux2014_x86_64", Platform("linux", "x86_64", glibc=(2, 17))),
        ("manylinux1_i686", Platform("linux", "i686", glibc=(2, 5))),
        ("ManyLinux_2_28_AArch64", Platform("linux", "aarch64", glibc=(2, 28))),
        ("musllinux_1_2_x86_64", Platform("linux", "x86_64", musl=(1, 2))),
        ("musllinux_1_2_armv6l", Platform("linux", "armv6l", musl=(1, 2))),
        ("linux_armv6l", Platform("linux", "armv6l")),
        ("macosx_14_0_arm64", Platform("macos", "arm64", version=(14, 0))),
        ("win32", Platform("windows", "win32")),
        ("win_amd64", Platform("windows", "win_amd64")),
        ("ios_13_0_arm64_iphoneos", Platform("ios", "arm64_iphoneos", version=(13, 0))),
        ("android_24_arm64_v8a", Platform("android", "arm64_v8a", version=(24,))),
        ("pyemscripten_2026_0_wasm32", Platform("emscripten", "wasm32", version=(2026, 0))),
        ("pyodide_2025_0_wasm32", Platform("emscripten", "wasm32", version=(2025, 0))),
        ("emscripten_5_0_3_wasm32", Platform("emscripten", "emscripten_5_0_3_wasm32")),
        ("freebsd_14_1_release_amd64", Platform("other", "freebsd_14_1_release_amd64")),
    ],
)
def test_platforms_by_their_tag(name: str, platform: Platform) -> None:
    """A tag means a host that takes this tag and all lower ones."""
    there = target("3.12", name)
    assert there.platform == platform
    first = there.platform_tags()[1 if "pyodide" in name else 0]  # the older name follows the newer one
    assert platform.system == "linux" or first == name.lower()


@pytest.mark.parametrize("minor", [5, 17, 28, 40, 41, 60, 99])
def test_any_glibc(minor: int) -> None:
    """A host that is newer than this library can be described like any other (uv stops at 2.40)."""
    there = target("3.12", f"manylinux_2_{minor}_x86_64")
    assert there.platform_tags()[:2] == ("linux_x86_64", f"manylinux_2_{minor}_x86_64")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("manylinux_2_17", "expected manylinux_MAJOR_MINOR_ARCH, the architecture is missing"),
        ("manylinux_2_x86_64", "expected manylinux_MAJOR_MINOR_ARCH with two plain numbers"),
        ("manylinux_2_16_aarch64", "no interpreter claims it; manylinux begins with 2.17 on aarch64"),
        ("manylinux_2_4_x86_64", "no interpreter claims it; manylinux begins with 2.5 on x86_64"),
        ("manylinux_2_28_armv8l", "no interpreter claims it"),
        ("manylinux_2_28_vax", f"no interpreter claims it; manylinux is known on {WITH_MANYLINUX}; bare tags as"),
        ("musllinux_1_2_armv8l", "no interpreter claims it; use armv7l"),
        ("manylinux_2_5000_x86_64", "the version of the libc is out of range"),
        ("pyodide_2026_0_wasm32", "no interpreter claims it; use pyemscripten_2026_0_wasm32"),
        ("macosx_11_0_universal2", "universal2 is a file for several machines; name one"),
        ("macosx_10_9_intel", "intel is a file for several machines; name one"),
    ],
)
def test_tags_that_are_no_machine(name: str, reason: str) -> None:
    """A list for an impossible machine would pick wheels that no machine can use."""
    with pytest.raises(InvalidTarget) as caught:
        target("3.12", name)
    assert caught.value.text == name
    assert caught.value.reason.startswith(reason)


def test_look_alikes_are_no_names() -> None:
    """``lower()`` makes an ASCII k of the Kelvin sign: a name that only looks like one must not be taken for it."""
    assert target("3.12", "rocky-9-x86_64").platform.glibc == (2, 34)
    with pytest.raises(InvalidTarget):
        target("3.12", "roc\u212ay-9-x86_64")
