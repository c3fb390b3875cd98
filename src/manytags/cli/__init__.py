"""The command line: reads arguments, prints what the library returns. One module a command.

A command's module has ``add_options(parser)`` and ``run(arguments)``, which prints and returns the exit status. It is
loaded only when its name is among the arguments.
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

#: Exit statuses. "No" is for commands that answer a question.
YES, NO, BAD_INPUT = 0, 1, 2
#: What a shell reports of other programs whose reader went away (SIGPIPE), and of those that Ctrl-C ended (SIGINT).
BROKEN_PIPE, INTERRUPTED = 128 + 13, 128 + 2

#: What runs without a command.
BARE = "machine"
#: Command -> what it does.
COMMANDS = {
    "tags": "print the tags that a Python takes, one a line, best first",
    "facts": "print what was seen of a machine, and where",
    "explain": "say why wheels fit a machine, or why not",
    "pick": "pick the wheel that fits a machine best",
    "cover": "find the wheels that several machines need",
    "audit": "say whether the tags of wheels are true",
    "upload-check": "say whether an index takes wheels, and why not",
    "pylock": "show what a lock file installs on a machine",
    "hook": "write a _manylinux module, which says which manylinux wheels are taken",
    "host-libraries": "show which policies' libraries a host has, and what is missing",
    "missing": "show what wheels need that a host does not have",
    "census": "count what an index holds, by tag",
    "which-wheels": "print the rows of an index that matter to some machines",
    "target": "show what the name of a platform means",
    "targets": "list the names of platforms",
}

_DESCRIPTION = """\
Which wheels does this Python take, in which order, and why? Without a command: what this machine is, how that is known,
and the first of its tags."""
_EPILOG = "Exit status: 0 yes, 1 no, 2 bad input. `manytags COMMAND --help` tells more."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    :param argv: arguments without the program's name; those of the process by default.
    :raises SystemExit: the arguments were wrong or asked for help or for the version, as argparse has it.

    >>> main(["tags", "--python-version=3.12", "--target=win_amd64", "--platforms"])
    win_amd64
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A path may have characters that the terminal has not.
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
        # Files and interpreters have errors of ours: this is the output.
        _discard_output()
        return _fail(f"cannot write the answer: {error.strerror or error}")
    return status


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("manytags", description=_DESCRIPTION, epilog=_EPILOG, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"manytags {__version__}")
    _module(BARE).add_options(parser)
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        # Options may stand before the command too: a default of its own would undo those.
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


def _module(command: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - a module of the shape told above
    return import_module(f".{command.replace('-', '_')}", __name__)


def _fail(message: str) -> int:
    print(f"manytags: {message}", file=sys.stderr)
    return BAD_INPUT


def _discard_output() -> None:
    """Give what is still buffered a place to go, or Python complains about it when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # no stream of the process, as under a test
        pass
