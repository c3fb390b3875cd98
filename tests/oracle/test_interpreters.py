"""The list of the running interpreter, and of every other CPython on this machine, is packaging's ``sys_tags()``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import packaging
import packaging.tags
import pytest

import manytags

from . import peer

MINORS = range(10, 16)

QUESTION = "import os, sys; print(sys.implementation.name, sys.version_info[1], os.path.realpath(sys.executable))"

PROGRAM = """
import packaging.tags, manytags, sys
ours, theirs = [str(tag) for tag in manytags.sys_tags()], [str(tag) for tag in packaging.tags.sys_tags()]
assert len(theirs) > 20
assert ours == theirs, [pair for pair in zip(ours, theirs) if pair[0] != pair[1]][:3]
print(sys.version_info[:2])
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder from which any interpreter can import manytags and packaging, and nothing else."""
    folder = tmp_path_factory.mktemp("libraries")
    for module in (manytags, packaging):
        source = Path(module.__file__ or "").parent
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def interpreters(minor: int) -> list[str]:
    """Find the CPythons of a minor version: those on the PATH, and pyenv's, which its shims may hide."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [shutil.which(f"python3.{minor}"), *map(str, sorted(pyenv.glob(f"3.{minor}.*/bin/python")))]
    by_version: dict[str, str] = {}
    for candidate in filter(None, candidates):
        answer = subprocess.run([candidate, "-I", "-c", QUESTION], capture_output=True, text=True, check=False)
        name, _, rest = answer.stdout.strip().partition(" ")
        if answer.returncode == 0 and name == "cpython" and rest.partition(" ")[0] == str(minor):
            by_version.setdefault(rest.partition(" ")[2], candidate)
    return list(by_version.values())


@peer.needs_newest
def test_the_running_interpreters_list_is_packagings() -> None:
    """Users who change from packaging to manytags must not notice."""
    assert list(manytags.sys_tags()) == list(packaging.tags.sys_tags())
    assert list(manytags.platform_tags()) == list(packaging.tags.platform_tags())


@peer.needs_newest
@pytest.mark.parametrize("minor", MINORS)
def test_every_cpython_heres_list_is_packagings(libraries: Path, minor: int) -> None:
    """Other Pythons are built differently: manytags and packaging must agree when each of them runs both."""
    executables = interpreters(minor)
    if not executables:
        pytest.skip(f"no CPython 3.{minor} on this machine")
    for interpreter in executables:
        done = subprocess.run(
            [interpreter, "-s", "-S", "-B", "-c", PROGRAM],
            env={**os.environ, "PYTHONPATH": str(libraries)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (interpreter, done.stderr)
        assert done.stdout.strip() == f"(3, {minor})"


@peer.needs_newest
@pytest.mark.parametrize("minor", MINORS)
def test_another_cpythons_list_asked_from_here_is_packagings_there(libraries: Path, minor: int) -> None:
    """``detect(executable)`` must return what that interpreter itself would return."""
    executables = interpreters(minor)
    if not executables:
        pytest.skip(f"no CPython 3.{minor} on this machine")
    program = "import packaging.tags; print(*packaging.tags.sys_tags())"
    for interpreter in executables:
        done = subprocess.run(
            [interpreter, "-s", "-S", "-B", "-c", program],
            env={**os.environ, "PYTHONPATH": str(libraries)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert list(manytags.detect(interpreter).triples()) == done.stdout.split()


def test_the_search_finds_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that finds no interpreter would skip every test, and a wrong one would compare different Pythons."""
    (tmp_path / "python3.99").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreters(99) == []
    minor = sys.version_info.minor
    (tmp_path / f"python3.{minor}").symlink_to(sys.executable)
    expected = sys.implementation.name == "cpython"
    assert (str(tmp_path / f"python3.{minor}") in interpreters(minor)) is expected
