"""Where a loader finds libraries: the steps of its search, and the files that it passes over."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from manytags.loaders.ld_cache import Code, LdCache, cache_flags
from manytags.loaders.roots import Root
from manytags.loaders.search import Loader, Requester, Search, SearchResult, read_loader

from .shared_objects import (
    EM_386,
    EM_AARCH64,
    GLIBC_LOADER,
    MUSL_LOADER,
    Files,
    SharedObject,
    alpine,
    debian,
    lay,
)

CACHES = Path(__file__).parent / "caches"
X86_64, I686, X32 = Code(64, "little", 62, 0), Code(32, "little", 3, 0), Code(32, "little", 62, 0)
LIBRARY = SharedObject(soname="libx.so.1")
PROGRAM = Requester("/usr/bin/python3", "/usr/bin")
MODULE = Requester("a module", None)


def search(
    root: Path, program: Requester = PROGRAM, library_path: str | None = None, loader: str = GLIBC_LOADER
) -> Search:
    """Make a search for an x86_64 program."""
    files = Root(str(root))
    found = read_loader(files, loader)
    assert found is not None
    return Search(files, found, X86_64, program, library_path)


def find(root: Path, *chain: Requester, program: Requester = PROGRAM, library_path: str | None = None) -> SearchResult:
    """Find libx.so.1 for a chain of requesters."""
    return search(root, program, library_path).find("libx.so.1", (*(chain or (MODULE,)), program))


def everywhere(*folders: str) -> dict[str, SharedObject | bytes | str]:
    """A library in each of some folders."""
    return {f"{folder}/libx.so.1": LIBRARY for folder in folders}


def test_folders_and_cache_are_those_of_the_loader(tmp_path: Path) -> None:
    """With the folders of another distribution, half of Debian's libraries would seem to be missing."""
    loader = read_loader(Root(str(lay(tmp_path, debian()))), GLIBC_LOADER)
    folders = ("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib")
    assert loader == Loader("glibc", GLIBC_LOADER, folders, "/etc/ld.so.cache", "lib/x86_64-linux-gnu")


def test_a_loader_of_nix_knows_the_store_alone(tmp_path: Path) -> None:
    """NixOS may have a /lib for foreign programs, which Nix's own Python does not search."""
    store = "/nix/store/xyz-glibc-2.40-66"
    built_in = f"\0{store}/lib/\0\0{store}/etc/ld.so.cache\0glibc-ld.so.cache1.1\0".encode()
    lay(
        tmp_path,
        {f"{store}/lib/ld-linux-x86-64.so.2": SharedObject(content=built_in), **everywhere("/lib", "/usr/lib")},
    )
    loader = read_loader(Root(str(tmp_path)), f"{store}/lib/ld-linux-x86-64.so.2")
    assert loader is not None
    assert (loader.folders, loader.cache) == ((f"{store}/lib",), f"{store}/etc/ld.so.cache")
    looking = Search(Root(str(tmp_path)), loader, X86_64, PROGRAM)
    assert looking.find("libx.so.1", (MODULE, PROGRAM)).path is None
    lay(tmp_path, everywhere(f"{store}/lib"))
    looking = Search(Root(str(tmp_path)), loader, X86_64, PROGRAM)
    assert looking.find("libx.so.1", (MODULE, PROGRAM)).path == f"{store}/lib/libx.so.1"


def test_a_loader_that_says_nothing_is_taken_to_be_a_usual_one(tmp_path: Path) -> None:
    """If a loader's folders cannot be read, its own folder and those of most distributions are searched."""
    lay(tmp_path, {GLIBC_LOADER: SharedObject(), **everywhere("/usr/lib64")})
    assert find(tmp_path).step == "default folder /usr/lib64"


def test_no_loader_is_no_loader(tmp_path: Path) -> None:
    """A program whose loader is missing does not start at all."""
    assert read_loader(Root(str(tmp_path)), GLIBC_LOADER) is None


@pytest.mark.parametrize(
    ("asks", "program", "step"),
    [
        (Requester("m", "/m", rpath="/r:/s"), PROGRAM, "RPATH of m"),
        (Requester("m", "/m", runpath="/r"), PROGRAM, "LD_LIBRARY_PATH"),
        (Requester("m", "/m", rpath="/r", runpath="/none"), PROGRAM, "LD_LIBRARY_PATH"),
        (MODULE, Requester("p", "/p", rpath="/r"), "RPATH of p"),
        (MODULE, Requester("p", "/p", runpath="/r"), "LD_LIBRARY_PATH"),
        (MODULE, Requester("p", "/p", rpath="/r", runpath="/r"), "LD_LIBRARY_PATH"),
        (Requester("m", "/m", runpath="/none"), Requester("p", "/p", rpath="/r"), "LD_LIBRARY_PATH"),
    ],
)
def test_rpath_and_runpath(asks: Requester, program: Requester, step: str, tmp_path: Path) -> None:
    """RPATH precedes the variable and is inherited; RUNPATH follows it, is not inherited, and disables RPATH."""
    lay(tmp_path, {**debian(), **everywhere("/r", "/e", "/lib")})
    assert find(tmp_path, asks, program=program, library_path="/e").step == step


def test_the_order_of_all_steps(tmp_path: Path) -> None:
    """If a step were skipped, a library that the loader finds there would seem to be missing."""
    lay(tmp_path, {**debian(), **everywhere("/e", "/r", "/c", "/usr/lib")})
    cached = CACHES.joinpath("new.cache").read_bytes()
    cached = cached.replace(b"libone.so.1", b"libx.so.1\0\0").replace(b"/lib/libx.so.1", b"/c/libx.so.1\0\0")
    lay(tmp_path, {"/etc/ld.so.cache": cached})
    steps = []
    while True:
        found = find(tmp_path, Requester("m", None, runpath="/r"), library_path="/e")
        if found.path is None:
            break
        steps.append(found.step)
        tmp_path.joinpath(found.path.lstrip("/")).unlink()
    assert steps == ["LD_LIBRARY_PATH", "RUNPATH of m", "/etc/ld.so.cache", "default folder /usr/lib"]


def test_tokens(tmp_path: Path) -> None:
    """$ORIGIN and $LIB make a tree of files movable. $PLATFORM depends on the processor and is never guessed."""
    lay(tmp_path, {**debian(), **everywhere("/opt/app/lib"), "/opt/app/bin/python3": b""})
    for rpath in ("$ORIGIN/../lib", "${ORIGIN}/../lib", "/nowhere:$ORIGIN/../lib"):
        found = find(tmp_path, Requester("m", "/opt/app/bin", rpath=rpath))
        assert found.file == "/opt/app/lib/libx.so.1"
    for rpath in ("$ORIGINAL/../lib", "$PLATFORM", "$ORIGIN/$PLATFORM/../lib", "ORIGIN"):
        assert find(tmp_path, Requester("m", "/opt/app/bin", rpath=rpath)).path is None
    assert find(tmp_path, Requester("m", None, rpath="$ORIGIN/../lib")).path is None
    lay(tmp_path, everywhere("/opt/lib/x86_64-linux-gnu"))
    assert find(tmp_path, Requester("m", None, rpath="/opt/$LIB")).path == "/opt/lib/x86_64-linux-gnu/libx.so.1"
    assert find(tmp_path, program=Requester("p", "/opt/app/bin"), library_path="$ORIGIN/../lib").path is not None


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (SharedObject(machine=EM_AARCH64), "it is code for EM_AARCH64"),
        (SharedObject(machine=EM_386, wide=False), "it is 32-bit code"),
        (SharedObject(wide=False), "it is 32-bit code"),
    ],
    ids=["another machine", "i686", "x32"],
)
def test_code_of_another_kind_is_passed_over(first: SharedObject, why: str, tmp_path: Path) -> None:
    """Search paths with folders of two architectures are common; the loader goes on, and so must we."""
    lay(tmp_path, {**debian(), "/e/libx.so.1": first, **everywhere("/usr/lib")})
    found = find(tmp_path, library_path="/e")
    assert (found.path, found.passed_over) == ("/usr/lib/libx.so.1", (f"/e/libx.so.1: {why}",))


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (b"/* GNU ld script */", "not an ELF file"),
        (b"", "not an ELF file"),
        (SharedObject(little=False), "it is big-endian code"),
    ],
    ids=["linker script", "empty", "byte order"],
)
def test_a_file_that_is_no_library_ends_the_search(first: SharedObject | bytes, why: str, tmp_path: Path) -> None:
    """glibc gives up there ("invalid ELF header"), so later files must not count."""
    lay(tmp_path, {**debian(), "/e/libx.so.1": first, **everywhere("/usr/lib")})
    found = find(tmp_path, library_path="/e")
    assert (found.path, found.passed_over) == (None, (f"/e/libx.so.1: {why}",))


@pytest.mark.parametrize("form", ["old", "compat", "new"])
def test_every_form_of_the_cache(form: str) -> None:
    """Distributions of 2010 have the old form of the cache, those of today the new form. ldconfig wrote these."""
    data = CACHES.joinpath(f"{form}.cache").read_bytes()
    found = {code: LdCache(data, code) for code in (X86_64, I686, X32)}
    assert not any(cache.error for cache in found.values())
    assert found[X86_64].find("libone.so.1") == ("/lib/libone.so.1", "/usr/lib/libone.so.1")
    assert found[I686].find("libone.so.1") == ("/lib32/libone.so.1",)
    assert found[X32].find("libone.so.1") == ("/libx32/libone.so.1",)
    plain, level = "/opt/lib/libtwo.so.2", "/opt/lib/glibc-hwcaps/x86-64-v3/libtwo.so.2"
    assert set(found[X86_64].find("libtwo.so.2")) == {plain, level}
    if form != "old":  # which does not tell them apart
        assert found[X86_64].find("libtwo.so.2")[0] == plain
    assert found[X86_64].find("one.so.1") == found[X86_64].find("") == found[I686].find("libtwo.so.2") == ()


def test_a_cache_of_the_other_byte_order() -> None:
    """Caches of s390x and ppc64 are big-endian. In the wrong order every library would seem to be missing."""
    name, path = b"libx.so.1\0", b"/lib64/libx.so.1\0"
    at = 48 + 24
    data = b"glibc-ld.so.cache1.1" + struct.pack(">2I4B4I", 1, len(name + path), 3, 0, 0, 0, 0, 0, 0, 0)
    data += struct.pack(">4IQ", 0x403, at, at + len(name), 0, 0) + name + path
    assert LdCache(data, Code(64, "big", 22, 0)).find("libx.so.1") == ("/lib64/libx.so.1",)
    assert LdCache(data, Code(64, "little", 22, 0)).error == "its byte order is big"


def test_flags_of_the_cache() -> None:
    """Each kind of code has its own flags; Arm libraries that do not say how they pass floats fit all."""
    kinds: dict[str, tuple[Code, set[int]]] = {
        "aarch64": (Code(64, "little", 183, 0), {0xA03}),
        "armhf": (Code(32, "little", 40, 0x5000400), {0x903, 3}),
        "armel": (Code(32, "little", 40, 0x5000200), {0xB03, 3}),
        "ppc64le": (Code(64, "little", 21, 2), {0x503}),
        "s390x": (Code(64, "big", 22, 0), {0x403}),
        "riscv64": (Code(64, "little", 243, 5), {0x1003}),
        "loongarch64": (Code(64, "little", 258, 0x43), {0x1203}),
        "mips64el": (Code(64, "little", 8, 0), {0x703}),
        "mipsn32": (Code(32, "little", 8, 0x20), {0x603}),
    }
    for name, (code, flags) in kinds.items():
        assert set(cache_flags(code) or ()) == flags, name
    assert cache_flags(Code(64, "little", 4711, 0)) is None


MUSL: Files = {**alpine(), **everywhere("/usr/local/lib", "/opt/x")}


def test_musl_looks_in_its_own_folders(tmp_path: Path) -> None:
    """Alpine's libraries are in /lib, /usr/local/lib and /usr/lib, unless a path file names other folders."""
    looking = search(lay(tmp_path, MUSL), loader=MUSL_LOADER)
    assert looking.find("libx.so.1", (MODULE, PROGRAM)).step == "default folder /usr/local/lib"
    lay(tmp_path, {"/etc/ld-musl-x86_64.path": b"/nowhere\n/opt/x:/lib\n"})
    assert search(tmp_path, loader=MUSL_LOADER).find("libx.so.1", (MODULE, PROGRAM)).path == "/opt/x/libx.so.1"


def test_the_path_file_stands_beside_the_loader(tmp_path: Path) -> None:
    """A musl of its own prefix, as in the Nix store, has its path file there."""
    prefix = "/nix/store/abc-musl-1.2.5"
    files: Files = {
        f"{prefix}/lib/ld-musl-x86_64.so.1": SharedObject(),
        f"{prefix}/etc/ld-musl-x86_64.path": b"/opt/x",
        "/etc/ld-musl-x86_64.path": b"/wrong",
    }
    loader = read_loader(Root(str(lay(tmp_path, files))), f"{prefix}/lib/ld-musl-x86_64.so.1")
    assert loader is not None
    assert loader.folders == ("/opt/x",)


@pytest.mark.parametrize("name", ["libc.so", "libc.musl-x86_64.so.1", "libpthread.so.0", "libm.so.6", "libdl.so.2"])
def test_musl_is_all_of_these_itself(name: str, tmp_path: Path) -> None:
    """The parts of musl are in no folder, but must not be reported as missing."""
    looking = search(lay(tmp_path, MUSL), loader=MUSL_LOADER)
    assert looking.find(name, (MODULE, PROGRAM)).step == "musl's loader itself"
    assert looking.find("libcrypt.so.1", (MODULE, PROGRAM)).path is None


def test_musl_takes_the_variable_first_and_hands_every_path_down(tmp_path: Path) -> None:
    """musl has other rules than glibc: RUNPATH is like RPATH, and both follow the variable."""
    lay(tmp_path, {**MUSL, **everywhere("/r", "/e")})
    program = Requester("p", "/p", runpath="/r")
    asked = (Requester("m", None, rpath="/none"), program)
    assert search(tmp_path, program, "/e", MUSL_LOADER).find("libx.so.1", asked).step == "LD_LIBRARY_PATH"
    assert search(tmp_path, program, None, MUSL_LOADER).find("libx.so.1", asked).step == "RUNPATH of p"
    odd = Requester("m", "/r", rpath="$ORIGIN/../r:$LIB")
    assert (
        search(tmp_path, PROGRAM, None, MUSL_LOADER).find("libx.so.1", (odd, PROGRAM)).path
        == "/usr/local/lib/libx.so.1"
    )


def test_musl_ends_at_the_first_file_of_the_name(tmp_path: Path) -> None:
    """musl takes the first file of the name without checking it, so a later library does not help."""
    lay(tmp_path, {**MUSL, "/e/libx.so.1": SharedObject(machine=EM_AARCH64)})
    found = search(tmp_path, PROGRAM, "/e", MUSL_LOADER).find("libx.so.1", (MODULE, PROGRAM))
    assert (found.path, found.passed_over) == (None, ("/e/libx.so.1: it is code for EM_AARCH64",))


def test_links_stay_in_the_root(tmp_path: Path) -> None:
    """Absolute links of an image point to the image's files, not to ours."""
    outside = lay(tmp_path / "outside", {"libx.so.1": LIBRARY})
    root = tmp_path / "root"
    files: Files = {
        **debian(),
        "/lib/libx.so.1": "/usr/lib/libx.so.1.2",
        "/usr/lib/libx.so.1.2": "../../../../../../opt/libx.so",
        "/opt": "/srv/opt",
        "/srv/opt/libx.so": LIBRARY,
    }
    assert find(lay(root, files)).file == "/srv/opt/libx.so"
    (root / "lib/libx.so.1").unlink()
    lay(root, {"/lib/libx.so.1": str(outside / "libx.so.1")})
    assert find(root).path is None, "that file is of this machine, not of the root"


def test_a_name_that_is_a_path(tmp_path: Path) -> None:
    """A library that is needed by an absolute path is not searched for."""
    lay(tmp_path, {**debian(), **everywhere("/opt", "/lib")})
    looking = search(tmp_path)
    found = looking.find("/opt/libx.so.1", (MODULE, PROGRAM))
    assert (found.path, found.step) == ("/opt/libx.so.1", "the name is a path")
    assert looking.find("/srv/libx.so.1", (MODULE, PROGRAM)).path is None
    assert looking.find("opt/libx.so.1", (MODULE, PROGRAM)).path is None, "nobody knows where programs start there"


def test_a_relative_folder_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty part of LD_LIBRARY_PATH is the current folder, as for glibc."""
    lay(tmp_path, {"libx.so.1": LIBRARY, "sub/liby.so.1": LIBRARY, "ld.so": SharedObject()})
    monkeypatch.chdir(tmp_path)
    files = Root(None)
    loader = read_loader(files, str(tmp_path / "ld.so"))
    assert loader is not None
    looking = Search(files, replace(loader, folders=()), X86_64, PROGRAM, "/nowhere::sub")
    assert looking.find("libx.so.1", (MODULE, PROGRAM)).path == os.path.join(os.getcwd(), "libx.so.1")
    assert looking.find("liby.so.1", (MODULE, PROGRAM)).path == os.path.join(os.getcwd(), "sub/liby.so.1")


def test_one_text_in_two_search_paths(tmp_path: Path) -> None:
    """LD_LIBRARY_PATH is split at semicolons too, an RPATH is not: the answer to one must not serve the other."""
    root = lay(tmp_path, {**debian(), **everywhere("/b")})
    module = Requester("a module", "/usr/bin", rpath="/a;/b")
    result = search(root, library_path="/a;/b").find("libx.so.1", (module, PROGRAM))
    assert (result.path, result.step) == ("/b/libx.so.1", "LD_LIBRARY_PATH")
