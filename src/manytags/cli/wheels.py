"""The files that a command chooses among: names, a list on standard input, a folder, or a page of an index."""

from __future__ import annotations

import json
import os
import sys

from ..errors import InvalidWheelFilename
from ..tags.filename import parse_wheel_filename
from .layout import printable
from .target_choice import BadArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from packaging.version import Version

    Entry = dict[str, object]

#: Bytes of an index page or a list that is read; PyPI's largest have some ten million.
MAX_INDEX = 100_000_000


def add_file_options(parser: argparse.ArgumentParser) -> None:
    """Add the files, and what applies to all of them."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a file name, a folder, a JSON page of an index (.json), or - for a list on standard input",
    )
    parser.add_argument(
        "--yanked", action="store_true", default=False, help="choose yanked files too, after all others"
    )


def read_entries(paths: list[str]) -> list[Entry]:
    """Read the entries that arguments stand for; each has a ``filename``.

    :raises BadArgumentsError: a file cannot be read, or is no page of an index.
    """
    entries: dict[str, Entry] = {}
    for path in paths:
        for entry in _read(path):
            name = str(entry["filename"])
            entries.setdefault(name, entry)
    return list(entries.values())


def _read(path: str) -> list[Entry]:
    if path == "-" or path.lower().endswith(".json"):
        from .files import read_text

        text = read_text(path, MAX_INDEX)
        if path != "-" or text.lstrip()[:1] in {"{", "["}:
            return _entries("standard input" if path == "-" else path, text)
        return [{"filename": _last(line.strip())} for line in text.splitlines() if line.strip()]
    try:
        names = sorted(os.listdir(path)) if os.path.isdir(path) else None
    except (OSError, ValueError) as error:
        raise BadArgumentsError(f"cannot read {path!r}: {error}") from None
    return [{"filename": name} for name in (names if names is not None else [_last(path)])]


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _entries(path: str, text: str) -> list[Entry]:
    """Read a project's page as :pep:`691` has it, or a bare list of names or entries."""
    if len(text) > MAX_INDEX:
        raise BadArgumentsError(f"{path!r} is longer than {MAX_INDEX} characters")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadArgumentsError(f"{path!r} is no JSON: {error}") from None
    listed = content.get("files") if isinstance(content, dict) else content
    entries = [_entry(one) for one in listed] if isinstance(listed, list) else [None]
    found = [entry for entry in entries if entry is not None]
    if len(found) < len(entries):
        raise BadArgumentsError(f"{path!r} is no page of an index: it needs a list of 'files', each with 'filename'")
    return found


def _entry(value: object) -> Entry | None:
    if isinstance(value, str):
        return {"filename": value}
    if not isinstance(value, dict) or not isinstance(value.get("filename"), str):
        return None
    return value if isinstance(value.get("requires-python"), (str, type(None))) else None


def releases(entries: list[Entry]) -> dict[str, dict[Version, list[Entry]]]:
    """Sort wheels by project and release, the newest first and pre-releases last; say which names are no wheel's.

    What does not end in ``.whl`` is passed over.
    """
    found: dict[str, dict[Version, list[Entry]]] = {}
    for entry in entries:
        name = str(entry["filename"])
        if not name.endswith(".whl"):
            continue
        try:
            wheel = parse_wheel_filename(name)
        except InvalidWheelFilename as error:
            print(f"manytags: skipped: {printable(str(error))}", file=sys.stderr)
            continue
        found.setdefault(wheel.name, {}).setdefault(wheel.version, []).append(entry)
    return {
        project: {
            version: found[project][version]
            for version in sorted(found[project], key=lambda one: (not one.is_prerelease, one), reverse=True)
        }
        for project in sorted(found)
    }
