"""What the documents promise: the README's two commands, the examples, and the links."""

from __future__ import annotations

import doctest
import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import manytags
from manytags.cli import COMMANDS, main

from .audits.made_wheels import ARMHF, FALSE, put_wheel
from .binaries.made_macho import universal2

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
    if "_build" not in path.parts
]


def read(document: str) -> str:
    """Read a document, named from the top of the project."""
    return (ROOT / document).read_text(encoding="utf-8")


def marked_commands(text: str) -> dict[str, str]:
    """Find the fenced blocks that follow a ``<!-- command: NAME -->`` line."""
    return dict(re.findall(r"^<!-- command: (\w+) -->\n```sh\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL))


def runnable(text: str) -> str:
    """Blank all lines outside of ``pycon`` fences, so that examples keep their line numbers."""
    inside, lines = False, []
    for line in text.splitlines():
        if line.startswith("```"):
            inside = line == "```pycon"
        lines.append(line if inside and not line.startswith("```") else "")
    return "\n".join(lines)


def sessions(text: str) -> list[tuple[str, str]]:
    """Find the ``manytags`` commands in ``console`` fences that are shown with their output."""
    fences = re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    shown = [part.partition("\n") for fence in fences for part in re.split(r"^\$ ", fence, flags=re.MULTILINE)]
    return [(command, output) for command, _, output in shown if command.startswith("manytags") and output]


def shown_machines() -> dict[str, str]:
    """List the files of facts that commands in the documents read."""
    armhf = json.loads(read("tests/hosts/bookworm-armhf.json"))["facts"]
    return {"armhf.json": json.dumps(armhf), "switch.json": read("tests/cli/machines/armel-switch.json")}


def test_readme_has_two_commands_of_one_line() -> None:
    """Readers and CI copy single lines: one that shows the machine, and one that runs the tests."""
    commands = marked_commands(read("README.md"))
    assert sorted(commands) == ["run", "test"]
    assert read("README.md").count("<!-- command:") == 2
    for command in commands.values():
        assert command.strip() == command
        assert len(command.splitlines()) == 1
    assert commands["run"].endswith("bin/manytags")
    assert commands["test"].endswith("python -m pytest")


#: A ``python3`` whose virtual environments have tools that only record how they are called.
PYTHON = """\
#!/bin/sh
test "$1" = -c && exit
for folder; do :; done
mkdir -p "$folder/bin"
for tool in pip ruff mypy sphinx-build; do
    printf '#!/bin/sh\\necho "%s $*" >>"$CALLS"\\ntest "%s $1" != "$FAILING"\\n' $tool $tool >"$folder/bin/$tool"
    chmod +x "$folder/bin/$tool"
done
"""
CHECKS = {
    "pip install": "install",
    "ruff check": "lint",
    "ruff format": "format",
    "mypy ": "types",
    "sphinx-build -q": "docs",
}
BASH = pytest.mark.skipif(os.name != "posix" or shutil.which("bash") is None, reason="a bash script")


def run_ci(folder: Path, readme: str, failing: str = "") -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run ``.ci/run`` in a folder with a README; return what it did, and which tools it called."""
    for name in (".ci", "bin"):
        (folder / name).mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    (folder / "bin" / "python3").write_text(PYTHON)
    (folder / "bin" / "python3").chmod(0o755)
    calls = folder / "calls"
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "CALLS": str(calls), "FAILING": failing}
    done = subprocess.run([folder / ".ci" / "run"], capture_output=True, text=True, check=False, env=environment)
    return done, calls.read_text().splitlines() if calls.exists() else []


@BASH
@pytest.mark.parametrize("status", [0, 3])
def test_ci_runs_what_the_readme_says(tmp_path: Path, status: int) -> None:
    """CI must run the documented command, and must not hide a failure."""
    said = marked_commands(read("README.md"))["test"]
    mine = f"pwd && echo 'the summary' && exit {status}"
    done, calls = run_ci(tmp_path, read("README.md").replace(said, mine))
    assert done.stdout.splitlines() == [str(tmp_path.resolve()), "the summary"]
    assert done.returncode == status
    assert [any(call.startswith(check) for call in calls) for check in CHECKS] == [True] * len(CHECKS)


@BASH
@pytest.mark.parametrize("check", CHECKS)
def test_ci_ends_with_the_check_that_fails(tmp_path: Path, check: str) -> None:
    """A change that breaks style, types or documents must not pass, and the last line must say what broke."""
    done, calls = run_ci(tmp_path, read("README.md"), failing=check)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == f".ci/run: {CHECKS[check]} failed"
    assert calls[-1].startswith(check)


@BASH
def test_ci_refuses_a_readme_without_the_command(tmp_path: Path) -> None:
    """Without a command CI must fail, because nothing was tested."""
    done, calls = run_ci(tmp_path, "# nothing\n")
    assert done.returncode == 2
    assert "no test command" in done.stderr
    assert not calls


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if ">>>" in runnable(read(document))])
def test_examples_run(document: str) -> None:
    """A wrong example misleads its readers. Each document is one session."""
    text = runnable(read(document))
    session = doctest.DocTestParser().get_doctest(text, {}, document, str(ROOT / document), 0)
    complaints: list[str] = []
    failed, tried = doctest.DocTestRunner().run(session, out=complaints.append)
    assert tried
    assert not failed, "".join(complaints)


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if sessions(read(document))])
def test_command_lines_print_what_is_shown(
    document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outdated output would make readers doubt their own. ``...`` marks omitted lines."""
    for name, facts in shown_machines().items():
        (tmp_path / name).write_text(facts, encoding="utf-8")
    put_wheel(tmp_path, FALSE)
    corpus = sorted((ROOT / "tests" / "data" / "corpus").glob("*.jsonl.gz"))
    (tmp_path / "index.jsonl").write_bytes(b"".join(gzip.decompress(path.read_bytes()) for path in corpus))
    (tmp_path / "armhf.so").write_bytes(ARMHF)
    (tmp_path / "_demo.so").write_bytes(universal2())
    monkeypatch.chdir(tmp_path)
    for command, shown in sessions(read(document)):
        assert main(shlex.split(command)[1:]) in {0, 1}  # "no" is an answer
        printed = capsys.readouterr().out
        assert doctest.OutputChecker().check_output(shown, printed, doctest.ELLIPSIS), printed


def test_reference_lists_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """Users cannot find an option that is not in the reference, and a removed option there misleads them."""
    for command in ([], *([name] for name in COMMANDS)):
        with pytest.raises(SystemExit):
            main([*command, "--help"])
    option = r"--[a-z][a-z-]+"
    assert set(re.findall(option, capsys.readouterr().out)) == set(re.findall(option, read("docs/reference/cli.md")))


def test_reference_lists_every_public_name() -> None:
    """Users cannot rely on a public name that is not documented."""
    documented = re.findall(r"^\.\. auto\w+:: manytags\.(\w+)$", read("docs/reference/api.rst"), re.MULTILINE)
    assert sorted(documented) == sorted({*dir(manytags)} - {"__version__"})


def test_no_example_escapes() -> None:
    """An example in another kind of fence would never be run."""
    assert ">>>" in runnable(read("README.md"))
    for document in DOCUMENTS:
        text = read(document)
        assert runnable(text).count("\n>>>") == text.count("\n>>>"), document


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    """Readers follow links between files on code hosts, where no documentation builder checks them."""
    text = read(document)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    missing = [target for target in targets if target and not (ROOT / document).parent.joinpath(target).exists()]
    assert not missing
