"""The structures of ELF and the names of its numbers. They are pyelftools', and this module is all that uses it.

Structures are parsed from bytes that were read already, within bounds. pyelftools' own walks over sections, the dynamic
section, versions and notes are not used: they have no bounds, follow counts that loaders ignore, and a broken file ends
them in AssertionError or UnicodeDecodeError. To make the structures takes 0.3 ms, so they are kept.

Tables of numbers, which are dynamic entries, symbols, relocations and hashes, are read as arrays. A structure for each
entry would take up to fifty times as long.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from elftools.common.exceptions import ELFParseError
from elftools.common.utils import struct_parse
from elftools.elf import enums
from elftools.elf.structs import ELFStructs

#: The machines whose structures differ from those of others.
_MACHINES = frozenset({"EM_AARCH64", "EM_ARM", "EM_MIPS", "EM_RISCV", "EM_X86_64"})
#: The number of each name.
_NUMBERS: dict[str, Any] = {
    name: number
    for names in (
        *(enums.ENUM_E_TYPE, enums.ENUM_E_VERSION, enums.ENUM_E_MACHINE, enums.ENUM_D_TAG, enums.ENUM_NOTE_N_TYPE),
        *(enums.ENUM_P_TYPE_BASE, enums.ENUM_P_TYPE_AARCH64, enums.ENUM_P_TYPE_ARM, enums.ENUM_P_TYPE_MIPS),
        *(enums.ENUM_P_TYPE_RISCV, enums.ENUM_SH_TYPE_ARM),
        *(enums.ENUM_NOTE_GNU_PROPERTY_TYPE, enums.ENUM_ATTR_TAG_RISCV),
    )
    for name, number in names.items()
}


def number_of(name: str | int) -> int:
    """Return the number that a name stands for; a number, which has no name, stands for itself.

    >>> number_of("PT_LOAD"), number_of(4711)
    (1, 4711)
    """
    return _NUMBERS[name] if isinstance(name, str) else name


def numbers_of(prefix: str, names: str) -> tuple[int, ...]:
    """Return the numbers of names that begin alike and are separated by spaces.

    >>> numbers_of("DT_", "NEEDED STRTAB")
    (1, 5)
    """
    return tuple(number_of(prefix + name) for name in names.split())


@lru_cache(maxsize=32)  # two classes, two byte orders, six machines
def structures(wide: bool, little: bool, machine: str | int | None = None) -> ELFStructs:
    """Return the structures of a class and a byte order.

    :param machine: e_machine, as pyelftools names it.
    """
    structs = ELFStructs(little_endian=little, elfclass=64 if wide else 32)
    structs.create_basic_structs()
    structs.create_advanced_structs(e_machine=machine if machine in _MACHINES else None)
    return structs


def parse(structure: Any, data: bytes) -> Any:  # noqa: ANN401 - pyelftools names fields when it runs
    """Parse bytes that were read already as a structure; ``None`` if they are too few."""
    try:
        return struct_parse(structure, io.BytesIO(data))
    except ELFParseError:
        return None
