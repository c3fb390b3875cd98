"""``manytags missing WHEEL...``: what wheels need but a host does not have."""

from __future__ import annotations

import argparse
import sys

from ..errors import InvalidWheel
from .layout import print_json, printable
from .target_choice import add_host_options, choose_host


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("wheels", nargs="+", metavar="WHEEL", help="a wheel, or a single compiled file")
    parser.add_argument("--json", action="store_true", help="print what is missing for each wheel as JSON")
    parser.add_argument(
        "--with",
        dest="beside",
        metavar="PATH",
        action="append",
        default=[],
        help="a wheel that is to be installed too, or a further folder of packages; repeatable",
    )
    add_host_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is missing; the status is 1 if anything is, and 2 if a file is not a wheel."""
    from ..audits.missing import missing_libraries

    python, root = choose_host(arguments)
    status = 0
    answers: list[dict[str, object]] = []
    for wheel in arguments.wheels:
        try:
            missing = missing_libraries(wheel, root, python, beside=arguments.beside)
        except InvalidWheel as error:
            print(f"manytags: {printable(str(error))}", file=sys.stderr)
            status = 2
            continue
        status = max(status, int(bool(missing)))
        if arguments.json:
            answers.append({"wheel": wheel, "missing": [library.to_data() for library in missing]})
            continue
        print(printable(f"{wheel}: {'nothing missing' if not missing else f'{len(missing)} missing'}"))
        for library in missing:
            print(printable(f"  {library}"))
    if arguments.json:
        print_json(answers)
    return status
