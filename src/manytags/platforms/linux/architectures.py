"""Architectures of Linux as values: the rows of ``table``."""

from __future__ import annotations

from ...tags import Value
from .table import EM_386, EM_MIPS, EM_S390, TABLE, row_from_elf, row_of, version_from_field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal


class Architecture(Value):
    """One line of the table, whose columns are its fields.

    :param row: the fields of the line.
    """

    __slots__ = (
        *("row", "name", "machine", "bits", "byte_order", "machine_name", "manylinux_floor", "twin", "kernels"),
        *("triplet", "takes", "neighbour", "float_abi", "executable_stack", "default_glibc", "first_pip", "aliases"),
    )
    _fields = ("row",)

    if TYPE_CHECKING:
        row: tuple[str, ...]
        name: str
        machine: int
        bits: int
        byte_order: Literal["little", "big"]
        machine_name: str
        manylinux_floor: tuple[int, int] | None
        twin: str | None
        kernels: tuple[str, ...]
        triplet: str
        takes: str
        neighbour: str | None
        float_abi: str | None
        executable_stack: bool
        default_glibc: tuple[int, int]
        first_pip: str | None
        aliases: tuple[str, ...]

    def __init__(self, row: Sequence[str]) -> None:
        name, elf, constant, *fields = row
        machine, bits, order = elf.split("/")
        floor, twin, kernels, triplet, takes, neighbour, floats, stack, glibc, pip, aliases = (
            None if field == "-" else field for field in fields
        )
        self._assign(
            row=tuple(row),
            name=name,
            machine=int(machine),
            bits=int(bits),
            byte_order="big" if order == "be" else "little",
            machine_name=f"EM_{constant}",
            manylinux_floor=floor and version_from_field(floor),
            twin=twin,
            kernels=tuple((kernels or name).split(",")),
            triplet=triplet,
            takes=takes,
            neighbour=neighbour,
            float_abi=floats,
            executable_stack=stack is not None,
            default_glibc=version_from_field(glibc or ""),
            first_pip=pip,
            aliases=tuple(aliases.split(",")) if aliases else (),
        )

    def __repr__(self) -> str:
        return f"Architecture({' '.join(self.row)!r})"


_KNOWN: dict[str, Architecture] = {}

#: Older e_machine numbers that kernels or loaders take for a newer one: EM_486 and EM_S390_OLD, by which Linux runs
#: programs (``elf_check_arch`` of x86 and s390), and EM_MIPS_RS3_LE, by which glibc loads libraries.
EM_486, EM_MIPS_RS3_LE, EM_S390_OLD = 6, 10, 0xA390
_OLD_MACHINES = {EM_486: EM_386, EM_MIPS_RS3_LE: EM_MIPS, EM_S390_OLD: EM_S390}


def architectures() -> tuple[Architecture, ...]:
    """List all architectures, in the order of the table."""
    if not _KNOWN:
        for line in TABLE.split("\n"):
            if line:
                row = Architecture(row_of(line.split(" ", 1)[0]))
                _KNOWN[row.name] = row
    return tuple(_KNOWN.values())


def architecture(name: str) -> Architecture:
    """Find an architecture by what Linux tags call it; one that is not in the table takes its own wheels alone.

    >>> architecture("armv8l").takes, architecture("vax").manylinux_floor
    ('armv7l', None)
    """
    architectures()
    return _KNOWN.get(name) or Architecture(row_of(name))


def architecture_from_elf(machine: int, bits: int, byte_order: str, flags: int = 0) -> Architecture | None:
    """Find an architecture by e_machine, ELF class and byte order, the first that has them, or MIPS n32.

    >>> architecture_from_elf(62, 32, "little").name
    'x32'
    >>> architecture_from_elf(6, 32, "little").name  # EM_486
    'i686'
    """
    row = row_from_elf(_OLD_MACHINES.get(machine, machine), bits, byte_order, flags)
    return architecture(row[0]) if row else None


def architecture_from_name(name: str) -> Architecture | None:
    """Find an architecture by what tags, compilers or distributions call it.

    >>> architecture_from_name("arm64").name
    'aarch64'
    """
    return next((row for row in architectures() if name == row.name or name in row.aliases), None)


def hosts_taking_linux(arch: str) -> list[str]:
    """List the architectures whose interpreters take ``linux_<arch>`` whatever their libc and float ABI.

    >>> hosts_taking_linux("armv7l")
    ['armv7l', 'armv8l']
    """
    return [arch, *(host.name for host in architectures() if host.takes == arch != host.name)]


def hosts_taking_libc(arch: str) -> list[str]:
    """List the architectures whose interpreters take ``manylinux_*_<arch>`` or ``musllinux_*_<arch>``.

    >>> hosts_taking_libc("armv7l"), hosts_taking_libc("armv8l")
    (['armv7l', 'armv8l'], [])
    """
    return [host for host in hosts_taking_linux(arch) if host != arch or architecture(arch).takes == arch]


def hosts_also_taking(arch: str) -> list[str]:
    """List the architectures whose hard-float interpreters take ``arch``'s code after their own.

    >>> hosts_also_taking("armv6l")
    ['armv7l', 'armv8l']
    """
    return [host.name for host in architectures() if host.neighbour == arch]
