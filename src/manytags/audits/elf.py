"""What one ELF file needs of the machine and the libraries that load it.

Read from its program headers and PT_DYNAMIC, as loaders do. Section headers are not asked: a file loads without them,
and with wrong ones. One thing stands nowhere else, Arm's attributes; that they may be missing or wrong is why
the float ABI is taken from the ELF header where this says it, and why attributes are called declarations.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from ..hosts.arm_attributes import TAG_ABI_VFP_ARGS, arm_attributes
from ..platforms.linux.architectures import architecture_from_elf, architectures
from ..platforms.linux.arm import VFP_ARGS_IN_REGISTERS, float_abi_of_flags
from ..platforms.linux.table import EF_MIPS_ABI2, EM_386, EM_ARM, EM_LOONGARCH, EM_MIPS, EM_RISCV, EM_X86_64
from .elf_image import ET_DYN, PT_DYNAMIC, Header, Image
from .elf_notes import riscv_architecture, x86_isa_levels
from .elf_tables import DT_RELR, DT_RPATH, DT_RUNPATH, DT_SONAME, Dynamic, NeededVersion, Symbols, UndefinedSymbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_PT_GNU_STACK = 0x6474E551
_PF_X = 1
_SHT_ARM_ATTRIBUTES = 0x70000003
_MAX_ATTRIBUTES = 65536

#: e_machine of the processors that a host may have.
_MACHINES = frozenset(row.machine for row in architectures())

DEBUG_INFORMATION = "debug information"
_KINDS = {1: "object file", 2: "executable", 3: "shared object", 4: "core dump"}
_RISCV_FLOATS = ("soft", "single", "double", "quad")  # by e_flags & 6
_LOONGARCH_FLOATS = {1: "soft", 2: "single", 3: "double"}  # by e_flags & 7


@dataclass(frozen=True, slots=True)
class ElfNeeds:
    """What one ELF file needs.

    :param name: what the file was called.
    :param architecture: as Linux tags name it; ``arm`` or ``armeb`` for 32-bit Arm, whose tags also say which Arm.
    :param machine: e_machine.
    :param bits: 32 or 64.
    :param byte_order: ``little`` or ``big``.
    :param kind: ``shared object``, ``executable``, ``object file``, ``core dump``, ``debug information`` alone, or
        ``type 4711``.
    :param flags: e_flags.
    :param interpreter: the loader that an executable asks for (PT_INTERP).
    :param soname: its name among libraries.
    :param needed: libraries to load with it, in order.
    :param rpath: where to look for these, and for what they need in turn; colons between folders.
    :param runpath: where to look for these; ``rpath`` is not asked then.
    :param versions: versions that libraries must have.
    :param undefined: symbols that others must define.
    :param modules: Python extension modules that it defines (``PyInit_*``).
    :param float_abi: ``hard`` or ``soft`` on Arm; ``soft``, ``single``, ``double`` or ``quad`` on RISC-V and LoongArch.
        ``None`` elsewhere, and where the file does not say.
    :param arm_attributes: what Arm code declares, as (tag, value).
    :param riscv_architecture: what RISC-V code declares, as ``rv64i2p1_m2p0``.
    :param x86_isa_needed: the level of x86-64 that loaders ask for, 1 to 4; 0 where none is.
    :param x86_isa_used: the level that it makes use of where the processor has it.
    :param packed_relocations: whether its loader must know DT_RELR, which those before glibc 2.36 and musl 1.2.4 pass
        over.
    :param executable_stack: whether it asks for one; ``None`` where it does not say, and most loaders then give it one.
    """

    name: str
    architecture: str
    machine: int
    bits: int
    byte_order: str
    kind: str
    flags: int = 0
    interpreter: str | None = None
    soname: str | None = None
    needed: tuple[str, ...] = ()
    rpath: str | None = None
    runpath: str | None = None
    versions: tuple[NeededVersion, ...] = ()
    undefined: tuple[UndefinedSymbol, ...] = field(default=(), repr=False)
    modules: tuple[str, ...] = ()
    float_abi: str | None = None
    arm_attributes: tuple[tuple[int, int], ...] = ()
    riscv_architecture: str | None = None
    x86_isa_needed: int = 0
    x86_isa_used: int = 0
    packed_relocations: bool = False
    executable_stack: bool | None = None

    @property
    def libpython(self) -> str | None:
        """The first ``libpython*.so*`` that it needs; extension modules should need none."""
        names = (name.rpartition("/")[2] for name in self.needed)
        return next((name for name in names if name.startswith("libpython") and ".so" in name), None)

    def to_data(self) -> dict[str, object]:
        """Give it as what JSON can say."""
        data = asdict(self)
        data["versions"] = [each._asdict() for each in self.versions]
        data["undefined"] = [each._asdict() for each in self.undefined]
        data["arm_attributes"] = {str(tag): value for tag, value in self.arm_attributes}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}


def read_elf(stream: BinaryIO, name: str) -> ElfNeeds:
    """Read what an ELF file needs.

    Time and memory are bounded whatever the file says: every table has a largest size, far above those of real files.

    :param stream: the file, seekable.
    :param name: what to call it.
    :raises InvalidElf: it is no ELF file, is cut off, or its tables contradict it or each other.
    """
    image = Image(stream, name)
    interpreter = image.interpreter()
    dynamic, kind = None, _KINDS.get(image.type, f"type {image.type}")
    place = next((segment.address for segment in image.segments if segment.kind == PT_DYNAMIC), None)
    if place is not None and image.is_left_out(place):
        kind = DEBUG_INFORMATION  # what `objcopy --only-keep-debug` leaves; loaders find zeros where tables were
    elif place is not None:
        dynamic = Dynamic(image)
    elif image.type == ET_DYN:
        raise image.error("a shared object without PT_DYNAMIC")
    versions = dynamic.versions() if dynamic else []
    symbols = dynamic.symbols(dict(versions)) if dynamic else Symbols((), ())
    attributes: dict[int, int] = {}
    if image.machine == EM_ARM and not image.wide:
        attributes = arm_attributes(image.section(_SHT_ARM_ATTRIBUTES, _MAX_ATTRIBUTES), image.byte_order)
    levels = x86_isa_levels(image) if image.machine in {EM_X86_64, EM_386} else (0, 0)
    stack = next((segment.flags for segment in image.segments if segment.kind == _PT_GNU_STACK), None)
    return ElfNeeds(
        name=name,
        architecture=_architecture(image),
        machine=image.machine,
        bits=64 if image.wide else 32,
        byte_order=image.byte_order,
        kind=kind,
        flags=image.flags,
        interpreter=None if interpreter is None else interpreter.decode("utf-8", "backslashreplace"),
        soname=dynamic.named(DT_SONAME) if dynamic else None,
        needed=dynamic.needed if dynamic else (),
        rpath=dynamic.named(DT_RPATH) if dynamic else None,
        runpath=dynamic.named(DT_RUNPATH) if dynamic else None,
        versions=tuple(version for _, version in versions),
        undefined=symbols.undefined,
        modules=symbols.modules,
        float_abi=_float_abi(image, attributes),
        arm_attributes=tuple(sorted(attributes.items())),
        riscv_architecture=riscv_architecture(image) if image.machine == EM_RISCV else None,
        x86_isa_needed=levels[0],
        x86_isa_used=levels[1],
        # What needs no library is relocated by nobody but itself.
        packed_relocations=dynamic is not None and DT_RELR in dynamic.tags and bool(dynamic.needed),
        executable_stack=None if stack is None else bool(stack & _PF_X),
    )


def read_elf_header(head: bytes, name: str) -> ElfNeeds:
    """Read what the header of an ELF file alone says: architecture, kind and, on most machines, the float ABI.

    :param head: the first 64 bytes of the file, or all of a shorter one.
    :param name: what to call it.
    :raises InvalidElf: it is no ELF file.
    """
    header = Header(head, name)
    return ElfNeeds(
        name=name,
        architecture=_architecture(header),
        machine=header.machine,
        bits=64 if header.wide else 32,
        byte_order=header.byte_order,
        kind=_KINDS.get(header.type, f"type {header.type}"),
        flags=header.flags,
        float_abi=_float_abi(header, {}),
    )


def _architecture(image: Header) -> str:
    bits = 64 if image.wide else 32
    if image.machine == EM_ARM and not image.wide:
        return "arm" if image.byte_order == "little" else "armeb"
    if image.machine == EM_MIPS and not image.wide and image.flags & EF_MIPS_ABI2:
        return "mipsn32el" if image.byte_order == "little" else "mipsn32"
    row = architecture_from_elf(image.machine, bits, image.byte_order)
    known = row.name if row else None
    swapped = image.machine >> 8 | (image.machine & 0xFF) << 8
    if known is None and (image.machine in _MACHINES or swapped in _MACHINES):
        # Linux asks a program for e_machine alone, and runs it.
        raise image.error(f"e_machine {image.machine} in a {image.byte_order}-endian file of {bits} bits")
    return known or f"e_machine {image.machine}, {bits} bits"


def _float_abi(image: Header, attributes: dict[int, int]) -> str | None:
    if image.machine == EM_RISCV:
        return _RISCV_FLOATS[(image.flags & 6) >> 1]
    if image.machine == EM_LOONGARCH:
        return _LOONGARCH_FLOATS.get(image.flags & 7)
    if image.machine != EM_ARM or image.wide:
        return None
    by_flags = float_abi_of_flags(image.flags)[0]
    if by_flags:
        return by_flags if by_flags in {"hard", "soft"} else None
    arguments = attributes.get(TAG_ABI_VFP_ARGS)
    if arguments is None:
        return None
    return "hard" if arguments == VFP_ARGS_IN_REGISTERS else "soft"
