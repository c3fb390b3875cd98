"""Patterns of platform tags in the profiles of indexes. Pure.

``#`` is a number, ``{a,b}`` means ``a`` or ``b``, and ``*`` at the end is any rest: ``macosx_{11,12}_0_*``. Matching
never backtracks: alternatives are expanded into plain patterns when a profile is read, and a plain pattern is matched
in a single pass. So no profile can make matching slow.
"""

from __future__ import annotations

from ..documents import Mismatch

#: Longest pattern, most numbers in a pattern, and most plain patterns in a profile. PyPI's has 125.
LONGEST_PATTERN, MOST_NUMBERS, MOST_PATTERNS = 300, 5, 2_000
_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def expand_pattern(text: str) -> tuple[str, ...]:
    """Expand a pattern into plain ones, which have no alternatives.

    :param text: a pattern, in lower case.
    :raises Mismatch: the text is not a pattern, or expands into too many.

    >>> expand_pattern("manylinux_#_#_{i686,x86_64}")
    ('manylinux_#_#_i686', 'manylinux_#_#_x86_64')
    """
    if not text or len(text) > LONGEST_PATTERN:
        raise Mismatch(f"a pattern of 1 to {LONGEST_PATTERN} characters")
    patterns, rest = [""], text
    while rest:
        literal, brace, rest = rest.partition("{")
        patterns = [pattern + literal for pattern in patterns]
        if not brace:
            break
        alternatives, brace, rest = rest.partition("}")
        if not brace:
            raise Mismatch("a pattern: a brace is not closed")
        if len(patterns) * (alternatives.count(",") + 1) > MOST_PATTERNS:
            raise Mismatch(f"a pattern: it stands for more than {MOST_PATTERNS}")
        patterns = [pattern + alternative for pattern in patterns for alternative in alternatives.split(",")]
    for pattern in patterns:
        literals = pattern.removesuffix("*").split("#")
        if not pattern or not _CHARACTERS.issuperset("".join(literals)):
            raise Mismatch("a pattern of small letters, digits, '_', '#', '{a,b}' and '*' at its end")
        if len(literals) > MOST_NUMBERS + 1:
            raise Mismatch(f"a pattern of at most {MOST_NUMBERS} numbers")
        if any(literal[:1].isdigit() or not literal for literal in literals[1:-1]) or literals[-1][:1].isdigit():
            raise Mismatch("a pattern: '#' must not be followed by a digit or another '#'")
    return tuple(patterns)


def matches(pattern: str, tag: str) -> bool:
    """Whether a plain pattern matches a tag.

    :param pattern: a result of :func:`expand_pattern`.
    :param tag: a platform tag in lower case, or any other text.

    >>> matches("macosx_10_#_x86_64", "macosx_10_15_x86_64"), matches("macosx_10_#_x86_64", "macosx_10_x86_64")
    (True, False)
    """
    open_end = pattern.endswith("*")
    literals = pattern.removesuffix("*").split("#")
    position = 0
    for number, literal in enumerate(literals):
        if number:
            start = position
            while position < len(tag) and tag[position].isdecimal():  # digits of any script, as `\d` matches them
                position += 1
            if position == start:
                return False
        if not tag.startswith(literal, position):
            return False
        position += len(literal)
    return open_end or position == len(tag)
