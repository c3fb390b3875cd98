"""Which policy a binary complies with: binaries described here, and small real files."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from manytags.audits.linking import Linking
from manytags.audits.rules import Violation, ViolationKind, lowest_policy, violations
from manytags.binaries.binary import Binary, NeededVersion, UndefinedSymbol
from manytags.binaries.elf import read_elf
from manytags.platforms.linux.policies import policy

FOLDER = Path(__file__).parents[1] / "binaries" / "elf"


def needs(**changes: Any) -> Binary:  # noqa: ANN401 - any field
    """Describe an ordinary module for x86_64, with some fields changed."""
    ordinary = {
        "name": "a.so", "format": "ELF", "architecture": "x86_64", "machine": 62, "bits": 64, "byte_order": "little",
        "kind": "shared object", "needed": ("libc.so.6",), "versions": versions("GLIBC_2.2.5"),
        "executable_stack": False,
    }  # fmt: skip
    return Binary(**{**ordinary, **changes})


def versions(*names: str, library: str = "libc.so.6", weak: bool = False) -> tuple[NeededVersion, ...]:
    """Make needed versions of one library."""
    return tuple(NeededVersion(library, name, weak) for name in names)


def reasons(file: Binary, kind: str = "manylinux", version: tuple[int, int] = (2, 17), arch: str = "x86_64",
          bundled: tuple[str, ...] = ()) -> list[tuple[str, str]]:  # fmt: skip
    """List reasons and what they are about, if libraries are bundled beside the file, where the loader looks."""
    found = replace(file, runpath="$ORIGIN")
    linking = Linking([found, *(needs(name=name, needed=()) for name in bundled)])
    broken = violations([found], policy(kind, version, arch), linking)
    return [(str(violation.kind), violation.what) for violation in broken]


def test_nothing_wrong() -> None:
    """A wheel that keeps its tag's promise passes, including its loader and its bundled libraries."""
    own = ("libc.so.6", "ld-linux-x86-64.so.2", "libfoo-0a1b2c.so.1")
    module = needs(needed=own, versions=(*versions("GLIBC_2.17"), *versions("FOO_9", "ZLIB_9", library=own[2])))
    assert not reasons(module, bundled=(own[2],))
    assert reasons(module) == [("library", own[2]), ("symbol version", "ZLIB_9")]


def test_symbol_versions() -> None:
    """The most common violation must name the symbol to avoid, and what the policy would allow."""
    symbols = (UndefinedSymbol("memcpy", "libc.so.6", "GLIBC_2.14", False), UndefinedSymbol("puts", None, None, False))
    module = needs(versions=versions("GLIBC_2.14"), undefined=symbols)
    (violation,) = violations([module], policy("manylinux", (2, 5), "x86_64"))
    assert violation == Violation(
        "a.so", ViolationKind.SYMBOL_VERSION, "GLIBC_2.14", "libc.so.6", ("GLIBC_2.5",), ("memcpy",)
    )
    assert str(violation) == "a.so: symbol version GLIBC_2.14 of libc.so.6, needed by memcpy (allowed: GLIBC_2.5)"
    assert pickle.loads(pickle.dumps(violation)) == violation  # noqa: S301 - our own
    assert not reasons(needs(versions=versions("GLIBC_2.99", weak=True))), "loaders go on without weak ones"
    assert reasons(needs(versions=versions("GLIBC_PRIVATE"))) == [("symbol version", "GLIBC_PRIVATE")]
    x11 = "libX11.so.6"
    assert not reasons(needs(needed=(x11,), versions=versions("X_1", library=x11)))


@pytest.mark.parametrize(("library", "right"), [("libm.so.6", "GLIBC_2.2.5"), ("libstdc++.so.6", "CXXABI_1.3")])
def test_versions_of_no_release(library: str, right: str) -> None:
    """No libc.so.6 has a version "FOO_1": the policy does not list it, and glibc ends with "version not found"."""
    for version, is_wrong in ((right, False), ("FOO_1", True), (library, True), ("ZLIB_1.2.9", True)):
        wanted = versions(version, library=library)
        assert bool(reasons(needs(needed=(library,), versions=wanted))) is is_wrong, version


def test_libraries() -> None:
    """A library that the build machine had, but not every system has, must be reported."""
    assert reasons(needs(needed=("libX11.so.6", "libxcb.so.1", "libpython3.12.so.1.0"))) == [
        ("library", "libxcb.so.1"),
        ("library", "libpython3.12.so.1.0"),
    ]
    assert reasons(needs(needed=("/opt/lib/libc.so.6",))) == [("library", "/opt/lib/libc.so.6")]
    assert reasons(needs(needed=("libexpat.so.1",)), version=(2, 5)) == [("library", "libexpat.so.1")]
    assert reasons(needs(needed=("libc.musl-x86_64.so.1",))) == [("C library", "libc.musl-x86_64.so.1")]
    assert reasons(needs(), "musllinux", (1, 2)) == [("C library", "libc.so.6")]
    assert not reasons(needs(needed=("libc.musl-x86_64.so.1",), versions=()), "musllinux", (1, 2))


def test_forbidden_symbols() -> None:
    """Internals of libz are missing on some systems. Weak references and a bundled libz do no harm."""
    symbols = (UndefinedSymbol("uncompress2", None, None, False),)
    module = needs(needed=("libz.so.1", "libc.so.6"), undefined=symbols)
    assert reasons(module) == [("forbidden symbol", "uncompress2")]
    assert not reasons(module, version=(2, 34))
    assert not reasons(module, bundled=("libz.so.1",))
    assert not reasons(needs(undefined=symbols)), "not libz's"
    assert not reasons(needs(needed=module.needed, undefined=(UndefinedSymbol("uncompress2", None, None, True),)))


def test_processors() -> None:
    """Code of another architecture or another float ABI never loads."""
    assert reasons(needs(architecture="aarch64")) == [("architecture", "aarch64")]
    assert reasons(needs(architecture="x32")) == [("architecture", "x32")]
    soft = needs(architecture="arm", float_abi="soft", versions=versions("GLIBC_2.4"))
    assert reasons(soft, arch="armv7l") == [("float ABI", "soft")]
    assert not reasons(needs(architecture="arm", float_abi="hard", versions=()), arch="armv7l")
    assert not reasons(needs(architecture="arm", float_abi=None, versions=()), arch="armv7l"), "it does not say"
    assert reasons(needs(x86_isa_needed=3)) == [("processor level", "x86-64-v3")]
    assert not reasons(needs(x86_isa_needed=1))


def test_executable_stacks() -> None:
    """glibc 2.41 refuses executable stacks, and every manylinux tag includes glibc 2.41."""
    assert [reason for reason, _ in reasons(needs(executable_stack=True))] == ["executable stack"]
    # glibc's default where PT_GNU_STACK is missing, by architecture
    assert reasons(needs(executable_stack=None)) == [("executable stack", "without PT_GNU_STACK")]
    assert not reasons(needs(executable_stack=None, architecture="aarch64", versions=()), arch="aarch64")
    # programs get their stack from the kernel
    assert not reasons(needs(executable_stack=True, interpreter="/lib64/ld-linux-x86-64.so.2"))
    assert not reasons(needs(executable_stack=True, kind="executable"))
    assert not reasons(needs(executable_stack=True, needed=(), versions=()), "musllinux", (1, 1))
    assert lowest_policy([needs(executable_stack=True)], "manylinux", "x86_64") is None
    lowest = lowest_policy(
        [needs(executable_stack=True)], "manylinux", "x86_64", ignored=[ViolationKind.EXECUTABLE_STACK]
    )
    assert lowest == policy("manylinux", (2, 5), "x86_64")


@pytest.mark.parametrize(
    ("version", "lowest"),
    [
        ("GLIBC_2.5", "manylinux_2_5_x86_64"),
        ("GLIBC_2.14", "manylinux_2_17_x86_64"),
        ("GLIBC_2.29", "manylinux_2_31_x86_64"),
        ("GLIBCXX_3.4.24", "manylinux_2_27_x86_64"),
        ("GLIBC_ABI_DT_RELR", "manylinux_2_36_x86_64"),
        ("GLIBC_2.41", "manylinux_2_41_x86_64"),
        ("GLIBC_2.43", "manylinux_2_43_x86_64"),
        ("GLIBC_PRIVATE", None),
        ("GLIBC_2.9999999999", None),
    ],
)
def test_lowest_policy(version: str, lowest: str | None) -> None:
    """A tag that is not the lowest true one would keep the wheel from hosts that could load it."""
    library = "libstdc++.so.6" if version.startswith("GLIBCXX") else "libc.so.6"
    file = needs(needed=(library,), versions=versions(version, library=library))
    answer = lowest_policy([needs(), file], "manylinux", "x86_64")
    assert (answer and answer.tag) == lowest
    assert answer is None or answer.listed == (version != "GLIBC_2.43")


def test_no_policy() -> None:
    """Code that complies with no policy must not get a tag, nor must an architecture without policies."""
    assert lowest_policy([needs(needed=("libxcb.so.1",))], "manylinux", "x86_64") is None
    assert lowest_policy([needs()], "manylinux", "aarch64") is None
    assert lowest_policy([needs()], "manylinux", "armv6l") is None
    assert lowest_policy([needs()], "musllinux", "x86_64") is None


@pytest.mark.parametrize(
    ("name", "arch", "lowest"),
    [
        ("x86_64", "x86_64", "manylinux_2_31_x86_64"),
        ("armhf", "armv7l", "manylinux_2_31_armv7l"),
        ("s390x", "s390x", "manylinux_2_17_s390x"),
    ],
)
def test_real_files(name: str, arch: str, lowest: str) -> None:
    """Real files lead to the right tag. The first two need GLIBC_2.29 for ``pow``."""
    with (FOLDER / f"{name}.so").open("rb") as stream:
        module = read_elf(stream, f"{name}.so")
    answer = lowest_policy([module], "manylinux", arch)
    assert answer
    assert answer.tag == lowest


@pytest.mark.parametrize("library", ["libc.musl-x86_64.so.1", "libc.so"])
def test_what_came_with_musl_1_2(library: str) -> None:
    """Symbols of musl have no versions, but some names are new: musl 1.1 has no qsort_r."""
    symbols = (UndefinedSymbol("qsort_r", None, None, False), UndefinedSymbol("gettid", None, None, True))
    module = needs(needed=(library,), versions=(), undefined=symbols)
    assert reasons(module, "musllinux", (1, 1)) == [("forbidden symbol", "qsort_r")], "weak ones may be missing"
    assert not reasons(module, "musllinux", (1, 2))
    lowest = lowest_policy([module], "musllinux", "x86_64")
    assert lowest is not None
    assert lowest.version == (1, 2)
    glibc = needs(undefined=symbols)
    assert not reasons(glibc), "glibc's have versions"


def test_what_musl_never_had() -> None:
    """glibc's reserved names are nowhere on Alpine Linux: a module that needs one cannot be imported there."""
    symbols = [UndefinedSymbol(name, None, None, False) for name in ("__cxa_thread_atexit_impl", "__isoc23_strtol")]
    module = needs(needed=("libc.musl-x86_64.so.1",), versions=(), undefined=tuple(symbols))
    for version in ((1, 1), (1, 2)):
        assert reasons(module, "musllinux", version) == [("forbidden symbol", symbol.name) for symbol in symbols]
    weak = needs(needed=("libc.musl-x86_64.so.1",), versions=(), undefined=(symbols[0]._replace(weak=True),))
    assert not reasons(weak, "musllinux", (1, 2)), "libstdc++ asks for it and does without"


def test_musl_gcc_under_manylinux() -> None:
    """Code of musl-gcc needs ``libc.so``, and glibc has no library of that name."""
    module = needs(needed=("libc.so",), versions=())
    assert reasons(module) == [("C library", "libc.so")]


def test_initial_exec_storage() -> None:
    """musl ends an import with "initial-exec TLS resolves to dynamic definition"; glibc keeps some room for it."""
    module, libc = "demo.cpython-312-x86_64-linux-musl.so", "libc.musl-x86_64.so.1"
    needy = needs(name=module, needed=(libc,), versions=(), initial_exec=True)
    musl = policy("musllinux", (1, 2), "x86_64")
    linking = Linking([needy], [module])
    assert [violation.what for violation in violations([needy], musl, linking)] == ["initial-exec TLS"]
    assert not violations([needy], musl, Linking([needy])), "a process may begin with it"
    assert not reasons(needs(initial_exec=True))


def test_packed_relocations() -> None:
    """glibc before 2.36 ignores DT_RELR, so the code crashes. Newer versions refuse code that does not declare it."""
    silent, declared = needs(packed_relocations=True), versions("GLIBC_2.2.5", "GLIBC_ABI_DT_RELR")
    assert reasons(silent) == reasons(silent, version=(2, 36)) == [("relocations", "DT_RELR")]
    assert reasons(needs(packed_relocations=True, versions=declared)) == [("symbol version", "GLIBC_ABI_DT_RELR")]
    assert not reasons(needs(packed_relocations=True, versions=declared), version=(2, 36))
    alone = needs(packed_relocations=True, versions=())
    assert reasons(alone) == [("relocations", "DT_RELR")]
    assert not reasons(alone, version=(2, 36))
