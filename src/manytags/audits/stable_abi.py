"""Which functions and data of CPython are in its stable ABI, and from which version on. Pure.

A wheel tagged ``cp38-abi3`` promises that CPython 3.8 and all later ones have what its modules use. Nothing checks that
when such a module is built: a private function links as well as a stable one.

Rule: :pep:`384`, :pep:`652`.
"""

from __future__ import annotations

from functools import cache

from ..documents import load_document
from ..errors import InvalidPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .elf import ElfNeeds
    from .elf_tables import UndefinedSymbol

    Version = tuple[int, int]

#: What the names of CPython's API begin with.
_PREFIXES = ("Py", "_Py")
#: The first version of the ABI: what it has, all that anybody still runs has.
_FIRST = (3, 2)
#: The oldest CPython whose exports were looked at.
_OLDEST_ASKED = (3, 6)


def outside(needs: ElfNeeds) -> Iterator[str]:
    """List what a module uses of CPython that is in no version of the stable ABI."""
    added = _added()
    for symbol in needs.undefined:
        if is_of_python(symbol) and not symbol.weak and symbol.name not in added:
            yield symbol.name


def newer(needs: ElfNeeds, version: Version) -> Iterator[tuple[str, Version]]:
    """List what a module uses of the stable ABI that a Python has not, and which was the first to have it.

    Much came into the stable ABI after CPython had it. What loads is not called false for that.
    """
    added, exported = _added(), _exported()
    for symbol in needs.undefined:
        since = exported.get(symbol.name) or added.get(symbol.name)
        if since and since > version and not symbol.weak:
            yield symbol.name, since


def is_of_python(symbol: UndefinedSymbol) -> bool:
    """Whether a symbol is named as those of CPython's API are."""
    return symbol.name.startswith(_PREFIXES)


def uses_python(needs: ElfNeeds) -> bool:
    """Whether code uses CPython's API, or a library that by its name does."""
    return any(map(is_of_python, needs.undefined)) or any("python" in library for library in needs.needed)


@cache
def _added() -> dict[str, Version]:
    """Read with which version each name came into the stable ABI.

    :raises InvalidPolicy: the data contradicts itself.
    """
    return _read("added")


@cache
def _exported() -> dict[str, Version]:
    """Read which CPython was the first to have what came into the stable ABI later.

    :raises InvalidPolicy: the data contradicts itself.
    """
    # The oldest that was asked may not have been the first.
    return {name: _FIRST if version == _OLDEST_ASKED else version for name, version in _read("exported").items()}


def _read(key: str) -> dict[str, Version]:
    from importlib.resources import files

    text = (files("manytags.audits") / "stable_abi.json").read_text(encoding="utf-8")
    versions = load_document(text, "the stable ABI", InvalidPolicy).section(key)
    found: dict[str, Version] = {}
    for version in versions.keys():  # noqa: SIM118 - a method of its own, not a dict's
        major, _, minor = version.partition(".")
        for name in versions.take(version, _read_names):
            if found.setdefault(name, (int(major), int(minor))) != (int(major), int(minor)):
                raise InvalidPolicy(name, "it is added to the stable ABI twice")
    return found


def _read_names(value: object) -> list[str]:
    return str(value).split()
