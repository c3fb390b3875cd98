"""Every kind of platform tag is parsed from its text into its parts."""

from __future__ import annotations

import pytest

import manytags
from manytags import (
    Android,
    AnyPlatform,
    Emscripten,
    InvalidTag,
    OtherPlatform,
    Pyemscripten,
    Pyodide,
    Windows,
    parse_platform,
)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("any", AnyPlatform()),
        ("win32", Windows("x86")),
        ("win_amd64", Windows("amd64")),
        ("win_arm64", Windows("arm64")),
        ("win_arm32", Windows("arm32")),
        ("win_ia64", Windows("ia64")),
        ("android_21_arm64_v8a", Android(21, "arm64_v8a")),
        ("android_24_x86_64", Android(24, "x86_64")),
        ("pyemscripten_2026_0_wasm32", Pyemscripten((2026, 0), "wasm32")),
        ("pyodide_2025_0_wasm32", Pyodide((2025, 0), "wasm32")),
        ("emscripten_3_1_58_wasm32", Emscripten((3, 1, 58), "wasm32")),
        ("freebsd_14_1_release_amd64", OtherPlatform("freebsd_14_1_release_amd64")),
        ("linux", OtherPlatform("linux")),
        ("manylinux2015_x86_64", OtherPlatform("manylinux2015_x86_64")),
        ("manylinux2014", OtherPlatform("manylinux2014")),
        ("win_x86", OtherPlatform("win_x86")),
        ("ios", OtherPlatform("ios")),
    ],
)
def test_text_and_value_are_each_others(text: str, tag: manytags.PlatformTag) -> None:
    """A tag built from parts must equal the tag parsed from text."""
    assert parse_platform(text) == tag
    assert str(tag) == text
    assert parse_platform(text.upper()) == tag


def test_the_parts_are_there() -> None:
    """A caller can read the API level or the ABI without splitting the text again."""
    tag = parse_platform("android_24_x86_64")
    assert isinstance(tag, Android)
    assert (tag.api_level, tag.abi) == (24, "x86_64")
    web = parse_platform("pyemscripten_2026_0_wasm32")
    assert isinstance(web, Pyemscripten)
    assert (web.version, web.arch) == ((2026, 0), "wasm32")
    windows = parse_platform("win32")
    assert isinstance(windows, Windows)
    assert windows.arch == "x86"


def test_emscripten_and_pyemscripten_are_two_kinds() -> None:
    """The compiler's version and Pyodide's ABI version are not comparable numbers."""
    assert type(parse_platform("emscripten_5_0_3_wasm32")) is Emscripten
    assert type(parse_platform("pyemscripten_2026_0_wasm32")) is Pyemscripten
    assert Emscripten((2026, 0), "wasm32") != Pyemscripten((2026, 0), "wasm32")
    assert parse_platform("pyemscripten_2025_0_wasm32").compare(parse_platform("pyemscripten_2026_0_wasm32")) is None


def test_pyodides_older_name_asks_what_the_newer_one_does() -> None:
    """A locker may keep either of two wheels with these tags, but their file names must stay different."""
    old, new = parse_platform("pyodide_2025_0_wasm32"), parse_platform("pyemscripten_2025_0_wasm32")
    assert type(old) is Pyodide
    assert old != new
    assert old.compare(new) is None
    assert old.takers() == new.takers()
    assert parse_platform("pyodide_2026_0_wasm32").takers() != parse_platform("pyemscripten_2026_0_wasm32").takers()


def test_kinds_are_no_look_alikes() -> None:
    """A tag of an unknown kind must differ from a tag of a known kind with the same text."""
    assert OtherPlatform("win32") != Windows("x86")
    assert str(OtherPlatform("win32")) == "win32"


@pytest.mark.parametrize(
    "text", ["android_x86", "android__x86", "android_24", "emscripten_5_0_wasm32", "pyemscripten", "pyodide_x"]
)
def test_nearly_a_tag_is_an_error_not_an_unknown_kind(text: str) -> None:
    """If a mistyped tag were accepted, it would silently match nothing."""
    with pytest.raises(InvalidTag, match="expected"):
        parse_platform(text)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("android_21_arm64_v8a", "android_24_arm64_v8a"),
        ("any", "win32"),
        ("any", "freebsd_14_1_release_amd64"),
    ],
)
def test_what_asks_less(less: str, more: str) -> None:
    """Tags that are neither for Linux nor for Apple have an order too."""
    assert parse_platform(less) < parse_platform(more)
    assert parse_platform(more) > parse_platform(less)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("android_21_arm64_v8a", "android_24_x86_64"),
        ("android_15_x86", "android_16_x86"),
        ("win32", "win_amd64"),
        ("freebsd_14_1_release_amd64", "freebsd_14_2_release_amd64"),
        ("win32", "linux_i686"),
    ],
)
def test_what_cannot_be_compared(one: str, other: str) -> None:
    """No Windows takes wheels of another, and an Android on which CPython does not run takes none."""
    assert parse_platform(one).compare(parse_platform(other)) is None
    assert parse_platform(other).compare(parse_platform(one)) is None
