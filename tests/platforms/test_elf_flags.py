"""What e_flags say: a wrong answer makes libraries seem missing, or lets a program load what crashes it."""

from __future__ import annotations

import pytest

from manytags.platforms.linux.elf_flags import float_abi_from_flags, same_abi
from manytags.platforms.linux.table import EM_ARM, EM_LOONGARCH, EM_MIPS, EM_RISCV, EM_X86_64

HARD, SOFT, BOTH, SILENT, OLD = 0x5000400, 0x5000200, 0x5000600, 0x5000000, 0x4000400


@pytest.mark.parametrize(
    ("machine", "flags", "floats"),
    [
        (EM_ARM, HARD, "hard"),
        (EM_ARM, SOFT, "soft"),
        (EM_ARM, BOTH, "hard"),
        (EM_ARM, SILENT, None),
        (EM_ARM, OLD, "unknown"),
        (EM_RISCV, 0, "soft"),
        (EM_RISCV, 3, "single"),
        (EM_RISCV, 5, "double"),
        (EM_RISCV, 6, "quad"),
        (EM_LOONGARCH, 0x40, None),
        (EM_LOONGARCH, 0x41, "soft"),
        (EM_LOONGARCH, 0x42, "single"),
        (EM_LOONGARCH, 0x43, "double"),
        (EM_LOONGARCH, 0x44, None),
        (EM_MIPS, 0x420, None),
        (EM_X86_64, 0x400, None),
    ],
)
def test_float_abi(machine: int, flags: int, floats: str | None) -> None:
    """Wheels of another float ABI load, and then pass numbers in the wrong registers."""
    assert float_abi_from_flags(machine, flags) == floats


def test_float_abis_of_arm() -> None:
    """A soft-float library is not for hard-float code, but a library that does not say which it is must be taken."""
    assert same_abi(EM_ARM, HARD, HARD)
    assert not same_abi(EM_ARM, HARD, SOFT)
    assert not same_abi(EM_ARM, SOFT, HARD)
    assert not same_abi(EM_ARM, HARD, BOTH)
    for flags in (HARD, SOFT, BOTH, SILENT, OLD):
        assert same_abi(EM_ARM, SILENT, flags)
        assert same_abi(EM_ARM, flags, SILENT)
        assert same_abi(EM_ARM, OLD, flags)


@pytest.mark.parametrize(
    ("machine", "flags", "same", "different"),
    [(EM_RISCV, 5, 4, 1), (EM_LOONGARCH, 0x43, 3, 0x41), (EM_MIPS, 0x20, 0x80000027, 0), (EM_MIPS, 0, 7, 0x400)],
)
def test_only_bits_of_the_abi_count(machine: int, flags: int, same: int, different: int) -> None:
    """Other bits, such as that for compressed instructions, do not keep code from loading."""
    assert same_abi(machine, flags, same)
    assert not same_abi(machine, flags, different)
    assert same_abi(EM_X86_64, flags, different)
