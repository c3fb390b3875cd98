"""What a target's owner decides: each option alone, and all of them together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import InvalidTarget, Platform, TagOptions
from manytags.targets.ranks import platform_tags

SERVER = Platform("linux", "x86_64", glibc=(2, 19))
SERVER_TAGS = (
    "linux_x86_64",
    "manylinux_2_19_x86_64",
    "manylinux_2_18_x86_64",
    "manylinux_2_17_x86_64",
    "manylinux2014_x86_64",
    "manylinux_2_16_x86_64",
    "manylinux_2_15_x86_64",
    "manylinux_2_14_x86_64",
    "manylinux_2_13_x86_64",
    "manylinux_2_12_x86_64",
    "manylinux2010_x86_64",
    "manylinux_2_11_x86_64",
    "manylinux_2_10_x86_64",
    "manylinux_2_9_x86_64",
    "manylinux_2_8_x86_64",
    "manylinux_2_7_x86_64",
    "manylinux_2_6_x86_64",
    "manylinux_2_5_x86_64",
    "manylinux1_x86_64",
)
PI = Platform("linux", "armv7l", glibc=(2, 18), distribution="raspbian")
PI_TAGS = ("linux_armv7l", "manylinux_2_18_armv7l", "manylinux_2_17_armv7l", "manylinux2014_armv7l", "linux_armv6l")
MUSL_PI = Platform("linux", "armv7l", musl=(1, 1))
MUSL_PI_TAGS = (
    "linux_armv7l",
    "musllinux_1_1_armv7l",
    "musllinux_1_0_armv7l",
    "linux_armv6l",
    "musllinux_1_1_armv6l",
    "musllinux_1_0_armv6l",
)
MAC = Platform("macos", "arm64", version=(11, 0))


def test_the_default_is_todays_order() -> None:
    """Without options the list must be that of packaging 26.3, which puts bare linux_* first."""
    assert platform_tags(SERVER) == platform_tags(SERVER, TagOptions()) == SERVER_TAGS
    assert platform_tags(PI) == PI_TAGS
    assert platform_tags(MUSL_PI) == MUSL_PI_TAGS


def test_linux_last() -> None:
    """uv, pex and packaging until 26.2 prefer a manylinux wheel to one that promises nothing."""
    last = TagOptions(linux_first=False)
    assert platform_tags(SERVER, last) == (*SERVER_TAGS[1:], "linux_x86_64")


def test_linux_last_stays_before_another_architectures() -> None:
    """On ARMv7 all tags for ARMv7, including bare ones, must come before any tag for ARMv6."""
    last = TagOptions(linux_first=False)
    assert platform_tags(PI, last) == (*PI_TAGS[1:4], "linux_armv7l", "linux_armv6l")
    assert platform_tags(MUSL_PI, last) == (
        "musllinux_1_1_armv7l",
        "musllinux_1_0_armv7l",
        "linux_armv7l",
        "musllinux_1_1_armv6l",
        "musllinux_1_0_armv6l",
        "linux_armv6l",
    )
    six = Platform("linux", "armv6l", musl=(1, 0))
    assert platform_tags(six, last) == ("musllinux_1_0_armv6l", "linux_armv6l")
    eight = platform_tags(Platform("linux", "armv8l", glibc=(2, 17)), last)
    assert eight == (
        "manylinux_2_17_armv7l",
        "manylinux2014_armv7l",
        "linux_armv8l",
        "linux_armv7l",
        "linux_armv6l",
    )


def test_no_armv6_on_armv7() -> None:
    """A caller who wants packaging's list on 32-bit Arm can have it."""
    none = TagOptions(armv6_on_armv7=False)
    assert platform_tags(PI, none) == PI_TAGS[:-1]
    assert platform_tags(MUSL_PI, none) == MUSL_PI_TAGS[:3]
    assert platform_tags(Platform("linux", "armv6l"), none) == ("linux_armv6l",)


def test_bare_tags_never() -> None:
    """A careful owner can refuse ``linux_*``, which says nothing about the C library."""
    never = TagOptions(bare_linux="never")
    assert platform_tags(SERVER, never) == SERVER_TAGS[1:]
    assert platform_tags(PI, never) == PI_TAGS[1:4]
    assert platform_tags(Platform("linux", "x86_64"), never) == ()
    assert "cp312-none-any" in manytags.target("3.12", "linux_x86_64", never).triples()


@pytest.mark.parametrize(
    ("os_id", "trusted", "takes"),
    [
        ("raspbian", ("raspbian",), True),
        ("raspbian", ("debian", "raspbian"), True),
        ("debian", ("raspbian",), False),
        (None, ("raspbian",), False),
        ("raspbian", (), False),
    ],
)
def test_bare_tags_only_where_they_come_from(os_id: str | None, trusted: tuple[str, ...], takes: bool) -> None:
    """linux_armv7l wheels of piwheels are built on Raspberry Pi OS, and are safe only there."""
    options = TagOptions(bare_linux="distribution", bare_linux_from=trusted)
    tags = platform_tags(Platform("linux", "armv7l", glibc=(2, 31), distribution=os_id), options)
    assert ("linux_armv7l" in tags) == takes
    assert ("linux_armv6l" in tags) == takes
    assert "manylinux_2_31_armv7l" in tags


def test_bare_tags_by_the_name_of_a_distribution() -> None:
    """A target that names its distribution can take the bare tags of that distribution."""
    options = TagOptions(bare_linux="distribution", bare_linux_from=("raspbian",))
    assert "linux_armv7l" in manytags.target("3.11", "raspios-12-armv7l", options).platform_tags()
    assert "linux_armv7l" not in manytags.target("3.11", "debian-12-armv7l", options).platform_tags()
    assert "linux_aarch64" not in manytags.target("3.11", "raspios-12-aarch64", options).platform_tags()


def test_no_such_trust() -> None:
    """A typing error must not be read as trust."""
    with pytest.raises(InvalidTarget) as caught:
        TagOptions(bare_linux="sometimes")
    assert str(caught.value) == "invalid target 'sometimes': bare_linux is 'always', 'distribution' or 'never'"


def test_no_manylinux() -> None:
    """Owners who build everything themselves can refuse manylinux (pip #3689), which must not affect musllinux."""
    off = TagOptions(manylinux=False)
    assert platform_tags(SERVER, off) == ("linux_x86_64",)
    assert platform_tags(PI, off) == ("linux_armv7l", "linux_armv6l")
    assert platform_tags(MUSL_PI, off) == MUSL_PI_TAGS
    assert platform_tags(MAC, off) == platform_tags(MAC)


def test_ceiling() -> None:
    """A user can lock on a new machine for machines whose oldest glibc is 2.17."""
    options = TagOptions(manylinux_ceiling=(2, 17))
    assert platform_tags(SERVER, options) == ("linux_x86_64", *SERVER_TAGS[3:])
    assert platform_tags(SERVER, TagOptions(manylinux_ceiling=(9, 9))) == SERVER_TAGS
    assert platform_tags(SERVER, TagOptions(manylinux_ceiling=(2, 4))) == ("linux_x86_64",)


def test_floor() -> None:
    """A floor excludes wheels for a glibc of 2007, which bundle libraries of that time (uv #14407)."""
    options = TagOptions(manylinux_floor=(2, 17))
    assert platform_tags(SERVER, options) == SERVER_TAGS[:5]
    assert platform_tags(SERVER, TagOptions(manylinux_floor=(2, 19))) == SERVER_TAGS[:2]
    assert platform_tags(SERVER, TagOptions(manylinux_floor=(3, 0))) == ("linux_x86_64",)


def test_ceiling_and_floor_together() -> None:
    """A ceiling equal to the floor leaves exactly one version, with its legacy name."""
    options = TagOptions(manylinux_floor=(2, 17), manylinux_ceiling=(2, 17))
    assert platform_tags(SERVER, options) == ("linux_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
    crossed = TagOptions(manylinux_floor=(2, 18), manylinux_ceiling=(2, 17))
    assert platform_tags(SERVER, crossed) == ("linux_x86_64",)


@pytest.mark.parametrize("spelling", ["manylinux_2_17_x86_64", "manylinux2014_x86_64"])
def test_what_is_refused_is_refused_under_both_names(spelling: str) -> None:
    """A ``_manylinux`` module that forbids manylinux2014 also forbids manylinux_2_17, the same policy (PEP 600)."""
    tags = platform_tags(SERVER, TagOptions(refused=(spelling,)))
    assert tags == tuple(tag for tag in SERVER_TAGS if "2_17" not in tag and "2014" not in tag)


def test_refusing_what_is_not_there_changes_nothing() -> None:
    """One override can serve many machines, including those without the refused tag."""
    for tag in ("manylinux_2_17_aarch64", "manylinux_2_99_x86_64", "manylinux_x", "freebsd", "manylinux2014"):
        assert platform_tags(SERVER, TagOptions(refused=(tag,))) == SERVER_TAGS


def test_extra_stands_last_and_once() -> None:
    """Indexes such as Galaxy and piwheels imply tags that no standard defines. They must come after standard tags."""
    options = TagOptions(extra=("galaxy_x86_64", "linux_x86_64", "galaxy_x86_64"))
    assert platform_tags(SERVER, options) == (*SERVER_TAGS, "galaxy_x86_64")
    assert platform_tags(MAC, TagOptions(extra=("macosx_12_0_arm64",)))[-1] == "macosx_12_0_arm64"


def test_extra_any_is_no_platform() -> None:
    """``any`` among the platforms would rank a pure wheel before a compiled one."""
    options = TagOptions(extra=("any",))
    assert platform_tags(SERVER, options) == SERVER_TAGS
    triples = manytags.target("3.12", SERVER, options).triples()
    assert len(triples) == len(set(triples))


def test_extra_brings_back_what_was_taken_away() -> None:
    """Owners have the last word: a tag that they add is taken, after all others."""
    options = TagOptions(bare_linux="never", extra=("linux_x86_64",))
    assert platform_tags(SERVER, options) == (*SERVER_TAGS[1:], "linux_x86_64")


def test_options_of_one_meaning_are_equal() -> None:
    """Two files that refuse the same tags in different orders must describe the same target."""
    assert TagOptions(refused=("b", "a", "b")) == TagOptions(refused=("a", "b"))
    assert TagOptions(bare_linux_from=("b", "a")) == TagOptions(bare_linux_from=("a", "b"))
    assert TagOptions(extra=("b", "a")) != TagOptions(extra=("a", "b"))  # their order counts


PLATFORMS = (
    *(Platform("linux", arch, glibc=(2, 36)) for arch in ("x86_64", "aarch64", "armv7l", "armv8l", "riscv64")),
    *(Platform("linux", arch, musl=(1, 2), distribution="alpine") for arch in ("x86_64", "armv6l", "armv7l")),
    Platform("linux", "armv5tel"),
    Platform("linux", "x86_64", glibc=(3, 1)),
    PI,
    MAC,
    Platform("windows", "win_amd64"),
    Platform("android", "arm64_v8a", version=(24,)),
    Platform("other", "freebsd_14_1_release_amd64"),
)
VERSIONS = st.none() | st.tuples(st.sampled_from([2, 2, 2, 3]), st.integers(0, 60))
REFUSED = st.sampled_from(
    ["manylinux2014_x86_64", "manylinux_2_17_aarch64", "manylinux_2_36_x86_64", "manylinux_2_28_armv7l", "nonsense"]
)
OPTIONS = st.builds(
    TagOptions,
    linux_first=st.booleans(),
    armv6_on_armv7=st.booleans(),
    refused=st.lists(REFUSED, max_size=3).map(tuple),
    bare_linux=st.sampled_from(["always", "distribution", "never"]),
    bare_linux_from=st.sampled_from([(), ("raspbian",), ("alpine", "debian")]),
    manylinux=st.booleans(),
    manylinux_ceiling=VERSIONS,
    manylinux_floor=VERSIONS,
    extra=st.lists(st.sampled_from(["linux_x86_64", "galaxy_1", "any", "win32"]), max_size=3).map(tuple),
)


@given(st.sampled_from(PLATFORMS), OPTIONS)
def test_options_only_remove_move_or_append(platform: Platform, options: TagOptions) -> None:
    """No option may invent a tag that the machine cannot take, nor change the order of manylinux versions."""
    fields = {name: getattr(options, name) for name in options._fields}
    before, after = platform_tags(platform), platform_tags(platform, options)
    kept = platform_tags(platform, TagOptions(**{**fields, "extra": ()}))
    appended = [tag for tag in dict.fromkeys(options.extra) if tag not in kept and tag != "any"]
    assert after == (*kept, *appended)
    assert len(after) == len(set(after))
    assert set(kept) <= set(before)
    versioned = [tag for tag in kept if not tag.startswith("linux_")]
    assert versioned == [tag for tag in before if tag in versioned]
    if options.linux_first:
        assert list(kept) == [tag for tag in before if tag in kept]


@given(st.sampled_from(PLATFORMS), OPTIONS)
def test_what_options_take_away_is_what_they_say(platform: Platform, options: TagOptions) -> None:
    """If a tag were missing for no reason, its wheels would not be found."""
    after = platform_tags(platform, options)
    refused = {str(manytags.parse_platform(tag)) for tag in options.refused if tag != "nonsense"}
    refused |= {tag.replace("2014", "_2_17") for tag in refused}
    refused |= {tag.replace("linux_2_17", "linux2014") for tag in refused}
    for tag in platform_tags(platform):
        parsed = manytags.parse_platform(tag)
        reasons = []
        if isinstance(parsed, manytags.Manylinux):
            ceiling, floor = options.manylinux_ceiling, options.manylinux_floor
            reasons += [not options.manylinux, tag in refused]
            reasons += [ceiling is not None and parsed.glibc > ceiling, floor is not None and parsed.glibc < floor]
        if isinstance(parsed, manytags.Linux):
            only_own = options.bare_linux == "distribution" and platform.distribution not in options.bare_linux_from
            reasons += [options.bare_linux == "never", only_own]
        reasons += [tag.endswith("armv6l") and platform.arch != "armv6l" and not options.armv6_on_armv7]
        assert (tag in after) == (not any(reasons) or tag in options.extra), tag


@given(st.sampled_from(PLATFORMS), OPTIONS)
def test_options_are_part_of_a_target(platform: Platform, options: TagOptions) -> None:
    """A target must decide the same after it is saved and loaded."""
    target = manytags.target("3.12", platform, options)
    again = manytags.Target.from_json(target.to_json())
    assert again == target
    assert again.platform_tags() == target.platform_tags() == platform_tags(platform, options)
