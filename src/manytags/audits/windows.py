"""The rules of Windows tags: which code contradicts a tag, and which tags would be true. Pure.

A process loads files for its own machine alone. ARM64X files hold code for two ways of calling, and load into both;
ARM64EC files load into x86-64 programs that run on Arm, and not on x86-64.

Rule: Microsoft, "Understanding Arm64EC ABI" and "Arm64X PE files".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..binaries.binary import Binary
from ..platforms.parse import parse_platform
from ..platforms.tag import PlatformTag
from ..platforms.windows import MACHINES
from .foreign import ForeignFile, foreign_modules
from .foreign_linking import ForeignLinking
from .modules import misnamed
from .rules import THE_WHEEL, Violation, ViolationKind

#: Systems of tags.
SYSTEMS = ("windows",)


def machines(tag: PlatformTag) -> tuple[str, ...]:
    """List the machine that a tag claims."""
    return (tag.machine,)


def machine_of(binary: Binary) -> str:
    """Return the machine whose processes load a file."""
    return {"arm64x": "arm64"}.get(binary.architecture, binary.architecture)


def violations(files: Sequence[ForeignFile], tag: PlatformTag, linking: ForeignLinking) -> Iterator[Violation]:
    """List every way in which files contradict a tag: modules, and what these need, must be for its machine.

    :param files: all PE files of the wheel.
    :param tag: the tag.
    :param linking: which libraries a loader takes from the wheel.
    """
    yield from misnamed(foreign_modules(files), str(tag))
    right = {tag.machine, "any"}  # "any" is code of .NET
    fitting = {file.base for file in files if not right.isdisjoint(map(machine_of, file.code))}
    bound = linking.loaded or (set() if fitting else {file.name for file in files})
    for file in files:
        for binary in file.code if file.name in bound else ():
            # A wheel may have a DLL for each machine, and the search path chooses.
            if machine_of(binary) not in right and (file.is_module or file.base not in fitting):
                yield Violation(file.name, ViolationKind.ARCHITECTURE, binary.architecture, None, (tag.machine,))
    if not any(file.code for file in files):
        yield Violation(THE_WHEEL, ViolationKind.ARCHITECTURE, f"no file of the wheel is for {tag.machine}")


def true_tags(files: Sequence[ForeignFile], linking: ForeignLinking) -> tuple[str, ...]:
    """List the tags that nothing contradicts, for the machines that the files are for."""
    present = {machine_of(binary) for file in files for binary in file.code}
    candidates = [tag for tag, (machine, _, _) in MACHINES.items() if machine in present]
    return tuple(tag for tag in candidates if not any(violations(files, parse_platform(tag), linking)))
