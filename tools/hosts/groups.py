"""The groups of environments: which module's table each one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from . import freethreaded, here, musl, pyodide, pypy, sysroots, vm, x32
from .machines import Machine

GROUPS: dict[str, Callable[[], Iterator[Machine]]] = {
    "sysroots": sysroots.machines,
    "pypy": pypy.machines,
    "musl": musl.machines,
    "vm": vm.machines,
    "freethreaded": freethreaded.machines,
    "pyodide": pyodide.machines,
    "x32": x32.machines,
    "here": here.machines,
}


def chosen(names: Iterable[str]) -> list[Machine]:
    """The machines of groups, or single ones, by name.

    :raises LookupError: a name is neither a group's nor a machine's.
    """
    found: list[Machine] = []
    for name in names:
        if name in GROUPS:
            found += GROUPS[name]()
            continue
        everything = (machine for table in GROUPS.values() for machine in table())
        machine = next((machine for machine in everything if machine.name == name), None)
        if machine is None:
            message = f"no group or environment is named {name!r}: the groups are {', '.join(GROUPS)}"
            raise LookupError(message)
        found.append(machine)
    return found
