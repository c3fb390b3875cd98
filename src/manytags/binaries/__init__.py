"""What one compiled file says of itself: what it needs, what it provides, and which processor it is for.

Every format is read into the same value, :class:`~manytags.binaries.binary.Binary`. A format is one module, and one row
of ``_FORMATS``. This room opens only the streams that it is given, and trusts no number in them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from ..errors import InvalidBinary
from .binary import Binary, UndefinedSymbol
from .macho import is_macho, read_macho
from .pe import MAGIC, read_pe

#: Bytes from the beginning of a file that show its format and hold its header.
HEADER_SIZE = 64


def _elf() -> tuple[Callable[..., Binary], Callable[..., Binary]]:
    from .elf import read_elf, read_elf_header  # and pyelftools, which a wheel without code does not wait for

    return read_elf, read_elf_header


#: The bytes that a format begins with -> what loads its readers: of a whole file, and of its header alone.
_FORMATS = {b"\x7fELF": _elf}


def is_binary(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a compiled file of a known format.

    >>> is_binary(b"#!/bin/sh")
    False
    """
    return head.startswith(tuple(_FORMATS))


def other_system(head: bytes) -> str | None:
    """Name the system whose loader takes a file that begins with these bytes; ``None`` for ELF and for other files.

    >>> other_system(bytes.fromhex("cffaedfe0c000001"))
    'macOS'
    """
    if is_macho(head):
        return "macOS"
    # Other files may begin with the two letters; programs have another header, whose place the last number gives.
    return "Windows" if head[:2] == MAGIC and head[60:64].strip(b"\0") else None


def read_binary(stream: BinaryIO, name: str, wanted: Callable[[UndefinedSymbol], bool] | None = None) -> Binary:
    """Read a compiled file.

    Time and memory are bounded whatever the file says: every table has a largest size, far above those of real files.

    :param stream: the file, seekable.
    :param name: what errors and the answer call it.
    :param wanted: which undefined symbols to keep; by default all.
    :raises InvalidBinary: the format is unknown, the file is cut off, or loaders could read it in more than one way.
    """
    stream.seek(0)
    head = stream.read(HEADER_SIZE)
    for magic, readers in _FORMATS.items():
        if head.startswith(magic):
            return readers()[0](stream, name, wanted)
    raise InvalidBinary(name, "its format is unknown")


def read_foreign(stream: BinaryIO, name: str, symbols: bool = True) -> tuple[Binary, ...]:
    """Read a compiled file for macOS, iOS or Windows: a value for each processor that it is for.

    Of its undefined symbols only those of CPython are listed.

    :param stream: the file, seekable.
    :param name: what errors and the answers call it.
    :param symbols: whether to read symbols, and what a PE file needs; without them, only headers are read.
    :raises InvalidBinary: as :func:`read_binary` does.
    """
    stream.seek(0)
    is_pe = stream.read(len(MAGIC)) == MAGIC
    if is_pe:
        return (read_pe(stream, name, symbols, only_python=True),)
    return read_macho(stream, name, symbols, only_python=True)


def read_binary_header(head: bytes, name: str) -> Binary:
    """Read what the header of a compiled file alone says: architecture, kind and, on most machines, the float ABI.

    :param head: the first :data:`HEADER_SIZE` bytes of the file, or all of a shorter one.
    :param name: what errors and the answer call it.
    :raises InvalidBinary: the format is unknown, or the header is damaged.
    """
    for magic, readers in _FORMATS.items():
        if head.startswith(magic):
            return readers()[1](head, name)
    raise InvalidBinary(name, "its format is unknown")
