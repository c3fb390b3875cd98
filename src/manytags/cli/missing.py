"""``manytags missing WHEEL...``: what wheels need that a host does not have."""

from __future__ import annotations

import sys

from ..errors import InvalidWheel
from .host_libraries import add_host_options, chosen_host
from .layout import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("wheels", nargs="+", metavar="WHEEL", help="a wheel, or a single ELF file")
    parser.add_argument("--json", action="store_true", help="print for each wheel what is missing, as JSON")
    add_host_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is missing; the status is 1 where something is, and 2 where a file is no wheel."""
    from ..audits.missing import missing_libraries

    python, root = chosen_host(arguments)
    status = 0
    answers: list[dict[str, object]] = []
    for wheel in arguments.wheels:
        try:
            missing = missing_libraries(wheel, root, python)
        except InvalidWheel as error:
            print(f"manytags: {printable(str(error))}", file=sys.stderr)
            status = 2
            continue
        status = max(status, int(bool(missing)))
        if arguments.json:
            answers.append({"wheel": wheel, "missing": [each.to_data() for each in missing]})
            continue
        print(printable(f"{wheel}: {'all there' if not missing else f'{len(missing)} missing'}"))
        for each in missing:
            print(printable(f"  {each}"))
    if arguments.json:
        import json

        print(json.dumps(answers, indent=2))
    return status
