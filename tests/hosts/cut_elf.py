"""Cut the fixtures in ``tests/hosts/elf`` out of real files.

An executable keeps its header, its program headers and the name of its loader, byte for byte. A 32-bit Arm executable
also keeps ``.ARM.attributes``, with a new section table. A musl libc keeps the two texts that its version is read from,
with some bytes around them. Run ``python tests/hosts/cut_elf.py ROOTS CACHE`` with the folder of the foreign sysroots
and that of the musl builds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from elftools.elf.elffile import ELFFile

FIXTURES = Path(__file__).parent / "elf"
AROUND = 48  # bytes kept on each side of a text

EXECUTABLES = {
    "amd64": "bookworm-amd64",
    "arm64": "bookworm-arm64",
    "armel": "bookworm-armel",
    "armhf": "bookworm-armhf",
    "i386": "bookworm-i386",
    "mipsel": "bookworm-mipsel",
    "ppc64el": "bookworm-ppc64el",
    "s390x": "bookworm-s390x",
    "riscv64": "trixie-riscv64",
    "loong64": "sid-loong64",
}


def cut_executable(path: Path) -> bytes:
    """Keep what the probe reads of an executable."""
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        interp = next(segment for segment in elf.iter_segments() if segment["p_type"] == "PT_INTERP")
        headers = elf["e_phoff"] + elf["e_phnum"] * elf["e_phentsize"]
        end = max(headers, interp["p_offset"] + interp["p_filesz"])
        stream.seek(0)
        kept = bytearray(stream.read(end))
        section = elf.get_section_by_name(".ARM.attributes")
        if section is not None:
            content = section.data()
            order: Literal["little", "big"] = "little" if elf.little_endian else "big"
            table = len(kept) + len(content)
            words = [0, 0x70000003, 0, 0, len(kept), len(content), 0, 0, 1, 0]
            kept += content + bytes(40) + b"".join(word.to_bytes(4, order) for word in words)
            kept[32:36] = table.to_bytes(4, order)  # e_shoff
            kept[48:52] = (2).to_bytes(2, order) + bytes(2)  # e_shnum, e_shstrndx
    return bytes(kept)


def cut_musl(path: Path) -> bytes:
    """Keep the two texts that the version of a musl libc is read from."""
    data = path.read_bytes()
    name = data.index(b"musl libc (")
    version = data.index(b"1.2.")
    return b"".join(data[max(0, at - AROUND) : at + AROUND] for at in sorted((name, version)))


def main() -> None:
    """Cut all fixtures."""
    roots, cache = map(Path, sys.argv[1:3])
    for name, root in EXECUTABLES.items():
        python = next(path for path in (roots / root / "usr/bin").glob("python3.*") if path.name.count(".") == 1)
        (FIXTURES / f"{name}.elf").write_bytes(cut_executable(python))
    for name, folder in {"musl-i386": "i386-linux-musl", "musl-amd64": "x86_64-linux-musl"}.items():
        libc = next(cache.glob(f"{name}-*/usr/lib/{folder}/libc.so"))
        (FIXTURES / f"{name}.libc").write_bytes(cut_musl(libc))


if __name__ == "__main__":
    main()
