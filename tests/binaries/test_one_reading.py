"""Files that loaders read in several ways, or refuse, must not be clean; what they read in one way must be read so."""

from __future__ import annotations

import io
import json

import pytest

from manytags.binaries.binary import Binary
from manytags.binaries.elf import read_elf
from manytags.binaries.elf_hashes import elf_hash
from manytags.errors import InvalidBinary

from ..loaders.shared_objects import SharedObject
from .elf_editor import X86_64, Editor
from .loader_cases import ANSWERS, SOUND, UNSOUND

RECORDED = json.loads(ANSWERS.read_text(encoding="utf-8"))["answers"]
LOADS = "loads, with PyInit_demo"
#: The program ``exit(0)`` for Linux on i386: ``mov $1,%eax; xor %ebx,%ebx; int $0x80``, in one segment.
I386 = bytes.fromhex(
    "7f454c460101010000000000000000000200030001000000548004083400000000000000000000003400200001000000"
    "000000000100000000000000008004080080040860000000600000000500000000100000b80100000031dbcd80000000"
)


def read(data: bytes) -> Binary:
    """Read a file from its bytes."""
    return read_elf(io.BytesIO(data), "a.so")


def made(name: str) -> bytes:
    """Make one of the cases."""
    return bytes((UNSOUND | SOUND)[name](Editor()).data)


def test_answers_are_recorded() -> None:
    """A case without a loader's answer would rest on our own opinion."""
    assert set(RECORDED) == set(UNSOUND) | set(SOUND)


@pytest.mark.parametrize("name", UNSOUND)
def test_unsound(name: str) -> None:
    """A file that one loader takes and another refuses, or reads otherwise, would pass an audit here and fail there."""
    with pytest.raises(InvalidBinary):
        read(made(name))


def test_loads_and_is_no_proof() -> None:
    """glibc loads some of them, with an init function that other readers do not see."""
    assert RECORDED["names beyond DT_STRSZ"] == LOADS


def test_from_one_segment_into_the_next() -> None:
    """patchelf writes programs so (triton 2.1.0 ``ptxas``, PySide2 5.15 ``designer``), which were called damaged."""
    name = "a table that runs from one segment into the next"
    assert RECORDED[name] == RECORDED["as it is"] == LOADS
    assert read(made(name)) == read(X86_64)


def test_weak_version_of_a_strong_symbol() -> None:
    """glibc goes on without a weak version, and then does not find the symbol. Here the version's hash is wrong."""
    assert "undefined symbol: pow" in RECORDED["a weak version of a strong symbol"]
    with pytest.raises(InvalidBinary, match="the hash of another name"):
        read(made("a weak version of a strong symbol"))


def test_the_base_version_under_another_name() -> None:
    """patchelf 0.9 writes XXXX over the old name of a library. numpy 1.9.3 loads, and could not be judged."""
    library = SharedObject(soname="libdemo.so.1", defines=("DEMO_1",)).build()
    base, own = elf_hash(b"libdemo.so.1").to_bytes(4, "little"), elf_hash(b"DEMO_1").to_bytes(4, "little")
    assert library.count(base) == library.count(own) == 1
    assert read(library.replace(base, b"XXXX")).defined_versions == ("DEMO_1",)
    with pytest.raises(InvalidBinary, match="the hash of another name"):
        read(library.replace(own, b"XXXX"))


@pytest.mark.parametrize("name", ["a note for no processor", "a note of others before it"])
def test_processor_levels(name: str) -> None:
    """glibc refuses the file, so the level must be seen, whatever note is before it."""
    assert "CPU ISA level" in RECORDED[name]
    assert read(made(name)).x86_isa_needed > 4


def test_a_local_init() -> None:
    """An import fails where the init function is not visible."""
    assert RECORDED["a local init"] == "loads, without PyInit_demo"
    assert read(made("a local init")).modules == ()


def test_a_hidden_init() -> None:
    """musl's dlsym finds such a function and glibc's does not, so nobody can say whether the file is a module."""
    assert RECORDED["a hidden init"] == "loads, without PyInit_demo"
    with pytest.raises(InvalidBinary, match="hidden symbol"):
        read(made("a hidden init"))


def test_old_machine_numbers() -> None:
    """Linux runs EM_486 as i386 (6.18 on x86_64 did, status 0): such a file is code, and not data in a wheel."""
    old = I386[:18] + b"\x06" + I386[19:]
    assert (read(old).architecture, read(old).is_code) == ("i686", True)
    assert read(I386).architecture == "i686"


def test_packed_relocations_of_a_library_that_needs_none() -> None:
    """A loader that does not know DT_RELR ignores it in any library; only programs without loader do it themselves."""
    file = Editor().tag(36, 0)
    places = [place for place in range(0xDF0, 0xFC0, 16) if file.data[place] == 1]
    for place, tag, value in zip(places, (35, 37), (0, 8), strict=True):  # DT_NEEDED to DT_RELRSZ and DT_RELRENT
        file.put("Q", place, tag).put("Q", place + 8, value)
    assert read(bytes(file.data)).needed == ()
    assert read(bytes(file.data)).packed_relocations
