"""``manytags prune FILE --for NAME:PYTHON``: a lock file with only the wheels that some machines install."""

from __future__ import annotations

import argparse
import sys

from ..choose.prune import prune_lock, toml_text
from ..choose.toml import MAX_TOML, parse_toml
from ..errors import InvalidLock
from .files import BadArgumentsError, read_text, spoken_path
from .target_choice import add_machine_options, choose_machines


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("file", metavar="FILE", help="a pylock.toml, or - for standard input")
    add_machine_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the file with the wheels that the machines take first, and say how many there were."""
    machines = choose_machines(arguments)
    if not machines:
        raise BadArgumentsError("no machine is named; use --for or --targets")
    text = read_text(arguments.file, 4 * MAX_TOML)
    try:
        document = parse_toml(text)
        pruned = prune_lock(document, machines.values())
    except InvalidLock as error:
        if error.text not in {text, ""}:
            raise
        raise InvalidLock(spoken_path(arguments.file), error.reason) from None  # quote the path, not the content
    print(toml_text(pruned), end="")
    print(f"manytags: kept {_wheels(pruned)} of {_wheels(document)} wheels", file=sys.stderr)
    return 0


def _wheels(document: object) -> int:
    """Count the wheels of a lock file."""
    packages = document["packages"]  # type: ignore[index] # it was read as a lock file
    return sum(len(package.get("wheels", ())) for package in packages)
