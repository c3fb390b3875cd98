"""``WHEEL`` and ``RECORD``, read as installers read them."""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from email.parser import HeaderParser
from itertools import islice

from ..errors import InvalidTag, shown
from ..tags.filename import TagSet, normalized_name, parse_tag_set
from .archive import Archive
from .directory import Member
from .installed import Requirement
from .remarks import Remark, RemarkKind

Triple = tuple[str, str, str]

#: Bytes of ``METADATA``; setuptools 84 has 7,000, and long descriptions some 100,000.
MAX_METADATA = 4 << 20
_MAX_REQUIREMENTS = 10_000
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,200})\s*(?:\[([^]]{0,2000})\])?")
_EXTRA = re.compile(r"\bextra\s*==\s*['\"]([^'\"]{1,200})['\"]")

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
    names: dict[int, str] = {}  # by a hash, since all folded names together may take much memory
    for member in members:
        if member.type not in {0, stat.S_IFREG}:
            text = "marked as a link, a folder or a device, and installers write a regular file"
            yield Remark(member.name, RemarkKind.FILE_TYPE, text)
        if not for_linux and (other := names.setdefault(hash(member.name.casefold()), member.name)) != member.name:
            text = f"{shown(other)} differs in case alone: they are one file on Windows and macOS"
            yield Remark(member.name, RemarkKind.SAME_NAME, text)


def read_metadata(archive: Archive, members: Mapping[str, Member], info: str) -> tuple[str, tuple[Requirement, ...]]:
    """Read a wheel's name, and what it requires; without ``METADATA`` its folder says the name."""
    member = members.get(f"{info}/METADATA")
    if member is None or member.size > MAX_METADATA:
        return normalized_name(info.partition("-")[0]), ()
    return parse_metadata(archive.read(member, MAX_METADATA).decode("utf-8", "replace"))


def parse_metadata(text: str) -> tuple[str, tuple[Requirement, ...]]:
    r"""Parse the name of a distribution, and what it requires.

    >>> parse_metadata("Name: A_b\nRequires-Dist: torch[x] (>=2); extra == 'test'\n")
    ('a-b', (Requirement(name='torch', extras=('x',), only_for=('test',)),))

    Rule: the core metadata, ``Requires-Dist``; :pep:`508`.
    """
    # The description, which follows an empty line, may be long.
    headers = HeaderParser().parsestr(text[: text.find("\n\n") + 1 or None])
    requires: dict[Requirement, None] = {}
    for requirement in islice(headers.get_all("Requires-Dist", ()), _MAX_REQUIREMENTS):
        specifier, _, marker = str(requirement).partition(";")
        if found := _REQUIREMENT.match(specifier):
            extras = tuple(normalized_name(extra.strip()) for extra in (found[2] or "").split(",") if extra.strip())
            only_for = tuple(normalized_name(extra) for extra in _EXTRA.findall(marker))
            requires[Requirement(normalized_name(found[1]), extras, only_for)] = None
    return normalized_name(str(headers.get("Name", ""))), tuple(requires)


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
