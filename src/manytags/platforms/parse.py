"""Platform tags from text. Every one is a value; what manytags has no rule for prints as it came."""

from __future__ import annotations

from ..errors import InvalidTag
from ..tags import SYSTEMS
from ..tags.text import checked_tag_text
from . import family
from .tag import PlatformTag


def parse_platform(text: str) -> PlatformTag:
    """Parse one platform tag, such as ``manylinux_2_17_x86_64``.

    Legacy names are the perennial tag that they mean: ``manylinux2014_x86_64`` equals ``manylinux_2_17_x86_64``, and
    each prints as it came.

    :param text: one platform tag, in any case; no dots.
    :raises InvalidTag: the text is empty, has a character that no tag has, or begins like a kind of tag that it is not.

    >>> parse_platform("manylinux2014_x86_64").glibc
    (2, 17)
    >>> print(parse_platform("freebsd_14_1_release_amd64"))
    freebsd_14_1_release_amd64

    Rule: :pep:`425`, :pep:`600`, :pep:`656`, :pep:`730`, :pep:`738`, :pep:`783`.
    """
    tag = checked_tag_text(text)
    try:
        parsed = family(system_from_tag(tag)).parse(tag) or family("other").parse(tag)
    except InvalidTag as error:
        raise InvalidTag(text, error.reason, error.position) from None  # as it came, not in lower case
    assert isinstance(parsed, PlatformTag)  # noqa: S101 - `Family` cannot say so: tags import what it is beside
    return parsed


def system_from_tag(text: str) -> str:
    """Name the system whose tags begin as a text does, or ``other``.

    :param text: in lower case.

    >>> system_from_tag("macosx_11_0_arm64")
    'macos'
    """
    return next((system for system, (_, beginnings) in SYSTEMS.items() if text.startswith(beginnings)), "other")


def parse_platform_or_none(text: str) -> PlatformTag | None:
    """As :func:`parse_platform`, but ``None`` where the text is malformed."""
    try:
        return parse_platform(text)
    except InvalidTag:
        return None


def machines_of(text: str) -> frozenset[tuple[str, str]]:
    """List the machines, as (system, architecture) of a :class:`Platform`, that take a platform tag.

    :param text: one platform tag other than ``any``; no machine takes what no interpreter claims.

    >>> sorted(machines_of("macosx_11_0_universal2"))
    [('macos', 'arm64'), ('macos', 'x86_64')]
    """
    tag = parse_platform_or_none(text)
    return frozenset() if tag is None else frozenset((tag.system, machine) for machine in tag.machines())
