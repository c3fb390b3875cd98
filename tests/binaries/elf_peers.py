"""What GNU readelf reads from ELF files, by their section headers; it shares no code with us.

``python -m tests.binaries.elf_peers`` records what it prints about the files in ``elf``.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from manytags.binaries.binary import Binary

Answer = dict[str, Any]


def is_elf(path: Path) -> bool:
    """Whether a path is a regular ELF file."""
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def ours(needs: Binary) -> Answer:
    """Convert our answer into the form of the peers."""
    return {
        "needed": list(needs.needed),
        "soname": needs.soname,
        "rpath": needs.rpath,
        "runpath": needs.runpath,
        "versions": [(version.library, version.version) for version in needs.versions],
        "undefined": sorted((symbol.name, symbol.version or "", symbol.weak) for symbol in needs.undefined),
    }


_DYNAMIC = re.compile(r"^ 0x\w+ \((NEEDED|SONAME|RPATH|RUNPATH)\) .*?\[(.*)\]$")
_LIBRARY = re.compile(r"^ +\w+: Version: 1  File: (\S+)  Cnt: \d+$")
_VERSION = re.compile(r"^ +\w+: +Name: (\S+)  Flags: .*  Version: \d+$")
_SYMBOL = re.compile(r"^ +\d+: \w+ +\w+ \S+ +(GLOBAL|WEAK) +\w+ +(?:\[.*\] +)?UND (\S+)(?: \(\d+\))?$")


def printed_by_readelf(path: Path) -> str:
    """Run ``readelf -d -V --dyn-syms``."""
    done = subprocess.run(
        ["readelf", "-W", "-d", "-V", "--dyn-syms", str(path)],  # noqa: S607 - whichever there is
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    return done.stdout


def read_readelf(printed: str) -> Answer:
    """Read what readelf printed."""
    answer: Answer = {"needed": [], "soname": None, "rpath": None, "runpath": None, "versions": [], "undefined": []}
    library, needs = "", False
    for line in printed.splitlines():
        if line.startswith("Version "):
            needs = line.startswith("Version needs section")
        if match := _DYNAMIC.match(line):
            name = match[1].lower()
            if name == "needed":
                answer["needed"].append(match[2])
            else:
                answer[name] = match[2]
        elif needs and (match := _LIBRARY.match(line)):
            library = match[1]
        elif needs and (match := _VERSION.match(line)):
            answer["versions"].append((library, match[1]))
        elif match := _SYMBOL.match(line):
            name, _, version = match[2].partition("@")
            answer["undefined"].append((name, version.lstrip("@"), match[1] == "WEAK"))
    answer["undefined"].sort()
    return answer


if __name__ == "__main__":
    for library in sorted((Path(__file__).parent / "elf").glob("*.so")):
        library.with_suffix(".readelf.txt").write_text(printed_by_readelf(library), encoding="utf-8")
