"""Real wheels that audits judged wrongly once are judged as they behave where they are loaded and run.

``data/real-wheels.json`` tells the behaviour and the verdicts that follow from it. ``real_world.py`` recorded what is
in the wheels. With ``MANYTAGS_ASK_REAL=1`` in the environment, as in ``nox -s real``, the wheels are fetched and
audited.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from manytags.audits.report import WheelAudit
from manytags.audits.wheel import audit, audit_from_contents

from . import real_world
from .auditwheel_world import cache_folder, fetch

CASES = {case["case"]: case for case in real_world.cases()}


def check(result: WheelAudit, case: dict[str, Any]) -> None:
    """Hold an audit against the behaviour of a wheel."""
    verdicts = {f"{claim.kind} {claim.tag}": str(claim.verdict) for claim in result.claims}
    assert verdicts == case["verdicts"], case["evidence"]
    reasons = {reason.what for claim in result.claims for reason in claim.reasons}
    assert reasons >= set(case.get("because", ()))
    assert not [name for name in case.get("not because", ()) if any(name in reason for reason in reasons)]
    for words in case.get("says", ()):
        assert words in str(result)


def test_the_record_is_whole() -> None:
    """Each case must say how the wheel behaves, and have contents that were recorded of it."""
    assert len(CASES) == len(real_world.cases()) == len(real_world.contents()) == 29
    named = {file for case in CASES.values() for file in (case["file"], *case.get("beside", ()))}
    assert named == set(real_world.digests())
    assert all(len(case["evidence"]) > 30 for case in CASES.values())


@pytest.mark.parametrize("name", CASES)
def test_verdicts_follow_from_behaviour(name: str) -> None:
    """A wheel that works must not be called false, nor one that fails true: else an index cannot refuse false tags."""
    case = CASES[name]
    check(audit_from_contents(real_world.contents()[name], case["file"]), case)


@pytest.mark.skipif(not os.environ.get("MANYTAGS_ASK_REAL"), reason="fetches 4 GB of wheels: nox -s real")
@pytest.mark.parametrize("name", CASES)
def test_wheels_themselves_are_judged_so(name: str) -> None:
    """The record must be what is in the wheels."""
    case, folder = CASES[name], cache_folder()
    paths = {file: fetch(file, real_world.digests()[file], folder) for file in (case["file"], *case.get("beside", ()))}
    beside = [paths[file] for file in case.get("beside", ())]
    check(audit(paths[case["file"]], beside=beside, exclude=case.get("exclude", ())), case)
