"""What pip's own finder picks from real index pages: ``python -m tests.oracle.pick_world`` records it.

The pages are fetched as pip fetches them (``tools/index_pages.py``). Of each file the name, ``requires-python`` and
``yanked`` are kept. pip's ``PackageFinder`` then reads each page, once as JSON and once as HTML, and its candidates are
filtered as its resolver filters them. ``test_pick.py`` compares the records with ``manytags.pick``, without pip.
"""

from __future__ import annotations

import gzip
import html
import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import manytags
from manytags import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDS = Path(__file__).parent / "data" / "pip-picks.json.gz"

#: Small pages: yanked releases, pre-releases alone, sdists alone, wheels of few systems, names and formats of old.
PROJECTS = (
    *("appnope", "argon2-cffi-bindings", "attrs", "black", "certifi", "chardet", "click", "configparser"),
    *("contextvars", "dataclasses", "decorator", "docopt", "docutils", "entrypoints", "enum34", "future"),
    *("idna", "importlib-metadata", "jinja2", "markdown", "mock", "nose", "opentelemetry-instrumentation", "packaging"),
    *("pyasn1", "pycparser", "python-dateutil", "pywin32", "rpi-gpio", "six", "toolz", "tornado", "typing-extensions"),
    *("uvloop", "wheel", "zipp"),
)
TARGETS = {
    "server": ("3.12", "manylinux_2_28_x86_64"),
    "Windows": ("3.8", "win_amd64"),
    "macOS": ("3.13", "macosx_14_0_arm64"),
    "musl": ("3.11", "musllinux_1_2_aarch64"),
    "PyPy": ("pypy3.10", "manylinux_2_28_x86_64"),
    "old": ("3.6", "manylinux_2_12_i686"),
}
#: How sdists are treated -> pip's formats, and whether it prefers wheels.
SDISTS = {
    "never": (frozenset({"binary"}), False),
    "build": (frozenset({"binary", "source"}), False),
    "prefer-binary": (frozenset({"binary", "source"}), True),
    "only": (frozenset({"source"}), False),
}

Row = tuple[str, str | None, bool | str]
#: Project, target, sdists, whether pre-releases are asked for, specifier.
Question = tuple[str, str, str, bool, str]


def json_page(project: str, rows: list[Row]) -> dict[str, Any]:
    """Return a page in the form of PEP 691."""
    files: list[dict[str, Any]] = [
        {
            "filename": name,
            "url": f"https://example.org/{name}",
            "hashes": {},
            "requires-python": requires,
            "yanked": yanked,
        }
        for name, requires, yanked in rows
    ]
    return {"meta": {"api-version": "1.0"}, "name": project, "files": files}


def html_page(rows: list[Row]) -> str:
    """Return the same page in the form of PEP 503."""
    links = []
    for name, requires, yanked in rows:
        about = f' data-requires-python="{html.escape(requires)}"' if requires else ""
        about += f' data-yanked="{"" if yanked is True else html.escape(str(yanked))}"' if yanked else ""
        links.append(f'<a href="https://example.org/{name}"{about}>{name}</a><br/>')
    return "\n".join(["<!DOCTYPE html>", "<html><body>", *links, "</body></html>"])


def questions(pages: dict[str, list[Row]]) -> Iterator[Question]:
    """List what is asked of each page: all targets, ways with sdists, pre-releases, and specifiers."""
    for project, rows in pages.items():
        page = manytags.parse_project_page(json_page(project, rows))
        versions = [str(release) for release in page.releases]
        yanked = [str(release) for release in page.releases if all(file.yanked for file in release.files)]
        some = [f"<{versions[len(versions) // 3]}", f"=={versions[len(versions) // 2]}", f">={versions[0]}", "===0"]
        some += [f"=={version}" for version in yanked[:2]]
        for target in TARGETS:
            for sdists in SDISTS:
                yield project, target, sdists, False, ""
                yield project, target, sdists, True, ""
            for specifier in some:
                yield project, target, "never", False, specifier
                yield project, target, "build", False, specifier


class Source:
    """A page as pip's finder asks for one."""

    def __init__(self, content: bytes, content_type: str) -> None:
        self.page = import_module("pip._internal.index.collector").IndexContent(
            content, content_type, "utf-8", "https://example.org/simple/x/", cache_link_parsing=False
        )
        self.candidates_from_page: Any = None

    def collect_sources(self, project_name: str, candidates_from_page: Any) -> Any:  # noqa: ANN401, ARG002 - pip's own
        """Return itself as the only source."""
        self.candidates_from_page = candidates_from_page
        return [[self]]

    def fetch_response(self, *_: object, **__: object) -> Any:  # noqa: ANN401 - pip's own
        """Return the page."""
        return self.page

    def page_candidates(self) -> Any:  # noqa: ANN401 - pip's own
        """Let the finder read the page."""
        return self.candidates_from_page(import_module("pip._internal.models.link").Link(self.page.url))

    def file_links(self) -> list[object]:
        """There are none."""
        return []


def pips_pick(source: Source, target: Target, question: Question) -> str | None:
    """Return the name of the file that pip would install."""
    project, _, sdists, pre, text = question
    finders: Any = import_module("pip._internal.index.package_finder")
    specifiers: Any = import_module("pip._vendor.packaging.specifiers")
    control: Any = import_module("pip._internal.models.format_control").FormatControl
    release_control: Any = import_module("pip._internal.models.release_control").ReleaseControl
    tag: Any = import_module("pip._vendor.packaging.tags").Tag
    tags = [tag(*triple) for triple in target.ranks]
    numbers = (*target.python.version, 0, 0)[:3]
    python = import_module("pip._internal.models.target_python").TargetPython(py_version_info=numbers)
    python._valid_tags, python._valid_tags_set = tags, set(tags)
    formats, prefer = SDISTS[sdists]
    everything, nothing = {":all:"}, set[str]()
    finder = finders.PackageFinder(
        link_collector=source,
        target_python=python,
        allow_yanked=True,
        format_control=control(
            nothing if "binary" in formats else everything, nothing if "source" in formats else everything
        ),
        candidate_prefs=finders.CandidatePreferences(
            prefer_binary=prefer, release_control=release_control(all_releases=everything) if pre else None
        ),
    )
    specifier = specifiers.SpecifierSet(text)
    found = finder.find_best_candidate(project, specifier).applicable_candidates
    # What pip's resolver does with them, in `Factory._iter_found_candidates`.
    all_yanked = all(candidate.link.is_yanked for candidate in found)
    pinned = any(
        part.operator == "===" or (part.operator == "==" and not part.version.endswith(".*")) for part in specifier
    )
    for candidate in reversed(found):
        if not candidate.link.is_yanked or (all_yanked and pinned):
            return str(candidate.link.filename)
    return None


def main() -> None:
    """Fetch the pages and record pip's picks."""
    from tools.index_pages import fetch_pages

    pages: dict[str, list[Row]] = {
        project: [
            (file["filename"], file.get("requires-python"), file.get("yanked") or False)
            for file in json.loads(content)["files"]
        ]
        for project, content in fetch_pages([*PROJECTS])
    }
    targets = {name: manytags.target(*about) for name, about in TARGETS.items()}
    picks: list[list[object]] = []
    for question in questions(pages):
        project = question[0]
        sources = (
            Source(json.dumps(json_page(project, pages[project])).encode(), "application/vnd.pypi.simple.v1+json"),
            Source(html_page(pages[project]).encode(), "text/html"),
        )
        picked = {pips_pick(source, targets[question[1]], question) for source in sources}
        assert len(picked) == 1, (question, picked)
        picks.append([*question, picked.pop()])
    document = {"pip": import_module("pip").__version__, "pages": pages, "picks": picks}
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    RECORDS.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
