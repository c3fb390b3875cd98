"""``WHEEL`` and ``RECORD``, read as installers read them."""

from __future__ import annotations

import csv
import stat
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from itertools import islice

from ..errors import InvalidTag, shown
from ..tags.filename import TagSet, parse_tag_set
from .archive import Archive
from .directory import Member
from .remarks import Remark, RemarkKind

Triple = tuple[str, str, str]

_MAX_WHEEL, _MAX_RECORD = 256 << 10, 8 << 20
#: Rows of RECORD, which lists each member once, and characters of a row; Linux takes paths of 4096 bytes.
_MAX_ROWS, _MAX_LINE = 300_000, 65_536
#: Tags in ``WHEEL``; real wheels have fewer than 150.
_MAX_TAGS = 2048


def dist_info(archive: Archive, names: list[str]) -> str:
    """Find the folder of a wheel's metadata."""
    folders = [name[: -len("/WHEEL")] for name in names if name.endswith(".dist-info/WHEEL") and name.count("/") == 1]
    if len(folders) != 1:
        count = f"{len(folders)} files" if folders else "no file"
        raise archive.error(f"it has {count} *.dist-info/WHEEL, where a wheel has one")
    return folders[0]


def read_wheel(archive: Archive, member: Member, remarks: list[Remark]) -> tuple[TagSet, set[Triple], bool]:
    """Read the tags, as the members of one set and as triples, and ``Root-Is-Purelib``.

    :param archive: the wheel.
    :param member: its ``WHEEL``.
    :param remarks: gets what its author should know.
    :raises InvalidWheel: installers refuse it, or it lists no tag.
    """
    try:
        # Installers use the same parser, and refuse other encodings.
        headers = HeaderParser().parsestr(archive.read(member, _MAX_WHEEL).decode("utf-8"))
    except UnicodeDecodeError:
        raise archive.error(f"{member.name}: it is not UTF-8") from None
    triples: dict[Triple, None] = {}
    for text in headers.get_all("Tag", ()):
        try:
            tags = parse_tag_set(text.strip())
        except InvalidTag as error:
            raise archive.error(f"{member.name}: {error}") from None
        triples.update(dict.fromkeys(tags.triples()))
    if len(triples) > _MAX_TAGS:
        remarks.append(Remark(member.name, RemarkKind.NOT_READ, f"the tags after the first {_MAX_TAGS}"))
        triples = dict.fromkeys(islice(triples, _MAX_TAGS))
    if not triples:
        raise archive.error(f"{member.name}: it lists no tag")
    pythons, abis, platforms = (tuple(dict.fromkeys(members)) for members in zip(*triples, strict=True))
    purelib = headers.get("Root-Is-Purelib", "")
    if purelib not in {"true", "false"}:
        text = f"Root-Is-Purelib is {shown(purelib)}, and installers disagree on what else than true and false means"
        remarks.append(Remark(member.name, RemarkKind.WHEEL, text))
    return TagSet(pythons, abis, platforms), set(triples), purelib.strip().lower() == "true"


def member_remarks(members: Iterable[Member], for_linux: bool) -> Iterator[Remark]:
    """List remarks on files that some systems, or some readers of the archive, take for another.

    :param for_linux: whether all tags are for Linux, where names that differ in case are two files.
    """
    names: dict[str, str] = {}
    for member in members:
        if member.type not in {0, stat.S_IFREG}:
            text = "marked as a link, a folder or a device, and installers write a regular file"
            yield Remark(member.name, RemarkKind.FILE_TYPE, text)
        if not for_linux and (other := names.setdefault(member.name.casefold(), member.name)) != member.name:
            text = f"{shown(other)} differs in case alone: they are one file on Windows and macOS"
            yield Remark(member.name, RemarkKind.SAME_NAME, text)


def record_remarks(archive: Archive, info: str, members: dict[str, Member], binaries: list[str]) -> Iterator[Remark]:
    """List remarks on a wheel's ``RECORD``: on paths that lead out of it, and on compiled files without a row."""
    path = f"{info}/RECORD"
    if path not in members:
        yield Remark(path, RemarkKind.RECORD, "there is none")
        return
    missing = set(binaries)
    try:
        for number, row in enumerate(csv.reader(archive.lines(members[path], _MAX_RECORD, _MAX_LINE))):
            if number == _MAX_ROWS:
                raise archive.error(f"{path}: more than {_MAX_ROWS} rows")
            if row:
                missing.discard(row[0])
                if row[0].startswith(("/", "\\")) or ".." in row[0].split("/") or row[0][1:2] == ":":
                    yield Remark(path, RemarkKind.RECORD, f"{shown(row[0])} leads out of the wheel")
    except csv.Error as error:
        yield Remark(path, RemarkKind.RECORD, f"it is not a table: {error}")
    for name in binaries:
        if name in missing:
            yield Remark(name, RemarkKind.MISSING_FROM_RECORD, "no row")
