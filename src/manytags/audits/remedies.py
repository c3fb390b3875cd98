"""The commands that make a wheel's false tags true. Pure.

A command is named only if the tags that it leaves are not false, which is found out by judging them.

Rule: ``wheel tags`` of wheel 0.48, ``auditwheel repair`` of auditwheel 6.8.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import replace

from ..platforms.parse import parse_platform
from ..tags.filename import TagSet
from ..tags.python import parse_abi, parse_python_tag
from .claims import Claim, ClaimKind
from .contents import Contents
from .grafting import grafted
from .judge import Judge
from .rules import Violation, ViolationKind

#: Kind of tag -> the option of ``wheel tags``.
_OPTIONS = {
    ClaimKind.PYTHON_TAG: "--python-tag",
    ClaimKind.ABI_TAG: "--abi-tag",
    ClaimKind.PLATFORM_TAG: "--platform-tag",
}


def remedies(contents: Contents, claims: Iterable[Claim], name: str, path: str | None = None) -> tuple[str, ...]:
    """Name the commands that make a wheel's false tags true, quoted for a POSIX shell; none where no command does.

    :param contents: what was read of the wheel.
    :param claims: the verdicts on its tags.
    :param name: its file name.
    :param path: where it is, if that is known.
    """
    file = path or name
    false = [claim for claim in claims if claim.is_false]
    # Both commands go by the file's name. Root-Is-Purelib has no option.
    named = contents.filename is not None and file.replace("\\", "/").rpartition("/")[2] == name and file.isprintable()
    if not (false and named and all(claim.kind in _OPTIONS for claim in false)):
        return ()
    quoted = shlex.quote(f"./{file}" if file.startswith("-") else file)
    if any(_is_unreached(reason, contents) for claim in false for reason in claim.reasons):
        return ()
    graft = _platform_to_graft_for(false, contents)
    if graft:
        return (f"auditwheel repair --plat {shlex.quote(graft)} {quoted}",)
    options = _options(contents, claims)
    return (f"wheel tags {' '.join(options)} {quoted}",) if options else ()


def _platform_to_graft_for(false: list[Claim], contents: Contents) -> str | None:
    """Return the oldest false platform tag that is true once libraries are copied, or the one that is true then."""
    platforms = []
    for claim in false:
        platform = parse_platform(claim.tag) if claim.kind is ClaimKind.PLATFORM_TAG else None
        left = None if platform is None else grafted(contents.code, platform, contents.linking)
        if platform is None or left is None:
            return None
        lowest = parse_platform(left.tag)
        platforms.append(max(platform, lowest))
    oldest = min(platforms, key=lambda platform: sum(other < platform for other in platforms))
    # Otherwise they are of two C libraries, or of two architectures.
    return str(oldest) if all(oldest <= platform for platform in platforms) else None


def _is_unreached(reason: Violation, contents: Contents) -> bool:
    """Whether a file does not find a library of its own wheel, which no tag brings nearer."""
    return reason.kind is ViolationKind.LIBRARY and reason.what in contents.linking.names


def _options(contents: Contents, claims: Iterable[Claim]) -> list[str]:
    """Return the options that replace false tags by true ones; none if that is not possible."""
    pythons, abis, platforms = (_wanted(claims, kind) for kind in _OPTIONS)
    if abis != ("none",) and all(parse_python_tag(python).implementation == "python" for python in pythons):
        # No interpreter takes py3-cp312-*: the tag of an ABI goes with the tag of its interpreter.
        versions = [abi.version for abi in map(parse_abi, abis) if abi.family == "cpython"]
        pythons = tuple(f"cp{major}{minor}" for major, minor in versions)
    if not (pythons and abis and platforms and _agree(contents)):
        return []
    wanted = TagSet(pythons, abis, platforms)
    mended = replace(contents, filename=wanted, wheel=wanted)
    vars(mended)["linking"] = contents.linking  # as costly as the rest, and the same
    if any(claim.is_false for claim in Judge(mended).claims()):
        return []
    changed = zip(_OPTIONS.values(), _fields(contents.filename), _fields(wanted), strict=True)
    return [f"{option} {shlex.quote('.'.join(tags))}" for option, old, tags in changed if set(old) != set(tags)]


def _agree(contents: Contents) -> bool:
    """Whether ``WHEEL`` has the tags of the file name; ``wheel tags`` refuses other wheels."""
    return [set(tags) for tags in _fields(contents.filename)] == [set(tags) for tags in _fields(contents.wheel)]


def _fields(tags: TagSet | None) -> tuple[tuple[str, ...], ...]:
    return (tags.pythons, tags.abis, tags.platforms) if tags else ()


def _wanted(claims: Iterable[Claim], kind: ClaimKind) -> tuple[str, ...]:
    """List the tags of one kind, with true ones in the place of false ones."""
    tags: list[str] = []
    for claim in claims:
        if claim.kind is kind:
            tags += claim.true_tags if claim.is_false else (claim.tag,)
    return tuple(dict.fromkeys(tags))
