"""Whether modules tagged abi3 use only the stable ABI."""

from __future__ import annotations

import ctypes
import json
import platform
import sys
from importlib.resources import files

import pytest

from manytags.audits.claims import Claim, Verdict
from manytags.audits.contents import Contents
from manytags.audits.judge import Judge
from manytags.audits.stable_abi import _versions, newer_than, not_in_stable_abi
from manytags.binaries.binary import Binary, UndefinedSymbol
from manytags.tags.filename import parse_tag_set

#: Functions that only some builds have: for debugging, and for systems with other ways to check the stack.
SOME_BUILDS = {"_Py_NegativeRefcount", "_Py_RefTotal", "PyOS_CheckStack"}


def module(*symbols: str, weak: bool = False) -> Binary:
    """A module of the stable ABI that uses some symbols."""
    undefined = tuple(UndefinedSymbol(name, None, None, weak) for name in symbols)
    return Binary("foo.abi3.so", "ELF", "x86_64", 62, 64, "little", "shared object", undefined=undefined)


def claims(tags: str, *symbols: str) -> dict[str, Claim]:
    """Judge a wheel with one such module."""
    tag_set = parse_tag_set(tags)
    all_claims = Judge(Contents(tag_set, tag_set, False, (module(*symbols),))).claims()
    return {claim.tag: claim for claim in all_claims}


def test_what_is_in_no_version() -> None:
    """A module that uses private functions crashes with the first Python that changes them. The answer names them."""
    assert list(not_in_stable_abi(["PyList_New", "_PyUnicode_Ready", "_PyLong_Sign"])) == [
        "_PyUnicode_Ready",
        "_PyLong_Sign",
    ]
    tag_set = parse_tag_set("cp38-abi3-linux_x86_64")
    weak = Judge(Contents(tag_set, tag_set, False, (module("_PyUnicode_Ready", weak=True),)))
    assert {claim.verdict for claim in weak.claims()} == {Verdict.TRUE, Verdict.TOO_LITTLE}, "loaders go on without it"
    claim = claims("cp38-abi3-linux_x86_64", "PyList_New", "_PyUnicode_Ready")["abi3"]
    assert claim.is_false
    assert [str(reason) for reason in claim.reasons] == ["foo.abi3.so: stable ABI lacks _PyUnicode_Ready"]


def test_what_came_later() -> None:
    """``cp38-abi3`` is installed on 3.8, where the module cannot be loaded; 3.11 would be true."""
    assert list(newer_than(["PyList_New", "PyType_GetName"], (3, 10))) == [("PyType_GetName", (3, 11))]
    verdicts = claims("cp38-abi3-linux_x86_64", "PyType_GetName")
    assert verdicts["cp38"].is_false
    assert [reason.what for reason in verdicts["cp38"].reasons] == ["of 3.8 lacks PyType_GetName, which 3.11 added"]
    assert verdicts["abi3"].verdict is Verdict.TRUE
    assert not claims("cp311-abi3-linux_x86_64", "PyType_GetName")["cp311"].is_false
    assert not claims("cp38-cp38-linux_x86_64", "PyType_GetName")["cp38"].is_false, "its own headers had it"


def test_what_was_there_before_it_was_stable() -> None:
    """CPython 3.8 has PySys_Audit, which 3.13 made stable: the module loads, and the tag is true."""
    assert not claims("cp38-abi3-linux_x86_64", "PySys_Audit")["cp38"].is_false
    assert claims("cp37-abi3-linux_x86_64", "PySys_Audit")["cp37"].is_false


@pytest.mark.skipif(platform.python_implementation() != "CPython", reason="the stable ABI is CPython's")
def test_this_interpreter_has_what_its_version_promises() -> None:
    """A name that no CPython has, or a wrong version, would make a true tag seem false, or a false tag true."""
    listed = {name for name, since in _versions("added").items() if since <= sys.version_info[:2]}
    assert len(listed) > 800
    assert {name for name in listed - SOME_BUILDS if not hasattr(ctypes.pythonapi, name)} == set()


def data() -> str:
    """Read the data as text."""
    return (files("manytags.audits") / "stable_abi.json").read_text(encoding="utf-8")


def mistakes(text: str) -> list[str]:
    """List the mistakes in the data: what would give a name two versions, or a wrong one."""
    content = json.loads(text)
    wrong = [f"lacks {key}" for key in ("source", "date", "exported_source") if not content.get(key)]
    versions: dict[str, dict[str, tuple[int, ...]]] = {"added": {}, "exported": {}}
    for key, read in versions.items():
        steps = [tuple(map(int, version.split("."))) for version in content[key]]
        wrong += [f"the versions of {key} do not ascend"] if sorted(set(steps)) != steps else []
        for step, names in zip(steps, content[key].values(), strict=True):
            for name in names.split():
                wrong += [f"{name} is twice in {key}"] if name in read else []
                wrong += [f"{name} is not a name of CPython's"] if not name.startswith(("Py", "_Py")) else []
                read[name] = step
    for name, step in versions["exported"].items():
        if name not in versions["added"]:
            wrong.append(f"{name} is exported, but in no stable ABI")
        elif step >= versions["added"][name]:
            wrong.append(f"{name} was not exported before it became stable")
    return wrong


def test_the_data_do_not_contradict_themselves() -> None:
    """With a name under a wrong version, true tags would be called false, or false tags true."""
    assert mistakes(data()) == []


BROKEN = {
    "lacks source": ('"source"', '"sauce"'),
    "PyType_GetSlot is twice in added": ('"PyErr_FormatV ', '"PyType_GetSlot PyErr_FormatV '),
    "Py_UTF8Mode is twice in exported": ('"PySys_Audit ', '"Py_UTF8Mode PySys_Audit '),
    "the versions of added do not ascend": ('"3.4": "PyCFunction_New', '"3.10": "PyCFunction_New'),
    "malloc is not a name of CPython's": ('"PyErr_FormatV ', '"malloc PyErr_FormatV '),
    "PySecret is exported, but in no stable ABI": ('"PySys_Audit ', '"PySecret PySys_Audit '),
    "PyType_GetSlot was not exported before it became stable": ('"PySys_Audit ', '"PyType_GetSlot PySys_Audit '),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_every_mistake_in_the_data_is_detected(mistake: str) -> None:
    """The check above is worth nothing if it overlooks a mistake."""
    old, new = BROKEN[mistake]
    changed = data().replace(old, new, 1)
    assert changed != data()
    assert mistake in mistakes(changed)


def test_as_abi3info_lists_it() -> None:
    """If our list differs from abi3info's, one of them is wrong about some module."""
    abi3info = pytest.importorskip("abi3info", reason="abi3info is not installed: nox -s oracle")
    theirs = {
        entry.symbol.name: (entry.added.major, entry.added.minor)
        for table in (abi3info.FUNCTIONS, abi3info.DATAS)
        for entry in table.values()
        if entry.ifdef is None or entry.ifdef.name != "MS_WINDOWS"
    }
    assert theirs == _versions("added")
