"""What callers have parsed already: tags of any copy of packaging, parsed file names, paths, mappings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeAlias

from ..tags.filename import TagSet, WheelFilename, is_parsed, name_of_file


class TagLike(Protocol):
    """A tag triple of any copy of ``packaging``, pip's vendored one too."""

    @property
    def interpreter(self) -> str:
        """Python tag."""

    @property
    def abi(self) -> str:
        """ABI tag."""

    @property
    def platform(self) -> str:
        """Platform tag."""


class FilePath(Protocol):
    """A path, as ``pathlib`` has them."""

    def __fspath__(self) -> str:
        """Return it as text."""


#: Python tags, ABI tags and platform tags.
Members: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
#: What ``packaging.utils.parse_wheel_filename`` returns: name, version, build tag, tags.
Parsed: TypeAlias = tuple[str, object, object, frozenset[TagLike]]
#: What stands for the file name of a wheel.
WheelLike: TypeAlias = str | WheelFilename | TagSet | FilePath | Mapping[str, object] | Parsed


def read_parsed(wheel: object) -> str | list[Members]:
    """Read what is neither text nor a :class:`WheelFilename`: return a file name, or triples of tags, however many.

    :raises TypeError: it is neither a tag, nor tags, nor stands for a file name.
    """
    if isinstance(wheel, TagSet):
        return [(wheel.pythons, wheel.abis, wheel.platforms)]
    if is_parsed(wheel):
        wheel = wheel[3]
    several: object = [wheel] if hasattr(wheel, "interpreter") else wheel
    if isinstance(several, (str, Mapping)) or not isinstance(several, Iterable):
        return name_of_file(wheel)
    members: list[Members] = []
    for tag in several:
        if not hasattr(tag, "interpreter"):
            raise TypeError(f"expected tags as packaging has them, got {type(tag).__name__} among them")
        members.append(((tag.interpreter,), (tag.abi,), (tag.platform,)))
    return members
