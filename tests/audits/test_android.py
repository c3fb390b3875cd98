"""The tags of Android wheels: which are true, and what contradicts the others."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from manytags import WheelAudit, audit
from manytags.audits.contents import Contents
from manytags.audits.remarks import binary_remarks
from manytags.audits.wheel import audit_from_contents
from manytags.binaries import read_binary
from manytags.binaries.binary import Binary, NeededVersion
from manytags.tags.filename import parse_tag_set

from .made_wheels import X86_64, made_wheel

#: A module of a real wheel, for API level 24.
REAL = (Path(__file__).parents[1] / "binaries" / "elf" / "android.so").read_bytes()
MODULE = "demo/_c.cpython-313-aarch64-linux-android.so"
TAG = "android_24_arm64_v8a"
CODE = replace(read_binary(io.BytesIO(REAL), MODULE), modules=("_c",))


def judged(tags: str, *files: Binary) -> WheelAudit:
    """Audit a wheel of files that were read."""
    tag_set = parse_tag_set(tags)
    contents = Contents(tag_set, tag_set, False, tuple(files))
    return audit_from_contents(contents, f"demo-1.0-{tags}.whl")


def platform_claim(tags: str, *files: Binary) -> tuple[str, list[str], tuple[str, ...]]:
    """Return the verdict on the platform tag, or why it is unknown; the reasons; and the tags that would be true."""
    answer = judged(tags, *files)
    (claim,) = (claim for claim in answer.claims if claim.kind == "platform tag")
    return claim.note or str(claim.verdict), [str(reason) for reason in claim.reasons], answer.true_tags


def test_a_real_file() -> None:
    """What is read of an Android file decides its tag."""
    assert (CODE.android_api_level, CODE.alignment, CODE.architecture) == (24, 16384, "aarch64")
    name = f"demo-1.0-cp313-cp313-{TAG}.whl"
    answer = audit(io.BytesIO(made_wheel(name, {MODULE: REAL})), name)
    assert (answer.is_clean, answer.true_tags) == (True, (TAG,))
    assert audit(REAL, "_c.so").true_tags == (TAG,)
    headers = audit(io.BytesIO(made_wheel(name, {MODULE: REAL})), name, depth="header")
    assert {str(claim.verdict) for claim in headers.claims} == {"cannot judge"}


@pytest.mark.parametrize("place", range(0, 152, 4))
def test_a_damaged_note(place: int) -> None:
    """A note may lie: then there is no level, or an error, and no other exception."""
    start = REAL.index(b"Android\0") - 12
    data = REAL[: start + place] + struct.pack("<I", 0xFFFFFFF0) + REAL[start + place + 4 :]
    assert read_binary(io.BytesIO(data), "a").android_api_level in {24, None, 0xFFFFFFF0}


def test_what_android_refuses() -> None:
    """Linux loads a file without section headers, or with a segment that can be written and executed."""
    assert CODE.refused_by_android == ()
    without = REAL[:60] + bytes(2) + REAL[62:]
    assert read_binary(io.BytesIO(without), "a").refused_by_android == ("no section headers",)
    flags = REAL.index(struct.pack("<2I", 1, 5)) + 4
    both = REAL[:flags] + b"\7" + REAL[flags + 1 :]
    assert read_binary(io.BytesIO(both), "a").refused_by_android == ("a segment to write and to execute",)


def needing(*libraries: str, name: str = MODULE, level: int | None = 24) -> Binary:
    """The file with other needs."""
    return replace(CODE, name=name, needed=libraries, versions=(), android_api_level=level, runpath="$ORIGIN")


def versioned(version: str, library: str = "libc.so") -> Binary:
    """The file, with a symbol version that it needs."""
    return replace(CODE, versions=(NeededVersion(library, version, weak=False),))


ARM = replace(CODE, architecture="arm", bits=32, flags=0x05000200, float_abi="soft", name="demo/_c.so")
QUX = needing("libc.so", name="demo/libqux.so")

TRUE: dict[str, tuple[str, tuple[Binary, ...]]] = {
    "as it is": (TAG, (CODE,)),
    "a newer tag": ("android_30_arm64_v8a", (CODE,)),
    "libraries of the NDK": (TAG, (needing("libc.so", "libm.so", "libdl.so", "liblog.so", "libz.so", "libvulkan.so"),)),
    "a library of the wheel": (
        TAG,
        (
            needing("libqux.so"),
            QUX,
        ),
    ),
    "a version of that level": (TAG, (versioned("LIBC_N"),)),
    "32-bit Arm": ("android_24_armeabi_v7a", (ARM,)),
    "a program": (TAG, (replace(CODE, name="demo/run", interpreter="/system/bin/linker64", pie=True, modules=()),)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_tags(name: str) -> None:
    """A wheel that loads must not be called false."""
    tag, files = TRUE[name]
    assert platform_claim(f"cp313-cp313-{tag}", *files)[:2] == ("true", [])


FALSE = {
    "a newer level": ("android_21_arm64_v8a", "system version declares Android API level 24", TAG, CODE),
    "another ABI": (
        "android_24_x86_64",
        "architecture aarch64 (allowed: x86_64)",
        TAG,
        replace(CODE, name="demo/_c.so"),
    ),
    "an older Arm": (
        "android_24_armeabi_v7a",
        "architecture arm before EABI 5 (allowed: armeabi_v7a)",
        "",
        replace(ARM, flags=0x04000000),
    ),
    "hard floats": ("android_24_armeabi_v7a", "float ABI hard (allowed: soft)", "", replace(ARM, float_abi="hard")),
    "glibc": (TAG, "C library libc.so.6 (allowed: libc.so)", "", needing("libc.so.6")),
    "musl": (TAG, "C library libc.musl-aarch64.so.1 (allowed: libc.so)", "", needing("libc.musl-aarch64.so.1")),
    "a library of newer levels": (
        TAG,
        "library libaaudio.so: the NDK has it from API level 26 on",
        "android_26_arm64_v8a",
        needing("libaaudio.so"),
    ),
    "a private library": (TAG, "library libcutils.so", "", needing("libcutils.so")),
    "the shared C++ library": (TAG, "library libc++_shared.so", "", needing("libc++_shared.so")),
    "a version of newer levels": (
        TAG,
        "symbol version LIBC_P of libc.so: bionic has it from API level 28 on",
        "android_28_arm64_v8a",
        versioned("LIBC_P"),
    ),
    "a version of glibc": (TAG, "symbol version GLIBC_2.17 of libm.so", "", versioned("GLIBC_2.17", "libm.so")),
    "a program for Linux": (
        TAG,
        "loader /lib/ld-linux-aarch64.so.1 (allowed: /system/bin/linker64)",
        "",
        replace(CODE, interpreter="/lib/ld-linux-aarch64.so.1", pie=True, modules=()),
    ),
    "packed relocations": (
        TAG,
        "relocations DT_RELR: Android knows them from API level 30 on",
        "android_30_arm64_v8a",
        replace(CODE, packed_relocations=True),
    ),
    "text relocations": (
        TAG,
        "file type text relocations: Android does not load it",
        "",
        replace(CODE, refused_by_android=("text relocations",)),
    ),
    "a name for Linux": (
        TAG,
        "extension module named for aarch64-linux-gnu",
        "",
        replace(CODE, name="demo/_c.cpython-313-aarch64-linux-gnu.so"),
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_tags(name: str) -> None:
    """A wheel that fails where its tag says that it loads is called false, with the file and the reason."""
    tag, reason, true, code = FALSE[name]
    expected = "claims too much", [f"{code.name}: {reason}"], (true,) if true else ()
    assert platform_claim(f"cp313-cp313-{tag}", code) == expected


def test_what_cannot_be_judged() -> None:
    """Where the NDK's rules do not decide, the audit says why."""
    note, _, true = platform_claim(f"cp313-cp313-{TAG}", needing("libc.so", level=None))
    assert (note, true) == (f"{MODULE} does not say for which API level of Android it is", ())
    files = needing("libqux.so", level=21), replace(QUX, android_api_level=21)
    note, _, true = platform_claim("cp313-cp313-android_21_arm64_v8a", *files)
    assert note == "Android searches for libqux.so in the wheel from API level 24 on (DT_RUNPATH)"
    assert true == (TAG,)
    assert platform_claim(f"py3-none-{TAG}")[0] == "it has no compiled file"


def test_rpath_is_not_searched() -> None:
    """Android knows DT_RUNPATH alone."""
    code = replace(needing("libqux.so"), runpath=None, rpath="$ORIGIN")
    _, reasons, _ = platform_claim(f"cp313-cp313-{TAG}", code, replace(QUX, soname=None))
    assert reasons == [f"{MODULE}: library libqux.so: no search path leads to demo/libqux.so"]


def test_python_of_a_module() -> None:
    """Modules for Android need the library of their CPython; one for 3.13 alone is not of the stable ABI."""
    abi3 = replace(CODE, name="demo/_c.abi3.so", undefined=())
    false = {claim.tag: claim.reasons[0].what for claim in judged(f"cp313-abi3-{TAG}", abi3).claims if claim.is_false}
    assert false == {"abi3": "loaded by CPython 3.13 only"}
    assert not judged(f"cp313-abi3-{TAG}", replace(abi3, needed=("libpython3.so", "libc.so"))).is_false


def test_remarks() -> None:
    """Devices with pages of 16 KB do not load files that are aligned to less."""
    (remark,) = binary_remarks(replace(CODE, alignment=4096))
    assert str(remark) == f"{MODULE}: page size: aligned to 4 KB: devices with pages of 16 KB do not load it"
    assert not [*binary_remarks(CODE)]
    assert not [*binary_remarks(replace(ARM, alignment=4096))], "32-bit code runs in pages of 4 KB"


def test_linux_code_for_android() -> None:
    """A real file of glibc's in an Android wheel must not pass."""
    name = "demo-1.0-cp312-cp312-android_24_x86_64.whl"
    answer = audit(io.BytesIO(made_wheel(name, {"demo/_c.so": X86_64})), name)
    (claim,) = (claim for claim in answer.claims if claim.is_false)
    assert {reason.kind for reason in claim.reasons} >= {"C library"}
