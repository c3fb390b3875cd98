"""Linux platform tags: legacy and perennial names, and which machines take which wheels."""

from __future__ import annotations

import pytest

import manytags
from manytags import Linux, Manylinux, Musllinux, parse_platform


@pytest.mark.parametrize(
    ("legacy", "perennial", "glibc"),
    [
        ("manylinux1_x86_64", "manylinux_2_5_x86_64", (2, 5)),
        ("manylinux2010_i686", "manylinux_2_12_i686", (2, 12)),
        ("manylinux2014_aarch64", "manylinux_2_17_aarch64", (2, 17)),
    ],
)
def test_legacy_names_are_the_perennial_tag(legacy: str, perennial: str, glibc: tuple[int, int]) -> None:
    """A legacy name equals its perennial tag and hashes alike, and both print unchanged."""
    a, b = parse_platform(legacy), parse_platform(perennial)
    assert isinstance(a, Manylinux)
    assert isinstance(b, Manylinux)
    assert a == b
    assert hash(a) == hash(b)
    assert (str(a), str(b)) == (legacy, perennial)
    assert a.glibc == b.glibc == glibc
    assert a.alias == b.alias == legacy
    assert a.perennial == b.perennial == perennial
    assert not a < b
    assert not b < a


def test_only_three_versions_have_a_legacy_name() -> None:
    """A tag without a legacy spelling prints its only name."""
    tag = Manylinux((2, 28), "x86_64", legacy=True)
    assert tag.alias is None
    assert not tag.legacy
    assert str(tag) == "manylinux_2_28_x86_64"


def test_eleven_tags_have_a_legacy_name() -> None:
    """PEP 600 lists eleven legacy names. A renamed wheel with another one, as manylinux1_aarch64, fits nowhere."""
    every = [
        "x86_64",
        "i686",
        "aarch64",
        "armv7l",
        "ppc64",
        "ppc64le",
        "s390x",
        "riscv64",
        "loongarch64",
        "armv6l",
        "mips64",
    ]
    names = [f"{name}_{arch}" for name in ("manylinux1", "manylinux2010", "manylinux2014") for arch in every]
    old = [f"{name}_{arch}" for name in ("manylinux1", "manylinux2010") for arch in every[:2]]
    aliases = [name for name in names if parse_platform(name).alias]
    assert aliases == [*old, *(f"manylinux2014_{arch}" for arch in every[:7])]
    assert [str(parse_platform(name)) for name in names] == names  # whatever its name, a tag prints as it came


def test_the_parts_are_there() -> None:
    """The version and the architecture must be split correctly, even if the architecture has underscores."""
    manylinux, musllinux, bare = map(parse_platform, ("manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "linux_x86_64"))
    assert isinstance(manylinux, Manylinux)
    assert isinstance(musllinux, Musllinux)
    assert isinstance(bare, Linux)
    assert (manylinux.glibc, manylinux.arch) == ((2, 28), "x86_64")
    assert (musllinux.musl, musllinux.arch) == ((1, 2), "x86_64")
    assert bare.arch == "x86_64"


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("manylinux2014_x86_64", "manylinux_2_28_x86_64"),
        ("manylinux_2_9_x86_64", "manylinux_2_10_x86_64"),
        ("musllinux_1_1_x86_64", "musllinux_1_2_x86_64"),
        ("linux_x86_64", "manylinux1_x86_64"),
        ("linux_x86_64", "musllinux_1_0_x86_64"),
        ("linux_armv6l", "manylinux_2_17_armv7l"),
        ("linux_armv7l", "linux_armv8l"),
        ("musllinux_1_1_armv6l", "musllinux_1_1_armv7l"),
        ("manylinux_2_50_x86_64", "manylinux_3_0_x86_64"),
    ],
)
def test_what_asks_less(less: str, more: str) -> None:
    """A machine that can install wheels of the second tag can install those of the first."""
    assert parse_platform(less) < parse_platform(more)
    assert parse_platform(less).compare(parse_platform(more)) == -1
    assert parse_platform(more).compare(parse_platform(less)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("manylinux_2_17_x86_64", "musllinux_1_2_x86_64"),
        ("manylinux_2_17_x86_64", "manylinux_2_28_aarch64"),
        ("musllinux_1_2_x86_64", "musllinux_2_0_x86_64"),
        ("linux_armv6l", "linux_armv7l"),  # an ARMv7 machine with an unknown libc takes only its own
        ("linux_x86_64", "linux_i686"),
        ("manylinux_2_17_armv6l", "manylinux_2_28_armv7l"),  # no interpreter claims the first
        ("manylinux_2_17_mips64", "linux_mips64"),
        ("musllinux_1_1_armv8l", "musllinux_1_2_armv7l"),  # ARMv8 in 32-bit mode uses ARMv7's wheels
        ("manylinux_2_51_x86_64", "manylinux_3_0_x86_64"),  # above the last 2.x assumed before a glibc 3
    ],
)
def test_what_cannot_be_compared(one: str, other: str) -> None:
    """Tags of different libcs, architectures or float ABIs have no order."""
    a, b = parse_platform(one), parse_platform(other)
    assert a.compare(b) is None
    assert b.compare(a) is None
    assert not a <= b
    assert not b <= a


def test_other_things_cannot_be_compared_with_tags() -> None:
    """``tag < "text"`` is a mistake and must be an error."""
    tag = parse_platform("linux_x86_64")
    for operator in ("__lt__", "__le__", "__gt__", "__ge__"):
        assert getattr(tag, operator)("linux_x86_64") is NotImplemented
        assert getattr(manytags.AnyPlatform(), operator)("any") is NotImplemented
    assert tag != "linux_x86_64"
    with pytest.raises(TypeError):
        sorted([tag, "linux_x86_64"])  # type: ignore[type-var]
