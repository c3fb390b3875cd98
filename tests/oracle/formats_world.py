"""Record what lief reads from the compiled files of real macOS, iOS and Windows wheels.

``data/formats-lief.jsonl.gz`` has a line for each wheel: its name, SHA-256, size and tags, and lief's answer for each
slice of each compiled file. ``tests/binaries/cut`` has small real files with lief's answers, for the ordinary tests:
headers and tables as they were, and zeros for code and data. This module writes both; ``nox -s formats -- record``
runs it. To add a wheel, put it into the folder first.

The wheels, some 2 GB, come from the index that pip is configured for, and are kept where
:func:`~.auditwheel_world.cache_folder` says.
"""

from __future__ import annotations

import gzip
import json
import struct
import sys
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from functools import cache
from pathlib import Path
from typing import Any

from manytags.binaries.macho import MAGICS, is_macho

from ..binaries.lief_peer import Answer, by_lief, condensed
from .auditwheel_world import DATA, as_json, cache_folder, digest

ANSWERS = DATA / "formats-lief.jsonl.gz"
CUT = Path(__file__).parents[1] / "binaries" / "cut"
CUT_ANSWERS = CUT / "lief.json"

#: Small files: name of the wheel up to its version, end of the wheel's name, member.
SMALL = {
    "arm64-module": ("markupsafe-3", "cp312-macosx_11_0_arm64.whl", "markupsafe/_speedups.cpython-312-darwin.so"),
    "ios": ("markupsafe-3", "ios_13_0_arm64_iphoneos.whl", "markupsafe/_speedups.cpython-313-iphoneos.so"),
    "simulator": (
        "markupsafe-3",
        "ios_13_0_x86_64_iphonesimulator.whl",
        "markupsafe/_speedups.cpython-313-iphonesimulator.so",
    ),
    "fat-intel": ("numpy-1.13.3", ".whl", "numpy/core/_dummy.cpython-36m-darwin.so"),
    "universal2": ("Pillow-9.0.1", ".whl", "PIL/_imagingmorph.cpython-310-darwin.so"),
    "macosx-10.6": ("scipy-1.0.0", ".whl", "scipy/_lib/_fpumode.cpython-36m-darwin.so"),
    "dylib": ("pillow-13", "cp312-macosx_10_13_x86_64.whl", "PIL/.dylibs/libXau.6.dylib"),
    "win32-module": ("markupsafe-3", "win32.whl", "markupsafe/_speedups.cp312-win32.pyd"),
    "amd64-module": ("markupsafe-3", "cp312-win_amd64.whl", "markupsafe/_speedups.cp312-win_amd64.pyd"),
    "arm64-pyd": ("markupsafe-3", "win_arm64.whl", "markupsafe/_speedups.cp312-win_arm64.pyd"),
    "arm64x": ("pyside6_essentials-6", "win_arm64.whl", "PySide6/msvcp140_codecvt_ids.dll"),
    "delayed": ("pywin32-312", "win32.whl", "win32/win32evtlog.pyd"),
    "program": ("setuptools-84", ".whl", "setuptools/cli-32.exe"),
}


@cache
def wheels() -> dict[str, dict[str, Any]]:
    """Read the records of all wheels, by file name."""
    with gzip.open(ANSWERS, "rt", encoding="utf-8") as lines:
        return {record["file"]: record for record in map(json.loads, lines)}


def compiled(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the Mach-O and PE files of a wheel: names and bytes."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as stream:
                head = stream.read(16)
            if is_macho(head) or head.startswith(b"MZ"):
                yield entry.filename, archive.read(entry)


def read_wheel(path: Path) -> dict[str, Any]:
    """Ask lief about each compiled file of a wheel, and read its ``WHEEL``."""
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/WHEEL") and name.count("/") == 1)
        said = Parser().parsestr(archive.read(name).decode("utf-8"))
    return {
        "file": path.name,
        "sha256": digest(path),
        "size": path.stat().st_size,
        "tags": said.get_all("Tag", []),
        "purelib": said["Root-Is-Purelib"].lower() == "true",
        "files": {name: [condensed(answer) for answer in by_lief(data)] for name, data in compiled(path)},
    }


def cut(data: bytes) -> bytes:
    """Replace code and data by zeros; headers and tables stay, and all offsets."""
    if data.startswith(b"MZ"):
        return _cut_pe(data)
    if data[:4] in MAGICS:
        return _cut_slice(data)
    pieces = bytearray(len(data))
    count = int.from_bytes(data[4:8], "big")
    pieces[: 8 + 20 * count] = data[: 8 + 20 * count]
    for _, _, offset, size, _ in struct.iter_unpack(">5I", data[8 : 8 + 20 * count]):
        pieces[offset : offset + size] = _cut_slice(data[offset : offset + size])
    return bytes(pieces)


def _cut_slice(data: bytes) -> bytes:
    wide = data[:4] == MAGICS[3]
    header, form = (32, "<8x16s4Q") if wide else (28, "<8x16s4I")
    count, size = struct.unpack_from("<2I", data, 16)
    pieces = bytearray(len(data))
    pieces[: header + size] = data[: header + size]
    place = header
    for _ in range(count):
        kind, length = struct.unpack_from("<2I", data, place)
        if kind in {1, 0x19}:
            name, _, _, offset, content = struct.unpack_from(form, data, place)
            if name.startswith(b"__LINKEDIT"):
                pieces[offset : offset + content] = data[offset : offset + content]
        place += length
    return bytes(pieces)


def _cut_pe(data: bytes) -> bytes:
    start = struct.unpack_from("<I", data, 60)[0]
    count, optional = struct.unpack_from("<6xH12xH", data, start)
    sections, pieces = start + 24 + optional, bytearray(len(data))
    head = sections + 40 * count
    pieces[:head] = data[:head]
    for name, _, _, size, offset in struct.iter_unpack("<8s4I16x", data[sections:head]):
        if not name.startswith((b".text", b".data", b".rsrc", b".reloc", b".pdata")):
            pieces[offset : offset + size] = data[offset : offset + size]
    return bytes(pieces)


def write_small(folder: Path) -> None:
    """Cut the small files, and ask lief about what is left of them."""
    CUT.mkdir(exist_ok=True)
    answers: dict[str, list[Answer]] = {}
    for name, (begin, end, member) in SMALL.items():
        (path,) = (path for path in folder.glob("*.whl") if path.name.startswith(begin) and path.name.endswith(end))
        whole = dict(compiled(path))[member]
        left = cut(whole)
        answers[name] = by_lief(left)
        if answers[name] != by_lief(whole):
            raise RuntimeError(f"{name}: what was cut off matters")
        (CUT / f"{name}.gz").write_bytes(gzip.compress(left, 9, mtime=0))
    rows = ",\n".join(f" {json.dumps(name)}: {as_json(answer)}" for name, answer in answers.items())
    CUT_ANSWERS.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")


def main() -> None:
    """Ask about every wheel of the folder that has such files or names, and write the records again."""
    folder = cache_folder()
    write_small(folder)
    write_small(folder)
    records = []
    for path in sorted(folder.glob("*.whl"), key=lambda path: path.name.lower()):
        records.append(read_wheel(path))
        print(path.name, len(records[-1]["files"]), file=sys.stderr)  # noqa: T201 - it takes minutes
    ANSWERS.write_bytes(gzip.compress("".join(as_json(record) + "\n" for record in records).encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
