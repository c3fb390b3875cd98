"""An ELF file as a loader sees it: its header, its program headers, and its bytes by address.

Everything is read through :class:`Image`, and every read has a bound. A table that is larger than those of real files,
or that is not inside the file, is an error.

Rule: System V ABI, chapters 4 and 5.
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import Any, BinaryIO, Literal, NamedTuple

from ..errors import InvalidBinary
from ..platforms.linux.table import EM_PPC64
from .elf_structs import Layout, layout, numbers_of

MAGIC = b"\x7fELF"
ET_EXEC, ET_DYN = numbers_of("ET_", "EXEC DYN")
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_PHDR, PT_TLS = numbers_of("PT_", "LOAD DYNAMIC INTERP NOTE PHDR TLS")
PT_GNU_STACK, PT_GNU_RELRO, PT_GNU_PROPERTY = numbers_of("PT_GNU_", "STACK RELRO PROPERTY")
PF_X, PF_W, PF_R = 1, 2, 4

#: Bytes of program headers; Linux itself refuses more.
_MAX_PROGRAM_HEADERS = 65536
#: Bytes of a path that the kernel takes.
_MAX_INTERPRETER = 4096
#: Sections that are searched for attributes; object files of generated code have some thousand.
_MAX_SECTIONS = 4096


class Segment(NamedTuple):
    """One program header."""

    kind: int
    flags: int
    offset: int
    address: int
    file_size: int
    memory_size: int
    align: int

    @property
    def end(self) -> int:
        """The address after its last byte in memory."""
        return self.address + self.memory_size


class Mapped(NamedTuple):
    """Addresses that a loader fills from the file: the first, the end, and the offset of the first."""

    start: int
    end: int
    offset: int


class Header:
    """The header of an ELF file.

    :param ident: the first 64 bytes of the file, or all of a shorter one.
    :param name: what errors call the file.
    :raises InvalidBinary: it is not an ELF file, or has an unknown form.
    """

    def __init__(self, ident: bytes, name: str) -> None:
        self.name = name
        if ident[:4] != MAGIC:
            raise self.error("it does not begin with the ELF magic number")
        if ident[4:5] not in {b"\x01", b"\x02"} or ident[5:6] not in {b"\x01", b"\x02"} or ident[6:7] != b"\x01":
            raise self.error("an unknown class, byte order or version in its header")
        self.wide = ident[4] == 2
        self.bits = 64 if self.wide else 32
        self.byte_order: Literal["little", "big"] = "little" if ident[5] == 1 else "big"
        self.mark = "<" if ident[5] == 1 else ">"  # of the struct module
        self.word = "Q" if self.wide else "I"
        self.ident = ident[:16]
        header = self.layout("Elf_Ehdr").parse(ident)
        if header is None:
            raise self.error(f"its header is cut off: {len(ident)} of {self.layout('Elf_Ehdr').size} bytes")
        self.type, self.machine, self.version = header.e_type, header.e_machine, header.e_version
        self.entry, self.flags = header.e_entry, header.e_flags
        self._header = header

    def layout(self, name: str) -> Layout:
        """Return how a file of this class and byte order holds a structure, by its name in pyelftools."""
        return layout(name, self.wide, self.mark == "<")

    def error(self, reason: str) -> InvalidBinary:
        """Make the error that says what is wrong with this file."""
        return InvalidBinary(self.name, reason)


class Image(Header):
    """The header and the program headers of an ELF file, and its bytes by offset or by address.

    :param stream: the file, seekable; only the parts that are asked for are read.
    :param name: what errors call the file.
    :raises InvalidBinary: it is not an ELF file, or what it says of itself is impossible.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self._stream = stream
        self.size = stream.seek(0, 2)
        super().__init__(self.read(0, min(64, self.size), "the header"), name)
        self.segments = self._program_headers()
        #: What loaders map from the file; :mod:`.elf_layout` finds it.
        self.mapped: tuple[Mapped, ...] = ()
        #: First and last address of tables, where no code can be; :mod:`.elf_layout` and :mod:`.elf_start` find them.
        self.tables: list[tuple[int, int]] = []

    def segment(self, kind: int) -> Segment | None:
        """Return the program header of a type; of several the last."""
        return next((segment for segment in reversed(self.segments) if segment.kind == kind), None)

    def read(self, offset: int, size: int, what: str) -> bytes:
        """Read bytes that must be in the file."""
        if offset + size > self.size:
            raise self.error(f"{what} would end at byte {offset + size}, and the file has {self.size}")
        self._stream.seek(offset)
        data = self._stream.read(size)
        if len(data) != size:
            raise self.error(f"{what} cannot be read: {len(data)} of {size} bytes came")
        return data

    def locate(self, address: int, size: int, what: str) -> tuple[int, int]:
        """Find the file offset of an address, and how many bytes of the file follow it in memory.

        :param size: the number of bytes that must follow.
        """
        for start, end, offset in self.mapped:
            if start <= address < end:
                if address + size > end:
                    break
                return offset + address - start, end - address
        raise self.error(f"{what} should be at address 0x{address:x}, where the file does not load {size} bytes")

    def is_loaded(self, address: int) -> bool:
        """Whether a segment is at an address."""
        return any(part.kind == PT_LOAD and part.address <= address < part.end for part in self.segments)

    def is_code(self, address: int) -> bool:
        """Whether code may be at an address: in a segment of it, and not in a table.

        Where an address of code is that of a descriptor, any segment may have it.
        """
        needed = 0 if self.machine == EM_PPC64 else PF_X  # descriptors are of its first ABI
        code = (part for part in self.segments if part.kind == PT_LOAD and part.flags & needed == needed)
        in_table = any(start <= address < end for start, end in self.tables)
        return any(part.address <= address < part.end for part in code) and not in_table

    def read_at(self, address: int, size: int, what: str) -> bytes:
        """Read bytes at an address; they must be in the file."""
        return self.read(self.locate(address, size, what)[0], size, what)

    def parse_at(self, structure: Layout, address: int, what: str) -> Any:  # noqa: ANN401 - as Layout.parse
        """Read a structure at an address."""
        return structure.parse(self.read_at(address, structure.size, what))

    def unpack_at(self, form: str, address: int, what: str) -> tuple[int, ...]:
        """Read integers at an address; ``form`` is the struct module's, without byte order."""
        layout = struct.Struct(self.mark + form)
        numbers: tuple[int, ...] = layout.unpack(self.read_at(address, layout.size, what))
        return numbers

    def numbers(self, form: str, address: int, count: int, what: str) -> array[int]:
        """Read a table of numbers at an address; ``form`` is the array module's."""
        return self.array_of(form, self.read_at(address, count * array(form).itemsize, what))

    def array_of(self, form: str, data: bytes) -> array[int]:
        """Read a table of numbers from bytes."""
        numbers = array(form, data)
        if sys.byteorder != self.byte_order:
            numbers.byteswap()
        return numbers

    def interpreter(self) -> bytes | None:
        """Read the path of the program interpreter (PT_INTERP), or return ``None``."""
        segment = self.segment(PT_INTERP)
        if segment is None:
            return None
        if segment.file_size > _MAX_INTERPRETER:
            raise self.error(f"a program interpreter of {segment.file_size} bytes")
        return self.read(segment.offset, segment.file_size, "PT_INTERP")

    def section(self, kind: int, most: int) -> bytes:
        """Read the first section of a type, for attributes that are in no segment; empty if it is missing or damaged.

        :param most: bytes that it may have.
        """
        structure, header = self.layout("Elf_Shdr"), self._header
        entry, count = header.e_shentsize, min(header.e_shnum, _MAX_SECTIONS)
        if entry < structure.size or header.e_shoff + entry * count > self.size:
            return b""
        table = self.read(header.e_shoff, entry * count, "the section headers")
        wanted = kind.to_bytes(4, self.byte_order)
        for start in range(0, entry * count, entry):
            if table[start + 4 : start + 8] == wanted:
                section = structure.parse(table, start)
                if section.sh_size > most or section.sh_offset + section.sh_size > self.size:
                    return b""
                return self.read(section.sh_offset, section.sh_size, "a section")
        return b""

    @property
    def has_section_headers(self) -> bool:
        """Whether it has section headers of the right size."""
        header = self._header
        is_right = header.e_shentsize == self.layout("Elf_Shdr").size
        return bool(header.e_shnum and header.e_shoff and is_right)

    @property
    def headers_at(self) -> tuple[int, int]:
        """Offset of the program headers, and how many bytes they have."""
        return self._header.e_phoff, self._header.e_phnum * self._header.e_phentsize

    def _program_headers(self) -> tuple[Segment, ...]:
        structure, entry, count = self.layout("Elf_Phdr"), self._header.e_phentsize, self._header.e_phnum
        if not count:
            return ()
        if entry != structure.size:
            raise self.error(f"program headers of {entry} bytes, where its class has {structure.size}")
        if entry * count > _MAX_PROGRAM_HEADERS:
            raise self.error(f"{count} program headers, more than Linux loads")
        table = self.read(self._header.e_phoff, entry * count, "the program headers")
        headers = (structure.parse(table, start) for start in range(0, len(table), entry))
        return tuple(
            Segment(
                *(header.p_type, header.p_flags, header.p_offset, header.p_vaddr),
                *(header.p_filesz, header.p_memsz, header.p_align),
            )
            for header in headers
        )
