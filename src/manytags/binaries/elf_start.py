"""What a loader calls and follows when it starts a file: the functions of the dynamic section.

A loader does not look whether they are there. It calls them, and the process ends.

Rule: System V ABI, chapter 5 (initialization and termination functions); glibc ``elf/dl-init.c``, ``elf/dl-load.c``.
"""

from __future__ import annotations

from .elf_hashes import Hashes
from .elf_image import ET_DYN, ET_EXEC, PT_INTERP
from .elf_relocations import DT_JMPREL, DT_PLTRELSZ, DT_REL, DT_RELA, DT_RELASZ, DT_RELSZ
from .elf_structs import numbers_of
from .elf_tables import DT_AUXILIARY, DT_FILTER, DT_FLAGS_1, DT_STRSZ, DT_STRTAB, DT_SYMTAB, DT_VERSYM, Dynamic

_DT_INIT, _DT_FINI = numbers_of("DT_", "INIT FINI")
#: Tags of tables of functions, and of the sizes of these.
_TABLES = tuple(
    zip(
        numbers_of("DT_", "INIT_ARRAY FINI_ARRAY PREINIT_ARRAY"),
        numbers_of("DT_", "INIT_ARRAYSZ FINI_ARRAYSZ PREINIT_ARRAYSZ"),
        strict=True,
    )
)
#: Tables in which no function is, and the tags of their sizes.
_SIZED = ((DT_STRTAB, DT_STRSZ), (DT_RELA, DT_RELASZ), (DT_REL, DT_RELSZ), (DT_JMPREL, DT_PLTRELSZ))
_DF_1_NOOPEN, _DF_1_PIE = 0x40, 0x08000000
_MAX_FUNCTIONS = 65536  # in each table (6,487 is the largest number that was seen)


def check_start(dynamic: Dynamic, hashes: Hashes) -> None:
    """Check what a loader uses without a look at it, and find the tables in which no code is.

    :param hashes: the file's hash tables.
    :raises InvalidBinary: it is not in the file, or not code.
    """
    image, tags = dynamic.image, dynamic.tags
    is_library = image.type == ET_DYN and image.segment(PT_INTERP) is None
    if is_library and tags.get(DT_FLAGS_1, 0) & _DF_1_NOOPEN:
        raise image.error("DF_1_NOOPEN: glibc does not load it into a running process")
    if DT_STRTAB not in tags or DT_SYMTAB not in tags:
        raise image.error("a dynamic section without names or without symbols")
    is_marked = image.type == ET_EXEC or bool(tags.get(DT_FLAGS_1, 0) & _DF_1_PIE)
    is_program = is_marked or not is_library
    if is_program and tags.keys() & {DT_AUXILIARY, DT_FILTER}:
        raise image.error("a program that is a filter, which ends glibc in an assertion")
    if is_program and image.segment(PT_INTERP) is None and dynamic.needed:
        raise image.error("a program that needs libraries, and names no loader that finds them")
    sizes = [(table, tags.get(size, 0)) for table, size in _SIZED]
    sizes += [(DT_SYMTAB, (24 if image.wide else 16) * hashes.symbols), (DT_VERSYM, 2 * hashes.symbols)]
    image.tables += hashes.tables
    image.tables += [(tags[table], tags[table] + size) for table, size in sizes if table in tags]
    # Libraries with an interpreter need not begin anywhere.
    entry = image.entry if is_marked or (image.entry and is_program) else None
    for function in (tags.get(_DT_INIT), tags.get(_DT_FINI), entry):
        # glibc calls a function at address 0, too.
        if function is not None and not image.is_code(function):
            raise image.error(f"a function at address 0x{function:x}, where it has no code")


def read_functions(dynamic: Dynamic) -> dict[int, int]:
    """Read the tables of functions that a loader calls.

    :returns: address -> what is there in the file, which relocations may replace.
    :raises InvalidBinary: a table is not in the file, or not whole.
    """
    image, tags = dynamic.image, dynamic.tags
    functions: dict[int, int] = {}
    width = image.bits // 8
    for table, size in _TABLES:
        count, rest = divmod(tags.get(size, 0), width)
        if (table in tags) != (size in tags) or rest:
            raise image.error("a table of functions without a size, or with one that does not fit")
        if count > _MAX_FUNCTIONS:
            raise image.error(f"a table of {count} functions")
        if count:
            start = tags[table]
            values = image.numbers(image.word, start, count, "a table of functions")
            functions.update(zip(range(start, start + count * width, width), values, strict=True))
    return functions
