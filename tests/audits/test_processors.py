"""The processors that code requires, by its attributes."""

from __future__ import annotations

import pytest

from manytags.audits.processors import declared_arm, newer_processor
from manytags.binaries.binary import Binary


def arm(**attributes: int) -> Binary:
    """Code for 32-bit Arm with some attributes."""
    tags = {"cpu": 6, "floats": 10, "simd": 12}
    attributes_by_number = tuple((tags[name], value) for name, value in attributes.items())
    return Binary("a.so", "ELF", "arm", 40, 32, "little", "shared object", arm_attributes=attributes_by_number)


def riscv(text: str) -> Binary:
    """Code for RISC-V with some extensions."""
    return Binary("a.so", "ELF", "riscv64", 243, 64, "little", "shared object", riscv_architecture=text)


@pytest.mark.parametrize(
    ("code", "armv6l", "armv7l"),
    [
        (arm(), None, None),
        (arm(cpu=6, floats=2), None, None),  # Raspberry Pi 1
        (arm(cpu=10), "ARMv7", None),
        (arm(cpu=10, floats=3, simd=1), "ARMv7, VFPv3 and NEON", None),
        (arm(cpu=6, floats=3), "VFPv3", None),
        (arm(cpu=10, floats=5, simd=2), "ARMv7, VFPv4 and NEON with fused multiply-add", None),
        (arm(cpu=11), None, None),
        (arm(cpu=12), None, None),
        (arm(cpu=13), "ARMv7E-M", None),
        (arm(cpu=14, floats=7, simd=3), "ARMv8, ARMv8 floats and ARMv8 NEON", "ARMv8, ARMv8 floats and ARMv8 NEON"),
        (arm(cpu=99), "attribute 6 of 99", "attribute 6 of 99"),
    ],
)
def test_arm(code: Binary, armv6l: str | None, armv7l: str | None) -> None:
    """ARMv6 boards crash on ARMv7 code: the declared features are named in words that can be looked up."""
    assert newer_processor(code, "armv6l") == (armv6l and (armv6l, ("ARMv6", "VFPv2")))
    assert newer_processor(code, "armv7l") == (armv7l and (armv7l, ("ARMv7",)))


def test_which_arm() -> None:
    """Code that declares nothing may be for ARMv6 or ARMv7."""
    assert declared_arm(arm()) is None
    assert declared_arm(arm(cpu=6)) == "armv6l"
    assert declared_arm(arm(cpu=10)) == "armv7l"
    assert declared_arm(arm(cpu=6, simd=1)) == "armv7l"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0_zmmul1p0", None),
        ("rv64i2p1_m2p0_v1p0", "v"),
        ("rv64i2p1_zba1p0_zbb1p0_zbs1p0", "zba, zbb and zbs"),
        ("rv64i2p1_zve32f1p0_zvl128b1p0_zicbop1p0", "zicbop, zve32f and zvl128b"),
        ("rv64i2p1_xtheadba1p0", "xtheadba"),
        ("rv64i_zicbop", "zicbop"),
        ("", None),
        ("_" * 60_000, None),
    ],
)
def test_riscv(text: str, found: str | None) -> None:
    """A processor with rv64gc alone crashes on other extensions, so these are named."""
    assert newer_processor(riscv(text), "riscv64") == (found and (found, ("rv64gc",)))


def test_x86() -> None:
    """Only a level that loaders require contradicts a tag, not a level that code uses where it is available."""
    needs = Binary("a.so", "ELF", "x86_64", 62, 64, "little", "shared object", x86_isa_needed=3, x86_isa_used=4)
    assert newer_processor(needs, "x86_64") == ("x86-64-v3", ("x86-64-v1",))
    used = Binary("a.so", "ELF", "x86_64", 62, 64, "little", "shared object", x86_isa_needed=1, x86_isa_used=4)
    assert newer_processor(used, "x86_64") is None
