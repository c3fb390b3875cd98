"""Hash tables: how a loader finds the symbols that a file defines, and how many symbols there are.

A loader compares hashes before names, so a symbol that the table does not lead to is not there for it: not for
``dlsym``, which looks for ``PyInit_foo``, and not for the file itself.

Rule: System V ABI, chapter 5 (DT_HASH); glibc ``elf/dl-lookup.c`` and ``elf/dl-setup_hash.c`` (DT_GNU_HASH).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

from ..platforms.linux.table import EM_S390
from .elf_image import Image
from .elf_structs import numbers_of

DT_HASH, DT_GNU_HASH = numbers_of("DT_", "HASH GNU_HASH")
_GNU = "the GNU hash table"

_MAX_SYMBOLS = 1_000_000  # of .dynsym (75,415 in torch 2.13's libtorch_cpu.so)


class Hashes:
    """The hash tables of a file.

    :param image: the file.
    :param tags: its dynamic section.
    :ivar symbols: how many symbols the tables know of.
    :ivar tables: where the tables begin and end.
    :raises InvalidBinary: loaders would end while they follow a table.
    """

    def __init__(self, image: Image, tags: Mapping[int, int]) -> None:
        self._image = image
        self.symbols = 0
        self.tables: list[tuple[int, int]] = []
        self._plain: tuple[array[int], array[int]] | None = None
        self._gnu: _GnuHash | None = None
        if DT_HASH in tags:
            self._plain = self._read_plain(tags[DT_HASH])
            self.symbols = len(self._plain[1])
        if DT_GNU_HASH in tags:
            self._gnu = _GnuHash(image, tags[DT_GNU_HASH])
            self.symbols = max(self.symbols, self._gnu.symbols)
            self.tables.append((tags[DT_GNU_HASH], self._gnu.end))

    def _read_plain(self, address: int) -> tuple[array[int], array[int]]:
        image = self._image
        # Only 64-bit s390 has 64-bit numbers in this table.
        form, width = ("Q", 8) if image.machine == EM_S390 and image.wide else ("I", 4)
        buckets, symbols = image.unpack_at("2" + form, address, "the hash table")
        if not 0 < buckets <= _MAX_SYMBOLS or symbols > _MAX_SYMBOLS:
            raise image.error(f"a hash table of {buckets} buckets and {symbols} symbols")
        numbers = image.numbers(form, address + 2 * width, buckets + symbols, "the hash table")
        if max(numbers) >= max(1, symbols):
            raise image.error("its hash table leads to symbols that it does not have")
        self.tables.append((address, address + (2 + len(numbers)) * width))
        return numbers[:buckets], numbers[buckets:]

    def unfound(self, names: Iterable[tuple[int, bytes]]) -> bytes | None:
        """Return the first of some symbols that a table does not lead to.

        :param names: numbers of symbols, and their names.
        """
        for number, name in names:
            if self._gnu is None and self._plain is None:
                return name
            if self._gnu is not None and not self._gnu.leads_to(number, name):
                return name
            if self._plain is not None and not self._leads_to(number, name):
                return name
        return None

    def _leads_to(self, number: int, name: bytes) -> bool:
        buckets, chain = self._plain or (array("I"), array("I"))
        place = buckets[elf_hash(name) % len(buckets)]
        for _ in range(len(chain)):
            if place in {0, number}:
                return place == number
            place = chain[place]
        raise self._image.error("a chain of its hash table has no end")


class _GnuHash:
    """A table of GNU's form: a filter, then buckets, then the hashes of the symbols in the order of their buckets."""

    def __init__(self, image: Image, address: int) -> None:
        buckets, self._first, words, self._shift = image.unpack_at("4I", address, _GNU)
        if not 0 < buckets <= _MAX_SYMBOLS or not 0 < words <= _MAX_SYMBOLS or words & (words - 1) or self._shift > 31:
            raise image.error(f"a GNU hash table of {buckets} buckets, and a filter of {words} words")
        self._bits = 64 if image.wide else 32
        at, size = address + 16, words * self._bits // 8
        self._filter = image.numbers(image.word, at, words, _GNU)
        self._buckets = image.numbers("I", at + size, buckets, _GNU)
        self.symbols, self._hashes = self._first, array("I")
        last = 0
        for number in self._buckets:
            if number and not max(self._first - 1, last) < number <= _MAX_SYMBOLS:
                raise image.error("the buckets of its GNU hash table are not in order")
            last = number or last
        self.end = at + size + 4 * buckets
        if last:
            self._read_chains(image, at + size + 4 * buckets, last - self._first)

    def _read_chains(self, image: Image, at: int, known: int) -> None:
        """Read the hashes of all symbols.

        :param known: how many there are before the chain of the last bucket.
        """
        # The chain of the last bucket says where the table ends: with an odd number.
        self._hashes = image.numbers("I", at, known, _GNU)
        end = at + 4 * known
        available = image.locate(end, 4, _GNU)[1] // 4
        for start in range(0, min(available, _MAX_SYMBOLS), 1024):
            numbers = image.numbers("I", end + 4 * start, min(1024, available - start), _GNU)
            last = next((place for place, number in enumerate(numbers) if number & 1), None)
            self._hashes += numbers if last is None else numbers[: last + 1]
            if last is not None:
                self.symbols = self._first + len(self._hashes)
                self.end = at + 4 * len(self._hashes)
                return
        raise image.error("its GNU hash table has no end")

    def leads_to(self, number: int, name: bytes) -> bool:
        """Whether a search for a name comes to a symbol."""
        wanted = gnu_hash(name)
        word = self._filter[wanted // self._bits % len(self._filter)]
        if not word >> wanted % self._bits & word >> (wanted >> self._shift) % self._bits & 1:
            return False
        place = self._buckets[wanted % len(self._buckets)] - self._first
        target = number - self._first
        if not 0 <= place <= target < len(self._hashes) or self._hashes[target] | 1 != wanted | 1:
            return False
        return not any(hashed & 1 for hashed in self._hashes[place:target])


def gnu_hash(name: bytes) -> int:
    """Compute the hash of a name in DT_GNU_HASH.

    >>> hex(gnu_hash(b"printf"))
    '0x156b2bb8'
    """
    value = 5381
    for byte in name:
        value = value * 33 + byte & 0xFFFFFFFF
    return value


def elf_hash(name: bytes) -> int:
    """Compute the hash of a name in DT_HASH, and of a version.

    >>> hex(elf_hash(b"GLIBC_2.2.5"))
    '0x9691a75'
    """
    value = 0
    for byte in name:
        value = (value << 4) + byte
        value = (value ^ (value & 0xF0000000) >> 24) & 0x0FFFFFFF
    return value
