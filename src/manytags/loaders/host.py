"""Whether a host has what a policy promises to every wheel: libraries, and versions of their symbols.

pip, packaging and uv conclude from the version of the C library alone that a host keeps a policy. That can be wrong on
distributions whose libraries are separate packages, and on NixOS, where a program sees only what was built into it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..documents import json_object, json_text
from ..errors import InvalidInput, InvalidPolicy
from ..platforms import Platform
from ..platforms.linux.policies import Policy, Version, policies
from ..platforms.linux.policies import policy as policy_for
from ..platforms.linux.symbol_versions import is_numbered, sorted_versions, version_family, version_numbers
from ..platforms.parse import parse_platform
from ..tags import LEGACY_MANYLINUX
from ..targets.ranks import platform_tags
from .packages import Package, packages_of
from .process import Process, open_process
from .search import Requester

_POLICY = re.compile(r"(?:(manylinux(?:1|2010|2014))|((?:many|musl)linux)_(\d{1,3})_(\d{1,3}))(?:_([a-z0-9_]{1,40}))?")
#: The C library of each kind of policy.
_LIBC = {"manylinux": "glibc", "musllinux": "musl"}
_MODULE = Requester("an extension module", None)

#: Libraries that policies allow everywhere, but that exist on some architectures only: the first glibc that has them.
#: libmvec: checked in Debian 11, 12, 13 and sid on nine architectures, 2026-11-21; the version is that of the oldest of
#: its own symbols (aarch64), or is from glibc's wiki (x86_64).
_ONLY_ON: dict[str, dict[str, Version]] = {"libmvec.so.1": {"x86_64": (2, 22), "aarch64": (2, 38)}}
_NEVER: Version = (999, 0)

#: The library that defines the versions of a family; glibc's libc for all others.
_LIBRARY_OF = {
    "GLIBCXX": "libstdc++.so.6",
    "CXXABI": "libstdc++.so.6",
    "GCC": "libgcc_s.so.1",
    "ZLIB": "libz.so.1",
    "LIBATOMIC": "libatomic.so.1",
}


@dataclass(frozen=True, slots=True)
class HostLibrary:
    """A library that a policy promises, as a host has it.

    :param name: its name among libraries.
    :param path: where the loader finds it; ``None`` where it does not.
    :param file: the same file with all links followed.
    :param step: the step of the loader's search that found it.
    :param defined: versions of its symbols that the policy allows, and that it defines.
    :param lacking: versions that the policy allows, and that no library of the host defines.
    :param passed_over: files of that name that the loader does not take, and why.
    :param packages: the packages that have it, if it is missing.
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
    """What a host has of what a policy promises. The value is true if the host has all of it.

    :param policy: the platform tag that claims the policy.
    :param interpreter: the interpreter that would load the libraries; ``None`` for any program of the architecture.
    :param loader: the dynamic loader that finds them; ``None`` where there is none.
    :param libc: the C library of the loader, ``glibc`` or ``musl``; ``None`` without a loader.
    :param libc_version: its version, where its file says it.
    :param root: the folder that was taken for the whole file system; ``None`` for this machine's own.
    :param libraries: the libraries that the policy promises, by name.
    :param remarks: other reasons why the promise is not kept, and what could not be read.
    :param listed: whether the policy's promises were listed, rather than concluded from an older policy.
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
        """The libraries that the host does not have."""
        return tuple(library for library in self.libraries if library.path is None)

    @property
    def lacking(self) -> tuple[HostLibrary, ...]:
        """The libraries that are too old: they lack versions of their symbols."""
        return tuple(library for library in self.libraries if library.lacking)

    def to_data(self) -> dict[str, object]:
        """Return it as values that JSON can hold."""
        return {"manytags_host_libraries": 1, "provided": bool(self), **json_object(self)}

    def to_json(self) -> str:
        """Write it as JSON; ``schemas/host-libraries.schema.json`` describes the form."""
        return json_text(self.to_data(), indent=2)

    def __str__(self) -> str:
        who = self.interpreter or self.loader or self.root or "this machine"
        head = f"{who} has all that {self.policy} promises" if self else f"{who} lacks what {self.policy} promises"
        return "\n".join([head, *(f"  {line}" for line in (*self.missing, *self.lacking, *self.remarks))])


def check_host(
    policy: str,
    python: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] | None = None,
    library_path: str | None = None,
) -> HostLibraries:
    """Check whether a host has the libraries that a policy promises, as its loader would find them.

    Files are read; nothing is loaded and nothing is run.

    :param policy: a platform tag, such as ``manylinux_2_17_x86_64`` or ``manylinux2014_x86_64``. Without the
        architecture it is that of the interpreter.
    :param python: path of another interpreter than the running one, or than the root's ``python3``.
    :param root: a folder to take for the whole file system: a sysroot, an unpacked image, a folder with a Nix closure.
    :param library_path: ``LD_LIBRARY_PATH``; by default that of this process, and none in a root.
    :raises InvalidInput: the root is not a folder, or has no Python.
    :raises InvalidPolicy: there is no such policy, or it has another architecture than the named interpreter.
    :raises ProbeError: the interpreter is missing, or is not a program for Linux.
    :raises InvalidBinary: the interpreter's file is damaged.

    >>> host = check_host("manylinux_2_17")
    >>> [library.path is not None for library in host.libraries if library.name == "libc.so.6"]
    [True]

    Rule: :pep:`600`, "the policy": a wheel may rely on these libraries wherever the tag is claimed.
    """
    kind, version, architecture = _parse_policy(policy)
    process = open_process(python, root, library_path, architecture, kind)
    if process is not None:
        return _check(policy_for(kind, version, process.interpreter.architecture), process)
    if architecture is None:
        raise InvalidInput(
            os.fspath(root or "/"), "there is no Python in this root; name it, or the policy's architecture"
        )
    return _nothing(policy_for(kind, version, architecture), None if root is None else os.fspath(root))


def check_all_policies(
    python: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] | None = None,
    library_path: str | None = None,
) -> tuple[HostLibraries, ...]:
    """Check every policy that is listed for a host's architecture and C library, oldest first.

    Parameters and errors are those of :func:`check_host`.
    """
    process = open_process(python, root, library_path)
    if process is None:
        raise InvalidInput(os.fspath(root or "/"), "there is no Python in this root; name it, or a policy")
    kind = "musllinux" if process.loader is not None and process.loader.kind == "musl" else "manylinux"
    return tuple(_check(wanted, process) for wanted in policies(kind).of(process.interpreter.architecture))


def verified_tags(platform: Platform, provides: Callable[[str], object] = check_host) -> tuple[str, ...]:
    """List the manylinux tags of a platform whose promises are kept there, newest first.

    Only listed policies are checked. A version between them is kept if the last listed one before it is, since the C
    library is new enough for all tags of the platform. A tag before the first listed policy promises nothing and is
    left out.

    :param platform: the machine.
    :param provides: takes the tag of a policy, such as ``manylinux_2_28_x86_64``, and returns whether the machine keeps
        it; :func:`check_host` for this machine, or a function that calls it with a ``root``.

    >>> from manytags import Platform
    >>> verified_tags(Platform("linux", "aarch64", glibc=(2, 25)), lambda tag: tag != "manylinux_2_24_aarch64")[:2]
    ('manylinux_2_23_aarch64', 'manylinux_2_22_aarch64')
    """
    answers: dict[str, bool] = {}
    verified = []
    for text in platform_tags(platform):
        tag = parse_platform(text)
        if tag.kind != "manylinux" or tag.need is None or text != tag.perennial:
            continue
        try:
            listed = policy_for("manylinux", (tag.need.version[0], tag.need.version[1]), tag.machine).judged_by
        except InvalidPolicy:
            continue
        checked = f"manylinux_{listed[0]}_{listed[1]}_{tag.machine}"
        if checked not in answers:
            answers[checked] = bool(provides(checked))
        if answers[checked]:
            verified.append(text)
    return tuple(verified)


def promised_libraries(wanted: Policy) -> list[str]:
    """List the libraries that every system has that keeps a policy: those that it allows and that exist there.

    >>> "libmvec.so.1" in promised_libraries(policy_for("manylinux", (2, 28), "i686"))
    False
    """
    since = {name: only.get(wanted.architecture, _NEVER) for name, only in _ONLY_ON.items()}
    return sorted(name for name in wanted.libraries if since.get(name, (0, 0)) <= wanted.version)


def lacking_versions(wanted: Policy, defined: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """List the versions that a policy allows and no library defines, by the library that should define them.

    Libraries never drop a version. So a number that is missing below the newest one of its family never existed on this
    architecture, and no wheel can need it, though policies list some of these.

    :param defined: library -> the versions that it defines. Loaders require none of a library that defines none.
    """
    everywhere = set().union(*defined.values())
    newest: dict[str, list[int]] = {}
    for version in everywhere:
        family = version_family(version)
        if is_numbered(version):
            newest[family] = max(newest.get(family, []), version_numbers(version))
    lacking: dict[str, tuple[str, ...]] = {}
    for version in sorted_versions(wanted.symbol_versions - everywhere):
        family = version_family(version)
        library = _LIBRARY_OF.get(family, "libc.so.6")
        if defined.get(library) and (not is_numbered(version) or version_numbers(version) > newest.get(family, [])):
            lacking[library] = (*lacking.get(library, ()), version)
    return lacking


def _parse_policy(text: str) -> tuple[str, Version, str | None]:
    match = _POLICY.fullmatch(text)
    if match is None:
        raise InvalidPolicy(text, "expected one such as manylinux_2_17, manylinux2014_x86_64 or musllinux_1_2")
    legacy, kind, major, minor, architecture = match.groups()
    if legacy:
        return "manylinux", LEGACY_MANYLINUX[legacy], architecture
    return kind, (int(major), int(minor)), architecture


def _nothing(wanted: Policy, root: str | None) -> HostLibraries:
    """Answer for a host that cannot run the policy's architecture at all."""
    names = promised_libraries(wanted)
    libraries = tuple(HostLibrary(name, None, None, "", packages=packages_of(name)) for name in names)
    remark = f"there is neither a Python for {wanted.architecture} nor its loader, {wanted.loader}"
    return HostLibraries(wanted.tag, None, None, None, None, root, libraries, (remark,), wanted.listed, False)


def _check(wanted: Policy, process: Process) -> HostLibraries:
    loaded = {name: process.load(name, (_MODULE,)) for name in promised_libraries(wanted)}
    linkages = {name: library.linkage for name, library in loaded.items()}
    defined = {name: linkage.defined or () if linkage else () for name, linkage in linkages.items()}
    lacking = lacking_versions(wanted, defined)
    libraries = tuple(
        HostLibrary(
            name,
            library.result.path,
            library.result.file,
            library.result.step,
            sorted_versions(wanted.symbol_versions.intersection(defined[name])),
            lacking.get(name, ()),
            library.result.passed_over,
            packages_of(name) if library.result.path is None else (),
        )
        for name, library in loaded.items()
    )
    against = tuple(_against(wanted, process))
    damaged = tuple(f"{library.result.path}: {library.error}" for library in loaded.values() if library.error)
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
    """Say why the C library itself does not keep the policy."""
    if process.loader is None:
        yield "without a loader no library is loaded"
        return
    libc, version = process.loader.kind, process.libc_version
    if libc != _LIBC[wanted.kind]:
        yield f"{wanted.kind} promises {_LIBC[wanted.kind]}, but the C library here is {libc}"
    elif version is not None and tuple(map(int, version.split(".")[:2])) < wanted.version:
        yield f"{libc} {version} is older than {wanted.version[0]}.{wanted.version[1]}"
