"""Which manylinux tags a host claims, given the policies that it keeps."""

from __future__ import annotations

import os

import pytest

import manytags
from manytags import Platform, check_host, verified_tags

X86_64 = Platform("linux", "x86_64", glibc=(2, 29))


def tags(*minors: int, arch: str = "x86_64") -> tuple[str, ...]:
    """Spell perennial tags."""
    return tuple(f"manylinux_2_{minor}_{arch}" for minor in minors)


def test_versions_without_a_policy_follow_the_one_before() -> None:
    """A wheel with a tag between two policies needs what the older policy promises."""
    asked: list[str] = []

    def provides(tag: str) -> bool:
        asked.append(tag)
        return tag not in tags(12, 27)

    assert verified_tags(X86_64, provides) == tags(29, 28, 26, 25, 24, *range(23, 16, -1), *range(11, 4, -1))
    assert asked == list(tags(28, 27, 26, 24, 17, 12, 5)), "each policy is asked about once"


def test_nothing_is_claimed_that_nobody_promised() -> None:
    """riscv64 has no policy before 2_31: a tag for an older glibc says nothing about libraries."""
    platform = Platform("linux", "riscv64", glibc=(2, 32))
    assert verified_tags(platform, lambda _: True) == tags(32, 31, arch="riscv64")
    assert verified_tags(X86_64, lambda _: False) == ()


def test_others_have_no_manylinux() -> None:
    """Alpine and macOS claim nothing."""
    assert verified_tags(Platform("linux", "x86_64", musl=(1, 2)), lambda _: True) == ()
    assert verified_tags(Platform("macos", "arm64", version=(14, 0)), lambda _: True) == ()


def test_a_32_bit_userland_claims_what_its_wheels_are_called() -> None:
    """An armhf Python on a 64-bit kernel takes armv7l's wheels, and is judged by armv7l's policies."""
    assert verified_tags(Platform("linux", "armv8l", glibc=(2, 18)), lambda _: True) == tags(18, 17, arch="armv7l")


@pytest.mark.skipif(os.name != "posix", reason="reads this machine's libraries")
def test_this_machine() -> None:
    """By default this machine is checked, and the answer must not exceed its own tags."""
    platform = manytags.target_from_facts(manytags.probe()).platform
    if platform.glibc is None:
        pytest.skip("no glibc here")
    tags_here = verified_tags(platform)
    assert set(tags_here) <= set(manytags.target_from_facts(manytags.probe()).platform_tags())
    for tag in tags_here[:1]:
        assert check_host(str(manytags.parse_platform(tag)))
