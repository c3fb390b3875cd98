"""The bytes of one archive member as a seekable file that is not kept in memory.

The important tables of an ELF file are at its two ends, and Deflate can only be read from the beginning. So the
decompressor is copied every few megabytes, and a read resumes from the last copy before the wanted place.
libarrow's 46 MB take three megabytes of memory this way, and a tenth more time than one pass.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

from ..errors import InvalidWheel

#: Bytes of output between two copies of the decompressor; a copy takes some 40 KiB.
_STEP = 2 << 20
#: Bytes that are inflated at once, and compressed bytes that are read at once.
_PIECE = 256 << 10
#: Bytes from the beginning that are kept: most tables of an ELF file are there.
_HEAD = 6 << 20
#: Bytes that may be read and inflated in all: this many times the size, plus this many. Reading the tables of a real
#: file goes back a few times; a hostile file could make it go back thousands of times.
_MAX_TIMES, _MAX_MORE = 8, 32 << 20
_WRONG_CHECKSUM = "it does not have the checksum that the archive says"


class Stored(io.RawIOBase):
    """A member that is stored without compression, as a seekable stream.

    :param packed: reads the member's bytes in the archive, given an offset and the largest number of bytes.
    :param size: number of bytes that the member has.
    :param checksum: CRC-32 that they must have.
    :param error: makes the error that says what is wrong with it.
    """

    def __init__(
        self, packed: Callable[[int, int], bytes], size: int, checksum: int, error: Callable[[str], InvalidWheel]
    ) -> None:
        super().__init__()
        self._packed, self._size, self._position = packed, size, 0
        self._checksum, self._error = checksum, error

    def seekable(self) -> bool:
        """Return true."""
        return True

    def readable(self) -> bool:
        """Return true."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Set the position; nothing is read yet."""
        position = offset + (0, self._position, self._size)[whence]
        if position < 0:
            raise ValueError(f"a seek to {position}")
        self._position = position
        return position

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # BufferedReader passes only this
        """Read bytes from the position on; fewer if the member ends.

        :raises InvalidWheel: the member is damaged, or does not have the size that the archive says.
        """
        size = max(min(len(buffer), self._size - self._position), 0)
        data = self.bytes_at(self._position, size) if size else b""
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def bytes_at(self, start: int, size: int) -> bytes:
        """Read bytes that are inside the member."""
        return self._packed(start, size)

    def verify(self) -> None:
        """Read all that has not been read.

        :raises InvalidWheel: the member does not have the size or the checksum that the archive says.
        """
        checksum = 0
        for start in range(0, self._size, _PIECE):
            checksum = zlib.crc32(self.bytes_at(start, min(_PIECE, self._size - start)), checksum)
        if checksum != self._checksum:
            raise self._error(_WRONG_CHECKSUM)


class Inflated(Stored):
    """A deflated member as a seekable stream; its parameters are those of :class:`Stored`."""

    def __init__(
        self, packed: Callable[[int, int], bytes], size: int, checksum: int, error: Callable[[str], InvalidWheel]
    ) -> None:
        super().__init__(packed, size, checksum, error)
        self._head = bytearray()
        #: Copies of the decompressor, with the offset of the next output and of the next input.
        self._copies: list[tuple[int, int, Any]] = [(0, 0, zlib.decompressobj(-15))]
        #: Offset of the current piece, the piece, and the state after it.
        self._at, self._piece = 0, b""
        self._consumed, self._waiting, self._machine = 0, b"", self._copies[0][2].copy()
        #: Number of bytes from the beginning whose checksum is known, and the checksum.
        self._summed, self._sum = 0, 0
        self._left = _MAX_TIMES * size + _MAX_MORE

    def verify(self) -> None:
        """Inflate all that has not been inflated, which checks it."""
        if self._summed < self._size:
            self.bytes_at(self._size - 1, 1)

    def bytes_at(self, start: int, size: int) -> bytes:
        """Inflate bytes, starting at the beginning, at the current piece or at a copy."""
        end = start + size
        if end <= len(self._head):
            return bytes(self._head[start:end])
        self._resume(start)
        pieces = []
        while True:
            # The wanted bytes begin in this piece, or in a later one.
            pieces.append(self._piece[max(start - self._at, 0) : end - self._at])
            start = max(start, self._at + len(self._piece))
            if start >= end:
                return b"".join(pieces)
            self._next_piece()

    def _resume(self, place: int) -> None:
        """Resume from the last copy before a place, unless the current piece is nearer."""
        at, consumed, copy = next(state for state in reversed(self._copies) if state[0] <= place)
        if not at <= self._at <= place:
            self._at, self._piece = at, b""
            self._consumed, self._waiting, self._machine = consumed, b"", copy.copy()

    def _next_piece(self) -> None:
        """Inflate the piece that follows the current one."""
        at = self._at + len(self._piece)
        if at >= self._copies[-1][0] + _STEP:
            self._copies.append((at, self._consumed - len(self._waiting), self._machine.copy()))
        piece = self._inflate(min(_PIECE, self._size - at))
        if not piece:
            raise self._error(f"it inflates to {at} bytes, where the archive says {self._size}")
        end = at + len(piece)
        if at <= len(self._head) < min(end, _HEAD):
            self._head += piece[len(self._head) - at :]
        if at <= self._summed < end:
            self._sum = zlib.crc32(memoryview(piece)[self._summed - at :], self._sum)
            self._summed = end
        self._at, self._piece = at, piece
        if end == self._size:
            if self._sum != self._checksum:
                raise self._error(_WRONG_CHECKSUM)
            if self._inflate(1):
                raise self._error(f"it inflates to more than the {self._size} bytes that the archive says")

    def _inflate(self, most: int) -> bytes:
        """Inflate the next bytes, at most this many; none at the end."""
        piece = b""
        while not piece:
            if not self._waiting and not self._machine.eof:
                self._waiting = self._packed(self._consumed, _PIECE)
                self._consumed += len(self._waiting)
            given = len(self._waiting)
            try:
                piece = self._machine.decompress(self._waiting, most)
            except zlib.error as error:
                raise self._error(f"it cannot be inflated: {error}") from None
            self._waiting = b"" if self._machine.eof else self._machine.unconsumed_tail
            self._left -= given - len(self._waiting) + len(piece)
            if self._left < 0:
                raise self._error("its tables are so scattered that it would have to be inflated many times")
            if not given:
                break
        return piece
