"""What a library that a host has gives to those who load it: the versions of its symbols; and what it needs itself."""

from __future__ import annotations

from typing import NamedTuple

from .elf_image import PT_DYNAMIC, Image
from .elf_tables import DT_RPATH, DT_RUNPATH, DT_SONAME, Dynamic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from .elf_tables import NeededVersion


class Library(NamedTuple):
    """A library or a program, as a loader sees it.

    :param soname: its name among libraries.
    :param needed: libraries to load with it, in order.
    :param rpath: where to look for these, and for what they need in turn.
    :param runpath: where to look for these.
    :param versions: versions that libraries must have.
    :param defined: versions that its symbols have; ``None`` where they have none: then loaders ask for none.
    """

    soname: str | None
    needed: tuple[str, ...]
    rpath: str | None
    runpath: str | None
    versions: tuple[NeededVersion, ...]
    defined: tuple[str, ...] | None


def read_library(stream: BinaryIO, name: str) -> Library:
    """Read what a loader reads of a file before it looks at symbols.

    :param stream: the file, seekable.
    :param name: what to call it.
    :raises InvalidElf: it is no ELF file, is cut off, or its tables contradict it or each other.
    """
    image = Image(stream, name)
    if not any(segment.kind == PT_DYNAMIC for segment in image.segments):
        return Library(None, (), None, None, (), None)
    dynamic = Dynamic(image)
    return Library(
        dynamic.named(DT_SONAME),
        dynamic.needed,
        dynamic.named(DT_RPATH),
        dynamic.named(DT_RUNPATH),
        tuple(version for _, version in dynamic.versions()),
        dynamic.defined_versions(),
    )
