"""Which functions and data of CPython are in its stable ABI, and since which version. Pure.

A wheel tagged ``cp38-abi3`` promises that CPython 3.8 and all later versions have what its modules use. Nothing checks
that when such a module is built: a private function links as well as a stable one.

Rule: :pep:`384`, :pep:`652`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from ..binaries.binary import Binary, UndefinedSymbol

Version = tuple[int, int]

#: Prefixes of the names in CPython's API.
_PREFIXES = ("Py", "_Py")
#: The first version of the stable ABI; every Python in use has what it has.
_FIRST = (3, 2)
#: The oldest CPython whose exports were recorded.
_OLDEST_RECORDED = (3, 6)


def not_in_stable_abi(binary: Binary) -> Iterator[str]:
    """List the symbols of CPython that a module uses and that no version of the stable ABI has."""
    added = _added()
    for symbol in binary.undefined:
        if is_of_python(symbol) and not symbol.weak and symbol.name not in added:
            yield symbol.name


def newer_than(binary: Binary, version: Version) -> Iterator[tuple[str, Version]]:
    """List the symbols of the stable ABI that a module uses and a Python lacks, and the first version that has them.

    Many symbols joined the stable ABI after CPython had them. A module that loads is not called false for using these.
    """
    added, exported = _added(), _exported()
    for symbol in binary.undefined:
        since = exported.get(symbol.name) or added.get(symbol.name)
        if since and since > version and not symbol.weak:
            yield symbol.name, since


def is_of_python(symbol: UndefinedSymbol) -> bool:
    """Whether a symbol has a name of CPython's API."""
    return symbol.name.startswith(_PREFIXES)


def uses_python(binary: Binary) -> bool:
    """Whether code uses CPython's API, or a library whose name says that it does."""
    return any(map(is_of_python, binary.undefined)) or any("python" in library for library in binary.needed)


@cache
def _added() -> dict[str, Version]:
    """Read which version of the stable ABI added each name."""
    return _read("added")


@cache
def _exported() -> dict[str, Version]:
    """Read which CPython was the first to have each name that joined the stable ABI later."""
    # An earlier version than the oldest one recorded may have had the name.
    return {name: _FIRST if version == _OLDEST_RECORDED else version for name, version in _read("exported").items()}


def _read(key: str) -> dict[str, Version]:
    """Read one section of the data: name -> version."""
    data = json.loads((files("manytags.audits") / "stable_abi.json").read_text(encoding="utf-8"))
    read: dict[str, Version] = {}
    for version, names in data[key].items():
        major, minor = map(int, version.split("."))
        read |= dict.fromkeys(names.split(), (major, minor))
    return read
