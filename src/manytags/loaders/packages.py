"""The packages of distributions that have a library. ``packages.json`` lists them, and says which were checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Package:
    """A package that has a library.

    :param distribution: ``debian``, ``fedora``, ``arch``, ``alpine``, ``nixpkgs`` or ``opensuse``.
    :param name: its name there; for nixpkgs the attribute.
    """

    distribution: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution})"


def packages_of(library: str) -> tuple[Package, ...]:
    """List the known packages that have a library.

    >>> [package.name for package in packages_of("libX11.so.6") if package.distribution == "nixpkgs"]
    ['xorg.libX11']
    """
    return _packages().get(library, ())


@cache
def _packages() -> dict[str, tuple[Package, ...]]:
    data = json.loads((files(__name__.rpartition(".")[0]) / "packages.json").read_text(encoding="utf-8"))
    return {
        library: tuple(Package(where, name) for where in data["sources"] for name in names.get(where, "").split())
        for library, names in data["libraries"].items()
    }
