"""The rules for the text of every tag."""

from __future__ import annotations

import pytest

from manytags import InvalidTag
from manytags.tags.text import checked_tag_text, parse_number


def test_case_does_not_matter() -> None:
    """``Win_AMD64`` is a spelling, not another platform."""
    assert checked_tag_text("Win_AMD64") == "win_amd64"
    assert checked_tag_text("___") == "___"


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("", "it is empty", None),
        ("a" * 4_097, "longer than 4096 characters", None),
        ("a-b", "no tag has the character '-'", 1),
        ("a b", "no tag has the character ' '", 1),
        ("\u212a", "no tag has the character '\u212a'", 0),  # lower() makes an ASCII k of it
        ("a\u00b2", "no tag has the character '\u00b2'", 1),  # isdigit()
        ("ab\ud800", "no tag has the character '\\ud800'", 2),
    ],
)
def test_the_first_bad_character_is_named(text: str, reason: str, position: int | None) -> None:
    """Users cannot see look-alikes and control characters, so the error must give their position."""
    with pytest.raises(InvalidTag) as caught:
        checked_tag_text(text)
    assert caught.value.args == (text, reason, position)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("28", 28),
        ("999999999", 999_999_999),
        ("1000000000", None),
        ("", None),
        ("00", None),
        ("028", None),
        ("-1", None),
        ("+1", None),
        ("1_0", None),
        ("x", None),
        ("\u0663", None),
        ("\u00b2", None),
    ],
)
def test_numbers_have_one_spelling(text: str, number: int | None) -> None:
    """If ``02`` were accepted as a number, a tag would not print back unchanged."""
    assert parse_number(text) == number
