"""The shape of the library: who may import whom, who may look at the machine, and how long a module may get.

Everything here is read off the source text; nothing of manytags is imported.
"""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "src" / "manytags"

#: Modules that every room may import, lowest first, then the rooms: each imports only what stands before it.
GROUND = ("errors", "documents")
ROOMS = ("tags", "platforms", "targets", "hosts", "choose", "binaries", "loaders", "audits", "indexes", "cli")
#: The public face loads names from everywhere, and `python -m manytags` is the command line.
FACE = ("__init__", "__main__")

#: What reaches out of a process: modules, and calls that need no import.
OUTSIDE_MODULES = {
    "_manylinux", "ctypes", "glob", "io", "locale", "mmap", "os", "pathlib", "platform", "shutil", "site", "socket",
    "subprocess", "sys", "sysconfig", "tempfile",
}  # fmt: skip
OUTSIDE_CALLS = {"open", "__import__", "exec", "eval", "input", "print"}

#: The only ones that may, and why. A path that ends in "/" is a whole room.
MAY_LOOK = {
    "__init__.py": "imports the module behind a public name when that is first used (PEP 562)",
    "__main__.py": "ends the process with a status",
    "hosts/probe.py": "sees the interpreter and machine it runs on, and imports _manylinux as PEP 600 demands",
    "hosts/probe_libc.py": "the same: asks the C library by ctypes, reads the maps of its own process",
    "hosts/probe_systems.py": "the same: versions of macOS, iOS, Android and Pyodide",
    "hosts/elf_header.py": "opens the executable",
    "hosts/ask.py": "starts another interpreter and reads what it prints",
    "hosts/remembered.py": "sees whether another interpreter's files have changed, and keeps its answers in a folder",
    "binaries/elf_tables.py": "asks for the byte order of this machine, which array has",
    "loaders/process.py": "finds the running interpreter, and reads LD_LIBRARY_PATH",
    "loaders/roots.py": "follows links and opens files, of this machine or below a root",
    "loaders/search.py": "makes a relative folder of a search path absolute, as loaders do",
    "loaders/host.py": "only spells paths, with os.fspath",
    "audits/archive.py": "reads members of the archive it is given, with io",
    "audits/inflate.py": "makes streams of members, with io",
    "audits/many.py": "only spells paths, with os.fspath",
    "audits/wheel.py": "opens the wheel it is given",
    "cli/": "reads arguments, the files that they name and standard input; prints",
}

LONGEST = 400

MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


@cache
def tree(module: str) -> ast.Module:
    """Parse a module once."""
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"), module)


def place(module: str) -> str:
    """Name the part that a module belongs to: a room, or a single module beside them."""
    return module.partition("/")[0].removesuffix(".py")


def nodes(module: str, for_types: bool) -> Iterator[ast.AST]:
    """Walk a module's tree, or that part of it which runs: not what stands under ``if TYPE_CHECKING``."""
    waiting: list[ast.AST] = [tree(module)]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting += [*(node.body if for_types else ()), *node.orelse]
        else:
            waiting += ast.iter_child_nodes(node)


def imported(module: str, for_types: bool = True) -> set[str]:
    """List what a module imports, absolute; ``from . import x`` counts as ``x``, since x may be a module."""
    here = ["manytags", *module.split("/")[:-1]]
    found = set()
    for node in nodes(module, for_types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level + 1]] if node.level else []
            base += node.module.split(".") if node.module else []
            found |= {".".join([*base, alias.name]) for alias in node.names}
    return found


def looks(module: str) -> set[str]:
    """List by what a module reaches out of the process when it runs."""
    modules = {name.split(".")[0] for name in imported(module, for_types=False)} & OUTSIDE_MODULES
    calls = {
        node.func.id
        for node in nodes(module, for_types=False)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OUTSIDE_CALLS
    }
    return modules | calls


def permission(module: str) -> str | None:
    """Find the entry of ``MAY_LOOK`` that a module stands under."""
    return next((path for path in MAY_LOOK if module == path or (path[-1] == "/" and module.startswith(path))), None)


def test_every_module_has_a_place() -> None:
    """A new part of the library must be put into the order before it can be used."""
    assert MODULES, f"no modules in {PACKAGE}"
    assert {place(module) for module in MODULES} <= {*GROUND, *ROOMS, *FACE}


@pytest.mark.parametrize("module", [module for module in MODULES if place(module) not in FACE])
def test_arrows_go_one_way(module: str) -> None:
    """Cycles cannot grow, and tags, targets and hosts can be understood one after the other."""
    order = [*GROUND, *ROOMS]
    mine = order.index(place(module))
    allowed = {*order[:mine], *([place(module)] if place(module) in ROOMS else [])}
    ours = {name for name in imported(module) if name.split(".")[0] == "manytags"}
    upward = {name for name in ours if name.split(".")[1] not in {*allowed, "__version__"}}
    assert not upward, f"{module} is in {place(module)!r}, which may import {sorted(allowed)}"


@pytest.mark.parametrize("module", MODULES)
def test_only_named_modules_look_at_the_machine(module: str) -> None:
    """All else is a function of its arguments, so every odd machine can be a file in the tests."""
    if permission(module) is None:
        assert not looks(module)


def test_no_permission_is_stale() -> None:
    """A permission that nobody uses would let the next reader of ``os`` in unseen."""
    for path in MAY_LOOK:
        users = [module for module in MODULES if permission(module) == path]
        assert not users or any(looks(module) for module in users), path


def stand_alone() -> list[str]:
    """List the modules that are sent to other interpreters, as ``hosts/ask.py`` does."""
    for node in tree("hosts/ask.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PROBE_MODULES":
            return [f"hosts/{name}.py" for name in ast.literal_eval(node.value)]
    raise AssertionError("hosts/ask.py has no PROBE_MODULES")


@pytest.mark.parametrize("module", stand_alone())
def test_the_probe_stands_alone(module: str) -> None:
    """The probe is handed to other interpreters as text: any CPython from 3.6 on, with nothing installed."""
    source = (PACKAGE / module).read_text(encoding="utf-8")
    ast.parse(source, module, feature_version=(3, 6))
    names = imported(module)
    foreign = {name for name in names if name.split(".")[0] not in {*sys.stdlib_module_names, "_manylinux"}}
    sent = ["manytags/" + path.removesuffix(".py") for path in stand_alone()]
    assert {name.rpartition(".")[0].replace(".", "/") for name in foreign} <= set(sent)
    assert "__future__.annotations" not in names, "came with Python 3.7"


def test_no_top_level_module_is_named_like_the_standard_library() -> None:
    """Run from inside the package's folder, Python would import ours instead of its own."""
    beside = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix in {".py", ""}}
    assert not beside & (sys.stdlib_module_names - set(FACE))


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_too_long(module: str) -> None:
    """A module that cannot be read in one sitting is two modules."""
    assert len((PACKAGE / module).read_text(encoding="utf-8").splitlines()) <= LONGEST
