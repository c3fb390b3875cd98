"""What a wheel needs of the system that it is installed on: each library, and the newest versions of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..binaries.binary import Binary
from ..platforms.linux.symbol_versions import sorted_versions, version_family


@dataclass(frozen=True, slots=True)
class SystemNeed:
    """A library that the system must have, and the newest version of one family that is needed of it.

    :param library: its name.
    :param version: the version; ``None`` if none is needed.
    :param symbols: the symbols that need the version, if a policy has a rule about it.
    :param files: the files that need it.
    """

    library: str
    version: str | None
    symbols: tuple[str, ...]
    files: tuple[str, ...]


def system_needs(binaries: Iterable[Binary], bundled: Collection[str]) -> tuple[SystemNeed, ...]:
    """List what code needs that is not in its wheel, in the order in which it is needed.

    :param binaries: the compiled files of one wheel.
    :param bundled: names of the libraries in it.
    """
    # Library -> version -> files; no version stands for any.
    needed: dict[str, dict[str | None, dict[str, None]]] = {}
    symbols: dict[tuple[str | None, str | None], set[str]] = {}
    code = [binary for binary in binaries if binary.is_code]
    for binary in code:
        wanted = [(library, None) for library in binary.needed]
        for library, version in (*wanted, *((need.library, need.version) for need in binary.versions)):
            if library not in bundled:
                needed.setdefault(library, {}).setdefault(version, {})[binary.name] = None
        for symbol in binary.undefined:
            if symbol.version is not None:
                symbols.setdefault((symbol.library, symbol.version), set()).add(symbol.name)
    needs = []
    for library, versions in needed.items():
        newest = {version_family(version): version for version in sorted_versions(filter(None, versions))}
        for version in newest.values() or [None]:
            users = tuple(sorted(symbols.get((library, version), ()))) if version else ()
            needs.append(SystemNeed(library, version, users, tuple(versions[version])))
    return tuple(needs)
