"""Small PE files with the parts that readers read, as linkers lay them out."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

X86, AMD64, ARM64 = 0x14C, 0x8664, 0xAA64
_RVA, _RAW = 0x1000, 0x400


class _Section:
    """Bytes that grow, with their addresses."""

    def __init__(self) -> None:
        self.data = bytearray()

    def put(self, data: bytes) -> int:
        """Append bytes at an aligned place; return their address."""
        self.data += bytes(-len(self.data) % 8)
        address = _RVA + len(self.data)
        self.data += data
        return address


def pe(
    machine: int = AMD64,
    *,
    dll: bool = True,
    imports: Mapping[str, Sequence[str | int]] | None = None,
    delayed: Mapping[str, Sequence[str]] | None = None,
    exported: Sequence[str] = ("PyInit_demo",),
    forwarded: Mapping[str, str] | None = None,
    chpe: bool = False,
    clr: int | None = None,
    subsystem: int = 2,
) -> bytes:
    """Write a file.

    :param imports: DLL -> names or ordinals.
    :param forwarded: exported name -> ``DLL.name``; exported names are not sorted here.
    :param clr: flags of a CLR header; ``None`` without one.
    """
    wide = machine != X86
    section, directories = _Section(), [(0, 0)] * 16
    word = "Q" if wide else "I"

    def thunks(names: Sequence[str | int]) -> int:
        top = 1 << (63 if wide else 31)
        numbers = [
            top | name if isinstance(name, int) else section.put(b"\0\0" + name.encode() + b"\0") for name in names
        ]
        return section.put(struct.pack(f"<{len(numbers) + 1}{word}", *numbers, 0))

    rows = [
        (section.put(library.encode() + b"\0"), thunks(names))
        for library, names in ({"KERNEL32.dll": ["Sleep"]} if imports is None else imports).items()
    ]
    table = b"".join(struct.pack("<5I", names, 0, 0, library, names) for library, names in rows) + bytes(20)
    directories[1] = (section.put(table), len(table))
    if delayed:
        rows = [(section.put(library.encode() + b"\0"), thunks(names)) for library, names in delayed.items()]
        table = b"".join(struct.pack("<8I", 1, *row[:1], 0, row[1], row[1], 0, 0, 0) for row in rows) + bytes(32)
        directories[13] = (section.put(table), len(table))
    if exported or forwarded:
        names = [*exported, *(forwarded or ())]
        at = section.put(b"demo.pyd\0")
        name_table = section.put(struct.pack(f"<{len(names)}I", *(section.put(n.encode() + b"\0") for n in names)))
        start = section.put(bytes(40))
        functions = [_RVA] * len(exported)
        functions += [section.put(text.encode() + b"\0") for text in (forwarded or {}).values()]
        end = _RVA + len(section.data)
        function_table = section.put(struct.pack(f"<{len(functions)}I", *functions))
        ordinals = section.put(struct.pack(f"<{len(names)}H", *range(len(names))))
        header = bytes(12) + struct.pack("<7I", at, 1, len(functions), len(names), function_table, name_table, ordinals)
        section.data[start - _RVA : start - _RVA + 40] = header
        directories[0] = (start, end - start)
    if chpe:
        table = struct.pack("<I", 208).ljust(200, b"\0") + struct.pack("<Q", 0x180001000)
        directories[10] = (section.put(table), len(table))
    if clr is not None:
        directories[14] = (section.put(struct.pack("<I2H3I", 72, 2, 5, 0, 0, clr).ljust(72, b"\0")), 72)
    size = len(section.data)
    raw = bytes(section.data) + bytes(-size % 512)
    count = struct.pack("<32I", *(number for entry in directories for number in entry))
    if wide:
        optional = struct.pack("<H22xQ2I16x2I4xH", 0x20B, 0x180000000, 0x1000, 512, 0x3000, _RAW, subsystem)
        optional = optional.ljust(108, b"\0") + struct.pack("<I", 16) + count
    else:
        optional = struct.pack("<H26xI2I16x2I4xH", 0x10B, 0x10000000, 0x1000, 512, 0x3000, _RAW, subsystem)
        optional = optional.ljust(92, b"\0") + struct.pack("<I", 16) + count
    flags = 0x2022 if dll else 0x22
    coff = struct.pack("<I2H12x2H", 0x4550, machine, 1, len(optional), flags)
    rdata = struct.pack("<8s4I16x", b".rdata", size, _RVA, len(raw), _RAW)
    head = (b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + coff + optional + rdata).ljust(_RAW, b"\0")
    return head + raw
