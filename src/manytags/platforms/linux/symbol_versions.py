"""The names of symbol versions: ``GLIBC_2.17`` is number 2.17 of the family ``GLIBC``. Pure.

Not all names have a number: ``CXXABI_TM_1`` and ``GLIBC_PRIVATE`` do not.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBERED = re.compile(r"[A-Z]+_\d+(?:\.\d+)*")


def version_family(name: str) -> str:
    """Return the family of a version.

    >>> version_family("CXXABI_TM_1")
    'CXXABI'
    """
    return name.partition("_")[0]


def is_numbered(name: str) -> bool:
    """Whether a version's name is its family and a number."""
    return _NUMBERED.fullmatch(name) is not None


def version_numbers(name: str) -> list[int]:
    """Read the numbers in a version's name; only nine digits of each, since a stranger may have written it."""
    return [int(number) for number in re.findall(r"\d{1,9}", name)]


def sorted_versions(names: Iterable[str]) -> tuple[str, ...]:
    """Sort versions by family, then by number.

    >>> sorted_versions(["GLIBC_2.17", "GLIBC_2.5", "GCC_3.0"])
    ('GCC_3.0', 'GLIBC_2.5', 'GLIBC_2.17')
    """
    return tuple(sorted(names, key=lambda name: (version_family(name), version_numbers(name), name)))
