"""What ``manytags audit`` prints: reports or JSON, and a progress bar."""

from __future__ import annotations

import sys

from ..errors import InvalidInput
from .layout import counted, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter

    from ..audits.many import BrokenWheel
    from ..audits.report import WheelAudit

    Result = WheelAudit | BrokenWheel

#: Characters of the progress bar.
_WIDTH = 30


class AsText:
    """Reports for people. Errors go to standard error.

    :param many: print a summary, and paths instead of names.
    :param whole: print all that is known.
    """

    def __init__(self, many: bool, whole: bool) -> None:
        self._many, self._whole = many, whole
        self._between = ""

    def add(self, result: Result, line: str) -> None:  # noqa: ARG002 - as in AsLines
        """Print one result."""
        from ..audits.many import BrokenWheel
        from ..audits.report import report

        if isinstance(result, BrokenWheel):
            error = result.error
            if isinstance(error, InvalidInput) and result.path != "-":
                error = type(error)(result.path, error.reason)  # the error has only a name
            print(f"manytags: {printable(str(error))}", file=sys.stderr)
            return
        lines = report(result, self._whole).splitlines()
        if self._many and result.path:
            lines[0] = printable(result.path)
        print(self._between + "\n".join(lines))
        self._between = "\n"

    def end(self, counts: Counter[str]) -> None:
        """Print how many files there are of each outcome."""
        from ..audits.report import Outcome

        if self._many:
            summary = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
            print(f"{self._between}{counted(sum(counts.values()), 'file')}: {summary}")


class AsJson:
    """A list, written item by item."""

    def __init__(self) -> None:
        self._before = "["

    def add(self, result: Result, line: str) -> None:  # noqa: ARG002 - as in AsLines
        """Print one result."""
        from textwrap import indent

        print(f"{self._before}\n{indent(result.to_json(indent=2), '  ')}", end="")
        self._before = ","

    def end(self, counts: Counter[str]) -> None:  # noqa: ARG002 - as in AsText
        """End the list."""
        print("[]" if self._before == "[" else "\n]")


class AsLines:
    """JSON Lines: an object a line, as it comes."""

    def add(self, result: Result, line: str) -> None:  # noqa: ARG002 - as in AsText
        """Print one result."""
        print(line, flush=True)

    def end(self, counts: Counter[str]) -> None:
        """Print nothing: every line is complete."""


class Bar:
    """A progress bar on standard error, which is erased before anything else is printed."""

    def __init__(self, files: int, drawn: bool) -> None:
        self._files, self._drawn, self._shown = files, drawn, ""

    def draw(self, done: int) -> None:
        """Draw how many files are done."""
        if self._drawn:
            full = _WIDTH * done // self._files
            self._shown = f"[{'#' * full}{'.' * (_WIDTH - full)}] {done} of {self._files}"
            print(f"\r{self._shown}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Erase the bar."""
        if self._shown:
            sys.stdout.flush()
            print(f"\r{' ' * len(self._shown)}\r", end="", file=sys.stderr, flush=True)
            self._shown = ""
