"""Mach-O: what each slice of a file needs of macOS or iOS, and of the libraries that are loaded with it.

A file is refused if dyld refuses it, or if two readers could read two things: slices that overlap or repeat, load
commands that contradict each other, tables outside of ``__LINKEDIT``.

Rule: Apple's ``mach-o/loader.h`` and ``mach-o/fat.h``; dyld ``mach_o/Universal.cpp``, ``mach_o/UnsafeHeader.cpp`` and
``mach_o/Image.cpp`` (dyld-1378).
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import BinaryIO

from .binary import (
    BUNDLE,
    CORE_DUMP,
    DEBUG_INFORMATION,
    EXECUTABLE,
    OBJECT_FILE,
    SHARED_OBJECT,
    Binary,
    Floor,
    NeededAs,
    python_names,
)
from .macho_symbols import Symbols, Table
from .window import Window

MAGICS = (b"\xfe\xed\xfa\xce", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe")
_FAT, _FAT_64, _ARCHIVE, _BITCODE = b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf", b"!<arch>\n", b"\xde\xc0\x17\x0b"

_KINDS = {
    1: OBJECT_FILE, 2: EXECUTABLE, 4: CORE_DUMP, 6: SHARED_OBJECT, 7: "dynamic linker", 8: BUNDLE,
    9: "stub library", 10: DEBUG_INFORMATION, 11: "kernel extension",
}  # fmt: skip
#: Kinds that dyld loads.
_LOADED = frozenset({EXECUTABLE, SHARED_OBJECT, BUNDLE})

_64_BITS, _SUBTYPE = 0x01000000, 0x00FFFFFF
_CPU_X86_64, _CPU_ARM64, _CPU_PPC, _CPU_PPC64 = 0x01000007, 0x0100000C, 18, 0x01000012
_ARCHITECTURES = {
    7: "i386", _CPU_X86_64: "x86_64", 12: "arm", _CPU_ARM64: "arm64", 0x0200000C: "arm64_32",
    _CPU_PPC: "ppc", _CPU_PPC64: "ppc64",
}  # fmt: skip
#: Processors that are told apart by their subtype.
_SUBTYPES = {(_CPU_X86_64, 8): "x86_64h", (_CPU_ARM64, 2): "arm64e"}

_PLATFORMS = {
    1: "macOS", 2: "iOS", 3: "tvOS", 4: "watchOS", 5: "bridgeOS", 6: "Mac Catalyst", 7: "iOS simulator",
    8: "tvOS simulator", 9: "watchOS simulator", 10: "DriverKit", 11: "visionOS", 12: "visionOS simulator",
}  # fmt: skip
_SYMTAB, _DYSYMTAB, _ID_DYLIB, _LOAD_DYLINKER, _CODE_SIGNATURE, _BUILD_VERSION = 0x2, 0xB, 0xD, 0xE, 0x1D, 0x32
_SEGMENT, _SEGMENT_64, _RPATH = 0x1, 0x19, 0x8000001C
_DYLD_INFO, _DYLD_INFO_ONLY, _EXPORTS_TRIE, _CHAINED_FIXUPS = 0x22, 0x80000022, 0x80000033, 0x80000034
_LIBRARIES = {
    0xC: NeededAs.REQUIRED, 0x80000018: NeededAs.WEAK, 0x8000001F: NeededAs.REEXPORTED,
    0x80000023: NeededAs.UPWARD, 0x20: NeededAs.LAZY,
}  # fmt: skip
_VERSION_MIN = {0x24: "macOS", 0x25: "iOS", 0x2F: "tvOS", 0x30: "watchOS"}
#: Commands of which dyld takes no second one.
_ONCE = frozenset(
    {_SYMTAB, _DYSYMTAB, _ID_DYLIB, _CODE_SIGNATURE, _DYLD_INFO, _DYLD_INFO_ONLY, _EXPORTS_TRIE, _CHAINED_FIXUPS}
)
#: A marker in place of a library's time stamp; flags follow.
_DYLIB_USE, _USE_AT = 0x1A741800, 28
_USES = ((1, NeededAs.WEAK), (2, NeededAs.REEXPORTED), (4, NeededAs.UPWARD), (8, NeededAs.LAZY))

_MAX_SLICES = 16  # as dyld
_MAX_COMMANDS = 1 << 20  # bytes of all load commands; real files have some thousand
_FIRST_JAVA = 45  # the version of Java's first class files, where fat files have the number of slices


def is_macho(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a Mach-O file; Java's class files begin as fat ones do.

    :param head: the first 11 bytes of the file, or more.
    """
    if head[:4] != _FAT:
        return head[:4] in {*MAGICS, _FAT_64}
    # Byte 10 is the type of a constant, from 1 on, or the third byte of a cputype, which is 0.
    return int.from_bytes(head[4:8], "big") < _FIRST_JAVA or not any(head[10:11])


def read_macho(stream: BinaryIO, name: str, symbols: bool = True, only_python: bool = False) -> tuple[Binary, ...]:
    """Read a Mach-O file: one value for each slice, in their order in the file.

    :param stream: the file, seekable.
    :param name: what errors and the answers call it.
    :param symbols: whether to read symbols; without them, only the beginning of each slice is read.
    :param only_python: whether to list, of the undefined symbols, only those with names of CPython's API.
    :raises InvalidBinary: it is not a Mach-O file, is cut off, dyld would refuse it, or it can be read in two ways.
    """
    return tuple(_Slice(window, cpu).read(symbols, only_python) for window, cpu in _slices(stream, name))


def _slices(stream: BinaryIO, name: str) -> list[tuple[Window, tuple[int, int] | None]]:
    """List the slices, with the processor that the fat header says; ``None`` for a file that is not fat."""
    file = Window(stream, name)
    head = file.read(0, min(file.size, 11), "the header")
    if not is_macho(head):
        raise file.error("it does not begin with a magic number of Mach-O")
    if head[:4] in MAGICS:
        return [(file, None)]
    layout = struct.Struct(">5I" if head[:4] == _FAT else ">2I2Q2I")
    count = int.from_bytes(head[4:8], "big")
    if not 0 < count <= _MAX_SLICES:
        raise file.error(f"a fat file of {count} slices")
    entries = [file.unpack(layout, 8 + layout.size * number, "the fat header") for number in range(count)]
    table_end = 8 + layout.size * count
    if layout.size == 20 and table_end + layout.size <= min(entry[2] for entry in entries):
        hidden = file.unpack(layout, table_end, "the fat header")
        if hidden[0] == _CPU_ARM64:  # dyld and the kernel take it: lipo once hid arm64 from older systems
            entries.append(hidden)
    processors = [(entry[0], entry[1] & _SUBTYPE) for entry in entries]
    if len(set(processors)) < len(processors):
        raise file.error("two slices are for the same processor")
    end = table_end
    for offset, size in sorted((entry[2], entry[3]) for entry in entries):
        if offset < end:
            raise file.error(f"a slice at byte {offset} overlaps what ends at byte {end}")
        end = offset + size
    file.check(end, 0, "a slice")
    return [
        (Window(stream, name, entry[2], entry[3]), processor)
        for entry, processor in zip(entries, processors, strict=True)
    ]


class _Slice:
    """One slice: its header and its load commands.

    :param window: the bytes of the slice.
    :param cpu: the processor and its subtype that a fat header says.
    """

    def __init__(self, window: Window, cpu: tuple[int, int] | None) -> None:
        self._window, self._cpu = window, cpu

    def read(self, symbols: bool, only_python: bool) -> Binary:
        window = self._window
        magic = window.read(0, min(window.size, 8), "the header")
        if self._cpu and (magic == _ARCHIVE or magic[:4] == _BITCODE):
            cpu, subtype = self._cpu
            bits = 64 if cpu & _64_BITS else 32
            return Binary(window.name, "Mach-O", _architecture(cpu, subtype), cpu, bits, "little", OBJECT_FILE)
        if magic[:4] not in MAGICS:
            raise window.error("a slice that is not Mach-O")
        self._wide, big = magic[:4] in MAGICS[2:], magic[:1] == b"\xfe"
        self._mark = ">" if big else "<"
        layout = struct.Struct(self._mark + ("4x6I4x" if self._wide else "4x6I"))
        cpu, subtype, file_type, count, size, flags = window.unpack(layout, 0, "the header")
        subtype &= _SUBTYPE
        self._check_processor(cpu, subtype, big)
        if size > _MAX_COMMANDS:
            raise window.error(f"{size} bytes of load commands")
        self.kind = _KINDS.get(file_type, f"type {file_type}")
        self._read_commands(window.read(layout.size, size, "the load commands"), count)
        if self.kind in _LOADED:
            self._check_segments(layout.size + size)
        own, loader = (self._first(kind) for kind in (_ID_DYLIB, _LOAD_DYLINKER))
        found = Symbols(window, self._mark, self._wide, self.needed if flags & 0x80 else None, only_python)
        if symbols and self.kind in _LOADED:
            self._read_symbols(found)
        modules, defined = python_names(found.exported)
        return Binary(
            name=window.name,
            format="Mach-O",
            architecture=_architecture(cpu, subtype),
            machine=cpu,
            bits=64 if self._wide else 32,
            byte_order="big" if big else "little",
            kind=self.kind,
            flags=flags,
            interpreter=self._text(loader) if loader else None,
            soname=self._text(own) if own else None,
            needed=tuple(self.needed),
            undefined=tuple(found.undefined),
            modules=modules,
            defined=defined,
            subtype=subtype,
            needed_as=tuple(self.needed_as),
            search_paths=tuple(map(self._text, self._commands.get(_RPATH, ()))),
            floors=self._floors(cpu),
            signed=_CODE_SIGNATURE in self._commands,
        )

    def _check_processor(self, cpu: int, subtype: int, big: bool) -> None:
        error = self._window.error
        if self._cpu and (cpu, subtype) != self._cpu:
            raise error(f"cputype {cpu}, {subtype} in a slice for cputype {self._cpu[0]}, {self._cpu[1]}")
        if self._wide != bool(cpu & _64_BITS) or big != (cpu in {_CPU_PPC, _CPU_PPC64}):
            width, order = 64 if self._wide else 32, "big" if big else "little"
            raise error(f"cputype {cpu} in a {order}-endian file of {width} bits")

    def _read_commands(self, data: bytes, count: int) -> None:
        error = self._window.error
        self._commands: dict[int, list[bytes]] = {}
        self.needed: list[str] = []
        self.needed_as: list[NeededAs] = []
        pair = struct.Struct(self._mark + "2I")
        position = 0
        for _ in range(count):
            if position + 8 > len(data):
                raise error(f"{count} load commands in {len(data)} bytes")
            kind, size = pair.unpack_from(data, position)
            if size < 8 or size % 4 or position + size > len(data):
                raise error(f"a load command of {size} bytes")
            command = data[position : position + size]
            if kind in _LIBRARIES:
                self.needed.append(self._text(command))
                self.needed_as.append(self._needed_as(kind, command))
            elif kind in _ONCE and kind in self._commands:
                raise error(f"two load commands of type 0x{kind:x}")
            else:
                self._commands.setdefault(kind, []).append(command)
            position += size

    def _needed_as(self, kind: int, command: bytes) -> NeededAs:
        start, marker = self._numbers(command, "8x2I")
        if start == _USE_AT and marker == _DYLIB_USE:
            (flags,) = self._numbers(command, "24xI")
            return next((use for bit, use in _USES if flags & bit), NeededAs.REQUIRED)
        return _LIBRARIES[kind]

    def _numbers(self, command: bytes, form: str) -> tuple[int, ...]:
        layout = struct.Struct(self._mark + form)
        if len(command) < layout.size:
            raise self._window.error(f"a load command of {len(command)} bytes, too short for its type")
        return layout.unpack_from(command)

    def _text(self, command: bytes) -> str:
        """Read the text whose place is the first number of a command."""
        (start,) = self._numbers(command, "8xI")
        text, zero, _ = command[start:].partition(b"\0")
        if not zero:
            raise self._window.error("a text of a load command has no end")
        return text.decode("utf-8", "backslashreplace")

    def _first(self, kind: int) -> bytes | None:
        return next(iter(self._commands.get(kind, ())), None)

    def _floors(self, cpu: int) -> tuple[Floor, ...]:
        floors = []
        for command in self._commands.get(_BUILD_VERSION, ()):
            platform, version, sdk = self._numbers(command, "8x3I")
            floors.append(Floor(_PLATFORMS.get(platform, f"platform {platform}"), _version(version), _version(sdk)))
        for kind, system in _VERSION_MIN.items():
            for command in self._commands.get(kind, ()):
                version, sdk = self._numbers(command, "8x2I")
                # Before LC_BUILD_VERSION, simulators were told by their processor.
                simulated = system != "macOS" and cpu in {7, _CPU_X86_64}
                floors.append(Floor(system + " simulator" * simulated, _version(version), _version(sdk)))
        if len(floors) > 1 and {floor.system for floor in floors} != {"macOS", "Mac Catalyst"}:
            raise self._window.error(f"it is for {' and for '.join(floor.system for floor in floors)}")
        return tuple(floors)

    def _check_segments(self, header: int) -> None:
        """Check that the segments are apart, and that the header is what dyld maps first."""
        error, form = self._window.error, "8x16s4Q" if self._wide else "8x16s4I"
        layout = struct.Struct(self._mark + form)
        segments = []
        for command in self._commands.get(_SEGMENT_64 if self._wide else _SEGMENT, ()):
            if len(command) < layout.size:
                raise error(f"a segment command of {len(command)} bytes")
            raw, address, memory, offset, size = layout.unpack_from(command)
            self._window.check(offset, size, "a segment")
            segments.append((raw.rstrip(b"\0"), address, address + memory, offset, offset + size))
        names = [segment[0] for segment in segments]
        if names.count(b"__TEXT") != 1 or names.count(b"__LINKEDIT") > 1:
            raise error("it does not have one segment __TEXT and one __LINKEDIT")
        text = segments[names.index(b"__TEXT")]
        if text[3] or text[4] < header:
            raise error("its segment __TEXT does not hold the load commands")
        for first, last, what in ((1, 2, "in memory"), (3, 4, "in the file")):
            ranges = sorted((segment[first], segment[last]) for segment in segments if segment[first] < segment[last])
            if any(one[1] > other[0] for one, other in pairwise(ranges)):
                raise error(f"its segments overlap {what}")
        place = names.index(b"__LINKEDIT") if b"__LINKEDIT" in names else None
        self._link_edit = (0, 0) if place is None else segments[place][3:]

    def _read_symbols(self, found: Symbols) -> None:
        """Read the tables of ``__LINKEDIT`` that say which symbols there are."""
        symtab, dysymtab = self._first(_SYMTAB), self._first(_DYSYMTAB)
        info, trie = self._first(_DYLD_INFO_ONLY) or self._first(_DYLD_INFO), self._first(_EXPORTS_TRIE)
        if (info and trie) or (_DYLD_INFO in self._commands and _DYLD_INFO_ONLY in self._commands):
            raise self._window.error("two tables of what it exports")
        if info or trie:
            found.read_exports(*self._place(self._numbers(info or trie or b"", "40x2I" if info else "8x2I")))
        if symtab:
            table = Table(*self._numbers(symtab, "8x4I"))
            self._place((table.offset, table.symbols * found.entry_size))
            self._place((table.strings, table.size))
            parts = self._numbers(dysymtab, "8x6I") if dysymtab else None
            found.read_table(table, parts, exports=not (info or trie))

    def _place(self, place: tuple[int, ...]) -> tuple[int, int]:
        """Check that a table is in ``__LINKEDIT``."""
        offset, size = place
        start, end = self._link_edit
        if size and not start <= offset <= offset + size <= end:
            raise self._window.error("a table of symbols that is not in its segment __LINKEDIT")
        return offset, size


def _architecture(cpu: int, subtype: int) -> str:
    return _SUBTYPES.get((cpu, subtype)) or _ARCHITECTURES.get(cpu, f"cputype {cpu}")


def _version(number: int) -> tuple[int, int, int]:
    return number >> 16, number >> 8 & 0xFF, number & 0xFF
