"""Names made of words, such as ``windows-11-arm`` or ``osx-arm64``: a system, perhaps a version and a machine. Pure."""

from __future__ import annotations

from . import Evidence, Platform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

#: The platform that a name means, and what was assumed where the name leaves something open.
Named = tuple[Platform, tuple[Evidence, ...]]


_SEPARATORS = dict.fromkeys(map(ord, "/_: "), "-")


def plain_name(name: str) -> str:
    """Spell a name with dashes between its words.

    >>> plain_name("linux/arm64"), plain_name("Windows_AMD64"), plain_name("debian:12")
    ('linux-arm64', 'windows-amd64', 'debian-12')
    """
    return name.lower().translate(_SEPARATORS)


def split_machine(name: str, machines: Collection[str]) -> tuple[str, str]:
    """Split the longest name of a machine off the end of a name, or else off its beginning; empty where there is none.

    >>> split_machine("ubuntu-24.04-arm", {"arm"}), split_machine("x86-64-linux", {"x86-64"}), split_machine("mac", {})
    (('ubuntu-24.04', 'arm'), ('linux', 'x86-64'), ('mac', ''))
    """
    words = name.split("-")
    for position in range(1, len(words)):
        last = "-".join(words[position:])
        if last in machines:
            return "-".join(words[:position]), last
    for position in range(len(words) - 1, 0, -1):
        first = "-".join(words[:position])
        if first in machines:
            return "-".join(words[position:]), first
    return name, ""


def assumed(subject: str, conclusion: str, because: str) -> Evidence:
    """Say what was assumed, because a name leaves it open.

    :param subject: as in :class:`Evidence`.
    :param because: why just this, in words.
    """
    return Evidence(subject, conclusion, f"the name leaves it open; {because}")


def no_name(name: str) -> None:
    """Know no names beyond those that are listed."""
    del name
