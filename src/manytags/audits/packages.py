"""Which package of a distribution has a library, by ``packages.json``, which says what of that was checked."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ..documents import load_document, read_string
from ..errors import InvalidInput


class Package(NamedTuple):
    """A package that has a library.

    :param distribution: ``debian``, ``fedora``, ``arch``, ``alpine``, ``nixpkgs`` or ``opensuse``.
    :param name: its name there; of nixpkgs the attribute.
    """

    distribution: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution})"


def packages_of(library: str) -> tuple[Package, ...]:
    """List the packages that have a library; none where nobody has listed them.

    >>> [package.name for package in packages_of("libX11.so.6") if package.distribution == "nixpkgs"]
    ['xorg.libX11']
    """
    return _packages().get(library, ())


@cache
def _packages() -> dict[str, tuple[Package, ...]]:
    from importlib.resources import files

    text = (files("manytags.audits") / "packages.json").read_text(encoding="utf-8")
    document = load_document(text, "the packages", InvalidInput)
    document.take("date", read_string)
    sources = document.section("sources").keys()
    libraries = document.section("libraries")
    document.close()
    found = {}
    for library in libraries.keys():  # noqa: SIM118 - a method of its own, not a dict's
        entry = libraries.section(library)
        names = [(distribution, entry.take_or(distribution, read_string, "")) for distribution in sources]
        entry.close()
        found[library] = tuple(Package(where, name) for where, names_ in names for name in names_.split())
    return found
