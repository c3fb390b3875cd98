"""Wheels that cost as much as they can: each has one of its dimensions at a limit.

``python -m tests.hostile.wheel_bounds`` measures all of them, each in a process of its own.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from manytags.binaries.elf_image import PT_LOAD
from manytags.binaries.elf_tables import DT_STRSZ, DT_STRTAB, DT_VERNEED

from ..audits.made_archives import Part, made
from ..audits.wrong.wheels import binary, wheel_text
from ..binaries.elf_editor import Editor
from .test_wheels import many_symbols, scattered

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "foo-1.0-py3-none-manylinux1_x86_64.whl"
TAG = "py3-none-manylinux1_x86_64"
INFO = "foo-1.0.dist-info"

#: The promises, for a wheel of at most 100 MB and for one whose members have at most 50 MB.
MOST_MEGABYTES, MOST_SECONDS = 100.0, 2.0


class Cost(NamedTuple):
    """What an audit cost: peak megabytes of the process, and seconds of processor time."""

    megabytes: float
    seconds: float


#: VmHWM and not ru_maxrss, which starts at the memory of the parent process.
_CHILD = """
import sys, time, manytags
manytags.audit
with open(sys.argv[1], "rb") as stream:
    began = time.process_time()
    try:
        manytags.audit(stream, sys.argv[2])
    except manytags.ManytagsError as error:
        print(error, file=sys.stderr)
    took = time.process_time() - began
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), took)
"""


def cost(data: bytes) -> Cost:
    """Audit a wheel in another process."""
    with tempfile.NamedTemporaryFile(suffix=".whl") as file:
        file.write(data)
        file.flush()
        command = [sys.executable, "-c", _CHILD, file.name, NAME]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    kilobytes, seconds = done.stdout.split()
    return Cost(int(kilobytes) * 1024 / 1e6, float(seconds))


def parts(*files: Part, record: bytes = b"", text: bytes = b"") -> bytes:
    """A wheel of some files."""
    wheel_ = wheel_text([TAG]).encode() + text
    return made([*files, Part(f"{INFO}/WHEEL", wheel_), Part(f"{INFO}/RECORD", record)])


def grown(file: Editor, table: bytes) -> tuple[bytes, int]:
    """Add bytes to the last segment of an ELF file; return it, and the address of the bytes."""
    number, segment = [(place, part) for place, part in enumerate(file.image.segments) if part.kind == PT_LOAD][-1]
    data = bytearray(file.data) + table
    length = len(data) - segment.offset
    struct.pack_into("<2Q", data, file.programs_at + 56 * number + 32, length, length)
    return bytes(data), segment.address + len(file.data) - segment.offset


def strings(table: bytes, name: str = "plain") -> bytes:
    """An ELF file with another string table."""
    data, address = grown(Editor(binary(name)), table)
    return bytes(Editor(data).tag(DT_STRTAB, address).tag(DT_STRSZ, len(table)).data)


def versions(count: int) -> bytes:
    """An ELF file that needs many versions of a library."""
    file = Editor(binary("memcpy"))
    name = struct.unpack_from("<I", file.data, file.table(DT_VERNEED) + 4)[0]
    listed = b"".join(struct.pack("<I2H2I", 0, 0, 2, name, 16 if left else 0) for left in reversed(range(count)))
    data, address = grown(file, struct.pack("<2H3I", 1, 1, name, 16, 0) + listed)
    return bytes(Editor(data).tag(DT_VERNEED, address).data)


def copies(content: bytes, count: int, method: int = 8) -> bytes:
    """A wheel with the same file many times."""
    first = Part("", content, method)
    packed = first.packed
    return parts(*(Part(f"foo/{number}.so", content, method, data=packed) for number in range(count)))


def names(count: int, of: str) -> bytes:
    """A wheel with many empty files."""
    return parts(*(Part(f"{number:06d}{of}", method=0) for number in range(count)))


def tags(count: int) -> bytes:
    """The lines of WHEEL with many tags."""
    return b"".join(b"Tag: p%d-q%d-linux_r%d\n" % (number, number, number) for number in range(count))


#: Each is a wheel of at most 100 MB whose members have at most 50 MB.
SMALL: dict[str, Callable[[], bytes]] = {
    "names": lambda: names(6_000, "x" * 80),
    "empty rows of RECORD": lambda: parts(record=b"\n" * (8 << 20)),
    "rows of RECORD without a line feed": lambda: parts(record=b"\x0b" * (8 << 20)),
    "wide characters in RECORD": lambda: parts(record="\U0001f600".encode() + b"x" * ((8 << 20) - 4)),
    "rows that lead out": lambda: parts(record=b"/\n" * (4 << 20)),
    "headers of WHEEL": lambda: parts(text=b"a:\n" * 80_000),
    "tags": lambda: parts(text=tags(9_000)),
    "undefined symbols": lambda: copies(many_symbols(190_000), 4),
    "versions": lambda: copies(versions(16_000), 12),
    "strings": lambda: parts(Part("foo/a.so", strings(b"\0" * (45 << 20)))),
    "names of modules": lambda: parts(Part("foo/a.so", strings(b"\0" + b"PyInit_\0" * (6 << 20)))),
    "going back": lambda: copies(scattered(30), 4),
}
LARGE: dict[str, Callable[[], bytes]] = {
    "all names": lambda: names(65_000, "x" * 76),
    "all names, wide": lambda: names(65_000, "\U0001f600" + "x" * 70),
    "all names, accents in two forms": lambda: names(65_000, "e\u0301\u4e2d" * 12),
    "deep names": lambda: names(1_900, "/x" * 2_000),
    "rows of RECORD": lambda: parts(record=b"".join(b"%025d,\n" % number for number in range(299_000))),
    "small ELF files": lambda: copies(binary("plain"), 4_999),
    "ELF files with versions": lambda: copies(binary("glibcxx"), 2_500),
    "ELF files with a table of versions": lambda: copies(versions(500), 3_000),
    "ELF files with names of modules": lambda: copies(strings(b"\0" + b"PyInit_\0" * 4_000), 1_000),
    "ELF files with names like modules": lambda: copies(strings(b"\0" + b"Py" * 20_000 + b"\0"), 1_000),
    "undefined symbols of many files": lambda: copies(many_symbols(9_500), 50),
    "a large stored file": lambda: copies(binary("plain").ljust(48 << 20, b"\0"), 1, 0),
    "large files": lambda: copies(binary("plain").ljust(7 << 20, b"\0"), 7),
    "all together": lambda: parts(
        *(Part(f"{number:06d}", method=0) for number in range(50_000)),
        *(Part(f"foo/{number}.so", versions(100)) for number in range(500)),
        Part("foo/a.so", many_symbols(190_000)),
        Part("foo/b.so", strings(b"\0" + b"PyInit_\0" * (3 << 20))),
        record=b"".join(b"%020d,\n" % number for number in range(200_000)),
        text=b"Tag: py3-none-linux_x86_64\n" * 500,
    ),
}


def main() -> None:
    """Measure all wheels."""
    for what, make in {**SMALL, **LARGE}.items():
        data = make()
        megabytes, seconds = cost(data)
        over = " OVER" if megabytes > MOST_MEGABYTES or seconds > MOST_SECONDS else ""
        sys.stdout.write(f"{what:40}{len(data) / 1e6:8.2f} MB: {megabytes:6.1f} MB, {seconds:5.2f} s{over}\n")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
