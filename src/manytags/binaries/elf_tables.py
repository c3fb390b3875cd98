"""The tables of an ELF file that a dynamic loader reads: the dynamic section, names, and versions of symbols.

They are read as glibc's loader reads them, since that decides whether code loads, but within bounds. What other loaders
would read otherwise is an error.

Rule: System V ABI, chapter 5; LSB Core, symbol versioning; glibc ``elf/dl-load.c``, ``elf/dl-version.c``.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Mapping

from .binary import NeededVersion
from .elf_hashes import elf_hash
from .elf_image import PT_DYNAMIC, Image
from .elf_structs import numbers_of

DT_NEEDED, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT = numbers_of("DT_", "NEEDED STRTAB SYMTAB STRSZ SYMENT")
DT_SONAME, DT_RPATH, DT_RUNPATH, DT_VERSYM, DT_VERNEED = numbers_of("DT_", "SONAME RPATH RUNPATH VERSYM VERNEED")
DT_RELR, DT_VERDEF, DT_MIPS_SYMTABNO, DT_FLAGS_1 = numbers_of("DT_", "RELR VERDEF MIPS_SYMTABNO FLAGS_1")
DT_AUXILIARY, DT_FILTER = numbers_of("DT_", "AUXILIARY FILTER")  # glibc loads the libraries of filters too
#: The tags that a file may have several times.
_REPEATED = frozenset({DT_NEEDED, DT_AUXILIARY, DT_FILTER})

#: Tags of libraries that watch glibc.
_AUDITING = frozenset(numbers_of("DT_", "AUDIT DEPAUDIT"))
_DF_1_NODEFLIB = 0x800

VER_FLG_BASE, VER_FLG_WEAK = 1, 2

# In parentheses: the largest number that was seen, in torch 2.13's libtorch_cpu.so of 434 MB.
_MAX_ENTRIES = 65536  # of the dynamic section (42)
_MAX_STRINGS = 112 << 20  # bytes of .dynstr (5 MiB; 79 MiB in tensorflow 2.21's libtensorflow_cc.so)
_LONGEST_VERSION = 1024  # characters
_MAX_VERSIONS = 16384  # needed versions (50), and as many defined ones
_MAX_NAMES = 24 << 20  # bytes of all names that are wanted
#: Bytes of the string table that are in memory at once.
_WINDOW = 8 << 20


class Strings:
    """The string table of a file, of which a part is in memory.

    :param image: the file.
    :param address: where the table is.
    :param size: its bytes.
    :raises InvalidBinary: it is not in the file, or its last name has no end.
    """

    def __init__(self, image: Image, address: int, size: int) -> None:
        self._image, self.size = image, size
        self._names: dict[int, str] = {}
        self._left = min(2 * size, _MAX_NAMES)  # names may share their ends; the sum of their lengths needs a bound
        self._first, self._window = 0, b""
        if not size:
            return
        if size > _MAX_STRINGS:
            raise image.error(f"a string table of {size} bytes")
        self._at, _ = image.locate(address, size, "the string table")
        self._load(0)

    def _load(self, first: int) -> None:
        self._first = first
        size = min(_WINDOW, self.size - first)
        self._window = self._image.read(self._at + first, size, "the string table")
        if first + size == self.size and self._window[-1:] != b"\0":
            # glibc does not look at DT_STRSZ, and reads on.
            raise self._image.error("its string table does not end with a name")

    def name(self, offset: int) -> str:
        """Read the name at an offset."""
        name = self._names.get(offset)
        return self.names([offset])[offset] if name is None else name

    def names(self, offsets: Iterable[int]) -> Mapping[int, str]:
        """Read the names at some offsets; return all names that were read so far."""
        names, window, first, left = self._names, self._window, self._first, self._left
        for offset in sorted(set(offsets).difference(names)):
            start = offset - first
            end = window.find(b"\0", start) if start >= 0 else -1
            if end < 0:
                if offset >= self.size:
                    raise self._image.error(f"a name at {offset}, where its string table has {self.size} bytes")
                self._load(offset)
                window, first, start = self._window, offset, 0
                end = window.find(b"\0")
                if end < 0:
                    raise self._image.error(f"a name of more than {len(window)} bytes")
            left -= end - start
            if left < 0:
                raise self._image.error("its names are longer than its string table")
            names[offset] = str(window[start:end], "utf-8", "backslashreplace")
        self._left = left
        return names

    def starting(self, offsets: Iterable[int], prefixes: tuple[bytes, ...]) -> set[int]:
        """List those of some offsets at which the table has one of some prefixes."""
        longest, starting = max(map(len, prefixes)), set()
        for offset in sorted(offsets):
            end = self._first + len(self._window)
            if offset < self._first or (offset + longest > end and end < self.size):
                self._load(offset)
            if self._window.startswith(prefixes, offset - self._first):
                starting.add(offset)
        return starting


class Dynamic:
    """The dynamic section of a file, and the tables that it points to.

    :raises InvalidBinary: a table is damaged; every method may raise it.
    """

    def __init__(self, image: Image) -> None:
        self.image = image
        entries = self._entries()
        count = Counter(tag for tag, _ in entries)
        for tag in count.keys() - _REPEATED:
            if count[tag] > 1:
                # glibc and musl take the last, other readers the first.
                raise image.error(f"its dynamic section has tag 0x{tag:x} {count[tag]} times")
        self.tags = dict(entries)
        if count.keys() & _AUDITING:
            raise image.error("it asks for libraries that watch the loader, which only glibc loads")
        if self.tags.get(DT_FLAGS_1, 0) & _DF_1_NODEFLIB:
            raise image.error("it asks for no search in default folders, which only glibc knows")
        self.strings = Strings(image, self.tags.get(DT_STRTAB, 0), self._size_of_strings())
        self.needed = tuple(self.strings.name(value) for tag, value in entries if tag in {DT_NEEDED, DT_FILTER})

    def _entries(self) -> list[tuple[int, int]]:
        """List tags and values up to DT_NULL, where loaders stop. Nothing may follow that other readers would see."""
        image, segment = self.image, self.image.segment(PT_DYNAMIC)
        layout = struct.Struct(f"{image.mark}2{image.word}")
        if segment is None or segment.file_size > _MAX_ENTRIES * layout.size:
            raise image.error("no dynamic section, or one that is too large")
        data = image.read(segment.offset, segment.file_size // layout.size * layout.size, "PT_DYNAMIC")
        entries = list(layout.iter_unpack(data))
        end = next((place for place, (tag, _) in enumerate(entries) if not tag), None)
        if end is None:
            raise image.error("its dynamic section has no end")
        if any(tag for tag, _ in entries[end:]):
            raise image.error("its dynamic section goes on after its end")
        return entries[:end]

    def _size_of_strings(self) -> int:
        return self.tags.get(DT_STRSZ, 0) if DT_STRTAB in self.tags else 0

    def named(self, tag: int) -> str | None:
        """Read the name that a tag of the dynamic section points to; ``None`` without the tag."""
        return self.strings.name(self.tags[tag]) if tag in self.tags else None

    def versions(self) -> list[tuple[int, NeededVersion]]:
        """List the versions of libraries that the file needs, with the index by which its symbols name them.

        Loaders follow ``vn_next`` and ``vna_next`` until they are zero, and ignore the counts. glibc reads a table at
        address 0 like any other.
        """
        versions: list[tuple[int, NeededVersion]] = []
        image, position = self.image, self.tags.get(DT_VERNEED)
        library_layout, version_layout = image.layout("Elf_Verneed"), image.layout("Elf_Vernaux")
        while position is not None:
            need = image.parse_at(library_layout, position, "a needed version")
            if need.vn_version != 1:
                raise image.error(f"needed versions of revision {need.vn_version}")
            library = self.strings.name(need.vn_file)
            entry = position + need.vn_aux
            while True:
                if len(versions) == _MAX_VERSIONS:
                    raise image.error(f"more than {_MAX_VERSIONS} needed versions")
                aux = image.parse_at(version_layout, entry, "a needed version")
                weak = bool(aux.vna_flags & VER_FLG_WEAK)
                version = NeededVersion(library, self._version_name(aux.vna_name, aux.vna_hash), weak)
                versions.append((aux.vna_other & 0x7FFF, version))
                if not aux.vna_next:
                    break
                entry += aux.vna_next
            position = position + need.vn_next if need.vn_next else None
        return versions

    def defined_versions(self) -> tuple[str, ...] | None:
        """List the versions that a library's symbols have, or return ``None`` if they have none."""
        definitions = self.definitions()
        # The base version is the library's own name.
        return tuple(name for _, name, is_base in definitions if not is_base) if DT_VERDEF in self.tags else None

    def definitions(self) -> list[tuple[int, str, bool]]:
        """List the versions that are defined: index, name, and whether it is the base version."""
        image, position = self.image, self.tags.get(DT_VERDEF)
        version_layout, name_layout = image.layout("Elf_Verdef"), image.layout("Elf_Verdaux")
        definitions: list[tuple[int, str, bool]] = []
        while position is not None:
            if len(definitions) == _MAX_VERSIONS:
                raise image.error(f"more than {_MAX_VERSIONS} defined versions")
            definition = image.parse_at(version_layout, position, "a defined version")
            if definition.vd_version != 1:
                raise image.error(f"defined versions of revision {definition.vd_version}")
            aux = image.parse_at(name_layout, position + definition.vd_aux, "a defined version")
            is_base = bool(definition.vd_flags & VER_FLG_BASE)
            # Nothing needs the base version, the old name of a library, over which patchelf 0.9 writes XXXX.
            name = self._version_name(aux.vda_name, None if is_base else definition.vd_hash)
            definitions.append((definition.vd_ndx & 0x7FFF, name, is_base))
            position = position + definition.vd_next if definition.vd_next else None
        return definitions

    def _version_name(self, offset: int, hashed: int | None) -> str:
        """Read the name of a version, of which loaders compare the hash first."""
        name = self.strings.name(offset)
        if len(name) > _LONGEST_VERSION:
            raise self.image.error(f"a version with a name of {len(name)} characters")
        if hashed is not None and elf_hash(name.encode()) != hashed:
            raise self.image.error(f"version {name} with the hash of another name")
        return name
