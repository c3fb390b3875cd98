"""Each platform family, kind of tag and architecture has one place: whoever adds one must not search for the others.

Everything here is read from the source text, as in ``test_layers.py``.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from manytags.audits.remarks import RemarkKind
from manytags.audits.rules import ViolationKind
from manytags.cli import BARE, COMMANDS
from manytags.loaders.missing import MissingKind
from manytags.platforms.linux.architectures import architectures

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "manytags"
#: The public list names everything.
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)
#: The room that may tell kinds of tags apart.
FAMILIES = "platforms/"

#: The files that may name a family or an architecture.
MOST_FILES = 3
#: Architectures of which rules of other systems and of pip speak too, and those of whose names 32-bit Arm has several.
FREQUENT = {"x86_64", "aarch64", "armv6l", "armv7l", "armv8l", "i686"}


@cache
def source(module: str) -> str:
    """Read a module once."""
    return (PACKAGE / module).read_text(encoding="utf-8")


@cache
def tree(module: str) -> ast.Module:
    """Parse a module once."""
    return ast.parse(source(module), module)


@cache
def code_of(module: str) -> str:
    """Return a module's code without its docstrings, which show examples."""
    copy = ast.parse(source(module), module)
    for node in ast.walk(copy):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.unparse(copy)


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


@cache
def tag_classes() -> dict[str, str]:
    """List the classes of platform tags, each with its module."""
    classes = {
        node.name: (module, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ClassDef)
    }
    derived = {"PlatformTag"}
    while more := {name for name, (_, bases) in classes.items() if bases & derived} - derived:
        derived |= more
    return {name: classes[name][0] for name in derived - {"PlatformTag"}}


def test_there_are_tag_classes() -> None:
    """If none were seen, nothing below would be checked."""
    assert {"Manylinux", "Windows", "OtherPlatform"} <= set(tag_classes())


@pytest.mark.parametrize("name", sorted(tag_classes()))
def test_a_kind_of_tag_is_named_in_few_files(name: str) -> None:
    """Outside the file of its family, code asks the tag and does not look at its class."""
    files = [module for module in MODULES if name in mentioned(tree(module)) and module != tag_classes()[name]]
    assert len(files) <= MOST_FILES, files


@pytest.mark.parametrize("name", [row.name for row in architectures() if row.name not in FREQUENT])
def test_an_architecture_is_named_in_few_files(name: str) -> None:
    """All facts about an architecture are derived from its line in the table."""
    files = [module for module in MODULES if re.search(rf"\b{name}\b", code_of(module))]
    assert len(files) <= MOST_FILES, files


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith(FAMILIES)])
def test_kinds_of_tags_are_told_apart_by_themselves(module: str) -> None:
    """A ladder of ``isinstance`` is a place to forget the next kind of tag."""
    ladders = {
        f"{getattr(piece, 'name', 'line')}:{piece.lineno}": sorted(mentioned(piece) & set(tag_classes()))
        for piece in pieces(tree(module))
        if len(mentioned(piece) & set(tag_classes())) > 1
    }
    assert not ladders


def test_every_command_has_a_row() -> None:
    """A command that is in no list cannot be run, and one without a file fails for its first user."""
    files = {
        Path(module).stem.replace("_", "-")
        for module in MODULES
        if module.startswith("cli/")
        and {"add_options", "run"} <= {node.name for node in tree(module).body if isinstance(node, ast.FunctionDef)}
    }
    assert files == {*COMMANDS, BARE}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_reference(command: str) -> None:
    """Who looks for what manytags can do reads the reference."""
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert re.search(rf"`manytags {command}[ `]", text)


@pytest.mark.parametrize("kind", [*ViolationKind, *RemarkKind, *MissingKind], ids=repr)
def test_every_kind_of_result_is_shown_by_a_test(kind: ViolationKind | RemarkKind | MissingKind) -> None:
    """A rule without an example may never be applied, and nobody would know."""
    by_text = rf"(?:: |[\"']|^ {{4}}){re.escape(kind.value)}\b"
    shown = re.compile(rf"{type(kind).__name__}\.{kind.name}\b|{by_text}", re.MULTILINE)
    rooms = [ROOT / "tests" / room for room in ("audits", "loaders", "hostile")]
    tests = [path for room in rooms for path in (*room.glob("*.py"), *room.glob("snapshots/*.txt"))]
    assert any(shown.search(path.read_text(encoding="utf-8")) for path in tests)
