"""Linux machines by the triples of compilers and by the names of uv, such as ``aarch64-unknown-linux-musl``. Pure.

Where a name leaves a version open, the version is uv 0.13's, so that the same name means the same machine in both.
"""

from __future__ import annotations

from ...tags import LEGACY_MANYLINUX, parse_libc_version
from .. import Evidence, Platform
from ..words import assumed, split_machine
from . import dotted
from .architectures import architecture, architecture_from_name, architectures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..words import Named

#: The musl that a triple means. The glibc is in the table of architectures.
DEFAULT_MUSL = (1, 2)
#: The architecture whose userland passes floats in core registers, whatever its kernel is.
SOFT_FLOAT = "armv5tel"

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


#: What conda and Docker call machines, where compilers and distributions have no such name. Docker has variants.
CONDA_MACHINES = {"64": "x86_64", "32": "i686"}
DOCKER_MACHINES = {
    **dict.fromkeys(("386", "ia32"), "i686"),
    **dict.fromkeys(("amd64-v1", "amd64-v2", "amd64-v3", "amd64-v4"), "x86_64"),
    **dict.fromkeys(("arm64-v8", "arm64-v9", "arm64v8"), "aarch64"),
    **dict.fromkeys(("arm-v8", "arm-8"), "armv8l"),
    **dict.fromkeys(("arm-v7", "arm-7", "arm32v7"), "armv7l"),
    **dict.fromkeys(("arm-v6", "arm-6", "arm32v6"), "armv6l"),
    **dict.fromkeys(("arm-v5", "arm-5", "arm32v5"), SOFT_FLOAT),
    "mips64le": "mips64el",
    "mipsle": "mipsel",
}
#: The digit 1 for the letter l, which look alike.
SLIPS = {"armv71": "armv7l", "armv61": "armv6l"}
#: What precedes the machine in names that say nothing of a distribution -> the C library.
LIBC_WORDS = {"linux": "", "linux-gnu": "glibc", "linux-glibc": "glibc", "linux-musl": "musl", "linuxmusl": "musl"}


def triples() -> list[str]:
    """List the triples that people use."""
    names = sorted(row.name for row in architectures() if row.manylinux_floor)
    return [f"{name}-unknown-linux-{libc}" for name in names for libc in ("gnu", "musl")]


def short_names() -> list[str]:
    """List the names of conda, then those of Docker."""
    names = sorted(row.name for row in architectures() if row.manylinux_floor)
    docker = ("amd64", "arm64", "arm/v7", "arm/v6", "arm/v5", "386", "ppc64le", "s390x", "riscv64", "loong64")
    conda = ("32", "64", *(name for name in names if name not in {"x86_64", "i686"}))
    return [*(f"linux-{name}" for name in conda), *(f"linux/{name}" for name in docker)]


_WORDS: dict[str, str] = {}
_LINUX_WORDS: dict[str, str] = {}


def machine_words() -> dict[str, str]:
    """What people call machines -> what Linux tags call them."""
    if not _WORDS:
        words = {name: row.name for row in architectures() for name in (row.name, *row.aliases)}
        words.update(DOCKER_MACHINES)
        _WORDS.update({name.replace("_", "-"): arch for name, arch in words.items()}, **words)
    return _WORDS


def linux_machines() -> dict[str, str]:
    """The same, with the names that mean a machine where ``linux`` precedes them."""
    if not _LINUX_WORDS:
        _LINUX_WORDS.update({**machine_words(), **CONDA_MACHINES, **SLIPS, "arm": "armv7l"})  # as Docker and .NET
    return _LINUX_WORDS


def platform_from_words(name: str) -> Named | None:
    """Read ``linux-aarch64``, ``linux-arm-v7`` or ``linux-x64-musl``; two names of 32-bit Arm are userland and kernel.

    >>> platform, evidence = platform_from_words("linux-64") or ()
    >>> str(platform), str(evidence[0])
    ('Linux with glibc 2.28 on x86_64', 'libc: glibc 2.28 (the name leaves it open; uv takes this version)')
    """
    words = name
    for libc in ("gnu", "glibc", "musl"):
        if name.startswith("linux-") and name.endswith(f"-{libc}"):
            words = f"linux-{libc}-" + name[6 : -len(libc) - 1]
    rest, word = split_machine(words, linux_machines())
    arch = linux_machines().get(word)
    kernel = None
    if arch is not None:
        rest, arch, kernel = split_kernel(rest, arch)
    libc = LIBC_WORDS.get(rest, "?")
    if arch is None or libc == "?":
        return None
    if arch == SOFT_FLOAT:
        return Platform("linux", kernel or arch), () if kernel else (assumed_kernel(arch),)
    if libc == "musl":
        return Platform("linux", arch, musl=DEFAULT_MUSL), ()
    glibc = architecture(arch).default_glibc
    return Platform("linux", arch, glibc=glibc), (assumed("libc", f"glibc {dotted(glibc)}", "uv takes this version"),)


def assumed_kernel(arch: str) -> Evidence:
    """Say that a userland's kernel is taken for one of the userland's own architecture."""
    return assumed("architecture", arch, "name the kernel's after the userland's where it is another: armel-armv7l")


def split_kernel(rest: str, arch: str) -> tuple[str, str, str | None]:
    """Split a userland of soft floats off what precedes its kernel's machine, as in ``debian-12-armel-armv7l``.

    :returns: what is left, the architecture of the userland, and that of the kernel where it is named.

    >>> split_kernel("debian-12-armel", "armv7l")
    ('debian-12', 'armv5tel', 'armv7l')
    """
    before, word = split_machine(rest, machine_words())
    if word and machine_words()[word] == SOFT_FLOAT and arch in {SOFT_FLOAT, "armv6l", "armv7l", "armv8l"}:
        return before, SOFT_FLOAT, arch
    return rest, arch, None


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
        return Platform("linux", SOFT_FLOAT if arch == "armv6l" else arch)
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
