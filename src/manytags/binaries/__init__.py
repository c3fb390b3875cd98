"""What one compiled file says of itself: what it needs, what it provides, and which processor it is for.

Every format is read into the same value, :class:`~manytags.binaries.binary.Binary`, and is a module of its own:
:mod:`.elf`, :mod:`.macho`, :mod:`.pe`. This room opens only the streams that it is given, and trusts no number in them.
"""

from __future__ import annotations

from typing import BinaryIO

from .binary import Binary, Wanted
from .macho import is_macho, read_macho
from .pe import MAGIC, read_pe

#: Bytes from the beginning of a file that show its format and hold its header.
HEADER_SIZE = 64
#: The systems of formats; ELF files may be for Android too, and Mach-O files for iOS.
LINUX, MACOS, WINDOWS = "Linux", "macOS", "Windows"


def system_of(head: bytes) -> str | None:
    """Name the system whose loader takes a file that begins with these bytes; ``None`` for files without code.

    >>> system_of(bytes.fromhex("cffaedfe0c000001")), system_of(b"#!/bin/sh")
    ('macOS', None)
    """
    if head[:4] == b"\x7fELF":
        return LINUX
    if is_macho(head):
        return MACOS
    # Other files may begin with the two letters; programs have another header, whose place the last number gives.
    return WINDOWS if head[:2] == MAGIC and head[60:64].strip(b"\0") else None


def read_binary(stream: BinaryIO, name: str, wanted: Wanted | None = None) -> Binary:
    """Read an ELF file.

    Time and memory are bounded whatever the file says: every table has a largest size, far above those of real files.

    :param stream: the file, seekable.
    :param name: what errors and the answer call it.
    :param wanted: which undefined symbols to keep; by default all.
    :raises InvalidBinary: it is not an ELF file, is cut off, or loaders could read it in more than one way.
    """
    from .elf import read_elf  # and pyelftools, which a wheel without code does not wait for

    return read_elf(stream, name, wanted)


def read_binary_header(head: bytes, name: str) -> Binary:
    """Read what the header of an ELF file alone says: architecture, kind and, on most machines, the float ABI.

    :param head: the first :data:`HEADER_SIZE` bytes of the file, or all of a shorter one.
    :param name: what errors and the answer call it.
    :raises InvalidBinary: it is not an ELF file, or its header is damaged.
    """
    from .elf import read_elf_header

    return read_elf_header(head, name)


def read_foreign(stream: BinaryIO, name: str, symbols: bool = True) -> tuple[Binary, ...]:
    """Read a Mach-O or PE file: a value for each processor that it is for.

    Of its undefined symbols only those of CPython are listed.

    :param stream: the file, seekable.
    :param name: what errors and the answers call it.
    :param symbols: whether to read symbols, and what a PE file needs; without them, only headers are read.
    :raises InvalidBinary: as :func:`read_binary` does.
    """
    stream.seek(0)
    if stream.read(len(MAGIC)) == MAGIC:
        return (read_pe(stream, name, symbols, only_python=True),)
    return read_macho(stream, name, symbols, only_python=True)
