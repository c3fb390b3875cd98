"""The members of a wheel's archive, read from bytes that may lie.

The directory is read by :mod:`zipfile`, within bounds, and must be that of an archive which every reader reads alike:
one end, nothing around it or between its members, no two of one name, none that lies over another or outside or says
other things of itself than the directory does, no names that lead out of a folder. Members are inflated here: to open
one by ``zipfile`` costs 60 µs before its first byte, and the first bytes of all have to be seen, since a file needs no
name that ends in ``.so`` to be loaded.

Rule: PKWARE's APPNOTE.TXT; :pep:`427`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import NamedTuple

from ..errors import InvalidWheel, shown
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
#: Bytes by which a small member may grow where others do not shrink.
_SLACK = 1024
#: A member up to this size is inflated at once.
_SMALL = 6 << 20

#: Bytes that the tables of a Deflate block may take before its first byte.
_CODES = 400

_STORED, _DEFLATED = _METHODS = 0, 8
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flags: traditional, strong, masked directory
_PATCH, _UTF_8 = 0x20, 0x800
_UNREADABLE = _ENCRYPTED | _PATCH
_NOT_IN_PATHS = frozenset({"", ".", ".."})
#: The same where names stand one behind the other, and what else has to be looked at closely.
_NOT_IN_NAMES = ("//", "/./", "/../", "\\", "\0", ":")
_LOCAL = struct.Struct("<4s5H3I2H")
_HEAD = _LOCAL.size
_END, _END_64, _LOCATOR_64 = struct.Struct("<4s4H2IH"), struct.Struct("<4sQ2H2I4Q"), struct.Struct("<4sIQI")
#: Stand where the number is elsewhere: in a field of 64 bits, or behind the member.
_ELSEWHERE_16, _ELSEWHERE, _BEHIND = 0xFFFF, 0xFFFFFFFF, 0x8
#: Bytes of what says it behind the member: with a mark or without, numbers of 32 bits or of 64.
_DESCRIPTORS = frozenset({12, 16, 20, 24})
#: Extra fields: sizes of 64 bits, and another name.
_EXTRA_SIZES, _EXTRA_NAME = 0x0001, 0x7075


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
            count = self._check_end()
            with zipfile.ZipFile(stream) as directory:
                entries = directory.infolist()
                if len(entries) != count:
                    raise self.error(f"its directory has {len(entries)} members, and says that it has {count}")
                self._check_names([entry.orig_filename.removesuffix("/") for entry in entries])
                found = [self._member(entry) for entry in entries]
                self.members = tuple(member for member in found if member.name[-1:] != "/")
                self._folders = tuple(member for member in found if member.name[-1:] == "/")
                self._limits = self._check_layout([member.offset for member in found], directory.start_dir)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as trouble:
            if isinstance(trouble, InvalidWheel):
                raise
            raise self.error(f"its archive cannot be read: {trouble}") from None
        except OSError as trouble:
            raise self.error(f"it cannot be read: {trouble.strerror or trouble}") from None
        self._check_sizes()

    def error(self, reason: str) -> InvalidWheel:
        """Make the error that says what is wrong with this archive."""
        return InvalidWheel(self.name, reason)

    def heads(self, size: int) -> Iterator[tuple[Member, bytes]]:
        """Go through the members with their first bytes.

        :param size: how many, at most.
        :raises InvalidWheel: a member is damaged.
        """
        inflater = zlib.decompressobj
        for member in self.members:
            start, data = self._data_start(member, size + _CODES)
            if member.size < size:
                # Small enough to be read to its end, which is where it could be more than it says.
                data = self._whole(member, start)
            elif member.method == _DEFLATED:
                try:
                    data = inflater(-15).decompress(data, size)
                except zlib.error as trouble:
                    raise self._error_of(member)(f"it cannot be inflated: {trouble}") from None
                if len(data) < size:
                    data = self._stream_of(member, start).bytes_at(0, size)
            yield member, data[:size]
        for folder in self._folders:
            start, _ = self._data_start(folder, 0)
            self._whole(folder, start)

    def open(self, member: Member) -> BinaryIO:
        """Open a member as a seekable stream; a large one is not held as a whole.

        :raises InvalidWheel: it is damaged; also when the stream is read.
        """
        start, _ = self._data_start(member, 0)
        if member.size > _SMALL:
            return io.BufferedReader(self._stream_of(member, start))
        return io.BytesIO(self._whole(member, start))

    @staticmethod
    def verify(stream: BinaryIO) -> None:
        """Read what is left of a stream that :meth:`open` gave: its last bytes may belie the archive.

        :raises InvalidWheel: it has not the size or the checksum that the archive says.
        """
        if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, Stored):
            stream.raw.verify()

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
        data = self.bytes_at(start, member.packed) if member.packed else b""
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
            return Stored(packed, member.size, member.checksum, self._error_of(member))
        return Inflated(packed, member.size, member.checksum, self._error_of(member))

    def _error_of(self, member: Member) -> Callable[[str], InvalidWheel]:
        return lambda reason: self.error(f"{shown(member.name)}: {reason}")

    def _data_start(self, member: Member, size: int) -> tuple[int, bytes]:
        """Find where a member's bytes begin, behind a header that must say what the directory says, and read some."""
        text, full_size, packed_size, sum_, method_, offset = member
        # A lone surrogate is what no name in UTF-8 is read as: there is none.
        name = text.encode()
        # Extra fields of a time and of an owner fit into what is read at first.
        data = self.bytes_at(offset, _HEAD + len(name) + 32 + size)
        if len(data) < _HEAD:
            raise self._error_of(member)("its header is cut off")
        mark, _, flags, method, _, _, checksum, packed, full, name_size, extra_size = _LOCAL.unpack_from(data)
        start = _HEAD + name_size + extra_size
        if len(data) < start + size:
            data = self.bytes_at(offset, start + size)
        extra = data[start - extra_size : start] if extra_size else b""
        said = (mark, method, checksum, packed, full)
        if said != (b"PK\3\4", method_, sum_, packed_size, full_size) or flags & _UNREADABLE:
            self._check_header(member, flags, said, extra)
        after = self._limits[offset] - (offset + start + packed_size)
        if after and not (flags & _BEHIND and after in _DESCRIPTORS):
            wrong = "it lies over what follows it" if after < 0 else f"behind it stand {after} bytes of no member"
            raise self._error_of(member)(wrong)
        if data[_HEAD : _HEAD + name_size] != name or not (flags & _UTF_8 or text.isascii()):
            self._check_name(member, flags, name_size)
        if extra:
            self._check_extra(text, extra)
        return offset + start, data[start : start + min(size, packed_size)]

    def _check_header(self, member: Member, flags: int, said: tuple[bytes, int, int, int, int], extra: bytes) -> None:
        """See that a header which is not just like the directory leaves to it what it does not say itself."""
        mark, method, checksum, packed, size = said
        if _ELSEWHERE in {packed, size}:
            wide = _extras(extra).get(_EXTRA_SIZES, b"")
            # Both must be there, the size before the packed one.
            size, packed = struct.unpack_from("<2Q", wide) if len(wide) >= 16 else (size, packed)
        behind = flags & _BEHIND and not (checksum or packed or size)
        sizes = packed == member.packed and size == member.size
        same = mark == b"PK\3\4" and method == member.method and not flags & _UNREADABLE
        if not same or not (behind or (sizes and checksum == member.checksum)):
            raise self._error_of(member)("its header is not what the directory says")

    def _check_name(self, member: Member, flags: int, size: int) -> None:
        """See that a name that is not in UTF-8 is the one in the directory."""
        name = self.bytes_at(member.offset + _HEAD, size)
        if flags & _UTF_8 or name.decode("cp437") != member.name:
            raise self._error_of(member)("its header has another name")

    def _check_extra(self, name: str, extra: bytes) -> None:
        """See that no extra field gives a member another name, which some readers take."""
        other = _extras(extra).get(_EXTRA_NAME)
        if other is not None and other[5:] != name.encode("utf-8", "surrogatepass"):
            raise self.error(f"{shown(name)}: an extra field gives it another name")

    def _check_end(self) -> int:
        """See that there is one end, and a directory small enough to be read; return how many members it counts."""
        tail = self.bytes_at(max(self._size - _END.size - 0xFFFF, 0), _END.size + 0xFFFF)
        last = place = tail.rfind(b"PK\5\6")
        if place < 0 or len(tail) < place + _END.size:
            raise self.error("it is no ZIP archive: it has no end of a central directory")
        ends = []
        while place >= 0:
            # Readers search from behind for the mark, or for a comment of the right size.
            if len(tail) >= place + _END.size and place + _END.size + _END.unpack_from(tail, place)[-1] == len(tail):
                ends.append(place)
            place = tail.rfind(b"PK\5\6", 0, place)
        if ends != [last]:
            raise self.error("it has two ends" if ends else "bytes stand behind its end")
        members: int
        _, _, _, _, members, size, _, _ = _END.unpack_from(tail, last)
        locator = tail[max(last - _LOCATOR_64.size, 0) : last]
        if locator[:4] == b"PK\6\7":
            members, size = self._check_end_64(locator, self._size - len(tail) + last, members, size)
        if members > _MAX_MEMBERS or size > _MAX_DIRECTORY:
            raise self.error(f"more than {_MAX_MEMBERS} members or {_MAX_DIRECTORY} bytes of directory")
        return members

    def _check_end_64(self, locator: bytes, end: int, members: int, size: int) -> tuple[int, int]:
        """Read the end with fields of 64 bits, which must not contradict the other one."""
        place = end - _LOCATOR_64.size - _END_64.size
        record = self.bytes_at(place, _END_64.size) if place >= 0 else b""
        if len(record) < _END_64.size or record[:4] != b"PK\6\6" or _LOCATOR_64.unpack(locator)[2] != place:
            raise self.error("its end says that there is another, which is not there")
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
            wrong = f"compressed by method {method}; wheels are stored or deflated"
        elif method == _STORED and size != packed:
            wrong = f"stored, with two sizes: {size} and {packed}"
        elif packed > 2 * size + _SLACK:
            wrong = f"{packed} bytes for {size} that it inflates to"
        elif size and name.endswith("/"):
            wrong = f"a folder of {size} bytes"
        if wrong:
            raise self.error(f"{shown(name)}: {wrong}")
        if entry.extra:
            self._check_extra(name, entry.extra)
        return Member(name, size, packed, entry.CRC, method, entry.header_offset)

    def _check_layout(self, offsets: list[int], directory: int) -> dict[int, int]:
        """Refuse members that lie over each other, outside, or behind bytes that only some readers see.

        :returns: where each ends at the latest, by where it begins.
        """
        ends = dict.fromkeys(offsets, 0)
        if len(ends) < len(offsets):
            raise self.error("two of its members are one")
        for member in (*self.members, *self._folders):
            ends[member.offset] = member.offset + _HEAD + len(member.name) + member.packed
        if offsets and min(offsets) != 0:
            raise self.error("bytes stand before its first member")
        last = 0
        places = sorted(ends)
        for offset in places:
            if offset < last:
                raise self.error("its members lie over each other")
            last = ends[offset]
        if last > directory:
            raise self.error("a member reaches into the directory")
        return dict(zip(places, [*places[1:], directory], strict=False))

    def _check_names(self, found: list[str]) -> None:
        # All at once first: one by one takes a tenth of what the header tier takes.
        text = "/" + "/\n/".join(found) + "/"
        if len(set(found)) == len(found) and not any(bad in text for bad in _NOT_IN_NAMES):
            return
        names = set()
        for name in found:
            if not _NOT_IN_PATHS.isdisjoint(name.split("/")) or "\\" in name or "\0" in name:
                raise self.error(f"{shown(name)} is no path in a wheel: it is absolute, or leads elsewhere")
            if name[1:2] == ":":
                raise self.error(f"{shown(name)} is no path in a wheel: it names a drive")
            if name in names:
                raise self.error(f"{shown(name)} stands in it twice")
            names.add(name)

    def _check_sizes(self) -> None:
        total = sum(member.size for member in self.members)
        if total > _MAX_SIZE or (total > _SUSPICIOUS_SIZE and total > _MAX_RATIO * self._size):
            raise self.error(f"a bomb: {self._size} bytes that inflate to {total}")


def _extras(data: bytes) -> dict[int, bytes]:
    """List the extra fields of a member by their kinds; of two of a kind, nobody knows which counts: empty."""
    found: dict[int, bytes] = {}
    position = 0
    while position + 4 <= len(data):
        kind, size = struct.unpack_from("<2H", data, position)
        found[kind] = b"" if kind in found else data[position + 4 : position + 4 + size]
        position += 4 + size
    return found
