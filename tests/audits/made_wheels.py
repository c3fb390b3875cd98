"""Small wheels, written as build tools write them, around the small files of ``tests/binaries/elf``."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from manytags.tags.filename import parse_tag_set

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[1] / "binaries" / "elf"
X86_64, ARMHF = ((FOLDER / f"{name}.so").read_bytes() for name in ("x86_64", "armhf"))

#: x86_64.so needs pow of glibc 2.29. The tag of the first wheel with it is true, that of the second is false.
TRUE = "demo-1.0-cp312-cp312-manylinux_2_31_x86_64.whl"
FALSE = "demo-1.0-cp312-cp312-manylinux1_x86_64.whl"
PURE = "demo-1.0-py3-none-any.whl"
MODULE = "demo.cpython-312-x86_64-linux-gnu.so"


def made_wheel(name: str, files: Mapping[str, bytes], tag: str | None = None, purelib: bool = False) -> bytes:
    """Write a wheel. ``WHEEL`` has the tags of the file name by default."""
    tags = parse_tag_set(tag or "-".join(name.removesuffix(".whl").split("-")[-3:]))
    info = "demo-1.0.dist-info"
    lines = [f"Root-Is-Purelib: {str(purelib).lower()}", *(f"Tag: {'-'.join(triple)}" for triple in tags.triples())]
    members = {**files, f"{info}/WHEEL": ("Wheel-Version: 1.0\n" + "\n".join(lines) + "\n").encode()}
    record = "".join(f'"{path}",,\n' for path in [*members, f"{info}/RECORD"])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in {**members, f"{info}/RECORD": record.encode()}.items():
            # A fixed date: the same wheel each time.
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def put_wheel(folder: Path, name: str, files: Mapping[str, bytes] | None = None, **options: object) -> Path:
    """Write a wheel of one module for x86_64, or of other files, into a folder."""
    path = folder / name
    path.write_bytes(made_wheel(name, {MODULE: X86_64} if files is None else files, **options))  # type: ignore[arg-type] # options are the other's
    return path
