"""Record what abi3audit says about real wheels of the stable ABI, and what the ELF files in these wheels need.

This module writes two files in ``tests/oracle/data``, in the form of those of ``auditwheel_world.py``:
``abi3audit-0.0.26.json`` has the name, size and SHA-256 of each wheel, and what ``abi3audit --report`` finds.
``abi3audit-needs.jsonl.gz`` has what manytags reads in it.

The wheels, some 480 MB, are fetched and kept like those of auditwheel. Run as a script, as
``nox -s abi3audit -- record`` does, this module writes both files again. To add a wheel, put it into the folder first.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from .auditwheel_world import DATA, Wheel, cache_folder, fetch, read_records, write_records

#: The version of abi3audit that was asked, and the files with its answers.
VERSION = "0.0.26"
ANSWERS = DATA / f"abi3audit-{VERSION}.json"
NEEDS = DATA / "abi3audit-needs.jsonl.gz"


@cache
def wheels() -> dict[str, Wheel]:
    """Read the records of all wheels, by file name."""
    return read_records(ANSWERS, NEEDS, "abi3audit")


def ask(path: Path) -> dict[str, Any]:
    """Ask abi3audit about a wheel.

    :returns: how many shared objects it looked at, the Python that it took for the oldest, and for the objects that
        have any, the symbols that no stable ABI has, and those that a later one added.
    """
    done = subprocess.run(
        [sys.executable, "-m", "abi3audit", "--report", str(path)], capture_output=True, check=False, encoding="utf-8"
    )
    (spec,) = json.loads(done.stdout[done.stdout.index("{") :])["specs"].values()
    objects = {row["name"]: row["result"] for row in spec["wheel"]}
    answer: dict[str, Any] = {"objects": len(objects), "baseline": next(iter(objects.values()))["baseline"]}
    not_stable = {name: sorted(row["non_abi3_symbols"]) for name, row in objects.items() if row["non_abi3_symbols"]}
    newer = {name: sorted(row["future_abi3_objects"]) for name, row in objects.items() if row["future_abi3_objects"]}
    if not_stable:
        answer["not in the stable ABI"] = dict(sorted(not_stable.items()))
    if newer:
        answer["newer"] = dict(sorted(newer.items()))
    return answer


def main() -> None:
    """Ask about every wheel of the record and every other wheel of the stable ABI in the folder; write it again."""
    folder = cache_folder()
    for wheel in wheels().values() if ANSWERS.exists() else ():
        fetch(wheel.file, wheel.sha256, folder)
    how = (
        "nox -s abi3audit -- record: tests/oracle/abi3audit_world.py asked `abi3audit --report` about wheels from PyPI"
    )
    write_records(ANSWERS, NEEDS, {"abi3audit": VERSION, "how": how}, ask, sorted(folder.glob("*-abi3-*linux*.whl")))


if __name__ == "__main__":
    main()
