"""Shared objects that loaders read in several ways or refuse, and what glibc answered.

``python -m tests.binaries.loader_cases`` gives each to the loader of this machine, ``dlopen`` with ``RTLD_NOW`` in a
process of its own, asks ``dlsym`` for ``PyInit_demo``, and writes the answers to ``elf/loaders.json``. They were
recorded on Debian 12 (glibc 2.36, x86_64).
"""

from __future__ import annotations

import json
import os
import platform
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from manytags.binaries.elf_image import (
    PT_DYNAMIC,
    PT_GNU_RELRO,
    PT_GNU_STACK,
    PT_INTERP,
    PT_LOAD,
    PT_NOTE,
    PT_PHDR,
    PT_TLS,
)
from manytags.binaries.elf_tables import DT_FLAGS_1, DT_STRSZ, DT_STRTAB, DT_SYMENT, DT_SYMTAB, DT_VERDEF, DT_VERNEED

from .elf_editor import Editor

ANSWERS = Path(__file__).parent / "elf" / "loaders.json"
#: Place of PT_GNU_EH_FRAME among the program headers, which no loader needs, and of its bytes.
SPARE, SPARE_BYTES = 3, 0x660

Case = Callable[[Editor], Editor]


def header(file: Editor, place: int, *fields: int) -> Editor:
    """Write a program header: type, flags, offset, address, size in the file and in memory, alignment."""
    kind, flags, offset, address, size, align = fields
    at = file.programs_at + 56 * place
    return file.put("2I6Q", at, kind, flags, offset, address, address, size, size, align)


def spare(*fields: int) -> Case:
    """Make a program header of the one that no loader needs."""
    return lambda file: header(file, SPARE, *fields)


def exchanged(file: Editor) -> Editor:
    """Exchange the first two program headers."""
    at = file.programs_at
    file.data[at : at + 112] = file.data[at + 56 : at + 112] + file.data[at : at + 56]
    return file


def split(file: Editor) -> Editor:
    """Split the first segment inside of the string table."""
    at = file.programs_at
    file.data[at + 112 : at + 224] = file.data[at + 56 : at + 168]
    header(file, 0, PT_LOAD, 5, 0, 0, 0x300, 4096)
    return header(file, 1, PT_LOAD, 5, 0x300, 0x300, 0x430, 4096)


def beyond_strings(file: Editor) -> Editor:
    """Let the string table end before the name of the init function."""
    return file.tag(DT_STRSZ, file.data.index(b"PyInit_demo") - file.table(DT_STRTAB))


def early_end(file: Editor) -> Editor:
    """End the dynamic section before its last entries."""
    return file.put("Q", file.dynamic()[0x6FFFFFFF] - 8, 0)  # DT_VERNEEDNUM


def second_tag(tag: int, value: int) -> Case:
    """Add a tag a second time, in the place of DT_RELACOUNT."""
    return lambda file: file.put("2Q", file.dynamic()[0x6FFFFFF9] - 8, tag, value)


def symbol(field: int, value: int) -> Case:
    """Change a byte of the symbol PyInit_demo: 4 is st_info, 5 st_other."""
    return lambda file: file.put("B", file.table(DT_SYMTAB) + 24 * 10 + field, value)


def weak_version(file: Editor) -> Editor:
    """Let libm's version be weak and one that libm lacks; the strong symbol ``pow`` has it."""
    at = file.table(DT_VERNEED)
    aux = at + int.from_bytes(file.data[at + 8 : at + 12], "little")
    return file.put("IH", aux, 0x1234567, 2)


def isa_note(kind: int, before: bytes = b"", offset: int = SPARE_BYTES) -> Case:
    """Ask for an x86-64 level that no processor has, in a note after other ones."""
    note = before + struct.pack("<3I4s4I", 4, 16, 5, b"GNU\0", 0xC0008002, 4, 0x100, 0)

    def change(file: Editor) -> Editor:
        file.data[SPARE_BYTES : SPARE_BYTES + len(note)] = note
        return header(file, SPARE, kind, 4, offset, SPARE_BYTES, len(note), 8)

    return change


#: What is not sound -> how it is made.
UNSOUND: dict[str, Case] = {
    "a segment in a page of another": spare(PT_LOAD, 4, 0x100, 0x2100, 0x10, 4096),
    "an empty segment in a page of another": spare(PT_LOAD, 4, 0x100, 0x2100, 0, 4096),
    "segments in another order": exchanged,
    "zeros after a segment that cannot be written": lambda file: file.program(PT_LOAD, 6, 0x900),
    "a segment of 64 TiB": lambda file: file.put("Q", file.programs_at + 56 + 40, 1 << 46),
    "PT_DYNAMIC that ends outside": lambda file: file.program(PT_DYNAMIC, 5, 0x400),
    "two PT_DYNAMIC": spare(PT_DYNAMIC, 4, 0xDF0, 0x1DF0, 0x1D0, 8),
    "two PT_GNU_STACK": spare(PT_GNU_STACK, 7, 0, 0, 0, 16),
    "PT_PHDR at another address": spare(PT_PHDR, 4, 64, 0x180, 6 * 56, 8),
    "PT_PHDR at another offset": spare(PT_PHDR, 4, 0x180, 64, 6 * 56, 8),
    "PT_INTERP at another address": spare(PT_INTERP, 4, 0x2E0, 0x300, 8, 1),
    "PT_TLS outside": spare(PT_TLS, 4, 0x660, 0x9000, 0x10, 8),
    "PT_GNU_RELRO over more than is there": lambda file: file.program(PT_GNU_RELRO, 6, 0x8000),
    "DT_VERNEED of 0": lambda file: file.tag(DT_VERNEED, 0),
    "DT_VERDEF of 0": lambda file: file.tag(DT_VERDEF, 0),
    "names beyond DT_STRSZ": beyond_strings,
    "a string table that ends in a name": lambda file: file.tag(DT_STRSZ, 182),
    "DT_STRTAB twice": second_tag(DT_STRTAB, 0x2E0 + 16),
    "DT_SYMENT of 23": lambda file: file.tag(DT_SYMENT, 23),
    "dynamic entries after the end": early_end,
    "program headers of 57 bytes": lambda file: file.put("H", 54, 57),
    "the OS ABI of FreeBSD": lambda file: file.put("B", 7, 9),
    "ABI version 1": lambda file: file.put("B", 8, 1),
    "padding of the header": lambda file: file.put("B", 12, 1),
    "e_version of 2": lambda file: file.put("I", 20, 2),
    "an init function outside": lambda file: file.tag(12, 0x9000),
    "an init function that is no code": lambda file: file.tag(12, 0x1DF0),
    "init functions outside": lambda file: file.tag(25, 0x9000),
    "init functions of another size": lambda file: file.tag(27, 12),
    "DF_1_NOOPEN": lambda file: file.tag(DT_FLAGS_1, 0x40),
    "a segment that cannot be read": lambda file: file.program(PT_LOAD, 1, 0),
    "a segment of another alignment": lambda file: file.put("Q", file.programs_at + 48, 8),
    "a segment that is aligned to 64 TiB": lambda file: file.put("Q", file.programs_at + 48, 1 << 46),
    "thread-local storage of 64 TiB": lambda file: spare(PT_TLS, 4, 0x660, 0x660, 0x10, 8)(file).put(
        "Q", file.programs_at + 56 * SPARE + 40, 1 << 46
    ),
    "a note by its offset": isa_note(PT_NOTE, offset=0x100),
    "an init that a function returns": symbol(4, 0x1A),
}
#: What loaders read in one way, and others may not -> how it is made.
SOUND: dict[str, Case] = {
    "as it is": lambda file: file,
    "a table that runs from one segment into the next": split,
    "a weak version of a strong symbol": weak_version,
    "a note for no processor": isa_note(PT_NOTE),
    "a note of others before it": isa_note(PT_NOTE, struct.pack("<3I4s2I", 2, 4, 1, b"X\0\0\0", 0, 0)),
    "a hidden init": symbol(5, 2),
    "a local init": symbol(4, 2),
}

_ASK = """
import ctypes, os, sys
try:
    library = ctypes.CDLL(sys.argv[1], os.RTLD_NOW)
except OSError as error:
    print(str(error).replace(sys.argv[1], "a.so"))
else:
    print("loads, with PyInit_demo" if hasattr(library, "PyInit_demo") else "loads, without PyInit_demo")
"""


def ask(data: bytes, folder: Path) -> str:
    """Ask the loader of this machine."""
    path = folder / "a.so"
    path.write_bytes(data)
    done = subprocess.run([sys.executable, "-c", _ASK, path], capture_output=True, text=True, check=False)
    lines = (done.stdout or done.stderr).strip().replace(str(path), "a.so").splitlines()
    return f"signal {-done.returncode}" if done.returncode < 0 else lines[-1]


def main() -> None:
    """Record the answers."""
    with tempfile.TemporaryDirectory() as folder:
        answers = {name: ask(bytes(change(Editor()).data), Path(folder)) for name, change in (UNSOUND | SOUND).items()}
    where = f"{' '.join(platform.libc_ver())}, {os.uname().machine}"
    ANSWERS.write_text(json.dumps({"loader": where, "answers": answers}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
