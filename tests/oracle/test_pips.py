"""The same borders as between the pips themselves: which was the first to take a wheel on a host.

``pips_world`` asked each pip and kept the answers in ``data/pips.json``.
"""

from __future__ import annotations

import json
from functools import cache

import pytest
from packaging.version import Version

import manytags
from manytags import Evidence, Target, explain, oldest_pip
from manytags.platforms.macos_told import AS_TOLD

from .pips_world import HOSTS, PIPS, RECORD, WHEELS


@cache
def answers() -> dict[str, dict[str, dict[str, bool]]]:
    """What each pip takes: by host, wheel and pip."""
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    return {
        host: {
            tags: {pip: mark == "Y" for pip, mark in zip(recorded["pips"], marks, strict=True)}
            for tags, marks in wheels.items()
        }
        for host, wheels in recorded["takes"].items()
    }


def described(host: str) -> Target:
    """The target that manytags describes for a host; one is told another number of its macOS."""
    _, python, platform = HOSTS[host]
    there = manytags.target(python, platform)
    if "told" not in host:
        return there
    return Target(there.python, there.platform, None, (Evidence(AS_TOLD, "10.16", "in this test"),))


@pytest.mark.parametrize(("host", "tags"), [(host, tags) for host in HOSTS for tags in dict.fromkeys(WHEELS[host])])
def test_the_oldest_pip_is_the_first_that_takes_it(host: str, tags: str) -> None:
    """With a wrong number, users upgrade a pip in vain, or a publisher leaves them out without knowing it."""
    there = described(host)
    wheel = f"foo-1.0-{tags}.whl"
    assert manytags.rank(wheel, there) is not None
    oldest = oldest_pip(wheel, there)
    taken = answers()[host][tags]
    older = [pip for pip in PIPS if oldest is not None and Version(pip) < Version(oldest)]
    newer = [pip for pip in PIPS if pip not in older]
    assert all(taken[pip] for pip in newer), newer
    assert not older or not taken[older[-1]]
    for pip in PIPS:
        assert explain(wheel, there, pip=pip).passed_over == (pip in older)


def test_every_pip_was_asked() -> None:
    """A record of other pips or wheels would hold for nothing."""
    assert {host: set(wheels) for host, wheels in answers().items()} == {host: set(WHEELS[host]) for host in HOSTS}
    assert all(list(pips) == list(PIPS) for wheels in answers().values() for pips in wheels.values())
    borders = {oldest_pip(f"foo-1.0-{tags}.whl", described(host)) for host in HOSTS for tags in WHEELS[host]}
    assert len(borders) >= 14
