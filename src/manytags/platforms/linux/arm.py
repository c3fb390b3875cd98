"""What facts say of 32-bit Arm: how floats are passed, and which Arm the userland is built for. Pure.

``linux_armv7l`` says neither, and both decide whether code loads.
"""

from __future__ import annotations

from .. import Evidence, Platform
from .elf_flags import float_abi_from_flags
from .table import EM_ARM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .. import ReadsFacts

#: Value of Tag_ABI_VFP_args for floats passed in VFP registers; Tag_CPU_arch of ARMv6 kinds before ARMv7 (10).
VFP_ARGS_IN_REGISTERS = 1
CPU_ARCH_V6, CPU_ARCH_V7 = 6, 10

LOADERS_HARD_FLOAT = ("ld-linux-armhf.so.3", "ld-musl-armhf.so.1", "ld-musl-armebhf.so.1")
LOADERS_SOFT_FLOAT = ("ld-linux.so.3", "ld-musl-arm.so.1", "ld-musl-armeb.so.1")

#: Which e_flags say each float ABI.
_FLAGS = {
    "unknown": "not EABI version 5",
    "hard": "EABI5, hard-float bit",
    "soft": "EABI5, soft-float bit, no hard-float bit",
}


def arm_platform(facts: ReadsFacts, platform: Platform, evidence: list[Evidence]) -> Platform:
    """Complete a platform whose architecture is 32-bit Arm.

    manylinux and musllinux wheels for 32-bit Arm are hard-float; an interpreter that is not must claim none of them.
    """
    floats, built_for = float_abi(facts), userland(facts)
    evidence += [item for item in (floats, built_for) if item is not None]
    glibc, musl = platform.glibc, platform.musl
    if (glibc or musl) and (floats is None or floats.conclusion != "hard"):
        name = floats.conclusion if floats else "unknown"
        because = f"the float ABI is {name}; manylinux and musllinux wheels for 32-bit Arm are hard-float (PEP 599)"
        evidence.append(Evidence("libc tags", "none", because))
        glibc = musl = None
    build_arch = built_for.conclusion if built_for else platform.arch
    if build_arch == "armv8l":
        # A 64-bit kernel names its own mode; the compilers of such a userland make ARMv7 code.
        build_arch = "armv7l"
    different = build_arch if build_arch != platform.arch else None
    return Platform("linux", platform.arch, glibc, musl, None, different, platform.distribution)


def float_abi(facts: ReadsFacts) -> Evidence | None:
    """Say whether 32-bit Arm code passes floats in VFP registers (hard) or not (soft); ``None`` on other machines.

    e_flags decide; binaries of old binutils carry neither bit, then ``Tag_ABI_VFP_args`` does, then the loader's name,
    then what the interpreter calls its own multiarch.

    Rule: ELF for the Arm Architecture, 5.2 (e_flags); Addenda to the Arm ABI, Tag_ABI_VFP_args.
    """
    number = facts.number("elf_machine")
    if number is None:
        return _float_abi_by_name("multiarch", facts.text("multiarch"), facts)
    if number != EM_ARM or facts.number("elf_class") != 32:
        return None
    flags = facts.number("elf_flags") or 0
    seen = f"e_flags 0x{flags:08x} in the {facts.seen('elf_flags')}"
    by_flags = float_abi_from_flags(number, flags)
    if by_flags:
        return Evidence("float ABI", by_flags, f"{seen}: {_FLAGS[by_flags]}")
    arguments = facts.number("arm_vfp_args")
    if arguments is not None:
        conclusion = "hard" if arguments == VFP_ARGS_IN_REGISTERS else "soft"
        return Evidence("float ABI", conclusion, f"{facts.seen('arm_vfp_args')}: Tag_ABI_VFP_args {arguments}")
    loader = facts.text("elf_interpreter").rpartition("/")[2]
    by_loader = _float_abi_by_name("elf_interpreter", loader, facts)
    return by_loader or _float_abi_by_name("multiarch", facts.text("multiarch"), facts)


def _float_abi_by_name(fact: str, name: str, facts: ReadsFacts) -> Evidence | None:
    if name in LOADERS_HARD_FLOAT or name.endswith("eabihf"):
        return Evidence("float ABI", "hard", f"{facts.seen(fact)}: {name}")
    if name in LOADERS_SOFT_FLOAT or name.endswith("eabi"):
        return Evidence("float ABI", "soft", f"{facts.seen(fact)}: {name}")
    return None


def userland(facts: ReadsFacts) -> Evidence | None:
    """Name the architecture that this userland is built for, where it is older than what the kernel runs on.

    Raspberry Pi OS and Alpine's armhf are ARMv6 on every board: so wheels built here are tagged ``armv6l``.

    Rule: Addenda to the Arm ABI, Tag_CPU_arch: 6 is ARMv6, 8 to 9 its later kinds, 10 ARMv7.
    """
    cpu_arch = facts.number("arm_cpu_arch")
    if cpu_arch is None or not CPU_ARCH_V6 <= cpu_arch < CPU_ARCH_V7:
        return None
    distribution = facts.text("os_id")
    also = f"; os-release says {distribution}" if distribution else ""
    return Evidence("userland", "armv6l", f"{facts.seen('arm_cpu_arch')}: Tag_CPU_arch {cpu_arch}{also}")
