"""ELF files with false data: facts or one clear error, in bounded time and memory, and never an exception."""

from __future__ import annotations

import os
import random
import tracemalloc
from pathlib import Path

import pytest

from manytags.hosts.arm_attributes import arm_attributes as read_arm_attributes
from manytags.hosts.probe import elf_header_of, read_elf_header

from ..hosts.elf_builder import Elf, arm_attributes, uleb128
from .counted_file import CountedFile

FIXTURES = Path(__file__).parents[1] / "hosts" / "elf"
CUT = sorted(FIXTURES.glob("*.elf"))
assert CUT

ARM = Elf(40, False, True, 0x5000400, "/lib/ld-linux-armhf.so.3", arm_attributes({6: 10, 28: 1}))
WIDE = Elf(62, loader="/lib64/ld-linux-x86-64.so.2")

KEYS = {"class", "data", "machine", "flags", "interpreter", "arm_cpu_arch", "arm_vfp_args"}

#: An executable has at most two tables of a megabyte. Its loader and attributes are far smaller.
MOST_READ = 2_500_000
MOST_MEMORY = 8_000_000


def read(data: bytes, endless: bool = False) -> dict[str, object]:
    """Read a header from bytes as ``read_elf_header`` does from a file, and check the bounds and the form."""
    stream = CountedFile(data, endless, MOST_READ)
    try:
        found = elf_header_of(stream)
    except (OSError, ValueError) as error:
        found = {"error": str(error)}
    assert stream.count <= MOST_READ
    assert stream.reads < 10
    check_form(found)
    return found


def check_form(found: dict[str, object]) -> None:
    """Check that an answer has the documented form."""
    if "error" in found:
        assert set(found) == {"error"}
        assert isinstance(found["error"], str)
        assert 0 < len(found["error"]) < 300
        return
    assert set(found) == KEYS
    assert found["class"] in {32, 64}
    assert found["data"] in {"little", "big"}
    for name in ("machine", "flags"):
        assert isinstance(found[name], int)
    assert found["interpreter"] is None or isinstance(found["interpreter"], str)
    for name in ("arm_cpu_arch", "arm_vfp_args"):
        number = found[name]
        assert number is None or (isinstance(number, int) and 0 <= number < 2**40)


@pytest.mark.parametrize("path", CUT, ids=lambda path: path.stem)
def test_cut_at_every_byte(path: Path) -> None:
    """A half-written or half-downloaded interpreter would end the program with a traceback."""
    data = path.read_bytes().ljust(2048, b"\0")
    answers = [read(data[:length]) for length in range(2049)]
    assert "error" in answers[51]
    assert "error" not in answers[-1]


@pytest.mark.parametrize("path", CUT, ids=lambda path: path.stem)
def test_wrong_class_and_order(path: Path) -> None:
    """A header whose every later field is misread must still be read within bounds."""
    data = bytearray(path.read_bytes())
    for wide in range(256):
        for order in (0, 1, 2, 3, 255):
            data[4], data[5] = wide, order
            found = read(bytes(data))
            assert ("error" in found) == (wide not in {1, 2} or order not in {1, 2})


LIES = {
    "phnum 65535": {"phnum": 65535},
    "shnum 65535": {"shnum": 65535},
    "phentsize 65535": {"phentsize": 65535, "phnum": 65535},
    "phentsize 0": {"phentsize": 0},
    "phentsize 1": {"phentsize": 1, "phnum": 65535},
    "shentsize 65535": {"shentsize": 65535, "shnum": 65535},
    "shentsize 0": {"shentsize": 0},
    "loader of 4 GiB": {"interp_size": 2**32 - 1},
    "loader of nothing": {"interp_size": 0},
    "loader at 2 GiB": {"interp_offset": 2**31},
    "loader at the header": {"interp_offset": 0},
    "program headers at 2 GiB": {"phoff": 2**31},
    "program headers at the last byte": {"phoff": 2**32 - 1},
    "section headers at the last byte": {"shoff": 2**32 - 1},
    "headers over headers": {"phoff": 0, "shoff": 0},
    "headers at byte 1": {"phoff": 1, "shoff": 1},
    "attributes of 4 GiB": {"attributes_size": 2**32 - 1},
    "attributes of nothing": {"attributes_size": 0},
    "attributes at the last byte": {"attributes_offset": 2**32 - 1},
}
WIDE_LIES = {
    "loader of 2^64 bytes": {"interp_size": 2**64 - 1},
    "loader at 2^63": {"interp_offset": 2**63},
    "loader at 2^62 - 1": {"interp_offset": 2**62 - 1},
    "program headers at 2^63": {"phoff": 2**63},
    "section headers at 2^64 - 1": {"shoff": 2**64 - 1},
}


@pytest.mark.parametrize("endless", [False, True], ids=["short file", "endless file"])
@pytest.mark.parametrize("lie", [*LIES, *WIDE_LIES])
def test_numbers_that_lie(lie: str, endless: bool, tmp_path: Path) -> None:
    """A single number in a header could make us read gigabytes, or loop over missing entries."""
    for elf in (ARM, WIDE) if lie in LIES else (WIDE,):
        changes = LIES.get(lie) or WIDE_LIES[lie]
        data = Elf(elf.machine, elf.wide, elf.little, elf.flags, elf.loader, elf.attributes, changes).build()
        tracemalloc.start()
        try:
            found = read(data, endless)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < MOST_MEMORY
        assert found.get("machine", elf.machine) == elf.machine
        path = tmp_path / "python"
        path.write_bytes(data)
        check_form(read_elf_header(str(path)))


def attribute_sections() -> dict[str, bytes]:
    """Attributes with false lengths and numbers must be read within bounds."""
    whole = arm_attributes({6: 10, 28: 1})
    return {
        "nothing": b"",
        "another version": b"B" + whole[1:],
        "subsection of length 0": b"A" + bytes(4) + whole[5:],
        "subsection of length 4": b"A\4\0\0\0" + whole[5:],
        "subsection of 4 GiB": b"A" + b"\xff" * 4 + whole[5:],
        "a thousand subsections of length 5": b"A" + b"\5\0\0\0x" * 1000,
        "sub-subsection of length 0": whole[:12] + bytes(4) + whole[16:],
        "sub-subsection of 4 GiB": whole[:12] + b"\xff" * 4 + whole[16:],
        "a number of 60,000 bytes": arm_attributes({}, before=b"\x06" + b"\xff" * 60_000),
        "a tag of 60,000 bytes": arm_attributes({}, before=b"\xff" * 60_000),
        "a number of 200,000 bytes": arm_attributes({}, before=b"\x06" + b"\x80" * 200_000 + b"\x01"),
        "a string without end": arm_attributes({}, before=b"\x05" + b"x" * 60_000),
        "60,000 strings": arm_attributes({}, before=b"\x05\0" * 30_000),
        "30,000 numbers": arm_attributes({}, before=b"".join(uleb128(70 + 2 * n) + b"\1" for n in range(20_000))),
        "ends inside a number": whole[:-1] + b"\x80",
        "no end of the vendor's name": b"A\x20\0\0\0" + b"a" * 28,
    }


@pytest.mark.parametrize("name", attribute_sections())
def test_attributes_that_lie(name: str) -> None:
    """A false section would hang the probe or fill the memory."""
    data = attribute_sections()[name]
    tracemalloc.start()
    try:
        numbers = read_arm_attributes(data, "little")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY
    assert all(0 <= number < 2**42 for number in numbers.values())
    read(Elf(40, False, True, 0x5000000, "/lib/ld-linux.so.3", data).build())


def test_random_changes() -> None:
    """Random changes may show what we did not think of: 2,000 headers with random bytes in them."""
    chosen = random.Random(20260801)  # noqa: S311 - the same every time
    originals = [path.read_bytes() for path in CUT] + [ARM.build(), WIDE.build()]
    for _ in range(2_000):
        data = bytearray(chosen.choice(originals))
        for _ in range(chosen.randint(1, 8)):
            data[chosen.randrange(4, len(data))] = chosen.choice([0, 1, 0x7F, 0x80, 0xFF, chosen.randrange(256)])
        if chosen.random() < 0.2:
            del data[chosen.randrange(len(data)) :]
        read(bytes(data), endless=chosen.random() < 0.1)


def test_paths_that_are_no_executables(tmp_path: Path) -> None:
    """``sys.executable`` can be any file, and opening a FIFO would block forever."""
    empty = tmp_path / "empty"
    empty.touch()
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    paths = [str(tmp_path), str(tmp_path / "missing"), str(empty), str(script), "/dev/null", "/dev/zero", "a\0b", ""]
    paths += ["\udcff", "\ud800", "x" * 5000]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo")
        paths.append(str(tmp_path / "fifo"))
    for path in paths:
        found = read_elf_header(path)
        assert set(found) == {"error"}, path
        check_form({"error": str(found["error"])[:299]})


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """Executables with mode 0711 are real: the reader says so and goes on."""
    path = tmp_path / "python"
    path.write_bytes(WIDE.build())
    path.chmod(0o111)
    if os.geteuid() == 0:
        os.seteuid(65534)  # root may read everything; nobody may not
    try:
        found = read_elf_header(str(path))
    finally:
        os.seteuid(os.getuid())
    assert "Permission denied" in str(found["error"])
