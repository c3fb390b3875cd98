"""Debian's own Pythons for its architectures, each in a folder of a few packages, and machines that reuse these."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from .attributes import declare_cpu_architecture
from .machines import Machine, Workshop
from .ways import Chroot, emulator

SID = "Debian sid gets new versions every day"
EMBEDDED = "import sys; sys.executable = ''\n"
V6 = 6
"""``Tag_CPU_arch`` of ARMv6."""


@dataclass(frozen=True)
class Release:
    """A Debian release: its Python, the libraries that its Python needs, and its architectures."""

    name: str
    python: str
    libraries: tuple[str, ...]
    architectures: tuple[str, ...]
    moves: str = ""


RELEASES = (
    Release("bullseye", "3.9", ("libffi7",), ("amd64", "i386", "armhf", "arm64")),
    Release(
        "bookworm",
        "3.11",
        ("libffi8",),
        ("amd64", "i386", "armhf", "armel", "arm64", "ppc64el", "s390x", "mips64el", "mipsel"),
    ),
    Release("trixie", "3.13", ("libffi8",), ("amd64", "i386", "armhf", "armel", "arm64", "riscv64")),
    Release("sid", "3.15", ("libffi8", "libzstd1"), ("amd64", "loong64"), moves=SID),
)

EMULATED = {
    "armhf": "arm",
    "armel": "arm",
    "arm64": "aarch64",
    "ppc64el": "ppc64le",
    "s390x": "s390x",
    "mips64el": "mips64el",
    "mipsel": "mipsel",
    "riscv64": "riscv64",
    "loong64": "loongarch64",
}
"""qemu's name of each architecture that an x86-64 machine cannot run natively."""

FASTER = {"arm64": {"QEMU_CPU": "cortex-a53"}}
"""A processor that qemu emulates faster than its default, because it has no pointer authentication."""


@dataclass(frozen=True)
class Variation:
    """A machine that reuses a sysroot, but runs it differently or changes its Python."""

    of: str
    name: str
    about: str
    variables: Mapping[str, str] = field(default_factory=dict)
    around: tuple[str, ...] = ()
    loader: tuple[str, ...] = ()
    """A loader and its options, which precede the interpreter."""
    first: str = ""
    """Python statements that are run before every script."""
    declares: int | None = None
    """The ``Tag_CPU_arch`` that is written into the interpreter's file."""


VARIATIONS = (
    Variation(
        "bookworm-armel",
        "bookworm-armel-arm1176",
        "Debian 12 armel on an ARMv6 processor, as of the Pi Zero: soft float",
        variables={"QEMU_CPU": "arm1176"},
    ),
    Variation(
        "bookworm-armel",
        "bookworm-armel-arm926",
        "Debian 12 armel on an ARMv5 processor, as of many NAS boxes and switches: soft float",
        variables={"QEMU_CPU": "arm926"},
    ),
    Variation(
        "bookworm-amd64",
        "bookworm-amd64-linux32",
        "Debian 12 amd64 under `setarch linux32`: uname says i686, the interpreter is 64-bit",
        around=("setarch", "linux32"),
    ),
    Variation(
        "bookworm-i386",
        "bookworm-i386-linux32",
        "Debian 12 i386 under `setarch linux32`, as in a build container: uname says i686",
        around=("setarch", "linux32"),
    ),
    Variation(
        "bookworm-i386",
        "bookworm-i386-own-loader",
        "Debian 12 i386, started by its loader as a command: /proc/self/exe is the loader",
        loader=("/lib/ld-linux.so.2", "--argv0", "/usr/bin/python3.11"),
    ),
    Variation(
        "bookworm-i386",
        "bookworm-i386-embedded",
        "Debian 12 i386 without sys.executable, as in a program that embeds Python",
        first=EMBEDDED,
    ),
    Variation(
        "bookworm-armhf",
        "bookworm-armhf-embedded",
        "Debian 12 armhf without sys.executable, as in a program that embeds Python",
        first=EMBEDDED,
    ),
    Variation(
        "bookworm-armhf",
        "bookworm-armhf-declares-v6",
        "Debian 12 armhf whose interpreter's file is changed to declare ARMv6, as Raspbian's does; ARMv7 processor",
        declares=V6,
    ),
)


def sysroot(shop: Workshop, release: Release, architecture: str) -> Path:
    """Return the folder of a Debian Python."""
    python = release.python
    packages = ["base-files", "libc6", "libgcc-s1", "libexpat1", "zlib1g", *release.libraries]
    packages += [f"python{python}-minimal", f"libpython{python}-minimal", f"libpython{python}-stdlib"]
    if architecture in {"armel", "armhf", "mipsel"}:
        packages.append("libatomic1")

    def build(into: Path) -> None:
        shop.debian.unpack(release.name, architecture, packages, into)
        shutil.rmtree(into / "usr/share")
        for conversions in into.glob("usr/lib/*/gconv"):
            shutil.rmtree(conversions)

    return shop.store.get(f"{release.name}-{architecture}", " ".join(packages), build)


def release_named(name: str) -> Release:
    """Return the row of :data:`RELEASES` with this name."""
    return next(release for release in RELEASES if release.name == name)


def prepare(release: Release, architecture: str, shop: Workshop) -> Chroot:
    """Prepare a Debian Python in its sysroot, under the emulator that it needs."""
    root = sysroot(shop, release, architecture)
    name = EMULATED.get(architecture)
    how = f"chroot, qemu-{name}" if name else "chroot"
    return Chroot(
        root,
        (f"/usr/bin/python{release.python}",),
        how,
        emulator=emulator(shop, name) if name else None,
        variables=FASTER.get(architecture, {}),
    )


def prepare_variation(variation: Variation, shop: Workshop) -> Chroot:
    """Prepare the sysroot's Python as the variation says."""
    name, architecture = variation.of.split("-")
    python = prepare(release_named(name), architecture, shop)
    root, interpreter = python.root, python.command[0]
    if variation.declares is not None:
        declares = variation.declares

        def build(into: Path) -> None:
            shutil.copytree(root, into, symlinks=True, dirs_exist_ok=True)
            declare_cpu_architecture(into / interpreter[1:], declares)

        root = shop.store.get(variation.name, f"{root.name} {declares}", build)
    changes = [f"{key}={value}" for key, value in variation.variables.items()]
    changes += [variation.first.strip()] if variation.first else []
    changes += [" ".join(words) for words in (variation.around, variation.loader) if words]
    return replace(
        python,
        root=root,
        command=(*variation.loader, *python.command),
        around=variation.around,
        variables={**python.variables, **variation.variables},
        first=variation.first,
        how=", ".join([python.how, *changes]),
    )


def machines() -> Iterator[Machine]:
    """Return the sysroots and their variations."""
    for release in RELEASES:
        for architecture in release.architectures:
            yield Machine(
                f"{release.name}-{architecture}",
                f"Debian {release.name} {architecture}, its own Python {release.python}",
                partial(prepare, release, architecture),
                moves=release.moves,
            )
    for variation in VARIATIONS:
        yield Machine(variation.name, variation.about, partial(prepare_variation, variation))
