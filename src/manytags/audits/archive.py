"""The members of a wheel's archive, read from bytes that may lie.

All readers must read the archive alike: no member's own header or descriptor contradicts the directory, and no bytes
are between members, or in a member behind the end of its compressed data. Members are inflated here, since the first
bytes of every member are needed: a file can be loaded whatever its name is. ``zipfile`` takes 60 µs to open a member.

Rule: PKWARE's APPNOTE.TXT.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from ..errors import InvalidWheel, shown
from .directory import (
    DEFLATED,
    DESCRIPTOR,
    HEADER,
    NEWEST,
    SIZES_64,
    STORED,
    UNREADABLE,
    UTF_8,
    Member,
    check_other_name,
    extra_fields,
    read_directory,
    sizes_64,
)
from .inflate import MORE, NO_END, WRONG_CHECKSUM, Inflated, Stored, Work, inflate

#: Bytes of all members. Above the second number of bytes, a compression ratio above the third number means a bomb.
#: Compiled code reaches 10, and Deflate 1,032.
_MAX_SIZE, _SUSPICIOUS_SIZE, _MAX_RATIO = 64 << 30, 128 << 20, 100
#: Members up to this size are inflated as a whole.
_SMALL = 6 << 20
#: Compressed bytes of a member that are read with its header.
_AT_ONCE = 1 << 20
#: Bytes of the tables of a Deflate block, before its first byte of output.
_CODES = 400

_LOCAL = struct.Struct("<4s5H3I2H")
#: The mark of a descriptor, which may be missing.
_MARK = b"PK\7\x08"


class _Beginning(io.BytesIO):
    """The first bytes of a file.

    :param size: bytes of the whole file.
    """

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._size if whence == io.SEEK_END else super().seek(offset, whence)


class Archive:
    """A wheel's archive.

    :param stream: the file, seekable.
    :param name: what errors call it.
    :ivar members: its files, in the order of the directory.
    :raises InvalidWheel: it is not an archive, readers would read it differently, or it is a bomb.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self._stream = stream
        size = self._seek(0, 2)
        members, self._limits = read_directory(size, self.bytes_at, self.error)
        self.members = tuple(member for member in members if member.name[-1:] != "/")
        self._folders = tuple(member for member in members if member.name[-1:] == "/")
        total = sum(member.size for member in self.members)
        if total > _MAX_SIZE or (total > _SUSPICIOUS_SIZE and total > _MAX_RATIO * size):
            raise self.error(f"it is a bomb: {size} bytes inflate to {total}")
        self._work = Work(total)

    def error(self, reason: str) -> InvalidWheel:
        """Make the error that says what is wrong with this archive."""
        return InvalidWheel(self.name, reason)

    def heads(self, size: int) -> Iterator[tuple[Member, bytes]]:
        """Iterate over the files and their first bytes. Of longer files nothing else is read, or checked.

        :param size: how many bytes, at most.
        :raises InvalidWheel: a member is damaged.
        """
        for member in self.members:
            start, data = self._data_start(member, size + _CODES)
            if member.size < size:
                # Reading it to its end shows whether it is longer than the archive says.
                data = self._whole(member)
            elif member.method == DEFLATED:
                data = inflate(data, size, self._error_of(member)).data
                if len(data) < size:
                    data = self._stream_of(member, start).bytes_at(0, size)
            yield member, data[:size]
        self._check_folders()

    def files(self) -> Iterator[tuple[Member, BinaryIO]]:
        """Iterate over the files as seekable streams, and check size and checksum of each.

        A large file is not held in memory as a whole, and is checked after the caller has read what it wants.

        :raises InvalidWheel: a member is damaged; also when a stream is read.
        """
        for member in self.members:
            if member.size <= _SMALL:
                yield member, io.BytesIO(self._whole(member))
            else:
                stream = self._stream_of(member, self._data_start(member, 0)[0])
                yield member, io.BufferedReader(stream)
                stream.verify()
        self._check_folders()

    def open(self, member: Member, whole: bool = True) -> BinaryIO:
        """Open a member as a seekable stream. What is not read of a large one is not checked.

        :param whole: inflate a small member at once, which checks it; otherwise only what is read.
        :raises InvalidWheel: it is damaged; also when the stream is read.
        """
        if whole and member.size <= _SMALL:
            return io.BytesIO(self._whole(member))
        return io.BufferedReader(self._stream_of(member, self._data_start(member, 0)[0]))

    def beginning(self, member: Member, size: int) -> BinaryIO:
        """Open the first bytes of a member, at most this many, by one read; nothing is checked."""
        _, data = self._data_start(member, size)
        if member.method == DEFLATED:
            data = inflate(data, size, self._error_of(member)).data
        return _Beginning(data, member.size)

    def read(self, member: Member, most: int) -> bytes:
        """Read a member as a whole.

        :param most: the largest number of bytes that it may have.
        :raises InvalidWheel: it has more, or is damaged.
        """
        if member.size > most:
            raise self._error_of(member)(f"it has {member.size} bytes; at most {most} are read")
        return self._whole(member)

    def lines(self, member: Member, most: int, longest: int) -> Iterator[str]:
        """Iterate over a member's lines as ``str.splitlines`` does, without holding all of them.

        :param most: the largest number of bytes that it may have.
        :param longest: the largest number of characters that are taken for one line.
        """
        text = io.TextIOWrapper(io.BytesIO(self.read(member, most)), "utf-8", "replace")
        while line := text.readline(longest):
            yield from line.splitlines()

    def bytes_at(self, offset: int, size: int) -> bytes:
        """Read bytes of the archive."""
        self._seek(offset)
        try:
            return self._stream.read(size)
        except OSError as error:
            raise self.error(f"it cannot be read: {error.strerror or error}") from None

    def _seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._stream.seek(offset, whence)
        except OSError as error:
            raise self.error(f"it cannot be read: {error.strerror or error}") from None

    def _check_folders(self) -> None:
        for folder in self._folders:
            self._whole(folder)

    def _whole(self, member: Member) -> bytes:
        invalid = self._error_of(member)
        start, data = self._data_start(member, member.packed if member.packed <= _AT_ONCE else 0)
        if len(data) < member.packed:
            data = self.bytes_at(start, member.packed)
        if member.method == DEFLATED:
            data, ended, more = inflate(data, member.size + 1, invalid)
            if len(data) > member.size:
                raise invalid(f"it inflates to more than the {member.size} bytes that the archive says")
            if more:
                raise invalid(MORE)
            if len(data) == member.size and not ended:
                raise invalid(NO_END)
        if len(data) < member.size:
            raise invalid(f"it has {len(data)} bytes, where the archive says {member.size}")
        if zlib.crc32(data) != member.checksum:
            raise invalid(WRONG_CHECKSUM)
        return data

    def _stream_of(self, member: Member, start: int) -> Stored:
        def packed(offset: int, size: int) -> bytes:
            return self.bytes_at(start + offset, min(size, member.packed - offset))

        kind = Stored if member.method == STORED else Inflated
        return kind(packed, member.size, member.checksum, self._error_of(member), self._work)

    def _error_of(self, member: Member) -> Callable[[str], InvalidWheel]:
        return lambda reason: self.error(f"{shown(member.name)}: {reason}")

    def _data_start(self, member: Member, size: int) -> tuple[int, bytes]:
        """Check a member's header against the directory; return where its bytes begin, and the first of them."""
        name, offset = member.name.encode(), member.offset
        # The first read has room for extra fields with a time and an owner.
        data = self.bytes_at(offset, HEADER + len(name) + 32 + size)
        if len(data) < HEADER:
            raise self._error_of(member)("its header is cut off")
        mark, needed, flags, method, _, _, checksum, packed, full, name_size, extra_size = _LOCAL.unpack_from(data)
        start = HEADER + name_size + extra_size
        if len(data) < start + size:
            data = self.bytes_at(offset, start + size)
        if data[HEADER : HEADER + name_size] != name or not (flags & UTF_8 or member.name.isascii()):
            raise self._error_of(member)("its header has another name")
        same = mark == b"PK\3\4" and method == member.method and needed & 0xFF <= NEWEST
        if not same or flags & UNREADABLE or (flags ^ member.flags) & DESCRIPTOR:
            raise self._error_of(member)("its header contradicts the directory")
        numbers = (member.checksum, member.size, member.packed)
        after = self._limits[offset] - (offset + start + member.packed)
        if extra_size or after or flags & DESCRIPTOR or (checksum, full, packed) != numbers:
            extra = data[HEADER + name_size : start]
            self._check_header(member, flags, (checksum, full, packed), extra, after)
        return offset + start, data[start : start + min(size, member.packed)]

    def _check_header(
        self, member: Member, flags: int, numbers: tuple[int, int, int], extra: bytes, after: int
    ) -> None:
        """Check a header that has more than the least, against the directory.

        :param numbers: checksum, size and compressed size.
        :param after: how many bytes are between the member and the next one.
        """
        invalid = self._error_of(member)
        if after < 0:
            raise invalid("it overlaps what follows it")
        fields = extra_fields(extra, invalid)
        check_other_name(fields, member.name.encode(), invalid)
        right = (member.checksum, member.size, member.packed)
        said = (numbers[0], *sizes_64(numbers[1:], fields.get(SIZES_64), invalid))
        # A descriptor has what the header leaves out.
        if said != right and not (flags & DESCRIPTOR and said in {(0, 0, 0), (0, *right[1:])}):
            raise invalid("its header contradicts the directory")
        # Readers know by the extra field how large the numbers in a descriptor are.
        form = "<I2Q" if SIZES_64 in fields else "<3I"
        sizes = {struct.calcsize(form), struct.calcsize(form) + len(_MARK)} if flags & DESCRIPTOR else {0}
        if after not in sizes:
            raise invalid(f"{after} bytes that follow it are in no member" if after else "its descriptor is missing")
        if after:
            descriptor = self.bytes_at(self._limits[member.offset] - after, after)
            marked = descriptor[:4] == _MARK
            numbers = struct.unpack_from(form, descriptor, after - struct.calcsize(form))
            if marked != (after > struct.calcsize(form)) or numbers != (right[0], right[2], right[1]):
                raise invalid("its descriptor contradicts the directory")
