"""Reading and writing the files that arguments name. Errors become one line that names the file."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager

from ..errors import ManytagsError, shown
from .layout import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from typing import TextIO

#: Longest file that is read unless a command says otherwise, in bytes. No reader takes more than a million characters.
MAX_FILE = 4_000_000


class BadArgumentsError(ManytagsError):
    """Arguments that contradict each other, or name a file that cannot be read or written."""


@contextmanager
def system_errors(action: str, path: str) -> Iterator[None]:
    """Turn errors of the operating system into one of ours.

    :param action: what fails: ``read``, ``write``.
    :param path: the file.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadArgumentsError(f"cannot {action} {shown(spoken_path(path))}: {reason}") from None


class BadFiles:
    """The bad files among those that a command was given: each is told in its place, and the others go on.

    :param paths: the files. If there is only one, its error ends the command.
    """

    def __init__(self, paths: list[str]) -> None:
        self.names = {last_part(path) for path in paths}
        self._single = len(paths) == 1
        self._any = False

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell an error about one of the files."""
        try:
            yield
        except ManytagsError as error:
            if self._single:
                raise
            self.tell(error)

    def tell(self, error: ManytagsError) -> None:
        """Tell an error about a file that is not used."""
        print(f"manytags: {printable(str(error))}", file=sys.stderr)
        self._any = True

    def status(self, status: int) -> int:
        """Return the exit status: that of bad input if a file was bad."""
        return 2 if self._any else status


def open_input(path: str) -> BufferedReader:
    """Open a file; ``-`` is standard input. A named pipe is not opened, since nobody may ever write to it.

    :raises OSError: it cannot be opened.
    """
    if path == "-":
        return open(0, "rb", closefd=False)
    # Shells name the pipes of processes like this, and these do write.
    named = not path.startswith(("/dev/", "/proc/"))
    if named and stat.S_ISFIFO(os.stat(path).st_mode):
        raise OSError("it is a named pipe")
    return open(path, "rb")


def open_output(path: str) -> TextIO:
    """Open a text file for writing; a named pipe only if somebody reads it.

    :raises OSError: it cannot be opened.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags, 0o666)
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(descriptor, True)
    return open(descriptor, "w", encoding="utf-8")


def read_text(path: str, most: int = MAX_FILE) -> str:
    """Read a text file; ``-`` is standard input.

    :param path: the file.
    :param most: how many bytes are read, plus one that shows a parser that the file is too long.
    :raises BadArgumentsError: the file cannot be read, or is not text.
    """
    with system_errors("read", path), open_input(path) as stream:
        data = stream.read(most + 1)
    # Windows PowerShell redirects in UTF-16.
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise BadArgumentsError(f"cannot read {shown(spoken_path(path))}: it is not UTF-8 text") from None


def spoken_path(path: str) -> str:
    """Return a path as messages name it."""
    return "standard input" if path == "-" else path


def last_part(path: str) -> str:
    """Return the last part of a path, with the separators of any system."""
    return path.replace("\\", "/").rpartition("/")[2]
