"""Problems that do not make a tag false, but that a wheel's author should know about. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from ..binaries.binary import Binary, NeededAs
from ..documents import TextEnum
from ..errors import shown
from ..platforms.linux.policies import policies
from ..platforms.parse import parse_platform
from ..tags.python import parse_abi
from . import apple, windows
from .foreign import OF_SYSTEM, ForeignFile
from .foreign_linking import ForeignLinking
from .installed import is_in_data_folder
from .linking import Linking
from .loads import MUSL_LIBC
from .modules import Module

_MAX_REMARKS = 10_000
#: Folders in the search path of one file.
_MAX_FOLDERS = 1000
#: The larger pages of 64-bit Android devices, from Android 15 on ("Support 16 KB page sizes").
_LARGE_PAGE = 16384
#: No tag can say that code needs a later release of musl.
_FIRST_MUSL_1_2 = (1, 2, 0)
#: Libraries of Visual C++ that Windows does not have, nor any CPython: Microsoft, "Redistributing Visual C++ Files".
#: Those that end in ``d`` are for debugging, and only Visual Studio has them.
#: Windows has older ones (``msvcp60.dll``, ``mfc42.dll``). CPython's installers bring ``vcruntime140.dll`` and, on 64
#: bits, ``vcruntime140_1.dll`` (``FindVCRuntime`` in ``PCbuild/pyproject.props``), and brought ``msvcr90.dll`` and
#: ``msvcr100.dll``.
_REDISTRIBUTABLE = re.compile(
    r"((msvcp|concrt|mfcm?|vcomp|vcamp|vccorlib|atl)(7[01]|[89]0|1[0-4]0)\w*|msvcr1[12]0"
    r"|libomp140\.\w+|msvcr\d+d|vcruntime140(_1)?d|ucrtbased)\.dll",
    re.ASCII | re.IGNORECASE,
)
#: Folders of macOS that one machine has and another has not: "Homebrew Installation" and the MacPorts Guide say theirs.
_FOLDERS = {
    "/opt/homebrew/": "Homebrew", "/usr/local/opt/": "Homebrew", "/usr/local/Cellar/": "Homebrew",
    "/opt/local/": "MacPorts", "/Users/": "the machine that built it",
}  # fmt: skip


class RemarkKind(TextEnum):
    """The kinds of remarks.

    Most are faults: something is wrong with the wheel, or it fails where its tags say that it works. The others say
    what no tag can say, or what only some users need.
    """

    DAMAGED = "unsound file"
    NOT_READ = "not read"
    LEFT_OUT = "left out"
    WHEEL = "WHEEL"
    MISSING_FROM_RECORD = "missing from RECORD"
    RECORD = "RECORD"
    TAGS_DISAGREE = "tags disagree"
    FILE_NAME = "file name"
    SEARCH_PATH = "search path"
    LIBRARY_PATH = "library path"
    LIBPYTHON = "libpython"
    MUSL_RELEASE = "musl release"
    PURELIB = "purelib"
    FILE_TYPE = "file type"
    SAME_NAME = "same name"
    NOT_FOUND = "not found"
    NOT_REQUIRED = "not required"
    NOT_PROMISED = "not promised"
    PAGE_SIZE = "page size"
    DEBUG_BUILD = "debug build"
    CHOSEN_AT_RUN_TIME = "chosen at run time"

    @property
    def is_fault(self) -> bool:
        """Whether it is a fault, so that a wheel with it is not clean."""
        return self not in _NO_FAULTS


#: What the maker of a wheel cannot say in a tag, or need not mend.
_NO_FAULTS = frozenset({
    RemarkKind.MUSL_RELEASE, RemarkKind.NOT_PROMISED, RemarkKind.DEBUG_BUILD, RemarkKind.CHOSEN_AT_RUN_TIME,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem that does not make a tag false, but that the wheel's author should know about.

    :param file: path in the wheel.
    :param kind: the kind of remark.
    :param text: the remark.
    """

    file: str
    kind: RemarkKind
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.kind}: {self.text}"


def first_remarks(remarks: Iterable[Remark], wheel: str) -> list[Remark]:
    """List the first remarks on a wheel, and whether there are more."""
    listed = list(islice(remarks, _MAX_REMARKS + 1))
    if len(listed) > _MAX_REMARKS:
        listed[_MAX_REMARKS:] = [Remark(wheel, RemarkKind.LEFT_OUT, f"the remarks after the first {_MAX_REMARKS}")]
    return listed


def remarks_for_any(files: Iterable[tuple[str, str]]) -> Iterator[Remark]:
    """List remarks on code in a wheel for any system: its author must see to it that other systems do without.

    :param files: paths in the wheel, and which system or architecture each is for.
    """
    for file, system in files:
        yield Remark(file, RemarkKind.CHOSEN_AT_RUN_TIME, f"code for {system}, in a wheel for any system")


def binary_remarks(binary: Binary) -> Iterator[Remark]:
    """List remarks on how one file finds its libraries."""
    name = binary.name
    if is_in_data_folder(name) and name.split("/")[1] == "purelib":
        text = f"code for {binary.architecture}, in a folder for files that run everywhere"
        yield Remark(name, RemarkKind.PURELIB, text)
    for path in (binary.rpath, binary.runpath):
        for folder in dict.fromkeys(path.split(":", _MAX_FOLDERS) if path else ()):
            if not folder.startswith(("$ORIGIN", "${ORIGIN}")):
                where = "on every machine" if folder.startswith("/") else "relative to the current folder"
                yield Remark(name, RemarkKind.SEARCH_PATH, f"{shown(folder)} is searched {where}")
    for library in binary.needed:
        if "/" in library:
            yield Remark(name, RemarkKind.LIBRARY_PATH, f"needs {library!r} by its path")
    if binary.android_api_level is not None:
        if binary.bits == 64 and binary.alignment < _LARGE_PAGE:
            text = f"aligned to {binary.alignment // 1024} KB: devices with pages of 16 KB do not load it"
            yield Remark(name, RemarkKind.PAGE_SIZE, text)
    elif binary.libpython:
        text = f"needs {binary.libpython}, which many interpreters are built without"
        yield Remark(name, RemarkKind.LIBPYTHON, text)
    yield from _musl_remarks(binary)


def foreign_remarks(files: Collection[ForeignFile]) -> Iterator[Remark]:
    """List remarks on libraries that files for macOS and Windows need, which machines may not have."""
    bases = {file.base for file in files}
    for file in files:
        remarks: dict[Remark, None] = {}  # slices mostly need the same
        for binary in file.code:
            remarks.update(
                dict.fromkeys(_windows_remarks(binary, bases) if binary.format == "PE" else _mac_remarks(binary))
            )
        yield from remarks


def debug_remarks(modules: Iterable[Module]) -> Iterator[Remark]:
    """List remarks on extension modules for debug builds of Python, which hardly anybody has."""
    for module in modules:
        if module.abi and parse_abi(module.abi).debug:
            yield Remark(module.file, RemarkKind.DEBUG_BUILD, f"loaded by {module.loaded_by} only")


def processor_remarks(
    binaries: Iterable[Binary], files: Collection[ForeignFile], platforms: Iterable[str], linking: ForeignLinking
) -> Iterator[Remark]:
    """List remarks on programs, and on what is opened by hand, that not all machines of the tags run.

    :param binaries: all files for Linux.
    :param files: all files for macOS and Windows.
    :param platforms: the platform tags that the wheel carries.
    :param linking: which libraries a loader takes from the wheel.
    """
    tags = [parse_platform(tag) for tag in platforms]
    systems = {tag.system for tag in tags}
    if systems and systems <= {*apple.SYSTEMS, *windows.SYSTEMS}:
        for binary in binaries:
            if binary.is_code:
                yield Remark(binary.name, RemarkKind.CHOSEN_AT_RUN_TIME, "code for Linux, which no tag names")
    for system, rules in (("macOS", apple), ("Windows", windows)):
        code = {file.name: {rules.machine_of(each) for each in file.code} for file in files if file.system == system}
        present = set().union(*code.values())
        claimed = [tag for tag in tags if tag.system in rules.SYSTEMS]
        machines = [machine for tag in claimed for machine in rules.machines(tag) if machine in present]
        if systems and not systems.intersection(("any", *rules.SYSTEMS)):
            text = f"code for {system}, which no tag names"
            yield from (Remark(name, RemarkKind.CHOSEN_AT_RUN_TIME, text) for name, own in code.items() if own)
            continue
        for name, own in code.items():
            if own and name not in linking.loaded and not own.issuperset(machines) and "any" not in own:
                text = f"code for {' and '.join(sorted(own))}, in a wheel for {' and '.join(dict.fromkeys(machines))}"
                yield Remark(name, RemarkKind.CHOSEN_AT_RUN_TIME, text)


def _windows_remarks(binary: Binary, bases: Collection[str]) -> Iterator[Remark]:
    for library, needed_as in zip(binary.needed, binary.needed_as, strict=True):
        base = library.lower()
        missing = _REDISTRIBUTABLE.fullmatch(base) or (binary.bits == 32 and base == "vcruntime140_1.dll")
        if missing and base not in bases and needed_as is not NeededAs.LAZY:
            text = f"needs {library}, which neither Windows nor CPython has"
            yield Remark(binary.name, RemarkKind.NOT_PROMISED, text)


def _mac_remarks(binary: Binary) -> Iterator[Remark]:
    # Tools leave folders of the machine that built it, which do no harm where nothing is searched.
    searches = any(library.startswith("@rpath/") for library in binary.needed)
    for folder in binary.search_paths if searches else ():
        if folder.startswith("/") and not f"{folder}/".startswith(OF_SYSTEM):
            text = f"{folder!r} is searched on every machine{_whose(folder)}"
            yield Remark(binary.name, RemarkKind.SEARCH_PATH, text)
    for library in binary.needed:
        if library.startswith("/") and not library.startswith(OF_SYSTEM):
            yield Remark(binary.name, RemarkKind.LIBRARY_PATH, f"needs {library!r} by its path{_whose(library)}")


def _whose(path: str) -> str:
    owner = next((owner for folder, owner in _FOLDERS.items() if f"{path}/".startswith(folder)), "")
    return f", a folder of {owner}" if owner else ""


def linking_remarks(linking: Linking, platforms: Iterable[str]) -> Iterator[Remark]:
    """List remarks on libraries that are in the wheel, where no loader looks for them.

    :param linking: which libraries a loader takes from the wheel.
    :param platforms: the platform tags that the wheel carries.
    """
    kinds = {tag.partition("_")[0] for tag in platforms}
    for kind in sorted({kind if kind in {"musllinux", "android"} else "manylinux" for kind in kinds}):
        for file, library, other in linking.unreached(kind):
            text = f"needs {library}, and no search path leads to {other}"
            if library in linking.providers(file, kind):
                text += ", unless it is loaded before"
            yield Remark(file, RemarkKind.NOT_FOUND, text)
        for file, library, distribution in linking.not_required(kind):
            text = f"{library} is of {distribution}, which the wheel does not require"
            yield Remark(file, RemarkKind.NOT_REQUIRED, text)


def foreign_linking_remarks(linking: ForeignLinking) -> Iterator[Remark]:
    """List remarks on libraries that are in the wheel, where no loader of macOS or Windows looks for them."""
    for file, library, other, is_known in linking.unreached:
        text = f"needs {library}, and no search path leads to {other}" + ", unless it is loaded before" * is_known
        yield Remark(file, RemarkKind.NOT_FOUND, text)


def _musl_remarks(binary: Binary) -> Iterator[Remark]:
    """List remarks on the release of musl that a file needs, where no tag can say so."""
    if not any(library == "libc.so" or library.startswith(MUSL_LIBC) for library in binary.needed):
        return
    if binary.packed_relocations:
        yield Remark(binary.name, RemarkKind.MUSL_RELEASE, "needs musl 1.2.4 for DT_RELR, and no tag can say so")
    releases = {name: tuple(map(int, text.split("."))) for name, text in policies("musllinux").releases}
    needed = {symbol.name: releases.get(symbol.name, ()) for symbol in binary.undefined if not symbol.weak}
    newest = max(needed.values(), default=())
    if newest > _FIRST_MUSL_1_2:
        names = ", ".join(name for name, release in needed.items() if release == newest)
        text = f"needs musl {'.'.join(map(str, newest))} for {names}, and no tag can say so"
        yield Remark(binary.name, RemarkKind.MUSL_RELEASE, text)
