"""Real macOS, iOS and Windows wheels: every field of every slice of their compiled files is what lief reads.

``formats_world.py`` recorded lief's answers. With ``MANYTAGS_ASK_LIEF=1`` in the environment, as in ``nox -s formats``,
the wheels are fetched, and read by manytags and by the installed lief.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from manytags.binaries.macho import read_macho
from manytags.binaries.pe import read_pe
from manytags.platforms.parse import parse_platform
from manytags.tags.filename import parse_tag_set

from ..binaries.lief_peer import by_lief, condensed, ours
from .auditwheel_world import cache_folder, fetch
from .formats_world import CUT, CUT_ANSWERS, SMALL, compiled, wheels


def test_the_record_has_wheels_for_all_systems() -> None:
    """The differences of a format that no wheel has would stay unseen."""
    systems = [
        {parse_platform(tag).system for text in record["tags"] for tag in parse_tag_set(text).platforms}
        for record in wheels().values()
    ]
    counts = {system: sum(system in wheel for wheel in systems) for system in ("macos", "ios", "windows", "any")}
    assert counts["macos"] + counts["ios"] + counts["windows"] >= 80
    assert min(counts.values()) > 2
    slices = [answer for record in wheels().values() for answers in record["files"].values() for answer in answers]
    assert len(slices) > 2000
    assert {answer["hybrid"] for answer in slices} >= {None, "arm64x"}


def test_every_small_file_is_listed() -> None:
    """A small file whose origin nobody knows cannot be made again."""
    assert {path.stem for path in CUT.glob("*.gz")} == set(SMALL) == set(json.loads(CUT_ANSWERS.read_text()))


@pytest.mark.skipif("MANYTAGS_ASK_LIEF" not in os.environ, reason="nox -s formats fetches 2 GB")
@pytest.mark.parametrize("file", wheels())
def test_as_lief(file: str) -> None:
    """What we read of real wheels must be what the record says, and what lief says today."""
    record = wheels()[file]
    path: Path = fetch(file, record["sha256"], cache_folder())
    for name, data in compiled(path):
        stream = io.BytesIO(data)
        binaries = (read_pe(stream, name),) if data.startswith(b"MZ") else read_macho(stream, name)
        recorded = record["files"][name]
        theirs = json.loads(json.dumps([condensed(answer) for answer in by_lief(data)]))
        assert theirs == recorded, name
        if recorded:  # lief reads no libraries of object files
            assert json.loads(json.dumps([condensed(ours(binary)) for binary in binaries])) == recorded, name
