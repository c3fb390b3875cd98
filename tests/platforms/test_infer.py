"""From facts to a target: every rule of inference, with the evidence that it records."""

from __future__ import annotations

import pytest

from manytags import Facts, InvalidFacts, Target, parse_tag, target_from_facts
from manytags.platforms import release_numbers
from manytags.platforms.linux.table import machine_name

from ..hosts.machines import changed, seen_machines

SEEN = "where it was seen"
X86_64 = {"elf_class": 64, "elf_data": "little", "elf_machine": 62, "elf_flags": 0}
AARCH64 = {"elf_class": 64, "elf_data": "little", "elf_machine": 183, "elf_flags": 0}
ARM = {"elf_class": 32, "elf_data": "little", "elf_machine": 40, "elf_flags": 0x5000400}
HARD_LOADER, SOFT_LOADER = "/lib/ld-linux-armhf.so.3", "/lib/ld-linux.so.3"


def linux(machine: str, elf: dict[str, object] | None = None, libc: str = "glibc 2.18", **more: object) -> Facts:
    """Facts of a CPython 3.11 on Linux.

    :param machine: what the kernel says.
    :param elf: the facts of the header; ``None`` if it cannot be read.
    :param libc: its name and version.
    """
    name, _, version = libc.partition(" ")
    facts: dict[str, object] = {
        "implementation": "cpython",
        "python_version": "3.11.2",
        "pointer_size": 4 if (elf or {"elf_class": 64})["elf_class"] == 32 else 8,
        "abiflags": "",
        "sys_platform": "linux",
        "machine": machine,
        "sysconfig_platform": f"linux-{machine}",
        name: version,
        **(elf or {}),
        **more,
    }
    facts.pop("", None)
    return Facts(facts, dict.fromkeys(facts, SEEN))


def arm(machine: str = "armv7l", libc: str = "glibc 2.18", **more: object) -> Target:
    """Conclude what a 32-bit Arm CPython takes."""
    return target_from_facts(linux(machine, {**ARM, **more}, libc))


def armv7(more: dict[str, object]) -> Target:
    """Conclude what an ARMv7 CPython takes."""
    return target_from_facts(linux("armv7l", {**ARM, **more}))


def because(target: Target, subject: str) -> str:
    """Return the only piece of evidence about a subject as text."""
    (evidence,) = [item for item in target.evidence if item.subject == subject]
    return str(evidence)


@pytest.mark.parametrize("name", ["foo", "my-python", "Foo.Bar", "foo_bar"])
@pytest.mark.parametrize("suffix", [[".foo-313-x.so"], ["..so"], [".-.so"], [".so"], [".a+b.so"], []], ids=str)
def test_every_tag_of_a_strange_implementation_is_a_tag(name: str, suffix: list[str]) -> None:
    """A Python that manytags has never heard of must get tags that everything else can read."""
    facts = linux("x86_64", X86_64, implementation=name, extension_suffixes=suffix)
    target = target_from_facts(facts)
    assert [str(tag) for triple in target.triples() for tag in parse_tag(triple)] == list(target.triples())
    assert Target.from_json(target.to_json()).triples() == target.triples()
    assert target.triples()[-1] == "py30-none-any"


def test_an_implementation_without_a_name_of_tags_is_refused() -> None:
    """Facts from a broken probe end in one clear error, not in tags that nothing reads."""
    with pytest.raises(InvalidFacts, match="letters, digits and underscores"):
        target_from_facts(linux("x86_64", X86_64, implementation="Пітон"))


ARMV7 = ("linux_armv7l", "manylinux_2_18_armv7l", "manylinux_2_17_armv7l", "manylinux2014_armv7l", "linux_armv6l")

FLOATS: dict[str, tuple[dict[str, object], str, str]] = {
    "e_flags hard": ({"elf_flags": 0x5000400}, "hard", "e_flags 0x05000400"),
    "e_flags soft": ({"elf_flags": 0x5000200}, "soft", "e_flags 0x05000200"),
    "e_flags soft beats attributes": ({"elf_flags": 0x5000200, "arm_vfp_args": 1}, "soft", "e_flags 0x05000200"),
    "e_flags both": ({"elf_flags": 0x5000600}, "hard", "e_flags 0x05000600"),
    "attributes hard": ({"elf_flags": 0x5000000, "arm_vfp_args": 1}, "hard", "Tag_ABI_VFP_args 1"),
    "attributes soft": ({"elf_flags": 0x5000000, "arm_vfp_args": 0}, "soft", "Tag_ABI_VFP_args 0"),
    "attributes beat the loader": (
        {"elf_flags": 0x5000000, "arm_vfp_args": 0, "elf_interpreter": HARD_LOADER},
        "soft",
        "Tag_ABI_VFP_args 0",
    ),
    "loader hard": ({"elf_flags": 0x5000000, "elf_interpreter": HARD_LOADER}, "hard", "ld-linux-armhf.so.3"),
    "loader soft": ({"elf_flags": 0x5000000, "elf_interpreter": SOFT_LOADER}, "soft", "ld-linux.so.3"),
    "loader of Nix": (
        {"elf_flags": 0x5000000, "elf_interpreter": "/nix/store/x-glibc-2.35/lib/ld-linux-armhf.so.3"},
        "hard",
        "ld-linux-armhf.so.3",
    ),
    "multiarch hard": ({"elf_flags": 0x5000000, "multiarch": "arm-linux-gnueabihf"}, "hard", "arm-linux-gnueabihf"),
    "multiarch soft": ({"elf_flags": 0x5000000, "multiarch": "arm-linux-gnueabi"}, "soft", "arm-linux-gnueabi"),
    "unknown loader, then multiarch": (
        {"elf_flags": 0x5000000, "elf_interpreter": "/lib/ld-odd.so", "multiarch": "arm-linux-gnueabihf"},
        "hard",
        "arm-linux-gnueabihf",
    ),
    "EABI 4": ({"elf_flags": 0x4000400, "elf_interpreter": HARD_LOADER}, "unknown", "not EABI version 5"),
}


@pytest.mark.parametrize("case", FLOATS)
def test_armhf_or_armel(case: str) -> None:
    """A soft-float interpreter would be given hard-float code, which computes nonsense or does not load."""
    more, conclusion, reason = FLOATS[case]
    target = armv7(more)
    assert target.platform_tags() == (ARMV7 if conclusion == "hard" else ("linux_armv7l",))
    assert because(target, "float ABI").startswith(f"float ABI: {conclusion}")
    assert reason in because(target, "float ABI")
    assert SEEN in because(target, "float ABI")


def test_float_abi_that_nothing_tells() -> None:
    """If nothing shows the float ABI, only bare tags can be taken."""
    target = arm(elf_flags=0x5000000)
    assert target.platform_tags() == ("linux_armv7l",)
    assert "the float ABI is unknown" in because(target, "libc tags")


def test_armhf_whose_header_cannot_be_seen() -> None:
    """An embedded Python that names its own multiarch would lose its wheels."""
    facts = linux("armv7l", None, pointer_size=4, multiarch="arm-linux-gnueabihf")
    assert target_from_facts(facts).platform_tags() == ARMV7
    facts = linux("aarch64", None, pointer_size=4, multiarch="arm-linux-gnueabihf")
    assert target_from_facts(facts).platform_tags() == ("linux_armv8l", *ARMV7)


@pytest.mark.parametrize(
    ("flags", "loader"), [(0x5000200, "/lib/ld-musl-arm.so.1"), (0x5000000, "/lib/ld-musl-arm.so.1")]
)
def test_soft_float_musl_claims_no_musllinux(flags: int, loader: str) -> None:
    """packaging gives a soft-float musl Python ``musllinux_*_armv7l``, which are hard-float wheels."""
    target = arm(libc="musl 1.2.5", elf_flags=flags, elf_interpreter=loader)
    assert target.platform_tags() == ("linux_armv7l",)
    assert because(target, "libc").startswith("libc: musl 1.2")
    assert "hard-float (PEP 599)" in because(target, "libc tags")


def test_hard_float_musl() -> None:
    """Alpine's armv7 takes its own wheels, then those of Alpine's armhf."""
    target = arm(libc="musl 1.1.24", elf_flags=0x5000000, elf_interpreter="/lib/ld-musl-armhf.so.1")
    assert target.platform_tags() == (
        *("linux_armv7l", "musllinux_1_1_armv7l", "musllinux_1_0_armv7l"),
        *("linux_armv6l", "musllinux_1_1_armv6l", "musllinux_1_0_armv6l"),
    )


@pytest.mark.parametrize(
    ("machine", "cpu_arch", "build_tag", "first"),
    [
        ("armv6l", 6, "linux_armv6l", ["linux_armv6l"]),
        ("armv6l", 7, "linux_armv6l", ["linux_armv6l"]),
        ("armv7l", 6, "linux_armv6l", list(ARMV7)),
        ("armv7l", 9, "linux_armv6l", list(ARMV7)),
        ("armv7l", 10, "linux_armv7l", list(ARMV7)),
        ("armv7l", 14, "linux_armv7l", list(ARMV7)),
        ("aarch64", 6, "linux_armv6l", ["linux_armv8l", *ARMV7]),
        ("armv8l", 6, "linux_armv6l", ["linux_armv8l", *ARMV7]),
        ("aarch64", 10, "linux_armv7l", ["linux_armv8l", *ARMV7]),
    ],
)
def test_armv6_userland(machine: str, cpu_arch: int, build_tag: str, first: list[str]) -> None:
    """Raspberry Pi OS is ARMv6 on every Pi: a wheel built there must not be called armv7l, which a Pi Zero lacks."""
    target = arm(machine, arm_cpu_arch=cpu_arch, arm_vfp_args=1, os_id="raspbian")
    assert target.build_tag() == build_tag
    assert list(target.platform_tags()) == first
    if cpu_arch < 10:
        assert f"Tag_CPU_arch {cpu_arch}" in because(target, "userland")
        assert "os-release says raspbian" in because(target, "userland")


def header(number: int, elf_class: int, data: str = "little", flags: int = 0) -> dict[str, object]:
    """Facts of an ELF header."""
    return {"elf_class": elf_class, "elf_data": data, "elf_machine": number, "elf_flags": flags}


#: The kernel's machine, the header of the executable, and the architecture of the code that it loads.
ARCHITECTURES: list[tuple[str, dict[str, object], str]] = [
    ("x86_64", header(62, 64), "x86_64"),
    ("x86_64", header(3, 32), "i686"),
    ("i686", header(62, 64), "x86_64"),
    ("i686", header(3, 32), "i686"),
    ("i586", header(3, 32), "i586"),
    ("x86_64", header(62, 32), "x32"),
    ("aarch64", header(183, 64), "aarch64"),
    ("armv8l", header(183, 64), "aarch64"),
    ("aarch64", header(40, 32, flags=0x5000400), "armv8l"),
    ("arm64", header(40, 32, flags=0x5000400), "armv8l"),
    ("armv8l", header(40, 32, flags=0x5000400), "armv8l"),
    ("armv7l", header(40, 32, flags=0x5000400), "armv7l"),
    ("armv5tel", header(40, 32, flags=0x5000200), "armv5tel"),
    ("x86_64", header(40, 32, flags=0x5000400), "armv7l"),
    ("armv7b", header(40, 32, "big", 0x5800400), "armv7b"),
    ("aarch64_be", header(40, 32, "big", 0x5800400), "armv7b"),
    ("aarch64_be", header(183, 64, "big"), "aarch64_be"),
    ("s390x", header(22, 64, "big"), "s390x"),
    ("s390x", header(22, 32, "big"), "s390"),
    ("ppc64", header(21, 64, "big"), "ppc64"),
    ("ppc64", header(20, 32, "big"), "ppc"),
    ("ppc64le", header(21, 64), "ppc64le"),
    ("ppc64le", header(20, 32), "ppcle"),
    ("mips64", header(8, 64), "mips64el"),
    ("mips64", header(8, 64, "big"), "mips64"),
    ("mips64", header(8, 32), "mipsel"),
    ("mips64", header(8, 32, "big"), "mips"),
    ("mips", header(8, 32), "mipsel"),
    ("mips64", header(8, 32, "little", 0x20), "mipsn32el"),
    ("mips64", header(8, 32, "big", 0x20), "mipsn32"),
    ("riscv64", header(243, 64), "riscv64"),
    ("riscv64", header(243, 32), "riscv32"),
    ("loongarch64", header(258, 64), "loongarch64"),
    ("sparc64", header(43, 64, "big"), "sparc64"),
]


@pytest.mark.parametrize(("machine", "elf", "arch"), ARCHITECTURES)
def test_what_runs_decides_not_the_kernel(machine: str, elf: dict[str, object], arch: str) -> None:
    """32-bit userlands on 64-bit kernels, and 64-bit ones under linux32, would get code that cannot load."""
    target = target_from_facts(linux(machine, elf))
    assert target.platform.arch == arch
    assert target.platform_tags()[0] == f"linux_{arch}"
    text = because(target, "architecture")
    assert text.startswith(f"architecture: {arch} ({SEEN}: {elf['elf_class']}-bit {elf['elf_data']}-endian ")
    assert f"the kernel says {machine}" in text


@pytest.mark.parametrize(
    ("machine", "size", "arch"),
    [
        ("x86_64", 4, "i686"),
        ("i686", 8, "x86_64"),
        ("s390x", 4, "s390"),
        ("ppc64", 4, "ppc"),
        ("ppc64le", 4, "ppcle"),
        ("mips64", 4, "mips"),
        ("riscv64", 4, "riscv32"),
        ("armv8l", 8, "aarch64"),
        ("x86_64", 8, "x86_64"),
        ("riscv64", 8, "riscv64"),
    ],
)
def test_pointer_size_where_no_header_is_seen(machine: str, size: int, arch: str) -> None:
    """An embedded 32-bit Python without /proc would be taken for a 64-bit one."""
    target = target_from_facts(linux(machine, None, pointer_size=size))
    assert target.platform.arch == arch
    assert f"pointers have {size} bytes; no ELF header was seen" in because(target, "architecture")


def test_x32_takes_nothing_of_i686() -> None:
    """x32 has 4-byte pointers on an x86_64 kernel, so packaging takes it for i686."""
    assert target_from_facts(linux("x86_64", header(62, 32))).platform_tags() == ("linux_x32",)


def test_sysroot_of_a_cross_build() -> None:
    """A cross build would use the build machine's tags if ``_PYTHON_HOST_PLATFORM`` were ignored."""
    facts = linux("x86_64", X86_64, host_platform="linux-aarch64", sysconfig_platform="linux-aarch64")
    target = target_from_facts(facts)
    assert target.platform.arch == "aarch64"
    assert "linux-aarch64" in because(target, "architecture")


GLIBC: list[tuple[str, tuple[int, int] | None]] = [
    ("2.36", (2, 36)),
    ("2.20-2014.11", (2, 20)),
    ("2.17-c758a686", (2, 17)),
    ("2.4.5", (2, 4)),
    ("2", None),
    ("two", None),
    ("2.", None),
    ("2.1234", None),
    ("glibc 2.28", (2, 28)),
]


@pytest.mark.parametrize(("text", "version"), GLIBC)
def test_glibc_versions_in_the_wild(text: str, version: tuple[int, int] | None) -> None:
    """Version strings such as Linaro's would stop detection, or hide every manylinux wheel."""
    target = target_from_facts(linux("x86_64", X86_64, f"glibc {text}"))
    assert target.platform.glibc == version
    assert f"{SEEN} says {text}" in because(target, "libc")
    if version is None:
        assert target.platform_tags() == ("linux_x86_64",)


def test_no_libc() -> None:
    """A host with another libc (Android's, uClibc) takes only bare tags."""
    target = target_from_facts(linux("x86_64", X86_64, ""))
    assert target.platform_tags() == ("linux_x86_64",)
    assert because(target, "libc") == "libc: unknown (neither glibc nor musl was seen)"


def test_musl() -> None:
    """The ladder of musl goes down to the first version of its major version."""
    target = target_from_facts(linux("x86_64", X86_64, "musl 1.2.5-git-4-gabc"))
    assert target.platform_tags()[1:] == ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64", "musllinux_1_0_x86_64")


def other(sys_platform: str, sysconfig_platform: str, **more: object) -> Target:
    """Conclude what a CPython on another system takes."""
    facts: dict[str, object] = {
        "implementation": "cpython",
        "python_version": "3.13.0",
        "pointer_size": 8,
        "abiflags": "",
        "sys_platform": sys_platform,
        "sysconfig_platform": sysconfig_platform,
        **more,
    }
    facts = {name: value for name, value in facts.items() if value is not None}
    return target_from_facts(Facts(facts, dict.fromkeys(facts, SEEN)))


def test_emscripten_is_never_glibc() -> None:
    """Emscripten's confstr reports glibc 2.14, but a manylinux wheel is not WebAssembly."""
    target = other("emscripten", "emscripten-4.0.9-wasm32", pointer_size=4, glibc="2.14", pyemscripten_version="2025_0")
    assert target.platform_tags() == (
        "pyemscripten_2025_0_wasm32",
        "pyodide_2025_0_wasm32",
        "emscripten_4_0_9_wasm32",
    )
    assert because(target, "Pyodide ABI") == f"Pyodide ABI: 2025_0 ({SEEN})"


@pytest.mark.parametrize("text", [None, "", "²_0", "x", "2025_", "1_2_3_4_5_6", "99999_0", "-1_0"])
def test_pyodide_versions_that_are_none(text: str | None) -> None:
    """A build without an ABI version takes only the compiler's tag."""
    target = other("emscripten", "emscripten-4.0.9-wasm32", pointer_size=4, pyemscripten_version=text)
    assert target.platform_tags() == ("emscripten_4_0_9_wasm32",)


def test_macos_10_16_is_what_it_says() -> None:
    """A Python built for macOS 10 sees 10.16 on every newer macOS. If no other fact shows more, 10.16 is kept."""
    target = other("darwin", "macosx-10.9-x86_64", machine="x86_64", macos_version="10.16")
    assert target.platform_tags()[0] == "macosx_10_16_x86_64"
    assert target.platform.version == (10, 16)
    newer = other("darwin", "macosx-10.9-x86_64", machine="x86_64", macos_version="14.5")
    assert newer.platform_tags()[0] == "macosx_14_0_x86_64"
    assert because(newer, "macOS") == f"macOS: 14.5 ({SEEN})"


@pytest.mark.parametrize(
    ("machine", "size", "arch"),
    [("x86_64", 4, "i386"), ("i386", 4, "i386"), ("Power Macintosh", 4, "ppc"), ("ppc64", 8, "ppc64")],
)
def test_old_macs(machine: str, size: int, arch: str) -> None:
    """A 32-bit Python on a 64-bit Mac loads only 32-bit modules."""
    target = other("darwin", "macosx-10.6-intel", machine=machine, pointer_size=size, macos_version="10.6.8")
    assert target.platform.arch == arch


def test_windows() -> None:
    """An x64 Python on an Arm machine takes x64 wheels: sysconfig decides, not the machine."""
    assert other("win32", "win-amd64", machine="ARM64").platform_tags() == ("win_amd64",)
    assert other("win32", "win32", pointer_size=4, machine="AMD64").platform_tags() == ("win32",)
    assert because(other("win32", "win-arm64"), "platform") == f"platform: win_arm64 ({SEEN})"
    assert other("win32", "mingw_x86_64_ucrt").platform_tags() == ("mingw_x86_64_ucrt",)


def test_android_before_and_after_3_13() -> None:
    """Termux's Python called itself Linux until PEP 738."""
    before = linux("aarch64", AARCH64, "", os_id=None)
    assert target_from_facts(before).platform_tags() == ("linux_aarch64",)
    after = other("android", "android-24-arm64_v8a", android_api_level=30)
    assert after.platform_tags()[:2] == ("android_30_arm64_v8a", "android_29_arm64_v8a")
    assert after.platform_tags()[-1] == "android_16_arm64_v8a"
    assert because(after, "Android") == f"Android: API level 30 ({SEEN})"


def test_ios() -> None:
    """Modules for the simulator do not load on a phone."""
    target = other("ios", "ios-13.0-arm64-iphonesimulator", multiarch="arm64-iphonesimulator", ios_version="17.2")
    assert target.platform_tags()[0] == "ios_17_2_arm64_iphonesimulator"


def test_generic_systems_have_one_tag() -> None:
    """FreeBSD and others have no ladder."""
    target = other("freebsd14", "freebsd-14.1-RELEASE-amd64")
    assert target.platform_tags() == ("freebsd_14_1_release_amd64",)


def test_linux_with_a_platform_of_its_own() -> None:
    """A Python on Linux whose sysconfig names another system, as in a cross build, takes that system's wheels."""
    facts = linux("x86_64", X86_64, host_platform="freebsd-14-amd64", sysconfig_platform="freebsd-14-amd64")
    assert target_from_facts(facts).platform_tags() == ("freebsd_14_amd64",)


MISSING: dict[str, tuple[str, str, dict[str, object]]] = {
    "macOS without a version": ("darwin", "macosx-11.0-arm64", {"machine": "arm64"}),
    "macOS without a machine": ("darwin", "macosx-11.0-arm64", {"macos_version": "14.0"}),
    "iOS without a version": ("ios", "ios-13.0-arm64-iphoneos", {"multiarch": "arm64-iphoneos"}),
    "iOS without a multiarch": ("ios", "ios-13.0-arm64-iphoneos", {"ios_version": "17.0"}),
    "Android without a level": ("android", "android-24-arm64_v8a", {}),
    "Android without an ABI": ("android", "", {"android_api_level": 24}),
    "FreeBSD without sysconfig": ("freebsd14", "", {}),
    "Linux without a machine": ("linux", "", {}),
    "no implementation": ("linux", "linux-x86_64", {"implementation": ""}),
    "no minor version": ("linux", "linux-x86_64", {"python_version": "3"}),
    "32 bits in 64": ("linux", "linux-x86_64", {**X86_64, "pointer_size": 4}),
}


@pytest.mark.parametrize("case", MISSING)
def test_facts_that_do_not_suffice(case: str) -> None:
    """A tag with an empty part would silently match nothing."""
    kind, platform, more = MISSING[case]
    with pytest.raises(InvalidFacts) as caught:
        other(kind, platform, **more)
    assert caught.value.reason


def python(implementation: str, version: str, more: dict[str, object]) -> Target:
    """Conclude the ABIs of a Python on a Linux."""
    facts = linux("x86_64", {**X86_64, **more, "implementation": implementation, "python_version": version})
    return target_from_facts(facts)


ABIS: list[tuple[str, str, dict[str, object], tuple[str, ...], str]] = [
    ("cpython", "3.11.2", {}, ("cp311",), "cp311-cp311"),
    ("cpython", "3.13.0rc1", {"abiflags": "t", "free_threaded": True}, ("cp313t",), "cp313-cp313t"),
    ("cpython", "3.13.0", {"abiflags": "td", "free_threaded": True, "debug": True}, ("cp313td", "cp313t"), ""),
    ("cpython", "3.12.1", {"abiflags": "d", "debug": True}, ("cp312d", "cp312"), "cp312-cp312d"),
    ("cpython", "3.7.3", {"abiflags": "m"}, ("cp37m",), "cp37-cp37m"),
    ("cpython", "3.7.3", {"abiflags": "dm", "debug": True}, ("cp37dm",), "cp37-cp37dm"),
    ("cpython", "3.7.3", {"abiflags": ""}, ("cp37",), "cp37-cp37"),
    (
        "pypy",
        "3.10.14",
        {"extension_suffixes": (".pypy310-pp73-x86_64-linux-gnu.so", ".so")},
        ("pypy310_pp73",),
        "pp310-pypy310_pp73",
    ),
    (
        "graalpy",
        "3.11.7",
        {"extension_suffixes": (".graalpy242-311-native-x86_64-linux.so",)},
        ("graalpy242_311_native",),
        "graalpy311-graalpy242_311_native",
    ),
    ("other", "3.11.0", {"extension_suffixes": (".so",)}, (), "other311-none"),
    ("other", "3.11.0", {}, (), "other311-none"),
]


@pytest.mark.parametrize(("implementation", "version", "more", "abis", "first"), ABIS)
def test_abis(implementation: str, version: str, more: dict[str, object], abis: tuple[str, ...], first: str) -> None:
    """A debug, free-threaded or other Python would get modules of an ABI that it cannot load."""
    target = python(implementation, version, more)
    assert target.python.abis == abis
    assert target.python.full_version == version
    assert target.triples()[0].startswith(first)
    assert because(target, "ABI").startswith(f"ABI: {', '.join(abis) or 'none of its own'}")


def test_windows_before_3_8_was_built_with_pymalloc() -> None:
    """Windows wheels had cp37m, though Windows has no abiflags."""
    assert other("win32", "win-amd64", python_version="3.7.9", abiflags=None).python.abis == ("cp37m",)


def test_versions_with_letters() -> None:
    """Release candidates and local builds take the wheels of their release."""
    assert release_numbers("3.13.0rc1") == (3, 13, 0)
    assert release_numbers("3.12+") == (3, 12)
    assert release_numbers("3") == (3,)
    assert release_numbers("") == release_numbers("x.y") == ()
    assert release_numbers("3.99999") == (3,)


def test_machines_have_names() -> None:
    """A user cannot understand evidence that says 62 instead of x86_64."""
    names = [machine_name(number) for number in (3, 8, 20, 21, 22, 40, 62, 183, 243, 258)]
    assert all(name.startswith("EM_") for name in names)
    assert machine_name(2) == "e_machine 2"


def test_the_same_facts_give_the_same_target_elsewhere() -> None:
    """A bug report is one file, so every reader must get the same target from it."""
    for machine in seen_machines().values():
        again = Facts.from_json(machine.facts.to_json())
        assert again == machine.facts
        assert hash(again) == hash(machine.facts)
        assert target_from_facts(again) == target_from_facts(machine.facts)


def test_every_conclusion_names_where_it_was_seen() -> None:
    """A user who doubts the evidence must be able to check where it was observed."""
    for machine in seen_machines().values():
        for item in target_from_facts(machine.facts).evidence:
            assert item.because
            assert "not seen" not in item.because, (machine.name, item)


def test_changes_are_applied() -> None:
    """A derived machine would prove nothing if its changes were ignored."""
    facts = seen_machines()["bookworm-armhf"].facts
    new = changed(facts, {"glibc": "2.17", "os_id": None, "machine": ["armv6l", "a label"]})
    assert (new.text("glibc"), new.get("os_id"), new.text("machine")) == ("2.17", None, "armv6l")
    assert (new.seen("glibc"), new.seen("machine")) == (facts.seen("glibc"), "a label")
