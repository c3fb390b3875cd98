"""Linux platform tags: manylinux (:pep:`600` and its forerunners), musllinux (:pep:`656`), bare ``linux_*``."""

from __future__ import annotations

from ...errors import InvalidTag, InvalidTarget
from ...tags import LAST_ASSUMED_MINOR, LEGACY_MANYLINUX, LEGACY_NAMES, LibcVersion
from .. import Platform
from ..tag import EVERY_VERSION, Miss, Need, PlatformTag, Takers
from ..versions import split_version
from . import dotted
from .architectures import architecture, architectures, hosts_also_taking, hosts_taking_libc, hosts_taking_linux
from .misses import miss_of_floats, miss_of_libc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .. import Evidence
    from ..tag import Index

#: Legacy manylinux names -> the first pip that takes them.
LEGACY_PIPS = {"manylinux1": "8.1", "manylinux2010": "19.0", "manylinux2014": "19.3"}
#: The first pip that takes perennial manylinux tags, and musllinux tags.
PERENNIAL_PIP, MUSLLINUX_PIP = "20.3", "21.2"

#: The floor of an architecture that has no manylinux: no version reaches it.
NO_MANYLINUX: LibcVersion = (1000, 0)


class LinuxTag(PlatformTag):
    """A tag for Linux.

    :ivar arch: architecture, as in the tag.
    """

    __slots__ = ()
    system = "linux"
    arch: str

    @property
    def is_bare(self) -> bool:
        """Whether it says nothing about the C library."""
        return self.need is None

    @property
    def machine(self) -> str:
        """The architecture."""
        return self.arch

    def machines(self) -> list[str]:
        """List the architectures on which interpreters take this tag."""
        if not self._is_claimed():
            return []
        hosts = hosts_taking_linux if self.need is None else hosts_taking_libc
        return [*hosts(self.arch), *hosts_also_taking(self.arch)]

    def _is_claimed(self) -> bool:
        """Whether the ladder of some architecture, as far as platforms can be described, has this version."""
        need = self.need
        return need is None or (self._floor() <= need.version < (100, 0) and need.version[1] < 1000)

    def misses(self, platform: Platform, evidence: tuple[Evidence, ...]) -> list[Miss]:
        """Look at the architecture first: a new libc does not help on another processor."""
        host = architecture(platform.arch)
        runs = {host.name, host.takes, host.neighbour}
        because = self._why_unclaimed(platform)
        if because and (self.arch in runs or architecture(self.arch).neighbour):
            return [self.unclaimed(because)]
        if self.arch not in runs:
            return [self.for_other_machine(platform)]
        if self.arch.startswith("arm") and platform.glibc is None and platform.musl is None:
            return [miss_of_floats(self, evidence)]
        too_low = self._why_too_low(platform.glibc or platform.musl or (0, 0))
        return [miss_of_libc(self, platform, evidence, too_low)]

    def why_unclaimed(self) -> str:
        """Look at how the architecture is spelled, then at the floor of its libc."""
        spelled = self._spelled()
        if spelled != self.arch:
            return f"Linux calls this architecture {spelled}"
        return "" if self._is_claimed() else f"there is no {self.need.words if self.need else self}"

    def _spelled(self) -> str:
        """What Linux calls the architecture, which people call by other names too."""
        from .names import linux_machines

        return linux_machines().get(self.arch, self.arch)

    def _libc_tags(self, index: Index) -> tuple[str, str]:
        """Name the oldest manylinux and musllinux tags that an index takes for this architecture, or empty texts."""
        arch = architecture(self.arch).takes
        floor = architecture(arch).manylinux_floor
        tags = []
        if floor:
            glibc = max(floor, index.first("glibc", arch))
            tags.append(f"manylinux_{glibc[0]}_{glibc[1]}_{arch}")
        musl = max((1, 2), index.first("musl", arch))
        tags.append(f"musllinux_1_{musl[1]}_{arch}")
        names = {tag.partition("_")[0]: tag for tag in tags if index.takes(tag)}
        return names.get("manylinux", ""), names.get("musllinux", "")

    def _floor(self) -> LibcVersion:
        """The oldest version of the libc that any interpreter claims."""
        return 0, 0

    def _why_too_low(self, here: LibcVersion) -> str:
        """Say why a host with a newer libc of this kind does not claim this tag."""
        del here
        return ""


class Manylinux(LinuxTag):
    """``manylinux_X_Y_ARCH`` or a legacy name for it.

    :param glibc: the glibc version that the wheel asks for.
    :param arch: architecture, as in the tag.
    :param legacy: whether it prints as its legacy name, where it has one; it is equal either way.

    >>> Manylinux((2, 17), "x86_64", legacy=True) == Manylinux((2, 17), "x86_64")
    True
    """

    __slots__ = ("arch", "glibc", "legacy")
    _fields = ("glibc", "arch", "legacy")
    _compared = ("glibc", "arch")
    _kind = 2

    glibc: LibcVersion
    arch: str
    legacy: bool

    def __init__(self, glibc: LibcVersion, arch: str, legacy: bool = False) -> None:
        self._assign(glibc=glibc, arch=arch, legacy=legacy and glibc in LEGACY_MANYLINUX.values())

    @property
    def alias(self) -> str | None:
        """The legacy name of this tag, such as ``manylinux2014_x86_64``; ``None`` if :pep:`600` gives it none."""
        # An architecture that pip learnt later came after the legacy names.
        return self._legacy_name() if self._is_claimed() and not architecture(self.arch).first_pip else None

    def _legacy_name(self) -> str | None:
        name = LEGACY_NAMES.get(f"{self.glibc[0]}_{self.glibc[1]}")
        return None if name is None else f"{name}_{self.arch}"

    def __str__(self) -> str:
        return (self.legacy and self._legacy_name()) or self.perennial

    @property
    def perennial(self) -> str:
        """The :pep:`600` spelling, such as ``manylinux_2_17_x86_64``."""
        return f"manylinux_{self.glibc[0]}_{self.glibc[1]}_{self.arch}"

    @property
    def need(self) -> Need:
        """The version of glibc."""
        return Need("glibc", self.glibc, f"glibc {dotted(self.glibc)}")

    def takers(self) -> Takers:
        """Hosts on a glibc as new, of an architecture for which interpreters claim manylinux."""
        if not self._is_claimed():
            return {f"manylinux that no interpreter claims, {self.arch}": (self.glibc, None)}
        # A minor beyond what is assumed of its major is in no ladder of a newer major.
        end = (self.glibc[0] + 1, 0) if self.glibc[1] > LAST_ASSUMED_MINOR else None
        return {f"glibc {host}": (self.glibc, end) for host in hosts_taking_libc(self.arch)}

    def platform(self) -> Platform:
        """Describe a host on just this glibc."""
        floor = architecture(self.arch).manylinux_floor
        if floor is None:
            names = ", ".join(sorted(row.name for row in architectures() if row.manylinux_floor))
            reason = f"no interpreter claims it; manylinux is known on {names}; bare tags as 'linux_{self.arch}'"
            raise InvalidTarget(str(self), reason)
        if self.glibc < floor:
            raise InvalidTarget(str(self), f"no interpreter claims it; {self._below_floor()}")
        return Platform("linux", self.arch, glibc=self.glibc)

    def instead(self, index: Index) -> str:
        """Say which manylinux tag to use: the newest that exists, or the oldest of the architecture."""
        manylinux, _ = self._libc_tags(index)
        newest = next((last for _, last in index.ranges("glibc")[-1:]), None)
        if not manylinux:
            return ""
        if newest is not None and self.glibc > newest:
            most = f"manylinux_{newest[0]}_{newest[1]}_{manylinux.split('_', 3)[3]}"
            return f"the tag of the glibc that it needs, {most} at most: `auditwheel repair` finds it"
        return f"{manylinux}, or a later one that it keeps to: `auditwheel repair` finds it"

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> str:
        """Return the first pip that knows this name; a late architecture counts for legacy names too."""
        del platform, evidence
        name = str(self).partition("_")[0]
        return architecture(self.arch).first_pip or LEGACY_PIPS.get(name, PERENNIAL_PIP)

    def _sort_fields(self) -> tuple[object, ...]:
        return self.arch, self.glibc

    def _floor(self) -> LibcVersion:
        return architecture(self.arch).manylinux_floor or NO_MANYLINUX

    def why_unclaimed(self) -> str:
        """Look at the floor first: some architectures have no manylinux under any name."""
        spelled = self._spelled()
        if spelled != self.arch and architecture(spelled).manylinux_floor is None:
            return f"there is no manylinux for {self.arch}, which Linux calls {spelled}"
        return super().why_unclaimed() if spelled != self.arch else self._below_floor() or super().why_unclaimed()

    def _why_unclaimed(self, platform: Platform) -> str:
        del platform
        return self._below_floor()

    def _below_floor(self) -> str:
        floor = self._floor()
        if floor == NO_MANYLINUX:
            return f"there is no manylinux for {self.arch}"
        return f"manylinux begins with {dotted(floor)} on {self.arch}" if self.glibc < floor else ""

    def _why_too_low(self, here: LibcVersion) -> str:
        del here
        return f"no glibc {self.glibc[0]} has a minor version as high"


class Musllinux(LinuxTag):
    """``musllinux_X_Y_ARCH``.

    :param musl: the musl version that the wheel asks for.
    :param arch: architecture, as in the tag.
    """

    __slots__ = ("arch", "musl")
    _fields = ("musl", "arch")
    _kind = 3

    musl: LibcVersion
    arch: str

    def __init__(self, musl: LibcVersion, arch: str) -> None:
        self._assign(musl=musl, arch=arch)

    def __str__(self) -> str:
        return f"musllinux_{self.musl[0]}_{self.musl[1]}_{self.arch}"

    @property
    def need(self) -> Need:
        """The version of musl."""
        return Need("musl", self.musl, f"musl {dotted(self.musl)}")

    def takers(self) -> Takers:
        """Hosts on a musl of the same major version, as new or newer."""
        hosts = self.machines()
        versions = (self.musl, (self.musl[0] + 1, 0))
        if not hosts:
            return {f"musllinux that no interpreter claims, {self.arch}": versions}
        return {f"musl {host}": versions for host in hosts}

    def platform(self) -> Platform:
        """Describe a host on just this musl."""
        takes = architecture(self.arch).takes
        if takes != self.arch:
            raise InvalidTarget(str(self), f"no interpreter claims it; use {takes}")
        return Platform("linux", self.arch, musl=self.musl)

    def why_unclaimed(self) -> str:
        """Some architectures take the wheels of another as their own."""
        takes = architecture(self.arch).takes
        return (
            f"machines of {self.arch} take musllinux wheels of {takes}"
            if takes != self.arch
            else super().why_unclaimed()
        )

    def instead(self, index: Index) -> str:
        """Name a musl that exists."""
        _, musllinux = self._libc_tags(index)
        return f"the musl that it was built with, such as {musllinux}" if musllinux else ""

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> str:
        """Return the first pip that knows :pep:`656`; it knew every architecture."""
        del platform, evidence
        return MUSLLINUX_PIP

    def _sort_fields(self) -> tuple[object, ...]:
        return self.arch, self.musl

    def _why_too_low(self, here: LibcVersion) -> str:
        return f"musl {here[0]} promises nothing to what was built for musl {self.musl[0]}"


class Linux(LinuxTag):
    """``linux_ARCH``: built on some Linux of this architecture, with no promise about its libc or its ABI.

    :param arch: architecture, as in the tag.
    """

    __slots__ = ("arch",)
    _fields = ("arch",)
    _kind = 1

    arch: str

    def __init__(self, arch: str) -> None:
        self._assign(arch=arch)

    def __str__(self) -> str:
        return f"linux_{self.arch}"

    def takers(self) -> Takers:
        """Hosts of this architecture, whatever their libc."""
        takers = {
            f"{libc} {host}": EVERY_VERSION
            for host in hosts_taking_linux(self.arch)
            for libc in ("glibc", "musl", "unknown libc")
        }
        for host in hosts_also_taking(self.arch):
            takers[f"glibc {host}"] = takers[f"musl {host}"] = EVERY_VERSION
        return takers

    def instead(self, index: Index) -> str:
        """Name tags that say which libc the wheel needs."""
        manylinux, musllinux = self._libc_tags(index)
        if not manylinux:
            return ""
        also = f", or {musllinux} where it was built with musl" if musllinux else ""
        return f"the tag of the glibc that it needs, from {manylinux} on: `auditwheel repair` finds it{also}"

    def _sort_fields(self) -> tuple[object, ...]:
        return (self.arch,)


def parse_linux(text: str) -> LinuxTag | None:
    """Read a checked text as a Linux platform tag, or return ``None`` where it only begins like one.

    :raises InvalidTag: it begins like a perennial tag and is malformed.
    """
    kind, _, rest = text.partition("_")
    if kind == "linux" and rest:
        return Linux(rest)
    if kind in LEGACY_MANYLINUX and rest:
        return Manylinux(LEGACY_MANYLINUX[kind], rest, legacy=True)
    if kind not in {"manylinux", "musllinux"}:
        return None
    major, minor, arch = split_version(text)
    if major is None or minor is None:
        raise InvalidTag(text, f"expected {kind}_MAJOR_MINOR_ARCH with two plain numbers")
    if not arch:
        raise InvalidTag(text, f"expected {kind}_MAJOR_MINOR_ARCH, the architecture is missing")
    return Manylinux((major, minor), arch) if kind == "manylinux" else Musllinux((major, minor), arch)
