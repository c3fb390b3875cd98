"""CPython compiled from Debian's source by zig's C compiler, which has the headers of every libc and processor in it.

All C modules of the standard library are built in, so a Python is one file and the Python part of the library.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .machines import Workshop
from .pypi import unpack_wheel
from .shell import beside, need, run
from .sysroots import release_named, sysroot

RELEASE = "trixie"
"""The Debian release whose Python source is compiled."""
VERSION = release_named(RELEASE).python
ZIG = "0.17.0"
BUILD = "x86_64-build-linux-gnu"
"""autoconf's name of this machine, spelled differently from every target."""

LEFT_OUT = ("test", "idlelib", "tkinter", "turtledemo", "ensurepip", "pydoc_data", "__pycache__")
ANSWERS = {
    "ac_cv_file__dev_ptmx": "yes",
    "ac_cv_file__dev_ptc": "no",
    "ac_cv_buggy_getaddrinfo": "no",
    "ac_cv_libatomic_needed": "no",
}
"""Answers that configure cannot find out if it cannot run what it compiles."""
STATIC = {"MODULE_BUILDTYPE": "static", "PKG_CONFIG": "false"}
"""Options for built-in modules, without the libraries of this machine."""


@dataclass(frozen=True)
class Kind:
    """A target that CPython is compiled for."""

    zig: str
    """zig's name of the target, such as ``arm-linux-musleabihf``."""
    host: str
    """autoconf's name of the target."""
    compiler: tuple[str, ...] = ()
    configure: tuple[str, ...] = ()
    flags: str = ""
    """The suffix of the build's name: ``t`` for free-threaded, ``d`` for debug."""

    @property
    def recipe(self) -> str:
        """Return all that determines what is compiled."""
        return " ".join([ZIG, self.zig, self.host, *self.compiler, *self.configure, self.flags, RELEASE])

    @property
    def interpreter(self) -> str:
        """Return the interpreter's path in its root."""
        return f"/usr/local/bin/python{VERSION}{self.flags}"

    @property
    def library(self) -> str:
        """Return the folder of its library. Free-threaded builds have their own, debug builds do not."""
        return f"/usr/local/lib/python{VERSION}{self.flags.replace('d', '')}"


def zig(shop: Workshop) -> tuple[Path, Mapping[str, str]]:
    """Return zig's compiler, and the variables that set its cache folders."""
    folder = shop.store.get("zig", ZIG, lambda into: unpack_wheel(f"ziglang=={ZIG}", into))
    cache = str(shop.store.folder / "zig-cache")
    return folder / "ziglang/zig", {"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}


def tools(shop: Workshop, kind: Kind, into: Path) -> Mapping[str, str]:
    """Write the compiler commands of one target into a folder.

    :return: the variables that pass them to configure.
    """
    compiler, cache = zig(shop)
    compile_ = " ".join([f'"{compiler}" cc -target {kind.zig}', *kind.compiler])
    scripts = {
        # Python's configure asks the compiler for Debian's name of the machine, which only Debian's compiler knows
        "cc": f'case "$1" in --print-multiarch|-print-multiarch) exit 0;; esac\nexec {compile_} "$@"',
        "ar": f'exec "{compiler}" ar "$@"',
        "ranlib": f'exec "{compiler}" ranlib "$@"',
        "readelf": "exit 0",
    }
    into.mkdir()
    for name, text in scripts.items():
        (into / name).write_text(f"#!/bin/sh\n{text}\n")
        (into / name).chmod(0o755)
    variables = {name.upper(): str(into / name) for name in scripts}
    return {**variables, **cache}


def install(shop: Workshop, kind: Kind, root: Path) -> None:
    """Compile CPython and install it below ``/usr/local`` of a root."""

    def unpack(into: Path) -> None:
        shop.debian.source(RELEASE, f"python{VERSION}", into)

    source = shop.store.get(f"python{VERSION}-source", RELEASE, unpack)
    with tempfile.TemporaryDirectory(dir=shop.store.folder, prefix=".build-") as name:
        work = Path(name)
        variables = {**ANSWERS, **tools(shop, kind, work / "tools"), **STATIC}
        options = [f"--host={kind.host}", f"--build={BUILD}", f"--with-build-python={_build_python(shop, work)}"]
        options += ["--prefix=/usr/local", "--without-ensurepip", "--disable-test-modules", *kind.configure]
        build = work / "build"
        build.mkdir()
        run([source / "configure", *options], cwd=build, environment=beside(variables))
        run([need("make"), f"-j{os.cpu_count()}", "python", "pybuilddir.txt"], cwd=build, environment=beside(variables))
        library = root / kind.library[1:]
        shutil.copytree(source / "Lib", library, ignore=shutil.ignore_patterns(*LEFT_OUT))
        (library / "lib-dynload").mkdir()
        for data in build.glob("build/lib*/_sysconfigdata_*.py"):
            shutil.copy(data, library)
        interpreter = root / kind.interpreter[1:]
        interpreter.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(build / "python", interpreter)


def _build_python(shop: Workshop, work: Path) -> Path:
    """Write a script that runs Debian's Python of the same version on this machine, whatever its C library is."""
    root = sysroot(shop, release_named(RELEASE), "amd64")
    python = root / f"usr/bin/python{VERSION}"
    loader = f'"{root}/usr/lib64/ld-linux-x86-64.so.2" --library-path "{root}/usr/lib/x86_64-linux-gnu"'
    script = work / "build-python"
    script.write_text(f'#!/bin/sh\nexec {loader} --argv0 "{python}" "{python}" "$@"\n')
    script.chmod(0o755)
    return script
