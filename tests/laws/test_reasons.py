"""What every explanation keeps to, whatever the tags and the target are."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import Platform, Target, explain, target
from manytags.choose.pairs import unclaimed_pair
from manytags.choose.reasons import BADLY_BUILT, Reason
from manytags.choose.why_platform import why_not_platform
from manytags.choose.why_python import why_not_python
from manytags.errors import InvalidTarget
from manytags.platforms.linux.architectures import architectures
from manytags.platforms.linux.names import linux_machines
from manytags.platforms.macos import MAC_FORMATS
from manytags.platforms.windows import MACHINES
from manytags.targets.ranks import platform_tags, python_groups

from . import strategies

#: Real machines of all systems: no Mac with Arm ran a macOS before 11.
MACS = [
    *(Platform("macos", arch, version=(10, minor)) for arch in MAC_FORMATS if arch != "arm64" for minor in range(17)),
    *(Platform("macos", arch, version=(major, 0)) for arch in ("x86_64", "arm64") for major in range(11, 61)),
]
PYTHONS = (
    *("3.6", "3.7", "3.9", "3.12", "3.12d", "3.13", "3.13t", "3.13td", "3.14", "3.15", "3.15t"),
    *("pypy3.9", "pypy3.12", "graalpy3.12"),
)
MACHINE_NAMES = (
    *("debian-12-x86_64", "alpine-3.20-x86_64", "debian-12-armv7l", "linux_armv6l", "linux_aarch64", "linux_mips64el"),
    *("macosx_10_9_x86_64", "macosx_14_0_arm64", "macosx_15_0_x86_64", "win32", "win_amd64", "win_arm64"),
    *("ios_16_0_arm64_iphoneos", "android_34_arm64_v8a", "pyemscripten_2026_0_wasm32", "cygwin_3_1_x86_64"),
)
PYTHON_TAGS = (
    *("py3", "py2", "py311", "py", "cp3", "cp2", "cp27", "cp36", "cp37", "cp312", "cp313", "cp315", "cp315t", "cp38m"),
    *("pp39", "pp3", "pp312", "graalpy312", "python3", "cpython312", "none", "xy312", "jy27"),
)
ABI_TAGS = (
    *("none", "abi3", "abi3t", "abi4", "cp27mu", "cp37", "cp37m", "cp312", "cp312d", "cp312m", "cp313", "cp313t"),
    *("cp313dt", "cp315t", "pypy39_pp73", "pypy312_pp80", "pp73", "graalpy250_312_native", "any", "cp3", "weird"),
)
PLATFORM_TAGS = (
    *("any", "none", "linux", "linux_x86_64", "linux_amd64", "linux_arm64", "linux_armv7l", "linux_armhf", "linux_vax"),
    *(
        "manylinux1_x86_64",
        "manylinux2015_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux_2_99_x86_64",
        "manylinux_x86_64",
    ),
    *(
        "manylinux2014_arm64",
        "manylinux_2_17_mips64le",
        "manylinux_2_5_aarch64",
        "musllinux_1_2_x86_64",
        "musllinux_9_0_i686",
    ),
    *("macosx_10_9_x86_64", "macosx_10_14_6_x86_64", "macosx_11_0_arm64", "macosx_11_1_arm64", "macosx_10_9_arm64"),
    *("macosx_26_0_universal2", "macosx_11_arm64", "win32", "win_amd64", "win_x64", "win_arm64ec", "windows_x86_64"),
    *("ios_13_0_arm64_iphoneos", "android_24_arm64", "pyodide_2026_0_wasm32", "cygwin_3_1_x86_64", "freebsd_14_amd64"),
)


@cache
def every_platform() -> tuple[Platform, ...]:
    """Real machines of every family, with every C library of Linux."""
    linux = [
        Platform("linux", row.name, glibc=glibc, musl=musl)
        for row in architectures()
        for glibc, musl in (((2, 60), None), (None, (1, 60)), (None, None))
    ]
    phones = [
        Platform("ios", device, version=(major, 60))
        for major in range(12, 61)
        for device in ("arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator")
    ]
    androids = [Platform("android", abi, version=(60,)) for abi in ("arm64_v8a", "armeabi_v7a", "x86", "x86_64")]
    windows = [Platform("windows", tag) for tag in MACHINES]
    return (*linux, *MACS, *phones, *androids, *windows)


@cache
def every_platform_tag() -> frozenset[str]:
    """Every platform tag that one of these machines takes."""
    return frozenset(tag for platform in every_platform() for tag in platform_tags(platform))


FAMILIES = ("Manylinux", "Musllinux", "Linux", "MacOS", "IOS", "Android", "Windows", "OtherPlatform")
MISSPELLED = st.sampled_from(PLATFORM_TAGS) | st.tuples(
    st.sampled_from(["manylinux_2_17", "manylinux2014", "manylinux2020", "musllinux_1_2", "linux", "macosx_11_0"]),
    st.sampled_from(["arm64", "aarch64", "amd64", "x86_64", "x64", "armhf", "arm", "i386", "mips64le", "32"]),
).map("_".join)


def is_of_known_system(text: str) -> bool:
    """Whether a tag is of a system, an architecture or a C library whose machines are not in the list above."""
    tag = manytags.parse_platform(text)
    if tag.need is not None and tag.need.version[0] != {"glibc": 2, "musl": 1}.get(
        tag.need.subject, tag.need.version[0]
    ):
        return True
    if tag.system == "emscripten":
        return True
    if tag.system == "other":
        return bool(tag.machines() and not tag.why_unclaimed())
    return tag.system == "linux" and tag.machine not in linux_machines()


@given(
    st.one_of(*(strategies.platform_texts[name] for name in FAMILIES)) | MISSPELLED,
    st.sampled_from(MACHINE_NAMES),
)
def test_a_tag_that_no_machine_lists_is_called_so(text: str, name: str) -> None:
    """Who builds a wheel with such a tag looks for another machine in vain."""
    there = target("3.12", name)
    (reason, *others) = explain(f"foo-1.0-py3-none-{text}.whl", there).reasons or (None,)
    if reason is None:
        return
    said = reason.kind in BADLY_BUILT
    try:
        listed = text in every_platform_tag()
        unknown = is_of_known_system(text)
        numbers = [int(number) for number in text.split("_") if number.isdigit()]
    except manytags.InvalidTag:
        listed, unknown, numbers = False, False, []
    if listed:
        assert not said
    elif not unknown and all(number < 60 for number in numbers):
        assert said
        assert not others
    if said:
        assert "no interpreter claims" in reason.sentence
        assert "the wheel's code is for" not in reason.sentence
        assert "the wheel is for" not in reason.sentence


@pytest.mark.parametrize("name", PYTHONS)
def test_a_pair_that_a_python_lists_is_never_called_unclaimed(name: str) -> None:
    """A publisher must not be told to rename what interpreters do take."""
    own, pure = python_groups(manytags.parse_python(name))
    for python, abi in {*own, *pure}:
        assert unclaimed_pair(python, abi) is None, (python, abi)


def differs(reason: Reason) -> bool:
    """Whether a reason says one thing of the wheel and another of the machine."""
    wheel, _, machine = reason.sentence.partition("; ")
    for verb in (" is for ", " uses ", " needs ", " runs ", " is ", " has ", " of "):
        what, which = wheel.rpartition(verb)[2], machine.rpartition(verb)[2]
        if which and (which == what or wheel.endswith(f"of {which}")):
            return False
    return reason.values.get("needs", "") != reason.values.get("found", " ")


@pytest.mark.parametrize("name", PYTHONS)
def test_what_a_python_needs_and_what_is_found_differ(name: str) -> None:
    """A sentence that says the same of the wheel and of this Python explains nothing."""
    there = Target(manytags.parse_python(name), Platform("windows", "win_amd64"))
    for python, abi in product(PYTHON_TAGS, ABI_TAGS):
        for reason in why_not_python(python, abi, there):
            assert differs(reason), (python, abi, reason.sentence)


@pytest.mark.parametrize("name", MACHINE_NAMES)
def test_what_a_platform_needs_and_what_is_found_differ(name: str) -> None:
    """Likewise for the machine."""
    for text in PLATFORM_TAGS:
        for reason in why_not_platform(text, target("3.12", name)):
            assert differs(reason), (text, reason.sentence)


@pytest.mark.parametrize("text", PLATFORM_TAGS)
def test_what_was_meant_is_claimed(text: str) -> None:
    """A guess that nothing takes either would send its reader from one mistake to the next."""
    for reason in explain(f"foo-1.0-cp312-cp312-{text}.whl", target("3.12", "debian-12-x86_64")).reasons:
        for meant in reason.values.get("meant", "").split(" or "):
            assert not meant or meant == "any" or not manytags.parse_platform(meant).why_unclaimed()


@pytest.mark.parametrize("python", PYTHON_TAGS)
@pytest.mark.parametrize("abi", ABI_TAGS)
def test_what_pair_was_meant_is_claimed(python: str, abi: str) -> None:
    """Likewise for python tags with ABI tags."""
    unclaimed = unclaimed_pair(python, abi)
    if unclaimed is not None and unclaimed[1]:
        own, its_abi = unclaimed[1].split("-")
        assert unclaimed_pair(own, its_abi) is None, unclaimed


def test_the_machines_are_real() -> None:
    """A law over no machines, or none that refuses, would hold for nothing."""
    assert len(every_platform_tag()) > 4_000
    with pytest.raises(InvalidTarget):
        target("3.12", "win_sparc")
