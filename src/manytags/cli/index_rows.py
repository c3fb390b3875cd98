"""Rows of an index from files, one after the other: lists of names, JSON lines, and JSON pages."""

from __future__ import annotations

import json
from itertools import chain

from ..errors import shown
from .machine_list import add_machine_options
from .target_choice import BadArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import io
    from collections.abc import Iterable, Iterator
    from typing import TypeGuard

    Row = str | dict[str, object]

#: Characters of a line, and of a page that is laid out over several; PyPI's largest pages have some ten million.
MAX_LINE, MAX_PAGE = 100_000_000, 100_000_000
_BLOCK = 1 << 20
_DECODE = json.JSONDecoder().raw_decode


def add_row_options(parser: argparse.ArgumentParser) -> None:
    """Add the files that rows are read from, and the machines."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        default=["-"],
        help="file names or URLs one a line, JSON lines of entries, or JSON pages of an index; - is standard input",
    )
    add_machine_options(parser)


def read_rows(paths: Iterable[str]) -> Iterator[Row]:
    """Read rows from files; no more than a block of a list is ever in memory.

    :raises BadArgumentsError: a file cannot be read, or its JSON is no row and no page.
    """
    for path in paths:
        name = "standard input" if path == "-" else path
        try:
            with open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
                yield from _rows(name, _blocks(name, stream))
        except (OSError, ValueError) as error:
            if isinstance(error, BadArgumentsError):
                raise
            reason = error.strerror if isinstance(error, OSError) else error
            raise BadArgumentsError(f"cannot read {shown(name)}: {reason}") from None


def _blocks(name: str, stream: io.BufferedReader) -> Iterator[str]:
    """Give the text of a file in pieces of whole lines."""
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
            # Names alone come by the million: no step of Python for each.
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
                # `json.loads` takes twice as long for texts as short as these.
                content, end = _DECODE(text)
            except (ValueError, RecursionError):
                content, end = None, 0
            if end < len(text):
                later = (line for block in blocks for line in block.split("\n"))
                content = _page(name, text, chain(lines, later))
            if _is_entry(content):
                yield content
            else:
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
        raise BadArgumentsError(f"{shown(name)} is no JSON from {shown(start[:60])} on: {error}") from None


def _entries(name: str, content: object) -> Iterator[Row]:
    if isinstance(content, dict) and isinstance(content.get("files"), list):
        content = content["files"]
    for entry in content if isinstance(content, list) else [content]:
        if not isinstance(entry, str) and not _is_entry(entry):
            raise BadArgumentsError(
                f"{shown(name)} has an entry without 'filename', or with another 'requires-python' than a text"
            )
        yield entry


def _is_entry(value: object) -> TypeGuard[dict[str, object]]:
    return (
        isinstance(value, dict)
        and isinstance(value.get("filename"), str)
        and isinstance(value.get("requires-python"), str | None)
    )
