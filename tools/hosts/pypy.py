"""Debian's PyPy with all its dependencies, in chroots."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .machines import Machine, Workshop
from .sysroots import EMULATED, FASTER, SID
from .ways import Chroot, emulator

ROWS = (
    ("bookworm", "amd64"),
    ("trixie", "amd64"),
    ("trixie", "i386"),
    ("trixie", "arm64"),
    ("sid", "amd64"),
)


def prepare(release: str, architecture: str, shop: Workshop) -> Chroot:
    """Prepare PyPy in its own root."""

    def build(into: Path) -> None:
        shop.debian.unpack_closure(release, architecture, ["base-files", "pypy3"], into)
        shutil.rmtree(into / "usr/share")

    root = shop.store.get(f"pypy-{release}-{architecture}", "base-files pypy3", build)
    name = EMULATED.get(architecture)
    how = f"chroot, qemu-{name}" if name else "chroot"
    return Chroot(
        root,
        ("/usr/bin/pypy3",),
        how,
        emulator=emulator(shop, name) if name else None,
        variables={"LC_ALL": "C", **FASTER.get(architecture, {})},
    )


def machines() -> Iterator[Machine]:
    """Return a row for each of :data:`ROWS`."""
    for release, architecture in ROWS:
        yield Machine(
            f"pypy-{release}-{architecture}",
            f"Debian {release} {architecture}, its own PyPy 3",
            partial(prepare, release, architecture),
            moves=SID if release == "sid" else "",
        )
