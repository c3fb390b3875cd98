"""The files that are changed: compiled at the start of a run, each with something else that loaders read."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

SOURCES = Path(__file__).parent / "sources"

#: In the wheel, modules are in ``demo``, and the libraries that they need are in ``demo.libs``.
_RUNPATH = "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../demo.libs"
_MODULE = ("-shared", "-fPIC", "-Wl,-z,noseparate-code", _RUNPATH)
_PROGRAM = ("-Wl,-z,noseparate-code", _RUNPATH)
_ONE, _VERSIONED = ("-lone",), ("-Wl,--no-as-needed", "-lversioned", "-lm")


class Unavailable(Exception):
    """The error for a compiler or a loader that this machine lacks."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with a loader.

    :param name: its architecture, as in tags.
    :param libc: whose loader: ``glibc`` or ``musl``.
    :param compiler: the compiler for it.
    :param suffix: of its extension modules.
    :param emulator: the command that runs its programs here; empty where the processor does.
    """

    name: str
    libc: str
    compiler: str
    suffix: str
    emulator: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.libc if self.name == "x86_64" else f"{self.name} {self.libc}"


def _emulated(name: str, triplet: str, emulator: str) -> Machine:
    suffix = f"cpython-311-{emulator}-linux-gnu.so"
    return Machine(name, "glibc", f"{triplet}-gcc", suffix, (f"qemu-{emulator}", "-L", f"/usr/{triplet}"))


#: What files are for; those that are not asked for by name come first.
MACHINES = {
    str(machine): machine
    for machine in (
        Machine("x86_64", "glibc", "gcc", "cpython-311-x86_64-linux-gnu.so"),
        Machine("x86_64", "musl", "musl-gcc", "cpython-311-x86_64-linux-musl.so"),
        _emulated("i686", "i686-linux-gnu", "i386"),
        _emulated("aarch64", "aarch64-linux-gnu", "aarch64"),
        _emulated("s390x", "s390x-linux-gnu", "s390x"),
    )
}


@dataclass(frozen=True, slots=True)
class Seed:
    """A compiled file that loads.

    :param name: what it is.
    :param machine: what it is for.
    :param is_program: whether it is run, and not loaded as a library.
    :param data: the file.
    """

    name: str
    machine: Machine
    is_program: bool
    data: bytes

    def __str__(self) -> str:
        return f"{self.machine} {self.name}"


#: name -> source files, and options of the compiler
_LIBRARIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "module": ("module.c", (*_MODULE, *_ONE)),
    "module, separate code": ("module.c", ("-shared", "-fPIC", _RUNPATH, *_ONE)),
    "module, System V hash": ("module.c", (*_MODULE, *_ONE, "-Wl,--hash-style=sysv")),
    "module, both hashes": ("module.c", (*_MODULE, *_ONE, "-Wl,--hash-style=both")),
    "module, bound now": ("module.c", (*_MODULE, *_ONE, "-Wl,-z,now,-z,relro")),
    "module, no relro": ("module.c", (*_MODULE, *_ONE, "-Wl,-z,norelro")),
    "module, RPATH": ("module.c", ("-shared", "-fPIC", "-Wl,--disable-new-dtags,-rpath,$ORIGIN/../demo.libs", *_ONE)),
    "module, SONAME": ("module.c", (*_MODULE, *_ONE, "-Wl,-soname,libdemo.so.1")),
    "module, filter": ("module.c", (*_MODULE, *_ONE, "-Wl,--filter=libtwo.so")),
    "module, thread-local": ("module.c", (*_MODULE, *_ONE, "-DTHREADS")),
    "module, executable stack": ("module.c", (*_MODULE, *_ONE, "-Wl,-z,execstack")),
    "module, gold": ("module.c", ("-shared", "-fPIC", _RUNPATH, *_ONE, "-fuse-ld=gold")),
    "module, packed relocations": ("module.c", (*_MODULE, *_ONE, "-Wl,-z,pack-relative-relocs")),
    "module, ISA level": ("module.c isa.s", (*_MODULE, *_ONE, "-fcf-protection=none")),
    "module, foreign note": ("module.c foreign.s isa.s", (*_MODULE, *_ONE, "-fcf-protection=none")),
    "versioned module": ("versioned.c", (*_MODULE, *_VERSIONED)),
    "versioned module, both hashes": ("versioned.c", (*_MODULE, *_VERSIONED, "-Wl,--hash-style=both")),
    "library that defines versions": (
        "defines.c",
        (*_MODULE, "-Wl,-soname,libdemo.so.1", f"-Wl,--version-script={SOURCES}/defines.map"),
    ),
}
_PROGRAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "program": ("program.c", ("-pie", *_PROGRAM, *_ONE)),
    "program, separate code": ("program.c", ("-pie", _RUNPATH, *_ONE)),
    "program, bound now": ("program.c", ("-pie", *_PROGRAM, *_ONE, "-Wl,-z,now")),
    "program, not PIE": ("program.c", ("-no-pie", *_PROGRAM, *_ONE)),
    "static program": ("static.c", ("-static", "-nostdlib", "-no-pie")),
    "static PIE": ("static.c", ("-static-pie", "-nostdlib")),
}
#: Longer than what they replace, so that patchelf has to move tables; the first as auditwheel names libraries.
_LONGER, _LONGER_PATH = "libversioned-0123456789.so", "$ORIGIN/../demo.libs:$ORIGIN/of/the/wheel/that/is/longer"
#: Changed by patchelf: name -> the seed that it changes, and patchelf's options.
_PATCHED: dict[str, tuple[str, tuple[str, ...]]] = {
    "module, patched RUNPATH": ("module", ("--set-rpath", _LONGER_PATH)),
    "module, patched need": ("module", ("--add-needed", "libtwo.so")),
    "versioned module, patched": ("versioned module", ("--replace-needed", "libversioned.so", _LONGER)),
    "program, patched": ("program", ("--set-rpath", _LONGER_PATH)),
    "program, not PIE, patched": ("program, not PIE", ("--add-needed", "libtwo.so")),
}
#: Seeds of the assembler of x86-64, of a linker for it, or of options for it.
_X86 = ("module, ISA level", "module, foreign note", "module, gold", "module, packed relocations")
#: What musl's loader is asked about as well; it ignores versions.
_MUSL = (
    "module", "module, separate code", "module, System V hash", "module, both hashes", "module, bound now",
    "module, RPATH", "module, SONAME", "module, thread-local", "program", "program, not PIE",
)  # fmt: skip


def build_libraries(machine: Machine, folder: Path) -> dict[str, bytes]:
    """Compile the libraries of the wheel that modules need, and return them by name.

    They need no library themselves, so either C library loads them.
    """
    compiler = "gcc" if machine.libc == "musl" else machine.compiler
    plain = ("-shared", "-fPIC", "-nostdlib", "-Wl,-z,noseparate-code", "-s")
    versions = f"-Wl,--version-script={SOURCES}/stub.map"
    names = {"one": (), "two": (), "versioned": (versions,), "versioned-0123456789": (versions,)}
    for name, options in names.items():
        soname = f"-Wl,-soname,lib{name}.so"
        _compile(compiler, "stub.c", (*plain, soname, *options), folder / f"lib{name}.so", folder)
    return {f"lib{name}.so": (folder / f"lib{name}.so").read_bytes() for name in names}


def build_seeds(machine: Machine, folder: Path, libraries: Path) -> list[Seed]:
    """Compile every seed that this machine has the tools for.

    :param machine: what they are for.
    :param folder: where to build.
    :param libraries: where the libraries that they need are.
    :raises Unavailable: the compiler is missing, or fails.
    """
    seeds: dict[str, Seed] = {}
    # An emulator runs programs of its machine only where the kernel knows of it.
    for table, is_program in ((_LIBRARIES, False), *(() if machine.emulator else ((_PROGRAMS, True),))):
        for name, (sources, options) in table.items():
            if (machine.libc == "glibc" or name in _MUSL) and not (machine.emulator and name in _X86):
                _compile(machine.compiler, sources, (*options, "-s"), folder / name, libraries)
                seeds[name] = Seed(name, machine, is_program, (folder / name).read_bytes())
    if shutil.which("patchelf"):
        for name, (original, options) in _PATCHED.items():
            if original in seeds and machine.libc == "glibc":
                (folder / name).write_bytes(seeds[original].data)
                _run("patchelf", *options, folder / name)
                seeds[name] = replace(seeds[original], name=name, data=(folder / name).read_bytes())
    return list(seeds.values())


def build_server(machine: Machine, folder: Path) -> Path:
    """Compile the program that loads files."""
    path = folder / "server"
    # An emulator does not let a program trace another.
    options = ("-DUNTRACED",) if machine.emulator else ()
    _run(machine.compiler, "-O1", "-Wall", "-Werror", "-rdynamic", *options, "-o", path, SOURCES.parent / "server.c")
    return path


def _compile(compiler: str, sources: str, options: tuple[str, ...], to: Path, libraries: Path) -> None:
    paths = [str(SOURCES / source) for source in sources.split()]
    _run(compiler, "-O1", "-o", to, *paths, f"-L{libraries}", *options)


def _run(*command: str | Path) -> None:
    if shutil.which(command[0]) is None:
        raise Unavailable(f"needs {command[0]}")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    if done.returncode:
        raise Unavailable(f"{' '.join(map(str, command))}: {done.stderr}")
