"""Targets as complete platforms of pex."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import manytags
from manytags import (
    InvalidTarget,
    Platform,
    Python,
    TagOptions,
    marker_environment,
    target,
    target_from_pex,
    target_to_pex,
)

#: ``pex3 interpreter inspect --markers --tags`` of pex 2.105.2, run in CPython 3.12.1 on Debian 12. Only the
#: beginnings of its path and of the kernel's name were kept.
RECORDED = Path(__file__).parent / "data" / "pex-2.105.2-cpython-3.12.json"

NAMES = (
    *(
        "linux",
        "manylinux_2_5_x86_64",
        "debian-12-armv7l",
        "linux_armv8l",
        "riscv64-unknown-linux",
        "alpine-3.20-armv6",
    ),
    *("armv7-unknown-linux-gnueabi", "musllinux_1_2_aarch64", "windows", "win32", "win_arm64", "macos"),
    *("x86_64-apple-darwin", "macosx_10_9_x86_64", "arm64-apple-ios", "aarch64-linux-android", "wasm32-pyodide2025"),
    *("emscripten_3_1_58_wasm32", "freebsd_14_1_release_amd64"),
)
PYTHONS = ("3.12.4", "3.13t", "3.12d", "3.7", "3.14td", "pypy3.10", "graalpy3.12")


def recorded() -> dict[str, Any]:
    """Read the recorded file."""
    content: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return content


def test_a_recorded_file_is_this_machine() -> None:
    """A file that pex made must have the same tags here as in pex."""
    target = target_from_pex(RECORDED.read_text(encoding="utf-8"))
    assert list(target.triples()) == recorded()["compatible_tags"]
    assert target.platform == Platform("linux", "x86_64", glibc=(2, 36))
    assert target.options == TagOptions(linux_first=False)
    assert target.python == Python("cpython", (3, 12), ("cp312",), "3.12.1")
    assert [str(evidence) for evidence in target.evidence] == [
        "platform: Linux with glibc 2.36 on x86_64 (a complete platform of pex)"
    ]
    ours, theirs = marker_environment(target), recorded()["marker_environment"]
    unknown = {"platform_release": "", "platform_version": ""}
    assert ours == {**theirs, **unknown}


def test_written_again_it_is_the_recorded_file() -> None:
    """pex must be able to read files of manytags: same keys, same tags, same markers."""
    target = target_from_pex(RECORDED.read_text(encoding="utf-8"))
    written, theirs = json.loads(target_to_pex(target)), recorded()
    assert written["compatible_tags"] == theirs["compatible_tags"]
    assert set(written["marker_environment"]) == set(theirs["marker_environment"])
    assert set(theirs) - set(written) == {"path"}  # the interpreter's path, which a described machine does not have


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("python", PYTHONS)
def test_there_and_back(python: str, name: str) -> None:
    """A described machine must take the same wheels after it is written and read."""
    described = target(python, name)
    again = target_from_pex(target_to_pex(described))
    assert again.triples() == described.triples()
    assert again.python.abis == described.python.abis
    assert marker_environment(again) == marker_environment(described)
    assert again.options == TagOptions()


@pytest.mark.parametrize(
    "options",
    [
        TagOptions(linux_first=False),
        TagOptions(armv6_on_armv7=False),
        TagOptions(linux_first=False, armv6_on_armv7=False),
    ],
)
@pytest.mark.parametrize("name", ["debian-12-armv7l", "alpine-3.20-armv7"])
def test_packagings_own_lists_are_understood(name: str, options: TagOptions) -> None:
    """pex lists no ARMv6 tags on a Raspberry Pi. Its file must describe a Pi with exactly these tags."""
    described = target("3.11", name, options)
    again = target_from_pex(target_to_pex(described))
    assert again.platform_tags() == described.platform_tags()
    assert (again.platform.glibc, again.platform.musl) == (described.platform.glibc, described.platform.musl)
    assert again.options == options


@pytest.mark.parametrize(
    "options",
    [
        TagOptions(manylinux_floor=(2, 17)),
        TagOptions(bare_linux="never"),
        TagOptions(manylinux=False, extra=("galaxy_1",)),
        TagOptions(refused=("manylinux_2_20_x86_64",)),
    ],
)
def test_a_list_that_no_machine_has_is_kept(options: TagOptions) -> None:
    """Tags that the owner removed must stay removed, even if the rest looks like a known machine."""
    described = target("3.12", "debian-12-x86_64", options)
    again = target_from_pex(target_to_pex(described))
    assert again.triples() == described.triples()


def test_pure_wheels_only() -> None:
    """A machine without platform tags takes pure wheels only."""
    described = target("3.12", "linux_x86_64", TagOptions(bare_linux="never"))
    again = target_from_pex(target_to_pex(described))
    assert again.triples() == described.triples()
    assert again.platform_tags() == ()


TAGS = ["cp312-cp312-win_amd64", "py3-none-any"]
MARKERS = marker_environment(target("3.12", "win_amd64"))

WRONG: dict[str, tuple[object, str]] = {
    "a list": ([], "complete platform is not a JSON object"),
    "no markers": ({"compatible_tags": TAGS}, "complete platform lacks the key 'marker_environment'"),
    "no tags": ({"marker_environment": MARKERS}, "complete platform lacks the key 'compatible_tags'"),
    "empty tags": ({"marker_environment": MARKERS, "compatible_tags": []}, "'compatible_tags' is empty"),
    "markers in a list": (
        {"marker_environment": [], "compatible_tags": TAGS},
        "'marker_environment' of complete platform is not an object",
    ),
    "a number for a marker": (
        {"marker_environment": {**MARKERS, "os_name": 1}, "compatible_tags": TAGS},
        "'os_name' of marker_environment is not a string of at most 4096 characters",
    ),
    "a text for tags": (
        {"marker_environment": MARKERS, "compatible_tags": "py3-none-any"},
        "'compatible_tags' of complete platform is not a list of at most 20000 items",
    ),
    "no tag": (
        {"marker_environment": MARKERS, "compatible_tags": ["py3-none"]},
        "'compatible_tags': invalid tag 'py3-none': expected 3 fields, got 2",
    ),
    "a compressed tag": (
        {"marker_environment": MARKERS, "compatible_tags": ["py2.py3-none-any"]},
        "'compatible_tags' has the compressed tag 'py2.py3-none-any'",
    ),
    "an unknown key": (
        {"marker_environment": MARKERS, "compatible_tags": TAGS, "wishes": 3},
        "complete platform has the unknown key 'wishes'",
    ),
    "no Python": (
        {"marker_environment": {}, "compatible_tags": TAGS},
        "the marker environment lacks 'python_full_version'",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_complete_platform(case: str) -> None:
    """Someone who made the file by hand must learn what is wrong."""
    content, reason = WRONG[case]
    with pytest.raises(InvalidTarget) as caught:
        target_from_pex(json.dumps(content))
    assert caught.value.reason == reason


def test_it_is_part_of_the_public_face() -> None:
    """Embedders need only one import."""
    assert manytags.target_from_pex is target_from_pex
