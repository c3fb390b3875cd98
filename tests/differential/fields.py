"""Where the fields are that loaders read: every number of an ELF file's tables, with a name and a role.

pyelftools finds the tables, by the section headers of a file that a linker wrote.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from elftools.elf.elffile import ELFFile

#: What a number means, which decides the values that it is changed to.
PLAIN, ADDRESS, STRING, SEGMENT_TYPE, TAG = "number", "address", "string", "segment type", "tag"

_Layout = tuple[tuple[str, str, str], ...]

#: Layouts: name of a field, its format as in the struct module, its role. W is a word of the file's class.
_EHDR = (
    ("magic", "I", PLAIN), ("class", "B", PLAIN), ("byte order", "B", PLAIN), ("ident version", "B", PLAIN),
    ("OS ABI", "B", PLAIN), ("ABI version", "B", PLAIN), ("padding", "7s", ""), ("e_type", "H", PLAIN),
    ("e_machine", "H", PLAIN), ("e_version", "I", PLAIN), ("e_entry", "W", ADDRESS), ("e_phoff", "W", PLAIN),
    ("e_shoff", "W", PLAIN), ("e_flags", "I", PLAIN), ("e_ehsize", "H", PLAIN), ("e_phentsize", "H", PLAIN),
    ("e_phnum", "H", PLAIN), ("e_shentsize", "H", PLAIN), ("e_shnum", "H", PLAIN), ("e_shstrndx", "H", PLAIN),
)  # fmt: skip
_PHDR_WIDE = (
    ("type", "I", SEGMENT_TYPE), ("flags", "I", PLAIN), ("offset", "W", PLAIN), ("address", "W", ADDRESS),
    ("physical address", "W", ADDRESS), ("file size", "W", PLAIN), ("memory size", "W", PLAIN),
    ("alignment", "W", PLAIN),
)  # fmt: skip
_PHDR_NARROW = (_PHDR_WIDE[0], *_PHDR_WIDE[2:7], _PHDR_WIDE[1], _PHDR_WIDE[7])
_SYM_WIDE = (
    ("st_name", "I", STRING), ("st_info", "B", PLAIN), ("st_other", "B", PLAIN), ("st_shndx", "H", PLAIN),
    ("st_value", "W", ADDRESS), ("st_size", "W", PLAIN),
)  # fmt: skip
_SYM_NARROW = (_SYM_WIDE[0], *_SYM_WIDE[4:], *_SYM_WIDE[1:4])
_REL = (("r_offset", "W", ADDRESS), ("r_info", "W", PLAIN))
_RELA = (*_REL, ("r_addend", "W", ADDRESS))
_VERNEED = (
    ("vn_version", "H", PLAIN), ("vn_cnt", "H", PLAIN), ("vn_file", "I", STRING), ("vn_aux", "I", PLAIN),
    ("vn_next", "I", PLAIN),
)  # fmt: skip
_VERNAUX = (
    ("vna_hash", "I", PLAIN), ("vna_flags", "H", PLAIN), ("vna_other", "H", PLAIN), ("vna_name", "I", STRING),
    ("vna_next", "I", PLAIN),
)  # fmt: skip
_VERDEF = (
    ("vd_version", "H", PLAIN), ("vd_flags", "H", PLAIN), ("vd_ndx", "H", PLAIN), ("vd_cnt", "H", PLAIN),
    ("vd_hash", "I", PLAIN), ("vd_aux", "I", PLAIN), ("vd_next", "I", PLAIN),
)  # fmt: skip
_VERDAUX = (("vda_name", "I", STRING), ("vda_next", "I", PLAIN))
_NOTE = (("name size", "I", PLAIN), ("size", "I", PLAIN), ("type", "I", PLAIN), ("name", "I", PLAIN))

#: Segments, and tags of the dynamic section, by number: those that a changed number may become.
SEGMENTS = {
    0: "PT_NULL", 1: "PT_LOAD", 2: "PT_DYNAMIC", 3: "PT_INTERP", 4: "PT_NOTE", 6: "PT_PHDR", 7: "PT_TLS",
    0x6474E550: "PT_GNU_EH_FRAME", 0x6474E551: "PT_GNU_STACK", 0x6474E552: "PT_GNU_RELRO",
    0x6474E553: "PT_GNU_PROPERTY",
}  # fmt: skip
TAGS = {
    0: "DT_NULL", 1: "DT_NEEDED", 2: "DT_PLTRELSZ", 3: "DT_PLTGOT", 4: "DT_HASH", 5: "DT_STRTAB", 6: "DT_SYMTAB",
    7: "DT_RELA", 8: "DT_RELASZ", 9: "DT_RELAENT", 10: "DT_STRSZ", 11: "DT_SYMENT", 12: "DT_INIT", 13: "DT_FINI",
    14: "DT_SONAME", 15: "DT_RPATH", 16: "DT_SYMBOLIC", 17: "DT_REL", 18: "DT_RELSZ", 19: "DT_RELENT",
    20: "DT_PLTREL", 21: "DT_DEBUG", 22: "DT_TEXTREL", 23: "DT_JMPREL", 24: "DT_BIND_NOW", 25: "DT_INIT_ARRAY",
    26: "DT_FINI_ARRAY", 27: "DT_INIT_ARRAYSZ", 28: "DT_FINI_ARRAYSZ", 29: "DT_RUNPATH", 30: "DT_FLAGS",
    32: "DT_PREINIT_ARRAY", 33: "DT_PREINIT_ARRAYSZ", 35: "DT_RELRSZ", 36: "DT_RELR", 37: "DT_RELRENT",
    0x6FFFFEF5: "DT_GNU_HASH", 0x6FFFFEFB: "DT_DEPAUDIT", 0x6FFFFEFC: "DT_AUDIT", 0x6FFFFFF0: "DT_VERSYM",
    0x6FFFFFF9: "DT_RELACOUNT", 0x6FFFFFFB: "DT_FLAGS_1", 0x6FFFFFFC: "DT_VERDEF", 0x6FFFFFFD: "DT_VERDEFNUM",
    0x6FFFFFFE: "DT_VERNEED", 0x6FFFFFFF: "DT_VERNEEDNUM", 0x7FFFFFFF: "DT_FILTER",
}  # fmt: skip
_ADDRESSES = {3, 4, 5, 6, 7, 12, 13, 17, 23, 25, 26, 32, 36, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE}
_NAMES = {1, 10, 14, 15, 29, 0x6FFFFEFB, 0x6FFFFEFC, 0x7FFFFFFD, 0x7FFFFFFF}


@dataclass(frozen=True, slots=True)
class Field:
    """One number of a file.

    :param name: its table and its name, such as ``PT_LOAD file size``.
    :param role: what it means.
    :param offset: where it is in the file.
    :param size: bytes.
    """

    name: str
    role: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a file.

    :param wide: whether its words have 64 bits.
    :param order: its byte order.
    :param fields: every number that loaders read, by the name of its table.
    :param headers: offsets of its program headers.
    :param header_size: bytes of one of them.
    :param entries: offsets of the entries of its dynamic section, those after its end included.
    :param strings: offset in the file and size of its string table.
    :param names: offsets, within the string table, of the names in it.
    """

    wide: bool
    order: Literal["little", "big"]
    fields: dict[str, tuple[Field, ...]]
    headers: tuple[int, ...]
    header_size: int
    entries: tuple[int, ...]
    strings: tuple[int, int]
    names: tuple[int, ...]


def read_tables(data: bytes) -> Tables:
    """Find the tables of a file that a linker wrote."""
    elf: Any = ELFFile(io.BytesIO(data))
    reader = _Reader(data, elf.elfclass == 64, "little" if elf.little_endian else "big")
    sections: dict[str | int, Any] = {section["sh_type"]: section for section in elf.iter_sections()}
    reader.row("ELF header", _EHDR, 0)
    headers = tuple(elf["e_phoff"] + place * elf["e_phentsize"] for place in range(elf["e_phnum"]))
    for offset in headers:
        kind = SEGMENTS.get(reader.number(offset, 4), "PT_OTHER")
        reader.row("program headers", _PHDR_WIDE if reader.wide else _PHDR_NARROW, offset, kind)
    entries = tuple(_offsets(sections.get("SHT_DYNAMIC"), 2 * reader.width))
    for offset in entries:
        tag = reader.number(offset, reader.width)
        role = ADDRESS if tag in _ADDRESSES else STRING if tag in _NAMES else PLAIN
        reader.row("dynamic section", (("tag", "W", TAG), ("value", "W", role)), offset, TAGS.get(tag, hex(tag)))
    _read_tables_of_sections(reader, elf, sections)
    strings = sections.get("SHT_DYNSYM") and elf.get_section(sections["SHT_DYNSYM"]["sh_link"])
    place, size = (strings["sh_offset"], strings["sh_size"]) if strings else (0, 0)
    names = tuple(at + 1 for at in range(size - 1) if data[place + at] == 0)
    tables = {name: tuple(fields) for name, fields in reader.fields.items()}
    return Tables(reader.wide, reader.order, tables, headers, elf["e_phentsize"], entries, (place, size), names)


def _read_tables_of_sections(reader: _Reader, elf: Any, sections: dict[str | int, Any]) -> None:  # noqa: ANN401 - pyelftools has no types
    """Add symbols, relocations, notes, hash tables and versions."""
    for offset in _offsets(sections.get("SHT_DYNSYM"), 24 if reader.wide else 16):
        reader.row("symbols", _SYM_WIDE if reader.wide else _SYM_NARROW, offset)
    for section in elf.iter_sections():
        layout = {"SHT_RELA": _RELA, "SHT_REL": _REL}.get(section["sh_type"])
        for offset in _offsets(section, len(layout) * reader.width) if layout else ():
            reader.row("relocations", layout or (), offset)
        if section["sh_type"] == "SHT_NOTE":
            reader.notes(section["sh_offset"], section["sh_size"], section["sh_addralign"])
    for kind, name, form in (
        ("SHT_HASH", "DT_HASH", "I"), ("SHT_GNU_HASH", "DT_GNU_HASH", "I"), ("SHT_GNU_versym", "symbol version", "H"),
        ("SHT_RELR", "packed relocation", "W"), (19, "packed relocation", "W"),
    ):  # fmt: skip
        for place, offset in enumerate(_offsets(sections.get(kind), reader.size(form))):
            # The hash tables begin with the numbers that say how to read the rest.
            label = f"header {place}" if "HASH" in name and place < 4 else "number"
            reader.row(name, ((label, form, PLAIN),), offset, name)
    for kind, outer, inner in (("SHT_GNU_verneed", _VERNEED, _VERNAUX), ("SHT_GNU_verdef", _VERDEF, _VERDAUX)):
        if kind in sections:
            reader.versions(sections[kind]["sh_offset"], outer, inner)


def _offsets(section: Any, step: int) -> Iterator[int]:  # noqa: ANN401 - pyelftools has no types
    if section is not None:
        yield from range(section["sh_offset"], section["sh_offset"] + section["sh_size"] - step + 1, step)


class _Reader:
    """Collects the fields of one file."""

    def __init__(self, data: bytes, wide: bool, order: Literal["little", "big"]) -> None:
        self.data, self.wide, self.order, self.width = data, wide, order, 8 if wide else 4
        self.fields: dict[str, list[Field]] = {}

    def size(self, form: str) -> int:
        return struct.calcsize("=" + form.replace("W", "Q" if self.wide else "I"))

    def number(self, offset: int, size: int) -> int:
        return int.from_bytes(self.data[offset : offset + size], self.order)

    def row(self, table: str, layout: _Layout, offset: int, name: str = "") -> dict[str, int]:
        """Add the fields of one structure, and return their values."""
        values = {}
        for label, form, role in layout:
            size = self.size(form)
            if role:
                self.fields.setdefault(table, []).append(Field(f"{name} {label}".strip(), role, offset, size))
                values[label] = self.number(offset, size)
            offset += size
        return values

    def versions(self, offset: int, outer: _Layout, inner: _Layout) -> None:
        """Add a chain of versions, of which each has a chain of its own."""
        while True:
            head = self.row("versions", outer, offset)
            at = offset + head.get("vn_aux", head.get("vd_aux", 0))
            while True:
                entry = self.row("versions", inner, at)
                following = entry.get("vna_next", entry.get("vda_next", 0))
                if not following:
                    break
                at += following
            following = head.get("vn_next", head.get("vd_next", 0))
            if not following:
                return
            offset += following

    def notes(self, offset: int, size: int, align: int) -> None:
        """Add the headers of notes, and the numbers in them."""
        end = offset + size
        while offset + 16 <= end:
            head = self.row("notes", _NOTE, offset, "note")
            body = offset + 16
            for at in range(body, min(end, body + head["size"]) - 3, 4):
                self.row("notes", (("content", "I", PLAIN),), at, "note")
            offset = body + (head["size"] + align - 1) // align * align
