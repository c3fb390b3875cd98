"""Every name of uv's ``--python-platform`` means the same machine in manytags: same tags, same order, same choices.

``uv_world.py`` recorded uv's answers in ``data``. With ``MANYTAGS_ASK_UV=1`` in the environment, as in ``nox -s uv``,
the uv on ``PATH`` is asked again, which takes ten minutes.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import manytags
from manytags import Platform, Target
from manytags.tags.text import split_wheel_filename

from . import uv_world
from .uv_differences import UV_DIFFERENCES, UvDifference, expected_groups, expected_platform_tags

if TYPE_CHECKING:
    from pathlib import Path


def recorded() -> dict[str, Any]:
    """Read uv's answers."""
    record: dict[str, Any] = json.loads(uv_world.RECORD.read_text(encoding="utf-8"))
    return record


RECORD = recorded()
NAMES: tuple[str, ...] = tuple(RECORD["platform_tags"])
PICKS: dict[tuple[str, str], str] = {
    (python, name): entry["picks"]
    for python, entries in RECORD["picks"].items()
    for entry in entries
    for name in entry["names"]
}


@cache
def releases() -> tuple[tuple[str, ...], ...]:
    """List the releases of the corpus as file names."""
    return tuple(tuple(f"demo-1-{rest}.whl" for rest in release) for release in uv_world.corpus_releases())


@cache
def picks_of(python: str, platform: Platform) -> tuple[str | None, ...]:
    """Pick a wheel from each release; uv has several names for one machine."""
    target = manytags.target(python, platform)
    return tuple(manytags.best(release, target) for release in releases())


def uv_picks(python: str, name: str) -> list[str | None]:
    """List the file that uv chose from each release."""
    fields = PICKS[python, name].split()
    return [None if field == "-" else release[int(field)] for release, field in zip(releases(), fields, strict=True)]


def is_tie(ours: str | None, theirs: str | None, release: tuple[str, ...], target: Target) -> bool:
    """Whether two files tie by tag and build tag. Then manytags takes the first by name, and uv the last."""
    if ours is None or theirs is None:
        return False
    rank, build = manytags.rank(ours, target), split_wheel_filename(ours)[2]
    tied = [name for name in release if manytags.rank(name, target) == rank and split_wheel_filename(name)[2] == build]
    return ours == min(tied) and theirs == max(tied)


def test_the_record_is_whole() -> None:
    """Without this, a record of other releases, or of half of the names, would still pass."""
    assert RECORD["uv"] == uv_world.VERSION
    assert RECORD["corpus"] == uv_world.digest(uv_world.corpus_releases()), (
        "the corpus has changed: nox -s uv -- record"
    )
    assert len(NAMES) == 46
    assert set(PICKS) == {(python, name) for python in uv_world.PYTHONS for name in NAMES}
    assert len(uv_world.corpus_releases()) > 500
    assert set(RECORD["groups"]) == set(uv_world.GROUP_PYTHONS)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_uvs_has_uvs_platform_tags(name: str) -> None:
    """A lock for uv's names must not lose or gain a wheel when manytags makes it, except for listed differences."""
    expected = expected_platform_tags(name)
    assert set(expected) <= set(uv_world.universe()), "uv was not asked about all of them"
    assert tuple(RECORD["platform_tags"][name]) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_uvs_is_listed(name: str) -> None:
    """Users must find uv's names in the list of names; those of ``manylinux`` are a pattern."""
    assert name in manytags.platform_names() or "-manylinux" in name or name == "riscv64-unknown-linux"


@pytest.mark.parametrize("python", uv_world.GROUP_PYTHONS)
def test_pythons_have_uvs_groups(python: str) -> None:
    """uv prefers the same order: own ABI, stable ABI, none, older stable ABIs, any Python."""
    assert tuple(RECORD["groups"][python]) == expected_groups(python)


@pytest.mark.parametrize("difference", UV_DIFFERENCES, ids=lambda difference: difference.name)
def test_each_listed_difference_is_one(difference: UvDifference) -> None:
    """A listed difference that no longer exists misleads users of the list."""
    assert difference.reason
    platforms = [manytags.platform_from_name(name) for name in NAMES]
    changed = 0
    for platform in platforms:
        tags = manytags.target("3.12", platform).platform_tags()
        if difference.applies(platform):
            assert difference.change(platform, tags) != tags
            changed += 1
    assert changed


#: How often, over all names, uv takes another file of a release because two of them fit equally well. pip's choice
#: depends on the order of the index; manytags takes the first by name, so its choice never depends on the order.
TIES = {"3.12": 28, "3.9": 28}


@pytest.mark.parametrize("python", uv_world.PYTHONS)
def test_picks_from_the_corpus_are_uvs(python: str) -> None:
    """For every name, the same wheel from every release of sixteen projects, unless two wheels are equally good."""
    ties = 0
    for name in NAMES:
        platform = manytags.platform_from_name(name)
        target = manytags.target(python, platform)
        for release, ours, theirs in zip(releases(), picks_of(python, platform), uv_picks(python, name), strict=True):
            if ours != theirs:
                assert is_tie(ours, theirs, release, target), (name, ours, theirs)
                ties += 1
    assert ties == TIES[python]


@pytest.mark.skipif(
    not os.environ.get("MANYTAGS_ASK_UV") or shutil.which("uv") is None,
    reason="asking uv takes ten minutes: nox -s uv, or MANYTAGS_ASK_UV=1 and uv on PATH",
)
def test_uv_still_answers_so(tmp_path: Path) -> None:
    """The record is what uv really does."""
    answers = tmp_path / "answers.json"
    uv_world.main(answers, shutil.which("uv") or "uv")
    assert json.loads(answers.read_text(encoding="utf-8")) == recorded()
