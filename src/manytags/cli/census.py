"""``manytags census FILE...``: what an index holds."""

from __future__ import annotations

import json
import sys

from .index_rows import add_row_options, read_rows
from .layout import printable
from .machine_list import named_machines
from .target_choice import BadArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..indexes.census import Census


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    from ..indexes.census_tables import TABLES

    add_row_options(parser)
    parser.add_argument(
        "--merge",
        metavar="FILE",
        nargs="+",
        default=[],
        help="add what was counted elsewhere, from `manytags census --json`; without FILE, nothing else",
    )
    parser.add_argument(
        "--projects",
        metavar="TAG",
        action="append",
        default=[],
        help="list the projects that publish a platform tag instead; may be repeated",
    )
    parser.add_argument("--top", metavar="N", type=int, default=10, help="how many lines of each table, or bars")
    parser.add_argument("--svg", metavar="FILE", default=None, help="draw the platform tags there, too")
    parser.add_argument(
        "--by", choices=TABLES, default=None, help="draw another table, or list projects by what it counts"
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print JSON, which --merge reads")
    forms.add_argument("--csv", action="store_true", default=False, help="print CSV")


def run(arguments: argparse.Namespace) -> int:
    """Print the census, or the projects that publish some tags; then the status is 1 where there is none."""
    from ..indexes.census import census
    from ..indexes.census_forms import list_to_csv
    from ..indexes.which_wheels import filename_from_url

    if arguments.by is not None and arguments.svg is None and not arguments.projects:
        raise BadArgumentsError("--by goes with --svg or --projects")
    if arguments.top < 1:
        raise BadArgumentsError("--top is how many lines there are of each table: 1 or more")
    by = arguments.by or "platform"
    targets = list(named_machines(arguments).values())
    pieces = [_piece(path) for path in arguments.merge]
    # Pieces alone are merged without waiting for standard input.
    if arguments.files != ["-"] or not pieces:
        rows = (
            filename_from_url(row) if isinstance(row, str) and "/" in row else row for row in read_rows(arguments.files)
        )
        pieces.insert(0, census(rows, targets))
    found = pieces[0] if len(pieces) == 1 else pieces[0].merge(*pieces[1:])
    if arguments.svg is not None:
        _write(arguments.svg, found.to_svg(by, arguments.top))
    if arguments.projects:
        projects = found.projects(*arguments.projects, by=by)
        if arguments.json:
            print(json.dumps(projects, indent=2))
        elif arguments.csv:
            sys.stdout.write(list_to_csv("project", projects))
        else:
            print("\n".join(map(printable, projects)), end="\n" if projects else "")
        return 0 if projects else 1
    if arguments.json:
        print(_with_added_keys(found))
    elif arguments.csv:
        sys.stdout.write(found.to_csv())
    else:
        print(found.to_text(arguments.top))
    return 0


def _with_added_keys(found: Census) -> str:
    from ..indexes.census_tables import TABLES

    added = {
        "total": found.total._asdict(),
        "installable": {str(target): count._asdict() for target, count in found.installable.items()},
        "counts": {by: {key: count._asdict() for key, count in found.counts(by).items()} for by in TABLES},
    }
    return found.to_json().removesuffix("\n}") + ",\n" + json.dumps(added)[1:-1] + "\n}"


def _piece(path: str) -> Census:
    from ..errors import InvalidCensus
    from ..indexes.census import Census
    from ..indexes.census_json import MAX_CENSUS
    from .files import read_text

    try:
        return Census.from_json(read_text(path, MAX_CENSUS))
    except InvalidCensus as error:
        raise InvalidCensus("standard input" if path == "-" else path, error.reason) from None


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadArgumentsError(f"cannot write {path!r}: {reason}") from None
