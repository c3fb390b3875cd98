"""Options that several commands share, and the machines that these options name."""

from __future__ import annotations

import argparse
import os

from ..errors import InvalidInput
from ..hosts import Facts
from ..targets import Target
from .files import BadArgumentsError, read_text, spoken_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

#: What ``manytags --json`` adds to a target, for readers that do not work out tags.
ADDED_KEYS = ("build_tag", "tags")
#: The options that name a machine.
_MACHINES = ("python", "facts", "target", "target_file")


def add_flag(parser: argparse._ActionsContainer, name: str, purpose: str) -> None:
    """Add an option without a value."""
    parser.add_argument(name, action="store_true", default=False, help=purpose)


def add_list(parser: argparse._ActionsContainer, name: str, metavar: str, dest: str, purpose: str) -> None:
    """Add an option whose values are collected in a list."""
    parser.add_argument(
        name, metavar=metavar, dest=dest, action="append", default=[], help=f"{purpose}; may be repeated"
    )


def add_facts_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for a machine that was probed."""
    _add_facts_options(parser.add_argument_group("which machine, if not this one").add_mutually_exclusive_group())


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for a machine that was probed or is described."""
    group = parser.add_argument_group("which machine, if not this one")
    choice = group.add_mutually_exclusive_group()
    _add_facts_options(choice)
    choice.add_argument(
        "--target", metavar="NAME", help="a platform tag, a triple, or a name like debian-12-arm64, osx-64"
    )
    choice.add_argument(
        "--target-file", metavar="FILE", help="a target as manytags or pex writes it, or a build-details.json"
    )
    group.add_argument("--python-version", metavar="VERSION", help="the Python of --target, like 3.12, cp312 or 3.13t")


def _add_facts_options(choice: argparse._MutuallyExclusiveGroup) -> None:
    choice.add_argument("--python", metavar="EXE", help="another interpreter: a path, or a command on PATH")
    choice.add_argument("--facts", metavar="FILE", help="facts that `manytags facts --json` wrote on that machine")


def add_host_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for a machine whose files can be read."""
    group = parser.add_argument_group("which host, if not this one")
    group.add_argument("--python", metavar="EXE", help="another interpreter: a path, within --root if that is given")
    group.add_argument(
        "--root", default=None, metavar="DIR", help="the host's files: a sysroot, an unpacked image, a Nix closure"
    )


def add_machine_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for several machines."""
    add_list(parser, "--for", "NAME:PYTHON", "machines", "a machine, like debian-12-arm64:3.12")
    parser.add_argument(
        "--targets",
        metavar="FILE",
        default=None,
        help="machines in a file: one NAME:PYTHON per line, or a JSON list of targets",
    )


def choose_facts(arguments: argparse.Namespace) -> Facts:
    """Return the facts of the machine that the arguments name.

    :raises ManytagsError: they name several machines, or one that cannot be probed.
    """
    _refuse_two(arguments)
    for option in ("target", "target_file"):
        if getattr(arguments, option, None) is not None:
            raise BadArgumentsError(f"{spelled(option)} describes a machine, so there are no facts")
    if arguments.facts is not None:
        return _parse(arguments.facts, read_text(arguments.facts), Facts.from_json)
    if arguments.python is not None:
        from ..hosts.ask import probe

        return probe(find_on_path(arguments.python))
    from ..hosts.probe import observe

    return Facts(*observe())


def choose_target(arguments: argparse.Namespace) -> tuple[Target, Facts | None]:
    """Return the target that the arguments name, and the facts it was inferred from if it was probed.

    :raises ManytagsError: the arguments name several machines, or one that does not exist.
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
        return _read_target(arguments.target_file), None
    from ..hosts import target_from_facts

    facts = choose_facts(arguments)
    return target_from_facts(facts), facts


def choose_host(arguments: argparse.Namespace) -> tuple[str | None, str | None]:
    """Return the interpreter and the root that the arguments name.

    :raises BadArgumentsError: the arguments describe a machine, whose files cannot be read.
    """
    for option in ("facts", "target", "target_file", "python_version"):
        if getattr(arguments, option, None) is not None:
            raise BadArgumentsError(f"{spelled(option)} describes a machine; use --root for another host's files")
    python: str | None = arguments.python
    if python is not None and arguments.root is None:
        python = find_on_path(python)
    return python, arguments.root


def choose_machines(arguments: argparse.Namespace) -> dict[str, Target]:
    """Return the targets that the arguments name with --for and --targets, by name.

    :raises ManytagsError: a machine does not exist, or is named by another option.
    """
    if not is_here(arguments):
        raise BadArgumentsError(f"the machines of `{arguments.command}` are named by --for and --targets")
    machines: dict[str, Target] = {name: _named_target(name) for name in arguments.machines}
    if arguments.targets is None:
        return machines
    text = read_text(arguments.targets)
    if text.lstrip()[:1] == "[":
        machines.update((str(target), target) for target in _read_targets(arguments.targets, text))
    else:
        names = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        machines.update((name, _named_target(name)) for name in names)
    if not machines:
        raise BadArgumentsError(f"{arguments.targets!r} names no machine")
    return machines


def is_here(arguments: argparse.Namespace) -> bool:
    """Whether the arguments name no other machine."""
    return not _given(arguments)


def find_on_path(executable: str) -> str:
    """Look up a bare command on PATH, like a shell."""
    if os.path.dirname(executable):
        return executable
    from shutil import which

    return which(executable) or executable


def _given(arguments: argparse.Namespace) -> list[str]:
    return [option for option in _MACHINES if getattr(arguments, option, None) is not None]


def _refuse_two(arguments: argparse.Namespace) -> None:
    # argparse does not notice if one of them comes before the command and the other after it.
    given = _given(arguments)
    if len(given) > 1:
        raise BadArgumentsError(f"{spelled(given[0])} and {spelled(given[1])} name two machines; choose one")


def spelled(option: str) -> str:
    """Return an option as users write it."""
    return "--" + option.replace("_", "-")


def _read_target(path: str) -> Target:
    """Read a target that manytags wrote, with or without what ``manytags --json`` adds, or that another tool wrote."""
    text = _without_added_keys(read_text(path))
    if '"compatible_tags"' in text:
        from ..targets.pex import target_from_pex

        return _parse(path, text, target_from_pex)
    if '"schema_version"' in text:
        from ..hosts.build_details import target_from_build_details

        return _parse(path, text, target_from_build_details)
    return _parse(path, text, Target.from_json)


def _parse(path: str, text: str, from_json: Callable[[str], T]) -> T:
    try:
        return from_json(text)
    except InvalidInput as error:
        if error.text != text:
            raise  # it quotes the part that is wrong
        raise type(error)(spoken_path(path), error.reason) from None


def _without_added_keys(text: str) -> str:
    import json

    from ..documents import MAX_TEXT

    try:
        content = json.loads(text) if len(text) <= MAX_TEXT else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return text  # the parser of targets says what is wrong
    return json.dumps({key: value for key, value in content.items() if key not in ADDED_KEYS})


def _named_target(text: str) -> Target:
    from ..targets.named import target

    name, colon, python = text.rpartition(":")
    if not colon:
        raise BadArgumentsError(f"{text[:100]!r} is not NAME:PYTHON, such as debian-12-arm64:3.12")
    return target(python, name)


def _read_targets(path: str, text: str) -> list[Target]:
    import json

    try:
        return [Target.from_json(json.dumps(item)) for item in json.loads(text)]
    except (InvalidInput, ValueError, RecursionError) as error:
        reason = error.reason if isinstance(error, InvalidInput) else error
        raise BadArgumentsError(f"{path!r} is not a list of targets: {reason}") from None
