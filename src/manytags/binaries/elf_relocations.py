"""Relocations: where a loader writes, and which symbols it looks up for that.

A loader trusts them. It writes wherever they say, and ends where a type is unknown to it or a table is not whole. So a
file with such relocations does not load, whatever else it says.

Rule: System V ABI, chapter 5; glibc ``elf/get-dynamic-info.h``, ``elf/do-rel.h``, and ``sysdeps/*/dl-machine.h``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import compress
from typing import NamedTuple

from ..platforms.linux.table import EM_386, EM_AARCH64, EM_ARM, EM_MIPS, EM_S390, EM_X86_64
from .elf_image import ET_DYN, ET_EXEC, PF_W, PF_X, PT_DYNAMIC, PT_INTERP, PT_LOAD, PT_TLS, Image
from .elf_structs import numbers_of

DT_PLTRELSZ, DT_PLTREL, DT_JMPREL = numbers_of("DT_", "PLTRELSZ PLTREL JMPREL")
DT_RELA, DT_RELASZ, DT_RELAENT, DT_RELACOUNT = numbers_of("DT_", "RELA RELASZ RELAENT RELACOUNT")
DT_REL, DT_RELSZ, DT_RELENT, DT_RELCOUNT = numbers_of("DT_", "REL RELSZ RELENT RELCOUNT")
DT_RELR, DT_RELRSZ, DT_RELRENT, DT_TEXTREL, DT_FLAGS = numbers_of("DT_", "RELR RELRSZ RELRENT TEXTREL FLAGS")
DT_STRTAB, DT_STRSZ = numbers_of("DT_", "STRTAB STRSZ")
DF_TEXTREL = 4

_MAX_RELOCATIONS = 8_000_000  # in each table (321,106 in torch 2.13's libtorch_cpu.so of 434 MB)
_CHUNK = 65536  # entries read at a time


class _Types(NamedTuple):
    """The types of relocations that loaders of a machine know.

    :param relative: adds the address of the file.
    :param indirect: does so, and calls the function that is there.
    :param copy: copies data of a symbol into a program.
    :param bound: write the address of a symbol and nothing else: glibc ignores what is to be added on some machines.
    :param local: are about thread-local storage: the file's own where they name no symbol.
    :param others: the rest.
    :param initial: of the local ones, those of initial-exec storage.
    """

    relative: int
    indirect: int
    copy: int
    bound: frozenset[int]
    local: frozenset[int]
    others: frozenset[int]
    initial: frozenset[int]


#: By machine. The types of other machines are not judged.
_TYPES = {
    EM_X86_64: _Types(
        8, 37, 5, frozenset({6, 7}), frozenset({16, 17, 18, 36}), frozenset({0, 1, 2, 10}), frozenset({18})
    ),
    EM_386: _Types(
        8, 42, 5, frozenset({6, 7}), frozenset({14, 35, 36, 37, 41}), frozenset({0, 1, 2, 38}), frozenset({14, 37})
    ),
    EM_S390: _Types(
        12, 61, 9, frozenset({10, 11}), frozenset({54, 55, 56}), frozenset({0, 4, 5, 19, 22, 23}), frozenset({56})
    ),
    EM_AARCH64: _Types(
        1027,
        1032,
        1024,
        frozenset({1025, 1026}),
        frozenset(range(1028, 1032)),
        frozenset({0, 257, 258}),
        frozenset({1030}),
    ),
}
#: R_X86_64_32, which musl refuses. Linkers write it for code with 32-bit addresses.
_X32_ALONE = {10}
#: Where relocations are: table, size, size of an entry, and how many at its beginning are relative.
_WITH_ADDENDS = DT_RELA, DT_RELASZ, DT_RELAENT, DT_RELACOUNT
_IN_PLACE = DT_REL, DT_RELSZ, DT_RELENT, DT_RELCOUNT
#: Machines whose relocations have no addends of their own.
_WITHOUT_ADDENDS = {EM_386, EM_ARM, EM_MIPS}


def _types(image: Image) -> _Types | None:
    types = _TYPES.get(image.machine)
    is_x86_64 = image.machine == EM_X86_64 and image.wide
    return types._replace(others=types.others - _X32_ALONE) if types and is_x86_64 else types


def _count_within(ordered: list[int], ranges: Iterable[tuple[int, int]]) -> int:
    """Count the addresses that are in some ranges; one that is in several counts for each."""
    return sum(bisect_left(ordered, end) - bisect_left(ordered, start) for start, end in ranges)


class Relocations:
    """The relocations of a file.

    :param image: the file.
    :param tags: its dynamic section.
    :param functions: address -> what the file has there, where loaders look for functions to call.
    :ivar initial_exec: whether some are of thread-local storage that a process must begin with.
    :ivar symbols: how many symbols it must have: one more than the highest that is named; 0 without relocations.
    :raises InvalidBinary: loaders would refuse them, or end while they follow them.
    """

    def __init__(self, image: Image, tags: Mapping[int, int], functions: Mapping[int, int]) -> None:
        self._image, self._tags, self._types = image, tags, _types(image)
        self._width = 8 if image.wide else 4
        self._shift, self._mask = (32, 0xFFFFFFFF) if image.wide else (8, 0xFF)  # of a symbol's number, and of a type
        dynamic = image.segment(PT_DYNAMIC)
        # A loader has read its own tables before it relocates them, and reads them again.
        self._kept = [(dynamic.address, dynamic.end)] if dynamic else []
        self._kept.append((tags.get(DT_STRTAB, 0), tags.get(DT_STRTAB, 0) + tags.get(DT_STRSZ, 0)))
        self._functions, self._relocated = dict(functions), set[int]()
        self._across = [(place - self._width + 1, place) for place in functions]
        self._across += [(place + 1, place + self._width) for place in functions]
        is_writable_code = DT_TEXTREL in tags or tags.get(DT_FLAGS, 0) & DF_TEXTREL
        loaded = [segment for segment in image.segments if segment.kind == PT_LOAD]
        self._writable = [
            (segment.address, segment.end) for segment in loaded if segment.flags & PF_W or is_writable_code
        ]
        self._code = [(segment.address, segment.end) for segment in loaded if segment.flags & PF_X]
        self._start, self._end = loaded[0].address, loaded[-1].end  # they are in order
        self.symbols, self.initial_exec = 0, False
        if image.machine == EM_MIPS:
            return  # its relocations have another form, and DT_MIPS_SYMTABNO counts its symbols
        with_addends = image.machine not in _WITHOUT_ADDENDS
        own, other = (_WITH_ADDENDS, _IN_PLACE) if with_addends else (_IN_PLACE, _WITH_ADDENDS)
        if tags.keys() & set(other):
            raise image.error("relocations of a form that its machine does not have")
        table, size, entry, relative = own
        fields = 3 if with_addends else 2
        if self._is_there(table, size, entry, fields * self._width):
            self._read(tags[table], tags[size], fields, tags.get(relative, 0))
        if {DT_JMPREL, DT_PLTREL, DT_PLTRELSZ} & tags.keys():
            if tags.get(DT_PLTREL) != table or not {DT_JMPREL, DT_PLTRELSZ} <= tags.keys():
                raise image.error("relocations of functions that are not whole, or of another form than the others")
            self._read(tags[DT_JMPREL], tags[DT_PLTRELSZ], fields, 0)
        if self._is_there(DT_RELR, DT_RELRSZ, DT_RELRENT, self._width):
            self._read_packed(tags[DT_RELR], tags[DT_RELRSZ])
        if self._types and not self._are_code(self._functions.values()):
            raise image.error("a table of functions that leads to where it has no code")
        if self._types and image.type == ET_DYN and not self._functions.keys() <= self._relocated:
            raise image.error("a table of functions that is not relocated")

    def _is_there(self, table: int, size: int, entry: int, width: int) -> bool:
        """Whether there is a table: address, size and the size of an entry, which loaders take together."""
        there = [tag in self._tags for tag in (table, size, entry)]
        if any(there) and (not all(there) or self._tags[entry] != width or self._tags[size] % width):
            raise self._image.error("a relocation table that is not whole, or has entries of a wrong size")
        return all(there)

    def _read(self, address: int, size: int, fields: int, relative: int) -> None:
        image, width = self._image, self._width
        count, rest = divmod(size, fields * width)
        if rest:
            raise image.error(f"{size} bytes of relocations, of which each has {fields * width}")
        if count > _MAX_RELOCATIONS or relative > count:
            raise image.error(f"{count} relocations" + (f", {relative} of them relative" if relative > count else ""))
        at, _ = image.locate(address, size, "a relocation table") if size else (0, 0)
        highest = 0
        for first in range(0, count, _CHUNK):
            length = fields * width * min(_CHUNK, count - first)
            numbers = image.array_of(image.word, image.read(at + fields * width * first, length, "a relocation table"))
            places, kinds = numbers[::fields], numbers[1::fields]
            distinct = set(kinds)
            highest = max(highest, max(distinct) >> self._shift)
            if self._types:
                self._check_types(self._types, distinct)
                addends = numbers[2::fields] if fields == 3 else None
                self._note_functions(self._types, places, kinds, addends)
                self._check_addends(self._types, kinds, addends, max(0, relative - first))
            if 0 in distinct:  # linkers fill gaps with relocations of no type
                if any(place for place, kind in zip(places, kinds, strict=True) if not kind):
                    raise image.error("a relocation of a place and no type")
                places = array(places.typecode, compress(places, kinds))
            if not self._are_writable(places):
                raise image.error("a relocation of bytes that are not writable")
        if highest:
            self.symbols = max(self.symbols, highest + 1)

    def _check_types(self, types: _Types, distinct: set[int]) -> None:
        """Check that loaders know the types, and that those are of a symbol that should be."""
        image, mask = self._image, self._mask
        nameless = {kind for kind in distinct if kind <= mask}  # the number of a symbol is above the type
        named = {kind & mask for kind in distinct - nameless}
        self.initial_exec = self.initial_exec or not types.initial.isdisjoint(nameless | named)
        is_program = image.type == ET_EXEC or image.segment(PT_INTERP) is not None
        known = {types.relative, types.indirect, *types.bound, *types.local, *types.others}
        if not nameless | named <= known | ({types.copy} if is_program else set()):
            raise image.error("a relocation of a type that loaders do not know")
        if nameless & types.local and image.segment(PT_TLS) is None:
            raise image.error("relocations for thread-local storage, which it does not have")
        if named & {0, types.relative, types.indirect} or nameless & {types.copy, *types.bound}:
            # musl looks up the symbol of any relocation that has one.
            raise image.error("a relocation without the symbol that it needs, or with one that it does not use")

    def _note_functions(self, types: _Types, places: array[int], kinds: array[int], addends: array[int] | None) -> None:
        """Note what the loader will write where it looks for functions.

        :param addends: what is added; ``None`` where that is in the places themselves.
        """
        if self._functions.keys() <= self._relocated:
            return
        for number in compress(range(len(places)), map(self._functions.__contains__, places)):
            place, kind = places[number], kinds[number]
            if place in self._relocated:
                raise self._image.error("a table of functions with a place that is relocated twice")
            self._relocated.add(place)
            if kind != types.relative:
                del self._functions[place]  # a symbol's
            elif addends is not None:
                self._functions[place] = addends[number]

    def _check_addends(self, types: _Types, kinds: array[int], addends: array[int] | None, relative: int) -> None:
        """Check that what is added leads into the file.

        :param relative: of how many of the first DT_RELACOUNT says that they are relative.
        """
        if kinds[:relative].count(types.relative) < len(kinds[:relative]):
            raise self._image.error("DT_RELACOUNT counts relocations that are not relative")
        if addends is None:
            return
        kinds_left, addends_left = kinds[relative:], addends[relative:]
        distinct = set(kinds_left)

        def added(kind: int) -> array[int]:
            chosen = compress(addends_left, map(kind.__eq__, kinds_left)) if kind in distinct else ()
            return array(kinds.typecode, chosen)

        for leads_to in (addends[:relative], added(types.relative)):
            if leads_to and not self._start <= min(leads_to) <= max(leads_to) <= self._end:
                raise self._image.error("a relative relocation that leads out of the file")
        if not self._are_code(added(types.indirect)):
            raise self._image.error("a relocation that calls a function where it has no code")
        bound = [kind for kind in distinct if kind & self._mask in types.bound]
        if bound and not set(compress(kinds_left, addends_left)).isdisjoint(bound):
            # glibc adds it on some machines only, musl on all.
            raise self._image.error("a relocation that adds to the address of a symbol")

    def _are_writable(self, places: Iterable[int]) -> bool:
        """Whether all addresses are in segments that can be written, and none in a table that loaders read again."""
        ordered = sorted(places)
        if _count_within(ordered, self._across):
            raise self._image.error("a relocation across two functions of a table")
        return _count_within(ordered, self._writable) == len(ordered) and not _count_within(ordered, self._kept)

    def _are_code(self, addresses: Iterable[int]) -> bool:
        """Whether all addresses may be of code, as :meth:`.Image.is_code` has it."""
        ordered = sorted(addresses)
        return _count_within(ordered, self._code) == len(ordered) and not _count_within(ordered, self._image.tables)

    def _read_packed(self, address: int, size: int) -> None:
        """Follow DT_RELR: an even number is an address, an odd one says which of the words after the last are meant."""
        image, width = self._image, self._width
        if size > _MAX_RELOCATIONS:
            raise image.error(f"{size} bytes of packed relocations")
        next_: int | None = None
        for number in image.numbers(image.word, address, size // width, "the packed relocations"):
            if not number & 1:
                places, next_ = [number], number + width
            elif next_ is None:
                raise image.error("packed relocations that begin without an address")
            else:
                places = [next_ + width * bit for bit in range(8 * width - 1) if number >> bit + 1 & 1]
                next_ += width * (8 * width - 1)
            self._relocated |= self._functions.keys() & places
            if not self._are_writable(places):
                raise image.error("a packed relocation of bytes that are not writable")
