"""What a wheel needs that a host does not have."""

from __future__ import annotations

from ..errors import InvalidPolicy
from ..loaders.missing import MissingKind, MissingLibrary, missing_in_process
from ..loaders.process import open_process
from ..platforms.parse import parse_platform
from .claims import ClaimKind
from .remarks import RemarkKind
from .wheel import audit

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os


def missing_libraries(
    wheel: str | os.PathLike[str],
    root: str | os.PathLike[str] | None = None,
    python: str | os.PathLike[str] | None = None,
    library_path: str | None = None,
) -> tuple[MissingLibrary, ...]:
    """List what a wheel needs that a host does not have.

    Libraries in the wheel itself are not searched for, nor those that the interpreter loads before any wheel. The
    needs of the host's libraries are followed in turn.

    :param wheel: path of a wheel, or of a single ELF file.
    :param root: a folder to take for the whole file system: a sysroot, an unpacked image, a folder with a Nix closure.
    :param python: path of another interpreter than the running one, or than the root's ``python3``.
    :param library_path: ``LD_LIBRARY_PATH``; by default that of this process, and none in a root.
    :raises InvalidWheel: it is not a wheel.
    :raises InvalidBinary: it is a single ELF file and damaged, or the interpreter's file is damaged.
    :raises InvalidInput: the root is not a folder, or has no Python.
    :raises ProbeError: the interpreter is missing, or is not a program for Linux.

    >>> import sys
    >>> missing_libraries(sys.executable)
    ()
    """
    audited = audit(wheel)
    process = open_process(python, root, library_path)
    if process is None:
        raise InvalidPolicy(str(root), "there is no Python in this root; name it")
    platforms = dict.fromkeys(claim.tag for claim in audited.claims if claim.kind is ClaimKind.PLATFORM_TAG)
    if platforms and not any(parse_platform(tag).system in {"any", "linux", "other"} for tag in platforms):
        return (MissingLibrary(audited.name, MissingKind.SYSTEM, ".".join(platforms)),)
    damaged = (
        MissingLibrary(remark.file, MissingKind.DAMAGED, remark.text)
        for remark in audited.remarks
        if remark.kind is RemarkKind.DAMAGED
    )
    return (*damaged, *missing_in_process(audited.needs, audited.bundled, process))
