"""Reading ELF headers, which decide which code an interpreter can load."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import ARMAttributesSection
from elftools.elf.segments import InterpSegment

from manytags.hosts.arm_attributes import TAG_ABI_VFP_ARGS, TAG_CPU_ARCH
from manytags.hosts.arm_attributes import arm_attributes as read_arm_attributes
from manytags.hosts.probe import read_elf_header

from .elf_builder import Elf, arm_attributes, uleb128

FIXTURES = Path(__file__).parent / "elf"
CUT = sorted(FIXTURES.glob("*.elf"))

ARM, MIPS = 40, 8
ARMHF, ARM_LOADER, ARMHF_LOADER = 0x5000400, "/lib/ld-linux.so.3", "/lib/ld-linux-armhf.so.3"

MADE = {
    "x86_64": Elf(62, loader="/lib64/ld-linux-x86-64.so.2"),
    "x32": Elf(62, wide=False, loader="/libx32/ld-linux-x32.so.2"),
    "i386": Elf(3, wide=False, loader="/lib/ld-linux.so.2"),
    "armhf": Elf(ARM, False, True, ARMHF, ARMHF_LOADER, arm_attributes({6: 10, 7: ord("A"), 10: 3, 28: 1})),
    "armel": Elf(ARM, False, True, 0x5000200, ARM_LOADER, arm_attributes({6: 4, 10: 0})),
    "arm, neither bit, VFP_args 1": Elf(ARM, False, True, 0x5000000, ARM_LOADER, arm_attributes({6: 6, 28: 1})),
    "arm, neither bit, VFP_args 0": Elf(ARM, False, True, 0x5000000, ARM_LOADER, arm_attributes({6: 6, 28: 0})),
    "arm, neither bit, no VFP_args": Elf(ARM, False, True, 0x5000000, ARM_LOADER, arm_attributes({6: 6})),
    "arm, no attributes": Elf(ARM, False, True, 0x5000000, ARM_LOADER),
    "arm BE8": Elf(ARM, False, False, 0x5800400, ARMHF_LOADER, arm_attributes({6: 10, 28: 1}, little=False)),
    "aarch64": Elf(183, loader="/lib/ld-linux-aarch64.so.1"),
    "ppc64le": Elf(21, flags=2, loader="/lib64/ld64.so.2"),
    "ppc64": Elf(21, little=False, flags=1, loader="/lib64/ld64.so.1"),
    "s390x": Elf(22, little=False, loader="/lib/ld64.so.1"),
    "riscv64": Elf(243, flags=5, loader="/lib/ld-linux-riscv64-lp64d.so.1"),
    "loongarch64": Elf(258, flags=0x43, loader="/lib64/ld-linux-loongarch-lp64d.so.1"),
    "mips o32": Elf(MIPS, False, False, 0x70001005, "/lib/ld.so.1"),
    "mipsel o32": Elf(MIPS, False, True, 0x70001007, "/lib/ld.so.1"),
    "mips n32": Elf(MIPS, False, False, 0x80000027, "/lib32/ld.so.1"),
    "mipsel n32": Elf(MIPS, False, True, 0x80000027, "/lib32/ld.so.1"),
    "mips64 n64": Elf(MIPS, True, False, 0x80000007, "/lib64/ld.so.1"),
    "mips64el n64": Elf(MIPS, True, True, 0x80000007, "/lib64/ld.so.1"),
    "static": Elf(62),
    "static arm": Elf(ARM, False, True, ARMHF, None, arm_attributes({6: 10, 28: 1})),
}


def by_pyelftools(stream: IO[bytes]) -> dict[str, object]:
    """Read the same facts with pyelftools, which shares no code with us."""
    elf = ELFFile(stream)
    loaders = [segment.get_interp_name() for segment in elf.iter_segments() if isinstance(segment, InterpSegment)]
    numbers = {}
    for section in elf.iter_sections():
        if isinstance(section, ARMAttributesSection):
            for attribute in next(section.iter_subsections("aeabi")).iter_subsubsections():
                numbers = {item.tag: item.value for item in attribute.iter_attributes()}
    return {
        "class": elf.elfclass,
        "data": "little" if elf.little_endian else "big",
        "machine": machine_number(stream, elf.little_endian),
        "flags": elf["e_flags"],
        "interpreter": loaders[0] if loaders else None,
        "arm_cpu_arch": numbers.get("TAG_CPU_ARCH"),
        "arm_vfp_args": numbers.get("TAG_ABI_VFP_ARGS"),
    }


def machine_number(stream: IO[bytes], little: bool) -> int:
    """pyelftools names machines; the number is at offset 18 in every ELF file."""
    stream.seek(18)
    return int.from_bytes(stream.read(2), "little" if little else "big")


@pytest.mark.parametrize("name", MADE)
def test_every_kind_is_read_as_it_was_built(name: str, tmp_path: Path) -> None:
    """A Python of this kind would be mistaken for another, and get wheels that cannot load."""
    made = MADE[name]
    path = tmp_path / "python"
    path.write_bytes(made.build())
    header = read_elf_header(str(path))
    numbers = read_arm_attributes(made.attributes, "little" if made.little else "big") if made.attributes else {}
    assert header == {
        "class": 64 if made.wide else 32,
        "data": "little" if made.little else "big",
        "machine": made.machine,
        "flags": made.flags,
        "interpreter": made.loader,
        "arm_cpu_arch": numbers.get(TAG_CPU_ARCH),
        "arm_vfp_args": numbers.get(TAG_ABI_VFP_ARGS),
    }


@pytest.mark.parametrize("name", MADE)
def test_made_files_are_what_pyelftools_reads(name: str, tmp_path: Path) -> None:
    """The tests would prove nothing if the builder misunderstood ELF as the reader does."""
    path = tmp_path / "python"
    path.write_bytes(MADE[name].build())
    with path.open("rb") as stream:
        assert read_elf_header(str(path)) == by_pyelftools(stream)


@pytest.mark.parametrize("path", CUT, ids=lambda path: path.stem)
def test_real_headers_are_what_pyelftools_reads(path: Path) -> None:
    """The headers of Debian's own Pythons for eleven architectures must be read correctly."""
    with path.open("rb") as stream:
        if path.stem in {"armel", "armhf"}:
            theirs = by_pyelftools(stream)
        else:  # cut after the loader's name: without sections
            data = bytearray(stream.read())
            wide, order = data[4] == 2, "little" if data[5] == 1 else "big"
            at = 60 if wide else 48
            data[at : at + 2] = (0).to_bytes(2, "little" if order == "little" else "big")
            data[40 if wide else 32 : 48 if wide else 36] = bytes(8 if wide else 4)
            theirs = by_pyelftools(io.BytesIO(bytes(data)))
    assert read_elf_header(str(path)) == theirs
    assert theirs["interpreter"]


def test_there_are_real_headers() -> None:
    """An empty folder would pass every test above."""
    assert len(CUT) == 10


def executables_here() -> list[Path]:
    """List some ELF executables of this machine."""
    names = ("sh", "ls", "env", "python3", "ldd", "ldconfig", "busybox", "qemu-arm-static")
    found = {Path(path).resolve() for path in map(shutil.which, names) if path} | {Path(sys.executable).resolve()}
    return sorted(path for path in found if path.read_bytes()[:4] == b"\x7fELF")


def test_real_executables_here_are_what_pyelftools_reads() -> None:
    """Headers that today's linkers write must be read correctly."""
    here = executables_here()
    if not here:
        pytest.skip("this machine has no ELF executables")
    for path in here:
        with path.open("rb") as stream:
            assert read_elf_header(str(path)) == by_pyelftools(stream), path


def test_real_executables_here_are_what_readelf_reads() -> None:
    """The same with readelf, which people would use to check an answer."""
    readelf = shutil.which("readelf")
    here = executables_here()
    if readelf is None or not here:
        pytest.skip("no readelf (binutils) here, or no ELF executables")
    for path in here:
        command = [readelf, "-W", "-h", "-l", str(path)]
        answer = subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}
        ).stdout
        fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in answer.splitlines())}
        header = read_elf_header(str(path))
        assert fields["Class"] == f"ELF{header['class']}"
        assert fields["Data"].endswith(f"{header['data']} endian")
        assert int(fields["Flags"].split(",")[0], 16) == header["flags"]
        loader = fields.get("[Requesting program interpreter")
        assert (loader.rstrip("]") if loader else None) == header["interpreter"]


#: Attributes that come before the float ABI, which must still be found.
STRANGE_ATTRIBUTES = {
    "a name": uleb128(5) + b"7-A\0",
    "a raw name": uleb128(4) + b"ARM v7\0",
    "compatibility": uleb128(32) + uleb128(1) + b"FF\0",  # letters that are also tags of numbers
    "an odd unknown tag, a string": uleb128(67) + b"2.09\0",
    "an even unknown tag, a number": uleb128(70) + uleb128(300),
    "a tag of many bytes": uleb128(2**20) + uleb128(1),
}


@pytest.mark.parametrize("name", STRANGE_ATTRIBUTES)
def test_attributes_behind_others_are_found(name: str) -> None:
    """GNU as writes names and strings before the float ABI; a reader that cannot skip them loses it."""
    data = arm_attributes({6: 10, 28: 1}, before=STRANGE_ATTRIBUTES[name])
    numbers = read_arm_attributes(data, "little")
    assert (numbers[TAG_CPU_ARCH], numbers[TAG_ABI_VFP_ARGS]) == (10, 1)


def test_attributes_of_other_vendors_are_passed_over() -> None:
    """A subsection of the toolchain may come before the ABI's."""
    other = b"gnu\0" + bytes(3)
    data = b"A" + (len(other) + 4).to_bytes(4, "little") + other + arm_attributes({6: 9, 28: 1})[1:]
    assert read_arm_attributes(data, "little") == {6: 9, 28: 1}


def test_no_attributes_are_read_from_other_machines(tmp_path: Path) -> None:
    """Section types of that range mean other things on other machines."""
    path = tmp_path / "python"
    path.write_bytes(Elf(MIPS, False, True, 0, None, arm_attributes({6: 10, 28: 1})).build())
    assert read_elf_header(str(path))["arm_cpu_arch"] is None
