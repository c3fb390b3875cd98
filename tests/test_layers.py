"""The shape of the library: which modules import which, which look at the machine, and how long a module may be.

All of this is read from the source text; nothing of manytags is imported.
"""

from __future__ import annotations

import ast
import os
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "manytags"
DESIGN = ROOT / "docs" / "explanation" / "design.md"

#: Modules that every room may import, lowest first, then the rooms. Each imports only those before it.
GROUND = ("errors", "documents", "forks")
ROOMS = ("tags", "platforms", "targets", "hosts", "choose", "binaries", "loaders", "audits", "indexes", "cli")
#: The public face loads names from every room, and `python -m manytags` is the command line.
FACE = ("__init__", "__main__")

#: The modules that reach out of the process, and the calls that do so without an import.
OUTSIDE_MODULES = {
    "_manylinux", "ctypes", "glob", "io", "locale", "mmap", "os", "pathlib", "platform", "shutil", "site", "socket",
    "subprocess", "sys", "sysconfig", "tempfile",
}  # fmt: skip
OUTSIDE_CALLS = {"open", "__import__", "exec", "eval", "input", "print"}

#: The only modules that may look at the machine, and why. A path that ends in "/" is a whole room.
MAY_LOOK = {
    "__init__.py": "imports the module of a public name when the name is first used (PEP 562)",
    "forks.py": "drops unfinished imports from sys.modules",
    "__main__.py": "ends the process with a status",
    "platforms/__init__.py": "imports a family of platforms when it is first needed",
    "hosts/probe.py": "observes its interpreter and machine, opens executables, looks for _manylinux",
    "hosts/probe_libc.py": "asks the C library by ctypes, and reads the memory map of its own process",
    "hosts/probe_systems.py": "observes the versions of macOS, iOS, Android and Pyodide",
    "hosts/probe_manylinux.py": "imports _manylinux as PEP 600 says",
    "hosts/ask.py": "looks whether there is another interpreter",
    "hosts/child.py": "starts another interpreter, reads what it writes, and ends it",
    "hosts/remembered.py": "compares the files of another interpreter, and keeps its answers in a folder",
    "binaries/elf_image.py": "asks for the byte order of this machine, which array has",
    "loaders/process.py": "finds the running interpreter, and reads LD_LIBRARY_PATH",
    "loaders/roots.py": "follows links and opens files, of this machine or below a root",
    "loaders/search.py": "makes a relative folder of a search path absolute, as loaders do",
    "loaders/host.py": "only spells paths, with os.fspath",
    "audits/archive.py": "reads members of the archive it is given, with io",
    "audits/inflate.py": "makes streams of members, with io",
    "audits/batches.py": "asks for the sizes of the files it is given",
    "audits/log.py": "reads and appends to the file it is given, and asks whether audited files have changed",
    "audits/many.py": "only spells paths, with os.fspath",
    "audits/wheel.py": "opens the wheel it is given",
    "audits/missing.py": "takes the running interpreter where none is named, and spells paths",
    "audits/beside.py": "lists and opens the wheels and folders it is given",
    "cli/": "reads arguments, their files and standard input, and prints",
}

#: Lines of a module.
LONGEST = 350

MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def dotted(module: str) -> str:
    """Name a module as imports do: ``hosts/__init__.py`` is ``manytags.hosts``."""
    return ".".join(["manytags", *module.removesuffix(".py").split("/")]).removesuffix(".__init__")


NAMES = {dotted(module): module for module in MODULES}


@cache
def tree(module: str) -> ast.Module:
    """Parse a module once."""
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"), module)


def place(module: str) -> str:
    """Name the room of a module, or the module itself if it is in no room."""
    return module.partition("/")[0].removesuffix(".py")


def nodes(module: str, for_types: bool) -> Iterator[ast.AST]:
    """Walk the tree of a module, with or without the code under ``if TYPE_CHECKING``."""
    waiting: list[ast.AST] = [tree(module)]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting += [*(node.body if for_types else ()), *node.orelse]
        else:
            waiting += ast.iter_child_nodes(node)


def imported(module: str, for_types: bool = True) -> set[str]:
    """List the absolute names that a module imports; ``from . import x`` counts as ``x``, since x may be a module."""
    here = ["manytags", *module.split("/")[:-1]]
    names = set()
    for node in nodes(module, for_types):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level + 1]] if node.level else []
            base += node.module.split(".") if node.module else []
            names |= {".".join([*base, alias.name]) for alias in node.names}
    return names


@cache
def imports(name: str) -> frozenset[str]:
    """List the modules of manytags that a module imports anywhere, without the front of its own room.

    Python runs the front before any module of the room, so the front is below all of them. What it loads of its room
    when that is used is loaded later.
    """
    targets = {target if target in NAMES else target.rpartition(".")[0] for target in imported(NAMES[name])}
    return frozenset(targets & set(NAMES) - {name, name.rpartition(".")[0]})


@cache
def reached(name: str) -> frozenset[str]:
    """List the modules that a module imports, directly or through others; itself too, if it is in a circle."""
    modules: set[str] = set()
    waiting = [name]
    while waiting:
        new = imports(waiting.pop()) - modules
        modules |= new
        waiting += new
    return frozenset(modules)


def circles() -> set[frozenset[str]]:
    """List the groups of modules that import each other, directly or through others."""
    return {
        frozenset(other.removeprefix("manytags.") for other in reached(name) if name in reached(other))
        for name in NAMES
        if name in reached(name)
    }


def private_uses(module: str) -> set[str]:
    """List the private names of other modules of manytags that a module imports, or uses as an attribute."""
    private = {name for name in imported(module) if name.startswith("manytags.") and is_private(name)}
    bound = {}
    for node in nodes(module, for_types=True):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                bound[alias.asname or alias.name] = alias.name
    modules = {name for name in imported(module) if name in NAMES}
    for node in nodes(module, for_types=True):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and is_private(node.attr):
            original = bound.get(node.value.id, "")
            private |= {f"{name}.{node.attr}" for name in modules if f".{name}".endswith(f".{original}")}
    return private


def is_private(name: str) -> bool:
    """Tell whether a name begins with one underscore."""
    last = name.rpartition(".")[2]
    return last.startswith("_") and not last.startswith("__")


def drawing() -> str:
    """Draw the rooms as text: what each is, by its docstring, and which others it imports."""
    order = [part for part in (*GROUND, *ROOMS) if part in map(place, MODULES)]
    width = max(map(len, order)) + 2
    lines = []
    for part in order:
        docstring = ast.get_docstring(tree(f"{part}/__init__.py" if part in ROOMS else f"{part}.py")) or ""
        names = {name for module in MODULES if place(module) == part for name in imported(module)}
        others = {name.split(".")[1] for name in names if name.startswith("manytags.")} - {part}
        below = [other for other in order if other in others]
        lines += textwrap.wrap(
            docstring.partition("\n\n")[0], 118, initial_indent=part.ljust(width), subsequent_indent=" " * width
        )
        lines += [f"{'':{width}}imports {', '.join(below)}"] if below else []
    return "\n".join(lines)


def looks(module: str) -> set[str]:
    """List the modules and calls by which a module reaches out of the process."""
    modules = {name.split(".")[0] for name in imported(module, for_types=False)} & OUTSIDE_MODULES
    calls = {
        node.func.id
        for node in nodes(module, for_types=False)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OUTSIDE_CALLS
    }
    return modules | calls


def permission(module: str) -> str | None:
    """Find the entry of ``MAY_LOOK`` for a module."""
    return next((path for path in MAY_LOOK if module == path or (path[-1] == "/" and module.startswith(path))), None)


def test_every_module_has_a_place() -> None:
    """A new part of the library needs a place in the order before it can be used."""
    assert MODULES, f"no modules in {PACKAGE}"
    assert {place(module) for module in MODULES} <= {*GROUND, *ROOMS, *FACE}


@pytest.mark.parametrize("module", [module for module in MODULES if place(module) not in FACE])
def test_arrows_go_one_way(module: str) -> None:
    """Rooms cannot depend on each other, so tags, targets and hosts can be understood one after the other."""
    order = [*GROUND, *ROOMS]
    mine = order.index(place(module))
    allowed = {*order[:mine], *([place(module)] if place(module) in ROOMS else [])}
    ours = {name for name in imported(module) if name.split(".")[0] == "manytags"}
    upward = {name for name in ours if name.split(".")[1] not in {*allowed, "__version__"}}
    assert not upward, f"{module} is in {place(module)!r}, which may import {sorted(allowed)}"


@pytest.mark.parametrize("module", MODULES)
def test_only_named_modules_look_at_the_machine(module: str) -> None:
    """All others depend on their arguments only, so every odd machine can be a file in the tests."""
    if permission(module) is None:
        assert not looks(module)


def test_no_permission_is_stale() -> None:
    """A permission that no module uses would let the next reader of ``os`` pass unseen."""
    for path in MAY_LOOK:
        users = [module for module in MODULES if permission(module) == path]
        assert any(looks(module) for module in users), path


def stand_alone() -> list[str]:
    """List the modules that ``hosts/ask.py`` sends to other interpreters."""
    for node in tree("hosts/ask.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PROBE_MODULES":
            return [f"hosts/{name}.py" for name in ast.literal_eval(node.value)]
    raise AssertionError("hosts/ask.py has no PROBE_MODULES")


@pytest.mark.parametrize("module", stand_alone())
def test_the_probe_stands_alone(module: str) -> None:
    """The probe is sent to other interpreters as text: any CPython from 3.6 on, with no packages installed."""
    source = (PACKAGE / module).read_text(encoding="utf-8")
    ast.parse(source, module, feature_version=(3, 6))
    names = imported(module)
    foreign = {name for name in names if name.split(".")[0] not in {*sys.stdlib_module_names, "_manylinux"}}
    sent = ["manytags/" + path.removesuffix(".py") for path in stand_alone()]
    assert {name.rpartition(".")[0].replace(".", "/") for name in foreign} <= set(sent)
    assert "__future__.annotations" not in names, "came with Python 3.7"


def test_no_top_level_module_is_named_like_the_standard_library() -> None:
    """In the package's folder, Python would import ours instead of its own."""
    beside = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix in {".py", ""}}
    assert not beside & (sys.stdlib_module_names - set(FACE))


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_too_long(module: str) -> None:
    """A module that cannot be read in one sitting is two modules."""
    length = len((PACKAGE / module).read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST


def test_no_circles() -> None:
    """Modules in a circle can only be understood, tested and moved together.

    Imports inside functions and under ``TYPE_CHECKING`` count.
    """
    assert not [sorted(circle) for circle in circles()]


@pytest.mark.parametrize("module", MODULES)
def test_private_names_stay_private(module: str) -> None:
    """A name with an underscore can change without a look at other modules."""
    assert not private_uses(module)


def test_the_drawing_of_the_rooms() -> None:
    """A drawing that someone maintains by hand shows the library of last year."""
    begin, end = "<!-- layers -->\n```text\n", "\n```\n<!-- /layers -->"
    text = DESIGN.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    drawn, found, after = rest.partition(end)
    assert found, f"{DESIGN} has no markers"
    if "MANYTAGS_UPDATE_SNAPSHOTS" in os.environ:
        drawn = drawing()
        DESIGN.write_text(f"{before}{begin}{drawn}{end}{after}", encoding="utf-8")
    assert drawn == drawing(), "MANYTAGS_UPDATE_SNAPSHOTS=1 draws it anew"
