"""Hosts that lie: caches, search paths, links and files in a root from a stranger."""

from __future__ import annotations

import os
import random
import struct
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from manytags import check_host, missing_libraries
from manytags.errors import ManytagsError
from manytags.loaders.ld_cache import MAX_CACHE, Code, LdCache
from manytags.loaders.roots import Root
from manytags.loaders.search import Requester, Search, read_loader

from ..loaders.shared_objects import GLIBC_LOADER, MUSL_LOADER, Files, SharedObject, alpine, debian, lay
from .processor_time import in_time

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="hosts with a loader have FIFOs")

CACHES = {path.stem: path.read_bytes() for path in (Path(__file__).parents[1] / "loaders/caches").glob("*.cache")}
assert len(CACHES) == 3

MOST_MEMORY = 100_000_000
CODE = Code(64, "little", 62, 0)
POLICY = "manylinux_2_17_x86_64"
LIBRARY = SharedObject(soname="libx.so.1")
MODULE, PROGRAM = Requester("a module", None), Requester("/usr/bin/python3", "/usr/bin")


@contextmanager
def bounded(memory: bool = False) -> Iterator[None]:
    """Check the bound of processor time or of memory, but not both: tracing memory takes time."""
    if memory:
        tracemalloc.start()
    start = time.process_time()
    try:
        yield
        if memory:
            assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
        else:
            assert in_time(start)
    finally:
        tracemalloc.stop()


def find(root: Path, asks: Requester = MODULE, library_path: str | None = None, name: str = "libx.so.1") -> Search:
    """Search for one library; return the search, for its remarks."""
    files = Root(str(root))
    loader = read_loader(files, GLIBC_LOADER)
    assert loader is not None
    search = Search(files, loader, CODE, PROGRAM, library_path)
    search.find(name, (asks, PROGRAM))
    return search


@pytest.mark.parametrize("form", CACHES)
def test_a_cache_cut_at_every_place(form: str) -> None:
    """ldconfig was interrupted, or the disk was full: libraries may be missing, but nothing may fail."""
    data = CACHES[form]
    whole = {name: set(LdCache(data, CODE).find(name)) for name in ("libone.so.1", "libtwo.so.2")}
    with bounded():
        for length in range(len(data)):
            cache = LdCache(data[:length], CODE)
            for name, paths in whole.items():
                assert set(cache.find(name)) <= paths
    assert LdCache(b"", CODE).error == "it is not an ld.so.cache, or is cut off"
    assert "cut off" in LdCache(data[: 60 if form == "new" else 17], CODE).error


@pytest.mark.parametrize("form", CACHES)
def test_a_cache_with_every_byte_wrong(form: str) -> None:
    """Offsets out of range, counts of 2^32, another byte order: a lie may hide libraries, but nothing else."""
    data = CACHES[form]
    with bounded():
        for place in range(len(data)):
            for value in (0, 0x7F, 0xFF):
                cache = LdCache(data[:place] + bytes([value]) + data[place + 1 :], CODE)
                for path in (*cache.find("libone.so.1"), *cache.find("libtwo.so.2")):
                    assert len(path) <= len(data)


def cache_of(entries: int, key: int, value: int, strings: bytes) -> bytes:
    """Make a cache of equal entries."""
    head = b"glibc-ld.so.cache1.1" + struct.pack("<2I4B4I", entries, len(strings), 2, 0, 0, 0, 0, 0, 0, 0)
    return head + struct.pack("<4IQ", 0x303, key, value, 0, 0) * entries + strings


def test_a_cache_that_is_full_of_lies() -> None:
    """As many entries as fit, all of the same name, with endless or long paths, must not take minutes."""
    count = (MAX_CACHE - 100_000) // 24
    start = 48 + 24 * count
    for path, found in ((b"/" * 90_000, ()), (b"/" * 4000 + b"\0", ("/" * 4000,))):
        with bounded():
            assert LdCache(cache_of(count, start, start + 10, b"libx.so.1\0" + path), CODE).find("libx.so.1") == found


@pytest.mark.parametrize("memory", [False, True], ids=["time", "memory"])
def test_a_cache_of_many_long_names(memory: bool) -> None:
    """Entries whose names overlap, so that all are long and different, must not fill the memory."""
    start = 48 + 24 * 20_000
    entries = b"".join(struct.pack("<4IQ", 0x303, place, place, 0, 0) for place in range(start, start + 20_000))
    data = cache_of(0, 0, 0, b"")[:20] + struct.pack("<I", 20_000) + cache_of(0, 0, 0, b"")[24:] + entries
    with bounded(memory):
        cache = LdCache(data + (b"x" * 250 + b"\0") * 100, CODE)
        assert cache.find("x" * 250) == ("x" * 250,)


def test_a_cache_of_a_gigabyte(tmp_path: Path) -> None:
    """A sparse file of a gigabyte is small on the disk, and must not fill the memory."""
    root = lay(tmp_path, {**debian(), "/usr/lib/libx.so.1": LIBRARY})
    (root / "etc").mkdir()
    with (root / "etc/ld.so.cache").open("wb") as stream:
        stream.write(CACHES["new"])
        stream.truncate(1 << 30)
    with bounded(memory=True):
        search = find(root)
    assert search.remarks == ["/etc/ld.so.cache was ignored: it has 1073741824 bytes, more than any real one"]
    assert search.find("libx.so.1", (MODULE, PROGRAM)).path == "/usr/lib/libx.so.1"


@pytest.mark.parametrize("what", ["FIFO", "folder", "loop", "unreadable"])
def test_a_cache_that_is_no_file(what: str, tmp_path: Path) -> None:
    """Opening a FIFO would block forever."""
    root = lay(tmp_path, {**debian(), "/usr/lib/libx.so.1": LIBRARY})
    odd(root / "etc/ld.so.cache", what)
    with bounded():
        assert find(root).find("libx.so.1", (MODULE, PROGRAM)).path == "/usr/lib/libx.so.1"


def odd(path: Path, what: str) -> None:
    """Put something there that is not a regular file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    links = {"loop": path.name, "nowhere": "/nowhere/at/all", "endless": "/dev/zero"}
    if what in links:
        path.symlink_to(links[what])
    elif what == "FIFO":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.write_bytes(SharedObject().build())
        path.chmod(0)


@pytest.mark.parametrize("what", ["FIFO", "folder", "loop", "unreadable", "nowhere", "endless"])
@pytest.mark.parametrize("place", ["/lib/libx.so.1", "/e/libx.so.1", "/e", GLIBC_LOADER, "/lib", "/etc"])
def test_odd_things_where_files_and_folders_are(what: str, place: str, tmp_path: Path) -> None:
    """An answer must come soon, whatever the file is."""
    files = {**debian(), "/usr/lib/libx.so.1": LIBRARY}
    root = lay(tmp_path, {name: content for name, content in files.items() if not name.startswith(place)})
    odd(root / place[1:], what)
    for library_path in (None, "/e", "/e:/e/e:/lib/../e"):
        with bounded():
            found = check_host(POLICY, root=root, library_path=library_path)
        assert not found


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become nobody")
def test_folders_that_may_not_be_read(tmp_path: Path) -> None:
    """Root reads everything; most users do not, and their loader goes on to the next folder."""
    root = lay(tmp_path, {**debian(), "/e/libx.so.1": LIBRARY, "/usr/lib/libx.so.1": LIBRARY})
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and len(folder.parts) > 2:
            folder.chmod(0o755)
    (root / "e").chmod(0)
    search = find(root, library_path="/e")
    os.seteuid(65534)
    try:
        found = find(root, library_path="/e").find("libx.so.1", (MODULE, PROGRAM))
    finally:
        os.seteuid(0)
        (root / "e").chmod(0o755)
    assert found.path == "/usr/lib/libx.so.1"
    assert search.find("libx.so.1", (MODULE, PROGRAM)).path == "/e/libx.so.1"


def test_a_search_path_of_100000_folders(tmp_path: Path) -> None:
    """A search path may be longer than any that Linux takes. The answer must say what was left out."""
    root = lay(tmp_path, {**debian(), "/usr/lib/libx.so.1": LIBRARY})
    for text, remark in (
        (":".join(f"/f{number}" for number in range(100_000)), "a search path of 788889 characters was not searched"),
        (
            ":".join(f"/{number}" for number in range(20_000)),
            "only the first 1024 of 20000 folders in a search path were",
        ),
        ("/e:" * 40_000, ""),
    ):
        with bounded():
            search = find(root, library_path=text)
        assert [each.startswith(remark) for each in search.remarks] == ([True] if remark else [])
    with bounded():
        find(root, Requester("m", "/m", rpath="/x" * 10_000_000))


def test_a_search_path_of_many_folders_that_are_there(tmp_path: Path) -> None:
    """The largest number of folders must be searched in time, for every library of a policy."""
    root = lay(tmp_path, {**debian(), "/usr/lib/libX11.so.6": SharedObject()})
    for number in range(300):
        (root / str(number)).mkdir()
    with bounded():
        path = ":".join(f"/{number}/{'../' * 3}{number}" for number in range(300))
        assert not check_host(POLICY, root=root, library_path=path)


@pytest.mark.parametrize(
    "rpath",
    [
        "$ORIGIN" * 10_000,
        "$ORIGIN/.." * 2_000,
        "${ORIGIN" * 1_000,
        "$ORIGIN/$ORIGIN/$LIB/$PLATFORM",
        "$" * 100_000,
        "/" * 100_000,
        "../" * 30_000,
        ":" * 100_000,
        "\n:\t: :\\x00",
        "é" * 2_000,
        "/e/../../../../../../../../etc",
    ],
    ids=range(11),
)
def test_tricks_with_origin(rpath: str, tmp_path: Path) -> None:
    """Search paths that grow when they are expanded, or lead out of the root, must do no harm."""
    root = lay(tmp_path / "root", {**debian(rpath=rpath), "/usr/lib/libX11.so.6": SharedObject()})
    (tmp_path / "libGL.so.1").write_bytes(SharedObject().build())
    with bounded():
        found = check_host(POLICY, root=root)
    assert [each.name for each in found.libraries if each.path] == ["libX11.so.6", "libc.so.6"]


def test_links_that_lead_out(tmp_path: Path) -> None:
    """A root must not reveal files of the machine that reads it."""
    secret = lay(tmp_path / "secret", {"libGL.so.1": SharedObject(), "loader": SharedObject()})
    files: Files = {
        **debian(),
        "/usr/lib/libGL.so.1": str(secret / "libGL.so.1"),
        "/lib/libSM.so.6": "../../../../../../../.." + str(secret / "libGL.so.1"),
        "/lib/libICE.so.6": f"/..{secret}/libGL.so.1",
        "/usr/lib/x86_64-linux-gnu": str(secret),
    }
    found = check_host(POLICY, root=lay(tmp_path / "root", files), library_path=f"{secret}:/../..{secret}")
    assert [each.name for each in found.libraries if each.path] == ["libc.so.6"]
    with pytest.raises(ManytagsError, match="there is no such file"):
        check_host(POLICY, f"/../../../..{secret}/loader", tmp_path / "root")


def test_links_without_end(tmp_path: Path) -> None:
    """Long chains of links, rings, and links that double a path each time must end."""
    files: Files = {**debian(), "/usr/lib/libX11.so.6": SharedObject()}
    chain: Files = {f"/lib/libGL.so.{number}": f"libGL.so.{number + 1}" for number in range(1, 60)}
    double: Files = {f"/d/{number}": f"{number + 1}/../{number + 1}/." for number in range(60)}
    ring: Files = {
        "/lib/libSM.so.6": "/lib/ring/libSM.so.6",
        "/lib/ring": "/usr/lib/ring",
        "/usr/lib/ring": "/lib/ring",
    }
    root = lay(tmp_path, {**files, **chain, **double, **ring, "/lib/libICE.so.6": "/d/0/libICE.so.6"})
    with bounded():
        found = check_host(POLICY, root=root, library_path="/d/0:/lib/ring")
    assert [each.name for each in found.libraries if each.path] == ["libX11.so.6", "libc.so.6"]


def test_libraries_that_need_each_other(tmp_path: Path) -> None:
    """Libraries may need each other in a ring or in a chain of a thousand, and the search must end."""
    names = [f"lib{number}.so" for number in range(1000)]
    files: Files = {
        f"/usr/lib/{name}": SharedObject((names[(place + 1) % 1000], names[place // 2], name), soname=name)
        for place, name in enumerate(names)
    }
    root = lay(tmp_path / "root", {**debian(), **files, "/usr/lib/libX11.so.6": SharedObject(("lib0.so",))})
    module = tmp_path / "module.so"
    module.write_bytes(SharedObject(("libX11.so.6",)).build())
    assert missing_libraries(module, root) == ()


def test_a_module_that_needs_10000_libraries(tmp_path: Path) -> None:
    """A module from a stranger may need ten thousand libraries, and the search must end in time."""
    root = lay(tmp_path / "root", debian())
    module = tmp_path / "module.so"
    needed = tuple(f"lib{number}.so" for number in range(10_000))
    module.write_bytes(SharedObject((*needed, *needed), rpath="/a:/b:$ORIGIN").build())
    with bounded():
        assert len(missing_libraries(module, root)) == 10_000


def test_a_loader_that_lies(tmp_path: Path) -> None:
    """A loader from a stranger may have a megabyte of folders, or bytes that are not folders."""
    strange = b"\0" + b"".join(b"/lib%d/\0" % number for number in range(50_000))
    for content in (
        strange,
        b"\0/lib\xff/\0",
        b"/lib/" * 200_000,
        b"\0" * 1_000_000,
        b"\0/lib" + b"x" * 9_999 + b"/\0",
    ):
        root = lay(tmp_path / str(len(content)), {**debian(), GLIBC_LOADER: SharedObject(content=content)})
        with bounded():
            check_host(POLICY, root=root)
    root = lay(tmp_path / "musl", {**alpine(), "/etc/ld-musl-x86_64.path": b"/lib\n:\0\xff:" * 5_000})
    with bounded():
        assert not check_host("musllinux_1_2", root=root)
    assert read_loader(Root(str(root)), MUSL_LOADER) is not None


def test_files_with_random_changes(tmp_path: Path) -> None:
    """Random changes of any file must lead to an answer or to one of our errors."""
    chosen = random.Random(20261121)  # noqa: S311 - the same every time
    files = {**debian(runpath="/r"), "/usr/lib/libX11.so.6": SharedObject(("libz.so.1",), defines=("X_1", "X_2"))}
    root = lay(tmp_path, files)
    names = [name for name, content in files.items() if isinstance(content, SharedObject)]
    for _ in range(400):
        path = root / chosen.choice(names)[1:]
        data = bytearray(path.read_bytes())
        original = bytes(data)
        for _ in range(chosen.randint(1, 6)):
            data[chosen.randrange(len(data))] = chosen.choice([0, 1, 0x7F, 0x80, 0xFF, chosen.randrange(256)])
        path.write_bytes(data[: chosen.randrange(len(data))] if chosen.random() < 0.2 else data)
        try:
            assert not check_host(POLICY, root=root)
        except ManytagsError as error:
            assert len(str(error)) < 500
        path.write_bytes(original)
