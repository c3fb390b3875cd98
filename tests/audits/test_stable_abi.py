"""Whether modules tagged abi3 use only the stable ABI."""

from __future__ import annotations

import ctypes
import platform
import sys

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
    found = Judge(Contents(tag_set, tag_set, False, (module(*symbols),))).claims()
    return {claim.tag: claim for claim in found}


def test_what_is_in_no_version() -> None:
    """Such a module crashes with the first Python that changes what it uses; the answer names the function."""
    one = module("PyList_New", "_PyUnicode_Ready", "malloc", "_PyLong_Sign")
    assert list(not_in_stable_abi(one)) == ["_PyUnicode_Ready", "_PyLong_Sign"]
    assert not list(not_in_stable_abi(module("_PyUnicode_Ready", weak=True))), "loaders go on without it"
    claim = claims("cp38-abi3-linux_x86_64", "PyList_New", "_PyUnicode_Ready")["abi3"]
    assert claim.is_false
    assert [str(reason) for reason in claim.reasons] == ["foo.abi3.so: stable ABI lacks _PyUnicode_Ready"]


def test_what_came_later() -> None:
    """``cp38-abi3`` is installed on 3.8, where the module cannot be loaded; 3.11 would be true."""
    assert list(newer_than(module("PyList_New", "PyType_GetName"), (3, 10))) == [("PyType_GetName", (3, 11))]
    found = claims("cp38-abi3-linux_x86_64", "PyType_GetName")
    assert found["cp38"].is_false
    assert [reason.what for reason in found["cp38"].reasons] == ["of 3.8 lacks PyType_GetName, which 3.11 added"]
    assert found["abi3"].verdict is Verdict.TRUE
    assert not claims("cp311-abi3-linux_x86_64", "PyType_GetName")["cp311"].is_false
    assert not claims("cp38-cp38-linux_x86_64", "PyType_GetName")["cp38"].is_false, "its own headers had it"


def test_what_was_there_before_it_was_stable() -> None:
    """CPython 3.8 has PySys_Audit, which 3.13 made stable: the module loads, and the tag is true."""
    assert not claims("cp38-abi3-linux_x86_64", "PySys_Audit")["cp38"].is_false
    assert claims("cp37-abi3-linux_x86_64", "PySys_Audit")["cp37"].is_false


@pytest.mark.skipif(platform.python_implementation() != "CPython", reason="the stable ABI is CPython's")
def test_this_interpreter_has_what_its_version_promises() -> None:
    """A name that no CPython has, or one under a wrong version, would accuse innocent modules, or spare guilty ones."""
    listed = {name for name, since in _versions("added").items() if since <= sys.version_info[:2]}
    assert len(listed) > 800
    assert {name for name in listed - SOME_BUILDS if not hasattr(ctypes.pythonapi, name)} == set()


def test_as_abi3info_lists_it() -> None:
    """Our list must equal that of abi3info, where that is installed."""
    abi3info = pytest.importorskip("abi3info", reason="abi3info is not installed: nox -s oracle")
    theirs = {
        each.symbol.name: (each.added.major, each.added.minor)
        for table in (abi3info.FUNCTIONS, abi3info.DATAS)
        for each in table.values()
        if each.ifdef is None or each.ifdef.name != "MS_WINDOWS"
    }
    assert theirs == _versions("added")
