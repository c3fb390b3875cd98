"""What a loader calls and follows when it starts a file: the functions of the dynamic section.

A loader does not look whether they are there. It calls them, and the process ends.

Rule: System V ABI, chapter 5 (initialization and termination functions); glibc ``elf/dl-init.c``, ``elf/dl-load.c``.
"""

from __future__ import annotations

from ..platforms.linux.table import EM_PPC64
from .elf_image import ET_DYN, PF_X, PT_INTERP, PT_LOAD
from .elf_structs import numbers_of
from .elf_tables import DT_FLAGS_1, DT_STRTAB, DT_SYMTAB, Dynamic

_DT_INIT, _DT_FINI = numbers_of("DT_", "INIT FINI")
#: Tags of tables of functions, and of the sizes of these.
_TABLES = tuple(
    zip(
        numbers_of("DT_", "INIT_ARRAY FINI_ARRAY PREINIT_ARRAY"),
        numbers_of("DT_", "INIT_ARRAYSZ FINI_ARRAYSZ PREINIT_ARRAYSZ"),
        strict=True,
    )
)
_DF_1_NOOPEN = 0x40


def check_start(dynamic: Dynamic) -> None:
    """Check what a loader uses without a look at it.

    :raises InvalidBinary: it is not in the file, or not code.
    """
    image, tags = dynamic.image, dynamic.tags
    is_library = image.type == ET_DYN and image.segment(PT_INTERP) is None
    if is_library and tags.get(DT_FLAGS_1, 0) & _DF_1_NOOPEN:
        raise image.error("DF_1_NOOPEN: glibc does not load it into a running process")
    if DT_STRTAB not in tags or DT_SYMTAB not in tags:
        raise image.error("a dynamic section without names or without symbols")
    for table, size in _TABLES:
        if (table in tags) != (size in tags) or tags.get(size, 0) % (image.bits // 8):
            raise image.error("a table of functions without a size, or with one that does not fit")
        if tags.get(size):
            image.locate(tags[table], tags[size], "a table of functions")
    # The first ABI of 64-bit PowerPC has the address of a descriptor there.
    needed = 0 if image.machine == EM_PPC64 else PF_X
    code = [segment for segment in image.segments if segment.kind == PT_LOAD and segment.flags & needed == needed]
    for tag in (_DT_INIT, _DT_FINI):
        if tags.get(tag) and not any(segment.address <= tags[tag] < segment.end for segment in code):
            raise image.error(f"a function at address 0x{tags[tag]:x}, where it has no code")
