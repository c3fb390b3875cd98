"""Apple platform tags: macOS formats and their end, iOS devices and simulators."""

from __future__ import annotations

import pytest

from manytags import IOS, MacOS, parse_platform
from manytags.platforms.macos import mac_formats


def test_the_parts_are_there() -> None:
    """A caller can read the version and the format or multiarch of each kind of tag."""
    mac, ios = parse_platform("macosx_10_9_x86_64"), parse_platform("ios_13_0_arm64_iphoneos")
    assert mac == MacOS((10, 9), "x86_64")
    assert ios == IOS((13, 0), "arm64_iphoneos")


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("macosx_10_9_x86_64", "macosx_10_12_x86_64"),
        ("macosx_10_9_x86_64", "macosx_11_0_x86_64"),
        ("macosx_11_0_arm64", "macosx_14_0_arm64"),
        ("macosx_10_9_universal2", "macosx_11_0_arm64"),
        ("macosx_10_9_universal2", "macosx_10_9_x86_64"),
        ("macosx_11_0_universal2", "macosx_11_0_arm64"),
        ("macosx_10_6_intel", "macosx_10_6_x86_64"),
        ("macosx_10_6_intel", "macosx_10_9_x86_64"),
        ("ios_13_0_arm64_iphoneos", "ios_13_4_arm64_iphoneos"),
        ("ios_12_9_arm64_iphoneos", "ios_13_0_arm64_iphoneos"),
    ],
)
def test_what_asks_less(less: str, more: str) -> None:
    """A file for several machines requires less than a file for one, and an older system less than a newer one."""
    assert parse_platform(less) < parse_platform(more)
    assert parse_platform(less).sort_key < parse_platform(more).sort_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("macosx_11_0_arm64", "macosx_11_0_x86_64"),
        ("macosx_10_9_fat64", "macosx_10_9_x86_64"),  # equivalent: no PowerPC Mac has 10.9
        ("macosx_10_6_i386", "macosx_11_0_x86_64"),
        ("macosx_11_1_arm64", "macosx_12_0_arm64"),  # no interpreter claims 11.1
        ("macosx_10_17_x86_64", "macosx_11_0_x86_64"),  # old programs see macOS 11 as 10.16
        ("ios_13_0_arm64_iphoneos", "ios_13_0_arm64_iphonesimulator"),
        ("ios_12_10_arm64_iphoneos", "ios_13_0_arm64_iphoneos"),  # minors are assumed to end at 9
        ("ios_11_0_arm64_iphoneos", "ios_12_0_arm64_iphoneos"),  # CPython begins at 12
    ],
)
def test_what_cannot_be_compared(one: str, other: str) -> None:
    """Tags for other processors or SDKs, twins, and tags that no interpreter claims have no order."""
    assert parse_platform(one).compare(parse_platform(other)) is None
    assert parse_platform(other).compare(parse_platform(one)) is None


@pytest.mark.parametrize(
    ("machine", "version", "formats"),
    [
        ("x86_64", (10, 3), ()),
        ("x86_64", (10, 4), ("x86_64", "intel", "fat64", "fat3", "universal2", "universal")),
        ("i386", (10, 4), ("i386", "intel", "fat3", "fat", "universal")),
        ("ppc64", (10, 5), ("ppc64", "fat64", "universal")),
        ("ppc64", (10, 6), ()),
        ("ppc", (10, 6), ("ppc", "fat3", "fat", "universal")),
        ("ppc", (10, 7), ()),
        ("arm64", (11, 0), ("arm64", "universal2")),
        ("riscv", (27, 0), ("riscv",)),
    ],
)
def test_formats_of_a_machine(machine: str, version: tuple[int, int], formats: tuple[str, ...]) -> None:
    """A machine must get the formats that it can load, for as long as Apple supported them."""
    assert mac_formats(machine, version) == formats
