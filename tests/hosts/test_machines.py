"""Every machine of ``tests/hosts``: its facts must lead to the right tags, on any machine that runs these tests."""

from __future__ import annotations

import pytest

from manytags import Target, target_from_facts

from ..oracle.known_differences import (
    DIFFERENCES,
    MACHINES_THAT_DIFFER,
    SEEN_DIFFERENCES,
    Difference,
    with_known_differences,
)
from .machines import all_machines, derived_machines, seen_machines

SEEN, DERIVED, ALL = seen_machines(), derived_machines(), all_machines()


def test_the_machines_are_there() -> None:
    """An empty folder would pass every test below."""
    assert len(SEEN) >= 40
    assert len(DERIVED) >= 19
    assert not set(SEEN) & set(DERIVED)


@pytest.mark.parametrize("name", ALL)
def test_facts_lead_to_the_right_tags(name: str) -> None:
    """With wrong tags, users of such a machine would get wheels that cannot load, or no wheels."""
    machine = ALL[name]
    target = target_from_facts(machine.facts)
    assert list(target.platform_tags()) == machine.expected["platform_tags"]
    assert target.build_tag() == machine.expected.get("build_tag", target.build_tag())
    assert target.triples()[0] == machine.expected.get("first_triple", target.triples()[0])


@pytest.mark.parametrize("name", ALL)
def test_records_are_complete(name: str) -> None:
    """A record without its origin proves nothing."""
    machine = ALL[name]
    record = machine.record
    assert record["name"] == name
    assert record["about"]
    if name in SEEN:
        assert machine.how == "seen"
        assert record["seen"].startswith("recorded from a real run")
    else:
        assert machine.how == "derived"
        assert record["changes"]
        assert record["why"].endswith(".")


@pytest.mark.parametrize("name", [name for name in SEEN if SEEN[name].packaging.get("platform_tags")])
def test_differences_from_packaging_are_known(name: str) -> None:
    """An unnoticed difference from packaging breaks installers that change to manytags."""
    machine = SEEN[name]
    same = list(target_from_facts(machine.facts).platform_tags()) == machine.packaging["platform_tags"]
    assert same == (name not in MACHINES_THAT_DIFFER), "it parts from packaging exactly where that is listed"


@pytest.mark.parametrize("name", MACHINES_THAT_DIFFER)
def test_a_machine_that_packaging_knew_differs_as_its_platform_does(name: str) -> None:
    """If packaging knows the machine, the difference follows from the platform, tag for tag."""
    if any(name in difference.machines for difference in SEEN_DIFFERENCES):
        return
    target = target_from_facts(SEEN[name].facts)
    theirs = tuple(SEEN[name].packaging["platform_tags"])
    assert target.platform_tags() == with_known_differences(target.platform, theirs, linux_first=True)


@pytest.mark.parametrize("name", [name for name in SEEN if SEEN[name].packaging.get("first_triples")])
def test_triples_are_packagings_where_platforms_are(name: str) -> None:
    """Python and ABI tags decide as much as platforms do."""
    machine = SEEN[name]
    triples = target_from_facts(machine.facts).triples()
    ours = [fields[:2] for fields in (triple.split("-") for triple in triples)]
    theirs = [fields[:2] for fields in (triple.split("-") for triple in machine.packaging["first_triples"])]
    assert theirs[0] == ours[0]
    if name not in MACHINES_THAT_DIFFER:
        assert list(triples[: len(theirs)]) == machine.packaging["first_triples"]
        assert len(triples) == machine.packaging["triples"]


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.name)
def test_differences_have_evidence(difference: Difference) -> None:
    """A reason without evidence, or for a missing machine, hides the next difference."""
    assert difference.evidence
    assert set(difference.machines) <= {name for name in SEEN if SEEN[name].packaging.get("platform_tags")}
    assert difference.machines or difference not in SEEN_DIFFERENCES


@pytest.mark.parametrize("name", ALL)
def test_targets_survive_json(name: str) -> None:
    """A lock file must still describe this machine after it is written and read."""
    target = target_from_facts(ALL[name].facts)
    again = Target.from_json(target.to_json())
    assert again == target
    assert again.evidence == target.evidence
    assert again.triples() == target.triples()
