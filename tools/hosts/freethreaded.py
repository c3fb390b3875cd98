"""Unusual builds of CPython (free-threaded, debug, and both) on the glibc of a Debian sysroot."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .cpython import RELEASE, Kind, install
from .machines import Machine, Workshop
from .sysroots import release_named, sysroot
from .ways import Chroot


def _kind(flags: str) -> Kind:
    configure = {"t": "--disable-gil", "d": "--with-pydebug"}
    options = tuple(configure[flag] for flag in flags)
    return Kind("x86_64-linux-gnu.2.36", "x86_64-linux-gnu", ("-Wno-date-time",), options, flags)


ROWS = (
    ("cpython-3.13t", "CPython 3.13, free-threaded, x86-64", _kind("t")),
    ("cpython-3.13d", "CPython 3.13, debug build, x86-64", _kind("d")),
    ("cpython-3.13td", "CPython 3.13, free-threaded and debug, x86-64", _kind("td")),
)


def prepare(name: str, kind: Kind, shop: Workshop) -> Chroot:
    """Prepare the sysroot of Debian's own Python of that version, with the unusual build added."""
    base = sysroot(shop, release_named(RELEASE), "amd64")

    def build(into: Path) -> None:
        shutil.copytree(base, into, symlinks=True, dirs_exist_ok=True)
        install(shop, kind, into)

    root = shop.store.get(name, f"{kind.recipe} {base.name}", build)
    return Chroot(root, (kind.interpreter,), "compiled by zig, chroot")


def machines() -> Iterator[Machine]:
    """Return a row for each of :data:`ROWS`."""
    for name, about, kind in ROWS:
        yield Machine(name, about, partial(prepare, name, kind))
