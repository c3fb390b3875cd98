"""Linux distributions by release: ``debian-12-x86_64``. What libc each has is in ``distributions.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ...errors import InvalidTarget
from ...tags import parse_libc_version
from .. import Platform
from .architectures import architecture_from_name


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one distribution.

    :param distribution: its name, such as ``debian``.
    :param version: such as ``12``.
    :param title: for people, such as ``Debian 12 (bookworm)``.
    :param libc: ``glibc`` or ``musl``.
    :param libc_version: as the distribution has it, such as ``2.36``.
    :param architectures: for which it is made.
    :param os_id: ``ID`` of its ``/etc/os-release``.
    :param names: what people call it, such as ``debian-12`` and ``debian-bookworm``.
    """

    distribution: str
    version: str
    title: str
    libc: str
    libc_version: str
    architectures: tuple[str, ...]
    os_id: str | None
    names: tuple[str, ...]

    def platform(self, arch: str) -> Platform:
        """Describe this release on an architecture."""
        version = parse_libc_version(self.libc_version)
        build_arch, os_id = None, self.os_id
        if self.distribution == "raspios" and arch == "armv7l":
            build_arch = "armv6l"  # its 32-bit edition is an ARMv6 userland on every board
        if self.distribution == "raspios" and arch == "aarch64":
            os_id = "debian"  # its 64-bit edition is Debian's own packages
        glibc = version if self.libc == "glibc" and arch != "armv5tel" else None
        musl = version if self.libc == "musl" and arch != "armv5tel" else None
        return Platform("linux", arch, glibc, musl, None, build_arch, os_id)


#: Where ``armhf`` is not Debian's, which is ARMv7, but ARMv6.
ARMHF_IS_ARMV6 = ("alpine", "postmarketos")


@cache
def releases() -> tuple[Release, ...]:
    """List every release that manytags knows, in the order of the data file."""
    text = files("manytags.platforms.linux").joinpath("distributions.json").read_text(encoding="utf-8")
    distributions: dict[str, Any] = json.loads(text)["distributions"]
    return tuple(
        _release(distribution, version, about, entry)
        for distribution, about in distributions.items()
        for version, entry in about["releases"].items()
    )


def _release(distribution: str, version: str, about: dict[str, Any], entry: dict[str, Any]) -> Release:
    libc = "musl" if "musl" in entry else "glibc"
    codename = entry.get("codename", "")
    spellings = [version, *entry.get("aliases", []), *([codename.lower()] if codename else [])]
    return Release(
        distribution,
        version,
        f"{about['title']} {version}" + (f" ({codename})" if codename else ""),
        libc,
        entry[libc],
        tuple(entry.get("architectures", about["architectures"])),
        about["os_release_id"],
        tuple(f"{name}-{spelling}" for name in (distribution, *about["aliases"]) for spelling in spellings),
    )


def platform_from_distribution(name: str) -> Platform | None:
    """Describe a distribution's release on an architecture, or return ``None`` where the name is not of one.

    A release that is not listed is its longest listed beginning: ``rhel-8.10`` is RHEL 8.

    :param name: ``DISTRIBUTION-RELEASE-ARCH`` in lower case; a codename serves as the release.
    :raises InvalidTarget: the architecture is missing, or the release is not made for it.

    >>> str(platform_from_distribution("alpine-3.20-x86_64"))
    'Linux with musl 1.2 on x86_64'
    """
    stem, _, last = name.rpartition("-")
    row = architecture_from_name(last)
    arch = row.name if row else None
    release = _find(stem if arch is not None else name)
    if release is None:
        return None
    if last == "armhf" and release.distribution in ARMHF_IS_ARMV6:
        arch = "armv6l"
    known = ", ".join(release.architectures)
    if arch is None:
        raise InvalidTarget(name, f"name an architecture too, as in {name}-{release.architectures[0]}; known: {known}")
    if arch not in release.architectures:
        raise InvalidTarget(name, f"{release.title} is not made for {arch}; known: {known}")
    return release.platform(arch)


def _find(name: str) -> Release | None:
    by_name = {alias: release for release in releases() for alias in release.names}
    while name not in by_name:
        head, _, update = name.rpartition(".")
        if not (update.isascii() and update.isdigit()) or not head:
            return None
        name = head
    return by_name[name]
