"""Whether a host has what a policy promises to every wheel: libraries, and versions of their symbols.

pip, packaging and uv conclude from the version of the C library alone that a host keeps a policy. Distributions whose
libraries are packages of their own, and NixOS, where a program sees nothing that was not built into it, need not.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from ..errors import InvalidInput, InvalidPolicy
from ..hosts.libraries import Requester
from ..hosts.roots import Root
from ..tags import LEGACY_MANYLINUX
from .loaded import Interpreter, Process, read_interpreter, standard_loader, usual_interpreter
from .packages import Package, packages_of
from .policies import policies, policy
from .promises import lacking_versions, promised_libraries
from .symbol_versions import in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .loaded import Loaded
    from .policies import Policy, Version

#: Version of the JSON form.
HOST_LIBRARIES_FORMAT = 1

_POLICY = re.compile(r"(?:(manylinux(?:1|2010|2014))|((?:many|musl)linux)_(\d{1,3})_(\d{1,3}))(?:_([a-z0-9_]{1,40}))?")
#: Which C library a policy is of.
_LIBC = {"manylinux": "glibc", "musllinux": "musl"}
_MODULE = Requester("an extension module", None)


@dataclass(frozen=True, slots=True)
class HostLibrary:
    """A library that a policy promises, as a host has it.

    :param name: its name among libraries.
    :param path: where the loader finds it; ``None`` where it does not.
    :param file: the same with all links followed.
    :param step: which step of the loader's search found it.
    :param defined: versions of its symbols that the policy allows, and that it defines.
    :param lacking: versions that the policy allows, and that no library here defines.
    :param passed_over: files of that name that the loader does not take, and why.
    :param packages: which packages have it, where it is missing.
    """

    name: str
    path: str | None
    file: str | None
    step: str
    defined: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()

    def __str__(self) -> str:
        if self.path is None:
            passed = f"; passed over: {'; '.join(self.passed_over)}" if self.passed_over else ""
            return f"{self.name}: missing{passed}"
        lacking = f"; lacks {', '.join(self.lacking)}" if self.lacking else ""
        return f"{self.name}: {self.path} ({self.step}){lacking}"


@dataclass(frozen=True, slots=True)
class HostLibraries:
    """What a host has of what a policy promises; true if that is all of it.

    :param policy: the platform tag that claims the policy.
    :param interpreter: the interpreter that would load the libraries; ``None``: any program of this architecture.
    :param loader: the dynamic loader that finds them; ``None`` where there is none.
    :param libc: ``glibc`` or ``musl``, whichever loads; ``None`` where nothing does.
    :param libc_version: its version, where its file says it.
    :param root: the folder that was taken for the whole file system; ``None`` for this machine's own.
    :param libraries: what the policy promises, by name.
    :param remarks: what else keeps the promise from being kept, or could not be read.
    :param listed: whether the policy's promises have been listed; otherwise they are concluded from an older one's.
    :param kept: whether the C library is the right one and new enough.
    """

    policy: str
    interpreter: str | None
    loader: str | None
    libc: str | None
    libc_version: str | None
    root: str | None
    libraries: tuple[HostLibrary, ...]
    remarks: tuple[str, ...] = ()
    listed: bool = True
    kept: bool = True

    def __bool__(self) -> bool:
        return self.kept and not self.missing and not self.lacking

    @property
    def missing(self) -> tuple[HostLibrary, ...]:
        """The libraries that are not there."""
        return tuple(each for each in self.libraries if each.path is None)

    @property
    def lacking(self) -> tuple[HostLibrary, ...]:
        """The libraries that are too old: versions of their symbols are not there."""
        return tuple(each for each in self.libraries if each.lacking)

    def to_data(self) -> dict[str, object]:
        """Give it as what JSON can say."""
        return {
            "manytags_host_libraries": HOST_LIBRARIES_FORMAT,
            "policy": self.policy,
            "provided": bool(self),
            "interpreter": self.interpreter,
            "loader": self.loader,
            "libc": self.libc,
            "libc_version": self.libc_version,
            "root": self.root,
            "listed": self.listed,
            "kept": self.kept,
            "remarks": list(self.remarks),
            "libraries": [
                {
                    "name": each.name,
                    "path": each.path,
                    "file": each.file,
                    "step": each.step,
                    "defined": list(each.defined),
                    "lacking": list(each.lacking),
                    "passed_over": list(each.passed_over),
                    "packages": [package._asdict() for package in each.packages],
                }
                for each in self.libraries
            ],
        }

    def to_json(self) -> str:
        """Write it as JSON; ``schemas/host-libraries.schema.json`` describes the form."""
        import json

        return json.dumps(self.to_data(), indent=2)

    def __str__(self) -> str:
        who = self.interpreter or self.loader or self.root or "this machine"
        wanting = [*self.missing, *(each for each in self.lacking if each.path is not None)]
        head = f"{who} has all that {self.policy} promises" if self else f"{who} lacks what {self.policy} promises"
        return "\n".join([head, *(f"  {each}" for each in wanting), *(f"  {remark}" for remark in self.remarks)])


def host_libraries(
    policy: str,
    python: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] | None = None,
    library_path: str | None = None,
) -> HostLibraries:
    """Find out whether a host has the libraries that a policy promises, as its loader would find them.

    Files are read; nothing is loaded and nothing is run.

    :param policy: a platform tag, such as ``manylinux_2_17_x86_64`` or ``manylinux2014_x86_64``, or one without the
        architecture: that of the interpreter.
    :param python: path of another interpreter than the running one, or than the root's ``python3``.
    :param root: a folder to take for the whole file system: a sysroot, an unpacked image, a folder with a Nix closure.
    :param library_path: ``LD_LIBRARY_PATH``; that of this process by default, and none in a root.
    :raises InvalidInput: the root is no folder.
    :raises InvalidPolicy: there is no such policy, or it is of another architecture than the interpreter named.
    :raises ProbeError: the interpreter is not there, or is no program for Linux.
    :raises InvalidElf: its file is damaged.

    >>> found = host_libraries("manylinux_2_17")
    >>> [each.path is not None for each in found.libraries if each.name == "libc.so.6"]
    [True]

    Rule: :pep:`600`, "the policy": a wheel may rely on these libraries wherever the tag is claimed.
    """
    kind, version, architecture = _parse_policy(policy)
    process = open_process(python, root, library_path, architecture, kind)
    if process is None:
        wanted = _policy(policy, kind, version, architecture)
        return _nothing(wanted, None if root is None else os.fspath(root))
    return _provided(_policy(policy, kind, version, process.interpreter.architecture), process)


def provided_policies(
    python: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] | None = None,
    library_path: str | None = None,
) -> tuple[HostLibraries, ...]:
    """Find out which policies a host keeps, of all that are listed for its architecture and C library, oldest first.

    Parameters and errors are those of :func:`host_libraries`.
    """
    process = open_process(python, root, library_path)
    if process is None:
        raise InvalidPolicy(os.fspath(root or "/"), "there is no Python in this root; name it, or a policy")
    kind = "musllinux" if process.loader is not None and process.loader.kind == "musl" else "manylinux"
    return tuple(_provided(each, process) for each in policies(kind).of(process.interpreter.architecture))


def open_process(
    python: str | os.PathLike[str] | None,
    root: str | os.PathLike[str] | None,
    library_path: str | None,
    architecture: str | None = None,
    kind: str = "manylinux",
) -> Process | None:
    """Take the interpreter that is asked about, with what it has loaded.

    Where the usual one is of another architecture than the one asked for, the standard loader stands for it; ``None``
    where that is missing too.
    """
    if root is not None and not os.path.isdir(root):
        raise InvalidInput(os.fspath(root), "there is no such folder")
    files = Root(None if root is None else os.fspath(root))
    if library_path is None and root is None:
        library_path = os.environ.get("LD_LIBRARY_PATH")
    found: Interpreter | None = None
    path = usual_interpreter(files) if python is None else os.fspath(python)
    if path is not None:
        found = read_interpreter(files, path)
        if architecture not in {None, found.architecture}:
            if python is not None:
                raise InvalidPolicy(str(architecture), f"{path} is {found.architecture}")
            found = None
    if found is None and architecture is not None:
        listed = policies(kind).of(architecture)
        found = standard_loader(files, listed[0].loader) if listed else None
    return None if found is None else Process(files, found, library_path)


def _parse_policy(text: str) -> tuple[str, Version, str | None]:
    match = _POLICY.fullmatch(text)
    if match is None:
        raise InvalidPolicy(text, "expected one such as manylinux_2_17, manylinux2014_x86_64 or musllinux_1_2")
    legacy, kind, major, minor, architecture = match.groups()
    if legacy:
        return "manylinux", LEGACY_MANYLINUX[legacy], architecture
    return kind, (int(major), int(minor)), architecture


def _policy(text: str, kind: str, version: Version, architecture: str | None) -> Policy:
    if architecture is None:
        raise InvalidPolicy(text, "there is no Python in this root; name it, or the policy's architecture")
    return policy(kind, version, architecture)


def _nothing(wanted: Policy, root: str | None) -> HostLibraries:
    """Answer for a host that cannot run the policy's architecture at all."""
    names = promised_libraries(wanted)
    libraries = tuple(HostLibrary(name, None, None, "", packages=packages_of(name)) for name in names)
    remark = f"there is neither a Python for {wanted.architecture} nor its loader, {wanted.loader}"
    return HostLibraries(wanted.tag, None, None, None, None, root, libraries, (remark,), wanted.listed, False)


def _provided(wanted: Policy, process: Process) -> HostLibraries:
    found = {name: process.load(name, (_MODULE,)) for name in promised_libraries(wanted)}
    defined = {name: _defined(each) for name, each in found.items()}
    lacking = lacking_versions(wanted, defined)
    libraries = tuple(
        HostLibrary(
            name,
            each.sought.path,
            each.sought.file,
            each.sought.step,
            in_order(wanted.symbol_versions.intersection(defined[name])),
            lacking.get(name, ()),
            each.sought.passed_over,
            packages_of(name) if each.sought.path is None else (),
        )
        for name, each in found.items()
    )
    against = tuple(_against(wanted, process))
    damaged = tuple(f"{each.sought.path}: {each.trouble}" for each in found.values() if each.trouble)
    return HostLibraries(
        wanted.tag,
        process.interpreter.path,
        None if process.loader is None else process.loader.path,
        None if process.loader is None else process.loader.kind,
        process.libc_version,
        process.root.folder,
        libraries,
        (*against, *damaged, *process.all_remarks),
        wanted.listed,
        not against and not damaged,
    )


def _against(wanted: Policy, process: Process) -> Iterator[str]:
    """Say what of the C library itself is against the policy."""
    if process.loader is None:
        yield "nothing is loaded without a loader"
        return
    libc, version = process.loader.kind, process.libc_version
    if libc != _LIBC[wanted.kind]:
        yield f"{wanted.kind} promises {_LIBC[wanted.kind]}, and it is {libc} that loads here"
    elif version is not None:
        numbers = tuple(int(number) for number in version.split(".")[:2])
        if numbers < wanted.version:
            yield f"{libc} {version} is older than {wanted.version[0]}.{wanted.version[1]}"


def _defined(found: Loaded) -> tuple[str, ...]:
    return (found.library.defined or ()) if found.library is not None else ()
