"""Every case in which manytags' list differs from that of packaging 26.3, with the evidence that manytags is right.

There are two tables. ``SEEN_DIFFERENCES``: packaging mistook a real machine for another; the machine's record in
``tests/hosts`` has both lists. ``KNOWN_DIFFERENCES``: packaging knows the machine, but gives it other tags; each entry
changes packaging's list tag for tag, so that the tests allow exactly this difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from manytags import Platform

if TYPE_CHECKING:
    from collections.abc import Callable

Tags = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference between the two.

    :param name: its name in tests and reports.
    :param hosts: the hosts that have it.
    :param packaging: what packaging answers there.
    :param manytags: what manytags answers, and why this is right.
    :param evidence: what was run or read.
    :param machines: all records of ``tests/hosts`` that have it.
    :param proofs: wheels of ``data/proofs.json`` that load or fail as manytags says and packaging does not.
    """

    name: str
    hosts: str
    packaging: str
    manytags: str
    evidence: tuple[str, ...]
    machines: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class KnownDifference(Difference):
    """Make a difference that follows from the platform alone.

    :param samples: some of the hosts.
    :param applies: whether a platform is one of the hosts.
    :param change: what becomes of packaging's platform tags; its order (bare ``linux_*`` first) is the second argument.
    """

    samples: tuple[Platform, ...]
    applies: Callable[[Platform], bool]
    change: Callable[[Platform, Tags, bool], Tags]


def _append_armv6(platform: Platform, tags: Tags, linux_first: bool) -> Tags:
    musl = platform.musl
    libc = tuple(f"musllinux_{musl[0]}_{minor}_armv6l" for minor in range(musl[1], -1, -1)) if musl else ()
    return (*tags, "linux_armv6l", *libc) if linux_first else (*tags, *libc, "linux_armv6l")


def _add_pyodide(_platform: Platform, tags: Tags, _linux_first: bool) -> Tags:
    names = [
        (tag, tag.replace("pyemscripten", "pyodide")) if tag.startswith("pyemscripten") else (tag,) for tag in tags
    ]
    return tuple(chain.from_iterable(names))


def _drop_armv8(_platform: Platform, tags: Tags, _linux_first: bool) -> Tags:
    return tuple(tag for tag in tags if tag == "linux_armv8l" or not tag.endswith("_armv8l"))


#: In the order in which they are applied.
KNOWN_DIFFERENCES = (
    KnownDifference(
        name="no manylinux wheel is for armv8l",
        hosts="32-bit hard-float Arm on a 64-bit kernel, which calls itself armv8l",
        packaging="gives manylinux_*_armv8l and musllinux_*_armv8l before those of armv7l",
        manytags=(
            "gives linux_armv8l, linux_armv7l and armv7l's manylinux or musllinux: no other architecture of that kind "
            "is a policy's (PEP 599, PEP 600, PEP 656 name armv7l), no index takes one, none is in the corpus"
        ),
        evidence=(
            "packaging 26.3 on a bookworm armhf Python, glibc 2.36, under an arm64 kernel: 21 manylinux_*_armv8l tags",
            "PyPI's list of platform tags (Warehouse, August 2026): manylinux on armv7l, never on armv8l",
            "tests/data/corpus: of 44,550 wheels none is for armv8l (tests/test_corpus.py)",
        ),
        machines=("vm-arm64-armhf", "vm-arm64-armhf-linux32"),
        samples=(Platform("linux", "armv8l", glibc=(2, 36)), Platform("linux", "armv8l", musl=(1, 2))),
        applies=lambda platform: platform.system == "linux" and platform.arch == "armv8l",
        change=_drop_armv8,
    ),
    KnownDifference(
        name="ARMv7 runs ARMv6 code",
        hosts="hard-float ARMv7, and ARMv8 in 32-bit mode, on glibc or musl",
        packaging="never takes linux_armv6l or musllinux_*_armv6l, so an installer misses wheels that would load",
        manytags=(
            "takes them after everything of ARMv7's own: the hard-float ABI is the same and ARMv7 executes all of "
            "ARMv6. TagOptions(armv6_on_armv7=False) gives packaging's list"
        ),
        evidence=(
            "piwheels builds one ARMv6 wheel and offers the same bytes as linux_armv6l and linux_armv7l",
            "Raspberry Pi OS 32-bit is ARMv6 hard float and runs on every Pi, ARMv7 and ARMv8 ones too",
            "tests/data/corpus: RPi.GPIO and uv have linux_armv6l wheels on PyPI (tests/test_corpus.py)",
        ),
        machines=(
            *("bookworm-armhf", "bookworm-armhf-declares-v6", "bookworm-armhf-embedded", "bullseye-armhf"),
            *("trixie-armhf", "musl-armhf", "vm-arm64-armhf", "vm-arm64-armhf-linux32"),
        ),
        proofs=(
            "bullseye-armhf: armv6-1-cp39-abi3-linux_armv6l.whl",
            "bookworm-armhf: armv6-1-cp39-abi3-linux_armv6l.whl",
            "trixie-armhf: armv6-1-cp39-abi3-linux_armv6l.whl",
            "bookworm-armhf-embedded: armv6-1-cp39-abi3-linux_armv6l.whl",
            "vm-arm64-armhf: armv6-1-cp39-abi3-linux_armv6l.whl",
            "musl-armhf: musl_armv6-1-cp39-abi3-musllinux_1_1_armv6l.whl",
        ),
        samples=(
            Platform("linux", "armv7l", glibc=(2, 31)),
            Platform("linux", "armv7l", musl=(1, 1)),
            Platform("linux", "armv8l", glibc=(2, 36)),
            Platform("linux", "armv8l", musl=(1, 2)),
        ),
        applies=lambda platform: (
            platform.system == "linux"
            and platform.arch in {"armv7l", "armv8l"}
            and (platform.glibc is not None or platform.musl is not None)
        ),
        change=_append_armv6,
    ),
    KnownDifference(
        name="Pyodide's older name of its ABIs",
        hosts="Pyodide whose ABI is of 2025 or before",
        packaging="gives pyemscripten_YEAR_PATCH_wasm32 alone, the name that PEP 783 gave to these ABIs afterwards",
        manytags="gives pyodide_YEAR_PATCH_wasm32 right after it: that is how the wheels of that time are named",
        evidence=(
            "pyodide-lock.json of Pyodide 0.26.4: 115 compiled wheels, all named pyodide_2024_0_wasm32",
            "that of 0.29.5: 158 named pyemscripten_2025_0_wasm32, and 3, as css_inline's, pyodide_2025_0_wasm32",
            "that of 314.0.7: 148 named pyemscripten_2026_0_wasm32, none by the older name",
            "uv 0.13.8 gives both, in this order (tests/oracle/data/uv-0.13.8.json: wasm32-pyodide2024 and 2025)",
        ),
        machines=("pyodide-0.26.4", "pyodide-0.29.5"),
        samples=(
            Platform("emscripten", "emscripten_4_0_9_wasm32", version=(2025, 0)),
            Platform("emscripten", "wasm32", version=(2024, 0)),
        ),
        applies=lambda platform: (
            platform.system == "emscripten" and platform.version is not None and platform.version < (2026,)
        ),
        change=_add_pyodide,
    ),
    KnownDifference(
        name="a platform without tags has none",
        hosts="a described iOS before 12 or Android before API level 16, where CPython does not run",
        packaging="cpython_tags(platforms=[]) takes the empty list for 'look at this machine': the host's tags leak in",
        manytags="gives the tags for any platform and no others",
        evidence=("packaging 26.3, tags.py: 'platforms = list(platforms or platform_tags())'",),
        samples=(Platform("ios", "arm64_iphoneos", version=(11, 4)), Platform("android", "x86_64", version=(15,))),
        applies=lambda platform: (
            (platform.system == "ios" and platform.version is not None and platform.version < (12,))
            or (platform.system == "android" and platform.version is not None and platform.version < (16,))
        ),
        change=lambda _platform, tags, _linux_first: tags,  # the platform tags agree: there are none
    ),
)

#: Machines that packaging mistook for others when it ran on them.
SEEN_DIFFERENCES = (
    Difference(
        name="a 64-bit interpreter under linux32",
        hosts="x86-64 and AArch64 under `setarch linux32`, as in many build containers; uname says i686 or armv8l",
        packaging="believes uname (packaging #476): linux_i686 alone on x86-64, linux_armv8l and armv7l on AArch64",
        manytags="gives the tags of the interpreter's own ELF header: what it can load is 64-bit code",
        evidence=(
            "run in those Pythons: their ELF headers say EM_X86_64 and EM_AARCH64, 64-bit, and sys.maxsize does too",
        ),
        machines=("bookworm-amd64-linux32", "vm-arm64-arm64-linux32"),
        proofs=(
            "bookworm-amd64-linux32: x86_64-1-cp39-abi3-manylinux2014_x86_64.whl",
            "bookworm-amd64-linux32: i686-1-cp39-abi3-linux_i686.whl",
            "vm-arm64-arm64-linux32: aarch64-1-cp39-abi3-manylinux2014_aarch64.whl",
            "vm-arm64-arm64-linux32: hard_float-1-cp39-abi3-linux_armv7l.whl",
        ),
    ),
    Difference(
        name="no sys.executable",
        hosts="a program that embeds Python: sys.executable is empty",
        packaging="finds no ELF header, so for 32-bit x86 and Arm no manylinux: linux_i686 or linux_armv7l alone",
        manytags="reads /proc/self/exe, which is the program that runs, and gives what the same Python has otherwise",
        evidence=(
            "the same Python with and without sys.executable: bookworm-i386 and bookworm-armhf beside these records",
        ),
        machines=("bookworm-armhf-embedded", "bookworm-i386-embedded"),
        proofs=(
            "bookworm-armhf-embedded: hard_float-1-cp39-abi3-manylinux2014_armv7l.whl",
            "bookworm-i386-embedded: i686-1-cp39-abi3-manylinux2014_i686.whl",
        ),
    ),
    Difference(
        name="MIPS of either byte order",
        hosts="little-endian MIPS: uname says mips or mips64, as on big-endian ones",
        packaging="gives linux_mips and linux_mips64, which name big-endian code",
        manytags="tells them apart by the ELF header: linux_mipsel, linux_mips64el",
        evidence=("run in those Pythons: sys.byteorder is little, and EI_DATA of their ELF headers is ELFDATA2LSB",),
        machines=("bookworm-mips64el", "bookworm-mipsel", "vm-mips64el-mipsel"),
        proofs=(
            "bookworm-mipsel: mipsel-1-cp39-abi3-linux_mipsel.whl",
            "bookworm-mipsel: mips-1-cp39-abi3-linux_mips.whl",
            "bookworm-mips64el: mips64el-1-cp39-abi3-linux_mips64el.whl",
            "bookworm-mips64el: mips64-1-cp39-abi3-linux_mips64.whl",
        ),
    ),
    Difference(
        name="soft float on musl",
        hosts="32-bit Arm, soft float, on musl: built for any Arm with gnueabi's calling convention",
        packaging="gives musllinux_*_armv7l, which is hard-float: it reads the float ABI for manylinux only",
        manytags="gives the bare linux tag alone, as on glibc: musl has no other name for the soft-float ABI",
        evidence=(
            "run in that Python: e_flags 0x05000200, the loader is ld-musl-arm.so.1 and not ld-musl-armhf.so.1",
            "musl's loader does not look at the float ABI: a hard-float module loads there and computes wrong numbers",
        ),
        machines=("musl-armel",),
        proofs=("musl-armel: musl_hard_float-1-cp39-abi3-musllinux_1_1_armv7l.whl",),
    ),
    Difference(
        name="x32",
        hosts="x86-64 with 4-byte pointers (x32)",
        packaging="takes it for i686: linux_i686",
        manytags="gives linux_x32 alone: an ELF file of another machine does not load, and no manylinux has x32",
        evidence=("run on a kernel that runs x32: the ELF header says EM_X86_64 and ELFCLASS32, uname says x86_64",),
        machines=("x32",),
        proofs=(
            "x32: x32-1-cp39-abi3-linux_x32.whl",
            "x32: i686-1-cp39-abi3-linux_i686.whl",
        ),
    ),
    Difference(
        name="Pyodide before its version had its present name",
        hosts="Pyodide that has PYODIDE_ABI_VERSION and no PYEMSCRIPTEN_PLATFORM_VERSION, such as 0.26.4",
        packaging="gives the compiler's tag alone",
        manytags="gives the tags of that ABI too",
        evidence=(
            "run in Pyodide 0.26.4: sysconfig's PYODIDE_ABI_VERSION is 2024_0",
            "its pyodide-lock.json says abi_version 2024_0, and none of its 115 compiled wheels has the compiler's tag",
        ),
        machines=("pyodide-0.26.4",),
    ),
)

#: All of them.
DIFFERENCES: tuple[Difference, ...] = (*KNOWN_DIFFERENCES, *SEEN_DIFFERENCES)

#: Records of ``tests/hosts`` in which packaging gives other tags: machine -> the differences that show there.
MACHINES_THAT_DIFFER = {
    machine: tuple(difference for difference in DIFFERENCES if machine in difference.machines)
    for machine in sorted({machine for difference in DIFFERENCES for machine in difference.machines})
}


def with_known_differences(platform: Platform, tags: Tags, linux_first: bool) -> Tags:
    """Turn packaging's platform tags into the tags that manytags should give."""
    for difference in KNOWN_DIFFERENCES:
        if difference.applies(platform):
            tags = difference.change(platform, tags, linux_first)
    return tags
