"""``manytags tags``: all tags that a Python takes, best first."""

from __future__ import annotations

import argparse

from .layout import print_json, printable
from .target_choice import add_flag, add_target_options, choose_target


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_flag(parser, "--platforms", "print only the platform tags")
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the tags, one per line."""
    target, _ = choose_target(arguments)
    tags = target.platform_tags() if arguments.platforms else target.triples()
    if arguments.json:
        print_json(tags)
    else:
        print("\n".join(map(printable, tags)))
    return 0
