"""Real wheels in real foreign Pythons: those that manytags takes by a libc's tag load, those that it refuses do not.

``python -m tools.hosts record proofs`` tried them; the outcomes are in ``data/proofs.json``. A bare ``linux_*`` tag
promises nothing but the architecture, so nothing is asked of it except where packaging judges it otherwise.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from manytags import rank, target_from_facts

from ..hosts.machines import seen_machines
from .known_differences import DIFFERENCES

PROOFS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data/proofs.json").read_text(encoding="utf-8"))
MACHINES = seen_machines()

every_proof = pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: f"{proof['machine']} {proof['wheel']}")


def platform_of(proof: dict[str, Any]) -> str:
    """Return the platform tag of a proof's wheel."""
    return str(proof["wheel"]).removesuffix(".whl").rpartition("-")[2]


def works(proof: dict[str, Any]) -> bool:
    """Whether the wheel's module was imported and its numbers were right."""
    return bool(proof["outcome"] == "works")


def test_the_proofs_are_there() -> None:
    """The other tests would pass with an empty list."""
    assert len(PROOFS) >= 48
    assert len({proof["machine"] for proof in PROOFS}) >= 17
    outcomes = [proof["outcome"] for proof in PROOFS]
    assert {outcome.partition(":")[0] for outcome in outcomes} == {
        "works",
        "ImportError",
        "loads, and computes 0.25 instead of 0.5",
        "the process ends by signal 4",
    }


@every_proof
def test_proofs_are_of_what_is_answered(proof: dict[str, Any]) -> None:
    """A recorded outcome must be about the answer that manytags gives."""
    machine = MACHINES[proof["machine"]]
    assert (rank(proof["wheel"], target_from_facts(machine.facts)) is not None) == proof["manytags"]
    assert (platform_of(proof) in machine.packaging["platform_tags"]) == proof["packaging"]


@every_proof
def test_what_is_taken_by_a_libc_tag_works_and_what_is_refused_does_not(proof: dict[str, Any]) -> None:
    """An installer that took such a wheel would break the environment at the first import, or later without a word."""
    bare = platform_of(proof).startswith("linux_")
    if not proof["manytags"]:
        assert not works(proof)
    elif not bare:
        assert works(proof)


@every_proof
def test_where_packaging_judges_otherwise_it_is_wrong(proof: dict[str, Any]) -> None:
    """Parity is the rule, so manytags must be right wherever it differs from packaging."""
    if proof["manytags"] != proof["packaging"]:
        assert works(proof) == proof["manytags"]


def test_differences_name_their_proofs() -> None:
    """Every proof that packaging fails belongs to a difference, and every proof that a difference names is one."""
    apart = {f"{proof['machine']}: {proof['wheel']}" for proof in PROOFS if proof["manytags"] != proof["packaging"]}
    named = [proof for difference in DIFFERENCES for proof in difference.proofs]
    assert sorted(named) == sorted(apart)
