"""``manytags explain FILE...``: why a wheel fits a machine, or why not."""

from __future__ import annotations

import argparse

from ..choose.explain import Explanation, explain
from ..choose.reasons import ReasonKind
from ..choose.sdists import SDISTS
from .files import last_part
from .layout import print_json, printable
from .target_choice import add_target_options, choose_target


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a wheel file name, or a path that ends in one")
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.add_argument("--pip", metavar="VERSION", default=None, help="the pip that is to install them, like 20.2.4")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain each file; the status is 0 if all fit, 1 if one does not or the pip passes it over, 2 if one is no file.

    An sdist is an answer too, but a text that is not the name of a wheel is bad input.
    """
    target, _ = choose_target(arguments)
    explanations = [explain(last_part(file), target, pip=arguments.pip) for file in arguments.files]
    if arguments.json:
        print_json([explanation.to_data() for explanation in explanations])
    else:
        print(printable(str(target)))
        for explanation in explanations:
            print()
            print(printable(explanation.filename))
            print("\n".join(f"  {printable(line)}" for line in str(explanation).splitlines()))
    if any(_is_bad(explanation) for explanation in explanations):
        return 2
    return 0 if all(item and not item.passed_over for item in explanations) else 1


def _is_bad(explanation: Explanation) -> bool:
    kinds = [reason.kind for reason in explanation.reasons]
    return ReasonKind.NOT_A_WHEEL in kinds and not explanation.filename.endswith(SDISTS)
