"""The processors that code asks for, beside the architecture that its header names. Pure.

x86-64 has levels that loaders check. The attributes of Arm and RISC-V code are merged from all objects that were
linked, and a single start-up file for a newer processor raises them. So they are a declaration, and not a proof that
the code needs that processor.

Rule: x86-64 psABI (micro-architecture levels); Addenda to the Arm ABI, section 3; ELF for RISC-V, Tag_RISCV_arch.
"""

from __future__ import annotations

from ..binaries.binary import Binary

# Tags of Arm's attributes, and names of the values that some Arm processors lack.
_TAG_CPU_ARCH, _TAG_FP_ARCH, _TAG_ADVANCED_SIMD_ARCH = 6, 10, 12
_CPU_ARCH = {10: "ARMv7", 13: "ARMv7E-M", 14: "ARMv8", 15: "ARMv8-R", 16: "ARMv8-M", 17: "ARMv8-M", 22: "ARMv9"}
_FP_ARCH = {3: "VFPv3", 4: "VFPv3-D16", 5: "VFPv4", 6: "VFPv4-D16", 7: "ARMv8 floats", 8: "ARMv8 floats"}
_SIMD_ARCH = {1: "NEON", 2: "NEON with fused multiply-add", 3: "ARMv8 NEON", 4: "ARMv8.1 NEON"}
#: Values of Tag_CPU_arch that are microcontrollers of ARMv6, though their numbers are higher than ARMv7's.
_ARMV6_M = frozenset({11, 12})
#: What tags of 32-bit Arm promise: the first values of these attributes that are too new, and the promise in words. No
#: document says whether ARMv7 includes NEON, or which VFP. Debian's armhf needs only VFPv3-D16; most boards have both.
ARM = {
    "armv6l": (10, 3, 1, ("ARMv6", "VFPv2")),
    "armv7l": (14, 7, 3, ("ARMv7",)),
}
#: The extensions in rv64gc, by the names that compilers write for them.
_RV64GC = frozenset({*"imafdc", "zicsr", "zifencei", "zmmul", "zaamo", "zalrsc", "zca", "zcd", "zicntr"})


def newer_processor(binary: Binary, architecture: str) -> tuple[str, tuple[str, ...]] | None:
    """Name the processor features that code asks for and not all of an architecture have, and those that all have.

    >>> from manytags.binaries.binary import Binary
    >>> code = Binary("a.so", "ELF", "arm", 40, 32, "little", "shared object", arm_attributes=((6, 10), (12, 1)))
    >>> newer_processor(code, "armv6l")
    ('ARMv7 and NEON', ('ARMv6', 'VFPv2'))
    """
    if architecture == "x86_64":
        level = binary.x86_isa_needed
        promised_level = _level_of_folder(binary.name) if level > 1 else 1
        return (f"x86-64-v{level}", (f"x86-64-v{promised_level}",)) if level > promised_level else None
    if architecture in ARM:
        features, promised = _newer_arm(dict(binary.arm_attributes), architecture), ARM[architecture][3]
    elif architecture == "riscv64" and binary.riscv_architecture:
        features, promised = _riscv_extensions(binary.riscv_architecture), ("rv64gc",)
    else:
        return None
    return (" and ".join(filter(None, (", ".join(features[:-1]), features[-1]))), promised) if features else None


def _level_of_folder(file: str) -> int:
    """Return the x86-64 level without which loaders pass over a file's folder.

    >>> _level_of_folder("foo.libs/glibc-hwcaps/x86-64-v3/libfoo.so.1")
    3
    """
    folder = file.rpartition("/")[0]
    level = folder.rpartition("/")[2].removeprefix("x86-64-v")
    return int(level) if level in {"2", "3", "4"} and folder.endswith(f"glibc-hwcaps/x86-64-v{level}") else 1


def declared_arm(binary: Binary) -> str | None:
    """Return the tag architecture that 32-bit Arm code declares; ``None`` if it declares none."""
    attributes = dict(binary.arm_attributes)
    if _TAG_CPU_ARCH not in attributes:
        return None
    return "armv7l" if _newer_arm(attributes, "armv6l") else "armv6l"


def _newer_arm(attributes: dict[int, int], architecture: str) -> list[str]:
    cpu, floats, simd, _ = ARM[architecture]
    features = []
    for tag, first, names in (
        (_TAG_CPU_ARCH, cpu, _CPU_ARCH),
        (_TAG_FP_ARCH, floats, _FP_ARCH),
        (_TAG_ADVANCED_SIMD_ARCH, simd, _SIMD_ARCH),
    ):
        value = attributes.get(tag, 0)
        if value >= first and not (tag == _TAG_CPU_ARCH and value in _ARMV6_M):
            features.append(names.get(value, f"attribute {tag} of {value}"))
    return features


def _riscv_extensions(text: str) -> list[str]:
    """List the extensions in a text such as ``rv64i2p1_m2p0_v1p0`` that are not in rv64gc."""
    names = []
    for part in text.removeprefix("rv64").split("_"):
        # A version, such as 2p1, ends a name; a name may have digits of its own, as in zve32f1p0.
        name, mark, minor = part.rpartition("p")
        names.append(name.rstrip("0123456789") if mark and minor.isdecimal() and name[-1:].isdecimal() else part)
    return sorted({name for name in names if name} - _RV64GC)
