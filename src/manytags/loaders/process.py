"""The libraries that an interpreter's process has loaded, and those that it would load on request.

A loader looks for each name once. If another file asks for the same name, it gets the library that is loaded already,
whatever that file's search paths say. So the libraries that the interpreter itself needs come first. They are found by
the interpreter's own RUNPATH, which extension modules do not inherit.
"""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..binaries.binary import Linkage
from ..errors import InvalidBinary, InvalidInput, InvalidPolicy, ProbeError
from ..hosts.probe import Observations, observe_executable, read_elf_header
from ..platforms.linux.architectures import architecture_from_elf
from ..platforms.linux.arm import LOADERS_HARD_FLOAT, VFP_ARGS_IN_REGISTERS
from ..platforms.linux.elf_flags import EF_ARM_ABI_FLOAT_HARD
from ..platforms.linux.policies import policies
from ..platforms.linux.table import EM_ARM
from .ld_cache import Code
from .roots import NO_FILE, Root
from .search import Loader, Requester, Search, SearchResult, code_from_header, read_loader

#: Prefixes of the libraries that hold an interpreter's own code, if it is built so.
_RUNTIMES = ("libpython", "libpypy")
#: The programs with the most libraries have some hundred.
_MAX_LIBRARIES = 4096
_MAX_LIBC = 64 << 20
_BANNER = re.compile(rb"GNU C Library [^\0]{0,200}? release version (\d{1,2}\.\d{1,3})")
#: musl's file holds its version as a text, and no other text of this form.
_MUSL_VERSION = re.compile(rb"(?<![0-9.])(1\.\d{1,2}\.\d{1,3})\0")
_PYTHON = re.compile(r"python3(?:\.(\d{1,3}))?")
#: The folders of a foreign root that are searched for its Python.
_PYTHON_FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An interpreter's file, or a loader alone, which represents every program of its architecture.

    :param path: the interpreter, all links followed; ``None`` for a loader alone.
    :param code: the kind of its code.
    :param architecture: as tags name it.
    :param loader: path of the loader that it asks for; ``None`` if it loads nothing.
    """

    path: str | None
    code: Code
    architecture: str
    loader: str | None


@dataclass(frozen=True, slots=True)
class LoadedLibrary:
    """A library that was searched for, and what its file says.

    :param result: what the search found.
    :param linkage: what its file says; ``None`` if there is no file, or it cannot be read.
    :param error: why the file cannot be read.
    """

    result: SearchResult
    linkage: Linkage | None = None
    error: str = ""


def read_interpreter(root: Root, path: str) -> Interpreter:
    """Read which kind of interpreter a file is.

    :raises ProbeError: the file is missing, or is not an ELF executable.
    """
    real = root.real(root.inside(path))
    if real is None:
        raise ProbeError(path, NO_FILE)
    header = read_elf_header(root.outside(real))
    if "error" in header:
        raise ProbeError(path, f"{header['error']}; expected an ELF executable")
    loader = header["interpreter"] if isinstance(header["interpreter"], str) else None
    return Interpreter(real, code_from_header(header), _architecture(header, loader or ""), loader)


def standard_loader(root: Root, name: str) -> Interpreter | None:
    """Read the loader that every system has in a standard place, for a root without an interpreter."""
    for path in (f"/lib64/{name}", f"/lib/{name}"):
        real = root.real(path)
        header = read_elf_header(root.outside(real or path))
        if real is not None and "error" not in header:
            return Interpreter(None, code_from_header(header), _architecture(header, name), path)
    return None


def _architecture(header: dict[str, object], loader: str) -> str:
    code = code_from_header(header)
    if code.machine == EM_ARM and code.bits == 32:
        # As in the cache of libraries, the bit counts in every EABI version.
        hard = code.flags & EF_ARM_ABI_FLOAT_HARD or header["arm_vfp_args"] == VFP_ARGS_IN_REGISTERS
        return "armv7l" if hard or loader.rpartition("/")[2] in LOADERS_HARD_FLOAT else "armel"
    known = architecture_from_elf(code.machine, code.bits, code.byte_order)
    return f"e_machine {code.machine}" if known is None else known.name


def usual_interpreter(root: Root) -> str | None:
    """Find the interpreter to use if the caller names none: the running one, or a root's ``python3``."""
    if root.folder is None:
        observations = Observations()
        observe_executable(observations)
        executable = observations.facts.get("elf_path")
        if not isinstance(executable, str):
            raise ProbeError(sys.executable or "", "it is not an ELF executable; policies are about Linux")
        return executable
    for folder in _PYTHON_FOLDERS:
        real = root.real(folder)
        try:
            names = os.listdir(root.outside(real)) if real is not None else []
        except OSError:
            names = []
        pythons = [(match[1] is None, int(match[1] or 0), match[0]) for match in map(_PYTHON.fullmatch, names) if match]
        for _, _, name in sorted(pythons, reverse=True):
            if root.real(f"{folder}/{name}") is not None:
                return f"{folder}/{name}"
    return None


class Process:
    """A process of an interpreter: the libraries that it has loaded, and a loader that loads more.

    :param root: the machine's files.
    :param interpreter: the interpreter.
    :param library_path: its ``LD_LIBRARY_PATH``.
    """

    def __init__(self, root: Root, interpreter: Interpreter, library_path: str | None = None) -> None:
        self.root, self.interpreter = root, interpreter
        self.remarks: list[str] = []
        self.loader: Loader | None = None if interpreter.loader is None else read_loader(root, interpreter.loader)
        self._loaded: dict[str, LoadedLibrary] = {}
        name = interpreter.path or "a program"
        path = interpreter.path
        program = self._read(SearchResult(path or name, path, path))
        if program.error:
            raise InvalidBinary(name, program.error)
        self._program = self._requester(name, program.linkage)
        #: The code that loads extension modules, and the program.
        self.callers: tuple[Requester, ...] = (self._program,)
        self._search: Search | None = None
        if self.loader is not None:
            self._search = Search(root, self.loader, interpreter.code, self._program, library_path)
            self._load_own(program.linkage.needed if program.linkage else ())
        elif interpreter.loader is None:
            self.remarks.append(f"{name} is linked statically and loads no libraries")
        else:
            self.remarks.append(f"there is no loader {interpreter.loader}: {name} cannot be started")

    @property
    def all_remarks(self) -> tuple[str, ...]:
        """What was ignored or cannot work, in words."""
        return (*self.remarks, *(self._search.remarks if self._search else ()))

    @cached_property
    def libc_version(self) -> str | None:
        """Version of the C library, as its file says; ``None`` where it does not."""
        if self.loader is None:
            return None
        musl = self.loader.kind == "musl"
        libc = None if musl else self._loaded.get("libc.so.6")
        path = self.loader.path if musl else libc.result.file if libc else None
        content = None if path is None else self.root.read(path, _MAX_LIBC)
        versions = (_MUSL_VERSION if musl else _BANNER).findall(content) if isinstance(content, bytes) else []
        return str(versions[0].decode()) if len(set(versions)) == 1 else None

    def __contains__(self, name: str) -> bool:
        return name in self._loaded

    def load(self, name: str, chain: Sequence[Requester]) -> LoadedLibrary:
        """Find a library and read it.

        :param name: as DT_NEEDED has it.
        :param chain: the file that needs it, the file that loaded that file, and so on, without the callers.
        """
        known = self._loaded.get(name)
        if known is not None:
            return known
        if self._search is None:
            return LoadedLibrary(SearchResult(name, step="there is no loader"))
        result = self._search.find(name, (*chain, *self.callers))
        if result.file is None:
            return LoadedLibrary(result)  # not kept: another chain may find it
        library = self._loaded[name] = self._read(result)
        if library.linkage is not None and library.linkage.soname:
            self._loaded.setdefault(library.linkage.soname, library)
        return library

    def closure(
        self, first: Iterable[LoadedLibrary], chain: Sequence[Requester]
    ) -> Iterator[tuple[LoadedLibrary, str, LoadedLibrary]]:
        """Load what libraries need, and what that needs in turn, breadth first as loaders do.

        :returns: for each need: the library that has it, the name of the needed library, and the needed library.
        """
        waiting = deque((library, tuple(chain)) for library in first)
        seen = {library.result.file for library, _ in waiting}
        while waiting:
            user, above = waiting.popleft()
            here = (self._requester(user.result.path or user.result.name, user.linkage), *above)
            for name in user.linkage.needed if user.linkage else ():
                new = name not in self._loaded
                library = self.load(name, here)
                yield user, name, library
                file = library.result.file
                if new and library.linkage is not None and file not in seen and len(seen) < _MAX_LIBRARIES:
                    seen.add(file)
                    waiting.append((library, here))

    def _load_own(self, needed: Sequence[str]) -> None:
        """Load what the interpreter needs: it is loaded before any extension module."""
        loader = self.loader if self.loader is not None and self.loader.kind == "glibc" else None
        if loader is not None:
            name = loader.path.rpartition("/")[2]
            result = SearchResult(name, loader.path, loader.path, "the loader itself")
            self._loaded[name] = self._read(result)
        direct = {name: self.load(name, ()) for name in needed}
        for _ in self.closure(direct.values(), ()):
            pass
        for name, library in direct.items():
            if name.startswith(_RUNTIMES) and library.result.path and loader is not None:
                # This library's code loads modules. musl always takes the program for the caller.
                self.callers = (self._requester(library.result.path, library.linkage), self._program)

    def _requester(self, path: str, linkage: Linkage | None) -> Requester:
        origin = path.rpartition("/")[0] if "/" in path else None
        return Requester(path, origin, linkage.rpath if linkage else None, linkage.runpath if linkage else None)

    def _read(self, result: SearchResult) -> LoadedLibrary:
        from ..binaries.elf import read_linkage  # and pyelftools, which nothing waits for that reads no file

        if result.file is None:
            return LoadedLibrary(result)
        stream = self.root.open(result.file)
        if isinstance(stream, str):
            return LoadedLibrary(result, None, stream)
        with stream:
            try:
                return LoadedLibrary(result, read_linkage(stream, result.file))
            except InvalidBinary as error:
                return LoadedLibrary(result, None, error.reason)
            except OSError as error:
                return LoadedLibrary(result, None, f"it cannot be read: {error.strerror or error}")


def open_process(
    python: str | os.PathLike[str] | None,
    root: str | os.PathLike[str] | None,
    library_path: str | None,
    architecture: str | None = None,
    kind: str = "manylinux",
) -> Process | None:
    """Make the process of an interpreter.

    If the usual interpreter has another architecture than the one asked for, the standard loader of that architecture
    takes its place.

    :param python: path of the interpreter; the usual one by default.
    :param root: a folder to take for the whole file system.
    :param library_path: ``LD_LIBRARY_PATH``; by default that of this process, and none in a root.
    :param architecture: as in tags.
    :param kind: the kind of policies that know the standard loader.
    :returns: ``None`` if the standard loader is missing too.
    """
    if root is not None and not os.path.isdir(root):
        raise InvalidInput(os.fspath(root), "there is no such folder")
    files = Root(None if root is None else os.fspath(root))
    if library_path is None and root is None:
        library_path = os.environ.get("LD_LIBRARY_PATH")
    interpreter: Interpreter | None = None
    path = usual_interpreter(files) if python is None else os.fspath(python)
    if path is not None:
        interpreter = read_interpreter(files, path)
        if architecture not in {None, interpreter.architecture}:
            if python is not None:
                raise InvalidPolicy(str(architecture), f"{path} is {interpreter.architecture}")
            interpreter = None
    if interpreter is None and architecture is not None:
        listed = policies(kind).of(architecture)
        interpreter = standard_loader(files, listed[0].loader) if listed else None
    return None if interpreter is None else Process(files, interpreter, library_path)
