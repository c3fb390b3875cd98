"""Archives that readers read in one way, and in several: each case changes a few numbers of a small wheel."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "foo-1.0-py3-none-any.whl"
INFO = "foo-1.0.dist-info"
STORED, DEFLATED = 0, 8
DESCRIPTOR, UTF_8 = 0x8, 0x800
FULL = 0xFFFFFFFF
REGULAR, LINK, FOLDER, DEVICE, PIPE = 0o100644, 0o120777, 0o040755, 0o020666, 0o010644

_LOCAL = ("needed", "flags", "method", "time", "date", "checksum", "packed", "size")
_CENTRAL = ("made", *_LOCAL)


@dataclass(frozen=True)
class Part:
    """A member whose parts can be given other values.

    :param local: values of its own header that differ from the true ones; ``name`` and ``mark`` too.
    :param central: values of the directory that differ from the true ones; ``name``, ``disk``, ``mode``, ``offset``.
    :param data: its compressed data, if this is not what its content is deflated to.
    :param behind: bytes that follow it, such as a descriptor.
    """

    name: str
    content: bytes = b""
    method: int = DEFLATED
    flags: int = 0
    local: dict[str, int | bytes] = field(default_factory=dict)
    central: dict[str, int | bytes] = field(default_factory=dict)
    local_extra: bytes = b""
    extra: bytes = b""
    comment: bytes = b""
    data: bytes | None = None
    behind: bytes = b""

    @property
    def packed(self) -> bytes:
        """The compressed data."""
        if self.data is not None:
            return self.data
        return deflated(self.content) if self.method == DEFLATED else self.content

    @property
    def checksum(self) -> int:
        """CRC-32 of the content."""
        return zlib.crc32(self.content)


def deflated(content: bytes) -> bytes:
    """Deflate bytes, without the header and the checksum of zlib."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(content) + machine.flush()


def header(values: dict[str, int | bytes], local: bool, extra: bytes, comment: bytes) -> bytes:
    """Write a header or an entry of the directory."""
    name = values["name"]
    assert isinstance(name, bytes)
    sizes = len(name), len(extra)
    if local:
        return struct.pack("<4s5H3I2H", values["mark"], *(values[key] for key in _LOCAL), *sizes) + name + extra
    mode = values["mode"]
    assert isinstance(mode, int)
    more = *sizes, len(comment), values["disk"], 0, mode << 16, values["offset"]
    return (
        struct.pack("<4s6H3I5H2I", values["mark"], *(values[key] for key in _CENTRAL), *more) + name + extra + comment
    )


def made(  # noqa: PLR0917 - what an archive is made of
    parts: Sequence[Part],
    end: dict[str, int] | None = None,
    end_64: dict[str, int] | None = None,
    comment: bytes = b"",
    directory_end: bytes = b"",
    before_end: bytes = b"",
) -> bytes:
    """Write an archive.

    :param end: values of its end that differ from the true ones.
    :param end_64: the same of the end with 64-bit fields; ``None`` for an archive without it.
    :param directory_end: bytes at the end of the directory.
    :param before_end: bytes between the directory and the end.
    """
    body, directory = bytearray(), bytearray()
    for part in parts:
        common: dict[str, int | bytes] = {
            "name": part.name.encode(),
            "made": 3 << 8 | 20,
            "needed": 20,
            "flags": part.flags | (0 if part.name.isascii() else UTF_8),
            "method": part.method,
            "time": 0,
            "date": 33,
            "checksum": part.checksum,
            "packed": len(part.packed),
            "size": len(part.content),
            "disk": 0,
            "mode": REGULAR if part.name[-1:] != "/" else FOLDER,
            "offset": len(body),
        }
        body += header({"mark": b"PK\3\4", **common, **part.local}, True, part.local_extra, b"")
        body += part.packed + part.behind
        directory += header({"mark": b"PK\1\2", **common, **part.central}, False, part.extra, part.comment)
    directory += directory_end
    true = {"disk": 0, "first": 0, "here": len(parts), "count": len(parts), "size": len(directory), "start": len(body)}
    last = struct.pack("<4s4H2IH", b"PK\5\6", *{**true, **(end or {})}.values(), len(comment)) + comment
    wide = b""
    if end_64 is not None:
        given = {
            "length": 44,
            "made": 45,
            "needed": 45,
            **true,
            "locator disk": 0,
            "at": len(body + directory),
            "disks": 1,
        }
        numbers = [*{**given, **end_64}.values()]
        more = bytes(max(numbers[0] - 44, 0) if numbers[0] < 1000 else 0)
        wide = (
            struct.pack("<4sQ2H2I4Q", b"PK\6\6", *numbers[:9]) + more + struct.pack("<4sIQI", b"PK\6\7", *numbers[9:])
        )
    return bytes(body + directory + before_end + wide + last)


def field_(kind: int, content: bytes) -> bytes:
    """An extra field."""
    return struct.pack("<2H", kind, len(content)) + content


def descriptor(part: Part, wide: bool = False, mark: bytes = b"PK\7\x08", **lies: int) -> bytes:
    """The numbers that follow a member."""
    numbers = {"checksum": part.checksum, "packed": len(part.packed), "size": len(part.content), **lies}
    return mark + struct.pack("<I2Q" if wide else "<3I", *numbers.values())


ONE, TWO = Part("foo/__init__.py", b"one = 1\n" * 9), Part("foo/two.py", b"two = 2\n" * 9)
PLAIN = (
    Part(f"{INFO}/METADATA", b"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n"),
    Part(f"{INFO}/WHEEL", b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
    Part(f"{INFO}/RECORD", b"foo/__init__.py,,\nfoo/two.py,,\n"),
)
ALL = (ONE, TWO, *PLAIN)
HIDDEN = Part("foo/hidden.py", b"hidden = 1\n" * 9)


def hidden() -> bytes:
    """A member with its header, as streaming readers see it."""
    return made([HIDDEN])[: 30 + len(HIDDEN.name) + len(HIDDEN.packed)]


def first(**changes: object) -> bytes:
    """The small wheel, its first member changed."""
    return made([replace(ONE, **changes), *ALL[1:]])  # type: ignore[arg-type] # they are values of its fields


def last(**changes: object) -> bytes:
    """The small wheel, its last member changed."""
    return made([*ALL[:-1], replace(ALL[-1], **changes)])  # type: ignore[arg-type] # they are values of its fields


def streamed(
    part: Part = ONE, behind: bytes | None = None, extra: bytes = b"", wide: bool = False, known: bool = False
) -> bytes:
    """The small wheel, its first member written to a pipe."""
    local: dict[str, int | bytes] = {} if known else {"checksum": 0, "packed": 0, "size": 0}
    if extra and not known:
        local |= {"packed": FULL, "size": FULL}
    follows = descriptor(part, wide) if behind is None else behind
    return made(
        [replace(part, flags=part.flags | DESCRIPTOR, local=local, local_extra=extra, behind=follows), *ALL[1:]]
    )


def wide_sizes(part: Part, *more: int, fields: Sequence[str] = ("size", "packed")) -> bytes:
    """The extra field with sizes of 64 bits."""
    values = {"size": len(part.content), "packed": len(part.packed), "offset": 0}
    return field_(1, struct.pack(f"<{len(fields) + len(more)}Q", *(values[name] for name in fields), *more))


def moved(by: int) -> bytes:
    """All offsets too large or too small."""
    parts, offset = [], 0
    for part in ALL:
        parts.append(replace(part, central={"offset": (offset + by) & FULL}))
        offset += 30 + len(part.name) + len(part.packed)
    return made(parts, {"start": (offset + by) & FULL})


def flushed(last_block: bool) -> bytes:
    """Deflated bytes that end in an empty block, which may be the last one."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = machine.compress(ONE.content) + machine.flush(zlib.Z_SYNC_FLUSH)
    return data + machine.flush() if last_block else data


def _other_name(said: str, name: str = ONE.name) -> bytes:
    return field_(0x7075, struct.pack("<BI", 1, zlib.crc32(name.encode())) + said.encode())


_BEHIND = deflated(ONE.content) + b"behind"
_MODES: dict[str, bytes] = {
    "a link": first(central={"mode": LINK}, content=b"two.py", method=STORED),
    "a file that is marked as a folder": first(central={"mode": FOLDER}),
    "a device": first(central={"mode": DEVICE}),
    "a pipe": first(central={"mode": PIPE}),
    "no mode": first(central={"mode": 0}),
    "a folder that is marked as a file": made([Part("foo/", method=STORED, central={"mode": REGULAR}), *ALL]),
}

CASES: dict[str, bytes] = {
    "plain": made(ALL),
    "stored": first(method=STORED),
    "a comment": made(ALL, comment=b"hello"),
    "a comment with a control character": made(ALL, comment=b"hello\5"),
    "a comment with an end": made(ALL, comment=made([])),
    "a comment of a member": first(comment=b"hello"),
    "a folder": made([Part("foo/", method=STORED), *ALL]),
    "a folder that is deflated": made([Part("foo/"), *ALL]),
    "a folder with data": made([Part("foo/", b"x", method=STORED), *ALL]),
    "a folder twice": made([Part("foo/", method=STORED), Part("foo/", method=STORED), *ALL]),
    "a file twice, the same": made([*ALL, ONE]),
    "a file twice, another": made([*ALL, replace(ONE, content=b"other = 1\n")]),
    "a file that is a folder too": made([Part("foo/two.py/x.py", b"x"), *ALL]),
    "a folder that is a file too": made([*ALL, Part("foo/two.py/x.py", b"x")]),
    "a file and a folder of one name": made([*ALL, Part("foo/two.py/", method=STORED)]),
    "two names but for case": made([*ALL, Part("foo/TWO.py", b"other = 1\n")]),
    "two names but for their form": made([*ALL, Part("foo/\xe9.py", b"a"), Part("foo/e\u0301.py", b"b")]),
    "a name in UTF-8": made([*ALL, Part("foo/\xe9\u4e2d.py", b"x")]),
    "a name in UTF-8 that does not say so": made(
        [*ALL, Part("foo/\xe9.py", b"x", local={"flags": 0}, central={"flags": 0})]
    ),
    "a name in UTF-8 whose header does not say so": made([*ALL, Part("foo/\xe9.py", b"x", local={"flags": 0})]),
    "a name in UTF-8 only its header says so": made([*ALL, Part("foo/\xe9.py", b"x", central={"flags": 0})]),
    "a name not in UTF-8": made(
        [*ALL, Part("foo/x.py", b"x", UTF_8, local={"name": b"\xff"}, central={"name": b"\xff"})]
    ),
    "an ASCII name in UTF-8": first(flags=UTF_8),
    "an ASCII name whose header is in UTF-8": first(local={"flags": UTF_8}),
    "a name with NUL": made([*ALL, Part("foo/x.py\0.txt", b"x")]),
    "a name with a line end": made([*ALL, Part("foo/x\n.py", b"x")]),
    "a name with DEL": made([*ALL, Part("foo/x\x7f.py", b"x")]),
    "a name with a control of 8 bits": made([*ALL, Part("foo/x\x85.py", b"x")]),
    "a name that turns the direction": made([*ALL, Part("foo/x\u202e.py", b"x")]),
    "a name with a wide space": made([*ALL, Part("foo/x\u3000.py", b"x")]),
    "a name that is too long": made([*ALL, Part("foo/" + "x" * 5000, b"x")]),
    "another name in its header": first(local={"name": b"foo/__main__.py"}),
    "another name in the directory's extra field": first(extra=_other_name("foo/other.py")),
    "another name in its extra field": first(local_extra=_other_name("foo/other.py")),
    "the same name in extra fields": first(local_extra=_other_name(ONE.name), extra=_other_name(ONE.name)),
    **_MODES,
    "streamed": streamed(),
    "streamed, without a mark": streamed(behind=descriptor(ONE, mark=b"")),
    "streamed, 64 bits": streamed(extra=field_(1, bytes(16)), wide=True),
    "streamed, 64 bits, true sizes": streamed(extra=wide_sizes(ONE), wide=True),
    "streamed, 64 bits without an extra field": streamed(wide=True),
    "streamed, 32 bits with an extra field": streamed(extra=field_(1, bytes(16))),
    "streamed, sizes before it too": streamed(known=True),
    "streamed, no descriptor": streamed(behind=b"", known=True),
    "streamed, no descriptor and no sizes": streamed(behind=b""),
    "streamed, another checksum": streamed(behind=descriptor(ONE, checksum=1)),
    "streamed, another size": streamed(behind=descriptor(ONE, size=1)),
    "streamed, another packed size": streamed(behind=descriptor(ONE, packed=1)),
    "streamed, only the directory says so": first(central={"flags": DESCRIPTOR}),
    "streamed, the directory does not say so": made(
        [
            replace(
                ONE,
                local={"flags": DESCRIPTOR, "checksum": 0, "packed": 0, "size": 0},
                behind=descriptor(ONE),
            ),
            *ALL[1:],
        ]
    ),
    "streamed and stored": streamed(replace(ONE, method=STORED)),
    "streamed and stored, sizes before it too": streamed(replace(ONE, method=STORED), known=True),
    "streamed and stored, no descriptor": streamed(replace(ONE, method=STORED), behind=b"", known=True),
    "streamed and stored, no descriptor and no sizes": streamed(replace(ONE, method=STORED), behind=b""),
    "streamed and stored, a hidden member inside": streamed(
        replace(ONE, method=STORED, content=ONE.content + descriptor(ONE) + hidden())
    ),
    "streamed and stored, empty": streamed(replace(ONE, method=STORED, content=b"")),
    "streamed, hidden behind the end of its data": streamed(
        replace(ONE, data=deflated(ONE.content) + descriptor(ONE) + hidden())
    ),
    "bytes behind the end of its data": first(data=_BEHIND),
    "a member behind the end of its data": first(data=deflated(ONE.content) + hidden()),
    "data without an end": first(data=deflated(ONE.content)[:-1]),
    "data without a last block": first(data=flushed(last_block=False)),
    "empty blocks at its end": first(data=flushed(last_block=True)),
    "a member between members": first(behind=hidden()),
    "bytes between members": first(behind=b"x"),
    "zeros between members": first(behind=bytes(4)),
    "bytes before the directory": last(behind=b"x"),
    "another method in its header": first(local={"method": STORED}),
    "another size in its header": first(local={"size": 1}),
    "another packed size in its header": first(local={"packed": 1}),
    "another checksum in its header": first(local={"checksum": 1}),
    "another checksum in both": first(local={"checksum": 1}, central={"checksum": 1}),
    "another time in its header": first(local={"time": 100}),
    "an older version in its header": first(local={"needed": 10}),
    "an older version": first(local={"needed": 10}, central={"needed": 10}),
    "version 6.4": first(local={"needed": 64}, central={"needed": 64}),
    "version 6.4 in its header": first(local={"needed": 64}),
    "version 6.4 in the directory": first(central={"needed": 64}),
    "a version with a system": first(local={"needed": 3 << 8 | 20}, central={"needed": 3 << 8 | 20}),
    "encrypted, by the directory": first(central={"flags": 1}),
    "encrypted, by its header": first(local={"flags": 1}),
    "strongly encrypted, by its header": first(local={"flags": 0x41}),
    "a patch, by its header": first(local={"flags": 0x20}),
    "a masked header, by its header": first(local={"flags": 0x2000}),
    "compression options in its header": first(local={"flags": 2}),
    "reserved flags": first(flags=0x80 | 0x1000),
    "on another disk": first(central={"disk": 1}),
    "on disk 65535": first(central={"disk": 0xFFFF}),
    "64-bit sizes": first(
        local={"packed": FULL, "size": FULL},
        central={"packed": FULL, "size": FULL},
        local_extra=wide_sizes(ONE),
        extra=wide_sizes(ONE),
    ),
    "64-bit sizes in its header": first(local={"packed": FULL, "size": FULL}, local_extra=wide_sizes(ONE)),
    "64-bit sizes in the directory": first(central={"packed": FULL, "size": FULL}, extra=wide_sizes(ONE)),
    "64-bit offset": first(central={"offset": FULL}, extra=wide_sizes(ONE, fields=["offset"])),
    "64-bit offset, and sizes that are not needed": first(
        central={"offset": FULL}, extra=wide_sizes(ONE, fields=["size", "packed", "offset"])
    ),
    "64-bit size in its header, alone": first(local={"size": FULL}, local_extra=wide_sizes(ONE, fields=["size"])),
    "64-bit size in its header, both": first(local={"size": FULL}, local_extra=wide_sizes(ONE)),
    "64-bit packed size in its header, both": first(local={"packed": FULL}, local_extra=wide_sizes(ONE)),
    "64-bit size in the directory, alone": first(central={"size": FULL}, extra=wide_sizes(ONE, fields=["size"])),
    "64-bit size in the directory, both": first(central={"size": FULL}, extra=wide_sizes(ONE)),
    "64-bit sizes that are not needed, in its header": first(local_extra=wide_sizes(ONE)),
    "64-bit sizes that are not needed, in the directory": first(extra=wide_sizes(ONE)),
    "64-bit sizes that are not needed, and false": first(local_extra=field_(1, struct.pack("<2Q", 1, 1))),
    "64-bit sizes that are not needed, and empty": first(local_extra=field_(1, b""), extra=field_(1, b"")),
    "64-bit sizes that are too long": first(local={"packed": FULL, "size": FULL}, local_extra=wide_sizes(ONE, 0)),
    "64-bit sizes that are too long, in the directory": first(
        central={"packed": FULL, "size": FULL}, extra=wide_sizes(ONE, 0)
    ),
    "64-bit sizes that are too long by a disk": first(
        central={"packed": FULL, "size": FULL}, extra=field_(1, wide_sizes(ONE)[4:] + bytes(4))
    ),
    "64-bit sizes that are too short": first(
        local={"packed": FULL, "size": FULL}, local_extra=wide_sizes(ONE)[:0] + field_(1, wide_sizes(ONE)[4:12])
    ),
    "64-bit sizes that are too short, in the directory": first(
        central={"packed": FULL, "size": FULL}, extra=field_(1, wide_sizes(ONE)[4:12])
    ),
    "64-bit sizes that are missing": first(local={"packed": FULL, "size": FULL}),
    "64-bit sizes twice": first(local={"packed": FULL, "size": FULL}, local_extra=wide_sizes(ONE) + wide_sizes(ONE)),
    "64-bit sizes twice, and different": first(
        central={"packed": FULL, "size": FULL}, extra=wide_sizes(ONE) + field_(1, struct.pack("<2Q", 1, 1))
    ),
    "an extra field": first(local_extra=field_(0x5455, b"\1" + bytes(4)), extra=field_(0x5455, b"\1" + bytes(4))),
    "another extra field in its header": first(
        local_extra=field_(0x5455, b"\1" + bytes(4)), extra=field_(0x7875, b"\1" + bytes(4))
    ),
    "an extra field twice": first(extra=field_(0x5455, b"\1" + bytes(4)) * 2),
    "an extra field twice, in its header": first(local_extra=field_(0x5455, b"\1" + bytes(4)) * 2),
    "an extra field that is cut off": first(extra=field_(0x5455, b"\1" + bytes(4))[:-2]),
    "an extra field that is cut off, in its header": first(local_extra=field_(0x5455, b"\1" + bytes(4))[:-2]),
    "zeros as an extra field, in its header": first(local_extra=bytes(3)),
    "zeros as an extra field": first(extra=bytes(3)),
    "a last name that runs past the directory": made(
        [*ALL[:-1], replace(ALL[-1], central={"name": ALL[-1].name.encode() + b"PK\5\6"})]
    )[: -22 - 4]
    + made(ALL)[-22:],
    "a last comment that runs past the directory": made([*ALL[:-1], replace(ALL[-1], comment=b"x" * 8)])[: -22 - 4]
    + made([*ALL[:-1], replace(ALL[-1], comment=b"x" * 4)])[-22:],
    "a directory with bytes at its end": made(ALL, directory_end=b"x" * 4),
    "a directory with a signature": made(ALL, directory_end=b"PK\5\5" + struct.pack("<H", 4) + b"sign"),
    "bytes between directory and end": made(ALL, before_end=b"x" * 4),
    "another size of the directory": made(ALL, {"size": len(made(ALL))}),
    "a smaller size of the directory": made(ALL, {"size": 46}),
    "one member fewer": made(ALL, {"here": 4, "count": 4}),
    "one member more": made(ALL, {"here": 6, "count": 6}),
    "no members": made(ALL, {"here": 0, "count": 0}),
    "fewer members on this disk": made(ALL, {"here": 4}),
    "this disk is 1": made(ALL, {"disk": 1}),
    "the directory is on disk 1": made(ALL, {"first": 1}),
    "both disks are 1": made(ALL, {"disk": 1, "first": 1}),
    "disk 65535": made(ALL, {"disk": 0xFFFF, "first": 0xFFFF}),
    "all offsets too large": moved(4),
    "all offsets too small": moved(-4),
    "the directory's offset too large": made(ALL, {"start": made(ALL).index(b"PK\1\2") + 4}),
    "the directory's offset too small": made(ALL, {"start": made(ALL).index(b"PK\1\2") - 4}),
    "bytes before it": b"MZ" + made(ALL),
    "bytes before it, counted": made([replace(ONE, behind=b""), *ALL[1:]]),
    "bytes behind it": made(ALL) + b"x",
    "zeros behind it": made(ALL) + bytes(4),
    "two archives": made([TWO]) + made(ALL),
    "64-bit end": made(ALL, end_64={}),
    "64-bit end that is needed": made(ALL, {"here": 0xFFFF, "count": 0xFFFF, "size": FULL, "start": FULL}, {}),
    "64-bit end, another offset": made(ALL, end_64={"start": 0}),
    "64-bit end, another offset that counts": made(ALL, {"start": FULL}, {"start": made(ALL).index(b"PK\1\2") + 4}),
    "64-bit end, another number": made(ALL, end_64={"here": 4, "count": 4}),
    "64-bit end, another number on this disk": made(ALL, end_64={"here": 4}),
    "64-bit end, another size": made(ALL, end_64={"size": 46}),
    "64-bit end on disk 1": made(ALL, end_64={"disk": 1, "first": 1}),
    "64-bit end, 32 bits say disk 65535": made(ALL, {"disk": 0xFFFF, "first": 0xFFFF}, {}),
    "64-bit end, its place is on disk 1": made(ALL, end_64={"locator disk": 1}),
    "64-bit end of no disk": made(ALL, end_64={"disks": 0}),
    "64-bit end of two disks": made(ALL, end_64={"disks": 2}),
    "64-bit end elsewhere": made(ALL, end_64={"at": 0}),
    "64-bit end with more data": made(ALL, end_64={"length": 52}),
    "64-bit end that is too short": made(ALL, end_64={"length": 40}),
    "64-bit end of version 6.4": made(ALL, end_64={"needed": 64}),
}
