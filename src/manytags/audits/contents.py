"""What stands in a wheel that tells whether its tags are true: its ELF files, ``WHEEL`` and ``RECORD``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from typing import NamedTuple

from ..errors import InvalidElf, InvalidTag, InvalidWheelFilename, shown
from ..tags.filename import TagSet, parse_tag_set, parse_wheel_filename
from .elf import DEBUG_INFORMATION, ElfNeeds, read_elf, read_elf_header
from .elf_image import MAGIC
from .policies import KINDS, policies
from .stable_abi import is_of_python
from .symbol_versions import family_of
from .verdict import MUSL_LIBC, is_of_c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from .archive import Archive, Member

    Triple = tuple[str, str, str]
    What = Literal[
        "damaged ELF file", "missing from RECORD", "RECORD", "tags disagree", "file name",
        "search path", "library path", "libpython", "musl release", "purelib",
    ]  # fmt: skip

_MAX_WHEEL, _MAX_RECORD = 256 << 10, 8 << 20
#: Tags: real wheels stay below 150.
_MAX_TAGS = 512
#: ELF files whose needs are kept: the largest wheels have some 600.
_MAX_FILES = 5000
#: Undefined symbols of all of them, kept or not: those of VTK 9.7 have 102,674.
_MAX_UNDEFINED = 500_000
#: Tags times files, libraries and versions that are needed: so many things are judged, and may be found wrong. Of 91
#: real wheels scipy has most, 7,424.
_MAX_JUDGED = 120_000
#: Remarks, and folders that one file looks through.
_MAX_REMARKS, _MAX_FOLDERS = 10_000, 1000
#: Tags name no release after it.
_FIRST_MUSL_1_2 = (1, 2, 0)
#: Bytes of the header of an ELF file. Smaller ones are looked at too: Linux runs programs of 45 bytes.
_HEADER = 64
_CODE = frozenset({"shared object", "executable", DEBUG_INFORMATION})


class Remark(NamedTuple):
    """Something about a wheel that makes no tag false, and that its maker would want to know.

    :param file: path in the wheel.
    :param what: which kind of thing.
    :param text: the thing itself.
    """

    file: str
    what: What
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}: {self.text}"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a wheel, or a single ELF file, says and holds.

    :param filename: tags of its file name; ``None`` where it has no wheel's name.
    :param wheel: tags that ``WHEEL`` lists; ``None`` for what is no wheel.
    :param purelib: what ``WHEEL`` says in ``Root-Is-Purelib``.
    :param needs: what its ELF files need. Of undefined symbols only those are kept that a policy may speak of.
    :param headers_only: nothing but headers was read of these.
    :param remarks: what else there is to say.
    """

    filename: TagSet | None
    wheel: TagSet | None
    purelib: bool | None
    needs: tuple[ElfNeeds, ...]
    headers_only: bool = False
    remarks: tuple[Remark, ...] = ()

    @property
    def damaged(self) -> tuple[str, ...]:
        """ELF files of which nothing can be said."""
        return tuple(each.file for each in self.remarks if each.what == "damaged ELF file")

    @property
    def brought(self) -> frozenset[str]:
        """Names by which files of the wheel can be needed: their own, and their SONAMEs.

        None of the C library's: a process has that one before it loads anything of a wheel.
        """
        code = [each for each in self.needs if is_code(each) and each.kind != DEBUG_INFORMATION]
        names = {each.name.rpartition("/")[2] for each in code} | {each.soname for each in code if each.soname}
        return frozenset(name for name in names if not is_of_c_library(name))


def is_code(needs: ElfNeeds) -> bool:
    """Whether a host could load or run a file: no object file, nor code for graphics cards.

    Debug information counts: it is of one architecture, and a program without libraries can look just like it.
    """
    return needs.kind in _CODE and not needs.architecture.startswith("e_machine")


def is_data(file: str) -> bool:
    """Whether a file stands in ``*.data``, whose folders say where it goes, and not at the root."""
    folder, mark, _ = file.partition("/")
    return bool(mark) and folder.endswith(".data")


def read_contents(archive: Archive, name: str, headers_only: bool = False) -> Contents:
    """Read what a wheel says and holds.

    :param archive: the wheel.
    :param name: its file name.
    :param headers_only: read no more of ELF files than their headers.
    :raises InvalidWheel: it is no wheel, or damaged.
    """
    listed = {member.name: member for member in archive.members}
    info = _dist_info(archive, list(listed))
    wheel, triples, purelib = _read_wheel(archive, listed[f"{info}/WHEEL"])
    remarks: list[Remark] = []
    try:
        filename = parse_wheel_filename(name).tag_set
    except InvalidWheelFilename as error:
        filename = None
        remarks.append(Remark(name, "file name", error.reason))
    if filename and set(filename.triples()) != triples:
        remarks.append(Remark(f"{info}/WHEEL", "tags disagree", f"{wheel}, where the file name has {filename}"))
    needs = tuple(_read_elves(archive, headers_only, remarks))
    _check_work(archive, [wheel, filename] if filename else [wheel], needs)
    more: Iterable[Iterator[Remark]] = map(elf_remarks, needs)
    if not headers_only:
        more = chain([_record_remarks(archive, info, listed, [each.name for each in needs])], more)
    remarks += islice(chain.from_iterable(more), _MAX_REMARKS)
    if len(remarks) >= _MAX_REMARKS:
        raise archive.error(f"more than {_MAX_REMARKS} things to remark on")
    return Contents(filename, wheel, purelib, needs, headers_only, tuple(remarks))


def _check_work(archive: Archive, tags: list[TagSet], needs: tuple[ElfNeeds, ...]) -> None:
    """See that there is not far more to judge than in any real wheel."""
    count = sum(len(each.pythons) + len(each.abis) + len(each.platforms) for each in tags)
    needed = sum(1 + len(each.needed) + len(each.versions) for each in needs)
    if count * needed > _MAX_JUDGED:
        raise archive.error(f"{count} tags, and ELF files that are or need {needed} things")


def elf_remarks(needs: ElfNeeds) -> Iterator[Remark]:
    """Remark on how one file looks for its libraries."""
    if is_data(needs.name) and needs.name.split("/")[1] == "purelib":
        yield Remark(needs.name, "purelib", f"code for {needs.architecture}, where what runs everywhere belongs")
    for path in (needs.rpath, needs.runpath):
        for folder in path.split(":", _MAX_FOLDERS) if path else ():
            if not folder.startswith(("$ORIGIN", "${ORIGIN}")):
                where = "on whatever machine it is" if folder.startswith("/") else "below whatever folder is current"
                yield Remark(needs.name, "search path", f"{folder!r} is looked through, {where}")
    for library in needs.needed:
        if "/" in library:
            yield Remark(needs.name, "library path", f"needs {library!r} by its path")
    if needs.libpython:
        yield Remark(needs.name, "libpython", f"needs {needs.libpython}, which many interpreters are built without")
    yield from _musl_remarks(needs)


def _musl_remarks(needs: ElfNeeds) -> Iterator[Remark]:
    """Remark on which release of musl a file needs, where no tag can say so."""
    if not any(library == "libc.so" or library.startswith(MUSL_LIBC) for library in needs.needed):
        return
    if needs.packed_relocations:
        yield Remark(needs.name, "musl release", "needs musl 1.2.4 for DT_RELR, and no tag can say so")
    releases = {name: tuple(map(int, each.split("."))) for name, each in policies("musllinux").releases}
    newer = {each.name: releases.get(each.name, ()) for each in needs.undefined if not each.weak}
    newest = max(newer.values(), default=())
    if newest > _FIRST_MUSL_1_2:
        names = ", ".join(name for name, release in newer.items() if release == newest)
        release = ".".join(map(str, newest))
        yield Remark(needs.name, "musl release", f"needs musl {release} for {names}, and no tag can say so")


def _dist_info(archive: Archive, names: list[str]) -> str:
    found = [name[: -len("/WHEEL")] for name in names if name.endswith(".dist-info/WHEEL") and name.count("/") == 1]
    if len(found) != 1:
        count = f"{len(found)} files" if found else "no file"
        raise archive.error(f"it has {count} *.dist-info/WHEEL, where a wheel has one")
    return found[0]


def _read_wheel(archive: Archive, member: Member) -> tuple[TagSet, set[Triple], bool]:
    """Read tags, as the members of one set and as triples, and ``Root-Is-Purelib``."""
    triples: dict[Triple, None] = {}
    purelib = None
    for key, value in _headers(archive.read(member, _MAX_WHEEL).decode("utf-8", "replace")):
        if key == "root-is-purelib" and purelib is None:
            purelib = value.lower() == "true"
        if key == "tag":
            try:
                tags = parse_tag_set(value)
            except InvalidTag as error:
                raise archive.error(f"{member.name}: {error}") from None
            triples.update(dict.fromkeys(tags.triples()))
            if len(triples) > _MAX_TAGS:
                raise archive.error(f"{member.name}: more than {_MAX_TAGS} tags")
    if not triples:
        raise archive.error(f"{member.name}: it lists no tag")
    pythons, abis, platforms = (tuple(dict.fromkeys(members)) for members in zip(*triples, strict=True))
    return TagSet(pythons, abis, platforms), set(triples), bool(purelib)


def _headers(text: str) -> list[tuple[str, str]]:
    """Read the headers of a message as the standard library's ``email`` does, by which installers read ``WHEEL``.

    An empty line, or one that is no header, ends them; what is indented belongs to the line before.
    """
    found: list[tuple[str, list[str]]] = []
    for line in re.split(r"\r\n|\r|\n", text):
        key, mark, value = line.partition(":")
        if line.startswith((" ", "\t")):
            if found:
                found[-1][1].append(line)
        elif mark and re.fullmatch(r"[!-9;-~]+", key):
            found.append((key.lower(), [value]))
        else:
            break
    return [(key, "".join(lines).strip()) for key, lines in found]


def _read_elves(archive: Archive, headers_only: bool, remarks: list[Remark]) -> Iterator[ElfNeeds]:
    """Read every ELF file, whatever it is called and whether RECORD knows it or not."""
    count = undefined = 0
    for member, head in archive.heads(_HEADER):
        if head[:4] != MAGIC:
            continue
        count += 1
        if count > _MAX_FILES:
            raise archive.error(f"more than {_MAX_FILES} ELF files")
        try:
            if headers_only:
                yield read_elf_header(head, member.name)
            else:
                with archive.open(member) as stream:
                    needs = read_elf(stream, member.name)
                    archive.verify(stream)
                undefined += len(needs.undefined)
                if undefined > _MAX_UNDEFINED:
                    raise archive.error(f"its ELF files have more than {_MAX_UNDEFINED} undefined symbols")
                yield condensed(needs)
        except InvalidElf as error:
            header = _header_of(head, member.name)
            if header is None or is_code(header):
                remarks.append(Remark(member.name, "damaged ELF file", error.reason))
            else:
                yield header


def _header_of(head: bytes, name: str) -> ElfNeeds | None:
    """Read a header alone, where the file is damaged, or of a kind that has other rules."""
    try:
        return read_elf_header(head, name)
    except InvalidElf:
        return None


def condensed(needs: ElfNeeds) -> ElfNeeds:
    """Drop the undefined symbols that are not Python's and that no policy speaks of, which are most."""
    forbidden, families = _forbidden(), _families()
    kept = tuple(
        each
        for each in needs.undefined
        if (each.version and family_of(each.version) in families) or each.name in forbidden or is_of_python(each)
    )
    return replace(needs, undefined=kept)


@cache
def _families() -> frozenset[str]:
    return frozenset().union(*(each.families for kind in KINDS for each in policies(kind).listed))


@cache
def _forbidden() -> frozenset[str]:
    return frozenset(symbol for kind in KINDS for each in policies(kind).listed for _, symbol in each.forbidden)


def _record_remarks(archive: Archive, info: str, listed: dict[str, Member], elves: list[str]) -> Iterator[Remark]:
    path = f"{info}/RECORD"
    if path not in listed:
        yield Remark(path, "RECORD", "there is none")
        return
    import csv

    rows = set()
    text = archive.read(listed[path], _MAX_RECORD).decode("utf-8", "replace")
    try:
        for row in csv.reader(text.splitlines()):
            if row:
                rows.add(row[0])
                if row[0].startswith(("/", "\\")) or ".." in row[0].split("/") or row[0][1:2] == ":":
                    yield Remark(path, "RECORD", f"{shown(row[0])} leads out of the wheel")
    except csv.Error as error:
        yield Remark(path, "RECORD", f"it is no table: {error}")
    for name in elves:
        if name not in rows:
            yield Remark(name, "missing from RECORD", "no row")
