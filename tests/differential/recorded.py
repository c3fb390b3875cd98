"""Recorded cases: seeds, what was changed in them, and the answers of the real loaders.

``python -m tests.differential --record`` writes them. They are tested on every machine, without compilers or loaders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from .real import Answer, Reading
from .seeds import MACHINES, Seed

FOLDER = Path(__file__).parent / "recorded"
CASES = FOLDER / "cases.json"
LIBRARIES = FOLDER / "demo.libs"

#: The seeds of which cases are recorded.
SEEDS = (
    "glibc module", "glibc module, System V hash", "glibc versioned module", "glibc library that defines versions",
    "glibc module, packed relocations", "glibc module, ISA level", "glibc program", "glibc static program",
    "glibc module, patched RUNPATH", "musl module", "musl program", "musl program, not PIE",
)  # fmt: skip


def patch(data: bytes, changed: bytes) -> dict[str, Any]:
    """Describe a changed file by what differs, as hexadecimal numbers by offset."""
    longer = data[: len(changed)].ljust(len(changed), b"\0")
    places = [place for place in range(len(changed)) if longer[place] != changed[place]]
    runs = [[place for _, place in run] for _, run in groupby(enumerate(places), lambda item: item[1] - item[0])]
    return {"size": len(changed), "bytes": {str(run[0]): changed[run[0] : run[-1] + 1].hex() for run in runs}}


def patched(data: bytes, difference: dict[str, Any]) -> bytes:
    """Make a changed file from the seed and what differs."""
    changed = bytearray(data[: difference["size"]].ljust(difference["size"], b"\0"))
    for offset, content in difference["bytes"].items():
        changed[int(offset) : int(offset) + len(content) // 2] = bytes.fromhex(content)
    return bytes(changed)


def answer_to_data(answer: Answer) -> dict[str, Any]:
    """Return a loader's answer as JSON."""
    if answer.reading is None:
        return {"refused": answer.refusal}
    read = {name: value for name, value in asdict(answer.reading).items() if value is not None}
    said = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in read.items()}
    return {"read": said, "crash": answer.crash} if answer.crash else {"read": said}


def answer_from_data(data: dict[str, Any]) -> Answer:
    """Read a loader's answer from JSON."""
    if "refused" in data:
        return Answer(None, data["refused"])
    read = dict(data["read"])
    for name in ("needed", "inits"):
        read[name] = frozenset(read[name]) if name in read else None
    read["versions"] = frozenset((file, version) for file, version in read["versions"]) if "versions" in read else None
    return Answer(Reading(**read), crash=data.get("crash", ""))


def write(
    seeds: dict[str, tuple[Seed, dict[str, Any]]], libraries: dict[str, bytes], cases: Iterable[dict[str, Any]]
) -> None:
    """Write the seeds with what their loaders say of them, the libraries, and the cases."""
    LIBRARIES.mkdir(parents=True, exist_ok=True)
    for name, data in libraries.items():
        (LIBRARIES / name).write_bytes(data)
    for name, (seed, _) in seeds.items():
        (FOLDER / f"{name}.bin").write_bytes(seed.data)
    answers, rows = (",\n".join(map(json.dumps, rows)) for rows in ([answer for _, answer in seeds.values()], cases))
    text = f'{{"seeds": {json.dumps(list(seeds))},\n"answers": [\n{answers}\n],\n"cases": [\n{rows}\n]}}\n'
    CASES.write_text(text, encoding="utf-8")


def read() -> Iterator[tuple[Seed, Answer, dict[str, Any]]]:
    """Read the cases, each with its seed and what the loader says of that."""
    document = json.loads(CASES.read_text(encoding="utf-8"))
    seeds = {}
    for name, answer in zip(document["seeds"], document["answers"], strict=True):
        machine, _, short = name.partition(" ")
        data = (FOLDER / f"{name}.bin").read_bytes()
        seeds[name] = Seed(short, MACHINES[machine], "program" in short, data), answer_from_data(answer)
    for case in document["cases"]:
        yield *seeds[case["seed"]], case
