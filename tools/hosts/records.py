"""The JSON files of ``tests/hosts``, one for each environment, which people can read and compare."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .questions import PACKAGING, Answer

FIRST = 12
"""The number of packaging's tag triples that are kept. The rest follows from these and the platform tags."""

VOLATILE = ("release", "kernel_version")
"""Facts about the running kernel, which are recorded but not compared."""

WIDTH = 120


def file_of(folder: Path, name: str) -> Path:
    """Return the path of an environment's record."""
    return folder / f"{name}.json"


def record_of(name: str, about: str, seen: str, answer: Answer, expected: list[str]) -> dict[str, Any]:
    """Return the record of an answer.

    :param seen: where and when it was recorded.
    :param expected: the right platform tags, determined by a person.
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
    """List how a new run differs from the record: the facts first, then the answers of packaging.

    Facts of :data:`VOLATILE` and the ``seen`` lines, which have a date, are left out.
    """
    before, now = _facts(old), _facts(new)
    for key in sorted(before.keys() | now.keys()):
        if before.get(key) != now.get(key):
            yield f"fact {key}: {_short(before.get(key))} was recorded, now {_short(now.get(key))}"
    if old["packaging"] != new["packaging"]:
        yield "packaging gives other tags than recorded"


def written(value: object, margin: str = "", key: str = "") -> str:
    """Write JSON with each value on one line if it fits, except for the outermost."""
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
    """Shorten the name of this machine's kernel to its version. The kernel of a virtual machine stays as it is."""
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
