"""A folder as an initial RAM disk: cpio's "newc" format, which a Linux kernel unpacks as its first files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

DEVICES = {"dev/console": (5, 1), "dev/null": (1, 3), "dev/random": (1, 8), "dev/urandom": (1, 9)}
"""Character devices that a Python needs, and their numbers. Only the archive names them, so root is not needed."""
FOLDERS = ("proc", "sys", "tmp", "dev")
LEFT_OUT = ("usr/share", "boot", "dev", "proc", "var")


class Entry(NamedTuple):
    """A file of the disk."""

    name: str
    mode: int
    content: bytes = b""
    device: tuple[int, int] = (0, 0)


def write_initrd(root: Path, more: Mapping[str, str], to: IO[bytes]) -> None:
    """Write a folder's files, the devices, and some more text files.

    :param more: path without a leading slash -> text.
    """
    for number, entry in enumerate(_entries(root, more), start=1):
        _write(to, number, entry)
    _write(to, 0, Entry("TRAILER!!!", 0))


def _entries(root: Path, more: Mapping[str, str]) -> Iterator[Entry]:
    """List all files; folders come before their contents."""
    for folder in FOLDERS:
        yield Entry(folder, stat.S_IFDIR | 0o755)
    for name, device in DEVICES.items():
        yield Entry(name, stat.S_IFCHR | 0o666, device=device)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name in FOLDERS or name.startswith(LEFT_OUT):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            yield Entry(name, mode, os.fsencode(path.readlink()))
        elif stat.S_ISDIR(mode):
            yield Entry(name, mode)
        elif stat.S_ISREG(mode):
            yield Entry(name, mode, path.read_bytes())
    for name, text in more.items():
        yield Entry(name, stat.S_IFREG | 0o644, text.encode())


def _write(to: IO[bytes], number: int, entry: Entry) -> None:
    name = os.fsencode(entry.name) + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (number, entry.mode, 0, 0, links, 0, len(entry.content), 0, 0, *entry.device, len(name), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    to.writelines(part + b"\0" * (-len(part) % 4) for part in (header, entry.content))
