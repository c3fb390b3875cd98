"""The files that commands choose from or count: names, lists, folders, and pages of an index."""

from __future__ import annotations

import argparse
import json
import os
import sys
from itertools import chain

from ..choose.html_page import entries_from_html
from ..choose.pages import MAX_PAGE, read_page
from ..choose.releases import ProjectPage, parse_project_page
from ..choose.sdists import sdist_project
from ..errors import InvalidPage, InvalidWheelFilename, shown
from ..tags.filename import parse_wheel_filename
from .files import BadArgumentsError, BadFiles, last_part, open_input, read_text, spoken_path, system_errors
from .layout import printable
from .target_choice import add_flag, add_machine_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator
    from typing import TypeGuard

    Entry = dict[str, object]
    Row = str | Entry

#: Longest line of a list that is read.
MAX_LINE = MAX_PAGE
_BLOCK = 1 << 20
_DECODE = json.JSONDecoder().raw_decode
FILES_HELP = "a file name, a folder, a page of an index (.json, .html), or - for a page or a list on standard input"


def add_file_options(parser: argparse.ArgumentParser) -> None:
    """Add the files of a few projects, and the options for all of them."""
    parser.add_argument("files", metavar="FILE", nargs="+", help=FILES_HELP)
    add_flag(parser, "--yanked", "also choose yanked files, after all others")


def add_row_options(parser: argparse.ArgumentParser) -> None:
    """Add the files with the rows of a whole index, and the machines."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        default=["-"],
        help="file names or URLs, one per line, JSON lines of entries, or pages of an index; - is standard input",
    )
    add_machine_options(parser)


def read_entries(paths: list[str], bad: BadFiles) -> list[Entry]:
    """Read the entries of the files that the arguments name. Every entry has a ``filename``.

    :param bad: is told which files cannot be read, or are not pages of an index.
    """
    entries: dict[object, Entry] = {}
    for path in paths:
        with bad.told():
            for entry in _read(path):
                entries.setdefault(entry["filename"], entry)
    return list(entries.values())


def _read(path: str) -> list[Entry]:
    if path == "-" or path.lower().endswith((".json", ".html", ".htm")):
        text = read_text(path, MAX_PAGE)
        try:
            _, items = read_page(text)
        except InvalidPage as error:
            raise BadArgumentsError(f"{shown(spoken_path(path))} {error.reason.removeprefix('it ')}") from None
        if path != "-" and text.lstrip()[:1] not in {"{", "[", "<"}:
            raise BadArgumentsError(f"{shown(path)} is neither JSON nor HTML")
        return [{"filename": last_part(item)} if isinstance(item, str) else item for item in items]  # type: ignore[misc]
    names = list_folder(path)
    return [{"filename": name} for name in ([last_part(path)] if names is None else names)]


def list_folder(path: str) -> list[str] | None:
    """List the names in a folder, sorted; return ``None`` if the path is not a folder."""
    with system_errors("read", path):
        return sorted(os.listdir(path)) if os.path.isdir(path) else None


def by_project(entries: list[Entry], bad: BadFiles) -> dict[str, ProjectPage[Entry]]:
    """Group wheels and sdists by project and release; warn about invalid names.

    :param bad: is told of invalid names among the arguments. Those in pages and folders are only passed over.
    """
    projects: dict[str, list[Entry]] = {}
    others: list[Entry] = []
    for entry in entries:
        name = str(entry["filename"])
        if name.endswith(".whl"):
            try:
                projects.setdefault(parse_wheel_filename(name).name, []).append(entry)
            except InvalidWheelFilename as error:
                if name in bad.names:
                    bad.tell(error)
                else:
                    print(f"manytags: skipped: {printable(str(error))}", file=sys.stderr)
        else:
            others.append(entry)
    # Names of sdists do not say where the project's name ends, so wheels tell first which projects there are.
    for entry in others:
        project = sdist_project(str(entry["filename"]), projects)
        if project is not None:
            projects.setdefault(project, []).append(entry)
    return {project: parse_project_page(projects[project], project) for project in sorted(projects)}


def read_rows(paths: Iterable[str], bad: BadFiles) -> Iterator[Row]:
    """Read the rows of an index from files, never holding more than a block of a list in memory.

    :param bad: is told which files cannot be read, or have JSON that is neither a row nor a page. Rows before that
        count.
    """
    for path in paths:
        with bad.told(), system_errors("read", path), open_input(path) as stream:
            yield from _rows(spoken_path(path), _blocks(spoken_path(path), stream))


def _blocks(name: str, stream: io.BufferedReader) -> Iterator[str]:
    """Yield the text of a file in blocks of whole lines."""
    start = stream.read(2)
    # Windows PowerShell redirects in UTF-16.
    encoding = "utf-16" if start in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder(encoding)("backslashreplace")
    rest = decoder.decode(start)
    while block := stream.read(_BLOCK):
        whole, _, rest = (rest + decoder.decode(block)).rpartition("\n")
        yield whole
        if len(rest) > MAX_LINE:
            raise BadArgumentsError(f"{shown(name)} has a line of more than {MAX_LINE} characters")
    yield rest + decoder.decode(b"", final=True)


def _rows(name: str, blocks: Iterator[str]) -> Iterator[Row]:
    for block in blocks:
        lines = iter(block.split("\n"))
        if "{" not in block and "[" not in block and "<" not in block and "\ufeff" not in block:
            # Lists of names have millions of lines, so this loop is left to C.
            yield from filter(None, map(str.strip, lines))
            continue
        for line in lines:
            text = line.strip().lstrip("\ufeff")
            if not text:
                continue
            if text[0] not in "{[<":
                yield text
                continue
            if text[0] == "<":
                later = (line for block in blocks for line in block.split("\n"))
                yield from entries_from_html(_joined(name, text, chain(lines, later)))
                return
            try:
                # `json.loads` takes twice as long for such short texts.
                content, end = _DECODE(text)
            except (ValueError, RecursionError):
                content, end = None, 0
            if end < len(text):
                later = (line for block in blocks for line in block.split("\n"))
                content = _read_lines(name, text, chain(lines, later))
            if _is_entry(content):
                yield content
            else:
                yield from _page_rows(name, content)


def _joined(name: str, start: str, lines: Iterator[str]) -> str:
    """Join the lines of a page, up to the end of its file."""
    parts, length = [start], len(start)
    for line in lines:
        parts.append(line)
        length += len(line) + 1
        if length > MAX_PAGE:
            raise BadArgumentsError(f"{shown(name)} has a page of more than {MAX_PAGE} characters")
    return "\n".join(parts)


def _read_lines(name: str, start: str, lines: Iterator[str]) -> object:
    """Read JSON that spans several lines, up to the end of its file."""
    text = _joined(name, start, lines)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadArgumentsError(f"{shown(name)} is not JSON from {shown(start[:60])} on: {error}") from None


def _page_rows(name: str, content: object) -> Iterator[Row]:
    if isinstance(content, dict) and isinstance(content.get("files"), list):
        content = content["files"]
    for entry in content if isinstance(content, list) else [content]:
        if not isinstance(entry, str) and not _is_entry(entry):
            raise BadArgumentsError(
                f"{shown(name)} has an entry without 'filename', or with a 'requires-python' that is not text"
            )
        yield entry


def _is_entry(value: object) -> TypeGuard[Entry]:
    return (
        isinstance(value, dict)
        and isinstance(value.get("filename"), str)
        and isinstance(value.get("requires-python"), str | None)
    )
