"""What a wheel's tags say in the language of markers. Pure.

Rule: :pep:`508`, Environment Markers.
"""

from __future__ import annotations

from ..platforms import Platform, family
from ..platforms.parse import machines_of
from ..tags import SYSTEMS
from ..tags.filename import parse_wheel_filename
from ..tags.python import parse_abi, parse_python_tag
from .entries import read_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    #: The first minor version, and the one after the last.
    Span = tuple[tuple[int, int], tuple[int, int]]


def marker_from_wheel(file: object, *, key: Callable[[object], object] | None = None) -> str:
    """Return the :pep:`508` marker that a wheel's tags imply. It is true wherever the wheel can be installed.

    The reverse does not hold, because tags say more than markers can: a C library, a system's version, a free-threaded
    or debug build. The marker assumes that there is no Python 4. ``platform_machine`` is the kernel's, so wheels for
    32-bit x86 are for x86_64 as well, and those for ARMv7 are for aarch64. Emulated machines, and tags that only a
    target's options add, are left out. The marker says nothing about platforms for which manytags has no rule, such as
    ``freebsd_14_1_release_amd64``.

    What the marker does not say of described targets, :func:`manytags.check_coverage` does.

    :param file: a wheel file name, an entry of an index, or anything that ``key`` turns into one of these.
    :param key: returns the file name or entry of ``file``.
    :raises InvalidWheelFilename: the name is not a wheel file name.

    >>> marker_from_wheel("foo-1.0-cp38-abi3-macosx_11_0_arm64.whl")
    'implementation_name == "cpython" and python_version >= "3.8" and sys_platform == "darwin" and platform_machine == "arm64"'
    >>> marker_from_wheel("foo-1.0-py2.py3-none-any.whl")
    ''
    """  # noqa: E501 - a marker is one line
    tags = parse_wheel_filename(read_entry(file, key)[0]).tag_set
    return _all([*_either(_about_pythons(tags.pythons, tags.abis)), *_either(_about_platforms(tags.platforms))])


def _all(parts: list[str]) -> str:
    """Join conditions with ``and``."""
    return " and ".join(f"({part})" if " or " in part and len(parts) > 1 else part for part in parts)


def _either(alternatives: list[list[str]]) -> list[str]:
    """Join alternatives with ``or``. Both they and the result are lists of conditions that must all be true."""
    if [] in alternatives:
        return []
    if len(alternatives) == 1:
        return alternatives[0]
    return [" or ".join(f"({_all(parts)})" if len(parts) > 1 else parts[0] for parts in alternatives)]


def _about_pythons(pythons: tuple[str, ...], abis: tuple[str, ...]) -> list[list[str]]:
    """List an alternative for each implementation."""
    spans: dict[str, list[Span]] = {}
    for python in pythons:
        tag = parse_python_tag(python)
        if tag.implementation is None or not tag.version:
            return [[]]
        low = (tag.version[0], (*tag.version, 0)[1])
        end = (tag.version[0] + 1, 0)
        only = (low[0], low[1] + 1)
        for abi in abis:
            # Newer versions take the wheel too if it is for any Python, or uses the stable ABI.
            newer = len(tag.version) == 1 or tag.implementation == "python" or parse_abi(abi).family == "stable"
            spans.setdefault(tag.implementation, []).append((low, end if newer else only))
    merged = {name: _merged(of_implementation) for name, of_implementation in spans.items()}
    generic = merged.pop("python", [])
    alternatives = [_versions(span) for span in generic]
    for name, own in sorted(merged.items()):
        left = [span for span in own if not any(low <= span[0] and span[1] <= high for low, high in generic)]
        if left:
            alternatives.append([f'implementation_name == "{name}"', *_either([_versions(span) for span in left])])
    return alternatives


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for low, high in sorted(spans):
        # 3.0 follows 2.7, whatever minor versions a major has.
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _versions(span: Span) -> list[str]:
    """Write a span as conditions. No wheel is for Python 1 or 4, so neither is excluded."""
    low, high = span
    if high == (low[0], low[1] + 1):
        return [f'python_version == "{low[0]}.{low[1]}"']
    parts = []
    if low > (2, 0) or high <= (3, 0):
        parts.append(f'python_version >= "{_short(low)}"')
    if high < (4, 0):
        parts.append(f'python_version < "{_short(high)}"')
    return parts


def _short(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}" if version[1] else str(version[0])


def _about_platforms(platforms: tuple[str, ...]) -> list[list[str]]:
    """List an alternative for each system."""
    machines: dict[str, set[str]] = {}
    for text in platforms:
        takers = machines_of(text)
        if not takers or any(system not in SYSTEMS for system, _ in takers):
            return [[]]
        for system, arch in takers:
            _, sys_platform, _, names = family(system).markers(Platform(system, arch))
            machines.setdefault(sys_platform, set()).update(names)
    return [
        [
            f'sys_platform == "{system}"',
            *_either([[f'platform_machine == "{machine}"'] for machine in sorted(names)]),
        ]
        for system, names in sorted(machines.items())
    ]
