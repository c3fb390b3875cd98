"""ELF: what a file needs of the machine and the libraries that load it.

The facts are read from program headers and PT_DYNAMIC, as loaders read them. A file loads without section headers, and
with wrong ones, so these are not consulted. The exception is attributes that are nowhere else: those of Arm, and of
RISC-V without a segment. They may be missing or wrong, so the ELF header's float ABI is preferred to Arm's attributes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from ..hosts.arm_attributes import TAG_ABI_VFP_ARGS, arm_attributes
from ..platforms.linux.architectures import architecture_from_elf, architectures
from ..platforms.linux.arm import VFP_ARGS_IN_REGISTERS
from ..platforms.linux.elf_flags import float_abi_from_flags
from ..platforms.linux.table import EM_386, EM_ARM, EM_RISCV, EM_X86_64
from .binary import CORE_DUMP, DEBUG_INFORMATION, EXECUTABLE, OBJECT_FILE, SHARED_OBJECT, Binary, Linkage
from .elf_image import ET_DYN, PT_DYNAMIC, PT_NOTE, Header, Image
from .elf_tables import DT_FLAGS_1, DT_RELR, DT_RPATH, DT_RUNPATH, DT_SONAME, Dynamic, Symbols

_PT_GNU_PROPERTY, _PT_GNU_STACK, _PF_X = 0x6474E553, 0x6474E551, 1
#: Types of a section with attributes; RISC-V has a segment of this type as well.
_SHT_ARM_ATTRIBUTES = _RISCV_ATTRIBUTES = 0x70000003
_NT_GNU_PROPERTY_TYPE_0 = 5
_DF_1_PIE = 0x08000000
_X86_ISA_1_NEEDED, _X86_ISA_1_USED = 0xC0008002, 0xC0010002
_RISCV_TAG_ARCH = 5

_MAX_ATTRIBUTES = 65536
_MAX_NOTES = 1 << 20  # bytes of all notes; real files have some hundred

_KINDS = {1: OBJECT_FILE, 2: EXECUTABLE, 3: SHARED_OBJECT, 4: CORE_DUMP}  # by e_type


def read_elf(stream: BinaryIO, name: str) -> Binary:
    """Read an ELF file.

    :param stream: the file, seekable.
    :param name: what errors and the answer call it.
    :raises InvalidBinary: it is not an ELF file, is cut off, or its tables contradict it or each other.

    Rule: System V ABI, chapters 4 and 5; Linux Extensions to gABI (``.note.gnu.property``); ELF for the RISC-V
    Architecture (attributes).
    """
    image = Image(stream, name)
    interpreter = image.interpreter()
    dynamic, kind = None, _KINDS.get(image.type, f"type {image.type}")
    place = next((segment.address for segment in image.segments if segment.kind == PT_DYNAMIC), None)
    if place is not None and image.is_left_out(place):
        kind = DEBUG_INFORMATION  # loaders would see zeros where the tables were
    elif place is not None:
        dynamic = Dynamic(image)
    elif image.type == ET_DYN:
        raise image.error("a shared object without PT_DYNAMIC")
    versions = dynamic.versions() if dynamic else []
    symbols = dynamic.symbols(dict(versions)) if dynamic else Symbols()
    attributes: dict[int, int] = {}
    if image.machine == EM_ARM and not image.wide:
        attributes = arm_attributes(image.section(_SHT_ARM_ATTRIBUTES, _MAX_ATTRIBUTES), image.byte_order)
    levels = _x86_isa_levels(image) if image.machine in {EM_X86_64, EM_386} else (0, 0)
    stack = next((segment.flags for segment in image.segments if segment.kind == _PT_GNU_STACK), None)
    return replace(
        _binary_from_header(image),
        kind=kind,
        interpreter=None if interpreter is None else interpreter.decode("utf-8", "backslashreplace"),
        pie=dynamic is not None and bool(dynamic.tags.get(DT_FLAGS_1, 0) & _DF_1_PIE),
        soname=dynamic.named(DT_SONAME) if dynamic else None,
        needed=dynamic.needed if dynamic else (),
        rpath=dynamic.named(DT_RPATH) if dynamic else None,
        runpath=dynamic.named(DT_RUNPATH) if dynamic else None,
        versions=tuple(version for _, version in versions),
        undefined=symbols.undefined,
        modules=symbols.modules,
        defined_versions=dynamic.defined_versions() if dynamic else None,
        defined=symbols.defined,
        float_abi=_float_abi(image, attributes),
        arm_attributes=tuple(sorted(attributes.items())),
        riscv_architecture=_riscv_architecture(image) if image.machine == EM_RISCV else None,
        x86_isa_needed=levels[0],
        x86_isa_used=levels[1],
        # A file that needs no library relocates itself.
        packed_relocations=dynamic is not None and DT_RELR in dynamic.tags and bool(dynamic.needed),
        executable_stack=None if stack is None else bool(stack & _PF_X),
    )


def read_elf_header(head: bytes, name: str) -> Binary:
    """Read what the header of an ELF file alone says: architecture, kind and, on most machines, the float ABI.

    :param head: the first 64 bytes of the file, or all of a shorter one.
    :param name: what errors and the answer call it.
    :raises InvalidBinary: it is not an ELF file.
    """
    return _binary_from_header(Header(head, name))


def _binary_from_header(header: Header) -> Binary:
    return Binary(
        name=header.name,
        format="ELF",
        architecture=_architecture(header),
        machine=header.machine,
        bits=header.bits,
        byte_order=header.byte_order,
        kind=_KINDS.get(header.type, f"type {header.type}"),
        flags=header.flags,
        float_abi=_float_abi(header, {}),
    )


def read_linkage(stream: BinaryIO, name: str) -> Linkage:
    """Read what a loader reads of an ELF file before it looks at symbols.

    :param stream: the file, seekable.
    :param name: what errors call it.
    :raises InvalidBinary: it is not an ELF file, is cut off, or its tables contradict it or each other.
    """
    image = Image(stream, name)
    if not any(segment.kind == PT_DYNAMIC for segment in image.segments):
        return Linkage()
    dynamic = Dynamic(image)
    return Linkage(
        dynamic.named(DT_SONAME),
        dynamic.needed,
        dynamic.named(DT_RPATH),
        dynamic.named(DT_RUNPATH),
        tuple(version for _, version in dynamic.versions()),
        dynamic.defined_versions(),
    )


def _architecture(image: Header) -> str:
    if image.machine == EM_ARM and not image.wide:
        return "arm" if image.byte_order == "little" else "armeb"
    known = architecture_from_elf(image.machine, image.bits, image.byte_order, image.flags)
    if known is not None:
        return known.name
    swapped = image.machine >> 8 | (image.machine & 0xFF) << 8
    if any(row.machine in {image.machine, swapped} for row in architectures()):
        # Linux checks e_machine alone, and would run the file.
        raise image.error(f"e_machine {image.machine} in a {image.byte_order}-endian file of {image.bits} bits")
    return f"e_machine {image.machine}, {image.bits} bits"


def _float_abi(image: Header, attributes: dict[int, int]) -> str | None:
    if image.machine == EM_ARM and image.wide:
        return None
    by_flags = float_abi_from_flags(image.machine, image.flags)
    if by_flags is None and TAG_ABI_VFP_ARGS in attributes:  # which only Arm code has
        return "hard" if attributes[TAG_ABI_VFP_ARGS] == VFP_ARGS_IN_REGISTERS else "soft"
    return None if by_flags == "unknown" else by_flags


def _x86_isa_levels(image: Image) -> tuple[int, int]:
    """Read which x86-64 levels the code needs and uses: 1 to 4 (x86-64-v4), or 0 where it does not say."""
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
    """List the GNU properties that are a single 32-bit number, up to one that is cut off."""

    def number(position: int) -> int:
        return int.from_bytes(data[position : position + 4], image.byte_order)

    properties: list[tuple[int, int]] = []
    align, position = 8 if image.wide else 4, 0
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
                    properties.append((number(place), number(place + 8)))
                place += 8 + (property_size + align - 1) // align * align
        position = end
    return properties


def _riscv_architecture(image: Image) -> str | None:
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
            if tag == _RISCV_TAG_ARCH:
                return data[position:stop].decode("ascii", "backslashreplace")
            position = stop + 1
        else:
            while position < end and data[position] >= 0x80:
                position += 1
            position += 1
    return None
