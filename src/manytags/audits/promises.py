"""What a policy promises, as against what it allows: libraries and versions that could be there at all. Pure."""

from __future__ import annotations

from .symbol_versions import family_of, in_order, is_number, numbers_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .policies import Policy, Version

#: Libraries that policies allow everywhere, and the glibc since which an architecture has them; others have none.
#: libmvec: looked for in Debian 11, 12, 13 and sid on nine architectures, 2026-11-21; since when is the oldest of its
#: own symbol versions (aarch64), and what glibc's wiki says (x86_64).
_ONLY_ON: dict[str, dict[str, Version]] = {"libmvec.so.1": {"x86_64": (2, 22), "aarch64": (2, 38)}}
_NEVER: Version = (999, 0)

#: Which library answers for a family of versions.
_HOMES = {
    "GLIBC": "libc.so.6",
    "GLIBCXX": "libstdc++.so.6",
    "CXXABI": "libstdc++.so.6",
    "GCC": "libgcc_s.so.1",
    "ZLIB": "libz.so.1",
    "LIBATOMIC": "libatomic.so.1",
}


def promised_libraries(wanted: Policy) -> list[str]:
    """List what every system that keeps a policy has: what the policy allows, but for what never was there.

    >>> from manytags.audits.policies import policy
    >>> "libmvec.so.1" in promised_libraries(policy("manylinux", (2, 28), "i686"))
    False
    """
    since = {name: only.get(wanted.architecture, _NEVER) for name, only in _ONLY_ON.items()}
    return sorted(name for name in wanted.libraries if since.get(name, (0, 0)) <= wanted.version)


def lacking_versions(wanted: Policy, defined: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """List the versions that a policy allows and no library defines, by the library that should.

    Libraries keep what they once had. So a number below the newest of its family never was one on this architecture,
    and no wheel can need it; policies list some all the same.

    :param defined: library -> the versions that it defines. Of one that defines none, no loader asks any.
    """
    everywhere = set().union(*defined.values())
    newest: dict[str, list[int]] = {}
    for version in everywhere:
        family = family_of(version)
        if is_number(version):
            newest[family] = max(newest.get(family, []), numbers_of(version))
    lacking: dict[str, tuple[str, ...]] = {}
    for version in in_order(wanted.symbol_versions - everywhere):
        family = family_of(version)
        home = _HOMES.get(family, "libc.so.6")
        if defined.get(home) and (not is_number(version) or numbers_of(version) > newest.get(family, [])):
            lacking[home] = (*lacking.get(home, ()), version)
    return lacking
