"""Platform tags are partially ordered by what they require, and the order agrees with the ladders."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import Platform, PlatformTag

from . import strategies

tags = strategies.any_platform_text.map(manytags.parse_platform)
#: Tags of a few versions and kinds, so that many pairs are comparable.
near_tags = st.one_of(
    st.builds(
        lambda family, minor, arch: manytags.parse_platform(f"{family}_{minor}_{arch}"),
        st.sampled_from(["manylinux_2", "manylinux_3", "musllinux_1", "musllinux_2"]),
        st.one_of(st.integers(0, 55), st.integers(990, 1010)),
        st.sampled_from(["aarch64", "armv6l", "armv7l", "armv8l", "riscv64", "x86_64"]),
    ),
    st.builds(
        lambda version, form: manytags.parse_platform(f"macosx_{version}_{form}"),
        st.sampled_from(["10_3", "10_4", "10_5", "10_6", "10_7", "10_16", "10_17", "11_0", "11_1", "12_0", "9_0"]),
        st.sampled_from(["x86_64", "arm64", "i386", "ppc", "ppc64", "intel", "fat", "fat3", "fat64", "universal2"]),
    ),
    st.sampled_from(["armv6l", "armv7l", "armv8l", "x86_64"]).map(
        lambda arch: manytags.parse_platform(f"linux_{arch}")
    ),
    st.builds(
        lambda major, minor: manytags.parse_platform(f"ios_{major}_{minor}_arm64_iphoneos"),
        st.integers(11, 14),
        st.integers(8, 11),
    ),
    st.integers(14, 18).map(lambda level: manytags.parse_platform(f"android_{level}_x86")),
    st.builds(
        lambda family, year: manytags.parse_platform(f"{family}_{year}_0_wasm32"),
        st.sampled_from(["pyemscripten", "pyodide"]),
        st.integers(2024, 2027),
    ),
    tags,
)


@given(near_tags)
def test_order_is_reflexive(tag: PlatformTag) -> None:
    """A tag requires no more than itself."""
    same = manytags.parse_platform(str(tag))
    assert tag <= same
    assert tag >= same
    assert not tag < same
    assert tag.compare(tag) == 0


@given(near_tags, near_tags)
def test_order_is_antisymmetric(a: PlatformTag, b: PlatformTag) -> None:
    """Two tags that require no more than each other are equal."""
    if a <= b <= a:
        assert a == b
    assert not (a < b < a)


@given(near_tags, near_tags, near_tags)
def test_order_is_transitive(a: PlatformTag, b: PlatformTag, c: PlatformTag) -> None:
    """Otherwise the least demanding of several wheels would depend on the order of comparing them."""
    for one, two, three in product((a, b, c), repeat=3):
        if one <= two <= three:
            assert one <= three
        if one < two < three:
            assert one < three


@given(near_tags, near_tags)
def test_operators_and_compare_agree(a: PlatformTag, b: PlatformTag) -> None:
    """Two ways to compare tags must not give different answers."""
    assert (a <= b) is (a < b or a == b)
    assert (a < b) is (b > a)
    assert (a <= b) is (b >= a)
    expected = 0 if a == b else -1 if a < b else 1 if b < a else None
    assert a.compare(b) == expected
    assert b.compare(a) == (None if expected is None else -expected)


@given(near_tags, near_tags)
def test_sort_key_is_a_total_order_that_keeps_the_partial_one(a: PlatformTag, b: PlatformTag) -> None:
    """``sorted(tags, key=...)`` must not fail, and must put a tag before all tags that require more."""
    assert (a.sort_key < b.sort_key) + (b.sort_key < a.sort_key) + (a.sort_key == b.sort_key) == 1
    if a < b:
        assert a.sort_key < b.sort_key
    if a.sort_key == b.sort_key:
        assert a == b


@given(st.lists(near_tags, max_size=8))
def test_sorting_does_not_depend_on_the_beginning(some: list[PlatformTag]) -> None:
    """The same tags are always sorted into the same order, whatever order they came in."""
    once = sorted(some, key=lambda tag: tag.sort_key)
    backwards = once[::-1]
    assert sorted(backwards, key=lambda tag: tag.sort_key) == once


@given(st.sampled_from(["manylinux1", "manylinux2010", "manylinux2014"]), strategies.architectures, near_tags)
def test_aliases_are_the_same_tag(legacy: str, arch: str, other: PlatformTag) -> None:
    """A wheel named ``manylinux2014`` and one named ``manylinux_2_17`` are for the same machines."""
    perennial = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12", "manylinux2014": "manylinux_2_17"}
    a = manytags.parse_platform(f"{legacy}_{arch}")
    b = manytags.parse_platform(f"{perennial[legacy]}_{arch}")
    assert isinstance(a, manytags.Manylinux)
    assert isinstance(b, manytags.Manylinux)
    assert a == b
    assert hash(a) == hash(b)
    assert len({a, b}) == 1
    assert a.compare(b) == 0
    assert a <= b <= a
    assert a.alias == b.alias
    assert str(a) == f"{legacy}_{arch}"
    assert a.compare(other) == b.compare(other)


@given(near_tags, near_tags)
def test_tags_that_no_interpreter_claims_stand_in_no_order_with_claimed_ones(a: PlatformTag, b: PlatformTag) -> None:
    """A resolver that prefers the tag that asks less would otherwise pick a wheel that nothing installs."""
    if manytags.AnyPlatform() not in {a, b} and bool(a.machines()) != bool(b.machines()):
        assert a.compare(b) is None


@given(near_tags, near_tags)
def test_equal_tags_hash_alike_and_print_alike_or_as_aliases(a: PlatformTag, b: PlatformTag) -> None:
    """Sets and dictionaries of tags rely on equal hashes."""
    if a == b:
        assert hash(a) == hash(b)
        assert str(a) == str(b) or isinstance(a, manytags.Manylinux)
    else:
        assert str(a) != str(b)


@given(near_tags)
def test_any_asks_least(tag: PlatformTag) -> None:
    """A machine that can install any wheel can install wheels for any platform."""
    assert manytags.AnyPlatform() <= tag
    assert (tag <= manytags.AnyPlatform()) is (tag == manytags.AnyPlatform())


class Universe:
    """Many machines of every system; for each tag, the machines that take it are bits of a number."""

    def __init__(self, machines: list[Platform]) -> None:
        self.takers: dict[str, int] = {}
        for index, machine in enumerate(machines):
            for tag in manytags.target("3.12", machine).platform_tags():
                self.takers[tag] = self.takers.get(tag, 0) | 1 << index
        # Tags of versions between those of the machines only look like twins here, so the law does not cover them.
        versions = {version for machine in machines for version in (machine.glibc, machine.musl, machine.version)}
        self.tags = sorted(tag for tag in self.takers if version_of(tag) in versions)

    def check(self, a: str, b: str) -> None:
        """Assert the law for two tags."""
        ours, theirs = self.takers[a], self.takers[b]
        one, other = manytags.parse_platform(a), manytags.parse_platform(b)
        if ours == theirs and one != other:
            # Twins: every machine takes both or neither, yet they are two tags (PlatformTag.compare).
            assert one.compare(other) is None, (a, b)
        else:
            assert (one <= other) is (theirs & ~ours == 0), (a, b)


def version_of(text: str) -> tuple[int, ...] | None:
    """Read the version that a platform tag requires; ``None`` if it requires none."""
    match manytags.parse_platform(text):
        case manytags.Manylinux(glibc=version) | manytags.Musllinux(musl=version):
            return version
        case manytags.MacOS(version=version) | manytags.IOS(version=version):
            return version
        case manytags.Android(api_level=level):
            return (level,)
    return None


LINUXES = ("x86_64", "i686", "aarch64", "armv5tel", "armv6l", "armv7l", "armv8l", "ppc64", "riscv64", "mips64")
MACS = ("x86_64", "arm64", "i386", "ppc", "ppc64")


def machines(small: bool) -> list[Platform]:
    """List machines of every kind: few, to try every pair of tags, or many, to draw from."""
    glibcs = [(2, minor) for minor in ((4, 5, 6, 12, 17, 18, 50, 51) if small else range(3, 62))]
    glibcs += [(3, 0), (3, 1)] if small else [(1, 9), (3, 0), (3, 1), (3, 60), (4, 0), (4, 1)]
    musls = [(1, 0), (1, 1), (2, 0)] if small else [(major, minor) for major in (0, 1, 2) for minor in range(6)]
    mac_versions = [(10, minor) for minor in ((3, 4, 5, 6, 7, 16, 17) if small else range(19))]
    mac_versions += [(major, minor) for major in ((11, 12) if small else range(11, 28)) for minor in (0, 1)]
    ios_versions = [
        (major, minor) for major in ((11, 12, 13) if small else range(10, 28)) for minor in (0, 1, 9, 10, 11)
    ]
    levels = (15, 16, 17) if small else range(14, 38)
    linuxes = ("x86_64", "aarch64", "armv6l", "armv7l", "armv8l", "mips64") if small else LINUXES
    return [
        *(Platform("linux", arch) for arch in linuxes),
        *(Platform("linux", arch, glibc=glibc) for arch in linuxes for glibc in glibcs),
        *(Platform("linux", arch, musl=musl) for arch in linuxes for musl in musls),
        *(Platform("macos", arch, version=version) for arch in MACS for version in mac_versions),
        *(
            Platform("ios", multiarch, version=version)
            for multiarch in ("arm64_iphoneos", "x86_64_iphonesimulator")
            for version in ios_versions
        ),
        *(Platform("android", abi, version=(level,)) for abi in ("x86", "arm64_v8a") for level in levels),
        *(Platform("windows", tag) for tag in ("win32", "win_amd64", "win_arm64")),
        *(
            Platform("emscripten", arch, version=version)
            for arch in ("wasm32", "emscripten_5_0_3_wasm32", "emscripten_3_1_58_wasm32")
            for version in (None, (2024, 0), (2025, 0), (2026, 0))
        ),
        *(Platform("other", tag) for tag in ("freebsd_14_1_release_amd64", "freebsd_14_2_release_amd64")),
    ]


@cache
def universe(small: bool) -> Universe:
    """Make a universe once."""
    return Universe(machines(small))


@pytest.mark.parametrize(
    "kind",
    [
        *("linux", "manylinux", "musllinux", "macosx", "ios", "android", "win", "freebsd"),
        *("pyemscripten", "pyodide", "emscripten"),
    ],
)
def test_less_or_equal_is_taken_by_more_for_every_pair(kind: str) -> None:
    """A locker drops wheels because ``a <= b`` exactly if every machine that takes b takes a."""
    small = universe(small=True)
    mine = [tag for tag in small.tags if tag.startswith(kind)]
    assert mine
    for a in mine:
        for b in small.tags:
            small.check(a, b)


@given(st.data())
def test_less_or_equal_is_taken_by_more_among_many_machines(data: st.DataObject) -> None:
    """The same for many versions: tags are drawn, half of the time from a single family."""
    large = universe(small=False)
    tag = st.sampled_from(large.tags)
    a = data.draw(tag)
    family = [other for other in large.tags if other.partition("_")[0] == a.partition("_")[0]]
    large.check(a, data.draw(st.one_of(tag, st.sampled_from(family))))
    large.check(data.draw(st.one_of(tag, st.sampled_from(family))), a)
