"""What callers have parsed already: tags of any copy of packaging, parsed file names, paths, mappings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeAlias

from ..tags.filename import WheelFilename, name_of_file


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
WheelLike: TypeAlias = str | WheelFilename | FilePath | Mapping[str, object] | Parsed


def read_parsed(wheel: object) -> str | list[Members]:
    """Read what is not text: return a wheel's file name, or python tags, ABI tags and platform tags, however many.

    :raises TypeError: it is neither a tag, nor tags, nor stands for a file name.
    """
    if isinstance(wheel, WheelFilename):
        tags = wheel.tag_set
        return [(tags.pythons, tags.abis, tags.platforms)] if wheel.variant is None else []
    if isinstance(wheel, tuple) and len(wheel) == 4 and isinstance(wheel[3], (frozenset, set)):
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
