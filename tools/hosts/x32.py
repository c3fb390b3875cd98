"""x32, 32-bit pointers in x86-64's 64-bit mode: most kernels do not run it, Debian's does with a boot parameter."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from .cpython import Kind, install
from .machines import Machine, Workshop
from .sysroots import release_named, sysroot
from .vm import Computer, VirtualMachine, kernel

COMPUTER = Computer(
    "x86-64 computer",
    "qemu-system-x86_64",
    "qemu-system-x86",
    ("-M", "q35", "-m", "1024"),
    "linux-image-amd64",
    "amd64",
    "console=ttyS0 syscall.x32=y",
)
# zig's linker mishandles x32's other models of thread-local storage, and the program ends in a segmentation fault
COMPILER = ("-Wno-date-time", "-ftls-model=local-exec")
KIND = Kind("x86_64-linux-gnux32.2.36", "x86_64-linux-gnux32", COMPILER, ("--without-mimalloc",))


def prepare(shop: Workshop) -> VirtualMachine:
    """Prepare a 64-bit Debian with an additional x32 libc, and CPython compiled for that."""
    release = release_named("bookworm")
    base = sysroot(shop, release, "amd64")

    def build(into: Path) -> None:
        shutil.copytree(base, into, symlinks=True, dirs_exist_ok=True)
        shop.debian.unpack(release.name, "amd64", ["libc6-x32"], into)
        install(shop, KIND, into)

    root = shop.store.get("x32", f"{KIND.recipe} {base.name}", build)
    first = f"/usr/bin/python{release.python}"
    return VirtualMachine(COMPUTER, kernel(shop, COMPUTER), root, first, KIND.interpreter)


def machines() -> Iterator[Machine]:
    """Return the only row."""
    yield Machine("x32", "CPython for x32, on Debian 12's x86-64 kernel started with syscall.x32=y", prepare)
