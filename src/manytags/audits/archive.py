"""The members of a wheel's archive, read from bytes that may lie.

The directory is read by :mod:`zipfile`, within bounds, and must be that of an archive which every reader reads alike:
no two members of one name, none that lies over another or outside, no names that lead out of a folder. Members are
inflated here: to open one by ``zipfile`` costs 60 µs before its first byte, and the first bytes of all have to be seen,
since a file needs no name that ends in ``.so`` to be loaded.

Rule: PKWARE's APPNOTE.TXT; :pep:`427`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import NamedTuple

from ..errors import InvalidWheel
from .inflate import Inflated, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

#: Members that an archive without 64-bit extensions of its directory can count, and bytes of the directory; the
#: largest wheels have some 20,000 members and two megabytes.
_MAX_MEMBERS, _MAX_DIRECTORY = 65_534, 8 << 20
#: Bytes of all members, and the part of them that may be packed how tightly: Deflate reaches 1,032, code 10.
_MAX_SIZE, _SUSPICIOUS_SIZE, _MAX_RATIO = 64 << 30, 128 << 20, 100
#: A member up to this size is inflated at once.
_SMALL = 6 << 20

#: Bytes that the tables of a Deflate block may take before its first byte.
_CODES = 400

_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flags: traditional, strong, masked directory
_PATCH, _UTF_8 = 0x20, 0x800
_NOT_IN_PATHS = frozenset({"", ".", ".."})
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")


class Member(NamedTuple):
    """One file of an archive.

    :param name: its path, with ``/`` between folders.
    :param size: its bytes.
    :param packed: its bytes in the archive.
    :param checksum: CRC-32 of its bytes.
    :param method: 0 stored, 8 deflated.
    :param offset: of its header in the archive.
    """

    name: str
    size: int
    packed: int
    checksum: int
    method: int
    offset: int


class Archive:
    """A wheel's archive.

    :param stream: seekable.
    :param name: what errors call it.
    :raises InvalidWheel: it is no archive, or one that readers read differently, or a bomb.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self._stream = stream
        try:
            self._size = stream.seek(0, 2)
            self._check_end()
            with zipfile.ZipFile(stream) as directory:
                self.members = tuple(self._member(entry) for entry in directory.infolist() if not entry.is_dir())
                self._check_layout([entry.header_offset for entry in directory.infolist()], directory.start_dir)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as trouble:
            if isinstance(trouble, InvalidWheel):
                raise
            raise self.error(f"its archive cannot be read: {trouble}") from None
        except OSError as trouble:
            raise self.error(f"it cannot be read: {trouble.strerror or trouble}") from None
        self._check_names()
        self._check_sizes()

    def error(self, reason: str) -> InvalidWheel:
        """Make the error that says what is wrong with this archive."""
        return InvalidWheel(self.name, reason)

    def heads(self, size: int, least: int) -> Iterator[tuple[Member, bytes]]:
        """Go through the members with their first bytes.

        :param size: how many, at most.
        :param least: members of fewer bytes are passed over.
        :raises InvalidWheel: a member is damaged.
        """
        inflater = zlib.decompressobj
        for member in self.members:
            if member.size < least:
                continue
            start, data = self._data_start(member, size + _CODES)
            if member.method == _DEFLATED:
                try:
                    data = inflater(-15).decompress(data, size)
                except zlib.error as trouble:
                    raise self._error_of(member)(f"it cannot be inflated: {trouble}") from None
                if len(data) < size:
                    data = self._stream_of(member, start).bytes_at(0, min(size, member.size))
            yield member, data[:size]

    def open(self, member: Member) -> BinaryIO:
        """Open a member as a seekable stream; a large one is not held as a whole.

        :raises InvalidWheel: it is damaged; also when the stream is read.
        """
        start, _ = self._data_start(member, 0)
        if member.size > _SMALL:
            return io.BufferedReader(self._stream_of(member, start))
        return io.BytesIO(self._whole(member, start))

    def read(self, member: Member, most: int) -> bytes:
        """Read a member as a whole.

        :param most: bytes that it may have.
        :raises InvalidWheel: it has more, or is damaged.
        """
        if member.size > most:
            raise self._error_of(member)(f"{member.size} bytes, where {most} are plenty")
        return self._whole(member, self._data_start(member, 0)[0])

    def bytes_at(self, offset: int, size: int) -> bytes:
        """Read bytes of the archive that must be there."""
        try:
            self._stream.seek(offset)
            data = self._stream.read(size)
        except OSError as trouble:
            raise self.error(f"it cannot be read: {trouble.strerror or trouble}") from None
        return data

    def _whole(self, member: Member, start: int) -> bytes:
        error = self._error_of(member)
        data = self.bytes_at(start, member.packed)
        if member.method == _DEFLATED:
            machine = zlib.decompressobj(-15)
            try:
                data = machine.decompress(data, member.size + 1)
            except zlib.error as trouble:
                raise error(f"it cannot be inflated: {trouble}") from None
            if len(data) > member.size:
                raise error(f"it inflates to more than the {member.size} bytes that the archive says")
        if len(data) < member.size:
            raise error(f"it has {len(data)} bytes, where the archive says {member.size}")
        if zlib.crc32(data) != member.checksum:
            raise error("it has not the checksum that the archive says")
        return data

    def _stream_of(self, member: Member, start: int) -> Stored:
        def packed(offset: int, size: int) -> bytes:
            return self.bytes_at(start + offset, min(size, member.packed - offset))

        if member.method == _STORED:
            return Stored(packed, member.size)
        return Inflated(packed, member.size, self._error_of(member))

    def _error_of(self, member: Member) -> Callable[[str], InvalidWheel]:
        return lambda reason: self.error(f"{member.name}: {reason}")

    def _data_start(self, member: Member, size: int) -> tuple[int, bytes]:
        """Find where a member's bytes begin, behind a header that must say what the directory says, and read some."""
        name = member.name.encode("utf-8", "surrogatepass")
        # Extra fields of a time and of an owner fit into what is read at first.
        data = self.bytes_at(member.offset, _LOCAL.size + len(name) + 32 + size)
        if len(data) < _LOCAL.size:
            raise self.error(f"{member.name}: its header is cut off")
        mark, _, flags, method, _, _, _, _, _, name_size, extra_size = _LOCAL.unpack_from(data)
        if mark != b"PK\3\4" or method != member.method or flags & (_ENCRYPTED | _PATCH):
            raise self.error(f"{member.name}: its header is not what the directory says")
        start = _LOCAL.size + name_size + extra_size
        if data[_LOCAL.size : _LOCAL.size + name_size] != name:
            self._check_name(member, flags, name_size)
        if len(data) < start + size:
            data = self.bytes_at(member.offset, start + size)
        return member.offset + start, data[start : start + min(size, member.packed)]

    def _check_name(self, member: Member, flags: int, size: int) -> None:
        """See that a name that is not in UTF-8 is the one in the directory."""
        name = self.bytes_at(member.offset + _LOCAL.size, size)
        if flags & _UTF_8 or name.decode("cp437") != member.name:
            raise self.error(f"{member.name}: its header has another name")

    def _check_end(self) -> None:
        """See that the directory is small enough to be read, before it is."""
        tail = self.bytes_at(max(self._size - _END.size - 0xFFFF, 0), _END.size + 0xFFFF)
        place = tail.rfind(b"PK\5\6")
        if place < 0 or len(tail) < place + _END.size:
            raise self.error("it is no ZIP archive: it has no end of a central directory")
        _, _, _, _, members, size, _, _ = _END.unpack_from(tail, place)
        if members > _MAX_MEMBERS or size > _MAX_DIRECTORY:
            raise self.error(f"more than {_MAX_MEMBERS} members or {_MAX_DIRECTORY} bytes of directory")

    def _member(self, entry: zipfile.ZipInfo) -> Member:
        name = entry.orig_filename
        if entry.flag_bits & _ENCRYPTED:
            raise self.error(f"{name}: it is encrypted")
        if entry.compress_type not in {_STORED, _DEFLATED} or entry.flag_bits & _PATCH:
            raise self.error(f"{name}: compressed by method {entry.compress_type}; wheels are stored or deflated")
        if entry.compress_type == _STORED and entry.file_size != entry.compress_size:
            raise self.error(f"{name}: stored, with two sizes: {entry.file_size} and {entry.compress_size}")
        return Member(name, entry.file_size, entry.compress_size, entry.CRC, entry.compress_type, entry.header_offset)

    def _check_layout(self, offsets: list[int], directory: int) -> None:
        """Refuse members that lie over each other, outside, or behind bytes that only some readers see."""
        if len(offsets) > _MAX_MEMBERS:
            raise self.error(f"more than {_MAX_MEMBERS} members")
        ends = dict.fromkeys(offsets, 0)
        if len(ends) < len(offsets):
            raise self.error("two of its members are one")
        for member in self.members:
            ends[member.offset] = member.offset + _LOCAL.size + len(member.name) + member.packed
        if offsets and min(offsets) != 0:
            raise self.error("bytes stand before its first member")
        last = 0
        for offset in sorted(ends):
            if offset < last:
                raise self.error("its members lie over each other")
            last = ends[offset]
        if last > directory:
            raise self.error("a member reaches into the directory")

    def _check_names(self) -> None:
        names = set()
        for member in self.members:
            name = member.name
            if not _NOT_IN_PATHS.isdisjoint(name.split("/")) or "\\" in name or "\0" in name:
                raise self.error(f"{name!r} is no path in a wheel: it is absolute, or leads elsewhere")
            if name[1:2] == ":":
                raise self.error(f"{name!r} is no path in a wheel: it names a drive")
            if name in names:
                raise self.error(f"{name!r} stands in it twice")
            names.add(name)

    def _check_sizes(self) -> None:
        total = sum(member.size for member in self.members)
        if total > _MAX_SIZE or (total > _SUSPICIOUS_SIZE and total > _MAX_RATIO * self._size):
            raise self.error(f"a bomb: {self._size} bytes that inflate to {total}")
