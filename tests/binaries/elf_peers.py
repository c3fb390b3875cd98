"""What peers read from ELF files: pyelftools by the section headers, and GNU readelf."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

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


def by_pyelftools(path: Path) -> Answer:
    """Ask pyelftools, which reads everything from sections."""
    answer: Answer = {"needed": [], "soname": None, "rpath": None, "runpath": None, "versions": [], "undefined": []}
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        sections: Any = {section.name: section for section in elf.iter_sections()}
        if ".dynamic" in sections:
            for tag in sections[".dynamic"].iter_tags():
                if tag.entry.d_tag == "DT_NEEDED":
                    answer["needed"].append(tag.needed)
                for name in ("soname", "rpath", "runpath"):
                    if tag.entry.d_tag == f"DT_{name.upper()}":
                        answer[name] = getattr(tag, name)
        indexes = {}
        if ".gnu.version_r" in sections:
            for library, versions in sections[".gnu.version_r"].iter_versions():
                for version in versions:
                    answer["versions"].append((library.name, version.name))
                    indexes[version.entry.vna_other & 0x7FFF] = version.name
        answer["undefined"] = _undefined(sections, indexes)
    return answer


def _undefined(sections: dict[str, Any], indexes: dict[int, str]) -> list[tuple[str, str, bool]]:
    undefined: list[tuple[str, str, bool]] = []
    if ".dynsym" in sections:
        owners = sections.get(".gnu.version")
        for place, symbol in enumerate(sections[".dynsym"].iter_symbols()):
            binding = symbol.entry.st_info.bind
            if symbol.entry.st_shndx != "SHN_UNDEF" or not symbol.name or binding == "STB_LOCAL":
                continue
            owner = owners.get_symbol(place).entry.ndx if owners else 0
            version = indexes.get(owner & 0x7FFF, "") if isinstance(owner, int) else ""
            undefined.append((symbol.name, version, binding == "STB_WEAK"))
    return sorted(undefined)


_DYNAMIC = re.compile(r"^ 0x\w+ \((NEEDED|SONAME|RPATH|RUNPATH)\) .*?\[(.*)\]$")
_LIBRARY = re.compile(r"^ +\w+: Version: 1  File: (\S+)  Cnt: \d+$")
_VERSION = re.compile(r"^ +\w+: +Name: (\S+)  Flags: .*  Version: \d+$")
_SYMBOL = re.compile(r"^ +\d+: \w+ +\w+ \S+ +(GLOBAL|WEAK) +\w+ +(?:\[.*\] +)?UND (\S+)(?: \(\d+\))?$")


def by_readelf(path: Path) -> Answer:
    """Ask ``readelf -d -V --dyn-syms``."""
    answer: Answer = {"needed": [], "soname": None, "rpath": None, "runpath": None, "versions": [], "undefined": []}
    done = subprocess.run(
        ["readelf", "-W", "-d", "-V", "--dyn-syms", str(path)],  # noqa: S607 - whichever there is
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    library, needs = "", False
    for line in done.stdout.splitlines():
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
