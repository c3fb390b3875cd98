"""Record what is in the real wheels whose behaviour ``real-wheels.json`` tells, and in those that are beside them.

``tests/oracle/data/real-wheels.json`` is written by hand: how each wheel behaves where it is really loaded or run, and
so what an audit should say of each tag. This module writes the other file, ``real-needs.jsonl.gz``, in the form of
``auditwheel_world.py``: what manytags reads in the wheels, so that the daily tests judge them without a download.

The wheels, some 4 GB, are fetched and kept like those of auditwheel. Run as a script, as ``nox -s real -- record``
does, this module writes the file again.
"""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import replace
from functools import cache
from typing import Any

from manytags.audits.archive import Archive
from manytags.audits.beside import Beside
from manytags.audits.contents import Contents, read_contents
from manytags.audits.installed import Neighbour
from manytags.audits.remarks import Remark, RemarkKind

from .auditwheel_world import (
    DATA,
    as_json,
    cache_folder,
    contents_from_data,
    fetch,
    needs_from_data,
    needs_to_data,
    read_wheel,
)

CASES = DATA / "real-wheels.json"
NEEDS = DATA / "real-needs.jsonl.gz"


@cache
def digests() -> dict[str, str]:
    """Read the SHA-256 of each wheel, by file name."""
    digests: dict[str, str] = json.loads(CASES.read_text(encoding="utf-8"))["wheels"]
    return digests


@cache
def cases() -> list[dict[str, Any]]:
    """Read the cases: a wheel, what is beside it, how it behaves, and what an audit should say."""
    listed: list[dict[str, Any]] = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    return listed


@cache
def contents() -> dict[str, Contents]:
    """Read the recorded contents of the wheel of each case, by the name of the case."""
    wheels, surroundings = {}, {}
    with gzip.open(NEEDS, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if "case" in record:
                surroundings[record["case"]] = record
            else:
                wheels[record["file"]] = contents_from_data(record)
    return {case["case"]: given(wheels[case["file"]], surroundings[case["case"]]) for case in cases()}


def given(wheel: Contents, data: dict[str, Any]) -> Contents:
    """Return a wheel's contents with its remarks, and with what is beside it."""
    neighbours = tuple(Neighbour(name, place, needs_from_data(binary)) for name, place, binary in data["neighbours"])
    required, excluded = frozenset(data["required"]), tuple(data["excluded"])
    around = replace(wheel.surroundings, required=required, neighbours=neighbours, excluded=excluded)
    remarks = tuple(Remark(file, RemarkKind(kind), text) for file, kind, text in data["remarks"])
    return replace(wheel, surroundings=around, remarks=remarks)


def main() -> None:
    """Read every wheel, and write its contents."""
    paths = {file: fetch(file, sha256, cache_folder()) for file, sha256 in digests().items()}
    records = [read_wheel(paths[file]) for file in dict.fromkeys(case["file"] for case in cases())]
    for case in cases():
        print(case["case"], file=sys.stderr)  # noqa: T201 - it takes minutes
        with paths[case["file"]].open("rb") as stream:
            wheel = read_contents(Archive(stream, case["file"]), case["file"])
        beside = Beside(paths[file] for file in case.get("beside", ()))
        around = beside.surroundings(wheel, case.get("exclude", ()))
        neighbours = [(each.distribution, each.place, needs_to_data(each.binary)) for each in around.neighbours]
        data = {"required": sorted(around.required), "neighbours": neighbours, "excluded": around.excluded}
        remarks = [(remark.file, str(remark.kind), remark.text) for remark in wheel.remarks]
        records.append({"case": case["case"], **data, "remarks": remarks})
    NEEDS.write_bytes(gzip.compress("".join(as_json(record) + "\n" for record in records).encode(), mtime=0))


if __name__ == "__main__":
    main()
