"""What stands in a wheel that tells whether its tags are true: its ELF files, ``WHEEL`` and ``RECORD``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from ..errors import InvalidElf, InvalidTag, InvalidWheelFilename
from ..tags.filename import TagSet, parse_tag_set, parse_wheel_filename
from .elf import ElfNeeds, read_elf, read_elf_header
from .elf_image import MAGIC
from .policies import KINDS, policies
from .stable_abi import is_remarkable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from .archive import Archive, Member

    What = Literal[
        "damaged ELF file", "missing from RECORD", "RECORD", "tags disagree", "file name",
        "search path", "library path", "libpython",
    ]  # fmt: skip

_MAX_WHEEL, _MAX_RECORD = 256 << 10, 8 << 20
#: ELF files whose needs are kept: the largest wheels have some 600.
_MAX_FILES = 10_000
#: Bytes of the header of an ELF file of 64 bits, and of one of 32.
_HEADER, _LEAST = 64, 52


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
        """Names by which files of the wheel can be needed: their own, and their SONAMEs."""
        names = {each.name.rpartition("/")[2] for each in self.needs}
        return frozenset(names | {each.soname for each in self.needs if each.soname})


def read_contents(archive: Archive, name: str, headers_only: bool = False) -> Contents:
    """Read what a wheel says and holds.

    :param archive: the wheel.
    :param name: its file name.
    :param headers_only: read no more of ELF files than their headers.
    :raises InvalidWheel: it is no wheel, or damaged.
    """
    listed = {member.name: member for member in archive.members}
    info = _dist_info(archive, list(listed))
    wheel, purelib = _read_wheel(archive, listed[f"{info}/WHEEL"])
    remarks: list[Remark] = []
    try:
        filename = parse_wheel_filename(name).tag_set
    except InvalidWheelFilename as error:
        filename = None
        remarks.append(Remark(name, "file name", error.reason))
    if filename and set(filename.triples()) != set(wheel.triples()):
        remarks.append(Remark(f"{info}/WHEEL", "tags disagree", f"{wheel}, where the file name has {filename}"))
    needs = tuple(_read_elves(archive, headers_only, remarks))
    if not headers_only:
        remarks += _record_remarks(archive, info, listed, [each.name for each in needs])
    for each in needs:
        remarks += elf_remarks(each)
    return Contents(filename, wheel, purelib, needs, headers_only, tuple(remarks))


def elf_remarks(needs: ElfNeeds) -> Iterator[Remark]:
    """Remark on how one file looks for its libraries."""
    for path in (needs.rpath, needs.runpath):
        for folder in path.split(":") if path else ():
            if not folder.startswith(("$ORIGIN", "${ORIGIN}")):
                yield Remark(needs.name, "search path", f"{folder!r} is looked through, on whatever machine it is")
    for library in needs.needed:
        if "/" in library:
            yield Remark(needs.name, "library path", f"needs {library!r} by its path")
    if needs.libpython:
        yield Remark(needs.name, "libpython", f"needs {needs.libpython}, which many interpreters are built without")


def _dist_info(archive: Archive, names: list[str]) -> str:
    found = [name[: -len("/WHEEL")] for name in names if name.endswith(".dist-info/WHEEL") and name.count("/") == 1]
    if len(found) != 1:
        count = f"{len(found)} files" if found else "no file"
        raise archive.error(f"it has {count} *.dist-info/WHEEL, where a wheel has one")
    return found[0]


def _read_wheel(archive: Archive, member: Member) -> tuple[TagSet, bool]:
    """Read tags and ``Root-Is-Purelib``."""
    text = archive.read(member, _MAX_WHEEL).decode("utf-8", "replace")
    pythons, abis, platforms = {}, {}, {}
    purelib = False
    for line in text.splitlines():
        key, mark, value = line.partition(":")
        value = value.strip()
        if not mark:
            continue
        if key.strip().lower() == "root-is-purelib":
            purelib = value.lower() == "true"
        if key.strip().lower() == "tag":
            try:
                tags = parse_tag_set(value)
            except InvalidTag as error:
                raise archive.error(f"{member.name}: {error}") from None
            pythons.update(dict.fromkeys(tags.pythons))
            abis.update(dict.fromkeys(tags.abis))
            platforms.update(dict.fromkeys(tags.platforms))
    if not pythons:
        raise archive.error(f"{member.name}: it lists no tag")
    return TagSet(tuple(pythons), tuple(abis), tuple(platforms)), purelib


def _read_elves(archive: Archive, headers_only: bool, remarks: list[Remark]) -> Iterator[ElfNeeds]:
    """Read every ELF file, whatever it is called and whether RECORD knows it or not."""
    count = 0
    for member, head in archive.heads(_HEADER, _LEAST):
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
                    yield condensed(read_elf(stream, member.name))
        except InvalidElf as error:
            remarks.append(Remark(member.name, "damaged ELF file", error.reason))


def condensed(needs: ElfNeeds) -> ElfNeeds:
    """Drop the undefined symbols that no policy and no stable ABI speaks of, which are most."""
    forbidden = _forbidden()
    kept = tuple(each for each in needs.undefined if each.version or each.name in forbidden or is_remarkable(each))
    return replace(needs, undefined=kept)


@cache
def _forbidden() -> frozenset[str]:
    return frozenset(symbol for kind in KINDS for each in policies(kind).listed for _, symbol in each.forbidden)


def _record_remarks(archive: Archive, info: str, listed: dict[str, Member], elves: list[str]) -> list[Remark]:
    path = f"{info}/RECORD"
    if path not in listed:
        return [Remark(path, "RECORD", "there is none")]
    import csv

    found = []
    rows = set()
    text = archive.read(listed[path], _MAX_RECORD).decode("utf-8", "replace")
    try:
        for row in csv.reader(text.splitlines()):
            if row:
                rows.add(row[0])
                if row[0].startswith(("/", "\\")) or ".." in row[0].split("/") or row[0][1:2] == ":":
                    found.append(Remark(path, "RECORD", f"{row[0]!r} leads out of the wheel"))
    except csv.Error as error:
        found.append(Remark(path, "RECORD", f"it is no table: {error}"))
    return found + [Remark(name, "missing from RECORD", "no row") for name in elves if name not in rows]
