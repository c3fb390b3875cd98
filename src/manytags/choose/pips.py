"""Which pip is old enough to know a tag: a publisher's question. Pure.

Rule: pip's change log.
"""

from __future__ import annotations

from ..tags.platform import IOS, Android, MacOS, Manylinux, Musllinux, Pyemscripten, parse_platform

#: Legacy manylinux names -> first pip that takes them.
LEGACY_PIPS = {"manylinux1": "8.1", "manylinux2010": "19.0", "manylinux2014": "19.3"}
#: First pip that takes perennial manylinux tags (:pep:`600`), musllinux (:pep:`656`), and macOS 11's version numbers.
PERENNIAL_PIP, MUSLLINUX_PIP, MACOS_11_PIP = "20.3", "21.2", "20.3"
#: First pips whose packaging knows iOS, Android and Pyodide's ABI.
NEWER_PIPS = {IOS: "25.0", Android: "25.1", Pyemscripten: "26.1"}


def oldest_pip(tag: str) -> str | None:
    """Give the oldest pip that takes a platform tag, or ``None`` where every pip that installs wheels does.

    Of several names for one wheel (``manylinux_2_17_x86_64.manylinux2014_x86_64``) the oldest pip counts.

    :param tag: one platform tag, or several with dots between.
    :raises InvalidTag: it is no platform tag.

    >>> oldest_pip("manylinux_2_17_x86_64.manylinux2014_x86_64"), oldest_pip("musllinux_1_2_x86_64")
    ('19.3', '21.2')
    """
    found = [_oldest(name) for name in tag.split(".")]
    if None in found:
        return None
    return min((pip for pip in found if pip is not None), key=lambda pip: tuple(map(int, pip.split("."))))


def _oldest(name: str) -> str | None:
    tag = parse_platform(name)
    legacy = LEGACY_PIPS.get(name.lower().partition("_")[0])
    if legacy is not None:
        return legacy
    if isinstance(tag, Manylinux):
        return PERENNIAL_PIP
    if isinstance(tag, Musllinux):
        return MUSLLINUX_PIP
    if isinstance(tag, MacOS) and tag.version >= (11, 0):
        return MACOS_11_PIP
    return NEWER_PIPS.get(type(tag))
