"""The machines of ``tests/hosts``: recorded ones, and ones that are derived from these by named changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from manytags import Facts

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Machine:
    """A machine.

    :param name: the name of its file.
    :param how: ``seen`` or ``derived``.
    :param facts: the facts that the probe reports there, or would report.
    :param record: the whole file.
    """

    name: str
    how: str
    facts: Facts
    record: dict[str, Any]

    @property
    def expected(self) -> dict[str, Any]:
        """The expected conclusions from the facts."""
        found: dict[str, Any] = self.record["expected"]
        return found

    @property
    def packaging(self) -> dict[str, Any]:
        """The answers of packaging there; empty if it was not asked."""
        found: dict[str, Any] | None = self.record.get("packaging")
        return found or {}


@cache
def seen_machines() -> dict[str, Machine]:
    """Return the machines whose facts were recorded in a real run."""
    return {path.stem: _seen(path) for path in sorted(FOLDER.glob("*.json"))}


@cache
def derived_machines() -> dict[str, Machine]:
    """Return the machines that we do not have: recorded ones with named changes."""
    return {path.stem: _derived(path) for path in sorted((FOLDER / "derived").glob("*.json"))}


def all_machines() -> dict[str, Machine]:
    """Return the machines of both kinds."""
    return {**seen_machines(), **derived_machines()}


def changed(facts: Facts, changes: dict[str, Any]) -> Facts:
    """Change facts.

    :param changes: name to value, or to ``[value, where it would be seen]``; ``None`` removes the fact.
    """
    document = json.loads(facts.to_json())
    for name, change in changes.items():
        document["facts"].pop(name, None)
        if change is not None:
            value, seen = change if isinstance(change, list) else (change, facts.seen(name))
            document["facts"][name] = {"value": value, "seen": seen}
    return Facts.from_json(json.dumps(document))


def _seen(path: Path) -> Machine:
    record = json.loads(path.read_text(encoding="utf-8"))
    return Machine(path.stem, record["how"], Facts.from_json(json.dumps(record["facts"])), record)


def _derived(path: Path) -> Machine:
    record = json.loads(path.read_text(encoding="utf-8"))
    base = seen_machines()[record["from"]]
    return Machine(path.stem, record["how"], changed(base.facts, record["changes"]), record)
