"""PyPI's profile decides as Warehouse does: on real tags, on its own tests' tags, and on thousands of made-up ones.

Warehouse's verdicts are recorded in ``data/warehouse.json``. If ``MANYTAGS_WAREHOUSE`` names a checkout of Warehouse,
as in ``nox -s warehouse``, its source is asked again and compared with the record.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import packaging
import pytest

from manytags import check_upload
from manytags.indexes.profiles import builtin_profile
from manytags.tags.text import split_wheel_filename

from . import warehouse_world as world

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
DAY = "2026-08-21"
UNSUPPORTED = "Binary wheel '{}' has an unsupported platform tag '{}'."


@cache
def record() -> dict[str, Any]:
    """Read Warehouse's recorded verdicts."""
    return world.recorded()


@cache
def live() -> world.Warehouse | None:
    """Read Warehouse's source, if it is available."""
    return world.live()


needs_warehouse = pytest.mark.skipif(live() is None, reason=f"{world.VARIABLE} names no checkout of Warehouse")


@cache
def corpus_tags() -> list[str]:
    """List the platform tags of the corpus."""
    tags = set()
    for path in CORPUS.glob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                tags |= set(split_wheel_filename(json.loads(line)["filename"])[3].split("-")[2].lower().split("."))
    return sorted(tags)


def takes(tag: str) -> bool:
    """Whether PyPI's profile takes a platform tag; asked through the public function if a name can have the tag."""
    if "-" in tag or "." in tag:
        rule = builtin_profile("pypi").rule_for(tag, DAY)
        assert rule is not None
        return rule.action != "refuse"
    return not [problem for problem in check_upload(f"foo-1.0-py3-none-{tag}.whl") if problem.refused]


def recorded_verdicts() -> dict[str, bool]:
    """Unpack the verdicts on the generated tags."""
    bits = f"{int(record()['generated']['taken'], 16):b}"[1:]
    return {tag: bit == "1" for tag, bit in zip(world.generated_tags(), bits, strict=True)}


def test_the_sets_are_whole() -> None:
    """Verdicts on other tags, or on a few tags, would prove nothing."""
    assert record()["corpus"]["tags"] == len(corpus_tags()) > 100
    tags = world.generated_tags()
    assert len(tags) == 5_000
    assert world.digest(tags) == record()["generated"]["sha256"]
    assert world.digest(world.generated_names()) == record()["names"]["sha256"]
    taken = sum(recorded_verdicts().values())
    assert 1_000 < taken < 4_000
    complaints = record()["names"]["complaints"]
    assert len({complaint.partition("'")[0] for complaint in complaints if complaint}) > 8
    assert complaints.count("") > 10


def test_the_profile_names_the_source_that_was_asked() -> None:
    """The profile must not name a newer Warehouse than the one that it was compared with."""
    names = builtin_profile("pypi").names
    commit = record()["source"].rpartition("/")[2]
    assert commit in names.source
    assert record()["date"] == names.date


def test_the_corpus() -> None:
    """PyPI's profile must agree with Warehouse about every platform tag of 44,550 real wheels."""
    assert [tag for tag in corpus_tags() if not takes(tag)] == record()["corpus"]["refused"]


def test_the_tags_of_warehouses_tests() -> None:
    """Warehouse's own examples are accepted and refused."""
    taken, refused = record()["tests"]["taken"], record()["tests"]["refused"]
    assert len(taken) > 40
    assert len(refused) > 5
    for platforms in taken:
        assert [problem for problem in check_upload(f"foo-1.0-cp34-none-{platforms}.whl") if problem.refused] == []
    for platforms in refused:
        name = f"foo-1.0-cp34-none-{platforms}.whl"
        refusals = [problem.message for problem in check_upload(name) if problem.refused]
        assert refusals
        assert refusals[0] == UNSUPPORTED.format(name, platforms.split(".")[0])


def test_the_names_of_warehouses_tests() -> None:
    """The profile must give the same message, word by word, for the same bad name."""
    cases = [*record()["tests"]["names"]]
    cases += [(f"{project}-1.0-py3-none-any.whl", status) for project, status in record()["tests"]["spellings"]]
    wheels = [(name, status) for name, status in cases if name.endswith(".whl")]
    assert len(wheels) > 4
    for name, status in wheels:
        assert [f"400 {problem.message}" for problem in check_upload(name) if problem.refused] == [status]


def test_made_up_tags() -> None:
    """The verdicts must agree on 5,000 tags that match the rules exactly or almost."""
    verdicts = recorded_verdicts()
    assert {tag: takes(tag) for tag in verdicts} == verdicts


def complaint(name: str) -> str:
    """Return what Warehouse's source finds wrong with a name, apart from metadata."""
    about_metadata = ("The use of local versions", "Filename '", "Start and end with", "Filename is too long")
    refusals = [problem for problem in check_upload(name) if problem.refused]
    refusals = [problem for problem in refusals if not problem.message.startswith(about_metadata)]
    unsupported = sorted(problem.tag for problem in refusals if "unsupported platform tag" in problem.message)
    if unsupported:
        assert {problem.message for problem in refusals} == {UNSUPPORTED.format(name, tag) for tag in unsupported}
        return f"unsupported: {' '.join(unsupported)}"
    return refusals[0].message if refusals else ""


def test_made_up_names() -> None:
    """The messages must agree for 500 file names with good and bad parts."""
    names = world.generated_names()
    assert dict(zip(names, map(complaint, names), strict=True)) == dict(
        zip(names, record()["names"]["complaints"], strict=True)
    )


@needs_warehouse
def test_the_record_is_what_warehouse_says() -> None:
    """A record that was edited, or is outdated, proves nothing."""
    warehouse = live()
    assert warehouse is not None
    verdicts = record()
    assert [tag for tag in corpus_tags() if not warehouse.takes(tag)] == verdicts["corpus"]["refused"]
    assert {tag: warehouse.takes(tag) for tag in world.generated_tags()} == recorded_verdicts()
    assert warehouse.listed("test_upload_succeeds_with_wheel") == verdicts["tests"]["taken"]
    assert warehouse.listed("test_upload_fails_with_unsupported_wheel_plat") == verdicts["tests"]["refused"]
    for key, function in (
        ("names", "test_upload_fails_with_invalid_filename"),
        ("spellings", "test_upload_fails_pep427"),
    ):
        assert [list(case) for case in warehouse.listed(function)] == verdicts["tests"][key]


@needs_warehouse
@pytest.mark.skipif(packaging.__version__ != world.PACKAGING, reason=f"Warehouse pins packaging {world.PACKAGING}")
def test_the_recorded_complaints_are_warehouses() -> None:
    """The messages for bad names come from packaging, in the version that Warehouse uses."""
    warehouse = live()
    assert warehouse is not None
    names = world.generated_names()
    assert [warehouse.complaint(name) for name in names] == record()["names"]["complaints"]
