"""PE: what a DLL or a program for Windows needs of the processor and of other DLLs.

A file is refused if Windows refuses it, or if two readers could read two things: sections that overlap or lie askew in
the file, directories beyond the header, names that are not in the order in which Windows searches them.

Rule: Microsoft's "PE Format" and ``winnt.h`` (``IMAGE_LOAD_CONFIG_DIRECTORY64``, ``IMAGE_COR20_HEADER``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

from .binary import EXECUTABLE, SHARED_OBJECT, Binary, NeededAs, UndefinedSymbol, python_names
from .window import Window

MAGIC = b"MZ"
_MARK = int.from_bytes(b"PE\0\0", "little")
#: Machine -> architecture, as Windows tags name it, and its bits.
_MACHINES = {
    0x14C: ("x86", 32), 0x8664: ("amd64", 64), 0xAA64: ("arm64", 64), 0x200: ("ia64", 64),
    0x1C0: ("arm32", 32), 0x1C2: ("arm32", 32), 0x1C4: ("arm32", 32),
}  # fmt: skip
#: Machines whose files can also hold Arm code that is called as x86 code is, and what such a file is then.
_HYBRIDS = {0x8664: "arm64ec", 0xAA64: "arm64x"}
_EXPORTS, _IMPORTS, _SIGNATURE, _LOAD_CONFIG, _DELAYED, _CLR = 0, 1, 4, 10, 13, 14
_DLL = 0x2000
#: Subsystems of files that Windows does not load into a process.
_OTHER_KINDS = {1: "driver", 10: "EFI program", 11: "EFI program", 12: "EFI program", 13: "EFI program"}
_CHPE_AT = 200  # offset of CHPEMetadataPointer
_IL_ONLY, _32_BITS_REQUIRED, _32_BITS_PREFERRED = 0x1, 0x2, 0x20000

_HEADER = struct.Struct("<I2H12x2H")
_SECTION = struct.Struct("<8x4I16x")
_IMPORT, _DELAYED_IMPORT, _EXPORT = struct.Struct("<5I"), struct.Struct("<8I"), struct.Struct("<12xI4x5I")
_SECTOR, _PAGE = 512, 4096

_MAX_SECTIONS = 96  # as Windows
_MAX_LIBRARIES, _MAX_IMPORTED, _MAX_EXPORTED = 4096, 65536, 65536
_CHUNK = 512  # numbers read at a time, where a zero ends them


def read_pe(stream: BinaryIO, name: str, symbols: bool = True, only_python: bool = False) -> Binary:
    """Read a PE file.

    :param stream: the file, seekable.
    :param name: what errors and the answer call it.
    :param symbols: whether to read what it imports and exports, and how its Arm code is called; without that, only its
        headers are read.
    :param only_python: whether to name, of the functions that it imports, only those of CPython's DLLs.
    :raises InvalidBinary: it is not a PE file, is cut off, Windows would refuse it, or it can be read in two ways.
    """
    return _Image(Window(stream, name)).read(symbols, only_python)


class _Image:
    """The headers and the sections of a PE file.

    :param file: its bytes.
    """

    def __init__(self, file: Window) -> None:
        self.file = file
        if file.read(0, min(2, file.size), "the header") != MAGIC:
            raise file.error("it does not begin with MZ")
        start = int.from_bytes(file.read(60, 4, "the header"), "little")
        mark, self.machine, count, size, self.flags = file.unpack(_HEADER, start, "the PE header")
        if mark != _MARK:
            raise file.error("a program for DOS")
        optional = start + _HEADER.size
        data = file.read(optional, size, "the optional header")
        kind = int.from_bytes(data[:2], "little")
        self.wide = kind == 0x20B
        if kind not in {0x10B, 0x20B} or len(data) < (112 if self.wide else 96):
            raise file.error(f"an optional header of type 0x{kind:x} and {size} bytes")
        (self.base,) = struct.unpack_from("<Q" if self.wide else "<4xI", data, 24)
        alignment, file_alignment = struct.unpack_from("<2I", data, 32)
        self._header_size, self.subsystem = struct.unpack_from("<I4xH", data, 60)
        at = 112 if self.wide else 96
        directories = min(int.from_bytes(data[at - 4 : at], "little"), 16)
        if at + 8 * directories > size:
            raise file.error(f"{directories} directories in an optional header of {size} bytes")
        self._directories = list(struct.iter_unpack("<2I", data[at : at + 8 * directories]))
        self._sections = self._read_sections(optional + size, count, alignment >= _PAGE and file_alignment)

    def _read_sections(self, at: int, count: int, aligned: int) -> list[tuple[int, int, int]]:
        """List first address, end and offset of what each section maps from the file."""
        file = self.file
        if count > _MAX_SECTIONS:
            raise file.error(f"{count} sections, more than Windows loads")
        sections = [(0, min(self._header_size, file.size), 0)]
        last = self._header_size
        for memory, address, size, offset in _SECTION.iter_unpack(file.read(at, 40 * count, "the sections")):
            if address < last:
                raise file.error("its sections overlap")
            last = address + (memory or size)
            if not size:
                continue
            file.check(offset, size, "a section")
            if offset % _SECTOR and aligned:
                raise file.error(f"a section at byte {offset}, where Windows reads whole sectors")
            if not aligned and offset != address:
                raise file.error(f"a section at byte {offset}, which Windows maps to {offset} and not to {address}")
            mapped = -(-(memory or size) // _PAGE) * _PAGE
            sections.append((address, address + min(size, mapped), offset))
        return sections

    def locate(self, address: int, size: int, what: str) -> tuple[int, int]:
        """Find the offset of an address, and where the section that has it ends in the file.

        :param size: the number of bytes that must follow.
        """
        for first, end, offset in self._sections:
            if first <= address < end and address + size <= end:
                return offset + address - first, offset + end - first
        raise self.file.error(f"{what} should be at address 0x{address:x}, where the file has no {size} bytes")

    def unpack(self, layout: struct.Struct, address: int, what: str) -> tuple[int, ...]:
        """Read one structure of integers at an address."""
        return self.file.unpack(layout, self.locate(address, layout.size, what)[0], what)

    def text(self, address: int, what: str) -> str:
        """Read a name at an address."""
        return self.file.text(*self.locate(address, 1, what), what)

    def raws(self, addresses: list[int], what: str) -> list[bytes]:
        """Read names at addresses of one section."""
        if not addresses:
            return []
        first = min(addresses)
        offset, end = self.locate(first, max(addresses) - first + 1, what)
        return self.file.raws([offset + address - first for address in addresses], end, what)

    def numbers(self, address: int, count: int) -> list[int]:
        """Read a table of 32-bit numbers."""
        what = "a table of exports"
        data = self.file.read(self.locate(address, 4 * count, what)[0], 4 * count, what) if count else b""
        return list(struct.unpack(f"<{count}I", data))

    def directory(self, number: int) -> tuple[int, int]:
        """Return address and size of a directory; zeros without it."""
        return self._directories[number] if number < len(self._directories) else (0, 0)

    def read(self, symbols: bool, only_python: bool) -> Binary:
        architecture, bits = _MACHINES.get(self.machine, (f"machine 0x{self.machine:x}", 64 if self.wide else 32))
        if bits != (64 if self.wide else 32):
            raise self.file.error(f"machine 0x{self.machine:x} in a file of {64 if self.wide else 32} bits")
        tables = _Tables(self, only_python)
        clr = self.directory(_CLR)[0]
        if symbols:
            if self.machine in _HYBRIDS and self._has_chpe():
                architecture = _HYBRIDS[self.machine]
            tables.read()
        if clr and self.machine == 0x14C and self._runs_anywhere(clr):
            architecture = "any"
        kind = SHARED_OBJECT if self.flags & _DLL else EXECUTABLE
        return Binary(
            name=self.file.name,
            format="PE",
            architecture=architecture,
            machine=self.machine,
            bits=bits,
            byte_order="little",
            kind=_OTHER_KINDS.get(self.subsystem, kind),
            flags=self.flags,
            soname=tables.soname,
            needed=tuple(tables.needed),
            undefined=tuple(tables.undefined),
            modules=tables.modules,
            defined=tables.defined,
            needed_as=tuple(tables.needed.values()),
            signed=self.directory(_SIGNATURE)[1] > 0,
            managed=clr > 0,
        )

    def _has_chpe(self) -> bool:
        """Whether its load configuration has metadata of compiled hybrid PE."""
        address = self.directory(_LOAD_CONFIG)[0]
        if not address:
            return False
        size = self.unpack(struct.Struct("<I"), address, "the load configuration")[0]
        return size >= _CHPE_AT + 8 and self.unpack(struct.Struct("<Q"), address + _CHPE_AT, "CHPE metadata")[0] > 0

    def _runs_anywhere(self, clr: int) -> bool:
        """Whether it is code of .NET that runs on any processor."""
        flags = self.unpack(struct.Struct("<16xI"), clr, "the CLR header")[0]
        return flags & _IL_ONLY > 0 and flags & (_32_BITS_REQUIRED | _32_BITS_PREFERRED) != _32_BITS_REQUIRED


class _Tables:
    """What a file imports and exports.

    :ivar needed: DLLs, and how each is loaded.
    """

    def __init__(self, image: _Image, only_python: bool) -> None:
        self._image, self._only_python = image, only_python
        self.needed: dict[str, NeededAs] = {}
        self.undefined: list[UndefinedSymbol] = []
        self.soname: str | None = None
        self.modules: tuple[str, ...] = ()
        self.defined: tuple[str, ...] = ()

    def read(self) -> None:
        """Read all tables."""
        for lookup, _, _, name, addresses in self._entries(_IMPORTS, _IMPORT, (3, 4)):
            self._import(self._image.text(name, "the name of a DLL"), lookup or addresses, NeededAs.REQUIRED)
        for attributes, name, _, _, lookup, *_ in self._entries(_DELAYED, _DELAYED_IMPORT, (1,)):
            base = 0 if attributes & 1 else self._image.base  # linkers before Visual C++ 7 wrote addresses in memory
            library = self._image.text(max(name - base, 0), "the name of a DLL")
            self._import(library, max(lookup - base, 0), NeededAs.LAZY, base)
        self._export()

    def _entries(self, directory: int, layout: struct.Struct, ends: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Read a table up to the entry that has a zero in one of some fields; its size says nothing to Windows."""
        address = self._image.directory(directory)[0]
        for number in range(_MAX_LIBRARIES if address else 0):
            entry = self._image.unpack(layout, address + number * layout.size, "a table of DLLs")
            if not all(entry[place] for place in ends):
                return
            yield entry
        if address:
            raise self._image.file.error(f"it needs more than {_MAX_LIBRARIES} DLLs")

    def _import(self, library: str, table: int, needed_as: NeededAs, base: int = 0) -> None:
        """Read the functions that a DLL must have."""
        image = self._image
        if self.needed.get(library) is not NeededAs.REQUIRED:
            self.needed[library] = needed_as
        if self._only_python and not library.lower().startswith("python"):
            return
        form, size = ("Q", 8) if image.wide else ("I", 4)
        by_ordinal = 1 << (8 * size - 1)
        at, end = image.locate(table, size, "a table of imports")
        while True:
            count = min(_CHUNK, (end - at) // size)
            numbers = struct.unpack(f"<{count}{form}", image.file.read(at, count * size, "a table of imports"))
            used = numbers[: numbers.index(0)] if 0 in numbers else numbers
            names = [f"#{number & 0xFFFF}" for number in used if number & by_ordinal]
            places = [(number & 0x7FFFFFFF) - base + 2 for number in used if not number & by_ordinal]
            names += map(
                _decoded, image.raws(places, "the name of an import")
            )  # in another order where a DLL is used both ways
            self.undefined += [UndefinedSymbol(name, library, None, False) for name in names]
            if len(self.undefined) > _MAX_IMPORTED:
                raise image.file.error(f"it imports more than {_MAX_IMPORTED} functions")
            if len(used) < count:
                return
            if not count:
                raise image.file.error("a table of imports has no end")
            at += count * size

    def _export(self) -> None:
        """Read what it exports: the names of Python's, and what other DLLs must have in its place."""
        image, file = self._image, self._image.file
        address, size = image.directory(_EXPORTS)
        if not address:
            return
        name, functions, count, function_table, name_table, _ = image.unpack(_EXPORT, address, "the export directory")
        if max(functions, count) > _MAX_EXPORTED:
            raise file.error(f"it exports {max(functions, count)} functions")
        self.soname = image.text(name, "its own name") if name else None
        names = image.raws(image.numbers(name_table, count), "the name of an export")
        if any(name >= following for name, following in pairwise(names)):
            raise file.error("the names that it exports are not sorted, and Windows would not find them")
        self.modules, self.defined = python_names(map(_decoded, names))
        for place in image.numbers(function_table, functions):
            if address <= place < address + size:  # a name in place of code
                library, _, function = image.text(place, "a forwarded export").rpartition(".")
                self.needed.setdefault(f"{library}.dll", NeededAs.LAZY)
                self.undefined.append(UndefinedSymbol(function, f"{library}.dll", None, False))


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")
