"""Real macOS, iOS and Windows wheels: every field of every slice of their compiled files is what lief reads.

``formats_world.py`` recorded lief's answers. With ``MANYTAGS_ASK_LIEF=1`` in the environment, as in ``nox -s formats``,
the wheels are fetched, and read by manytags and by the installed lief.
"""

from __future__ import annotations

import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from manytags.audits.claims import Claim
from manytags.audits.contents import Contents
from manytags.audits.foreign import ForeignFile
from manytags.audits.modules import is_foreign_module
from manytags.audits.wheel import audit_from_contents
from manytags.binaries.binary import Binary, Floor, NeededAs, UndefinedSymbol, python_names
from manytags.binaries.macho import read_macho
from manytags.binaries.pe import read_pe
from manytags.platforms.parse import parse_platform
from manytags.tags.filename import TagSet, parse_tag_set, parse_wheel_filename

from ..binaries.lief_peer import Answer, by_lief, condensed, ours
from .auditwheel_world import DATA, cache_folder, fetch
from .formats_world import CUT, CUT_ANSWERS, SMALL, compiled, wheels

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "why-tags-are-claims.md"
#: Real wheels with false tags: each tag, and what contradicts it. No other tag of the recorded wheels is false.
FALSE: dict[str, dict[str, list[str]]] = json.loads((DATA / "formats-claims.json").read_text(encoding="utf-8"))["false"]
#: Numbers of processors in Mach-O and in PE files.
_MACHINES = {7: "i386", 0x01000007: "x86_64", 0x0100000C: "arm64"}
_PE_MACHINES = {0x14C: "x86", 0x8664: "amd64", 0xAA64: "arm64", 0x1C4: "arm32"}


def binary_from_answer(name: str, answer: Answer) -> Binary:
    """Make our value of lief's answer about a slice."""
    is_pe = answer["machine"] in _PE_MACHINES
    modules, defined = python_names(answer["defined"])
    # Only one real file is for .NET on any processor, and lief does not tell it from one for x86.
    any_processor = name.endswith("Python.Runtime.dll")
    architecture = answer["hybrid"] or (_PE_MACHINES if is_pe else _MACHINES)[answer["machine"]]
    return Binary(
        name=name,
        format="PE" if is_pe else "Mach-O",
        architecture="any" if any_processor else architecture,
        machine=answer["machine"],
        bits=answer["bits"],
        byte_order="little",
        kind=answer["kind"],
        interpreter=answer["interpreter"],
        soname=answer["soname"],
        search_paths=tuple(answer["search_paths"]),
        needed=tuple(library for library, _ in answer["needed"]),
        needed_as=tuple(NeededAs(how) for _, how in answer["needed"]),
        undefined=tuple(
            UndefinedSymbol(symbol, library or None, None, weak) for symbol, library, weak in answer["undefined"]
        ),
        modules=modules,
        defined=defined,
        floors=tuple(Floor(each["system"], tuple(each["version"]), tuple(each["sdk"])) for each in answer["floors"]),
        signed=answer["signed"],
    )


def without_symbols(binary: Binary) -> Binary:
    """Leave only what is read of headers."""
    left = replace(binary, undefined=(), modules=(), defined=())
    if binary.format == "Mach-O":
        return left
    hybrids = {"arm64ec": "amd64", "arm64x": "arm64"}
    return replace(left, needed=(), needed_as=(), architecture=hybrids.get(binary.architecture, binary.architecture))


def judged(record: dict[str, Any], headers_only: bool = False) -> dict[str, list[str]]:
    """Judge a wheel by what lief read: list its false tags, and what contradicts each."""
    return {
        f"{claim.kind} {claim.tag}": sorted({f"{reason.kind}: {reason.what}" for reason in claim.reasons})
        for claim in claims_on(record, headers_only)
        if claim.is_false
    }


def claims_on(record: dict[str, Any], headers_only: bool = False) -> tuple[Claim, ...]:
    """Judge a wheel by what lief read."""
    files = []
    for name, answers in record["files"].items():
        slices = tuple(binary_from_answer(name, answer) for answer in answers)
        slices = tuple(map(without_symbols, slices)) if headers_only else slices
        system = "Windows" if slices and slices[0].format == "PE" else "macOS"
        named = {module for each in slices for module in each.modules}
        files += [ForeignFile(name, system, is_foreign_module(name, named), slices)] if slices else []
    tag_sets = [parse_tag_set(tag) for tag in record["tags"]]
    fields = [
        dict.fromkeys(tag for each in tag_sets for tag in getattr(each, name))
        for name in ("pythons", "abis", "platforms")
    ]
    name = parse_wheel_filename(record["file"]).tag_set
    contents = Contents(name, TagSet(*map(tuple, fields)), record["purelib"], (), headers_only, foreign=tuple(files))
    return audit_from_contents(contents, record["file"]).claims


def test_false_tags_of_real_wheels() -> None:
    """What loads must not be called false, and what does not must be, with the right reason."""
    found = {file: judged(record) for file, record in wheels().items()}
    assert {file: false for file, false in found.items() if false} == FALSE


#: Popular projects, and the systems for which their newest wheels are recorded.
POPULAR = {
    "pip": {"any"},
    "setuptools": {"any"},
    "numpy": {"macos", "windows"},
    "pandas": {"macos", "windows"},
    "pillow": {"macos", "ios", "windows"},
    "pyarrow": {"macos", "windows"},
    "cryptography": {"macos", "windows"},
    "ruff": {"macos", "windows"},
    "uv": {"macos", "windows"},
}


@pytest.mark.parametrize("project", POPULAR)
def test_popular_wheels_are_true(project: str) -> None:
    """Whoever audits the wheels that everybody installs must not be told that they are false, or not be told at all."""
    records = [record for file, record in wheels().items() if file.startswith(f"{project}-") and file not in FALSE]
    verdicts = {(record["file"], claim.tag, str(claim.verdict)) for record in records for claim in claims_on(record)}
    assert {verdict for _, _, verdict in verdicts} == {"true"}
    tags = {tag for record in records for text in record["tags"] for tag in parse_tag_set(text).platforms}
    assert {parse_platform(tag).system for tag in tags} == POPULAR[project]


def test_false_platform_tags_of_real_wheels_by_headers() -> None:
    """Headers alone must find every false platform tag: an index is audited by them."""
    for file, record in wheels().items():
        found = judged(record, headers_only=True).items()
        expected = FALSE.get(file, {}).items()
        assert [each for each in found if "platform" in each[0]] == [each for each in expected if "platform" in each[0]]


def test_documented_false_tags_are_recorded() -> None:
    """The page names wheels of real projects, so each of its rows must be true, and none may be missing."""
    section = PAGE.read_text(encoding="utf-8").partition("## False claims of macOS and Windows wheels\n")[2]
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| (.+) \|$", section.partition("\n## ")[0], re.MULTILINE)
    files = set()
    for start, tag, text in rows:
        (file,) = (file for file in FALSE if file.startswith(f"{start}-") and tag in file)
        files.add(file)
        declared = {what.split(",")[0].split()[-1] for what in FALSE[file][f"platform tag {tag}"] if "declares" in what}
        assert set(re.findall(r"\d+\.\d+", text)) == declared
    assert files == set(FALSE)
    assert f"{len(wheels())} wheels for macOS, iOS, Windows and any system. Of these, {len(FALSE)} carry" in section


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
