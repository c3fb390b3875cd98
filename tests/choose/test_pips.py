"""``oldest_pip``: a publisher asks which users a tag leaves out."""

from __future__ import annotations

from itertools import pairwise

import pytest

from manytags import InvalidTag, InvalidTarget, explain, oldest_pip, target
from manytags.choose.pips import BUNDLED_PIPS, bundled_pip, is_newer

#: Read in pip's repository, as the head of ``choose/pips.py`` says.
OLDEST = {
    "any": None,
    "linux_x86_64": None,
    "linux_armv7l": None,
    "win32": None,
    "win_arm64": None,
    "freebsd_14_1_release_amd64": None,
    "emscripten_3_1_58_wasm32": None,
    "pyodide_2024_0_wasm32": None,
    "macosx_10_9_x86_64": None,
    "macosx_11_0_arm64": "20.3",
    "macosx_14_0_universal2": "20.3",
    "manylinux1_x86_64": "8.1",
    "manylinux2010_i686": "19.0",
    "manylinux2014_aarch64": "19.3",
    "MANYLINUX2014_AARCH64": "19.3",
    "manylinux_2_17_x86_64": "20.3",
    "manylinux_2_5_x86_64": "20.3",
    "manylinux_2_31_riscv64": "24.1",
    "manylinux_2_36_loongarch64": "24.1",
    "manylinux2014_riscv64": "24.1",
    "musllinux_1_1_x86_64": "21.2",
    "musllinux_1_2_riscv64": "21.2",
    "ios_13_0_arm64_iphoneos": "24.3",
    "android_24_arm64_v8a": "25.1",
    "pyemscripten_2025_0_wasm32": "26.1",
}


@pytest.mark.parametrize("tag", OLDEST)
def test_oldest_pip(tag: str) -> None:
    """With a wrong number, a publisher leaves users out without knowing it."""
    assert oldest_pip(tag) == OLDEST[tag]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("manylinux_2_17_x86_64.manylinux2014_x86_64", "19.3"),
        ("manylinux_2_5_x86_64.manylinux1_x86_64.manylinux_2_17_x86_64.manylinux2014_x86_64", "8.1"),
        ("musllinux_1_1_x86_64.manylinux_2_17_x86_64", "20.3"),
        ("manylinux_2_17_x86_64.linux_x86_64", None),
        ("macosx_10_9_universal2.macosx_11_0_arm64", "20.3"),
        ("macosx_10_9_x86_64.macosx_11_0_arm64", None),
        ("foo-1.0-cp313-cp313t-manylinux2014_x86_64.whl", "24.1"),
        ("cp312-cp312-manylinux2014_x86_64", "20.3.2"),
    ],
)
def test_several_names_are_known_to_whoever_knows_one(tags: str, expected: str | None) -> None:
    """Wheels have the legacy tag beside the new tag for the sake of old pips."""
    assert oldest_pip(tags) == expected


def test_a_pip_that_is_too_old_is_told() -> None:
    """Who sees "fits" and then pip's refusal looks for a fault in the wheel."""
    there = target("3.9", "rocky-8-x86_64")
    explanation = explain("foo-1.0-py3-none-manylinux_2_17_x86_64.whl", there, pip="20.2.4")
    assert explanation
    assert explanation.passed_over
    assert explanation.to_data()["passed_over"] is True
    assert "but pip 20.2.4 passes it over: pip 20.3 is the first" in str(explanation)
    assert "its builder can add the alias manylinux2014_x86_64, which pip 19.3 knows" in str(explanation)
    assert not explain("foo-1.0-py3-none-manylinux_2_17_x86_64.whl", there, pip="20.3").passed_over
    for pip in ("", "x", "20.2.", "20.3 "):
        with pytest.raises(InvalidTarget):
            explain("foo-1.0-py3-none-any.whl", there, pip=pip)


def test_no_tag_is_an_error() -> None:
    """A typing mistake must not read as "every pip"."""
    for text in ("", "manylinux_2_x86_64", "win32.", "a b"):
        with pytest.raises(InvalidTag):
            oldest_pip(text)


def test_bundled_pips_rise() -> None:
    """A newer Python never comes with an older pip; an unknown Python counts as the nearest known one."""
    pips = [BUNDLED_PIPS[version] for version in sorted(BUNDLED_PIPS)]
    assert all(is_newer(newer, older) for older, newer in pairwise(pips))
    assert bundled_pip((2, 7)) == "9.0.1"
    assert bundled_pip((3, 12, 4)) == "23.2.1"
    assert bundled_pip((3, 99)) == bundled_pip((4, 0)) == pips[-1]
    assert not is_newer("20.3", "20.3")
    assert is_newer("20.10", "20.9.1")
