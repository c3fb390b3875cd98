"""``manytags cover FILE... --for NAME:PYTHON``: the wheels that several machines need."""

from __future__ import annotations

import json

from .layout import columns, printable
from .machine_list import add_machine_options, named_machines
from .target_choice import BadArgumentsError
from .wheels import add_file_options, read_entries, releases

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from packaging.version import Version

    from ..choose.cover import Cover
    from ..targets import Target
    from .wheels import Entry


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_file_options(parser)
    add_machine_options(parser)
    parser.add_argument("--fewest", action="store_true", default=False, help="as few wheels as can serve all of them")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what each machine takes; the status is 1 where one is left without."""
    from ..choose.cover import cover

    machines = named_machines(arguments)
    if not machines:
        raise BadArgumentsError("no machine is named; --for or --targets does")
    entries = _one_release(releases(read_entries(arguments.files)))
    found = cover(entries, machines.values(), fewest=arguments.fewest, yanked=arguments.yanked)
    if arguments.json:
        data = {
            "files": found.files,
            "chosen": {name: found.chosen.get(target) for name, target in machines.items()},
            "without": [name for name, target in machines.items() if target in found.without],
            "exact": found.exact,
        }
        print(json.dumps(data, indent=2))
    else:
        print("\n".join(_table(machines, found)))
    return 1 if found.without else 0


def _table(machines: dict[str, Target], found: Cover) -> list[str]:
    rows = [(name, found.chosen.get(target) or "none fits") for name, target in machines.items()]
    exact = "" if found.exact else "; fewer may do"
    lines = [f"{len(found.files)} wheels for {len(machines) - len(found.without)} of {len(machines)} machines{exact}"]
    return [*columns(rows, "  "), "", *lines, *(f"  {printable(name)}" for name in found.files)]


def _one_release(found: dict[str, dict[Version, list[Entry]]]) -> list[Entry]:
    named = [f"{project} {version}" for project, versions in found.items() for version in versions]
    if len(named) > 1:
        raise BadArgumentsError(f"these are files of several releases, as {named[0]} and {named[1]}; name those of one")
    return [entry for versions in found.values() for entries in versions.values() for entry in entries]
