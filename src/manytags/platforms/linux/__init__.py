"""Linux: manylinux, musllinux and bare ``linux_*`` tags. This front holds what a start on Linux needs.

What runs decides, not what the kernel is: the ELF header of the running executable comes first, then its pointer size,
and ``uname`` only for what these leave open. That is right for 32-bit userlands on 64-bit kernels, for 64-bit
interpreters under ``linux32``, and for x32.
"""

from ...tags import LEGACY_NAMES, glibc_versions, parse_libc_version
from .. import Evidence, Platform, tag_text
from .table import (
    ELF,
    EM_386,
    EM_ARM,
    KERNELS,
    MANYLINUX,
    NAME,
    NEIGHBOUR,
    TAKES,
    TWIN,
    machine_name,
    row_from_elf,
    row_of,
    version_from_field,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...tags import LibcVersion
    from .. import ReadsFacts
    from ..words import Named
    from .tags import LinuxTag

TITLE = "Linux"
NAMES = {"linux": "manylinux_2_28_x86_64"}  # as uv has it; ``names`` and ``distributions`` know many more
COMMON = ("x86_64", "aarch64")
RETIRED = ()
EXAMPLES = (
    *("linux_x86_64", "manylinux1_i686", "manylinux2010_x86_64", "manylinux2014_aarch64", "manylinux_2_28_x86_64"),
    *("manylinux_2_36_riscv64", "manylinux_2_17_armv7l", "musllinux_1_2_x86_64", "musllinux_1_1_armv6l"),
    *("linux_armv8l", "linux_vax", "manylinux_2_5_aarch64", "manylinux_2_17_mips64", "musllinux_0_9_s390x"),
)


def parse(text: str) -> "LinuxTag | None":
    """Read a Linux platform tag."""
    from .tags import parse_linux

    return parse_linux(text)


def ladder(platform: Platform) -> "list[str]":
    """List the bare tag of the architecture, then its libc's tags from the newest down.

    An architecture may take the wheels of another as its own, or after its own: 32-bit Arm has such neighbours.
    Hard-float code for ARMv6 runs on every hard-float ARMv7 and on ARMv8 in 32-bit mode. Only a known libc tells hard
    float from soft.
    """
    row = row_of(platform.arch)
    tags = [f"linux_{name}" for name in dict.fromkeys((platform.arch, row[TAKES]))]
    tags += libc_tags(platform, row[TAKES])
    if row[NEIGHBOUR] != "-" and (platform.glibc or platform.musl):
        tags += [f"linux_{row[NEIGHBOUR]}", *libc_tags(platform, row[NEIGHBOUR])]
    return tags


def libc_tags(platform: Platform, arch: str) -> "list[str]":
    """List the tags of the platform's libc for one architecture, newest first."""
    tags: list[str] = []
    floor = row_of(arch)[MANYLINUX]
    if platform.glibc is not None and floor != "-":
        for version in glibc_versions(platform.glibc, version_from_field(floor)):
            tags.append(f"manylinux_{version}_{arch}")
            if version in LEGACY_NAMES:
                tags.append(f"{LEGACY_NAMES[version]}_{arch}")
    if platform.musl is not None:
        major, newest = platform.musl
        tags += [f"musllinux_{major}_{minor}_{arch}" for minor in range(newest, -1, -1)]
    return tags


def describe(platform: Platform) -> str:
    """Name the C library and the architecture."""
    libc = f" with glibc {dotted(platform.glibc)}" if platform.glibc else ""
    libc = f" with musl {dotted(platform.musl)}" if platform.musl else libc
    return f"Linux{libc} on {platform.arch}"


def dotted(version: "LibcVersion") -> str:
    """Write a libc's version as its project does."""
    return f"{version[0]}.{version[1]}"


def from_name(name: str) -> "Named | None":
    """Read ``linux-aarch64``, or a distribution such as ``alpine``."""
    from .distributions import platform_from_distribution
    from .names import platform_from_words

    return platform_from_words(name) or platform_from_distribution(name)


def infer(facts: "ReadsFacts", evidence: "list[Evidence]") -> Platform:
    """Conclude architecture, C library and, on 32-bit Arm, float ABI."""
    machine = architecture_evidence(facts)
    evidence.append(machine)
    arch = machine.conclusion
    if not arch:
        from ...errors import InvalidFacts

        raise InvalidFacts("machine", "facts lack 'machine', and nothing else tells the architecture")
    glibc, musl = _libc(facts, evidence)
    platform = Platform("linux", arch, glibc, musl, distribution=facts.text("os_id") or None)
    if not arch.startswith("arm"):
        return platform
    from .arm import arm_platform

    return arm_platform(facts, platform, evidence)


def _libc(facts: "ReadsFacts", evidence: "list[Evidence]") -> "tuple[LibcVersion | None, LibcVersion | None]":
    versions: dict[str, LibcVersion | None] = {"glibc": None, "musl": None}
    for name in versions:
        text = facts.text(name)
        if text:
            versions[name] = version = parse_libc_version(text)
            conclusion = f"{name} {dotted(version)}" if version else f"{name} of unknown version"
            evidence.append(Evidence("libc", conclusion, f"{facts.seen(name)} says {text}"))
            break
    else:
        from .bionic import unknown_libc

        evidence.append(unknown_libc(facts))
    return versions["glibc"], versions["musl"]


def architecture_evidence(facts: "ReadsFacts") -> Evidence:
    """Tell the architecture, as Linux tags name it, of the code that the interpreter runs and loads."""
    machine = facts.text("sysconfig_platform").partition("-")[2] or facts.text("machine")
    machine = tag_text(machine)
    if facts.text("host_platform"):
        return Evidence("architecture", machine, f"{facts.seen('host_platform')} says {facts.text('host_platform')}")
    bits = 8 * (facts.number("pointer_size") or 0)
    elf_bits = facts.number("elf_class")
    if elf_bits is not None and elf_bits != bits:
        from ...errors import InvalidFacts

        reason = f"pointers of {bits // 8} bytes do not run in an ELF file of this class"
        raise InvalidFacts(f"elf_class {elf_bits}", reason)
    kernel = f"the kernel says {facts.text('machine') or 'nothing'}"
    number = facts.number("elf_machine")
    if number is not None:
        header = f"{facts.seen('elf_machine')}: {elf_bits}-bit {facts.text('elf_data')}-endian {machine_name(number)}"
        return Evidence("architecture", _from_elf(facts, number, bits, machine), f"{header}; {kernel}")
    row = row_of(machine)
    if row[TWIN] != "-" and f"/{bits}/" not in row[ELF]:
        machine = row[TWIN]  # a 32-bit program on a 64-bit kernel, or a 64-bit one under `linux32`
    return Evidence("architecture", machine, f"{kernel}; pointers have {bits // 8} bytes; no ELF header was seen")


def _from_elf(facts: "ReadsFacts", number: int, bits: int, machine: str) -> str:
    order = facts.text("elf_data")
    if number == EM_ARM and bits == 32:
        # The kernel knows which Arm it is. A 64-bit one runs this as armv8l, though only its personality says so.
        if order == "big":
            return machine if machine.startswith("arm") and machine.endswith("b") else "armv7b"
        if machine in {"aarch64", "arm64"}:
            return "armv8l"
        return machine if machine.startswith("arm") else "armv7l"
    if number == EM_386 and machine in {"i386", "i486", "i586"}:
        return machine  # an old kernel on an old processor, which does not run i686 code
    row = row_from_elf(number, bits, order, facts.number("elf_flags") or 0)
    return row[NAME] if row else machine


def sysconfig_platform(platform: Platform) -> str:
    """Write ``linux-`` and the architecture."""
    return f"linux-{platform.arch}"


def facts_from_sysconfig(fields: "list[str]") -> "dict[str, object]":
    """Read no facts: the text names the architecture alone."""
    del fields
    return {}


def machines() -> "tuple[str, ...]":
    """List the architectures that have manylinux, and those whose wheels others take after their own."""
    from .architectures import architectures, hosts_also_taking

    return tuple(row.name for row in architectures() if row.manylinux_floor or hosts_also_taking(row.name))


def markers(platform: Platform) -> "tuple[str, str, str, tuple[str, ...]]":
    """``platform_machine`` repeats the kernel, which may call the architecture by another name."""
    return "posix", "linux", "Linux", tuple(row_of(platform.arch)[KERNELS].split(","))


def from_markers(machine: str, environment: "Mapping[str, str]") -> "Platform | None":
    """Refuse: markers do not tell a C library."""
    del machine, environment
    from ...errors import InvalidTarget

    raise InvalidTarget("linux", "markers do not tell which C library a Linux has; name the platform too")
