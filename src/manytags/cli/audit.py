"""``manytags audit WHEEL...``: whether the tags of wheels are true."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import ExitStack

from ..errors import InvalidInput
from .layout import printable
from .target_choice import BadArgumentsError, is_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from ..audits.many import BrokenWheel
    from ..audits.report import WheelAudit

    Answer = WheelAudit | BrokenWheel

_STDIN = "standard input"
#: Bytes of a wheel on standard input: more no archive without 64-bit extensions has.
_MAX_INPUT = 4 << 30
_PIECE = 1 << 20
#: From so many files on a bar is drawn, of so many characters.
_MANY, _BAR = 4, 30
_MAGIC = b"\x7fELF"

#: What the summary counts, best first, and the exit status that each stands for: with --strict, in the second place.
_STATUS = {"clean": (0, 0), "with notes": (0, 1), "damaged": (1, 1), "false": (1, 1), "unreadable": (2, 2)}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "files",
        metavar="WHEEL",
        nargs="+",
        help="a wheel, an ELF file such as a module's .so, a folder of them, or - for one on standard input",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list, one object for each file")
    parser.add_argument(
        "--strict", action="store_true", default=False, help="notes, and tags that cannot be judged, count as false too"
    )
    parser.add_argument(
        "--depth", choices=["full", "header"], default="full", help="header: look at architecture and float ABI alone"
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="audit in so many processes; 1 by default")
    parser.add_argument(
        "--quiet", action="store_true", default=False, help="tell only of files that make the exit status 1 or 2"
    )
    parser.add_argument(
        "--name", metavar="FILENAME", default=None, help="the file name whose tags are judged, of a single file"
    )


def run(arguments: argparse.Namespace) -> int:
    """Audit each file and print what was found; the status is that of the worst."""
    if not is_here(arguments):
        raise BadArgumentsError("`audit` asks no machine; `manytags explain` says whether a wheel fits one")
    if arguments.jobs < 1:
        raise BadArgumentsError(f"--jobs {arguments.jobs}: expected 1 or more")
    paths, troubles = _expand(arguments.files)
    single = len(arguments.files) == len(paths) == 1
    if "-" in paths and not single:
        raise BadArgumentsError("- is one wheel on standard input, which goes with no other file")
    if arguments.name is not None and not single:
        raise BadArgumentsError("--name belongs to a single file")
    for trouble in troubles:
        print(f"manytags: {printable(trouble)}", file=sys.stderr)
    bar = _Bar(len(paths), drawn=len(paths) >= _MANY and not arguments.quiet and _is_terminal())
    show = _AsJson() if arguments.json else _AsText(len(paths))
    counts: Counter[str] = Counter()
    worst = 2 if troubles else 0
    for found in _audits(paths, arguments, bar.draw):
        kind = _kind(found)
        status = _STATUS[kind][arguments.strict]
        counts[kind] += 1
        worst = max(worst, status)
        if status or not arguments.quiet:
            bar.clear()
            show.one(found)
    bar.clear()
    if arguments.json or worst or not arguments.quiet:
        show.end(counts)
    return worst


def _kind(found: Answer) -> str:
    from ..audits.many import BrokenWheel

    if isinstance(found, BrokenWheel):
        return "unreadable"
    if found.is_false:
        return "false"
    if found.is_damaged:
        return "damaged"
    return "clean" if found.is_clean else "with notes"


def _audits(paths: list[str], arguments: argparse.Namespace, progress: Callable[[int], None]) -> Iterator[Answer]:
    from ..audits.many import audit_many

    if paths == ["-"] or arguments.name is not None:
        yield _audit_one(paths[0], arguments)
    elif arguments.jobs == 1 or len(paths) < 2:
        yield from audit_many(paths, None, progress, arguments.depth)
    else:
        import signal
        from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

        jobs = min(arguments.jobs, len(paths), 61 if sys.platform == "win32" else len(paths))  # it waits for no more
        # Ctrl-C is for this process, which stops the others.
        with ProcessPoolExecutor(jobs, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
            try:
                yield from audit_many(paths, pool, progress, arguments.depth, ahead=max(64, 2 * jobs))
            except BrokenExecutor:
                raise BadArgumentsError("a process of --jobs was ended from outside; is there enough memory?") from None


def _audit_one(path: str, arguments: argparse.Namespace) -> Answer:
    from ..audits.many import BrokenWheel
    from ..audits.wheel import audit

    try:
        if path != "-":
            return audit(path, arguments.name, arguments.depth)
        with ExitStack() as opened:
            return audit(_standard_input(opened), arguments.name or _STDIN, arguments.depth)
    except InvalidInput as error:
        return BrokenWheel(path, error)


def _standard_input(opened: ExitStack) -> BinaryIO:
    """Give standard input as a stream that can be read anywhere: a pipe's bytes are kept in a temporary file."""
    import stat
    import tempfile

    try:
        stream = opened.enter_context(open(0, "rb", closefd=False))  # noqa: SIM115 - it is the stack's
        if stat.S_ISREG(os.fstat(0).st_mode) and stream.tell() == 0:
            return stream
        spool = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the same
        while piece := stream.read(_PIECE):
            if spool.tell() + len(piece) > _MAX_INPUT:
                raise BadArgumentsError(f"{_STDIN} has more than {_MAX_INPUT} bytes")
            spool.write(piece)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadArgumentsError(f"cannot read {_STDIN}: {reason}") from None
    return spool


def _expand(arguments: list[str]) -> tuple[list[str], list[str]]:
    """List the files that arguments stand for, and what is wrong with folders among them.

    Of a folder, and all in it, these are the files whose names end in ``.whl`` and those that begin as ELF files do.
    """
    paths: list[str] = []
    troubles: list[str] = []

    def note(error: OSError) -> None:
        troubles.append(f"cannot read {error.filename!r}: {error.strerror}")

    for argument in arguments:
        if argument == "-" or not os.path.isdir(argument):
            paths.append(argument)
            continue
        before = len(paths), len(troubles)
        for folder, folders, names in os.walk(argument, onerror=note):
            folders.sort()
            paths += [path for name in sorted(names) if _is_wanted(path := os.path.join(folder, name))]
        if (len(paths), len(troubles)) == before:
            troubles.append(f"there is no wheel and no ELF file in {argument!r}")
    return paths, troubles


def _is_wanted(path: str) -> bool:
    if path.lower().endswith(".whl"):
        return True
    try:
        if not os.path.isfile(path):
            return False  # to open a FIFO would be to wait
        with open(path, "rb", buffering=0) as stream:
            return stream.read(4) == _MAGIC
    except OSError:
        return False


class _AsText:
    """Reports for people: what could not be audited goes to standard error."""

    def __init__(self, files: int) -> None:
        self._many = files > 1
        self._between = ""

    def one(self, found: Answer) -> None:
        from ..audits.many import BrokenWheel
        from ..audits.report import report

        if isinstance(found, BrokenWheel):
            error = found.error
            if isinstance(error, InvalidInput) and found.path != "-":
                error = type(error)(found.path, error.reason)  # among many, a name is not enough
            print(f"manytags: {printable(str(error))}", file=sys.stderr)
            return
        lines = report(found).splitlines()
        if self._many and found.path:
            lines[0] = printable(found.path)
        print(self._between + "\n".join(lines))
        self._between = "\n"

    def end(self, counts: Counter[str]) -> None:
        if self._many:
            told = ", ".join(f"{counts[kind]} {kind}" for kind in _STATUS if counts[kind])
            print(f"{self._between}{sum(counts.values())} files: {told}")


class _AsJson:
    """One list, written as its members come."""

    def __init__(self) -> None:
        self._before = "["

    def one(self, found: Answer) -> None:
        from textwrap import indent

        print(f"{self._before}\n{indent(found.to_json(indent=2), '  ')}", end="")
        self._before = ","

    def end(self, counts: Counter[str]) -> None:  # noqa: ARG002 - as the other's
        print("[]" if self._before == "[" else "\n]")


class _Bar:
    """How far it is, on standard error, in a line that is wiped before anything else is printed."""

    def __init__(self, files: int, drawn: bool) -> None:
        self._files, self._drawn, self._shown = files, drawn, ""

    def draw(self, done: int) -> None:
        if self._drawn:
            full = _BAR * done // self._files
            self._shown = f"[{'#' * full}{'.' * (_BAR - full)}] {done} of {self._files}"
            print(f"\r{self._shown}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            sys.stdout.flush()
            print(f"\r{' ' * len(self._shown)}\r", end="", file=sys.stderr, flush=True)
            self._shown = ""


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
