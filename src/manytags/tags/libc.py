"""Versions of C libraries: how they are written, their legacy manylinux names, and where ladders end."""

#: A C library's version: (major, minor). Patch levels never matter to a tag.
LibcVersion = tuple[int, int]

#: :pep:`600`: the legacy names and the glibc that each stands for.
LEGACY_MANYLINUX = {
    "manylinux1": (2, 5),
    "manylinux2010": (2, 12),
    "manylinux2014": (2, 17),
}
#: The same turned round, by the version as tags write it.
LEGACY_NAMES = {f"{version[0]}_{version[1]}": name for name, version in LEGACY_MANYLINUX.items()}

#: Architectures for which an interpreter on glibc claims manylinux tags, and the oldest glibc that it claims.
#: The floors are those of packaging's ladders: 2.5 where manylinux1 existed, else 2.17 (manylinux2014).
MANYLINUX_FLOORS = {
    "x86_64": (2, 5),
    "i686": (2, 5),
    "aarch64": (2, 17),
    "armv7l": (2, 17),
    "loongarch64": (2, 17),
    "ppc64": (2, 17),
    "ppc64le": (2, 17),
    "riscv64": (2, 17),
    "s390x": (2, 17),
}

#: The last minor to assume of a glibc major version below the one that runs, as packaging does; none is known yet.
LAST_ASSUMED_MINOR = 50


def parse_libc_version(text: str) -> "LibcVersion | None":
    """Read the version that a C library reports, or return ``None`` where it has no ``major.minor``.

    What follows the minor is dropped: Linaro reports ``2.20-2014.11``, others ``2.17-c758a686`` or ``2.4.5``.

    :param text: the version, with or without the word ``glibc`` that ``os.confstr`` puts in front.

    >>> parse_libc_version("glibc 2.36"), parse_libc_version("2.20-2014.11"), parse_libc_version("2")
    ((2, 36), (2, 20), None)
    """
    words = text.split()
    if not words:
        return None
    major, _, rest = words[-1].partition(".")
    end = 0
    while end < len(rest) and rest[end].isascii() and rest[end].isdigit():
        end += 1
    minor = rest[:end]
    if not (major.isascii() and major.isdigit() and minor) or len(major) > 2 or len(minor) > 3:
        return None
    return int(major), int(minor)


def glibc_versions(newest: LibcVersion, floor: LibcVersion) -> list[str]:
    """List the glibc versions from ``newest`` down to ``floor``, both included, as tags write them.

    glibc keeps old symbols across major versions, so a glibc 3 would serve all of glibc 2.

    >>> glibc_versions((2, 19), (2, 17))
    ['2_19', '2_18', '2_17']
    """
    versions: list[str] = []
    for major in range(newest[0], floor[0] - 1, -1):
        top = newest[1] if major == newest[0] else LAST_ASSUMED_MINOR
        bottom = floor[1] if major == floor[0] else 0
        versions += [f"{major}_{minor}" for minor in range(top, bottom - 1, -1)]
    return versions
