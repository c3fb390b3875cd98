"""This machine's own loaders and ``ldconfig`` find the same libraries as manytags does by reading files.

Opt-in, because it compiles and runs programs: ``nox -s promises``. The same session tries, in Debian's own sysroots,
what happens to a wheel whose promised library is missing (``tools/hosts/promises.py``). The outcomes are recorded in
``data/promises.json``, and tested in every run.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from manytags.binaries.elf import read_linkage
from manytags.loaders.ld_cache import Code, LdCache, cache_flags
from manytags.loaders.process import Process, read_interpreter
from manytags.loaders.roots import Root
from manytags.loaders.search import Requester

opt_in = pytest.mark.skipif("MANYTAGS_PROMISES" not in os.environ, reason="compiles and runs: nox -s promises")

PROMISES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data/promises.json").read_text(encoding="utf-8"))
BARE = [outcome for outcome in PROMISES if "," not in outcome["machine"]]
WHOLE = [outcome for outcome in PROMISES if "," in outcome["machine"]]


def test_the_promises_are_there() -> None:
    """The other tests would pass with an empty list."""
    assert len(BARE) == len(WHOLE) == 3
    assert [outcome["wheel"] for outcome in BARE] == [outcome["wheel"] for outcome in WHOLE]


@pytest.mark.parametrize("outcome", BARE, ids=lambda outcome: f"{outcome['machine']} {outcome['wheel']}")
def test_a_wheel_that_installers_take_and_python_does_not(outcome: dict[str, Any]) -> None:
    """A wheel with a true tag is installed and then fails, because the promised library is missing."""
    assert outcome["packaging"]
    assert outcome["pip"].startswith("installs it")
    (library,) = outcome["missing_for_wheel"]
    assert outcome["import"].startswith(f"ImportError: {library}: cannot open shared object file")
    assert not outcome["provided"]
    assert library in outcome["missing_on_host"]
    assert not outcome["verified"]
    assert outcome["pip_with_hook"].startswith("refuses it")
    assert outcome["pip_with_hook"].endswith("is not a supported wheel on this platform.")


@pytest.mark.parametrize("outcome", WHOLE, ids=lambda outcome: f"{outcome['machine']} {outcome['wheel']}")
def test_where_the_promise_is_kept_nothing_is_refused(outcome: dict[str, Any]) -> None:
    """A check that refuses what works is worse than none."""
    assert outcome["provided"]
    assert outcome["missing_on_host"] == outcome["missing_for_wheel"] == []
    assert outcome["import"] == "works"
    assert outcome["verified"]
    assert outcome["pip_with_hook"].startswith("installs it")


#: Opens a library and lists the files that are mapped then.
PROGRAM = r"""
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
extern int own(void) __attribute__((weak));
int main(int count, char **words) {
    char line[4096];
    if (own) own();
    if (!dlopen(words[1], RTLD_NOW)) printf("error %s\n", dlerror());
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps)) { char *path = strchr(line, '/'); if (path) fputs(path, stdout); }
    return 0;
}
"""
PATHS = ("none", "rpath", "runpath")
LIBRARIES = ("libown.so", "libx.so", "liby.so")


class Builds:
    """Programs and libraries of one compiler, each built once; ``$ORIGIN`` lets them be copied."""

    def __init__(self, compiler: str, folder: Path) -> None:
        self.compiler, self.folder = compiler, folder
        folder.mkdir()
        self.build("libown.so", "int own(void) { return 0; }", "-shared", "-Wl,-soname,libown.so")
        inner = self.build("liby.so", "int y(void) { return 0; }", "-shared", "-Wl,-soname,liby.so")
        # libx needs liby, and only an RPATH is handed down to it.
        source = "extern int y(void); int x(void) { return y(); }"
        self.build("libx.so", source, "-shared", "-Wl,-soname,libx.so", str(inner))
        for kind in PATHS:
            own = [] if kind == "none" else [str(folder / "libown.so")]
            self.build(f"program-{kind}", PROGRAM, *own, "-ldl", *self.path(kind, "exe"))
            source = "extern int x(void); int z(void) { return x(); }"
            options = ["-shared", str(folder / "libx.so"), "-Wl,--allow-shlib-undefined", *self.path(kind, "mod")]
            self.build(f"module-{kind}", source, *options)

    def build(self, name: str, source: str, *options: str) -> Path:
        """Compile a text."""
        command = [self.compiler, "-x", "c", "-", "-x", "none", "-o", str(self.folder / name), *options]
        subprocess.run(command, input=source.encode(), check=True)
        return self.folder / name

    def path(self, kind: str, folder: str) -> list[str]:
        """Return the linker options that write a search path into a file."""
        tags = {"rpath": "--disable-new-dtags", "runpath": "--enable-new-dtags"}.get(kind)
        return [f"-Wl,{tags},-rpath,$ORIGIN/{folder}"] if tags else []

    def lay(self, here: Path, exe: str, mod: str, folders: tuple[str, ...]) -> tuple[Path, Path]:
        """Copy a program and a module, and their libraries into folders."""
        for folder in folders:
            (here / folder).mkdir(parents=True)
            for name in LIBRARIES:
                if name != "libown.so" or folder == "exe":
                    shutil.copy(self.folder / name, here / folder / name)
        program, module = here / "program", here / "module.so"
        shutil.copy(self.folder / f"program-{exe}", program)
        shutil.copy(self.folder / f"module-{mod}", module)
        return program, module


def by_the_loader(program: Path, module: Path, environment: dict[str, str]) -> dict[str, str | None]:
    """Run a program, and return where each library was loaded from; nothing if one could not be loaded."""
    done = subprocess.run([program, module], capture_output=True, text=True, env=environment, check=True)
    paths = {line.rpartition("/")[2]: line for line in done.stdout.splitlines() if line.startswith("/")}
    return {name: paths.get(name) for name in LIBRARIES}


def by_reading(program: Path, module: Path, environment: dict[str, str]) -> dict[str, str | None]:
    """Find the libraries by reading, without those that need a library that is missing."""
    root = Root(None)
    process = Process(root, read_interpreter(root, str(program)), environment.get("LD_LIBRARY_PATH"))
    with module.open("rb") as stream:
        needs = read_linkage(stream, str(module))
    chain = (Requester(str(module), str(module.parent), needs.rpath, needs.runpath),)
    files = {"libown.so": process.load("libown.so", ()).result.file if "libown.so" in process else None}
    first = process.load("libx.so", chain)
    files["libx.so"] = first.result.file
    files |= {name: library.result.file for _, name, library in process.closure([first], chain) if name == "liby.so"}
    whole = files["libx.so"] is not None and files["liby.so"] is not None
    return {name: files.get(name) if whole or name == "libown.so" else None for name in LIBRARIES}


@opt_in
@pytest.mark.parametrize("compiler", ["gcc", "musl-gcc"])
def test_the_loader_finds_what_is_found_by_reading(compiler: str, tmp_path: Path) -> None:
    """54 programs: with RPATH, RUNPATH or neither, with the variable or not, libraries in one folder or in several."""
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    builds = Builds(compiler, tmp_path / "builds")
    everywhere = (("env", "exe", "mod"), ("exe", "mod"), ("exe",))
    seen = set()
    for exe, mod, variable, folders in itertools.product(PATHS, PATHS, (False, True), everywhere):
        here = tmp_path / f"{exe}-{mod}-{variable}-{len(folders)}"
        program, module = builds.lay(here, exe, mod, folders)
        environment = {"LD_LIBRARY_PATH": str(here / "env")} if variable else {}
        theirs = by_the_loader(program, module, environment)
        assert by_reading(program, module, environment) == theirs, here.name
        seen.add(None if theirs["libx.so"] is None else Path(theirs["libx.so"]).parent.name)
    assert seen == {None, "env", "exe", "mod"}


@opt_in
def test_ldconfig_prints_what_is_read_from_its_cache() -> None:
    """Every library of this machine's cache, by the kind of its code."""
    done = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True)
    data = Path("/etc/ld.so.cache").read_bytes()
    kinds = {"x86-64": Code(64, "little", 62, 0), "AArch64": Code(64, "little", 183, 0), "": Code(32, "little", 3, 0)}
    caches = {kind: LdCache(data, code) for kind, code in kinds.items()}
    theirs: dict[tuple[str, str], list[str]] = {}
    for name, kind, path in re.findall(r"^\t(\S+) \(libc6(?:,([\w-]+))?[^)]*\) => (\S+)$", done.stdout, re.MULTILINE):
        if kind in kinds:
            theirs.setdefault((name, kind), []).append(path)
    assert len(theirs) > 50
    for (name, kind), paths in theirs.items():
        assert sorted(caches[kind].find(name)) == sorted(paths)
    assert all(cache_flags(code) for code in kinds.values())
