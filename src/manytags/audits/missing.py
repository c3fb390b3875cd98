"""What a wheel needs that a host does not have."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from ..binaries.binary import Binary
from ..errors import InvalidInput
from ..loaders.missing import MissingKind, MissingLibrary, missing_in_process
from ..loaders.process import Process, open_process
from ..loaders.site_packages import site_packages
from ..platforms.linux.policies import policies
from ..platforms.parse import parse_platform
from .contents import Contents
from .loads import Provider
from .remarks import RemarkKind
from .wheel import contents_of


def missing_libraries(
    wheel: str | os.PathLike[str],
    root: str | os.PathLike[str] | None = None,
    python: str | os.PathLike[str] | None = None,
    library_path: str | None = None,
    beside: Iterable[str | os.PathLike[str]] = (),
) -> tuple[MissingLibrary, ...]:
    """List what a wheel needs that a host does not have.

    Libraries that a loader takes from the wheel itself are not searched for, nor those of packages that the interpreter
    has, nor those that it loads before any wheel. The needs of the host's libraries are followed in turn.

    :param wheel: path of a wheel, or of a single compiled file.
    :param root: a folder to take for the whole file system: a sysroot, an unpacked image, a folder with a Nix closure.
    :param python: path of another interpreter than the running one, or than the root's ``python3``.
    :param library_path: ``LD_LIBRARY_PATH``; by default that of this process, and none in a root.
    :param beside: wheels that are to be installed too, and further folders of packages.
    :raises InvalidWheel: it is not a wheel.
    :raises InvalidBinary: it is a single compiled file and damaged, or the interpreter's file is damaged.
    :raises InvalidInput: the root is not a folder, or has no Python; a path of ``beside`` is not there.
    :raises ProbeError: the interpreter is missing, or is not a program for Linux.

    >>> import sys
    >>> missing_libraries(sys.executable)
    ()
    """
    process = open_process(python, root, library_path)
    if process is None:
        raise InvalidInput(str(root), "there is no Python in this root; name it")
    contents = contents_of(wheel, beside=[*_installed(process, python), *beside])
    tag_sets = [tags for tags in (contents.filename, contents.wheel) if tags]
    platforms = dict.fromkeys(tag for tags in tag_sets for tag in tags.platforms)
    if platforms and not any(parse_platform(tag).system in {"any", "linux", "other"} for tag in platforms):
        return (MissingLibrary(os.path.basename(wheel), MissingKind.SYSTEM, ".".join(platforms)),)
    if contents.wheel is None and contents.foreign:
        return (MissingLibrary(os.path.basename(wheel), MissingKind.SYSTEM, contents.foreign[0].system),)
    damaged = (
        MissingLibrary(remark.file, MissingKind.DAMAGED, remark.text)
        for remark in contents.remarks
        if remark.kind is RemarkKind.DAMAGED
    )
    kind = "musllinux" if process.loader is not None and process.loader.kind == "musl" else "manylinux"
    brought = {binary.name: _brought(contents, binary, kind) for binary in contents.binaries}
    too_old = [missing for binary in contents.binaries for missing in _too_old(binary, brought[binary.name])]
    return (*damaged, *missing_in_process(contents.binaries, brought, process), *too_old)


def _installed(process: Process, python: str | os.PathLike[str] | None) -> list[str]:
    """List the folders of the packages of the interpreter that a process runs."""
    root = process.root
    path = sys.executable if python is None and root.folder is None else python or process.interpreter.path
    return [root.outside(str(root.real(folder))) for folder in site_packages(root, root.inside(os.fspath(path or "")))]


def _brought(contents: Contents, binary: Binary, kind: str) -> dict[str, Provider]:
    """List the libraries that a file takes from its wheel, or from what is installed."""
    promised = policies(kind).listed[-1].libraries
    providers = contents.linking.providers(binary.name, kind).items()
    return {name: provider for name, provider in providers if provider.is_found or name not in promised}


def _too_old(binary: Binary, brought: dict[str, Provider]) -> Iterator[MissingLibrary]:
    """List the versions that files lack which the loader takes from the wheel or from what is installed."""
    for library, provider in brought.items():
        needed = [need.version for need in binary.versions if need.library == library and not need.weak]
        lacking = tuple(version for version in needed if not provider.defines(version))
        if lacking:
            yield MissingLibrary(binary.name, MissingKind.VERSIONS, library, lacking, provider.file)
