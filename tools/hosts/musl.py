"""CPython on musl: compiled for musl's loader, and run with the musl of Debian's packages or of our own build."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from .cpython import RELEASE, Kind, install, tools
from .machines import Machine, Workshop
from .shell import beside, need, run
from .sysroots import EMULATED, FASTER
from .ways import Chroot, emulator

DYNAMIC = ("-dynamic", "-fPIC", "-pie", "-Wno-date-time")
"""Otherwise zig links musl statically."""
OPTIONS = ("--without-mimalloc",)


@dataclass(frozen=True)
class Row:
    """A processor."""

    name: str
    about: str
    architecture: str
    """Debian's name of the architecture, whose musl package is used unless :attr:`loader` is given."""
    kind: Kind
    loader: str = ""
    """The file name of the loader, if musl is compiled here."""
    variables: dict[str, str] = field(default_factory=dict)


def _kind(zig: str, host: str, *compiler: str) -> Kind:
    return Kind(zig, host, (*compiler, *DYNAMIC), OPTIONS)


ROWS = (
    Row("musl-amd64", "CPython on musl, x86-64", "amd64", _kind("x86_64-linux-musl", "x86_64-linux-musl")),
    Row("musl-i386", "CPython on musl, i686 on an x86-64 kernel", "i386", _kind("x86-linux-musl", "i686-linux-musl")),
    Row("musl-arm64", "CPython on musl, AArch64", "arm64", _kind("aarch64-linux-musl", "aarch64-linux-musl")),
    Row(
        "musl-armhf",
        "CPython on musl, ARMv7 hard float, as Alpine's armv7",
        "armhf",
        _kind("arm-linux-musleabihf", "arm-linux-musleabihf", "-mcpu=generic+v7a"),
    ),
    Row(
        "musl-armel",
        "CPython on musl, ARM soft float, on an ARMv7 processor",
        "armel",
        _kind("arm-linux-musleabi", "arm-linux-musleabi"),
    ),
    Row(
        "musl-armv6",
        "CPython on musl, ARMv6 hard float, as Alpine's armhf, on an ARMv6 processor",
        "armhf",
        _kind("arm-linux-musleabihf", "arm-linux-musleabihf", "-mcpu=arm1176jzf_s"),
        loader="ld-musl-armhf.so.1",
        variables={"QEMU_CPU": "arm1176"},
    ),
)


def prepare(row: Row, shop: Workshop) -> Chroot:
    """Prepare the Python of a row in a root with only its libc."""

    def build(into: Path) -> None:
        if row.loader:
            _compile_musl(shop, row.kind, row.loader, into)
        else:
            shop.debian.unpack(RELEASE, row.architecture, ["base-files", "musl"], into)
            shutil.rmtree(into / "usr/share", ignore_errors=True)
        install(shop, row.kind, into)

    recipe = f"{row.kind.recipe} {row.architecture} {row.loader}"
    name = EMULATED.get(row.architecture)
    return Chroot(
        shop.store.get(row.name, recipe, build),
        (row.kind.interpreter,),
        f"compiled by zig, chroot, qemu-{name}" if name else "compiled by zig, chroot",
        emulator=emulator(shop, name) if name else None,
        variables={**FASTER.get(row.architecture, {}), **row.variables},
    )


def machines() -> Iterator[Machine]:
    """Return a row for each of :data:`ROWS`."""
    for row in ROWS:
        yield Machine(row.name, row.about, partial(prepare, row))


def _compile_musl(shop: Workshop, kind: Kind, loader: str, root: Path) -> None:
    """Compile musl itself if Debian's is for another processor.

    :param loader: its file name below ``/lib`` of a root.
    """
    with tempfile.TemporaryDirectory(dir=shop.store.folder, prefix=".build-") as name:
        work = Path(name)
        source = work / "musl"
        source.mkdir()
        shop.debian.source(RELEASE, "musl", source)
        shared = Kind(kind.zig, kind.host, tuple(flag for flag in kind.compiler if flag not in DYNAMIC))
        variables = beside(tools(shop, shared, work / "tools"))
        run(
            ["sh", source / "configure", f"--target={kind.host}", "--disable-static"],
            cwd=source,
            environment=variables,
        )
        run([need("make"), f"-j{os.cpu_count()}", "lib/libc.so"], cwd=source, environment=variables)
        library = root / "lib"
        library.mkdir()
        shutil.copy(source / "lib/libc.so", library / loader)
