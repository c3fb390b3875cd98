"""Run another interpreter: within bounds of time and output, and without leaving a process behind."""

from __future__ import annotations

import os
import subprocess
from time import monotonic

from ..errors import InvalidInput, ProbeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from selectors import BaseSelector
    from typing import BinaryIO

MAX_ANSWER = 1_000_000  # bytes
_COMPLAINT_READ = 8_000  # bytes
_POLL = 0.02  # seconds
_BLOCK = 1 << 16


def run(command: list[str], script: bytes, timeout: float) -> tuple[int, bytes, bytes]:
    """Run a command with a script as its standard input; return status, output, and the end of the error output.

    When the command ends, what it left running in its process group is killed. A process that escaped from the group
    can write no more, because nobody holds the other end of its pipe.

    :param timeout: seconds.
    :raises InvalidInput: the timeout is not a number.
    :raises ProbeError: the command cannot be run, writes too much, or takes too long.
    """
    from tempfile import TemporaryFile

    if type(timeout) not in {int, float} or timeout != timeout:  # noqa: PLR0124 - NaN, which no time exceeds
        raise InvalidInput(repr(timeout)[:100], "a timeout is a number of seconds")
    try:
        with TemporaryFile() as source:
            source.write(script)
            source.seek(0)
            # On Windows a pipe cannot be read without waiting for it.
            return (_run_with_files if os.name == "nt" else _run_with_pipes)(command, source, timeout)
    except OSError as failure:
        raise ProbeError(command[0], f"it cannot be run: {failure.strerror or failure}") from None


def _run_with_pipes(command: list[str], source: BinaryIO, timeout: float) -> tuple[int, bytes, bytes]:
    from contextlib import ExitStack
    from selectors import EVENT_READ, DefaultSelector

    deadline = monotonic() + timeout
    answer, complaint = bytearray(), bytearray()
    with ExitStack() as opened:
        process = subprocess.Popen(  # noqa: S603 - the caller names the interpreter
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        selector = opened.enter_context(DefaultSelector())
        opened.callback(_end, process)
        for stream, kept in ((process.stdout, answer), (process.stderr, complaint)):
            if stream is not None:
                selector.register(opened.enter_context(stream), EVENT_READ, kept)
        while not _has_ended(process):
            _read_ready(selector, min(_POLL, max(0.0, deadline - monotonic())))
            if max(len(answer), len(complaint)) > MAX_ANSWER:
                raise ProbeError(command[0], f"its answer is longer than {MAX_ANSWER} bytes")
            if monotonic() >= deadline:
                raise ProbeError(command[0], f"it did not answer within {timeout:g} s")
        _end(process)
        # What is still in the pipes. A process that escaped may go on writing.
        while len(answer) + len(complaint) <= 2 * MAX_ANSWER and _read_ready(selector, 0):
            pass
    return process.returncode, bytes(answer[:MAX_ANSWER]), bytes(complaint[-_COMPLAINT_READ:])


def _read_ready(selector: BaseSelector, wait: float) -> bool:
    """Read what the pipes have; return whether they had anything."""
    had = False
    for key, _ in selector.select(wait):
        data = os.read(key.fd, _BLOCK)
        key.data.extend(data)
        had = had or bool(data)
        if not data:
            selector.unregister(key.fileobj)
    return had


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended. If possible it is not waited for: until then, no other group gets its number."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # a handler of signals waited for it
        return True


def _run_with_files(command: list[str], source: BinaryIO, timeout: float) -> tuple[int, bytes, bytes]:
    from tempfile import TemporaryFile

    with TemporaryFile() as answer, TemporaryFile() as complaint:
        process = subprocess.Popen(command, stdin=source, stdout=answer, stderr=complaint)  # noqa: S603 - as above
        try:
            error = _wait(process, (answer.fileno(), complaint.fileno()), timeout)
        finally:
            _end(process)
        if error:
            raise ProbeError(command[0], error)
        answer.seek(0)
        complaint.seek(max(0, os.fstat(complaint.fileno()).st_size - _COMPLAINT_READ))
        return process.returncode, answer.read(MAX_ANSWER), complaint.read(_COMPLAINT_READ)


def _wait(process: subprocess.Popen[bytes], written: tuple[int, ...], timeout: float) -> str:
    """Wait until a process ends; return an error if it writes too much or takes too long."""
    deadline = monotonic() + timeout
    ended = False
    while not ended:
        try:
            process.wait(min(_POLL, max(0.0, deadline - monotonic())))
            ended = True
        except subprocess.TimeoutExpired:
            pass
        if any(os.fstat(descriptor).st_size > MAX_ANSWER for descriptor in written):
            return f"its answer is longer than {MAX_ANSWER} bytes"
        if not ended and monotonic() >= deadline:
            return f"it did not answer within {timeout:g} s"
    return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that was not waited for, and what is left of its group."""
    if process.returncode is None:
        if hasattr(os, "killpg"):
            try:
                os.killpg(process.pid, 9)
            except (ProcessLookupError, PermissionError):
                pass
        process.kill()
        process.wait()
