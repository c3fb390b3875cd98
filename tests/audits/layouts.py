"""Wheels whose libraries lie in various places, and what real loaders say when they load the installed files.

``layouts.json`` has the answers of glibc and musl. ``python -m tests.audits.layouts``, run in the repository where both
loaders are, installs each wheel in a folder, asks, and writes the file again. The libraries are those of
``tests/loaders/shared_objects.py``, byte for byte what the audit is given.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from manytags.audits.installed import installed_path

from ..loaders.shared_objects import GLIBC_LOADER, MUSL_LOADER, SharedObject, lay

ANSWERS = Path(__file__).parent / "layouts.json"
LOADERS = {"glibc": GLIBC_LOADER, "musl": MUSL_LOADER}
MODULE, PLUGIN, PROGRAM = "demo/_c.abi3.so", "demo/plugin.so", "demo/tool"

_LOAD_IN_PYTHON = "import ctypes, os, sys; [ctypes.CDLL(path, os.RTLD_NOW) for path in sys.argv[1:]]"
_LOAD_IN_MUSL = """#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **paths) {
  for (int n = 1; n < count; n++)
    if (!dlopen(paths[n], RTLD_NOW)) { fprintf(stderr, "%s\\n", dlerror()); return 1; }
  return 0;
}
"""


class Layout(NamedTuple):
    """The files of a wheel, and which of them are loaded.

    :param files: path in the wheel -> the file.
    :param loads: the files that a process loads, in order; or the program that is run.
    """

    files: Mapping[str, SharedObject | bytes]
    loads: tuple[str, ...] = (MODULE,)

    def files_for(self, libc: str) -> dict[str, SharedObject | bytes]:
        """Return the files, in which programs ask for a loader of ``glibc`` or ``musl``."""
        programs = {
            path: replace(content, loader=LOADERS[libc])
            for path, content in self.files.items()
            if isinstance(content, SharedObject) and content.loader
        }
        return {**self.files, **programs}


def module(*needed: str, **more: object) -> SharedObject:
    """A module that needs libraries."""
    return SharedObject(needed, **more)  # type: ignore[arg-type] # its own parameters


def library(soname: str, *needed: str, **more: object) -> SharedObject:
    """A library."""
    return SharedObject(needed, soname, **more)  # type: ignore[arg-type] # its own parameters


A, B = "liba.so.1", "libb.so.1"
HERE, BESIDE = "$ORIGIN", "$ORIGIN/../demo.libs"
#: A of version 1 is needed.
NEEDS_A_1 = {"versions": {A: ("A_1",)}, "runpath": BESIDE}

LAYOUTS: dict[str, Layout] = {
    "a RUNPATH that leads there": Layout({MODULE: module(A, runpath=BESIDE), f"demo.libs/{A}": library(A)}),
    "an RPATH that leads there": Layout({MODULE: module(A, rpath=BESIDE), f"demo.libs/{A}": library(A)}),
    "no search path": Layout({MODULE: module(A), f"demo.libs/{A}": library(A)}),
    "a search path that leads elsewhere": Layout({MODULE: module(A, runpath=HERE), f"demo.libs/{A}": library(A)}),
    "a RUNPATH hides the RPATH": Layout({MODULE: module(A, rpath=BESIDE, runpath=HERE), f"demo.libs/{A}": library(A)}),
    "an RPATH is inherited": Layout(
        {MODULE: module(A, rpath=BESIDE), f"demo.libs/{A}": library(A, B), f"demo.libs/{B}": library(B)}
    ),
    "a RUNPATH is not inherited": Layout(
        {MODULE: module(A, runpath=BESIDE), f"demo.libs/{A}": library(A, B), f"demo.libs/{B}": library(B)}
    ),
    "an RPATH is not inherited by what has a RUNPATH": Layout(
        {
            MODULE: module(A, rpath=BESIDE),
            f"demo.libs/{A}": library(A, B, runpath="$ORIGIN/none"),
            f"demo.libs/{B}": library(B),
        }
    ),
    "the module finds for its libraries": Layout(
        {MODULE: module(A, B, runpath=BESIDE), f"demo.libs/{A}": library(A, B), f"demo.libs/{B}": library(B)}
    ),
    "breadth first": Layout(
        {
            MODULE: module(A, B, runpath=BESIDE),
            f"demo.libs/{A}": library(A, "libx.so.1"),
            f"demo.libs/{B}": library(B, "libx.so.1", runpath=HERE),
            "demo.libs/libx.so.1": library("libx.so.1"),
        }
    ),
    "needed by SONAME, found by file name": Layout(
        {
            MODULE: module("liba-1.so", B, runpath=BESIDE),
            "demo.libs/liba-1.so": library(A),
            f"demo.libs/{B}": library(B, A),
        }
    ),
    "the SONAME of a file of another name": Layout(
        {MODULE: module(A, runpath=BESIDE), "demo.libs/liba-0a1b.so.1": library(A)}
    ),
    "loaded by its path before": Layout(
        {MODULE: module(A), "demo/__init__.py": b"import ctypes\n", f"demo.libs/{A}": library(A)},
        (f"demo.libs/{A}", MODULE),
    ),
    "loaded by its path before, without a SONAME": Layout(
        {MODULE: module(A), "demo/__init__.py": b"import ctypes\n", f"demo.libs/{A}": module()},
        (f"demo.libs/{A}", MODULE),
    ),
    "another module finds it": Layout(
        {MODULE: module(A), "demo/_b.abi3.so": module(A, runpath=BESIDE), f"demo.libs/{A}": library(A)},
        ("demo/_b.abi3.so", MODULE),
    ),
    "another module finds it, and comes later": Layout(
        {MODULE: module(A), "demo/_b.abi3.so": module(A, runpath=BESIDE), f"demo.libs/{A}": library(A)},
        (MODULE, "demo/_b.abi3.so"),
    ),
    "a plugin that nobody links": Layout({PLUGIN: module(A), f"demo/{A}": library(A)}, (f"demo/{A}", PLUGIN)),
    "braces": Layout({MODULE: module(A, runpath="/none:${ORIGIN}/lib"), f"demo/lib/{A}": library(A)}),
    "beyond the package": Layout(
        {MODULE: module(A, runpath="$ORIGIN/../../../../lib"), f"demo-1.0.data/data/lib/{A}": library(A)}
    ),
    "scripts": Layout({MODULE: module(A, runpath="$ORIGIN/../../../../bin"), f"demo-1.0.data/scripts/{A}": library(A)}),
    "platlib": Layout({MODULE: module(A, runpath=BESIDE), f"demo-1.0.data/platlib/demo.libs/{A}": library(A)}),
    "not where it is in the archive": Layout(
        {MODULE: module(A, runpath="$ORIGIN/../demo-1.0.data/data/lib"), f"demo-1.0.data/data/lib/{A}": library(A)}
    ),
    "a path is needed": Layout({MODULE: module(f"$ORIGIN/{A}"), f"demo/{A}": library(A)}),
    "only for newer processors": Layout(
        {MODULE: module(A, runpath=BESIDE), f"demo.libs/glibc-hwcaps/x86-64-v9/{A}": library(A)}
    ),
    "the version is there": Layout({MODULE: module(A, **NEEDS_A_1), f"demo.libs/{A}": library(A, defines=("A_1",))}),
    "the version is not there": Layout(
        {MODULE: module(A, **NEEDS_A_1), f"demo.libs/{A}": library(A, defines=("A_2",))}
    ),
    "a weak version is not there": Layout(
        {MODULE: module(A, **NEEDS_A_1, weak=("A_1",)), f"demo.libs/{A}": library(A, defines=("A_2",))}
    ),
    "there are no versions at all": Layout({MODULE: module(A, **NEEDS_A_1), f"demo.libs/{A}": library(A)}),
    "a version of what another file needs": Layout(
        {
            MODULE: module(B, versions={A: ("A_1",)}, runpath=BESIDE),
            f"demo.libs/{B}": library(B, A, runpath=HERE),
            f"demo.libs/{A}": library(A, defines=("A_2",)),
        }
    ),
    "a program finds it": Layout(
        {PROGRAM: module(A, runpath="$ORIGIN/lib", loader=GLIBC_LOADER), f"demo/lib/{A}": library(A)}, (PROGRAM,)
    ),
    "a program does not find it": Layout(
        {
            PROGRAM: module(A, loader=GLIBC_LOADER),
            "demo/__init__.py": b"import ctypes\n",
            f"demo/lib/{A}": library(A),
        },
        (PROGRAM,),
    ),
    "a relative search path": Layout({MODULE: module(A, runpath="demo.libs"), f"demo.libs/{A}": library(A)}),
}


def ask(layout: Layout, musl: Path | None) -> str:
    """Install the files of a layout, and load them; return the loader's error, empty if there is none.

    :param musl: a program that loads files with musl; ``None`` asks glibc.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        libc = "musl" if musl else "glibc"
        lay(root, {installed_path(file): content for file, content in layout.files_for(libc).items()})
        (root / "cwd").mkdir()
        paths = [folder + installed_path(file) for file in layout.loads]
        if PROGRAM in layout.loads:
            command = [LOADERS[libc], "--list", *paths]
        else:
            command = [str(musl), *paths] if musl else [sys.executable, "-c", _LOAD_IN_PYTHON, *paths]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LD_")}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=root / "cwd", env=environment, timeout=60
        )
        said = done.stderr + (done.stdout if "not found" in done.stdout else "")
        if done.returncode < 0:
            raise RuntimeError(f"the loader crashed: {done}")
        line = said.strip().splitlines()[-1].strip() if done.returncode or "not found" in said else ""
        return re.sub(r"(?:OSError: )?(?:[^ :]*/)?(?:python\d*/|prefix/)", "", line.replace(folder, ""))


def musl_program(folder: Path) -> Path:
    """Compile the program that loads files with musl."""
    source, program = folder / "load.c", folder / "load"
    source.write_text(_LOAD_IN_MUSL, encoding="utf-8")
    subprocess.run(["musl-gcc", "-o", program, source], check=True)  # noqa: S607 - wherever it is
    return program


def main() -> None:
    """Ask both loaders about every layout, and write their answers."""
    with tempfile.TemporaryDirectory() as folder:
        musl = musl_program(Path(folder))
        answers = {name: {"glibc": ask(each, None), "musl": ask(each, musl)} for name, each in LAYOUTS.items()}
    record = {
        "how": "python -m tests.audits.layouts: what a loader says that loads the installed files; empty if they load",
        "glibc": platform.libc_ver()[1],
        "layouts": answers,
    }
    ANSWERS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
