"""The bytes of one archive member as a seekable file that is not kept in memory.

The important tables of an ELF file are at its two ends, and Deflate can only be read from the beginning. So the
decompressor is copied every few megabytes, and a read resumes from the last copy before the wanted place.
libarrow's 46 MB take three megabytes of memory this way, and a tenth more time than one pass.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import InvalidWheel

#: Bytes of output between two copies of the decompressor, at least, and how many copies there are, at most; a copy
#: takes some 40 KiB.
_STEP, _MAX_COPIES = 2 << 20, 64
#: Bytes that are inflated at once, and compressed bytes that are read at once; bytes of the first piece.
_PIECE = 256 << 10
_FIRST_PIECE = 16 << 10
#: Bytes from the beginning that are kept: most tables of an ELF file are there.
_HEAD = 6 << 20
#: Bytes of a wheel's members that may be read and inflated in all: this many times their size, plus this many. Reading
#: the tables of a real file goes back a few times; a hostile file could make it go back thousands of times.
_MAX_TIMES, _MAX_MORE = 3, 32 << 20
WRONG_CHECKSUM = "it does not have the checksum that the archive says"
NO_END, MORE = "its compressed data has no end", "bytes follow the end of its compressed data"


class Work:
    """What reading the members of one wheel may cost.

    :param size: bytes of all its members.
    """

    def __init__(self, size: int) -> None:
        self._left = _MAX_TIMES * size + _MAX_MORE

    def spend(self, size: int, error: Callable[[str], InvalidWheel]) -> None:
        """Count bytes that were read and inflated."""
        self._left -= size
        if self._left < 0:
            raise error("its tables are so scattered that it would have to be inflated many times")


class Inflation(NamedTuple):
    """What compressed bytes are inflated to.

    :param data: the bytes.
    :param ended: whether the compressed data has ended.
    :param more: whether bytes follow its end.
    """

    data: bytes
    ended: bool
    more: bool


def inflate(packed: bytes, most: int, error: Callable[[str], InvalidWheel]) -> Inflation:
    """Inflate bytes of a member that are in memory.

    :param packed: the first bytes of its compressed data, or all.
    :param most: the largest number of bytes that are inflated.
    :param error: makes the error that says what is wrong with the member.
    :raises InvalidWheel: they are damaged.
    """
    machine = zlib.decompressobj(-15)
    try:
        data = machine.decompress(packed, most)
    except zlib.error as wrong:
        raise error(f"it cannot be inflated: {wrong}") from None
    return Inflation(data, machine.eof, bool(machine.unused_data))


class Stored(io.RawIOBase):
    """A member that is stored without compression, as a seekable stream.

    :param packed: reads the member's bytes in the archive, given an offset and the largest number of bytes.
    :param size: number of bytes that the member has.
    :param checksum: CRC-32 that they must have.
    :param error: makes the error that says what is wrong with it.
    :param work: counts what is read.
    """

    def __init__(
        self,
        packed: Callable[[int, int], bytes],
        size: int,
        checksum: int,
        error: Callable[[str], InvalidWheel],
        work: Work,
    ) -> None:
        super().__init__()
        self._packed, self._size, self._position = packed, size, 0
        self._checksum, self._error, self._work = checksum, error, work

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
        self._work.spend(size, self._error)
        return self._packed(start, size)

    def verify(self) -> None:
        """Read all that has not been read.

        :raises InvalidWheel: the member does not have the size or the checksum that the archive says.
        """
        checksum = 0
        for start in range(0, self._size, _PIECE):
            checksum = zlib.crc32(self.bytes_at(start, min(_PIECE, self._size - start)), checksum)
        if checksum != self._checksum:
            raise self._error(WRONG_CHECKSUM)


class Inflated(Stored):
    """A deflated member as a seekable stream; its parameters are those of :class:`Stored`."""

    def __init__(
        self,
        packed: Callable[[int, int], bytes],
        size: int,
        checksum: int,
        error: Callable[[str], InvalidWheel],
        work: Work,
    ) -> None:
        super().__init__(packed, size, checksum, error, work)
        self._step = max(_STEP, size // _MAX_COPIES)
        self._head = bytearray()
        #: Copies of the decompressor, with the offset of the next output and of the next input.
        self._copies: list[tuple[int, int, Any]] = [(0, 0, zlib.decompressobj(-15))]
        #: Offset of the current piece, the piece, and the state after it.
        self._at, self._piece = 0, b""
        self._consumed, self._waiting, self._machine = 0, b"", self._copies[0][2].copy()
        #: Number of bytes from the beginning whose checksum is known, and the checksum.
        self._summed, self._sum = 0, 0

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
        if at >= self._copies[-1][0] + self._step:
            self._copies.append((at, self._consumed - len(self._waiting), self._machine.copy()))
        # The first pieces are small, since many files are read no further than their headers.
        piece = self._inflate(min(_PIECE, max(_FIRST_PIECE, at), self._size - at))
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
                raise self._error(WRONG_CHECKSUM)
            if self._inflate(1):
                raise self._error(f"it inflates to more than the {self._size} bytes that the archive says")
            if not self._machine.eof:
                raise self._error(NO_END)
            if self._machine.unused_data or self._packed(self._consumed, 1):
                raise self._error(MORE)

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
            self._work.spend(given - len(self._waiting) + len(piece), self._error)
            if not given:
                break
        return piece
