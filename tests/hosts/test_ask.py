"""Asking another interpreter: any path gives facts or one clear error, and leaves no process running."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from manytags import ProbeError, detect, probe
from manytags.hosts import ask

from .pythons import python2, pythons

POSIX = pytest.mark.skipif(os.name != "posix", reason="made of shell scripts")


def script(folder: Path, text: str) -> Path:
    """Write a shell script that acts as an interpreter."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def refusal(path: str | Path, timeout: float = 20.0) -> str:
    """Ask, and return the reason why asking failed."""
    with pytest.raises(ProbeError) as caught:
        probe(path, timeout)
    assert caught.value.executable == os.fspath(path)
    assert str(caught.value).startswith("cannot ask ")
    assert len(caught.value.reason) < 500
    return caught.value.reason


def test_another_interpreter_is_asked() -> None:
    """Another interpreter reports its own facts, not ours."""
    for python in pythons():
        facts = probe(python.executable)
        assert facts.text("python_version").startswith(f"{python.version[0]}.{python.version[1]}.")
        assert facts.text("implementation") == python.implementation
        assert detect(python.executable).platform_tags()


def test_this_interpreter_asked_as_another() -> None:
    """Both ways of observing this interpreter must agree."""
    other, here = probe(sys.executable), probe()
    assert {name: other.get(name) for name in other.names()} == {name: here.get(name) for name in here.names()}
    assert detect(sys.executable) == detect()


def test_path_likes() -> None:
    """A ``Path`` must work like text."""
    assert probe(Path(sys.executable)) == probe(sys.executable)


def test_what_is_no_file(tmp_path: Path) -> None:
    """The most common mistake is a wrong path."""
    assert refusal(tmp_path / "missing") == "there is no such file"
    assert refusal("") == "there is no such file"
    assert refusal("a\0b") == "there is no such file"
    assert refusal(tmp_path) == "it is not an executable file"


@POSIX
def test_what_is_not_executable(tmp_path: Path) -> None:
    """A text file is not an interpreter."""
    path = tmp_path / "notes.txt"
    path.write_text("x")
    assert refusal(path) == "it is not an executable file"


@POSIX
def test_what_cannot_be_run(tmp_path: Path) -> None:
    """The error for an executable of another machine, or a script without its interpreter, must say so."""
    path = tmp_path / "python"
    path.write_bytes(b"\x7fELF\x02\x01\x01 nonsense")
    path.chmod(0o755)
    assert refusal(path).startswith("it cannot be run: ")
    path.write_text("#!/no/such/interpreter\n")
    assert refusal(path).startswith("it cannot be run: ")


@POSIX
@pytest.mark.parametrize("name", ["true", "echo", "cat"])
def test_programs_that_are_no_python(name: str) -> None:
    """A program that is not a Python may succeed without useful output; ``cat`` prints our own script."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} here")
    reason = refusal(path)
    assert reason.startswith(("it answered no facts", "it ended with status"))


SAYS: dict[str, tuple[str, str]] = {
    "dies": ("echo 'Fatal Python error: init failed' >&2; exit 1", "it ended with status 1: Fatal Python error: "),
    "dies in silence": ("exit 3", "it ended with status 3: no message"),
    "is killed": ("kill -9 $$", "it ended with status -9: no message"),
    "dies with a book": ("yes nonsense | head -c 900000 >&2; exit 1", "it ended with status 1: nonsense"),
    "dies in bytes": ("printf '\\377\\376\\n' >&2; exit 1", "it ended with status 1: \ufffd\ufffd"),
    "answers nonsense": ("echo nonsense", "it answered no facts; is it a Python?"),
    "answers other JSON": ("echo '{}'", "it answered no facts; is it a Python?"),
    "answers broken facts": ("echo '{\"manytags_facts\": 1, '", "it answered no facts: it is not JSON"),
    "answers too few facts": ('echo \'{"manytags_facts": 1, "facts": {}}\'', "it answered no facts: facts lack "),
    "answers of the future": ("echo '{\"manytags_facts\": 9}'", "it answered no facts: they have form 9"),
    "answers 10 MB": ("head -c 10000000 /dev/zero", "its answer is longer than 1000000 bytes"),
    "complains of 10 MB": ("head -c 10000000 /dev/zero >&2", "its answer is longer than 1000000 bytes"),
    "knows no -I": ("echo 'Unknown option: -I' >&2; exit 2", "it is a Python older than 3.4; manytags asks Python 3.6"),
}


@POSIX
@pytest.mark.parametrize("case", SAYS)
def test_interpreters_that_fail(case: str, tmp_path: Path) -> None:
    """Whatever goes wrong, the user must learn what it was."""
    text, reason = SAYS[case]
    assert refusal(script(tmp_path, text)).startswith(reason)


@POSIX
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exec sleep 60", "it did not answer within 0.4 s"),
        ("sleep 60; exit 0", "it did not answer within 0.4 s"),
        ("trap '' TERM INT HUP; while :; do sleep 1; done", "it did not answer within 0.4 s"),
        ("yes", "its answer is longer than 1000000 bytes"),
        ("yes >&2", "its answer is longer than 1000000 bytes"),
    ],
)
def test_interpreters_that_never_end(text: str, reason: str, tmp_path: Path) -> None:
    """An installer that asks forty interpreters must not hang on one, nor fill the memory or the disk."""
    path = script(tmp_path, f"echo $$ > {tmp_path}/group\n{text}")
    start = time.monotonic()
    assert refusal(path, 0.4) == reason
    assert time.monotonic() - start < 5
    group = int((tmp_path / "group").read_text())
    assert not alive(group), "the interpreter and what it started are gone"


def alive(group: int) -> bool:
    """Tell whether a process group has living members; dead ones may take a moment to disappear."""
    for _ in range(100):
        if not any(state != "Z" for state in states(group)):
            return False
        time.sleep(0.02)
    return True


def states(group: int) -> list[str]:
    """List the states of the members of a process group; ``Z`` is dead but not yet collected."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return []
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if fields[2] == str(group):
            found.append(fields[0])
    return found


@POSIX
def test_a_child_left_running_does_not_delay_us(tmp_path: Path) -> None:
    """A daemon that holds our pipes open would hang a reader that waits for their end."""
    path = script(tmp_path, "sleep 3 &\nexit 5")
    start = time.monotonic()
    assert refusal(path).startswith("it ended with status 5")
    assert time.monotonic() - start < 2


@POSIX
def test_noise_around_the_answer(tmp_path: Path) -> None:
    """Output of a sitecustomize, or a message at exit, must not hide the facts."""
    path = script(tmp_path, f'echo noise; "{sys.executable}" "$@"; echo more noise')
    assert probe(path).text("implementation") == sys.implementation.name


def test_python2_is_too_old() -> None:
    """Many machines that need the probe still have Python 2 as ``python``."""
    path = python2()
    if path is None:
        pytest.skip("no Python 2.7 on PATH")
    assert refusal(path) == "it is a Python older than 3.4; manytags asks Python 3.6 and newer"
    done = subprocess.run([path, "-"], input=ask.probe_script().encode(), capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().strip() == "this is Python 2.7; manytags asks Python 3.6 and newer"


def test_a_virtual_environments_python(tmp_path: Path) -> None:
    """People name the Python of an environment, which is usually a link to another."""
    venv.create(tmp_path / "env", with_pip=False, symlinks=os.name != "nt")
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    python = tmp_path / "env" / folder / name
    facts = probe(python)
    assert Path(facts.text("executable")).parent == python.parent
    assert facts.get("elf_machine") == probe().get("elf_machine")
    assert detect(python) == detect()


def test_no_folder_for_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a writable temporary folder there is a clear error, not a traceback."""
    import tempfile

    def fail(*_arguments: object, **_more: object) -> object:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    assert "No usable temporary directory" in refusal(sys.executable)


def test_an_interrupt_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C must not leave forty interpreters running."""
    started: list[subprocess.Popen[bytes]] = []

    def interrupted(process: subprocess.Popen[bytes], _written: object, _timeout: float) -> str:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(ask, "_wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        probe(sys.executable if os.name == "nt" else script(tmp_path, "sleep 60"))
    assert started[0].returncode is not None
