"""Linux distributions by release, or the newest: ``debian-12-x86_64``, ``alpine``.

What libc each has is in ``distributions.json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ...errors import InvalidTarget
from ...tags import parse_libc_version
from .. import Evidence, Platform
from ..words import assumed, split_machine
from .names import SOFT_FLOAT, assumed_kernel, machine_words, split_kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..words import Named


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
    :param supported: whether its free standard support had not ended when the data was written.
    """

    distribution: str
    version: str
    title: str
    libc: str
    libc_version: str
    architectures: tuple[str, ...]
    os_id: str | None
    names: tuple[str, ...]
    supported: bool

    def platform(self, arch: str) -> Platform:
        """Describe this release on an architecture."""
        version = parse_libc_version(self.libc_version)
        build_arch, os_id = None, self.os_id
        if self.distribution == "raspios" and arch == "armv7l":
            build_arch = "armv6l"  # its 32-bit edition is an ARMv6 userland on every board
        if self.distribution == "raspios" and arch == "aarch64":
            os_id = "debian"  # its 64-bit edition is Debian's own packages
        glibc = version if self.libc == "glibc" and arch != SOFT_FLOAT else None
        musl = version if self.libc == "musl" and arch != SOFT_FLOAT else None
        return Platform("linux", arch, glibc, musl, None, build_arch, os_id)


#: Where ``armhf`` is not Debian's, which is ARMv7, but ARMv6.
ARMHF_IS_ARMV6 = ("alpine", "postmarketos")
#: What names of images and runners end in that mean the newest release.
NEWEST_ENDINGS = ("-latest", "-stable", "-slim")
#: Where ``arm`` is 64-bit, as in the names of GitHub's runners.
ARM_IS_64_BIT = ("ubuntu",)


@cache
def releases() -> tuple[Release, ...]:
    """List every release that manytags knows, in the order of the data file."""
    text = files(__name__.rpartition(".")[0]).joinpath("distributions.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    month = data["date"][:7]
    return tuple(
        _release(distribution, version, about, {"end_of_life": None, **entry}, month)
        for distribution, about in data["distributions"].items()
        for version, entry in about["releases"].items()
    )


def _release(distribution: str, version: str, about: dict[str, Any], entry: dict[str, Any], month: str) -> Release:
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
        entry["end_of_life"] is None or entry["end_of_life"] >= month,
    )


def distributions() -> list[str]:
    """List the distributions."""
    return list(dict.fromkeys(release.distribution for release in releases()))


def platform_from_distribution(name: str) -> Named | None:
    """Describe a distribution on an architecture, or return ``None`` where the name is not of one.

    Where the name has no release, the newest that is supported is taken, and where it has no architecture, the most
    usual. A release that is not listed is its longest listed beginning: ``rhel-8.10`` is RHEL 8.

    :param name: ``DISTRIBUTION[-RELEASE][-ARCH]`` in lower case; a codename serves as the release.
    :raises InvalidTarget: the release is not made for the architecture.

    >>> platform, evidence = platform_from_distribution("alpine-aarch64") or ()
    >>> str(platform), str(evidence[0])
    ('Linux with musl 1.2 on aarch64', 'libc: musl 1.2.6 (the name has no release; Alpine Linux 3.24 is the newest that is supported)')
    """  # noqa: E501 - what is said is one line
    stem, word = split_machine(name, machine_words())
    arch: str | None = machine_words()[word] if word else None
    kernel = None
    if arch is not None:
        stem, arch, kernel = split_kernel(stem, arch)
    distribution = stem.partition("-")[0]
    if word == "armhf" and distribution in ARMHF_IS_ARMV6:
        arch = "armv6l"
    if word == "arm" and distribution in ARM_IS_64_BIT:
        arch = "aarch64"
    evidence = []
    release = _find(stem)
    if release is None:
        candidates = _releases_of(next((stem[: -len(end)] for end in NEWEST_ENDINGS if stem.endswith(end)), stem))
        if not candidates:
            return None
        release, which = _newest(candidates, arch)
        because = f"the name has no release; {release.title} is the newest {which}"
        evidence.append(Evidence("libc", f"{release.libc} {release.libc_version}", because))
    if arch is None:
        arch = release.architectures[0]
        evidence.append(assumed("architecture", arch, "most machines are"))
    if arch not in release.architectures:
        known = ", ".join(release.architectures)
        raise InvalidTarget(name, f"{release.title} is not made for {arch}; known: {known}")
    platform = release.platform(arch)
    if arch == SOFT_FLOAT and kernel is None:
        evidence.append(assumed_kernel(arch))
    elif kernel is not None:
        platform = Platform("linux", kernel, distribution=platform.distribution)
    return platform, tuple(evidence)


def _find(name: str) -> Release | None:
    by_name = {alias: release for release in releases() for alias in release.names}
    while name not in by_name:
        head, _, update = name.rpartition(".")
        if not (update.isascii() and update.isdigit()) or not head:
            return None
        name = head
    return by_name[name]


def _releases_of(distribution: str) -> list[Release]:
    """List the releases of a distribution by any of its names, the oldest first."""
    return [release for release in releases() if any(name.rpartition("-")[0] == distribution for name in release.names)]


def _newest(candidates: list[Release], arch: str | None) -> tuple[Release, str]:
    """Find the newest release, one that is supported and made for an architecture if there is one, and say which."""
    for which, among in (
        ("that is supported", [release for release in candidates if release.supported]),
        ("that manytags knows", candidates),
    ):
        fitting = [release for release in among if arch is None or arch in release.architectures]
        if fitting:
            return fitting[-1], which
    return candidates[-1], "that manytags knows"
