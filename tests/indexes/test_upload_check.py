"""``manytags upload-check``: what people see, what programs read, its statuses, and how it fails."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from manytags.cli import main

from .test_upload import wheel_with_code

if TYPE_CHECKING:
    from pathlib import Path

GOOD, ODD, BAD = (f"foo-1.0-py3-none-{tag}.whl" for tag in ("any", "linux_armv7l", "linux_x86_64"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command; return its status and what it printed."""
    status = main(("upload-check", *arguments))
    out, err = capsys.readouterr()
    return status, out, err


def test_what_people_see(capsys: pytest.CaptureFixture[str]) -> None:
    """Each file has a verdict, a reason, and advice."""
    status, out, err = run(capsys, f"dist/{GOOD}", BAD, "dist/foo-1.0.tar.gz")
    assert (status, err) == (1, "")
    lines = out.splitlines()
    assert lines[:3] == [
        f"{GOOD}: accepted",
        f"{BAD}: refused",
        f"  refused: Binary wheel '{BAD}' has an unsupported platform tag 'linux_x86_64'.",
    ]
    assert [line.split(":")[0] for line in lines[3:]] == ["    instead", "    rule"]


def test_status(capsys: pytest.CaptureFixture[str]) -> None:
    """A release script stops if the index would refuse a file, and with --strict if it should."""
    assert run(capsys, GOOD)[0] == 0
    status, out, _ = run(capsys, ODD)
    assert status == 0
    assert out.startswith(f"{ODD}: accepted, but see below\n  accepted but misleading: ")
    assert run(capsys, "--strict", ODD)[0] == 1
    assert run(capsys, "--strict", GOOD)[0] == 0
    assert run(capsys, "--index", "strict", ODD)[0] == 1
    assert run(capsys, "--index", "piwheels", ODD)[0] == 0


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads the fields."""
    status, out, _ = run(capsys, "--json", GOOD, ODD, BAD)
    results = json.loads(out)
    assert status == 1
    assert [(checked["file"], checked["accepted"], len(checked["problems"])) for checked in results] == [
        (GOOD, True, 0),
        (ODD, True, 1),
        (BAD, False, 1),
    ]
    assert results[2]["problems"][0]["tag"] == "linux_x86_64"
    assert set(results[2]["problems"][0]) == {"tag", "severity", "message", "instead", "rule", "source", "date"}


def test_a_list_on_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`ls dist | manytags upload-check -`."""
    monkeypatch.setattr("manytags.cli.index_files.read_text", lambda *_: f"{GOOD}\ndist/{BAD}\n\nREADME\n")
    status, out, _ = run(capsys, "-")
    assert status == 1
    assert f"{GOOD}: accepted" in out
    assert f"{BAD}: refused" in out
    assert "README" not in out


def test_own_profile(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file can have the rules of a private index; an error in them names the file."""
    profile = tmp_path / "ours.json"
    rules = [{"tags": ["linux_x86_64"], "action": "accept"}]
    profile.write_text(json.dumps({"manytags_profile": 1, "name": "ours", "extends": "pypi", "rules": rules}))
    assert run(capsys, "--profile", str(profile), BAD)[0] == 0
    profile.write_text('{"manytags_profile": 1, "name": "ours", "rule": []}')
    status, out, err = run(capsys, "--profile", str(profile), BAD)
    assert (status, out) == (2, "")
    assert err == f"manytags: invalid profile {str(profile)!r}: profile has the unknown key 'rule'\n"
    status, _, err = run(capsys, "--profile", str(tmp_path / "none.json"), BAD)
    assert status == 2
    assert "cannot read" in err


def test_audit(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A false tag is reported if the wheel is opened, but not for a bare name."""
    wheel = wheel_with_code(tmp_path, "manylinux_2_17_aarch64")
    (tmp_path / "README").write_text("no wheel")
    assert run(capsys, "--index", "strict", str(wheel))[0] == 0
    for given in (wheel, tmp_path):
        status, out, err = run(capsys, "--index", "strict", "--audit", str(given))
        assert (status, err) == (1, "")
        assert "the platform tag manylinux_2_17_aarch64 is false" in out


def test_audit_of_a_broken_wheel(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It is bad input, and the other wheels are still checked."""
    good = wheel_with_code(tmp_path, "linux_armv7l")
    broken = tmp_path / GOOD
    broken.write_bytes(b"PK")
    status, out, err = run(capsys, "--audit", str(broken), str(good))
    assert status == 2
    assert f"invalid wheel {GOOD!r}" in err
    assert out.startswith(f"{good.name}: ")
    shutil.rmtree(tmp_path)
    status, out, err = run(capsys, "--audit", str(broken))
    assert (status, out) == (2, "")
    assert "there is no such file" in err


@pytest.mark.parametrize(
    "arguments", [["foo-1.0.tar.gz"], ["--audit", "foo-1.0.tar.gz"], ["foo-1.0.zip", "foo-1.0.tar.gz.asc"]]
)
def test_no_wheels(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """A script that checks the wrong folder must not get a success."""
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err == "manytags: there are no wheels among the files: no name ends in '.whl'\n"


def test_wrong_options(capsys: pytest.CaptureFixture[str]) -> None:
    """Two indexes at once, and unknown ones, are refused."""
    for arguments in (["--index", "testpypi", GOOD], ["--index", "strict", "--profile", "x.json", GOOD]):
        with pytest.raises(SystemExit) as caught:
            run(capsys, *arguments)
        assert caught.value.code == 2


def test_odd_names_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    """A name must not move the terminal's cursor."""
    status, out, _ = run(capsys, "foo\x1b[2J-1.0-py3-none-any.whl")
    assert status == 1
    assert "\x1b" not in out


def test_a_slip_of_the_hand(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped wheel must not be skipped."""
    status, out, err = run(capsys, "foo-1.0-py3-none-any.wh", GOOD)
    assert (status, out) == (2, f"{GOOD}: accepted\n")
    assert err == "manytags: 'foo-1.0-py3-none-any.wh' is not a wheel: its name does not end in '.whl'\n"
