"""``manytags compare TAG...``: which tags ask less, which of them a machine takes, and one spelling of each."""

from __future__ import annotations

import argparse
import sys

from ..choose.compare import Comparison, compare_tags, normalize_tags
from ..platforms.parse import parse_platform
from .layout import columns, print_json, printable
from .target_choice import add_flag, add_target_options, choose_target, is_here


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "tags", metavar="TAG", nargs="+", help="a platform tag, a whole tag like cp312-abi3-win32, or a wheel file name"
    )
    shown = parser.add_mutually_exclusive_group()
    add_flag(shown, "--oldest", "print only the tags that ask no more than any other of their kind")
    add_flag(shown, "--newest", "print only the tags that ask no less than any other of their kind")
    add_flag(shown, "--here", "print only the tags that this machine takes, best first")
    add_flag(shown, "--normalize", "print each compressed tag with its members in order, each once and by one name")
    add_flag(shown, "--normalize-for-old-pips", "the same, and add the older names of platform tags")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the tags in order; where a machine is named, the status is 1 if it takes none of them."""
    if arguments.normalize or arguments.normalize_for_old_pips:
        for_old = arguments.normalize_for_old_pips
        spelled = [normalize_tags(text, aliases="add" if for_old else "merge") for text in arguments.tags]
        if arguments.json:
            print_json(spelled)
        else:
            print("\n".join(map(printable, spelled)))
        return 0
    comparison = compare_tags(arguments.tags)
    target = None
    if arguments.here or not is_here(arguments) or arguments.python_version is not None:
        target, _ = choose_target(arguments)
    serving = comparison.serving(target) if target else ()
    if arguments.json:
        data = {"tags": comparison.tags, "oldest": comparison.oldest, "newest": comparison.newest}
        print_json({**data, "same": comparison.same, **({"serving": serving} if target else {})})
    elif target is not None:
        print("".join(f"{printable(text)}\n" for text in serving), end="")
        if not serving:
            print(f"manytags: none of them serves {printable(str(target))}", file=sys.stderr)
    elif arguments.oldest or arguments.newest:
        print("\n".join(map(printable, comparison.oldest if arguments.oldest else comparison.newest)))
    else:
        print("\n".join(columns([_row(text, comparison) for text in comparison.tags])))
    return 1 if target is not None and not serving else 0


def _row(text: str, comparison: Comparison) -> tuple[str, str]:
    """Say what a tag asks for, and which end of its kind it is."""
    words = []
    if "-" not in text:
        needs = dict.fromkeys(tag.need.words for tag in map(parse_platform, text.split(".")) if tag.need)
        words += [" or ".join(needs)] if needs else []
    others = [other for group in comparison.same if text in group for other in group if other != text]
    words += [f"the same as {', '.join(others)}"] if others else []
    if not (text in comparison.oldest and text in comparison.newest):
        words += ["oldest"] if text in comparison.oldest else []
        words += ["newest"] if text in comparison.newest else []
    return text, "; ".join(words)
