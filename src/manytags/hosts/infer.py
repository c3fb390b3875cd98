"""From facts to a target, with the reason for each conclusion. Pure: the same facts give the same target anywhere.

What runs decides, not what the kernel is: the ELF header of the running executable, then its pointer size, and
``uname`` only for what these leave open. That is right for 32-bit userlands on 64-bit kernels, for 64-bit interpreters
under ``linux32``, and for x32. The systems that are not Linux are in ``systems``, 32-bit Arm's floats in ``arm``.
"""

from ..tags.libc import LibcVersion, parse_libc_version
from ..targets import Evidence, Platform, Python, Target
from . import Facts

# ELF e_machine
EM_386, EM_MIPS, EM_PPC, EM_PPC64, EM_S390, EM_ARM = 3, 8, 20, 21, 22, 40
EM_X86_64, EM_AARCH64, EM_RISCV, EM_LOONGARCH = 62, 183, 243, 258

# ELF e_flags
EF_MIPS_ABI2 = 0x20  # the n32 ABI

#: (machine, class, byte order) -> architecture, where these three decide it.
ARCHITECTURES = {
    (EM_X86_64, 64, "little"): "x86_64",
    (EM_X86_64, 32, "little"): "x32",
    (EM_386, 32, "little"): "i686",
    (EM_AARCH64, 64, "little"): "aarch64",
    (EM_AARCH64, 64, "big"): "aarch64_be",
    (EM_AARCH64, 32, "little"): "aarch64_ilp32",
    (EM_PPC64, 64, "little"): "ppc64le",
    (EM_PPC64, 64, "big"): "ppc64",
    (EM_PPC, 32, "big"): "ppc",
    (EM_PPC, 32, "little"): "ppcle",
    (EM_S390, 64, "big"): "s390x",
    (EM_S390, 32, "big"): "s390",
    (EM_RISCV, 64, "little"): "riscv64",
    (EM_RISCV, 32, "little"): "riscv32",
    (EM_LOONGARCH, 64, "little"): "loongarch64",
    (EM_LOONGARCH, 32, "little"): "loongarch32",
    (EM_MIPS, 64, "little"): "mips64el",
    (EM_MIPS, 64, "big"): "mips64",
    (EM_MIPS, 32, "little"): "mipsel",
    (EM_MIPS, 32, "big"): "mips",
}

#: What ``uname`` says of a 64-bit kernel -> what its 32-bit programs are, and the other way under ``linux32``.
NARROW = {
    "x86_64": "i686",
    "aarch64": "armv8l",
    "s390x": "s390",
    "ppc64": "ppc",
    "ppc64le": "ppcle",
    "mips64": "mips",
    "riscv64": "riscv32",
}
WIDE = {"i686": "x86_64", "armv8l": "aarch64", "armv7l": "aarch64", "s390": "s390x", "ppc": "ppc64", "mips": "mips64"}

#: 32-bit Arm kernels and what they call themselves. On a 64-bit kernel the personality would say ``armv8l``.
ARM_64_BIT_KERNELS = ("aarch64", "arm64")


def target_from_facts(facts: "Facts") -> "Target":
    """Conclude what an interpreter takes from what was seen of it.

    :param facts: from :func:`manytags.probe`, or from a file.
    :raises InvalidFacts: they contradict themselves or lack what their system needs.
    :raises InvalidManylinuxModule: a ``_manylinux`` module was seen that raised or answered nonsense.

    >>> from manytags import probe
    >>> target_from_facts(probe()) == target_from_facts(probe())
    True
    """
    evidence: list[Evidence] = []
    python = infer_python(facts, evidence)
    platform = infer_platform(facts, evidence)
    options = None
    module = facts.text("manylinux_module")
    if module:
        from ..targets.options import TagOptions
        from .manylinux_module import refused_tags

        refused, failed = facts.texts("manylinux_refused"), facts.texts("manylinux_failed")
        options = TagOptions(refused=refused_tags(module, refused, failed, platform, evidence))
    return Target(python, platform, options, tuple(evidence))


def infer_python(facts: "Facts", evidence: "list[Evidence]") -> "Python":
    """Conclude implementation, version and ABI tags."""
    implementation = facts.text("implementation")
    text = facts.text("python_version")
    version = release_numbers(text)
    if not implementation:
        from ..errors import InvalidFacts

        raise InvalidFacts(implementation, "an implementation has a name")
    if len(version) < 2:
        from ..errors import InvalidFacts

        raise InvalidFacts(text, "python_version has no minor version")
    if implementation == "cpython":
        abis, because = _cpython_abis(facts, version)
    else:
        abis, because = _abi_by_suffix(facts)
    evidence += [
        Evidence("python", f"{implementation} {text}", facts.seen("implementation")),
        Evidence("ABI", ", ".join(abis) or "none of its own", because),
    ]
    return Python(implementation, version, abis, text)


def release_numbers(text: str) -> "tuple[int, ...]":
    """Read the release numbers that a version begins with, at most three."""
    numbers: list[int] = []
    for field in text.split(".")[:3]:
        digits = field[: len(field) - len(field.lstrip("0123456789"))]
        if not digits or len(digits) > 3:
            break
        numbers.append(int(digits))
        if digits != field:
            break
    return tuple(numbers)


def _cpython_abis(facts: "Facts", version: "tuple[int, ...]") -> "tuple[tuple[str, ...], str]":
    """CPython's ABI follows from how it was built (:pep:`3149`, :pep:`703`)."""
    threads = "t" if facts.get("free_threaded") and version >= (3, 13) else ""
    debug = "d" if facts.get("debug") else ""
    plain = f"cp{version[0]}{version[1]}{threads}"
    because = f"{facts.seen('abiflags' if facts.get('abiflags') is not None else 'debug')}"
    if version < (3, 8):
        # Windows has no abiflags there, and was always built with pymalloc.
        pymalloc = "m" if "m" in facts.text("abiflags") or facts.get("abiflags") is None else ""
        return (f"{plain}{debug}{pymalloc}",), because
    return ((f"{plain}{debug}", plain) if debug else (plain,)), because


def _abi_by_suffix(facts: "Facts") -> "tuple[tuple[str, ...], str]":
    """Others name their ABI in the ending of extension modules, such as ``.pypy310-pp73-x86_64-linux-gnu.so``."""
    suffixes = facts.texts("extension_suffixes")
    if not suffixes:
        return (), "no extension suffixes"
    fields = suffixes[0].split(".")
    because = f"{facts.seen('extension_suffixes')}: {suffixes[0]}"
    if len(fields) < 3:
        return (), because
    words = fields[1].split("-")
    # How many words name the ABI; what follows them names the platform.
    length = next((length for name, length in (("pypy", 2), ("graalpy", 3)) if words[0].startswith(name)), len(words))
    return (tag_text("-".join(words[:length])),), because


def infer_platform(facts: "Facts", evidence: "list[Evidence]") -> "Platform":
    """Conclude the platform, by what the interpreter says its system is."""
    kind = facts.text("sys_platform")
    if kind == "linux":
        return _linux(facts, evidence)
    from .systems import infer_system

    return infer_system(facts, evidence)


def _linux(facts: "Facts", evidence: "list[Evidence]") -> "Platform":
    prefix, _, _ = facts.text("sysconfig_platform").partition("-")
    if prefix not in {"linux", ""}:
        tag = tag_text(facts.text("sysconfig_platform"))
        evidence.append(Evidence("platform", tag, facts.seen("sysconfig_platform")))
        return Platform("other", tag)
    machine = architecture(facts)
    evidence.append(machine)
    arch = machine.conclusion
    if not arch:
        from ..errors import InvalidFacts

        raise InvalidFacts("machine", "facts lack 'machine', and nothing else tells the architecture")
    glibc, musl = _libc(facts, evidence)
    platform = Platform("linux", arch, glibc, musl, distribution=facts.text("os_id") or None)
    if not arch.startswith("arm"):
        return platform
    from .arm import arm_platform

    return arm_platform(facts, platform, evidence)


def _libc(facts: "Facts", evidence: "list[Evidence]") -> "tuple[LibcVersion | None, LibcVersion | None]":
    found: dict[str, LibcVersion | None] = {"glibc": None, "musl": None}
    for name in found:
        text = facts.text(name)
        if text:
            found[name] = version = parse_libc_version(text)
            conclusion = f"{name} {version[0]}.{version[1]}" if version else f"{name} of unknown version"
            evidence.append(Evidence("libc", conclusion, f"{facts.seen(name)} says {text}"))
            break
    else:
        evidence.append(Evidence("libc", "unknown", "neither glibc nor musl was seen"))
    return found["glibc"], found["musl"]


def architecture(facts: "Facts") -> "Evidence":
    """Tell the architecture, as Linux tags name it, of the code that the interpreter runs and loads."""
    machine = facts.text("sysconfig_platform").partition("-")[2] or facts.text("machine")
    machine = tag_text(machine)
    if facts.text("host_platform"):
        return Evidence("architecture", machine, f"{facts.seen('host_platform')} says {facts.text('host_platform')}")
    elf = facts.number("elf_machine"), facts.number("elf_class"), facts.text("elf_data")
    size = facts.number("pointer_size") or 0
    if elf[1] is not None and elf[1] != 8 * size:
        from ..errors import InvalidFacts

        raise InvalidFacts(f"elf_class {elf[1]}", f"pointers of {size} bytes do not run in an ELF file of this class")
    kernel = f"the kernel says {facts.text('machine') or 'nothing'}"
    if elf[0] is not None:
        header = f"{facts.seen('elf_machine')}: {elf[1]}-bit {elf[2]}-endian {machine_name(elf[0])}"
        return Evidence("architecture", _from_elf(facts, machine), f"{header}; {kernel}")
    renamed = (NARROW if size == 4 else WIDE).get(machine, machine)
    return Evidence("architecture", renamed, f"{kernel}; pointers have {size} bytes; no ELF header was seen")


def _from_elf(facts: "Facts", machine: str) -> str:
    number, elf_class, data = facts.number("elf_machine") or 0, facts.number("elf_class") or 0, facts.text("elf_data")
    if number == EM_ARM and elf_class == 32:
        # The kernel knows which Arm it is; a 64-bit one runs this as armv8l.
        if data == "big":
            return machine if machine.startswith("arm") and machine.endswith("b") else "armv7b"
        if machine in ARM_64_BIT_KERNELS:
            return "armv8l"
        return machine if machine.startswith("arm") else "armv7l"
    if number == EM_386 and machine in {"i386", "i486", "i586"}:
        return machine  # an old kernel on an old processor, which does not run i686 code
    if number == EM_MIPS and elf_class == 32 and (facts.number("elf_flags") or 0) & EF_MIPS_ABI2:
        return "mipsn32el" if data == "little" else "mipsn32"
    return ARCHITECTURES.get((number, elf_class, data), machine)


def machine_name(number: int) -> str:
    """Name an e_machine as <elf.h> does, as far as tags need it.

    >>> machine_name(62), machine_name(4711)
    ('EM_X86_64', 'e_machine 4711')
    """
    names = {
        EM_386: "EM_386",
        EM_MIPS: "EM_MIPS",
        EM_PPC: "EM_PPC",
        EM_PPC64: "EM_PPC64",
        EM_S390: "EM_S390",
        EM_ARM: "EM_ARM",
        EM_X86_64: "EM_X86_64",
        EM_AARCH64: "EM_AARCH64",
        EM_RISCV: "EM_RISCV",
        EM_LOONGARCH: "EM_LOONGARCH",
    }
    return names.get(number, f"e_machine {number}")


def tag_text(text: str) -> str:
    """Spell a platform as tags do: dots, dashes and spaces become underscores.

    >>> tag_text("freebsd-14.1-release-amd64")
    'freebsd_14_1_release_amd64'
    """
    return text.replace(".", "_").replace("-", "_").replace(" ", "_").lower()
