"""Text that claims to be a tag, a tag set or a wheel file name: accepted, or refused with the reason."""

from __future__ import annotations

from ..errors import InvalidTag, InvalidWheelFilename
from . import (
    MAX_BUILD_DIGITS,
    MAX_TEXT,
    MAX_TRIPLES,
    filename_fields,
    is_build,
    is_name,
    is_plain,
    is_platform_like,
    is_version,
    tag_set_members,
)


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
    # One look at C speed accepts nearly every tag there is; the loop only finds the position to report.
    if not is_plain(text):
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


def split_tag_set(text: str) -> tuple[tuple[str, ...], ...]:
    """Split a compressed tag set into python tags, ABI tags and platform tags, in lower case, in the order written.

    :param text: three fields with dashes between, members with dots between, in any case and order.
    :raises InvalidTag: there are not three fields, a member is empty or has a character that no tag has, a python tag
        begins with a digit, or the set means more than 4,096 triples.

    >>> split_tag_set("py2.py3-none-any")
    (('py2', 'py3'), ('none',), ('any',))
    """
    fields = tag_set_members(text)
    if not fields:
        raise _tag_set_error(text)
    return fields


def split_wheel_filename(text: str) -> tuple[str, str, str, str, str | None]:
    """Split a wheel file name into name, version, build tag, tag set and variant label; the tag set is not checked.

    :param text: the file name, without a folder.
    :raises InvalidWheelFilename: a part is missing or is not what it must be.

    >>> split_wheel_filename("foo-1.0-2b-py3-none-any.whl")
    ('foo', '1.0', '2b', 'py3-none-any', None)
    """
    fields = filename_fields(text)
    if fields is None:
        raise _wheel_filename_error(text)
    return fields


def _tag_set_error(text: str) -> InvalidTag:  # noqa: PLR0911 - one return for each reason
    """Say why ``text`` is not a compressed tag set."""
    if not text:
        return InvalidTag(text, "it is empty")
    if len(text) > MAX_TEXT:
        return InvalidTag(text, f"longer than {MAX_TEXT} characters")
    fields = text.split("-")
    if len(fields) != 3:
        return InvalidTag(text, f"expected 3 fields, got {len(fields)}")
    start = 0
    for kind, field in zip(("python", "ABI", "platform"), fields, strict=True):
        for member in field.split("."):
            if not member:
                return InvalidTag(text, f"an empty {kind} tag", start)
            try:
                checked_tag_text(member)
            except InvalidTag as error:
                return InvalidTag(text, error.reason, start + (error.position or 0))
            if kind == "python" and member[0].isdigit():
                return InvalidTag(text, f"the python tag {member!r} begins with a digit", start)
            start += len(member) + 1
    return InvalidTag(text, f"it means more than {MAX_TRIPLES} triples")


def _wheel_filename_error(text: str) -> InvalidWheelFilename:  # noqa: PLR0911 - one return for each reason
    """Say why ``text`` is not a wheel file name."""
    if len(text) > MAX_TEXT:
        return InvalidWheelFilename(text, f"longer than {MAX_TEXT} characters")
    for position, character in enumerate(text):
        if not character.isascii():
            return InvalidWheelFilename(text, f"the non-ASCII character {character!r}", position)
    if not text.endswith(".whl"):
        return InvalidWheelFilename(text, "it does not end in '.whl'")
    fields = text[:-4].split("-")
    if not 4 < len(fields) < 8:
        return InvalidWheelFilename(text, f"expected 5 to 7 fields between dashes, got {len(fields)}")
    if not is_name(fields[0]):
        return InvalidWheelFilename(text, f"{fields[0]!r} is not a project name", 0)
    if not is_version(fields[1]):
        return InvalidWheelFilename(text, f"{fields[1]!r} is not a version", len(fields[0]) + 1)
    third = len(fields[0]) + len(fields[1]) + 2
    misplaced = len(fields) == 6 and is_platform_like(fields[5])
    if not is_build(fields[2]) and (len(fields) == 7 or misplaced or fields[2][:1].isdigit()):
        reason = f"the build tag {fields[2]!r} does not begin with a number of 1 to {MAX_BUILD_DIGITS} digits"
        return InvalidWheelFilename(text, reason, third)
    reason = f"{fields[-1]!r} follows the platform tag and is not a variant label"
    return InvalidWheelFilename(text, reason, len(text) - 4 - len(fields[-1]))
