"""Rows of an index from files, one after the other: lists of names, JSON lines, and JSON pages."""

from __future__ import annotations

import json

from ..errors import shown
from .target_choice import BadArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import io
    from collections.abc import Iterable, Iterator

    from ..targets import Target

    Row = str | dict[str, object]

#: Characters of a line, and of a page that is laid out over several; PyPI's largest pages have some ten million.
MAX_LINE, MAX_PAGE = 100_000_000, 100_000_000
_BLOCK = 1 << 20


def add_row_options(parser: argparse.ArgumentParser) -> None:
    """Add the files that rows are read from, and the machines."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        default=["-"],
        help="file names or URLs one a line, JSON lines of entries, or JSON pages of an index; - is standard input",
    )
    parser.add_argument(
        "--for",
        metavar="NAME:PYTHON",
        dest="machines",
        action="append",
        default=[],
        help="a machine, such as debian-12-arm64:3.12; may be repeated",
    )
    parser.add_argument(
        "--targets",
        metavar="FILE",
        default=None,
        help="machines in a file: NAME:PYTHON one a line, or a JSON list of targets",
    )


def named_machines(arguments: argparse.Namespace) -> dict[str, Target]:
    """Find the machines that the arguments name, or none.

    :raises ManytagsError: there is no such machine, or the arguments name one in another way.
    """
    from .cover import _machines
    from .target_choice import is_here

    if not is_here(arguments):
        raise BadArgumentsError(f"the machines of `{arguments.command}` are named by --for and --targets")
    return _machines(arguments) if arguments.machines or arguments.targets is not None else {}


def read_rows(paths: Iterable[str]) -> Iterator[Row]:
    """Read rows from files; no more than a block of a list is ever in memory.

    :raises BadArgumentsError: a file cannot be read, or its JSON is no row and no page.
    """
    for path in paths:
        name = "standard input" if path == "-" else path
        try:
            with open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
                yield from _rows(name, _lines(name, stream))
        except (OSError, ValueError) as error:
            if isinstance(error, BadArgumentsError):
                raise
            reason = error.strerror if isinstance(error, OSError) else error
            raise BadArgumentsError(f"cannot read {shown(name)}: {reason}") from None


def _lines(name: str, stream: io.BufferedReader) -> Iterator[str]:
    start = stream.read(2)
    # Windows PowerShell redirects in UTF-16.
    encoding = "utf-16" if start in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder(encoding)("backslashreplace")
    rest = decoder.decode(start)
    while block := stream.read(_BLOCK):
        *lines, rest = (rest + decoder.decode(block)).split("\n")
        yield from lines
        if len(rest) > MAX_LINE:
            raise BadArgumentsError(f"{shown(name)} has a line of more than {MAX_LINE} characters")
    yield from (rest + decoder.decode(b"", final=True)).split("\n")


def _rows(name: str, lines: Iterator[str]) -> Iterator[Row]:
    for line in lines:
        text = line.strip().lstrip("\ufeff")
        if not text:
            continue
        if text[0] not in "{[":
            yield text
            continue
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            content = _page(name, text, lines)
        yield from _entries(name, content)


def _page(name: str, start: str, lines: Iterator[str]) -> object:
    """Read JSON that is laid out over several lines, up to the end of its file."""
    parts, length = [start], len(start)
    for line in lines:
        parts.append(line)
        length += len(line) + 1
        if length > MAX_PAGE:
            raise BadArgumentsError(f"{shown(name)} has a page of more than {MAX_PAGE} characters")
    try:
        return json.loads("\n".join(parts))
    except (ValueError, RecursionError) as error:
        raise BadArgumentsError(f"{shown(name)} is no JSON: {error}") from None


def _entries(name: str, content: object) -> Iterator[Row]:
    if isinstance(content, dict) and isinstance(content.get("files"), list):
        content = content["files"]
    for entry in content if isinstance(content, list) else [content]:
        if isinstance(entry, str):
            yield entry
            continue
        requires = entry.get("requires-python") if isinstance(entry, dict) else 0
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("filename"), str)
            or not isinstance(requires, str | None)
        ):
            raise BadArgumentsError(
                f"{shown(name)} has an entry without 'filename', or with another 'requires-python' than a text"
            )
        yield entry
