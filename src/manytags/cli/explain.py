"""``manytags explain FILE...``: why a wheel fits a machine, or why not."""

from __future__ import annotations

from .layout import printable
from .target_choice import add_target_options, choose_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a wheel file name; a path counts by its last part")
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain each file; the status is 0 where all of them fit, 1 where one does not."""
    from ..choose.explain import explain

    target, _ = choose_target(arguments)
    found = [explain(file.replace("\\", "/").rpartition("/")[2], target) for file in arguments.files]
    if arguments.json:
        import json

        print(json.dumps([explanation.to_data() for explanation in found], indent=2))
    else:
        print(printable(str(target)))
        for explanation in found:
            print()
            print(printable(explanation.filename))
            print("\n".join(f"  {printable(line)}" for line in str(explanation).splitlines()))
    return 0 if all(found) else 1
