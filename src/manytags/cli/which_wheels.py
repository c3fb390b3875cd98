"""``manytags which-wheels FILE...``: print the rows of an index that some machines could use."""

from __future__ import annotations

import argparse
import json

from ..choose.relevant import relevant
from .files import BadArgumentsError, BadFiles
from .index_files import add_row_options, read_rows
from .layout import printable
from .target_choice import add_flag, add_list, choose_machines


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_row_options(parser)
    parser.add_argument("--requires-python", metavar="RANGE", default=None, help="any Python in a range, like '>=3.9'")
    add_list(
        parser, "--system", "NAME", "systems", "any machine with a system, like windows, or one machine, like win32"
    )
    add_flag(parser, "--yanked", "also print yanked files")
    parser.add_argument("--json", action="store_true", help="print each row as a line of JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the rows as they are read; the status is 1 if there are none."""
    targets = choose_machines(arguments)
    systems = arguments.systems or None
    if bool(targets) == (arguments.requires_python is not None or systems is not None):
        raise BadArgumentsError("name machines by --for or --targets, or a range by --requires-python or --system")
    bad = BadFiles(arguments.files)
    rows = relevant(
        read_rows(arguments.files, bad),
        targets.values() or None,
        requires_python=arguments.requires_python,
        systems=systems,
        yanked=arguments.yanked,
        on_invalid="ignore",  # old indexes have some
    )
    status = 1
    for row in rows:
        status = 0
        name = row if isinstance(row, str) else str(row["filename"])
        print(json.dumps(row) if arguments.json else printable(name))
    return bad.status(status)
