"""The table of architectures: a wrong line fails here before a user runs into it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import manytags
from manytags.platforms.linux.architectures import (
    Architecture,
    architecture,
    architecture_from_elf,
    architecture_from_name,
    architectures,
)

ROWS = architectures()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_line_reads(row: Architecture) -> None:
    """A missing column, or a word in the wrong column, would shift all that follow."""
    assert len(repr(row).split()) == 14
    assert row.bits in {32, 64}
    assert row.row[1].split("/")[2] in {"le", "be"}
    assert row.row[10] in {"-", "x"}
    assert {other.machine_name for other in ROWS if other.machine == row.machine} == {row.machine_name}
    assert row.default_glibc > (2, 0)
    assert row.manylinux_floor is None or (2, 0) < row.manylinux_floor <= row.default_glibc
    assert row.float_abi in {None, "hard", "double"}
    assert row.first_pip is None or row.first_pip.replace(".", "").isdigit()
    assert row.kernels
    assert row.triplet


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_line_is_found(row: Architecture) -> None:
    """Each line must be found by its name, its aliases and, unless another line has precedence, its ELF header."""
    for name in (row.name, *row.aliases):
        architecture = architecture_from_name(name)
        assert architecture is not None
        assert architecture.name == row.name
    by_header = architecture_from_elf(row.machine, row.bits, row.byte_order)
    header = row.machine, row.bits, row.byte_order
    assert by_header == next(other for other in ROWS if (other.machine, other.bits, other.byte_order) == header)


def test_no_name_is_taken_twice() -> None:
    """An alias of two architectures would silently mean the first."""
    names = [name for row in ROWS for name in (row.name, *row.aliases)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_a_line_names_is_there(row: Architecture) -> None:
    """Every twin, neighbour or accepted architecture needs its own line, and twins must match."""
    for name in (row.twin, row.neighbour, row.takes):
        assert name is None or architecture(name) in ROWS
    twin = architecture(row.twin) if row.twin else None
    if twin is not None:
        assert (twin.bits, twin.byte_order) == (96 - row.bits, row.byte_order)


@pytest.mark.parametrize("name", ["x86", "62_64_le", "X86_64", "86_64", "hard", "vax"])
def test_what_is_not_a_name_is_unknown(name: str) -> None:
    """Text of another column must not match as a name, and an unknown machine takes only its own wheels."""
    unknown = architecture(name)
    assert (unknown.name, unknown.takes, unknown.machine) == (name, name, 0)
    assert unknown.manylinux_floor is None
    assert unknown.neighbour is None


def named_in_data() -> set[str]:
    """List the architectures in the data files of all packages."""
    package = Path(manytags.__file__ or "").parent
    names: set[str] = set()
    for path in package.rglob("policies/*.json"):
        names |= set(json.loads(path.read_text(encoding="utf-8"))["architectures"])
    for path in package.rglob("profiles/*.json"):
        floors = json.loads(path.read_text(encoding="utf-8")).get("checks", {}).get("floors", {}).get("first", {})
        names |= {name for kind in ("glibc", "musl") for name in floors.get(kind, ())}
    for about in json.loads(next(package.rglob("distributions.json")).read_text(encoding="utf-8"))[
        "distributions"
    ].values():
        names |= {name for entry in (about, *about["releases"].values()) for name in entry.get("architectures", ())}
    return names


def test_data_name_no_other_architecture() -> None:
    """A policy or a release for an architecture without a line in the table would never be used."""
    names = named_in_data()
    assert len(names) > 9
    assert names <= {row.name for row in ROWS}
