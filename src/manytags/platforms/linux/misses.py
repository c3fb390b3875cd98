"""How a Linux tag and a Linux host whose architecture fits miss each other: by the C library or the float ABI. Pure."""

from __future__ import annotations

from .. import Platform
from ..tag import Miss, PlatformTag
from . import dotted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .. import Evidence

#: What is concluded of a libc that is neither glibc nor musl.
BIONIC = "bionic"


def miss_of_libc(tag: PlatformTag, platform: Platform, evidence: tuple[Evidence, ...], too_low: str) -> Miss:
    """Say what a tag asks of the C library, and what the platform has.

    :param too_low: why a host with a newer libc of the tag's kind does not claim the tag.
    """
    if tag.need is None:
        return tag.unclaimed(f"bare tags are claimed of the interpreter's own architecture, {platform.arch}")
    needs, has = tag.need.words, _libc_of(platform, evidence)
    here = platform.glibc if tag.need.subject == "glibc" else platform.musl
    if here is None:
        return Miss("libc", needs, has, f"the wheel needs {needs} ({tag}); the target has {has}", ("libc",))
    if tag.need.version < here:
        return tag.unclaimed(too_low)
    return Miss("libc_too_old", needs, has, f"the wheel needs {needs}; the target has {has}", ("libc",))


def miss_of_floats(tag: PlatformTag, evidence: tuple[Evidence, ...]) -> Miss:
    """Say that a tag's code passes floats in registers, and how the interpreter does."""
    floats = next((item.conclusion for item in evidence if item.subject == "float ABI"), None)
    if floats is None:
        unknown = "the target's C library and float ABI are unknown"
        sentence = f"the wheel's code is hard-float Arm (armhf, {tag}); {unknown}"
        return Miss("libc", str(tag), "unknown", sentence, ("libc",))
    subject = f"{tag} wheels are" if tag.is_bare else "the wheel's code is"
    kind = "soft-float (armel)" if floats == "soft" else f"of {floats} float ABI"
    sentence = f"{subject} hard-float Arm (armhf); this interpreter is {kind}"
    return Miss("float_abi", "hard", floats, sentence, ("float ABI",))


def _libc_of(platform: Platform, evidence: tuple[Evidence, ...]) -> str:
    if platform.glibc:
        return f"glibc {dotted(platform.glibc)}"
    if platform.musl:
        return f"musl {dotted(platform.musl)}"
    bionic = any(item.subject == "libc" and item.conclusion == BIONIC for item in evidence)
    return "bionic, the C library of Android" if bionic else "no known C library"
