"""Linux platform tags: manylinux (:pep:`600` and its forerunners), musllinux (:pep:`656`), bare ``linux_*``."""

from __future__ import annotations

from ..errors import InvalidTag
from .architecture import hosts_also_taking, hosts_taking_libc, hosts_taking_linux
from .libc import LAST_ASSUMED_MINOR, LEGACY_MANYLINUX, LEGACY_NAMES, MANYLINUX_FLOORS, LibcVersion
from .order import EVERY_VERSION, PlatformTag, Takers
from .text import parse_number


class Manylinux(PlatformTag):
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
        """The legacy name of this tag, such as ``manylinux2014_x86_64``, or ``None``."""
        name = LEGACY_NAMES.get(f"{self.glibc[0]}_{self.glibc[1]}")
        return None if name is None else f"{name}_{self.arch}"

    def __str__(self) -> str:
        return (self.legacy and self.alias) or self.perennial

    @property
    def perennial(self) -> str:
        """The :pep:`600` spelling, such as ``manylinux_2_17_x86_64``."""
        return f"manylinux_{self.glibc[0]}_{self.glibc[1]}_{self.arch}"

    def takers(self) -> Takers:
        """Hosts on a glibc as new, of an architecture for which interpreters claim manylinux."""
        if self.arch not in MANYLINUX_FLOORS:
            return {f"manylinux that nobody claims, {self.arch}": (self.glibc, None)}
        # A minor beyond what is assumed of its major is in no ladder of a newer major.
        end = (self.glibc[0] + 1, 0) if self.glibc[1] > LAST_ASSUMED_MINOR else None
        return {f"glibc {host}": (self.glibc, end) for host in hosts_taking_libc(self.arch)}

    def _sort_fields(self) -> tuple[object, ...]:
        return self.arch, self.glibc


class Musllinux(PlatformTag):
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

    def takers(self) -> Takers:
        """Hosts on a musl of the same major version, as new or newer."""
        hosts = [*hosts_taking_libc(self.arch), *hosts_also_taking(self.arch)]
        versions = (self.musl, (self.musl[0] + 1, 0))
        if not hosts:
            return {f"musllinux that nobody claims, {self.arch}": versions}
        return {f"musl {host}": versions for host in hosts}

    def _sort_fields(self) -> tuple[object, ...]:
        return self.arch, self.musl


class Linux(PlatformTag):
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

    def _sort_fields(self) -> tuple[object, ...]:
        return (self.arch,)


def parse_linux(text: str) -> Manylinux | Musllinux | Linux | None:
    """Read a checked text as a Linux platform tag, or return ``None`` where it is of another kind.

    :raises InvalidTag: the text begins like a perennial tag and is none.
    """
    family, _, rest = text.partition("_")
    if family == "linux" and rest:
        return Linux(rest)
    if family in LEGACY_MANYLINUX and rest:
        return Manylinux(LEGACY_MANYLINUX[family], rest, legacy=True)
    if family == "manylinux":
        version, arch = _parse_perennial(text, rest)
        return Manylinux(version, arch)
    if family == "musllinux":
        version, arch = _parse_perennial(text, rest)
        return Musllinux(version, arch)
    return None


def _parse_perennial(text: str, rest: str) -> tuple[LibcVersion, str]:
    major_text, _, rest = rest.partition("_")
    minor_text, _, arch = rest.partition("_")
    major, minor = parse_number(major_text), parse_number(minor_text)
    family = text.partition("_")[0]
    if major is None or minor is None:
        raise InvalidTag(text, f"expected {family}_MAJOR_MINOR_ARCH with two plain numbers")
    if not arch:
        raise InvalidTag(text, f"expected {family}_MAJOR_MINOR_ARCH, the architecture is missing")
    return (major, minor), arch
