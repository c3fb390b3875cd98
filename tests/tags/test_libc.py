"""Versions of C libraries: those found on hosts, and those that ladders list."""

from __future__ import annotations

import pytest

from manytags.tags import glibc_versions, parse_libc_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("glibc 2.36", (2, 36)),
        ("2.36", (2, 36)),
        ("2.20-2014.11", (2, 20)),
        ("2.17-c758a686", (2, 17)),
        ("2.4.5", (2, 4)),
        ("1.2.5", (1, 2)),
        ("1.2.5-git-5-gabc", (1, 2)),
        ("2", None),
        ("", None),
        ("   ", None),
        ("glibc", None),
        ("2.x", None),
        ("x.2", None),
        ("-2.3", None),
        ("2.\u0663", None),
        ("\u00b2.3", None),
        ("2.9999", None),
        ("222.3", None),
        ("9" * 5_000 + ".1", None),
    ],
)
def test_versions_in_the_wild(text: str, version: tuple[int, int] | None) -> None:
    """A suffix such as Linaro's must not cost a host its manylinux tags, and nonsense must not give it any."""
    assert parse_libc_version(text) == version


@pytest.mark.parametrize(
    ("newest", "floor", "versions"),
    [
        ((2, 19), (2, 17), ["2_19", "2_18", "2_17"]),
        ((2, 17), (2, 17), ["2_17"]),
        ((2, 16), (2, 17), []),
        ((1, 99), (2, 17), []),
        ((3, 1), (2, 49), ["3_1", "3_0", "2_50", "2_49"]),
    ],
)
def test_glibc_versions_down_to_a_floor(newest: tuple[int, int], floor: tuple[int, int], versions: list[str]) -> None:
    """Both ends are included, and a glibc 3 would support all of glibc 2."""
    assert glibc_versions(newest, floor) == versions
