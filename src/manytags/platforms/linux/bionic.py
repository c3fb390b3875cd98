"""What facts say of a Linux whose C library is neither glibc nor musl: Termux runs on Android's. Pure."""

from __future__ import annotations

from .. import Evidence
from .misses import BIONIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .. import ReadsFacts

#: How the path of bionic's loader begins; ``linker64`` where pointers are wide.
LOADER = "/system/bin/linker"


def unknown_libc(facts: ReadsFacts) -> Evidence:
    """Tell bionic by the loader that the interpreter asks for; other C libraries stay unknown."""
    loader = facts.text("elf_interpreter")
    if loader.startswith(LOADER):
        return Evidence("libc", BIONIC, f"{facts.seen('elf_interpreter')}: {loader}, the loader of Android")
    return Evidence("libc", "unknown", "neither glibc nor musl was seen")
