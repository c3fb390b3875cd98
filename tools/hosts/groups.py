"""The groups of environments, each of which is the table of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from . import freethreaded, here, musl, proofs, pyodide, pypy, sysroots, vm, x32
from .machines import Machine
from .proofs import Trial

MACHINES: dict[str, Callable[[], Iterator[Machine]]] = {
    "sysroots": sysroots.machines,
    "pypy": pypy.machines,
    "musl": musl.machines,
    "vm": vm.machines,
    "freethreaded": freethreaded.machines,
    "pyodide": pyodide.machines,
    "x32": x32.machines,
    "here": here.machines,
}


def _trials() -> Iterator[Trial]:
    """Return the wheels that are tried in machines of the other groups, except for this machine."""
    tables = (table for name, table in MACHINES.items() if name != "here")
    return proofs.trials({machine.name: machine for table in tables for machine in table()})


GROUPS: dict[str, Callable[[], Iterator[Machine | Trial]]] = {**MACHINES, "proofs": _trials}


def chosen(names: Iterable[str]) -> list[Machine | Trial]:
    """Return the machines and trials of groups, or single ones, by name.

    :raises LookupError: a name is not that of a group, machine or trial.
    """
    selected: list[Machine | Trial] = []
    for name in names:
        if name in GROUPS:
            selected += GROUPS[name]()
            continue
        everything = (machine for table in GROUPS.values() for machine in table())
        machine = next((machine for machine in everything if machine.name == name), None)
        if machine is None:
            message = f"no group or environment is named {name!r}: the groups are {', '.join(GROUPS)}"
            raise LookupError(message)
        selected.append(machine)
    return selected
