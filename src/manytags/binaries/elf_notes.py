"""What code declares about its processor: the x86-64 levels in GNU properties, and the RISC-V attributes.

Rule: Linux Extensions to gABI (``.note.gnu.property``); ELF for the RISC-V Architecture (attributes); glibc
``sysdeps/x86/dl-prop.h``.
"""

from __future__ import annotations

from collections.abc import Iterator

from .elf_image import PT_GNU_PROPERTY, PT_NOTE, Image
from .elf_structs import number_of, parse

#: The type of a segment and of a section with attributes.
_RISCV_ATTRIBUTES, _TAG_ARCH = number_of("PT_RISCV_ATTRIBUTES"), number_of("TAG_ARCH")

_MAX_ATTRIBUTES = 65536
_MAX_NOTES = 1 << 16  # bytes of all notes; real files have some hundred


def x86_isa_levels(image: Image) -> tuple[int, int]:
    """Read which x86-64 levels the code needs and uses: 1 to 4 (x86-64-v4), or 0 where it does not say."""
    needed = used = 0
    left = _MAX_NOTES
    for segment in image.segments:
        if segment.kind not in {PT_NOTE, PT_GNU_PROPERTY} or not segment.file_size:
            continue
        left -= segment.file_size
        if left < 0:
            raise image.error(f"more than {_MAX_NOTES} bytes of notes")
        # glibc reads them by address, and steps by the segment's alignment.
        data = image.read_at(segment.address, segment.file_size, "a note")
        for kind, value in _properties(image, data, 8 if segment.align == 8 else 4):
            if kind == "GNU_PROPERTY_X86_ISA_1_NEEDED":
                needed |= value
            elif kind == "GNU_PROPERTY_X86_ISA_1_USED":
                used |= value
    return needed.bit_length(), used.bit_length()


def _properties(image: Image, data: bytes, align: int) -> Iterator[tuple[str | int, int]]:
    """List the GNU properties that are a single 32-bit number, up to one that is cut off."""
    structs, position, word = image.structures, 0, 8 if image.wide else 4
    while header := parse(structs.Elf_Nhdr, data[position : position + 12]):
        name_end = position + 12 + (header.n_namesz + 3) // 4 * 4
        place, last = name_end, min(name_end + header.n_descsz, len(data))
        if header.n_type != "NT_GNU_PROPERTY_TYPE_0" or data[position + 12 : name_end] != b"GNU\0":
            last = place
        while place + 12 <= last:
            size = int.from_bytes(data[place + 4 : place + 8], image.byte_order)
            if size == 4:
                item = parse(structs.Elf_Prop, data[place : place + 12] + bytes(word - 4))
                yield item.pr_type, item.pr_data
            place += 8 + (size + word - 1) // word * word
        for size in (12 + header.n_namesz, header.n_descsz):
            position += (size + align - 1) // align * align


def riscv_architecture(image: Image) -> str | None:
    """Read which RISC-V the code was compiled for, as ``rv64i2p1_m2p0_...``, or ``None`` where it does not say."""
    segments = [segment for segment in image.segments if segment.kind == _RISCV_ATTRIBUTES]
    segment = next((segment for segment in segments if segment.file_size <= _MAX_ATTRIBUTES), None)
    if segment is None:
        data = image.section(_RISCV_ATTRIBUTES, _MAX_ATTRIBUTES)
    else:
        data = image.read(segment.offset, segment.file_size, "the RISC-V attributes")
    # "A", size, "riscv\0"; then Tag_File (1), its size, and tags: odd ones are strings, even ones numbers.
    if data[:1] != b"A" or data[5:11] != b"riscv\0" or data[11:12] != b"\x01":
        return None
    position, end = 16, min(len(data), 11 + int.from_bytes(data[12:16], image.byte_order))
    while position < end:
        tag, position = data[position], position + 1
        if tag >= 0x80:
            return None  # no tag of two bytes is known
        if tag % 2:
            stop = data.find(b"\0", position, end)
            if stop < 0:
                return None
            if tag == _TAG_ARCH:
                return data[position:stop].decode("ascii", "backslashreplace")
            position = stop + 1
        else:
            while position < end and data[position] >= 0x80:
                position += 1
            position += 1
    return None
