"""Programs in wheels: which loader they ask for, and what matters to those that need none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from manytags.audits.judge import Judge
from manytags.audits.rules import lowest_policy, violations
from manytags.binaries.binary import Binary
from manytags.platforms.linux.policies import policy

from .test_judge import made, said

GLIBC, MUSL = "/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"


def program(architecture: str = "x86_64", interpreter: str | None = None, **changes: Any) -> Binary:  # noqa: ANN401 - any field
    """A program that needs no library."""
    machine = {"x86_64": 62, "arm": 40, "i686": 3}[architecture]
    ordinary = Binary("a", "ELF", architecture, machine, 64, "little", "executable", interpreter=interpreter)
    return Binary(**{**{name: getattr(ordinary, name) for name in Binary.__slots__}, **changes})


def broken(
    binary: Binary, kind: str = "manylinux", version: tuple[int, int] = (2, 17), machine: str = "x86_64"
) -> list[str]:
    """List the rules of a policy that a file breaks."""
    return [f"{broken.kind} {broken.what}" for broken in violations([binary], policy(kind, version, machine))]


@pytest.mark.parametrize(
    ("interpreter", "starts"),
    [
        (GLIBC, True),
        ("//lib64/./ld-linux-x86-64.so.2", True),
        ("/nix/store/3n1s-glibc-2.40-66/lib/ld-linux-x86-64.so.2", False),
        ("ld-linux-x86-64.so.2", False),
        ("lib64/ld-linux-x86-64.so.2", False),
        ("/lib/ld-linux.so.2", False),
        ("/lib/ld-linux-aarch64.so.1", False),
        (MUSL, False),
        ("", False),
    ],
)
def test_the_loader_that_a_program_asks_for(interpreter: str, starts: bool) -> None:
    """A kernel does not start a program without its loader, whatever libraries the machine has.

    Linux 6.1 says "required file not found" for the paths that are false here, "Exec format error" for the empty one,
    and starts a program with the two others. It would start one with musl's loader, as Debian with musl has both.
    """
    assert broken(program(interpreter=interpreter)) == ([] if starts else [f"loader {interpreter}"])
    # a library may be started too, as libc can be, but programs that load it do not ask for its loader
    assert not broken(program(interpreter=interpreter, kind="shared object", soname="libc.so", executable_stack=False))


def test_loaders_of_the_other_c_library() -> None:
    """Alpine has no loader of glibc, and Debian none of musl."""
    assert broken(program(interpreter=GLIBC), "musllinux", (1, 2)) == [f"loader {GLIBC}"]
    assert not broken(program(interpreter=MUSL), "musllinux", (1, 2))
    both = made("py3-none-manylinux1_x86_64", program(interpreter=MUSL))
    assert Judge(both).true_tags == ("musllinux_1_1_x86_64",)


def test_programs_that_need_nothing() -> None:
    """ziglang's program for 32-bit Arm passes floats in other registers, but nobody calls it."""
    soft = program("arm", float_abi="soft")
    for kind, version in (("manylinux", (2, 17)), ("musllinux", (1, 1))):
        assert not broken(soft, kind, version, "armv7l")
    assert said(made("py3-none-manylinux_2_17_armv7l", soft))["manylinux_2_17_armv7l"] == "true"
    assert broken(program("arm", float_abi="soft", needed=("libc.so.6",)), machine="armv7l") == ["float ABI soft"]
    library = program("arm", kind="shared object", float_abi="soft", executable_stack=False)
    assert broken(library, machine="armv7l") == ["float ABI soft"], "other files call a library"
    pie = program("arm", kind="shared object", float_abi="soft", pie=True)
    assert not broken(pie, machine="armv7l"), "nor is its stack a loader's to make executable"


def test_the_machine_still_matters_to_programs() -> None:
    """A static program runs on its own architecture only. Whether a kernel also runs i386 code is no tag's promise."""
    assert broken(program("i686")) == ["architecture i686"]
    assert broken(program(x86_isa_needed=3)) == ["processor level x86-64-v3"]
    assert broken(program("arm", arm_attributes=((6, 14),)), machine="armv7l") == ["declared processor ARMv8"]


C = "foo/_c.cpython-312-x86_64-linux-gnu.so"
MUSL_C = C.replace("gnu", "musl")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"kind": "executable"}, "executable"),
        ({"pie": True}, "position-independent executable"),
        ({"no_open": True}, "DF_1_NOOPEN"),
    ],
)
def test_programs_that_are_loaded_as_libraries(what: dict[str, Any], reason: str) -> None:
    """A module that was linked as a program cannot be imported.

    glibc 2.36 says "cannot dynamically load executable", "cannot dynamically load position-independent executable" and
    "shared object cannot be dlopen()ed"; musl 1.2.3 loads all three.
    """
    refused: dict[str, Any] = {"kind": "shared object", "executable_stack": False, **what}
    library = program(kind="shared object", executable_stack=False, needed=("libfoo.so",), runpath="$ORIGIN")
    tag = "manylinux_2_17_x86_64"
    for files in ([program(name=C, **refused)], [replace(library, name=C), program(name="foo/libfoo.so", **refused)]):
        judged = {claim.tag: claim for claim in Judge(made(f"cp312-cp312-{tag}", *files)).claims()}[tag]
        assert [(str(broken.kind), broken.what) for broken in judged.reasons] == [("file type", reason)]
    alone = made(f"cp312-cp312-{tag}", replace(library, name=C, needed=()), program(name="foo/tool", **refused))
    assert said(alone)[tag] == "claims less than it could", "nothing loads it"
    musl = "musllinux_1_1_x86_64"
    assert said(made(f"cp312-cp312-{musl}", program(name=MUSL_C, **refused)))[musl] == "true"


def test_packed_relocations_of_musl() -> None:
    """musl 1.2.4 knows DT_RELR. No system of musllinux_1_1 has it, so that tag must not be called true."""
    packed = program(kind="shared object", needed=("libc.musl-x86_64.so.1",), packed_relocations=True)
    assert broken(packed, "musllinux", (1, 1)) == ["relocations DT_RELR"]
    lowest = lowest_policy([packed], "musllinux", "x86_64")
    assert lowest is not None
    assert lowest.tag == "musllinux_1_2_x86_64"
