"""What code declares: the x86-64 levels in GNU properties, the RISC-V attributes, and the API level of Android.

Rule: Linux Extensions to gABI (``.note.gnu.property``); ELF for the RISC-V Architecture (attributes); glibc
``sysdeps/x86/dl-prop.h``; bionic ``libc/arch-common/bionic/crtbrand.S`` (``.note.android.ident``),
``android-changes-for-ndk-developers.md``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from .elf_image import PF_W, PF_X, PT_GNU_PROPERTY, PT_LOAD, PT_NOTE, Image
from .elf_relocations import DF_TEXTREL, DT_FLAGS, DT_TEXTREL
from .elf_structs import number_of

#: The type of a segment and of a section with attributes.
_RISCV_ATTRIBUTES, _TAG_ARCH = number_of("PT_RISCV_ATTRIBUTES"), number_of("TAG_ARCH")
_NEEDED, _USED = number_of("GNU_PROPERTY_X86_ISA_1_NEEDED"), number_of("GNU_PROPERTY_X86_ISA_1_USED")
_PROPERTIES = number_of("NT_GNU_PROPERTY_TYPE_0")

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
            if kind == _NEEDED:
                needed |= value
            elif kind == _USED:
                used |= value
    return needed.bit_length(), used.bit_length()


def _properties(image: Image, data: bytes, align: int) -> Iterator[tuple[int, int]]:
    """List the GNU properties that are a single 32-bit number, up to one that is cut off."""
    note, item, position, word = image.layout("Elf_Nhdr"), image.layout("Elf_Prop"), 0, 8 if image.wide else 4
    while header := note.parse(data, position):
        name_end = position + 12 + (header.n_namesz + 3) // 4 * 4
        place, last = name_end, min(name_end + header.n_descsz, len(data))
        if header.n_type != _PROPERTIES or data[position + 12 : name_end] != b"GNU\0":
            last = place
        while place + 12 <= last:
            found = item.parse(data, place)
            place += item.size
            if found.pr_datasz == 4:
                yield found.pr_type, int.from_bytes(data[place : place + 4], image.byte_order)
            place += (found.pr_datasz + word - 1) // word * word
        for size in (12 + header.n_namesz, header.n_descsz):
            position += (size + align - 1) // align * align


def android_api_level(image: Image) -> int | None:
    """Read the API level of Android that code was built for, or ``None`` where it does not say."""
    header, name = struct.Struct(f"{image.mark}3I8s"), b"Android\0"
    for segment in image.segments:
        if segment.kind != PT_NOTE or not header.size < segment.file_size <= _MAX_NOTES:
            continue
        data, position = image.read(segment.offset, segment.file_size, "a note"), 0
        while name in data and position + header.size + 4 <= len(data):
            name_size, size, kind, owner = header.unpack_from(data, position)
            if (name_size, kind, owner) == (len(name), 1, name) and size >= 4:
                return int.from_bytes(data[position + header.size :][:4], image.byte_order)
            position += 12 + (name_size + 3) // 4 * 4 + (size + 3) // 4 * 4
    return None


def refused_by_android(image: Image, tags: Mapping[int, int]) -> tuple[str, ...]:
    """List what loaders of Android refuse, and those of Linux load.

    :param image: the file.
    :param tags: its dynamic section.
    """
    loaded = [segment for segment in image.segments if segment.kind == PT_LOAD]
    found = {
        "text relocations": DT_TEXTREL in tags or tags.get(DT_FLAGS, 0) & DF_TEXTREL,
        "a segment to write and to execute": any(segment.flags & PF_W and segment.flags & PF_X for segment in loaded),
        "no section headers": not image.has_section_headers,
    }
    return tuple(what for what, is_there in found.items() if is_there)


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
