"""What a wheel holds that decides whether its tags are true: its compiled files, ``WHEEL`` and ``RECORD``."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from functools import cache
from itertools import chain, islice

from ..binaries import HEADER_SIZE, is_binary, read_binary, read_binary_header
from ..binaries.binary import Binary
from ..documents import TextEnum
from ..errors import InvalidBinary, InvalidTag, InvalidWheelFilename, shown
from ..platforms.linux.policies import KINDS, policies
from ..platforms.linux.symbol_versions import version_family
from ..tags.filename import TagSet, parse_tag_set, parse_wheel_filename
from .archive import Archive, Member
from .rules import MUSL_LIBC, is_of_c_library
from .stable_abi import is_of_python

Triple = tuple[str, str, str]

_MAX_WHEEL, _MAX_RECORD = 256 << 10, 8 << 20
#: Tags in ``WHEEL``; real wheels have fewer than 150.
_MAX_TAGS = 512
#: Compiled files; the largest wheels have some 600.
_MAX_FILES = 5000
#: Undefined symbols of all files together; VTK 9.7 has 102,674.
_MAX_UNDEFINED = 500_000
#: Tags times compiled files and their needs: the number of judgements, each of which may make a violation. Of 91 real
#: wheels scipy's has most, 7,424.
_MAX_JUDGED = 120_000
#: Remarks, and folders in the search path of one file.
_MAX_REMARKS, _MAX_FOLDERS = 10_000, 1000
#: No tag can say that code needs a later release of musl.
_FIRST_MUSL_1_2 = (1, 2, 0)


class RemarkKind(TextEnum):
    """The kinds of remarks."""

    DAMAGED = "damaged ELF file"
    MISSING_FROM_RECORD = "missing from RECORD"
    RECORD = "RECORD"
    TAGS_DISAGREE = "tags disagree"
    FILE_NAME = "file name"
    SEARCH_PATH = "search path"
    LIBRARY_PATH = "library path"
    LIBPYTHON = "libpython"
    MUSL_RELEASE = "musl release"
    PURELIB = "purelib"


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


@dataclass(frozen=True, slots=True)
class Contents:
    """What a wheel, or a single compiled file, says and holds.

    :param filename: tags of its file name; ``None`` if that is not a wheel's file name.
    :param wheel: tags that ``WHEEL`` lists; ``None`` for a single file.
    :param purelib: what ``WHEEL`` says in ``Root-Is-Purelib``.
    :param binaries: its compiled files. Their undefined symbols are only those that a rule may be about.
    :param headers_only: whether only the headers of these files were read.
    :param remarks: what its maker would want to know.
    """

    filename: TagSet | None
    wheel: TagSet | None
    purelib: bool | None
    binaries: tuple[Binary, ...]
    headers_only: bool = False
    remarks: tuple[Remark, ...] = ()

    @property
    def damaged(self) -> tuple[str, ...]:
        """Compiled files that cannot be read."""
        return tuple(remark.file for remark in self.remarks if remark.kind is RemarkKind.DAMAGED)

    @property
    def bundled(self) -> frozenset[str]:
        """Names by which files of the wheel can be needed: their file names, and their SONAMEs.

        The C library is never among them: a process loads its own before it loads any file of a wheel.
        """
        code = [binary for binary in self.binaries if binary.is_code and not binary.is_debug_information]
        names = {binary.name.rpartition("/")[2] for binary in code} | {binary.soname for binary in code}
        return frozenset(name for name in names if name and not is_of_c_library(name))


def is_in_data_folder(file: str) -> bool:
    """Whether a file is in ``*.data``, whose subfolders say where files are installed."""
    folder, mark, _ = file.partition("/")
    return bool(mark) and folder.endswith(".data")


def read_contents(archive: Archive, name: str, headers_only: bool = False) -> Contents:
    """Read what a wheel says and holds.

    :param archive: the wheel.
    :param name: its file name.
    :param headers_only: read only the headers of compiled files.
    :raises InvalidWheel: it is not a wheel, or is damaged.
    """
    members = {member.name: member for member in archive.members}
    info = _dist_info(archive, list(members))
    wheel, triples, purelib = _read_wheel(archive, members[f"{info}/WHEEL"])
    remarks: list[Remark] = []
    try:
        filename = parse_wheel_filename(name).tag_set
    except InvalidWheelFilename as error:
        filename = None
        remarks.append(Remark(name, RemarkKind.FILE_NAME, error.reason))
    if filename and set(filename.triples()) != triples:
        text = f"{wheel}, where the file name has {filename}"
        remarks.append(Remark(f"{info}/WHEEL", RemarkKind.TAGS_DISAGREE, text))
    binaries = tuple(_read_binaries(archive, headers_only, remarks))
    _check_work(archive, [wheel, filename] if filename else [wheel], binaries)
    more: Iterable[Iterator[Remark]] = map(binary_remarks, binaries)
    if not headers_only:
        more = chain([_record_remarks(archive, info, members, [binary.name for binary in binaries])], more)
    remarks += islice(chain.from_iterable(more), _MAX_REMARKS)
    if len(remarks) >= _MAX_REMARKS:
        raise archive.error(f"there are more than {_MAX_REMARKS} remarks to make about it")
    return Contents(filename, wheel, purelib, binaries, headers_only, tuple(remarks))


def _check_work(archive: Archive, tag_sets: list[TagSet], binaries: tuple[Binary, ...]) -> None:
    """Refuse a wheel that has far more to judge than any real wheel."""
    count = sum(len(tags.pythons) + len(tags.abis) + len(tags.platforms) for tags in tag_sets)
    needed = sum(1 + len(binary.needed) + len(binary.versions) for binary in binaries)
    if count * needed > _MAX_JUDGED:
        raise archive.error(f"too much to judge: {count} tags, and {needed} ELF files and things that they need")


def binary_remarks(binary: Binary) -> Iterator[Remark]:
    """List remarks on how one file finds its libraries."""
    name = binary.name
    if is_in_data_folder(name) and name.split("/")[1] == "purelib":
        text = f"code for {binary.architecture}, in a folder for files that run everywhere"
        yield Remark(name, RemarkKind.PURELIB, text)
    for path in (binary.rpath, binary.runpath):
        for folder in path.split(":", _MAX_FOLDERS) if path else ():
            if not folder.startswith(("$ORIGIN", "${ORIGIN}")):
                where = "on every machine" if folder.startswith("/") else "relative to the current folder"
                yield Remark(name, RemarkKind.SEARCH_PATH, f"{folder!r} is searched {where}")
    for library in binary.needed:
        if "/" in library:
            yield Remark(name, RemarkKind.LIBRARY_PATH, f"needs {library!r} by its path")
    if binary.libpython:
        text = f"needs {binary.libpython}, which many interpreters are built without"
        yield Remark(name, RemarkKind.LIBPYTHON, text)
    yield from _musl_remarks(binary)


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


def _dist_info(archive: Archive, names: list[str]) -> str:
    folders = [name[: -len("/WHEEL")] for name in names if name.endswith(".dist-info/WHEEL") and name.count("/") == 1]
    if len(folders) != 1:
        count = f"{len(folders)} files" if folders else "no file"
        raise archive.error(f"it has {count} *.dist-info/WHEEL, where a wheel has one")
    return folders[0]


def _read_wheel(archive: Archive, member: Member) -> tuple[TagSet, set[Triple], bool]:
    """Read the tags, as the members of one set and as triples, and ``Root-Is-Purelib``."""
    # Installers use the same parser.
    headers = HeaderParser().parsestr(archive.read(member, _MAX_WHEEL).decode("utf-8", "replace"))
    triples: dict[Triple, None] = {}
    for text in headers.get_all("Tag", ()):
        try:
            tags = parse_tag_set(text.strip())
        except InvalidTag as error:
            raise archive.error(f"{member.name}: {error}") from None
        triples.update(dict.fromkeys(tags.triples()))
        if len(triples) > _MAX_TAGS:
            raise archive.error(f"{member.name}: more than {_MAX_TAGS} tags")
    if not triples:
        raise archive.error(f"{member.name}: it lists no tag")
    pythons, abis, platforms = (tuple(dict.fromkeys(members)) for members in zip(*triples, strict=True))
    purelib = headers.get("Root-Is-Purelib", "").strip().lower() == "true"
    return TagSet(pythons, abis, platforms), set(triples), purelib


def _read_binaries(archive: Archive, headers_only: bool, remarks: list[Remark]) -> Iterator[Binary]:
    """Read every compiled file, whatever its name is and whether RECORD has it or not."""
    count = undefined = 0
    for member, head in archive.heads(HEADER_SIZE):
        if not is_binary(head):
            continue
        count += 1
        if count > _MAX_FILES:
            raise archive.error(f"more than {_MAX_FILES} ELF files")
        try:
            if headers_only:
                yield read_binary_header(head, member.name)
            else:
                with archive.open(member) as stream:
                    binary = read_binary(stream, member.name)
                    archive.verify(stream)
                undefined += len(binary.undefined)
                if undefined > _MAX_UNDEFINED:
                    raise archive.error(f"its ELF files have more than {_MAX_UNDEFINED} undefined symbols")
                yield without_irrelevant_symbols(binary)
        except InvalidBinary as error:
            try:
                header = read_binary_header(head, member.name)
            except InvalidBinary:
                header = None
            if header is None or header.is_code:
                remarks.append(Remark(member.name, RemarkKind.DAMAGED, error.reason))
            else:
                yield header  # such as an object file, to which other rules apply


def without_irrelevant_symbols(binary: Binary) -> Binary:
    """Drop the undefined symbols that neither Python nor a policy has a rule about, which are most of them."""
    families, forbidden = _policy_symbols()
    relevant = tuple(
        symbol
        for symbol in binary.undefined
        if (symbol.version and version_family(symbol.version) in families)
        or symbol.name in forbidden
        or is_of_python(symbol)
    )
    return replace(binary, undefined=relevant)


@cache
def _policy_symbols() -> tuple[frozenset[str], frozenset[str]]:
    """List the families of versions that policies judge, and the symbols that they forbid."""
    listed = [policy for kind in KINDS for policy in policies(kind).listed]
    families = frozenset().union(*(policy.families for policy in listed))
    return families, frozenset(symbol for policy in listed for _, symbol in policy.forbidden)


def _record_remarks(archive: Archive, info: str, members: dict[str, Member], binaries: list[str]) -> Iterator[Remark]:
    path = f"{info}/RECORD"
    if path not in members:
        yield Remark(path, RemarkKind.RECORD, "there is none")
        return
    rows = set()
    text = archive.read(members[path], _MAX_RECORD).decode("utf-8", "replace")
    try:
        for row in csv.reader(text.splitlines()):
            if row:
                rows.add(row[0])
                if row[0].startswith(("/", "\\")) or ".." in row[0].split("/") or row[0][1:2] == ":":
                    yield Remark(path, RemarkKind.RECORD, f"{shown(row[0])} leads out of the wheel")
    except csv.Error as error:
        yield Remark(path, RemarkKind.RECORD, f"it is not a table: {error}")
    for name in binaries:
        if name not in rows:
            yield Remark(name, RemarkKind.MISSING_FROM_RECORD, "no row")
