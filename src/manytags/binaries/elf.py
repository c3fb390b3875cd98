"""ELF: what a file needs of the machine and the libraries that load it.

The facts are read from program headers and PT_DYNAMIC, as loaders read them. A file loads without section headers, and
with wrong ones, so these are not consulted. The exception is attributes that are nowhere else: those of Arm, and of
RISC-V without a segment. They may be missing or wrong, so the ELF header's float ABI is preferred to Arm's attributes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import BinaryIO

from ..hosts.arm_attributes import TAG_ABI_VFP_ARGS, arm_attributes
from ..platforms.linux.architectures import architecture_from_elf, architectures
from ..platforms.linux.arm import VFP_ARGS_IN_REGISTERS
from ..platforms.linux.elf_flags import float_abi_from_flags
from ..platforms.linux.table import EM_386, EM_ARM, EM_RISCV, EM_X86_64
from .binary import CORE_DUMP, DEBUG_INFORMATION, EXECUTABLE, OBJECT_FILE, SHARED_OBJECT, Binary, Linkage, Wanted
from .elf_hashes import Hashes
from .elf_image import ET_DYN, PF_X, PT_DYNAMIC, PT_GNU_STACK, PT_LOAD, Header, Image
from .elf_layout import check_layout, is_debug_information, lay_out
from .elf_notes import android_api_level, refused_by_android, riscv_architecture, x86_isa_levels
from .elf_relocations import Relocations
from .elf_start import check_start, read_functions
from .elf_structs import number_of
from .elf_symbols import SymbolReader
from .elf_tables import DT_FLAGS_1, DT_RELR, DT_RPATH, DT_RUNPATH, DT_SONAME, Dynamic

_SHT_ARM_ATTRIBUTES = number_of("SHT_ARM_ATTRIBUTES")
_MAX_ATTRIBUTES = 65536
_DF_1_NOOPEN, _DF_1_PIE = 0x40, 0x08000000

#: The files of one wheel are of one or two architectures.
_known_architecture = lru_cache(maxsize=64)(architecture_from_elf)
_KINDS = {1: OBJECT_FILE, 2: EXECUTABLE, 3: SHARED_OBJECT, 4: CORE_DUMP}  # by e_type


def read_elf(stream: BinaryIO, name: str, wanted: Wanted | None = None) -> Binary:
    """Read an ELF file.

    :param stream: the file, seekable.
    :param name: what errors and the answer call it.
    :param wanted: which undefined symbols to keep; by default all.
    :raises InvalidBinary: it is not an ELF file, is cut off, or loaders could read it in more than one way.

    Rule: System V ABI, chapters 4 and 5.
    """
    image = Image(stream, name)
    lay_out(image)
    binary = _binary_from_header(image)
    if is_debug_information(image):
        return replace(binary, kind=DEBUG_INFORMATION)
    check_layout(image)
    path, stack = image.interpreter(), image.segment(PT_GNU_STACK)
    attributes: dict[int, int] = {}
    if image.machine == EM_ARM and not image.wide:
        attributes = arm_attributes(image.section(_SHT_ARM_ATTRIBUTES, _MAX_ATTRIBUTES), image.byte_order)
    levels = x86_isa_levels(image) if image.machine in {EM_X86_64, EM_386} else (0, 0)
    binary = replace(
        binary,
        interpreter=None if path is None else path.partition(b"\0")[0].decode("utf-8", "backslashreplace"),
        float_abi=_float_abi(image, attributes),
        arm_attributes=tuple(sorted(attributes.items())),
        riscv_architecture=riscv_architecture(image) if image.machine == EM_RISCV else None,
        x86_isa_needed=levels[0],
        x86_isa_used=levels[1],
        executable_stack=None if stack is None else bool(stack.flags & PF_X),
        android_api_level=android_api_level(image),
        alignment=min((segment.align for segment in image.segments if segment.kind == PT_LOAD), default=0),
    )
    if image.segment(PT_DYNAMIC) is not None:
        return _with_dynamic(binary, Dynamic(image), wanted)
    if image.type == ET_DYN:
        raise image.error("a shared object without PT_DYNAMIC")
    return binary


def _with_dynamic(binary: Binary, dynamic: Dynamic, wanted: Wanted | None) -> Binary:
    """Add what the dynamic section of a file says."""
    hashes = Hashes(dynamic.image, dynamic.tags)
    check_start(dynamic, hashes)
    relocations = Relocations(dynamic.image, dynamic.tags, read_functions(dynamic))
    versions = dynamic.versions()
    symbols = SymbolReader(dynamic, hashes, relocations.symbols, wanted).read(dict(versions))
    flags = dynamic.tags.get(DT_FLAGS_1, 0)
    pie = bool(flags & _DF_1_PIE)
    relocates_itself = binary.interpreter is None and (pie or binary.kind == EXECUTABLE)
    return replace(
        binary,
        pie=pie,
        no_open=bool(flags & _DF_1_NOOPEN),
        refused_by_android=() if binary.android_api_level is None else refused_by_android(dynamic.image, dynamic.tags),
        soname=dynamic.named(DT_SONAME),
        needed=dynamic.needed,
        rpath=dynamic.named(DT_RPATH),
        runpath=dynamic.named(DT_RUNPATH),
        # glibc goes on without a weak version, and then does not find the strong symbols that ask for it.
        versions=tuple(
            replace(need, weak=False) if need.weak and index in symbols.strong else need for index, need in versions
        ),
        undefined=symbols.undefined,
        modules=symbols.modules,
        defined_versions=dynamic.defined_versions(),
        defined=symbols.defined,
        packed_relocations=DT_RELR in dynamic.tags and not relocates_itself,
        initial_exec=relocations.initial_exec,
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
    lay_out(image)
    if image.segment(PT_DYNAMIC) is None:
        return Linkage()
    check_layout(image)
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
    known = _known_architecture(image.machine, image.bits, image.byte_order, image.flags)
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
