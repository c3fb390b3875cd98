"""The members of a wheel's archive, read from bytes that may lie.

:mod:`zipfile` reads the directory, within bounds. All readers must read the archive alike: it has one end, no bytes
around or between its members, no name twice, no name that leads out of a folder, and no member that overlaps another or
whose header contradicts the directory. Members are inflated here, since the first bytes of every member are needed: a
file can be loaded whatever its name is. ``zipfile`` takes 60 µs to open a member.

Rule: PKWARE's APPNOTE.TXT; :pep:`427`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from ..errors import InvalidWheel, shown
from .inflate import Inflated, Stored

#: Members of an archive without 64-bit extensions, and bytes of the directory; the largest wheels have some 20,000
#: members and two megabytes.
_MAX_MEMBERS, _MAX_DIRECTORY = 65_534, 8 << 20
#: Bytes of all members. Above the second number of bytes, a compression ratio above the third number means a bomb.
#: Compiled code reaches 10, and Deflate 1,032.
_MAX_SIZE, _SUSPICIOUS_SIZE, _MAX_RATIO = 64 << 30, 128 << 20, 100
#: Bytes by which compression may make a small member larger.
_SLACK = 1024
#: Members up to this size are inflated as a whole.
_SMALL = 6 << 20
#: Bytes of the tables of a Deflate block, before its first byte of output.
_CODES = 400

_STORED, _DEFLATED = _METHODS = 0, 8
_ENCRYPTED, _PATCH, _UTF_8 = 0x1 | 0x40 | 0x2000, 0x20, 0x800  # flags; there are three ways to encrypt
_UNREADABLE = _ENCRYPTED | _PATCH
_NOT_IN_PATHS = frozenset({"", ".", ".."})
#: Texts that need a closer look if they occur in the list of all names.
_NOT_IN_NAMES = ("//", "/./", "/../", "\\", "\0", ":")
_LOCAL = struct.Struct("<4s5H3I2H")
_HEAD = _LOCAL.size
_END, _END_64, _LOCATOR_64 = struct.Struct("<4s4H2IH"), struct.Struct("<4sQ2H2I4Q"), struct.Struct("<4sIQI")
#: Placeholders for numbers that are in a 64-bit field, and the flag for numbers in a descriptor after the member.
_ELSEWHERE_16, _ELSEWHERE, _DESCRIPTOR = 0xFFFF, 0xFFFFFFFF, 0x8
#: Sizes of such a descriptor: with a mark or without, with numbers of 32 or 64 bits.
_DESCRIPTORS = frozenset({12, 16, 20, 24})
#: Extra fields: sizes of 64 bits, and another name.
_EXTRA_SIZES, _EXTRA_NAME = 0x0001, 0x7075


# Wheels have up to 20,000 of these. A frozen dataclass takes 0.5 µs to make, and a NamedTuple 0.2 µs.
class Member(NamedTuple):
    """A file in an archive.

    :param name: its path, with ``/`` between folders.
    :param size: its bytes.
    :param packed: its compressed bytes.
    :param checksum: CRC-32 of its bytes.
    :param method: 0 stored, 8 deflated.
    :param offset: where its header is in the archive.
    """

    name: str
    size: int
    packed: int
    checksum: int
    method: int
    offset: int


class Archive:
    """A wheel's archive.

    :param stream: the file, seekable.
    :param name: what errors call it.
    :raises InvalidWheel: it is not an archive, readers would read it differently, or it is a bomb.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self._stream = stream
        try:
            self._size = stream.seek(0, 2)
            count = self._check_end()
            with zipfile.ZipFile(stream) as directory:
                entries = directory.infolist()
                if len(entries) != count:
                    raise self.error(f"its directory has {len(entries)} members, and says that it has {count}")
                self._check_names([entry.orig_filename.removesuffix("/") for entry in entries])
                members = [self._member(entry) for entry in entries]
                self.members = tuple(member for member in members if member.name[-1:] != "/")
                self._folders = tuple(member for member in members if member.name[-1:] == "/")
                self._limits = self._check_layout([member.offset for member in members], directory.start_dir)
        except InvalidWheel:
            raise
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as error:
            raise self.error(f"its archive cannot be read: {error}") from None
        except OSError as error:
            raise self.error(f"it cannot be read: {error.strerror or error}") from None
        total = sum(member.size for member in self.members)
        if total > _MAX_SIZE or (total > _SUSPICIOUS_SIZE and total > _MAX_RATIO * self._size):
            raise self.error(f"it is a bomb: {self._size} bytes inflate to {total}")

    def error(self, reason: str) -> InvalidWheel:
        """Make the error that says what is wrong with this archive."""
        return InvalidWheel(self.name, reason)

    def heads(self, size: int) -> Iterator[tuple[Member, bytes]]:
        """Iterate over the members and their first bytes.

        :param size: how many bytes, at most.
        :raises InvalidWheel: a member is damaged.
        """
        for member in self.members:
            start, data = self._data_start(member, size + _CODES)
            if member.size < size:
                # Reading it to its end shows whether it is longer than the archive says.
                data = self._whole(member, start)
            elif member.method == _DEFLATED:
                try:
                    data = zlib.decompressobj(-15).decompress(data, size)
                except zlib.error as error:
                    raise self._error_of(member)(f"it cannot be inflated: {error}") from None
                if len(data) < size:
                    data = self._stream_of(member, start).bytes_at(0, size)
            yield member, data[:size]
        for folder in self._folders:
            start, _ = self._data_start(folder, 0)
            self._whole(folder, start)

    def open(self, member: Member) -> BinaryIO:
        """Open a member as a seekable stream. A large member is not held in memory as a whole.

        :raises InvalidWheel: it is damaged; also when the stream is read.
        """
        start, _ = self._data_start(member, 0)
        if member.size > _SMALL:
            return io.BufferedReader(self._stream_of(member, start))
        return io.BytesIO(self._whole(member, start))

    @staticmethod
    def verify(stream: BinaryIO) -> None:
        """Check a stream that :meth:`open` returned, by reading what has not been read.

        :raises InvalidWheel: it does not have the size or the checksum that the archive says.
        """
        if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, Stored):
            stream.raw.verify()

    def read(self, member: Member, most: int) -> bytes:
        """Read a member as a whole.

        :param most: the largest number of bytes that it may have.
        :raises InvalidWheel: it has more, or is damaged.
        """
        if member.size > most:
            raise self._error_of(member)(f"it has {member.size} bytes; at most {most} are read")
        return self._whole(member, self._data_start(member, 0)[0])

    def bytes_at(self, offset: int, size: int) -> bytes:
        """Read bytes of the archive."""
        try:
            self._stream.seek(offset)
            return self._stream.read(size)
        except OSError as error:
            raise self.error(f"it cannot be read: {error.strerror or error}") from None

    def _whole(self, member: Member, start: int) -> bytes:
        invalid = self._error_of(member)
        data = self.bytes_at(start, member.packed) if member.packed else b""
        if member.method == _DEFLATED:
            machine = zlib.decompressobj(-15)
            try:
                data = machine.decompress(data, member.size + 1)
            except zlib.error as error:
                raise invalid(f"it cannot be inflated: {error}") from None
            if len(data) > member.size:
                raise invalid(f"it inflates to more than the {member.size} bytes that the archive says")
        if len(data) < member.size:
            raise invalid(f"it has {len(data)} bytes, where the archive says {member.size}")
        if zlib.crc32(data) != member.checksum:
            raise invalid("it does not have the checksum that the archive says")
        return data

    def _stream_of(self, member: Member, start: int) -> Stored:
        def packed(offset: int, size: int) -> bytes:
            return self.bytes_at(start + offset, min(size, member.packed - offset))

        kind = Stored if member.method == _STORED else Inflated
        return kind(packed, member.size, member.checksum, self._error_of(member))

    def _error_of(self, member: Member) -> Callable[[str], InvalidWheel]:
        return lambda reason: self.error(f"{shown(member.name)}: {reason}")

    def _data_start(self, member: Member, size: int) -> tuple[int, bytes]:
        """Check a member's header against the directory; return where its bytes begin, and the first of them."""
        name, offset = member.name.encode(), member.offset  # zipfile never reads a name as lone surrogates
        # The first read has room for extra fields with a time and an owner.
        data = self.bytes_at(offset, _HEAD + len(name) + 32 + size)
        if len(data) < _HEAD:
            raise self._error_of(member)("its header is cut off")
        mark, _, flags, method, _, _, checksum, packed, full, name_size, extra_size = _LOCAL.unpack_from(data)
        start = _HEAD + name_size + extra_size
        if len(data) < start + size:
            data = self.bytes_at(offset, start + size)
        extra = data[start - extra_size : start] if extra_size else b""
        said = (mark, method, checksum, packed, full)
        listed = (b"PK\3\4", member.method, member.checksum, member.packed, member.size)
        if said != listed or flags & _UNREADABLE:
            self._check_header(member, flags, said, extra)
        after = self._limits[offset] - (offset + start + member.packed)
        if after and not (flags & _DESCRIPTOR and after in _DESCRIPTORS):
            wrong = "it overlaps what follows it" if after < 0 else f"{after} bytes that follow it are in no member"
            raise self._error_of(member)(wrong)
        if data[_HEAD : _HEAD + name_size] != name or not (flags & _UTF_8 or member.name.isascii()):
            self._check_name(member, flags, name_size)
        if extra:
            self._check_extra(member.name, extra)
        return offset + start, data[start : start + min(size, member.packed)]

    def _check_header(self, member: Member, flags: int, said: tuple[bytes, int, int, int, int], extra: bytes) -> None:
        """Check a header that differs from the directory. It may leave out what the directory says, and no more."""
        mark, method, checksum, packed, size = said
        if _ELSEWHERE in {packed, size}:
            wide = _extras(extra).get(_EXTRA_SIZES, b"")
            # Both sizes must be there, in this order.
            size, packed = struct.unpack_from("<2Q", wide) if len(wide) >= 16 else (size, packed)
        left_out = flags & _DESCRIPTOR and not (checksum or packed or size)
        sizes = packed == member.packed and size == member.size
        same = mark == b"PK\3\4" and method == member.method and not flags & _UNREADABLE
        if not same or not (left_out or (sizes and checksum == member.checksum)):
            raise self._error_of(member)("its header contradicts the directory")

    def _check_name(self, member: Member, flags: int, size: int) -> None:
        """Check a name that is not in UTF-8 against the directory."""
        if flags & _UTF_8 or self.bytes_at(member.offset + _HEAD, size).decode("cp437") != member.name:
            raise self._error_of(member)("its header has another name")

    def _check_extra(self, name: str, extra: bytes) -> None:
        """Refuse an extra field with another name of the member, which some readers take."""
        other = _extras(extra).get(_EXTRA_NAME)
        if other is not None and other[5:] != name.encode("utf-8", "surrogatepass"):
            raise self.error(f"{shown(name)}: an extra field gives it another name")

    def _check_end(self) -> int:
        """Check that there is one end, and that the directory is not too large; return its number of members."""
        tail = self.bytes_at(max(self._size - _END.size - 0xFFFF, 0), _END.size + 0xFFFF)
        last = place = tail.rfind(b"PK\5\6")
        if place < 0 or len(tail) < place + _END.size:
            raise self.error("it is not a ZIP archive: it has no end of a central directory")
        ends = []
        while place >= 0:
            # Readers search backwards for the mark, or for a comment of the right size.
            if len(tail) >= place + _END.size and place + _END.size + _END.unpack_from(tail, place)[-1] == len(tail):
                ends.append(place)
            place = tail.rfind(b"PK\5\6", 0, place)
        if ends != [last]:
            raise self.error("it has two ends" if ends else "bytes follow its end")
        members: int
        _, _, _, _, members, size, _, _ = _END.unpack_from(tail, last)
        locator = tail[max(last - _LOCATOR_64.size, 0) : last]
        if locator[:4] == b"PK\6\7":
            members, size = self._check_end_64(locator, self._size - len(tail) + last, members, size)
        if members > _MAX_MEMBERS or size > _MAX_DIRECTORY:
            raise self.error(f"it has more than {_MAX_MEMBERS} members or {_MAX_DIRECTORY} bytes of directory")
        return members

    def _check_end_64(self, locator: bytes, end: int, members: int, size: int) -> tuple[int, int]:
        """Read the end with 64-bit fields, and check that it does not contradict the other end."""
        place = end - _LOCATOR_64.size - _END_64.size
        record = self.bytes_at(place, _END_64.size) if place >= 0 else b""
        if len(record) < _END_64.size or record[:4] != b"PK\6\6" or _LOCATOR_64.unpack(locator)[2] != place:
            raise self.error("its end refers to a 64-bit end that is missing")
        _, _, _, _, _, _, _, members_64, size_64, _ = _END_64.unpack(record)
        if members not in {members_64, _ELSEWHERE_16} or size not in {size_64, _ELSEWHERE}:
            raise self.error("its two ends contradict each other")
        return members_64, size_64

    def _member(self, entry: zipfile.ZipInfo) -> Member:
        name, size, packed, method = entry.orig_filename, entry.file_size, entry.compress_size, entry.compress_type
        wrong = ""
        if entry.flag_bits & _ENCRYPTED:
            wrong = "it is encrypted"
        elif method not in _METHODS or entry.flag_bits & _PATCH:
            wrong = f"it is compressed by method {method}; members of wheels are stored or deflated"
        elif method == _STORED and size != packed:
            wrong = f"it is stored, and has two sizes: {size} and {packed}"
        elif packed > 2 * size + _SLACK:
            wrong = f"it has {packed} compressed bytes and inflates to {size}"
        elif size and name.endswith("/"):
            wrong = f"it is a folder and has {size} bytes"
        if wrong:
            raise self.error(f"{shown(name)}: {wrong}")
        if entry.extra:
            self._check_extra(name, entry.extra)
        return Member(name, size, packed, entry.CRC, method, entry.header_offset)

    def _check_layout(self, offsets: list[int], directory: int) -> dict[int, int]:
        """Refuse members that overlap, and bytes before them; return where each begins -> where it must end."""
        ends = dict.fromkeys(offsets, 0)
        if len(ends) < len(offsets):
            raise self.error("two of its members are at the same place")
        for member in (*self.members, *self._folders):
            ends[member.offset] = member.offset + _HEAD + len(member.name) + member.packed
        if offsets and min(offsets) != 0:
            raise self.error("bytes precede its first member")
        last, places = 0, sorted(ends)
        for offset in places:
            if offset < last:
                raise self.error("its members overlap")
            last = ends[offset]
        if last > directory:
            raise self.error("a member overlaps the directory")
        return dict(zip(places, [*places[1:], directory], strict=False))

    def _check_names(self, listed: list[str]) -> None:
        # All names are checked at once: name by name would take a tenth of the time of an audit of headers.
        text = "/" + "/\n/".join(listed) + "/"
        if len(set(listed)) == len(listed) and not any(bad in text for bad in _NOT_IN_NAMES):
            return
        names = set()
        for name in listed:
            if not _NOT_IN_PATHS.isdisjoint(name.split("/")) or "\\" in name or "\0" in name:
                raise self.error(f"{shown(name)} is not a path in a wheel: it is absolute, or leads out of it")
            if name[1:2] == ":":
                raise self.error(f"{shown(name)} is not a path in a wheel: it names a drive")
            if name in names:
                raise self.error(f"it has {shown(name)} twice")
            names.add(name)


def _extras(data: bytes) -> dict[int, bytes]:
    """List the extra fields of a member by kind. A field is empty if its kind occurs twice, which is ambiguous."""
    fields: dict[int, bytes] = {}
    position = 0
    while position + 4 <= len(data):
        kind, size = struct.unpack_from("<2H", data, position)
        fields[kind] = b"" if kind in fields else data[position + 4 : position + 4 + size]
        position += 4 + size
    return fields
