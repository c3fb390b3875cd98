"""The files of a machine: this one, or another one whose files are in a folder.

In a foreign root every link is followed as the root's own machine would follow it, so no file outside the root is read.
"""

from __future__ import annotations

import os
import stat
from itertools import islice
from typing import BinaryIO

MAX_PATH = 4096
_MAX_LINKS = 40  # both limits are those of Linux
_MAX_NAMES = 500_000  # names in all folders together; /usr/lib has some thousand

#: Why a file cannot be opened or read: there is none.
NO_FILE = "there is no such file"


class Root:
    """The files of a machine.

    :param folder: the folder that is another machine's root; ``None`` for this machine.
    """

    def __init__(self, folder: str | None) -> None:
        self.folder = None if folder is None else os.path.abspath(folder)
        self._targets: dict[str, str] = {}  # link -> where it points; folder -> ""
        self._names: dict[str, frozenset[str] | None] = {}  # folder -> its names
        self._names_left = _MAX_NAMES

    def outside(self, path: str) -> str:
        """Return the path that this machine has for a path of the root."""
        return path if self.folder is None else self.folder + path

    def inside(self, path: str) -> str:
        """Return the path on the root's machine; a path that begins with the root is taken as one on this machine."""
        if self.folder is None:
            return os.path.abspath(path)
        if path == self.folder or path.startswith(self.folder.rstrip("/") + "/"):
            path = path[len(self.folder.rstrip("/")) :]
        return "/" + path.lstrip("/")

    def real(self, path: str) -> str | None:
        """Follow all links, as the root's own machine would; ``None`` if there is no such file."""
        waiting, here, links = path.split("/")[::-1], "", 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                here = here.rpartition("/")[0]
            elif part not in {"", "."}:
                target = self._target(f"{here}/{part}")
                if target is None:
                    return None
                if not target:
                    here = f"{here}/{part}"
                    continue
                links += 1
                if links > _MAX_LINKS or len(target) > MAX_PATH:
                    return None
                here = "" if target[0] == "/" else here
                waiting += target.split("/")[::-1]
        return here or "/"

    def _target(self, path: str) -> str | None:
        """Return where a link points, an empty text for another file, or ``None`` if there is no file."""
        known = self._targets.get(path)
        if known is not None:
            return known
        if len(path) > MAX_PATH:
            return None
        outside = self.outside(path)
        try:
            mode = os.lstat(outside).st_mode
            target = os.readlink(outside) if stat.S_ISLNK(mode) else ""
        except (OSError, ValueError):
            return None
        if target or stat.S_ISDIR(mode):
            self._targets[path] = target
        return target

    def may_have(self, folder: str, name: str) -> bool:
        """Whether a folder can have a file of this name. Each folder is listed once, so that searches are cheap."""
        if folder not in self._names:
            self._names[folder] = self._list(folder)
        names = self._names[folder]
        return names is None or name in names

    def _list(self, folder: str) -> frozenset[str] | None:
        """List a folder; ``None`` if it is too long or not readable, though its files may be."""
        real = self.real(folder)
        if real is None:
            return frozenset()
        try:
            with os.scandir(self.outside(real)) as entries:
                names = frozenset(entry.name for entry in islice(entries, self._names_left + 1))
        except NotADirectoryError:
            return frozenset()
        except (OSError, ValueError):
            return None
        if len(names) > self._names_left:
            return None
        self._names_left -= len(names)
        return names

    def open(self, path: str) -> BinaryIO | str:
        """Open a regular file, or return why it cannot be opened."""
        real = self.real(path)
        if real is None:
            return NO_FILE
        outside = self.outside(real)
        try:
            if not stat.S_ISREG(os.stat(outside).st_mode):
                return "it is not a regular file"  # opening a FIFO could block forever
            return open(outside, "rb")
        except (OSError, ValueError) as error:
            return f"it cannot be read: {getattr(error, 'strerror', None) or error}"

    def read(self, path: str, most: int) -> bytes | str:
        """Read a regular file, or return why it cannot be read, such as more bytes than ``most``."""
        stream = self.open(path)
        if isinstance(stream, str):
            return stream
        with stream:
            try:
                size = stream.seek(0, 2)
                stream.seek(0)
                return stream.read(most) if size <= most else f"it has {size} bytes, more than any real one"
            except OSError as error:
                return f"it cannot be read: {error.strerror or error}"
