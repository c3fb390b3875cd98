"""What a loader loads of a wheel, for every file that a process may begin with. Pure.

Rule: glibc ``elf/dl-load.c`` (``_dl_map_object``), ``elf/dl-deps.c``; musl ``ldso/dynlink.c`` (``load_library``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal

from ..binaries.binary import Binary
from ..errors import InvalidBinary
from ..loaders.ld_cache import Code
from ..loaders.search import Loader, Requester
from ..platforms.linux.policies import KINDS, policies
from .installed import PREFIX, SITE_PACKAGES, Installed, InstalledFiles, InstalledSearch, code_of, installed_path

#: Libraries that are parts of the C library, and prefixes of its loaders and of musl.
_C_LIBRARY = frozenset({
    "libc.so", "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libanl.so.1",
    "libresolv.so.2", "libmvec.so.1",
})  # fmt: skip
#: Prefix of the names that musl's C library has as a needed library.
MUSL_LIBC = "libc.musl-"
_LOADERS = ("ld-linux", "ld-musl-", "ld64.so.", "ld.so.1", MUSL_LIBC)
#: Folders beside a library for its builds for newer processors, each list oldest first.
_LEVELS = (("x86-64-v2", "x86-64-v3", "x86-64-v4"), ("power9", "power10"), ("z13", "z14", "z15", "z16", "z17"))
#: Searches for libraries, each of some 10 microseconds; PySide2 5.15 takes 20,207.
_MAX_STEPS = 100_000


def is_of_c_library(name: str) -> bool:
    """Whether a library is part of the C library, which every process loads before it loads anything of a wheel."""
    return name in _C_LIBRARY or name.startswith(_LOADERS)


@cache
def _promised(kind: str) -> frozenset[str]:
    """List the libraries that some policy promises."""
    return frozenset().union(*(policy.libraries for policy in policies(kind).listed))


@dataclass(frozen=True, slots=True)
class Provider:
    """A file that provides a library to another one.

    :param file: its path in the wheel, or its name and distribution; empty for an excluded library.
    :param is_found: whether the loader takes it, whatever was loaded before.
    :param builds: what it says, and what other files say that processes take in its place: builds for newer processors,
        and files that other modules find. A file that could not be read says nothing.
    :param given: the distribution that it is of, or the name of an excluded library; empty for the wheel's own.
    """

    file: str
    is_found: bool
    builds: tuple[Binary, ...] = ()
    given: str = ""

    def defines(self, version: str) -> bool:
        """Whether its symbols have a version. One without versions is not asked: see :meth:`Linking.doubt`."""
        return all(build.defined_versions is None or version in build.defined_versions for build in self.builds)


class Loads:
    """What one kind of loader loads, for every file that a process may begin with.

    :param wheel: the files.
    :param kind: ``manylinux`` for glibc's loader, ``musllinux`` for musl's, ``android`` for bionic's, which searches
        as glibc's does, but for RPATH.
    :ivar providers: file -> library -> what provides it.
    :ivar in_module: the files that processes load with extension modules.
    :ivar unreached: (file, library, file that would be it) where no search path leads.
    """

    def __init__(self, wheel: Installed, kind: str) -> None:
        self._wheel, self._files = wheel, wheel.files
        neighbours = wheel.surroundings.neighbours
        self._others = {f"{_shown(library.place)} of {library.distribution}": library for library in neighbours}
        self._musl, self._bionic = kind == "musllinux", kind == "android"
        self._promised = _promised(kind if kind in KINDS else "manylinux")
        self._places = {file: installed_path(file) for file in (*self._files, *wheel.unread)}
        self._at = {other.place: name for name, other in self._others.items()}
        self._at |= {place: file for file, place in self._places.items()}
        self._root = InstalledFiles({place: self._binary(file) for place, file in self._at.items()})
        self._searches: dict[Code, InstalledSearch] = {}
        self._steps = 0
        folders = {place.split("/")[-2] for place in self._at if "/glibc-hwcaps/" in place}
        self._levels = [levels for levels in _LEVELS if not self._musl and not folders.isdisjoint(levels)]
        self._by_soname: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        named = [(file, self._base_name(file), binary.soname) for file, binary in self._files.items()]
        named += [(file, self._base_name(file), other.binary.soname) for file, other in self._others.items()]
        for file, name, soname in named:
            self._by_name.setdefault(name, file)
            if soname == name:
                self._by_soname.setdefault(name, file)
        for file, _, soname in named:
            if soname:
                self._by_soname.setdefault(soname, file)
        #: (file, library) -> the files that processes take for it; "" where one takes none.
        self._taken: dict[tuple[str, str], dict[str, None]] = {}
        #: Libraries that processes find which lack nothing of the wheel, and the files that they take.
        self._found: dict[str, str] = {}
        self._in_program: set[str] = set()
        self.in_module: set[str] = set()
        self._run()
        self.unreached: list[tuple[str, str, str]] = []
        self.providers = self._conclude()

    def _run(self) -> None:
        """Load every module and program, then what none of them loads: Python code, or a plugin's host, may load it."""
        needy = [file for file, binary in self._files.items() if binary.needed or binary.versions]
        programs = [file for file in needy if self._files[file].is_program]
        modules = [file for file in needy if file in self._wheel.modules]
        seen: set[str] = set()
        for roots, loaded in ((programs, self._in_program), (modules, self.in_module)):
            for root in roots:
                loaded.update(self._load(root, ()))
                # On a newer processor the loader may take other files, which need other libraries.
                for levels in self._levels:
                    for count in range(1, len(levels) + 1):
                        loaded.update(self._load(root, levels[:count]))
            seen |= loaded
        rest = [file for file in needy if file not in seen]
        # A library that another one finds is loaded with that one, which may find more for it.
        needed_by_rest = {taken for file in rest for taken in self._direct(file) if taken != file}
        for file in [*(file for file in rest if file not in needed_by_rest), *rest]:
            if file not in seen:
                seen |= self._load(file, ())

    def _direct(self, file: str) -> Iterator[str]:
        chain = (self._requester(file),)
        for library in self._files[file].needed:
            if taken := self._find(library, chain, self._files[file], ()):
                yield taken

    def _load(self, root: str, levels: Sequence[str]) -> set[str]:
        """Follow what a process loads with a file, breadth first as loaders do; return the files.

        :param levels: the processor's levels, oldest first.
        """
        loaded: dict[str, str] = {}
        self._name(root, loaded)
        lacks = False
        waiting: deque[tuple[str, tuple[Requester, ...]]] = deque([(root, (self._requester(root),))])
        seen = {root}
        while waiting:
            file, chain = waiting.popleft()
            binary = self._files[file]
            for library in binary.needed:
                taken = loaded.get(library)
                if taken is None:
                    taken = self._find(library, chain, binary, levels)
                    if taken or library in self._promised:
                        loaded[library] = taken  # the host's own library of this name is loaded from now on
                    else:
                        lacks = lacks or library in self._by_name or library in self._by_soname
                self._taken.setdefault((file, library), {})[taken] = None
                if taken:
                    self._name(taken, loaded)
                if taken in self._files and taken not in seen:
                    seen.add(taken)
                    waiting.append((taken, (self._requester(taken), *chain)))
        if not lacks:
            self._found.update((library, taken) for library, taken in loaded.items() if taken)
        for file in seen:
            # A version may be needed of a library that another file asks for.
            for library in {need.library for need in self._files[file].versions}.difference(self._files[file].needed):
                self._taken.setdefault((file, library), {})[loaded.get(library, "")] = None
        return seen

    def _name(self, file: str, loaded: dict[str, str]) -> None:
        binary = self._binary(file)
        if binary and binary.soname and not self._musl:
            loaded.setdefault(binary.soname, file)

    def _base_name(self, file: str) -> str:
        return (self._others[file].place if file in self._others else file).rpartition("/")[2]

    def _binary(self, file: str) -> Binary | None:
        """Return what a file says; ``None`` if it could not be read."""
        return self._others[file].binary if file in self._others else self._files.get(file)

    def _find(self, library: str, chain: tuple[Requester, ...], binary: Binary, levels: Sequence[str]) -> str:
        """Search for a library; return the file, or an empty text."""
        if is_of_c_library(library):
            return ""
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise InvalidBinary(binary.name, "its wheel has far more libraries that need each other than any real one")
        code = code_of(binary)
        if code not in self._searches:
            libc: Literal["glibc", "musl"] = "musl" if self._musl else "glibc"
            # Folders outside of the wheel are nobody's promise, and $LIB differs between distributions.
            loader = Loader(libc, "/loader", (), None, "$LIB")
            self._searches[code] = InstalledSearch(self._root, loader, code, Requester("the interpreter", None))
        path = self._searches[code].find(library, chain).file or ""
        folder, _, name = path.rpartition("/")
        variants = (self._at.get(f"{folder}/glibc-hwcaps/{level}/{name}") for level in reversed(levels))
        return next(filter(None, variants), "") or self._at.get(path, "")

    def _requester(self, file: str) -> Requester:
        binary = self._files[file]
        rpath = None if self._bionic else binary.rpath
        return Requester(file, self._places[file].rpartition("/")[0], rpath, binary.runpath)

    def _conclude(self) -> dict[str, dict[str, Provider]]:
        providers: dict[str, dict[str, Provider]] = {}
        for (file, library), taken in self._taken.items():
            if is_of_c_library(library):
                continue
            if "" not in taken:
                providers.setdefault(file, {})[library] = self._provider(taken, is_found=True)
                continue
            if library not in self._files[file].needed:
                continue
            other = self._by_name.get(library) or self._by_soname.get(library)
            # Another module of the wheel, which finds it, may have been imported before.
            earlier = other and (self._found.get(library) or self._preloaded(file, library))
            if earlier and file not in self._in_program:
                providers.setdefault(file, {})[library] = self._provider([earlier], is_found=False)
            elif any(fnmatchcase(library, pattern) for pattern in self._wheel.surroundings.excluded):
                providers.setdefault(file, {})[library] = Provider("", is_found=False, given=library)
                continue
            if other:
                self.unreached.append((file, library, other))
        return providers

    def doubts(self) -> Iterator[str]:
        """List the versions that are needed of libraries without versions.

        Rule: glibc ``elf/dl-version.c`` (``match_symbol``) lets them pass. ``elf/dl-lookup.c`` (``check_match``) then
        ends the process if the library has the symbol, and no table for versions; a table for what the library itself
        needs is enough.
        """
        for file, providers in self.providers.items() if not self._musl else ():
            for need in self._files[file].versions:
                provider = providers.get(need.library)
                if provider and any(build.defined_versions is None and not build.versions for build in provider.builds):
                    yield f"{file} needs {need.version} of {provider.file}, which has no versions"

    def _provider(self, taken: Iterable[str], is_found: bool) -> Provider:
        files = list(taken)
        builds = tuple(binary for binary in map(self._binary, files) if binary)
        given = self._others[files[0]].distribution if files[0] in self._others else ""
        return Provider(files[0], is_found, builds, given)

    def _preloaded(self, file: str, library: str) -> str | None:
        """Return a file that code may have loaded by its path, if the loader then knows it by its SONAME.

        The modules of another distribution load its libraries by their names.
        """
        other = self._by_soname.get(library)
        if other in self._others:
            return other
        return None if self._musl or (file in self.in_module and not self._wheel.python_loads) else other


def _shown(place: str) -> str:
    """Return a path of another distribution as it is in a wheel, or in the prefix."""
    return place.removeprefix(f"{SITE_PACKAGES}/").removeprefix(f"{PREFIX}/")
