"""``manytags pylock FILE``: show what a lock file installs on a machine."""

from __future__ import annotations

import argparse

from ..choose.locks import SelectedPackage, select_from_lock
from ..choose.toml import MAX_TOML
from ..errors import InvalidLock
from .files import read_text
from .layout import columns, print_json, printable
from .target_choice import add_list, add_target_options, choose_target


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("file", metavar="FILE", help="a pylock.toml, or - for standard input")
    add_list(parser, "--extra", "NAME", "extras", "install this extra")
    add_list(parser, "--group", "NAME", "groups", "install this dependency group instead of the default groups")
    add_list(parser, "--with-group", "NAME", "more_groups", "install this dependency group too, besides the others")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is installed; the status is 1 if the file is not for the machine, or has nothing for a package."""
    text = read_text(arguments.file, 4 * MAX_TOML)
    target, _ = choose_target(arguments)
    try:
        selection = select_from_lock(
            text,
            target,
            extras=arguments.extras,
            dependency_groups=arguments.groups or None,
            more_groups=arguments.more_groups,
        )
    except InvalidLock as error:
        if error.text != text:
            raise
        raise InvalidLock(arguments.file, error.reason) from None  # quote the path, not the content
    if arguments.json:
        print_json({"problems": selection.problems, "packages": [_data(package) for package in selection.packages]})
        return 0 if selection else 1
    lines = [printable(str(target)), ""]
    lines += [f"not for this machine: {printable(problem)}" for problem in selection.problems]
    rows = [
        (package.name, package.version or "", package.filename or package.source_text) for package in selection.packages
    ]
    lines += columns(rows, "  ") if rows else ["  no package"]
    for package in selection.missing:
        for explanation in package.explanations()[:1]:
            lines += ["", printable(explanation.filename)]
            lines += [f"  {printable(line)}" for line in str(explanation).splitlines()]
    print("\n".join(lines))
    return 0 if selection else 1


def _data(package: SelectedPackage) -> dict[str, object]:
    data: dict[str, object] = {name: getattr(package, name) for name in ("name", "version", "kind", "filename")}
    if package.kind in {"nothing", "sdist"} and package.wheels:
        data["explanation"] = package.explanations()[0].to_data()
    return data
