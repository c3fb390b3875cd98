"""``manytags pick FILE...``: pick the file of each project that a machine takes."""

from __future__ import annotations

import argparse
import sys
from typing import get_args

from ..choose.pick import Pick, Sdists, pick
from .files import BadFiles
from .index_files import add_file_options, by_project, read_entries
from .layout import print_json, printable
from .target_choice import add_flag, add_target_options, choose_target

#: Releases of which JSON says why they were passed over, the newest first: each of their wheels is explained for that.
MOST_REASONS = 20

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .index_files import Entry


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_file_options(parser)
    parser.add_argument("--specifier", metavar="RANGE", default="", help="pick from these versions, like '>=2,<3'")
    add_flag(parser, "--pre", "also pick pre-releases; else only if nothing else fits")
    parser.add_argument(
        "--sdists",
        choices=get_args(Sdists),
        default="never",
        help="what to do with sdists; by default they are skipped",
    )
    add_flag(parser, "--all", "print all files that fit, the newest release first, and its best file first")
    parser.add_argument(
        "--json", action="store_true", help="print the pick, all files that fit and what was passed over as JSON"
    )
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the pick of each project; the status is 1 if a project has none, and 2 if a file is bad."""
    target, _ = choose_target(arguments)
    bad = BadFiles(arguments.files)
    picks = [
        pick(
            page,
            target,
            arguments.specifier,
            prereleases=arguments.pre or None,
            yanked=arguments.yanked,
            sdists=arguments.sdists,
        )
        for page in by_project(read_entries(arguments.files, bad), bad).values()
    ]
    if arguments.json:
        print_json([_data(picked) for picked in picks])
    else:
        for picked in picks:
            for candidate in picked.candidates if arguments.all else picked.candidates[:1]:
                print(printable(candidate.filename))
            if not picked:
                print("manytags:", "\n".join(map(printable, str(picked).splitlines())), file=sys.stderr)
        if not picks:
            print(f"manytags: there is nothing to pick for {printable(str(target))}", file=sys.stderr)
    return bad.status(0 if picks and all(picks) else 1)


def _data(picked: Pick[Entry]) -> dict[str, object]:
    return {
        "project": picked.project,
        "version": None if picked.version is None else str(picked.version),
        "pick": picked.filename,
        "file": picked.file,
        "fitting": [candidate.filename for candidate in picked.candidates],
        "passed_over": [
            {"version": str(passed.release), "kind": passed.kind, "because": passed.because}
            for passed in picked.passed_over[:MOST_REASONS]
        ],
    }
