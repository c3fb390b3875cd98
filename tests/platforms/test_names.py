"""Platforms by the triples of compilers and by the names of uv."""

from __future__ import annotations

import re

import pytest

import manytags
from manytags import InvalidTarget, Platform, platform_from_name
from manytags.platforms.linux.architectures import Architecture, architectures
from manytags.platforms.linux.names import platform_from_triple
from manytags.platforms.names import named

TRIPLES = {
    "x86_64-unknown-linux-gnu": Platform("linux", "x86_64", glibc=(2, 28)),
    "x86_64-linux-gnu": Platform("linux", "x86_64", glibc=(2, 28)),
    "x86_64-pc-linux-gnu": Platform("linux", "x86_64", glibc=(2, 28)),
    "amd64-linux-gnu": Platform("linux", "x86_64", glibc=(2, 28)),
    "aarch64-unknown-linux-gnu": Platform("linux", "aarch64", glibc=(2, 28)),
    "arm64-linux-gnu": Platform("linux", "aarch64", glibc=(2, 28)),
    "i686-unknown-linux-gnu": Platform("linux", "i686", glibc=(2, 28)),
    "i386-linux-gnu": Platform("linux", "i686", glibc=(2, 28)),
    "armv7-unknown-linux-gnueabihf": Platform("linux", "armv7l", glibc=(2, 28)),
    "armv7l-linux-gnueabihf": Platform("linux", "armv7l", glibc=(2, 28)),
    "arm-unknown-linux-gnueabihf": Platform("linux", "armv6l", glibc=(2, 28)),
    "armv6-unknown-linux-gnueabihf": Platform("linux", "armv6l", glibc=(2, 28)),
    "arm-unknown-linux-gnueabi": Platform("linux", "armv5tel"),
    "armv7-unknown-linux-gnueabi": Platform("linux", "armv7l"),
    "armv7-unknown-linux-musleabihf": Platform("linux", "armv7l", musl=(1, 2)),
    "arm-unknown-linux-musleabihf": Platform("linux", "armv6l", musl=(1, 2)),
    "armv7-unknown-linux-musleabi": Platform("linux", "armv7l"),
    "powerpc64le-unknown-linux-gnu": Platform("linux", "ppc64le", glibc=(2, 28)),
    "ppc64le-unknown-linux-gnu": Platform("linux", "ppc64le", glibc=(2, 28)),
    "powerpc64-unknown-linux-gnu": Platform("linux", "ppc64", glibc=(2, 28)),
    "s390x-unknown-linux-gnu": Platform("linux", "s390x", glibc=(2, 28)),
    "s390x-unknown-linux-musl": Platform("linux", "s390x", musl=(1, 2)),
    "riscv64gc-unknown-linux-gnu": Platform("linux", "riscv64", glibc=(2, 39)),
    "riscv64-unknown-linux": Platform("linux", "riscv64", glibc=(2, 39)),
    "riscv64-unknown-linux-musl": Platform("linux", "riscv64", musl=(1, 2)),
    "loongarch64-unknown-linux-gnu": Platform("linux", "loongarch64", glibc=(2, 36)),
    "loongarch64-unknown-linux-musl": Platform("linux", "loongarch64", musl=(1, 2)),
    "x86_64-unknown-linux-musl": Platform("linux", "x86_64", musl=(1, 2)),
    "x86_64-manylinux_2_28": Platform("linux", "x86_64", glibc=(2, 28)),
    "x86_64-manylinux_2_41": Platform("linux", "x86_64", glibc=(2, 41)),
    "X86_64-Manylinux_2_28": Platform("linux", "x86_64", glibc=(2, 28)),
    "x86_64-manylinux1": Platform("linux", "x86_64", glibc=(2, 5)),
    "x86_64-manylinux2010": Platform("linux", "x86_64", glibc=(2, 12)),
    "aarch64-manylinux2014": Platform("linux", "aarch64", glibc=(2, 17)),
    "armv7-manylinux_2_31": Platform("linux", "armv7l", glibc=(2, 31)),
    "i686-manylinux_2_17": Platform("linux", "i686", glibc=(2, 17)),
    "riscv64-manylinux_2_39": Platform("linux", "riscv64", glibc=(2, 39)),
    "aarch64-musllinux_1_1": Platform("linux", "aarch64", musl=(1, 1)),
    "armv6-musllinux_1_2": Platform("linux", "armv6l", musl=(1, 2)),
    "linux": Platform("linux", "x86_64", glibc=(2, 28)),
    "windows": Platform("windows", "win_amd64"),
    "macos": Platform("macos", "arm64", version=(13, 0)),
    "MacOS": Platform("macos", "arm64", version=(13, 0)),
    "aarch64-apple-darwin": Platform("macos", "arm64", version=(13, 0)),
    "x86_64-apple-darwin": Platform("macos", "x86_64", version=(13, 0)),
    "x86_64-pc-windows-msvc": Platform("windows", "win_amd64"),
    "aarch64-pc-windows-msvc": Platform("windows", "win_arm64"),
    "i686-pc-windows-msvc": Platform("windows", "win32"),
    "arm64-apple-ios": Platform("ios", "arm64_iphoneos", version=(13, 0)),
    "arm64-apple-ios-simulator": Platform("ios", "arm64_iphonesimulator", version=(13, 0)),
    "x86_64-apple-ios-simulator": Platform("ios", "x86_64_iphonesimulator", version=(13, 0)),
    "aarch64-linux-android": Platform("android", "arm64_v8a", version=(24,)),
    "armv7-linux-androideabi": Platform("android", "armeabi_v7a", version=(24,)),
    "i686-linux-android": Platform("android", "x86", version=(24,)),
    "x86_64-linux-android": Platform("android", "x86_64", version=(24,)),
    "wasm32-pyodide2025": Platform("emscripten", "wasm32", version=(2025, 0)),
}

#: Texts that look like triples but are not. For some of them ``platform_from_name`` suggests the nearest.
NO_TRIPLES = (
    "",
    "-",
    "x86_64",
    "vax-unknown-linux-gnu",
    "x86_64-unknown",
    "x86_64-unknown-linux-uclibc",
    "x86_64-unknown-linux-gnu-gnu",
    "x86_64-unknown-linux-gnueabihf",
    "x86_64-unknown-freebsd",
    "x86_64-apple-linux-gnu",
    "x86_64-manylinux",
    "x86_64-manylinux_2",
    "x86_64-manylinux_2_28_1",
    "x86_64-manylinux_2_x",
    "x86_64-manylinux2015",
    "x86_64-glibc_2_28",
    "x86_64-manylinux_2_28-",
    "wasm32-pyodide2023",
    "darwin",
)


@pytest.mark.parametrize("name", TRIPLES)
def test_a_triple_is_this_platform(name: str) -> None:
    """Build farms name machines by triples, and a soft-float triple must not get hard-float wheels."""
    assert platform_from_name(name) == TRIPLES[name]


@pytest.mark.parametrize("name", NO_TRIPLES)
def test_what_is_no_triple_is_refused(name: str) -> None:
    """A name that is almost a triple must not become a machine that the user did not mean."""
    assert platform_from_triple(name) is None
    with pytest.raises(InvalidTarget):
        platform_from_name(name)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("x86_64-unkown-linux-gnu", "x86_64-unknown-linux-gnu"),
        ("aarch64-unknown-linux-gnueabi", "aarch64-unknown-linux-gnu"),
        ("macosx", "macos"),
        ("win64", "win_amd64"),
        ("aarch64-apple-drawin", "aarch64-apple-darwin"),
    ],
)
def test_the_nearest_names_are_given(name: str, near: str) -> None:
    """A user who mistypes a triple must see the right one."""
    try:
        platform = platform_from_name(name)
    except InvalidTarget as error:
        assert near in error.reason
    else:
        pytest.fail(f"{name} is {platform}")


def test_soft_float_takes_no_manylinux() -> None:
    """manylinux for armv7l is hard-float, and crashes on gnueabi when the first float is passed."""
    assert manytags.target("3.12", "armv7-unknown-linux-gnueabi").platform_tags() == ("linux_armv7l",)
    assert manytags.target("3.12", "arm-unknown-linux-gnueabi").platform_tags() == ("linux_armv5tel",)


CONDA_AND_DOCKER = {
    "linux-64": "x86_64-unknown-linux-gnu",
    "linux-32": "i686-unknown-linux-gnu",
    "linux-aarch64": "aarch64-unknown-linux-gnu",
    "linux-ppc64le": "ppc64le-unknown-linux-gnu",
    "linux-armv7l": "armv7-unknown-linux-gnueabihf",
    "osx-64": "x86_64-apple-darwin",
    "osx-arm64": "aarch64-apple-darwin",
    "win-64": "win_amd64",
    "win-32": "win32",
    "win-arm64": "win_arm64",
    "win_64": "win_amd64",
    "linux_64": "x86_64-unknown-linux-gnu",
    "linux/amd64": "x86_64-unknown-linux-gnu",
    "linux/amd64/v3": "x86_64-unknown-linux-gnu",
    "linux/arm64": "aarch64-unknown-linux-gnu",
    "linux/arm64/v8": "aarch64-unknown-linux-gnu",
    "linux/arm": "armv7-unknown-linux-gnueabihf",
    "linux/arm/v7": "armv7-unknown-linux-gnueabihf",
    "linux/arm/v6": "arm-unknown-linux-gnueabihf",
    "linux/arm/v5": "arm-unknown-linux-gnueabi",
    "linux/386": "i686-unknown-linux-gnu",
    "linux/ppc64le": "ppc64le-unknown-linux-gnu",
    "linux/s390x": "s390x-unknown-linux-gnu",
    "linux/riscv64": "riscv64-unknown-linux-gnu",
    "windows/amd64": "win_amd64",
    "windows/386": "win32",
    "darwin/arm64": "aarch64-apple-darwin",
    "android/arm64": "android_24_arm64_v8a",
    "windows_amd64": "win_amd64",
    "windows_x86": "win32",
    "macos_arm64": "aarch64-apple-darwin",
    "macos_x86_64": "x86_64-apple-darwin",
    "macos_12_0_arm64": "macosx_12_0_arm64",
    "linux_arm64": "aarch64-unknown-linux-gnu",
    "linux-x64-musl": "x86_64-unknown-linux-musl",
    "linux-musl-arm64": "aarch64-unknown-linux-musl",
    "x86_64-linux": "x86_64-unknown-linux-gnu",
    "aarch64-darwin": "aarch64-apple-darwin",
    "win32-x64": "win_amd64",
    "macosx-14.0-arm64": "macosx_14_0_arm64",
    "macos-14-arm64": "macosx_14_0_arm64",
    "macos-14": "macosx_14_0_arm64",
    "macos-13": "macosx_13_0_x86_64",
    "macos-15-intel": "macosx_15_0_x86_64",
    "macos-14-large": "macosx_14_0_x86_64",
    "macos-14-xlarge": "macosx_14_0_arm64",
    "macos-10.15": "macosx_10_15_x86_64",
    "windows-2022": "win_amd64",
    "macos-latest-large": "x86_64-apple-darwin",
    "linux/mipsle": "mipsel-unknown-linux-gnu",
    "windows-latest": "win_amd64",
    "windows-11-arm": "win_arm64",
    "windows-2025-vs2026": "win_amd64",
}


@pytest.mark.parametrize("name", CONDA_AND_DOCKER)
def test_names_of_other_tools(name: str) -> None:
    """Build files name machines as conda, Docker, pdm, Nix, Node or GitHub do, and nobody should have to translate."""
    assert platform_from_name(name) == platform_from_name(CONDA_AND_DOCKER[name])
    assert platform_from_name(name.upper()) == platform_from_name(name)


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("linux-64", ["libc"]),
        ("macos-14", ["architecture"]),
        ("darwin/arm64", ["macOS"]),
        ("macos-latest", ["macOS", "architecture"]),
        ("windows-2022", ["platform"]),
        ("osx-arm64", ["platform"]),
        ("linux/arm/v5", ["architecture"]),
        ("windows/amd64", []),
        ("macos-14-arm64", []),
        ("linux_x86_64", []),
        ("debian-12-arm64", []),
    ],
)
def test_what_a_name_leaves_open_is_said(name: str, subjects: list[str]) -> None:
    """A wheel that is too new for what the user meant is explained by what was assumed."""
    assert [item.subject for item in manytags.target("3.13", name).evidence] == subjects


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("macos-14-arm65", "osx|macos|darwin"),
        ("macos-99x-arm64", "osx-arm64|macos.*arm64|aarch64-apple-darwin"),
        ("osx", "osx|macos"),
        ("darwin", "apple-darwin|osx"),
        ("debian-sid", "debian"),
        ("amazonlinux-2022", "amazonlinux"),
        ("windows-arm65", "win"),
        ("linux-sparc", "linux"),
        ("raspios-14-arm64", "raspios"),
        ("emscripten-wasm32", "wasm32"),
        ("freebsd-64", "freebsd_"),
        ("rhel9", "rhel"),
        ("ubuntu22.04", "ubuntu"),
        ("alpine3.20", "alpine"),
        ("wasi/wasm32", "wasi_"),
    ],
)
def test_what_is_near_in_meaning_is_given(name: str, near: str) -> None:
    """The letters of ``macos-14-arm64`` are near those of a Raspberry Pi OS, which no user of a Mac means."""
    with pytest.raises(InvalidTarget) as caught:
        platform_from_name(name)
    hint = caught.value.reason.partition("; ")[2]
    assert all(re.search(near, word) for word in hint.split(" are ")[-1].split(", "))


@pytest.mark.parametrize("row", [row for row in architectures() if row.manylinux_floor], ids=lambda row: row.name)
def test_every_architecture_has_its_triples_and_uvs_pattern(row: Architecture) -> None:
    """uv knows three architectures. Users of the others should not have to spell tags."""
    arch = row.name
    assert platform_from_name(f"{arch}-unknown-linux-gnu").arch == arch
    assert platform_from_name(f"{arch}-unknown-linux-musl") == Platform("linux", arch, musl=(1, 2))
    for minor in range(max((2, 17), row.manylinux_floor or (2, 17))[1], 46):
        platform = platform_from_name(f"{arch}-manylinux_2_{minor}")
        assert platform == platform_from_name(f"manylinux_2_{minor}_{arch}")


@pytest.mark.parametrize("name", named())
def test_names_of_one_word_have_a_ladder(name: str) -> None:
    """A listed name must work for any Python."""
    assert manytags.target("3.13", name).platform_tags()


def test_pips_failing_case() -> None:
    """pip #10760: ``--platform manylinux_2_34_x86_64`` refuses a wheel for glibc 2.28, which such a machine runs."""
    target = manytags.target("3.12", "manylinux_2_34_x86_64")
    wheels = [
        "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "demo-1.0-cp312-cp312-manylinux_2_35_x86_64.whl",
        "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    ]
    assert manytags.best(wheels, target) == wheels[0]
    assert manytags.rank(wheels[1], target) is None
    assert manytags.best(wheels[2:], target) == wheels[2]
