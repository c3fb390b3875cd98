"""macOS under numbers that are not its own, as it tells programs built with older SDKs, and how pip copes. Pure.

Where Apple changed its numbers, macOS tells older programs the next number of the old scheme, unless they run with
``SYSTEM_VERSION_COMPAT=0``: 10.16 in place of 11 and newer, and 16.0 in place of 26 and newer (python/cpython#135675).
"""

from __future__ import annotations

from . import Evidence

#: The evidence of a number that was told in place of the true one.
AS_TOLD = "macOS as told"
#: The first pip that takes macOS 11's version numbers, and both its machines in one file.
FIRST_PIP_OF_11 = "20.3"
#: The first pips that take the versions of the macOS that runs on Arm, universal2 files for macOS 10 there, and tags of
#: macOS 11 and newer where Python is told that it runs on 10.16.
FIRST_PIP_OF_ARM, FIRST_PIP_OF_OLD_UNIVERSAL2, FIRST_PIP_NOT_TOLD = "20.0", "21.0.1", "24.1"


def told_as(version: tuple[int, ...] | None) -> tuple[str, int] | None:
    """Say which number programs are told, and which macOS it stands for at least; ``None`` where it is a true one.

    >>> told_as((10, 16)), told_as((16, 0)), told_as((15, 6))
    (('10.16', 11), ('16.0', 26), None)
    """
    if version is None or not ((10, 16) <= version < (11, 0) or (16, 0) <= version < (26, 0)):
        return None
    return ".".join(map(str, version[:2])), 11 if version[0] == 10 else 26


def oldest_pip_of(
    version: tuple[int, int], both: bool, machine: str, runs: tuple[int, ...], evidence: tuple[Evidence, ...]
) -> str | None:
    """Give the oldest pip that takes a macOS tag; ``None`` where every pip that installs wheels does.

    A pip that does not know the versions since 11 still lists the minors of the macOS that runs, down to its ``.0``.

    :param version: of the tag.
    :param both: whether the tag is for both machines of macOS 11.
    :param machine: the machine that runs, or an empty text.
    :param runs: the version of macOS that runs, if that is known.
    :param evidence: why these are believed.
    """
    told = any(item.subject == AS_TOLD and item.conclusion.startswith("10.") for item in evidence)
    if version >= (11, 0):
        if told:
            return FIRST_PIP_NOT_TOLD
        if both or runs[:1] != version[:1]:
            return FIRST_PIP_OF_11
        return None if machine == "x86_64" else FIRST_PIP_OF_ARM
    newer = runs >= (11, 0) and not told
    if both and newer and machine == "arm64":
        return FIRST_PIP_OF_OLD_UNIVERSAL2
    return FIRST_PIP_OF_11 if both or newer else None
