"""The structures of ELF and the names of its numbers. They are pyelftools', and this module is all that uses it.

Names, order and sizes of the fields of a structure are pyelftools'; bytes that were read already, within bounds, are
unpacked by them at once. To parse field by field takes it ten times as long. Its own walks over sections, the dynamic
section, versions and notes are not used: they have no bounds, follow counts that loaders ignore, and a broken file ends
them in AssertionError or UnicodeDecodeError.

Tables of numbers, which are dynamic entries, symbols, relocations and hashes, are read as arrays. A structure for each
entry would take up to fifty times as long.
"""

from __future__ import annotations

import struct
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

from elftools.construct import FormatField, SizeofError
from elftools.elf import enums
from elftools.elf.structs import ELFStructs

#: The number of each name.
_NUMBERS: dict[str, Any] = {
    name: number
    for names in (
        *(enums.ENUM_E_TYPE, enums.ENUM_E_MACHINE, enums.ENUM_D_TAG, enums.ENUM_P_TYPE_RISCV, enums.ENUM_SH_TYPE_ARM),
        *(enums.ENUM_NOTE_N_TYPE, enums.ENUM_NOTE_GNU_PROPERTY_TYPE, enums.ENUM_ATTR_TAG_RISCV),
    )
    for name, number in names.items()
}


def number_of(name: str) -> int:
    """Return the number that a name stands for.

    >>> number_of("PT_LOAD")
    1
    """
    number: int = _NUMBERS[name]
    return number


def numbers_of(prefix: str, names: str) -> tuple[int, ...]:
    """Return the numbers of names that begin alike and are separated by spaces.

    >>> numbers_of("DT_", "NEEDED STRTAB")
    (1, 5)
    """
    return tuple(number_of(prefix + name) for name in names.split())


class Layout:
    """How bytes hold a structure.

    :param structure: as pyelftools has it. Fields that are not one number are passed over, up to one whose size depends
        on others.
    :param mark: the byte order, as the struct module marks it.
    :ivar size: bytes of the structure, up to that field.
    """

    def __init__(self, structure: Any, mark: str) -> None:  # noqa: ANN401 - pyelftools promises no name for it
        names, form = [], mark
        for field in structure.subcons:
            number = getattr(field, "subcon", field)  # an enumeration has one inside
            try:
                size = number.sizeof()
            except SizeofError:
                break
            if isinstance(number, FormatField):
                names.append(field.name)
                form += number.packer.format.removeprefix(mark)
            else:
                form += f"{size}x"
        self._names, self._struct = tuple(names), struct.Struct(form)
        self.size = self._struct.size

    def parse(self, data: bytes, place: int = 0) -> Any:  # noqa: ANN401 - its names are pyelftools'
        """Parse the structure at a place in some bytes; ``None`` if they are too few."""
        if len(data) < place + self.size:
            return None
        return SimpleNamespace(**dict(zip(self._names, self._struct.unpack_from(data, place), strict=True)))


@lru_cache(maxsize=4)
def _structures(wide: bool, little: bool) -> ELFStructs:
    structs = ELFStructs(little_endian=little, elfclass=64 if wide else 32)
    structs.create_basic_structs()
    structs.create_advanced_structs()
    return structs


@cache
def layout(name: str, wide: bool, little: bool) -> Layout:
    """Return the layout of a structure.

    :param name: as pyelftools has it, such as ``Elf_Ehdr``.
    :param wide: whether it is of 64-bit files.
    :param little: whether it is of little-endian files.

    >>> layout("Elf_Verdaux", True, True).parse(bytes([1, 0, 0, 0, 2, 0, 0, 0]))
    namespace(vda_name=1, vda_next=2)
    """
    return Layout(getattr(_structures(wide, little), name), "<" if little else ">")
