"""What manytags says of a file: the audit of a wheel that holds it, with the libraries that it needs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from manytags import ManytagsError
from manytags.audits.claims import Verdict
from manytags.audits.remarks import RemarkKind
from manytags.audits.wheel import audit
from manytags.binaries import read_binary
from manytags.binaries.binary import Binary
from manytags.platforms.linux.architectures import architecture

from .real import GLIBC_LOADERS, Reading
from .seeds import Seed

#: Libraries that a library brings along, of those that seeds need.
_CLOSURE = {"libm.so.6": {"libc.so.6"}}
#: The last level of x86-64. Seeds name a later one, which no processor has, so that loaders say whether they read it.
_LAST_LEVEL = 4
#: Names of musl's C library, which is loaded already.
_MUSL = {"libc.so", "libc.musl-x86_64.so.1"}
_TRUE = {Verdict.TRUE, Verdict.TOO_LITTLE}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What manytags says of a file.

    :param is_clean: whether it calls every tag of the wheel true, and says of no library that it is not found.
    :param reading: what it reads of the file; ``None`` if it cannot judge it.
    :param undefined: symbols that other files must define.
    :param reasons: why it does not call the tags true.
    """

    is_clean: bool
    reading: Reading | None
    undefined: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()


def member_name(seed: Seed) -> str:
    """Return where a seed is in its wheel."""
    return "demo/program" if seed.is_program else f"demo/module.{seed.machine.suffix}"


def wheel_of(seed: Seed, data: bytes, libraries: Mapping[str, bytes]) -> tuple[str, io.BytesIO]:
    """Put a file into a wheel with the libraries that it needs, and return the wheel's name and the wheel."""
    platform = "musllinux_1_2" if seed.machine.libc == "musl" else "manylinux_2_36"
    tags = f"{'py3-none' if seed.is_program else 'cp311-cp311'}-{platform}_{seed.machine.name}"
    name, stream = member_name(seed), io.BytesIO()
    members: dict[str, bytes] = {name: data, **{f"demo.libs/{library}": held for library, held in libraries.items()}}
    members["demo-1.0.dist-info/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tags}\n".encode()
    rows = "".join(f"{member},,\n" for member in [*members, "demo-1.0.dist-info/RECORD"])
    with zipfile.ZipFile(stream, "w") as wheel:
        for member, held in members.items():
            wheel.writestr(member, held)
        wheel.writestr("demo-1.0.dist-info/RECORD", rows)
    return f"demo-1.0-{tags}.whl", stream


def opinion(seed: Seed, data: bytes, libraries: Mapping[str, bytes]) -> Opinion:
    """Audit a wheel that holds a file."""
    name, stream = wheel_of(seed, data, libraries)
    try:
        answer = audit(stream, name)
    except ManytagsError as error:
        return Opinion(False, None, reasons=(str(error),))
    doubts = [f"{claim}: {'; '.join(map(str, claim.reasons))}" for claim in answer.claims if claim.verdict not in _TRUE]
    doubts += [str(remark) for remark in answer.remarks if remark.kind is RemarkKind.NOT_FOUND]
    reasons = (*(str(remark) for remark in answer.remarks if remark.file == member_name(seed)), *doubts)
    binary = next((binary for binary in answer.needs if binary.name == member_name(seed)), None)
    if binary is None or answer.is_damaged or not binary.is_code:
        return Opinion(not doubts, None, reasons=reasons)
    return Opinion(not doubts, _reading(binary, seed.machine.libc), _undefined(data), reasons)


def _reading(binary: Binary, libc: str) -> Reading:
    loaded = set(binary.needed).union(*(_CLOSURE.get(library, ()) for library in binary.needed))
    if libc == "musl":
        loaded -= _MUSL
    stack = binary.executable_stack
    return Reading(
        frozenset(name for library in loaded if not (name := library.rpartition("/")[2]).startswith(GLIBC_LOADERS)),
        frozenset((need.library, need.version) for need in binary.versions),
        frozenset(f"PyInit_{module}" for module in binary.modules),
        binary.soname or "",
        architecture(binary.architecture).executable_stack if stack is None else stack,
        binary.x86_isa_needed > _LAST_LEVEL,
    )


def _undefined(data: bytes) -> frozenset[str]:
    binary = read_binary(io.BytesIO(data), "a file that was judged")
    return frozenset(symbol.name for symbol in binary.undefined if not symbol.weak)


def names_of_inits(data: bytes) -> list[bytes]:
    """List the functions that make modules whose names are anywhere in a file, for ``dlsym`` to look for."""
    return sorted(set(re.findall(rb"PyInit_[^\0\t\n]{0,99}(?=\0)", data)))


def write_case(folder: Path, seed: Seed, data: bytes) -> Path:
    """Write a file to where its seed is in an installed wheel."""
    path = folder / member_name(seed)
    path.write_bytes(data)
    path.chmod(0o755)
    return path
