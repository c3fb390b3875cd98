"""The commands that choose: pick, cover, pylock. What people see, what programs read, and how they fail."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import manytags
from manytags.cli import main

WINDOWS = ("--target", "win32", "--python-version", "3.12")
PURE, OWN, NEWER = "foo-1.0-py3-none-any.whl", "foo-1.0-cp312-cp312-win32.whl", "foo-2.0-cp313-cp313-win32.whl"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its status and what it printed."""
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def give(monkeypatch: pytest.MonkeyPatch, data: bytes, tmp_path: Path) -> None:
    """Put data on standard input, which the command reads as file descriptor 0."""
    given = tmp_path / "stdin"
    given.write_bytes(data)
    really = open

    def instead(path: int | str, mode: str, closefd: bool = True) -> object:  # noqa: ARG001 - open's own
        return really(given if path == 0 else path, mode)

    monkeypatch.setattr("builtins.open", instead)


def test_pick(capsys: pytest.CaptureFixture[str]) -> None:
    """A script reads the single line that is printed."""
    assert run(capsys, "pick", PURE, f"dist/{OWN}", NEWER, "foo-1.0.tar.gz", *WINDOWS) == (0, f"{OWN}\n", "")
    assert run(capsys, "pick", "--all", PURE, OWN, NEWER, *WINDOWS) == (0, f"{OWN}\n{PURE}\n", "")


def test_pick_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a pick there is no output, the status is 1, and people get a hint."""
    status, out, err = run(capsys, "pick", NEWER, *WINDOWS)
    assert (status, out) == (1, "")
    assert err == (
        "manytags: nothing of foo fits cpython 3.12 (cp312) on Windows (win32)\n"
        "  2.0: the wheel is for CPython 3.13 (cp313); the target's Python is 3.12\n"
    )
    status, out, err = run(capsys, "pick", "foo-1.0.tar.gz", *WINDOWS)
    assert (status, out) == (1, "")
    assert "1.0: it has no wheel" in err
    status, out, err = run(capsys, "pick", "README", *WINDOWS)
    assert (status, out) == (1, "")
    assert "there is nothing to pick" in err


def test_pick_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets the pick of each project, and what else fits."""
    status, out, _ = run(capsys, "pick", "--json", PURE, OWN, NEWER, "bar-1-cp27-none-any.whl", *WINDOWS)
    assert status == 1
    bar, foo = json.loads(out)
    assert (bar["project"], bar["version"], bar["pick"], bar["file"], bar["fitting"]) == ("bar", None, None, None, [])
    assert (foo["project"], foo["version"], foo["pick"], foo["fitting"]) == ("foo", "1.0", OWN, [OWN, PURE])
    assert foo["file"] == {"filename": OWN}
    assert foo["passed_over"] == [
        {
            "version": "2.0",
            "kind": "no wheel fits",
            "because": "the wheel is for CPython 3.13 (cp313); the target's Python is 3.12",
        }
    ]


def test_pick_the_newest_release(capsys: pytest.CaptureFixture[str]) -> None:
    """The newest release that fits is picked from a page; a pre-release only if nothing else fits."""
    names = [f"foo-{version}-py3-none-any.whl" for version in ("1.9", "1.10", "2.0rc1")]
    assert run(capsys, "pick", *names, *WINDOWS)[1] == f"{names[1]}\n"
    assert run(capsys, "pick", "--all", *names, *WINDOWS)[1].split() == [names[1], names[0]]
    assert run(capsys, "pick", "--all", "--pre", *names, *WINDOWS)[1].split() == [names[2], names[1], names[0]]
    assert run(capsys, "pick", "--specifier", "<1.10", *names, *WINDOWS)[1] == f"{names[0]}\n"
    sdist = ("pick", *names, "foo-1.11.tar.gz", *WINDOWS, "--sdists")
    assert run(capsys, *sdist, "build")[1] == "foo-1.11.tar.gz\n"
    assert run(capsys, *sdist, "prefer-binary")[1] == f"{names[1]}\n"
    assert run(capsys, "pick", names[2], *WINDOWS)[1] == f"{names[2]}\n"


def test_a_bad_name_is_reported_and_the_rest_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    """One invalid upload does not stop the choice."""
    status, out, err = run(capsys, "pick", "fo\x1bo.whl", PURE, *WINDOWS)
    assert (status, out) == (2, f"{PURE}\n")
    assert err.startswith("manytags: invalid wheel file name 'fo\\x1bo.whl'")
    assert err.count("\n") == 1


def test_pick_from_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wheelhouse has several projects, and other files."""
    for name in (PURE, OWN, "bar-1-py3-none-any.whl", "README.txt"):
        (tmp_path / name).touch()
    assert run(capsys, "pick", str(tmp_path), *WINDOWS) == (0, f"bar-1-py3-none-any.whl\n{OWN}\n", "")


PAGE = {
    "meta": {"api-version": "1.1"},
    "name": "foo",
    "files": [
        {"filename": OWN, "url": "", "hashes": {}, "yanked": "broken"},
        {"filename": PURE, "url": "", "hashes": {}, "requires-python": ">=3.8", "yanked": False},
        {"filename": "foo-3.0-py3-none-any.whl", "url": "", "hashes": {}, "requires-python": ">=3.13"},
    ],
}


def test_pick_from_an_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``requires-python`` and ``yanked`` of an index page count."""
    page = tmp_path / "foo.json"
    page.write_text(json.dumps(PAGE), encoding="utf-8")
    assert run(capsys, "pick", str(page), *WINDOWS) == (0, f"{PURE}\n", "")
    assert run(capsys, "pick", str(page), "--yanked", "--all", *WINDOWS)[1].split() == [PURE, OWN]
    page.write_text(json.dumps([PURE, {"filename": OWN}]), encoding="utf-8")
    assert run(capsys, "pick", str(page), *WINDOWS) == (0, f"{OWN}\n", "")


HTML = f"""<!DOCTYPE html>
<html><body>
<a href="../../{OWN}#sha256=00" data-yanked="">{OWN}</a><br/>
<a href="../../{PURE}#sha256=01" data-requires-python="&gt;=3.8">{PURE}</a><br/>
<a href="../../foo-3.0-py3-none-any.whl" data-requires-python="&gt;=3.13">foo-3.0-py3-none-any.whl</a><br/>
</body></html>
"""


@pytest.mark.parametrize("name", ["foo.html", "-"])
def test_an_html_page_is_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page that ``curl`` saved has links; its lines are not file names."""
    give(monkeypatch, HTML.encode(), tmp_path)
    path = str(tmp_path / name) if name != "-" else name
    Path(tmp_path / "foo.html").write_text(HTML, encoding="utf-8")
    assert run(capsys, "pick", path, *WINDOWS) == (0, f"{PURE}\n", "")
    found = json.loads(run(capsys, "pick", "--json", path, *WINDOWS)[1])[0]["file"]
    assert (found["url"], found["hashes"]) == (f"../../{PURE}", {"sha256": "01"})
    assert run(capsys, "which-wheels", path, "--for", "win32:3.12") == (0, f"{PURE}\n", "")
    assert "3 wheels" in run(capsys, "census", path)[1]


@pytest.mark.parametrize(
    ("data", "picked"),
    [
        (f"{PURE}\n\n dist/{OWN} \r\nfoo-1.0.tar.gz\n".encode(), OWN),
        (json.dumps(PAGE).encode(), PURE),
        (json.dumps([PURE]).encode("utf-16"), PURE),
    ],
    ids=["names", "page", "list"],
)
def test_pick_from_standard_input(
    data: bytes, picked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``ls dist | manytags pick -`` and ``curl ... | manytags pick -`` work."""
    give(monkeypatch, data, tmp_path)
    assert run(capsys, "pick", "-", *WINDOWS) == (0, f"{picked}\n", "")


MACHINES = ("--for", "win32:3.12", "--for", "debian-12-arm64:3.11")


def test_cover(capsys: pytest.CaptureFixture[str]) -> None:
    """The table says which machine takes what, and how many files there are to record."""
    status, out, err = run(capsys, "cover", PURE, OWN, *MACHINES)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"  win32:3.12            {OWN}",
        f"  debian-12-arm64:3.11  {PURE}",
        "",
        "2 wheels for 2 of 2 machines",
        f"  {OWN}",
        f"  {PURE}",
    ]
    assert "1 wheel for 2 of 2 machines" in run(capsys, "cover", "--fewest", PURE, OWN, *MACHINES)[1]


def test_cover_leaves_one_without(capsys: pytest.CaptureFixture[str]) -> None:
    """The status is 1, and the machine is named."""
    status, out, _ = run(capsys, "cover", OWN, "--json", *MACHINES)
    assert status == 1
    assert json.loads(out) == {
        "release": "1.0",
        "files": [{"filename": OWN}],
        "chosen": {"win32:3.12": OWN, "debian-12-arm64:3.11": None},
        "without": ["debian-12-arm64:3.11"],
        "exact": True,
    }
    assert "  debian-12-arm64:3.11  no wheel fits" in run(capsys, "cover", OWN, *MACHINES)[1].splitlines()


def test_targets_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A project can list its machines in a file, by name or as exact targets."""
    listed = tmp_path / "machines"
    listed.write_text("# ours\nwin32:3.12\n\ndebian-12-arm64:3.11\n", encoding="utf-8")
    by_name = run(capsys, "cover", PURE, OWN, "--targets", str(listed))
    assert by_name == run(capsys, "cover", PURE, OWN, *MACHINES)
    exact = [json.loads(manytags.target("3.12", "win32").to_json())]
    listed.write_text(json.dumps(exact), encoding="utf-8")
    assert f"  cpython 3.12 (cp312) on Windows (win32)  {OWN}" in run(capsys, "cover", OWN, "--targets", str(listed))[1]


LOCK = """\
lock-version = "1.0"
created-by = "test"
extras = ["fast"]
dependency-groups = ["dev", "docs"]
default-groups = ["dev"]
"""
for _name, _tag, _marker in (
    ("pure", "py3-none-any", ""),
    ("own", "cp312-cp312-win32", ""),
    ("fast", "py3-none-any", "'fast' in extras"),
    ("dev", "py3-none-any", "'dev' in dependency_groups"),
    ("docs", "py3-none-any", "'docs' in dependency_groups"),
):
    LOCK += f'[[packages]]\nname = "{_name}"\nversion = "1.0"\n' + (f'marker = "{_marker}"\n' if _marker else "")
    LOCK += f'wheels = [{{path = "{_name}-1.0-{_tag}.whl", hashes = {{sha256 = "00"}}}}]\n'

needs_toml = pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 reads no TOML by itself")


@pytest.fixture
def lock(tmp_path: Path) -> str:
    """Write the lock file."""
    pytest.importorskip("packaging.pylock", reason="packaging 26.0 is the first that reads lock files")
    path = tmp_path / "pylock.toml"
    path.write_text(LOCK, encoding="utf-8")
    return str(path)


@needs_toml
def test_pylock(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What would be installed on another machine is shown as a table and as data."""
    status, out, err = run(capsys, "pylock", lock, *WINDOWS)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "cpython 3.12 (cp312) on Windows (win32)",
        "",
        "  pure  1.0  pure-1.0-py3-none-any.whl",
        "  own   1.0  own-1.0-cp312-cp312-win32.whl",
        "  dev   1.0  dev-1.0-py3-none-any.whl",
    ]
    data = json.loads(run(capsys, "pylock", lock, "--json", "--extra", "fast", "--group", "docs", *WINDOWS)[1])
    assert [package["name"] for package in data["packages"]] == ["pure", "own", "fast", "docs"]
    assert data["packages"][0] == {
        "name": "pure",
        "version": "1.0",
        "kind": "wheel",
        "filename": "pure-1.0-py3-none-any.whl",
    }
    assert data["problems"] == []


@needs_toml
def test_pylock_that_has_nothing(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The output can be copied into a bug report: the machine, the file, the reason."""
    there = ("--target", "manylinux_2_28_x86_64", "--python-version", "3.12")
    status, out, _ = run(capsys, "pylock", lock, *there)
    assert status == 1
    lines = out.splitlines()
    assert "  own   1.0  no wheel fits, and there is no sdist" in lines
    assert "own-1.0-cp312-cp312-win32.whl" in lines
    assert any(line.startswith("  not compatible: the wheel is for Windows") for line in lines)
    status, out, _ = run(capsys, "pylock", lock, "--json", *there)
    (missing,) = [package for package in json.loads(out)["packages"] if package["kind"] == "nothing"]
    assert [reason["kind"] for reason in missing["explanation"]["reasons"]] == ["system"]
    status, out, _ = run(capsys, "pylock", lock, "--extra", "slow", *WINDOWS)
    assert status == 1
    assert "not for this machine: the file has no extra 'slow'" in out


BAD = {
    "no JSON": (["pick", "empty.json", *WINDOWS], "'empty.json' is neither JSON nor HTML"),
    "deep JSON": (["pick", "deep.json", *WINDOWS], "'deep.json' is not JSON: "),
    "no page": (["pick", "other.json", *WINDOWS], "'other.json' is not a page of an index"),
    "bad entry": (["pick", "entry.json", *WINDOWS], "'entry.json' is not a page of an index"),
    "bad requirement": (["pick", "requires.json", *WINDOWS], "'requires.json' is not a page of an index"),
    "no file": (["pick", "nowhere.json", *WINDOWS], "cannot read 'nowhere.json': "),
    "no machine": (["cover", PURE], "no machine is named; use --for or --targets"),
    "another machine": (["--target", "win32", "cover", PURE], "the machines of `cover` are named by --for and"),
    "no colon": (["cover", PURE, "--for", "win32"], "'win32' is not NAME:PYTHON, such as debian-12-arm64:3.12"),
    "bad machine": (["cover", PURE, "--for", "win33:3.12"], "invalid target 'win33'"),
    "bad targets": (["cover", PURE, "--targets", "targets.json"], "'targets.json' is not a list of targets: "),
    "two projects": (
        ["cover", PURE, "bar-1-py3-none-any.whl", *MACHINES],
        "the files belong to several projects: bar, foo",
    ),
    "no release": (["cover", PURE, "--release", "3", *MACHINES], "invalid input '3': foo has no such release"),
    "bad range": (["pick", PURE, "--specifier", "new", *WINDOWS], "invalid input 'new': it is not a version specifier"),
    "no lock": (["pylock", "nowhere.toml", *WINDOWS], "cannot read 'nowhere.toml': "),
    "bad lock": (["pylock", "other.json", *WINDOWS], "invalid lock file 'other.json': it is not TOML: "),
}


@pytest.mark.parametrize("case", [pytest.param(case, marks=needs_toml if case == "bad lock" else ()) for case in BAD])
def test_bad_input_is_one_line(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error is one line that names the bad input, with status 2 and without a traceback."""
    monkeypatch.chdir(tmp_path)
    if case == "bad lock":
        pytest.importorskip("packaging.pylock")
    for name, text in {
        "empty.json": "",
        "deep.json": "[" * 100_000,
        "other.json": '{"name": "foo"}',
        "entry.json": '{"files": [{"filename": 3}]}',
        "requires.json": '[{"filename": "foo.whl", "requires-python": 3}]',
        "targets.json": "[1]",
    }.items():
        Path(name).write_text(text, encoding="utf-8")
    arguments, message = BAD[case]
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(f"manytags: {message}")
    assert err.count("\n") == 1


def test_compare(capsys: pytest.CaptureFixture[str]) -> None:
    """A release engineer sees which of the tags is the newest, and a script gets it alone."""
    tags = ("musllinux_1_2_x86_64", "manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64")
    status, out, _ = run(capsys, "compare", *tags)
    assert (status, out.splitlines()) == (
        0,
        [
            "manylinux2014_x86_64   glibc 2.17; the same as manylinux_2_17_x86_64; oldest",
            "manylinux_2_17_x86_64  glibc 2.17; the same as manylinux2014_x86_64; oldest",
            "manylinux_2_28_x86_64  glibc 2.28; newest",
            "musllinux_1_2_x86_64   musl 1.2",
        ],
    )
    assert run(capsys, "compare", "--newest", *tags) == (0, f"{tags[1]}\n{tags[0]}\n", "")
    assert run(capsys, "compare", "--oldest", *tags) == (0, f"{tags[2]}\n{tags[3]}\n{tags[0]}\n", "")
    assert run(capsys, "compare", "--normalize", "py3.py2-none-any") == (0, "py2.py3-none-any\n", "")
    status, out, _ = run(capsys, "compare", "--normalize-for-old-pips", "manylinux_2_17_x86_64", "--json")
    assert (status, json.loads(out)) == (0, ["manylinux2014_x86_64.manylinux_2_17_x86_64"])


def test_compare_for_a_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """The status says whether a machine takes any of them; here is a machine too."""
    alpine = ("--target", "alpine", "--python-version", "3.13")
    assert run(capsys, "compare", "win32", "musllinux_1_2_x86_64", *alpine) == (0, "musllinux_1_2_x86_64\n", "")
    status, out, err = run(capsys, "compare", "win32", "win_amd64", *alpine)
    assert (status, out) == (1, "")
    assert err.startswith("manytags: none of them serves cpython 3.13")
    here = manytags.platform_tags()[0]
    assert run(capsys, "compare", "--here", here, "galaxy_1") == (0, f"{here}\n", "")
    status, out, _ = run(capsys, "compare", "--json", "win32", "musllinux_1_2_x86_64", *alpine)
    assert (status, json.loads(out)["serving"]) == (0, ["musllinux_1_2_x86_64"])
    assert main(["compare", "a-b"]) == 2
