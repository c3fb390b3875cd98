"""Which file a loader takes for each library that the files of a wheel need, once the wheel is installed. Pure.

A loader takes what its process has loaded already under the needed name. Otherwise it looks in the search paths of the
file that needs the library, and of the files that loaded that one. So each module is followed as a process would load
it, and so is each program, and each library that none of them loads.

What an interpreter has loaded before is not known. Python code may load a library by its path first: glibc then takes
it wherever its SONAME is needed, musl does not. A program begins with nothing loaded.

Rule: glibc ``elf/dl-load.c`` (``_dl_map_object``), ``elf/dl-deps.c``; musl ``ldso/dynlink.c`` (``load_library``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import normpath
from typing import Literal

from ..binaries.binary import Binary
from ..loaders.ld_cache import Code
from ..loaders.roots import NO_FILE, Root
from ..loaders.search import Loader, Requester, Search
from ..platforms.linux.policies import KINDS, policies

#: Where the files of a wheel are installed: an example, for the relations between folders are what counts.
_PREFIX = "/prefix"
_SITE_PACKAGES = f"{_PREFIX}/lib/python3/site-packages"
#: Folders in ``*.data`` -> where their files are installed. Installers disagree on ``headers``, which holds no library.
_SCHEMES = {
    "purelib": _SITE_PACKAGES,
    "platlib": _SITE_PACKAGES,
    "scripts": f"{_PREFIX}/bin",
    "data": _PREFIX,
    "headers": f"{_PREFIX}/include",
}
#: Libraries that are parts of the C library, and prefixes of its loaders and of musl.
_C_LIBRARY = frozenset({
    "libc.so", "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libanl.so.1",
    "libresolv.so.2", "libmvec.so.1",
})  # fmt: skip
#: Prefix of the names that musl's C library has as a needed library.
MUSL_LIBC = "libc.musl-"
_LOADERS = ("ld-linux", "ld-musl-", "ld64.so.", "ld.so.1", MUSL_LIBC)
#: Searches for libraries; PySide2 5.15 takes some 20,000.
_MAX_STEPS = 200_000


def is_of_c_library(name: str) -> bool:
    """Whether a library is part of the C library, which every process loads before it loads anything of a wheel."""
    return name in _C_LIBRARY or name.startswith(_LOADERS)


def is_in_data_folder(file: str) -> bool:
    """Whether a file is in ``*.data``, whose subfolders say where files are installed."""
    folder, mark, _ = file.partition("/")
    return bool(mark) and folder.endswith(".data")


def installed_path(file: str) -> str:
    """Return where a file of a wheel is installed, in a prefix that stands for any.

    >>> installed_path("foo-1.0.data/scripts/foo")
    '/prefix/bin/foo'

    Rule: the wheel format, "The .data directory"; ``sysconfig``'s scheme ``posix_prefix``.
    """
    if is_in_data_folder(file):
        _, scheme, *rest = file.split("/", 2)
        if scheme in _SCHEMES and rest:
            return normpath(f"{_SCHEMES[scheme]}/{rest[0]}")
    return normpath(f"{_SITE_PACKAGES}/{file}")


@dataclass(frozen=True, slots=True)
class Provider:
    """A file that provides a library to another one.

    :param file: its path in the wheel.
    :param binary: what it says; ``None`` if it could not be read.
    :param is_found: whether the loader takes it, whatever was loaded before.
    """

    file: str
    binary: Binary | None
    is_found: bool


class Linking:
    """Which file of a wheel a loader takes for each library that its files need.

    :param binaries: the compiled files of the wheel.
    :param modules: the extension modules among them, by their paths in the wheel.
    :param unread: paths of compiled files that could not be read.
    :param python_loads: whether Python code of the wheel may load libraries before it imports the modules.
    """

    def __init__(
        self,
        binaries: Iterable[Binary] = (),
        modules: Collection[str] = (),
        unread: Collection[str] = (),
        python_loads: bool = True,
    ) -> None:
        self.files = {b.name: b for b in binaries if b.is_code and not b.is_debug_information}
        self._modules = frozenset(modules)
        self._unread = tuple(unread)
        self._python_loads = python_loads
        self._kinds: dict[str, _Loads] = {}

    def providers(self, file: str, kind: str) -> Mapping[str, Provider]:
        """Return what provides the libraries that a file needs, by the libraries' names.

        A library that nothing in the wheel provides is left out. If it is neither a policy's nor another wheel's, the
        file does not load.

        :param file: the file's path in the wheel.
        :param kind: ``manylinux`` for glibc's loader, ``musllinux`` for musl's.
        """
        return self._loads(kind).providers.get(file, {})

    def unreached(self, kind: str) -> Sequence[tuple[str, str, str]]:
        """List (file, library, file that would be it) where a library is in the wheel and no loader finds it there."""
        return self._loads(kind).unreached

    @property
    def names(self) -> frozenset[str]:
        """Names by which the files can be needed: their file names, and their SONAMEs."""
        names = {file.rpartition("/")[2] for file in self.files} | {binary.soname for binary in self.files.values()}
        return frozenset(name for name in names if name and not is_of_c_library(name))

    def _loads(self, kind: str) -> _Loads:
        if kind not in self._kinds:
            self._kinds[kind] = _Loads(self.files, self._modules, self._unread, self._python_loads, kind)
        return self._kinds[kind]


class _Loads:
    """What one kind of loader loads, for every file that a process may begin with."""

    def __init__(
        self,
        files: Mapping[str, Binary],
        modules: frozenset[str],
        unread: tuple[str, ...],
        python_loads: bool,
        kind: str,
    ) -> None:
        self._files, self._kind, self._modules, self._python_loads = files, kind, modules, python_loads
        self._musl = kind == "musllinux"
        self._promised = frozenset(
            name for policy in policies(kind if kind in KINDS else "manylinux").listed for name in policy.libraries
        )
        self._places = {file: installed_path(file) for file in (*files, *unread)}
        self._root = _Installed({place: files.get(file) for file, place in self._places.items()})
        self._at = {place: file for file, place in self._places.items()}
        self._searches: dict[Code, _Search] = {}
        self._steps = 0
        #: (file, library) -> the files that were taken for it, one for each process; "" where none was.
        self._taken: dict[tuple[str, str], set[str]] = {}
        self._in_program: set[str] = set()
        self._in_module: set[str] = set()
        self._run()
        self.unreached: list[tuple[str, str, str]] = []
        self.providers = self._conclude()

    def _run(self) -> None:
        """Load every module and program, then what none of them loads: Python code, or a plugin's host, may load it."""
        needy = [file for file, binary in self._files.items() if binary.needed or binary.versions]
        programs = [file for file in needy if _is_program(self._files[file])]
        modules = [file for file in needy if file in self._modules]
        seen: set[str] = set()
        for roots, loaded in ((programs, self._in_program), (modules, self._in_module)):
            for root in roots:
                loaded.update(self._load(root))
            seen |= loaded
        rest = [file for file in needy if file not in seen]
        # A library that another one finds is loaded with that one, which may find more for it.
        needed_by_rest = {taken for file in rest for taken in self._direct(file) if taken != file}
        for file in [*(file for file in rest if file not in needed_by_rest), *rest]:
            if file not in seen:
                seen |= self._load(file)

    def _direct(self, file: str) -> Iterator[str]:
        chain = (self._requester(file),)
        for library in self._files[file].needed:
            if taken := self._find(library, chain, self._files[file]):
                yield taken

    def _load(self, root: str) -> set[str]:
        """Follow what a process loads with a file, breadth first as loaders do; return the files."""
        loaded: dict[str, str] = {}
        self._name(root, loaded)
        waiting: deque[tuple[str, tuple[Requester, ...]]] = deque([(root, (self._requester(root),))])
        seen = {root}
        while waiting:
            file, chain = waiting.popleft()
            binary = self._files[file]
            for library in binary.needed:
                taken = loaded.get(library)
                if taken is None:
                    taken = self._find(library, chain, binary)
                    if taken or library in self._promised:
                        loaded[library] = taken  # the host's own library of this name is loaded from now on
                self._taken.setdefault((file, library), set()).add(taken)
                if taken in self._files and taken not in seen:
                    seen.add(taken)
                    self._name(taken, loaded)
                    waiting.append((taken, (self._requester(taken), *chain)))
        for file in seen:
            # A version may be needed of a library that another file asks for.
            for library in {need.library for need in self._files[file].versions}.difference(self._files[file].needed):
                self._taken.setdefault((file, library), set()).add(loaded.get(library, ""))
        return seen

    def _name(self, file: str, loaded: dict[str, str]) -> None:
        soname = self._files[file].soname
        if soname and not self._musl:
            loaded.setdefault(soname, file)

    def _find(self, library: str, chain: tuple[Requester, ...], binary: Binary) -> str:
        """Search for a library; return the file, or an empty text."""
        self._steps += 1
        if is_of_c_library(library) or self._steps > _MAX_STEPS:
            return ""
        code = _code(binary)
        if code not in self._searches:
            libc: Literal["glibc", "musl"] = "musl" if self._musl else "glibc"
            # Folders outside of the wheel are nobody's promise, and $LIB differs between distributions.
            loader = Loader(libc, "/loader", (), None, "$LIB")
            self._searches[code] = _Search(self._root, loader, code, Requester("the interpreter", None))
        path = self._searches[code].find(library, chain).file
        return self._at.get(path or "", "")

    def _requester(self, file: str) -> Requester:
        binary = self._files[file]
        return Requester(file, self._places[file].rpartition("/")[0], binary.rpath, binary.runpath)

    def _conclude(self) -> dict[str, dict[str, Provider]]:
        by_soname: dict[str, str] = {}
        by_name: dict[str, str] = {}
        for file, binary in self._files.items():
            by_name.setdefault(file.rpartition("/")[2], file)
            if binary.soname:
                by_soname.setdefault(binary.soname, file)
        found_by_name = {library: file for (_, library), taken in self._taken.items() for file in taken if file}
        providers: dict[str, dict[str, Provider]] = {}
        for (file, library), taken in self._taken.items():
            if is_of_c_library(library):
                continue
            if "" not in taken:
                provider = min(taken)
                providers.setdefault(file, {})[library] = Provider(provider, self._files.get(provider), is_found=True)
                continue
            other = by_soname.get(library) or by_name.get(library)
            if other is None or library not in self._files[file].needed:
                continue
            self.unreached.append((file, library, other))
            # Another module of the wheel, which finds it, may have been imported before.
            earlier = found_by_name.get(library) or self._preloaded(file, by_soname.get(library))
            if earlier and file not in self._in_program:
                providers.setdefault(file, {})[library] = Provider(earlier, self._files.get(earlier), is_found=False)
        return providers

    def _preloaded(self, file: str, other: str | None) -> str | None:
        """Return a file that code may have loaded by its path, if the loader then knows it by its SONAME."""
        if self._musl or (file in self._in_module and not self._python_loads):
            return None
        return other


class _Installed(Root):
    """The files of a wheel in the folders that they are installed in.

    :param files: path -> what the file says; ``None`` if it could not be read.
    """

    def __init__(self, files: Mapping[str, Binary | None]) -> None:
        super().__init__("/")
        self.files = files
        self._folders = {"/"}
        for path in files:
            folder = path.rpartition("/")[0]
            while folder and folder not in self._folders:
                self._folders.add(folder)
                folder = folder.rpartition("/")[0]

    def real(self, path: str) -> str | None:
        path = normpath(path)
        return path if path in self.files or path in self._folders else None

    def may_have(self, folder: str, name: str) -> bool:
        return normpath(f"{folder}/{name}") in self.files

    def read(self, path: str, most: int) -> bytes | str:  # noqa: ARG002 - as in Root
        return NO_FILE


class _Search(Search):
    """A search among the installed files of a wheel."""

    root: _Installed

    def misfit(self, real: str) -> tuple[str, bool]:
        if real not in self.root.files:
            return "is a folder", True  # which loaders open, and then fail to read
        binary = self.root.files[real]
        return ("", False) if binary is None else self.misfit_of_code(_code(binary))


def _is_program(binary: Binary) -> bool:
    return binary.interpreter is not None or binary.kind == "executable"


def _code(binary: Binary) -> Code:
    return Code(binary.bits, "little" if binary.byte_order == "little" else "big", binary.machine, binary.flags)
