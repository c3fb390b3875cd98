"""Real threads in which somebody's wheel would not install, each rebuilt as a machine and a wheel.

``complaints/cases.jsonl`` has a line for each thread: where it is, the machine, the wheel, and the cause that its
readers found. The words of the cause and of what can be done must be in the explanation, and none that mislead.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from manytags import Facts, Target, explain, target, target_from_facts

HERE = Path(__file__).parent / "complaints"


@cache
def cases() -> dict[str, dict[str, Any]]:
    """The threads by their addresses."""
    lines = (HERE / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return {case["url"]: case for case in map(json.loads, lines)}


def machine_of(case: dict[str, Any]) -> Target:
    """The machine of a thread: described by a name, or observed."""
    if case["facts"]:
        facts = (HERE / "facts" / case["facts"]).read_text(encoding="utf-8")
        return target_from_facts(Facts.from_json(facts))
    return target(case["python"], case["target"])


def text_of(case: dict[str, Any]) -> str:
    """What manytags says of a thread."""
    there = machine_of(case)
    lines = [str(there)]
    for wheel in case["wheels"]:
        lines += str(explain(wheel, there, others=case["others"], pip=case["pip"])).splitlines()
    return "\n".join(lines).lower() + "\n"


def missing(words: list[str], text: str) -> list[str]:
    """List the words that a text lacks; ``a|b`` is one of them."""
    return [word for word in words if not any(choice.lower() in text for choice in word.split("|"))]


@pytest.mark.parametrize("url", cases())
def test_the_cause_is_told_and_what_to_do(url: str) -> None:
    """Who asks the same question gets the answer of the thread, without reading it."""
    case = cases()[url]
    text = text_of(case)
    assert not missing(case["must_mention"], text), text
    assert not missing(case["remedy"], text), text
    assert not [word for word in case["must_not"] if word.lower() in text], text


def test_there_are_enough() -> None:
    """A list that was cut by mistake would leave the laws above without examples."""
    assert len(cases()) >= 39
