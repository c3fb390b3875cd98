"""``manytags pick FILE...``: pick the wheel that fits a machine best."""

from __future__ import annotations

import argparse
import sys

from ..choose.select import sort
from .index_files import add_file_options, group_by_release, read_entries
from .layout import print_json, printable
from .target_choice import add_flag, add_target_options, choose_target


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_file_options(parser)
    add_flag(parser, "--all", "print all wheels that fit, the newest release first, and its best wheel first")
    parser.add_argument(
        "--json", action="store_true", help="print the pick and all fitting wheels of each project as JSON"
    )
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the pick of each project; the status is 1 if a project has none."""
    target, _ = choose_target(arguments)
    picks: list[dict[str, object]] = []
    fitting: dict[str, list[str]] = {}
    for project, versions in group_by_release(read_entries(arguments.files)).items():
        names = {
            version: [str(entry["filename"]) for entry in sort(entries, target, yanked=arguments.yanked)]
            for version, entries in versions.items()
        }
        fitting[project] = [name for sorted_names in names.values() for name in sorted_names]
        version = next((str(version) for version, sorted_names in names.items() if sorted_names), None)
        pick = next(iter(fitting[project]), None)
        picks.append({"project": project, "version": version, "pick": pick, "fitting": fitting[project]})
    if arguments.json:
        print_json(picks)
    else:
        for names_of in fitting.values():
            for name in names_of if arguments.all else names_of[:1]:
                print(printable(name))
        _complain(fitting, str(target))
    return 0 if fitting and all(fitting.values()) else 1


def _complain(fitting: dict[str, list[str]], target: str) -> None:
    for project in [project for project, names in fitting.items() if not names] or ([] if fitting else ["anything"]):
        print(f"manytags: no wheel of {project} fits {printable(target)}; see `manytags explain`", file=sys.stderr)
