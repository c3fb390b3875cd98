"""The whole ladders of every system. ``tests/oracle`` compares them with packaging's."""

from __future__ import annotations

import pytest

from manytags import InvalidTarget, Platform, TagOptions, target


@pytest.mark.parametrize(
    ("platform", "ladder"),
    [
        (Platform("linux", "mips64", glibc=(2, 36)), "linux_mips64"),
        (Platform("linux", "aarch64", glibc=(2, 16)), "linux_aarch64"),
        (
            Platform("linux", "aarch64", glibc=(2, 18)),
            "linux_aarch64 manylinux_2_18_aarch64 manylinux_2_17_aarch64 manylinux2014_aarch64",
        ),
        (
            Platform("linux", "i686", glibc=(2, 6)),
            "linux_i686 manylinux_2_6_i686 manylinux_2_5_i686 manylinux1_i686",
        ),
        (Platform("linux", "s390x", musl=(1, 1)), "linux_s390x musllinux_1_1_s390x musllinux_1_0_s390x"),
        (Platform("linux", "armv7l"), "linux_armv7l"),
        (Platform("linux", "armv6l", glibc=(2, 36)), "linux_armv6l"),
        (
            Platform("linux", "armv7l", glibc=(2, 17)),
            "linux_armv7l manylinux_2_17_armv7l manylinux2014_armv7l linux_armv6l",
        ),
        (
            Platform("linux", "armv8l", glibc=(2, 17)),
            "linux_armv8l linux_armv7l manylinux_2_17_armv7l manylinux2014_armv7l linux_armv6l",
        ),
        (
            Platform("linux", "armv7l", musl=(1, 0)),
            "linux_armv7l musllinux_1_0_armv7l linux_armv6l musllinux_1_0_armv6l",
        ),
        (Platform("macos", "arm64", version=(9, 0)), ""),
        (Platform("macos", "ppc64", version=(10, 4)), "macosx_10_4_ppc64 macosx_10_4_fat64 macosx_10_4_universal"),
        (Platform("ios", "arm64_iphoneos", version=(12, 1)), "ios_12_1_arm64_iphoneos ios_12_0_arm64_iphoneos"),
        (Platform("ios", "arm64_iphoneos", version=(11, 9)), ""),
        (Platform("android", "x86", version=(17,)), "android_17_x86 android_16_x86"),
        (Platform("android", "x86", version=(15,)), ""),
        (Platform("android", "x86", version=None), ""),
        (Platform("windows", "win_arm64"), "win_arm64"),
        (Platform("emscripten", "wasm32", version=(2026, 0)), "pyemscripten_2026_0_wasm32"),
        (
            Platform("emscripten", "emscripten_5_0_3_wasm32", version=(2026, 0)),
            "pyemscripten_2026_0_wasm32 emscripten_5_0_3_wasm32",
        ),
        (
            Platform("emscripten", "emscripten_4_0_9_wasm32", version=(2025, 0)),
            "pyemscripten_2025_0_wasm32 pyodide_2025_0_wasm32 emscripten_4_0_9_wasm32",
        ),
        (Platform("emscripten", "emscripten_3_1_58_wasm32"), "emscripten_3_1_58_wasm32"),
        (Platform("other", "freebsd_14_1_release_amd64"), "freebsd_14_1_release_amd64"),
        (Platform("other", "any"), ""),
    ],
    ids=str,
)
def test_whole_ladders(platform: Platform, ladder: str) -> None:
    """Anyone can read here the whole list of a small machine of each kind."""
    try:
        tags = target("3.12", platform).platform_tags()
    except InvalidTarget:
        assert platform.version is None, "an Android without an API level may be refused"
        return
    assert " ".join(tags) == ladder


def test_macos_11_goes_on_to_10() -> None:
    """x86_64 runs all old wheels, Arm only those that contain Arm code too."""
    intel = target("3.12", Platform("macos", "x86_64", version=(12, 3))).platform_tags()
    assert intel[0] == "macosx_12_0_x86_64"
    assert "macosx_11_0_universal2" in intel
    assert intel[-1] == "macosx_10_4_universal"
    arm = target("3.12", Platform("macos", "arm64", version=(12, 3))).platform_tags()
    assert arm[:4] == ("macosx_12_0_arm64", "macosx_12_0_universal2", "macosx_11_0_arm64", "macosx_11_0_universal2")
    assert arm[4:] == tuple(f"macosx_10_{minor}_universal2" for minor in range(16, 3, -1))


@pytest.mark.parametrize(
    ("platform", "ladder"),
    [
        (Platform("linux", "i686", glibc=(2, 5)), "manylinux_2_5_i686 manylinux1_i686 linux_i686"),
        (
            Platform("linux", "armv8l", glibc=(2, 17)),
            "manylinux_2_17_armv7l manylinux2014_armv7l linux_armv8l linux_armv7l linux_armv6l",
        ),
        (
            Platform("linux", "armv7l", musl=(1, 0)),
            "musllinux_1_0_armv7l linux_armv7l musllinux_1_0_armv6l linux_armv6l",
        ),
        (Platform("linux", "armv6l", musl=(1, 0)), "musllinux_1_0_armv6l linux_armv6l"),
    ],
    ids=str,
)
def test_bare_linux_last(platform: Platform, ladder: str) -> None:
    """A user who distrusts wheels without a policy can put them last, as packaging did until 26.3."""
    assert " ".join(target("3.12", platform, TagOptions(linux_first=False)).platform_tags()) == ladder


@pytest.mark.parametrize("arch", ["armv7l", "armv8l"])
def test_armv6_can_be_left_out(arch: str) -> None:
    """A user can turn off ARMv6 and get packaging's list."""
    tags = target("3.12", Platform("linux", arch, glibc=(2, 36)), TagOptions(armv6_on_armv7=False)).platform_tags()
    assert not [tag for tag in tags if tag.endswith("_armv6l")]
    kept = target("3.12", Platform("linux", "armv6l", musl=(1, 2)), TagOptions(armv6_on_armv7=False)).platform_tags()
    assert kept[:2] == ("linux_armv6l", "musllinux_1_2_armv6l")


@pytest.mark.parametrize(
    "platform",
    [
        Platform("macos", "arm64"),
        Platform("macos", "arm64", version=(14,)),
        Platform("macos", "arm64", version=(14, -1)),
        Platform("macos", "arm64", version=(10**6, 0)),
        Platform("macos", "arm64", version=(10, 10**6)),
        Platform("ios", "arm64_iphoneos", version=(13,)),
        Platform("ios", "arm64_iphoneos", version=(13, 10**6)),
        Platform("android", "x86", version=(10**6,)),
    ],
    ids=str,
)
def test_versions_that_no_system_has(platform: Platform) -> None:
    """A ladder without a top, or an endless one, is an error that names it."""
    with pytest.raises(InvalidTarget) as caught:
        target("3.12", platform)
    assert caught.value.text == str(platform)
