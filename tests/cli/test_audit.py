"""``manytags audit``: reports for people, the status for scripts, and where wheels may come from.

The reports are in ``audits/``; ``MANYTAGS_UPDATE_SNAPSHOTS=1 pytest tests/cli`` rewrites them.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import manytags
from manytags.cli import main

from ..audits.made_wheels import ARMHF, FALSE, FOLDER, MODULE, PURE, TRUE, X86_64, made_wheel, put_wheel
from ..binaries.made_macho import ARM64, EXECUTE, SIGNED, build_version, fat, macho, universal2
from ..binaries.made_macho import X86_64 as X86
from ..binaries.made_pe import X86 as WIN32
from ..binaries.made_pe import pe

SNAPSHOTS = Path(__file__).parent / "audits"
NOTED = "demo-1.1-cp312-cp312-linux_x86_64.whl"
DAMAGED = "demo-1.2-cp312-cp312-manylinux_2_31_x86_64.whl"


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a folder with a wheel of each kind."""
    monkeypatch.chdir(tmp_path)
    put_wheel(tmp_path, TRUE)
    put_wheel(tmp_path, FALSE)
    put_wheel(tmp_path, NOTED)
    put_wheel(tmp_path, DAMAGED, {MODULE: X86_64, "cut.so": X86_64[:100]})
    Path("text.whl").write_bytes(b"no wheel")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process."""
    status = main(["audit", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def piped(data: bytes, *arguments: str, **changed: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a separate process, with a wheel piped into standard input."""
    command = [sys.executable, "-m", "manytags", "audit", *arguments]
    return subprocess.run(command, input=data, capture_output=True, env={**os.environ, **changed}, check=False)


SHOWN = {
    "many": [".", "nowhere.whl"],
    "false": [FALSE],
    "header": [FALSE, "--depth", "header"],
    "quiet": [".", "--quiet"],
    "verbose": [TRUE, "--verbose"],
    "strict": [TRUE, NOTED, "--strict", "--quiet"],
}


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.usefixtures("wheels")
def test_what_people_see(shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Changes of what people see are reviewed."""
    status, out, err = run(capsys, *SHOWN[shown])
    text = f"{out}\n-- standard error\n{err}\n-- status {status}\n"
    snapshot = SNAPSHOTS / f"{shown}.txt"
    if os.environ.get("MANYTAGS_UPDATE_SNAPSHOTS"):
        snapshot.write_text(text, encoding="utf-8")
    assert text.replace(os.sep, "/") == snapshot.read_text(encoding="utf-8")


def test_nothing_else_is_in_the_snapshots() -> None:
    """A snapshot that no test reads would become outdated."""
    assert {path.stem for path in SNAPSHOTS.iterdir()} == set(SHOWN)


STATUS = {
    "true": ([TRUE], 0, 0),
    "notes": ([NOTED], 0, 1),
    "false": ([FALSE], 1, 1),
    "damaged": ([DAMAGED], 1, 1),
    "no wheel": (["text.whl"], 2, 2),
    "nothing": (["nowhere.whl"], 2, 2),
    "true and notes": ([TRUE, NOTED], 0, 1),
    "false before true": ([FALSE, TRUE], 1, 1),
    "all": (["text.whl", FALSE, TRUE], 2, 2),
}


@pytest.mark.parametrize("case", STATUS)
@pytest.mark.usefixtures("wheels")
def test_status(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Builds depend on the status: it is that of the worst file, in any order and form."""
    files, loose, strict = STATUS[case]
    for options in ([], ["--quiet"], ["--json"], ["--json", "--quiet"], ["--jobs", "2"]):
        assert run(capsys, *files, *options)[0] == loose, options
        assert run(capsys, *files, *options, "--strict")[0] == strict, options


def test_a_release_for_three_systems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A publisher's check must not fail on true wheels because they bring a helper, or need what no tag promises."""
    put_wheel(tmp_path, TRUE)
    universal = fat([(X86, macho(X86, commands=[build_version(1, 0x0A0900), SIGNED])), (ARM64, macho())])
    files = {"demo/_c.cpython-312-darwin.so": universal, "demo/run": macho(ARM64, EXECUTE)}
    put_wheel(tmp_path, "demo-1.0-cp312-cp312-macosx_10_9_universal2.whl", files)
    windows = {
        "demo/_c.cp312-win_amd64.pyd": pe(imports={"python312.dll": ["PyList_New"], "msvcp140.dll": ["f"]}),
        "demo/run.exe": pe(WIN32, dll=False),
    }
    put_wheel(tmp_path, "demo-1.0-cp312-cp312-win_amd64.whl", windows)
    status, out, _ = run(capsys, str(tmp_path), "--strict")
    assert (status, out.splitlines()[-1]) == (0, "3 files: 3 clean"), out
    assert out.count("chosen at run time") == 2
    windows |= {"demo/helper.exe": pe(imports={"demo.dll": ["f"]}, dll=False), "demo/other/demo.dll": pe()}
    put_wheel(tmp_path, "demo-1.0-cp312-cp312-win_amd64.whl", windows)
    assert run(capsys, str(tmp_path), "--strict")[0] == 1, "a program that does not find its library"


@pytest.mark.usefixtures("wheels")
def test_one_broken_wheel_is_not_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    """The wheels after it are audited, and the error names its path, separate from the reports."""
    status, out, err = run(capsys, "text.whl", TRUE)
    assert status == 2
    assert out.splitlines()[0] == TRUE
    assert out.splitlines()[-1] == "2 files: 1 clean, 1 unreadable"
    assert err == "manytags: invalid wheel 'text.whl': it is not a ZIP archive: it has no end of a central directory\n"


@pytest.mark.usefixtures("wheels")
def test_json_is_the_library_s(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints what the library returns, as one list for any number of files."""
    names = [TRUE, FALSE, "text.whl"]
    expected = [json.loads(result.to_json()) for result in manytags.audit_many(names)]
    for jobs in ("1", "2"):
        status, out, err = run(capsys, *names, "--json", "--jobs", jobs)
        assert (status, err) == (2, "")
        assert json.loads(out) == expected
    assert json.loads(run(capsys, *names, "--json", "--quiet")[1]) == expected[1:]
    assert json.loads(run(capsys, TRUE, "--json", "--quiet")[1]) == []
    (header,) = json.loads(run(capsys, TRUE, "--json", "--depth", "header")[1])
    assert header["true_tags"] == []


@pytest.mark.usefixtures("wheels")
def test_quiet_is_silent_about_the_good(capsys: pytest.CaptureFixture[str]) -> None:
    """A nightly job sends no mail if everything is fine."""
    assert run(capsys, TRUE, NOTED, "--quiet") == (0, "", "")


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder means all wheels and ELF files in it and below it, whatever the names of the ELF files are."""
    monkeypatch.chdir(tmp_path)
    inner = Path("dist", "b")
    inner.mkdir(parents=True)
    put_wheel(inner, TRUE)
    put_wheel(Path("dist"), FALSE)
    for name in ("libdemo.so.1.2", "a-program"):
        Path("dist", name).write_bytes(ARMHF)
    Path("dist", "demo-1.0.tar.gz").write_bytes(b"\x1f\x8b")
    Path("dist", "empty").touch()
    if hasattr(os, "mkfifo"):
        os.mkfifo(Path("dist", "pipe"))  # to open it would be to wait for ever
    out = run(capsys, "dist", "--json")[1]
    paths = [str(Path(result["path"]).as_posix()) for result in json.loads(out)]
    assert paths == ["dist/a-program", f"dist/{FALSE}", "dist/libdemo.so.1.2", f"dist/b/{TRUE}"]


@pytest.mark.usefixtures("wheels")
def test_folder_without_wheels(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong path in a script must not look like "all tags are true"."""
    Path("empty").mkdir()
    status, out, err = run(capsys, "empty", TRUE)
    assert status == 2
    assert out.startswith(TRUE)
    assert err == "manytags: there are no wheels or compiled files in 'empty'\n"
    assert run(capsys, "empty", "--json")[:2] == (2, "[]\n")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_folder_that_cannot_be_read(
    wheels: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # pragma: no cover - where tests run as root
    """A folder that was not read is reported, and the status is not success."""
    closed = wheels / "closed"
    closed.mkdir(mode=0)
    status, _, err = run(capsys, str(closed), TRUE)
    assert (status, err) == (2, f"manytags: cannot read {str(closed)!r}: Permission denied\n")


def test_single_elf_file(capsys: pytest.CaptureFixture[str]) -> None:
    """A single file can be audited without making a wheel of it."""
    status, out, _ = run(capsys, str(FOLDER / "armhf.so"))
    assert status == 0
    assert out.splitlines() == [
        "armhf.so",
        "  needs libm.so.6 GLIBC_2.29",
        "  needs libc.so.6 GLIBC_2.4",
        "  true tags: manylinux_2_31_armv7l",
    ]


def test_single_files_of_other_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A module for macOS or Windows can be audited without making a wheel of it, also in a folder."""
    monkeypatch.chdir(tmp_path)
    Path("_demo.so").write_bytes(universal2())
    Path("demo.pyd").write_bytes(pe(imports={"python312.dll": ["PyList_New"]}))
    status, out, _ = run(capsys, ".")
    assert status == 0
    assert [line.removeprefix("./") for line in out.splitlines()[:11]] == [
        "_demo.so",
        "  bundle for x86_64, declares macOS 10.9, signed",
        "  needs /usr/lib/libSystem.B.dylib",
        "  bundle for arm64, declares macOS 13.5, signed",
        "  needs /usr/lib/libSystem.B.dylib",
        "  true tags: macosx_14_0_universal2",
        "",
        "demo.pyd",
        "  shared object for amd64, not signed",
        "  needs python312.dll",
        "  true tags: win_amd64",
    ]


def test_standard_input(tmp_path: Path) -> None:
    """``curl ... | manytags audit - --name FILE`` leaves no file on the disk; with a name, its tags are judged."""
    data = made_wheel(FALSE, {MODULE: X86_64})
    done = piped(data, "-", "--name", FALSE, TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, b"")
    assert not list(tmp_path.iterdir())
    lines = done.stdout.decode().splitlines()
    assert lines[0] == FALSE
    assert "  platform tag manylinux1_x86_64: claims too much" in lines
    done = piped(data, "-")
    assert "  platform tag manylinux1_x86_64, only in the WHEEL: claims too much" in done.stdout.decode().splitlines()
    assert done.stdout.startswith(b"standard input")
    done = piped(b"no wheel", "-")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"manytags: invalid wheel 'standard input': it is not a ZIP archive")


def test_standard_input_that_is_a_file(tmp_path: Path) -> None:
    """``manytags audit - < FILE`` makes no copy, and starts at the file's position."""
    wheel = put_wheel(tmp_path, FALSE)
    command = [sys.executable, "-m", "manytags", "audit", "-", "--name", TRUE, "--json"]
    for skipped in (0, 1):
        with wheel.open("rb", buffering=0) as stream:
            stream.seek(skipped)
            done = subprocess.run(command, stdin=stream, capture_output=True, check=False)
        (result,) = json.loads(done.stdout)
        if skipped:
            assert (done.returncode, result["path"]) == (2, "-")
        else:
            assert (result["name"], result["path"]) == (TRUE, None)


def test_standard_input_is_bounded(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """An endless stream must not fill the disk."""
    monkeypatch.setattr("manytags.cli.audit._MAX_INPUT", 3 << 20)
    endless = "import os\nwhile True: os.write(1, bytes(65536))"
    kept = os.dup(0)
    with subprocess.Popen([sys.executable, "-c", endless], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as feeder:
        assert feeder.stdout is not None
        os.dup2(feeder.stdout.fileno(), 0)
        try:
            assert main(["audit", "-"]) == 2
        finally:
            os.dup2(kept, 0)
            os.close(kept)
            feeder.kill()
    assert capfd.readouterr().err == "manytags: standard input has more than 3145728 bytes\n"


@pytest.mark.usefixtures("wheels")
def test_name_is_judged_in_place_of_the_path_s(capsys: pytest.CaptureFixture[str]) -> None:
    """An index may store a wheel under a checksum instead of its name."""
    Path(TRUE).rename("c0ffee")
    status, out, _ = run(capsys, "c0ffee", "--name", FALSE)
    assert status == 1
    assert out.startswith(f"{FALSE}\n")


BAD = {
    "two on standard input": (["-", TRUE], "- is a wheel on standard input; it cannot be combined with other files"),
    "a name for two": ([TRUE, FALSE, "--name", PURE], "--name belongs to a single file"),
    "a name for a folder": ([".", "--name", PURE], "--name belongs to a single file"),
    "no jobs": ([TRUE, "--jobs", "0"], "--jobs 0: expected 1 or more"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.usefixtures("wheels")
def test_bad_arguments_are_one_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With bad arguments nothing is audited."""
    arguments, message = BAD[case]
    assert run(capsys, *arguments) == (2, "", f"manytags: {message}\n")


@pytest.mark.usefixtures("wheels")
@pytest.mark.parametrize("error", [OSError(38, "Function not implemented"), ImportError("no sem_open")])
def test_semaphores_are_denied(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On AWS Lambda and in containers without /dev/shm the audit goes on in one process, and says so."""

    def denied(*_arguments: object, **_options: object) -> None:
        raise error

    expected = run(capsys, TRUE, FALSE)
    monkeypatch.setattr("multiprocessing.synchronize.SemLock.__init__", denied)
    status, out, err = run(capsys, TRUE, FALSE, "--jobs", "2")
    assert (status, out, "") == expected
    assert err == f"manytags: --jobs 2: there can be no processes that share work ({error}); going on in this one\n"


@pytest.mark.usefixtures("wheels")
def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Each result is one line, so a reader needs no more memory than for one, and a cut file is still of use."""
    names = [TRUE, FALSE, "text.whl"]
    listed = json.loads(run(capsys, *names, "--json")[1])
    for options in ([], ["--jobs", "2"]):
        status, out, err = run(capsys, *names, "--json-lines", *options)
        lines = [json.loads(line) for line in out.splitlines()]
        assert (status, err) == (2, "")
        assert [line.pop("log")["size"] for line in lines] == [os.path.getsize(name) for name in names]
        assert lines == listed


def many_wheels(folder: Path) -> list[str]:
    """Write 300 wheels of three kinds."""
    kinds = [made_wheel(TRUE, {MODULE: X86_64}), made_wheel(FALSE, {MODULE: X86_64}), b"no wheel"]
    paths = [folder / f"demo{number}-1.0-cp312-cp312-manylinux_2_31_x86_64.whl" for number in range(300)]
    for number, path in enumerate(paths):
        path.write_bytes(kinds[number % 3])
    return list(map(str, paths))


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_run_goes_on(jobs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After a power failure the same command goes on: no wheel is left out, and none is audited twice."""
    paths = many_wheels(tmp_path)
    log = tmp_path / "audits.jsonl"
    arguments = ["audit", *paths, "--jobs", jobs, "--json-lines", "--resume", str(log)]
    command = [sys.executable, "-m", "manytags", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        for _ in range(5):
            killed.stdout.readline()
        # It cannot have done all: a pipe that nobody reads is full after some dozens of lines.
        killed.kill()
        killed.stdout.read()  # ends only if no worker lives on
    before = log.read_text().splitlines()
    assert 5 <= len(before) < 250
    with log.open("a") as stream:
        stream.write(before[0][: len(before[0]) // 2])  # what a kill in the middle of a line leaves
    status, out, err = run(capsys, *arguments[1:])
    assert (status, err) == (2, f"manytags: {log}: its last line was cut off, and is removed\n")
    lines = log.read_text().splitlines()
    assert lines[: len(before)] == before
    assert lines[len(before) :] == out.splitlines(), "only what was not done is printed"
    assert [json.loads(line)["path"] for line in lines] == paths
    assert [json.loads(line)["outcome"] for line in lines] == ["clean", "false", "unreadable"] * 100
    assert run(capsys, *paths, "--resume", str(log), "--strict") == (
        *(2, "300 files: 100 clean, 100 false, 100 unreadable\n", ""),
    )


def test_resume_tells_what_has_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wheel that was replaced is audited again; the answer in the log was about another one."""
    paths = [str(put_wheel(tmp_path, name)) for name in (TRUE, FALSE)]
    log = str(tmp_path / "log")
    assert run(capsys, *paths, "--resume", log, "--quiet")[0] == 1
    put_wheel(tmp_path, FALSE, {})
    status, out, err = run(capsys, *paths, "--resume", log)
    assert err == f"manytags: {paths[1]} has changed since it was audited, and is audited again\n"
    assert (status, out.splitlines()[0], out.splitlines()[-1]) == (0, paths[1], "2 files: 1 clean, 1 with notes")
    assert run(capsys, *paths, "--resume", log, "--depth", "header")[2] == "", "another question"
    (tmp_path / "other").write_text("hello\n")
    expected = f"manytags: invalid audit log {str(tmp_path / 'other')!r}: line 1 is not the answer of an audit\n"
    assert run(capsys, *paths, "--resume", str(tmp_path / "other")) == (2, "", expected)


@pytest.mark.usefixtures("wheels")
def test_no_machine_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """Naming a machine is an error, because the report is not about a machine."""
    assert main(["--target", "win32", "--python-version", "3.12", "audit", TRUE]) == 2
    assert capsys.readouterr().err.startswith("manytags: `audit` is not about a machine; ")


class Terminal(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


@pytest.mark.usefixtures("wheels")
def test_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With many files there is a progress bar, which is erased before anything else is printed."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    main(["audit", TRUE, TRUE, "text.whl", TRUE])
    drawn = terminal.getvalue()
    assert "] 4 of 4" in drawn
    assert drawn.split("manytags: ")[0].endswith(" \r"), "wiped before the complaint"
    assert drawn.endswith(" \r"), "and at the end"
    assert not capsys.readouterr().out.count("\r")
    for quiet in ([TRUE, TRUE, TRUE], [TRUE, TRUE, TRUE, TRUE, "--quiet"]):
        terminal.truncate(0)
        main(["audit", *quiet])
        assert not terminal.getvalue()


@pytest.mark.usefixtures("wheels")
def test_no_bar_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """A log must not be full of carriage returns."""
    assert run(capsys, *[TRUE] * 5)[2] == ""


def test_hostile_names_are_escaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name of a wheel must not control the terminal."""
    monkeypatch.chdir(tmp_path)
    evil = "demo-1.0-py3-none-any\x1b[2J\n.whl"
    try:
        put_wheel(tmp_path, evil, tag="py3-none-any")
        put_wheel(tmp_path, "x\x1b.whl", tag="py3-none-any")
    except OSError:
        pytest.skip("no such names here")
    status, out, err = run(capsys, evil, "x\x1b.whl", "nowhere\x1b.whl")
    assert status == 2
    assert not {"\x1b", "\r"} & {*out, *err}
    assert out.startswith("demo-1.0-py3-none-any\\x1b[2J\\n.whl\n")
    assert err.count("\n") == 1
