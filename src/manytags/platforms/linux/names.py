"""Linux machines by the triples of compilers and by the names of uv, such as ``aarch64-unknown-linux-musl``. Pure.

Where a name leaves a version open, the version is uv 0.13's, so that the same name means the same machine in both.
"""

from __future__ import annotations

from ...tags import LEGACY_MANYLINUX, parse_libc_version
from .. import Platform
from .architectures import architecture_from_name, architectures

#: The musl that a triple means. The glibc is in the table of architectures.
DEFAULT_MUSL = (1, 2)

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


def triples() -> list[str]:
    """List the triples that people use."""
    names = sorted(row.name for row in architectures() if row.manylinux_floor)
    return [f"{name}-unknown-linux-{libc}" for name in names for libc in ("gnu", "musl")]


def platform_from_triple(name: str) -> Platform | None:  # noqa: PLR0911 - one return for each form
    """Describe the platform of a Linux triple or of a name of uv's, or return ``None`` where it is neither.

    :param name: in lower case.

    >>> platform_from_triple("armv7-unknown-linux-gnueabihf")
    Platform(system='linux', arch='armv7l', glibc=(2, 28), musl=None, version=None, build_arch=None, distribution=None)
    >>> str(platform_from_triple("s390x-manylinux_2_31"))
    'Linux with glibc 2.31 on s390x'
    """
    first, *rest = name.split("-")
    row = architecture_from_name(first)
    if row is None or not rest:
        return None
    arch = row.name
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
        # Soft float: what it takes follows from its architecture alone.
        return Platform("linux", "armv5tel" if arch == "armv6l" else arch)
    if libc == "musl":
        return Platform("linux", arch, musl=DEFAULT_MUSL)
    return Platform("linux", arch, glibc=row.default_glibc)


def _platform_with_libc(arch: str, libc: str) -> Platform | None:
    """Describe ``ARCH-manylinux_X_Y``, ``ARCH-manylinux2014`` or ``ARCH-musllinux_X_Y``."""
    if libc in LEGACY_MANYLINUX:
        return Platform("linux", arch, glibc=LEGACY_MANYLINUX[libc])
    family, _, numbers = libc.partition("_")
    version = parse_libc_version(numbers.replace("_", ".")) if numbers.count("_") == 1 else None
    if version is None or family not in {"manylinux", "musllinux"}:
        return None
    return Platform("linux", arch, glibc=version) if family == "manylinux" else Platform("linux", arch, musl=version)
