"""``manytags hook``: what is written, where, and what is refused. ``tests/oracle`` shows what installers make of it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import manytags
from manytags.cli import main
from manytags.cli.hook import notes
from manytags.loaders import host

HOSTS = Path(__file__).parents[1] / "hosts"
PYTHON = manytags.Python("cpython", (3, 12), ("cp312",))
ARM64 = ("--target", "debian-12-arm64")
OWN = "manylinux_2_36_aarch64"
UV = f"manytags: uv will take no manylinux wheels at all: it only asks about {OWN}, which is refused\n"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command; return its status and what it printed."""
    status = main(["hook", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def bookworm(tmp_path: Path) -> str:
    """Write the facts of a Debian 12 on x86_64 with a broken ``_manylinux`` module to a file."""
    document = json.loads((HOSTS / "bookworm-amd64.json").read_text(encoding="utf-8"))["facts"]
    document["facts"]["manylinux_module"] = {"value": "/site/_manylinux.py", "seen": "import _manylinux"}
    document["facts"]["manylinux_failed"] = {"value": ["import _manylinux: raised E()"], "seen": "import _manylinux"}
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(manytags.InvalidManylinuxModule):
        manytags.target_from_facts(manytags.Facts.from_json(file.read_text(encoding="utf-8")))
    return str(file)


#: Options -> the same by the library's function, and whether uv is left without.
CLAIMS: dict[str, tuple[tuple[str, ...], str | None, bool]] = {
    "--ceiling 2_28": (("2_28",), None, True),
    "--ceiling manylinux2014": (("2_17",), None, True),
    "--ceiling 2_36": (("2_36",), None, False),
    "--all": (("all",), None, False),
    "--none": (("none",), None, True),
    "--variable NIX_PYTHON_MANYLINUX": (("none",), "NIX_PYTHON_MANYLINUX", False),
    "--variable MANYLINUX_MAX --default all": (("all",), "MANYLINUX_MAX", False),
    "--variable MANYLINUX_MAX --default 2_28": (("2_28",), "MANYLINUX_MAX", False),
}


@pytest.mark.parametrize("options", CLAIMS)
def test_each_claim(options: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The output can be redirected into the file; notes about uv are not part of it."""
    (claim,), variable, warned = CLAIMS[options]
    platform = manytags.platform_from_name("debian-12-arm64")
    status, out, err = run(capsys, *options.split(), *ARM64)
    assert (status, err) == (0, UV if warned else "")
    assert out == manytags.manylinux_hook(claim, variable, platform)


def test_what_is_there_already_does_not_count(bookworm: str, capsys: pytest.CaptureFixture[str]) -> None:
    """People who have a broken module, or one that refuses everything, must be able to write another."""
    status, out, _ = run(capsys, "--ceiling", "2_28", "--facts", bookworm)
    assert status == 0
    assert "# for Linux with glibc 2.36 on x86_64\n" in out


def test_a_32_bit_userland_is_not_warned_for_nothing() -> None:
    """uv asks about armv8l there, the wheels are for armv7l, and both are taken."""
    facts = json.loads((HOSTS / "vm-arm64-armhf.json").read_text(encoding="utf-8"))["facts"]
    platform = manytags.target_from_facts(manytags.Facts.from_json(json.dumps(facts))).platform
    assert platform.arch == "armv8l"
    every = [tag for tag in manytags.Target(PYTHON, platform).platform_tags() if tag.startswith("manylinux_")]
    assert notes(every, platform) == [f"verified: {len(every)} versions, the newest is {every[0]}"]
    refused = notes(every[1:], platform)[1]
    assert refused.startswith(f"uv will take no manylinux wheels at all: it only asks about {every[0]}")


def test_a_python_for_the_target_is_taken_and_not_needed(capsys: pytest.CaptureFixture[str]) -> None:
    """Other commands need a Python with --target; here it makes no difference."""
    assert run(capsys, "--all", *ARM64) == run(capsys, "--all", *ARM64, "--python-version", "3.12")


REFUSED = {
    "": "one of these is needed: --ceiling, --all, --none, --variable, --verified, --where",
    "--all --default none": "--default belongs to --variable",
    "--all --root /": "--root belongs to --verified",
    "--all --force": "--force belongs to --output",
    "--where --all": "--where cannot be combined with --all",
    "--where --target win32": "--where cannot be combined with --target",
    "--verified --target debian-12-arm64": "--verified checks this machine; with --target it also needs --root",
    "--all --target win32": "invalid _manylinux module 'Windows (win32)': the platform takes no manylinux wheels",
    "--all --target alpine-3.20-arm64": "the platform takes no manylinux wheels, with or without a module",
    "--ceiling 2x --target debian-12-arm64": "invalid _manylinux module '2x': expected 'all', 'none' or a version",
    "--ceiling= --target debian-12-arm64": "invalid _manylinux module '': expected 'all', 'none' or a version",
    "--variable A-B --target debian-12-arm64": "invalid _manylinux module 'A-B': the name of a variable has letters",
    "--where --python /no/such": "cannot ask '/no/such' about itself",
    "--verified --root /no/such/root": "invalid input '/no/such/root': there is no such folder",
}


@pytest.mark.parametrize("options", REFUSED)
def test_bad_input(options: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The error is one line, and standard output is empty, so that it cannot be taken for a module."""
    status, out, err = run(capsys, *options.split())
    assert (status, out) == (2, "")
    assert err.startswith("manytags: ")
    assert REFUSED[options] in err
    assert err.count("\n") == 1


def test_two_claims(capsys: pytest.CaptureFixture[str]) -> None:
    """Contradictory claims are refused."""
    with pytest.raises(SystemExit, match="2"):
        main(["hook", "--all", "--none"])
    assert "not allowed with argument" in capsys.readouterr().err


def test_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is complete, everyone may read it, and a file that manytags wrote is replaced."""
    file = tmp_path / "_manylinux.py"
    for options in (["--all"], ["--ceiling", "2_36"]):
        assert run(capsys, *options, *ARM64, "--output", str(file)) == (0, "", "")
        assert file.read_text(encoding="ascii") == run(capsys, *options, *ARM64)[1]
    assert [path.name for path in tmp_path.iterdir()] == ["_manylinux.py"]
    if os.name == "posix":
        umask = os.umask(0)
        os.umask(umask)
        assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~umask


def test_python_sees_what_was_written_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Within a second, Python cannot tell two modules of the same size apart, and would use the old .pyc."""
    for minor in range(30, 34):
        run(capsys, "--ceiling", f"2_{minor}", *ARM64, "--output", str(tmp_path / "_manylinux.py"))
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import _manylinux; print(_manylinux.NEWEST)"
        done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
        assert (tmp_path / "__pycache__").is_dir()
        assert done.stdout == f"(2, {minor})\n"


def test_what_others_wrote_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A distribution's own module is not lost by mistake; with --force it is replaced."""
    file = tmp_path / "_manylinux.py"
    file.write_text("manylinux1_compatible = False\n", encoding="ascii")
    status, _, err = run(capsys, "--all", *ARM64, "--output", str(file))
    assert status == 2
    assert "there is a file that manytags did not write; see --force" in err
    assert file.read_text(encoding="ascii") == "manylinux1_compatible = False\n"
    assert run(capsys, "--all", *ARM64, "--output", str(file), "--force")[0] == 0
    assert "hook --all" in file.read_text(encoding="ascii")


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
def test_places_that_are_no_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe must not block, a device must not be replaced, and a link stays a link."""
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", tmp_path, Path("/dev/null")):
        status, _, err = run(capsys, "--all", *ARM64, "--output", str(place), "--force")
        assert status == 2
        assert "it is not a regular file; the module is called _manylinux.py" in err
    status, _, err = run(capsys, "--all", *ARM64, "--output", str(tmp_path / "no" / "folder"))
    assert status == 2
    assert "No such file or directory" in err
    (tmp_path / "link").symlink_to("file.py")
    assert run(capsys, "--all", *ARM64, "--output", str(tmp_path / "link"))[0] == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file.py").is_file()


def test_where(capsys: pytest.CaptureFixture[str]) -> None:
    """The folder is where the packages of this or another interpreter are."""
    here = run(capsys, "--where")
    assert here[0] == 0
    assert Path(here[1].rstrip("\n")).name in {"site-packages", "dist-packages"}
    there = subprocess.run(
        [sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert run(capsys, "--where", "--python", sys.executable) == (0, there.stdout, "")


def test_verified(bookworm: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The module claims the versions whose libraries are in the root, and the user sees which these are."""
    asked = []

    def check_host(tag: str, python: str | None, root: str | None) -> bool:
        asked.append((tag, python, root))
        return tag in {"manylinux_2_5_x86_64", "manylinux_2_12_x86_64"}

    assert host.verified_tags.__defaults__ == (host.check_host,), "loaded before it is replaced"
    monkeypatch.setattr(host, "check_host", check_host)
    status, out, err = run(capsys, "--verified", "--root", "/srv/root", "--facts", bookworm)
    assert status == 0
    claimed = [f"manylinux_2_{minor}_x86_64" for minor in range(5, 17)]
    platform = manytags.platform_from_name("debian-12-x86_64")
    assert out == manytags.manylinux_hook(claimed, platform=platform)
    assert err.splitlines()[0] == "manytags: verified: 12 versions, the newest is manylinux_2_16_x86_64"
    assert "uv will take no manylinux wheels at all: it only asks about manylinux_2_36_x86_64" in err
    assert ("manylinux_2_36_x86_64", None, "/srv/root") in asked
    monkeypatch.setattr(host, "check_host", lambda *_, **__: False)
    _, out, err = run(capsys, "--verified", "--root", "/srv/root", "--facts", bookworm)
    assert err.splitlines()[0] == "manytags: verified: no version"
    assert "TAKEN = {\n}\n" in out


@pytest.mark.skipif(sys.platform != "linux", reason="looks at this machine's libraries")
def test_verified_here(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a root this machine is checked, and the module claims what the library lists."""
    platform = manytags.target_from_facts(manytags.probe()).platform
    if platform.glibc is None:
        pytest.skip("no glibc here")
    status, out, _ = run(capsys, "--verified")
    assert status == 0
    assert out == manytags.manylinux_hook(manytags.verified_tags(platform), platform=platform)
