"""Real wheels of the stable ABI use the same symbols too many in manytags as in abi3audit, but for listed differences.

``abi3audit_world.py`` recorded abi3audit's answers, and what the files in the wheels need, in ``data``. With
``MANYTAGS_ASK_ABI3AUDIT=1`` in the environment, as in ``nox -s abi3audit``, the wheels are fetched, the installed
abi3audit is asked again, and the wheels are audited again.
"""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass

import pytest

from manytags.audits.claims import ClaimKind
from manytags.audits.report import WheelAudit
from manytags.audits.rules import ViolationKind
from manytags.audits.wheel import audit, audit_from_contents

from . import abi3audit_world
from .abi3audit_world import wheels
from .auditwheel_world import Wheel, cache_folder, fetch

FILES = tuple(wheels())


@dataclass(frozen=True)
class Difference:
    """A reason why abi3audit calls symbols unstable that manytags does not.

    :param reason: what abi3audit does, and why manytags does not.
    :param files: the wheels -> the objects in them -> how many symbols.
    """

    reason: str
    files: dict[str, dict[str, int]]


DIFFERENCES = {
    "the wheel's own functions": Difference(
        "abi3audit takes every name that begins with Py for CPython's, even where the object itself defines it. "
        "CPython has none of these: the module loads and runs without them",
        {"awscrt-0.38.1-cp313-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl": {"_awscrt.abi3.so": 17}},
    ),
    "functions of libraries": Difference(
        "the same: libpyside6 in the wheel defines the types of PySide's own, and libshiboken6 in the wheel shiboken6 "
        "defines functions of names that the limited API leaves out. The modules load with RTLD_NOW in CPython 3.10 "
        "and 3.13. Without shiboken6 at hand manytags cannot judge the tag",
        {
            "pyside6_addons-6.12.0-cp310-abi3-manylinux_2_34_x86_64.whl": {
                "QtRemoteObjects.abi3.so": 1,
                "QtStateMachine.abi3.so": 1,
            },
            "pyside6_essentials-6.12.0-cp310-abi3-manylinux_2_34_x86_64.whl": {"QtCore.abi3.so": 7},
        },
    ),
}
LISTED = {file: objects for difference in DIFFERENCES.values() for file, objects in difference.files.items()}


def theirs(wheel: Wheel) -> set[tuple[str, str]]:
    """List the symbols that abi3audit reports, with their objects."""
    found = (wheel.answer.get(kind, {}) for kind in ("not in the stable ABI", "newer"))
    return {(file, symbol) for objects in found for file, symbols in objects.items() for symbol in symbols}


def ours(wheel: Wheel, result: WheelAudit) -> set[tuple[str, str]]:
    """List the symbols that contradict the ABI tag, or the python tag that abi3audit goes by."""
    baseline = "cp" + wheel.answer["baseline"].replace(".", "")
    reasons = [
        reason
        for claim in result.claims
        if claim.kind is ClaimKind.ABI_TAG or (claim.kind is ClaimKind.PYTHON_TAG and claim.tag == baseline)
        for reason in claim.reasons
        if reason.kind is ViolationKind.STABLE_ABI
    ]
    named = [(reason.file, re.search(r"lacks (\w+)", reason.what)) for reason in reasons]
    return {(file.rpartition("/")[2], match[1]) for file, match in named if match}


def test_the_record_is_whole() -> None:
    """Without this, half a record, or a record without one abi3 module, would still pass."""
    assert len(FILES) == 50
    assert all("-abi3-" in file for file in FILES)
    assert sum(wheel.answer["objects"] for wheel in wheels().values()) == 487
    users = [file for file, wheel in wheels().items() if any(code.undefined for code in wheel.contents.binaries)]
    assert len(users) >= 45


@pytest.mark.parametrize("file", FILES)
def test_symbols_are_those_of_abi3audit(file: str) -> None:
    """A builder who runs both must get one answer, or know why not. cibuildwheel runs abi3audit by default."""
    wheel = wheels()[file]
    found, reported = ours(wheel, audit_from_contents(wheel.contents, file)), theirs(wheel)
    more = {name: sum(name == file for file, _ in reported - found) for name, _ in reported - found}
    assert not found - reported
    assert more == LISTED.get(file, {})


@pytest.mark.parametrize("name", DIFFERENCES)
def test_abi3audit_is_wrong_about_listed_wheels(name: str) -> None:
    """manytags must not call these wheels false, for they load in every Python that they are tagged for."""
    for file in DIFFERENCES[name].files:
        result = audit_from_contents(wheels()[file].contents, file)
        assert not [
            str(claim) for claim in result.claims if claim.kind is not ClaimKind.PLATFORM_TAG and claim.is_false
        ]


ASKED = pytest.mark.skipif(
    not os.environ.get("MANYTAGS_ASK_ABI3AUDIT") or importlib.util.find_spec("abi3audit") is None,
    reason="fetches 600 MB of wheels: nox -s abi3audit, or MANYTAGS_ASK_ABI3AUDIT=1 and abi3audit installed",
)


@ASKED
@pytest.mark.parametrize("file", FILES)
def test_abi3audit_still_answers_so(file: str) -> None:
    """The record must be what abi3audit really says, and what is in the wheels."""
    wheel = wheels()[file]
    path = fetch(file, wheel.sha256, cache_folder())
    assert abi3audit_world.ask(path) == wheel.answer
    assert ours(wheel, audit(path)) == ours(wheel, audit_from_contents(wheel.contents, file))
