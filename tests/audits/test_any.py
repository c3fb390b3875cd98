"""Wheels for any system that hold compiled code."""

from __future__ import annotations

import io
import struct

import pytest

from manytags import WheelAudit, audit
from manytags.binaries import system_of

from ..binaries.made_macho import macho
from .made_wheels import MODULE, PURE, X86_64, made_wheel

MACH_O = b"\xcf\xfa\xed\xfe\x0c\0\0\x01" + bytes(56)
FAT = b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(56)
PE = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(64) + b"PE\0\0"


def audit_of(files: dict[str, bytes]) -> WheelAudit:
    """Audit a wheel for any system with these files in a package."""
    members = {name if name == MODULE else f"demo/{name}": data for name, data in files.items()}
    return audit(io.BytesIO(made_wheel(PURE, members, purelib=True)), PURE)


@pytest.mark.parametrize(
    ("name", "data", "system"),
    [
        ("_c.cp312-win_amd64.pyd", PE, "Windows"),
        ("_c.pyd", PE, "Windows"),
        ("_c.cpython-312-darwin.so", MACH_O, "macOS"),
        ("_c.abi3.so", FAT, "macOS"),
        ("_c.so", macho(exported=["_PyInit__c"]), "macOS"),
        ("_c.pypy311-pp73-darwin.so", MACH_O, "macOS"),
    ],
)
def test_modules_of_other_systems(name: str, data: bytes, system: str) -> None:
    """An ``any`` wheel with a module for macOS or Windows alone installs where it cannot be imported."""
    answer = audit_of({name: data})
    false = {claim.tag: [str(reason) for reason in claim.reasons] for claim in answer.claims if claim.is_false}
    reasons = [f"demo/{name}: extension module for {system}"]
    assert (false.pop("none") != [], false, answer.true_tags) == (True, {"any": reasons, "true": reasons}, ())
    where = "demo-1.0.data/{}/_c.pyd"
    for folder, is_false in (("platlib", True), ("data", False), ("scripts", False), ("headers", False)):
        wheel = made_wheel(PURE, {where.format(folder): PE})
        assert audit(io.BytesIO(wheel), PURE).is_false == is_false, folder


def test_programs_and_libraries_of_other_systems() -> None:
    """pip and setuptools carry launchers for Windows, and selenium helpers for three systems: their tags are true."""
    answer = audit_of({"t64.exe": PE, "Runtime.dll": PE, "libfoo.dylib": MACH_O, "libfoo.so": MACH_O})
    assert (answer.is_false, answer.true_tags) == (False, ("any",))
    assert {claim.verdict for claim in answer.claims} == {"true"}
    assert {(remark.kind, remark.text) for remark in answer.remarks} == {
        ("chosen at run time", "code for Windows, in a wheel for any system"),
        ("chosen at run time", "code for macOS, in a wheel for any system"),
    }
    assert len(answer.remarks) == 4


def test_modules_of_linux() -> None:
    """A module for Linux is no more importable elsewhere."""
    answer = audit(io.BytesIO(made_wheel(PURE, {MODULE: X86_64})), PURE)
    assert [claim.tag for claim in answer.claims if claim.is_false] == ["none", "any"]
    assert not answer.remarks


@pytest.mark.parametrize(
    ("head", "system"),
    [
        (MACH_O, "macOS"),
        (FAT, "macOS"),
        (b"\xfe\xed\xfa\xce" + bytes(60), "macOS"),
        (PE, "Windows"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34\0\x1d\x0a\0\x06" + bytes(51), None),
        (b"MZ is what this text begins with", None),
        (b"\x7fELF" + bytes(60), "Linux"),
        (b"", None),
    ],
    ids=["Mach-O", "fat", "old", "PE", "a Java class", "text", "ELF", "nothing"],
)
def test_the_first_bytes(head: bytes, system: str | None) -> None:
    """A Java class, or a text, must not be taken for code."""
    assert system_of(head[:64]) == system
