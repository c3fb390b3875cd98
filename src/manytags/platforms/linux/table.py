"""The table of architectures: one line each. All other code derives what it needs from here.

To add an architecture, add its line; ``tests/platforms/test_architectures.py`` says what is wrong with it. The rows are
values in ``architectures``. A start reads fields of one row here, because a class of rows would cost it a thirtieth.
"""

# ELF e_machine, where a rule is about just this one. The table has all of them.
EM_386, EM_MIPS, EM_PPC64, EM_S390, EM_ARM, EM_X86_64, EM_AARCH64 = 3, 8, 21, 22, 40, 62, 183
EM_RISCV, EM_LOONGARCH = 243, 258
#: ELF e_flags of MIPS: the n32 ABI.
EF_MIPS_ABI2 = 0x20

# The columns:
#
# name       what Linux tags call it
# elf        e_machine, ELF class in bits, and byte order of its code (le or be). Where several lines have the same, the
#            first is the answer if nothing else decides
# constant   what `<elf.h>` calls the e_machine, without `EM_`
# manylinux  the oldest glibc whose manylinux tags an interpreter claims; `-` where manylinux does not exist. The
#            floors are packaging's: 2.5 where manylinux1 existed, else 2.17
# twin       the architecture that its programs of the other width have on the same kernel
# kernel     what `os.uname()`, and so `platform_machine`, may say, the usual name first; `=` for the name
# triplet    how the platform of its extension modules begins (PEP 3149), as in `x86_64-linux-gnu`; `=` likewise
# takes      the architecture whose wheels its interpreters take as their own; `=` for its own
# neighbour  the architecture whose hard-float wheels it takes after all others
# float      the float ABI that manylinux and musllinux wheels for it have, where there are several
# stack      `x` where glibc takes a file without PT_GNU_STACK for one that asks for an executable stack
# glibc      the glibc that a triple without a version means
# pip        the first pip that takes its manylinux tags, where that is later than for the others
# aliases    what compilers and distributions call it
TABLE = """
x86_64        62/64/le  X86_64    2.5  i686    =        =           =      -      -      x 2.28 -    amd64,x64
i686          3/32/le   386       2.5  x86_64  =,x86_64 i386        =      -      -      x 2.28 -    x86,i386,i586
x32           62/32/le  X86_64    -    -       x86_64   x86_64      =      -      -      - 2.28 -    -
aarch64       183/64/le AARCH64   2.17 armv8l  =        =           =      -      -      - 2.28 -    arm64
aarch64_be    183/64/be AARCH64   -    -       =        =           =      -      -      - 2.28 -    -
aarch64_ilp32 183/32/le AARCH64   -    -       aarch64  aarch64     =      -      -      - 2.28 -    -
armv7l        40/32/le  ARM       2.17 aarch64 =        arm         =      armv6l hard   x 2.28 -    armhf,armv7,armv7hl
armv8l        40/32/le  ARM       -    aarch64 aarch64  arm         armv7l armv6l hard   x 2.28 -    -
armv6l        40/32/le  ARM       -    -       =        arm         =      -      hard   x 2.28 -    arm,armv6
armv5tel      40/32/le  ARM       -    -       =        arm         =      -      -      x 2.28 -    armel
armv7b        40/32/be  ARM       -    -       =        armeb       =      -      -      - 2.28 -    -
ppc64le       21/64/le  PPC64     2.17 ppcle   =        powerpc64le =      -      -      - 2.28 -    ppc64el,powerpc64le
ppc64         21/64/be  PPC64     2.17 ppc     =        powerpc64   =      -      -      - 2.28 -    powerpc64
ppcle         20/32/le  PPC       -    ppc64le =        powerpcle   =      -      -      - 2.28 -    -
ppc           20/32/be  PPC       -    ppc64   =        powerpc     =      -      -      - 2.28 -    -
s390x         22/64/be  S390      2.17 s390    =        =           =      -      -      x 2.28 -    -
s390          22/32/be  S390      -    s390x   =        =           =      -      -      - 2.28 -    -
riscv64       243/64/le RISCV     2.17 riscv32 =        =           =      -      double - 2.39 24.1 riscv64gc
riscv32       243/32/le RISCV     -    riscv64 =        =           =      -      -      - 2.39 -    -
loongarch64   258/64/le LOONGARCH 2.17 -       =        =           =      -      double - 2.36 24.1 loong64
loongarch32   258/32/le LOONGARCH -    -       =        =           =      -      -      - 2.36 -    -
mips64el      8/64/le   MIPS      -    -       mips64   =           =      -      -      - 2.28 -    -
mips64        8/64/be   MIPS      -    mips    =        =           =      -      -      - 2.28 -    -
mipsel        8/32/le   MIPS      -    -       mips     =           =      -      -      - 2.28 -    -
mips          8/32/be   MIPS      -    mips64  =        =           =      -      -      - 2.28 -    -
mipsn32el     8/32/le   MIPS      -    -       mips64   mips64el    =      -      -      - 2.28 -    -
mipsn32       8/32/be   MIPS      -    -       mips64   mips64      =      -      -      - 2.28 -    -
"""

#: The line of an architecture that is not in the table: it takes its own wheels, and manylinux does not exist.
UNKNOWN = "? 0/0/le NONE - - = = = - - - 2.28 - -"

#: Columns that a start reads.
NAME, ELF, CONSTANT, MANYLINUX, TWIN, KERNELS, TRIPLET, TAKES, NEIGHBOUR = range(9)


def row_of(name: str) -> "list[str]":
    """Return the fields of an architecture, by what Linux tags call it.

    >>> row_of("armv8l")[TAKES], row_of("vax")[TAKES]
    ('armv7l', 'vax')
    """
    return _row_at(TABLE.find(f"\n{name} ") + 1 or -1) or UNKNOWN.replace("?", name).replace("=", name).split()


def row_from_elf(machine: int, bits: int, byte_order: str, flags: int = 0) -> "list[str]":
    """Return the fields of the first architecture with an e_machine, an ELF class and a byte order, or of MIPS n32.

    >>> row_from_elf(62, 32, "little")[NAME], row_from_elf(8, 32, "little", 0x20)[NAME]
    ('x32', 'mipsn32el')
    """
    if machine == EM_MIPS and bits == 32 and flags & EF_MIPS_ABI2:
        return row_of("mipsn32el" if byte_order == "little" else "mipsn32")
    return _row_at(TABLE.find(f" {machine}/{bits}/{byte_order[:1]}e "))


def machine_name(number: int) -> str:
    """Name an e_machine as <elf.h> does, as far as tags need it.

    >>> machine_name(62), machine_name(4711)
    ('EM_X86_64', 'e_machine 4711')
    """
    row = _row_at(TABLE.find(f" {number}/"))
    return f"EM_{row[CONSTANT]}" if row else f"e_machine {number}"


def version_from_field(field: str) -> "tuple[int, int]":
    """Read a version in the table."""
    major, minor = field.split(".")
    return int(major), int(minor)


def _row_at(position: int) -> "list[str]":
    """Split the line that a position is in; -1 is in none."""
    if position < 0:
        return []
    fields = TABLE[TABLE.rfind("\n", 0, position) + 1 : TABLE.find("\n", position + 1)].split()
    return [field.replace("=", fields[0]) for field in fields]
