"""Which packages of distributions have a library, by ``packages.json``, which says what of that was checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ..documents import load_document, read_string
from ..errors import InvalidInput


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
    from importlib.resources import files

    text = (files("manytags.loaders") / "packages.json").read_text(encoding="utf-8")
    document = load_document(text, "the packages", InvalidInput)
    document.take("date", read_string)
    sources = document.section("sources").keys()
    libraries = document.section("libraries")
    document.close()
    packages = {}
    for library in libraries.keys():  # noqa: SIM118 - a method of its own, not a dict's
        entry = libraries.section(library)
        names = {distribution: entry.take_or(distribution, read_string, "") for distribution in sources}
        entry.close()
        packages[library] = tuple(Package(where, name) for where, text in names.items() for name in text.split())
    return packages
