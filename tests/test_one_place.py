"""Each platform family, kind of tag and architecture has one place: whoever adds one must not search for the others.

Everything here is read from the source text, as in ``test_layers.py``.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "src" / "manytags"
#: The public list names everything.
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)
#: The room that may tell kinds of tags apart.
FAMILIES = "platforms/"

#: Every class of platform tags; a new one is found by :func:`test_the_list_of_tag_classes_is_whole`.
TAG_CLASSES = {
    *("Manylinux", "Musllinux", "Linux", "MacOS", "IOS", "Android", "Windows"),
    *("LinuxTag", "Pyemscripten", "Pyodide", "Emscripten", "OtherPlatform", "AnyPlatform"),
}
#: The files that may name a family or an architecture.
MOST_FILES = 3


@cache
def source(module: str) -> str:
    """Read a module once."""
    return (PACKAGE / module).read_text(encoding="utf-8")


@cache
def tree(module: str) -> ast.Module:
    """Parse a module once."""
    return ast.parse(source(module), module)


def mentioned(node: ast.AST) -> set[str]:
    """List the names that code mentions: imported, defined or used, in annotations that are strings too."""
    names = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            names.add(child.id)
        elif isinstance(child, ast.Attribute):
            names.add(child.attr)
        elif isinstance(child, ast.alias):
            names |= {*child.name.split("."), child.asname or ""}
        elif isinstance(child, ast.ClassDef):
            names.add(child.name)
        for annotation in (getattr(child, "annotation", None), getattr(child, "returns", None)):
            if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
                names |= mentioned(ast.parse(annotation.value, mode="eval"))
    return names


def pieces(node: ast.Module | ast.ClassDef) -> Iterator[ast.stmt]:
    """Walk the functions of a module and of its classes, and the statements outside of them; imports do not count."""
    for statement in node.body:
        if isinstance(statement, ast.ClassDef):
            yield from pieces(statement)
        elif isinstance(statement, ast.If):
            yield from pieces(ast.Module([*statement.body, *statement.orelse], []))
        elif not isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement


def test_the_list_of_tag_classes_is_whole() -> None:
    """A kind of tag that is missing here could be told apart anywhere."""
    classes = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ClassDef)
    }
    derived = {"PlatformTag"}
    while more := {name for name, bases in classes.items() if bases & derived} - derived:
        derived |= more
    assert {name for name in derived - {"PlatformTag"} if not name.startswith("_")} == TAG_CLASSES


def test_a_family_is_named_in_few_files() -> None:
    """Outside its own file and the registry, code asks the tag, not for its class."""
    files = [module for module in MODULES if "Windows" in mentioned(tree(module))]
    assert len(files) <= MOST_FILES, files


def test_an_architecture_is_named_in_few_files() -> None:
    """All facts about an architecture are derived from its line in the table."""
    files = [module for module in MODULES if "loongarch64" in source(module)]
    assert len(files) <= MOST_FILES, files


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith(FAMILIES)])
def test_kinds_of_tags_are_told_apart_by_themselves(module: str) -> None:
    """A ladder of ``isinstance`` is a place to forget the next kind of tag."""
    ladders = {
        f"{getattr(piece, 'name', 'line')}:{piece.lineno}": sorted(mentioned(piece) & TAG_CLASSES)
        for piece in pieces(tree(module))
        if len(mentioned(piece) & TAG_CLASSES) > 1
    }
    assert not ladders
