"""Where the loaders of macOS and Windows find the libraries of a wheel, and what that means for its tags."""

from __future__ import annotations

import io

import pytest

from manytags import InvalidBinary, WheelAudit, audit
from manytags.audits.claims import Scope
from manytags.audits.foreign import ForeignFile
from manytags.audits.foreign_linking import ForeignLinking
from manytags.binaries.binary import BUNDLE, EXECUTABLE, SHARED_OBJECT, Binary, NeededAs

from ..binaries.made_macho import BUNDLE as BUNDLE_TYPE
from ..binaries.made_macho import DYLIB, EXECUTE, SIGNED, SYSTEM, build_version, library, macho
from ..binaries.made_pe import X86, pe
from .made_wheels import made_wheel

C, D = "demo/_c.abi3.so", "demo/sub/_d.abi3.so"
QUX = "demo/lib/libqux.dylib"
CPY, PYD = "cp312-cp312", "demo/_c.cp312-win_amd64.pyd"


def mac(
    name: str, *needed: str, rpaths: tuple[str, ...] = (), soname: str | None = None, weak: bool = False
) -> ForeignFile:
    """A file for macOS."""
    kind = BUNDLE if name.endswith(".so") else SHARED_OBJECT if name.endswith(".dylib") else EXECUTABLE
    needed_as = (NeededAs.WEAK if weak else NeededAs.REQUIRED,) * len(needed)
    binary = Binary(name, "Mach-O", "arm64", 0x0100000C, 64, "little", kind, needed=needed, needed_as=needed_as,
                    search_paths=rpaths, soname=soname)  # fmt: skip
    return ForeignFile(name, "macOS", name.endswith(".so"), (binary,))


def windows(name: str, *needed: str) -> ForeignFile:
    """A file for Windows."""
    kind = EXECUTABLE if name.endswith(".exe") else SHARED_OBJECT
    binary = Binary(name, "PE", "amd64", 0x8664, 64, "little", kind, needed=needed,
                    needed_as=(NeededAs.REQUIRED,) * len(needed))  # fmt: skip
    return ForeignFile(name, "Windows", name.endswith(".pyd"), (binary,))


FOUND = {
    "@loader_path": (mac(C, "@loader_path/lib/libqux.dylib"), mac(QUX)),
    "@loader_path, up": (mac(D, "@loader_path/../lib/libqux.dylib"), mac(QUX)),
    "an own LC_RPATH": (mac(C, "@rpath/libqux.dylib", rpaths=("@loader_path/lib",)), mac(QUX)),
    "the second LC_RPATH": (mac(C, "@rpath/libqux.dylib", rpaths=("/opt", "@loader_path/lib/")), mac(QUX)),
    "a framework": (
        mac(C, "@rpath/Q.framework/Versions/A/Q", rpaths=("@loader_path",)),
        mac("demo/Q.framework/Versions/A/Q"),
    ),
    "a file of data": (
        mac(C, "@loader_path/../../../libqux.dylib"),
        mac("demo-1.0.data/data/lib/libqux.dylib"),
    ),
    "a program's folder": (mac("demo/run", "@executable_path/lib/libqux.dylib"), mac(QUX)),
    "a program's LC_RPATH": (
        mac("demo/run", "@rpath/libqux.dylib", rpaths=("@executable_path/lib",)),
        mac(QUX),
    ),
    "beside": (windows("demo/_c.pyd", "QUX.dll"), windows("demo/qux.dll")),
    "beside a program": (windows("demo/run.exe", "qux.dll"), windows("demo/qux.dll")),
    "delvewheel's folder": (windows("demo/_c.pyd", "qux.dll"), windows("demo.libs/qux.dll")),
}
NOT_FOUND = {
    "the same name elsewhere": (mac(C, "@loader_path/libqux.dylib"), mac(QUX)),
    "no LC_RPATH": (mac(C, "@rpath/libqux.dylib"), mac("demo/libqux.dylib")),
    "an LC_RPATH elsewhere": (mac(C, "@rpath/libqux.dylib", rpaths=("@loader_path/other",)), mac(QUX)),
    "a folder of the interpreter": (mac(C, "@executable_path/lib/libqux.dylib"), mac(QUX)),
    "a name without a folder": (mac(C, "libqux.dylib"), mac("demo/libqux.dylib")),
    "an absolute path": (mac(C, "/usr/local/lib/libqux.dylib"), mac(QUX)),
    "another folder": (windows("demo/_c.pyd", "qux.dll"), windows("demo/other/qux.dll")),
    "a folder like delvewheel's, deeper": (windows("demo/_c.pyd", "qux.dll"), windows("demo/demo.libs/qux.dll")),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_found(name: str) -> None:
    """A library that the loader takes from the wheel is loaded with the module, and is judged with it."""
    user, library = FOUND[name]
    linking = ForeignLinking([user, library], python_loads=False)
    assert list(linking.users()) == [(user.name, library.name)]
    assert linking.loaded == ({user.name, library.name} if user.is_module else set())
    assert linking.unreached == []


@pytest.mark.parametrize("name", NOT_FOUND)
def test_what_is_not_found(name: str) -> None:
    """A file of the same name elsewhere must not count as loaded: the import fails, or takes another file."""
    user, library = NOT_FOUND[name]
    linking = ForeignLinking([user, library], python_loads=False)
    assert (list(linking.users()), linking.loaded) == ([], {user.name})
    needed = user.slices[0].needed[0]
    assert linking.unreached == ([] if needed.startswith("/") else [(user.name, needed, library.name, False)])


def test_folders_of_the_files_that_loaded_it() -> None:
    """dyld searches the LC_RPATH of all files that led to a library: scipy's and torch's libraries rely on it."""
    a, b = mac("demo/lib/liba.dylib", "@rpath/libb.dylib"), mac("demo/lib/libb.dylib")
    module = mac(C, "@rpath/liba.dylib", rpaths=("@loader_path/lib",))
    linking = ForeignLinking([b, a, module], python_loads=False)
    assert linking.loaded == {C, a.name, b.name}
    assert linking.unreached == []
    assert ForeignLinking([b, a], python_loads=False).unreached == [(a.name, "@rpath/libb.dylib", b.name, False)]


def test_what_is_loaded_before() -> None:
    """dyld takes what is loaded under an install name, and Windows what is loaded under a base name."""
    library = mac(QUX, soname="@rpath/libqux.dylib")
    first, second = mac(C, "@loader_path/lib/libqux.dylib"), mac(D, "@rpath/libqux.dylib")
    linking = ForeignLinking([first, second, library], python_loads=False)
    assert (D, QUX) in linking.users()
    assert linking.unreached == [(D, "@rpath/libqux.dylib", QUX, True)]
    assert (D, QUX) in ForeignLinking([second, library], python_loads=True).users()
    assert (D, QUX) not in ForeignLinking([second, library], python_loads=False).users()
    assert (D, QUX) not in ForeignLinking([second, mac(QUX, soname="libqux.dylib")], python_loads=True).users()
    pyd, dll = windows("demo/_c.pyd", "qux.dll"), windows("demo/other/qux.dll")
    linking = ForeignLinking([pyd, dll], python_loads=True)
    assert (linking.loaded, linking.unreached) == ({pyd.name, dll.name}, [])


def test_what_need_not_be_there() -> None:
    """A weak library may be missing, or for another processor."""
    assert ForeignLinking([mac(C, "@loader_path/lib/libqux.dylib", weak=True), mac(QUX)]).loaded == {C}


def audited(tags: str, files: dict[str, bytes]) -> WheelAudit:
    """Audit a wheel of these files."""
    name = f"demo-1.0-{tags}.whl"
    return audit(io.BytesIO(made_wheel(name, files)), name)


def test_dlls_in_a_folder_that_python_code_adds() -> None:
    """A module with a DLL for x86 fails if the wheel's code adds its folder, and does not find the DLL otherwise."""
    files = {PYD: pe(imports={"qux.dll": ["q"]}), "demo/dlls/qux.dll": pe(X86), "demo/__init__.py": b"pass"}
    quiet = audited(f"{CPY}-win_amd64", files)
    assert not quiet.is_false
    text = f"{PYD}: not found: needs qux.dll, and no search path leads to demo/dlls/qux.dll"
    assert text in map(str, quiet.remarks)
    adds = audited(f"{CPY}-win_amd64", {**files, "demo/__init__.py": b"os.add_dll_directory(there)"})
    (claim,) = (claim for claim in adds.claims if claim.is_false)
    assert [str(reason) for reason in claim.reasons] == ["demo/dlls/qux.dll: architecture x86 (allowed: amd64)"]


def scope(tags: str, files: dict[str, bytes]) -> tuple[Scope, tuple[str, ...]]:
    """Return which part of a wheel its only false claim is false for."""
    (claim,) = (claim for claim in audited(tags, files).claims if claim.is_false)
    return claim.scope, claim.false_for


def macho_of(minimum: int, *needed: str, kind: int = BUNDLE_TYPE) -> bytes:
    """A file for arm64 that declares a version of macOS."""
    commands = [build_version(1, minimum), library(SYSTEM), *map(library, needed), SIGNED]
    commands += [library("@rpath/libqux.dylib", 0xD)] if kind == DYLIB else []
    return macho(kind=kind, commands=commands, exported=["_PyInit__c"] if kind == BUNDLE_TYPE else [])


OLD, NEW = 0x0B0000, 0x0D0000
LIBRARY = "@loader_path/.dylibs/libqux.dylib"
MODULE, OTHER, DYLIB_PATH = (
    "demo/_c.cpython-312-darwin.so",
    "demo/_d.cpython-312-darwin.so",
    "demo/.dylibs/libqux.dylib",
)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({MODULE: macho_of(NEW)}, (Scope.WHOLE, ())),
        ({MODULE: macho_of(OLD), OTHER: macho_of(NEW)}, (Scope.MODULES, (OTHER,))),
        (
            {MODULE: macho_of(OLD, LIBRARY), OTHER: macho_of(OLD), DYLIB_PATH: macho_of(NEW, kind=DYLIB)},
            (Scope.MODULES, (MODULE,)),
        ),
        ({MODULE: macho_of(OLD), DYLIB_PATH: macho_of(NEW, kind=DYLIB)}, (Scope.OPTIONAL, ())),
        (
            {MODULE: macho_of(OLD, LIBRARY), "demo/other/libqux.dylib": macho_of(NEW, kind=DYLIB)},
            (Scope.OPTIONAL, ()),
        ),
        ({MODULE: macho_of(OLD), "demo/run": macho_of(NEW, kind=EXECUTE)}, (Scope.OPTIONAL, ())),
        ({"demo/a": macho_of(OLD, kind=EXECUTE), "demo/b": macho_of(NEW, kind=EXECUTE)}, (Scope.FILES, ("demo/b",))),
    ],
    ids=["a module", "one of two", "by a library", "a plug-in", "of the same name", "a program", "no modules"],
)
def test_scopes_of_macos(files: dict[str, bytes], expected: tuple[Scope, tuple[str, ...]]) -> None:
    """A wheel that can be imported, but for an optional helper, must be told from one that cannot."""
    assert scope(f"{CPY}-macosx_11_0_arm64", files) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({PYD: pe(X86)}, (Scope.WHOLE, ())),
        ({PYD: pe(imports={"qux.dll": ["q"]}), "demo/qux.dll": pe(X86)}, (Scope.WHOLE, ())),
        (
            {PYD: pe(imports={"qux.dll": ["q"]}), "demo/_d.pyd": pe(), "demo/qux.dll": pe(X86)},
            (Scope.MODULES, (PYD,)),
        ),
        ({PYD: pe(), "demo/_d.pyd": pe(X86)}, (Scope.MODULES, ("demo/_d.pyd",))),
        ({"demo/run.exe": pe(X86, dll=False)}, (Scope.WHOLE, ())),
        ({"demo/other.so": macho_of(OLD)}, (Scope.WHOLE, ())),
    ],
    ids=["a module", "by a DLL", "one of two", "another machine", "a program", "another system"],
)
def test_scopes_of_windows(files: dict[str, bytes], expected: tuple[Scope, tuple[str, ...]]) -> None:
    """A wheel that can be imported, but for one module, must be told from one that cannot."""
    assert scope(f"{CPY}-win_amd64", files) == expected


def test_files_that_lead_to_each_other_in_many_ways() -> None:
    """Each way to a library has other folders to search: a hostile wheel has more ways than anybody can follow."""
    count = 1000
    names = [f"{number}/{number}.so" for number in range(count + 2)]
    files = [
        mac(f"demo/{name}", *(f"@rpath/{other}" for other in others), rpaths=("@loader_path", "@loader_path/.."))
        for name, *others in zip(names, names[1:], names[2:], strict=False)
    ]
    with pytest.raises(InvalidBinary, match="far more libraries"):
        ForeignLinking(files)
    same = [windows(f"demo/{number}/a.dll", *["a.dll"] * 10) for number in range(count)]
    with pytest.raises(InvalidBinary, match="far more libraries"):
        ForeignLinking(same)
