"""Every exception that manytags raises.

Messages say what, then why: ``invalid tag 'py3-none': expected 3 fields, got 2``. The parts stay on the exception
(``text``, ``reason``, ``position``) so that a program need not take the message apart, and they are the exception's
``args``, so that all of them pickle.
"""

from __future__ import annotations

_SHOWN = 120  # characters of a stranger's text that a message repeats


class ManytagsError(Exception):
    """Root of all errors that manytags raises on purpose."""


class InvalidInput(ManytagsError, ValueError):
    """Text or data that is not what it claims to be.

    :ivar text: what was given, whole.
    :ivar reason: why it was refused.
    :ivar position: index in ``text`` where the trouble starts, or ``None``.

    >>> str(InvalidTag("py3-none", "expected 3 fields, got 2"))
    "invalid tag 'py3-none': expected 3 fields, got 2"
    """

    what = "input"

    def __init__(self, text: str, reason: str, position: int | None = None) -> None:
        super().__init__(text, reason, position)
        self.text = text
        self.reason = reason
        self.position = position

    def __str__(self) -> str:
        where = "" if self.position is None else f" at position {self.position}"
        return f"invalid {self.what} {shown(self.text)}: {self.reason}{where}"


class InvalidTag(InvalidInput):
    """Text that is no wheel tag, platform tag, python tag or ABI tag."""

    what = "tag"


class InvalidWheelFilename(InvalidInput):
    """Text that is no wheel file name."""

    what = "wheel file name"


class InvalidTarget(InvalidInput):
    """A target description that describes no machine or no Python."""

    what = "target"


class InvalidFacts(InvalidInput):
    """Facts about a host that are incomplete, mistyped or contradict themselves."""

    what = "facts"


class InvalidLock(InvalidInput):
    """A lock file that is no TOML, or not what :pep:`751` says."""

    what = "lock file"


class InvalidOverride(InvalidInput):
    """A ``_manylinux`` module that raised or answered nonsense."""

    what = "_manylinux module"


class InvalidHook(InvalidInput):
    """What no ``_manylinux`` module can be made of: no claim, no variable, or a machine that asks none."""

    what = "manylinux hook"


class InvalidBinary(InvalidInput):
    """Bytes that are not a compiled file, or one whose tables lie; ``text`` is the name of the file."""

    what = "binary"


class InvalidWheel(InvalidInput):
    """Bytes that are not a wheel, or one that readers read differently; ``text`` is the name of the file."""

    what = "wheel"


class InvalidPolicy(InvalidInput):
    """A list of manylinux or musllinux policies that contradicts itself, or a policy that does not exist."""

    what = "policy"


class InvalidProfile(InvalidInput):
    """A profile of an index that is no JSON, or not what profiles say; or a name that no profile has."""

    what = "profile"


class InvalidCensus(InvalidInput):
    """A census that is no JSON, or whose numbers contradict each other."""

    what = "census"


class ProbeError(ManytagsError):
    """An interpreter that could not be asked about itself.

    :ivar executable: the interpreter as it was named.
    :ivar reason: why it could not be asked.
    """

    def __init__(self, executable: str, reason: str) -> None:
        super().__init__(executable, reason)
        self.executable = executable
        self.reason = reason

    def __str__(self) -> str:
        return f"cannot ask {shown(self.executable)} about itself: {self.reason}"


def shown(text: str) -> str:
    """Text as a message repeats it: quoted, escaped, and cut where it is long.

    >>> print(shown("two words"))
    'two words'
    """
    if len(text) <= _SHOWN:
        return repr(text)
    return f"{text[:_SHOWN]!r}... ({len(text)} characters)"
