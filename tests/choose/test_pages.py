"""Index pages in all the forms that indexes and users have them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import PurePosixPath
from time import process_time
from types import MappingProxyType
from typing import Any

import pytest
from packaging.utils import parse_wheel_filename as theirs

from manytags import InvalidPage, InvalidWheelFilename, parse_project_page, parse_wheel_filename
from manytags.choose import pages
from manytags.choose.html_page import entries_from_html
from manytags.choose.releases import ProjectPage

from ..hostile.processor_time import in_time

WHEEL, OLD, SDIST = "Foo_Bar-2.0-py3-none-any.whl", "foo_bar-1.0-py3-none-any.whl", "foo-bar-2.0.tar.gz"
FILES: list[dict[str, object]] = [
    {"filename": OLD, "url": f"https://example.org/{OLD}", "hashes": {"sha256": "00"}, "yanked": "broken"},
    {"filename": SDIST, "url": f"https://example.org/{SDIST}", "hashes": {}, "requires-python": ">=3.8"},
    {"filename": WHEEL, "url": f"https://example.org/{WHEEL}", "hashes": {}},
    {"filename": "foo_bar-1.0-py2.7.egg", "url": "", "hashes": {}},
]
JSON: dict[str, object] = {
    "meta": {"api-version": "1.1"},
    "name": "Foo.Bar",
    "files": FILES,
    "versions": ["1.0", "2.0"],
}
HTML = f"""<!DOCTYPE html>
<html><head><title>Links for foo-bar</title></head><body>
<a href="https://example.org/{OLD}#sha256=00" data-yanked="broken">{OLD}</a>
<a href="https://example.org/{SDIST}" data-requires-python="&gt;=3.8">{SDIST}</a>
<a href="https://example.org/{WHEEL}">{WHEEL}</a>
<a href="https://example.org/foo_bar-1.0-py2.7.egg">foo_bar-1.0-py2.7.egg</a>
</body></html>"""
NAMES = [str(file["filename"]) for file in FILES]


def outline(page: ProjectPage[Any]) -> list[tuple[str, list[str]]]:
    """Return the releases with the names of their files."""
    return [(str(release), [file.filename for file in release.files]) for release in page.releases]


@pytest.mark.parametrize(
    "page",
    [
        json.dumps(JSON),
        json.dumps(JSON, indent=2).encode(),
        "\ufeff" + json.dumps(FILES),
        MappingProxyType(JSON),
        HTML,
        HTML.encode(),
        "\r\n".join(NAMES),
        NAMES,
        (name for name in NAMES),
        [PurePosixPath("dist", name) for name in NAMES],
        [parse_wheel_filename(OLD), SDIST, theirs(WHEEL), NAMES[3]],
        [f"https://example.org/a%2Fb/{name}?x=/y#sha256=00" for name in NAMES],
        [{"url": f"https://example.org/{name}"} for name in NAMES],
    ],
    ids=[
        *("JSON", "bytes of JSON", "list in JSON", "mapping", "HTML", "bytes of HTML", "text", "list", "generator"),
        *("paths", "parsed names", "URLs", "entries with URLs alone"),
    ],
)
def test_a_page_in_any_form(page: Any) -> None:  # noqa: ANN401 - all forms
    """An embedder hands on what the index sent, or what was made of it, and gets the same releases."""
    read = parse_project_page(page)
    assert read.project == "foo-bar"
    assert [(version, sorted(map(str.lower, files))) for version, files in outline(read)] == [
        ("2.0", sorted([SDIST, WHEEL.lower()])),
        ("1.0", [OLD]),
    ]
    assert len(read.others) == 1


def test_what_the_page_says_of_a_file_is_read_from_json_and_html() -> None:
    """A file that was yanked, or is for other Pythons, must be known as such in both forms."""
    for page in (JSON, HTML):
        files = {file.filename: file for release in parse_project_page(page).releases for file in release.files}
        assert (files[OLD].yanked, files[SDIST].yanked, files[SDIST].requires_python) == (True, False, ">=3.8")
        assert files[OLD].item["hashes"] == {"sha256": "00"}
        assert files[OLD].item["url"] == f"https://example.org/{OLD}"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (f'<a href="{OLD}">', {"filename": OLD, "url": f"https://example.org/simple/foo-bar/{OLD}", "hashes": {}}),
        (f'<a href="../../f/{OLD}#sha256=0">', {"url": f"https://example.org/f/{OLD}", "hashes": {"sha256": "0"}}),
        (f'<A HREF="/{OLD}#egg=x&amp;md5=0">', {"url": f"https://example.org/{OLD}", "hashes": {}}),
        (f'<a href="{OLD}" data-yanked>', {"yanked": True}),
        (f'<a href="{OLD}" data-yanked="">', {"yanked": True}),
        (f'<a href="{OLD}" data-yanked="a &lt; b">', {"yanked": "a < b"}),
        (f'<a href="{OLD}" data-requires-python="&gt;=3,&lt;4">', {"requires-python": ">=3,<4"}),
        (f'<a href="{OLD}" data-core-metadata="true">', {"core-metadata": True}),
        (f'<a href="{OLD}" data-dist-info-metadata="sha256=00">', {"core-metadata": {"sha256": "00"}}),
        (f'<base href="https://other.example/x/"><a href="{OLD}">', {"url": f"https://other.example/x/{OLD}"}),
        ('<a href="foo_bar-1.0%2Bcpu-py3-none-any.whl">', {"filename": "foo_bar-1.0+cpu-py3-none-any.whl"}),
        (f'<a href="https://[half/{OLD}">', {"filename": OLD, "url": f"https://[half/{OLD}"}),
    ],
)
def test_links_of_html(link: str, expected: dict[str, object]) -> None:
    """What PEP 503, 592 and 714 let a link say becomes what PEP 691 calls it."""
    (entry,) = entries_from_html(f"<html>{link}x</a></html>", "https://example.org/simple/foo-bar/")
    assert {name: entry[name] for name in expected} == expected


def test_links_that_are_not_files() -> None:
    """Pages made by web servers link to their parent and to columns."""
    assert entries_from_html('<a href="../">up</a><a name="x">x</a><a href="?C=M;O=A">date</a><a href="">') == []


def test_names_of_several_projects_are_refused_unless_one_is_named() -> None:
    """A folder holds many projects; the newest file of all of them is nobody's answer."""
    names = [WHEEL, "foo-3.0-py3-none-any.whl", "foo-bar-3.0.tar.gz"]
    with pytest.raises(InvalidPage, match=r"'foo, foo-bar': the files are of several projects"):
        parse_project_page(names)
    assert outline(parse_project_page(names, "Foo.Bar")) == [("3.0", names[2:]), ("2.0", names[:1])]
    assert outline(parse_project_page(names, "foo")) == [("3.0", [names[1]])]


def test_a_release_has_one_version_however_it_is_spelt() -> None:
    """Uploads of one release spell its version differently, and a release must not fall apart."""
    names = ["foo-1.0-py3-none-any.whl", "foo-1.0.0-cp312-cp312-win32.whl", "foo-1.tar.gz", "foo-1.0-1.zip"]
    assert outline(parse_project_page(names)) == [("1.0.post1", names[3:]), ("1.0", names[:3])]


def test_invalid_names_are_passed_over_unless_they_are_asked_for() -> None:
    """Old pages have names that no tool takes any more, and their projects must still be installable."""
    names = [WHEEL, "foo_bar-2.0-py3.whl", "foo-bar-latest.tar.gz", "foo-bar.tar.gz"]
    assert parse_project_page(names).others == ("foo_bar-2.0-py3.whl", "foo-bar-latest.tar.gz", "foo-bar.tar.gz")
    with pytest.raises(InvalidWheelFilename):
        parse_project_page(names, on_invalid="raise")
    with pytest.warns(UserWarning, match="skipped") as warned:
        parse_project_page(names, on_invalid="skip")
    assert warned[0].filename == __file__


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ('{"info": {}, "releases": {}}', "expected a list of 'files', each with 'filename'"),
        ('{"files": [{"url": "x"}]}', "expected a list of 'files', each with 'filename'"),
        ('[{"filename": "x", "requires-python": 3}]', "expected a list of 'files', each with 'filename'"),
        ({"files": 3}, "expected a list of 'files', each with 'filename'"),
        (b"\xff\xfe<", "it is not UTF-8 text"),
    ],
)
def test_no_page(page: Any, reason: str) -> None:  # noqa: ANN401 - all forms
    """An error page of a proxy, or the JSON of another API, is reported as what it is."""
    with pytest.raises(InvalidPage, match=reason) as caught:
        parse_project_page(page)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("page", [7, None, PurePosixPath("foo.json"), theirs(WHEEL), parse_wheel_filename(WHEEL)])
def test_what_is_no_page_is_a_mistake_of_the_program(page: Any) -> None:  # noqa: ANN401 - mistakes
    """One parsed name instead of a list of them, or a path that was not read, is reported in words."""
    with pytest.raises(TypeError, match="expected a page of an index, or several files, got"):
        parse_project_page(page)


def test_a_page_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without an end must not fill the memory."""
    monkeypatch.setattr(pages, "MAX_PAGE", 100)
    with pytest.raises(InvalidPage, match="longer than 100 characters"):
        parse_project_page(HTML)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<",
            "<!",
            "<!--",
            "<![",
            "<![CDATA[",
            "<?",
            "</",
            "</a",
            "<a ",
            "<a x=",
            "<a x='",
            '<a x="',
            "<a href=x ",
            "&#",
        ),
        *(
            "&",
            "<script>",
            "<style>",
            "<title>",
            "<!DOCTYPE ",
            "<!-- -",
            "<a href=a-1-py3-none-any.whl>",
            "<plaintext>",
        ),
        *("<a\n", "<a/", "<a = ", "< a ", "<a href=&#x;", "<base href=x>", "<textarea>", "<!a>", "<!>", "</ >"),
    ],
)
def test_hostile_html_takes_little_time(piece: str) -> None:
    """Half a million characters of any beginning must not hold up an index for minutes."""
    text = "<html>" + piece * (500_000 // len(piece))
    began = process_time()
    with suppress(InvalidPage):
        entries_from_html(text)
    assert in_time(began, 5)
