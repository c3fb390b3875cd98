"""What a wheel needs that a host does not have: what its import would fail on, and ``autoPatchelfHook`` before that."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidPolicy, InvalidTag
from ..hosts.libraries import Requester
from ..platforms.linux.tags import Linux, Manylinux, Musllinux
from ..platforms.other import AnyPlatform, OtherPlatform
from ..platforms.parse import parse_platform
from .packages import Package, packages_of
from .provided import open_process

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from typing import Literal

    from .elf import ElfNeeds
    from .elf_tables import NeededVersion
    from .loaded import Loaded, Process

    Kind = Literal["library", "symbol versions", "loader", "architecture", "damaged file", "system"]

#: Libraries of the other C library, which a loader of one's own cannot stand in for.
_GLIBC_ONLY = ("libc.so.6", "ld-linux")


@dataclass(frozen=True, slots=True)
class MissingLibrary:
    """Something that a wheel needs, and a host does not have.

    :param file: the wheel's file that needs it.
    :param what: ``library``: there is none of that name; ``symbol versions``: the one that is found does not define
        them; ``loader``: a program of the wheel asks for a loader that is not there; ``architecture``: the file is code
        of another architecture than the interpreter, and nothing more can be said; ``damaged file``: what it needs
        cannot be read; ``system``: all of the wheel is for another system than Linux, whose code is not read.
    :param library: the library, the path of the loader, the architecture, what is wrong with the damaged file, or the
        wheel's platform tags.
    :param versions: the versions that are not defined.
    :param found: where the loader finds the library that lacks them.
    :param through: the host's own libraries by which the wheel needs it; none where it needs it itself.
    :param passed_over: files of that name that the loader does not take, and why.
    :param packages: which packages have it.
    """

    file: str
    what: Kind
    library: str
    versions: tuple[str, ...] = ()
    found: str | None = None
    through: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()

    def __str__(self) -> str:
        by = f"{self.file} (through {', '.join(self.through)})" if self.through else self.file
        if self.what == "architecture":
            return f"{self.file} is code for {self.library}"
        if self.what == "damaged file":
            return f"{self.file} is damaged: {self.library}"
        if self.what == "system":
            return f"{self.file} is for another system: {self.library}"
        if self.what == "loader":
            return f"{by} asks for the loader {self.library}, which is not there"
        if self.what == "symbol versions":
            return f"{by} needs {', '.join(self.versions)} of {self.library}; {self.found} does not define it"
        passed = f"; passed over: {'; '.join(self.passed_over)}" if self.passed_over else ""
        packages = f"; in {', '.join(map(str, self.packages))}" if self.packages else ""
        return f"{by} needs {self.library}, which is not there{passed}{packages}"

    def to_data(self) -> dict[str, object]:
        """Give it as what JSON can say."""
        return {
            "file": self.file,
            "what": self.what,
            "library": self.library,
            "versions": list(self.versions),
            "found": self.found,
            "through": list(self.through),
            "passed_over": list(self.passed_over),
            "packages": [package._asdict() for package in self.packages],
        }


def missing_for(
    wheel: str | os.PathLike[str],
    root: str | os.PathLike[str] | None = None,
    python: str | os.PathLike[str] | None = None,
    library_path: str | None = None,
) -> tuple[MissingLibrary, ...]:
    """Find out what a wheel needs that a host does not have; nothing, if it has it all.

    Libraries that the wheel brings are not looked for, nor is what the interpreter has loaded before any wheel. The
    host's libraries are followed to what they need themselves.

    :param wheel: path of a wheel, or of a single ELF file.
    :param root: a folder to take for the whole file system: a sysroot, an unpacked image, a folder with a Nix closure.
    :param python: path of another interpreter than the running one, or than the root's ``python3``.
    :param library_path: ``LD_LIBRARY_PATH``; that of this process by default, and none in a root.
    :raises InvalidWheel: it is no wheel.
    :raises InvalidElf: it is a single file that is no ELF file, or the interpreter's file is damaged.
    :raises InvalidInput: the root is no folder, or no Python is in it.
    :raises ProbeError: the interpreter is not there, or is no program for Linux.

    >>> import sys
    >>> missing_for(sys.executable)
    ()
    """
    from .wheel import audit

    found = audit(wheel)
    process = open_process(python, root, library_path)
    if process is None:
        raise InvalidPolicy(str(root), "there is no Python in this root; name it")
    platforms = tuple(dict.fromkeys(claim.tag for claim in found.claims if claim.field == "platform tag"))
    if platforms and all(map(_of_other_system, platforms)):
        return (MissingLibrary(found.name, "system", ".".join(platforms)),)
    damaged = (
        MissingLibrary(remark.file, "damaged file", remark.text)
        for remark in found.remarks
        if remark.what == "damaged ELF file"
    )
    return (*damaged, *missing_libraries(found.needs, found.brought, process))


def _of_other_system(tag: str) -> bool:
    try:
        return not isinstance(parse_platform(tag), (AnyPlatform, Linux, Manylinux, Musllinux, OtherPlatform))
    except InvalidTag:
        return False


def missing_libraries(
    needs: Iterable[ElfNeeds], brought: Collection[str], process: Process
) -> tuple[MissingLibrary, ...]:
    """Find out what files need that a process cannot load.

    :param needs: the files, of one wheel.
    :param brought: names of libraries that the wheel brings itself.
    :param process: the process that would load them; it is left with what they load.
    """
    mine = frozenset(brought)
    return tuple(dict.fromkeys(each for one in needs for each in _of_file(one, mine, process)))


def _of_file(needs: ElfNeeds, brought: frozenset[str], process: Process) -> Iterator[MissingLibrary]:
    code = process.interpreter.code
    if needs.kind not in {"shared object", "executable"}:
        return
    if (needs.machine, needs.bits, needs.byte_order) != (code.machine, code.bits, code.byte_order):
        yield MissingLibrary(needs.name, "architecture", needs.architecture)
        return
    if needs.interpreter is not None and process.root.real(needs.interpreter) is None:
        yield MissingLibrary(needs.name, "loader", needs.interpreter)
    # Where the file will be installed nobody knows yet: $ORIGIN stands for nothing that the host has.
    chain = (Requester(needs.name, None, needs.rpath, needs.runpath),)
    loaded: dict[str, Loaded] = {}
    fresh: list[Loaded] = []
    for name in needs.needed:
        if name in brought or name in loaded:
            continue
        new = name not in process
        found = loaded[name] = process.load(name, chain)
        missing = _not_there(needs.name, name, found, process)
        if missing is not None:
            yield missing
        elif new:
            fresh.append(found)
    yield from _versions(needs.name, needs.versions, brought, loaded, ())
    yield from _behind(needs.name, fresh, chain, process)


def _behind(
    file: str, fresh: Sequence[Loaded], chain: Sequence[Requester], process: Process
) -> Iterator[MissingLibrary]:
    """Go through what libraries of the host need in turn."""
    users: dict[str, tuple[Loaded, dict[str, Loaded]]] = {}
    through: dict[str, tuple[str, ...]] = {str(each.sought.path): (str(each.sought.path),) for each in fresh}
    for user, name, found in process.closure(fresh, chain):
        path = str(user.sought.path)
        users.setdefault(path, (user, {}))[1][name] = found
        through.setdefault(str(found.sought.path), (*through[path], str(found.sought.path)))
        missing = _not_there(file, name, found, process, through[path])
        if missing is not None:
            yield missing
    for path, (user, loaded) in users.items():
        if user.library is not None:
            yield from _versions(file, user.library.versions, frozenset(), loaded, through[path])


def _not_there(
    file: str, name: str, found: Loaded, process: Process, through: tuple[str, ...] = ()
) -> MissingLibrary | None:
    musl = process.loader is not None and process.loader.kind == "musl"
    if found.sought.path is None or (musl and name.startswith(_GLIBC_ONLY)):
        passed = found.sought.passed_over
        return MissingLibrary(file, "library", name, (), None, through, passed, packages_of(name))
    if found.trouble:
        passed = (f"{found.sought.path}: {found.trouble}",)
        return MissingLibrary(file, "library", name, (), None, through, passed, packages_of(name))
    return None


def _versions(
    file: str,
    needed: Iterable[NeededVersion],
    brought: frozenset[str],
    loaded: dict[str, Loaded],
    through: tuple[str, ...],
) -> Iterator[MissingLibrary]:
    """Find the versions that libraries do not define. One without any is taken as it is, as loaders do."""
    lacking: dict[str, list[str]] = {}
    for library, version, weak in needed:
        found = loaded.get(library)
        if weak or library in brought or found is None or found.library is None or found.library.defined is None:
            continue
        if version not in found.library.defined:
            lacking.setdefault(library, []).append(version)
    for library, versions in lacking.items():
        found_at = loaded[library].sought.path
        yield MissingLibrary(
            file, "symbol versions", library, tuple(versions), found_at, through, (), packages_of(library)
        )
