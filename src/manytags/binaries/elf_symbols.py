"""The symbols of an ELF file: what it needs of others, and which names of CPython's API it defines.

No table says how many symbols there are. The hash tables give one number, the relocations another, and the larger one
is taken: loaders follow relocations without a hash table, and GNU's need not cover undefined symbols.

Rule: System V ABI, chapters 4 and 5; glibc ``elf/dl-lookup.c``.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import partial
from itertools import compress
from operator import not_
from typing import NamedTuple

from ..platforms.linux.table import EM_MIPS
from .binary import API_PREFIXES, MODULE_PREFIXES, NeededVersion, UndefinedSymbol, Wanted, python_names
from .elf_hashes import Hashes
from .elf_image import PT_LOAD, PT_TLS
from .elf_tables import DT_MIPS_SYMTABNO, DT_STRTAB, DT_SYMENT, DT_SYMTAB, DT_VERSYM, Dynamic

_STB_LOCAL, _STB_WEAK = 0, 2
#: STV_INTERNAL and STV_HIDDEN. Linkers make such symbols local.
_NOT_VISIBLE = {1, 2}
_HIDDEN = "a hidden symbol of its own: musl finds it, and glibc does not"
#: Bindings of symbols that loaders find, types that they do not find, and what needs no address.
_BINDINGS, _NOT_FOUND, _STT_TLS, _SHN_ABS = {1, 2, 10}, {3, 4, 7, 8, 9, 11, 12}, 6, 0xFFF1
#: The highest number that DT_VERSYM has for symbols that are found by their names alone.
_HIDDEN_VERSION = 0x8001
_STT_GNU_IFUNC, _SHN_LORESERVE = 10, 0xFF00
#: Types whose symbols are not at any place.
_PLACED = {_STT_TLS, _STT_GNU_IFUNC}
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

_API_PREFIXES = tuple(prefix.encode() for prefix in API_PREFIXES)

#: Makes a symbol of its fields.
_symbol = partial(tuple.__new__, UndefinedSymbol)


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
    :param hashes: its hash tables.
    :param count: how many symbols its relocations need it to have.
    :param wanted: which undefined symbols to keep; by default all.
    """

    def __init__(self, dynamic: Dynamic, hashes: Hashes, count: int, wanted: Wanted | None = None) -> None:
        self._hashes, self._count = hashes, max(hashes.symbols, count)
        if dynamic.image.machine == EM_MIPS:  # the only machine that says how many symbols there are
            self._count = max(self._count, dynamic.tags.get(DT_MIPS_SYMTABNO, 0))
        if self._count > _MAX_SYMBOLS:
            raise dynamic.image.error(f"{self._count} symbols")
        self._dynamic, self._image, self._tags, self._wanted = dynamic, dynamic.image, dynamic.tags, wanted
        self._strings = dynamic.strings
        loaded = [segment for segment in self._image.segments if segment.kind == PT_LOAD]
        self._start, self._end = loaded[0].address, loaded[-1].end  # they are in order

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
        count = self._count
        start = image.locate(tags[DT_SYMTAB], count * size, "the symbol table")[0]
        owners = self._owners(count, versions)
        undefined: list[tuple[int, int, bool]] = []
        defined: set[int] = set()
        for first in range(0, count, _CHUNK):
            data = image.read(start + first * size, min(_CHUNK, count - first) * size, "the symbol table")
            names, infos, others, sections, _ = columns = self._columns(data)
            if max(names) and max(names) >= self._strings.size:
                raise image.error(f"a name at {max(names)}, where its string table has {self._strings.size} bytes")
            public = [place for place, info in enumerate(infos) if info >> 4 != _STB_LOCAL]
            if count <= _MAX_LOOKED_UP:
                self._check_lookups(columns, public, owners)
            own = [place for place in public if sections[place]]
            of_python = self._strings.starting({names[place] for place in own}, _API_PREFIXES)
            if any(names[place] in of_python and others[place] & 3 in _NOT_VISIBLE for place in own):
                raise image.error(_HIDDEN)
            defined |= of_python
            undefined += [
                (names[place], owners[first + place] & 0x7FFF if owners else 0, infos[place] >> 4 == _STB_WEAK)
                for place in self._undefined(columns, public)
            ]
            if len(undefined) > _MAX_UNDEFINED or len(defined) > _MAX_DEFINED:
                raise image.error(f"more than {_MAX_UNDEFINED} undefined symbols, or {_MAX_DEFINED} of Python")
        return self._named(undefined, defined, versions)

    def _columns(self, data: bytes) -> _Columns:
        words, halves = self._image.array_of("I", data), self._image.array_of("H", data)
        if self._image.wide:
            return _Columns(words[::6], data[4::24], data[5::24], halves[3::12], self._image.array_of("Q", data)[1::3])
        return _Columns(words[::4], data[12::16], data[13::16], halves[7::8], words[1::4])

    def _undefined(self, columns: _Columns, public: list[int]) -> list[int]:
        """List the symbols that others must define."""
        names, infos, others, sections, _ = columns
        undefined = [place for place in public if not sections[place] and names[place]]
        local: Iterable[int] = ()
        if len(public) + 1 < len(infos):  # more than the first symbol, which has no name
            local = (place for place, info in enumerate(infos) if info >> 4 == _STB_LOCAL)
        if any(others[place] & 3 for place in undefined) or any(names[at] and not sections[at] for at in local):
            raise self._image.error("an undefined symbol of its own, which loaders look for nowhere else")
        return undefined

    def _named(
        self, undefined: list[tuple[int, int, bool]], defined: set[int], versions: dict[int, NeededVersion]
    ) -> Symbols:
        """Read the names, in their order in the file.

        :param undefined: name, index of the version, and whether it is weak.
        """
        texts = self._strings.names([*(name for name, _, _ in undefined), *defined])
        needs = {index: (need.library, need.version) for index, need in versions.items()}
        modules, others = python_names({texts[name] for name in defined})
        strong = frozenset(index for _, index, weak in undefined if not weak)
        if self._wanted:
            wanted, named = self._wanted
            whole = {index for index, need in versions.items() if wanted(need.version)}
            undefined = [symbol for symbol in undefined if symbol[1] in whole or named(texts[symbol[0]])]
        fields = ((texts[name], *needs.get(index, (None, None)), weak) for name, index, weak in sorted(undefined))
        return Symbols(tuple(map(_symbol, fields)), modules, others, strong)

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

    def _check_lookups(self, columns: _Columns, places: list[int], owners: array[int] | None) -> None:
        """Check that loaders find the symbols that the file defines: by its hash tables, and as what they are.

        :param places: the symbols that others can find.
        """
        names, infos, others, sections, values = columns
        by_offset = self._strings.names([names[place] for place in places])
        texts = {place: by_offset[names[place]] for place in places}
        is_plain = not self._start and max(values) <= self._end and not others.strip(b"\0")
        if not is_plain or any(compress(values, map(not_, sections))) or _PLACED & {info & 15 for info in set(infos)}:
            for place in places:
                self._check_place(texts[place], infos[place] & 15, others[place] & 3, sections[place], values[place])
        inits = [text for text in texts.values() if text.startswith(MODULE_PREFIXES)]
        if len(inits) > len(set(inits)):
            raise self._image.error("an init function that is there twice: musl takes the first, defined or not")
        hashed, left = [], _MAX_HASHED
        if "" in texts.values():
            raise self._image.error("a symbol without a name, which others must define or find")
        for place in [place for place in places if sections[place] or values[place]]:
            text, section, value, info = texts[place], sections[place], values[place], infos[place]
            is_init = text.startswith(MODULE_PREFIXES)
            if not (section or is_init):
                continue
            left -= len(text)
            if left >= 0 or is_init:
                hashed.append((place, text[:_MAX_HASHED].encode()))
            has_address = bool(value) or info & 15 == _STT_TLS or section == _SHN_ABS
            is_hidden = owners is not None and owners[place] > _HIDDEN_VERSION
            is_known = info >> 4 in _BINDINGS and info & 15 not in _NOT_FOUND
            # musl's dlsym does not find what a function returns; an init function is no thread-local storage.
            is_misplaced = is_hidden or not section or info & 15 in _PLACED
            if not (has_address and is_known) or (is_init and is_misplaced):
                raise self._image.error(f"{text}, which not all loaders find as it is defined")
        unfound = self._hashes.unfound(hashed)
        if unfound is not None:
            raise self._image.error(f"hash tables that do not lead to {unfound.decode()}")

    def _check_place(self, name: str, kind: int, visibility: int, section: int, value: int) -> None:
        """Check that a symbol is where one of its type can be."""
        image = self._image
        if section and visibility in _NOT_VISIBLE:
            raise image.error(_HIDDEN)
        if kind == _STT_TLS and section:
            storage = image.segment(PT_TLS)
            is_there = storage is not None and value <= storage.memory_size
        elif kind == _STT_GNU_IFUNC or not section:
            is_there = not value or image.is_code(value)
        else:
            is_there = section >= _SHN_LORESERVE or self._start <= value <= self._end
        if not is_there:
            raise image.error(f"{name} at address 0x{value:x}, where it cannot be")
