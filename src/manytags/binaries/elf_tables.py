"""The tables of an ELF file that a dynamic loader reads: the dynamic section, needed versions, symbols.

They are read as glibc's loader reads them, since that decides whether code loads, but within bounds. No table says how
many symbols there are. The hash tables give one number, the relocations another, and the larger one is taken: loaders
follow relocations without a hash table, and GNU's need not cover undefined symbols.

Rule: System V ABI, chapter 5; LSB Core, symbol versioning; glibc ``elf/dl-load.c``, ``elf/dl-version.c``.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from ..platforms.linux.table import EM_MIPS, EM_S390
from .binary import NeededVersion, UndefinedSymbol
from .elf_image import PT_DYNAMIC, Image

DT_NEEDED, DT_PLTRELSZ, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_RELASZ = 1, 2, 4, 5, 6, 7, 8
DT_STRSZ, DT_SYMENT, DT_SONAME, DT_RPATH, DT_REL, DT_RELSZ, DT_PLTREL, DT_JMPREL = 10, 11, 14, 15, 17, 18, 20, 23
DT_RUNPATH, DT_GNU_HASH, DT_VERSYM, DT_VERNEED, DT_MIPS_SYMTABNO = 29, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFE, 0x70000011
DT_RELR, DT_FLAGS_1, DT_VERDEF = 36, 0x6FFFFFFB, 0x6FFFFFFC
DT_FILTER = 0x7FFFFFFF  # glibc loads these libraries too

_VER_FLG_BASE, _VER_FLG_WEAK = 1, 2
_STB_LOCAL, _STB_WEAK = 0, 2

# In parentheses: the largest number that was seen, in torch 2.13's libtorch_cpu.so of 434 MB.
_MAX_ENTRIES = 65536  # of the dynamic section (42)
_MAX_STRINGS = 112 << 20  # bytes of .dynstr (5 MiB; 79 MiB in tensorflow 2.21's libtensorflow_cc.so)
_MAX_VERSIONS = 16384  # needed versions (50), and as many defined ones
_MAX_SYMBOLS = 1_000_000  # of .dynsym (75,415)
_MAX_RELOCATIONS = 8_000_000  # in each table (321,106)
_MAX_UNDEFINED = 200_000  # undefined symbols (1,149)
_MAX_DEFINED = 65536  # symbols of Python that one file defines (2,271 in libpython 3.15)
_CHUNK = 65536  # entries read at a time

#: Prefixes of the functions that make an extension module: :pep:`489`, and :pep:`793` from CPython 3.15 on.
_INITS = ("PyInit_", "PyModExport_")
#: How names of CPython's API begin, those functions among them.
_PYTHON = (b"Py", b"_Py")


class Symbols(NamedTuple):
    """What a symbol table says: what it needs, the Python modules that it defines, and other names of CPython's API."""

    undefined: tuple[UndefinedSymbol, ...] = ()
    modules: tuple[str, ...] = ()
    defined: tuple[str, ...] = ()


class Dynamic:
    """The dynamic section of a file, and the tables that it points to.

    :raises InvalidBinary: a table is damaged; every method may raise it.
    """

    def __init__(self, image: Image) -> None:
        self._image = image
        self.tags: dict[int, int] = {}
        needed = []
        for tag, value in self._entries():
            if tag in {DT_NEEDED, DT_FILTER}:
                needed.append(value)
            else:
                self.tags[tag] = value  # of a tag that occurs twice, loaders take the last
        self._names: dict[int, str] = {}
        self._strings = self._read_strings()
        self._left = 2 * len(self._strings)  # names may share their ends; the sum of their lengths needs a bound
        self.needed = tuple(self.string(offset) for offset in needed)

    def _entries(self) -> list[tuple[int, int]]:
        image = self._image
        segment, *others = [segment for segment in image.segments if segment.kind == PT_DYNAMIC]
        if others:
            raise image.error("more than one PT_DYNAMIC")
        layout = struct.Struct(f"{image.mark}2{image.word}")
        offset, available = image.locate(segment.address, layout.size, "PT_DYNAMIC")
        if offset != segment.offset:
            raise image.error(f"PT_DYNAMIC says offset {segment.offset}, but its address is loaded from {offset}")
        entries: list[tuple[int, int]] = []
        available -= available % layout.size
        step = 64 * layout.size
        for start in range(0, min(available, _MAX_ENTRIES * layout.size), step):
            data = image.read(offset + start, min(step, available - start), "PT_DYNAMIC")
            for tag, value in layout.iter_unpack(data):
                if tag == 0:
                    return entries
                entries.append((tag, value))
        raise image.error("its dynamic section has no end")

    def _read_strings(self) -> bytes:
        size = self.tags.get(DT_STRSZ, 0)
        if DT_STRTAB not in self.tags or not size:
            return b""
        if size > _MAX_STRINGS:
            raise self._image.error(f"a string table of {size} bytes")
        return self._image.read_at(self.tags[DT_STRTAB], size, "the string table")

    def string(self, offset: int) -> str:
        """Read a name from the string table."""
        known = self._names.get(offset)
        if known is not None:
            return known
        end = self._strings.find(b"\0", offset)
        if end < 0:
            raise self._image.error(f"a name at {offset}, where its string table has {len(self._strings)} bytes")
        self._left -= end - offset
        if self._left < 0:
            raise self._image.error("its names are longer than its string table")
        name = self._names[offset] = self._strings[offset:end].decode("utf-8", "backslashreplace")
        return name

    def named(self, tag: int) -> str | None:
        """Read the name that a tag of the dynamic section points to; ``None`` without the tag."""
        return self.string(self.tags[tag]) if tag in self.tags else None

    def versions(self) -> list[tuple[int, NeededVersion]]:
        """List the versions of libraries that the file needs, with the index by which its symbols name them.

        Loaders follow ``vn_next`` and ``vna_next`` until they are zero, and ignore the counts.
        """
        versions: list[tuple[int, NeededVersion]] = []
        image, position = self._image, self.tags.get(DT_VERNEED, 0)
        while position:
            form, _, file, first, following = image.unpack_at("2H3I", position, "a needed version")
            if form != 1:
                raise image.error(f"needed versions of revision {form}")
            library = self.string(file)
            entry = position + first
            while True:
                if len(versions) == _MAX_VERSIONS:
                    raise image.error(f"more than {_MAX_VERSIONS} needed versions")
                _, flags, index, name, after = image.unpack_at("I2H2I", entry, "a needed version")
                version = NeededVersion(library, self.string(name), bool(flags & _VER_FLG_WEAK))
                versions.append((index & 0x7FFF, version))
                if not after:
                    break
                entry += after
            position = position + following if following else 0
        return versions

    def defined_versions(self) -> tuple[str, ...] | None:
        """List the versions that a library's symbols have, or return ``None`` if they have none."""
        image, position = self._image, self.tags.get(DT_VERDEF, 0)
        versions: list[str] = []
        for _ in range(_MAX_VERSIONS):
            if not position:
                return tuple(versions) if DT_VERDEF in self.tags else None
            form, flags, _, _, _, first, following = image.unpack_at("4H3I", position, "a defined version")
            if form != 1:
                raise image.error(f"defined versions of revision {form}")
            if not flags & _VER_FLG_BASE:  # the base version is the library's own name
                versions.append(self.string(image.unpack_at("2I", position + first, "a defined version")[0]))
            position = position + following if following else 0
        raise image.error(f"more than {_MAX_VERSIONS} defined versions")

    def symbols(self, versions: dict[int, NeededVersion]) -> Symbols:
        """List the undefined symbols with their versions, and the names of CPython's API that the file defines.

        :param versions: the needed versions, by the index by which symbols name them.
        """
        image, tags = self._image, self.tags
        layout = struct.Struct(image.mark + ("I2BH2Q" if image.wide else "3I2BH"))
        if DT_SYMTAB not in tags:
            return Symbols()
        if tags.get(DT_SYMENT, layout.size) != layout.size:
            raise image.error(f"symbols of {tags[DT_SYMENT]} bytes, where its class has {layout.size}")
        count = max(self._count_hashed(), self._count_relocated())
        if count > _MAX_SYMBOLS:
            raise image.error(f"{count} symbols")
        start = image.locate(tags[DT_SYMTAB], count * layout.size, "the symbol table")[0]
        owners = self._numbers("H", tags[DT_VERSYM], count, "the symbols' versions") if DT_VERSYM in tags else None
        undefined: list[UndefinedSymbol] = []
        defined: set[str] = set()
        has_python = b"Py" in self._strings
        # The place of a symbol's section among its 16-bit numbers, and how many it has; its name is the first number.
        section, width = 3 if image.wide else 7, layout.size // 2
        for first in range(0, count, _CHUNK):
            size = min(_CHUNK, count - first) * layout.size
            data = image.read(start + first * layout.size, size, "the symbol table")
            sections = array("H", data)[section::width]  # zero is zero in either byte order
            if has_python:
                defined |= self._defined(self._array("I", data)[:: width // 2], sections)
                if len(defined) > _MAX_DEFINED:
                    raise image.error(f"it defines more than {_MAX_DEFINED} symbols of Python")
            for place in [place for place, number in enumerate(sections) if not number]:
                fields = layout.unpack_from(data, place * layout.size)
                name, info = fields[0], fields[1 if image.wide else 3]
                if not name or info >> 4 == _STB_LOCAL:
                    continue
                owner = versions.get(owners[first + place] & 0x7FFF) if owners else None
                library, version = (owner.library, owner.version) if owner else (None, None)
                undefined.append(UndefinedSymbol(self.string(name), library, version, info >> 4 == _STB_WEAK))
            if len(undefined) > _MAX_UNDEFINED:
                raise image.error(f"more than {_MAX_UNDEFINED} undefined symbols")
        inits = {name for name in defined if name.startswith(_INITS)}
        modules = {name.partition("_")[2] for name in inits}
        return Symbols(tuple(undefined), tuple(sorted(modules)), tuple(sorted(defined - inits)))

    def _defined(self, names: Iterable[int], sections: Iterable[int]) -> set[str]:
        """Name the symbols that are in a section, and have a name of CPython's API."""
        starts = self._strings.startswith
        pairs = zip(names, sections, strict=True)
        return {self.string(name) for name, section in pairs if section and starts(_PYTHON, name)}

    def _count_hashed(self) -> int:
        """Count the symbols that the hash tables know of."""
        count, image = 0, self._image
        if DT_HASH in self.tags:
            # Only 64-bit s390 has 64-bit numbers in this table.
            form = "2Q" if image.machine == EM_S390 and image.wide else "2I"
            count = image.unpack_at(form, self.tags[DT_HASH], "the hash table")[1]
        if image.machine == EM_MIPS:
            count = max(count, self.tags.get(DT_MIPS_SYMTABNO, 0))
        if DT_GNU_HASH in self.tags:
            count = max(count, self._count_gnu_hashed(self.tags[DT_GNU_HASH]))
        return count

    def _count_gnu_hashed(self, address: int) -> int:
        image = self._image
        buckets, first, blooms, _ = image.unpack_at("4I", address, "the GNU hash table")
        if buckets > _MAX_SYMBOLS:
            raise image.error(f"a GNU hash table of {buckets} buckets")
        at = address + 16 + blooms * (8 if image.wide else 4)
        last = max(self._numbers("I", at, buckets, "the GNU hash table"), default=0)
        if last < first:
            return first
        # An odd number ends the chain of the last bucket.
        chain = at + 4 * buckets + 4 * (last - first)
        available = image.locate(chain, 4, "the GNU hash table")[1] // 4
        for start in range(0, min(available, _MAX_SYMBOLS), 1024):
            for number in self._numbers("I", chain + 4 * start, min(1024, available - start), "the GNU hash table"):
                last += 1
                if number & 1:
                    return last
        raise image.error("its GNU hash table has no end")

    def _count_relocated(self) -> int:
        """Count the symbols up to the highest one that a relocation names."""
        image, tags = self._image, self.tags
        if image.machine == EM_MIPS:
            return 0  # DT_MIPS_SYMTABNO counts them, and its relocations have another form
        highest = 0
        for table, size, kind in (
            (DT_RELA, DT_RELASZ, DT_RELA),
            (DT_REL, DT_RELSZ, DT_REL),
            (DT_JMPREL, DT_PLTRELSZ, tags.get(DT_PLTREL)),
        ):
            if table not in tags or not tags.get(size):
                continue
            fields, width = 3 if kind == DT_RELA else 2, 8 if image.wide else 4
            count = tags[size] // (fields * width)
            if count > _MAX_RELOCATIONS:
                raise image.error(f"{count} relocations")
            at, _ = image.locate(tags[table], tags[size], "a relocation table")
            for first in range(0, count, _CHUNK):
                length = fields * width * min(_CHUNK, count - first)
                data = image.read(at + fields * width * first, length, "a relocation table")
                numbers = self._array(image.word, data)
                highest = max(highest, max(numbers[1::fields]) >> (32 if image.wide else 8))
        return highest + 1 if highest else 0

    def _numbers(self, form: str, address: int, count: int, what: str) -> array[int]:
        """Read a table of numbers."""
        return self._array(form, self._image.read_at(address, count * struct.calcsize("=" + form), what))

    def _array(self, form: str, data: bytes) -> array[int]:
        numbers = array(form, data)
        if sys.byteorder != self._image.byte_order:
            numbers.byteswap()
        return numbers
