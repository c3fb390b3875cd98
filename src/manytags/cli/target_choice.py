"""The options by which every command is told what it is about: this machine, or another one."""

from __future__ import annotations

import os

from ..errors import ManytagsError
from ..hosts import Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..targets import Target


class BadArgumentsError(ManytagsError):
    """Arguments that do not go together, or a file among them that cannot be read."""


def add_facts_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a machine that was seen."""
    _add_facts_options(parser.add_argument_group("which machine, if not this one").add_mutually_exclusive_group())


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a machine, seen or described."""
    group = parser.add_argument_group("which machine, if not this one")
    choice = group.add_mutually_exclusive_group()
    _add_facts_options(choice)
    choice.add_argument(
        "--target", metavar="NAME", help="a platform tag, a triple or a release such as debian-12-arm64"
    )
    choice.add_argument(
        "--target-file", metavar="FILE", help="the target in this file: of manytags, of pex, or a build-details.json"
    )
    group.add_argument(
        "--python-version", metavar="VERSION", help="the Python of --target, such as 3.12, cp312 or 3.13t"
    )


def _add_facts_options(choice: argparse._MutuallyExclusiveGroup) -> None:
    choice.add_argument("--python", metavar="EXE", help="another interpreter: a path, or a command to be found on PATH")
    choice.add_argument("--facts", metavar="FILE", help="the machine of this file, from `manytags facts --json`")


def choose_facts(arguments: argparse.Namespace) -> Facts:
    """Look at the machine that the arguments name.

    :raises ManytagsError: they name several or a described one, or it cannot be seen.
    """
    _refuse_two(arguments)
    for option in ("target", "target_file"):
        if getattr(arguments, option, None) is not None:
            raise BadArgumentsError(f"{_spelled(option)} describes a machine; there are no facts")
    if arguments.facts is not None:
        from .files import read_facts

        return read_facts(arguments.facts)
    if arguments.python is not None:
        from ..hosts.facts import probe

        return probe(found_on_path(arguments.python))
    from ..hosts.probe import observe

    return Facts(*observe())


def choose_target(arguments: argparse.Namespace) -> tuple[Target, Facts | None]:
    """Find out the target that the arguments name, and the facts that it follows from where it was seen.

    :raises ManytagsError: they name several, or one that there is not.
    """
    _refuse_two(arguments)
    if arguments.target is not None:
        from ..targets.named import target

        if arguments.python_version is None:
            raise BadArgumentsError("--target needs --python-version, such as 3.12")
        return target(arguments.python_version, arguments.target), None
    if arguments.python_version is not None:
        raise BadArgumentsError("--python-version belongs to --target")
    if arguments.target_file is not None:
        from .files import read_target

        return read_target(arguments.target_file), None
    from ..hosts import target_from_facts

    facts = choose_facts(arguments)
    return target_from_facts(facts), facts


def is_here(arguments: argparse.Namespace) -> bool:
    """Whether the arguments name no other machine."""
    return not _given(arguments)


def _given(arguments: argparse.Namespace) -> list[str]:
    options = ("python", "facts", "target", "target_file")
    return [option for option in options if getattr(arguments, option, None) is not None]


def _refuse_two(arguments: argparse.Namespace) -> None:
    # argparse does not see that one stands before the command and one behind it.
    given = _given(arguments)
    if len(given) > 1:
        raise BadArgumentsError(f"{_spelled(given[0])} and {_spelled(given[1])} name two machines; choose one")


def _spelled(option: str) -> str:
    return "--" + option.replace("_", "-")


def found_on_path(executable: str) -> str:
    """Find a bare command on PATH, as a shell does."""
    if os.path.dirname(executable):
        return executable
    from shutil import which

    return which(executable) or executable
