"""Every case in which a name means something else in uv 0.13.8 than in manytags, with the reason.

Each entry changes manytags' platform tags tag for tag, so that the tests allow exactly this difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import manytags
from manytags import Platform

from .uv_world import GROUP_PLATFORM

if TYPE_CHECKING:
    from collections.abc import Callable

Tags = tuple[str, ...]


@dataclass(frozen=True)
class UvDifference:
    """A difference between the two.

    :param name: its name in tests.
    :param reason: what uv does, and why manytags does not.
    :param applies: whether a name's platform has the difference.
    :param change: what becomes of manytags' platform tags.
    """

    name: str
    reason: str
    applies: Callable[[Platform], bool]
    change: Callable[[Platform, Tags], Tags]


def _linux_last(_platform: Platform, tags: Tags) -> Tags:
    return tuple(sorted(tags, key=lambda tag: tag.startswith("linux_")))


def _from_2_31(_platform: Platform, tags: Tags) -> Tags:
    too_old = {f"manylinux_2_{minor}_riscv64" for minor in range(31)} | {"manylinux2014_riscv64"}
    return tuple(tag for tag in tags if tag not in too_old)


def _fat32(_platform: Platform, tags: Tags) -> Tags:
    return tuple(f"{tag}2" if tag.endswith("_fat3") else tag for tag in tags)


#: In the order in which they are applied.
UV_DIFFERENCES = (
    UvDifference(
        "linux_* last",
        "uv puts bare linux_* after manylinux and musllinux, as packaging did until 26.2; "
        "TagOptions(linux_first=False) does the same",
        lambda platform: platform.system == "linux",
        _linux_last,
    ),
    UvDifference(
        "RISC-V begins with glibc 2.31",
        "uv ends riscv64's ladder at 2.31; packaging 26.3, whose ladders manytags keeps, goes on to 2.17, below the "
        "first glibc that has RISC-V. Such a wheel cannot be built, so no choice differs",
        lambda platform: platform.arch == "riscv64",
        _from_2_31,
    ),
    UvDifference(
        "fat32 for fat3",
        "uv calls i386 and ppc in one file fat32; lipo's name in CPython's own sysconfig, and so in packaging 26.3, "
        "is fat3",
        lambda platform: platform.system == "macos" and platform.arch == "x86_64",
        _fat32,
    ),
)


def expected_platform_tags(name: str) -> Tags:
    """List the platform tags that uv should take for one of its names."""
    platform = manytags.platform_from_name(name)
    tags = manytags.target("3.12", platform).platform_tags()
    for difference in UV_DIFFERENCES:
        if difference.applies(platform):
            tags = difference.change(platform, tags)
    return tags


def expected_groups(python: str) -> Tags:
    """List the triples that uv should take on a platform of one tag."""
    return manytags.target(python, GROUP_PLATFORM[0]).triples()
