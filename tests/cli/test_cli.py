"""The command line: what it shows of other machines, what programs read from it, and how it fails.

The machines are facts in ``machines/``, so nothing depends on where the tests run. The output is in
``snapshots/``; ``MANYTAGS_UPDATE_SNAPSHOTS=1 pytest tests/cli`` rewrites it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import manytags
from manytags.cli import COMMANDS, main

HERE = Path(__file__).parent
MACHINES = sorted(path.stem for path in (HERE / "machines").glob("*.json"))
RECORDED = sorted((HERE.parent / "hosts").glob("*.json"))
SHOWN = {"machine": [], "facts": ["facts"], "platforms": ["tags", "--platforms"]}
ARMEL = str(HERE / "machines" / "armel-switch.json")


def command(*arguments: str, **changed: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a separate process, in a changed environment."""
    environment = {**os.environ, **changed}
    return subprocess.run(
        [sys.executable, "-m", "manytags", *arguments], capture_output=True, env=environment, check=False
    )


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that succeeds, and return what it printed."""
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert not err
    return out


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("shown", SHOWN)
def test_what_people_see(machine: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Changes of what people see are reviewed."""
    text = answer(capsys, *SHOWN[shown], "--facts", str(HERE / "machines" / f"{machine}.json"))
    snapshot = HERE / "snapshots" / f"{machine}.{shown}.txt"
    if os.environ.get("MANYTAGS_UPDATE_SNAPSHOTS"):
        snapshot.write_text(text, encoding="utf-8")
    assert text == snapshot.read_text(encoding="utf-8")


@pytest.mark.parametrize("record", RECORDED, ids=lambda path: path.stem)
def test_recorded_hosts_are_shown(record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Any machine can be shown in lines that fit a mail, without trailing spaces."""
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps(json.loads(record.read_text(encoding="utf-8"))["facts"]), encoding="utf-8")
    for arguments in SHOWN.values():
        text = answer(capsys, *arguments, "--facts", str(facts))
        assert text.endswith("\n")
        for line in text.splitlines():
            # Only one that ends in something longer, which can be copied whole, may pass the edge.
            assert len(line) <= 100 or len(line.split()[-1]) > 30
            assert line == line.rstrip()


def test_nothing_else_is_in_the_snapshots() -> None:
    """A snapshot that no test reads would become outdated."""
    read = {f"{machine}.{shown}.txt" for machine in MACHINES for shown in SHOWN}
    assert {path.name for path in (HERE / "snapshots").iterdir()} == read


def test_this_machine_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    """The main job: what this machine is, how that is known, and its first tags."""
    text = answer(capsys)
    here = manytags.detect()
    assert text.splitlines()[0] == str(here)
    assert all(item.conclusion in text for item in here.evidence)
    listed = [line.strip() for line in text.partition("\nTakes ")[2].splitlines()[1:11]]
    assert listed == list(here.triples()[:10])
    assert text.endswith("... all of them: manytags tags\n")


def test_tags_are_the_library_s(capsys: pytest.CaptureFixture[str]) -> None:
    """The command and the library never differ, as text or as JSON."""
    here = manytags.detect()
    assert answer(capsys, "tags").splitlines() == list(here.triples())
    assert json.loads(answer(capsys, "tags", "--json")) == list(here.triples())
    assert answer(capsys, "tags", "--platforms").splitlines() == list(here.platform_tags())
    assert json.loads(answer(capsys, "tags", "--platforms", "--json")) == list(here.platform_tags())


def test_facts_json_is_the_library_s(capsys: pytest.CaptureFixture[str]) -> None:
    """A bug report is this text: it gives the same machine anywhere."""
    assert answer(capsys, "facts", "--json") == manytags.probe().to_json() + "\n"
    text = answer(capsys, "facts", "--json", "--facts", ARMEL)
    assert manytags.Facts.from_json(text) == manytags.Facts.from_json(Path(ARMEL).read_text(encoding="utf-8"))


def test_machine_json_is_a_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What ``manytags --json`` prints on one machine is what ``--target-file`` takes on another."""
    text = answer(capsys, "--json", "--facts", ARMEL)
    document = json.loads(text)
    assert document.pop("tags") == answer(capsys, "tags", "--facts", ARMEL).splitlines()
    assert document.pop("build_tag") == "linux_armv7l"
    target = manytags.Target.from_json(json.dumps(document))
    assert target.evidence
    saved = tmp_path / "target.json"
    for saved_text in (text, target.to_json()):
        saved.write_text(saved_text, encoding="utf-8")
        assert answer(capsys, "--json", "--target-file", str(saved)) == text


def test_script_needs_no_manytags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One copied file prints the facts on machines where nothing can be installed."""
    script = tmp_path / "probe.py"
    script.write_text(answer(capsys, "facts", "--script"), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", "-S", script], capture_output=True, check=True)
    facts = tmp_path / "facts.json"
    facts.write_bytes(done.stdout)
    assert answer(capsys, "tags", "--facts", str(facts)) == answer(capsys, "tags")


def test_another_interpreter(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """``--python`` takes a path, or a bare command like a shell."""
    by_path = answer(capsys, "tags", "--python", sys.executable)
    assert by_path == answer(capsys, "tags")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert by_path == answer(capsys, "tags", "--python", Path(sys.executable).name)


def test_described_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """For a described machine, no observations are shown."""
    text = answer(capsys, "--target", "manylinux_2_28_aarch64", "--python-version", "3.12")
    assert text.splitlines()[0] == "cpython 3.12 (cp312) on Linux with glibc 2.28 on aarch64"
    assert "Found" not in text
    assert "  platform tags        14: linux_aarch64, manylinux_2_28_aarch64, ..., manylinux2014_aarch64\n" in text


def test_options_may_stand_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """By default, argparse would let the command's defaults win, and silently show the wrong machine."""
    after = answer(capsys, "tags", "--json", "--facts", ARMEL)
    assert answer(capsys, "--json", "--facts", ARMEL, "tags") == after
    assert answer(capsys, "--json", "tags", "--facts", ARMEL) == after


BAD = {
    "no such file": (["--facts", "nowhere.json"], "cannot read 'nowhere.json': No such file or directory"),
    "a folder": (["--facts", "."], "cannot read '.': "),
    "a null byte": (["--facts", "a\0b"], "cannot read 'a\\x00b': "),
    "no UTF-8": (["--facts", "latin.json"], "cannot read 'latin.json': it is not UTF-8 text"),
    "no JSON": (["--facts", "empty.json"], "invalid facts 'empty.json': it is not JSON"),
    "no facts": (["tags", "--facts", "other.json"], "invalid facts 'other.json': facts lacks the key 'manytags_facts'"),
    "no target": (["--target-file", "other.json"], "invalid target 'other.json': "),
    "list for target": (["--target-file", "list.json"], "invalid target 'list.json': target is not a JSON object"),
    "deep JSON": (["--target-file", "deep.json"], "invalid target 'deep.json': "),
    "too long": (["--target-file", "long.json"], "invalid target 'long.json': longer than 1000000 characters"),
    "no interpreter": (
        ["facts", "--python", "no/python"],
        "cannot ask 'no/python' about itself: there is no such file",
    ),
    "unknown platform": (["--target", "what-is-this", "--python-version", "3.12"], "invalid target 'what-is-this': "),
    "unknown Python": (["--target", "win32", "--python-version", "x"], "invalid target 'x': "),
    "no version": (["--target", "win32"], "--target needs --python-version, such as 3.12"),
    "no target for it": (["--python-version", "3.12"], "--python-version belongs to --target"),
    "two machines": (["--facts", ARMEL, "tags", "--python", "p"], "--python and --facts name two machines; choose one"),
    "facts of no machine": (
        ["--target", "win32", "facts"],
        "--target describes a machine, so there are no facts",
    ),
    "script as JSON": (
        ["facts", "--script", "--json"],
        "--script prints a script; it cannot be combined with other options",
    ),
    "script of facts": (["--facts", ARMEL, "facts", "--script"], "--script prints a script"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error is one line that names the bad input, with status 2 and without a traceback."""
    monkeypatch.chdir(tmp_path)
    Path("latin.json").write_bytes(b'{"a": "\xe9"}')
    Path("empty.json").touch()
    Path("other.json").write_text('{"name": "a package.json, say"}', encoding="utf-8")
    Path("list.json").write_text("[]", encoding="utf-8")
    Path("deep.json").write_text("[" * 100_000, encoding="utf-8")
    Path("long.json").write_text('{"a": "' + "x" * 1_000_000 + '"}', encoding="utf-8")
    arguments, message = BAD[case]
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith(f"manytags: {message}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", ["nonsense", "tags --nonsense", "tags --plat", "facts --target=x"])
def test_wrong_arguments(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong arguments are bad input too; abbreviations are wrong, because new options would break them."""
    with pytest.raises(SystemExit) as caught:
        main(arguments.split())
    assert caught.value.code == 2
    assert "usage: manytags" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_and_version(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command explains itself."""
    with pytest.raises(SystemExit) as caught:
        main([*filter(None, [name]), "--help"])
    assert caught.value.code == 0
    assert ("--json" in capsys.readouterr().out) == (name != "prune")  # which writes a lock file
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"manytags {manytags.__version__}\n"


def test_as_a_process() -> None:
    """``python -m manytags`` is the command, and its status is the process's."""
    done = command("tags", "--facts", ARMEL)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.split()[0] == b"cp37-cp37m-linux_armv7l"
    done = command("--facts", "nowhere")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"manytags: cannot read 'nowhere'")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_facts_from_standard_input(encoding: str) -> None:
    """``ssh there manytags facts --json | manytags --facts -`` works, from Windows PowerShell too."""
    text = Path(ARMEL).read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "manytags", "tags", "--facts", "-"],
        input=text.encode(encoding),
        capture_output=True,
        check=True,
    )
    assert done.stdout.split()[0] == b"cp37-cp37m-linux_armv7l"


def test_ascii_terminal(tmp_path: Path) -> None:
    """A path that the terminal cannot show is escaped."""
    facts = tmp_path / "facts.json"
    facts.write_text(
        Path(ARMEL).read_text(encoding="utf-8").replace("/usr/bin/python3.7", "/é/python"), encoding="utf-8"
    )
    done = command("--facts", str(facts), LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\n/\\xe9/python\n" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="a shell's pipe")
@pytest.mark.parametrize("buffered", ["", "1"])
def test_closed_pipe_is_silent(buffered: str) -> None:
    """``manytags tags | head -1`` prints one line and no complaint."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "manytags", "tags", "--facts", ARMEL],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": buffered},
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_full_disk_is_reported() -> None:
    """The status is not success if the output was not written completely."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "manytags", "tags", "--facts", ARMEL],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith(b"manytags: cannot write the answer: ")
    assert done.stderr.count(b"\n") == 1


def test_a_command_loads_what_it_needs() -> None:
    """Scripts start a command hundreds of times, so it does not load what only other commands need."""
    code = (
        "import sys; before = {*sys.modules}; from manytags.cli import main; main(['tags'])\n"
        "print(*({*sys.modules} - before), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "manytags.cli.tags" in loaded
    assert not loaded & {
        *("manytags.cli.facts", "manytags.cli.index_files", "manytags.hosts.ask", "manytags.targets.named"),
        *("packaging", "subprocess", "typing", "textwrap", "platform", "sysconfig", "json"),
    }


def test_target_shows_what_a_name_means(capsys: pytest.CaptureFixture[str]) -> None:
    """People can look up which machine a name means."""
    lines = answer(capsys, "target", "raspios-12-armv7l").splitlines()
    assert lines[0] == "Linux with glibc 2.36 on armv7l"
    assert "  builds for     armv6l" in lines
    assert lines[-1] == "  linux_armv6l"
    data = json.loads(answer(capsys, "target", "alpine-3.20-arm64", "--json"))
    assert data["platform"]["musl"] == [1, 2]
    assert data["platform_tags"][0] == "linux_aarch64"
    text = answer(capsys, "target", "alpine-3.20-arm64", "--python-version", "3.13t")
    assert text.startswith("cpython 3.13 (cp313t) on Linux with musl 1.2 on aarch64\n")


def test_every_listed_name_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Every listed name is accepted by the other commands."""
    names = json.loads(answer(capsys, "targets", "--json"))
    assert {"linux", "aarch64-apple-darwin", "debian-12-aarch64", "alpine-3.20-x86_64"} <= set(names)
    for name in names:
        assert str(manytags.platform_from_name(name))
    text = answer(capsys, "targets")
    assert "  debian-12            glibc 2.36   Debian 12 (bookworm)" in text.splitlines()


def test_unknown_name_gives_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """After a typing error, people want to see the right name."""
    assert main(["target", "debain-12-arm64"]) == 2
    assert "the nearest names are debian-12-aarch64" in capsys.readouterr().err


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    """People get a reason that pip does not give, and scripts get a status."""
    wheel = "foo-1.0-cp37-cp37m-manylinux2014_armv7l.whl"
    assert main(["explain", f"dist/{wheel}", "--facts", ARMEL]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert wheel in lines
    assert (
        "  not compatible: the wheel's code is hard-float Arm (armhf); this interpreter is soft-float (armel)" in lines
    )
    assert any("e_flags 0x05000200" in line for line in lines)
    assert main(["explain", "foo-1.0-py3-none-any.whl", "--facts", ARMEL]) == 0
    assert "compatible: rank" in capsys.readouterr().out
    assert main(["explain", "--json", wheel, "--facts", ARMEL]) == 1
    (data,) = json.loads(capsys.readouterr().out)
    assert [reason["kind"] for reason in data["reasons"]] == ["float_abi"]


def test_explain_with_a_pip(capsys: pytest.CaptureFixture[str]) -> None:
    """A script that installs with an old pip learns that the wheel fits and will not be installed."""
    there = ["--target", "rocky-8-x86_64", "--python-version", "3.9"]
    wheel = "foo-1.0-py3-none-manylinux_2_17_x86_64.whl"
    assert main(["explain", wheel, "--pip", "20.2.4", *there]) == 1
    assert "but pip 20.2.4 passes it over" in capsys.readouterr().out
    assert main(["explain", wheel, "--pip", "20.3", *there]) == 0
    out = capsys.readouterr().out
    assert "pip download --only-binary=:all: --platform manylinux_2_17_x86_64 --python-version 3.9" in out
    assert "--platform takes the tag that it names and its legacy aliases alone" in out
    assert main(["explain", wheel, "--pip", "new", *there]) == 2
    assert "expected a version of pip" in capsys.readouterr().err


def test_explain_what_people_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What pip said, or a requirement with a page, is as good as the name of a file."""
    page = tmp_path / "foo.json"
    page.write_text(json.dumps({"name": "foo", "files": [{"filename": "foo-1.0-cp311-cp311-win_amd64.whl"}]}))
    there = ["--target", "win_amd64", "--python-version", "3.12"]
    said = "ERROR: No matching distribution found for foo==1.0"
    for text in (said, "foo==1.0", "foo == 1.0", "foo"):
        assert main(["explain", text, "--page", str(page), *there]) == 1
        assert "none of 1 wheel of 1.0 fits; the nearest: foo-1.0-cp311-cp311-win_amd64.whl" in capsys.readouterr().out
    assert main(["explain", said, *there]) == 2
    assert "'foo==1.0' needs --page" in capsys.readouterr().err
    assert main(["explain", "ERROR: foo-1.0-cp312-cp312-win_amd64.whl is not supported", *there]) == 0
    assert main(["explain", "a folder/foo-1.0-cp312-cp312-win_amd64.whl", *there]) == 0
    capsys.readouterr()
    assert main(["explain", "foo-1.0-cp312-cp312-win_amd64 (1).whl", "--json", *there]) == 2
    (data,) = json.loads(capsys.readouterr().out)
    assert data["reasons"][0]["values"]["meant"] == "foo-1.0-cp312-cp312-win_amd64.whl"


def test_pips_flags(capsys: pytest.CaptureFixture[str]) -> None:
    """Who downloads for another machine copies the options instead of guessing them."""
    assert main(["target", "macosx_14_0_arm64", "--python-version", "3.12", "--pip-flags"]) == 0
    assert capsys.readouterr().out == (
        "--platform macosx_14_0_arm64 --python-version 3.12 --implementation cp --abi cp312\n"
    )
    assert main(["target", "macosx_14_0_arm64", "--pip-flags"]) == 2
    assert "--pip-flags needs --python-version" in capsys.readouterr().err


def test_other_tools_files_are_targets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files that pex or an installed Python wrote are accepted like our own."""
    there = manytags.target("3.14", "manylinux_2_41_x86_64")
    saved = tmp_path / "file.json"
    for text, tags in (
        (manytags.target_to_pex(there), there.triples()),
        (manytags.target_to_build_details(there, "/usr"), manytags.target("3.14", "linux_x86_64").triples()),
    ):
        saved.write_text(text, encoding="utf-8")
        assert answer(capsys, "tags", "--target-file", str(saved)).splitlines() == list(tags)
