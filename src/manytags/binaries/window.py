"""A part of a file, read within bounds: all of a PE file, or one slice of a Mach-O file."""

from __future__ import annotations

import struct
from itertools import accumulate
from typing import BinaryIO

from ..errors import InvalidBinary

_BLOCK = 8192  # bytes that are read at once and kept, since tables and names lie close together
_MAX_BLOCKS = 512  # that are kept
#: Bytes between names that are read at once, and bytes of most names.
_MAX_SPAN, _SHORT = 4 << 20, 512
#: Bytes that are read in all, and bytes of all names. The largest real files need a tenth of these.
_MAX_READ, _MAX_NAMES = 192 << 20, 64 << 20


class Window:
    """Bytes of a file by their offset in a part of it.

    :param stream: the file, seekable; only what is asked for is read.
    :param name: what errors call it.
    :param start: offset of the part in the file.
    :param size: bytes of the part; by default all that follow.
    """

    def __init__(self, stream: BinaryIO, name: str, start: int = 0, size: int | None = None) -> None:
        self.name = name
        self._stream, self._start = stream, start
        self.size = stream.seek(0, 2) - start if size is None else size
        self._blocks: dict[int, bytes] = {}
        self._left, self._left_in_names = _MAX_READ, _MAX_NAMES

    def error(self, reason: str) -> InvalidBinary:
        """Make the error that says what is wrong with this file."""
        return InvalidBinary(self.name, reason)

    def check(self, offset: int, size: int, what: str) -> None:
        """Check that bytes are in the file.

        :raises InvalidBinary: they are not.
        """
        if offset + size > self.size:
            raise self.error(f"{what} would end at byte {offset + size}, and the file has {self.size}")

    def read(self, offset: int, size: int, what: str) -> bytes:
        """Read bytes that must be in the file."""
        self.check(offset, size, what)
        number, place = divmod(offset, _BLOCK)
        if place + size <= _BLOCK:
            return self._block(number)[place : place + size]
        return self._read(offset, size)

    def unpack(self, layout: struct.Struct, offset: int, what: str) -> tuple[int, ...]:
        """Read one structure of integers."""
        return layout.unpack(self.read(offset, layout.size, what))

    def text(self, offset: int, end: int, what: str) -> str:
        """Read a name that ends with a zero byte before ``end``."""
        return self._raw(offset, end, what).decode("utf-8", "backslashreplace")

    def _raw(self, offset: int, end: int, what: str) -> bytes:
        number, place = divmod(offset, _BLOCK)
        block = self._block(number) if offset < min(end, self.size) else b""
        stop = block.find(b"\0", place, end - number * _BLOCK)
        raw = block[place:stop] if stop >= 0 else self._long(offset, min(end, self.size), what)
        self._count_names(len(raw))
        return raw

    def _count_names(self, size: int) -> None:
        self._left_in_names -= size
        if self._left_in_names < 0:
            raise self.error(f"more than {_MAX_NAMES} bytes of names")

    def raws(self, offsets: list[int], end: int, what: str) -> list[bytes]:
        """Read names as :meth:`text` does, by one read if they lie close together, and leave them as bytes."""
        if not offsets:
            return []
        first, last, end = min(offsets), max(offsets), min(end, self.size)
        if last - first > _MAX_SPAN or last >= end:
            return [self._raw(offset, end, what) for offset in offsets]
        data = self._read(first, min(last + _SHORT, end) - first)
        # Linkers write the names one after the other, in the order of the symbols.
        names = data.split(b"\0", len(offsets))
        lengths = accumulate(map(len, names[:-2]), initial=first)
        if len(names) > len(offsets) and list(lengths) == [offset - row for row, offset in enumerate(offsets)]:
            self._count_names(len(data))
            return names[:-1]
        stops = [data.find(b"\0", offset - first) + first for offset in offsets]
        if min(stops) < first:
            return [self._raw(offset, end, what) for offset in offsets]
        self._count_names(sum(stops) - sum(offsets))
        return [data[offset - first : stop - first] for offset, stop in zip(offsets, stops, strict=True)]

    def _long(self, offset: int, end: int, what: str) -> bytes:
        """Read a name that runs from one block into the next."""
        pieces = []
        while offset < end:
            number, place = divmod(offset, _BLOCK)
            piece, zero, _ = self._block(number)[place : place + end - offset].partition(b"\0")
            pieces.append(piece)
            if zero:
                return b"".join(pieces)
            offset += len(piece)
        raise self.error(f"{what} has no end")

    def _block(self, number: int) -> bytes:
        block = self._blocks.get(number)
        if block is None:
            if len(self._blocks) == _MAX_BLOCKS:
                self._blocks.clear()
            offset = number * _BLOCK
            block = self._blocks[number] = self._read(offset, min(_BLOCK, self.size - offset))
        return block

    def _read(self, offset: int, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise self.error("its tables are too large, or too scattered")
        self._stream.seek(self._start + offset)
        data = self._stream.read(size)
        if len(data) != size:
            raise self.error(f"it cannot be read: {len(data)} of {size} bytes came")
        return data
