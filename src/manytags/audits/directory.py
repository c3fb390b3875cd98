"""The directory at the end of a wheel's archive, which lists its members, read from bytes that may lie.

Some readers use the directory, and streaming ones the members' own headers. So both must say the same, in one way:
there is one end, the directory ends where the end begins, the members fill the rest, and each name is one path, by any
reader's rules. :mod:`zipfile` would accept much more, and takes a kilobyte of memory for each member.

Rule: PKWARE's APPNOTE.TXT; :pep:`427`; what pip, uv, unzip and libarchive do, where it is silent.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple
from unicodedata import category, is_normalized, normalize

from ..errors import InvalidWheel, shown

#: Members of an archive without 64-bit extensions, and bytes of the directory; the largest wheels have some 20,000
#: members and two megabytes.
_MAX_MEMBERS, _MAX_DIRECTORY = 65_534, 8 << 20
#: Bytes by which compression may make a small member larger.
_SLACK = 1024

STORED, DEFLATED = _METHODS = 0, 8
#: Flags: numbers that follow the member in a descriptor, and a name in UTF-8.
DESCRIPTOR, UTF_8 = 0x8, 0x800
_ENCRYPTED, _PATCH = 0x1 | 0x40 | 0x2000, 0x20  # there are three ways to encrypt
UNREADABLE = _ENCRYPTED | _PATCH
_UNUSUAL = UNREADABLE | DESCRIPTOR
#: The newest version of the format that zipfile and uv know.
NEWEST = 63
#: Bytes of a member's own header, before its name.
HEADER = 30
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END, _END_64, _LOCATOR_64 = struct.Struct("<4s4H2IH"), struct.Struct("<4sQ2H2I4Q"), struct.Struct("<4sIQI")
#: Placeholders for numbers that are in a 64-bit field.
_ELSEWHERE_16, ELSEWHERE = 0xFFFF, 0xFFFFFFFF
#: Extra fields: sizes of 64 bits, and another name.
SIZES_64, OTHER_NAME = 0x0001, 0x7075

#: Bytes that no name has. uv refuses a comment with one of the second, which could hold another archive.
_CONTROLS, _NOT_IN_COMMENTS = bytes([*range(32), 127]), bytes(range(1, 9))
#: Characters that uv refuses in names: controls, formats, surrogates and private ones.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co"})
#: Bytes of the longest path that Linux takes.
_LONGEST = 4096
_NOT_IN_PATHS = frozenset({b"", b".", b".."})
#: Texts that need a closer look if they occur in the list of all names.
_NOT_IN_NAMES = (b"//", b"/./", b"/../", b"\\", b":")

Error = Callable[[str], InvalidWheel]


# Wheels have up to 20,000 of these. A frozen dataclass takes 0.5 µs to make, and a NamedTuple 0.2 µs.
class Member(NamedTuple):
    """A file in an archive.

    :param name: its path, with ``/`` between folders, and at the end of a folder.
    :param size: its bytes.
    :param packed: its compressed bytes.
    :param checksum: CRC-32 of its bytes.
    :param method: 0 stored, 8 deflated.
    :param flags: how it was written.
    :param offset: where its header is in the archive.
    :param type: its type of file as ``st_mode`` has it; 0 where the archive does not say.
    """

    name: str
    size: int
    packed: int
    checksum: int
    method: int
    flags: int
    offset: int
    type: int


def read_directory(size: int, read: Callable[[int, int], bytes], error: Error) -> tuple[list[Member], dict[int, int]]:
    """Read the directory of an archive; return its members, and where each begins -> where it must end.

    :param size: bytes of the archive.
    :param read: reads bytes of it, given an offset and a number of bytes.
    :param error: makes the error that says what is wrong with it.
    :raises InvalidWheel: it is not an archive, or readers would read it differently.
    """
    count, length, start = _read_end(size, read, error)
    data = read(start, length)
    # In two passes, so that what is made for one check is gone before the next is made.
    _check_names([name for _, name, _ in _entries(data, count, error)], error)
    members = [_member(entry, name, extra, error) for entry, name, extra in _entries(data, count, error)]
    del data
    return members, _layout(members, start, error)


def _entries(data: bytes, count: int, error: Error) -> Iterator[tuple[tuple[int, ...], bytes, bytes]]:
    """Iterate over the entries of a directory: the numbers of each, its name and its extra fields."""
    at = 0
    for number in range(count):
        if at + _ENTRY.size > len(data):
            raise error(f"its directory ends after {number} members, and says that it has {count}")
        entry = _ENTRY.unpack_from(data, at)
        # Its mark, and the sizes of its name, its extra fields and its comment.
        mark, name_size, extra_size, comment_size = entry[0], *entry[10:13]
        name_end = at + _ENTRY.size + name_size
        if mark != b"PK\1\2" or name_end + extra_size + comment_size > len(data):
            raise error(f"the entry of member {number + 1} in its directory is damaged")
        yield entry, data[at + _ENTRY.size : name_end], data[name_end : name_end + extra_size]
        at = name_end + extra_size + comment_size
    if at != len(data):
        raise error(f"its directory says that it has {count} members, and {len(data) - at} bytes follow them")


def extra_fields(data: bytes, invalid: Error) -> dict[int, bytes]:
    """List the extra fields of a member by kind.

    :raises InvalidWheel: one is cut off, or its kind occurs twice: some readers refuse these, and others choose.
    """
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<2H", data, at)
        if kind in fields or at + 4 + size > len(data):
            raise invalid(f"its extra field {kind:#06x} is {'there twice' if kind in fields else 'cut off'}")
        fields[kind] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return fields


def check_other_name(fields: dict[int, bytes], name: bytes, invalid: Error) -> None:
    """Refuse an extra field with another name of the member, which some readers take."""
    if fields.get(OTHER_NAME, name)[5:] != name and OTHER_NAME in fields:
        raise invalid("an extra field gives it another name")


def _read_end(size: int, read: Callable[[int, int], bytes], error: Error) -> tuple[int, int, int]:
    """Read the end; return the number of members, and the bytes and the offset of the directory."""
    tail = read(max(size - _END.size - 0xFFFF, 0), _END.size + 0xFFFF)
    last = place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) < place + _END.size:
        raise error("it is not a ZIP archive: it has no end of a central directory")
    ends = []
    while place >= 0:
        # Readers search backwards for the mark, or for a comment of the right size.
        if len(tail) >= place + _END.size and place + _END.size + _END.unpack_from(tail, place)[-1] == len(tail):
            ends.append(place)
        place = tail.rfind(b"PK\5\6", 0, place)
    if ends != [last]:
        raise error("it has two ends" if ends else "bytes follow its end")
    comment = tail[last + _END.size :]
    if len(comment.translate(None, _NOT_IN_COMMENTS)) < len(comment):
        raise error("its comment is not text, and could be another archive")
    numbers = _END.unpack_from(tail, last)[1:7]
    end = size - len(tail) + last
    locator = tail[max(last - _LOCATOR_64.size, 0) : last]
    if locator[:4] == b"PK\6\7":
        end -= _LOCATOR_64.size + _END_64.size
        numbers = _read_end_64(locator, end, numbers, read, error)
    disk, first_disk, here, count, length, start = numbers
    if count > _MAX_MEMBERS or length > _MAX_DIRECTORY:
        raise error(f"it has more than {_MAX_MEMBERS} members or {_MAX_DIRECTORY} bytes of directory")
    if disk or first_disk or here != count:
        raise error(f"it is one of several disks, with {here} of {count} members")
    if start + length != end:
        raise error(f"bytes precede its first member: its directory ends at {end}, and its end says {start + length}")
    return count, length, start


def _read_end_64(
    locator: bytes, place: int, numbers: tuple[int, ...], read: Callable[[int, int], bytes], error: Error
) -> tuple[int, ...]:
    """Read the end with 64-bit fields, and check that it does not contradict the other end."""
    record = read(place, _END_64.size) if place >= 0 else b""
    if len(record) < _END_64.size or record[:4] != b"PK\6\6" or _LOCATOR_64.unpack(locator)[1:] != (0, place, 1):
        raise error("its end refers to a 64-bit end that is missing")
    _, size, _, _, *numbers_64 = _END_64.unpack(record)
    placeholders = [_ELSEWHERE_16] * 4 + [ELSEWHERE] * 2
    if any(one not in both for one, *both in zip(numbers, numbers_64, placeholders, strict=True)):
        raise error("its two ends contradict each other")
    if size != _END_64.size - 12:  # of what follows the size
        raise error("its 64-bit end has another size, which some readers follow and others do not")
    return tuple(numbers_64)


def _member(entry: tuple[int, ...], name: bytes, extra: bytes, error: Error) -> Member:
    """Read one entry of the directory."""
    _, _, needed, flags, method, _, _, checksum, packed, size, _, _, _, disk, _, attributes, offset = entry
    if ELSEWHERE in {packed, size, offset} or extra:

        def invalid(reason: str) -> InvalidWheel:
            return error(f"{shown(name.decode('utf-8', 'replace'))}: {reason}")

        fields = extra_fields(extra, invalid)
        size, packed, offset = sizes_64((size, packed, offset), fields.get(SIZES_64), invalid)
        check_other_name(fields, name, invalid)
    try:
        # Without the flag, zipfile takes cp437, unzip the locale's encoding, and uv nothing.
        text = name.decode("utf-8" if flags & UTF_8 else "ascii")
    except UnicodeDecodeError:
        encoding = "UTF-8" if flags & UTF_8 else "ASCII, and does not say that it is in UTF-8"
        raise error(f"{shown(name.decode('utf-8', 'replace'))}: its name is not in {encoding}") from None
    member = Member(text, size, packed, checksum, method, flags, offset, attributes >> 16 & 0o170000)
    plain = method in _METHODS and not (flags & _UNUSUAL or disk) and needed & 0xFF <= NEWEST and name[-1:] != b"/"
    if not plain or (size != packed if method == STORED else packed > size + _SLACK):
        wrong = _wrong(member, needed & 0xFF, disk)
        if wrong:
            raise error(f"{shown(text)}: {wrong}")
    return member


def _wrong(member: Member, needed: int, disk: int) -> str:
    """Say why an entry cannot be read, or would be read differently; empty if it is fine."""
    _, size, packed, _, method, flags, _, _ = member
    wrongs = (
        (flags & _ENCRYPTED, "it is encrypted"),
        (
            method not in _METHODS or flags & _PATCH,
            f"it is compressed by method {method}; members of wheels are stored or deflated",
        ),
        (needed > NEWEST, f"it needs version {needed / 10} of the format"),
        (disk, f"it is on disk {disk}"),
        (method == STORED and size != packed, f"it is stored, and has two sizes: {size} and {packed}"),
        (method == STORED and flags & DESCRIPTOR, "it is stored, and streaming readers cannot find its end"),
        (packed > 2 * size + _SLACK, f"it has {packed} compressed bytes and inflates to {size}"),
        (size and member.name[-1:] == "/", f"it is a folder and has {size} bytes"),
    )
    return next((reason for wrong, reason in wrongs if wrong), "")


def sizes_64(numbers: tuple[int, ...], field: bytes | None, invalid: Error) -> tuple[int, ...]:
    """Take from the extra field with 64-bit sizes the numbers that the header has placeholders for.

    :param numbers: what the header says: size, compressed size and, in the directory, the offset.
    :param field: the extra field; ``None`` without it.
    """
    missing = numbers.count(ELSEWHERE)
    if field is None:
        if missing:
            raise invalid("its header contradicts itself: a size of 64 bits cannot be read")
        return numbers
    if len(field) != 8 * missing:
        # Some writers repeat the two sizes of a member in its own header.
        if len(numbers) == 2 and not missing and field == struct.pack("<2Q", *numbers):
            return numbers
        raise invalid(f"its header contradicts the directory: it has {len(field)} bytes for {missing} sizes of 64 bits")
    wide = iter(struct.unpack(f"<{missing}Q", field))
    return tuple(next(wide) if number == ELSEWHERE else number for number in numbers)


def _layout(members: list[Member], directory: int, error: Error) -> dict[int, int]:
    """Refuse members that overlap, and bytes before them; return where each begins -> where it must end."""
    ordered = sorted((member.offset, member.offset + HEADER + len(member.name) + member.packed) for member in members)
    if ordered and ordered[0][0]:
        raise error("bytes precede its first member")
    if not ordered and directory:
        raise error("bytes precede its directory, which has no members")
    for (start, end), (following, _) in pairwise(ordered):
        if start == following:
            raise error("two of its members are at the same place")
        if end > following:
            raise error("its members overlap")
    if ordered and ordered[-1][1] > directory:
        raise error("a member overlaps the directory")
    starts = [start for start, _ in ordered]
    return dict(zip(starts, [*starts[1:], directory], strict=True)) if starts else {}


def _check_names(names: list[bytes], error: Error) -> None:
    """Refuse names that are not one path, and paths that are there twice."""
    # All names are checked at once: name by name would take a tenth of the time of an audit of headers.
    text = b"/" + b"/\n/".join(name.removesuffix(b"/") for name in names) + b"/"
    printed = len(text.translate(None, _CONTROLS)) == len(text) - max(len(names) - 1, 0)
    longest = max(map(len, names), default=0)
    if not printed or not text.isascii() or longest > _LONGEST or any(bad in text for bad in _NOT_IN_NAMES):
        for name in names:
            _check_name(name, error)
    if not text.isascii() and not is_normalized("NFC", text.decode("utf-8", "replace")):
        forms = {normalize("NFC", name.decode("utf-8", "replace")).encode() for name in names}
        if len(forms) < len(set(names)):
            raise error("it has a name twice, with accents in two forms, which are one file on macOS")
    del text
    # With the lowest byte between folders, what is in a folder directly follows it.
    ordered = sorted(name.replace(b"/", b"\0") for name in names)
    for name, following in pairwise(ordered):
        # A folder may be there twice.
        if (name == following and name[-1:] != b"\0") or following.startswith(name + b"\0"):
            path = shown(name.replace(b"\0", b"/").decode("utf-8", "replace"))
            raise error(f"it has {path} twice" + ("" if name == following else ": as a file and as a folder"))


def _check_name(name: bytes, error: Error) -> None:
    text = name.decode("utf-8", "replace")
    path = f"{shown(text)} is not a path in a wheel"
    if not _NOT_IN_PATHS.isdisjoint(name.removesuffix(b"/").split(b"/")) or b"\\" in name:
        raise error(f"{path}: it is absolute, or leads out of it")
    if name[1:2] == b":":
        raise error(f"{path}: it names a drive")
    if len(name) > _LONGEST:
        raise error(f"{path}: it has {len(name)} bytes, and systems take {_LONGEST}")
    if not text.isprintable() and any(category(letter) in _UNPRINTABLE for letter in text):
        raise error(f"{path}: it has a character that is not printed")
