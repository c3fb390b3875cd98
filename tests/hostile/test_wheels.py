"""Wheels with false data: a verdict or our error, in bounded time and memory, and none of them passes as clean.

ELF files with false data are in ``test_binaries.py``. Here they are in wheels, and the archives are false too.
"""

from __future__ import annotations

import email
import gc
import io
import os
import random
import re
import struct
import subprocess
import sys
import time
import tracemalloc
import zlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from manytags import ManytagsError, WheelAudit, audit
from manytags.audits.claims import ClaimKind, Verdict
from manytags.audits.wheel import _read, audit_from_contents
from manytags.binaries.elf_hashes import DT_GNU_HASH, DT_HASH, elf_hash
from manytags.binaries.elf_image import PT_DYNAMIC, PT_LOAD
from manytags.binaries.elf_tables import DT_SYMTAB, DT_VERNEED, DT_VERSYM
from manytags.errors import InvalidWheel

from ..audits.wrong.build import BINARIES
from ..audits.wrong.wheels import INFO, binary, wheel, wheel_text
from ..binaries.elf_editor import Editor
from ..loaders.shared_objects import SharedObject
from .processor_time import in_time
from .test_binaries import LIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "foo-1.0-py3-none-manylinux1_x86_64.whl"
TAG = "py3-none-manylinux1_x86_64"
LIB = "foo/libfoo.so"

MOST_MEMORY = 200_000_000
STORED, DEFLATED = 0, 8


def outcome(data: bytes, trace: bool = True) -> WheelAudit | ManytagsError:
    """Audit a wheel, and check the law and the bounds.

    :param trace: check the bound of memory too. Tracing makes code that allocates much several times slower.
    """
    answer: WheelAudit | ManytagsError
    began = time.process_time()
    try:
        answer = audit(io.BytesIO(data), NAME)
        said = f"{answer}\n{answer.to_json()}"
    except ManytagsError as error:
        answer, said = error, str(error)
    assert in_time(began)
    assert "\x1b" not in said
    if trace:
        tracemalloc.start()
        try:
            audit(io.BytesIO(data), NAME)
        except ManytagsError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak < MOST_MEMORY
    return answer


CHILD = """
import io, resource, sys
from manytags import ManytagsError, audit
stream = io.BytesIO(sys.stdin.buffer.read())
with open("/proc/self/statm") as numbers:
    size = int(numbers.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[1]),) * 2)
try:
    audit(stream, sys.argv[2]).to_json()
except ManytagsError:
    pass
"""


def heavy(data: bytes) -> WheelAudit | ManytagsError:
    """Do the same for a wheel that allocates much, with a limit of memory in another process."""
    if sys.platform == "linux":
        command = [sys.executable, "-c", CHILD, str(MOST_MEMORY), NAME]
        subprocess.run(command, input=data, check=True)
    # Otherwise the collector would go through the objects of all other tests again and again, and the time of a wheel
    # would depend on how many tests ran before. With two million dicts on the heap it doubles.
    gc.freeze()
    try:
        return outcome(data, trace=False)
    finally:
        gc.unfreeze()


def refused(data: bytes, reason: str, by: Callable[[bytes], WheelAudit | ManytagsError] = outcome) -> None:
    """Check that a wheel is refused, and why."""
    answer = by(data)
    assert isinstance(answer, InvalidWheel), answer
    assert re.search(reason, str(answer)), answer


def not_judged(data: bytes, remark: str) -> None:
    """Check that no tag of a wheel is called true, and why."""
    answer = heavy(data)
    assert isinstance(answer, WheelAudit), answer
    assert {claim.verdict for claim in answer.claims} == {Verdict.UNKNOWN}
    assert re.search(remark, "\n".join(map(str, answer.remarks))), answer


class Entry(NamedTuple):
    """One member of an archive, whose numbers may be wrong.

    :param data: its bytes in the archive.
    :param local: other values in its own header: flags, method, checksum, packed, size, and name.
    :param offset: where the directory says that it begins.
    """

    name: bytes
    data: bytes
    method: int
    checksum: int
    packed: int
    size: int
    flags: int = 0
    local: dict[str, int | bytes] = {}  # noqa: RUF012 - never changed
    extra: bytes = b""
    offset: int | None = None


@cache
def entry(name: str | bytes, content: bytes, method: int = DEFLATED) -> Entry:
    """Make a correct member."""
    data = deflated(content) if method == DEFLATED else content
    encoded = name.encode() if isinstance(name, str) else name
    return Entry(encoded, data, method, zlib.crc32(content), len(data), len(content))


@cache
def deflated(content: bytes) -> bytes:
    """Deflate bytes, without the header and the checksum of zlib."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(content) + machine.flush()


def archive(*entries: Entry, before: bytes = b"") -> bytes:
    """Write an archive of these and what makes it a wheel.

    :param before: bytes in front of it.
    """
    record = b"".join(member.name + b",,\n" for member in entries)
    rest = (entry(f"{INFO}/WHEEL", wheel_text([TAG]).encode()), entry(f"{INFO}/RECORD", record))
    names = {member.name for member in entries}
    body, directory = bytearray(before), bytearray()
    every = [*entries, *(member for member in rest if member.name not in names)]
    for member in every:
        place = len(body) if member.offset is None else member.offset
        if member.offset is None:
            own = {**member._asdict(), **member.local}
            fields = own["flags"], own["method"], 0, 0, own["checksum"], own["packed"], own["size"]
            body += struct.pack("<4s5H3I2H", b"PK\3\4", 20, *fields, len(own["name"]), len(member.extra))
            body += own["name"] + member.extra + member.data
        fields = member.flags, member.method, 0, 0, member.checksum, member.packed, member.size
        directory += struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, *fields, len(member.name), 0, 0, 0, 0, 0, place)
        directory += member.name
    last = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(every), len(every), len(directory), len(body), 0)
    return bytes(body + directory + last)


def padded(data: bytes, size: int) -> bytes:
    """An ELF file with zeros after it, up to a size."""
    return data.ljust(size, b"\0")


@cache
def noise(size: int) -> bytes:
    """Bytes that cannot be compressed."""
    return random.Random(size).randbytes(size)  # noqa: S311 - the same every time


PLAIN = binary("plain")
LARGE = padded(PLAIN, 7 << 20)
SCARCE = PLAIN + noise(7 << 20)
HIDDEN = entry("foo/hidden.so", binary("memcpy"))


def test_the_archives_are_read_where_they_tell_the_truth() -> None:
    """Correct archives must be read, or the tests below would prove nothing."""
    for content in (PLAIN, LARGE, SCARCE):
        for method in (STORED, DEFLATED):
            answer = outcome(archive(entry(LIB, content, method)))
            assert isinstance(answer, WheelAudit), answer
            assert answer.is_clean
            assert [code.name for code in answer.needs] == [LIB]


def test_what_was_written_as_a_stream() -> None:
    """A wheel written to a pipe must be read: its sizes follow the member, and precede it as zeros."""
    member = entry(LIB, PLAIN)
    descriptor = struct.pack("<4s3I", b"PK\7\x08", member.checksum, member.packed, member.size)
    local: dict[str, int | bytes] = {"checksum": 0, "packed": 0, "size": 0}
    answer = outcome(archive(member._replace(flags=8, data=member.data + descriptor, local={"flags": 8, **local})))
    assert isinstance(answer, WheelAudit), answer
    assert answer.is_clean


def lying(content: bytes, method: int, **lies: int) -> bytes:
    """An archive with one member that lies in the directory and in its header alike."""
    member = entry(LIB, content, method)
    return archive(member._replace(**{key: getattr(member, key) + value for key, value in lies.items()}))


@pytest.mark.parametrize("method", [STORED, DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize("content", [PLAIN, LARGE, SCARCE], ids=["small", "large", "large and scarce"])
@pytest.mark.parametrize("by", [-1, 1, -100, 1000, 1 << 20])
def test_sizes_that_are_not_so(content: bytes, method: int, by: int) -> None:
    """Installers would cut off the file or refuse it, so it would not be the file that was judged."""
    if len(content) + by < 64:
        pytest.skip("shorter than its header")
    refused(lying(content, method, size=by), "inflates to|two sizes|checksum|says")
    refused(lying(content, method, checksum=1), "checksum")


@pytest.mark.parametrize("content", [PLAIN, SCARCE], ids=["small", "large"])
@pytest.mark.parametrize("by", [-100, 100])
def test_packed_sizes_that_are_not_so(content: bytes, by: int) -> None:
    """A wrong packed size moves the end of a member."""
    refused(lying(content, DEFLATED, packed=by), "inflate|overlap|in no member")
    refused(lying(content, STORED, packed=by, size=by), "overlap|in no member")


def test_a_bomb() -> None:
    """A megabyte that inflates to a gigabyte is refused before a byte of it is inflated."""
    data = zeros(1 << 10)
    assert len(data) < 1_100_000
    refused(archive(Entry(LIB.encode(), data, DEFLATED, 0, len(data), 1 << 30)), "a bomb: .* inflate to 10737")
    # The same with a smaller size in the directory: no more than that size is inflated.
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = machine.compress(PLAIN) + machine.flush(zlib.Z_FULL_FLUSH) + data
    refused(archive(Entry(LIB.encode(), data, DEFLATED, 0, len(data), 120 << 20)), "checksum|more than")


def zeros(megabytes: int) -> bytes:
    """Deflated zeros, a kilobyte for each megabyte."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = machine.compress(bytes(1 << 20)) + machine.flush(zlib.Z_FULL_FLUSH)
    # A block after a full flush does not depend on earlier blocks.
    return block * megabytes + deflated(b"")


def test_a_bomb_below_the_bound() -> None:
    """A bomb that is just small enough, 128 MB in all, is read in time."""
    answer = heavy(archive(entry(LIB, padded(PLAIN, 120 << 20))))
    assert isinstance(answer, WheelAudit), answer
    many = [entry(LIB, LARGE)._replace(name=b"foo/%d.so" % number) for number in range(18)]
    answer = heavy(archive(*many))
    assert isinstance(answer, WheelAudit), answer
    assert len(answer.needs) == 18


def dynamic_at_the_end(size: int) -> bytes:
    """A file whose tables follow some megabytes of zeros."""
    file = Editor(PLAIN)
    loads = [number for number, part in enumerate(file.image.segments) if part.kind == PT_LOAD]
    last, at = file.image.segments[loads[-1]], file.programs_at + 56 * loads[-1]
    segment = next(part for part in file.image.segments if part.kind == PT_DYNAMIC)
    dynamic = PLAIN[segment.offset : segment.offset + segment.file_size]
    data = bytearray(padded(bytes(file.data), size)) + dynamic
    length = len(data) - last.offset
    struct.pack_into("<2Q", data, at + 32, length, length)
    place = next(number for number, part in enumerate(file.image.segments) if part.kind == PT_DYNAMIC)
    address = last.address + size - last.offset
    struct.pack_into("<3Q", data, file.programs_at + 56 * place + 8, size, address, address)
    return bytes(data)


def test_what_is_needed_stands_at_the_far_end() -> None:
    """Megabytes of zeros before the tables must neither hide them nor take long."""
    answer = heavy(archive(entry(LIB, dynamic_at_the_end(120 << 20))))
    assert isinstance(answer, WheelAudit), answer
    assert answer.needs[0].needed == ("libc.so.6",)


def scattered(hops: int) -> bytes:
    """A file whose needed versions alternate between two places, megabytes apart, after the part that is kept."""
    near, far = 7 << 20, 10 << 20
    file = Editor(binary("memcpy"))
    last = next(number for number, part in reversed([*enumerate(file.image.segments)]) if part.kind == PT_LOAD)
    segment, at = file.image.segments[last], file.programs_at + 56 * last
    name = struct.unpack_from("<I", file.data, file.table(DT_VERNEED) + 4)[0]
    data = bytearray(padded(bytes(file.tag(DT_VERNEED, segment.address + near - segment.offset).data), 11 << 20))
    for hop in range(hops):
        struct.pack_into("<2H3I", data, near + 16 * hop, 1, 1, name, far - near, 16 if hop + 1 < hops else 0)
        struct.pack_into("<I2H2I", data, far + 16 * hop, elf_hash(b"libc.so.6"), 0, 2, name, 0)
    length = len(data) - segment.offset
    struct.pack_into("<2Q", data, at + 32, length, length)
    return bytes(data)


def test_tables_that_would_be_inflated_again_and_again() -> None:
    """Each step back inflates two megabytes again, so sixteen thousand steps would take minutes."""
    answer = outcome(archive(entry(LIB, scattered(3))))
    assert isinstance(answer, WheelAudit)
    refused(archive(entry(LIB, scattered(16_000))), "scattered")


def test_blocks_without_end_that_hold_nothing() -> None:
    """Empty blocks are legal Deflate, and cost time without a byte of output."""
    empty = b"\0\0\0\xff\xff" * 200_000
    data = empty + deflated(PLAIN)
    refused(
        archive(Entry(LIB.encode(), data, DEFLATED, zlib.crc32(PLAIN), len(data), len(PLAIN))),
        "compressed bytes and inflates to",
    )
    few = b"\0\0\0\xff\xff" * 300 + deflated(PLAIN)
    answer = outcome(archive(Entry(LIB.encode(), few, DEFLATED, zlib.crc32(PLAIN), len(few), len(PLAIN))))
    assert isinstance(answer, WheelAudit)
    assert answer.is_clean


def test_members_over_each_other() -> None:
    """A thousand members that share the same bytes, as in David Fifield's bombs, must be refused."""
    kernel = entry(LIB, LARGE)
    same = [kernel._replace(name=b"foo/%d.so" % number, offset=0) for number in range(1000)]
    refused(archive(kernel, *same), "at the same place|header contradicts|another name")
    # Each header is quoted by the one before it, in a stored block of Deflate, so the ranges overlap.
    first = entry("foo/a.so", LARGE)
    quoted = archive(first)[: 30 + len(first.name) + first.packed]
    block = struct.pack("<B2H", 0, 30 + 8, 0xFFFF ^ (30 + 8))
    data = block + quoted
    content = quoted[:38] + LARGE
    outer = Entry(b"foo/b.so", data, DEFLATED, zlib.crc32(content), len(data), len(content))
    refused(archive(outer, first._replace(offset=30 + 8 + 5)), "overlap")
    # Or the second member is hidden in extra fields, which the directory does not show.
    extra = struct.pack("<2H", 0xFFFF, 400) + bytes(400)
    small = entry("foo/c.so", PLAIN)
    lies = archive(small._replace(extra=extra, data=b""), small._replace(name=b"foo/d.so"))
    refused(lies, "overlap")


@pytest.mark.parametrize("count", [60_000, 100_000])
def test_many_members(count: int) -> None:
    """More members than an archive can count without extensions are refused, and fewer are read in time."""
    body, directory = bytearray(), bytearray()
    real = [entry(f"{INFO}/WHEEL", wheel_text([TAG]).encode()), entry(f"{INFO}/RECORD", b"")]
    members = [entry(b"%d" % number, b"", STORED) for number in range(count - 2)] + real
    for member in members:
        fields = 0, member.method, 0, 0, member.checksum, member.packed, member.size
        name = struct.pack("<2H", len(member.name), 0)
        directory += (
            struct.pack("<4s6H3I", b"PK\1\2", 20, 20, *fields) + name + bytes(10) + struct.pack("<I", len(body))
        )
        directory += member.name
        body += struct.pack("<4s5H3I", b"PK\3\4", 20, *fields) + name + member.name + member.data
    sizes = len(directory), len(body)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, min(count, 65535), min(count, 65535), *sizes, 0)
    end_64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, *sizes)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, sum(sizes), 1)
    data = bytes(body + directory)
    if count > 65534:
        refused(data + end_64 + locator + end, "more than 65534 members")
        refused(data + end, "more than 65534 members")
        # A number that is smaller than the truth.
        few = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 3, 3, *sizes, 0)
        refused(data + few, "says that it has 3", heavy)
    else:
        assert isinstance(heavy(data + end), WheelAudit)


def test_many_elf_files() -> None:
    """Each ELF file takes time, so those after three thousand are not read, and then no tag is called true."""
    small = PLAIN[:64]
    some = [entry(f"foo/{number}.o", small, STORED) for number in range(3001)]
    not_judged(archive(*some), "foo/3000.o: not read: this file and those after it: .* more than 3000 compiled files")


NAMES = {
    "absolute": b"/etc/passwd",
    "up": b"../../etc/cron.d/x",
    "up inside": b"foo/../../x",
    "up at the end": b"foo/..",
    "here": b"./foo.so",
    "nothing between": b"foo//x.so",
    "backslashes": b"foo\\..\\..\\x.so",
    "a drive": b"C:/x.so",
    "a drive without a folder": b"c:x.so",
    "NUL": b"foo/x.so\0.txt",
    "a folder that leads up": b"../evil/",
    "a folder that is absolute": b"/evil/",
    "a folder with NUL": b"evil/\0.so",
    "empty": b"",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_lead_elsewhere(name: str) -> None:
    """An installer would write outside of the environment."""
    refused(
        archive(entry(NAMES[name], PLAIN if not NAMES[name].endswith(b"/") else b"")),
        "not a path in a wheel|names a drive",
    )


def test_names_that_stand_twice() -> None:
    """Some readers take the first of two members of the same name, others the last: the wrong one might be judged."""
    refused(archive(entry(LIB, PLAIN), entry(LIB, binary("memcpy"))), "twice")
    refused(archive(entry(LIB, PLAIN), entry(f"{LIB}/", b"")), "twice")
    refused(archive(entry(f"{INFO}/WHEEL", b"Tag: a-b-c"), entry("bar-1.0.dist-info/WHEEL", b"Tag: a-b-c")), "2 files")


LOCAL: dict[str, tuple[dict[str, int | bytes], str]] = {
    "name": ({"name": b"foo/libbar.so"}, "another name"),
    "a longer name": ({"name": LIB.encode() * 2}, "another name"),
    "method": ({"method": STORED}, "contradicts the directory"),
    "encrypted": ({"flags": 1}, "contradicts the directory"),
    "size": ({"size": 3}, "contradicts the directory"),
    "packed size": ({"packed": 3}, "contradicts the directory"),
    "checksum": ({"checksum": 3}, "contradicts the directory"),
    "sizes behind it, and before it": (
        {"flags": 8, "packed": 3, "checksum": 0, "size": 0},
        "contradicts the directory",
    ),
}


@pytest.mark.parametrize("what", LOCAL)
def test_headers_that_say_something_else(what: str) -> None:
    """A streaming reader, which does not use the directory, would see another file."""
    local, reason = LOCAL[what]
    refused(archive(entry(LIB, PLAIN)._replace(local=local)), reason)


def extra_field(kind: int, content: bytes) -> bytes:
    """An extra field of a member."""
    return struct.pack("<2H", kind, len(content)) + content


def other_name(name: str, said: str) -> bytes:
    """The extra field that gives a member another name, for readers that know it."""
    return extra_field(0x7075, struct.pack("<BI", 1, zlib.crc32(name.encode())) + said.encode())


def in_directory(data: bytes, extra: bytes) -> bytes:
    """Give the first member an extra field in the directory."""
    at = data.index(b"PK\1\2")
    size = int.from_bytes(data[at + 28 : at + 30], "little")
    longer = data[: at + 30] + struct.pack("<H", len(extra)) + data[at + 32 : at + 46 + size] + extra
    whole = longer + data[at + 46 + size :]
    directory = int.from_bytes(whole[-10:-6], "little") + len(extra)
    return whole[:-10] + struct.pack("<I", directory) + whole[-6:]


def test_extra_fields_that_say_something_else() -> None:
    """Python 3.13 and unzip take a member's name from an extra field, and streaming readers take its size."""
    member = entry("foo/a.py", b"x = 1\n")
    for said in ("foo/b.py", "../a.py"):
        extra = other_name("foo/a.py", said)
        refused(archive(member._replace(extra=extra)), "another name")
        refused(in_directory(archive(member), extra), "another name")
    same = other_name("foo/a.py", "foo/a.py")
    assert isinstance(outcome(in_directory(archive(member._replace(extra=same)), same)), WheelAudit)
    marked: dict[str, int | bytes] = {"packed": 0xFFFFFFFF, "size": 0xFFFFFFFF}
    sizes = struct.pack("<2Q", member.size, member.packed)
    assert isinstance(outcome(archive(member._replace(local=marked, extra=extra_field(1, sizes)))), WheelAudit)
    header: dict[str, int | bytes] = {"flags": 8, "checksum": 0, **marked}
    streamed = member._replace(flags=8, local=header, extra=extra_field(1, bytes(16)))
    long = struct.pack("<4sIQQ", b"PK\7\x08", member.checksum, member.packed, member.size)
    assert isinstance(outcome(archive(streamed._replace(data=member.data + long))), WheelAudit)
    refused(archive(member._replace(extra=same + same)), "there twice")
    for wrong in (struct.pack("<2Q", member.size, member.packed + 40), sizes[:8], b""):
        refused(archive(member._replace(local=marked, extra=extra_field(1, wrong))), "contradicts the directory")


def test_files_between_members() -> None:
    """A streaming reader would find a file there that the directory does not name."""
    hidden = archive(HIDDEN)[: 30 + len(HIDDEN.name) + HIDDEN.packed]
    for member in (entry("foo/a.py", b"x = 1\n"), entry("foo/__init__.py", b""), entry("foo/", b"", STORED)):
        refused(archive(member._replace(data=member.data + hidden)), "in no member")
        refused(archive(member._replace(data=member.data + hidden, flags=8)), "in no member|streaming")


def test_folders_that_are_files() -> None:
    """A folder in the directory, and a file in its own header."""
    folder = entry("foo/libfoo.so/", b"", STORED)
    assert isinstance(outcome(archive(folder)), WheelAudit)
    refused(archive(folder._replace(local={"name": b"foo/libfoo.so0"})), "another name")
    refused(archive(entry("foo/libfoo.so/", PLAIN)), "it is a folder")
    refused(archive(folder._replace(data=PLAIN, packed=len(PLAIN), method=DEFLATED)), "bytes and inflates to")


def test_what_is_said_to_be_empty() -> None:
    """Some installers would write nothing, and others a library."""
    program = PLAIN.rstrip(b"\0")[:600]
    packed = deflated(program)
    assert len(packed) < 1024
    refused(archive(Entry(b"foo/a.so", packed, DEFLATED, 0, len(packed), 0)), "inflates to more")


def test_programs_that_are_wheels_too() -> None:
    """Installers ignore bytes before an archive: by its name it is a wheel, and not a program."""
    whole = archive(HIDDEN)
    refused(PLAIN + whole, "precede its first member")
    refused(PLAIN, "not a ZIP archive")


@pytest.mark.parametrize("swap", [True, False], ids=["byte order", "class"])
def test_programs_that_lie_of_their_form(swap: bool) -> None:
    """Linux checks e_machine alone, so a file with a false header must not pass as data."""
    data = bytearray(PLAIN)
    if swap:
        data[5], data[16:20] = 2, struct.pack("<2H", 2, 62)
    else:
        data[18:20] = struct.pack("<H", 3)
    answer = audit(io.BytesIO(archive(entry("foo/run", bytes(data)))), NAME)
    assert answer.is_damaged
    for depth in ("header", "full"):
        answer = audit(io.BytesIO(archive(entry("foo/run", bytes(data)))), NAME, depth=depth)
        assert {claim.verdict for claim in answer.claims} == {Verdict.UNKNOWN}


@pytest.mark.parametrize(
    ("text", "purelib"),
    [
        ("Root-Is-Purelib: true\nRoot-Is-Purelib: false\n", True),
        ("Root-Is-Purelib: true\r\nRoot-Is-Purelib: false\n", True),
        ("X: y\x0bRoot-Is-Purelib: true\nRoot-Is-Purelib: false\n", False),
        ("X: y\n Root-Is-Purelib: false\nRoot-Is-Purelib: true\n", True),
        ("root-is-purelib: TRUE\n", True),
        ("Root-Is-Purelib : true\n", None),
        ("\nRoot-Is-Purelib: false\n", None),
        ("no header\nRoot-Is-Purelib: false\n", None),
        ("\ufeffRoot-Is-Purelib: false\n", None),
    ],
)
def test_wheel_as_installers_read_it(text: str, purelib: bool | None) -> None:
    """pip reads WHEEL as a message: the first of two equal keys counts, and an empty line ends it. So must we."""
    whole = text + f"Tag: {TAG}\n"
    read = email.message_from_string(whole)
    assert (read.get("Root-Is-Purelib", "").lower() == "true" if read["Tag"] else None) == purelib
    data = archive(entry("foo/libfoo.so", PLAIN), entry(f"{INFO}/WHEEL", whole.encode()))
    if purelib is None:
        refused(data, "it lists no tag")
    else:
        answer = outcome(data)
        assert isinstance(answer, WheelAudit), answer
        assert any(claim.kind is ClaimKind.ROOT_IS_PURELIB for claim in answer.claims) == purelib


def test_the_smallest_programs() -> None:
    """Linux runs a program of 45 bytes and checks only the first four, so it must not pass as data."""
    small = b"\x7fELF" + bytes(12) + struct.pack("<2H", 2, 3) + bytes(25)
    answer = outcome(archive(entry("foo/run", small)))
    assert isinstance(answer, WheelAudit)
    assert answer.is_damaged


@pytest.mark.parametrize("flags", [0x1, 0x40, 0x2000, 0x20])
def test_what_cannot_be_read(flags: int) -> None:
    """Encrypted members and patches cannot be read, and must be refused."""
    refused(archive(entry(LIB, PLAIN)._replace(flags=flags, local={"flags": flags})), "encrypted|method|cannot be read")


@pytest.mark.parametrize("method", [1, 6, 9, 12, 14, 93, 95, 97, 99, 65535])
def test_unknown_compression(method: int) -> None:
    """Some or all installers refuse these."""
    refused(archive(entry(LIB, PLAIN)._replace(method=method)), "compressed by method")


def test_bytes_around_the_archive() -> None:
    """Only some readers see bytes before an archive, after it or between its parts."""
    whole = archive(entry(LIB, PLAIN))
    refused(b"MZ" + whole, "precede its first member")
    refused(archive(entry(LIB, PLAIN), before=b"MZ"), "precede its first member")
    refused(whole + b"\0", "follow its end")
    refused(whole + whole, "precede its first|follow|cannot be read|two ends")
    other = archive(HIDDEN)
    refused(other + whole, "precede its first|cannot be read|two ends")


def test_two_ends() -> None:
    """If a comment holds a second end, some readers use the first end and some the second."""
    whole = archive(entry(LIB, PLAIN))
    fields = struct.unpack("<4H2I", whole[-18:-2])
    empty = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
    assert fields[2] == 3
    refused(whole[:-2] + struct.pack("<H", len(empty)) + empty, "two ends")
    refused(whole[:-2] + struct.pack("<H", len(empty) + 5) + empty + b"12345", "two ends|follow its end")
    answer = outcome(whole[:-2] + struct.pack("<H", 5) + b"hello")
    assert isinstance(answer, WheelAudit), "a comment is allowed"


def end_64(whole: bytes, **lies: int) -> bytes:
    """Give an archive an end with fields of 64 bits."""
    _, _, _, count, size, place = struct.unpack("<4H2I", whole[-18:-2])
    at = len(whole) - 22
    numbers = {"count": count, "size": size, "place": place, "at": at, **lies}
    counts = numbers["count"], numbers["count"], numbers["size"], numbers["place"]
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, *counts)
    return whole[:-22] + record + struct.pack("<4sIQI", b"PK\6\7", 0, numbers["at"], 1) + whole[-22:]


def test_ends_of_64_bits() -> None:
    """An end with 64-bit fields counts, unless it contradicts the other end or is at the wrong place."""
    whole = archive(entry(LIB, PLAIN))
    answer = outcome(end_64(whole))
    assert isinstance(answer, WheelAudit), answer
    for lie in ({"count": 2}, {"count": 1 << 62}, {"size": 1 << 62}, {"size": 46}):
        refused(end_64(whole, **lie), "contradict")
    for lie in ({"place": 1 << 62}, {"place": 1}):
        refused(end_64(whole, **lie), "cannot be read|precede its first|overlap|contradict|header")
    refused(end_64(whole, at=0), "is missing")
    marked = whole[:-14] + b"\xff" * 8 + whole[-6:]
    refused(end_64(marked, count=1 << 62), "more than|cannot be read")
    refused(marked, "more than 65534 members|cannot be read")


def test_markers_of_64_bits() -> None:
    """Sizes that should be in extra fields, but are missing, must be refused."""
    member = entry(LIB, PLAIN)
    refused(archive(member._replace(size=0xFFFFFFFF)), "bytes|bomb|contradicts|inflates")
    refused(archive(member._replace(packed=0xFFFFFFFF)), "inflates to|overlap|cannot be read")


def test_cut_off_at_every_kilobyte() -> None:
    """Half a download must be refused, wherever it was cut off."""
    whole = archive(entry(LIB, PLAIN + noise(100_000)), entry("foo/module.py", b"pass\n" * 1000))
    for size in [*range(0, len(whole), 1024), *range(len(whole) - 60, len(whole))]:
        assert isinstance(outcome(whole[:size], trace=False), InvalidWheel), size


RECORDS = {
    "absolute rows": (b"/etc/passwd,,\n../../x,,\nC:x,,\n\\\\host\\x,,\n", "leads out of the wheel"),
    "no table": (b'"' + b"x" * 200_000, "it is not a table"),
    "NUL": (b"\0\0\0,\0\n", ""),
    "no text": (noise(1000), ""),
    "nothing": (b"", "missing from RECORD"),
}


@pytest.mark.parametrize("what", RECORDS)
def test_records(what: str) -> None:
    """A RECORD that lies or leads out of the wheel must be reported, and not followed."""
    text, remark = RECORDS[what]
    answer = outcome(archive(entry(LIB, PLAIN), entry(f"{INFO}/RECORD", text)))
    assert isinstance(answer, WheelAudit), answer
    assert not answer.is_clean
    assert remark in "\n".join(map(str, answer.remarks))


def test_records_without_measure() -> None:
    """100 MB of rows, or rows that all cause a remark, must not fill the memory."""
    refused(archive(entry(LIB, PLAIN), entry(f"{INFO}/RECORD", b"a,,\n" * (25 << 20))), "are read|bomb")
    flood = heavy(archive(entry(LIB, PLAIN), entry(f"{INFO}/RECORD", b"/\n" * (4 << 20))))
    assert isinstance(flood, WheelAudit), flood
    assert (len(flood.remarks), str(flood.remarks[-1].kind)) == (10_001, "left out")
    answer = heavy(archive(entry(LIB, PLAIN), entry(f"{INFO}/RECORD", b"foo/libfoo.so,,\n" * (1 << 18))))
    assert isinstance(answer, WheelAudit), answer


WHEELS = {
    "10 MB": (b"Tag: py3-none-any\n" + b"#" * (10 << 20), "are read"),
    "no tags": (b"Wheel-Version: 1.0\n", "lists no tag"),
    "a tag that is none": (b"Tag: py3-none\n", "expected 3 fields"),
    "an empty tag": (b"Tag:\n", "invalid tag"),
    "no text": (noise(1000), "not UTF-8"),
    "a million tags": (b"".join(b"Tag: py3-none-linux_%d\n" % number for number in range(1_000_000)), "are read"),
    "too many tags": (b"".join(b"Tag: p%d-q%d-r%d\n" % (n, n, n) for n in range(20_000)), "are read"),
    "one that stands for millions": (
        b"Tag: " + b"-".join(b".".join(b"%s%d" % (kind, n) for n in range(200)) for kind in (b"p", b"q", b"r")),
        "invalid tag",
    ),
}


@pytest.mark.parametrize("what", WHEELS)
def test_wheel_files(what: str) -> None:
    """Every installer reads WHEEL: without a valid one the file is not a wheel."""
    text, reason = WHEELS[what]
    refused(archive(entry(LIB, PLAIN), entry(f"{INFO}/WHEEL", text)), reason)


def test_more_to_judge_than_there_can_be() -> None:
    """Five hundred tags times thousands of files, all of which contradict all tags, would take too long."""
    text = "".join(f"Tag: py3-none-linux_a{number}\n" for number in range(500)).encode()
    files = [entry(f"foo/{number}.so", PLAIN) for number in range(2000)]
    answer = heavy(archive(*files, entry(f"{INFO}/WHEEL", text)))
    assert isinstance(answer, WheelAudit), answer
    false = [claim for claim in answer.claims if claim.is_false]
    assert 0 < len(false) < 500
    assert sum(len(claim.reasons) for claim in false) < 21_000, "reasons would fill the memory"
    assert any(claim.note == "there is more to judge than in any real wheel" for claim in answer.claims)
    assert any(re.search("only the first .* of its reasons are listed", claim.note) for claim in answer.claims)


def test_libraries_that_no_search_path_leads_to() -> None:
    """Thousands of files that need each other in vain were compared in pairs, which took many minutes."""
    files = [
        SharedObject(tuple(f"lib{(number * 7 + step) % 1200}.so" for step in range(10)), f"lib{number}.so").build()
        for number in range(1200)
    ]
    members = [entry(f"foo/m{number}.abi3.so", data) for number, data in enumerate(files)]
    answer = heavy(archive(*members, entry(f"{INFO}/WHEEL", b"Tag: cp39-abi3-manylinux_2_17_x86_64\n")))
    assert isinstance(answer, WheelAudit), answer
    assert answer.is_false
    assert len(answer.remarks) <= 10_001


def test_many_names_of_one_policy() -> None:
    """PySide2 5.15 has 16 tags and 7,700 needs, which were taken for a flood: equal tags are judged once."""
    names = [f"manylinux_2_{minor}_x86_64" for minor in (5, 12, 17)] + ["manylinux1_x86_64", "manylinux2010_x86_64"]
    text = "".join(f"Tag: cp{minor}-abi3-{name}\n" for minor in range(35, 40) for name in names).encode()
    answer = outcome(archive(*(entry(f"foo/{n}.so", PLAIN) for n in range(1500)), entry(f"{INFO}/WHEEL", text)), False)
    assert isinstance(answer, WheelAudit), answer
    assert not any("more to judge" in claim.note for claim in answer.claims)


def test_modules_that_no_tag_is_true_of() -> None:
    """Comparing thousands of modules for another system with a hundred tags must not take long."""
    least = SharedObject().build()
    text = "".join(f"Tag: cp312-cp312-musllinux_1_{minor}_x86_64\n" for minor in range(1, 101)).encode()
    modules = (entry(f"foo/m{number}.cpython-312-x86_64-linux-gnu.so", least) for number in range(570))
    answer = outcome(archive(*modules, entry(f"{INFO}/WHEEL", text)), trace=False)
    assert isinstance(answer, WheelAudit), answer
    assert sum(len(claim.reasons) for claim in answer.claims) >= 19_000


def many_symbols(count: int) -> bytes:
    """A file with the same undefined symbols many times."""
    file = Editor(PLAIN)
    last = next(number for number, part in reversed([*enumerate(file.image.segments)]) if part.kind == PT_LOAD)
    segment, at = file.image.segments[last], file.programs_at + 56 * last
    symbol = file.table(DT_SYMTAB) + 24
    table = bytes(file.data[symbol : symbol + 24]) * count
    place = len(file.data)
    address = segment.address + place - segment.offset
    version = bytes(file.data[file.table(DT_VERSYM) + 2 :][:2])
    file.tag(DT_SYMTAB, address).tag(DT_VERSYM, address + len(table))
    hashed = address + len(table) + 2 * count
    file.put("Q", file.dynamic()[DT_GNU_HASH] - 8, DT_HASH).put("Q", file.dynamic()[DT_HASH], hashed)
    data = bytearray(file.data) + table + version * count + struct.pack("<2I", 1, count) + bytes(4 + 4 * count)
    length = len(data) - segment.offset
    struct.pack_into("<2Q", data, at + 32, length, length)
    return bytes(data)


def test_undefined_symbols_without_measure() -> None:
    """Millions of undefined symbols, each of which is a value, would fill the caller's memory."""
    answer = outcome(archive(entry(LIB, many_symbols(1000))))
    assert isinstance(answer, WheelAudit), answer
    member = entry(LIB, many_symbols(190_000))
    several = [member._replace(name=b"foo/%d.so" % number) for number in range(20)]
    not_judged(archive(*several), "not read: .* more than 300000 undefined symbols")


def test_elf_files_that_lie_in_wheels() -> None:
    """An ELF file that lies must be reported as damaged, and its wheel's tags must not be called true."""
    for lie, make in LIES.items():
        answer = outcome(archive(entry(LIB, bytes(make(Editor()).data))), trace=False)
        assert isinstance(answer, WheelAudit), lie
        assert not answer.is_clean, lie
        if lie == "the other byte order":
            continue  # then no machine has its number, and no loader takes it for code
        assert answer.is_damaged, lie
        assert {claim.verdict for claim in answer.claims} == {Verdict.UNKNOWN}, lie
        assert answer.true_tags == (), lie


def test_libraries_by_their_path() -> None:
    """A library that is needed by its path must be reported, and never opened: it may be a FIFO."""
    data = PLAIN.replace(b"libc.so.6", b"/dev/zero")
    answer = outcome(archive(entry(LIB, data)))
    assert isinstance(answer, WheelAudit)
    assert answer.needs[0].needed == ("/dev/zero",)
    assert answer.is_false
    assert any(str(remark.kind) == "library path" for remark in answer.remarks)


def test_names_that_print_lines_of_their_own() -> None:
    """Names of files and libraries must not write a verdict into the report."""
    data = PLAIN.replace(b"libc.so.6", b"a\n\x1b[1mb.so")[: len(PLAIN)]
    answer = outcome(archive(entry(LIB, data), entry("foo/\n  true tags: any", PLAIN)))
    assert isinstance(answer, (WheelAudit, ManytagsError))
    assert "\n  true tags: any" not in str(answer)
    error = outcome(archive(entry("../\n  true tags: any", PLAIN)))
    assert "\n" not in str(error)
    again = outcome(archive(entry("\n  true tags: any", PLAIN)._replace(checksum=1)))
    assert isinstance(again, InvalidWheel)
    assert "\n" not in str(again)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    """Opening a FIFO may block forever, and /dev/zero never ends."""
    os.mkfifo(tmp_path / NAME)
    for path in (tmp_path / NAME, tmp_path, "/dev/zero", "/dev/null", tmp_path / "nothing", "a\0b"):
        with pytest.raises(InvalidWheel):
            audit(path)


class Broken(io.BytesIO):
    """A stream that fails after some reads."""

    left = 5

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, or fail after some reads."""
        self.left -= 1
        if self.left < 0:
            raise OSError(5, "Input/output error")
        return super().read(size)


def test_streams_that_break() -> None:
    """A failure of a disk or a connection must be reported as such, wherever it happens."""
    whole = archive(entry(LIB, SCARCE), HIDDEN)
    for count in range(40):
        stream = Broken(whole)
        stream.left = count
        try:
            answer = audit(stream, NAME)
        except InvalidWheel as error:
            assert "cannot be read" in str(error), count
        else:
            assert count > 10
            assert answer.needs


def test_streams_that_cannot_go_back() -> None:
    """A pipe must cause a clear error."""
    reading, writing = os.pipe()
    os.close(writing)
    with open(reading, "rb") as stream, pytest.raises(InvalidWheel, match="cannot be read"):
        audit(stream, NAME)


def changed(data: bytes, chosen: random.Random) -> bytes:
    """Change some bytes anywhere, most of them at the ends, where headers and the directory are."""
    edited = bytearray(data)
    for _ in range(chosen.randint(1, 6)):
        start = chosen.choice([0, 0, max(len(edited) - 400, 0)])
        end = chosen.choice([min(200, len(edited)), len(edited), len(edited)])
        place = chosen.randrange(start, max(end, start + 1))
        edited[place % len(edited)] = chosen.choice([0, 1, 0x7F, 0x80, 0xFF, chosen.randrange(256)])
    if chosen.random() < 0.05:
        del edited[chosen.randrange(len(edited)) :]
    return bytes(edited)


@pytest.mark.parametrize("inside", [False, True], ids=["archives", "ELF files inside"])
def test_random_changes(inside: bool) -> None:
    """Random changes of whole wheels, and of ELF files in correct archives, must not cause a traceback."""
    chosen = random.Random(20261121 + inside)  # noqa: S311 - the same every time
    real = [binary(name) for name in BINARIES]
    wheels = [wheel(NAME, {LIB: content, "foo/a.py": b"pass"}, compression=STORED) for content in real]
    errors = 0
    for _ in range(5_000):
        place = chosen.randrange(len(real))
        data = archive(entry(LIB, changed(real[place], chosen), STORED)) if inside else changed(wheels[place], chosen)
        began = time.process_time()
        try:
            # `audit` would report a mistake of ours, an OSError, as an error of the stream.
            answer = audit_from_contents(_read(io.BytesIO(data), NAME, "full"), NAME)
            str(answer)
        except ManytagsError:
            errors += 1
        assert in_time(began)
    assert errors if not inside else not errors


def test_every_length_of_what_is_inside() -> None:
    """An ELF file that is cut off anywhere, in a correct archive, must not make a tag false."""
    for size in range(0, len(PLAIN), 7):
        answer = outcome(archive(entry(LIB, PLAIN[:size], STORED)), trace=False)
        assert isinstance(answer, WheelAudit), size
        assert not answer.is_false


def test_the_cheap_look_has_the_same_bounds() -> None:
    """With ``depth="header"`` time must be bounded too."""
    for data in (archive(entry(LIB, LARGE)), archive(*(entry(f"foo/{n}.so", PLAIN[:64]) for n in range(5000)))):
        began = time.process_time()
        assert audit(io.BytesIO(data), NAME, "header").needs
        assert in_time(began)
