"""Ask an interpreter for its facts. Another interpreter runs the probe as a script."""

from __future__ import annotations

import os

from ..errors import InvalidFacts, ProbeError
from . import Facts
from .probe import observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    #: Facts, and where each was seen.
    Answer = tuple[dict[str, object], dict[str, str]]

#: Long enough for an interpreter under emulation, which takes seconds to start.
TIMEOUT = 60.0  # seconds
_ANSWER_BEGINS = b'{"manytags_facts"'

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


def ask(executable: str | os.PathLike[str], timeout: float = TIMEOUT) -> Answer:
    """Run the probe in another interpreter.

    :param executable: path of the interpreter: CPython 3.6 or newer, PyPy or GraalPy.
    :param timeout: seconds that it may take.
    :returns: its facts, and where each was seen.
    :raises ProbeError: it could not be asked; ``reason`` says why.
    """
    from .child import run
    from .facts_json import facts_from_json

    executable = path_text(executable)
    if not os.path.exists(executable):
        raise ProbeError(executable, "there is no such file")
    if os.path.isdir(executable) or not os.access(executable, os.X_OK):
        raise ProbeError(executable, "it is not an executable file")
    # With -I neither the user's site-packages nor PYTHON* variables change the interpreter.
    status, answer, complaint = run([executable, "-I", "-"], probe_script().encode(), timeout)
    if status and b"Unknown option: -I" in complaint:
        raise ProbeError(executable, "it is a Python older than 3.4; manytags asks Python 3.6 and newer")
    if status:
        reason = last_useful_line(complaint.decode("utf-8", "replace"))
        raise ProbeError(executable, f"it ended with status {status}: {reason[:200]}")
    # A sitecustomize or a _manylinux module may print something before or after the answer.
    _, begin, rest = answer.rpartition(_ANSWER_BEGINS)
    if not begin:
        raise ProbeError(executable, "it answered no facts; is it a Python?")
    try:
        return facts_from_json((begin + rest.partition(b"\n")[0]).decode("utf-8", "replace"))
    except InvalidFacts as error:
        raise ProbeError(executable, f"it answered no facts: {error.reason}") from None


def path_text(executable: str | os.PathLike[str]) -> str:
    """Return the path of an interpreter as text.

    :raises ProbeError: it is not a path.
    """
    try:
        return os.fsdecode(executable)
    except TypeError:
        raise ProbeError(repr(executable)[:100], f"it is of type {type(executable).__name__}, not a path") from None


def last_useful_line(complaint: str) -> str:
    """Return the line of an error output that says what went wrong.

    >>> last_useful_line("ImportError: no module" + chr(10) + "Current thread 0x1 (most recent call first):")
    'ImportError: no module'
    """
    import re

    # What a Python says at its end is about something else.
    lines = complaint.partition("Exception ignored")[0].splitlines() or complaint.splitlines()
    lines = [line.strip() for line in lines if line.strip()] or ["no message"]
    telling = [
        line for line in lines if re.search(r"error|exit|exception:|fatal|failed|cannot|denied|no such", line.lower())
    ]
    return (telling or lines)[-1]
