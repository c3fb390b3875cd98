"""The list of every described machine is the one that packaging's own functions give, tag for tag.

The whole matrix, 22 Pythons on 700 platforms, has fifteen million tags, but need not be multiplied out. In packaging,
platform tags do not depend on the Python, and the functions that add the Python only loop over the platform tags that
they are given. In manytags, ``triples()`` is groups times platform tags. So it is enough to compare the platform tags
once for each platform, the whole list once for each Python, and some products, which every run draws from the matrix
again (``nox -s deep`` draws thousands).
"""

from __future__ import annotations

from itertools import chain

import packaging.tags
import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import Platform, Python, Target

from . import peer
from .known_differences import KNOWN_DIFFERENCES, KnownDifference, with_known_differences

ARCHITECTURES = ("x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64", "loongarch64")
MAC_ARCHITECTURES = ("x86_64", "arm64", "i386", "ppc", "ppc64")
MAC_VERSIONS = (
    *((10, minor) for minor in range(6, 17)),
    *((major, 0) for major in range(11, 27)),
    *((11, 7), (12, 3), (13, 7), (14, 5), (15, 6), (26, 2)),
)
IOS_MULTIARCHES = ("arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator")
IOS_VERSIONS = ((12, 0), (12, 5), (13, 0), (13, 4), (14, 8), (15, 8), (16, 0), (17, 7), (18, 2), (26, 0), (26, 11))
ANDROID_ABIS = ("arm64_v8a", "armeabi_v7a", "x86", "x86_64")

GLIBCS = [Platform("linux", arch, glibc=(2, minor)) for arch in ARCHITECTURES for minor in range(5, 61)]
MUSLS = [Platform("linux", arch, musl=(1, minor)) for arch in ARCHITECTURES for minor in range(3)]
NO_LIBCS = [Platform("linux", arch) for arch in ARCHITECTURES]
MACS = [Platform("macos", arch, version=version) for arch in MAC_ARCHITECTURES for version in MAC_VERSIONS]
WINDOWS = [Platform("windows", tag) for tag in ("win32", "win_amd64", "win_arm64", "win_arm32", "win_ia64")]
IOS = [Platform("ios", multiarch, version=version) for multiarch in IOS_MULTIARCHES for version in IOS_VERSIONS]
ANDROID = [Platform("android", abi, version=(level,)) for abi in ANDROID_ABIS for level in range(16, 37)]
#: Not in the matrix: a glibc 3, the rarer architectures, systems with a single tag.
RARE = [
    *(Platform("linux", arch, glibc=(3, 2)) for arch in ARCHITECTURES),
    *(Platform("linux", arch, musl=(1, 2)) for arch in ("armv6l", "mips64", "ppc64")),
    Platform("linux", "ppc64", glibc=(2, 41)),
    Platform("other", "freebsd_14_1_release_amd64"),
    Platform("other", "cygwin_3_4_10_x86_64"),
]

PLATFORMS = {
    "glibc": GLIBCS,
    "musl": MUSLS,
    "linux without a known libc": NO_LIBCS,
    "macos": MACS,
    "windows": WINDOWS,
    "ios": IOS,
    "android": ANDROID,
    "rare": RARE,
}
SYSTEMS = [
    pytest.param(name, marks={"ios": peer.needs_ios, "android": peer.needs_android}.get(name, ()), id=name)
    for name in PLATFORMS
]

CPYTHONS = [
    f"3.{minor}{flags}" for minor in range(8, 16) for flags in (("", "d", "t", "td") if minor > 12 else ("", "d"))
]
#: Older versions can be described too.
OLD_CPYTHONS = [f"3.{minor}{flags}" for minor in range(2, 8) for flags in ("", "d")]
OTHER_PYTHONS = (
    Python("pypy", (3, 8), ("pypy38_pp73",)),
    Python("pypy", (3, 11), ("pypy311_pp73",)),
    Python("graalpy", (3, 8), ("graalpy_38_native",)),
    Python("graalpy", (3, 11), ("graalpy242_311_native",)),
    Python("ironpython", (3, 4), ()),
    Python("pyston", (3, 8), ("pyston_23",)),
)


def platform_tags(platform: Platform) -> tuple[str, ...]:
    """List manytags' platform tags in this packaging's order, without what manytags adds on purpose."""
    return Target(Python("cpython", (3, 12), ("cp312",)), platform, peer.OPTIONS).platform_tags()


def named(platform: Platform) -> str | None:
    """Name a platform by its best tag, as a user would, if it has tags."""
    if platform.system == "linux":
        tags = [tag for tag in peer.platforms(platform) if not tag.startswith("linux_")]
        return tags[0] if tags else f"linux_{platform.arch}" if platform in NO_LIBCS else None
    if platform.system in {"macos", "ios"} and platform.version is not None:
        family = {"macos": "macosx"}.get(platform.system, platform.system)
        return f"{family}_{platform.version[0]}_{platform.version[1]}_{platform.arch}"
    return peer.platforms(platform)[0]


def test_the_matrix_is_whole() -> None:
    """Without this, a matrix that lost a dimension would still pass."""
    assert {name: len(platforms) for name, platforms in PLATFORMS.items()} == {
        "glibc": 448,
        "musl": 24,
        "linux without a known libc": 8,
        "macos": 165,
        "windows": 5,
        "ios": 33,
        "android": 84,
        "rare": 14,
    }
    assert len(CPYTHONS) == 22


@pytest.mark.parametrize("system", SYSTEMS)
def test_platform_tags_are_packagings(system: str) -> None:
    """An installer that changes from packaging to manytags must not see wheels come, go or change places."""
    for platform in PLATFORMS[system]:
        assert platform_tags(platform) == peer.platforms(platform), platform


@peer.needs_newest
@pytest.mark.parametrize("system", PLATFORMS)
def test_platform_tags_by_default_are_packagings_but_for_known_differences(system: str) -> None:
    """Without options, every difference from packaging is listed with its evidence."""
    for platform in PLATFORMS[system]:
        expected = with_known_differences(platform, peer.platforms(platform), linux_first=True)
        assert manytags.target("3.12", platform).platform_tags() == expected, platform


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_platform_by_its_name_is_the_whole_platform(system: str) -> None:
    """``target("cp312", "manylinux_2_28_aarch64")`` must be the list of a real host of that kind."""
    for platform in PLATFORMS[system]:
        name = named(platform)
        if name is not None:
            assert manytags.target("3.12", name, peer.OPTIONS).platform_tags() == peer.platforms(platform), name


@pytest.mark.parametrize(
    "suffix",
    [
        ".cpython-313t-x86_64-linux-gnu.so",
        ".cpython-310-darwin.so",
        ".cp310-win_amd64.pyd",
        ".pyston-23-x86_64-linux-gnu.so",
        ".pypy39-pp73-x86_64-linux-gnu.so",
        ".graalpy-38-native-x86_64-darwin.so",
        "..so",
    ],
)
def test_the_abi_of_a_fork(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork of CPython under a name of its own loads what is built for the ABI that its modules name."""
    facts = manytags.probe()
    seen = {name: facts.get(name) for name in facts.names()}
    fork = manytags.Facts({**seen, "implementation": "fork", "extension_suffixes": [suffix]}, {})
    monkeypatch.setattr("sysconfig.get_config_var", lambda _name: suffix)
    assert list(manytags.target_from_facts(fork).python.abis) == packaging.tags._generic_abi()


@pytest.mark.parametrize("difference", KNOWN_DIFFERENCES, ids=lambda difference: difference.name)
def test_known_differences_are_exact(difference: KnownDifference) -> None:
    """A listed difference that does not exist, or is larger than listed, misleads users of the list."""
    assert difference.samples
    assert difference.evidence
    for platform in difference.samples:
        assert difference.applies(platform)
        if (platform.system == "ios" and not peer.HAS_IOS) or (platform.system == "android" and not peer.HAS_ANDROID):
            continue
        theirs = with_armv8_of_newest(platform)
        options = manytags.TagOptions(linux_first=peer.LINUX_FIRST)
        ours = manytags.target("3.12", platform, options).platform_tags()
        assert ours == with_known_differences(platform, theirs, peer.LINUX_FIRST), platform


def with_armv8_of_newest(platform: Platform) -> tuple[str, ...]:
    """List packaging's platform tags; ``armv8l`` is a neighbour of ``armv7l`` since 23.2, so older ones are skipped."""
    theirs = peer.platforms(platform)
    if platform.arch == "armv8l" and not peer.LINUX_FIRST:
        pytest.skip(f"packaging {peer.VERSION} does not take ARMv7's wheels on ARMv8 as 26.3 does")
    return theirs


@peer.needs_newest
def test_packaging_still_differs_on_armv8() -> None:
    """The entry must be removed once packaging drops the tags that no wheel has."""
    theirs = peer.linux_platforms("armv8l", glibc=(2, 36))
    assert sum(tag.startswith("manylinux") and tag.endswith("_armv8l") for tag in theirs) == 21


@pytest.mark.parametrize(
    "platform",
    [
        pytest.param(Platform("ios", "arm64_iphoneos", version=(11, 4)), marks=peer.needs_ios, id="ios"),
        pytest.param(Platform("android", "x86_64", version=(15,)), marks=peer.needs_android, id="android"),
        pytest.param(Platform("other", "any"), id="any"),
    ],
)
def test_a_platform_without_tags_does_not_borrow_this_machines(platform: Platform) -> None:
    """In packaging, an iOS target would get wheels for the machine that the locker runs on."""
    target = manytags.target("3.12", platform)
    assert target.platform_tags() == ()
    assert {triple.rpartition("-")[2] for triple in target.triples()} == {"any"}
    borrowed = {tag.platform for tag in packaging.tags.cpython_tags((3, 12), ["cp312"], [])}
    assert borrowed == set(packaging.tags.platform_tags()), "packaging no longer differs: the entry must go"


def described(names: list[str]) -> list[object]:
    """Parametrise over names of CPythons; free-threaded ones want a packaging that knows their stable ABI."""
    return [pytest.param(name, marks=peer.needs_abi3t if "t" in name else (), id=name) for name in names]


@pytest.mark.parametrize("name", described(CPYTHONS + OLD_CPYTHONS))
def test_abis_of_a_described_cpython_are_packagings(name: str) -> None:
    """A debug build also loads release modules; until 3.7 ABI tags named pymalloc, and until 3.2 wide Unicode."""
    version = name.rstrip("td")
    flags = name[len(version) :]
    python = manytags.target(name, "win32").python
    assert python.abis == peer.cpython_abis((3, int(version[2:])), flags)


@pytest.mark.parametrize("name", described(CPYTHONS + OLD_CPYTHONS))
@pytest.mark.parametrize("platform", ["win_amd64", "musllinux_1_1_x86_64"])
def test_lists_of_a_described_cpython_are_packagings(name: str, platform: str) -> None:
    """The order decides which wheel is installed: own ABI, stable ABI, none, older stable ABIs, any Python."""
    target = manytags.target(name, platform, peer.OPTIONS)
    assert target.triples() == peer.triples(target.python, target.platform_tags())


@pytest.mark.parametrize("python", OTHER_PYTHONS, ids=str)
@pytest.mark.parametrize("platform", ["win_amd64", "musllinux_1_1_x86_64"])
def test_lists_of_other_pythons_are_packagings(python: Python, platform: str) -> None:
    """PyPy and GraalPy have lists of their own: no stable ABI, and only PyPy has ``pp3-none-any``."""
    target = manytags.target(python, platform, peer.OPTIONS)
    assert target.triples() == peer.triples(python, target.platform_tags())


@given(
    st.sampled_from([name for name in CPYTHONS if peer.HAS_ABI3T or "t" not in name] + list(OTHER_PYTHONS)),
    st.sampled_from(
        [
            platform
            for platform in chain.from_iterable(PLATFORMS.values())
            if (peer.HAS_IOS or platform.system != "ios") and (peer.HAS_ANDROID or platform.system != "android")
        ]
    ),
)
def test_whole_lists_are_packagings(python: str | Python, platform: Platform) -> None:
    """Not only the parts but also the whole lists must agree."""
    target = manytags.target(python, platform, peer.OPTIONS)
    theirs = peer.triples(target.python, peer.platforms(platform))
    assert target.triples() == theirs
    assert target.tags() == tuple(packaging.tags.Tag(*triple.split("-")) for triple in theirs)
    assert len(target.ranks) == len(theirs)
