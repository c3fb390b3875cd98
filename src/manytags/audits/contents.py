"""What a wheel holds that decides whether its tags are true: its compiled files, ``WHEEL`` and ``RECORD``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain
from typing import BinaryIO

from ..binaries import HEADER_SIZE, LINUX, read_binary, read_binary_header, read_foreign, system_of
from ..binaries.binary import Binary, Wanted
from ..errors import InvalidBinary, InvalidWheelFilename
from ..platforms.linux.policies import KINDS, policies
from ..platforms.linux.symbol_versions import version_family
from ..platforms.parse import parse_platform
from ..tags.filename import TagSet, parse_wheel_filename
from .archive import Archive
from .directory import Member
from .foreign import ForeignFile
from .foreign_linking import ForeignLinking
from .installed import Surroundings
from .linking import Linking
from .metadata import dist_info, member_remarks, read_metadata, read_wheel, record_remarks
from .modules import Module, is_foreign_module, is_named_as_module, modules
from .remarks import Remark, RemarkKind, binary_remarks, first_remarks, foreign_remarks, remarks_for_any
from .stable_abi import is_of_python

#: What all compiled files may have together. The largest wheels have some 600 files. PySide2 5.15 needs 7,400 libraries
#: and versions, and VTK 9.7 has 102,674 undefined symbols.
_LIMITS = {"compiled files": 3000, "needed libraries and versions": 30_000, "undefined symbols": 300_000}
#: Bytes from the beginning of a file that hold the headers of most files for macOS and Windows.
_HEADERS = 8192
#: Undefined symbols that a damaged file for another system counts for: it may take as long to read.
_FOR_DAMAGED = 30_000
#: What is wrong with data, object files and code for graphics cards under the name of an extension module.
_NOT_LOADED = "it is named as an extension module, and no loader takes it"
#: Bytes of all Python code that is searched for what loads libraries; real wheels have some megabytes.
_MAX_PYTHON = 64 << 20
_PYTHON_CODE = (".py", ".pyc", ".pth")
_LOADING = (
    b"ctypes",
    b"cffi",
    b"CDLL",
    b"dlopen",
    b"LD_LIBRARY_PATH",
    b"LD_PRELOAD",
    b"LoadLibrary",
    b"add_dll_directory",
)


@dataclass(frozen=True)
class Contents:
    """What a wheel, or a single compiled file, says and holds.

    :param filename: tags of its file name; ``None`` if that is not a wheel's file name.
    :param wheel: tags that ``WHEEL`` lists; ``None`` for a single file.
    :param purelib: what ``WHEEL`` says in ``Root-Is-Purelib``.
    :param binaries: its compiled files. Their undefined symbols are only those that a rule may be about.
    :param headers_only: whether only the headers of these files were read.
    :param remarks: what its maker would want to know.
    :param foreign: its compiled files for other systems.
    :param python_loads: whether its Python code may load libraries by their paths.
    :param surroundings: what it requires, and what is installed beside it.
    """

    filename: TagSet | None
    wheel: TagSet | None
    purelib: bool | None
    binaries: tuple[Binary, ...]
    headers_only: bool = False
    remarks: tuple[Remark, ...] = ()
    foreign: tuple[ForeignFile, ...] = ()
    python_loads: bool = True
    surroundings: Surroundings = Surroundings()  # noqa: RUF009 - it never changes

    @property
    def damaged(self) -> tuple[str, ...]:
        """ELF files that cannot be read."""
        others = {file.name for file in self.foreign}
        damaged = (remark.file for remark in self.remarks if remark.kind is RemarkKind.DAMAGED)
        return tuple(name for name in damaged if name not in others)

    @cached_property
    def code(self) -> tuple[Binary, ...]:
        """The files that a host could load or run."""
        return tuple(binary for binary in self.binaries if binary.is_code)

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The extension modules among them."""
        return modules(self.code)

    @cached_property
    def linking(self) -> Linking:
        """Which of its files a loader takes for the libraries that they need."""
        names = [module.file for module in self.modules]
        return Linking(self.binaries, names, self.damaged, self.python_loads, self.surroundings)

    @cached_property
    def foreign_linking(self) -> ForeignLinking:
        """Which of its files for other systems a loader takes for the libraries that they need."""
        return ForeignLinking(self.foreign, self.python_loads)


def read_contents(archive: Archive, name: str, headers_only: bool = False) -> Contents:
    """Read what a wheel says and holds.

    :param archive: the wheel.
    :param name: its file name.
    :param headers_only: read only the headers of compiled files.
    :raises InvalidWheel: it is not a wheel, or is damaged.
    """
    members = {member.name: member for member in archive.members}
    info = dist_info(archive, list(members))
    remarks: list[Remark] = []
    wheel, triples, purelib = read_wheel(archive, members[f"{info}/WHEEL"], remarks)
    try:
        filename = parse_wheel_filename(name).tag_set
    except InvalidWheelFilename as error:
        filename = None
        remarks.append(Remark(name, RemarkKind.FILE_NAME, error.reason))
    if filename and set(filename.triples()) != triples:
        text = f"{wheel}, where the file name has {filename}"
        remarks.append(Remark(f"{info}/WHEEL", RemarkKind.TAGS_DISAGREE, text))
    foreign: list[ForeignFile] = []
    binaries = tuple(_read_binaries(archive, headers_only, remarks, foreign))
    more: Iterable[Iterable[Remark]] = map(binary_remarks, binaries)
    if not headers_only:
        more = chain([record_remarks(archive, info, members, [binary.name for binary in binaries])], more)
    if "any" in {*wheel.platforms, *(filename.platforms if filename else ())}:
        named = {module.file for module in modules(binaries)}
        files = [(binary.name, binary.architecture) for binary in binaries if binary.is_code]
        files += [(file.name, file.system) for file in foreign if not file.is_module]
        more = chain(more, [remarks_for_any(file for file in files if file[0] not in named)])
    systems = {parse_platform(tag).system for tag in wheel.platforms}
    more = chain([member_remarks(archive.members, systems == {"linux"})], more, [foreign_remarks(foreign)])
    if not systems <= {"any", "linux"}:
        # Elsewhere, what looks like a program for another system may be anything.
        damaged = [Remark(file.name, RemarkKind.DAMAGED, file.damage) for file in foreign if file.damage]
        more = chain([damaged], more)
    remarks = first_remarks(chain(remarks, chain.from_iterable(more)), name)
    _, requires = read_metadata(archive, members, info)
    surroundings = Surroundings(requires)
    contents = Contents(
        filename, wheel, purelib, binaries, headers_only, tuple(remarks), tuple(foreign), surroundings=surroundings
    )
    try:
        # What Python code loads before matters to glibc's loader, and not to musl's.
        is_unreached = bool(contents.linking.unreached("manylinux"))
        is_unreached |= contents.foreign_linking.is_doubtful and not headers_only
    except InvalidBinary as error:
        raise archive.error(error.reason) from None
    return replace(contents, python_loads=_python_loads(archive)) if is_unreached else contents


def _python_loads(archive: Archive) -> bool:
    """Whether Python code in a wheel may load libraries by their paths, or start Python where loaders find them."""
    left = _MAX_PYTHON
    # What is imported first mostly loads.
    for member in sorted(archive.members, key=lambda member: member.name.count("/")):
        if member.name.endswith(_PYTHON_CODE):
            left -= member.size
            if left < 0 or any(word in archive.read(member, member.size) for word in _LOADING):
                return True
    return False


def _read_binaries(
    archive: Archive, headers_only: bool, remarks: list[Remark], foreign: list[ForeignFile]
) -> Iterator[Binary]:
    """Read every compiled file, whatever its name is and whether RECORD has it or not."""
    left = dict(_LIMITS)
    for member, head, stream in _heads(archive, headers_only):
        system = system_of(head)
        if min(left.values()) < 0:
            continue
        if system is None:
            if is_named_as_module(member.name):
                remarks.append(Remark(member.name, RemarkKind.DAMAGED, _NOT_LOADED))
            continue
        left["compiled files"] -= 1
        binary = None
        if system != LINUX:
            file = _read_foreign(archive, member, system, stream)
            foreign.append(file)
            left["needed libraries and versions"] -= sum(len(binary.needed) for binary in file.slices)
            left["undefined symbols"] -= sum(len(binary.undefined) for binary in file.slices)
            if file.damage:
                left["undefined symbols"] -= _FOR_DAMAGED
        else:
            binary = _read_binary(member, head, stream, remarks)
        if binary is not None:
            left["needed libraries and versions"] -= len(binary.needed) + len(binary.versions)
            left["undefined symbols"] -= len(binary.undefined)
        over = next((what for what, number in left.items() if number < 0), None)
        if over:
            text = f"this file and those after it: there are more than {_LIMITS[over]} {over}"
            remarks.append(Remark(member.name, RemarkKind.NOT_READ, text))
        elif binary is not None:
            yield binary


def _read_binary(member: Member, head: bytes, stream: BinaryIO | None, remarks: list[Remark]) -> Binary | None:
    """Read a compiled file, or its header alone without a stream; add a remark on one that is damaged."""
    try:
        binary = read_binary_header(head, member.name) if stream is None else read_binary(stream, member.name, RELEVANT)
    except InvalidBinary as error:
        try:
            header = read_binary_header(head, member.name)
        except InvalidBinary:
            header = None
        if header is None or header.is_code:
            remarks.append(Remark(member.name, RemarkKind.DAMAGED, error.reason))
            return None
        binary = header  # such as an object file, to which other rules apply
    if not binary.is_code and is_named_as_module(member.name):
        remarks.append(Remark(member.name, RemarkKind.DAMAGED, _NOT_LOADED))
    return binary


def _read_foreign(archive: Archive, member: Member, system: str, stream: BinaryIO | None) -> ForeignFile:
    """Read a compiled file for another system, or its headers alone without a stream."""
    symbols = stream is not None
    if stream is None:
        # Most have all headers there. What lacks some, or is damaged, is read from the whole.
        with suppress(InvalidBinary):
            return read_foreign_file(archive.beginning(member, _HEADERS), member.name, system, symbols)
    try:
        return read_foreign_file(stream or archive.open(member, whole=False), member.name, system, symbols)
    except InvalidBinary as error:
        return ForeignFile(member.name, system, is_foreign_module(member.name), damage=error.reason)


def read_foreign_file(stream: BinaryIO, name: str, system: str, symbols: bool) -> ForeignFile:
    """Read a compiled file for another system than Linux.

    :param system: ``macOS`` or ``Windows``, by its first bytes.
    :param symbols: whether to read symbols, and what a PE file needs; without them, only headers are read.
    :raises InvalidBinary: it is damaged.
    """
    slices = read_foreign(stream, name, symbols)
    is_module = is_foreign_module(name, {module for binary in slices for module in binary.modules})
    return ForeignFile(name, system, is_module, slices)


def _heads(archive: Archive, headers_only: bool) -> Iterator[tuple[Member, bytes, BinaryIO | None]]:
    """Iterate over the files, their first bytes and, unless only these are wanted, all their bytes."""
    if headers_only:
        for member, head in archive.heads(HEADER_SIZE):
            yield member, head, None
    else:
        for member, stream in archive.files():
            yield member, stream.read(HEADER_SIZE), stream


def is_judged(version: str) -> bool:
    """Whether a policy judges the symbols of a version."""
    return version_family(version) in _policy_symbols()[0]


def has_rule(name: str) -> bool:
    """Whether Python or a policy has a rule about the name of an undefined symbol; there is none about most."""
    return is_of_python(name) or name in _policy_symbols()[1]


#: The undefined symbols that rules are about.
RELEVANT = Wanted(is_judged, has_rule)


@cache
def _policy_symbols() -> tuple[frozenset[str], frozenset[str]]:
    """List the families of versions that policies judge, and the symbols that they forbid."""
    listed = [policy for kind in KINDS for policy in policies(kind).listed]
    families = frozenset().union(*(policy.families for policy in listed))
    return families, frozenset(symbol for policy in listed for _, symbol in policy.forbidden)
