"""The facts of an interpreter, the running one or another."""

from __future__ import annotations

from . import Facts
from .ask import TIMEOUT, ask
from .probe import observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os


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
