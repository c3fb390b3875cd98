"""The answers of a long run in a file, as JSON Lines, from which another run goes on where it was stopped."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from ..errors import InvalidAuditLog
from .report import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from .many import BrokenWheel
    from .report import WheelAudit

#: The longest line, in bytes. Of 130 real wheels pyside6_addons has the longest, 0.5 MB.
_MAX_LINE = 256 << 20


class _Seen(NamedTuple):
    """What tells a file from a changed one: its size in bytes, and its time of modification in nanoseconds."""

    size: int | None
    modified: int | None


class AuditLog:
    """A file with one answer a line, as JSON. Each line is written when its answer comes, and can be read at once.

    A run that goes on with the file audits only what it lacks. A last line that was cut off when a run was killed is
    removed. The lines of files that have changed since remain, and the newest line of a path is the one that counts.

    :param path: the file, which need not exist; ``None`` keeps nothing, so that all paths remain.
    :param settings: how the files are audited, in any words. Lines with other settings do not count.
    :ivar skipped: how many files :meth:`remaining` skipped, by what became of them.
    :ivar cut: how many bytes of a last line were removed.
    :raises InvalidAuditLog: the file holds anything else, another run writes to it, or it cannot be read or written.

    >>> with AuditLog("audits.jsonl") as log:  # doctest: +SKIP
    ...     for answer in audit_many(log.remaining(paths)):
    ...         log.add(answer)
    """

    def __init__(self, path: str | os.PathLike[str] | None, settings: str = "") -> None:
        self.skipped: Counter[Outcome] = Counter()
        self.cut = 0
        self._settings = settings
        self._name = "" if path is None else os.fspath(path)
        self._done: dict[str, tuple[_Seen, Outcome]] = {}
        self._running: dict[str, _Seen] = {}
        self._stream: BinaryIO | None = None
        if path is None:
            return
        try:
            # Opening a FIFO could block forever.
            if os.path.exists(path) and not os.path.isfile(path):
                raise InvalidAuditLog(self._name, "it is not a file")
            self._stream = open(path, "a+b")  # noqa: SIM115 - closed by close()
            _lock(self._stream)
            self._read(self._stream)
        except BlockingIOError:
            self.close()
            raise InvalidAuditLog(self._name, "another run writes to it") from None
        except (OSError, ValueError) as error:
            self.close()
            if isinstance(error, InvalidAuditLog):
                raise
            raise InvalidAuditLog(self._name, f"it cannot be used: {getattr(error, 'strerror', 0) or error}") from None

    def remaining(
        self, paths: Iterable[str | os.PathLike[str]], changed: Callable[[str], object] | None = None
    ) -> Iterator[str]:
        """Go through the paths that have no line yet, and those whose files have changed since.

        :param paths: paths, each as it was spelled in the run before. One that comes again is skipped.
        :param changed: called with each path whose file has changed.
        """
        for path in (os.fspath(path) for path in paths):
            seen = _seen(path)
            before, outcome = self._done.get(path, (None, None))
            if outcome is not None and before == seen:
                self.skipped[outcome] += 1
            elif path not in self._running or self._stream is None:
                if before is not None and changed is not None:
                    changed(path)
                self._running[path] = seen
                yield path

    def add(self, answer: WheelAudit | BrokenWheel) -> str:
        """Append an answer to the file; return its line.

        :param answer: the answer for a path that :meth:`remaining` gave.
        :raises InvalidAuditLog: the file cannot be written.
        """
        path = answer.path or ""
        seen = self._running.pop(path, None) or _seen(path)
        log = {"size": seen.size, "modified_ns": seen.modified, "settings": self._settings}
        line = f'{answer.to_json()[:-1]}, "log": {json.dumps(log)}}}'
        if self._stream is not None:
            self._done[path] = seen, answer.outcome
            try:
                self._stream.write(f"{line}\n".encode())
                self._stream.flush()
            except OSError as error:
                raise InvalidAuditLog(self._name, f"it cannot be written: {error.strerror or error}") from None
        return line

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            # Each line is flushed. A line for which the disk has no room fails here once more.
            with suppress(OSError):
                self._stream.close()
            self._stream = None

    def __enter__(self) -> AuditLog:  # noqa: PYI034 - typing has Self since Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, stream: BinaryIO) -> None:
        stream.seek(0)
        number = end = 0
        while line := stream.readline(_MAX_LINE):
            number += 1
            if not self._read_line(line):
                # A machine that dies may leave zeros where a line should be.
                tail = line.rstrip(b"\0\n")
                begins = _BEGINNING.startswith(tail[: len(_BEGINNING)])
                if not begins or stream.readline(1):
                    raise InvalidAuditLog(self._name, f"line {number} is not the answer of an audit")
                self.cut = len(line)
                stream.truncate(end)
            end += len(line)

    def _read_line(self, line: bytes) -> bool:
        """Take a line of the file; return whether it is whole."""
        if not (line.startswith(_BEGINNING) and line.endswith(b"}\n")):
            return False
        try:
            data = json.loads(line)
            path, outcome, log = data["path"], Outcome(data["outcome"]), data["log"]
            seen = _Seen(log["size"], log["modified_ns"])
            if log["settings"] == self._settings:
                self._done[path] = seen, outcome
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        return True


#: How every line begins.
_BEGINNING = b'{"manytags_audit": 1, '


def _seen(path: str) -> _Seen:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return _Seen(None, None)
    return _Seen(status.st_size, status.st_mtime_ns)


def _lock(stream: BinaryIO) -> None:
    """Keep other runs from writing to a file, where the system and the file system can do so.

    :raises BlockingIOError: another run has it.
    """
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return
