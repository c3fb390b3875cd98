"""Members of an archive as seekable streams."""

from __future__ import annotations

import io
import random
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manytags.audits import inflate
from manytags.audits.inflate import Inflated, Stored, Work
from manytags.errors import InvalidWheel

if TYPE_CHECKING:
    from collections.abc import Callable


def error(reason: str) -> InvalidWheel:
    """The error of a wheel called a.whl."""
    return InvalidWheel("a.whl", reason)


def source(data: bytes) -> Callable[[int, int], bytes]:
    """A function that reads the bytes of a member."""
    return lambda offset, size: data[offset : offset + size]


def deflated(content: bytes, level: int = 6, flush: int = 0) -> bytes:
    """Deflate, with an empty block at regular distances."""
    machine = zlib.compressobj(level, zlib.DEFLATED, -15)
    if not flush:
        return machine.compress(content) + machine.flush()
    parts = [content[start : start + flush] for start in range(0, len(content), flush)]
    return b"".join(machine.compress(part) + machine.flush(zlib.Z_SYNC_FLUSH) for part in parts) + machine.flush()


def inflated(content: bytes, packed: bytes, size: int | None = None) -> Inflated:
    """A member whose size is true or false."""
    return Inflated(
        source(packed), len(content) if size is None else size, zlib.crc32(content), error, Work(len(content))
    )


def mixed(size: int, seed: int = 1) -> bytes:
    """Bytes that compress well in some parts, a little in others, and not at all in the rest."""
    chosen = random.Random(seed)  # noqa: S311 - the same every time
    parts, left = [], size
    while left > 0:
        length = chosen.randint(1, 200_000)
        kind = chosen.randrange(3)
        parts.append([bytes(length), chosen.randbytes(length), b"symbol version " * (length // 15 + 1)][kind])
        left -= len(parts[-1])
    return b"".join(parts)[:size]


MIXED = mixed(9_000_000)

reads = st.lists(st.tuples(st.integers(0, len(MIXED) + 100), st.integers(0, 100_000)), max_size=12)


@given(reads, st.sampled_from([0, 1, 9]), st.booleans())
def test_as_zlib_reads_it(places: list[tuple[int, int]], level: int, stored: bool) -> None:
    """A read at any place, in any order, must return the bytes that were packed."""
    member: Stored = inflated(MIXED, packed_at(level))
    if stored:
        member = Stored(source(MIXED), len(MIXED), zlib.crc32(MIXED), error, Work(len(MIXED)))
    stream = io.BufferedReader(member)
    for place, size in places:
        assert stream.seek(place) == place
        assert stream.read(size) == MIXED[place : place + size]
    assert stream.seek(-5, 2) == len(MIXED) - 5
    assert stream.read(100) == MIXED[-5:]
    assert stream.read(1) == b""
    member.verify()


PACKED: dict[int, bytes] = {}


def packed_at(level: int) -> bytes:
    """The same bytes, deflated once at each level."""
    return PACKED.setdefault(level, deflated(MIXED, level))


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("flush", [0, 10])
def test_pieces_of_any_size(piece: int, flush: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Input that gives no output, such as an empty block, must not seem to be the end of a member."""
    monkeypatch.setattr(inflate, "_PIECE", piece)
    monkeypatch.setattr(inflate, "_STEP", 50)
    monkeypatch.setattr(inflate, "_HEAD", 30)
    content = mixed(300, seed=piece)
    for level in (0, 1, 9):
        stream = io.BufferedReader(inflated(content, deflated(content, level, flush)))
        for place in (250, 0, 299, 20, 100, 31):
            stream.seek(place)
            assert stream.read(50) == content[place : place + 50]


@pytest.mark.parametrize("size", [len(MIXED) - 1, len(MIXED) + 1, len(MIXED) + 10_000_000])
def test_another_size(size: int) -> None:
    """A member with a wrong size must be detected when it is read, and when it is verified."""
    for read in (Inflated.verify, lambda member: member.bytes_at(size - 1, 1)):
        with pytest.raises(InvalidWheel, match="says"):
            read(inflated(MIXED, packed_at(6), size))


def test_more_that_is_not_read_yet() -> None:
    """A member that is too long must be detected, even if the surplus comes from input that was not read yet."""
    content = bytes(inflate._PIECE)
    more = deflated(content + bytes(range(256)) * 4000, flush=len(content))
    with pytest.raises(InvalidWheel, match="says"):
        inflated(content, more).verify()


def test_another_checksum() -> None:
    """Bytes that an installer would refuse must not be judged."""
    changed = bytearray(packed_at(0))
    changed[len(changed) // 2] ^= 1
    with pytest.raises(InvalidWheel, match="checksum"):
        inflated(MIXED, bytes(changed)).verify()
    with pytest.raises(InvalidWheel, match="checksum"):
        Stored(source(MIXED[::-1]), len(MIXED), zlib.crc32(MIXED), error, Work(len(MIXED))).verify()


def test_rubbish() -> None:
    """Bytes that are not Deflate give a clear error."""
    with pytest.raises(InvalidWheel, match="cannot be inflated"):
        inflated(MIXED, b"\xff" * 1000).verify()
    with pytest.raises(InvalidWheel, match="inflates to 0 bytes"):
        inflated(MIXED, b"").verify()


def test_going_back_has_an_end() -> None:
    """Reads that jump back and forth would inflate forever."""
    content = bytes(12 << 20)
    member = inflated(content, deflated(content))

    def go_back(times: int) -> None:
        for _ in range(times):
            member.bytes_at(7 << 20, 1)
            member.bytes_at(11 << 20, 1)

    go_back(10)
    with pytest.raises(InvalidWheel, match="scattered"):
        go_back(1000)


def test_what_is_kept() -> None:
    """Of 100 MB only the beginning, a piece, and a state for every two megabytes may be in memory."""
    content = mixed(40_000_000)
    member = inflated(content, deflated(content, 1))
    member.verify()
    assert len(member._copies) <= len(content) // inflate._STEP + 1
    assert len(member._head) <= inflate._HEAD + inflate._PIECE


def test_seeks() -> None:
    """A place before the beginning is an error, and a place after the end has no bytes."""
    member = Stored(source(b"abc"), 3, zlib.crc32(b"abc"), error, Work(3))
    with pytest.raises(ValueError, match="seek"):
        member.seek(-1)
    assert member.seek(10) == 10
    assert member.read(5) == b""
    assert member.seekable()
    assert member.readable()
