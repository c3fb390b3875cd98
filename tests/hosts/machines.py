"""The machines of ``tests/hosts``: recorded ones, and those derived from them by named changes."""

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
    """One environment.

    :param name: of its file.
    :param how: ``seen`` or ``derived``.
    :param facts: what the probe saw there, or would.
    :param record: the whole file.
    """

    name: str
    how: str
    facts: Facts
    record: dict[str, Any]

    @property
    def expected(self) -> dict[str, Any]:
        """What should follow from the facts."""
        found: dict[str, Any] = self.record["expected"]
        return found

    @property
    def packaging(self) -> dict[str, Any]:
        """What packaging answered there; empty where it was not asked."""
        found: dict[str, Any] | None = self.record.get("packaging")
        return found or {}


@cache
def seen_machines() -> dict[str, Machine]:
    """Machines whose facts were recorded from a real run."""
    return {path.stem: _seen(path) for path in sorted(FOLDER.glob("*.json"))}


@cache
def derived_machines() -> dict[str, Machine]:
    """Machines that cannot be had here: a seen one with named changes."""
    return {path.stem: _derived(path) for path in sorted((FOLDER / "derived").glob("*.json"))}


def all_machines() -> dict[str, Machine]:
    """Both kinds."""
    return {**seen_machines(), **derived_machines()}


def changed(facts: Facts, changes: dict[str, Any]) -> Facts:
    """Change facts.

    :param changes: name -> value, or ``[value, where it would be seen]``; ``None`` for a fact that is not to be seen.
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
