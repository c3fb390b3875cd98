"""Files that the options name: facts and targets, as text and as what they hold."""

from __future__ import annotations

import json

from ..documents import MAX_TEXT
from ..errors import InvalidInput, shown
from ..hosts import Facts
from ..targets import Target
from .target_choice import BadArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

#: What ``manytags --json`` adds to a target, for readers who do not work tags out.
ADDED_KEYS = ("build_tag", "tags")


def read_facts(path: str) -> Facts:
    """Read facts from a file, ``-`` being standard input.

    :raises ManytagsError: there are none in it; the message names the file.
    """
    return _parse(path, read_text(path), Facts.from_json)


def read_target(path: str) -> Target:
    """Read a target from a file: manytags' own, with or without what ``manytags --json`` adds, or another tool's.

    :raises ManytagsError: there is none in it; the message names the file.
    """
    text = _without_added_keys(read_text(path))
    if '"compatible_tags"' in text:
        from ..targets.pex import target_from_pex

        return _parse(path, text, target_from_pex)
    if '"schema_version"' in text:
        from ..hosts.build_details import target_from_build_details

        return _parse(path, text, target_from_build_details)
    return _parse(path, text, Target.from_json)


def _parse(path: str, text: str, from_json: Callable[[str], T]) -> T:
    try:
        return from_json(text)
    except InvalidInput as error:
        if error.text != text:
            raise  # it names the part that is to blame
        raise type(error)(_name(path), error.reason) from None


def _without_added_keys(text: str) -> str:
    try:
        content = json.loads(text) if len(text) <= MAX_TEXT else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return text  # the target's own reader says what is wrong
    return json.dumps({key: value for key, value in content.items() if key not in ADDED_KEYS})


def read_text(path: str, most: int = 4 * MAX_TEXT) -> str:
    """Read a text file, ``-`` being standard input.

    :param path: the file.
    :param most: how many bytes are read, and one more by which a reader sees that there are more.
    :raises BadArgumentsError: it cannot be read, is no text, or is too long.
    """
    try:
        with open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadArgumentsError(f"cannot read {shown(_name(path))}: {reason}") from None
    # Windows PowerShell redirects in UTF-16.
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise BadArgumentsError(f"cannot read {shown(_name(path))}: it is no text in UTF-8") from None


def _name(path: str) -> str:
    return "standard input" if path == "-" else path
