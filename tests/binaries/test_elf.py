"""The needs of ELF files: what we read from segments must equal what readelf reads from sections."""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import shutil
import struct
import subprocess
import sys
import sysconfig
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path

import pytest

from manytags import ManytagsError
from manytags.binaries.binary import Binary, NeededVersion, UndefinedSymbol
from manytags.binaries.elf import read_elf
from manytags.binaries.elf_image import PT_DYNAMIC, PT_LOAD, Image
from manytags.errors import InvalidBinary

from .elf_peers import is_elf, ours, printed_by_readelf, read_readelf

ELF = Path(__file__).parent / "elf"
X86_64 = (ELF / "x86_64.so").read_bytes()

COUNT = 200
LARGEST = 400_000


def read(path: Path) -> Binary:
    """Read a file by its path."""
    with path.open("rb") as stream:
        return read_elf(stream, path.name)


def here() -> list[Path]:
    """Sample the libraries of this machine: those of its Pythons first, then those of the system."""
    pythons = {Path(sys.base_prefix), Path(sys.prefix), *Path.home().glob(".pyenv/versions/*")}
    multiarch = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
    found: list[Path] = []
    for folders in (sorted(pythons), [Path("/usr/lib") / multiarch, Path("/usr/lib64"), Path("/lib")]):
        files = sorted(path for folder in folders for path in folder.rglob("*.so*") if is_elf(path))
        small = [path for path in dict.fromkeys(files) if path.stat().st_size < LARGEST]
        random.Random(20260801).shuffle(small)  # noqa: S311 - the same ones every time
        found += small[: COUNT // 2]
    return found


@pytest.mark.parametrize("path", sorted(ELF.glob("*.so")), ids=lambda path: path.stem)
def test_as_recorded_of_readelf(path: Path) -> None:
    """A user who checks an answer by hand uses GNU readelf, which must agree."""
    theirs = read_readelf(path.with_suffix(".readelf.txt").read_text(encoding="utf-8"))
    assert ours(read(path)) == theirs
    assert theirs["undefined"]


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf (binutils) is not installed")
@pytest.mark.skipif(sys.platform != "linux", reason="no ELF libraries on this system")
def test_as_readelf() -> None:
    """Where section headers are correct, they must lead to the same tables as the segments."""
    files = here()[::2]
    if not files:
        pytest.skip("no ELF libraries found on this machine")
    different = {str(path): (read_readelf(printed_by_readelf(path)), ours(read(path))) for path in files}
    assert not [path for path, (theirs, mine) in different.items() if theirs != mine]
    assert any(mine["versions"] and mine["undefined"] for _, mine in different.values())


def section_less(data: bytes) -> bytes:
    """Remove the section headers of a 64-bit little-endian file, as strip tools for small machines do."""
    changed = bytearray(data)
    struct.pack_into("<Q", changed, 40, 0)
    struct.pack_into("<3H", changed, 58, 0, 0, 0)
    return bytes(changed)


def compiled(folder: Path, source: str, *options: str, compiler: str = "gcc") -> Path:
    """Compile a shared object, or skip the test where there is no such compiler."""
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    (folder / "made.c").write_text(source)
    made = folder / "made.so"
    command = [compiler, "-shared", "-fPIC", "-o", str(made), str(folder / "made.c"), *options]
    subprocess.run(command, check=True, capture_output=True)
    return made


MODULE = """
#include <math.h>
extern int missing(void) __attribute__((weak));
extern int PyModule_Create2(void *, int);
double half(double x) { return missing ? pow(x, .5) : 0; }
int PyInit_demo(void) { return PyModule_Create2(0, 1013); }
"""


def test_a_module(tmp_path: Path) -> None:
    """Every fact that a verdict needs must be read, here from a module that is built with known options."""
    options = ("-lm", "-Wl,-soname,libdemo.so.1", "-Wl,-rpath,/opt/lib", "-Wl,--enable-new-dtags", "-Wl,-z,execstack")
    path = compiled(tmp_path, MODULE, "-Wl,--no-as-needed", *options)
    needs = read(path)
    assert (needs.kind, needs.soname, needs.rpath, needs.runpath) == ("shared object", "libdemo.so.1", None, "/opt/lib")
    assert needs.needed == ("libm.so.6", "libc.so.6")
    assert needs.modules == ("demo",)
    assert needs.executable_stack is True
    assert needs.libpython is None
    symbols = {symbol.name: symbol for symbol in needs.undefined}
    assert symbols["missing"] == UndefinedSymbol("missing", None, None, True)
    assert symbols["PyModule_Create2"] == UndefinedSymbol("PyModule_Create2", None, None, False)
    assert symbols["pow"].library == "libm.so.6"
    assert any(version.library == "libm.so.6" for version in needs.versions)


def test_what_it_gives_to_others(tmp_path: Path) -> None:
    """A module may use names like CPython's that a library in its wheel defines, and versions that it has."""
    (tmp_path / "map").write_text("ONE { global: PyShared; _PyShared; PyInit_demo; other; local: *; }; TWO { } ONE;")
    source = "int PyShared, _PyShared, XPyShared, other, PyInit_demo; extern int PyNeeded; int *at = &PyNeeded;"
    needs = read(compiled(tmp_path, source, f"-Wl,--version-script={tmp_path / 'map'}"))
    assert needs.defined == ("PyShared", "_PyShared")
    assert needs.modules == ("demo",)
    assert needs.defined_versions == ("ONE", "TWO")
    assert read(compiled(tmp_path, "int PyShared;")).defined_versions is None


def test_without_section_headers(tmp_path: Path) -> None:
    """A file without section headers loads, though auditwheel says that it needs nothing."""
    data = compiled(tmp_path, MODULE, "-lm").read_bytes()
    if data[4:6] != b"\x02\x01":
        pytest.skip("not a 64-bit little-endian machine")
    assert read_elf(io.BytesIO(section_less(data)), "a") == read_elf(io.BytesIO(data), "a")


def test_gnu_hash_that_covers_nothing(tmp_path: Path) -> None:
    """If a file defines no symbol, its hash table is empty, and only relocations show how many symbols it needs."""
    path = compiled(tmp_path, "extern void far(void); static void *at = far; __attribute__((constructor)) static "
                    "void f(void) { ((void (*)(void))at)(); }", "-nostdlib", "-Wl,--hash-style=gnu")  # fmt: skip
    assert "far" in {symbol.name for symbol in read(path).undefined}


def test_filters_and_packed_relocations(tmp_path: Path) -> None:
    """Libraries that are loaded without DT_NEEDED, and relocations that only new loaders know, must be seen."""
    assert not read(compiled(tmp_path, MODULE, "-lm")).packed_relocations
    needs = read(compiled(tmp_path, MODULE, "-Wl,--no-as-needed", "-lm", "-Wl,--filter=libfar.so.1"))
    assert set(needs.needed) == {"libm.so.6", "libc.so.6", "libfar.so.1"}
    source = "static int one; int *two[] = {&one, &one, &one};"
    packed = read(compiled(tmp_path, source, "-Wl,--no-as-needed", "-lc", "-Wl,-z,pack-relative-relocs"))
    if not any(version.version == "GLIBC_ABI_DT_RELR" for version in packed.versions):
        pytest.skip("this linker packs no relocations")
    assert packed.packed_relocations


@pytest.mark.parametrize("model", ["initial-exec", "global-dynamic"])
def test_thread_local_storage(model: str, tmp_path: Path) -> None:
    """A module with initial-exec storage does not load on Alpine: musl refuses it, as its own answer says."""
    source = f'__thread int counter __attribute__((tls_model("{model}"))); int bump(void) {{ return ++counter; }}'
    assert read(compiled(tmp_path, source)).initial_exec is (model == "initial-exec")


def test_old_search_path_and_libpython(tmp_path: Path) -> None:
    """RPATH and RUNPATH have different effects; no wheel may be linked to libpython."""
    (tmp_path / "python").mkdir()
    library = compiled(tmp_path / "python", "int x;", "-Wl,-soname,libpython3.12.so.1.0")
    path = compiled(
        tmp_path, "int y;", "-Wl,--no-as-needed", str(library), "-Wl,--disable-new-dtags", "-Wl,-rpath,/a:/b"
    )
    needs = read(path)
    assert (needs.rpath, needs.runpath, needs.libpython) == ("/a:/b", None, "libpython3.12.so.1.0")


@pytest.mark.parametrize("level", [2, 3, 4])
def test_levels_of_x86_64(level: int, tmp_path: Path) -> None:
    """glibc refuses code that needs x86-64-v3 on older processors; no tag says so."""
    if os.uname().machine != "x86_64":
        pytest.skip("not an x86_64 machine")
    options = (f"-march=x86-64-v{level}", "-Wa,-mx86-used-note=yes", f"-Wl,-z,x86-64-v{level}")
    needs = read(compiled(tmp_path, "int f(int x) { return x; }", *options))
    assert needs.x86_isa_needed == level


FLOATS = {"arm-linux-gnueabihf-gcc": "hard", "arm-linux-gnueabi-gcc": "soft"}


@pytest.mark.parametrize("compiler", FLOATS)
def test_float_abi_of_arm(compiler: str, tmp_path: Path) -> None:
    """The tag ``linux_armv7l`` does not say the float ABI, and code that mixes both ABIs crashes."""
    needs = read(compiled(tmp_path, "double f(double x) { return x; }", "-nostdlib", compiler=compiler))
    assert (needs.architecture, needs.bits, needs.float_abi) == ("arm", 32, FLOATS[compiler])
    assert dict(needs.arm_attributes)[6] >= 3  # Tag_CPU_arch


def test_values(tmp_path: Path) -> None:
    """Answers must pickle for other processes, and be JSON for other programs."""
    needs = read(compiled(tmp_path, MODULE, "-lm"))
    assert pickle.loads(pickle.dumps(needs)) == needs  # noqa: S301 - our own
    assert hash(pickle.loads(pickle.dumps(needs))) == hash(needs)  # noqa: S301 - our own
    data = json.loads(json.dumps(needs.to_data()))
    assert data["versions"][0] == asdict(needs.versions[0])
    assert set(data) == set(Binary.__dataclass_fields__)
    assert NeededVersion(**data["versions"][0]) == needs.versions[0]
    with pytest.raises(FrozenInstanceError):
        needs.name = "b"  # type: ignore[misc]


def test_no_elf_file() -> None:
    """A user must learn which file is wrong, and what is wrong with it."""
    with pytest.raises(InvalidBinary) as caught:
        read_elf(io.BytesIO(b"#!/bin/sh\n"), "demo/run.so")
    assert str(caught.value) == "invalid binary 'demo/run.so': it does not begin with the ELF magic number"
    assert isinstance(caught.value, (ManytagsError, ValueError))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own


def test_debug_information_alone() -> None:
    """A wheel may bundle what ``objcopy --only-keep-debug`` writes, which is neither damaged nor code."""
    data = bytearray(X86_64)
    image = Image(io.BytesIO(bytes(data)), "a.so")
    at = int.from_bytes(data[32:40], "little")
    for number, segment in enumerate(image.segments):
        if segment.kind in {PT_LOAD, PT_DYNAMIC}:
            data[at + 56 * number + 32 : at + 56 * number + 40] = bytes(8)  # p_filesz
    debug = read_elf(io.BytesIO(bytes(data)), "a.debug")
    assert (debug.kind, debug.needed, debug.versions) == ("debug information", (), ())


def test_whole_pages_are_mapped() -> None:
    """patchelf leaves tables after the end of a segment, in its last page, where loaders read them and we must too."""
    data = bytearray(X86_64)
    image = Image(io.BytesIO(bytes(data)), "a.so")
    place, first = next((place, each) for place, each in enumerate(image.segments) if each.kind == PT_LOAD)
    size = first.file_size - 64
    at = int.from_bytes(data[32:40], "little") + 56 * place
    data[at + 32 : at + 48] = 2 * size.to_bytes(8, "little")  # p_filesz and p_memsz end inside the relocations
    assert read_elf(io.BytesIO(bytes(data)), "a.so") == read_elf(io.BytesIO(X86_64), "a.so")
    data[at + 40 : at + 48] = (size + 8).to_bytes(8, "little")  # now zeros follow
    with pytest.raises(InvalidBinary):
        read_elf(io.BytesIO(bytes(data)), "a.so")
