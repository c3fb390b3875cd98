"""What real loaders said of changed files, and what the audit must not say of them then.

``nox -s loaders`` compares 40,000 files with the loaders of the machine; these few are of such a run.
"""

from __future__ import annotations

from typing import Any

import pytest

from . import recorded
from .compare import Outcome, compare
from .ours import opinion
from .real import Answer
from .seeds import Seed

CASES = list(recorded.read())
LIBRARIES = {path.name: path.read_bytes() for path in recorded.LIBRARIES.iterdir()}


def judged(seed: Seed, before: Answer, case: dict[str, Any]) -> Outcome:
    """Compare what manytags says of a case with what the loader said."""
    answer = recorded.answer_from_data(case["loader"])
    ours = opinion(seed, recorded.patched(seed.data, case), LIBRARIES)
    clean_before = opinion(seed, seed.data, LIBRARIES).is_clean
    return compare(answer, ours, before, clean_before).outcome


def test_there_are_cases() -> None:
    """The other test would pass with an empty list, or with one of files that all load."""
    refused = [case for _, _, case in CASES if "refused" in case["loader"]]
    assert len(refused) > 50
    assert len([case for _, _, case in CASES if case["clean"]]) > 25
    assert len([case for _, _, case in CASES if "crash" in case["loader"]]) > 5
    assert {case["seed"] for _, _, case in CASES} == set(recorded.SEEDS)


@pytest.mark.parametrize(
    ("seed", "before", "case"), CASES, ids=[f"{case['seed']}: {case['kind']} {case['number']}" for _, _, case in CASES]
)
def test_as_the_loader(seed: Seed, before: Answer, case: dict[str, Any]) -> None:
    """A wheel that is called clean and does not load, or a harmless one that is refused, is what audits are against."""
    outcome = judged(seed, before, case)
    assert outcome not in {Outcome.UNSEEN, Outcome.MISREAD}
    assert not case["clean"] or outcome is Outcome.SAME
