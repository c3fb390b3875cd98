"""What e_flags in the header of an ELF file say of its ABI. Pure."""

from __future__ import annotations

from .table import EF_MIPS_ABI2, EM_ARM, EM_LOONGARCH, EM_MIPS, EM_RISCV

EF_ARM_EABI_MASK, EF_ARM_EABI_VER5 = 0xFF000000, 0x05000000
EF_ARM_ABI_FLOAT_SOFT, EF_ARM_ABI_FLOAT_HARD, EF_MIPS_NAN2008 = 0x200, 0x400, 0x400

#: By e_machine: the bits that all code of a process has in common, and the float ABI that they say.
_ABIS = {
    EM_ARM: (EF_ARM_ABI_FLOAT_SOFT | EF_ARM_ABI_FLOAT_HARD, {0x200: "soft", 0x400: "hard", 0x600: "hard"}),
    EM_RISCV: (6, {0: "soft", 2: "single", 4: "double", 6: "quad"}),
    EM_LOONGARCH: (7, {1: "soft", 2: "single", 3: "double"}),
    EM_MIPS: (EF_MIPS_ABI2 | EF_MIPS_NAN2008, {}),
}


def float_abi_from_flags(machine: int, flags: int) -> str | None:
    """Return the float ABI of code; ``None`` if its e_flags do not say, ``unknown`` for Arm code before EABI version 5.

    >>> float_abi_from_flags(40, 0x5000400), float_abi_from_flags(40, 0x5000000), float_abi_from_flags(40, 0x400)
    ('hard', None, 'unknown')

    Rule: ELF for the Arm Architecture, 5.2; the ELF psABI of RISC-V and of LoongArch.
    """
    if machine == EM_ARM and flags & EF_ARM_EABI_MASK != EF_ARM_EABI_VER5:
        return "unknown"
    mask, floats = _ABIS.get(machine, (0, {}))
    return floats.get(flags & mask)


def same_abi(machine: int, flags: int, other: int) -> bool:
    """Whether a loader of code with some e_flags takes code with others, given the same e_machine and ELF class.

    Rule: glibc's ``VALID_FLOAT_ABI`` and ``elf_machine_matches_host`` of each architecture.
    """
    if machine == EM_ARM and {float_abi_from_flags(machine, value) for value in (flags, other)} & {None, "unknown"}:
        return True  # code that does not say how it passes floats fits all
    mask, _ = _ABIS.get(machine, (0, {}))
    return flags & mask == other & mask
