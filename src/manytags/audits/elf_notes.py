"""What compilers and linkers note down about the code: processor levels and attributes.

Rule: Linux Extensions to gABI (``.note.gnu.property``); ELF for the RISC-V Architecture (attributes).
"""

from __future__ import annotations

from .elf_image import PT_NOTE, Image

_PT_GNU_PROPERTY = 0x6474E553
_PT_RISCV_ATTRIBUTES = _SHT_RISCV_ATTRIBUTES = 0x70000003
_NT_GNU_PROPERTY_TYPE_0 = 5
_X86_ISA_1_NEEDED, _X86_ISA_1_USED = 0xC0008002, 0xC0010002

_MAX_NOTES = 1 << 20  # bytes of all notes; build identifiers and properties are some hundred
_MAX_ATTRIBUTES = 65536
_RISCV_TAG_ARCH = 5


def x86_isa_levels(image: Image) -> tuple[int, int]:
    """Read which levels of x86-64 the code says it needs and uses: 1 to 4 (x86-64-v4), 0 where it says nothing.

    glibc refuses to load what needs a level that the processor has not.
    """
    needed = used = 0
    left = _MAX_NOTES
    for segment in image.segments:
        if segment.kind not in {PT_NOTE, _PT_GNU_PROPERTY}:
            continue
        left -= segment.file_size
        if left < 0:
            raise image.error(f"more than {_MAX_NOTES} bytes of notes")
        for kind, value in _properties(image, image.read(segment.offset, segment.file_size, "a note")):
            if kind == _X86_ISA_1_NEEDED:
                needed |= value
            elif kind == _X86_ISA_1_USED:
                used |= value
    return needed.bit_length(), used.bit_length()


def _properties(image: Image, data: bytes) -> list[tuple[int, int]]:
    """List the GNU properties in notes that are one number of 32 bits; what is cut off ends it."""
    found = []
    align = 8 if image.wide else 4

    def number(position: int) -> int:
        return int.from_bytes(data[position : position + 4], image.byte_order)

    position = 0
    while position + 12 <= len(data):
        name_size, size, kind = number(position), number(position + 4), number(position + 8)
        name_end = position + 12 + (name_size + 3) // 4 * 4
        is_property = kind == _NT_GNU_PROPERTY_TYPE_0 and data[position + 12 : position + 16] == b"GNU\0"
        # Properties are aligned to a word, all other notes to 4 bytes.
        unit = align if is_property else 4
        end = name_end + (size + unit - 1) // unit * unit
        if is_property:
            place, last = name_end, min(name_end + size, len(data))
            while place + 12 <= last:
                property_size = number(place + 4)
                if property_size == 4:
                    found.append((number(place), number(place + 8)))
                place += 8 + (property_size + align - 1) // align * align
        position = end
    return found


def riscv_architecture(image: Image) -> str | None:
    """Read which RISC-V the code was compiled for, as ``rv64i2p1_m2p0_...``, or ``None`` where it is not noted."""
    for segment in image.segments:
        if segment.kind == _PT_RISCV_ATTRIBUTES and segment.file_size <= _MAX_ATTRIBUTES:
            data = image.read(segment.offset, segment.file_size, "the RISC-V attributes")
            break
    else:
        data = image.section(_SHT_RISCV_ATTRIBUTES, _MAX_ATTRIBUTES)
    # "A", size, "riscv\0"; then Tag_File (1), its size, and tags: odd ones are strings, even ones numbers.
    if data[:1] != b"A" or data[5:11] != b"riscv\0" or data[11:12] != b"\x01":
        return None
    position, end = 16, min(len(data), 11 + int.from_bytes(data[12:16], image.byte_order))
    while position < end:
        tag, position = data[position], position + 1
        if tag >= 0x80:
            return None  # a tag of two bytes: none is known
        if tag % 2:
            stop = data.find(b"\0", position, end)
            if stop < 0:
                return None
            if tag == _RISCV_TAG_ARCH:
                return data[position:stop].decode("ascii", "backslashreplace")
            position = stop + 1
        else:
            while position < end and data[position] >= 0x80:
                position += 1
            position += 1
    return None
