"""The bounds of an audit: at most 100 MB, and two seconds of processor time, whatever the wheel holds."""

from __future__ import annotations

import io
import os
import sys

import pytest

from manytags.binaries.elf import read_elf
from manytags.binaries.elf_tables import DT_STRSZ, DT_STRTAB

from ..audits.wrong.wheels import binary
from ..binaries.elf_editor import Editor
from .wheel_bounds import LARGE, MOST_MEGABYTES, MOST_SECONDS, SMALL, cost, strings

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
HEAVY = pytest.mark.skipif("MANYTAGS_BOUNDS" not in os.environ, reason="takes minutes: nox -s bounds")


@LINUX
@pytest.mark.parametrize("what", SMALL)
def test_peak_memory(what: str) -> None:
    """A server that audits uploads must survive a wheel of a hundred kilobytes that wants a gigabyte."""
    assert cost(SMALL[what]()).megabytes < MOST_MEGABYTES


@LINUX
@HEAVY
@pytest.mark.parametrize("what", [*SMALL, *LARGE])
def test_peak_memory_and_time(what: str) -> None:
    """The same with every dimension at its limit, alone and together, and in time."""
    megabytes, seconds = cost({**SMALL, **LARGE}[what]())
    assert megabytes < MOST_MEGABYTES
    assert seconds < MOST_SECONDS


def test_modules_are_found_among_names_that_look_like_them() -> None:
    """A string table full of names like CPython's must not hide the module, which ABI tags are judged by."""
    file = Editor(binary("module"))
    size = int.from_bytes(file.data[file.dynamic()[DT_STRSZ] :][:8], "little")
    table = bytes(file.data[file.table(DT_STRTAB) :][:size])
    plain = read_elf(io.BytesIO(bytes(file.data)), "a.so")
    for more in (b"Py\0" * 5, b"PyInit_\0" * 9000, b"PyPy" * 400_000 + b"\0"):
        read = read_elf(io.BytesIO(strings(table + more, "module")), "a.so")
        assert (read.modules, read.defined) == (plain.modules, plain.defined)
    assert plain.modules
