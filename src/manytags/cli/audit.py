"""``manytags audit WHEEL...``: check whether the tags of wheels are true."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from contextlib import ExitStack
from functools import partial
from itertools import chain

from ..binaries import HEADER_SIZE, system_of
from ..errors import InvalidInput
from .audit_output import AsJson, AsLines, AsText, Bar
from .files import BadArgumentsError, system_errors
from .layout import printable
from .target_choice import add_flag, is_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor
    from typing import BinaryIO

    from ..audits.beside import Beside
    from ..audits.log import AuditLog
    from .audit_output import Result

_STDIN = "standard input"
#: Largest wheel on standard input, in bytes: an archive without 64-bit extensions cannot be larger.
_MAX_INPUT = 4 << 30
_BLOCK = 1 << 20
#: Draw a progress bar if there are at least this many files.
_MANY = 4

#: What became of a file -> exit status, and exit status with --strict.
_STATUS = {"clean": (0, 0), "with notes": (0, 1), "damaged": (1, 1), "false": (1, 1), "unreadable": (2, 2)}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "files",
        metavar="WHEEL",
        nargs="+",
        help="a wheel, a compiled file such as a module, a folder of them, or - for a wheel on standard input",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list, one object for each file")
    add_flag(parser, "--json-lines", "print one JSON object a line, as soon as it is known")
    add_flag(parser, "--verbose", "also print what wheels with true tags need, and every reason and note")
    parser.add_argument(
        "--resume",
        metavar="FILE",
        default=None,
        help="append a line of JSON for each file to FILE, and skip the files that it has, if they have not changed",
    )
    add_flag(parser, "--strict", "count notes, and tags that cannot be judged, as false")
    parser.add_argument(
        "--depth", choices=["full", "header"], default="full", help="header: only check what headers say"
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="audit in this many processes; 1 by default")
    add_flag(parser, "--quiet", "only report files that make the exit status 1 or 2")
    parser.add_argument(
        "--beside",
        metavar="PATH",
        action="append",
        default=[],
        help="a wheel, a folder of wheels, or site-packages, installed too: its libraries are given; repeatable",
    )
    parser.add_argument(
        "--exclude",
        metavar="PATTERN",
        action="append",
        default=[],
        help="libraries that are given too, as 'libcuda.so.*'; repeatable",
    )
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
        _warn(error)
    from ..audits.log import AuditLog

    # A wheel and its neighbours make one answer, so a log is of one set of neighbours.
    given = [f"{name}={value}" for name in ("beside", "exclude") for value in getattr(arguments, name)]
    with AuditLog(arguments.resume, " ".join([f"depth={arguments.depth}", *given])) as log:
        return max(_audit_all(paths, arguments, log), 2 if errors else 0)


def _audit_all(paths: list[str], arguments: argparse.Namespace, log: AuditLog) -> int:
    """Print a report of each file that the log lacks; return the status of the worst of all."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    bar = Bar(len(paths), drawn=len(paths) >= _MANY and not arguments.quiet and is_terminal)
    output: AsText | AsJson | AsLines = AsText(len(paths) > 1, arguments.verbose)
    if arguments.json or arguments.json_lines:
        output = AsJson() if arguments.json else AsLines()
    if log.cut:
        _warn(f"{arguments.resume}: its last line was cut off, and is removed")
    counts: Counter[str] = Counter()

    def warn_of_change(path: str) -> None:
        bar.clear()
        _warn(f"{path} has changed since it was audited, and is audited again")

    def progress(done: int) -> None:
        bar.draw(done + sum(log.skipped.values()))

    for result in _audits(log.remaining(paths, warn_of_change), len(paths), arguments, progress):
        # What was printed is not printed again by a run that goes on.
        line = log.add(result) if arguments.resume or arguments.json_lines else ""
        counts[result.outcome] += 1
        if _STATUS[result.outcome][arguments.strict] or not arguments.quiet:
            bar.clear()
            output.add(result, line)
    bar.clear()
    counts += log.skipped
    worst = max((_STATUS[outcome][arguments.strict] for outcome in counts), default=0)
    if arguments.json or worst or not arguments.quiet:
        output.end(counts)
    return worst


def _warn(text: str) -> None:
    print(f"manytags: {printable(text)}", file=sys.stderr)


def _audits(
    paths: Iterable[str], count: int, arguments: argparse.Namespace, progress: Callable[[int], None]
) -> Iterator[Result]:
    from ..audits.beside import Beside
    from ..audits.many import audit_many

    beside = Beside(arguments.beside)
    if arguments.files == ["-"] or arguments.name is not None:
        for path in paths:
            yield _audit_one(path, arguments, beside)
        return
    most = 61 if sys.platform == "win32" else count  # Windows cannot wait for more
    jobs = min(arguments.jobs, count, most)
    pools = _pools(jobs) if jobs > 1 else None
    yield from audit_many(
        paths, pools, progress, arguments.depth, ahead=4 * jobs, beside=beside, exclude=arguments.exclude
    )


def _pools(jobs: int) -> Callable[[], Executor] | None:
    """Return a function that makes pools of processes, one after another; ``None`` where there can be none."""
    from .audit_jobs import make_pool

    try:
        first = make_pool(jobs)
        first.submit(int).result()
    except (OSError, ImportError, NotImplementedError) as error:
        # Containers without /dev/shm, AWS Lambda, limits on processes, Pythons without semaphores.
        _warn(f"--jobs {jobs}: there can be no processes that share work ({error}); going on in this one")
        return None
    return chain([first], iter(partial(make_pool, jobs), None)).__next__


def _audit_one(path: str, arguments: argparse.Namespace, beside: Beside) -> Result:
    from ..audits.many import BrokenWheel
    from ..audits.wheel import audit

    try:
        if path != "-":
            return audit(path, arguments.name, arguments.depth, beside, arguments.exclude)
        with ExitStack() as opened:
            stream = _standard_input(opened)
            return audit(stream, arguments.name or _STDIN, arguments.depth, beside, arguments.exclude)
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
    """List the files to audit, and errors. Folders are searched for ``.whl`` files and compiled files."""
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
            errors.append(f"there are no wheels or compiled files in {argument!r}")
    return paths, errors


def _is_wanted(path: str) -> bool:
    if path.lower().endswith(".whl"):
        return True
    try:
        if not os.path.isfile(path):
            return False  # opening a FIFO would block
        with open(path, "rb", buffering=0) as stream:
            head = stream.read(HEADER_SIZE)
            return system_of(head) is not None
    except OSError:
        return False
