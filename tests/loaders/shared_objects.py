"""Small programs and libraries with the tables that loaders read, made to order, and folders of them.

Real loaders load the libraries; a program cannot run, since it has no code.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from manytags.binaries.elf_hashes import elf_hash
from manytags.loaders.host import promised_libraries
from manytags.platforms.linux.policies import policy

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_PHDR, PT_GNU_STACK = 1, 2, 3, 6, 0x6474E551
DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 4, 5, 6, 10, 14, 15, 29
DT_VERSYM = 0x6FFFFFF0
DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
EM_386, EM_ARM, EM_X86_64, EM_AARCH64 = 3, 40, 62, 183


class Strings:
    """A string table that grows."""

    def __init__(self) -> None:
        self.data = b"\0"

    def add(self, text: str) -> int:
        """Append a text, and return its offset."""
        self.data += text.encode() + b"\0"
        return len(self.data) - len(text.encode()) - 1


@dataclass(frozen=True)
class SharedObject:
    """A program or a library; :meth:`build` returns its bytes.

    :param needed: DT_NEEDED.
    :param soname: DT_SONAME.
    :param rpath: DT_RPATH.
    :param runpath: DT_RUNPATH.
    :param versions: library -> the versions of it that are needed.
    :param weak: which of these it can do without.
    :param defines: versions that it defines; none: it has no versions at all.
    :param loader: PT_INTERP.
    :param machine: e_machine.
    :param wide: 64-bit.
    :param little: little-endian.
    :param flags: e_flags.
    :param content: bytes that lie in it for no reason.
    """

    needed: tuple[str, ...] = ()
    soname: str | None = None
    rpath: str | None = None
    runpath: str | None = None
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weak: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    loader: str | None = None
    machine: int = EM_X86_64
    wide: bool = True
    little: bool = True
    flags: int = 0
    content: bytes = b""

    def build(self) -> bytes:
        """Lay the file out: headers, version tables, loader, strings, content, dynamic section."""
        mark, word = "<" if self.little else ">", "Q" if self.wide else "I"
        header_size, program_size = (64, 56) if self.wide else (52, 32)
        strings = Strings()
        body = bytearray(header_size + (5 if self.loader else 3) * program_size)
        dynamic = [(DT_NEEDED, strings.add(name)) for name in self.needed]
        for tag, text in ((DT_SONAME, self.soname), (DT_RPATH, self.rpath), (DT_RUNPATH, self.runpath)):
            if text is not None:
                dynamic.append((tag, strings.add(text)))
        if self.versions:
            dynamic += [(DT_VERNEED, len(body)), (DT_VERNEEDNUM, len(self.versions))]
            body += self._needed_versions(mark, strings)
        if self.defines:
            dynamic += [(DT_VERDEF, len(body)), (DT_VERDEFNUM, 1 + len(self.defines))]
            body += self._defined_versions(mark, strings)
        if self.versions or self.defines:
            dynamic += [(DT_VERSYM, len(body))]
            body += bytes(8)
        interpreter = (len(body), len(self.loader.encode()) + 1) if self.loader else (0, 0)
        body += self.loader.encode() + b"\0" if self.loader else b""
        dynamic += [(DT_SYMTAB, len(body)), (DT_HASH, len(body) + 24)]
        body += bytes(24) + struct.pack(f"{mark}4I", 1, 1, 0, 0)  # symbol 0 alone
        dynamic += [(DT_STRTAB, len(body)), (DT_STRSZ, len(strings.data)), (0, 0)]
        body += strings.data + self.content
        start = len(body)
        body += b"".join(struct.pack(f"{mark}2{word}", *entry) for entry in dynamic)
        programs = [(PT_LOAD, 0, len(body)), (PT_DYNAMIC, start, len(body) - start), (PT_GNU_STACK, 0, 0)]
        if self.loader:
            programs = [(PT_PHDR, header_size, 5 * program_size), (PT_INTERP, *interpreter), *programs]
        ident = b"\x7fELF" + bytes([2 if self.wide else 1, 1 if self.little else 2, 1]) + bytes(9)
        header = ident + struct.pack(
            f"{mark}2HI3{word}I6H", 3, self.machine, 1, 0, header_size, 0, self.flags, header_size, program_size,
            len(programs), 0, 0, 0,
        )  # fmt: skip
        for kind, offset, size in programs:
            numbers = (offset, offset, offset, size, size)
            flags, align = 6, 4096 if kind == PT_LOAD else 1  # readable and writable; a whole page
            if self.wide:
                header += struct.pack(f"{mark}2I6Q", kind, flags, *numbers, align)
            else:
                header += struct.pack(f"{mark}8I", kind, *numbers, flags, align)
        body[: len(header)] = header
        return bytes(body)

    def _needed_versions(self, mark: str, strings: Strings) -> bytes:
        table, number = b"", 1 + len(self.defines)
        for place, (library, names) in enumerate(self.versions.items(), 1):
            after = 16 + 16 * len(names) if place < len(self.versions) else 0
            table += struct.pack(f"{mark}2H3I", 1, len(names), strings.add(library), 16, after)
            for index, name in enumerate(names, 1):
                after = 16 if index < len(names) else 0
                flags = 2 if name in self.weak else 0
                number += 1
                table += struct.pack(f"{mark}I2H2I", elf_hash(name.encode()), flags, number, strings.add(name), after)
        return table

    def _defined_versions(self, mark: str, strings: Strings) -> bytes:
        table, names = b"", (self.soname or "base", *self.defines)
        for index, name in enumerate(names, 1):
            after = 28 if index < len(names) else 0
            hashed = elf_hash(name.encode())
            table += struct.pack(f"{mark}4H3I", 1, 1 if index == 1 else 0, index, 1, hashed, 20, after)
            table += struct.pack(f"{mark}2I", strings.add(name), 0)
        return table


#: glibc's loader with the folders that Debian builds into it.
DEBIAN_FOLDERS = b"\0/lib/x86_64-linux-gnu/\0/usr/lib/x86_64-linux-gnu/\0/lib/\0/usr/lib/\0\0/etc/ld.so.cache\0"
GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"

Files = Mapping[str, "SharedObject | bytes | str"]


def lay(root: Path, files: Files) -> Path:
    """Write files into a folder; a text is the target of a link.

    :returns: the folder.
    """
    for name, content in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.symlink_to(content)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.build())
    return root


def debian(
    needed: tuple[str, ...] = ("libc.so.6",), rpath: str | None = None, runpath: str | None = None
) -> dict[str, SharedObject | bytes | str]:
    """Files of a Debian with a Python and what it needs. ``rpath`` and ``runpath`` are those of the Python."""
    return {
        "/usr/bin/python3": SharedObject(needed, loader=GLIBC_LOADER, rpath=rpath, runpath=runpath),
        GLIBC_LOADER: SharedObject(soname="ld-linux-x86-64.so.2", content=DEBIAN_FOLDERS),
        "/lib/x86_64-linux-gnu/libc.so.6": SharedObject(
            soname="libc.so.6",
            defines=("GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.36"),
            content=b"GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n\0",
        ),
    }


def alpine() -> dict[str, SharedObject | bytes | str]:
    """Files of an Alpine with only a Python. musl is its own loader."""
    return {
        "/usr/bin/python3": SharedObject(("libc.musl-x86_64.so.1",), loader=MUSL_LOADER),
        MUSL_LOADER: SharedObject(content=b"\0musl libc (x86_64)\nVersion %s\n\0" + b"1.2.5\0"),
    }


LIB = "/usr/lib/x86_64-linux-gnu"
TAG = "manylinux_2_17_x86_64"
PROMISED = promised_libraries(policy("manylinux", (2, 17), "x86_64"))
#: The families of versions, and the libraries that define them.
OWNERS = {"libstdc++.so.6": ("GLIBCXX", "CXXABI"), "libgcc_s.so.1": ("GCC",), "libz.so.1": ("ZLIB",)}


def versions(*families: str, newest: tuple[int, int] = (2, 17)) -> tuple[str, ...]:
    """List the versions of some families that a policy allows."""
    allowed = policy("manylinux", newest, "x86_64").symbol_versions
    return tuple(sorted(version for version in allowed if version.partition("_")[0] in families))


def whole(without: str = "") -> dict[str, SharedObject | bytes | str]:
    """Files of a Debian with all that manylinux_2_17 promises, except a library."""
    found = debian()
    for name in PROMISED:
        defines = versions(*OWNERS.get(name, ()))
        found[f"{LIB}/{name}"] = SharedObject(soname=name, defines=defines)
    libc = found["/lib/x86_64-linux-gnu/libc.so.6"]
    assert isinstance(libc, SharedObject)
    content = SharedObject(soname="libc.so.6", defines=versions("GLIBC", newest=(2, 36)), content=libc.content)
    found["/lib/x86_64-linux-gnu/libc.so.6"] = content
    found.pop(f"{LIB}/libc.so.6")
    found.pop(f"{LIB}/{without}", None)
    return found
