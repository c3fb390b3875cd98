"""Ask an interpreter for its facts, this one or another."""

from __future__ import annotations

import os
import subprocess
from importlib.resources import files

from .. import __version__
from ..errors import InvalidFacts, ProbeError
from . import Facts
from .probe import look

#: An interpreter under emulation takes seconds to start; one that hangs must not hang its caller.
TIMEOUT = 60.0  # seconds
MAX_ANSWER = 1_000_000  # bytes


#: Modules that make up the stand-alone probe, each after those that it needs when it is loaded.
PROBE_MODULES = ("arm_attributes", "elf_header", "probe_libc", "probe_override", "probe_systems", "probe")

_SCRIPT_HEAD = '''\
"""The stand-alone probe of manytags {version}: prints what this Python and its host are, as JSON.

It needs Python 3.6 or newer and nothing else, imports the standard library only, and changes nothing.
"""
import sys

package = type(sys)("manytags_probe")
package.__path__ = []
sys.modules["manytags_probe"] = package


def add(name, text):
    module = type(sys)("manytags_probe." + name)
    module.__package__ = "manytags_probe"
    sys.modules[module.__name__] = module
    exec(compile(text, name + ".py", "exec"), module.__dict__)

'''


def probe_script() -> str:
    """Return the text of a Python script that prints its interpreter's facts as JSON.

    It needs Python 3.6 and nothing else: copy it to a machine where manytags cannot be installed, and read its answer
    with ``Facts.from_json``.

    >>> compile(probe_script(), "probe.py", "exec") is not None
    True
    """
    folder = files("manytags.hosts")
    parts = [_SCRIPT_HEAD.format(version=__version__)]
    for name in PROBE_MODULES:
        text = folder.joinpath(f"{name}.py").read_text(encoding="utf-8")
        parts.append(f"\nadd({name!r}, r'''{text}''')\n")
    parts.append('\nsys.modules["manytags_probe.probe"].main()\n')
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
    executable = os.fspath(executable)
    if not os.path.exists(executable):
        raise ProbeError(executable, "there is no such file")
    if os.path.isdir(executable) or not os.access(executable, os.X_OK):
        raise ProbeError(executable, "it is not an executable file")
    try:
        # -I: neither the user's site nor PYTHON* variables change what the interpreter is
        answer = subprocess.run(  # noqa: S603 - the caller named it
            [executable, "-I", "-"], input=probe_script().encode(), capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise ProbeError(executable, f"it did not answer within {timeout:g} s") from None
    except OSError as error:
        raise ProbeError(executable, f"it cannot be run: {error.strerror or error}") from None
    if answer.returncode:
        lines = answer.stderr[-2000:].decode("utf-8", "replace").strip().splitlines() or ["no message"]
        raise ProbeError(executable, f"it ended with status {answer.returncode}: {lines[-1]}")
    if len(answer.stdout) > MAX_ANSWER:
        raise ProbeError(executable, f"its answer is longer than {MAX_ANSWER} bytes")
    try:
        return Facts.from_json(answer.stdout.decode("utf-8", "replace"))
    except InvalidFacts as error:
        raise ProbeError(executable, f"it answered no facts: {error.reason}") from None
