"""The same file of a project as pip's own finder picks, from real pages of 36 projects, as JSON and as HTML.

The answers are recorded (``pick_world.py`` says how). Where files of a release are alike in rank and build tag, pip
takes the one that its page lists last, and manytags the one whose name sorts first; these count as equal.
"""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from typing import Any

import pytest

import manytags
from manytags.choose.pick import Candidate

from . import pick_world
from .pick_world import RECORDS, TARGETS, Question, html_page, json_page

#: Project, target, sdists, pre-releases, specifier -> why manytags picks another file.
KNOWN_DIFFERENCES: dict[Question, str] = {}


@cache
def records() -> dict[str, Any]:
    """Read what pip picked."""
    document: dict[str, Any] = json.loads(gzip.decompress(RECORDS.read_bytes()))
    return document


def alike(first: Candidate[Any], other: Candidate[Any]) -> bool:
    """Whether only the names of two files differ."""
    return (first.version, first.rank, first.build) == (other.version, other.rank, other.build)


@pytest.mark.parametrize("form", ["json", "html"])
@pytest.mark.parametrize("project", sorted(records()["pages"]))
def test_the_same_pick_as_pip(project: str, form: str) -> None:
    """Users who change from pip to an installer that embeds manytags get the same files from every page."""
    rows = records()["pages"][project]
    text = html_page(rows) if form == "html" else json.dumps(json_page(project, rows))
    page = manytags.parse_project_page(text, project)
    targets = {name: manytags.target(*about) for name, about in TARGETS.items()}
    differences = {}
    for *asked, theirs in records()["picks"]:
        if asked[0] != project:
            continue
        _, name, sdists, pre, specifier = asked
        picked = manytags.pick(page, targets[name], specifier, sdists=sdists, prereleases=pre or None)
        mine: set[str | None] = {
            candidate.filename for candidate in picked.candidates if alike(picked.candidates[0], candidate)
        }
        if theirs not in (mine or {None}) and tuple(asked) not in KNOWN_DIFFERENCES:
            differences[tuple(asked)] = f"{picked.filename}, pip {theirs}"
    assert differences == {}


def test_the_records_have_what_is_compared() -> None:
    """A comparison without yanked files, pre-releases and sdists would show nothing of them."""
    rows = [row for page in records()["pages"].values() for row in page]
    picks = [theirs for *_, theirs in records()["picks"] if theirs is not None]
    assert sum(bool(yanked) for _, _, yanked in rows) > 50
    assert sum(requires is not None for _, requires, _ in rows) > 1_000
    assert len({name.rpartition(".")[2] for name, _, _ in rows}) > 4
    assert sum(name.endswith(".whl") for name in picks) > 500
    assert sum(not name.endswith(".whl") for name in picks) > 500
    assert len(picks) < len(records()["picks"]) - 300


@pytest.mark.skipif("MANYTAGS_ASK_PIP" not in os.environ, reason="nox -s pick asks pip again")
def test_pip_picks_what_is_recorded() -> None:
    """The records are pip's answers, not ours."""
    for *asked, theirs in records()["picks"][::7]:
        question: Question = tuple(asked)
        rows = records()["pages"][question[0]]
        source = pick_world.Source(html_page(rows).encode(), "text/html")
        assert pick_world.pips_pick(source, manytags.target(*TARGETS[question[1]]), question) == theirs, question
