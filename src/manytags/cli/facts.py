"""``manytags facts``: what was observed on a machine, and where."""

from __future__ import annotations

import argparse

from ..hosts import Facts
from .files import BadArgumentsError
from .layout import columns
from .target_choice import add_facts_options, add_flag, choose_facts, is_here


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON, which --facts reads; include it in a bug report about a wrong tag",
    )
    add_flag(parser, "--script", "print a script that observes a machine without manytags, with any Python from 3.6 on")
    add_facts_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the facts as a table or as JSON, or print the script that collects them."""
    if arguments.script:
        from ..hosts.ask import probe_script

        if arguments.json or not is_here(arguments):
            raise BadArgumentsError("--script prints a script; it cannot be combined with other options")
        print(probe_script(), end="")
        return 0
    facts = choose_facts(arguments)
    print(facts.to_json() if arguments.json else "\n".join(table(facts)))
    return 0


def table(facts: Facts) -> list[str]:
    """Lay facts out in a table: name, value, and where the value was seen."""
    rows = [("fact", "value", "where it was seen")]
    above = ""
    for name in facts.names():
        where = facts.seen(name)
        rows.append((name, value_text(facts, name), "as above" if where == above else where))
        above = where
    return columns(rows)


def value_text(facts: Facts, name: str) -> str:
    """Write a fact for people: flags in hexadecimal, yes and no, machines with their names."""
    value = facts.get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        if name == "elf_machine":
            from ..platforms.linux.table import machine_name

            return f"{value} ({machine_name(value)})"
        return f"0x{value:08x}" if name == "elf_flags" else str(value)
    if isinstance(value, tuple):
        separator = "; " if name in {"unseen", "manylinux_failed"} else ", "
        value = separator.join(value)
    return "not known" if value is None else str(value) or "(empty)"
