"""The symbols of an ELF file: what it needs of others, and which names of CPython's API it defines.

No table says how many symbols there are. The hash tables give one number, the relocations another, and the larger one
is taken: loaders follow relocations without a hash table, and GNU's need not cover undefined symbols.

Rule: System V ABI, chapters 4 and 5; glibc ``elf/dl-lookup.c``.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..platforms.linux.table import EM_MIPS, EM_S390
from .binary import NeededVersion, UndefinedSymbol
from .elf_tables import (
    DT_GNU_HASH,
    DT_HASH,
    DT_JMPREL,
    DT_MIPS_SYMTABNO,
    DT_PLTREL,
    DT_PLTRELSZ,
    DT_REL,
    DT_RELA,
    DT_RELASZ,
    DT_RELSZ,
    DT_SYMENT,
    DT_SYMTAB,
    DT_VERSYM,
    Dynamic,
)

_STB_LOCAL, _STB_WEAK = 0, 2
_STV_INTERNAL, _STV_HIDDEN = 1, 2

# In parentheses: the largest number that was seen, in torch 2.13's libtorch_cpu.so of 434 MB.
_MAX_SYMBOLS = 1_000_000  # of .dynsym (75,415)
_MAX_RELOCATIONS = 8_000_000  # in each table (321,106)
_MAX_UNDEFINED = 200_000  # undefined symbols (1,149)
_MAX_DEFINED = 65536  # symbols of Python that one file defines (1,950 in libpython 3.8)
_CHUNK = 65536  # entries read at a time

#: Prefixes of CPython's own names.
_PYTHON = (b"Py", b"_Py")
#: Prefixes of the functions that make an extension module: :pep:`489`, and :pep:`793` from CPython 3.15 on.
_INITS = ("PyInit_", "PyModExport_")

Wanted = Callable[[UndefinedSymbol], bool]


class Symbols(NamedTuple):
    """What a symbol table says.

    :param undefined: the symbols that others must define.
    :param modules: Python modules that the file defines.
    :param defined: other names of CPython's API that it defines.
    :param strong: indexes of the versions that symbols need which must be there.
    """

    undefined: tuple[UndefinedSymbol, ...] = ()
    modules: tuple[str, ...] = ()
    defined: tuple[str, ...] = ()
    strong: frozenset[int] = frozenset()


class _Undefined(NamedTuple):
    """An undefined symbol before its name is read."""

    name: int
    version: int
    weak: bool


class SymbolReader:
    """Reads the symbols of a file.

    :param dynamic: its dynamic section.
    :param wanted: which undefined symbols to keep; by default all.
    """

    def __init__(self, dynamic: Dynamic, wanted: Wanted | None = None) -> None:
        self._dynamic, self._image, self._tags, self._wanted = dynamic, dynamic.image, dynamic.tags, wanted
        self._strings = dynamic.strings
        self._layout = struct.Struct(self._image.mark + ("I2BH2Q" if self._image.wide else "3I2BH"))

    def read(self, versions: dict[int, NeededVersion]) -> Symbols:
        """List the undefined symbols with their versions, and the names of CPython's API that the file defines.

        :param versions: the needed versions, by the index by which symbols name them.
        :raises InvalidBinary: the table is damaged.
        """
        image, tags, size = self._image, self._tags, self._layout.size
        if DT_SYMTAB not in tags:
            return Symbols()
        if tags.get(DT_SYMENT, size) != size:
            raise image.error(f"symbols of {tags[DT_SYMENT]} bytes, where its class has {size}")
        count = max(self._count_hashed(), self._count_relocated())
        if count > _MAX_SYMBOLS:
            raise image.error(f"{count} symbols")
        start = image.locate(tags[DT_SYMTAB], count * size, "the symbol table")[0]
        owners = self._numbers("H", tags[DT_VERSYM], count, "the symbols' versions") if DT_VERSYM in tags else None
        # A search for few places is quicker than a look at each name; a hostile table has millions.
        python = self._strings.places(b"Py", count)
        if python:
            python |= {place - 1 for place in python}
        undefined: list[_Undefined] = []
        defined: set[int] = set()
        # The place of a symbol's section among its 16-bit numbers, and how many it has; its name is the first number.
        section, width = 3 if image.wide else 7, size // 2
        for first in range(0, count, _CHUNK):
            data = image.read(start + first * size, min(_CHUNK, count - first) * size, "the symbol table")
            sections = array("H", data)[section::width]  # zero is zero in either byte order
            names = self._array("I", data)[:: width // 2]
            if max(names) and max(names) >= self._strings.size:
                raise image.error(f"a name at {max(names)}, where its string table has {self._strings.size} bytes")
            if python:
                pairs = enumerate(zip(names, sections, strict=True))
                found = [place for place, (name, number) in pairs if number and name in python]
                defined |= self._visible(data, found)
            elif python is None:
                visible = self._visible(data, [place for place, number in enumerate(sections) if number])
                defined |= self._strings.starting(visible, _PYTHON)
            here = [place for place, number in enumerate(sections) if not number and names[place]]
            undefined += self._undefined(data, here, owners[first : first + _CHUNK] if owners else None)
            if len(undefined) > _MAX_UNDEFINED or len(defined) > _MAX_DEFINED:
                raise image.error(f"more than {_MAX_UNDEFINED} undefined symbols, or {_MAX_DEFINED} of Python")
        return self._named(undefined, defined, versions)

    def _visible(self, data: bytes, places: Iterable[int]) -> set[int]:
        """List the names of those symbols that others can find."""
        names = set()
        for place in places:
            fields = self._layout.unpack_from(data, place * self._layout.size)
            info, other = fields[1:3] if self._image.wide else fields[3:5]
            if info >> 4 != _STB_LOCAL and other & 3 not in {_STV_INTERNAL, _STV_HIDDEN}:
                names.add(fields[0])
        return names

    def _undefined(self, data: bytes, places: Iterable[int], owners: array[int] | None) -> list[_Undefined]:
        size, infos = self._layout.size, data[4 if self._image.wide else 12 :: self._layout.size]
        symbols = []
        for place in places:
            binding = infos[place] >> 4
            if binding != _STB_LOCAL:
                name = int.from_bytes(data[place * size : place * size + 4], self._image.byte_order)
                owner = owners[place] & 0x7FFF if owners else 0
                symbols.append(_Undefined(name, owner, binding == _STB_WEAK))
        return symbols

    def _named(self, undefined: list[_Undefined], defined: set[int], versions: dict[int, NeededVersion]) -> Symbols:
        """Read the names, in their order in the file."""
        kept = []
        read = self._strings.name
        for symbol in sorted(undefined):
            need = versions.get(symbol.version)
            library, version = (need.library, need.version) if need else (None, None)
            named = UndefinedSymbol(read(symbol.name), library, version, symbol.weak)
            if self._wanted is None or self._wanted(named):
                kept.append(named)
        names = {read(name) for name in sorted(defined)}
        python = {name for name in names if name.startswith(("Py", "_Py"))}
        inits = {name for name in python if name.startswith(_INITS)}
        modules = {name.partition("_")[2] for name in inits}
        strong = frozenset(symbol.version for symbol in undefined if not symbol.weak)
        return Symbols(tuple(kept), tuple(sorted(modules)), tuple(sorted(python - inits)), strong)

    def _count_hashed(self) -> int:
        """Count the symbols that the hash tables know of."""
        count, image = 0, self._image
        if DT_HASH in self._tags:
            # Only 64-bit s390 has 64-bit numbers in this table.
            form = "2Q" if image.machine == EM_S390 and image.wide else "2I"
            count = image.unpack_at(form, self._tags[DT_HASH], "the hash table")[1]
        if image.machine == EM_MIPS:
            count = max(count, self._tags.get(DT_MIPS_SYMTABNO, 0))
        if DT_GNU_HASH in self._tags:
            count = max(count, self._count_gnu_hashed(self._tags[DT_GNU_HASH]))
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
        image, tags = self._image, self._tags
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
