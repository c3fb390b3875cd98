"""The tags of macOS, iOS and Windows wheels: which are true, and what contradicts the others."""

from __future__ import annotations

import hashlib
import io

import pytest

from manytags import InvalidBinary, InvalidWheel, WheelAudit, audit

from ..binaries.made_macho import (
    ARM64,
    BUNDLE,
    DYLIB,
    EXECUTE,
    SIGNED,
    SYSTEM,
    X86_64,
    build_version,
    fat,
    library,
    macho,
    text_command,
)
from ..binaries.made_pe import AMD64, X86, pe
from ..binaries.made_pe import ARM64 as WIN_ARM64
from .made_wheels import X86_64 as X86_64_LINUX
from .made_wheels import made_wheel

MODULE, PLAIN, PYD = "demo/_c.cpython-312-darwin.so", "demo/_c.so", "demo/_c.cp312-win_amd64.pyd"


def code(
    cpu: tuple[int, int] = ARM64,
    minimum: int = 0x0B0000,
    platform: int = 1,
    *needed: str,
    kind: int = BUNDLE,
    signed: bool = True,
    undefined: tuple[str, ...] = (),
) -> bytes:
    """Make one slice."""
    commands = [build_version(platform, minimum), *map(library, [SYSTEM, *needed])]
    commands += [SIGNED] if signed else []
    commands += [library("@rpath/libqux.dylib", 0xD)] if kind == DYLIB else []
    exported = ["_PyInit__c"] if kind == BUNDLE else []
    return macho(cpu, kind, commands=commands, exported=exported, undefined=[(name, 0xFE00) for name in undefined])


def both(minimum: int = 0x0A0900, arm: int = 0x0B0000, *needed: str) -> bytes:
    """Make a file for both processors."""
    return fat([(X86_64, code(X86_64, minimum, 1, *needed)), (ARM64, code(ARM64, arm, 1, *needed))])


def audited(tags: str, files: dict[str, bytes]) -> WheelAudit:
    """Audit a wheel of these files."""
    name = f"demo-1.0-{tags}.whl"
    return audit(io.BytesIO(made_wheel(name, files)), name)


def false(tags: str, files: dict[str, bytes]) -> dict[str, list[str]]:
    """List the false tags of a wheel, each with its reasons."""
    answer = audited(tags, files)
    assert all(claim.is_false or claim.verdict == "true" for claim in answer.claims), answer.claims
    return {claim.tag: [str(reason) for reason in claim.reasons] for claim in answer.claims if claim.is_false}


CP312 = "cp312-cp312"
QUX = "demo/.dylibs/libqux.dylib"

TRUE = {
    "arm64": (f"{CP312}-macosx_11_0_arm64", {MODULE: code()}),
    "arm64 of an older tag": (f"{CP312}-macosx_10_9_universal2", {MODULE: both()}),
    "a minor version of macOS 13": (f"{CP312}-macosx_14_0_arm64", {MODULE: code(minimum=0x0D0300)}),
    "unsigned x86-64": (f"{CP312}-macosx_10_9_x86_64", {MODULE: code(X86_64, 0x0A0900, signed=False)}),
    "both, in a wheel for one": (f"{CP312}-macosx_11_0_arm64", {MODULE: both()}),
    "a program": ("py3-none-macosx_11_0_arm64", {"demo-1.0.data/scripts/run": code(kind=EXECUTE)}),
    "a helper for one": (
        f"{CP312}-macosx_10_9_universal2",
        {MODULE: both(), "demo/helper": code(X86_64, 0x0A0900, kind=EXECUTE)},
    ),
    "iOS": (f"{CP312}-ios_13_0_arm64_iphoneos", {"demo/_c.so": code(minimum=0x0D0000, platform=2, signed=False)}),
    "a simulator on Arm": (
        f"{CP312}-ios_13_0_arm64_iphonesimulator",
        {"demo/_c.so": code(minimum=0x0E0000, platform=7)},
    ),
    "amd64": (f"{CP312}-win_amd64", {PYD: pe(exported=["PyInit__c"])}),
    "ARM64X": (f"{CP312}-win_arm64", {"demo/_c.pyd": pe(WIN_ARM64, chpe=True), "demo/a.dll": pe(WIN_ARM64)}),
    "code of .NET": (f"{CP312}-win_amd64", {PYD: pe(), "demo/net.dll": pe(X86, clr=1)}),
    "a helper for x86": (f"{CP312}-win_amd64", {PYD: pe(), "demo/helper.exe": pe(X86, dll=False)}),
    "a DLL for each machine": (
        f"{CP312}-win_amd64",
        {PYD: pe(imports={"QUX.dll": ["q"]}), "x64/qux.dll": pe(), "x86/qux.dll": pe(X86)},
    ),
    "the stable ABI of Windows": (
        "cp38-abi3-win_amd64",
        {"demo/_c.pyd": pe(imports={"python3.dll": ["PyList_New", "PyErr_SetFromWindowsErr"]})},
    ),
    "the stable ABI of macOS": (
        "cp38-abi3-macosx_11_0_arm64",
        {"demo/_c.abi3.so": code(undefined=("_PyList_New",))},
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_tags(name: str) -> None:
    """A wheel that loads must not be called false."""
    assert not false(*TRUE[name])


FALSE = {
    "a newer macOS": (
        f"{CP312}-macosx_13_0_arm64",
        {MODULE: code(minimum=0x0D0500)},
        {"macosx_13_0_arm64": [f"{MODULE}: system version declares macOS 13.5, on arm64"]},
        ("macosx_14_0_arm64",),
    ),
    "a newer macOS in one slice": (
        f"{CP312}-macosx_10_9_universal2",
        {MODULE: both(0x0A0D00)},
        {"macosx_10_9_universal2": [f"{MODULE}: system version declares macOS 10.13, on x86_64"]},
        ("macosx_10_13_universal2",),
    ),
    "a library for one processor": (
        f"{CP312}-macosx_10_9_universal2",
        {
            MODULE: both(0x0A0900, 0x0B0000, "@loader_path/.dylibs/libqux.dylib"),
            QUX: code(X86_64, 0x0A0900, kind=DYLIB),
        },
        {"macosx_10_9_universal2": [f"{QUX}: architecture x86_64 without arm64 (allowed: x86_64)"]},
        ("macosx_10_9_x86_64",),
    ),
    "the other processor": (
        f"{CP312}-macosx_11_0_arm64",
        {MODULE: code(X86_64)},
        {"macosx_11_0_arm64": [f"{MODULE}: architecture x86_64 without arm64 (allowed: x86_64)"]},
        ("macosx_11_0_x86_64",),
    ),
    "a program for the other processor": (
        "py3-none-macosx_11_0_arm64",
        {"demo/run": code(X86_64, kind=EXECUTE)},
        {"macosx_11_0_arm64": ["demo/run: architecture x86_64 without arm64 (allowed: x86_64)"]},
        ("macosx_11_0_x86_64",),
    ),
    "no signature": (
        f"{CP312}-macosx_11_0_arm64",
        {MODULE: code(signed=False)},
        {"macosx_11_0_arm64": [f"{MODULE}: signature no signature, without which macOS refuses arm64 code"]},
        (),
    ),
    "a simulator": (
        f"{CP312}-ios_13_0_arm64_iphoneos",
        {PLAIN: code(minimum=0x0D0000, platform=7)},
        {"ios_13_0_arm64_iphoneos": [f"{PLAIN}: system for iOS simulator, on arm64 (allowed: iOS)"]},
        ("ios_13_0_arm64_iphonesimulator",),
    ),
    "iOS in a macOS wheel": (
        f"{CP312}-macosx_11_0_arm64",
        {PLAIN: code(minimum=0x0D0000, platform=2)},
        {"macosx_11_0_arm64": [f"{PLAIN}: system for iOS, on arm64 (allowed: macOS)"]},
        ("ios_13_0_arm64_iphoneos",),
    ),
    "another Python": (
        f"{CP312}-macosx_11_0_arm64",
        {"demo/_c.cpython-311-darwin.so": code()},
        {
            tag: ["demo/_c.cpython-311-darwin.so: extension module loaded by CPython 3.11 only (allowed: cp312)"]
            for tag in ("cp312",)
        },
        ("macosx_11_0_arm64",),
    ),
    "only modules for Windows": (
        f"{CP312}-macosx_11_0_arm64",
        {PYD: pe(), "demo/run": code(kind=EXECUTE)},
        {"macosx_11_0_arm64": [f"{PYD}: extension module for Windows"]},
        ("win_amd64",),
    ),
    "only modules for macOS": (
        f"{CP312}-manylinux_2_17_x86_64",
        {MODULE: code()},
        {"manylinux_2_17_x86_64": [f"{MODULE}: extension module for macOS"]},
        ("macosx_11_0_arm64",),
    ),
    "only modules for Linux": (
        f"{CP312}-win_amd64",
        {"demo/_c.cpython-312-x86_64-linux-gnu.so": X86_64_LINUX, "demo/a.dll": pe()},
        {"win_amd64": ["demo/_c.cpython-312-x86_64-linux-gnu.so: extension module for x86_64"]},
        (),
    ),
    "a name for Linux": (
        f"{CP312}-macosx_11_0_arm64",
        {"demo/_c.cpython-312-x86_64-linux-gnu.so": code()},
        {"macosx_11_0_arm64": ["demo/_c.cpython-312-x86_64-linux-gnu.so: extension module named for x86_64-linux-gnu"]},
        (),
    ),
    "a name for a simulator": (
        f"{CP312}-ios_13_0_arm64_iphoneos",
        {"demo/_c.cpython-312-iphonesimulator.so": code(minimum=0x0D0000, platform=2)},
        {
            "ios_13_0_arm64_iphoneos": [
                "demo/_c.cpython-312-iphonesimulator.so: extension module named for iphonesimulator"
            ]
        },
        (),
    ),
    "a name for x86": (
        f"{CP312}-win_amd64",
        {"demo/_c.cp312-win32.pyd": pe()},
        {"win_amd64": ["demo/_c.cp312-win32.pyd: extension module named for win32"]},
        (),
    ),
    "one Python's library": (
        "cp38-abi3-macosx_11_0_arm64",
        {"demo/_c.abi3.so": code(ARM64, 0x0B0000, 1, "/Library/Frameworks/Python.framework/Versions/3.12/Python")},
        {
            tag: [f"demo/_c.abi3.so: extension module loaded by CPython 3.12 only (allowed: {tag})"]
            for tag in ("cp38", "abi3")
        },
        ("macosx_11_0_arm64",),
    ),
    "x86 for amd64": (
        f"{CP312}-win_amd64",
        {"demo/_c.pyd": pe(X86)},
        {"win_amd64": ["demo/_c.pyd: architecture x86 (allowed: amd64)"]},
        ("win32",),
    ),
    "ARM64EC": (
        f"{CP312}-win_amd64",
        {PYD: pe(AMD64, chpe=True)},
        {"win_amd64": [f"{PYD}: architecture arm64ec (allowed: amd64)"]},
        (),
    ),
    "a DLL for x86": (
        f"{CP312}-win_amd64",
        {PYD: pe(imports={"qux.dll": ["q"]}), "demo/qux.dll": pe(X86)},
        {"win_amd64": ["demo/qux.dll: architecture x86 (allowed: amd64)"]},
        (),
    ),
    "only helpers for x86": (
        "py3-none-win_amd64",
        {"demo/run.exe": pe(X86, dll=False)},
        {"win_amd64": ["demo/run.exe: architecture x86 (allowed: amd64)"]},
        ("win32",),
    ),
    "a private function": (
        "cp38-abi3-win_amd64",
        {"demo/_c.pyd": pe(imports={"python3.dll": ["_PyList_Extend"]})},
        {"abi3": ["demo/_c.pyd: stable ABI lacks _PyList_Extend"]},
        ("win_amd64",),
    ),
    "a newer function": (
        "cp38-abi3-macosx_11_0_arm64",
        {"demo/_c.abi3.so": code(undefined=("_PyType_GetName",))},
        {"cp38": ["demo/_c.abi3.so: stable ABI of 3.8 lacks PyType_GetName, which 3.11 added"]},
        ("macosx_11_0_arm64",),
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_tags(name: str) -> None:
    """A wheel that fails where its tag says that it loads is called false, with the file and the reason."""
    tags, files, reasons, true_tags = FALSE[name]
    assert false(tags, files) == reasons
    assert audited(tags, files).true_tags == true_tags


@pytest.mark.parametrize(
    ("library", "tag"),
    [("python312.dll", "cp312"), ("python313t.dll", "cp313t"), ("python312_d.dll", "cp312d"), ("python3.dll", "abi3")],
)
def test_what_a_plain_name_does_not_say(library: str, tag: str) -> None:
    """On Windows a file's name need not say which Python it is for; the DLL that it needs does."""
    files = {"demo/_c.pyd": pe(imports={library: ["PyList_New"]})}
    (claim,) = (claim for claim in audited("cp312-none-win_amd64", files).claims if claim.kind == "ABI tag")
    assert claim.true_tags == (tag,)


def test_debug_builds() -> None:
    """A module for debug builds of Python is of no use to others, and a wheel of them is mostly a mistake."""
    debug, tag = "demo/_c_d.cp312-win_amd64.pyd", f"{CP312}-win_amd64"
    files = {debug: pe(imports={"python312_d.dll": ["PyList_New"]})}
    text = f"{debug}: debug build: loaded by CPython 3.12 debug only"
    assert false(tag, files) == {
        "cp312": [f"{debug}: extension module loaded by CPython 3.12 debug only (allowed: cp312)"]
    }
    assert not false("cp312-cp312d-win_amd64", files)
    assert not false(tag, {**files, PYD: pe(imports={"python312.dll": ["PyList_New"]})}), "one is there for each"
    for tags in (tag, "cp312-cp312d-win_amd64"):
        assert [str(remark) for remark in audited(tags, files).remarks] == [text]
    linux = "demo/_c.cpython-312d-x86_64-linux-gnu.so"
    answer = audit(
        made_wheel("demo-1.0-cp312-cp312d-linux_x86_64.whl", {linux: X86_64_LINUX}),
        "demo-1.0-cp312-cp312d-linux_x86_64.whl",
    )
    assert f"{linux}: debug build: loaded by CPython 3.12 debug only" in map(str, answer.remarks)


HELPERS = {
    "another system": (
        f"{CP312}-macosx_11_0_arm64",
        {MODULE: code(), PYD: pe(), "demo/_c.cpython-312-x86_64-linux-gnu.so": X86_64_LINUX},
        [
            "demo/_c.cpython-312-x86_64-linux-gnu.so: chosen at run time: code for Linux, which no tag names",
            f"{PYD}: chosen at run time: code for Windows, which no tag names",
        ],
    ),
    "macOS": (
        f"{CP312}-macosx_10_9_universal2",
        {MODULE: both(), "demo/run": code(X86_64, 0x0A0900, kind=EXECUTE)},
        ["demo/run: chosen at run time: code for x86_64, in a wheel for x86_64 and arm64"],
    ),
    "two tags": (
        f"{CP312}-macosx_10_9_x86_64.macosx_11_0_arm64",
        {MODULE: both(), "demo/run": code(kind=EXECUTE)},
        ["demo/run: chosen at run time: code for arm64, in a wheel for x86_64 and arm64"],
    ),
    "more than the tag": (f"{CP312}-macosx_11_0_arm64", {MODULE: code(), "demo/run": both()}, []),
    "Windows": (
        f"{CP312}-win_amd64",
        {PYD: pe(), "demo/run.exe": pe(X86, dll=False)},
        ["demo/run.exe: chosen at run time: code for x86, in a wheel for amd64"],
    ),
    "ARM64X": (f"{CP312}-win_arm64", {"demo/_c.pyd": pe(WIN_ARM64), "demo/run.exe": pe(WIN_ARM64, chpe=True)}, []),
    ".NET": (f"{CP312}-win_amd64", {PYD: pe(), "demo/net.dll": pe(X86, clr=1)}, []),
}


@pytest.mark.parametrize("name", HELPERS)
def test_helpers_for_some_processors(name: str) -> None:
    """A program that half of the machines cannot run is no reason against a tag, but its maker should know."""
    tags, files, remarks = HELPERS[name]
    answer = audited(tags, files)
    assert (answer.is_false, [str(remark) for remark in answer.remarks]) == (False, remarks)


def test_symbols_of_a_library_of_the_wheel() -> None:
    """Libraries define names like CPython's, which a file may use in the stable ABI."""
    define = macho(kind=DYLIB, commands=[library("@rpath/libqux.dylib", 0xD), build_version(1, 0x0B0000), SIGNED],
                   exported=["_PyQux_New"])  # fmt: skip
    use = code(ARM64, 0x0B0000, 1, "@rpath/libqux.dylib", undefined=("_PyQux_New",))
    assert not false("cp38-abi3-macosx_11_0_arm64", {"demo/_c.abi3.so": use, "demo/libqux.dylib": define})
    (claim,) = (claim for claim in audited("cp38-abi3-macosx_11_0_arm64", {"demo/_c.abi3.so": use}).claims
                if claim.tag == "abi3")  # fmt: skip
    assert (claim.verdict, "@rpath/libqux.dylib" in claim.note) == ("cannot judge", True)


@pytest.mark.parametrize("tags", ["py3-none-macosx_11_0_arm64", "py3-none-win_amd64"])
def test_no_code(tags: str) -> None:
    """A wheel without code is more widely installable than its tag says."""
    answer = audited(tags, {"demo/__init__.py": b""})
    (claim,) = (claim for claim in answer.claims if claim.kind == "platform tag")
    assert (claim.verdict, claim.true_tags) == ("claims less than it could", ("any",))


def test_damaged() -> None:
    """What cannot be read cannot be judged, and the report says why."""
    answer = audited(f"{CP312}-macosx_11_0_arm64", {MODULE: code()[:100]})
    assert {str(claim.verdict) for claim in answer.claims} == {"cannot judge"}
    assert all(claim.note.startswith(f"damaged: {MODULE}: ") for claim in answer.claims)
    (remark,) = (remark for remark in answer.remarks if remark.file == MODULE and remark.kind == "unsound file")
    assert (answer.is_damaged, "would end at byte" in remark.text) == (True, True)


def test_many_damaged_files() -> None:
    """Each damaged file may take long to read, so there is an end to them."""
    files = {f"demo/{number}.dylib": code()[:100] for number in range(100)}
    answer = audited(f"{CP312}-macosx_11_0_arm64", {MODULE: code(), **files})
    assert {str(claim.verdict) for claim in answer.claims} == {"cannot judge"}
    assert [remark.file for remark in answer.remarks if remark.kind == "not read"] == ["demo/10.dylib"]


def test_a_single_file() -> None:
    """A user can learn which tags a file allows before there is a wheel, and which file is damaged."""
    for name, data, true_tags in (
        ("libqux.dylib", both(), ("macosx_10_9_universal2",)),
        ("_c.so", code(X86_64, 0x0A0D00), ("macosx_10_13_x86_64",)),
        ("_c.pyd", pe(WIN_ARM64), ("win_arm64",)),
        ("run.exe", pe(X86, dll=False), ("win32",)),
    ):
        answer = audit(data, name)
        assert (answer.claims, answer.true_tags) == ((), true_tags), name
        assert {binary.name for binary in answer.needs} == {name}
        assert audit(data, name, depth="header").true_tags == ()
        with pytest.raises(InvalidBinary, match=name):
            audit(data[:100], name)


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("/opt/homebrew/opt/xz/lib", "Homebrew"),
        ("/opt/homebrew", "Homebrew"),
        ("/usr/local/opt/xz/lib", "Homebrew"),
        ("/usr/local/Cellar/xz/5.4/lib", "Homebrew"),
        ("/opt/local/lib", "MacPorts"),
        ("/Users/runner/work/lib", "the machine that built it"),
        ("/opt/localhost/lib", ""),
    ],
)
def test_libraries_of_one_mac(path: str, whose: str) -> None:
    """A wheel that works where it was built fails on machines without Homebrew's libraries."""
    commands = [build_version(1, 0x0B0000), library(f"{path}/liblzma.5.dylib"), text_command(0x8000001C, path), SIGNED]
    assert not audit(macho(ARM64, BUNDLE, commands=[commands[0], *commands[2:]]), "_c.so").remarks, (
        "nothing is searched"
    )
    commands.append(library("@rpath/libqux.dylib"))
    data = macho(ARM64, BUNDLE, commands=commands)
    suffix = f", a folder of {whose}" if whose else ""
    texts = [
        f"search path: {path!r} is searched on every machine{suffix}",
        f"library path: needs {path + '/liblzma.5.dylib'!r} by its path{suffix}",
    ]
    for answer in (audit(data, "_c.so"), audited(f"{CP312}-macosx_11_0_arm64", {"_c.so": data})):
        assert [str(remark) for remark in answer.remarks if remark.file == "_c.so"] == [
            f"_c.so: {each}" for each in texts
        ]


def test_libraries_of_macos() -> None:
    """Every Mac has Apple's own libraries, and @rpath leads into the wheel."""
    paths = ["/usr/lib/swift", "@loader_path/.dylibs", "/System/Library/Frameworks"]
    commands = [text_command(0x8000001C, path) for path in paths] + [library("@rpath/libqux.dylib"), library(SYSTEM)]
    assert not audit(macho(ARM64, BUNDLE, commands=[build_version(1, 0x0B0000), *commands]), "_c.so").remarks


@pytest.mark.parametrize(
    "name",
    [
        *("MSVCP140.dll", "msvcp140_1.dll", "vcomp140.dll", "concrt140.dll", "mfc140u.dll", "msvcr120.dll"),
        *("vcruntime140d.dll", "vcruntime140_1d.dll", "ucrtbased.dll", "msvcp140d.dll", "msvcr100d.dll"),
    ],
)
def test_libraries_of_visual_c(name: str) -> None:
    """Windows has no library of Visual C++ until another program installs it, unless the wheel brings it."""
    files = {PYD: pe(imports={name: ["f"]})}
    (remark,) = (each for each in audited(f"{CP312}-win_amd64", files).remarks if each.kind == "not promised")
    assert str(remark) == f"{PYD}: not promised: needs {name}, which neither Windows nor CPython has"
    assert not false(f"{CP312}-win_amd64", files)
    answer = audited(f"{CP312}-win_amd64", {**files, f"demo.libs/{name.lower()}": pe()})
    assert not [each for each in answer.remarks if each.kind == "not promised"]
    assert not audit(pe(delayed={name: ["f"]}), "_c.pyd").remarks


def test_libraries_of_windows_and_of_cpython() -> None:
    """What every Python on Windows has is not worth a remark; only those of 64 bits have vcruntime140_1.dll."""
    names = ["vcruntime140.dll", "vcruntime140_1.dll", "ucrtbase.dll", "api-ms-win-crt-heap-l1-1-0.dll",
             "msvcrt.dll", "msvcr100.dll", "msvcp60.dll", "msvcp_win.dll", "mfc42.dll", "KERNEL32.dll"]  # fmt: skip
    imports = {name: ["f"] for name in names}
    assert not audit(pe(imports=imports), "_c.pyd").remarks
    (remark,) = audit(pe(X86, imports=imports), "_c.pyd").remarks
    assert "vcruntime140_1.dll" in remark.text


def by_headers(tags: str, files: dict[str, bytes]) -> WheelAudit:
    """Audit the headers of a wheel of these files."""
    name = f"demo-1.0-{tags}.whl"
    return audit(io.BytesIO(made_wheel(name, files)), name, depth="header")


@pytest.mark.parametrize("name", [name for name in FALSE if name not in {"a DLL for x86", "ARM64EC"}])
def test_false_platform_tags_by_headers(name: str) -> None:
    """Whoever audits an index reads headers alone, and must find the false platform tags by them."""
    tags, files, reasons, _ = FALSE[name]
    claims = [claim for claim in by_headers(tags, files).claims if claim.kind == "platform tag"]
    found = {claim.tag: [str(reason) for reason in claim.reasons] for claim in claims if claim.is_false}
    assert found == {claim.tag: reasons[claim.tag] for claim in claims if claim.tag in reasons}


@pytest.mark.parametrize("name", TRUE)
def test_true_tags_by_headers(name: str) -> None:
    """What headers do not contradict is neither called false nor, since symbols were not read, true."""
    answer = by_headers(*TRUE[name])
    assert {str(claim.verdict) for claim in answer.claims} == {"cannot judge"}
    assert {claim.note for claim in answer.claims} == {"only the headers of its files were read"}


def test_headers_of_a_large_file() -> None:
    """A wheel of gigabytes is judged in milliseconds: what follows the headers is not inflated, nor checked."""
    name = f"demo-1.0-{CP312}-macosx_11_0_arm64.whl"
    data = made_wheel(name, {MODULE: code(minimum=0x0D0000) + hashlib.shake_128().digest(2_000_000)})
    place = data.index(MODULE.encode()) + 1_900_000
    broken = data[:place] + bytes(1000) + data[place + 1000 :]
    (claim,) = (each for each in audit(broken, name, depth="header").claims if each.kind == "platform tag")
    assert claim.is_false
    with pytest.raises(InvalidWheel, match="checksum"):
        audit(broken, name)
