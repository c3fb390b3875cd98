"""Which functions and data of CPython are in its stable ABI, and since which version. Pure.

A wheel tagged ``cp38-abi3`` promises that CPython 3.8 and all later versions have what its modules use. No build tool
checks that: a private function links as well as a stable one.

Rule: :pep:`384`, :pep:`652`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

Version = tuple[int, int]

_NAME = re.compile("_?Py[A-Z_]").match


def not_in_stable_abi(names: Iterable[str]) -> Iterator[str]:
    """List those of some symbols of CPython that no version of the stable ABI has."""
    added = _versions("added")
    return (name for name in names if name not in added)


def newer_than(names: Iterable[str], version: Version) -> Iterator[tuple[str, Version]]:
    """List those of some symbols of the stable ABI that a Python lacks, and the first version that has them.

    Many symbols joined the stable ABI after CPython had them. A wheel is not called false for using these if it loads.
    """
    added, exported = _versions("added"), _versions("exported")
    for name in names:
        since = exported.get(name) or added.get(name)
        if since and since > version:
            yield name, since


def is_of_python(name: str) -> bool:
    """Whether a symbol's name is one of CPython's API."""
    return _NAME(name) is not None


def names_of_python(names: Iterable[str]) -> Iterator[str]:
    """List those of some names that are of CPython's API."""
    return filter(_NAME, names)


@cache
def of_windows_alone() -> frozenset[str]:
    """Return the functions and data of the stable ABI that CPython has on Windows alone; no version lacks them."""
    return frozenset(_data()["windows"].split())


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(
        (files(__name__.rpartition(".")[0]) / "stable_abi.json").read_text(encoding="utf-8")
    )
    return data


@cache
def _versions(key: str) -> dict[str, Version]:
    """Read the version of each name: which stable ABI added it, or which CPython first exported it."""
    versions: dict[str, Version] = {}
    for version, names in _data()[key].items():
        major, minor = map(int, version.split("."))
        versions |= dict.fromkeys(names.split(), (major, minor))
    return versions
