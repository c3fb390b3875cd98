"""A copy of what choosing needs, in a package of another name, with nothing else on the path."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "manytags"
PAGE = (ROOT / "docs" / "how-to" / "vendor.md").read_text(encoding="utf-8")
#: What the page says to copy.
LISTED = PAGE.partition("```text\n")[2].partition("```")[0].split()

USES = """
import sys
from private._vendor import manytags as m

there = m.target("3.12", "debian-12-arm64", m.TagOptions(linux_first=False))
names = ["a-1-cp312-cp312-manylinux_2_28_aarch64.whl", "a-1-py3-none-any.whl", "a-1-cp312-cp312-win32.whl"]
assert m.best(names, there) == names[0]
assert m.sort(names, m.target("3.13t", "macos-14")) == names[1:2]
assert m.rank(names[0], there) == 8
import os
if hasattr(os, "fork"):
    child = os.fork()
    if not child:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
here = m.detect()
assert m.rank("a-1-py3-none-any.whl", here) is not None
assert m.platform_tags() == here.platform_tags()
assert m.Target.from_json(here.to_json()) == here
assert m.target_from_facts(m.Facts.from_json(m.probe().to_json())) == here
assert m.detect(sys.executable).platform == here.platform
assert m.target_from_tags(["py3-none-any"]).triples() == ("py3-none-any",)
assert m.target_from_pip(["macosx_11_0_arm64"], python_version="3").pure_tags()[0] == "cp3-none-any"
assert m.parse_wheel_filename(names[0]).name == "a"
assert m.parse_platform("manylinux2014_x86_64") <= m.parse_platform("manylinux_2_28_x86_64")
assert len(m.platform_names()) > 900
for system in ("win-64", "osx-64", "ios-arm64", "android-arm64", "wasm32-pyodide2025", "freebsd_14_1_release_amd64"):
    assert m.target("3.13", system).triples()
try:
    m.audit
except ModuleNotFoundError:
    pass
else:
    raise AssertionError("audits were copied")
print(*sorted(name for name in sys.modules if "manytags" in name.partition(".")[0] or ".manytags" in name))
"""


def copied() -> list[Path]:
    """List the modules that the page says to copy."""
    paths = [PACKAGE / name for name in LISTED]
    return sorted(module for path in paths for module in (path.rglob("*.py") if path.is_dir() else [path]))


def imported(path: Path) -> set[Path]:
    """List the modules of manytags that a module imports at any time, but not for annotations alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    annotations = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level and id(node) not in annotations:
            folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            names = [folder, *(folder / name.name for name in node.names)]
            modules |= {file for name in names for file in (name.with_suffix(".py"), name / "__init__.py")}
    return {module for module in modules if module.exists()}


def test_the_page_lists_what_there_is() -> None:
    """Who copies a list with a mistake in it finds out when a user's installation fails."""
    assert len(LISTED) > 8
    assert all((PACKAGE / name).exists() for name in LISTED)
    modules = copied()
    limits = re.search(r"fewer than (\d+) files and (\d+) kilobytes", PAGE)
    assert limits
    assert len(modules) < int(limits[1])
    assert sum(module.stat().st_size for module in modules) < 1_000 * int(limits[2])


@pytest.mark.parametrize("module", copied(), ids=lambda module: module.relative_to(PACKAGE).as_posix())
def test_nothing_else_is_imported(module: Path) -> None:
    """An import of the audits would make every installer carry them."""
    if module != PACKAGE / "__init__.py":
        assert imported(module) <= set(copied())


def test_a_copy_works_under_another_name(tmp_path: Path) -> None:
    """``pip._vendor.manytags`` must not need a manytags, or a packaging, that is installed beside it."""
    home = tmp_path / "private" / "_vendor" / "manytags"
    home.mkdir(parents=True)
    for folder in (home.parent, home.parents[1]):
        (folder / "__init__.py").write_text("", encoding="utf-8")
    for name in LISTED:
        if (PACKAGE / name).is_dir():
            shutil.copytree(PACKAGE / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (home / name).parent.mkdir(exist_ok=True)
            shutil.copy(PACKAGE / name, home / name)
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{USES}"
    done = subprocess.run([sys.executable, "-ISB", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name.startswith("private._vendor.manytags") for name in done.stdout.split()), done.stdout
