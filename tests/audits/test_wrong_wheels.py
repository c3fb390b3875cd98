"""Deliberately wrong wheels: the verdicts on their tags, the reasons, and the tags that would be true.

The binaries are in ``wrong/``, and ``wrong/build.py`` makes them. The reports are in ``snapshots/report.txt``;
``MANYTAGS_UPDATE_SNAPSHOTS=1 pytest tests/audits`` writes them anew.
"""

from __future__ import annotations

import io
import json
import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from manytags import WheelAudit, audit
from manytags.audits.claims import Verdict
from manytags.binaries.binary import Binary
from manytags.binaries.elf import read_elf

from .wrong.build import BINARIES, build, missing_compilers
from .wrong.wheels import audited, binary, for_machine, section_less

SNAPSHOT = Path(__file__).parent / "snapshots" / "report.txt"

#: Modules of CPython 3.12, of 3.12 on musl, of free-threaded 3.13 and of the stable ABI, and a library.
C312, C312_MUSL, C313T, ABI3, LIB = (
    "foo/_c.cpython-312-x86_64-linux-gnu.so",
    "foo/_c.cpython-312-x86_64-linux-musl.so",
    "foo/_c.cpython-313t-x86_64-linux-gnu.so",
    "foo/_c.abi3.so",
    "foo/libfoo.so",
)
CP312, NONE = "cp312-cp312", "py3-none"
PLATFORM, ABI, PYTHON, PURE = "platform tag", "ABI tag", "python tag", "Root-Is-Purelib"
SILENT = "it does not say which C library the code needs"
ONE_MACHINE = "foo/libfoo.so is for x86_64 alone: only its Python code tells whether other machines do without it"
MUCH, LESS, CANNOT = Verdict.TOO_MUCH, Verdict.TOO_LITTLE, Verdict.UNKNOWN
OTHER_SYSTEM = "code of other systems than Linux, Android, macOS, iOS and Windows is not judged"


class Said(NamedTuple):
    """What an audit says about a tag."""

    field: str
    tag: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    honest: tuple[str, ...] = ()
    note: str = ""


class Case(NamedTuple):
    """A wheel, and what an audit must say about it.

    :param tags: the tags of the file name.
    :param files: path -> name of a binary, or its bytes.
    :param said: every claim that is not simply true.
    :param honest: the platform tags that would be true.
    :param remarks: the remarks.
    :param wheel: the tags of WHEEL, if they differ.
    :param purelib: what WHEEL says.
    :param unlisted: files that RECORD does not list.
    """

    tags: str
    files: dict[str, str | bytes]
    said: tuple[Said, ...]
    honest: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    wheel: tuple[str, ...] | None = None
    purelib: bool = False
    unlisted: tuple[str, ...] = ()

    @property
    def filename(self) -> str:
        """The wheel's file name."""
        return f"foo-1.0-{self.tags}.whl"

    def audit(self) -> WheelAudit:
        """Make the wheel, and audit it."""
        files = {path: binary(data) if isinstance(data, str) else data for path, data in self.files.items()}
        return audited(self.filename, files, self.wheel, self.purelib, self.unlisted)


VECTOR = "v, zve32f, zve32x, zve64d, zve64f, zve64x, zvl128b, zvl32b and zvl64b"

CASES = {
    "memcpy of glibc 2.14 under manylinux1": Case(
        f"{CP312}-manylinux1_x86_64",
        {C312: "memcpy"},
        (
            Said(
                PLATFORM,
                "manylinux1_x86_64",
                MUCH,
                (f"{C312}: symbol version GLIBC_2.14 of libc.so.6, needed by memcpy (allowed: GLIBC_2.5)",),
                ("manylinux_2_17_x86_64",),
            ),
        ),
        ("manylinux_2_17_x86_64",),
    ),
    "the same without section headers": Case(
        f"{CP312}-manylinux1_x86_64",
        {C312: section_less(binary("memcpy"))},
        (
            Said(
                PLATFORM,
                "manylinux1_x86_64",
                MUCH,
                (f"{C312}: symbol version GLIBC_2.14 of libc.so.6, needed by memcpy (allowed: GLIBC_2.5)",),
                ("manylinux_2_17_x86_64",),
            ),
        ),
        ("manylinux_2_17_x86_64",),
    ),
    "libstdc++ too new": Case(
        f"{CP312}-manylinux_2_28_x86_64",
        {C312: "glibcxx"},
        (
            Said(
                PLATFORM,
                "manylinux_2_28_x86_64",
                MUCH,
                (
                    (
                        f"{C312}: symbol version GLIBCXX_3.4.32 of libstdc++.so.6, "
                        "needed by _ZSt21ios_base_library_initv (allowed: GLIBCXX_3.4.24)"
                    ),
                ),
                ("manylinux_2_39_x86_64",),
            ),
        ),
        ("manylinux_2_39_x86_64",),
    ),
    "a library that no policy promises": Case(
        f"{CP312}-manylinux_2_17_x86_64",
        {C312: "xcursor"},  # libX11.so.6, which it needs too, is promised
        (
            Said(
                PLATFORM,
                "manylinux_2_17_x86_64",
                MUCH,
                (f"{C312}: library libXcursor.so.1",),
                ("linux_x86_64",),
                note="with libXcursor.so.1 in the wheel, true would be: manylinux_2_5_x86_64",
            ),
        ),
        ("linux_x86_64",),
    ),
    "soft-float code under armv7l": Case(
        f"{NONE}-linux_armv7l",
        {LIB: "armel"},
        (Said(PLATFORM, "linux_armv7l", MUCH, (f"{LIB}: float ABI soft (allowed: hard)",)),),
        (),
    ),
    "ARMv7 code under armv6l": Case(
        f"{NONE}-linux_armv6l",
        {LIB: "armv7"},
        (
            Said(
                PLATFORM,
                "linux_armv6l",
                MUCH,
                (f"{LIB}: declared processor ARMv7, VFPv3 and NEON (allowed: ARMv6, VFPv2)",),
                ("manylinux_2_17_armv7l",),
            ),
        ),
        ("manylinux_2_17_armv7l",),
    ),
    "ARMv6 code under both, as piwheels has it": Case(
        f"{NONE}-linux_armv6l.linux_armv7l",
        {LIB: "armv6"},
        (Said(PLATFORM, "linux_armv7l", LESS, (), ("manylinux_2_17_armv7l",), SILENT),),
        ("manylinux_2_17_armv7l", "linux_armv6l"),
    ),
    "an executable stack": Case(
        f"{CP312}-manylinux_2_17_x86_64",
        {C312: "execstack"},
        (
            Said(
                PLATFORM,
                "manylinux_2_17_x86_64",
                MUCH,
                (f"{C312}: executable stack PT_GNU_STACK with PF_X",),
                ("linux_x86_64",),
            ),
        ),
        ("linux_x86_64",),
    ),
    "an absolute RPATH": Case(
        f"{NONE}-manylinux1_x86_64",
        {LIB: "rpath"},
        (),
        ("manylinux_2_5_x86_64",),
        (f"{LIB}: search path: '/home/joe/build/lib' is searched on every machine",),
    ),
    "linked to libpython": Case(
        f"{CP312}-manylinux_2_17_x86_64",
        {C312: "libpython"},
        (Said(PLATFORM, "manylinux_2_17_x86_64", MUCH, (f"{C312}: library libpython3.12.so.1.0",), ("linux_x86_64",)),),
        ("linux_x86_64",),
        (f"{C312}: libpython: needs libpython3.12.so.1.0, which many interpreters are built without",),
    ),
    "musl's code under manylinux": Case(
        f"{CP312}-manylinux_2_17_x86_64",
        {C312_MUSL: "musl"},
        (
            Said(
                PLATFORM,
                "manylinux_2_17_x86_64",
                MUCH,
                (
                    f"{C312_MUSL}: C library libc.musl-x86_64.so.1",
                    f"{C312_MUSL}: extension module named for x86_64-linux-musl",
                ),
                ("musllinux_1_1_x86_64",),
            ),
        ),
        ("musllinux_1_1_x86_64",),
    ),
    "glibc's code under musllinux": Case(
        f"{CP312}-musllinux_1_2_x86_64",
        {C312: "plain"},
        (
            Said(
                PLATFORM,
                "musllinux_1_2_x86_64",
                MUCH,
                (f"{C312}: C library libc.so.6", f"{C312}: extension module named for x86_64-linux-gnu"),
                ("manylinux_2_5_x86_64",),
            ),
        ),
        ("manylinux_2_5_x86_64",),
    ),
    "both mixed": Case(
        f"{NONE}-manylinux_2_17_x86_64.musllinux_1_2_x86_64",
        {LIB: "plain", "foo/libmusl.so": "musl"},
        (
            Said(
                PLATFORM,
                "manylinux_2_17_x86_64",
                MUCH,
                ("foo/libmusl.so: C library libc.musl-x86_64.so.1",),
                ("linux_x86_64",),
            ),
            Said(PLATFORM, "musllinux_1_2_x86_64", MUCH, (f"{LIB}: C library libc.so.6",), ("linux_x86_64",)),
        ),
        ("linux_x86_64",),
    ),
    "a library that RECORD does not know": Case(
        f"{NONE}-manylinux1_x86_64",
        {"foo/hidden": "memcpy", LIB: "plain"},
        (
            Said(
                PLATFORM,
                "manylinux1_x86_64",
                MUCH,
                ("foo/hidden: symbol version GLIBC_2.14 of libc.so.6, needed by memcpy (allowed: GLIBC_2.5)",),
                ("manylinux_2_17_x86_64",),
            ),
        ),
        ("manylinux_2_17_x86_64",),
        ("foo/hidden: missing from RECORD: no row",),
        unlisted=("foo/hidden",),
    ),
    "abi3 with a module of one Python": Case(
        "cp39-abi3-manylinux1_x86_64",
        {C312: "module"},
        (
            Said(PYTHON, "cp39", MUCH, (f"{C312}: extension module loaded by CPython 3.12 only (allowed: cp39)",)),
            Said(
                ABI,
                "abi3",
                MUCH,
                (f"{C312}: extension module loaded by CPython 3.12 only (allowed: abi3)",),
                ("cp312",),
            ),
        ),
        ("manylinux_2_5_x86_64",),
    ),
    "a stable module that claims one Python": Case(
        f"{CP312}-manylinux1_x86_64",
        {ABI3: "module"},
        (Said(ABI, "cp312", LESS, (), ("abi3",), "every module is of the stable ABI"),),
        ("manylinux_2_5_x86_64",),
    ),
    "compiled code in a pure wheel": Case(
        "py3-none-any",
        {"foo/_c.so": "module"},
        (
            Said(
                ABI, "none", MUCH, ("foo/_c.so: extension module loaded by the interpreter that it was built for only",)
            ),
            Said(PLATFORM, "any", MUCH, ("foo/_c.so: extension module for x86_64",), ("manylinux_2_5_x86_64",)),
            Said(PURE, "true", MUCH, ("foo/_c.so: extension module for x86_64",), ("false",)),
        ),
        ("manylinux_2_5_x86_64",),
        purelib=True,
    ),
    "a library for one machine in a pure wheel": Case(
        "py3-none-any",
        {LIB: "memcpy"},
        (Said(PLATFORM, "any", CANNOT, note=ONE_MACHINE),),
        ("manylinux_2_17_x86_64",),
        (f"{LIB}: chosen at run time: code for x86_64, in a wheel for any system",),
        purelib=True,
    ),
    "libraries for two machines in a pure wheel": Case(
        "py3-none-any",
        {LIB: "memcpy", "foo/libfoo-arm64.so": "aarch64"},
        (),
        ("any",),
        (
            f"{LIB}: chosen at run time: code for x86_64, in a wheel for any system",
            "foo/libfoo-arm64.so: chosen at run time: code for aarch64, in a wheel for any system",
        ),
        purelib=True,
    ),
    "compiled code where Python code goes": Case(
        f"{CP312}-manylinux1_x86_64",
        {C312: "module"},
        (Said(PURE, "true", MUCH, (f"{C312}: compiled file for x86_64",), ("false",)),),
        ("manylinux_2_5_x86_64",),
        purelib=True,
    ),
    "no ABI, with a module": Case(
        f"{NONE}-manylinux1_x86_64",
        {C312: "module"},
        (Said(ABI, "none", MUCH, (f"{C312}: extension module loaded by CPython 3.12 only",), ("cp312",)),),
        ("manylinux_2_5_x86_64",),
    ),
    "no ABI, with a module of no named Python": Case(
        f"{NONE}-manylinux1_x86_64",
        {"foo/_c.so": "module"},
        (
            Said(
                ABI,
                "none",
                MUCH,
                ("foo/_c.so: extension module loaded by the interpreter that it was built for only",),
            ),
        ),
        ("manylinux_2_5_x86_64",),
    ),
    "a free-threaded module under cp313": Case(
        "cp313-cp313-manylinux1_x86_64",
        {C313T: "module"},
        (
            Said(
                ABI,
                "cp313",
                MUCH,
                (f"{C313T}: extension module loaded by CPython 3.13 free-threaded only (allowed: cp313)",),
                ("cp313t",),
            ),
        ),
        ("manylinux_2_5_x86_64",),
    ),
    "WHEEL says something else": Case(
        f"{CP312}-manylinux1_x86_64",
        {C312: "memcpy"},
        (
            Said(
                PLATFORM,
                "manylinux1_x86_64",
                MUCH,
                (f"{C312}: symbol version GLIBC_2.14 of libc.so.6, needed by memcpy (allowed: GLIBC_2.5)",),
                ("manylinux_2_17_x86_64",),
            ),
            Said(PLATFORM, "linux_x86_64", LESS, (), ("manylinux_2_17_x86_64",), SILENT),
        ),
        ("manylinux_2_17_x86_64",),
        (
            (
                "foo-1.0.dist-info/WHEEL: tags disagree: cp312-cp312-linux_x86_64, where the file name has "
                "cp312-cp312-manylinux1_x86_64"
            ),
        ),
        wheel=("cp312-cp312-linux_x86_64",),
    ),
    "code of two architectures": Case(
        f"{NONE}-manylinux_2_17_x86_64.manylinux_2_17_aarch64",
        {"foo/amd64/libfoo.so": "plain", "foo/arm64/libfoo.so": "aarch64"},
        (
            Said(
                PLATFORM,
                "manylinux_2_17_x86_64",
                MUCH,
                ("foo/arm64/libfoo.so: architecture aarch64 (allowed: x86_64)",),
            ),
            Said(
                PLATFORM,
                "manylinux_2_17_aarch64",
                MUCH,
                ("foo/amd64/libfoo.so: architecture x86_64 (allowed: aarch64)",),
            ),
        ),
        (),
    ),
    "code that newer processors only load": Case(
        f"{NONE}-manylinux1_x86_64",
        {LIB: "v3"},
        (Said(PLATFORM, "manylinux1_x86_64", MUCH, (f"{LIB}: processor level x86-64-v3 (allowed: x86-64-v1)",)),),
        (),
    ),
    "RISC-V with vectors": Case(
        f"{NONE}-manylinux_2_31_riscv64",
        {LIB: "riscv64-vector"},
        (
            Said(
                PLATFORM,
                "manylinux_2_31_riscv64",
                MUCH,
                (f"{LIB}: declared processor {VECTOR} (allowed: rv64gc)",),
            ),
        ),
        (),
    ),
    "RISC-V without": Case(f"{NONE}-manylinux_2_31_riscv64", {LIB: "riscv64"}, (), ("manylinux_2_31_riscv64",)),
    "a static program, for both C libraries": Case(
        f"{NONE}-manylinux1_x86_64.musllinux_1_1_x86_64",
        {"foo-1.0.data/scripts/foo": "static"},
        (),
        ("manylinux_2_5_x86_64", "musllinux_1_1_x86_64"),
    ),
    "newer than the last policy": Case(
        f"{NONE}-manylinux_2_43_x86_64",
        {LIB: "glibc-2.43"},
        (
            Said(
                PLATFORM,
                "manylinux_2_43_x86_64",
                Verdict.TRUE,
                note="judged by the libraries of manylinux_2_41",
            ),
        ),
        ("manylinux_2_43_x86_64",),
    ),
    "newer still": Case(
        f"{NONE}-manylinux_2_44_x86_64",
        {LIB: "glibc-2.43"},
        (
            Said(
                PLATFORM,
                "manylinux_2_44_x86_64",
                LESS,
                (),
                ("manylinux_2_43_x86_64",),
                "judged by the libraries of manylinux_2_41",
            ),
        ),
        ("manylinux_2_43_x86_64",),
    ),
    "newer than the last policy, and not new enough": Case(
        f"{NONE}-manylinux_2_42_x86_64",
        {LIB: "glibc-2.43"},
        (
            Said(
                PLATFORM,
                "manylinux_2_42_x86_64",
                MUCH,
                (f"{LIB}: symbol version GLIBC_2.43 of libc.so.6, needed by future (allowed: GLIBC_2.42)",),
                ("manylinux_2_43_x86_64",),
                "judged by the libraries of manylinux_2_41",
            ),
        ),
        ("manylinux_2_43_x86_64",),
    ),
    "older than the first policy": Case(
        f"{NONE}-manylinux_2_5_aarch64",
        {LIB: "aarch64"},
        (
            Said(
                PLATFORM,
                "manylinux_2_5_aarch64",
                CANNOT,
                note="no policy: aarch64 begins with manylinux_2_17_aarch64",
            ),
        ),
        ("manylinux_2_17_aarch64",),
    ),
    "Emscripten": Case(
        f"{CP312}-pyodide_2025_0_wasm32",
        {"foo/data.txt": b"x"},
        (
            Said(PYTHON, "cp312", CANNOT, note=OTHER_SYSTEM),
            Said(ABI, "cp312", CANNOT, note=OTHER_SYSTEM),
            Said(PLATFORM, "pyodide_2025_0_wasm32", CANNOT, note=OTHER_SYSTEM),
        ),
        (),
    ),
    "newer than it need be": Case(
        f"{NONE}-manylinux_2_28_x86_64",
        {LIB: "memcpy"},
        (Said(PLATFORM, "manylinux_2_28_x86_64", LESS, (), ("manylinux_2_17_x86_64",)),),
        ("manylinux_2_17_x86_64",),
    ),
    "newer, beside the one that it need be": Case(
        f"{NONE}-manylinux_2_17_x86_64.manylinux_2_28_x86_64", {LIB: "memcpy"}, (), ("manylinux_2_17_x86_64",)
    ),
    "one spelled in both ways": Case(
        f"{NONE}-manylinux2014_x86_64.manylinux_2_17_x86_64", {LIB: "memcpy"}, (), ("manylinux_2_17_x86_64",)
    ),
    "no promise, where one could be made": Case(
        f"{NONE}-linux_x86_64",
        {LIB: "memcpy"},
        (Said(PLATFORM, "linux_x86_64", LESS, (), ("manylinux_2_17_x86_64",), SILENT),),
        ("manylinux_2_17_x86_64",),
    ),
    "a platform, and no code": Case(
        f"{NONE}-manylinux_2_28_x86_64",
        {"foo/data.txt": b"text"},
        (Said(PLATFORM, "manylinux_2_28_x86_64", LESS, (), ("any",), "it has no ELF file"),),
        ("any",),
    ),
    "one Python's ABI, and no module": Case(
        f"{CP312}-manylinux1_x86_64",
        {LIB: "plain"},
        (Said(ABI, "cp312", LESS, (), ("none",), "it has no extension module"),),
        ("manylinux_2_5_x86_64",),
    ),
    "code of other machines that no host loads": Case(
        "py3-none-any",
        {"foo/filter.o": for_machine(binary("plain"), 247), "foo/kernel.hsaco": for_machine(binary("plain"), 224)},
        (),
        ("any",),
        purelib=True,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    """Each false tag must be detected, with its reasons and the true tags, and no true tag may be called false."""
    case = CASES[name]
    answer = case.audit()
    plain = (Verdict.TRUE, (), (), "")
    said = tuple(
        Said(str(claim.kind), claim.tag, claim.verdict, tuple(map(str, claim.reasons)), claim.true_tags, claim.note)
        for claim in answer.claims
        if (claim.verdict, claim.reasons, claim.true_tags, claim.note) != plain
    )
    assert said == case.said
    assert answer.true_tags == case.honest
    assert tuple(map(str, answer.remarks)) == case.remarks
    assert answer.is_false == any(claim.verdict == MUCH for claim in case.said)
    if any(remark.kind.is_fault for remark in answer.remarks) or case.said != tuple(
        claim for claim in case.said if claim.verdict is Verdict.TRUE
    ):
        assert not answer.is_clean


@pytest.mark.parametrize("name", CASES)
def test_audits_travel(name: str) -> None:
    """Executors pickle results, other programs read them as JSON."""
    answer = CASES[name].audit()
    assert pickle.loads(pickle.dumps(answer)) == answer  # noqa: S301 - our own
    data = json.loads(answer.to_json())
    assert [claim["verdict"] for claim in data["claims"]] == [str(claim.verdict) for claim in answer.claims]
    assert data["is_false"] == answer.is_false


def test_where_a_claim_stands() -> None:
    """Installers read the file name, other tools read WHEEL: if one of them is wrong, the user must learn which."""
    answer = CASES["WHEEL says something else"].audit()
    where = {claim.tag: claim.where for claim in answer.claims}
    assert where == {
        "cp312": ("file name", "WHEEL"),
        "manylinux1_x86_64": ("file name",),
        "linux_x86_64": ("WHEEL",),
    }


def test_header_depth_contradicts_no_more_than_headers_can() -> None:
    """Headers show wrong architectures and float ABIs. A tag whose truth they do not show must not be called true."""
    for name in ("memcpy of glibc 2.14 under manylinux1", "one Python's ABI, and no module"):
        case = CASES[name]
        files = {path: binary(str(data)) for path, data in case.files.items()}
        answer = audit(io.BytesIO(wheel_bytes(case, files)), case.filename, depth="header")
        assert {claim.verdict for claim in answer.claims} == {CANNOT}, name
        assert answer.true_tags == ()
    case = CASES["soft-float code under armv7l"]
    answer = audit(io.BytesIO(wheel_bytes(case, {LIB: binary("armel")})), case.filename, depth="header")
    assert [str(reason) for claim in answer.claims for reason in claim.reasons] == [
        f"{LIB}: float ABI soft (allowed: hard)"
    ]


def wheel_bytes(case: Case, files: dict[str, bytes]) -> bytes:
    """The wheel of a case, as it is."""
    from .wrong.wheels import wheel

    return wheel(case.filename, files, case.wheel, case.purelib, case.unlisted)


REPORTED = (
    "memcpy of glibc 2.14 under manylinux1",
    "compiled code in a pure wheel",
    "WHEEL says something else",
    "newer still",
)


def test_reports() -> None:
    """People see the verdict on every tag, its reasons, the true tags, and the remarks."""
    shown = "".join(f"== {name}\n{CASES[name].audit()}\n\n" for name in REPORTED)
    if os.environ.get("MANYTAGS_UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(shown, encoding="utf-8")
    assert shown == SNAPSHOT.read_text(encoding="utf-8")


def facts(data: bytes) -> Binary:
    """All that is read of a binary, with versions and symbols in an order that does not depend on the linker."""
    needs = read_elf(io.BytesIO(data), "a")
    return replace(
        needs, versions=tuple(sorted(needs.versions, key=str)), undefined=tuple(sorted(needs.undefined, key=str))
    )


@pytest.mark.parametrize("name", BINARIES)
def test_rebuilt(name: str) -> None:
    """The stored binaries must be what their script makes, so that no reader has to trust them."""
    if missing := missing_compilers((name,)):
        pytest.skip(f"{', '.join(missing)} is not installed: the kept {name}.bin is not rebuilt")
    assert facts(build(name)) == facts(binary(name))


def test_every_binary_has_a_recipe() -> None:
    """A file without a recipe could be anything."""
    assert {path.stem for path in (Path(__file__).parent / "wrong").glob("*.bin")} == set(BINARIES)
