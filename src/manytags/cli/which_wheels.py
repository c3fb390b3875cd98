"""``manytags which-wheels FILE...``: the rows of an index that matter to some machines."""

from __future__ import annotations

import json

from .index_rows import add_row_options, read_rows
from .layout import printable
from .machine_list import named_machines

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_row_options(parser)
    parser.add_argument(
        "--requires-python", metavar="RANGE", default=None, help="any Python in a range, such as '>=3.9'"
    )
    parser.add_argument(
        "--system",
        metavar="NAME",
        dest="systems",
        action="append",
        default=None,
        help="any machine of a system, such as windows, or one machine, such as win32; may be repeated",
    )
    parser.add_argument("--yanked", action="store_true", default=False, help="yanked files too")
    parser.add_argument("--json", action="store_true", help="print each row as a line of JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the rows as they come; the status is 1 where there is none."""
    from ..indexes.which_wheels import which_wheels
    from .target_choice import BadArgumentsError

    targets = named_machines(arguments)
    if bool(targets) == (arguments.requires_python is not None or arguments.systems is not None):
        raise BadArgumentsError("name machines by --for or --targets, or a range by --requires-python and --system")
    found = which_wheels(
        read_rows(arguments.files),
        targets.values() or None,
        requires_python=arguments.requires_python,
        systems=arguments.systems,
        yanked=arguments.yanked,
    )
    status = 1
    for row in found:
        status = 0
        name = row if isinstance(row, str) else str(row["filename"])
        print(json.dumps(row) if arguments.json else printable(name))
    return status
