"""``manytags census`` and ``manytags which-wheels``: what people see, what programs read, and how they fail."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import manytags
from manytags import Census, census
from manytags.cli import index_files, main

NAMES = ["a-1-py3-none-any.whl", "a-1.tar.gz", "b-1-cp311-cp311-linux_armv7l.whl", "b-1-cp312.whl"]
ENTRIES: list[dict[str, object]] = [
    {"filename": "c-1-cp312-cp312-win32.whl", "requires-python": ">=3.12", "url": "x"},
    {"filename": "c-1-cp311-cp311-win32.whl", "yanked": True},
]
PI = "manylinux_2_31_armv7l:3.11"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its status and what it printed."""
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def listed(tmp_path: Path) -> str:
    """Write a list of names, with paths and blank lines among them."""
    path = tmp_path / "names.txt"
    path.write_text("\n".join([f"dist/{NAMES[0]}", "", f"  {NAMES[1]}\r", *NAMES[2:]]), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"meta": {}, "files": ENTRIES}),
        json.dumps({"meta": {}, "files": ENTRIES}, indent=2),
        json.dumps(ENTRIES),
        "\ufeff" + "\n".join(map(json.dumps, ENTRIES)),
    ],
    ids=["page", "page laid out", "list", "lines"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_forms_of_rows(text: str, encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The form of an index does not change its entries."""
    page = tmp_path / "page"
    page.write_bytes(text.encode(encoding))
    status, out, err = run(capsys, "census", str(page), "--for", "win32:3.12", "--csv")
    assert (status, err) == (0, "")
    assert out.splitlines()[1:3] == ["all,,2,1,1", "target,cpython 3.12 (cp312) on Windows (win32),1,1,1"]


def test_census_for_people(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the library's text, with the requested number of lines."""
    counted = census(NAMES, [manytags.target("3.11", "manylinux_2_31_armv7l")])
    assert run(capsys, "census", listed, "--for", PI, "--top", "1") == (0, counted.to_text(1) + "\n", "")


def test_names_come_in_blocks(listed: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of any length is read in blocks; a name across two blocks is read whole."""
    monkeypatch.setattr(index_files, "_BLOCK", 3)
    assert run(capsys, "census", listed)[1] == census(NAMES).to_text() + "\n"
    monkeypatch.setattr(index_files, "MAX_LINE", 10)
    status, _, err = run(capsys, "census", listed)
    assert (status, err.count("\n")) == (2, 1)
    assert "has a line of more than 10 characters" in err


def test_pieces_are_merged(listed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two machines can count, and a third one can merge."""
    other = tmp_path / "other.json"
    other.write_text(json.dumps(ENTRIES), encoding="utf-8")
    pieces = []
    for number, path in enumerate((listed, str(other))):
        status, out, _ = run(capsys, "census", path, "--for", PI, "--json")
        assert status == 0
        pieces.append(tmp_path / f"piece{number}.json")
        pieces[-1].write_text(out, encoding="utf-8")
    both = json.loads(run(capsys, "census", "--json", "--merge", *map(str, pieces))[1])
    whole = census([*NAMES, *ENTRIES], [manytags.target("3.11", "manylinux_2_31_armv7l")])
    assert both["total"] == {"wheels": 4, "releases": 3, "projects": 3}
    assert both["counts"]["platform"]["win32"] == {"wheels": 2, "releases": 1, "projects": 1}
    assert list(both["installable"].values()) == [{"wheels": 2, "releases": 2, "projects": 2}]
    assert Census.from_json(json.dumps(both)) == whole
    status, out, _ = run(capsys, "census", str(other), "--for", PI, "--merge", str(pieces[0]), "--csv")
    assert out == whole.to_csv().replace("\r\n", "\n") or out == whole.to_csv()


def test_json_is_what_the_schema_says(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The schema describes what the command adds, and the library still reads it."""
    jsonschema = pytest.importorskip("jsonschema")
    text = run(capsys, "census", listed, "--for", PI, "--json")[1]
    schema = files("manytags").joinpath("schemas").joinpath("census.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(text), json.loads(schema))
    assert Census.from_json(text) == census(NAMES, [manytags.target("3.11", "manylinux_2_31_armv7l")])


def test_projects_that_publish_a_tag(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The list has one project per line; the status is 1 if there are none."""
    assert run(capsys, "census", listed, "--projects", "linux_armv7l", "--projects", "any") == (0, "a\nb\n", "")
    assert run(capsys, "census", listed, "--projects", "linux", "--by", "system", "--json") == (0, '[\n  "b"\n]\n', "")
    assert run(capsys, "census", listed, "--projects", "any", "--csv")[1].split() == ["project", "a"]
    assert run(capsys, "census", listed, "--projects", "win32") == (1, "", "")


def test_a_chart(listed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The chart is written in addition to the output."""
    chart = tmp_path / "chart.svg"
    assert run(capsys, "census", listed, "--svg", str(chart), "--by", "system")[0] == 0
    assert ET.fromstring(chart.read_text(encoding="utf-8"))[0].text == "Projects that publish wheels, by system"  # noqa: S314 - our own
    status, _, err = run(capsys, "census", listed, "--svg", str(tmp_path))
    assert (status, err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("text", "arguments", "reason"),
    [
        ("{", [], "is not JSON"),
        ('{"name": "a"}', [], "an entry without 'filename'"),
        ('[{"filename": "a", "requires-python": 3}]', [], "an entry without 'filename'"),
        ('{"filename": "a"}\n{"filename": \n{"filename": "b"}', [], """is not JSON from '{"filename":' on: """),
        ("a", ["--by", "abi"], "--by needs --svg or --projects"),
        ("a", ["--top", "0"], "--top 0: expected 1 or more"),
        ("a", ["--for", "win32"], "is not NAME:PYTHON"),
    ],
)
def test_bad_input_is_one_line(
    text: str, arguments: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error says what is wrong, and with which file."""
    page = tmp_path / "page"
    page.write_text(text, encoding="utf-8")
    status, out, err = run(capsys, "census", str(page), *(str(page) if one == "FILE" else one for one in arguments))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert reason in err
    assert run(capsys, "census", str(tmp_path / "nowhere"))[0] == 2
    assert "named by --for and --targets" in run(capsys, "--target", "win32", "census", str(page))[2]


def test_an_unknown_table_is_reported_before_anything_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown table is reported before counting, which may take long."""
    with pytest.raises(SystemExit):
        main(["census", "nowhere", "--by", "colour", "--svg", "x.svg"])
    assert "'platform', 'abi'" in capsys.readouterr().err


def test_which_wheels(listed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mirror's script gets the rows to keep, unchanged."""
    assert run(capsys, "which-wheels", listed, "--for", PI) == (0, f"dist/{NAMES[0]}\n{NAMES[2]}\n", "")
    urls = tmp_path / "urls"
    urls.write_text(
        "https://example.org/a-1%2Bx-py3-none-any.whl#sha256=0/0\nhttps://example.org/a-1.zip", encoding="utf-8"
    )
    assert (
        run(capsys, "which-wheels", str(urls), "--for", PI)[1].split() == urls.read_text(encoding="utf-8").split()[:1]
    )
    assert run(capsys, "census", str(urls), "--csv")[1].splitlines()[1] == "all,,1,1,1"
    page = tmp_path / "page.json"
    page.write_text(json.dumps({"files": ENTRIES}), encoding="utf-8")
    status, out, _ = run(capsys, "which-wheels", str(page), "--system", "windows", "--json")
    assert (status, [json.loads(line) for line in out.splitlines()]) == (0, ENTRIES[:1])
    assert run(capsys, "which-wheels", str(page), "--requires-python", "<3.12", "--yanked")[1].split() == [
        ENTRIES[1]["filename"]
    ]
    assert run(capsys, "which-wheels", str(page), "--for", PI) == (1, "", "")
    status, out, err = run(capsys, "which-wheels", listed)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "name machines by --for" in err
