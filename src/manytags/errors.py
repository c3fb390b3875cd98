"""Every exception that manytags raises.

A message says what is wrong, then why: ``invalid tag 'py3-none': expected 3 fields, got 2``. Its parts are attributes
of the exception (``text``, ``reason``, ``position``), so a program need not parse the message. They are also its
``args``, so every exception can be pickled.
"""

from __future__ import annotations

_SHOWN = 120  # characters of an input that a message repeats


class ManytagsError(Exception):
    """The base class of all errors that manytags raises on purpose."""


class InvalidInput(ManytagsError, ValueError):
    """Text or data that is not what it should be.

    :ivar text: the whole input.
    :ivar reason: why it is invalid.
    :ivar position: index in ``text`` of the error, or ``None``.

    >>> str(InvalidTag("py3-none", "expected 3 fields, got 2"))
    "invalid tag 'py3-none': expected 3 fields, got 2"
    """

    what = "input"

    def __init_subclass__(cls, what: str) -> None:
        """Take the name that messages give to the text or the data."""
        cls.what = what

    def __init__(self, text: str, reason: str, position: int | None = None) -> None:
        super().__init__(text, reason, position)
        self.text = text
        self.reason = reason
        self.position = position

    def __str__(self) -> str:
        where = "" if self.position is None else f" at position {self.position}"
        return f"invalid {self.what} {shown(self.text)}: {self.reason}{where}"


class InvalidTag(InvalidInput, what="tag"):
    """Text that is not a wheel tag, platform tag, python tag or ABI tag."""


class InvalidWheelFilename(InvalidInput, what="wheel file name"):
    """Text that is not a wheel file name."""


class InvalidTarget(InvalidInput, what="target"):
    """A description of a target that no machine or no Python can match."""


class InvalidFacts(InvalidInput, what="facts"):
    """Facts about a host that are incomplete, have wrong types or contradict each other."""


class InvalidLock(InvalidInput, what="lock file"):
    """A lock file that is not TOML, or does not follow :pep:`751`."""


class InvalidPage(InvalidInput, what="index page"):
    """Text or data that is not a page of an index, or a page of several projects where one is expected."""


class InvalidManylinuxModule(InvalidInput, what="_manylinux module"):
    """A ``_manylinux`` module that raised or answered nonsense, or arguments that make no such module."""


class InvalidBinary(InvalidInput, what="binary"):
    """Bytes that are not a compiled file, or are a damaged one; ``text`` is the name of the file."""


class InvalidWheel(InvalidInput, what="wheel"):
    """Bytes that are not a wheel, or a wheel that readers read differently; ``text`` is the name of the file."""


class InvalidPolicy(InvalidInput, what="policy"):
    """A list of manylinux or musllinux policies that contradicts itself, or an unknown policy."""


class InvalidProfile(InvalidInput, what="profile"):
    """A profile of an index that is not JSON or not a valid profile, or a name that no profile has."""


class InvalidCensus(InvalidInput, what="census"):
    """A census that is not JSON, or whose numbers contradict each other."""


class InvalidAuditLog(InvalidInput, what="audit log"):
    """A file that should hold the answers of audits, or that cannot be read or written; ``text`` is its path."""


class ProbeError(ManytagsError):
    """An interpreter that could not be asked about itself.

    :ivar executable: the interpreter, as the caller named it.
    :ivar reason: why it could not be asked.
    """

    def __init__(self, executable: str, reason: str) -> None:
        super().__init__(executable, reason)
        self.executable = executable
        self.reason = reason

    def __str__(self) -> str:
        return f"cannot ask {shown(self.executable)} about itself: {self.reason}"


class WorkerError(ManytagsError):
    """A worker of an executor that failed at a file, twice.

    :ivar path: the file.
    :ivar reason: what became of the worker.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"cannot audit {shown(self.path)}: its worker failed: {self.reason}"


def shown(text: str) -> str:
    """Quote and escape a text for a message; shorten it if it is long.

    >>> print(shown("two words"))
    'two words'
    """
    if len(text) <= _SHOWN:
        return repr(text)
    return f"{text[:_SHOWN]!r}... ({len(text)} characters)"
