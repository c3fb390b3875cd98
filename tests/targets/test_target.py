"""Pythons, platforms and targets as values."""

from __future__ import annotations

import pytest
from packaging.tags import Tag

import manytags
from manytags import Evidence, InvalidTarget, Platform, Python, TagOptions, Target, target

CP312 = Python("cpython", (3, 12), ("cp312",))
SERVER = Platform("linux", "x86_64", glibc=(2, 28))


def test_a_target_is_its_parts() -> None:
    """The builder and the evidence of a target must not change what it takes."""
    plain = Target(CP312, SERVER)
    seen = Target(CP312, SERVER, TagOptions(), (Evidence("libc", "glibc 2.28", "os.confstr"),))
    assert plain == seen
    assert hash(plain) == hash(seen)
    assert plain.options == TagOptions()
    assert plain != Target(CP312, SERVER, TagOptions(linux_first=False))
    assert seen.evidence[0].conclusion == "glibc 2.28"


def test_parts_are_spelled_as_tags_are() -> None:
    """Names in capitals, as Windows and users write them, must not match nothing in silence."""
    shouted = Target(Python("cpython", (3, 12), ("CP312", "cp312")), Platform("windows", "WIN_AMD64"))
    assert shouted == Target(CP312, Platform("windows", "win_amd64"))
    assert shouted.triples()[0] == "cp312-cp312-win_amd64"


@pytest.mark.parametrize("abi", ["", "c p", "abi-3", "cp312.abi3", "cp３12"])
def test_what_cannot_be_an_abi_tag_is_refused(abi: str) -> None:
    """A typing error would otherwise give a list of tags that no wheel can carry."""
    with pytest.raises(InvalidTarget, match="letters, digits and underscores"):
        Python("cpython", (3, 12), (abi,))


def test_one_text_is_not_several_abis() -> None:
    """The letters of "cp312" are not five ABI tags."""
    with pytest.raises(TypeError, match="several ABI tags"):
        Python("cpython", (3, 12), "cp312")  # type: ignore[arg-type]


@pytest.mark.parametrize("arch", ["amd64", "x86", "x86_64", "arm64"])
def test_a_windows_machine_that_is_not_named_as_tags_do_is_refused(arch: str) -> None:
    """``Platform("windows", "amd64")`` would take no wheel with code, and never say why."""
    with pytest.raises(InvalidTarget, match="win_amd64"):
        Target(CP312, Platform("windows", arch)).platform_tags()


def test_the_three_lists_are_one() -> None:
    """Texts, ``packaging`` tags and platform tags must agree."""
    there = target("cp312", "manylinux_2_28_x86_64")
    assert there.tags() == tuple(Tag(*triple.split("-")) for triple in there.triples())
    assert there.platform_tags()[:3] == ("linux_x86_64", "manylinux_2_28_x86_64", "manylinux_2_27_x86_64")
    assert there.platform_tags()[-2:] == ("manylinux_2_5_x86_64", "manylinux1_x86_64")
    assert there.triples()[:2] == ("cp312-cp312-linux_x86_64", "cp312-cp312-manylinux_2_28_x86_64")
    assert there.triples()[-1] == "py30-none-any"
    assert len(there.triples()) == len(there.ranks)


def test_ranks_are_worked_out_once() -> None:
    """Ranking a hundred thousand files must not compute the table a hundred thousand times."""
    there = target("cp312", "win_amd64")
    assert there.ranks is there.ranks


@pytest.mark.parametrize(
    ("platform", "tag"),
    [
        (SERVER, "linux_x86_64"),
        (Platform("linux", "armv7l", glibc=(2, 31)), "linux_armv7l"),
        (Platform("linux", "armv7l", glibc=(2, 31), build_arch="armv6l"), "linux_armv6l"),
        (Platform("macos", "arm64", version=(14, 0)), "macosx_14_0_arm64"),
        (Platform("windows", "win32"), "win32"),
        (Platform("other", "any"), "any"),
    ],
)
def test_what_a_wheel_built_here_is_called(platform: Platform, tag: str) -> None:
    """Code built on Raspberry Pi OS is for ARMv6, whatever the kernel says."""
    assert Target(CP312, platform).build_tag() == tag


@pytest.mark.parametrize(
    ("python", "free_threaded"),
    [
        (CP312, False),
        (Python("cpython", (3, 13), ("cp313t",)), True),
        (Python("cpython", (3, 13), ("cp313td", "cp313t")), True),
        (Python("cpython", (3, 13), ()), False),
        (Python("pypy", (3, 10), ("pypy310_pp73t",)), False),
    ],
)
def test_free_threaded(python: Python, free_threaded: bool) -> None:
    """This flag decides between abi3 and abi3t."""
    assert python.free_threaded is free_threaded


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (CP312, "cpython 3.12 (cp312)"),
        (Python("cpython", (3, 12), ("cp312d", "cp312"), "3.12.4"), "cpython 3.12.4 (cp312d, cp312)"),
        (Python("jython", (2, 7), ()), "jython 2.7 (no ABI of its own)"),
        (SERVER, "Linux with glibc 2.28 on x86_64"),
        (Platform("linux", "x86_64", musl=(1, 2)), "Linux with musl 1.2 on x86_64"),
        (Platform("linux", "mips64"), "Linux on mips64"),
        (Platform("macos", "arm64", version=(14, 0)), "macOS 14.0 on arm64"),
        (Platform("other", "freebsd_14_1_release_amd64"), "freebsd_14_1_release_amd64"),
        (Target(CP312, SERVER), "cpython 3.12 (cp312) on Linux with glibc 2.28 on x86_64"),
        (Evidence("libc", "glibc 2.28", "os.confstr says glibc 2.28"), "libc: glibc 2.28 (os.confstr says glibc 2.28)"),
    ],
)
def test_people_can_read_them(value: object, text: str) -> None:
    """Messages and reports show these values as text."""
    assert str(value) == text


@pytest.mark.parametrize("version", [(), (3, -1), (3, 10**6), (10**6, 0)])
def test_pythons_that_are_none(version: tuple[int, ...]) -> None:
    """An absurd version would make a list that does not fit in memory."""
    with pytest.raises(InvalidTarget):
        Python("cpython", version, ())


def test_platforms_that_are_none() -> None:
    """A misspelled system must not become a system without tags."""
    with pytest.raises(InvalidTarget, match="no such system; known: linux, macos") as caught:
        Platform("Linux", "x86_64")
    assert caught.value.text == "Linux"
    for libc in ((2, -1), (2, 10**6), (10**6, 0), (-1, 0)):
        with pytest.raises(InvalidTarget, match="the version of the libc is out of range"):
            Platform("linux", "x86_64", glibc=libc)
        with pytest.raises(InvalidTarget, match="the version of the libc is out of range"):
            Platform("linux", "x86_64", musl=libc)


def test_refused_tags_are_a_set() -> None:
    """The order in which a host forbids tags must not matter."""
    a = TagOptions(refused=("manylinux_2_5_x86_64", "manylinux_2_12_x86_64", "manylinux_2_5_x86_64"))
    b = TagOptions(refused=("manylinux_2_12_x86_64", "manylinux_2_5_x86_64"))
    assert a == b
    there = target("cp312", SERVER, a).platform_tags()
    assert not {"manylinux_2_5_x86_64", "manylinux1_x86_64", "manylinux_2_12_x86_64"} & set(there)
    assert "manylinux_2_6_x86_64" in there


def test_refusing_one_tag_refuses_no_other() -> None:
    """``manylinux_compatible`` refuses single versions, but uv drops all of manylinux."""
    refusing = TagOptions(refused=("manylinux_2_17_x86_64",))
    without = [
        tag
        for tag in target("cp312", SERVER).platform_tags()
        if tag not in ("manylinux_2_17_x86_64", "manylinux2014_x86_64")
    ]
    assert list(target("cp312", SERVER, refusing).platform_tags()) == without
    assert manytags.rank("a-1-cp312-cp312-manylinux2014_x86_64.whl", target("cp312", SERVER, refusing)) is None
    both = "a-1-cp312-cp312-manylinux_2_12_x86_64.manylinux2014_x86_64.whl"
    assert manytags.rank(both, target("cp312", SERVER, refusing)) == without.index("manylinux_2_12_x86_64")
