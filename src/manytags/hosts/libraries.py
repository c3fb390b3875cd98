"""Where a dynamic loader finds a library, on this machine or in a folder that holds another machine's files.

Files are looked at and read, never loaded and never run.

Two loaders, each with its own search. glibc: DT_RPATH of whoever asks and of those who loaded it, unless it has a
DT_RUNPATH; ``LD_LIBRARY_PATH``; DT_RUNPATH of whoever asks, alone; ``ld.so.cache``; the folders built into the loader.
musl: ``LD_LIBRARY_PATH``; DT_RUNPATH or DT_RPATH of whoever asks and of those who loaded it; the folders of its path
file, or built into it.

Which folders and which cache are built in stands in the loader's own file, and is read there: on NixOS they are folders
of the store, and ``/lib`` and ``/etc/ld.so.cache`` are none of them.

Rule: ld.so(8); glibc ``elf/dl-load.c``; musl ``ldso/dynlink.c``.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from ..platforms.linux.table import EF_MIPS_ABI2, EM_ARM, EM_LOONGARCH, EM_MIPS, EM_RISCV, machine_name
from .ld_cache import MAX_CACHE, Code, LdCache
from .probe import read_elf_header
from .roots import MAX_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    from .roots import Root

_MAX_LOADER = 16 << 20  # bytes; they have a quarter of a megabyte
_MAX_PATH_FILE = 65536
#: Linux takes no longer environment variable; RPATHs that long are nonsense.
_MAX_FOLDERS_TEXT = 131_072
_MAX_FOLDERS = 1024
_MAX_TOKENS = 40  # in one folder of a search path

_BUILT_IN = re.compile(rb"(?:/[!-9;-~]{1,200}/\0)+")
_BUILT_IN_CACHE = re.compile(rb"(/[!-~]{0,200}/ld\.so\.cache)\0")
_TOKEN = re.compile(r"\$(?:(ORIGIN|LIB|PLATFORM)|\{(ORIGIN|LIB|PLATFORM)\})")
#: What musl takes to be a part of itself, by the start of the name behind "lib".
_MUSL_RESERVED = ("c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet.")
_MUSL_FOLDERS = "/lib:/usr/local/lib:/usr/lib"


class Loader(NamedTuple):
    """A dynamic loader, and what is built into it.

    :param kind: whose it is.
    :param path: where it is.
    :param folders: where it looks last.
    :param cache: the ``ld.so.cache`` that it reads.
    :param lib: what it puts for ``$LIB``.
    """

    kind: Literal["glibc", "musl"]
    path: str
    folders: tuple[str, ...]
    cache: str | None
    lib: str


def read_loader(root: Root, path: str) -> Loader | None:
    """Read what is built into a loader; ``None`` where there is none at this path."""
    real = root.real(path)
    if real is None:
        return None
    name = path.rpartition("/")[2]
    if name.startswith("ld-musl-"):
        prefix = path.rpartition("/")[0].rpartition("/")[0]
        listed = root.read(f"{prefix}/etc/{name.partition('.so')[0]}.path", _MAX_PATH_FILE)
        text = listed.decode("utf-8", "surrogateescape") if isinstance(listed, bytes) else _MUSL_FOLDERS
        return Loader("musl", path, tuple(filter(None, re.split("[:\n]", text))), None, "lib")
    content = root.read(path, _MAX_LOADER)
    content = content if isinstance(content, bytes) else b""
    built_in = [found for found in _BUILT_IN.findall(content) if b"/lib" in found]
    folders = [folder.decode() for folder in max(built_in, key=len).rstrip(b"\0").split(b"\0")] if built_in else []
    cache = _BUILT_IN_CACHE.search(content)
    folders = [folder.rstrip("/") for folder in folders] or _usual_folders(path, real)
    lib = next((folder[5:] for folder in folders if folder.startswith("/usr/lib")), "lib")
    return Loader("glibc", path, tuple(folders), cache[1].decode() if cache else "/etc/ld.so.cache", lib)


def _usual_folders(path: str, real: str) -> list[str]:
    """Guess the folders of a loader that cannot be read: its own, and what distributions have."""
    folders = [real.rpartition("/")[0], path.rpartition("/")[0]]
    return list(dict.fromkeys([*folders, "/lib64", "/usr/lib64", "/lib", "/usr/lib"]))


class Requester(NamedTuple):
    """Code that needs libraries: an executable, a library, an extension module.

    :param name: what it is called in answers.
    :param origin: the folder that it is in, for ``$ORIGIN``; ``None`` where it is in none yet.
    :param rpath: its DT_RPATH.
    :param runpath: its DT_RUNPATH.
    """

    name: str
    origin: str | None
    rpath: str | None = None
    runpath: str | None = None


class Sought(NamedTuple):
    """What came of the search for a library.

    :param name: as it was asked for.
    :param path: where the loader opens it; ``None`` where it finds none.
    :param file: the same with all links followed.
    :param step: which step of the search found it, or ended it.
    :param passed_over: what was found first and does not fit, and why.
    """

    name: str
    path: str | None
    file: str | None
    step: str
    passed_over: tuple[str, ...] = ()


class Search:
    """A loader's search for libraries, for one program.

    :param root: where.
    :param loader: by which loader.
    :param code: what kind of code it takes.
    :param program: the program that runs.
    :param library_path: its ``LD_LIBRARY_PATH``.
    """

    def __init__(
        self, root: Root, loader: Loader, code: Code, program: Requester, library_path: str | None = None
    ) -> None:
        self.root, self.loader, self.code, self.program = root, loader, code, program
        self.remarks: list[str] = []
        self._library_path = library_path
        self._listed: dict[tuple[str, str | None], tuple[str, ...]] = {}
        self._cache: LdCache | None = None
        self._default = self._there(loader.folders)

    def find(self, name: str, chain: Sequence[Requester]) -> Sought:
        """Find a library.

        :param name: as DT_NEEDED has it.
        :param chain: who needs it, who loaded that, and so on; last the program.
        """
        musl = self.loader.kind == "musl"
        if musl and name.startswith("lib") and name[3:].startswith(_MUSL_RESERVED):
            return Sought(name, self.loader.path, self.root.real(self.loader.path), "musl's loader itself")
        passed: list[str] = []
        for step, path in self._candidates(name, chain):
            real = self.root.real(path)
            if real is None:
                continue
            why, ends = self._misfit(real)
            if not why:
                return Sought(name, path, real, step, tuple(passed))
            passed.append(f"{path}: {why}")
            if ends or musl:
                return Sought(name, None, None, step, tuple(passed))
        return Sought(name, None, None, "", tuple(passed))

    def _candidates(self, name: str, chain: Sequence[Requester]) -> Iterator[tuple[str, str]]:
        if "/" in name:
            for path in self._folders(name, chain[0].origin, ""):
                yield "the name is a path", path
        elif name:
            musl = self.loader.kind == "musl"
            for step, folders in self._musl_steps(chain) if musl else self._glibc_steps(chain):
                for path in self._in(folders, name):
                    yield step, path
            for path in () if musl else self._cached(name):
                yield str(self.loader.cache), path
            for path in self._in(self._default, name):
                yield f"default folder {path.rpartition('/')[0]}", path

    def _in(self, folders: Sequence[str], name: str) -> list[str]:
        return [f"{folder.rstrip('/')}/{name}" for folder in folders if self.root.may_have(folder, name)]

    def _glibc_steps(self, chain: Sequence[Requester]) -> Iterator[tuple[str, tuple[str, ...]]]:
        if chain[0].runpath is None:
            for each in chain:
                if each.rpath is not None and each.runpath is None:
                    yield f"RPATH of {each.name}", self._folders(each.rpath, each.origin)
        yield from self._environment(self.program.origin, "[:;]")
        if chain[0].runpath is not None:
            yield f"RUNPATH of {chain[0].name}", self._folders(chain[0].runpath, chain[0].origin)

    def _musl_steps(self, chain: Sequence[Requester]) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield from self._environment(None, "[:\n]")
        for each in chain:
            text, kind = (each.rpath, "RPATH") if each.runpath is None else (each.runpath, "RUNPATH")
            # musl knows $ORIGIN alone, and passes over all of a path that has another.
            if text is not None and "$" not in re.sub(r"\$(?:ORIGIN|\{ORIGIN\})", "", text):
                yield f"{kind} of {each.name}", self._folders(text, each.origin)

    def _environment(self, origin: str | None, separator: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self._library_path:
            yield "LD_LIBRARY_PATH", self._folders(self._library_path, origin, separator)

    def _folders(self, text: str, origin: str | None, separator: str = ":") -> tuple[str, ...]:
        """List the folders of a path that there are; ``separator`` is a regular expression, or empty for none."""
        known = self._listed.get((text, origin))
        if known is not None:
            return known
        if len(text) > _MAX_FOLDERS_TEXT:
            self._remark(f"a search path of {len(text)} characters was not searched: {text[:60]}...")
            return ()
        parts = re.split(separator, text) if separator else [text]
        return self._listed.setdefault((text, origin), self._there(parts, origin))

    def _there(self, parts: Sequence[str], origin: str | None = None) -> tuple[str, ...]:
        """Keep the folders that there are, each once."""
        different = list(dict.fromkeys(parts))
        if len(different) > _MAX_FOLDERS:
            self._remark(f"of {len(different)} folders in a search path the first {_MAX_FOLDERS} were searched")
        folders = dict.fromkeys(self._expanded(part, origin) for part in different[:_MAX_FOLDERS])
        return tuple(folder for folder in folders if folder and self.root.real(folder) is not None)

    def _expanded(self, part: str, origin: str | None) -> str:
        """Put in what tokens stand for; empty for a folder that cannot be known."""
        known = {"ORIGIN": origin, "LIB": self.loader.lib, "PLATFORM": None}
        tokens = [one or other for one, other in _TOKEN.findall(part)]
        if len(tokens) > _MAX_TOKENS or any(known[token] is None for token in tokens):
            return ""
        folder = _TOKEN.sub(lambda token: known[token[1] or token[2]] or "", part) or "."
        if not folder.startswith("/"):
            # Of the folder that the program is started in; nobody knows that of another machine's programs.
            folder = os.path.abspath(folder) if self.root.folder is None else ""
        return folder if len(folder) <= MAX_PATH else ""

    def _cached(self, name: str) -> tuple[str, ...]:
        if self._cache is None:
            path = str(self.loader.cache)
            content = self.root.read(path, MAX_CACHE)
            self._cache = LdCache(content if isinstance(content, bytes) else b"", self.code)
            trouble = self._cache.trouble if isinstance(content, bytes) else content
            if trouble and trouble != "there is none":
                self._remark(f"{path} was passed over: {trouble}")
        return self._cache.find(name)

    def _misfit(self, real: str) -> tuple[str, bool]:
        """Tell why a file is no library for this program, empty where it is one; and whether the search ends there."""
        header = read_elf_header(self.root.outside(real))
        if "error" in header:
            error = str(header["error"])
            return error, not error.startswith("cannot be read")
        found = code_of(header)
        if found.bits != self.code.bits:
            return f"it is {found.bits}-bit code", False
        if found.machine != self.code.machine:
            return f"it is code for {machine_name(found.machine)}", False
        if found.byte_order != self.code.byte_order:
            return f"it is {found.byte_order}-endian code", True
        if not same_abi(found, self.code):
            return f"it has another ABI, e_flags 0x{found.flags:08x}", False
        return "", False

    def _remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)


def code_of(header: dict[str, object]) -> Code:
    """Take the kind of code from what ``read_elf_header`` gives."""
    bits, order, machine, flags = (header[name] for name in ("class", "data", "machine", "flags"))
    return Code(
        bits if isinstance(bits, int) else 0,
        "little" if order == "little" else "big",
        machine if isinstance(machine, int) else 0,
        flags if isinstance(flags, int) else 0,
    )


def same_abi(one: Code, other: Code) -> bool:
    """Tell whether a loader of one kind takes the other, where class and machine are the same.

    Rule: glibc's ``VALID_FLOAT_ABI`` and ``elf_machine_matches_host`` of each architecture.
    """
    if one.machine == EM_ARM:
        floats = [code.flags & 0x600 if code.flags >> 24 == 5 else 0 for code in (one, other)]
        return 0 in floats or floats[0] == floats[1]
    mask = {EM_RISCV: 6, EM_LOONGARCH: 7, EM_MIPS: EF_MIPS_ABI2 | 0x400}.get(one.machine, 0)
    return one.flags & mask == other.flags & mask
