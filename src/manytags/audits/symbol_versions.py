"""The names of symbol versions: ``GLIBC_2.17`` is number 2.17 of the family ``GLIBC``. Pure.

Not all names are numbers: ``CXXABI_TM_1`` and ``GLIBC_PRIVATE`` are not.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Z]+_\d+(?:\.\d+)*")


def family_of(name: str) -> str:
    """Name the family that a version is of.

    >>> family_of("CXXABI_TM_1")
    'CXXABI'
    """
    return name.partition("_")[0]


def is_number(name: str) -> bool:
    """Whether a version is a number of its family."""
    return _PLAIN.fullmatch(name) is not None


def numbers_of(name: str) -> list[int]:
    """Read the numbers in a version's name; of digits no more than numbers have, whatever a stranger wrote."""
    return [int(number) for number in re.findall(r"\d{1,9}", name)]


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Sort versions as people count: by family, then by number.

    >>> in_order(["GLIBC_2.17", "GLIBC_2.5", "GCC_3.0"])
    ('GCC_3.0', 'GLIBC_2.5', 'GLIBC_2.17')
    """
    return tuple(sorted(names, key=lambda name: (family_of(name), numbers_of(name), name)))
