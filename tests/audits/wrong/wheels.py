"""Make right and wrong wheels in memory."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from manytags import WheelAudit, audit, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

HERE = Path(__file__).parent
INFO = "foo-1.0.dist-info"


def binary(name: str) -> bytes:
    """One of the binaries that ``build.py`` makes."""
    return (HERE / f"{name}.bin").read_bytes()


def section_less(data: bytes) -> bytes:
    """Drop the section headers, which auditwheel looks for and loaders do not."""
    changed = bytearray(data)
    struct.pack_into("<Q", changed, 40, 0)
    struct.pack_into("<3H", changed, 58, 0, 0, 0)
    return bytes(changed)


def for_machine(data: bytes, machine: int) -> bytes:
    """Change e_machine."""
    return data[:18] + struct.pack("<H", machine) + data[20:]


def wheel_text(tags: Sequence[str], purelib: bool = False) -> str:
    """Write the text of a WHEEL file."""
    lines = ["Wheel-Version: 1.0", "Generator: by hand", f"Root-Is-Purelib: {str(purelib).lower()}"]
    return "\n".join([*lines, *(f"Tag: {tag}" for tag in tags), ""])


def wheel(  # noqa: PLR0917 - what a wheel is made of
    filename: str,
    files: Mapping[str, bytes],
    tags: Sequence[str] | None = None,
    purelib: bool = False,
    unlisted: Collection[str] = (),
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Make a wheel.

    :param filename: the file name, whose tags are written to WHEEL unless ``tags`` are given.
    :param files: path -> bytes.
    :param tags: the tags in WHEEL.
    :param purelib: the value of Root-Is-Purelib.
    :param unlisted: files that RECORD does not list.
    :param compression: zipfile's number for it.
    """
    if tags is None:
        tags = ["-".join(triple) for triple in parse_wheel_filename(filename).tag_set.triples()]
    listed = [path for path in (*files, f"{INFO}/WHEEL", f"{INFO}/RECORD") if path not in unlisted]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path), data, compression)
        archive.writestr(zipfile.ZipInfo(f"{INFO}/WHEEL"), wheel_text(tags, purelib), compression)
        record = "".join(f"{path},,\n" for path in listed)
        archive.writestr(zipfile.ZipInfo(f"{INFO}/RECORD"), record, compression)
    return stream.getvalue()


def audited(
    filename: str,
    files: Mapping[str, bytes],
    tags: Sequence[str] | None = None,
    purelib: bool = False,
    unlisted: Collection[str] = (),
) -> WheelAudit:
    """Make a wheel and audit it."""
    return audit(io.BytesIO(wheel(filename, files, tags, purelib, unlisted)), filename)
