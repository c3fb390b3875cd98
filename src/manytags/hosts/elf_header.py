"""Read from an ELF executable what tags need: class, byte order, machine, flags, loader, Arm attributes.

Part of the probe: it runs on Python 3.6 and imports the standard library only. It trusts no number that it reads: every
size has a bound, every step moves on.

Rule: System V ABI (ELF header, program headers, sections); ELF for the Arm Architecture.
"""

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Literal

EM_ARM = 40

_PT_INTERP = 3
_SHT_ARM_ATTRIBUTES = 0x70000003

# Real executables stay far below these; a lying header must not make us read or loop more.
_MAX_HEADERS = 4096
_MAX_LOADER = 4096
_MAX_ATTRIBUTES = 65536


def read_elf_header(path: str) -> "dict[str, object]":
    """Read the ELF header of a file.

    :param path: the file.
    :returns: ``class`` (32 or 64), ``data`` (``little`` or ``big``), ``machine``, ``flags``, ``interpreter`` (PT_INTERP
        or ``None``), ``arm_cpu_arch`` and ``arm_vfp_args`` (attributes, or ``None``); or ``error`` alone: why not.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return {"error": "no regular file"}
        with open(path, "rb") as stream:
            return _read_header(stream)
    except (OSError, ValueError) as error:
        return {"error": "cannot be read: {}".format(error)}


def _read_header(stream: "BinaryIO") -> "dict[str, object]":
    ident = stream.read(64)
    if ident[:4] != b"\x7fELF":
        return {"error": "no ELF file"}
    if len(ident) < 52 or ident[4:5] not in (b"\x01", b"\x02") or ident[5:6] not in (b"\x01", b"\x02"):
        return {"error": "a truncated or unknown ELF header"}
    wide = ident[4] == 2
    order: "Literal['little', 'big']" = "little" if ident[5] == 1 else "big"
    if wide and len(ident) < 64:
        return {"error": "a truncated ELF header"}

    def number(data: bytes, start: int, size: int) -> int:
        return int.from_bytes(data[start : start + size], order)

    word = 8 if wide else 4
    table = 24 + word  # e_phoff; e_shoff and e_flags follow it
    header: "dict[str, object]" = {
        "class": 64 if wide else 32,
        "data": order,
        "machine": number(ident, 18, 2),
        "flags": number(ident, table + 2 * word, 4),
        "interpreter": None,
        "arm_cpu_arch": None,
        "arm_vfp_args": None,
    }
    sizes = table + 2 * word + 6  # e_phentsize, e_phnum, e_shentsize, e_shnum
    for entry in _entries(stream, number(ident, table, word), number(ident, sizes, 2), number(ident, sizes + 2, 2)):
        if number(entry, 0, 4) == _PT_INTERP:
            # p_offset and p_filesz stand elsewhere in the two classes
            start, size = (8, 32) if wide else (4, 16)
            header["interpreter"] = _read_interpreter(stream, number(entry, start, word), number(entry, size, word))
            break
    if header["machine"] == EM_ARM and not wide:
        for entry in _entries(
            stream, number(ident, table + word, word), number(ident, sizes + 4, 2), number(ident, sizes + 6, 2)
        ):
            if number(entry, 4, 4) == _SHT_ARM_ATTRIBUTES:
                from .arm_attributes import TAG_ABI_VFP_ARGS, TAG_CPU_ARCH, arm_attributes

                stream.seek(number(entry, 16, 4))
                attributes = arm_attributes(stream.read(min(number(entry, 20, 4), _MAX_ATTRIBUTES)), order)
                header["arm_cpu_arch"] = attributes.get(TAG_CPU_ARCH)
                header["arm_vfp_args"] = attributes.get(TAG_ABI_VFP_ARGS)
                break
    return header


def _entries(stream: "BinaryIO", offset: int, size: int, count: int) -> "list[bytes]":
    """Read a header table: as many whole entries as are there, within bounds."""
    if not offset or not 32 <= size <= 256 or offset >= 2**62:
        return []
    stream.seek(offset)
    data = stream.read(size * min(count, _MAX_HEADERS))
    return [data[start : start + size] for start in range(0, len(data) - size + 1, size)]


def _read_interpreter(stream: "BinaryIO", start: int, size: int) -> "str | None":
    if not 0 < size <= _MAX_LOADER or start >= 2**62:
        return None
    stream.seek(start)
    path = stream.read(size).split(b"\0")[0]
    return path.decode("utf-8", "replace") or None
