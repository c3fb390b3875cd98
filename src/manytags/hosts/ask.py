"""Ask an interpreter for its facts, this one or another."""

from __future__ import annotations

import os

from . import Facts
from .probe import look

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

#: An interpreter under emulation takes seconds to start; one that hangs must not hang its caller.
TIMEOUT = 60.0  # seconds
MAX_ANSWER = 1_000_000  # bytes
_COMPLAINT_READ = 2_000  # bytes
_POLL = 0.02  # seconds
_ANSWER_BEGINS = b'{"manytags_facts"'

#: Modules that make up the stand-alone probe.
PROBE_MODULES = ("arm_attributes", "elf_header", "probe_json", "probe_libc", "probe_override", "probe_systems", "probe")

_SCRIPT_HEAD = '''\
"""The stand-alone probe of manytags {version}: prints what this Python and its host are, as JSON.

It needs Python 3.6 or newer and nothing else, imports the standard library only, and changes nothing.
"""
import sys

if sys.version_info < (3, 6):
    sys.exit("this is Python %d.%d; manytags asks Python 3.6 and newer" % sys.version_info[:2])

TEXTS = {{}}


class Texts:
    """Loads a module of the probe from its text when it is imported: on most machines few are needed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        return type(sys.__spec__)(name, Texts) if name in TEXTS else None

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        exec(compile(TEXTS[module.__name__], module.__name__ + ".py", "exec"), module.__dict__)


package = type(sys)("manytags_probe")
package.__path__ = []
sys.modules["manytags_probe"] = package
sys.meta_path.insert(0, Texts)

'''


def probe_script() -> str:
    """Return the text of a Python script that prints its interpreter's facts as JSON.

    It needs Python 3.6 and nothing else: copy it to a machine where manytags cannot be installed, and read its answer
    with ``Facts.from_json``.

    >>> compile(probe_script(), "probe.py", "exec") is not None
    True
    """
    from importlib.resources import files

    from .. import __version__

    folder = files("manytags.hosts")
    parts = [_SCRIPT_HEAD.format(version=__version__)]
    for name in PROBE_MODULES:
        text = folder.joinpath(f"{name}.py").read_text(encoding="utf-8")
        parts.append(f"\nTEXTS['manytags_probe.{name}'] = r'''{text}'''\n")
    parts.append("\nfrom manytags_probe.probe import main\n\nmain()\n")
    return "".join(parts)


def probe(executable: str | os.PathLike[str] | None = None, timeout: float = TIMEOUT) -> Facts:
    """Look at an interpreter and its host.

    :param executable: path of another interpreter: CPython 3.6 or newer, PyPy or GraalPy; the running one without it.
    :param timeout: seconds that another interpreter may take.
    :raises ProbeError: the other interpreter could not be asked; ``reason`` says why.

    >>> import sys
    >>> probe().get("implementation") == sys.implementation.name
    True
    """
    if executable is None:
        return Facts(*look())
    return _probe_another(os.fspath(executable), timeout)


def _probe_another(executable: str, timeout: float) -> Facts:
    from ..errors import InvalidFacts, ProbeError

    if not os.path.exists(executable):
        raise ProbeError(executable, "there is no such file")
    if os.path.isdir(executable) or not os.access(executable, os.X_OK):
        raise ProbeError(executable, "it is not an executable file")
    # -I: neither the user's site nor PYTHON* variables change what the interpreter is
    status, answer, complaint = _run([executable, "-I", "-"], probe_script().encode(), timeout)
    if status and b"Unknown option: -I" in complaint:
        raise ProbeError(executable, "it is a Python older than 3.4; manytags asks Python 3.6 and newer")
    if status:
        lines = complaint.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        raise ProbeError(executable, f"it ended with status {status}: {lines[-1][:200]}")
    # What a sitecustomize or a _manylinux module prints stands before the answer, or after it.
    _, begin, rest = answer.rpartition(_ANSWER_BEGINS)
    if not begin:
        raise ProbeError(executable, "it answered no facts; is it a Python?")
    try:
        return Facts.from_json((begin + rest.partition(b"\n")[0]).decode("utf-8", "replace"))
    except InvalidFacts as error:
        raise ProbeError(executable, f"it answered no facts: {error.reason}") from None


def _run(command: list[str], script: bytes, timeout: float) -> tuple[int, bytes, bytes]:
    """Run a command on a script; give its status, what it wrote to standard output, and the end of its complaints.

    It writes to files, not pipes: what it leaves running cannot keep us waiting, and we read no more than we take.
    """
    import subprocess
    from tempfile import TemporaryFile

    from ..errors import ProbeError

    try:
        with TemporaryFile() as given, TemporaryFile() as answer, TemporaryFile() as complaint:
            given.write(script)
            given.seek(0)
            process = subprocess.Popen(  # noqa: S603 - the caller named it
                command, stdin=given, stdout=answer, stderr=complaint, start_new_session=True
            )
            try:
                trouble = _wait(process, (answer.fileno(), complaint.fileno()), timeout)
            finally:
                _end(process)
            if trouble:
                raise ProbeError(command[0], trouble)
            answer.seek(0)
            complaint.seek(max(0, os.fstat(complaint.fileno()).st_size - _COMPLAINT_READ))
            return process.returncode, answer.read(MAX_ANSWER), complaint.read(_COMPLAINT_READ)
    except OSError as error:
        raise ProbeError(command[0], f"it cannot be run: {error.strerror or error}") from None


def _wait(process: subprocess.Popen[bytes], written: tuple[int, ...], timeout: float) -> str:
    """Wait until a process ends, has written too much, or takes too long; say which of these two."""
    from subprocess import TimeoutExpired
    from time import monotonic

    deadline = monotonic() + timeout
    ended = False
    while not ended:
        try:
            process.wait(min(_POLL, max(0.0, deadline - monotonic())))
            ended = True
        except TimeoutExpired:
            pass
        if any(os.fstat(descriptor).st_size > MAX_ANSWER for descriptor in written):
            return f"its answer is longer than {MAX_ANSWER} bytes"
        if not ended and monotonic() >= deadline:
            return f"it did not answer within {timeout:g} s"
    return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that still runs, and what it started."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            try:
                os.killpg(process.pid, 9)
            except (ProcessLookupError, PermissionError):
                pass
        process.kill()
        process.wait()
