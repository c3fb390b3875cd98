"""The names and structures that come from pyelftools: the numbers that they stand for, and the sizes that they have."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path

import pytest
from elftools.common.utils import struct_parse
from elftools.elf.structs import ELFStructs

from manytags.binaries import elf_image, elf_structs, elf_tables

#: Every name of pyelftools that the package uses, and its number: System V ABI, chapters 4 and 5; ``<elf.h>`` of glibc;
#: Linux Extensions to gABI (GNU properties); ELF for the RISC-V Architecture (attributes).
NUMBERS = {
    "ET_EXEC": 2, "ET_DYN": 3,
    "PT_LOAD": 1, "PT_DYNAMIC": 2, "PT_INTERP": 3, "PT_NOTE": 4, "PT_PHDR": 6, "PT_TLS": 7,
    "PT_GNU_STACK": 0x6474E551, "PT_GNU_RELRO": 0x6474E552, "PT_GNU_PROPERTY": 0x6474E553,
    "PT_RISCV_ATTRIBUTES": 0x70000003, "SHT_ARM_ATTRIBUTES": 0x70000003, "TAG_ARCH": 5,
    "EM_PPC": 20, "EM_PPC64": 21, "EM_ARM": 40, "EM_MIPS": 8, "EM_AARCH64": 183, "EM_LOONGARCH": 258,
    "DT_NEEDED": 1, "DT_PLTRELSZ": 2, "DT_HASH": 4, "DT_STRTAB": 5, "DT_SYMTAB": 6, "DT_RELA": 7, "DT_RELASZ": 8,
    "DT_RELAENT": 9, "DT_STRSZ": 10, "DT_SYMENT": 11, "DT_INIT": 12, "DT_FINI": 13, "DT_SONAME": 14, "DT_RPATH": 15,
    "DT_REL": 17, "DT_RELSZ": 18, "DT_RELENT": 19, "DT_PLTREL": 20, "DT_TEXTREL": 22, "DT_JMPREL": 23,
    "DT_INIT_ARRAY": 25, "DT_FINI_ARRAY": 26, "DT_INIT_ARRAYSZ": 27, "DT_FINI_ARRAYSZ": 28, "DT_RUNPATH": 29,
    "DT_FLAGS": 30, "DT_PREINIT_ARRAY": 32, "DT_PREINIT_ARRAYSZ": 33, "DT_RELRSZ": 35, "DT_RELR": 36,
    "DT_RELRENT": 37, "DT_GNU_HASH": 0x6FFFFEF5, "DT_DEPAUDIT": 0x6FFFFEFB, "DT_AUDIT": 0x6FFFFEFC,
    "DT_VERSYM": 0x6FFFFFF0, "DT_RELACOUNT": 0x6FFFFFF9, "DT_RELCOUNT": 0x6FFFFFFA, "DT_FLAGS_1": 0x6FFFFFFB,
    "DT_VERDEF": 0x6FFFFFFC, "DT_VERNEED": 0x6FFFFFFE, "DT_MIPS_SYMTABNO": 0x70000011, "DT_AUXILIARY": 0x7FFFFFFD,
    "DT_FILTER": 0x7FFFFFFF,
    "NT_GNU_PROPERTY_TYPE_0": 5, "GNU_PROPERTY_X86_ISA_1_NEEDED": 0xC0008002, "GNU_PROPERTY_X86_ISA_1_USED": 0xC0010002,
}  # fmt: skip
#: Bytes of each structure in files of 64 and of 32 bits.
SIZES = {
    "Elf_Ehdr": (64, 52), "Elf_Phdr": (56, 32), "Elf_Shdr": (64, 40), "Elf_Verneed": (16, 16), "Elf_Vernaux": (16, 16),
    "Elf_Verdef": (20, 20), "Elf_Verdaux": (8, 8), "Elf_Nhdr": (12, 12),
    "Elf_Prop": (8, 8),
}  # fmt: skip
SOURCES = Path(elf_structs.__file__).parent


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name: str) -> None:
    """A name that stands for another number in some release of pyelftools would hide what code needs."""
    assert elf_structs.number_of(name) == NUMBERS[name]


def test_all_names_are_listed() -> None:
    """A name that is used and not in the table above would be trusted unseen."""
    used: set[str] = set()
    for path in SOURCES.glob("elf*.py"):
        text = path.read_text(encoding="utf-8")
        for prefix, names in re.findall(r'numbers_of\(\s*"(\w+)", "([\w ]+)"', text):
            used |= {prefix + name for name in names.split()}
        used |= set(re.findall(r'number_of\("(\w+)"\)', text))
        used |= set(re.findall(r'"((?:GNU_PROPERTY|NT|EM)_\w*[A-Z0-9])"', text))
    examples = {"DT_STRTAB"}  # of a doctest
    assert used - examples == NUMBERS.keys() - examples
    assert (elf_image.PT_LOAD, elf_tables.DT_NEEDED) == (1, 1)


@pytest.mark.parametrize("name", SIZES)
def test_sizes(name: str) -> None:
    """A structure of another size would read each entry of a table in the wrong place."""
    found = [elf_structs.layout(name, wide, little).size for wide in (True, False) for little in (True, False)]
    assert found == [SIZES[name][0]] * 2 + [SIZES[name][1]] * 2


@pytest.mark.parametrize(("wide", "little"), list(itertools.product((True, False), repeat=2)))
@pytest.mark.parametrize("name", SIZES)
def test_fields(name: str, wide: bool, little: bool) -> None:
    """A field of another place, size or byte order than pyelftools has would give needs that the file does not have."""
    structures = ELFStructs(little_endian=little, elfclass=64 if wide else 32)
    structures.create_basic_structs()
    structures.create_advanced_structs()
    # No enumeration has a name for these numbers, except where pyelftools insists on one.
    data = bytearray(range(100, 164))
    if name == "Elf_Ehdr":
        data[4:8] = 1, 1, 1, 0  # class, byte order, version, OS ABI
    elif name == "Elf_Prop":
        data[4:8] = (4).to_bytes(4, "little" if little else "big")  # bytes of the value
    theirs = struct_parse(getattr(structures, name), io.BytesIO(data))
    theirs = {field: number for field, number in theirs.items() if isinstance(number, int)}
    assert theirs
    assert vars(elf_structs.layout(name, wide, little).parse(bytes(data))) == theirs
    assert vars(elf_structs.layout(name, wide, little).parse(b"?" + bytes(data), 1)) == theirs
    assert elf_structs.layout(name, wide, little).parse(bytes(data[: SIZES[name][not wide] - 1])) is None


def test_nothing_else_uses_pyelftools() -> None:
    """Its walks have no bounds; only the module that is held against the tables above may use it."""
    package = SOURCES.parent
    users = {
        path.name
        for path in package.rglob("*.py")
        if re.search(r"^\s*(from|import) elftools", path.read_text(), re.MULTILINE)
    }
    assert users == {"elf_structs.py"}
