"""Change the numbers of a small shared object by what they mean."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from manytags.binaries.elf_image import PT_DYNAMIC, Image
from manytags.binaries.elf_layout import lay_out

X86_64 = (Path(__file__).parent / "elf" / "x86_64.so").read_bytes()


class Editor:
    """A 64-bit little-endian file whose numbers can be overwritten by name."""

    def __init__(self, data: bytes = X86_64) -> None:
        self.data = bytearray(data)
        self.image = Image(io.BytesIO(data), "original")
        lay_out(self.image)
        self.programs_at = int.from_bytes(data[32:40], "little")

    def put(self, form: str, offset: int, *values: int) -> Editor:
        """Write numbers at an offset."""
        struct.pack_into("<" + form, self.data, offset, *values)
        return self

    def program(self, kind: int, field: int, value: int) -> Editor:
        """Change a program header: field 1 is p_flags, 2 p_offset, 3 p_vaddr, 5 p_filesz, 6 p_memsz."""
        place = next(number for number, each in enumerate(self.image.segments) if each.kind == kind)
        offset = self.programs_at + 56 * place + (0, 4, 8, 16, 24, 32, 40)[field]
        return self.put("I" if field < 2 else "Q", offset, value)

    def dynamic(self) -> dict[int, int]:
        """Find the offset of each tag's value."""
        segment = next(each for each in self.image.segments if each.kind == PT_DYNAMIC)
        found: dict[int, int] = {}
        for offset in range(segment.offset, segment.offset + segment.file_size, 16):
            found.setdefault(int.from_bytes(self.data[offset : offset + 8], "little"), offset + 8)
        return found

    def tag(self, tag: int, value: int) -> Editor:
        """Change the value of a tag of the dynamic section; a missing tag takes the place of another."""
        places = self.dynamic()
        if tag not in places:
            places[tag] = places[0x6FFFFFF9]  # DT_RELACOUNT, which no reader needs
            self.put("Q", places[tag] - 8, tag)
        return self.put("Q", places[tag], value)

    def table(self, tag: int) -> int:
        """Offset of the table that a tag points at."""
        offset = self.dynamic()[tag]
        address = int.from_bytes(self.data[offset : offset + 8], "little")
        return self.image.locate(address, 1, "a table")[0]
