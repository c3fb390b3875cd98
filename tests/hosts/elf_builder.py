"""Build small ELF executables with the parts that tags depend on."""

from __future__ import annotations

from dataclasses import dataclass, field

SHT_ARM_ATTRIBUTES = 0x70000003
PT_INTERP, PT_LOAD = 3, 1


@dataclass(frozen=True)
class Elf:
    """The description of an executable; :meth:`build` writes it.

    :param machine: e_machine.
    :param wide: 64-bit.
    :param little: little-endian.
    :param flags: e_flags.
    :param loader: PT_INTERP; ``None`` for a static executable.
    :param attributes: content of ``.ARM.attributes``; ``None`` for no such section.
    :param changes: header field to a number that replaces the right one.
    """

    machine: int
    wide: bool = True
    little: bool = True
    flags: int = 0
    loader: str | None = None
    attributes: bytes | None = None
    changes: dict[str, int] = field(default_factory=dict)

    def number(self, value: int, size: int) -> bytes:
        """Write a number in the file's byte order."""
        return value.to_bytes(size, "little" if self.little else "big")

    def build(self) -> bytes:
        """Write the file: header, program headers, loader, attributes, section headers."""
        word = 8 if self.wide else 4
        header_size, program_size, section_size = (64, 56, 64) if self.wide else (52, 32, 40)
        loader = b"" if self.loader is None else self.loader.encode() + b"\0"
        programs = [(PT_LOAD, 0, 0x1000)]
        loader_at = header_size + 2 * program_size
        if loader:
            programs.insert(0, (PT_INTERP, loader_at, len(loader)))
        attributes = self.attributes or b""
        attributes_at = loader_at + len(loader)
        sections = [(0, 0, 0), (1, 0, 0)]
        if self.attributes is not None:
            sections.append((SHT_ARM_ATTRIBUTES, attributes_at, len(attributes)))
        fields = {
            "type": 2,
            "phoff": header_size,
            "shoff": attributes_at + len(attributes),
            "ehsize": header_size,
            "phentsize": program_size,
            "phnum": len(programs),
            "shentsize": section_size,
            "shnum": len(sections),
            "interp_offset": loader_at,
            "interp_size": len(loader),
            "attributes_offset": attributes_at,
            "attributes_size": len(attributes),
            **self.changes,
        }
        number = self.number
        ident = b"\x7fELF" + bytes([2 if self.wide else 1, 1 if self.little else 2, 1]) + bytes(9)
        header = ident + number(fields["type"], 2) + number(self.machine, 2) + number(1, 4) + number(0, word)
        header += number(fields["phoff"], word) + number(fields["shoff"], word) + number(self.flags, 4)
        header += b"".join(
            number(fields[name], 2) for name in ("ehsize", "phentsize", "phnum", "shentsize", "shnum")
        ) + number(0, 2)
        body = b""
        for kind, offset, size in programs:
            if kind == PT_INTERP:
                offset, size = fields["interp_offset"], fields["interp_size"]  # noqa: PLW2901 - what a lie says instead
            rest = number(offset, word) + number(0, word) * 2 + number(size, word) * 2
            body += number(kind, 4) + (number(4, 4) + rest if self.wide else rest + number(4, 4)) + number(1, word)
        body = body.ljust(2 * program_size, b"\0") + loader + attributes
        for kind, offset, size in sections:
            if kind == SHT_ARM_ATTRIBUTES:
                offset, size = fields["attributes_offset"], fields["attributes_size"]  # noqa: PLW2901 - the same
            body += number(0, 4) + number(kind, 4) + number(0, word) * 2 + number(offset, word) + number(size, word)
            body += number(0, 8) + number(1, word) + number(0, word)
        return header + body


def uleb128(value: int) -> bytes:
    """Write a number in the encoding of attributes."""
    encoded = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        encoded.append(low | (0x80 if value else 0))
        if not value:
            return bytes(encoded)


def arm_attributes(numbers: dict[int, int], little: bool = True, before: bytes = b"") -> bytes:
    """Write ``.ARM.attributes``: one ``aeabi`` subsection with one file-scope sub-subsection.

    :param numbers: tag to value, for tags whose values are numbers.
    :param before: raw attributes that precede these.
    """
    order = "little" if little else "big"
    content = before + b"".join(uleb128(tag) + uleb128(value) for tag, value in numbers.items())
    scope = b"\x01" + (len(content) + 5).to_bytes(4, "little" if order == "little" else "big") + content
    vendor = b"aeabi\0" + scope
    return b"A" + (len(vendor) + 4).to_bytes(4, "little" if order == "little" else "big") + vendor
