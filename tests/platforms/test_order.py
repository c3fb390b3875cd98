"""Comparing and sorting across all kinds; the laws are in tests/laws/test_order.py."""

from __future__ import annotations

from manytags import parse_platform


def test_one_list_of_everything_sorts() -> None:
    """A report of an index needs one order for all platforms, least demanding first."""
    texts = [
        "any",
        "linux_armv6l",
        "linux_armv7l",
        "manylinux2014_x86_64",
        "manylinux_2_28_x86_64",
        "manylinux_2_100_x86_64",
        "musllinux_1_1_x86_64",
        "musllinux_1_2_x86_64",
        "macosx_10_9_universal2",
        "macosx_10_9_x86_64",
        "macosx_11_0_arm64",
        "ios_13_0_arm64_iphoneos",
        "win32",
        "win_amd64",
        "android_24_x86",
        "emscripten_5_0_3_wasm32",
        "pyemscripten_2026_0_wasm32",
        "pyodide_2025_0_wasm32",
        "freebsd_14_1_release_amd64",
    ]
    tags = [parse_platform(text) for text in reversed(texts)]
    assert [str(tag) for tag in sorted(tags, key=lambda tag: tag.sort_key)] == texts


def test_max_and_min_of_one_chain() -> None:
    """``max`` and ``min`` work if all tags are comparable."""
    chain = [parse_platform(f"manylinux_2_{minor}_x86_64") for minor in (28, 5, 34, 17)]
    assert str(min(chain)) == "manylinux_2_5_x86_64"
    assert str(max(chain)) == "manylinux_2_34_x86_64"
    assert [str(tag) for tag in sorted(chain)] == [f"manylinux_2_{minor}_x86_64" for minor in (5, 17, 28, 34)]
