"""Which functions and data of CPython are in its stable ABI, and since which version. Pure.

A wheel tagged ``cp38-abi3`` promises that CPython 3.8 and all later versions have what its modules use. No build tool
checks that: a private function links as well as a stable one.

Rule: :pep:`384`, :pep:`652`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from ..binaries.binary import Binary, UndefinedSymbol

Version = tuple[int, int]


def not_in_stable_abi(binary: Binary) -> Iterator[str]:
    """List the symbols of CPython that a module uses and that no version of the stable ABI has."""
    added = _versions("added")
    for symbol in binary.undefined:
        if is_of_python(symbol) and not symbol.weak and symbol.name not in added:
            yield symbol.name


def newer_than(binary: Binary, version: Version) -> Iterator[tuple[str, Version]]:
    """List the symbols of the stable ABI that a module uses and a Python lacks, and the first version that has them.

    Many symbols joined the stable ABI after CPython had them. A wheel is not called false for using these if it loads.
    """
    added, exported = _versions("added"), _versions("exported")
    for symbol in binary.undefined:
        since = exported.get(symbol.name) or added.get(symbol.name)
        if since and since > version and not symbol.weak:
            yield symbol.name, since


def is_of_python(symbol: UndefinedSymbol) -> bool:
    """Whether a symbol has a name of CPython's API."""
    return symbol.name.startswith(("Py", "_Py"))


def uses_python(binary: Binary) -> bool:
    """Whether code uses CPython's API, or a library whose name says that it does."""
    return any(map(is_of_python, binary.undefined)) or any("python" in library for library in binary.needed)


@cache
def _versions(key: str) -> dict[str, Version]:
    """Read the version of each name: which stable ABI added it, or which CPython first exported it."""
    data = json.loads((files("manytags.audits") / "stable_abi.json").read_text(encoding="utf-8"))
    versions: dict[str, Version] = {}
    for version, names in data[key].items():
        major, minor = map(int, version.split("."))
        versions |= dict.fromkeys(names.split(), (major, minor))
    return versions
