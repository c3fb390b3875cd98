"""Mach-O and PE files: real ones are read as lief reads them, and every fact that a verdict needs is read."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
from pathlib import Path

import pytest

from manytags.binaries.binary import Binary, Floor, UndefinedSymbol
from manytags.binaries.macho import is_macho, read_macho
from manytags.binaries.pe import read_pe
from manytags.errors import InvalidBinary

from . import made_macho, made_pe
from .lief_peer import Answer, ours
from .made_macho import ARM64, ARM64E, DYLIB, EXECUTE, PPC, SYSTEM, X86_64, build_version, fat, library, macho
from .made_pe import pe

CUT = Path(__file__).parent / "cut"
ANSWERS: dict[str, list[Answer]] = json.loads((CUT / "lief.json").read_text(encoding="utf-8"))


def read(data: bytes, symbols: bool = True) -> tuple[Binary, ...]:
    """Read a file of either format."""
    stream = io.BytesIO(data)
    return (read_pe(stream, "a", symbols),) if data.startswith(b"MZ") else read_macho(stream, "a", symbols)


def one(data: bytes) -> Binary:
    """Read a file of one slice."""
    (binary,) = read(data)
    return binary


def test_every_small_file_has_an_answer() -> None:
    """A file without an answer would be compared with nothing."""
    assert {path.stem for path in CUT.glob("*.gz")} == set(ANSWERS)
    assert len(ANSWERS) >= 13


@pytest.mark.parametrize("name", ANSWERS)
def test_as_lief(name: str) -> None:
    """Each field of each slice of a real file must be what an independent reader finds."""
    data = gzip.decompress((CUT / f"{name}.gz").read_bytes())
    mine = [json.loads(json.dumps(ours(binary))) for binary in read(data)]
    assert mine == ANSWERS[name]
    headers = read(data, symbols=False)
    assert [(each.machine, each.kind, each.floors) for each in headers] == [
        (each.machine, each.kind, each.floors) for each in read(data)
    ]


def test_values_of_a_macos_module() -> None:
    """The floor, the libraries and the modules decide whether a macOS tag is true."""
    commands = [
        build_version(1, 0x0D0301),
        library(SYSTEM),
        library("@rpath/libqux.1.dylib", made_macho.WEAK_DYLIB),
        library("/usr/lib/libc++.1.dylib", made_macho.REEXPORT_DYLIB),
        library("@loader_path/up.dylib", made_macho.UPWARD_DYLIB),
        made_macho.text_command(0x8000001C, "@loader_path/../lib"),
    ]
    undefined = [("_PyList_New", 0xFE00), ("_sin", 0x100), ("_qux", 0x240), ("dyld_stub_binder", 0x100)]
    binary = one(macho(commands=commands, undefined=undefined, exported=["_PyInit_demo"]))
    assert (binary.architecture, binary.kind, binary.modules) == ("arm64", "bundle", ("demo",))
    assert binary.floors == (Floor("macOS", (13, 3, 1), (15, 0, 0)),)
    assert dict(zip(binary.needed, map(str, binary.needed_as), strict=True)) == {
        SYSTEM: "required",
        "@rpath/libqux.1.dylib": "weak",
        "/usr/lib/libc++.1.dylib": "re-exported",
        "@loader_path/up.dylib": "upward",
    }
    assert binary.search_paths == ("@loader_path/../lib",)
    assert binary.signed is False
    assert binary.undefined == (
        UndefinedSymbol("PyList_New", None, None, False),
        UndefinedSymbol("sin", SYSTEM, None, False),
        UndefinedSymbol("qux", "@rpath/libqux.1.dylib", None, True),
        UndefinedSymbol("dyld_stub_binder", SYSTEM, None, False),
    )
    assert pickle.loads(pickle.dumps(binary)) == binary  # noqa: S301 - our own
    assert json.loads(json.dumps(binary.to_data()))["floors"][0]["system"] == "macOS"


@pytest.mark.parametrize(
    ("commands", "cpu", "floors"),
    [
        ([struct.pack("<4I", 0x24, 16, 0x0A0900, 0x0A0E00)], X86_64, ["macOS 10.9"]),
        ([struct.pack("<4I", 0x25, 16, 0x0D0000, 0x0D0000)], ARM64, ["iOS 13.0"]),
        ([struct.pack("<4I", 0x25, 16, 0x0D0000, 0x0D0000)], X86_64, ["iOS simulator 13.0"]),
        ([build_version(7, 0x0D0000)], ARM64, ["iOS simulator 13.0"]),
        ([build_version(1, 0x0B0000), build_version(6, 0x0E0000)], ARM64, ["macOS 11.0", "Mac Catalyst 14.0"]),
        ([build_version(99, 0x010000)], ARM64, ["platform 99 1.0"]),
        ([], PPC, []),
    ],
    ids=["old command", "old iOS", "old simulator", "simulator", "two systems", "unknown", "none"],
)
def test_systems(commands: list[bytes], cpu: tuple[int, int], floors: list[str]) -> None:
    """Code for a simulator or for a newer system must not pass for what a tag says."""
    floor = one(macho(cpu, commands=commands)).floors
    assert [f"{each.system} {each.version[0]}.{each.version[1]}" for each in floor] == floors


def test_slices() -> None:
    """A wheel for two processors is false if a file is for one of them only, so each slice is an answer."""
    data = [(X86_64, macho(X86_64)), (ARM64, macho(kind=DYLIB, commands=[library("@rpath/a", 0xD)], exported=[]))]
    for wide in (False, True):
        first, second = read(fat(data, wide))
        assert (first.architecture, first.kind, first.modules) == ("x86_64", "bundle", ("demo",))
        assert (second.architecture, second.kind, second.soname) == ("arm64", "shared object", "@rpath/a")
    assert [each.architecture for each in read(fat([(ARM64E, macho(ARM64E))]))] == ["arm64e"]


def test_a_slice_that_the_count_leaves_out() -> None:
    """The loader takes an arm64 slice after the last one that the header counts, though no other reader sees it."""
    data = bytearray(fat([(X86_64, macho(X86_64)), (ARM64, macho())]))
    data[7] = 1
    assert [each.architecture for each in read(bytes(data))] == ["x86_64", "arm64"]


def test_libraries_of_object_files() -> None:
    """A library for linkers is a fat file too, and is no reason to refuse a wheel."""
    binaries = read(fat([(X86_64, b"!<arch>\n"), (ARM64, b"\xde\xc0\x17\x0b1234")]))
    assert [(each.architecture, each.kind) for each in binaries] == [
        ("x86_64", "object file"),
        ("arm64", "object file"),
    ]


def test_java_is_not_macos() -> None:
    """Java's class files begin with the same four bytes, and wheels with Java are honest."""
    assert not is_macho(bytes.fromhex("cafebabe0000003400 1d0a0006".replace(" ", "")))
    assert not is_macho(bytes.fromhex("cafebabeffff003d001d0a0006"))
    assert is_macho(fat([(ARM64, macho())])[:16])
    assert is_macho(macho()[:16])


def test_new_form_of_libraries() -> None:
    """Apple's newest linkers say in flags how a library is loaded."""
    command = struct.pack("<7I", 0xC, 40, 28, 0x1A741800, 0, 0, 1) + b"liba.dylib\0\0"
    binary = one(macho(commands=[command]))
    assert (binary.needed, list(map(str, binary.needed_as))) == (("liba.dylib",), ["weak"])


def test_names_that_no_library_must_define() -> None:
    """Symbols of the main program, and of files without two levels of names, are of no library."""
    binary = one(macho(undefined=[("_PyErr_Clear", 0xFF00), ("_own", 0x0000)]))
    assert {symbol.library for symbol in binary.undefined} == {None}
    flat = one(macho(kind=EXECUTE, undefined=[("_PyErr_Clear", 0x100)], flags=0x5, exported=[]))
    assert [symbol.library for symbol in flat.undefined] == [None]


def test_values_of_a_windows_module() -> None:
    """The machine, the DLLs and the modules decide whether a Windows tag is true."""
    imports: dict[str, list[str | int]] = {"python312.dll": ["PyList_New"], "WS2_32.dll": [17]}
    data = pe(imports=imports, delayed={"qux.dll": ["Qux"]}, exported=["PyDemo_New", "PyInit_demo"])
    binary = one(data)
    assert (binary.architecture, binary.bits, binary.kind) == ("amd64", 64, "shared object")
    assert (binary.modules, binary.defined, binary.soname) == (("demo",), ("PyDemo_New",), "demo.pyd")
    assert dict(zip(binary.needed, map(str, binary.needed_as), strict=True)) == {
        "python312.dll": "required",
        "WS2_32.dll": "required",
        "qux.dll": "lazy",
    }
    assert [(symbol.library, symbol.name) for symbol in binary.undefined] == [
        ("python312.dll", "PyList_New"),
        ("WS2_32.dll", "#17"),
        ("qux.dll", "Qux"),
    ]
    assert (binary.signed, binary.managed, binary.floors) == (False, False, ())


def test_forwarded_exports() -> None:
    """A function that another DLL has in its place is a need, though no table of imports has it."""
    binary = one(pe(exported=[], forwarded={"PyInit_demo": "_demo.PyInit_demo"}))
    assert binary.modules == ("demo",)
    assert ("_demo.dll", "PyInit_demo") in {(symbol.library, symbol.name) for symbol in binary.undefined}


@pytest.mark.parametrize(
    ("data", "architecture"),
    [
        (pe(made_pe.X86), "x86"),
        (pe(made_pe.ARM64), "arm64"),
        (pe(made_pe.AMD64, chpe=True), "arm64ec"),
        (pe(made_pe.ARM64, chpe=True), "arm64x"),
        (pe(made_pe.X86, clr=1), "any"),
        (pe(made_pe.X86, clr=1 | 2), "x86"),
        (pe(made_pe.X86, clr=1 | 2 | 0x20000), "any"),
        (pe(0x5064), "machine 0x5064"),
    ],
    ids=["x86", "arm64", "arm64ec", "arm64x", "net", "net for x86", "net, rather x86", "unknown"],
)
def test_processors_of_windows(data: bytes, architecture: str) -> None:
    """ARM64EC says in its header that it is for x86-64, and .NET that it is for x86; neither tells which Python."""
    assert one(data).architecture == architecture


def test_kinds_of_windows_files() -> None:
    """Programs and drivers are not imported, whatever they are for."""
    assert one(pe(dll=False)).kind == "executable"
    assert one(pe(subsystem=1)).kind == "driver"
    assert one(pe(subsystem=10)).kind == "EFI program"


@pytest.mark.parametrize("data", [b"MZ" + bytes(80), b"MZ" + bytes(58) + b"\x40\0\0\0" + b"NE" + bytes(30)])
def test_dos_is_not_windows(data: bytes) -> None:
    """A user must learn that a file is no program for Windows."""
    with pytest.raises(InvalidBinary, match="invalid binary 'a': a program for DOS"):
        read(data)
