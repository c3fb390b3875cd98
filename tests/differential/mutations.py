"""Ways to change a file, each with a name under which results are counted.

Most change one number that loaders read. The others change what a single number cannot: they exchange, copy and add
headers and entries, ask for other versions, cut the file, or map a page over another one. A file's changes follow from
the seed of the random numbers alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .fields import ADDRESS, PLAIN, SEGMENT_TYPE, SEGMENTS, STRING, TAG, TAGS, Field, Tables

_PAGE = 4096
_PT_LOAD, _PT_DYNAMIC, _PT_INTERP, _PT_PHDR, _PT_TLS = 1, 2, 3, 6, 7
_DT_NEEDED = 1
#: Entries of the dynamic section that are names in the string table.
_NAMING = {"DT_NEEDED", "DT_SONAME", "DT_RPATH", "DT_RUNPATH", "DT_FILTER"}
_VER_FLG_WEAK = 2
#: How far a number is moved.
_STEPS = (1, 2, 4, 8, 16, 24, 0x100, 0x1000, 0x2000, 0x10000, 0x200000)
#: One file in so many is changed twice; one change in so many is of more than a number.
_TWICE, _LARGER = 4, 4
#: Names that are changed where a page is mapped over another: to another library, module and version of equal length.
_LIES = ((b"libone.so", b"libtwo.so"), (b"PyInit_module", b"PyInit_nodule"), (b"GLIBC_2.2.5", b"GLIBC_2.9.9"))


@dataclass(frozen=True, slots=True)
class Change:
    """A changed file.

    :param kind: the names of its changes.
    :param data: the file.
    """

    kind: str
    data: bytes


def change(data: bytes, tables: Tables, random: Random, *, once: bool = False) -> Change:
    """Change a file once, and sometimes twice.

    :param once: never twice.
    """
    draft = _Draft(data, tables, random)
    kinds = [draft.change()]
    if not once and not random.randrange(_TWICE):
        kinds.append(draft.change())
    return Change(" + ".join(kinds), bytes(draft.data))


class _Draft:
    """A file while it is changed. The method of each change returns the name of what it did."""

    def __init__(self, data: bytes, tables: Tables, random: Random) -> None:
        self.data, self.tables, self.random = bytearray(data), tables, random
        self.width = 8 if tables.wide else 4
        self.larger = (
            self.swap_headers, self.swap_entries, self.cut, self.extend, self.drop_sections, self.change_a_name,
            self.move_dynamic, self.move_headers, *2 * (self.copy_header, self.add_entry, self.ask_version),
            *3 * (self.map_over,),
        )  # fmt: skip

    def change(self) -> str:
        if not self.random.randrange(_LARGER):
            return self.random.choice(self.larger)()
        # What says where everything else is gets a double share.
        names = [*self.tables.fields, *({"program headers", "dynamic section"} & self.tables.fields.keys())]
        field = self.random.choice(self.tables.fields[self.random.choice(sorted(names))])
        self.set(field)
        return field.name

    def get(self, offset: int, size: int) -> int:
        return int.from_bytes(self.data[offset : offset + size], self.tables.order)

    def put(self, offset: int, size: int, value: int) -> None:
        """Write a number, without the bits that it has no room for."""
        self.data[offset : offset + size] = (value % (1 << 8 * size)).to_bytes(size, self.tables.order)

    def set(self, field: Field) -> None:
        """Give a field another value."""
        old = new = self.get(field.offset, field.size)
        while new == old:
            new = self.value(field, old) % (1 << 8 * field.size)
        self.put(field.offset, field.size, new)

    def value(self, field: Field, old: int) -> int:
        """Choose a value that is likely to matter: of the field's role, near the old one, or at an end of what fits."""
        pick, bits = self.random.choice, 8 * field.size
        size = self.tables.strings[1]
        by_role = {
            SEGMENT_TYPE: list(SEGMENTS),
            TAG: list(TAGS),
            STRING: [*self.tables.names, self.random.randrange(size + 1), pick((size - 1, size, size + 1, 2 * size))],
            ADDRESS: [self.address()],
        }
        if field.role in by_role and self.random.randrange(3):
            return pick(by_role[field.role])
        ways = (
            (0,),
            (1, 2, 3, 4, 5, 6, 7, 8, 16, 0x1000),
            ((1 << bits) - 1, 1 << (bits - 1), (1 << (bits - 1)) - 1, (1 << bits) - _PAGE),
            (old ^ 1 << self.random.randrange(bits),),
            (old // 2, 2 * old, self.random.randrange(1 << min(bits, 16)), self.random.randrange(1 << bits)),
            *2 * ((old - pick(_STEPS), old + pick(_STEPS)),),
        )
        return pick(pick(ways))

    def address(self) -> int:
        """Choose an address that another number of the file names, or one near it."""
        tables = [self.tables.fields.get(name, ()) for name in ("program headers", "dynamic section")]
        field = self.random.choice([field for table in tables for field in table if field.role == ADDRESS])
        return self.get(field.offset, field.size) + self.random.choice((0, 0, 8, -8, _PAGE, -_PAGE))

    def header_field(self, place: int, name: str) -> Field:
        """Find a field of a program header, by its place and the end of its name."""
        start, end = self.tables.headers[place], self.tables.headers[place] + self.tables.header_size
        fields = (field for field in self.tables.fields["program headers"] if start <= field.offset < end)
        return next(field for field in fields if field.name.partition(" ")[2] == name)

    def header(self, place: int, name: str) -> int:
        field = self.header_field(place, name)
        return self.get(field.offset, field.size)

    def put_header(self, place: int, values: dict[str, int]) -> None:
        for name, value in values.items():
            field = self.header_field(place, name)
            self.put(field.offset, field.size, value)

    def headers(self, *kinds: int) -> list[int]:
        """List the program headers of some types."""
        return [place for place in range(len(self.tables.headers)) if self.header(place, "type") in kinds]

    def spare_header(self) -> int:
        """Choose a program header that the file can do without."""
        used = self.headers(_PT_LOAD, _PT_DYNAMIC, _PT_INTERP, _PT_PHDR, _PT_TLS)
        every = range(len(self.tables.headers))
        return self.random.choice([place for place in every if place not in used] or every)

    def swap(self, first: int, second: int, size: int) -> None:
        one, two = self.data[first : first + size], self.data[second : second + size]
        self.data[first : first + size], self.data[second : second + size] = two, one

    def swap_headers(self) -> str:
        first, second = self.random.sample(self.tables.headers, 2)
        self.swap(first, second, self.tables.header_size)
        return "program headers exchanged"

    def copy_header(self) -> str:
        """Copy a program header over one that is not needed, and sometimes change one of its fields."""
        source, target = self.random.randrange(len(self.tables.headers)), self.spare_header()
        start, to, size = self.tables.headers[source], self.tables.headers[target], self.tables.header_size
        self.data[to : to + size] = self.data[start : start + size]
        kind = SEGMENTS.get(self.header(source, "type"), "header")
        name = self.random.choice(("", "flags", "offset", "address", "file size", "memory size", "alignment"))
        if not name:
            return f"a second {kind}"
        self.set(self.header_field(target, name))
        return f"a second {kind}, with another {name}"

    def swap_entries(self) -> str:
        if len(self.tables.entries) < 2:
            return "no entries to exchange"
        first, second = self.random.sample(self.tables.entries, 2)
        self.swap(first, second, 2 * self.width)
        return "dynamic entries exchanged"

    def add_entry(self) -> str:
        """Add an entry to the dynamic section, in the room that linkers leave after its end."""
        ends = [offset for offset in self.tables.entries if self.get(offset, self.width) == 0]
        if len(ends) < 2:
            return "no room for an entry"
        tag = self.random.choice(list(TAGS))
        old = [offset for offset in self.tables.entries if self.get(offset, self.width) == tag]
        value = self.get(old[-1] + self.width, self.width) if old else self.address()
        if TAGS[tag] in _NAMING and self.tables.names:
            value = self.random.choice(self.tables.names)
        self.put(ends[0], self.width, tag)
        self.put(ends[0] + self.width, self.width, value)
        if old and self.random.randrange(2):
            self.set(Field("", ADDRESS, ends[0] + self.width, self.width))
        return f"a second {TAGS[tag]}" if old else f"{TAGS[tag]} added"

    def ask_version(self) -> str:
        """Ask for another version, with the hash that it has, and sometimes of another library or as a weak one."""
        fields = self.tables.fields.get("versions", ())
        places = [place for place, field in enumerate(fields) if field.name == "vna_hash"]
        if not places:
            return "no version to change"
        place = self.random.choice(places)
        hash_, flags, _, name, _ = fields[place : place + 5]
        offset = self.random.choice(self.tables.names)
        start = self.tables.strings[0] + offset
        self.put(name.offset, 4, offset)
        self.put(hash_.offset, 4, _elf_hash(bytes(self.data[start:].partition(b"\0")[0])))
        weak = self.random.choice((0, _VER_FLG_WEAK))
        self.put(flags.offset, 2, weak)
        if not self.random.randrange(3):
            file = [field for field in fields[:place] if field.name == "vn_file"][-1]
            self.put(file.offset, 4, self.random.choice(self.tables.names))
            return "another version of another library"
        return "another weak version" if weak else "another version"

    def cut(self) -> str:
        size = len(self.data)
        del self.data[self.random.choice((self.random.randrange(size), size - self.random.randrange(1, 2048))) :]
        return "file cut off"

    def extend(self) -> str:
        self.data += self.random.randbytes(self.random.randrange(1, 2 * _PAGE))
        return "file extended"

    def drop_sections(self) -> str:
        for field in self.tables.fields["ELF header"]:
            if field.name in {"e_shoff", "e_shnum", "e_shstrndx"}:
                self.put(field.offset, field.size, 0)
        return "no section headers"

    def change_a_name(self) -> str:
        start, size = self.tables.strings
        if not size:
            return "no name to change"
        place = start + self.random.randrange(size)
        self.put(place, 1, self.random.choice((0, ord("/"), ord("A"), self.random.randrange(256))))
        return "byte of a name"

    def append(self, content: bytes, align: int) -> int:
        """Append bytes to the file, and return their offset."""
        self.data += bytes(-len(self.data) % align)
        self.data += content
        return len(self.data) - len(content)

    def map_over(self) -> str:
        """Map other bytes over a part of the file that is mapped already: the same with other names in it."""
        loads, target, random = self.headers(_PT_LOAD), self.spare_header(), self.random
        if not loads:
            return "nothing to map over"
        source = random.choice(loads)
        offset, address, size = (self.header(source, name) for name in ("offset", "address", "file size"))
        size = min(size, len(self.data))
        first = random.choice((0, 0, random.randrange(size + 1), random.randrange(size + 1) // _PAGE * _PAGE))
        length = random.choice((size - first, 0, 1, random.randrange(size + 1), _PAGE))
        content = bytes(self.data[(offset + first) // _PAGE * _PAGE : offset + size])
        for name, other in _LIES:
            content = content.replace(name, other)
        shift = (address + first) % _PAGE if random.randrange(4) else 0
        values = {
            "type": _PT_LOAD,
            "flags": random.choice((4, 5, 6)),
            "offset": self.append(content, _PAGE) + shift,
            "address": (address + first) // _PAGE * _PAGE + shift,
            "file size": length,
            "memory size": random.choice((length, length, length + random.randrange(2 * _PAGE))),
            "alignment": random.choice((_PAGE, _PAGE, 1, 0, 8)),
        }
        self.put_header(target, values)
        if random.randrange(2):  # in another order
            self.swap(self.tables.headers[target], self.tables.headers[source], self.tables.header_size)
        return "PT_LOAD over another"

    def move_dynamic(self) -> str:
        """Let the offset of PT_DYNAMIC, and sometimes its address, lead to other entries."""
        segments, entries = self.headers(_PT_DYNAMIC), self.tables.entries
        if not segments or not entries or not self.tables.names:
            return "no dynamic section to move"
        copy = _Draft(bytes(self.data[entries[0] : entries[-1] + 2 * self.width]), self.tables, self.random)
        for place in range(0, len(copy.data), 2 * self.width):
            if copy.get(place, self.width) == _DT_NEEDED and self.random.randrange(2):
                copy.put(place + self.width, self.width, self.random.choice(self.tables.names))
        offset = self.append(bytes(copy.data), 16)
        self.put_header(segments[0], {"offset": offset})
        if self.random.randrange(2):
            return "PT_DYNAMIC moved by its offset"
        self.put_header(segments[0], {"address": self.header(segments[0], "address") + offset - entries[0]})
        return "PT_DYNAMIC moved"

    def move_headers(self) -> str:
        """Move the program headers to the end of the file, with one number changed, where PT_PHDR does not look."""
        start, size = self.tables.headers[0], self.tables.header_size * len(self.tables.headers)
        old = bytes(self.data[start : start + size])
        self.set(
            self.random.choice([f for f in self.tables.fields["program headers"] if f.role != PLAIN or f.size > 4])
        )
        offset = self.append(bytes(self.data[start : start + size]), 16)
        phoff = next(field for field in self.tables.fields["ELF header"] if field.name == "e_phoff")
        self.put(phoff.offset, phoff.size, offset)
        if self.random.randrange(2):
            return "program headers moved"
        self.data[start : start + size] = old
        return "program headers moved, other ones left"


def _elf_hash(name: bytes) -> int:
    value = 0
    for byte in name:
        value = (value << 4) + byte
        value = (value ^ (value & 0xF0000000) >> 24) & 0x0FFFFFFF
    return value
