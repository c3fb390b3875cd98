"""Reading and writing the files that arguments name. Errors become one line that names the file."""

from __future__ import annotations

from contextlib import contextmanager

from ..errors import ManytagsError, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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


def read_text(path: str, most: int = MAX_FILE) -> str:
    """Read a text file; ``-`` is standard input.

    :param path: the file.
    :param most: how many bytes are read, plus one that shows a parser that the file is too long.
    :raises BadArgumentsError: the file cannot be read, or is not text.
    """
    with system_errors("read", path), open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
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
