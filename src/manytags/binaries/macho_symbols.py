"""The symbols of a Mach-O file: what other files must define, and what of Python's it defines.

What a file exports is read from the trie that dyld searches, and from the symbol table only in old files that have no
trie. Of a trie only the branches of wanted names are followed.

Rule: Apple's ``mach-o/nlist.h`` and ``mach-o/loader.h``; dyld ``mach_o/ExportsTrie.cpp``.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .binary import UndefinedSymbol
from .window import Window

_MAX_SYMBOLS, _MAX_UNDEFINED, _MAX_WANTED = 200_000, 100_000, 20_000
#: Bytes of a trie, edges that are followed in it, and bytes of one name.
_MAX_TRIE, _MAX_EDGES, _MAX_NAME = 32 << 20, 100_000, 65536
_CHUNK = 8192  # symbols read at a time
_STAB, _TYPE, _EXTERNAL, _WEAK_REFERENCE = 0xE0, 0x0E, 0x01, 0x40
_UNDEFINED = frozenset({0x0, 0xC})  # N_UNDF and N_PBUD
#: Ordinals that name no library: the file itself, any file, and the main program.
_ITSELF, _ANY, _MAIN = 0, 254, 255
_NAME = "the name of a symbol"
#: What begins the names that are wanted; each name has an underscore more than in C.
_WANTED = (b"_Py", b"__Py")


class Table(NamedTuple):
    """A symbol table: where it is, its symbols, where their names are, and the bytes of these."""

    offset: int
    symbols: int
    strings: int
    size: int


class Symbols:
    """Symbols of a slice.

    :param window: the bytes of the slice.
    :param mark: byte order, as the struct module has it.
    :param wide: whether addresses have 64 bits.
    :param libraries: the libraries that ordinals name; ``None`` if symbols name no libraries.
    :param only_python: whether only names of CPython's API are wanted.
    :ivar undefined: what other files must define.
    :ivar exported: what it defines and Python may search.
    """

    def __init__(
        self, window: Window, mark: str, wide: bool, libraries: list[str] | None, only_python: bool = False
    ) -> None:
        self._window, self._libraries, self._only_python = window, libraries, only_python
        self._layout = struct.Struct(mark + ("I2BHQ" if wide else "I2BHI"))
        self.entry_size = self._layout.size
        self.undefined: list[UndefinedSymbol] = []
        self.exported: set[str] = set()

    def read_exports(self, offset: int, size: int) -> None:
        """Read the wanted names of a trie."""
        if size > _MAX_TRIE:
            raise self._window.error(f"a trie of {size} bytes")
        trie = self._window.read(offset, size, "the trie") if size else b""
        waiting, seen, edges = [(0, b"")] if size else [], {0}, 0
        try:
            while waiting:
                place, name = waiting.pop()
                terminal, place = _uleb(trie, place)
                if terminal and name.startswith(_WANTED):
                    self._add(name)
                children = _children(trie, place + terminal)
                edges += len(children)
                if edges > _MAX_EDGES or len(name) > _MAX_NAME:
                    raise self._window.error(f"more than {_MAX_EDGES} edges in its trie, or names of {_MAX_NAME} bytes")
                if len({edge[:1] for edge, _ in children}) < len(children):
                    raise self._window.error("two names of its trie begin alike")
                for edge, target in children:
                    child = name + edge
                    if any(child.startswith(wanted) or wanted.startswith(child) for wanted in _WANTED):
                        if target in seen:
                            raise self._window.error("two ways lead to one node of its trie")
                        seen.add(target)
                        waiting.append((target, child))
        except IndexError:
            raise self._window.error("its trie is damaged") from None

    def read_table(self, table: Table, parts: tuple[int, ...] | None, exports: bool) -> None:
        """Read the symbol table.

        :param parts: of LC_DYSYMTAB, the first and the number of local, of defined and of undefined symbols.
        :param exports: whether to read defined symbols too.
        """
        first, count = 0, table.symbols
        if parts:
            starts, ends = (0, parts[2], parts[4]), (parts[1], parts[2] + parts[3], parts[4] + parts[5])
            if parts[0] or starts[1:] != ends[:2] or ends[2] != count:
                raise self._window.error("LC_DYSYMTAB contradicts LC_SYMTAB")
            first = starts[1] if exports else starts[2]
        if count - first > _MAX_SYMBOLS:
            raise self._window.error(f"{count - first} symbols")
        for start in range(first, count, _CHUNK):
            size = min(_CHUNK, count - start) * self.entry_size
            data = self._window.read(table.offset + start * self.entry_size, size, "the symbol table")
            self._read_chunk(table, data, exports)
            if len(self.undefined) > _MAX_UNDEFINED:
                raise self._window.error(f"more than {_MAX_UNDEFINED} undefined symbols")

    def _read_chunk(self, table: Table, data: bytes, exports: bool) -> None:
        start, end = table.strings, table.strings + table.size
        found = [
            (start + name, kind & _TYPE in _UNDEFINED, description)
            for name, kind, _, description, _ in self._layout.iter_unpack(data)
            if kind & _EXTERNAL and not kind & _STAB
        ]
        undefined = [name for name, is_undefined, _ in found if is_undefined]
        descriptions = [description for _, is_undefined, description in found if is_undefined]
        defined = [name for name, is_undefined, _ in found if exports and not is_undefined]
        libraries = {each: self._library(each) for each in set(descriptions)}
        symbols = list(zip(self._window.raws(undefined, end, _NAME), descriptions, strict=True))
        if self._only_python:
            symbols = [symbol for symbol in symbols if symbol[0].startswith(_WANTED)]
        names = b"\0".join(raw for raw, _ in symbols).decode("utf-8", "backslashreplace").split("\0")
        self.undefined += [
            UndefinedSymbol(name.removeprefix("_"), libraries[description], None, bool(description & _WEAK_REFERENCE))
            for name, (_, description) in zip(names, symbols, strict=False)  # no symbols leave one empty name
        ]
        for raw in self._window.raws(defined, end, _NAME):
            if raw.startswith(_WANTED):
                self._add(raw)

    def _library(self, description: int) -> str | None:
        """Return the library that must define a symbol; ``None`` for any."""
        ordinal = description >> 8
        if self._libraries is None or ordinal in {_ITSELF, _ANY, _MAIN}:
            return None
        if ordinal > len(self._libraries):
            raise self._window.error(f"a symbol of library {ordinal} of {len(self._libraries)}")
        return self._libraries[ordinal - 1]

    def _add(self, name: bytes) -> None:
        self.exported.add(name[1:].decode("utf-8", "backslashreplace"))
        if len(self.exported) > _MAX_WANTED:
            raise self._window.error(f"it defines more than {_MAX_WANTED} symbols of Python's")


def _children(trie: bytes, place: int) -> list[tuple[bytes, int]]:
    """List the edges of a node, and where they lead.

    :raises IndexError: it is cut off.
    """
    count, place = trie[place], place + 1
    children = []
    for _ in range(count):
        end = trie.find(0, place, place + _MAX_NAME)
        if end < 0:
            raise IndexError("an edge without an end")
        target, after = _uleb(trie, end + 1)
        children.append((trie[place:end], target))
        place = after
    return children


def _uleb(data: bytes, place: int) -> tuple[int, int]:
    """Read a number of 7 bits a byte; return it and where it ends.

    :raises IndexError: it is cut off, or does not end.
    """
    number = shift = 0
    while shift < 64:
        byte = data[place]
        number, place = number | (byte & 0x7F) << shift, place + 1
        if byte < 0x80:
            return number, place
        shift += 7
    raise IndexError("a number without end")
