"""What is wrong with the parts of a platform that cannot be; loaded only then."""

from __future__ import annotations

from ..errors import InvalidTarget
from ..tags.libc import LibcVersion
from . import SYSTEMS


def platform_error(system: str, arch: str, glibc: LibcVersion | None, musl: LibcVersion | None) -> InvalidTarget:
    """Return the error that says why these parts are no platform."""
    if system not in SYSTEMS:
        return InvalidTarget(system, f"no such system; known: {', '.join(SYSTEMS)}")
    if not (arch.isascii() and arch.replace("_", "a").isalnum()):
        return InvalidTarget(arch, "no architecture is called so: tags are made of letters, digits and underscores")
    if glibc and musl:
        return InvalidTarget(arch, "a platform has glibc or musl, not both")
    return InvalidTarget(".".join(map(str, glibc or musl or ())), "no libc has this version")
