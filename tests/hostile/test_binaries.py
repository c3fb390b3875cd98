"""ELF files with false data: a value or one clear error, in bounded time and memory."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from manytags.binaries.binary import Binary
from manytags.binaries.elf import read_elf
from manytags.binaries.elf_hashes import DT_GNU_HASH, DT_HASH
from manytags.binaries.elf_image import PT_DYNAMIC, PT_GNU_STACK, PT_LOAD, PT_NOTE
from manytags.binaries.elf_relocations import DT_JMPREL, DT_RELA, DT_RELASZ
from manytags.binaries.elf_tables import (
    DT_NEEDED,
    DT_SONAME,
    DT_STRSZ,
    DT_STRTAB,
    DT_SYMENT,
    DT_SYMTAB,
    DT_VERNEED,
    DT_VERSYM,
)
from manytags.errors import InvalidBinary

from ..binaries.elf_editor import Editor
from .counted_file import CountedFile
from .processor_time import MOST_SECONDS, in_time

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parents[1] / "binaries" / "elf"
REAL = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.so"))}
assert len(REAL) == 4
WIDE = REAL["x86_64"]

MOST_READS = 60_000
#: The largest real tables fit; see the bounds in elf_tables.py.
MOST_READ, MOST_MEMORY = 300_000_000, 150_000_000
#: For a file of some kilobytes, of which no more than its own bytes may be read.
SMALL_READ, SMALL_MEMORY = 200_000, 2_000_000


def outcome(data: bytes, endless: bool = False, measure: bool = True) -> Binary | InvalidBinary:
    """Read a file, and check the law and the bounds."""
    stream = CountedFile(data, endless)
    found: Binary | InvalidBinary
    began = time.process_time()
    if measure:
        tracemalloc.start()
    try:
        found = read_elf(stream, "a.so")
    except InvalidBinary as error:
        found = error
        assert str(error).startswith("invalid binary 'a.so': ")
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    # Tracing memory makes everything several times slower.
    assert in_time(began, MOST_SECONDS * (5 if measure else 1))
    assert stream.reads < MOST_READS
    assert stream.count < (MOST_READ if endless else SMALL_READ)
    assert peak < (MOST_MEMORY if endless else SMALL_MEMORY)
    return found


HUGE = 2**64 - 1

#: What is wrong -> how it is made. All of these must be errors.
LIES: dict[str, Callable[[Editor], Editor]] = {
    "65,535 program headers": lambda file: file.put("H", 56, 65535),
    "1,170 program headers": lambda file: file.put("H", 56, 1170),
    "program headers of 0 bytes": lambda file: file.put("H", 54, 0),
    "program headers of 65,535 bytes": lambda file: file.put("H", 54, 65535),
    "program headers at the end": lambda file: file.put("Q", 32, len(WIDE) - 8),
    "program headers at 2^64": lambda file: file.put("Q", 32, HUGE),
    "program headers over the header": lambda file: file.put("Q", 32, 0),
    "no program headers": lambda file: file.put("H", 56, 0),
    "no PT_DYNAMIC": lambda file: file.put("I", file.programs_at + 56 * 2, 0),
    "class 3": lambda file: file.put("B", 4, 3),
    "the other class": lambda file: file.put("B", 4, 1),
    "the other byte order": lambda file: file.put("B", 5, 2),
    "version 0": lambda file: file.put("B", 6, 0),
    "a segment of 2^64": lambda file: file.program(PT_LOAD, 5, HUGE),
    "a segment at 2^64": lambda file: file.program(PT_LOAD, 2, HUGE),
    "a segment whose address overflows": lambda file: file.program(PT_LOAD, 3, HUGE),
    "a segment that lies otherwise in its page": lambda file: file.program(PT_LOAD, 2, 8),
    "a segment over another's page": lambda file: over_a_page(file),  # noqa: PLW0108 - it is defined below
    "x86-64 as big-endian": lambda file: file.put("B", 5, 2),
    "i386 as 64 bits": lambda file: file.put("H", 18, 3),
    "s390 as little-endian": lambda file: file.put("H", 18, 22),
    "a segment smaller in memory": lambda file: file.program(PT_LOAD, 6, 1),
    "a segment over another": lambda file: file.program(PT_LOAD, 6, 1 << 20),
    "PT_DYNAMIC outside": lambda file: file.program(PT_DYNAMIC, 3, 1 << 40),
    "PT_DYNAMIC with another offset": lambda file: file.program(PT_DYNAMIC, 2, 64),
    "a PT_DYNAMIC of 4 GiB": lambda file: file.program(PT_DYNAMIC, 5, 2**32),
    "two PT_DYNAMIC": lambda file: file.put("I", file.programs_at, PT_DYNAMIC),
    "no strings": lambda file: file.tag(DT_STRSZ, 0),
    "strings of 2^64": lambda file: file.tag(DT_STRSZ, HUGE),
    "strings longer than the file": lambda file: file.tag(DT_STRSZ, len(WIDE)),
    "strings outside the file": lambda file: file.tag(DT_STRTAB, len(WIDE) + 0x10000),
    "strings at 2^64": lambda file: file.tag(DT_STRTAB, HUGE),
    "DT_NEEDED outside": lambda file: file.tag(DT_NEEDED, 1 << 20),
    "DT_NEEDED at 2^64": lambda file: file.tag(DT_NEEDED, HUGE),
    "symbols outside": lambda file: file.tag(DT_SYMTAB, 1 << 40),
    "symbols of 0 bytes": lambda file: file.tag(DT_SYMENT, 0),
    "symbols' versions outside": lambda file: file.tag(DT_VERSYM, HUGE),
    "needed versions outside": lambda file: file.tag(DT_VERNEED, 1 << 40),
    "needed versions of revision 0": lambda file: file.put("H", file.table(DT_VERNEED), 0),
    "vn_next of 4 GiB": lambda file: file.put("I", file.table(DT_VERNEED) + 12, 2**32 - 1),
    "vn_aux of 4 GiB": lambda file: file.put("I", file.table(DT_VERNEED) + 8, 2**32 - 1),
    "vna_next of 4 GiB": lambda file: file.put("I", file.table(DT_VERNEED) + 28, 2**32 - 1),
    "vn_file outside": lambda file: file.put("I", file.table(DT_VERNEED) + 4, 2**31),
    "a hash table of 4 G symbols": lambda file: file.tag(DT_HASH, 0x200).put("2I", 0x200, 1, 2**32 - 1),
    "a hash table of a million symbols": lambda file: file.tag(DT_HASH, 0x200).put("2I", 0x200, 1, 900_000),
    "a GNU hash table of 4 G buckets": lambda file: file.put("I", file.table(DT_GNU_HASH), 2**32 - 1),
    "a GNU hash table of 4 G blooms": lambda file: file.put("I", file.table(DT_GNU_HASH) + 8, 2**32 - 1),
    "a GNU hash table from symbol 4 G on": lambda file: file.put("I", file.table(DT_GNU_HASH) + 4, 2**32 - 1),
    "a GNU hash table outside": lambda file: file.tag(DT_GNU_HASH, HUGE),
    "relocations of 2^64": lambda file: file.tag(DT_RELASZ, HUGE),
    "relocations outside": lambda file: file.tag(DT_RELA, 1 << 40),
    "a relocation of symbol 4 G": lambda file: file.put("I", file.table(DT_JMPREL) + 12, 2**32 - 1),
    "notes of 4 GiB": lambda file: file.program(PT_GNU_STACK, 5, 2**32).put("I", stack(file), PT_NOTE),
    "notes of 2 MiB": lambda file: file.program(PT_GNU_STACK, 5, 1 << 21).put("I", stack(file), PT_NOTE),
    "an interpreter of 4 GiB": lambda file: file.program(PT_GNU_STACK, 5, 2**32).put("I", stack(file), 3),
}


def stack(file: Editor) -> int:
    """Offset of the program header PT_GNU_STACK, which may be overwritten."""
    return file.programs_at + 56 * next(n for n, each in enumerate(file.image.segments) if each.kind == PT_GNU_STACK)


def over_a_page(file: Editor) -> Editor:
    """Move the second segment into the page in which the first one ends, from another page of the file."""
    place = file.programs_at + 56  # the header of the second
    first, second = file.image.segments[:2]
    assert first.kind == second.kind == PT_LOAD
    return file.put("3Q", place + 8, second.offset, second.offset % 4096, 0).put("Q", place + 8, second.offset + 4096)


@pytest.mark.parametrize("lie", LIES)
def test_lies(lie: str) -> None:
    """A file with false tables must not seem to need little, nor cause reads outside of it."""
    data = bytes(LIES[lie](Editor()).data)
    assert isinstance(outcome(data), InvalidBinary), lie
    outcome(data, endless=True)


#: What is strange -> how it is made. Loaders take these files, and so must we, with the same result.
STRANGE: dict[str, Callable[[Editor], Editor]] = {
    "section headers at 2^64": lambda file: file.put("Q", 40, HUGE),
    "65,535 section headers": lambda file: file.put("H", 60, 65535),
    "no section headers": lambda file: file.put("Q", 40, 0).put("3H", 58, 0, 0, 0),
    "4 G needed versions in a library": lambda file: file.put("H", file.table(DT_VERNEED) + 2, 65535),
    "a count of 2^64 libraries": lambda file: file.tag(0x6FFFFFFF, HUGE),
    "a count of no libraries": lambda file: file.tag(0x6FFFFFFF, 0),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_no_loader_asks(name: str) -> None:
    """Counts and sections that loaders ignore must not hide what is loaded, though they hide it from other tools."""
    assert outcome(bytes(STRANGE[name](Editor()).data)) == outcome(WIDE)


def test_needed_versions_without_end() -> None:
    """Loaders stop where ``vn_next`` is zero, and lack the rest. Chains that share entries must end at a bound."""
    whole = outcome(WIDE)
    assert isinstance(whole, Binary)
    assert len(whole.versions) > 1
    file = Editor()
    first = outcome(bytes(file.put("I", file.table(DT_VERNEED) + 12, 0).data))
    assert isinstance(first, InvalidBinary)
    assert "a version that it does not have" in str(first)
    # 200 libraries, each with the same 200 versions
    file = Editor(WIDE)
    table = file.table(DT_VERNEED)
    library, first_version = struct.unpack_from("<2I", file.data, table + 4)
    version = bytes(file.data[table + first_version : table + first_version + 12])
    needs = [struct.pack("<2H3I", 1, 200, library, 16 * (200 - number), 16) for number in range(200)]
    entries = b"".join(needs) + (version + struct.pack("<I", 16)) * 199 + version + bytes(4)
    data = bytes(Editor(WIDE).data)
    file = Editor(data + entries)
    last = next(number for number, each in reversed([*enumerate(file.image.segments)]) if each.kind == PT_LOAD)
    segment = file.image.segments[last]
    at = file.programs_at + 56 * last
    size = len(file.data) - segment.offset
    file.put("Q", at + 32, size).put("Q", at + 40, size)
    file.tag(DT_VERNEED, segment.address + len(data) - segment.offset)
    stream = CountedFile(bytes(file.data))
    with pytest.raises(InvalidBinary, match="more than 16384 needed versions"):
        read_elf(stream, "a.so")
    assert stream.reads < MOST_READS


def test_names_that_share_their_ends() -> None:
    """A thousand names of a megabyte that overlap would be a gigabyte of text."""
    file = Editor()
    strings = b"\0" + b"x" * 1_000_000 + b"\0"
    entries = b"".join(struct.pack("<2Q", DT_NEEDED, 1 + number) for number in range(1000))
    header = file.data[: file.programs_at]
    base = file.programs_at + 56 * 2
    at = base + len(strings)
    entries += struct.pack("<6Q", DT_STRTAB, base, DT_STRSZ, len(strings), 0, 0)
    size = at + len(entries)
    load = struct.pack("<2I6Q", PT_LOAD, 4, 0, 0, 0, size, size, 4096)
    dynamic = struct.pack("<2I6Q", PT_DYNAMIC, 4, at, at, 0, len(entries), len(entries), 8)
    struct.pack_into("<H", header, 56, 2)
    stream = CountedFile(bytes(header) + load + dynamic + strings + entries)
    with pytest.raises(InvalidBinary, match="longer than its string table"):
        read_elf(stream, "a.so")


@pytest.mark.parametrize("name", REAL)
def test_cut_off_anywhere(name: str) -> None:
    """A file that is cut off is an error: every length of the first 4 KiB, and some beyond."""
    data = REAL[name]
    for length in [*range(4096), *range(4096, len(data), 97)]:
        found = outcome(data[:length], measure=False)
        assert isinstance(found, InvalidBinary) or length > 4096, length
        if not length % 64:
            outcome(data[:length], endless=True, measure=False)


@pytest.mark.parametrize("name", REAL)
def test_random_changes(name: str) -> None:
    """Random changes: 2,000 files in all, most changes where the tables are."""
    chosen = random.Random(20260801 + len(name))  # noqa: S311 - the same every time
    errors = 0
    for _ in range(700):
        data = bytearray(REAL[name])
        for _ in range(chosen.randint(1, 8)):
            place = chosen.randrange(4, chosen.choice([64, 600, 2000, len(data)]))
            data[place] = chosen.choice([0, 1, 0x7F, 0x80, 0xFF, chosen.randrange(256)])
        if chosen.random() < 0.1:
            del data[chosen.randrange(len(data)) :]
        errors += isinstance(outcome(bytes(data), measure=False), InvalidBinary)
    assert 70 < errors < 690


def test_random_changes_of_an_endless_file() -> None:
    """Random changes of a file that seems to be a terabyte, where only our own bounds end the reading."""
    chosen = random.Random(7)  # noqa: S311 - the same every time
    for _ in range(60):
        data = bytearray(chosen.choice([*REAL.values()]))
        for _ in range(chosen.randint(1, 4)):
            data[chosen.randrange(16, 600)] = chosen.choice([0x7F, 0x80, 0xFF])
        outcome(bytes(data), endless=True, measure=False)


def test_arm_attributes_of_no_length() -> None:
    """pyelftools 0.33 never returns from this file. Here only the attributes are unknown."""
    data = REAL["armhf"]
    place = data.index(b"aeabi\0")
    found = outcome(data[: place - 4] + bytes(4) + data[place:])
    assert isinstance(found, Binary)
    assert found.arm_attributes == ()
    assert found.float_abi == "hard"
    again = outcome(data[: place + 7] + bytes(4) + data[place + 11 :])
    assert isinstance(again, Binary)


def test_a_soname_of_bytes_that_are_no_text() -> None:
    """Names are printed in reports, in JSON and on terminals, and must not break them."""
    file = Editor()
    strings = file.table(DT_STRTAB)
    file.put("B", strings + 1, 0xFF).tag(DT_SONAME, 1)
    found = outcome(bytes(file.data))
    assert isinstance(found, Binary)
    assert found.soname is not None
    assert found.soname.startswith("\\xff")
