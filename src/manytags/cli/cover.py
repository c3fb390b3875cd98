"""``manytags cover FILE... --for NAME:PYTHON``: the wheels that several machines need."""

from __future__ import annotations

import json

from ..errors import InvalidInput
from ..targets import Target
from .layout import columns, printable
from .target_choice import BadArgumentsError, is_here
from .wheels import add_file_options, read_entries, releases

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from packaging.version import Version

    from ..choose.cover import Cover
    from .wheels import Entry


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_file_options(parser)
    parser.add_argument(
        "--for",
        metavar="NAME:PYTHON",
        dest="machines",
        action="append",
        default=[],
        help="a machine, such as debian-12-arm64:3.12; may be repeated",
    )
    parser.add_argument(
        "--targets",
        metavar="FILE",
        default=None,
        help="machines in a file: NAME:PYTHON one a line, or a JSON list of targets",
    )
    parser.add_argument("--fewest", action="store_true", default=False, help="as few wheels as can serve all of them")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what each machine takes; the status is 1 where one is left without."""
    from ..choose.cover import cover

    if not is_here(arguments):
        raise BadArgumentsError("the machines of `cover` are named by --for and --targets")
    machines = _machines(arguments)
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


def _machines(arguments: argparse.Namespace) -> dict[str, Target]:
    machines: dict[str, Target] = {name: _described(name) for name in arguments.machines}
    if arguments.targets is not None:
        from .files import read_text

        text = read_text(arguments.targets)
        if text.lstrip()[:1] == "[":
            for target in _from_json(arguments.targets, text):
                machines[str(target)] = target
        else:
            names = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
            machines.update((name, _described(name)) for name in names)
    if not machines:
        raise BadArgumentsError("no machine is named; --for or --targets does")
    return machines


def _described(text: str) -> Target:
    from ..targets.named import target

    name, colon, python = text.rpartition(":")
    if not colon:
        raise BadArgumentsError(f"{text[:100]!r} is no NAME:PYTHON, such as debian-12-arm64:3.12")
    return target(python, name)


def _from_json(path: str, text: str) -> list[Target]:
    try:
        return [Target.from_json(json.dumps(one)) for one in json.loads(text)]
    except (InvalidInput, ValueError, RecursionError) as error:
        reason = error.reason if isinstance(error, InvalidInput) else error
        raise BadArgumentsError(f"{path!r} is no list of targets: {reason}") from None
