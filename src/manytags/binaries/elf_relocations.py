"""Relocations: where a loader writes, and which symbols it looks up for that.

A loader trusts them. It writes wherever they say, and ends where a type is unknown to it or a table is not whole. So a
file with such relocations does not load, whatever else it says.

Rule: System V ABI, chapter 5; glibc ``elf/get-dynamic-info.h``, ``elf/do-rel.h``, and ``sysdeps/*/dl-machine.h``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from ..platforms.linux.table import EM_386, EM_AARCH64, EM_ARM, EM_MIPS, EM_X86_64
from .elf_image import ET_EXEC, PF_W, PT_DYNAMIC, PT_INTERP, PT_LOAD, Image
from .elf_structs import numbers_of

DT_PLTRELSZ, DT_PLTREL, DT_JMPREL = numbers_of("DT_", "PLTRELSZ PLTREL JMPREL")
DT_RELA, DT_RELASZ, DT_RELAENT, DT_RELACOUNT = numbers_of("DT_", "RELA RELASZ RELAENT RELACOUNT")
DT_REL, DT_RELSZ, DT_RELENT, DT_RELCOUNT = numbers_of("DT_", "REL RELSZ RELENT RELCOUNT")
DT_RELR, DT_RELRSZ, DT_RELRENT, DT_TEXTREL, DT_FLAGS = numbers_of("DT_", "RELR RELRSZ RELRENT TEXTREL FLAGS")
_DF_TEXTREL = 4

_MAX_RELOCATIONS = 8_000_000  # in each table (321,106 in torch 2.13's libtorch_cpu.so of 434 MB)
_CHUNK = 65536  # entries read at a time

#: Machine -> its relative relocation, the one that copies data into a program, and the others that loaders know. The
#: types of other machines are not judged.
_TYPES = {
    EM_X86_64: (8, 5, {0, 1, 2, 6, 7, 10, 16, 17, 18, 36, 37}),
    EM_386: (8, 5, {0, 1, 2, 6, 7, 14, 35, 36, 37, 38, 41, 42}),
    EM_AARCH64: (1027, 1024, {0, 257, 258, 1025, 1026, *range(1028, 1033)}),
}
#: R_X86_64_32, which musl refuses. Linkers write it for code with 32-bit addresses.
_X32_ALONE = {10}
#: Where relocations are: table, size, size of an entry, and how many at its beginning are relative.
_WITH_ADDENDS = DT_RELA, DT_RELASZ, DT_RELAENT, DT_RELACOUNT
_IN_PLACE = DT_REL, DT_RELSZ, DT_RELENT, DT_RELCOUNT
#: Machines whose relocations have no addends of their own.
_WITHOUT_ADDENDS = {EM_386, EM_ARM, EM_MIPS}


def _types(image: Image) -> tuple[int, int, set[int]] | tuple[None, None, None]:
    relative, copy, others = _TYPES.get(image.machine, (None, None, None))
    if relative is None or copy is None or others is None:
        return None, None, None
    return relative, copy, others - _X32_ALONE if image.machine == EM_X86_64 and image.wide else others


class Relocations:
    """The relocations of a file.

    :param image: the file.
    :param tags: its dynamic section.
    :ivar symbols: how many symbols it must have: one more than the highest that is named; 0 without relocations.
    :raises InvalidBinary: loaders would refuse them, or end while they follow them.
    """

    def __init__(self, image: Image, tags: Mapping[int, int]) -> None:
        self._image, self._tags = image, tags
        self._width = 8 if image.wide else 4
        dynamic = image.segment(PT_DYNAMIC)
        # A loader has read its own tables before it relocates them, and reads them again.
        self._kept = (dynamic.address, dynamic.end) if dynamic else (0, 0)
        is_writable_code = DT_TEXTREL in tags or tags.get(DT_FLAGS, 0) & _DF_TEXTREL
        loaded = [segment for segment in image.segments if segment.kind == PT_LOAD]
        self._writable = [
            (segment.address, segment.end) for segment in loaded if segment.flags & PF_W or is_writable_code
        ]
        self._start, self._end = loaded[0].address, loaded[-1].end  # they are in order
        self.symbols = 0
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
        known_relative, copy, others = _types(image)
        is_program = image.type == ET_EXEC or image.segment(PT_INTERP) is not None
        at, _ = image.locate(address, size, "a relocation table") if size else (0, 0)
        highest = 0
        shift, mask = (32, 0xFFFFFFFF) if image.wide else (8, 0xFF)
        for first in range(0, count, _CHUNK):
            length = fields * width * min(_CHUNK, count - first)
            numbers = image.array_of(image.word, image.read(at + fields * width * first, length, "a relocation table"))
            places, kinds = numbers[::fields], set(numbers[1::fields])
            highest = max(highest, max(kinds) >> shift)
            types = {kind & mask for kind in kinds} - {known_relative, copy if is_program else known_relative}
            if others is not None and not types <= others:
                raise image.error("a relocation of a type that loaders do not know")
            head = numbers[1 : fields * max(0, relative - first) : fields]
            if known_relative is not None and any(kind & mask != known_relative for kind in set(head)):
                raise image.error("DT_RELACOUNT counts relocations that are not relative")
            leads_to = numbers[2 : fields * max(0, relative - first) : fields] if fields == 3 else ()
            if leads_to and not self._start <= min(leads_to) <= max(leads_to) <= self._end:
                raise image.error("a relative relocation that leads out of the file")
            if not self._are_writable(places):
                # Linkers fill gaps with relocations of no type, at any place.
                pairs = zip(places, numbers[1::fields], strict=True)
                if not self._are_writable(place for place, kind in pairs if kind & mask):
                    raise image.error("a relocation of bytes that are not writable")
        if highest:
            self.symbols = max(self.symbols, highest + 1)

    def _are_writable(self, places: Iterable[int]) -> bool:
        """Whether all addresses are in segments that can be written, and none in the dynamic section."""
        ordered = sorted(places)

        def count(start: int, end: int) -> int:
            return bisect_left(ordered, end) - bisect_left(ordered, start)

        return sum(count(*segment) for segment in self._writable) == len(ordered) and not count(*self._kept)

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
            if not self._are_writable(places):
                raise image.error("a packed relocation of bytes that are not writable")
