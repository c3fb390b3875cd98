"""``/etc/ld.so.cache``, in which ldconfig lists libraries and their paths. Pure.

A loader maps the file and searches it. It ignores a damaged file, so nothing here raises.

Rule: glibc ``sysdeps/generic/dl-cache.h``, ``elf/dl-cache.c`` and ``sysdeps/generic/ldconfig.h``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..platforms.linux import table
from ..platforms.linux.elf_flags import EF_ARM_ABI_FLOAT_HARD, float_abi_from_flags

#: A machine with every package of a distribution has some ten thousand libraries, in less than a megabyte.
MAX_CACHE = 2 << 20
_MAX_NAME, _MAX_PATH = 256, 4096  # as Linux, with the zero byte at the end
_MAX_PATHS = 256  # of one name; a library that is built for every processor level has four

_OLD_MAGIC, _OLD_HEADER = b"ld.so-1.7.0", 16
_NEW_MAGIC, _NEW_HEADER = b"glibc-ld.so.cache1.1", 48
#: The byte order, by the flags of the new header; old versions of ldconfig do not say.
_ORDERS = {0: None, 2: "little", 3: "big"}

_LIBC6 = 3
_X86_64, _S390_64, _PPC_64, _N32, _N64, _X32 = 0x300, 0x400, 0x500, 0x600, 0x700, 0x800
_ARM_HARD, _AARCH64, _ARM_SOFT = 0x900, 0xA00, 0xB00
_RISCV_SOFT, _RISCV_DOUBLE, _LOONGARCH_SOFT, _LOONGARCH_DOUBLE = 0xF00, 0x1000, 0x1100, 0x1200


@dataclass(frozen=True, slots=True)
class Code:
    """The kind of code in a file, by its ELF header. A loader takes code of its own kind only."""

    bits: int
    byte_order: Literal["little", "big"]
    machine: int
    flags: int


def cache_flags(code: Code) -> frozenset[int] | None:
    """List the flags of the entries that a loader of this code takes; ``None`` if they are not known.

    >>> cache_flags(Code(64, "little", 62, 0)) == {0x303}
    True
    """
    wide, double = code.bits == 64, float_abi_from_flags(code.machine, code.flags) == "double"
    kinds: tuple[int, ...] | None = {
        table.EM_X86_64: (_X86_64,) if wide else (_X32,),
        table.EM_386: (0,),
        # Either loader takes libraries that do not say how they pass floats. The bit counts in every EABI version.
        table.EM_ARM: (_ARM_HARD if code.flags & EF_ARM_ABI_FLOAT_HARD else _ARM_SOFT, 0),
        table.EM_AARCH64: (_AARCH64,) if wide else None,
        table.EM_PPC64: (_PPC_64,),
        table.EM_S390: (_S390_64,) if wide else (0,),
        table.EM_RISCV: (_RISCV_DOUBLE if double else _RISCV_SOFT,) if wide else None,
        table.EM_LOONGARCH: (_LOONGARCH_DOUBLE if double else _LOONGARCH_SOFT,),
        table.EM_MIPS: (_N64,) if wide else (_N32,) if code.flags & table.EF_MIPS_ABI2 else (0,),
    }.get(code.machine)
    return None if kinds is None else frozenset(kind | _LIBC6 for kind in kinds)


class LdCache:
    """The cache's entries for one kind of code.

    :param data: the file, of at most :data:`MAX_CACHE` bytes.
    :param code: the kind of code.
    :ivar error: why a loader would ignore the file; empty if it would not.
    """

    def __init__(self, data: bytes, code: Code) -> None:
        self.error = ""
        self._data = data
        self._mark = "<" if code.byte_order == "little" else ">"
        self._base = 0
        flags = cache_flags(code)
        #: Name -> (hwcap, index in the table, offset of the path).
        self._entries: dict[bytes, list[tuple[int, int, int]]] = {}
        for place, (kind, key, value, hwcap) in enumerate(self._table(code.byte_order)):
            if kind in flags if flags is not None else kind & 0xFF == _LIBC6:
                start = key + self._base
                name, end, _ = data[start : start + _MAX_NAME].partition(b"\0")
                if end:
                    self._entries.setdefault(name, []).append((hwcap, place, value + self._base))

    def find(self, name: str) -> tuple[str, ...]:
        """List the paths that the cache has for a library's name.

        A library for every processor comes before its builds for processor levels (``glibc-hwcaps``), which loaders
        prefer where the processor has the level.
        """
        entries = sorted(self._entries.get(name.encode("utf-8", "surrogateescape"), ()))
        ends = [(start, self._data.find(b"\0", start, start + _MAX_PATH)) for _, _, start in entries[:_MAX_PATHS]]
        paths = [self._data[start:end].decode("utf-8", "surrogateescape") for start, end in ends if end > start]
        return tuple(dict.fromkeys(paths))

    def _table(self, byte_order: str) -> Iterator[tuple[int, int, int, int]]:
        """List (flags, name, path, hwcap) of all entries; names and paths are offsets from ``_base``."""
        data, start = self._data, 0
        if data.startswith(_OLD_MAGIC) and len(data) >= _OLD_HEADER:
            count = self._number(12)
            start = _OLD_HEADER + 12 * count
            if start > len(data):
                self.error = f"it is cut off: {count} libraries in {len(data)} bytes"
                return
            # A cache in the new form may follow the old one, aligned for 64-bit numbers or not.
            new = next((place for place in (-(-start // 8) * 8, start) if data.startswith(_NEW_MAGIC, place)), None)
            if new is None:
                self._base = start
                for kind, key, value in struct.iter_unpack(f"{self._mark}3I", data[_OLD_HEADER:start]):
                    yield kind, key, value, 0
                return
            start = new
        if not data.startswith(_NEW_MAGIC, start) or len(data) < start + _NEW_HEADER:
            self.error = "it is not an ld.so.cache, or is cut off"
            return
        order = _ORDERS.get(data[start + 28] & 3, "invalid")
        if order not in {None, byte_order}:
            self.error = f"its byte order is {order}"
            return
        count, first = self._number(start + 20), start + _NEW_HEADER
        if first + 24 * count > len(data):
            self.error = f"it is cut off: {count} libraries in {len(data)} bytes"
            return
        self._base = start
        entries: Iterable[tuple[int, int, int, int, int]] = struct.iter_unpack(
            f"{self._mark}4IQ", data[first : first + 24 * count]
        )
        for kind, key, value, _, hwcap in entries:
            yield kind, key, value, hwcap

    def _number(self, offset: int) -> int:
        (number,) = struct.unpack_from(f"{self._mark}I", self._data, offset)
        return int(number)
