"""The files that commands choose from or count: names, lists, folders, and pages of an index."""

from __future__ import annotations

import argparse
import json
import os
import sys
from itertools import chain

from ..errors import InvalidWheelFilename, shown
from ..tags.filename import parse_wheel_filename
from .files import BadArgumentsError, last_part, read_text, spoken_path, system_errors
from .layout import printable
from .target_choice import add_flag, add_machine_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator
    from typing import TypeGuard

    from packaging.version import Version

    Entry = dict[str, object]
    Row = str | Entry

#: Longest index page, list and line that is read. PyPI's largest pages have some ten million characters.
MAX_INDEX, MAX_PAGE, MAX_LINE = 100_000_000, 100_000_000, 100_000_000
_BLOCK = 1 << 20
_DECODE = json.JSONDecoder().raw_decode
FILES_HELP = "a file name, a folder, a JSON page of an index (.json), or - for a list on standard input"


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
        help="file names or URLs, one per line, JSON lines of entries, or JSON pages of an index; - is standard input",
    )
    add_machine_options(parser)


def read_entries(paths: list[str]) -> list[Entry]:
    """Read the entries of the files that the arguments name. Every entry has a ``filename``.

    :raises BadArgumentsError: a file cannot be read, or is not a page of an index.
    """
    entries: dict[object, Entry] = {}
    for path in paths:
        for entry in _read(path):
            entries.setdefault(entry["filename"], entry)
    return list(entries.values())


def _read(path: str) -> list[Entry]:
    if path == "-" or path.lower().endswith(".json"):
        text = read_text(path, MAX_INDEX)
        if path != "-" or text.lstrip()[:1] in {"{", "["}:
            return _read_page(spoken_path(path), text)
        return [{"filename": last_part(line.strip())} for line in text.splitlines() if line.strip()]
    names = list_folder(path)
    return [{"filename": name} for name in ([last_part(path)] if names is None else names)]


def list_folder(path: str) -> list[str] | None:
    """List the names in a folder, sorted; return ``None`` if the path is not a folder."""
    with system_errors("read", path):
        return sorted(os.listdir(path)) if os.path.isdir(path) else None


def _read_page(path: str, text: str) -> list[Entry]:
    """Read a project's page in the form of :pep:`691`, or a bare list of names or entries."""
    if len(text) > MAX_INDEX:
        raise BadArgumentsError(f"{path!r} is longer than {MAX_INDEX} characters")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadArgumentsError(f"{path!r} is not JSON: {error}") from None
    items = content.get("files") if isinstance(content, dict) else content
    items = items if isinstance(items, list) else [None]
    entries: list[Entry] = [{"filename": item} if isinstance(item, str) else item for item in items]
    if not all(map(_is_entry, entries)):
        raise BadArgumentsError(f"{path!r} is not a page of an index: it needs a list of 'files', each with 'filename'")
    return entries


def group_by_release(entries: list[Entry]) -> dict[str, dict[Version, list[Entry]]]:
    """Group wheels by project and release, the newest first and pre-releases last; warn about invalid names.

    Files that do not end in ``.whl`` are skipped.
    """
    projects: dict[str, dict[Version, list[Entry]]] = {}
    for entry in entries:
        name = str(entry["filename"])
        if not name.endswith(".whl"):
            continue
        try:
            wheel = parse_wheel_filename(name)
        except InvalidWheelFilename as error:
            print(f"manytags: skipped: {printable(str(error))}", file=sys.stderr)
            continue
        projects.setdefault(wheel.name, {}).setdefault(wheel.version, []).append(entry)
    return {
        project: {
            version: releases[version]
            for version in sorted(releases, key=lambda version: (not version.is_prerelease, version), reverse=True)
        }
        for project, releases in sorted(projects.items())
    }


def read_release(paths: list[str]) -> list[Entry]:
    """Read the entries of a single release.

    :raises BadArgumentsError: the files are of several releases.
    """
    releases = [
        (f"{project} {version}", entries)
        for project, versions in group_by_release(read_entries(paths)).items()
        for version, entries in versions.items()
    ]
    if len(releases) > 1:
        names = f"{releases[0][0]}, {releases[1][0]}"
        raise BadArgumentsError(f"the files belong to several releases: {names}; give the files of one release")
    return [entry for _, entries in releases for entry in entries]


def read_rows(paths: Iterable[str]) -> Iterator[Row]:
    """Read the rows of an index from files, never holding more than a block of a list in memory.

    :raises BadArgumentsError: a file cannot be read, or its JSON is neither a row nor a page.
    """
    for path in paths:
        with system_errors("read", path), open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
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
        if "{" not in block and "[" not in block and "\ufeff" not in block:
            # Lists of names have millions of lines, so this loop is left to C.
            yield from filter(None, map(str.strip, lines))
            continue
        for line in lines:
            text = line.strip().lstrip("\ufeff")
            if not text:
                continue
            if text[0] not in "{[":
                yield text
                continue
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


def _read_lines(name: str, start: str, lines: Iterator[str]) -> object:
    """Read JSON that spans several lines, up to the end of its file."""
    parts, length = [start], len(start)
    for line in lines:
        parts.append(line)
        length += len(line) + 1
        if length > MAX_PAGE:
            raise BadArgumentsError(f"{shown(name)} has a page of more than {MAX_PAGE} characters")
    try:
        return json.loads("\n".join(parts))
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
