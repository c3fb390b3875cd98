"""``manytags audit WHEEL...``: check whether the tags of wheels are true."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from contextlib import ExitStack

from ..errors import InvalidInput
from .files import BadArgumentsError, system_errors
from .layout import printable
from .target_choice import add_flag, is_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from ..audits.many import BrokenWheel
    from ..audits.report import WheelAudit

    Result = WheelAudit | BrokenWheel

_STDIN = "standard input"
#: Largest wheel on standard input, in bytes: an archive without 64-bit extensions cannot be larger.
_MAX_INPUT = 4 << 30
_BLOCK = 1 << 20
#: Draw a progress bar if there are at least this many files, this many characters wide.
_MANY, _BAR = 4, 30
_MAGIC = b"\x7fELF"

#: What the summary counts, best first -> exit status, and exit status with --strict.
_STATUS = {"clean": (0, 0), "with notes": (0, 1), "damaged": (1, 1), "false": (1, 1), "unreadable": (2, 2)}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "files",
        metavar="WHEEL",
        nargs="+",
        help="a wheel, an ELF file such as an extension module, a folder of them, or - for a wheel on standard input",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list, one object for each file")
    add_flag(parser, "--strict", "count notes, and tags that cannot be judged, as false")
    parser.add_argument(
        "--depth", choices=["full", "header"], default="full", help="header: only check architecture and float ABI"
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="audit in this many processes; 1 by default")
    add_flag(parser, "--quiet", "only report files that make the exit status 1 or 2")
    parser.add_argument(
        "--name", metavar="FILENAME", default=None, help="the name whose tags are judged, for a single file"
    )


def run(arguments: argparse.Namespace) -> int:
    """Audit each file and print a report; the status is that of the worst file."""
    if not is_here(arguments):
        raise BadArgumentsError("`audit` is not about a machine; `manytags explain` says whether a wheel fits one")
    if arguments.jobs < 1:
        raise BadArgumentsError(f"--jobs {arguments.jobs}: expected 1 or more")
    paths, errors = _expand(arguments.files)
    single = len(arguments.files) == len(paths) == 1
    if "-" in paths and not single:
        raise BadArgumentsError("- is a wheel on standard input; it cannot be combined with other files")
    if arguments.name is not None and not single:
        raise BadArgumentsError("--name belongs to a single file")
    for error in errors:
        print(f"manytags: {printable(error)}", file=sys.stderr)
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    bar = _Bar(len(paths), drawn=len(paths) >= _MANY and not arguments.quiet and is_terminal)
    output = _AsJson() if arguments.json else _AsText(len(paths))
    counts: Counter[str] = Counter()
    worst = 2 if errors else 0
    for result in _audits(paths, arguments, bar.draw):
        kind = _kind(result)
        status = _STATUS[kind][arguments.strict]
        counts[kind] += 1
        worst = max(worst, status)
        if status or not arguments.quiet:
            bar.clear()
            output.add(result)
    bar.clear()
    if arguments.json or worst or not arguments.quiet:
        output.end(counts)
    return worst


def _kind(result: Result) -> str:
    from ..audits.many import BrokenWheel

    if isinstance(result, BrokenWheel):
        return "unreadable"
    if result.is_false:
        return "false"
    if result.is_damaged:
        return "damaged"
    return "clean" if result.is_clean else "with notes"


def _audits(paths: list[str], arguments: argparse.Namespace, progress: Callable[[int], None]) -> Iterator[Result]:
    from ..audits.many import audit_many

    if paths == ["-"] or arguments.name is not None:
        yield _audit_one(paths[0], arguments)
    elif arguments.jobs == 1 or len(paths) < 2:
        yield from audit_many(paths, None, progress, arguments.depth)
    else:
        import signal
        from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

        most = 61 if sys.platform == "win32" else len(paths)  # Windows cannot wait for more
        jobs = min(arguments.jobs, len(paths), most)
        # Workers ignore Ctrl-C: this process handles it, and stops them.
        with ProcessPoolExecutor(jobs, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
            try:
                yield from audit_many(paths, pool, progress, arguments.depth, ahead=max(64, 2 * jobs))
            except BrokenExecutor:
                raise BadArgumentsError("a process of --jobs was killed; is there enough memory?") from None


def _audit_one(path: str, arguments: argparse.Namespace) -> Result:
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
    """Return standard input as a seekable stream: the content of a pipe is copied to a temporary file."""
    import stat
    import tempfile

    with system_errors("read", "-"):
        stream = opened.enter_context(open(0, "rb", closefd=False))  # noqa: SIM115 - the stack closes it
        if stat.S_ISREG(os.fstat(0).st_mode) and stream.tell() == 0:
            return stream
        copy = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the same
        while block := stream.read(_BLOCK):
            if copy.tell() + len(block) > _MAX_INPUT:
                raise BadArgumentsError(f"{_STDIN} has more than {_MAX_INPUT} bytes")
            copy.write(block)
    return copy


def _expand(arguments: list[str]) -> tuple[list[str], list[str]]:
    """List the files to audit, and errors. Folders are searched for ``.whl`` files and files that start like ELF."""
    paths: list[str] = []
    errors: list[str] = []

    def note(error: OSError) -> None:
        errors.append(f"cannot read {error.filename!r}: {error.strerror}")

    for argument in arguments:
        if argument == "-" or not os.path.isdir(argument):
            paths.append(argument)
            continue
        before = len(paths), len(errors)
        for folder, folders, names in os.walk(argument, onerror=note):
            folders.sort()
            paths += [path for name in sorted(names) if _is_wanted(path := os.path.join(folder, name))]
        if (len(paths), len(errors)) == before:
            errors.append(f"there are no wheels or ELF files in {argument!r}")
    return paths, errors


def _is_wanted(path: str) -> bool:
    if path.lower().endswith(".whl"):
        return True
    try:
        if not os.path.isfile(path):
            return False  # opening a FIFO would block
        with open(path, "rb", buffering=0) as stream:
            return stream.read(4) == _MAGIC
    except OSError:
        return False


class _AsText:
    """Reports for people. Errors go to standard error."""

    def __init__(self, files: int) -> None:
        self._many = files > 1
        self._between = ""

    def add(self, result: Result) -> None:
        from ..audits.many import BrokenWheel
        from ..audits.report import report

        if isinstance(result, BrokenWheel):
            error = result.error
            if isinstance(error, InvalidInput) and result.path != "-":
                error = type(error)(result.path, error.reason)  # the error has only a name
            print(f"manytags: {printable(str(error))}", file=sys.stderr)
            return
        lines = report(result).splitlines()
        if self._many and result.path:
            lines[0] = printable(result.path)
        print(self._between + "\n".join(lines))
        self._between = "\n"

    def end(self, counts: Counter[str]) -> None:
        if self._many:
            summary = ", ".join(f"{counts[kind]} {kind}" for kind in _STATUS if counts[kind])
            print(f"{self._between}{sum(counts.values())} files: {summary}")


class _AsJson:
    """A list, written item by item."""

    def __init__(self) -> None:
        self._before = "["

    def add(self, result: Result) -> None:
        from textwrap import indent

        print(f"{self._before}\n{indent(result.to_json(indent=2), '  ')}", end="")
        self._before = ","

    def end(self, counts: Counter[str]) -> None:  # noqa: ARG002 - as in _AsText
        print("[]" if self._before == "[" else "\n]")


class _Bar:
    """A progress bar on standard error, which is erased before anything else is printed."""

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
