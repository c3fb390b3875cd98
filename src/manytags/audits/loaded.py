"""What an interpreter's process has loaded, and what it would load on request: a loader's work, done by reading.

A library's name is looked for once: a loader gives whoever asks again what it has already, whatever their paths say. So
what the interpreter itself needs comes first, with the interpreter's own RUNPATH; extension modules do not inherit it.
"""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from typing import NamedTuple

from ..errors import InvalidElf, ProbeError
from ..hosts.libraries import Requester, Search, Sought, code_of, read_loader
from ..hosts.probe import Observations, observe_executable, read_elf_header
from ..platforms.linux.architectures import architecture_from_elf
from ..platforms.linux.arm import LOADERS_HARD_FLOAT, VFP_ARGS_IN_REGISTERS
from ..platforms.linux.table import EM_ARM
from .elf_defined import Library, read_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..hosts.ld_cache import Code
    from ..hosts.libraries import Loader
    from ..hosts.roots import Root

#: Beginnings of the libraries that an interpreter's own code is in, where it is built so.
_RUNTIMES = ("libpython", "libpypy")
#: Programs with the most have some hundred.
_MAX_LIBRARIES = 4096
_MAX_LIBC = 64 << 20
_BANNER = re.compile(rb"GNU C Library [^\0]{0,200}? release version (\d{1,2}\.\d{1,3})")
#: musl has its version as a text of its own; there is no other of this form in it.
_MUSL_VERSION = re.compile(rb"(?<![0-9.])(1\.\d{1,2}\.\d{1,3})\0")
_PYTHON = re.compile(r"python3(?:\.(\d{1,3}))?")
#: Where a foreign root has its Python, if nobody says.
_PYTHON_FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin")


class Interpreter(NamedTuple):
    """An interpreter's file, or a loader alone, which stands for every program of its architecture.

    :param path: the interpreter, all links followed; ``None`` for a loader alone.
    :param code: what kind of code it is.
    :param architecture: as tags name it.
    :param loader: path of the loader that it asks for; ``None`` for one that loads nothing.
    """

    path: str | None
    code: Code
    architecture: str
    loader: str | None


class Loaded(NamedTuple):
    """A library that was found, and what its file says; ``trouble`` is why that could not be read."""

    sought: Sought
    library: Library | None
    trouble: str = ""


def read_interpreter(root: Root, path: str) -> Interpreter:
    """Read what an interpreter is.

    :raises ProbeError: there is none at this path, or it is a script.
    """
    real = root.real(root.inside(path))
    if real is None:
        raise ProbeError(path, "there is no such file")
    header = read_elf_header(root.outside(real))
    if "error" in header:
        raise ProbeError(path, f"{header['error']}; what is asked for is an ELF executable")
    loader = header["interpreter"]
    found = loader if isinstance(loader, str) else None
    return Interpreter(real, code_of(header), _architecture(header, found or ""), found)


def standard_loader(root: Root, name: str) -> Interpreter | None:
    """Take a loader where every system has it, for a root without an interpreter."""
    for path in (f"/lib64/{name}", f"/lib/{name}"):
        real = root.real(path)
        header = read_elf_header(root.outside(real or path))
        if real is not None and "error" not in header:
            return Interpreter(None, code_of(header), _architecture(header, name), path)
    return None


def _architecture(header: dict[str, object], loader: str) -> str:
    code = code_of(header)
    if code.machine == EM_ARM and code.bits == 32:
        hard = code.flags & 0x400 or header["arm_vfp_args"] == VFP_ARGS_IN_REGISTERS
        return "armv7l" if hard or loader.rpartition("/")[2] in LOADERS_HARD_FLOAT else "armel"
    row = architecture_from_elf(code.machine, code.bits, code.byte_order)
    return row.name if row else f"e_machine {code.machine}"


def usual_interpreter(root: Root) -> str | None:
    """Find the interpreter to ask about when nobody names one: the running one, or a root's ``python3``."""
    if root.folder is None:
        observations = Observations()
        observe_executable(observations)
        found = observations.facts.get("elf_path")
        if not isinstance(found, str):
            raise ProbeError(sys.executable or "", "it is no ELF executable; policies are of Linux")
        return found
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
    """A process of an interpreter: what it has loaded, and a loader that loads more.

    :param root: the machine's files.
    :param interpreter: which interpreter.
    :param library_path: its ``LD_LIBRARY_PATH``.
    """

    def __init__(self, root: Root, interpreter: Interpreter, library_path: str | None = None) -> None:
        self.root, self.interpreter = root, interpreter
        self.remarks: list[str] = []
        self.loader: Loader | None = None if interpreter.loader is None else read_loader(root, interpreter.loader)
        self._found: dict[str, Loaded] = {}
        self._version: str | None = None
        name = interpreter.path or "a program"
        program = self._read(interpreter.path) if interpreter.path else Loaded(Sought(name, None, None, ""), None)
        if program.trouble:
            raise InvalidElf(name, program.trouble)
        self._program = self._requester(name, program.library)
        #: Who loads extension modules.
        self.callers: tuple[Requester, ...] = (self._program,)
        self._search: Search | None = None
        if self.loader is not None:
            self._search = Search(root, self.loader, interpreter.code, self._program, library_path)
            self._load_own(program.library.needed if program.library else ())
        elif interpreter.loader is None:
            self.remarks.append(f"{name} is linked statically and loads no libraries")
        else:
            self.remarks.append(f"there is no loader {interpreter.loader}: {name} cannot be started")

    @property
    def all_remarks(self) -> tuple[str, ...]:
        """What was passed over, in words."""
        return (*self.remarks, *(self._search.remarks if self._search else ()))

    @property
    def libc_version(self) -> str | None:
        """Version of the C library, as its file says; ``None`` where it does not."""
        if self._version is None and self.loader is not None:
            musl = self.loader.kind == "musl"
            libc = None if musl else self._found.get("libc.so.6")
            path = self.loader.path if musl else libc.sought.file if libc else None
            content = b"" if path is None else self.root.read(path, _MAX_LIBC)
            said = set((_MUSL_VERSION if musl else _BANNER).findall(content)) if isinstance(content, bytes) else set()
            self._version = said.pop().decode() if len(said) == 1 else ""
        return self._version or None

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def load(self, name: str, chain: Sequence[Requester]) -> Loaded:
        """Find a library and read it.

        :param name: as DT_NEEDED has it.
        :param chain: who needs it, who loaded that, and so on, without those who load extension modules.
        """
        known = self._found.get(name)
        if known is not None:
            return known
        if self._search is None:
            return Loaded(Sought(name, None, None, "there is no loader"), None)
        sought = self._search.find(name, (*chain, *self.callers))
        if sought.file is None:
            return Loaded(sought, None)
        found = self._read(sought.file)._replace(sought=sought)
        self._found[name] = found
        if found.library is not None and found.library.soname:
            self._found.setdefault(found.library.soname, found)
        return found

    def closure(self, first: Iterable[Loaded], chain: Sequence[Requester]) -> Iterator[tuple[Loaded, str, Loaded]]:
        """Load what libraries need, and what that needs, as loaders do: the nearest first.

        :returns: who needs something, its name, what was found.
        """
        waiting = deque((each, tuple(chain)) for each in first)
        seen = {each.sought.file for each, _ in waiting}
        while waiting:
            user, above = waiting.popleft()
            here = (self._requester(user.sought.path or user.sought.name, user.library), *above)
            for name in user.library.needed if user.library else ():
                new = name not in self._found
                found = self.load(name, here)
                yield user, name, found
                if new and found.library is not None and found.sought.file not in seen and len(seen) < _MAX_LIBRARIES:
                    seen.add(found.sought.file)
                    waiting.append((found, here))

    def _load_own(self, needed: Sequence[str]) -> None:
        """Load what the interpreter needs: the loader has it before any extension module asks."""
        if self.loader is not None and self.loader.kind == "glibc":
            sought = Sought(
                self.loader.path.rpartition("/")[2], self.loader.path, self.loader.path, "the loader itself"
            )
            self._found[sought.name] = self._read(self.loader.path)._replace(sought=sought)
        direct = {name: self.load(name, ()) for name in needed}
        for _ in self.closure(direct.values(), ()):
            pass
        for name, found in direct.items():
            if name.startswith(_RUNTIMES) and found.sought.path and self.loader and self.loader.kind == "glibc":
                # It is this library's code that loads modules; musl takes the program for that.
                self.callers = (self._requester(found.sought.path, found.library), self._program)

    def _requester(self, path: str, library: Library | None) -> Requester:
        origin = path.rpartition("/")[0] if "/" in path else None
        return Requester(path, origin, library.rpath if library else None, library.runpath if library else None)

    def _read(self, path: str) -> Loaded:
        sought = Sought(path, path, path, "")
        stream = self.root.open(path)
        if isinstance(stream, str):
            return Loaded(sought, None, stream)
        with stream:
            try:
                return Loaded(sought, read_library(stream, path))
            except InvalidElf as error:
                return Loaded(sought, None, error.reason)
            except OSError as error:
                return Loaded(sought, None, f"it cannot be read: {error.strerror or error}")
