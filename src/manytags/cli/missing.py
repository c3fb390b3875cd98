"""``manytags missing WHEEL...``: what wheels need that a host does not have."""

from __future__ import annotations

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
    """Print what is missing; the status is 1 where something is."""
    from ..audits.missing import missing_for

    python, root = chosen_host(arguments)
    found = {wheel: missing_for(wheel, root, python) for wheel in arguments.wheels}
    if arguments.json:
        import json

        answers = [{"wheel": wheel, "missing": [each.to_data() for each in all_]} for wheel, all_ in found.items()]
        print(json.dumps(answers, indent=2))
    else:
        for wheel, missing in found.items():
            print(printable(f"{wheel}: {'all there' if not missing else f'{len(missing)} missing'}"))
            for each in missing:
                print(printable(f"  {each}"))
    return 1 if any(found.values()) else 0
