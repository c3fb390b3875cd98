"""The symbols of an ELF file: what it needs of others, and which names of CPython's API it defines.

No table says how many symbols there are. The hash tables give one number, the relocations another, and the larger one
is taken: loaders follow relocations without a hash table, and GNU's need not cover undefined symbols.

Rule: System V ABI, chapters 4 and 5; glibc ``elf/dl-lookup.c``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
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
#: Bytes of a symbol in files of 64 and of 32 bits.
_WIDE, _NARROW = 24, 16

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


class _Columns(NamedTuple):
    """Symbols of one table, field by field."""

    names: array[int]
    infos: bytes
    others: bytes
    sections: array[int]
    values: array[int]


class SymbolReader:
    """Reads the symbols of a file.

    :param dynamic: its dynamic section.
    :param wanted: which undefined symbols to keep; by default all.
    """

    def __init__(self, dynamic: Dynamic, wanted: Wanted | None = None) -> None:
        self._dynamic, self._image, self._tags, self._wanted = dynamic, dynamic.image, dynamic.tags, wanted
        self._strings = dynamic.strings

    def read(self, versions: dict[int, NeededVersion]) -> Symbols:
        """List the undefined symbols with their versions, and the names of CPython's API that the file defines.

        :param versions: the needed versions, by the index by which symbols name them.
        :raises InvalidBinary: the table is damaged.
        """
        image, tags, size = self._image, self._tags, _WIDE if self._image.wide else _NARROW
        if DT_SYMTAB not in tags or DT_STRTAB not in tags:
            raise image.error("a dynamic section without a table of symbols, or of their names")
        if tags.get(DT_SYMENT, size) != size:
            raise image.error(f"symbols of {tags[DT_SYMENT]} bytes, where its class has {size}")
        hashes = Hashes(image, tags)
        count = self._count(hashes)
        start = image.locate(tags[DT_SYMTAB], count * size, "the symbol table")[0]
        owners = self._owners(count, versions)
        undefined: list[tuple[int, int, bool]] = []
        defined: set[int] = set()
        for first in range(0, count, _CHUNK):
            data = image.read(start + first * size, min(_CHUNK, count - first) * size, "the symbol table")
            names, infos, others, sections, _ = columns = self._columns(data)
            if max(names) and max(names) >= self._strings.size:
                raise image.error(f"a name at {max(names)}, where its string table has {self._strings.size} bytes")
            found = [place for place, info in enumerate(infos) if info >> 4 != _STB_LOCAL]
            if count <= _MAX_LOOKED_UP:
                self._check_lookups(hashes, columns, found, owners)
            own = [place for place in found if sections[place]]
            python = self._strings.starting({names[place] for place in own}, _PYTHON)
            if any(names[place] in python and others[place] & 3 in {_STV_INTERNAL, _STV_HIDDEN} for place in own):
                # Linkers make such symbols local.
                raise image.error("a hidden symbol of its own: musl finds it, and glibc does not")
            defined |= python
            undefined += [
                (names[place], owners[first + place] & 0x7FFF if owners else 0, infos[place] >> 4 == _STB_WEAK)
                for place in found
                if not sections[place] and names[place]
            ]
            if len(undefined) > _MAX_UNDEFINED or len(defined) > _MAX_DEFINED:
                raise image.error(f"more than {_MAX_UNDEFINED} undefined symbols, or {_MAX_DEFINED} of Python")
        return self._named(undefined, defined, versions)

    def _columns(self, data: bytes) -> _Columns:
        words, halves = self._image.array_of("I", data), self._image.array_of("H", data)
        if self._image.wide:
            return _Columns(words[::6], data[4::24], data[5::24], halves[3::12], self._image.array_of("Q", data)[1::3])
        return _Columns(words[::4], data[12::16], data[13::16], halves[7::8], words[1::4])

    def _count(self, hashes: Hashes) -> int:
        count = max(hashes.symbols, Relocations(self._image, self._tags).symbols)
        if self._image.machine == EM_MIPS:  # the only machine that says how many symbols there are
            count = max(count, self._tags.get(DT_MIPS_SYMTABNO, 0))
        if count > _MAX_SYMBOLS:
            raise self._image.error(f"{count} symbols")
        return count

    def _named(
        self, undefined: list[tuple[int, int, bool]], defined: set[int], versions: dict[int, NeededVersion]
    ) -> Symbols:
        """Read the names, in their order in the file.

        :param undefined: name, index of the version, and whether it is weak.
        """
        texts = self._strings.names([*(name for name, _, _ in undefined), *defined])
        needs = {index: (need.library, need.version) for index, need in versions.items()}
        ordered = ((texts[name], *needs.get(index, (None, None)), weak) for name, index, weak in sorted(undefined))
        symbols = map(UndefinedSymbol._make, ordered)
        names = {texts[name] for name in defined}
        inits = {name for name in names if name.startswith(_INITS)}
        modules = {name.partition("_")[2] for name in inits}
        strong = frozenset(index for _, index, weak in undefined if not weak)
        kept = tuple(symbols if self._wanted is None else filter(self._wanted, symbols))
        return Symbols(kept, tuple(sorted(modules)), tuple(sorted(names - inits)), strong)

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

    def _check_lookups(self, hashes: Hashes, columns: _Columns, places: list[int], owners: array[int] | None) -> None:
        """Check that loaders find the symbols that the file defines: by its hash tables, and as what they are.

        :param places: the symbols that others can find.
        """
        names, infos, _, sections, values = columns
        texts = self._strings.names(names[place] for place in places)
        hashed, left = [], _MAX_HASHED
        for place in places:
            text, section, value, info = texts[names[place]], sections[place], values[place], infos[place]
            if not text:
                raise self._image.error("a symbol without a name, which others must define or find")
            is_init = (section or value) and text.startswith(_INITS)
            if not (section or is_init):
                continue
            left -= len(text)
            if left >= 0 or is_init:
                hashed.append((place, text[:_MAX_HASHED].encode()))
            has_address = bool(value) or info & 15 == _STT_TLS or section == _SHN_ABS
            is_hidden = owners is not None and owners[place] > _HIDDEN_VERSION
            is_known = info >> 4 in _BINDINGS and info & 15 not in _NOT_FOUND
            if not (has_address and is_known) or (is_init and (is_hidden or not section)):
                raise self._image.error(f"{text}, which not all loaders find as it is defined")
        unfound = hashes.unfound(hashed)
        if unfound is not None:
            raise self._image.error(f"hash tables that do not lead to {unfound.decode()}")
