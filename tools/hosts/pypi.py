"""Wheels through pip and npm packages through npm, from the indexes that are configured on this machine."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path

from .shell import need, run


def unpack_wheel(requirement: str, into: Path) -> None:
    """Unpack a wheel, such as ``packaging==26.3``, into a folder, without its dependencies."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "-q", "download", "--no-deps", "--only-binary", ":all:"]
        run([*pip, "--dest", folder, requirement])
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                extracted = Path(archive.extract(member, into))
                mode = member.external_attr >> 16 & 0o777
                if mode and not member.is_dir():
                    extracted.chmod(mode)


def unpack_npm(package: str, into: Path) -> None:
    """Install an npm package, such as ``pyodide@0.29.0``, below a folder, without running its scripts."""
    npm: list[str | Path] = [
        need("npm"),
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefix",
        into,
    ]
    run([*npm, package], cwd=into)
