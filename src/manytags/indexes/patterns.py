"""Patterns of platform tags, as the profiles of indexes write them. Pure.

``#`` is a number, ``{a,b}`` is one of several texts, and ``*`` at the end is any rest: ``macosx_{11,12}_0_*``. There is
nothing to go back to in them: a pattern is written out into plain ones when it is read, and each is decided in one
pass, so that no profile can make a tag expensive.
"""

from __future__ import annotations

from ..documents import Mismatch

#: Longest pattern, most numbers in one, and how many plain ones a profile's patterns may stand for. PyPI's are 125.
LONGEST_PATTERN, MOST_NUMBERS, MOST_PATTERNS = 300, 5, 2_000
_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def expand_pattern(text: str) -> tuple[str, ...]:
    """Write a pattern out into those without alternatives.

    :param text: a pattern, in lower case.
    :raises Mismatch: it is none, or stands for too many.

    >>> expand_pattern("manylinux_#_#_{i686,x86_64}")
    ('manylinux_#_#_i686', 'manylinux_#_#_x86_64')
    """
    if not text or len(text) > LONGEST_PATTERN:
        raise Mismatch(f"a pattern of 1 to {LONGEST_PATTERN} characters")
    found, rest = [""], text
    while rest:
        literal, brace, rest = rest.partition("{")
        found = [each + literal for each in found]
        if not brace:
            break
        alternatives, brace, rest = rest.partition("}")
        if not brace:
            raise Mismatch("a pattern: a brace is not closed")
        if len(found) * (alternatives.count(",") + 1) > MOST_PATTERNS:
            raise Mismatch(f"a pattern: it stands for more than {MOST_PATTERNS}")
        found = [each + one for each in found for one in alternatives.split(",")]
    for each in found:
        literals = each.removesuffix("*").split("#")
        if not each or not _CHARACTERS.issuperset("".join(literals)):
            raise Mismatch("a pattern of small letters, digits, '_', '#', '{a,b}' and '*' at its end")
        if len(literals) > MOST_NUMBERS + 1:
            raise Mismatch(f"a pattern of at most {MOST_NUMBERS} numbers")
        if any(literal[:1].isdigit() or not literal for literal in literals[1:-1]) or literals[-1][:1].isdigit():
            raise Mismatch("a pattern: a number ends before the next digit")
    return tuple(found)


def matches(pattern: str, tag: str) -> bool:
    """Tell whether a plain pattern means a tag.

    :param pattern: one of :func:`expand_pattern`.
    :param tag: a platform tag in lower case, or whatever stands in its place.

    >>> matches("macosx_10_#_x86_64", "macosx_10_15_x86_64"), matches("macosx_10_#_x86_64", "macosx_10_x86_64")
    (True, False)
    """
    open_end = pattern.endswith("*")
    literals = pattern.removesuffix("*").split("#")
    position = 0
    for number, literal in enumerate(literals):
        if number:
            start = position
            while position < len(tag) and tag[position].isdecimal():  # any script's digits, as `\d` has it
                position += 1
            if position == start:
                return False
        if not tag.startswith(literal, position):
            return False
        position += len(literal)
    return open_end or position == len(tag)
