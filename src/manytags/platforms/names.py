"""Platforms by the names that people use: tags, triples, distributions, and names of uv's, conda's and Docker's."""

from __future__ import annotations

from ..errors import InvalidTag, InvalidTarget
from . import Evidence, Platform, families
from .linux.names import linux_machines, platform_from_triple, short_names, triples
from .other import OTHER_SYSTEMS, OtherPlatform
from .parse import parse_platform, parse_platform_or_none
from .words import plain_name, split_machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .words import Named

_LONGEST = 200  # characters; no platform has a longer name
USUAL_MACHINES = {None, "x86_64", "aarch64"}  # of the names that are suggested where none was named
_ALIKE = 0.75  # how alike the letters of two words for a system are, at least: macos is not near raspios


def platform_from_name(name: str) -> Platform:
    """Describe the platform that people call by a name.

    :param name: a platform tag; a distribution, perhaps with a release and an architecture; a triple; or a name of
        uv's, conda's, Docker's, pdm's, or of GitHub's runners.
    :raises InvalidTarget: nothing is called so; names that mean something near are given.

    >>> str(platform_from_name("ubuntu-jammy-x86_64")), str(platform_from_name("osx-arm64"))
    ('Linux with glibc 2.35 on x86_64', 'macOS 13.0 on arm64')
    """
    return describe_name(name)[0]


def describe_name(name: str) -> Named:
    """As :func:`platform_from_name`, and say what was assumed where the name leaves something open.

    >>> for item in describe_name("debian")[1]:
    ...     print(item)
    libc: glibc 2.41 (the name has no release; Debian 13 (trixie) is the newest that is supported)
    architecture: x86_64 (the name leaves it open; most machines are)
    """
    lowered = name.lower()
    if len(name) > _LONGEST or not name.isascii():  # lower() makes a k of the Kelvin sign
        raise InvalidTarget(name, f"names of platforms have at most {_LONGEST} characters, all of them ASCII")
    tag = named().get(lowered) or named().get(plain_name(name))
    if tag:
        platform = platform_from_tag(tag)
        return platform, (Evidence("platform", str(platform), f"{lowered} means {tag}"),)
    triple = platform_from_triple(lowered)
    if triple is not None:
        return triple, ()
    if not _is_tag(lowered):
        try:
            for family_of_names in families().values():
                found = family_of_names.from_name(plain_name(name))
                if found is not None:
                    return found
        except InvalidTarget as error:
            raise InvalidTarget(name, error.reason) from None  # as it came
    return platform_from_tag(name), ()


def _is_tag(text: str) -> bool:
    """Whether a text is a platform tag, and not another spelling of one, such as ``linux_arm64``."""
    tag = parse_platform_or_none(text)
    if tag is None or (isinstance(tag, OtherPlatform) and not tag.is_known_system):
        return False
    return not tag.is_bare or linux_machines().get(tag.machine, tag.machine) == tag.machine


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
        if not {"-", "/", ":"}.isdisjoint(text) or ("." in text and "_" not in text):
            raise _unknown(text) from None  # as no tag is written
        raise InvalidTarget(text, error.reason, error.position) from None
    if isinstance(tag, OtherPlatform) and not tag.is_known_system:
        raise _unknown(text)
    try:
        return tag.platform()
    except InvalidTarget as error:
        raise InvalidTarget(text, error.reason) from None  # of the name, not of a part of it


def platform_of_tag(text: str) -> Platform | None:
    """As :func:`platform_from_tag`, but ``None`` where no single machine has the tag."""
    try:
        return platform_from_tag(text)
    except InvalidTarget:
        return None


def platform_names() -> list[str]:
    """List names that :func:`platform_from_name` knows: uv's, conda's, Docker's, triples, and distributions."""
    from .linux.distributions import distributions, releases

    own = [
        f"{release.distribution}-{release.version}-{arch}" for release in releases() for arch in release.architectures
    ]
    return list(dict.fromkeys([*named(), *short_names(), *triples(), *distributions(), *own]))


def _unknown(text: str) -> InvalidTarget:
    """Suggest names that mean something near: of the same system, then for the same machine, then of like letters."""
    from difflib import get_close_matches

    words, names = _names_by_system()
    systems: set[str] = set()
    first, *_ = spoken = plain_name(text).split("-")
    if f"{first}_" in OTHER_SYSTEMS:
        return InvalidTarget(text, f"unknown platform; expected a platform tag that begins with {first}_")
    for word in spoken:
        for spelled in (word, word.rstrip("0123456789.")):
            systems.update(*(words[near] for near in get_close_matches(spelled, words, 1, _ALIKE)))
    pool = {name for system in systems or names for name in names[system]}
    machine = _machine_of(text)
    same = {name for name in pool if _machine_of(name) in ({machine} if machine else USUAL_MACHINES)}
    near = get_close_matches(text.lower(), sorted(same or pool), 3, 0 if systems else 0.6)
    hint = f"the nearest names are {', '.join(near)}" if near else "expected a platform tag, a distribution or a triple"
    return InvalidTarget(text, f"unknown platform; {hint}")


def _names_by_system() -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    """Map each word for a system or a distribution to the systems that it may mean, and each of these to its names."""
    from .linux.distributions import releases

    names = {system: [*module.NAMES, *module.NAMES.values()] for system, module in families().items()}
    machines = families()["linux"].machines()
    names["linux"] += [f"{kind}_{arch}" for arch in machines for kind in ("manylinux_2_28", "musllinux_1_2")]
    names["linux"] += [*triples(), *short_names()]
    words: dict[str, set[str]] = {}
    for system, listed in names.items():
        for word in {word for name in listed for word in plain_name(name).split("-") if word.isalpha()}:
            words.setdefault(word, set()).add(system)
    for word in {"unknown", "pc", "arm", *linux_machines()}:
        words.pop(word, None)
    for release in releases():
        own = names.setdefault(release.distribution, [release.distribution])
        own += [f"{release.names[0]}-{arch}" for arch in release.architectures]
        for name in release.names:
            words[name.partition("-")[0]] = {release.distribution}
    return words, names


def _machine_of(name: str) -> str | None:
    """Name the machine in a name as Linux tags do."""
    return linux_machines().get(split_machine(plain_name(name), linux_machines())[1])
