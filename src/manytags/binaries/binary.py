"""The values that describe a compiled file, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..documents import TextEnum, json_object

SHARED_OBJECT, EXECUTABLE, OBJECT_FILE, CORE_DUMP = "shared object", "executable", "object file", "core dump"
DEBUG_INFORMATION, BUNDLE = "debug information", "bundle"

#: Prefixes of the names of CPython's API.
API_PREFIXES = ("Py", "_Py")
#: Prefixes of the functions that make an extension module: :pep:`489`, and :pep:`793` from CPython 3.15 on.
MODULE_PREFIXES = ("PyInit_", "PyModExport_")


class NeededAs(TextEnum):
    """The ways in which a library is loaded."""

    REQUIRED = "required"
    WEAK = "weak"
    REEXPORTED = "re-exported"
    UPWARD = "upward"
    LAZY = "lazy"


@dataclass(frozen=True, slots=True)
class Floor:
    """A system that a file is for, and the oldest version of it that the file declares.

    :param system: as its maker writes it: ``macOS``, ``iOS simulator``.
    :param version: major, minor and patch.
    :param sdk: the version of the system that it was built with.
    """

    system: str
    version: tuple[int, int, int]
    sdk: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class NeededVersion:
    """A version of a library's symbols that must be there: ``GLIBC_2.17`` of ``libc.so.6``.

    :param weak: if it is missing, loaders warn and go on.
    """

    library: str
    version: str
    weak: bool


# A file may have 200,000 of these. With a frozen dataclass, an audit of 500,000 took 13 to 29 % longer.
class UndefinedSymbol(NamedTuple):
    """A symbol that other files must define.

    :param library: where its version comes from; ``None`` for a symbol without version.
    :param weak: if it is missing, loaders go on.
    """

    name: str
    library: str | None
    version: str | None
    weak: bool


class Wanted(NamedTuple):
    """Which undefined symbols to keep: those of some versions, and those of some names.

    :param version: whether to keep the symbols of a version.
    :param name: whether to keep a symbol by its name.
    """

    version: Callable[[str], bool]
    name: Callable[[str], object]


def python_names(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split symbols that a file defines into the modules that they make, and other names of CPython's API.

    >>> python_names(["PyInit_demo", "PyDemo_New", "main"])
    (('demo',), ('PyDemo_New',))
    """
    wanted = {name for name in names if name.startswith(API_PREFIXES)}
    modules = {name[len(prefix) :] for name in wanted for prefix in MODULE_PREFIXES if name.startswith(prefix)}
    return tuple(sorted(modules)), tuple(sorted(name for name in wanted if not name.startswith(MODULE_PREFIXES)))


@dataclass(frozen=True, slots=True)
class Binary:
    """What one compiled file says of itself.

    :param name: what the file was called.
    :param format: ``ELF``, ``Mach-O`` or ``PE``.
    :param architecture: as tags of its system name it; ``arm`` or ``armeb`` for 32-bit Arm on Linux, whose tags also
        say which Arm.
    :param machine: the format's number of the processor: e_machine.
    :param bits: 32 or 64.
    :param byte_order: ``little`` or ``big``.
    :param kind: ``shared object``, ``executable``, ``object file``, ``core dump``, ``debug information`` alone, or
        ``type 4711``.
    :param flags: e_flags.
    :param interpreter: the loader that an executable asks for (PT_INTERP).
    :param pie: whether it is marked as a program that can be loaded at any address (DF_1_PIE); libraries are not.
    :param no_open: whether it is marked as a library that is not for ``dlopen`` (DF_1_NOOPEN).
    :param soname: its name among libraries.
    :param needed: libraries that must be loaded with it, in order (DT_NEEDED).
    :param rpath: folders to search for these, and for what they need in turn; separated by colons.
    :param runpath: folders to search for these; loaders then ignore ``rpath``.
    :param versions: versions that libraries must have.
    :param undefined: symbols that other files must define.
    :param modules: Python extension modules that it defines (``PyInit_*``).
    :param defined_versions: versions that its symbols have; ``None`` if they have none.
    :param defined: symbols with names of CPython's API (``Py*``, ``_Py*``) that it defines, without those of modules.
    :param float_abi: ``hard`` or ``soft`` on Arm; ``soft``, ``single``, ``double`` or ``quad`` on RISC-V and LoongArch.
        ``None`` elsewhere, and where the file does not say.
    :param arm_attributes: what Arm code declares, as (tag, value).
    :param riscv_architecture: what RISC-V code declares, as ``rv64i2p1_m2p0``.
    :param x86_isa_needed: the x86-64 level that loaders require, 1 to 4; 0 if it names none.
    :param x86_isa_used: the x86-64 level that it uses where the processor has it.
    :param packed_relocations: whether its loader must know DT_RELR, which loaders before glibc 2.36 and musl 1.2.4
        ignore.
    :param initial_exec: whether it has thread-local storage of the kind that musl gives to what a process begins with
        alone; ``False`` where the relocations of its machine are not judged.
    :param executable_stack: whether it asks for one; ``None`` where it does not say, and most loaders then give it one.
    :param android_api_level: the oldest API level of Android that it declares.
    :param refused_by_android: of a file that declares an API level, what only loaders of Android refuse.
    :param alignment: of an ELF file, the smallest alignment of its PT_LOAD segments, in bytes; 0 if it has none.
    :param subtype: of a Mach-O file, the number of the processor's subtype.
    :param needed_as: how each of ``needed`` is loaded; empty for ELF.
    :param search_paths: of a Mach-O file, folders that stand for ``@rpath`` (LC_RPATH).
    :param floors: of a Mach-O file, the system that it is for; two where code is for macOS and Mac Catalyst alike.
    :param signed: whether it has a signature; ``None`` for ELF.
    :param managed: whether it is code for .NET.
    """

    name: str
    format: str
    architecture: str
    machine: int
    bits: int
    byte_order: str
    kind: str
    flags: int = 0
    interpreter: str | None = None
    pie: bool = False
    no_open: bool = False
    soname: str | None = None
    needed: tuple[str, ...] = ()
    rpath: str | None = None
    runpath: str | None = None
    versions: tuple[NeededVersion, ...] = ()
    undefined: tuple[UndefinedSymbol, ...] = field(default=(), repr=False)
    modules: tuple[str, ...] = ()
    defined_versions: tuple[str, ...] | None = field(default=None, repr=False)
    defined: tuple[str, ...] = field(default=(), repr=False)
    float_abi: str | None = None
    arm_attributes: tuple[tuple[int, int], ...] = ()
    riscv_architecture: str | None = None
    x86_isa_needed: int = 0
    x86_isa_used: int = 0
    packed_relocations: bool = False
    initial_exec: bool = False
    executable_stack: bool | None = None
    android_api_level: int | None = None
    refused_by_android: tuple[str, ...] = ()
    alignment: int = 0
    subtype: int = 0
    needed_as: tuple[NeededAs, ...] = ()
    search_paths: tuple[str, ...] = ()
    floors: tuple[Floor, ...] = ()
    signed: bool | None = None
    managed: bool = False

    @property
    def libpython(self) -> str | None:
        """The first ``libpython*.so*`` that it needs; extension modules should need none."""
        names = (name.rpartition("/")[2] for name in self.needed)
        return next((name for name in names if name.startswith("libpython") and ".so" in name), None)

    @property
    def is_program(self) -> bool:
        """Whether a kernel starts it, by its interpreter if it names one. Libraries may name one too, as libc does."""
        named = self.interpreter is not None and self.soname is None and not self.modules
        return self.kind == EXECUTABLE or (self.kind == SHARED_OBJECT and (self.pie or named))

    @property
    def is_static_program(self) -> bool:
        """Whether it is a program that no loader touches, so that only the machine and its kernel matter to it."""
        return self.is_program and self.interpreter is None and not self.needed

    @property
    def is_shared_object(self) -> bool:
        """Whether it is a library, or a program that can be loaded at any address."""
        return self.kind == SHARED_OBJECT

    @property
    def is_debug_information(self) -> bool:
        """Whether it holds debug information alone, as ``objcopy --only-keep-debug`` writes it."""
        return self.kind == DEBUG_INFORMATION

    @property
    def is_loadable(self) -> bool:
        """Whether a loader or a kernel takes files of its kind."""
        return self.kind in {SHARED_OBJECT, EXECUTABLE, BUNDLE}

    @property
    def is_code(self) -> bool:
        """Whether it is code for a host's processor: not an object file, nor code for graphics cards.

        Debug information counts: it is for one architecture, and a program without libraries can look just like it.
        """
        return (self.is_loadable or self.is_debug_information) and not self.architecture.startswith("e_machine")

    def to_data(self) -> dict[str, object]:
        """Return it as values that JSON can hold."""
        undefined = [symbol._asdict() for symbol in self.undefined]
        arm_attributes = {str(tag): value for tag, value in self.arm_attributes}
        return {**json_object(replace(self, undefined=())), "undefined": undefined, "arm_attributes": arm_attributes}


@dataclass(frozen=True, slots=True)
class Linkage:
    """What a loader reads of a library or a program before it looks at symbols.

    :param soname: its name among libraries.
    :param needed: libraries that must be loaded with it, in order.
    :param rpath: folders to search for these, and for what they need in turn.
    :param runpath: folders to search for these.
    :param versions: versions that libraries must have.
    :param defined: versions that its symbols have; ``None`` if they have none: loaders then require none of it.
    """

    soname: str | None = None
    needed: tuple[str, ...] = ()
    rpath: str | None = None
    runpath: str | None = None
    versions: tuple[NeededVersion, ...] = ()
    defined: tuple[str, ...] | None = None
