"""What the files of a wheel need that a host does not have, so that an import would fail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..binaries.binary import Binary, NeededVersion
from ..documents import TextEnum, json_object
from .packages import Package, packages_of
from .process import LoadedLibrary, Process
from .search import Requester

#: Prefixes of the libraries of glibc that musl's loader cannot replace.
GLIBC_ONLY = ("libc.so.6", "ld-linux")


class MissingKind(TextEnum):
    """The kinds of things that a host can lack."""

    LIBRARY = "library"  #: there is no library of that name
    VERSIONS = "symbol versions"  #: the library that the loader finds does not define the versions
    LOADER = "loader"  #: a program of the wheel asks for a loader that does not exist
    ARCHITECTURE = "architecture"  #: the file is code for another architecture than the interpreter
    DAMAGED = "unsound file"  #: the file is damaged or can be read in several ways, so its needs are not known
    SYSTEM = "system"  #: the whole wheel is for another system than Linux, whose code is not read


@dataclass(frozen=True, slots=True)
class MissingLibrary:
    """Something that a wheel needs, and a host does not have.

    :param file: the wheel's file that needs it.
    :param kind: the kind of thing.
    :param subject: the library, the path of the loader, the architecture, the damage, or the wheel's platform tags.
    :param versions: the versions that are not defined.
    :param found: where the loader finds the library that lacks them.
    :param through: the host's own libraries through which the wheel needs it; empty if it needs it directly.
    :param passed_over: files of that name that the loader does not take, and why.
    :param packages: the packages that have it.
    """

    file: str
    kind: MissingKind
    subject: str
    versions: tuple[str, ...] = ()
    found: str | None = None
    through: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()

    def __str__(self) -> str:
        by = f"{self.file} (through {', '.join(self.through)})" if self.through else self.file
        passed = f"; passed over: {'; '.join(self.passed_over)}" if self.passed_over else ""
        packages = f"; in {', '.join(map(str, self.packages))}" if self.packages else ""
        versions, them = ", ".join(self.versions), "them" if len(self.versions) > 1 else "it"
        return {
            MissingKind.ARCHITECTURE: f"{self.file} is code for {self.subject}",
            MissingKind.DAMAGED: f"{self.file} is not sound: {self.subject}",
            MissingKind.SYSTEM: f"{self.file} is for another system: {self.subject}",
            MissingKind.LOADER: f"{by} asks for the loader {self.subject}, which does not exist",
            MissingKind.VERSIONS: f"{by} needs {versions} of {self.subject}; {self.found} does not define {them}",
            MissingKind.LIBRARY: f"{by} needs {self.subject}, which is missing{passed}{packages}",
        }[self.kind]

    def to_data(self) -> dict[str, object]:
        """Return it as values that JSON can hold."""
        return json_object(self)


def missing_in_process(
    binaries: Iterable[Binary], brought: Mapping[str, Collection[str]], process: Process
) -> tuple[MissingLibrary, ...]:
    """List what files need that a process cannot load.

    :param binaries: the files of one wheel.
    :param brought: file -> names of the libraries that it takes from the wheel itself, or from what is installed.
    :param process: the process that would load the files; afterwards it has loaded what they need.
    """
    lacking = (_missing(binary, frozenset(brought.get(binary.name, ())), process) for binary in binaries)
    return tuple(dict.fromkeys(missing for each in lacking for missing in each))


def _missing(binary: Binary, bundled: frozenset[str], process: Process) -> Iterator[MissingLibrary]:
    code = process.interpreter.code
    if not binary.is_loadable:
        return
    if (binary.machine, binary.bits, binary.byte_order) != (code.machine, code.bits, code.byte_order):
        yield MissingLibrary(binary.name, MissingKind.ARCHITECTURE, binary.architecture)
        return
    if binary.interpreter is not None and process.root.real(binary.interpreter) is None:
        yield MissingLibrary(binary.name, MissingKind.LOADER, binary.interpreter)
    # The file is not installed yet, so $ORIGIN is not a folder of the host.
    chain = (Requester(binary.name, None, binary.rpath, binary.runpath),)
    loaded: dict[str, LoadedLibrary] = {}
    fresh: list[LoadedLibrary] = []
    for name in binary.needed:
        if name in bundled or name in loaded:
            continue
        new = name not in process
        library = loaded[name] = process.load(name, chain)
        if missing := _missing_library(binary.name, name, library, process):
            yield missing
        elif new:
            fresh.append(library)
    yield from _missing_versions(binary.name, binary.versions, bundled, loaded, ())
    yield from _missing_in_turn(binary.name, fresh, chain, process)


def _missing_in_turn(
    file: str, fresh: Sequence[LoadedLibrary], chain: Sequence[Requester], process: Process
) -> Iterator[MissingLibrary]:
    """List what the host's own libraries need and the host does not have."""
    users: dict[str, tuple[LoadedLibrary, dict[str, LoadedLibrary]]] = {}
    through: dict[str, tuple[str, ...]] = {str(library.result.path): (str(library.result.path),) for library in fresh}
    for user, name, library in process.closure(fresh, chain):
        path = str(user.result.path)
        users.setdefault(path, (user, {}))[1][name] = library
        through.setdefault(str(library.result.path), (*through[path], str(library.result.path)))
        if missing := _missing_library(file, name, library, process, through[path]):
            yield missing
    for path, (user, loaded) in users.items():
        if user.linkage is not None:
            yield from _missing_versions(file, user.linkage.versions, frozenset(), loaded, through[path])


def _missing_library(
    file: str, name: str, library: LoadedLibrary, process: Process, through: tuple[str, ...] = ()
) -> MissingLibrary | None:
    musl = process.loader is not None and process.loader.kind == "musl"
    if library.result.path is None or (musl and name.startswith(GLIBC_ONLY)):
        passed = library.result.passed_over
    elif library.error:
        passed = (f"{library.result.path}: {library.error}",)
    else:
        return None
    return MissingLibrary(file, MissingKind.LIBRARY, name, (), None, through, passed, packages_of(name))


def _missing_versions(
    file: str,
    needed: Iterable[NeededVersion],
    bundled: frozenset[str],
    loaded: dict[str, LoadedLibrary],
    through: tuple[str, ...],
) -> Iterator[MissingLibrary]:
    """List the versions that libraries do not define. Loaders require none of a library that defines none."""
    lacking: dict[str, list[str]] = {}
    for need in needed:
        library = loaded.get(need.library)
        if need.weak or need.library in bundled or library is None or library.linkage is None:
            continue
        if library.linkage.defined is not None and need.version not in library.linkage.defined:
            lacking.setdefault(need.library, []).append(need.version)
    for name, versions in lacking.items():
        path = loaded[name].result.path
        yield MissingLibrary(file, MissingKind.VERSIONS, name, tuple(versions), path, through, (), packages_of(name))
