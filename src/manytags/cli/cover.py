"""``manytags cover FILE... --for NAME:PYTHON``: find the wheels that several machines need."""

from __future__ import annotations

import argparse

from ..choose.cover import Cover, cover
from ..targets import Target
from .files import BadArgumentsError, BadFiles
from .index_files import add_file_options, by_project, read_entries
from .layout import columns, print_json, printable
from .target_choice import add_flag, add_machine_options, choose_machines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .index_files import Entry


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_file_options(parser)
    add_machine_options(parser)
    parser.add_argument(
        "--release", metavar="VERSION", default=None, help="by default the newest that serves all machines"
    )
    add_flag(parser, "--fewest", "choose as few wheels as can serve all machines")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what each machine takes; the status is 1 if a machine gets no wheel, and 2 if a file is bad."""
    machines = choose_machines(arguments)
    if not machines:
        raise BadArgumentsError("no machine is named; use --for or --targets")
    bad = BadFiles(arguments.files)
    pages = by_project(read_entries(arguments.files, bad), bad)
    if len(pages) > 1:
        raise BadArgumentsError(f"the files belong to several projects: {', '.join(pages)[:200]}")
    covered = cover(
        next(iter(pages.values()), []),
        machines.values(),
        release=arguments.release,
        fewest=arguments.fewest,
        yanked=arguments.yanked,
    )
    if arguments.json:
        print_json(
            {
                "release": None if covered.release is None else str(covered.release),
                "files": covered.files,
                "chosen": {name: _filename(covered, target) for name, target in machines.items()},
                "without": [name for name, target in machines.items() if target in covered.without],
                "exact": covered.exact,
            }
        )
    else:
        print("\n".join(_table(machines, covered)))
    return bad.status(1 if covered.without else 0)


def _filename(covered: Cover[Entry], target: Target) -> str | None:
    return str(covered.chosen[target]["filename"]) if target in covered.chosen else None


def _table(machines: dict[str, Target], covered: Cover[Entry]) -> list[str]:
    rows = [(name, _filename(covered, target) or "no wheel fits") for name, target in machines.items()]
    wheels = f"{len(covered.files)} wheel{'' if len(covered.files) == 1 else 's'}"
    exact = "" if covered.exact else "; fewer may be enough"
    lines = [f"{wheels} for {len(machines) - len(covered.without)} of {len(machines)} machines{exact}"]
    return [*columns(rows, "  "), "", *lines, *(f"  {printable(str(file['filename']))}" for file in covered.files)]
