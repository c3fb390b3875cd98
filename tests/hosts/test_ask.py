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

from manytags import InvalidInput, ProbeError, detect, probe
from manytags.hosts import ask, child

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

    def interrupted(process: subprocess.Popen[bytes], *_: object) -> bool:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(child, "_wait" if os.name == "nt" else "_has_ended", interrupted)
    with pytest.raises(KeyboardInterrupt):
        probe(sys.executable if os.name == "nt" else script(tmp_path, "sleep 60"))
    assert started[0].returncode is not None


@POSIX
@pytest.mark.parametrize("escape", ["", "setsid "], ids=["in the group", "in a session of its own"])
@pytest.mark.parametrize("ending", ["exit 5", 'exec "{python}" "$@"'], ids=["fails", "answers"])
def test_a_child_that_goes_on_writing_is_stopped(escape: str, ending: str, tmp_path: Path) -> None:
    """What an interpreter leaves behind wrote 450 MB in a second, and nothing stopped it."""
    if escape and shutil.which("setsid") is None:
        pytest.skip("no setsid here")
    child_script = tmp_path / "child"
    child_script.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec yes\n")
    child_script.chmod(0o755)
    wait = f"while [ ! -s {tmp_path}/pid ]; do :; done"
    path = script(tmp_path, f"{escape}{child_script} &\n{wait}\n{ending.format(python=sys.executable)}")
    try:
        probe(path, 20.0)
    except ProbeError as error:
        assert error.reason in {"it ended with status 5: no message", "its answer is longer than 1000000 bytes"}
    pid = int((tmp_path / "pid").read_text())
    assert any(gone(pid) for _ in range(100))


def gone(pid: int) -> bool:
    """Tell whether a process has ended, or wait a moment."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return True
    if fields[0] == "Z":
        return True
    time.sleep(0.02)
    return False


FATAL = "Fatal Python error: "
THREAD = "\n\nCurrent thread 0x7f (most recent call first):\n"
IGNORED = "Exception ignored in: <_io.TextIOWrapper>\nBrokenPipeError: [Errno 32] Broken pipe\n"
LOADER = "python: error while loading shared libraries: libpython3.so: cannot open shared object file"
COMPLAINTS = {
    "at its start": (
        f"{FATAL}no codec\nPython runtime state\nImportError: no 'encodings'{THREAD}  <no Python frame>\n",
        "ImportError: no 'encodings'",
    ),
    "at its end": (f"Traceback (most recent call last):\nOSError: no disk\n{IGNORED}", "OSError: no disk"),
    "in C": (f"{FATAL}Segmentation fault{THREAD}  File 'x'\n\nExtension modules: a\n", f"{FATAL}Segmentation fault"),
    "only what is ignored": (IGNORED, "BrokenPipeError: [Errno 32] Broken pipe"),
    "its loader": (f"{LOADER}\n\n", LOADER),
    "its last words": ("goodbye\n\n", "goodbye"),
    "no words": (" \n\n", "no message"),
}


@pytest.mark.parametrize("case", COMPLAINTS)
def test_the_reason_is_the_line_that_tells_it(case: str) -> None:
    """The last line that a Python prints when it cannot start is `<no Python frame>`."""
    complaint, reason = COMPLAINTS[case]
    assert ask.last_useful_line(complaint) == reason


@pytest.mark.parametrize("executable", [3, None.__class__, object(), ["python"]], ids=repr)
def test_what_is_not_a_path(executable: object) -> None:
    """An argument of another type is an error of ours."""
    with pytest.raises(ProbeError, match="not a path"):
        probe(executable)  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(ProbeError, match="not a path"):
        detect(executable, cache=True)  # type: ignore[arg-type] # wrong on purpose


def test_bytes_are_a_path() -> None:
    """A path whose bytes are not text is a path."""
    assert probe(os.fsencode(sys.executable)) == probe(sys.executable)  # type: ignore[arg-type] # as os takes them


@pytest.mark.parametrize("timeout", [float("nan"), "1", None, True], ids=repr)
def test_what_is_not_a_time(timeout: object) -> None:
    """With NaN seconds an interpreter was waited for without end."""
    with pytest.raises(InvalidInput, match="a timeout is a number of seconds"):
        probe(sys.executable, timeout)  # type: ignore[arg-type] # wrong on purpose
