"""The command line: parses arguments and prints what the library returns. Each command is one module.

A command's module has ``add_options(parser)`` and ``run(arguments)``, which prints and returns the exit status. It is
loaded only if its name is among the arguments.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from importlib import import_module

from .. import __version__
from ..errors import ManytagsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: Exit status for bad input. Commands that answer a question return 0 for yes and 1 for no.
BAD_INPUT = 2
#: What shells report of programs that were ended by SIGPIPE (the reader went away) and by SIGINT (Ctrl-C).
BROKEN_PIPE, INTERRUPTED = 128 + 13, 128 + 2

#: The command that runs if none is given.
BARE = "machine"
#: Command -> what it does.
COMMANDS = {
    "tags": "print the tags that a Python takes, one per line, best first",
    "facts": "print what was observed on a machine, and where",
    "explain": "explain why wheels fit a machine, or why not",
    "pick": "pick the wheel that fits a machine best",
    "compare": "put tags in order, find the oldest and the newest, or spell them in one way",
    "cover": "find the wheels that several machines need",
    "audit": "check whether the tags of wheels are true",
    "upload-check": "check whether an index accepts wheels, and explain why not",
    "pylock": "show what a lock file installs on a machine",
    "prune": "write a lock file with only the wheels that some machines install",
    "hook": "write a _manylinux module, which decides which manylinux wheels installers take",
    "host-libraries": "show which policies a host has the libraries of, and what is missing",
    "missing": "show what wheels need but a host does not have",
    "census": "count what an index holds, by tag",
    "which-wheels": "print the rows of an index that some machines could use",
    "target": "show what the name of a platform means",
    "targets": "list the names of platforms",
}

_DESCRIPTION = """\
Which wheels does this Python take, in which order, and why? Without a command, show what this machine is, how that is
known, and the first of its tags."""
_EPILOG = "Exit status: 0 yes, 1 no, 2 bad input. See `manytags COMMAND --help` for more."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    :param argv: arguments without the program's name; by default those of the process.
    :raises SystemExit: the arguments are wrong, or ask for help or the version (from argparse).

    >>> main(["tags", "--python-version=3.12", "--target=win_amd64", "--platforms"])
    win_amd64
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A path may contain characters that the terminal cannot encode.
            stream.reconfigure(errors="backslashreplace")
    arguments = _parse(sys.argv[1:] if argv is None else list(argv))
    try:
        status: int = _module(arguments.command or BARE).run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except ManytagsError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except OSError as error:
        # Files and interpreters raise errors of ours, so this error is about the output.
        _discard_output()
        return _fail(f"cannot write the answer: {error.strerror or error}")
    return status


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("manytags", description=_DESCRIPTION, epilog=_EPILOG, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"manytags {__version__}")
    _module(BARE).add_options(parser)
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        # Options may also come before the command; a default of the subparser would override them.
        command = commands.add_parser(
            name,
            help=purpose,
            description=f"{purpose[0].upper()}{purpose[1:]}.",
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )
        if name in argv:
            _module(name).add_options(command)
    return parser.parse_args(argv)


def _module(command: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - a module as described above
    return import_module(f".{command.replace('-', '_')}", __name__)


def _fail(message: str) -> int:
    print(f"manytags: {message}", file=sys.stderr)
    return BAD_INPUT


def _discard_output() -> None:
    """Redirect buffered output to nowhere, or Python complains about it at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # not a stream of the process, for example in a test
        pass
