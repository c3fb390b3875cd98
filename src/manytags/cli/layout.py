"""Text for people: columns that fit a terminal, a mail and a bug report."""

from __future__ import annotations

from itertools import zip_longest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 100
_GAP = "  "
#: No column is made narrower than this to make room for another one.
_NARROWEST = 36


def columns(rows: Sequence[tuple[str, ...]], indent: str = "") -> list[str]:
    """Lay rows out in columns. The first column is not wrapped, and a long path is not broken, so it can be copied.

    >>> columns([("libc", "glibc 2.36"), ("architecture", "x86_64")])
    ['libc          glibc 2.36', 'architecture  x86_64']
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    left = WIDTH - len(indent) - len(_GAP) * (len(cells[0]) - 1)
    widths: list[int] = []
    for number, column in enumerate(zip(*cells, strict=True)):
        width = max(map(len, column))
        if 0 < number < len(cells[0]) - 1:
            word = max(len(word) for cell in column for word in (*cell.split(), ""))
            width = min(width, max(_NARROWEST, min(word, left - _NARROWEST)))
        widths.append(width)
        left -= width
    widths[-1] += left
    lines = []
    for row in cells:
        wrapped = [row[:1], *(_wrap(cell, width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        for pieces in zip_longest(*wrapped, fillvalue=""):
            padded = (piece.ljust(width) for piece, width in zip(pieces, widths, strict=True))
            lines.append((indent + _GAP.join(padded)).rstrip())
    return lines


def print_json(data: object) -> None:
    """Print data as JSON."""
    import json

    print(json.dumps(data, indent=2))


def printable(text: str) -> str:
    """Escape characters that would move a terminal's cursor or break a line. Texts may come from anywhere."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def counted(number: int, noun: str) -> str:
    """Say how many there are of something.

    >>> counted(1, "file"), counted(2, "file")
    ('1 file', '2 files')
    """
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _wrap(text: str, width: int) -> list[str]:
    from textwrap import wrap

    return wrap(text, max(width, 1), break_long_words=False, break_on_hyphens=False)
