"""Mach-O and PE files with false data: a value or one clear error, in bounded time and memory."""

from __future__ import annotations

import gzip
import os
import random
import struct
import time
import tracemalloc
from pathlib import Path

import pytest

from manytags.binaries.binary import Binary
from manytags.binaries.macho import read_macho
from manytags.binaries.pe import read_pe
from manytags.errors import InvalidBinary

from ..binaries.made_macho import ARM64, ARM64E, DYLIB, X86_64, build_version, fat, library, macho, text_command, uleb
from ..binaries.made_pe import X86, pe
from .counted_file import CountedFile
from .processor_time import MOST_SECONDS, in_time

CUT = Path(__file__).parents[1] / "binaries" / "cut"
REAL = {path.stem: gzip.decompress(path.read_bytes()) for path in sorted(CUT.glob("*.gz"))}
assert len(REAL) >= 13

MOST_MEMORY = 200_000_000
#: Changed files that are read; ``nox -s formats`` reads more.
MUTANTS = int(os.environ.get("MANYTAGS_MUTANTS", "400"))


def outcome(data: bytes, measure: bool = True, endless: bool = False) -> tuple[Binary, ...] | InvalidBinary:
    """Read a file, and check the law and the bounds."""
    stream = CountedFile(data, endless)
    began = time.process_time()
    if measure:
        tracemalloc.start()
    found: tuple[Binary, ...] | InvalidBinary
    try:
        found = (read_pe(stream, "a"),) if data[:2] == b"MZ" else read_macho(stream, "a")
        for binary in found:
            binary.to_data()
    except InvalidBinary as error:
        found = error
        assert str(error).startswith("invalid binary 'a': ")
        assert len(str(error)) < 300
    peak = tracemalloc.get_traced_memory()[1] if measure else 0
    tracemalloc.stop()
    # Tracing memory makes everything several times slower.
    assert in_time(began, MOST_SECONDS * (5 if measure else 1))
    assert peak < MOST_MEMORY
    return found


def refused(data: bytes) -> str:
    """Return the reason for which a file is refused."""
    found = outcome(data)
    assert isinstance(found, InvalidBinary), found
    outcome(data, endless=True)
    return found.reason


def put(data: bytes, offset: int, form: str, *numbers: int) -> bytes:
    """Overwrite numbers."""
    changed = bytearray(data)
    struct.pack_into(form, changed, offset, *numbers)
    return bytes(changed)


THIN, TWO = macho(), fat([(X86_64, macho(X86_64)), (ARM64, macho())])
#: Offsets in them: a slice's row in the fat header, the first load command, those of tables.
ROW, COMMANDS, TRIE, SYMTAB, DYSYMTAB = 8, 32, 32 + 144, 32 + 160, 32 + 184

MACHO = {
    "no magic": (b"\xfe\xed\xfa\xcc" + THIN[4:], "magic number"),
    "only a magic": (THIN[:4], "would end"),
    "no slices": (put(TWO, 4, ">I", 0), "0 slices"),
    "17 slices": (put(TWO, 4, ">I", 17), "17 slices"),
    "slices that overlap": (put(TWO, ROW + 20 + 8, ">I", 0x5000), "overlaps"),
    "a slice over the header": (put(TWO, ROW + 8, ">I", 8), "overlaps"),
    "a slice beyond the end": (put(TWO, ROW + 20 + 12, ">I", 1 << 31), "would end"),
    "two slices for one processor": (fat([(ARM64, THIN), (ARM64, THIN)]), "the same processor"),
    "two slices that a flag tells apart": (fat([(ARM64, THIN), ((ARM64[0], 1 << 31), THIN)]), "the same processor"),
    "fat in fat": (fat([(X86_64, TWO), (ARM64, THIN)]), "not Mach-O"),
    "another processor than the fat header says": (fat([(X86_64, THIN)]), "in a slice for cputype"),
    "another subtype than the fat header says": (fat([(ARM64E, THIN)]), "in a slice for cputype"),
    "no bytes in a slice": (fat([(ARM64, b"")]), "not Mach-O"),
    "64 bits in a header of 32": (put(THIN, 4, "<I", 7), "64 bits"),
    "big-endian Arm": (struct.pack(">8I", 0xFEEDFACF, *ARM64, 8, 0, 0, 0, 0) + bytes(99), "big-endian"),
    "4 G load commands": (put(THIN, 16, "<I", 2**32 - 1), "load command"),
    "4 GB of load commands": (put(THIN, 20, "<I", 2**32 - 1), "load commands"),
    "a command of no bytes": (put(THIN, COMMANDS + 4, "<I", 0), "0 bytes"),
    "a command of 9 bytes": (put(THIN, COMMANDS + 4, "<I", 9), "9 bytes"),
    "a command of 4 GB": (put(THIN, COMMANDS + 4, "<I", 2**32 - 4), "bytes"),
    "a short command": (macho(commands=[struct.pack("<2I", 0x32, 8)]), "too short"),
    "a name outside": (macho(commands=[struct.pack("<6I", 0xC, 24, 99, 0, 0, 0)]), "no end"),
    "a name without an end": (macho(commands=[struct.pack("<6I4s", 0xC, 28, 24, 0, 0, 0, b"abcd")]), "no end"),
    "two own names": (macho(kind=DYLIB, commands=[library("a", 0xD), library("b", 0xD)]), "two load commands"),
    "two symbol tables": (macho(commands=[struct.pack("<6I", 2, 24, 0, 0, 0, 0)]), "two load commands"),
    "for macOS and iOS": (macho(commands=[build_version(1, 1), build_version(2, 1)]), "macOS and for iOS"),
    "two floors": (macho(commands=[build_version(1, 1), build_version(1, 2)]), "macOS and for macOS"),
    "two __TEXT": (macho(commands=[THIN[COMMANDS : COMMANDS + 72]]), "__TEXT"),
    "no __TEXT": (put(THIN, COMMANDS + 8, "<B", 65), "__TEXT"),
    "__TEXT that begins elsewhere": (put(THIN, COMMANDS + 40, "<2Q", 64, 0x3000), "load commands"),
    "segments over each other in memory": (put(THIN, COMMANDS + 72 + 24, "<Q", 0x1000), "in memory"),
    "segments over each other in the file": (put(THIN, COMMANDS + 72 + 40, "<Q", 0x3FF0), "in the file"),
    "a segment of 2^64 bytes": (put(THIN, COMMANDS + 48, "<Q", 2**64 - 1), "would end"),
    "a trie outside of __LINKEDIT": (put(THIN, TRIE + 8, "<I", 32), "__LINKEDIT"),
    "a trie of 4 GB": (put(THIN, TRIE + 12, "<I", 2**32 - 1), "__LINKEDIT"),
    "4 G symbols": (put(THIN, SYMTAB + 12, "<I", 2**32 - 1), "__LINKEDIT"),
    "names of 4 GB": (put(THIN, SYMTAB + 20, "<I", 2**32 - 1), "__LINKEDIT"),
    "symbols that are counted otherwise": (put(THIN, DYSYMTAB + 28, "<I", 9), "contradicts"),
    "two tables of exports": (macho(commands=[struct.pack("<12I", 0x22, 48, *(0,) * 10)]), "two tables"),
    "a symbol of no library": (macho(undefined=[("_a", 0x900)]), "library 9 of 1"),
    "a trie in a circle": (macho(exports=b"\0\1_Py\0\0"), "two ways"),
    "a trie without an end": (macho(exports=b"\0\1_Py"), "damaged"),
    "a number without an end": (macho(exports=b"\xff" * 64), "damaged"),
    "a node outside": (macho(exports=b"\0\1_Py\0\x7f"), "damaged"),
    "siblings that begin alike": (macho(exports=b"\0\2_Py\0\x0e_Pz\0\x0e\2\0\0\0\0"), "begin alike"),
}

DLL = pe()
#: Offsets in it: of the PE header, of the optional header, of its directories and of the section.
COFF, OPTIONAL = 64, 88
DIRECTORIES, SECTION = OPTIONAL + 112, OPTIONAL + 240

PE = {
    "only MZ": (b"MZ", "would end"),
    "a header at 4 GB": (put(DLL, 60, "<I", 2**32 - 1), "would end"),
    "a header at the end": (put(DLL, 60, "<I", len(DLL) - 8), "would end"),
    "an optional header of no bytes": (put(DLL, COFF + 20, "<H", 0), "optional header"),
    "an optional header of 64 KB": (put(DLL, COFF + 20, "<H", 65535), "would end"),
    "an optional header of another kind": (put(DLL, OPTIONAL, "<H", 0x107), "optional header"),
    "x86 in a file of 64 bits": (put(DLL, COFF + 4, "<H", X86), "of 64 bits"),
    "directories beyond the header": (put(DLL, COFF + 20, "<H", 200), "directories"),
    "65,535 sections": (put(DLL, COFF + 6, "<H", 65535), "65535 sections"),
    "a section over the headers": (put(DLL, SECTION + 12, "<I", 0x100), "overlap"),
    "a section beyond the end": (put(DLL, SECTION + 16, "<I", 2**32 - 1), "would end"),
    "a section askew": (put(DLL, SECTION + 20, "<I", 0x401), "would end|sectors"),
    "a section that is mapped as it is": (put(DLL, OPTIONAL + 32, "<2I", 16, 16), "which Windows maps"),
    "imports outside": (put(DLL, DIRECTORIES + 8, "<I", 0x7FFFFFFF), "should be at"),
    "exports outside": (put(DLL, DIRECTORIES, "<I", 0x7FFFFFFF), "should be at"),
    "a load configuration outside": (put(DLL, DIRECTORIES + 80, "<I", 0x7FFFFFFF), "should be at"),
    "a CLR header outside": (put(pe(X86, clr=1), DIRECTORIES - 16 + 112, "<I", 0x7FFFFFFF), "should be at"),
    "names out of order": (pe(exported=["b", "a"]), "not sorted"),
    "a name twice": (pe(exported=["a", "a"]), "not sorted"),
}


@pytest.mark.parametrize("lie", MACHO)
def test_macho_that_lies(lie: str) -> None:
    """A file that dyld refuses, or that readers read differently, must not seem to need little."""
    data, reason = MACHO[lie]
    assert reason in refused(data)


@pytest.mark.parametrize("lie", PE)
def test_pe_that_lies(lie: str) -> None:
    """A file that Windows refuses, or that readers read differently, must not seem to need little."""
    data, reason = PE[lie]
    assert any(each in refused(data) for each in reason.split("|"))


@pytest.mark.parametrize("count", [500_000, 190_000])
def test_names_without_an_end(count: int) -> None:
    """Each symbol could make us search the whole file for the end of its name."""
    data = bytearray(macho())
    symbols = struct.pack("<I2BHQ", 1, 1, 0, 0xFE00, 0) * count
    link = bytes(16) + symbols + b"\0" + b"x" * 4_000_000
    names = 0x4000 + 16 + len(symbols)
    for end in (b"", b"\0"):
        size = 4_000_001 + len(end)
        put_link = bytes(data[:0x4000]) + link + end
        for offset, numbers in ((COMMANDS + 72 + 32, (0x4000 + len(link) + 1,)), (COMMANDS + 72 + 48, (16,))):
            put_link = put(put_link, offset, "<Q", *numbers)
        put_link = put(put_link, COMMANDS + 72 + 48, "<Q", len(link) + len(end))
        put_link = put(put_link, SYMTAB + 8, "<4I", 0x4010, count, names, size)
        put_link = put(put_link, TRIE + 8, "<2I", 0x4000, 0)
        put_link = put(put_link, DYSYMTAB + 28, "<I", count)
        found = outcome(put_link)
        assert isinstance(found, InvalidBinary)
        reasons = ("no end", "bytes of names") if count < 500_000 else ("500000 symbols",)
        assert any(reason in found.reason for reason in reasons)


def test_a_trie_of_many_edges() -> None:
    """A trie can have a million nodes, each a wanted name."""
    node = b"\0\1" + b"a" * 60 + b"\0"
    start, tries = b"\0\1_Py\0\x0a\0\0\0", bytearray(b"")
    tries += start
    while len(tries) < 20_000_000:
        at = len(tries) + len(node) + 4
        number = uleb(at)
        tries += node + number[:-1] + bytes([number[-1] | 0x80] * (len(number) < 4)) + b"\0" * (4 - len(number))
        tries += bytes(max(at - len(tries), 0))
    found = outcome(macho(exports=bytes(tries)))
    assert isinstance(found, InvalidBinary)


def test_many_libraries_and_paths() -> None:
    """A megabyte of load commands is read in time."""
    found = outcome(macho(commands=[text_command(0x8000001C, "@loader_path")] * 400))
    assert isinstance(found, tuple)
    assert len(found[0].search_paths) == 400


def test_1999_dlls_times_65_000_names() -> None:
    """130 million imports fit into a file of some hundred kilobytes, since tables may be shared."""
    count, libraries = 65_000, 1999
    name = 0x1000 + 20 * (libraries + 1)
    thunks = name + 16
    section = struct.pack("<5I", thunks, 0, 0, name, thunks) * libraries + bytes(20)
    section += b"\0\0Sleep\0".ljust(16, b"\0") + struct.pack("<Q", name) * count + bytes(8)
    section += bytes(-len(section) % 512)
    data = DLL[:0x400] + section
    data = put(data, SECTION + 8, "<4I", len(section), 0x1000, len(section), 0x400)
    data = put(data, DIRECTORIES, "<4I", 0, 0, 0x1000, 40)
    assert "imports more than" in refused(data)


def test_imports_without_an_end() -> None:
    """A table that runs to the end of its section has no end that Windows would find."""
    section = struct.pack("<5I", 0x1800, 0, 0, 0x1810, 0x1800) * 102 + bytes(8)
    section = section.ljust(0x800, b"\1") + b"\1" * 0x200
    data = put(DLL[:0x400] + section, SECTION + 8, "<4I", len(section), 0x1000, len(section), 0x400)
    assert "no " in refused(put(data, DIRECTORIES, "<4I", 0, 0, 0x1000, 40))


@pytest.mark.parametrize("name", REAL)
def test_cut_off_anywhere(name: str) -> None:
    """A download that broke off must be an error or the same answer, never another exception."""
    data = REAL[name]
    for length in [*range(0, 1024, 7), *range(1024, len(data), len(data) // 40 + 1)]:
        outcome(data[:length], measure=False)


def test_random_changes() -> None:
    """Random changes of real files may show what nobody thought of."""
    chosen = random.Random(20261121)  # noqa: S311 - the same every time
    names, errors = list(REAL), 0
    for number in range(MUTANTS):
        data = bytearray(REAL[names[number % len(names)]])
        used = [place for place in range(0, len(data), 64) if any(data[place : place + 64])]
        for _ in range(chosen.randint(1, 6)):
            place = chosen.choice([chosen.randrange(4, 1024), chosen.choice(used) + chosen.randrange(64)])
            if place < len(data):
                data[place] = chosen.choice([0, 1, 0x7F, 0x80, 0xFF, chosen.randrange(256)])
        if chosen.random() < 0.05:
            del data[chosen.randrange(len(data)) :]
        found = outcome(bytes(data), measure=not number % 50, endless=chosen.random() < 0.1)
        errors += isinstance(found, InvalidBinary)
    assert MUTANTS // 10 < errors < MUTANTS
