"""The JSON files of ``tests/hosts``: one for each environment, made to be read and compared by people."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .questions import PACKAGING, Answer

FIRST = 12
"""How many of packaging's tag triples are kept: the rest follows from these and the platform tags."""

VOLATILE = ("release", "kernel_version")
"""Facts that tell of the kernel that happened to run: they are recorded, and not compared."""

WIDTH = 120


def file_of(folder: Path, name: str) -> Path:
    """Where an environment's record is."""
    return folder / f"{name}.json"


def record_of(name: str, about: str, seen: str, answer: Answer, expected: list[str]) -> dict[str, Any]:
    """The record of one answer.

    :param seen: where and when it was recorded.
    :param expected: the platform tags that are right, as a person decided.
    """
    theirs: dict[str, Any] | None = None
    if answer.theirs:
        triples = list(answer.theirs.triples)
        theirs = {"version": PACKAGING, "platform_tags": list(answer.theirs.platforms)}
        theirs |= {"triples": len(triples), "first_triples": triples[:FIRST]}
    elif answer.failure:
        theirs = {"version": PACKAGING, "error": answer.failure}
    return {
        "name": name,
        "about": about,
        "how": "seen",
        "seen": f"recorded from a real run: {seen}",
        "facts": _hide_kernel(answer.facts),
        "expected": {"platform_tags": expected},
        "packaging": theirs,
    }


def differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What a new run shows otherwise than the record: facts, then what packaging says.

    Facts of :data:`VOLATILE` are left out, and the ``seen`` lines, which say when.
    """
    before, now = _facts(old), _facts(new)
    for key in sorted(before.keys() | now.keys()):
        if before.get(key) != now.get(key):
            yield f"fact {key}: {_short(before.get(key))} was recorded, now {_short(now.get(key))}"
    if old["packaging"] != new["packaging"]:
        yield "packaging gives other tags than recorded"


def written(value: object, margin: str = "", key: str = "") -> str:
    """JSON with one line for whatever fits in one line, except at the top."""
    flat = key + json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or (margin and len(margin + flat) < WIDTH):
        return margin + flat
    deeper = margin + "  "
    if isinstance(value, dict):
        rows = [written(item, deeper, f"{json.dumps(name)}: ") for name, item in value.items()]
        return f"{margin}{key}{{\n" + ",\n".join(rows) + f"\n{margin}}}"
    rows = [written(item, deeper) for item in value]
    return f"{margin}{key}[\n" + ",\n".join(rows) + f"\n{margin}]"


def _hide_kernel(facts: dict[str, Any]) -> dict[str, Any]:
    """Shorten this machine's own kernel to its version numbers; a virtual machine's kernel stays as it is."""
    here = os.uname()
    shown = {"release": here.release.partition("-")[0], "kernel_version": here.version.partition(" ")[0]}
    hidden = {"release": here.release, "kernel_version": here.version}
    changed = {
        name: {**fact, "value": shown[name]} if fact["value"] == hidden.get(name) else fact
        for name, fact in facts["facts"].items()
    }
    return {**facts, "facts": changed}


def _facts(record: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = record["facts"]["facts"]
    return {key: value for key, value in facts.items() if key not in VOLATILE}


def _short(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)[:WIDTH]
