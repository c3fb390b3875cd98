"""``manytags census FILE...``: count what an index holds."""

from __future__ import annotations

import argparse
import json
import sys

from ..choose.entries import filename_from_url
from ..errors import InvalidCensus
from ..indexes.census import Census, census
from ..indexes.census_json import MAX_CENSUS
from ..indexes.census_output import rows_to_csv
from ..indexes.census_tables import TABLES, Count
from ..targets import Target
from .files import BadArgumentsError, BadFiles, open_output, read_text, spoken_path, system_errors
from .index_files import add_row_options, read_rows
from .layout import print_json, printable
from .target_choice import add_flag, add_list, choose_machines


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_row_options(parser)
    parser.add_argument(
        "--merge",
        metavar="FILE",
        nargs="+",
        default=[],
        help="add what `manytags census --json` counted elsewhere; without other files, only that",
    )
    add_list(parser, "--projects", "TAG", "projects", "instead, list the projects that publish a platform tag")
    parser.add_argument(
        "--top",
        metavar="N",
        type=int,
        default=10,
        help="print this many lines of each table, or draw this many bars; 10 by default",
    )
    parser.add_argument(
        "--svg", metavar="FILE", default=None, help="also draw the table of platform tags, into this file"
    )
    parser.add_argument(
        "--by", choices=TABLES, default=None, help="the table for --svg, or the table that has the keys for --projects"
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print JSON, which --merge reads")
    add_flag(forms, "--csv", "print CSV")


def run(arguments: argparse.Namespace) -> int:
    """Print the census; or the projects that publish some tags, with status 1 if there are none."""
    if arguments.by is not None and arguments.svg is None and not arguments.projects:
        raise BadArgumentsError("--by needs --svg or --projects")
    if arguments.top < 1:
        raise BadArgumentsError(f"--top {arguments.top}: expected 1 or more")
    by = arguments.by or "platform"
    targets = list(choose_machines(arguments).values())
    # With --merge alone, standard input is not read.
    files = [] if arguments.files == ["-"] and arguments.merge else arguments.files
    bad = BadFiles([*arguments.merge, *files])
    counted = _count(files, arguments.merge, targets, bad)
    if arguments.svg is not None:
        with system_errors("write", arguments.svg), open_output(arguments.svg) as stream:
            stream.write(counted.to_svg(by, arguments.top))
    if arguments.projects:
        projects = counted.projects(*arguments.projects, by=by)
        if arguments.json:
            print_json(projects)
        elif arguments.csv:
            sys.stdout.write(rows_to_csv([("project",), *((project,) for project in projects)]))
        else:
            print("\n".join(map(printable, projects)), end="\n" if projects else "")
        return bad.status(0 if projects else 1)
    if arguments.json:
        print(_with_added_keys(counted))
    elif arguments.csv:
        sys.stdout.write(counted.to_csv())
    else:
        print(counted.to_text(arguments.top))
    return bad.status(0)


def _count(files: list[str], merged: list[str], targets: list[Target], bad: BadFiles) -> Census:
    pieces = []
    for path in merged:
        with bad.told():
            pieces.append(_read_census(path))
    if files or not pieces:
        read = read_rows(files, bad)
        rows = (filename_from_url(row) if isinstance(row, str) and "/" in row else row for row in read)
        pieces.insert(0, census(rows, targets))
    return pieces[0].merge(*pieces[1:]) if len(pieces) > 1 else pieces[0]


def _with_added_keys(counted: Census) -> str:
    def data(count: Count) -> dict[str, int]:
        return {"wheels": count.wheels, "releases": count.releases, "projects": count.projects}

    added = {
        "total": data(counted.total),
        "installable": {str(target): data(count) for target, count in counted.installable.items()},
        "counts": {by: {key: data(count) for key, count in counted.counts(by).items()} for by in TABLES},
    }
    return counted.to_json().removesuffix("\n}") + ",\n" + json.dumps(added)[1:-1] + "\n}"


def _read_census(path: str) -> Census:
    try:
        return Census.from_json(read_text(path, MAX_CENSUS))
    except InvalidCensus as error:
        raise InvalidCensus(spoken_path(path), error.reason) from None
