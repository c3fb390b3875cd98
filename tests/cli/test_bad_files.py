"""A bad file among many: it is told in its place, the others go on, and the status is that of bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from manytags.cli import COMMANDS, main

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD, OTHER = "a-1-py3-none-any.whl", "a-2-py3-none-any.whl"
HERE = ["--target=win32", "--python-version=3.12"]
FOR = ["--for=win32:3.12"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="about named pipes")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make good and bad files in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in (GOOD, OTHER):
        with zipfile.ZipFile(name, "w") as archive:
            about = f"{'-'.join(name.split('-')[:2])}.dist-info"
            archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: a\nVersion: 1\n")
            archive.writestr(f"{about}/RECORD", "")
        Path(f"{name}.json").write_text(json.dumps({"files": [{"filename": name}]}))
        Path(f"{name}.txt").write_text(f"{name}\n")
    Path("bad-1-py3-none-any.whl").write_text("bad")
    Path("bad.json").write_text("{")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command."""
    capsys.readouterr()
    status = main(list(arguments))
    return status, *capsys.readouterr()


MANY: dict[str, tuple[list[str], list[str]]] = {
    "explain": (["explain", GOOD, "nosuch.whl", OTHER, *HERE], [GOOD, "nosuch.whl", OTHER]),
    "explain as JSON": (["explain", "nosuch.whl", GOOD, "--json", *HERE], [f'"{GOOD}"']),
    "pick": (["pick", "nowhere.json", f"{GOOD}.json", "bad.json", *HERE], [GOOD]),
    "pick by name": (["pick", "nosuch.whl", GOOD, *HERE], [GOOD]),
    "cover": (["cover", "nowhere.json", f"{GOOD}.json", "bad.json", *FOR], [GOOD]),
    "audit": (["audit", "nowhere.whl", GOOD, "bad-1-py3-none-any.whl", OTHER], [GOOD, OTHER]),
    "audit as JSON": (["audit", "nowhere.whl", GOOD, "--json"], [GOOD]),
    "upload-check": (["upload-check", "notes.txt", GOOD, "bad.json", OTHER], [f"{GOOD}: acc", f"{OTHER}: acc"]),
    "upload-check --audit": (
        ["upload-check", "--audit", "nowhere.whl", GOOD, "bad-1-py3-none-any.whl", "notes.txt", OTHER],
        [f"{GOOD}: acc", f"{OTHER}: acc"],
    ),
    "upload-check as JSON": (["upload-check", "--json", "notes.txt", GOOD], [GOOD]),
    "missing": (["missing", "nowhere.whl", GOOD, "bad-1-py3-none-any.whl", OTHER], [GOOD, OTHER]),
    "census": (["census", "nowhere", f"{GOOD}.txt", "bad.json", f"{OTHER}.txt"], ["2 wheels in 2 releases"]),
    "census --merge": (["census", "--merge", "nowhere", "bad.json"], []),
    "which-wheels": (["which-wheels", "nowhere", f"{GOOD}.txt", "bad.json", f"{OTHER}.txt", *FOR], [GOOD, OTHER]),
}
#: The commands that take no list of files.
SINGLE = {"compare", "tags", "facts", "pylock", "prune", "hook", "host-libraries", "target", "targets"}


@pytest.mark.parametrize("case", MANY)
def test_the_others_go_on(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A release of forty wheels is checked whole, whatever became of one of them."""
    arguments, expected = MANY[case]
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert all(text in out for text in expected)
    for bad in ("nowhere", "bad.json", "bad-1-py3", "notes.txt", "nosuch.whl"):
        assert sum(bad in argument for argument in arguments) <= (out + err).count(bad)


def test_every_command_of_many_files_is_here() -> None:
    """A new command must not stop at its first bad file."""
    assert {name.split()[0] for name in MANY} | SINGLE == {*COMMANDS}


@pytest.mark.parametrize(("name", "status"), [("nosuch.whl", 2), ("a.txt", 2), ("a-1.tar.gz", 1), (GOOD, 0)])
def test_what_is_not_the_name_of_a_wheel_is_bad_input(
    name: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script that explains a mistyped name must not read "it does not fit". An sdist is an answer."""
    assert run(capsys, "explain", name, *HERE)[0] == status


PIPES: dict[str, Callable[[str], list[str]]] = {
    "--facts": lambda pipe: ["--facts", pipe],
    "--target-file": lambda pipe: ["tags", "--target-file", pipe],
    "--profile": lambda pipe: ["upload-check", "--profile", pipe, GOOD],
    "--targets": lambda pipe: ["census", "--targets", pipe, f"{GOOD}.txt"],
    "pylock": lambda pipe: ["pylock", pipe, *HERE],
    "prune": lambda pipe: ["prune", pipe, *FOR],
    "census": lambda pipe: ["census", pipe],
    "census --merge": lambda pipe: ["census", "--merge", pipe],
    "census --svg": lambda pipe: ["census", f"{GOOD}.txt", "--svg", pipe],
    "which-wheels": lambda pipe: ["which-wheels", pipe, *FOR],
    "pick": lambda pipe: ["pick", pipe, *HERE],
    "cover": lambda pipe: ["cover", pipe, *FOR],
    "audit": lambda pipe: ["audit", pipe],
    "audit --beside": lambda pipe: ["audit", GOOD, "--beside", pipe],
    "audit --resume": lambda pipe: ["audit", GOOD, "--resume", pipe],
    "missing": lambda pipe: ["missing", pipe],
    "missing --with": lambda pipe: ["missing", GOOD, "--with", pipe],
    "upload-check": lambda pipe: ["upload-check", pipe],
    "upload-check --audit": lambda pipe: ["upload-check", "--audit", pipe],
    "host-libraries --root": lambda pipe: ["host-libraries", "--root", pipe],
    "--python": lambda pipe: ["--python", os.path.abspath(pipe)],
}


@POSIX
@pytest.mark.parametrize("case", PIPES)
def test_a_named_pipe_is_not_waited_for(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Opening a pipe that nobody writes to waits for ever: one odd file in a folder stopped a whole run."""
    os.mkfifo("pipe-1-py3-none-any.json")
    os.mkfifo("pipe-1-py3-none-any.whl")
    ending = (
        "whl" if case in {"audit", "missing", "upload-check --audit", "audit --beside", "missing --with"} else "json"
    )
    status, _, err = run(capsys, *PIPES[case](f"pipe-1-py3-none-any.{ending}"))
    assert status == 2
    assert err.count("\n") == 1


@POSIX
def test_the_pipe_of_a_process_is_read() -> None:
    """Shells make one for `manytags --facts <(ssh host ...)`."""
    code = "import sys; from manytags.cli import main; sys.exit(main(sys.argv[1:]))"
    reading, writing = os.pipe()
    os.write(writing, GOOD.encode())
    os.close(writing)
    command = [sys.executable, "-c", code, "census", f"/dev/fd/{reading}"]
    done = subprocess.run(command, pass_fds=[reading], capture_output=True, text=True, check=False)
    os.close(reading)
    assert (done.returncode, done.stdout.splitlines()[:1]) == (0, ["1 wheels in 1 releases of 1 projects"])
