"""Ask an interpreter for its facts, and remember the facts of another interpreter until its files change."""

from __future__ import annotations

import os

from ..errors import InvalidFacts, ProbeError
from . import Facts
from .probe import observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

#: Long enough for an interpreter under emulation, which takes seconds to start.
TIMEOUT = 60.0  # seconds
MAX_ANSWER = 1_000_000  # bytes
_COMPLAINT_READ = 2_000  # bytes
_POLL = 0.02  # seconds
_ANSWER_BEGINS = b'{"manytags_facts"'

#: Version of the form of remembered answers. A file of another version is ignored.
_FORM = 1

#: A file's modification time in nanoseconds, size and inode; ``None`` where there is no file.
_State = tuple[int, int, int] | None
#: Facts, and where each was seen.
_Answer = tuple[dict[str, object], dict[str, str]]
#: The states of the files from which an answer follows, and the answer.
Remembered = tuple[dict[str, _State], _Answer]

#: The modules of the stand-alone probe; each imports only those before it, and the standard library.
PROBE_MODULES = ("arm_attributes", "probe_json", "probe_libc", "probe_manylinux", "probe_systems", "probe")

_SCRIPT_HEAD = '''\
"""The stand-alone probe of manytags {version}: it prints the facts of this Python and its host, as JSON.

It needs only Python 3.6 or newer, imports only the standard library, and changes nothing.
"""
import sys

if sys.version_info < (3, 6):
    sys.exit("this is Python %d.%d; manytags asks Python 3.6 and newer" % sys.version_info[:2])

TEXTS = {{}}


class Texts:
    """Compiles a module of the probe when it is imported: most machines need few of them."""

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
    """Return the text of a Python script that prints the facts of the interpreter that runs it, as JSON.

    It needs only Python 3.6 or newer. Copy it to a machine where manytags cannot be installed, and read its answer with
    ``Facts.from_json``.

    >>> compile(probe_script(), "probe.py", "exec") is not None
    True
    """
    from importlib.resources import files

    from .. import __version__

    folder = files(__name__.rpartition(".")[0])
    parts = [_SCRIPT_HEAD.format(version=__version__)]
    for name in PROBE_MODULES:
        text = folder.joinpath(f"{name}.py").read_text(encoding="utf-8")
        parts.append(f"\nTEXTS['manytags_probe.{name}'] = r'''{text}'''\n")
    parts.append("\nfrom manytags_probe.probe import main\n\nmain()\n")
    return "".join(parts)


def probe(executable: str | os.PathLike[str] | None = None, timeout: float = TIMEOUT) -> Facts:
    """Observe an interpreter and its host.

    :param executable: path of another interpreter: CPython 3.6 or newer, PyPy or GraalPy. The default is the running
        interpreter.
    :param timeout: seconds that another interpreter may take.
    :raises ProbeError: the other interpreter could not be asked; ``reason`` says why.

    >>> import sys
    >>> probe().get("implementation") == sys.implementation.name
    True
    """
    return Facts(*(observe() if executable is None else ask(executable, timeout)))


def ask(executable: str | os.PathLike[str], timeout: float = TIMEOUT) -> _Answer:
    """Run the probe in another interpreter.

    :param executable: path of the interpreter: CPython 3.6 or newer, PyPy or GraalPy.
    :param timeout: seconds that it may take.
    :returns: its facts, and where each was seen.
    :raises ProbeError: it could not be asked; ``reason`` says why.
    """
    from .facts_json import facts_from_json

    executable = os.fspath(executable)
    if not os.path.exists(executable):
        raise ProbeError(executable, "there is no such file")
    if os.path.isdir(executable) or not os.access(executable, os.X_OK):
        raise ProbeError(executable, "it is not an executable file")
    # With -I neither the user's site-packages nor PYTHON* variables change the interpreter.
    status, answer, complaint = _run([executable, "-I", "-"], probe_script().encode(), timeout)
    if status and b"Unknown option: -I" in complaint:
        raise ProbeError(executable, "it is a Python older than 3.4; manytags asks Python 3.6 and newer")
    if status:
        lines = complaint.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        raise ProbeError(executable, f"it ended with status {status}: {lines[-1][:200]}")
    # A sitecustomize or a _manylinux module may print something before or after the answer.
    _, begin, rest = answer.rpartition(_ANSWER_BEGINS)
    if not begin:
        raise ProbeError(executable, "it answered no facts; is it a Python?")
    try:
        return facts_from_json((begin + rest.partition(b"\n")[0]).decode("utf-8", "replace"))
    except InvalidFacts as error:
        raise ProbeError(executable, f"it answered no facts: {error.reason}") from None


def _run(command: list[str], script: bytes, timeout: float) -> tuple[int, bytes, bytes]:
    """Run a command with a script as its standard input; return status, output, and the end of the error output."""
    # With files, not pipes, a child that the command leaves running cannot make us wait.
    import subprocess
    from tempfile import TemporaryFile

    try:
        with TemporaryFile() as source, TemporaryFile() as answer, TemporaryFile() as complaint:
            source.write(script)
            source.seek(0)
            process = subprocess.Popen(  # noqa: S603 - the caller names the interpreter
                command, stdin=source, stdout=answer, stderr=complaint, start_new_session=True
            )
            try:
                error = _wait(process, (answer.fileno(), complaint.fileno()), timeout)
            finally:
                _end(process)
            if error:
                raise ProbeError(command[0], error)
            answer.seek(0)
            complaint.seek(max(0, os.fstat(complaint.fileno()).st_size - _COMPLAINT_READ))
            return process.returncode, answer.read(MAX_ANSWER), complaint.read(_COMPLAINT_READ)
    except OSError as failure:
        raise ProbeError(command[0], f"it cannot be run: {failure.strerror or failure}") from None


def _wait(process: subprocess.Popen[bytes], written: tuple[int, ...], timeout: float) -> str:
    """Wait until a process ends; return an error if it writes too much or takes too long."""
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
    """Kill a process that is still running, and its children."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            try:
                os.killpg(process.pid, 9)
            except (ProcessLookupError, PermissionError):
                pass
        process.kill()
        process.wait()


def remembered_facts(
    executable: str | os.PathLike[str],
    folder: str | os.PathLike[str] | None,
    memory: dict[str, Remembered],
    timeout: float = TIMEOUT,
) -> _Answer:
    """Ask another interpreter, or return its last answer if its files have not changed.

    Asking starts a process. The answer follows from a few files: the interpreter, the file that it links to, the
    settings of its virtual environment, the loader (which comes with the C library), and a ``_manylinux`` module.

    :param executable: path of the interpreter.
    :param folder: where to keep answers for other processes, or ``None``. If it cannot be written, or its files are
        damaged, the interpreter is asked again.
    :param memory: where to keep answers for this process, by path.
    :param timeout: seconds that the interpreter may take.
    :returns: its facts, and where each was seen.
    :raises ProbeError: it could not be asked.
    """
    path = os.path.abspath(executable)
    known = memory.get(path) or (_read(path, folder) if folder is not None else None)
    if known is not None and all(_state(file) == state for file, state in known[0].items()):
        memory[path] = known
        return known[1]
    answer = ask(path, timeout)
    memory[path] = known = ({file: _state(file) for file in _files(path, answer[0])}, answer)
    if folder is not None:
        _write(path, folder, known)
    return answer


def _files(path: str, facts: dict[str, object]) -> list[str]:
    """List the files from which the facts follow."""
    venv = os.path.join(os.path.dirname(os.path.dirname(path)), "pyvenv.cfg")
    named = [str(facts.get(name) or "") for name in ("elf_path", "elf_interpreter", "manylinux_module")]
    # A _manylinux module may be installed later. These are the places where it would be.
    major, _, minor = str(facts["python_version"]).rpartition(".")[0].partition(".")
    places = (
        f"lib/python{major}.{minor}/site-packages",
        f"lib/python{major}.{minor}/dist-packages",
        f"lib/python{major}/dist-packages",
    )
    prefixes = {os.path.dirname(os.path.dirname(file)) for file in (path, os.path.realpath(path))}
    modules = [os.path.join(prefix, place, "_manylinux.py") for prefix in sorted(prefixes) for place in places]
    return list(dict.fromkeys([path, os.path.realpath(path), venv, *filter(os.path.isabs, named), *modules]))


def _state(file: str) -> _State:
    try:
        status = os.stat(file)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _entry(path: str, folder: str | os.PathLike[str]) -> str:
    from hashlib import sha256

    return os.path.join(folder, sha256(os.fsencode(path)).hexdigest()[:32] + ".json")


def _read(path: str, folder: str | os.PathLike[str]) -> Remembered | None:
    import json

    from .facts_json import facts_from_json

    try:
        with open(_entry(path, folder), encoding="utf-8") as stream:
            document = json.loads(stream.read(MAX_ANSWER))
        if document["form"] != _FORM or document["path"] != path:
            return None
        files = {str(file): None if state is None else tuple(state) for file, state in document["files"].items()}
        return files, facts_from_json(json.dumps(document["facts"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidFacts):
        return None


def _write(path: str, folder: str | os.PathLike[str], known: Remembered) -> None:
    import json
    from tempfile import NamedTemporaryFile

    from .facts_json import facts_to_json

    document = {"form": _FORM, "path": path, "files": known[0], "facts": json.loads(facts_to_json(*known[1]))}
    try:
        os.makedirs(folder, exist_ok=True)
        # A temporary file is renamed, so a reader sees the old file or the new file, never a part.
        with NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".tmp", delete=False) as stream:
            json.dump(document, stream)
        os.replace(stream.name, _entry(path, folder))
    except OSError:
        pass  # the interpreter will be asked again
