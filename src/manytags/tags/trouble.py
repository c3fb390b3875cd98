"""What is wrong with a text that is no tag set or no wheel file name.

``wheel`` decides whether it is one, and is all that a good name ever loads; this module finds the words for a bad one.
"""

from __future__ import annotations

from ..errors import InvalidTag, InvalidWheelFilename
from .text import checked_tag_text
from .wheel import MAX_BUILD_DIGITS, MAX_TEXT, MAX_TRIPLES, is_build, is_name, is_platform_like, is_version


def tag_set_error(text: str) -> InvalidTag:  # noqa: PLR0911 - one return for each reason
    """Return the error that says why ``text`` is no compressed tag set."""
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
    return InvalidTag(text, f"it stands for more than {MAX_TRIPLES} triples")


def wheel_filename_error(text: str) -> InvalidWheelFilename:  # noqa: PLR0911 - one return for each reason
    """Return the error that says why ``text`` is no wheel file name."""
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
        return InvalidWheelFilename(text, f"{fields[0]!r} is no project name", 0)
    if not is_version(fields[1]):
        return InvalidWheelFilename(text, f"{fields[1]!r} is no version", len(fields[0]) + 1)
    third = len(fields[0]) + len(fields[1]) + 2
    misplaced = len(fields) == 6 and is_platform_like(fields[5])
    if not is_build(fields[2]) and (len(fields) == 7 or misplaced or fields[2][:1].isdigit()):
        reason = f"the build tag {fields[2]!r} does not begin with a number of 1 to {MAX_BUILD_DIGITS} digits"
        return InvalidWheelFilename(text, reason, third)
    reason = f"{fields[-1]!r} stands after the platform tag and is no variant label"
    return InvalidWheelFilename(text, reason, len(text) - 4 - len(fields[-1]))
