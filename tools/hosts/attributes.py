"""Change the ARM processor that an ELF file declares: one byte of its ``.ARM.attributes`` section.

Debian's armhf Python with that byte set to ARMv6 runs as before, and looks like Raspbian's to any reader of the file.
"""

from __future__ import annotations

import struct
from pathlib import Path

SHT_ARM_ATTRIBUTES = 0x70000003
TAG_CPU_ARCH = 6
TEXT_TAGS = (4, 5, 65, 67)
"""Tags of the "aeabi" vendor whose value is zero-terminated text; the values of all others are small numbers."""
CONTINUES = 0x80
"""The bit in a byte of a number that says that another byte follows."""


def declare_cpu_architecture(path: Path, architecture: int) -> None:
    """Set ``Tag_CPU_arch`` of a 32-bit little-endian ARM program.

    :raises ValueError: the file has no such tag.
    """
    data = bytearray(path.read_bytes())
    data[_tag_position(data, TAG_CPU_ARCH)] = architecture
    path.write_bytes(data)


def _tag_position(data: bytearray, wanted: int) -> int:
    """Return the position of a tag's value in the file's first attribute section."""
    position, end = _section(data)
    # "A", the length of the vendor's part, "aeabi", a byte that means "the whole file", and its length
    position += 1 + 4 + len(b"aeabi\0") + 1 + 4
    while position < end:
        tag = data[position]
        value = position + 1
        if tag == wanted:
            return value
        if tag in TEXT_TAGS:
            position = data.index(0, value) + 1
            continue
        position = value
        while data[position] & CONTINUES:
            position += 1
        position += 1
    message = f"no tag {wanted} in the attributes"
    raise ValueError(message)


def _section(data: bytearray) -> tuple[int, int]:
    """Return the start and end of the ARM attributes."""
    (table,) = struct.unpack_from("<I", data, 32)
    size, count = struct.unpack_from("<HH", data, 46)
    for index in range(count):
        kind, _flags, _address, offset, length = struct.unpack_from("<5I", data, table + index * size + 4)
        if kind == SHT_ARM_ATTRIBUTES:
            return offset, offset + length
    message = "no ARM attributes"
    raise ValueError(message)
