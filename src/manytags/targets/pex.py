"""Targets as complete platforms of pex: a marker environment and a full list of tags. Pure."""

from __future__ import annotations

import json

from ..documents import Document, load_document, read_object, read_string, read_strings
from ..errors import InvalidTarget, ManytagsError
from ..platforms import Evidence, Platform
from ..platforms.names import platform_of_tag
from ..platforms.parse import parse_platform_or_none
from ..tags.text import split_tag_set
from . import Python, Target
from .markers import marker_environment, python_from_markers
from .options import TagOptions
from .ranks import platform_tags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: The options of a list of platform tags: manytags' own; those of today's packaging; those of pex's older copy of it.
_OPTIONS = (
    TagOptions(),
    TagOptions(linux_first=False),
    TagOptions(armv6_on_armv7=False),
    TagOptions(linux_first=False, armv6_on_armv7=False),
)


def target_to_pex(target: Target) -> str:
    """Write a target as a complete platform of pex.

    :param target: the target.

    >>> from manytags import target
    >>> json.loads(target_to_pex(target("3.12", "win_amd64")))["compatible_tags"][0]
    'cp312-cp312-win_amd64'
    """
    document = {"marker_environment": marker_environment(target), "compatible_tags": list(target.triples())}
    return json.dumps(document, indent=1)


def target_from_pex(text: str) -> Target:
    """Read a complete platform, as ``pex3 interpreter inspect --markers --tags`` writes it.

    If a platform takes exactly the platform tags of the file, the target has this platform. Their order may be today's
    or that of pex, with or without the tags that manytags adds on 32-bit Arm. Otherwise the target keeps the list.

    :param text: the JSON, at most a million characters.
    :raises InvalidTarget: it is not a complete platform.

    >>> from manytags import target
    >>> there = target("3.12", "manylinux_2_28_x86_64")
    >>> target_from_pex(target_to_pex(there)).triples() == there.triples()
    True
    """
    document = load_document(text, "complete platform", InvalidTarget)
    document.take_or("path", read_string, "")
    environment = Document(text, "marker_environment", document.take("marker_environment", read_object), InvalidTarget)
    markers = {name: environment.take(name, read_string) for name in environment.keys()}  # noqa: SIM118 - not a dict
    triples = [_split(text, tag) for tag in document.take("compatible_tags", read_strings)]
    document.close()
    if not triples:
        raise InvalidTarget(text, "'compatible_tags' is empty")
    python = python_from_markers(markers)
    own = triples[0][0]
    abis = dict.fromkeys(abi for tag, abi, platform in triples if tag == own and platform != "any")
    tags = list(dict.fromkeys(platform for _, _, platform in triples if platform != "any"))
    special = {"none", "abi3", "abi3t"}
    python = Python(
        python.implementation, python.version, tuple(abi for abi in abis if abi not in special), python.full_version
    )
    platform, options = _platform(tags)
    return Target(python, platform, options, (Evidence("platform", str(platform), "a complete platform of pex"),))


def _split(text: str, tag: str) -> tuple[str, str, str]:
    try:
        pythons, abis, platforms = split_tag_set(tag)
    except ManytagsError as error:
        raise InvalidTarget(text, f"'compatible_tags': {error}") from None
    if len(pythons) != 1 or len(abis) != 1 or len(platforms) != 1:
        raise InvalidTarget(text, f"'compatible_tags' has the compressed tag {tag!r}")
    return pythons[0], abis[0], platforms[0]


def _platform(tags: list[str]) -> tuple[Platform, TagOptions]:
    if not tags:
        return Platform("other", "any"), TagOptions()
    for platform in _candidates(tags):
        for options in _OPTIONS:
            if list(platform_tags(platform, options)) == tags:
                return platform, options
    return Platform("other", tags[0]), TagOptions(extra=tuple(tags[1:]))


def _candidates(tags: list[str]) -> Iterator[Platform]:
    """Yield the platforms of the best tag with a version, of the bare tag, and of both together."""
    bare = next((tag for tag in tags if _is_bare(tag)), None)
    versioned = next((tag for tag in tags if not _is_bare(tag)), None)
    main, own = (None if tag is None else platform_of_tag(tag) for tag in (versioned, bare))
    yield from (platform for platform in (main, own) if platform is not None)
    if main is not None and own is not None:
        # ARMv8 in 32-bit mode takes ARMv7's manylinux tags. Pyodide has a tag of its compiler beside that of its ABI.
        yield Platform(own.system, own.arch, main.glibc, main.musl, main.version)


def _is_bare(text: str) -> bool:
    tag = parse_platform_or_none(text)
    return tag is not None and tag.is_bare
