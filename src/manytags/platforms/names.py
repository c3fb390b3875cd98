"""Platforms by the names that people use: tags, triples, releases of distributions, and names of uv's."""

from __future__ import annotations

from ..errors import InvalidTag, InvalidTarget
from . import Platform, families, family
from .linux.names import platform_from_triple, triples
from .other import OtherPlatform
from .parse import parse_platform

_LONGEST = 200  # characters; no platform has a longer name


def platform_from_name(name: str) -> Platform:
    """Describe the platform that people call by a name.

    :param name: a platform tag, a distribution's release with an architecture, a triple, or a name of uv's.
    :raises InvalidTarget: nothing is called so; the nearest names are given.

    >>> str(platform_from_name("ubuntu-jammy-x86_64"))
    'Linux with glibc 2.35 on x86_64'
    """
    lowered = name.lower()
    if len(name) > _LONGEST or not name.isascii():  # lower() makes a k of the Kelvin sign
        raise InvalidTarget(name, f"names of platforms have at most {_LONGEST} characters, all of them ASCII")
    tag = named().get(lowered)
    described = platform_from_tag(tag) if tag else platform_from_triple(lowered)
    if described is None and "-" in name:  # no tag has a dash, and reading the data of distributions takes time
        from .linux.distributions import platform_from_distribution

        described = platform_from_distribution(lowered)
    return described or platform_from_tag(name)


def named() -> dict[str, str]:
    """Names of all families' machines, each with the platform tag of the machine that is meant."""
    return {name: tag for module in families().values() for name, tag in module.NAMES.items()}


def platform_from_tag(text: str) -> Platform:
    """Describe the host that takes a platform tag and all below it.

    :param text: one platform tag.
    :raises InvalidTarget: it is not a platform tag, or no single machine has it.

    >>> platform_from_tag("manylinux_2_28_armv7l").glibc
    (2, 28)
    """
    try:
        tag = parse_platform(text)
    except InvalidTag as error:
        if "-" in text:
            raise _unknown(text) from None
        raise InvalidTarget(text, error.reason, error.position) from None
    if isinstance(tag, OtherPlatform) and not tag.is_known_system:
        raise _unknown(text)
    try:
        return tag.platform()
    except InvalidTarget as error:
        raise InvalidTarget(text, error.reason) from None  # of the name, not of a part of it


def platform_names() -> list[str]:
    """List names that :func:`platform_from_name` knows: uv's, triples, and distributions with each architecture."""
    from .linux.distributions import releases

    own = [
        f"{release.distribution}-{release.version}-{arch}" for release in releases() for arch in release.architectures
    ]
    return list(dict.fromkeys([*named(), *triples(), *own]))


def _unknown(text: str) -> InvalidTarget:
    from difflib import get_close_matches

    linux = family("linux").machines()
    tags = [f"{kind}_{arch}" for arch in linux for kind in ("linux", "manylinux_2_28", "musllinux_1_2")]
    near = get_close_matches(text.lower(), dict.fromkeys([*platform_names(), *tags, *named().values()]), 3)
    hint = f"the nearest names are {', '.join(near)}" if near else "expected a platform tag, a distribution or a triple"
    return InvalidTarget(text, f"unknown platform; {hint}")
