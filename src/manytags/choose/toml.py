"""Read TOML from strangers: depth and work are bounded before a parser sees the text. Pure.

The parsers of the standard library and tomli take time and memory that grow with the square of the parts of a key.
"""

from __future__ import annotations

import re
from importlib import import_module

from ..errors import InvalidLock, ManytagsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Longest text, in characters. Lock files of large applications have a few million.
MAX_TOML = 10_000_000
#: Most parts of a key, and most brackets within each other. A lock file needs five.
MAX_PARTS, MAX_DEPTH = 32, 64
#: Longest bare key or number, in characters.
MAX_WORD = 4096
#: Most strings, and signs outside of strings. 30,000 wheels have a million.
MAX_WORK = 1_500_000

_QUOTE = re.compile("\"\"\"|'''|[\"'#]")
#: A part of a basic string of one line, or of several. It is bounded, because each repetition costs memory.
_BODY = re.compile(r'(?:[^"\\]+|\\.){0,1000}', re.DOTALL)
_BODY_OF_LINES = re.compile(r'(?:[^"\\]+|\\.|"(?!"")){0,1000}', re.DOTALL)
_SIGNS = re.compile(r"[\[{\]}=,\n]|\.[^\[{\]}=,\n]*")


def parse_toml(text: str) -> Mapping[str, object]:
    """Parse TOML.

    :raises InvalidLock: it is not TOML, or its length, depth or number of items exceeds a bound.
    :raises ManytagsError: this Python cannot read TOML: 3.10 needs ``tomli``.
    """
    if len(text) > MAX_TOML:
        raise InvalidLock(text, f"longer than {MAX_TOML} characters")
    _check_work(text)
    for module in ("tomllib", "tomli"):
        try:
            loads: Callable[[str], Mapping[str, object]] = import_module(module).loads
        except ImportError:
            continue
        try:
            return loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidLock(text, f"it is not TOML: {one_line(str(error))}") from None
    raise ManytagsError("reading TOML needs Python 3.11 or newer, or tomli")


def one_line(text: str) -> str:
    """Write a message of others on one line, and cut it."""
    return " ".join(text[:10_000].split())[:300]


def _check_work(text: str) -> None:
    """Refuse a text that would cost a parser much time or memory.

    Up to the first error of a text, strings end here where they end for a parser. What follows is not parsed anyway.
    """
    rest, work = _without_strings(text)
    depth = end = 0
    for sign in _SIGNS.finditer(rest):
        first, parts = sign[0][0], sign[0].count(".")
        depth = max(0, depth + (first in "[{") - (first in "]}"))
        # Parsers look at the start of a key for each of its parts, and keep the most for a table.
        work += parts * parts if first == "." else 5 if first in "[{" else 1
        if parts >= MAX_PARTS:
            raise InvalidLock(text, f"a key has more than {MAX_PARTS} parts")
        if depth > MAX_DEPTH:
            raise InvalidLock(text, f"more than {MAX_DEPTH} brackets are within each other")
        if sign.end() - end > MAX_WORD:
            raise InvalidLock(text, f"a key or a number has more than {MAX_WORD} characters")
        if work > MAX_WORK:
            raise InvalidLock(text, f"it has more than {MAX_WORK} items")
        end = sign.end()
    if len(rest) - end > MAX_WORD:
        raise InvalidLock(text, f"a key or a number has more than {MAX_WORD} characters")


def _without_strings(text: str) -> tuple[str, int]:
    """Return a TOML text without its strings and comments, and how many these are."""
    parts = []
    end = 0
    while (quote := _QUOTE.search(text, end)) is not None:
        parts.append(text[end : quote.start()])
        end = _end_of_string(text, quote)
        if len(parts) > MAX_WORK:
            raise InvalidLock(text, f"it has more than {MAX_WORK} items")
    return "".join([*parts, text[end:]]), len(parts)


def _end_of_string(text: str, quote: re.Match[str]) -> int:
    """Return where a string or a comment ends; the end of the text if it is left open."""
    mark, end = quote[0], quote.end()
    if mark == "#":
        found = text.find("\n", end)
        return len(text) if found < 0 else found
    if mark[0] == '"':
        end = _end_of_body(text, mark, end)
    found = text.find(mark, end)
    if found < 0:
        return len(text)
    end = found + len(mark)
    # One or two quotes may end the content of a string of several lines.
    while len(mark) == 3 and end < found + 5 and text[end : end + 1] == mark[0]:
        end += 1
    return end


def _end_of_body(text: str, mark: str, start: int) -> int:
    """Return where the closing mark of a basic string is, or the end of the text."""
    pattern = _BODY if len(mark) == 1 else _BODY_OF_LINES
    while (body := pattern.match(text, start)) is not None and body.end() > start:
        start = body.end()
    return start
