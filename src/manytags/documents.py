"""JSON from untrusted sources, read within bounds and checked field by field.

Each reader below turns a JSON value into the Python value of a field, or says what the field should be. A document is
closed after all its keys have been taken. A key that remains is an error, so that nothing is silently ignored.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import TypeVar

from .errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    T = TypeVar("T")

MAX_TEXT = 1_000_000  # characters of a document; the facts of a host have a few thousand
MAX_STRING = 4_096  # characters of one string in it
MAX_ITEMS = 20_000  # items of one list in it; macOS takes about six thousand tags


class TextEnum(str, Enum):
    """An enumeration whose members are texts and print as such. Python 3.11 has it as ``enum.StrEnum``."""

    __str__ = str.__str__


class Mismatch(Exception):
    """A value that its field does not take; the message says what the field takes."""


class Document:
    """A JSON object from which each key is taken once.

    :param text: the whole text, for errors.
    :param name: what errors call the object.
    :param content: the object.
    :param error: class of the errors.
    """

    def __init__(self, text: str, name: str, content: object, error: type[InvalidInput]) -> None:
        self.text, self.name, self.error = text, name, error
        if not isinstance(content, dict):
            raise error(text, f"{name} is not a JSON object")
        self._left: dict[str, object] = dict(content)

    def take(self, key: str, read: Callable[[object], T]) -> T:
        """Take a required key with a reader."""
        if key not in self._left:
            raise self.error(self.text, f"{self.name} lacks the key {key!r}")
        try:
            return read(self._left.pop(key))
        except Mismatch as mismatch:
            raise self.error(self.text, f"{key!r} of {self.name} is not {mismatch}") from None

    def take_or(self, key: str, read: Callable[[object], T], default: T) -> T:
        """Take a key that may be missing, such as a new key in an old file."""
        return self.take(key, read) if key in self._left else default

    def section(self, key: str) -> Document:
        """Take a key whose value is an object."""
        return Document(self.text, key, self.take(key, read_object), self.error)

    def section_or_empty(self, key: str) -> Document:
        """Take a key whose value is an object; a missing key is an empty object."""
        return self.section(key) if key in self._left else Document(self.text, key, {}, self.error)

    def keys(self) -> list[str]:
        """Return the keys that are not yet taken."""
        return list(self._left)

    def close(self) -> None:
        """Raise an error if a key was not taken."""
        for key in self._left:
            raise self.error(self.text, f"{self.name} has the unknown key {key[:80]!r}")


def load_document(text: str, name: str, error: type[InvalidInput], longest: int = MAX_TEXT) -> Document:
    """Parse JSON text whose outermost value is an object.

    :raises InvalidInput: of the class ``error``: the text is too long, not JSON, or not an object.
    """
    if len(text) > longest:
        raise error(text, f"longer than {longest} characters")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as failure:
        raise error(text, f"it is not JSON: {failure}") from None
    return Document(text, name, content, error)


def read_object(value: object) -> dict[str, object]:
    """Read an object."""
    if not isinstance(value, dict):
        raise Mismatch("an object")
    return value


def read_list(value: object) -> list[object]:
    """Read a list of bounded length."""
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise Mismatch(f"a list of at most {MAX_ITEMS} items")
    return value


def read_string(value: object) -> str:
    """Read a string of bounded length without lone surrogates, which cannot be printed."""
    if not isinstance(value, str) or len(value) > MAX_STRING:
        raise Mismatch(f"a string of at most {MAX_STRING} characters")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Mismatch("a string of whole characters")
    return value


def read_integer(value: object) -> int:
    """Read an integer that fits 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**64:
        raise Mismatch("an integer of 64 bits")
    return value


def read_boolean(value: object) -> bool:
    """Read a boolean."""
    if not isinstance(value, bool):
        raise Mismatch("true or false")
    return value


def read_strings(value: object) -> tuple[str, ...]:
    """Read a list of strings."""
    return tuple(read_string(item) for item in read_list(value))


def read_version(value: object) -> tuple[int, ...]:
    """Read a version as a list of one to five integers."""
    numbers = tuple(read_integer(item) for item in read_list(value))
    if not 1 <= len(numbers) <= 5:
        raise Mismatch("a list of 1 to 5 integers")
    return numbers


def read_pair(value: object) -> tuple[int, int]:
    """Read a version of exactly two integers."""
    numbers = read_version(value)
    if len(numbers) != 2:
        raise Mismatch("a list of 2 integers")
    return numbers[0], numbers[1]


def json_text(value: object, indent: int | None = None) -> str:
    """Write dataclasses with slots, text enumerations, tuples, and what JSON knows as JSON."""
    return json.dumps(value, indent=indent, default=lambda item: {name: getattr(item, name) for name in item.__slots__})


def json_object(value: object) -> dict[str, object]:
    """Turn such a dataclass or dict into the object that a reader of its JSON gets."""
    return read_object(json.loads(json_text(value)))


def optional(read: Callable[[object], T]) -> Callable[[object], T | None]:
    """Return a reader that also takes null."""
    return lambda value: None if value is None else read(value)
