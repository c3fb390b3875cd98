"""Platforms by the triples of compilers and by the names of uv: ``aarch64-unknown-linux-musl``, ``macos``. Pure.

Where a name leaves a version open, the version is uv 0.13's, so that the same name means the same machine in both.
"""

from __future__ import annotations

from ..tags.libc import LEGACY_MANYLINUX, MANYLINUX_FLOORS, LibcVersion, parse_libc_version
from . import Platform

#: What compilers and distributions call an architecture -> what Linux tags call it.
ARCHITECTURE_NAMES = {
    "amd64": "x86_64",
    "x64": "x86_64",
    "x86": "i686",
    "i386": "i686",
    "i586": "i686",
    "arm64": "aarch64",
    "arm": "armv6l",
    "armv6": "armv6l",
    "armv7": "armv7l",
    "armv7hl": "armv7l",
    "armhf": "armv7l",
    "armel": "armv5tel",
    "powerpc64": "ppc64",
    "powerpc64le": "ppc64le",
    "ppc64el": "ppc64le",
    "riscv64gc": "riscv64",
    "loong64": "loongarch64",
}
#: Architectures that a name may end or begin with.
ARCHITECTURES = (*MANYLINUX_FLOORS, "armv6l", "armv8l", "armv5tel", "mips64el", "mipsel", "x32")

#: uv's names of one word, and those of no pattern.
NAMED = {
    "linux": Platform("linux", "x86_64", glibc=(2, 28)),
    "windows": Platform("windows", "win_amd64"),
    "macos": Platform("macos", "arm64", version=(13, 0)),
    "x86_64-pc-windows-msvc": Platform("windows", "win_amd64"),
    "aarch64-pc-windows-msvc": Platform("windows", "win_arm64"),
    "i686-pc-windows-msvc": Platform("windows", "win32"),
    "aarch64-apple-darwin": Platform("macos", "arm64", version=(13, 0)),
    "x86_64-apple-darwin": Platform("macos", "x86_64", version=(13, 0)),
    "arm64-apple-ios": Platform("ios", "arm64_iphoneos", version=(13, 0)),
    "arm64-apple-ios-simulator": Platform("ios", "arm64_iphonesimulator", version=(13, 0)),
    "x86_64-apple-ios-simulator": Platform("ios", "x86_64_iphonesimulator", version=(13, 0)),
    "aarch64-linux-android": Platform("android", "arm64_v8a", version=(24,)),
    "x86_64-linux-android": Platform("android", "x86_64", version=(24,)),
    "armv7-linux-androideabi": Platform("android", "armeabi_v7a", version=(24,)),
    "i686-linux-android": Platform("android", "x86", version=(24,)),
    "wasm32-pyodide2024": Platform("emscripten", "wasm32", version=(2024, 0)),
    "wasm32-pyodide2025": Platform("emscripten", "wasm32", version=(2025, 0)),
    "wasm32-pyodide2026": Platform("emscripten", "wasm32", version=(2026, 0)),
}

#: glibc and musl that a triple without a version means; RISC-V and LoongArch began later.
DEFAULT_GLIBC: LibcVersion = (2, 28)
DEFAULT_GLIBC_OF = {"riscv64": (2, 39), "loongarch64": (2, 36)}
DEFAULT_MUSL: LibcVersion = (1, 2)

#: Environments of Rust's and GNU's triples -> (libc, whether 32-bit Arm passes floats in registers).
ENVIRONMENTS = {
    "": ("glibc", True),
    "gnu": ("glibc", True),
    "gnueabihf": ("glibc", True),
    "gnueabi": ("glibc", False),
    "musl": ("musl", True),
    "musleabihf": ("musl", True),
    "musleabi": ("musl", False),
}


def architecture_from_name(name: str) -> str | None:
    """Translate what compilers and distributions call an architecture, or return ``None``.

    >>> architecture_from_name("arm64"), architecture_from_name("vax")
    ('aarch64', None)
    """
    arch = ARCHITECTURE_NAMES.get(name, name)
    return arch if arch in ARCHITECTURES else None


def platform_from_triple(name: str) -> Platform | None:  # noqa: PLR0911 - one return for each form
    """Describe the platform of a triple or of a name of uv's, or return ``None`` where it is neither.

    :param name: in lower case.

    >>> platform_from_triple("armv7-unknown-linux-gnueabihf")
    Platform(system='linux', arch='armv7l', glibc=(2, 28), musl=None, version=None, build_arch=None, distribution=None)
    >>> str(platform_from_triple("s390x-manylinux_2_31"))
    'Linux with glibc 2.31 on s390x'
    """
    if name in NAMED:
        return NAMED[name]
    first, *rest = name.split("-")
    arch = architecture_from_name(first)
    if arch is None or not rest:
        return None
    if len(rest) == 1:
        return _platform_with_libc(arch, rest[0])
    if rest[0] in {"unknown", "pc"}:
        rest = rest[1:]
    if rest[:1] != ["linux"] or len(rest) > 2:
        return None
    environment = "".join(rest[1:])
    libc, hard_float = ENVIRONMENTS.get(environment, (None, True))
    if libc is None or ("eabi" in environment and not arch.startswith("arm")):
        return None
    if not hard_float:
        # Soft float: what it takes is told by its architecture alone.
        return Platform("linux", "armv5tel" if arch == "armv6l" else arch)
    if libc == "musl":
        return Platform("linux", arch, musl=DEFAULT_MUSL)
    return Platform("linux", arch, glibc=DEFAULT_GLIBC_OF.get(arch, DEFAULT_GLIBC))


def _platform_with_libc(arch: str, libc: str) -> Platform | None:
    """Describe ``ARCH-manylinux_X_Y``, ``ARCH-manylinux2014`` or ``ARCH-musllinux_X_Y``."""
    if libc in LEGACY_MANYLINUX:
        return Platform("linux", arch, glibc=LEGACY_MANYLINUX[libc])
    family, _, numbers = libc.partition("_")
    version = parse_libc_version(numbers.replace("_", ".")) if numbers.count("_") == 1 else None
    if version is None or family not in {"manylinux", "musllinux"}:
        return None
    return Platform("linux", arch, glibc=version) if family == "manylinux" else Platform("linux", arch, musl=version)
