"""Which processors code asks for, or declares to be made for, beyond what a tag's architecture promises. Pure.

x86-64 has levels that loaders check. Arm's and RISC-V's attributes are merged over all objects that were linked in, one
start-up file of a newer kind among them is enough: what they say is a declaration, and no proof that the code needs it.

Rule: x86-64 psABI (micro-architecture levels); Addenda to the Arm ABI, section 3; ELF for RISC-V, Tag_RISCV_arch.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .elf import ElfNeeds

# Tags of Arm's attributes, and the values from which on they are new.
_TAG_CPU_ARCH, _TAG_FP_ARCH, _TAG_ADVANCED_SIMD_ARCH = 6, 10, 12
#: Tag_CPU_arch -> which Arm; 11 and 12 are microcontrollers of ARMv6.
_CPU_ARCH = {10: "ARMv7", 13: "ARMv7E-M", 14: "ARMv8", 15: "ARMv8-R", 16: "ARMv8-M", 17: "ARMv8-M", 22: "ARMv9"}
_FP_ARCH = {3: "VFPv3", 4: "VFPv3-D16", 5: "VFPv4", 6: "VFPv4-D16", 7: "ARMv8 floats", 8: "ARMv8 floats"}
_SIMD_ARCH = {1: "NEON", 2: "NEON with fused multiply-add", 3: "ARMv8 NEON", 4: "ARMv8.1 NEON"}
#: Architecture of a tag -> first values of these three that are beyond it, and what it stands for. Whether ARMv7 means
#: NEON, and which VFP, nobody ever said: Debian's armhf has VFPv3-D16 and none, most boards have both.
_ARM = {
    "armv6l": (10, 3, 1, ("ARMv6", "VFPv2")),
    "armv7l": (14, 7, 3, ("ARMv7",)),
}
#: What rv64gc stands for, by the names that compilers split it into.
_RV64GC = frozenset({*"imafdc", "zicsr", "zifencei", "zmmul", "zaamo", "zalrsc", "zca", "zcd", "zicntr"})


def beyond(needs: ElfNeeds, architecture: str) -> tuple[str, tuple[str, ...]] | None:
    """Tell what code asks for that not every processor of an architecture has, and what all have.

    >>> from manytags.audits.elf import ElfNeeds
    >>> code = ElfNeeds("a.so", "arm", 40, 32, "little", "shared object", arm_attributes=((6, 10), (12, 1)))
    >>> beyond(code, "armv6l")
    ('ARMv7 and NEON', ('ARMv6', 'VFPv2'))
    """
    if architecture == "x86_64" and needs.x86_isa_needed > 1:
        return f"x86-64-v{needs.x86_isa_needed}", ("x86-64-v1",)
    if architecture in _ARM:
        found, promised = _of_arm(dict(needs.arm_attributes), architecture), _ARM[architecture][3]
    elif architecture == "riscv64" and needs.riscv_architecture:
        found, promised = _of_riscv(needs.riscv_architecture), ("rv64gc",)
    else:
        return None
    if not found:
        return None
    return " and ".join(filter(None, (", ".join(found[:-1]), found[-1]))), promised


def arm_version(needs: ElfNeeds) -> str | None:
    """Name the tag architecture of 32-bit Arm code by what it declares; ``None`` where it does not."""
    attributes = dict(needs.arm_attributes)
    if _TAG_CPU_ARCH not in attributes:
        return None
    return "armv7l" if _of_arm(attributes, "armv6l") else "armv6l"


def _of_arm(attributes: dict[int, int], architecture: str) -> list[str]:
    cpu, floats, simd, _ = _ARM[architecture]
    found = []
    for tag, first, names in (
        (_TAG_CPU_ARCH, cpu, _CPU_ARCH),
        (_TAG_FP_ARCH, floats, _FP_ARCH),
        (_TAG_ADVANCED_SIMD_ARCH, simd, _SIMD_ARCH),
    ):
        value = attributes.get(tag, 0)
        if value >= first and not (tag == _TAG_CPU_ARCH and value in {11, 12}):
            found.append(names.get(value, f"attribute {tag} of {value}"))
    return found


def _of_riscv(text: str) -> list[str]:
    """List the extensions in a text such as ``rv64i2p1_m2p0_v1p0`` that are not in rv64gc."""
    names = []
    for part in text.removeprefix("rv64").split("_"):
        # A version, such as 2p1, ends a name; names may have digits in them, as zve32f1p0 has.
        name, mark, minor = part.rpartition("p")
        names.append(name.rstrip("0123456789") if mark and minor.isdecimal() and name[-1:].isdecimal() else part)
    return sorted({name for name in names if name} - _RV64GC)
