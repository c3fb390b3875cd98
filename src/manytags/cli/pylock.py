"""``manytags pylock FILE``: what a lock file installs on a machine."""

from __future__ import annotations

from .layout import columns, printable
from .target_choice import add_target_options, choose_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..choose.pylock import Selected


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("file", metavar="FILE", help="a pylock.toml, or - for standard input")
    parser.add_argument(
        "--extra", metavar="NAME", dest="extras", action="append", default=[], help="an extra; may be repeated"
    )
    parser.add_argument(
        "--group",
        metavar="NAME",
        dest="groups",
        action="append",
        default=None,
        help="a dependency group in place of the default ones; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is installed; the status is 1 where the file is not for the machine, or a package has nothing."""
    from ..choose.pylock import MAX_LOCK, select
    from ..errors import InvalidLock
    from .files import read_text

    text = read_text(arguments.file, 4 * MAX_LOCK)
    target, _ = choose_target(arguments)
    try:
        found = select(text, target, extras=arguments.extras, dependency_groups=arguments.groups)
    except InvalidLock as error:
        if error.text != text:
            raise
        raise InvalidLock(arguments.file, error.reason) from None  # of the file, not of all that is in it
    if arguments.json:
        import json

        print(json.dumps({"problems": found.problems, "packages": [_data(one) for one in found.packages]}, indent=2))
        return 0 if found else 1
    lines = [printable(str(target)), ""]
    lines += [f"not for this machine: {printable(problem)}" for problem in found.problems]
    lines += columns([_row(one) for one in found.packages], "  ") if found.packages else ["  no package"]
    for one in found.missing:
        for explanation in one.explanations()[:1]:
            lines += ["", printable(explanation.filename)]
            lines += [f"  {printable(line)}" for line in str(explanation).splitlines()]
    print("\n".join(lines))
    return 0 if found else 1


def _row(one: Selected) -> tuple[str, str, str]:
    what = {"nothing": "no wheel fits, and there is no sdist"}.get(one.kind, one.kind)
    return one.name, one.version or "", one.filename or what


def _data(one: Selected) -> dict[str, object]:
    data: dict[str, object] = {
        "name": one.name,
        "version": one.version,
        "kind": one.kind,
        "filename": one.filename,
    }
    if one.kind in {"nothing", "sdist"} and one.wheels:
        data["explanation"] = one.explanations()[0].to_data()
    return data
