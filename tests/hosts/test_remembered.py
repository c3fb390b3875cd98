"""Other interpreters are asked once: a locker for ten of them must not start ten processes each time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import manytags

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the interpreter is a shell script that counts its starts")


class Interpreter:
    """A script that starts this Python and counts how often."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "bin" / "python"
        self._starts = folder / "starts"
        self.path.parent.mkdir()
        self.write("")

    def write(self, comment: str) -> None:
        """Write the script again."""
        self.path.write_text(f'#!/bin/sh\n# {comment}\necho >>"{self._starts}"\nexec "{sys.executable}" "$@"\n')
        self.path.chmod(0o755)

    @property
    def starts(self) -> int:
        """How many times it was started."""
        return len(self._starts.read_text().splitlines()) if self._starts.exists() else 0


@pytest.fixture
def interpreter(tmp_path: Path) -> Interpreter:
    """Return an interpreter that has not been asked."""
    manytags.clear_cache()
    return Interpreter(tmp_path)


def test_nothing_is_remembered_unasked(interpreter: Interpreter) -> None:
    """Without ``cache`` every call asks again, whatever it costs."""
    assert manytags.detect(interpreter.path) == manytags.detect(interpreter.path)
    assert interpreter.starts == 2


def test_an_unchanged_interpreter_costs_no_process(interpreter: Interpreter) -> None:
    """The second call starts nothing, until ``clear_cache``."""
    first = manytags.detect(interpreter.path, cache=True)
    assert manytags.detect(interpreter.path, cache=True) == first == manytags.detect(interpreter.path)
    assert interpreter.starts == 2  # one of them without a cache
    manytags.clear_cache()
    manytags.detect(interpreter.path, cache=True)
    assert interpreter.starts == 3


def test_a_manylinux_module_that_comes(interpreter: Interpreter) -> None:
    """A module that ``manytags hook`` wrote must have an effect once it is installed."""
    manytags.detect(interpreter.path, cache=True)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = interpreter.path.parents[1] / "lib" / version / "site-packages"
    packages.mkdir(parents=True)
    (packages / "_manylinux.py").touch()
    manytags.detect(interpreter.path, cache=True)
    assert interpreter.starts == 2


def test_a_relative_path_is_the_same_interpreter(interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two spellings of a path are the same interpreter, which must be asked once."""
    manytags.detect(interpreter.path, cache=True)
    monkeypatch.chdir(interpreter.path.parent)
    manytags.detect(os.path.join(os.curdir, "python"), cache=True)
    assert interpreter.starts == 1


@pytest.mark.parametrize("folder", [False, True], ids=["process", "folder"])
def test_a_changed_interpreter_is_asked_again(interpreter: Interpreter, tmp_path: Path, folder: bool) -> None:
    """After an upgrade in place yesterday's tags would be wrong."""
    cache = tmp_path / "cache" if folder else True
    manytags.detect(interpreter.path, cache=cache)
    interpreter.write("a newer build")
    manytags.detect(interpreter.path, cache=cache)
    assert interpreter.starts == 2
    (interpreter.path.parent.parent / "pyvenv.cfg").write_text("home = elsewhere\n")
    manytags.detect(interpreter.path, cache=cache)
    assert interpreter.starts == 3  # the environment has another base now


def test_a_folder_remembers_across_processes(interpreter: Interpreter, tmp_path: Path) -> None:
    """The answers of one run of a locker serve the next."""
    folder = tmp_path / "cache"
    first = manytags.detect(interpreter.path, cache=folder)
    manytags.clear_cache()  # as a new process would be
    again = manytags.detect(interpreter.path, cache=folder)
    assert again == first
    assert again.evidence == first.evidence
    assert interpreter.starts == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"form": 1}',
        '{"form": 2, "path": "", "files": {}, "facts": {}}',
        "[" * 100_000,
        '{"form": 1, "path": PATH, "files": [], "facts": {}}',
        '{"form": 1, "path": PATH, "files": {"x": 5}, "facts": {}}',
        '{"form": 1, "path": PATH, "files": {}, "facts": {"manytags_facts": 1, "facts": {}}}',
    ],
)
def test_a_spoilt_folder_is_no_answer(interpreter: Interpreter, tmp_path: Path, spoilt: str) -> None:
    """A damaged or foreign file must neither be believed nor cause an error."""
    folder = tmp_path / "cache"
    first = manytags.detect(interpreter.path, cache=folder)
    (file,) = folder.iterdir()
    file.write_text(spoilt.replace("PATH", f'"{interpreter.path}"'))
    manytags.clear_cache()
    assert manytags.detect(interpreter.path, cache=folder) == first
    assert interpreter.starts == 2


def test_a_folder_that_cannot_be_written_is_no_error(interpreter: Interpreter, tmp_path: Path) -> None:
    """With a read-only home the interpreter must be asked again, not fail."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert manytags.detect(interpreter.path, cache=blocked / "cache") == manytags.detect(interpreter.path)


def test_errors_are_not_remembered(tmp_path: Path) -> None:
    """An interpreter that is installed later must be asked."""
    path = tmp_path / "bin" / "python"
    with pytest.raises(manytags.ProbeError, match="no such file"):
        manytags.detect(path, cache=True)
    assert manytags.detect(Interpreter(tmp_path).path, cache=True).platform_tags()
