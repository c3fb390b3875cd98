"""Small Mach-O files with the parts that readers read, as Apple's linker lays them out."""

from __future__ import annotations

import struct
from collections.abc import Sequence

X86_64, ARM64, ARM64E, PPC = (0x01000007, 3), (0x0100000C, 0), (0x0100000C, 2), (18, 0)
EXECUTE, DYLIB, BUNDLE = 2, 6, 8
LOAD_DYLIB, ID_DYLIB, WEAK_DYLIB, REEXPORT_DYLIB, UPWARD_DYLIB = 0xC, 0xD, 0x80000018, 0x8000001F, 0x80000023
SYSTEM = "/usr/lib/libSystem.B.dylib"
#: A command that says where a signature is.
SIGNED = struct.pack("<4I", 0x1D, 16, 0x4000, 0)
_PAGE = 0x4000


def text_command(kind: int, text: str, numbers: Sequence[int] = (), mark: str = "<") -> bytes:
    """Write a load command with a text, such as LC_RPATH."""
    start = 12 + 4 * len(numbers)
    data = text.encode() + b"\0"
    data += bytes(-(start + len(data)) % 8)
    return struct.pack(f"{mark}{3 + len(numbers)}I", kind, start + len(data), start, *numbers) + data


def library(name: str, kind: int = LOAD_DYLIB, mark: str = "<") -> bytes:
    """Write a load command for a library."""
    return text_command(kind, name, (2, 0x10000, 0x10000), mark)


def build_version(platform: int, minimum: int, sdk: int = 0x0F0000) -> bytes:
    """Write LC_BUILD_VERSION; a version is major << 16 | minor << 8 | patch."""
    return struct.pack("<6I", 0x32, 24, platform, minimum, sdk, 0)


def uleb(number: int) -> bytes:
    """Write a number of 7 bits a byte."""
    data = bytearray()
    while True:
        data.append(number & 0x7F | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(data)


def trie(names: Sequence[str]) -> bytes:
    """Write a trie in which every name is one edge of the root."""
    root_size = 2 + sum(len(name) + 1 + 3 for name in names)
    root, leaves = bytearray([0, len(names)]), bytearray()
    for name in names:
        at = root_size + len(leaves)
        root += name.encode() + b"\0" + bytes([at & 0x7F | 0x80, at >> 7 & 0x7F | 0x80, at >> 14])
        leaves += b"\2\0\0\0"
    return bytes(root + leaves)


def macho(
    cpu: tuple[int, int] = ARM64,
    kind: int = BUNDLE,
    *,
    commands: Sequence[bytes] | None = None,
    undefined: Sequence[tuple[str, int]] = (),
    exported: Sequence[str] = ("_PyInit_demo",),
    exports: bytes | None = None,
    flags: int = 0x85,
) -> bytes:
    """Write a thin file.

    :param commands: load commands besides those of segments and tables; by default for macOS 11.0, libSystem, signed.
    :param undefined: symbols, each with its n_desc.
    :param exports: the trie, in place of that of ``exported``, whose names must not share their first character.
    """
    mark, wide = (">" if cpu[0] in {18, 0x01000012} else "<"), bool(cpu[0] & 0x01000000)
    word = "Q" if wide else "I"
    if commands is None:
        commands = [build_version(1, 0x0B0000), library(SYSTEM), struct.pack("<4I", 0x1D, 16, _PAGE, 0)]
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _ in undefined)
    at, symbols = 1, b""
    for name, description in undefined:
        symbols += struct.pack(f"{mark}I2BH{word}", at, 1, 0, description, 0)
        at += len(name) + 1
    table = trie(exported) if exports is None else exports
    link = [table, symbols, names]
    offsets = [_PAGE + sum(map(len, link[:number])) for number in range(4)]
    tables = struct.pack(f"{mark}4I", 0x80000033, 16, offsets[0], len(table))
    tables += struct.pack(f"{mark}6I", 2, 24, offsets[1], len(undefined), offsets[2], len(names))
    tables += struct.pack(f"{mark}20I", 0xB, 80, 0, 0, 0, 0, 0, len(undefined), *([0] * 12))
    segments = b""
    for name, address, offset, size in (("__TEXT", 0, 0, _PAGE), ("__LINKEDIT", _PAGE, _PAGE, offsets[3] - _PAGE)):
        segments += struct.pack(
            f"{mark}2I16s4{word}4I",
            *(0x19 if wide else 1, 72 if wide else 56, name.encode(), address, size, offset, size, 5, 5, 0, 0),
        )
    body = segments + tables + b"".join(commands)
    magic = 0xFEEDFACF if wide else 0xFEEDFACE
    header = struct.pack(f"{mark}7I", magic, *cpu, kind, 5 + len(commands), len(body), flags) + bytes(4 * wide)
    return (header + body).ljust(_PAGE, b"\0") + b"".join(link)


def fat(slices: Sequence[tuple[tuple[int, int], bytes]], wide: bool = False) -> bytes:
    """Write a fat file of slices, each with the processor that the fat header says."""
    header = struct.pack(">2I", 0xCAFEBABF if wide else 0xCAFEBABE, len(slices))
    body, start = b"", _PAGE
    for cpu, data in slices:
        header += struct.pack(">2I2Q2I" if wide else ">5I", *cpu, start + len(body), len(data), 14, *([0] * wide))
        body += data + bytes(-len(data) % _PAGE)
    return header.ljust(start, b"\0") + body


def universal2() -> bytes:
    """Write a module for x86-64 and for arm64, which asks for a newer macOS there."""
    return fat(
        [
            (cpu, macho(cpu, BUNDLE, commands=[build_version(1, minimum), library(SYSTEM), SIGNED]))
            for cpu, minimum in ((X86_64, 0x0A0900), (ARM64, 0x0D0500))
        ]
    )
