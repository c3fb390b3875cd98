"""Which file of a wheel the loaders of macOS and Windows take for each library that its files need. Pure.

dyld knows a library by its path. ``@loader_path`` is the folder of the file that needs it, ``@executable_path`` that of
the program, and ``@rpath`` any folder in the LC_RPATH of that file, and of those that loaded it. Windows searches the
folder of the module that Python imports, or of the program, for all that is loaded with it, and the folders that Python
code adds. Both take what is loaded already under the needed name.

Rule: dyld ``dyld/Loader.cpp`` (``getLoader``, ``forEachResolvedAtPathVar``; dyld-1378); CPython
``Python/dynload_win.c``; Microsoft, "Dynamic-link library search order", ``LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR``;
delvewheel, which writes the folder ``NAME.libs`` and adds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from posixpath import dirname, normpath
from typing import NamedTuple

from ..binaries.binary import NeededAs
from ..errors import InvalidBinary
from .foreign import OF_SYSTEM, ForeignFile
from .installed import SITE_PACKAGES, installed_path

#: Folders and files of one name that are searched; PySide6 takes 12,538.
_MAX_STEPS = 200_000
_TOO_MANY = "its wheel has far more libraries that need each other than any real one"
#: Where the interpreter is; not in the wheel.
_PYTHON = "/python/bin/python"

Folders = tuple[str, ...]


class _Needed(NamedTuple):
    """A library that a file needs, and what it may be.

    :param file: the file that needs it.
    :param library: the library.
    :param found: files that its loader takes.
    :param known: files that its loader takes once they are loaded.
    :param alike: a file of the same name; empty if there is none.
    """

    file: ForeignFile
    library: str
    found: tuple[ForeignFile, ...] = ()
    known: tuple[ForeignFile, ...] = ()
    alike: str = ""


class ForeignLinking:
    """Which file of a wheel a loader takes for each library that its files need.

    :param files: the compiled files of the wheel for macOS and Windows.
    :param python_loads: whether Python code of the wheel may load libraries, or add folders, before it imports the
        modules.
    :ivar loaded: the extension modules, and the files that are loaded with them, by their paths in the wheel.
    :ivar unreached: (file, library, file that would be it) where no search path leads, and whether it is found once
        other code has loaded it.
    :ivar is_doubtful: whether it matters what Python code of the wheel does.
    """

    def __init__(self, files: Iterable[ForeignFile] = (), python_loads: bool = True) -> None:
        self._files = {installed_path(file.name): file for file in files}
        self._places = {file.name: place for place, file in self._files.items()}
        #: All others lead out of the wheel; without them, most files have the same folders.
        self._folders_of_wheel: set[str] = set()
        for place in self._files:
            folder = dirname(place)
            while folder not in self._folders_of_wheel:
                self._folders_of_wheel.add(folder)
                folder = dirname(folder)
        self._python_loads, self._steps = python_loads, 0
        self.is_doubtful = False
        self._programs = {file.name for file in self._files.values() if any(each.is_program for each in file.code)}
        self._needs = {file.name: dict.fromkeys(_needed(file)) for file in self._files.values()}
        self._by_base: dict[tuple[str, str], list[ForeignFile]] = {}
        self._by_install_name: dict[str, list[ForeignFile]] = {}
        for file in self._files.values():
            self._by_base.setdefault((file.system, file.base), []).append(file)
            for name in {binary.soname for binary in file.code if file.system == "macOS" and binary.soname}:
                self._by_install_name.setdefault(name, []).append(file)
        self._loads: dict[tuple[str, str], None] = {}
        self.unreached = list(dict.fromkeys(self._follow()))

    def users(self) -> Iterable[tuple[str, str]]:
        """List each file with each file that is loaded with it."""
        return self._loads

    def _follow(self) -> Iterator[tuple[str, str, str, bool]]:
        """Load all that processes may begin with; list what no search path leads to."""
        lacking: list[_Needed] = []
        files = self._files.values()
        self.loaded = self._load([file for file in files if file.is_module_of_wheel], lacking)
        seen = self.loaded | self._load([file for file in files if file.name in self._programs], lacking)
        # Python code, or a plug-in's host, may load the rest.
        self._load([file for file in files if file.name not in seen], lacking)
        for needed in lacking:
            self.is_doubtful = self.is_doubtful or bool(needed.known)
            earlier = [file for file in needed.known if self._python_loads or file.name in self.loaded]
            self._loads.update(dict.fromkeys((needed.file.name, file.name) for file in earlier))
            fresh = [file for file in earlier if file.name not in self.loaded]
            if fresh and needed.file.name in self.loaded:
                self.loaded |= self._load(fresh, [])
            # On Windows, the host of a plug-in has loaded what it needs.
            is_usual = needed.file.system == "Windows" and (earlier or needed.file.name not in seen)
            if needed.alike and not is_usual:
                yield needed.file.name, needed.library, needed.alike, bool(earlier)

    def _load(self, roots: Sequence[ForeignFile], lacking: list[_Needed]) -> set[str]:
        """Follow what processes load that begin with some files; return the files.

        :param lacking: what is not found is added to it.
        """
        seen = set()
        waiting: list[tuple[ForeignFile, ForeignFile, Folders]] = [(root, root, ()) for root in roots]
        while waiting:
            file, root, inherited = state = waiting.pop()
            folders = self._folders(file, root, inherited)
            key = file.name, folders, root.name if root.name in self._programs else ""
            if key in seen:
                continue
            seen.add(key)
            for library in self._needs[file.name]:
                if self._steps > _MAX_STEPS:
                    raise InvalidBinary(file.name, _TOO_MANY)
                needed = self._find(library, *state[:2], folders)
                self._loads.update(dict.fromkeys((file.name, each.name) for each in needed.found))
                waiting += [(each, root, folders) for each in needed.found]
                if not needed.found:
                    lacking.append(needed)
        return {name for name, _, _ in seen}

    def _folders(self, file: ForeignFile, root: ForeignFile, inherited: Folders) -> Folders:
        """List the folders that are searched for what a file needs: on macOS, in place of ``@rpath``."""
        if file.system == "Windows":
            return (dirname(self._places[root.name]),)
        paths = [path for binary in file.code for path in binary.search_paths]
        own = [normpath(self._expanded(path, file, root)) for path in paths]
        return tuple(dict.fromkeys((*(folder for folder in own if folder in self._folders_of_wheel), *inherited)))

    def _find(self, library: str, file: ForeignFile, root: ForeignFile, folders: Folders) -> _Needed:
        base = library.lower() if file.system == "Windows" else library.rpartition("/")[2]
        others = tuple(other for other in self._by_base.get((file.system, base), ()) if other is not file)
        self._steps += 1 + len(others) + len(folders)
        if file.system == "Windows":
            found = tuple(other for other in others if dirname(self._places[other.name]) in folders)
            found = found or tuple(other for other in others if _is_of_delvewheel(self._places[other.name]))
            return _Needed(file, library, found, others, others[0].name if others else "")
        is_rpath = library.startswith("@rpath/")
        paths = [f"{folder}{library[len('@rpath') :]}" for folder in folders if is_rpath]
        paths = paths or [self._expanded(library, file, root)]
        first = next((self._files[path] for path in map(normpath, paths) if path in self._files), None)
        alike = others[0].name if others and not library.startswith("/") else ""
        known = self._by_install_name.get(library, ()) if is_rpath else ()
        return _Needed(file, library, (first,) if first else (), tuple(known), alike)

    def _expanded(self, path: str, file: ForeignFile, root: ForeignFile) -> str:
        """Return the path that one of dyld's means."""
        program = self._places[root.name] if root.name in self._programs else _PYTHON
        for mark, place in (("@loader_path", self._places[file.name]), ("@executable_path", program)):
            if path == mark or path.startswith(f"{mark}/"):
                return f"{dirname(place)}{path[len(mark) :]}"
        return path


def _needed(file: ForeignFile) -> Iterator[str]:
    """List the libraries that must be there, but for those that no wheel has."""
    for binary in file.code:
        for library, needed_as in zip(binary.needed, binary.needed_as, strict=True):
            if needed_as not in {NeededAs.WEAK, NeededAs.LAZY} and not library.startswith(OF_SYSTEM):
                yield library


def _is_of_delvewheel(place: str) -> bool:
    """Whether a file is in a folder that delvewheel's code adds to the search path."""
    folder = dirname(place)
    return folder.endswith(".libs") and dirname(folder) == SITE_PACKAGES
