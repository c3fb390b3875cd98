"""What every tag text must satisfy before anything is read into it."""

from __future__ import annotations

from ..errors import InvalidTag
from .wheel import MAX_TEXT


def checked_tag_text(text: str) -> str:
    """Return ``text`` in lower case if it could be one member of a tag set, else raise.

    :param text: one python tag, ABI tag or platform tag.
    :raises InvalidTag: ``text`` is empty, very long, or has a character that no tag has.

    >>> checked_tag_text("CP312")
    'cp312'

    Rule: :pep:`425` builds tags from letters, digits and underscores; ``.`` and ``-`` separate them.
    """
    if not text:
        raise InvalidTag(text, "it is empty")
    if len(text) > MAX_TEXT:
        raise InvalidTag(text, f"longer than {MAX_TEXT} characters")
    # One C-speed look covers nearly every tag there is; the loop only finds the position to report.
    if not (text.isascii() and text.replace("_", "a").isalnum()):
        for position, character in enumerate(text):
            if not (character.isascii() and (character.isalnum() or character == "_")):
                raise InvalidTag(text, f"no tag has the character {character!r}", position)
    return text.lower()


def parse_number(text: str) -> int | None:
    """Read a decimal number as tags write it, or return ``None``: no sign, no leading zero, at most nine digits.

    >>> parse_number("28"), parse_number("028"), parse_number("x")
    (28, None, None)
    """
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or (text[0] == "0" and text != "0"):
        return None
    return int(text)
