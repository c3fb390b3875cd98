"""Architectures as Linux tags name them, and which of another's code each can load.

Only 32-bit Arm has such neighbours. Hard-float code for ARMv6 runs on every hard-float ARMv7 or ARMv8 in 32-bit mode,
and nobody builds wheels that say ``armv8l``: such an interpreter lives on ARMv7's.
"""

from __future__ import annotations

#: Bare ``linux_*`` tags that an interpreter of this architecture takes, best first, besides its own.
LINUX_ALSO: dict[str, tuple[str, ...]] = {"armv8l": ("armv7l",)}

#: What manylinux and musllinux call the architecture, where that is not the name itself.
LIBC_ARCHITECTURE: dict[str, str] = {"armv8l": "armv7l"}

#: Architectures whose hard-float code also runs here: taken after everything of one's own, with a known libc only,
#: since that is what tells hard float from soft.
HARD_FLOAT_ALSO: dict[str, tuple[str, ...]] = {"armv7l": ("armv6l",), "armv8l": ("armv6l",)}


def hosts_taking_linux(arch: str) -> list[str]:
    """List the architectures whose interpreters take ``linux_<arch>`` whatever their libc and float ABI.

    >>> hosts_taking_linux("armv7l")
    ['armv7l', 'armv8l']
    """
    return [arch, *(host for host, also in LINUX_ALSO.items() if arch in also)]


def hosts_taking_libc(arch: str) -> list[str]:
    """List the architectures whose interpreters take ``manylinux_*_<arch>`` or ``musllinux_*_<arch>``.

    >>> hosts_taking_libc("armv7l"), hosts_taking_libc("armv8l")
    (['armv7l', 'armv8l'], [])
    """
    own = [] if arch in LIBC_ARCHITECTURE else [arch]
    return own + [host for host, name in LIBC_ARCHITECTURE.items() if name == arch]


def hosts_also_taking(arch: str) -> list[str]:
    """List the architectures whose hard-float interpreters take ``arch``'s code after their own.

    >>> hosts_also_taking("armv6l")
    ['armv7l', 'armv8l']
    """
    return [host for host, also in HARD_FLOAT_ALSO.items() if arch in also]
