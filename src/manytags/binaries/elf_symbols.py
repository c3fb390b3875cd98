"""The symbols of an ELF file: what it needs of others, and which names of CPython's API it defines.

No table says how many symbols there are. The hash tables give one number, the relocations another, and the larger one
is taken: loaders follow relocations without a hash table, and GNU's need not cover undefined symbols.

Rule: System V ABI, chapters 4 and 5; glibc ``elf/dl-lookup.c``.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import NamedTuple

from ..platforms.linux.table import EM_MIPS
from .binary import NeededVersion, UndefinedSymbol
from .elf_hashes import Hashes
from .elf_relocations import Relocations
from .elf_tables import DT_MIPS_SYMTABNO, DT_STRTAB, DT_SYMENT, DT_SYMTAB, DT_VERSYM, Dynamic

_STB_LOCAL, _STB_WEAK = 0, 2
_STV_INTERNAL, _STV_HIDDEN = 1, 2
#: Bindings of symbols that loaders find, types that they do not find, and what needs no address.
_BINDINGS, _NOT_FOUND, _STT_TLS, _SHN_ABS = {1, 2, 10}, {3, 4, 7, 8, 9, 11, 12}, 6, 0xFFF1
#: The highest number that DT_VERSYM has for symbols that are found by their names alone.
_HIDDEN_VERSION = 0x8001
#: Name, info, other, section and value, among the fields of a symbol.
_WIDE, _NARROW = itemgetter(0, 1, 2, 3, 4), itemgetter(0, 3, 4, 5, 1)

# In parentheses: the largest number that was seen, in torch 2.13's libtorch_cpu.so of 434 MB.
_MAX_SYMBOLS = 1_000_000  # of .dynsym (75,415)
_MAX_UNDEFINED = 200_000  # undefined symbols (1,149)
_MAX_DEFINED = 65536  # symbols of Python that one file defines (1,950 in libpython 3.8)
_CHUNK = 65536  # entries read at a time
#: Of a table of so many symbols, each is looked up as loaders do; that is all of them in nine of ten real files.
_MAX_LOOKED_UP = 4096
#: Bytes of their names that are hashed in each file, which takes 0.2 µs a byte; those of init functions always are.
_MAX_HASHED = 4096

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
        if DT_SYMTAB not in tags or DT_STRTAB not in tags:
            raise image.error("a dynamic section without a table of symbols, or of their names")
        if tags.get(DT_SYMENT, size) != size:
            raise image.error(f"symbols of {tags[DT_SYMENT]} bytes, where its class has {size}")
        hashes = Hashes(image, tags)
        count = self._count(hashes)
        start = image.locate(tags[DT_SYMTAB], count * size, "the symbol table")[0]
        owners = self._owners(count, versions)
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
            names = image.array_of("I", data)[:: width // 2]
            if max(names) and max(names) >= self._strings.size:
                raise image.error(f"a name at {max(names)}, where its string table has {self._strings.size} bytes")
            if count <= _MAX_LOOKED_UP:
                self._check_lookups(hashes, first, data, owners)
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

    def _count(self, hashes: Hashes) -> int:
        count = max(hashes.symbols, Relocations(self._image, self._tags).symbols)
        if self._image.machine == EM_MIPS:  # the only machine that says how many symbols there are
            count = max(count, self._tags.get(DT_MIPS_SYMTABNO, 0))
        if count > _MAX_SYMBOLS:
            raise self._image.error(f"{count} symbols")
        return count

    def _visible(self, data: bytes, places: Iterable[int]) -> set[int]:
        """List the names of those symbols that others can find."""
        names = set()
        for place in places:
            fields = self._layout.unpack_from(data, place * self._layout.size)
            info, other = fields[1:3] if self._image.wide else fields[3:5]
            if info >> 4 == _STB_LOCAL:
                continue
            if other & 3 in {_STV_INTERNAL, _STV_HIDDEN}:
                # Linkers make such symbols local.
                raise self._image.error("a hidden symbol of its own: musl finds it, and glibc does not")
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

    def _owners(self, count: int, versions: dict[int, NeededVersion]) -> array[int] | None:
        """Read the numbers of the versions of all symbols, which loaders follow without a bound."""
        defined = {index for index, _, _ in self._dynamic.definitions()}
        if DT_VERSYM not in self._tags:
            if versions or defined:
                raise self._image.error("versions without DT_VERSYM, which says what symbols they are of")
            return None
        owners = self._image.numbers("H", self._tags[DT_VERSYM], count, "the symbols' versions")
        if not {owner & 0x7FFF for owner in set(owners)} <= {0, 1} | versions.keys() | defined:
            raise self._image.error("a symbol with a version that it does not have")
        if versions.keys() & defined:
            raise self._image.error("a needed version with the number of a defined one")
        return owners

    def _check_lookups(self, hashes: Hashes, first: int, data: bytes, owners: array[int] | None) -> None:
        """Check that loaders find the symbols that the file defines: by its hash tables, and as what they are."""
        names, left = [], _MAX_HASHED
        for number, fields in enumerate(self._layout.iter_unpack(data), first):
            name, info, _, section, value = _WIDE(fields) if self._image.wide else _NARROW(fields)
            text = self._strings.name(name)
            if info >> 4 != _STB_LOCAL and not text:
                raise self._image.error("a symbol without a name, which others must define or find")
            if info >> 4 == _STB_LOCAL or not (section or (value and text.startswith(_INITS))):
                continue
            left -= len(text)
            if left >= 0 or text.startswith(_INITS):
                names.append((number, text[:_MAX_HASHED].encode()))
            has_address = bool(value) or info & 15 == _STT_TLS or section == _SHN_ABS
            is_hidden = owners is not None and owners[number] > _HIDDEN_VERSION
            is_known = info >> 4 in _BINDINGS and info & 15 not in _NOT_FOUND
            if not (has_address and is_known) or (text.startswith(_INITS) and (is_hidden or not section)):
                raise self._image.error(f"{text}, which not all loaders find as it is defined")
        unfound = hashes.unfound(names)
        if unfound is not None:
            raise self._image.error(f"hash tables that do not lead to {unfound.decode()}")
