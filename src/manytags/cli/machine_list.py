"""The options that name several machines: one after the other, or in a file."""

from __future__ import annotations

import json

from ..errors import InvalidInput
from ..targets import Target
from .target_choice import BadArgumentsError, is_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_machine_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
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


def named_machines(arguments: argparse.Namespace) -> dict[str, Target]:
    """Find the machines that the arguments name, or none.

    :raises ManytagsError: there is no such machine, or the arguments name one in another way.
    """
    if not is_here(arguments):
        raise BadArgumentsError(f"the machines of `{arguments.command}` are named by --for and --targets")
    machines: dict[str, Target] = {name: _described(name) for name in arguments.machines}
    if arguments.targets is None:
        return machines
    from .files import read_text

    text = read_text(arguments.targets)
    if text.lstrip()[:1] == "[":
        for target in _from_json(arguments.targets, text):
            machines[str(target)] = target
    else:
        names = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        machines.update((name, _described(name)) for name in names)
    if not machines:
        raise BadArgumentsError(f"{arguments.targets!r} names no machine")
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
