"""Where a dynamic loader finds a library.

The two loaders search in different orders.

- glibc: DT_RPATH of the file that needs the library and of the files that loaded it, unless the file has a DT_RUNPATH;
  ``LD_LIBRARY_PATH``; DT_RUNPATH of that file alone; ``ld.so.cache``; the folders built into the loader.
- musl: ``LD_LIBRARY_PATH``; DT_RUNPATH or DT_RPATH of the file and of the files that loaded it; the folders of musl's
  path file, or those built into it.

Which folders and which cache are built in is read from the loader's own file: on NixOS they are in the store, and
neither ``/lib`` nor ``/etc/ld.so.cache`` is among them.

Rule: ld.so(8); glibc ``elf/dl-load.c``; musl ``ldso/dynlink.c``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..hosts.probe import read_elf_header
from ..platforms.linux.elf_flags import same_abi
from ..platforms.linux.table import machine_name
from .ld_cache import MAX_CACHE, Code, LdCache
from .roots import MAX_PATH, NO_FILE, Root

_MAX_LOADER = 16 << 20  # bytes; real loaders have a quarter of a megabyte
_MAX_PATH_FILE = 65536
#: Linux takes no longer environment variable, and no real RPATH is that long.
_MAX_SEARCH_PATH = 131_072
_MAX_FOLDERS = 1024
_MAX_TOKENS = 40  # in one folder of a search path

_BUILT_IN = re.compile(rb"(?:/[!-9;-~]{1,200}/\0)+")
_BUILT_IN_CACHE = re.compile(rb"(/[!-~]{0,200}/ld\.so\.cache)\0")
_TOKEN = re.compile(r"\$(?:(ORIGIN|LIB|PLATFORM)|\{(ORIGIN|LIB|PLATFORM)\})")
#: Libraries that are parts of musl, by their names without "lib".
_MUSL_RESERVED = ("c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet.")
_MUSL_FOLDERS = "/lib:/usr/local/lib:/usr/lib"


@dataclass(frozen=True, slots=True)
class Loader:
    """A dynamic loader, and what is built into it.

    :param kind: the C library that it belongs to.
    :param path: its file.
    :param folders: the folders that it searches last.
    :param cache: the ``ld.so.cache`` that it reads.
    :param lib: what it replaces ``$LIB`` with.
    """

    kind: Literal["glibc", "musl"]
    path: str
    folders: tuple[str, ...]
    cache: str | None
    lib: str


def read_loader(root: Root, path: str) -> Loader | None:
    """Read what is built into a loader; ``None`` if there is no file at this path."""
    real = root.real(path)
    if real is None:
        return None
    name = path.rpartition("/")[2]
    if name.startswith("ld-musl-"):
        prefix = path.rpartition("/")[0].rpartition("/")[0]
        path_file = root.read(f"{prefix}/etc/{name.partition('.so')[0]}.path", _MAX_PATH_FILE)
        text = path_file.decode("utf-8", "surrogateescape") if isinstance(path_file, bytes) else _MUSL_FOLDERS
        return Loader("musl", path, tuple(filter(None, re.split("[:\n]", text))), None, "lib")
    content = root.read(path, _MAX_LOADER)
    content = content if isinstance(content, bytes) else b""
    lists = [text for text in _BUILT_IN.findall(content) if b"/lib" in text]
    folders = [folder.decode() for folder in max(lists, key=len).rstrip(b"\0").split(b"\0")] if lists else []
    cache = _BUILT_IN_CACHE.search(content)
    # If the folders cannot be read: the loader's own, and those of most distributions.
    usual = [real.rpartition("/")[0], path.rpartition("/")[0], "/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    folders = [folder.rstrip("/") for folder in folders] or list(dict.fromkeys(usual))
    lib = next((folder[5:] for folder in folders if folder.startswith("/usr/lib")), "lib")
    return Loader("glibc", path, tuple(folders), cache[1].decode() if cache else "/etc/ld.so.cache", lib)


@dataclass(frozen=True, slots=True)
class Requester:
    """Code that needs libraries: an executable, a library, an extension module.

    :param name: what answers call it.
    :param origin: its folder, for ``$ORIGIN``; ``None`` if it is not installed yet.
    :param rpath: its DT_RPATH.
    :param runpath: its DT_RUNPATH.
    """

    name: str
    origin: str | None
    rpath: str | None = None
    runpath: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search for a library.

    :param name: the name that was searched for.
    :param path: where the loader opens the library; ``None`` if it does not find it.
    :param file: the same file with all links followed.
    :param step: the step of the search that found the library, or ended the search.
    :param passed_over: files of that name that came first and do not fit, and why.
    """

    name: str
    path: str | None = None
    file: str | None = None
    step: str = ""
    passed_over: tuple[str, ...] = ()


class Search:
    """A loader's search for libraries, on behalf of one program.

    :param root: the machine's files.
    :param loader: the loader.
    :param code: the kind of code that it takes.
    :param program: the program that runs.
    :param library_path: its ``LD_LIBRARY_PATH``.
    """

    def __init__(
        self, root: Root, loader: Loader, code: Code, program: Requester, library_path: str | None = None
    ) -> None:
        self.root, self.loader, self.code, self.program = root, loader, code, program
        self.remarks: list[str] = []
        self._library_path = library_path
        self._search_paths: dict[tuple[str, str | None, str], tuple[str, ...]] = {}
        self._cache: LdCache | None = None
        self._default = self._existing(loader.folders)

    def find(self, name: str, chain: Sequence[Requester]) -> SearchResult:
        """Find a library.

        :param name: as DT_NEEDED has it.
        :param chain: the file that needs it, the file that loaded that file, and so on; the program is last.
        """
        musl = self.loader.kind == "musl"
        if musl and name.startswith("lib") and name[3:].startswith(_MUSL_RESERVED):
            return SearchResult(name, self.loader.path, self.root.real(self.loader.path), "musl's loader itself")
        passed: list[str] = []
        for step, path in self._candidates(name, chain):
            real = self.root.real(path)
            if real is None:
                continue
            why, ends = self.misfit(real)
            if not why:
                return SearchResult(name, path, real, step, tuple(passed))
            passed.append(f"{path}: {why}")
            if ends or musl:
                return SearchResult(name, step=step, passed_over=tuple(passed))
        return SearchResult(name, passed_over=tuple(passed))

    def _candidates(self, name: str, chain: Sequence[Requester]) -> Iterator[tuple[str, str]]:
        musl = self.loader.kind == "musl"
        if "/" in name:
            # musl replaces no tokens here.
            for path in () if musl and "$" in name else self._folders(name, chain[0].origin, ""):
                yield "the name is a path", path
        elif name:
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
            for requester in chain:
                if requester.rpath is not None and requester.runpath is None:
                    yield f"RPATH of {requester.name}", self._folders(requester.rpath, requester.origin)
        yield from self._environment(self.program.origin, "[:;]")
        if chain[0].runpath is not None:
            yield f"RUNPATH of {chain[0].name}", self._folders(chain[0].runpath, chain[0].origin)

    def _musl_steps(self, chain: Sequence[Requester]) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield from self._environment(None, "[:\n]")
        for requester in chain:
            runpath = requester.runpath is not None
            text, kind = (requester.runpath, "RUNPATH") if runpath else (requester.rpath, "RPATH")
            # musl knows $ORIGIN alone, and ignores a whole search path that has another token.
            if text is not None and "$" not in re.sub(r"\$(?:ORIGIN|\{ORIGIN\})", "", text):
                yield f"{kind} of {requester.name}", self._folders(text, requester.origin)

    def _environment(self, origin: str | None, separator: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self._library_path:
            yield "LD_LIBRARY_PATH", self._folders(self._library_path, origin, separator)

    def _folders(self, text: str, origin: str | None, separator: str = ":") -> tuple[str, ...]:
        """List the existing folders of a search path; ``separator`` is a regular expression, empty for one folder."""
        key = (text, origin, separator)
        known = self._search_paths.get(key)
        if known is not None:
            return known
        if len(text) > _MAX_SEARCH_PATH:
            self._remark(f"a search path of {len(text)} characters was not searched: {text[:60]}...")
            return ()
        parts = re.split(separator, text) if separator else [text]
        return self._search_paths.setdefault(key, self._existing(parts, origin))

    def _existing(self, parts: Sequence[str], origin: str | None = None) -> tuple[str, ...]:
        """List the folders that exist, without repetitions."""
        different = list(dict.fromkeys(parts))
        if len(different) > _MAX_FOLDERS:
            self._remark(f"only the first {_MAX_FOLDERS} of {len(different)} folders in a search path were searched")
        folders = dict.fromkeys(self._expanded(part, origin) for part in different[:_MAX_FOLDERS])
        return tuple(folder for folder in folders if folder and self.root.real(folder) is not None)

    def _expanded(self, part: str, origin: str | None) -> str:
        """Replace the tokens in a folder; empty if that is not possible."""
        known = {"ORIGIN": origin, "LIB": self.loader.lib, "PLATFORM": None}
        tokens = [bare or braced for bare, braced in _TOKEN.findall(part)]
        if len(tokens) > _MAX_TOKENS or any(known[token] is None for token in tokens):
            return ""
        folder = _TOKEN.sub(lambda token: known[token[1] or token[2]] or "", part) or "."
        if not folder.startswith("/"):
            # It is relative to the current folder of the program, which is unknown on another machine.
            folder = os.path.abspath(folder) if self.root.folder is None else ""
        return folder if len(folder) <= MAX_PATH else ""

    def _cached(self, name: str) -> tuple[str, ...]:
        if self._cache is None:
            path = str(self.loader.cache)
            content = self.root.read(path, MAX_CACHE)
            self._cache = LdCache(content if isinstance(content, bytes) else b"", self.code)
            reason = self._cache.error if isinstance(content, bytes) else content
            if reason and reason != NO_FILE:
                self._remark(f"{path} was ignored: {reason}")
        return self._cache.find(name)

    def misfit(self, real: str) -> tuple[str, bool]:
        """Say why a file is not a library for this program, empty if it is; also whether the search ends there.

        :param real: path of the file, all links followed.
        """
        header = read_elf_header(self.root.outside(real))
        if "error" in header:
            error = str(header["error"])
            return error, not error.startswith("cannot be read")
        return self.misfit_of_code(code_from_header(header))

    def misfit_of_code(self, code: Code) -> tuple[str, bool]:
        """Say why this program does not take a kind of code, empty if it does; also whether the search ends there."""
        if code.bits != self.code.bits:
            return f"it is {code.bits}-bit code", False
        if code.machine != self.code.machine:
            return f"it is code for {machine_name(code.machine)}", False
        if code.byte_order != self.code.byte_order:
            return f"it is {code.byte_order}-endian code", True
        if not same_abi(code.machine, code.flags, self.code.flags):
            return f"it has another ABI, e_flags 0x{code.flags:08x}", False
        return "", False

    def _remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)


def code_from_header(header: dict[str, object]) -> Code:
    """Take the kind of code from the result of ``read_elf_header``."""
    bits, machine, flags = (int(str(header[name])) for name in ("class", "machine", "flags"))
    return Code(bits, "little" if header["data"] == "little" else "big", machine, flags)
