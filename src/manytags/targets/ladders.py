"""Ladders of the systems that are not Linux: one function each.

The order and the ends are packaging's, and so are the rules: Apple's and Android's own version numbers.
"""

from __future__ import annotations

from ..errors import InvalidTarget
from ..tags.apple import FIRST_IOS_MAJOR, LAST_IOS_MINOR, MAC_10_MINORS_ON_11, mac_formats
from ..tags.platform import FIRST_ANDROID_API, LAST_PYODIDE_YEAR
from . import Platform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def macos_ladder(platform: Platform) -> list[str]:
    """Every macOS version from this one down, in every binary format that the machine loads.

    From macOS 11 on a major version is one rung. Below it x86_64 goes on to what ran on 10.x; Arm only to
    ``universal2``, whose x86_64 half may be that old.
    """
    major, minor = _two_numbers(platform)
    machine = platform.arch
    if major < 11:
        rungs = [(10, older) for older in range(minor, -1, -1)] if major == 10 else []
    else:
        rungs = [(newer, 0) for newer in range(major, 10, -1)]
        if machine == "x86_64":
            rungs += [(10, older) for older in MAC_10_MINORS_ON_11]
    tags = [f"macosx_{version[0]}_{version[1]}_{form}" for version in rungs for form in mac_formats(machine, version)]
    if major >= 11 and machine != "x86_64":
        tags += [f"macosx_10_{older}_universal2" for older in MAC_10_MINORS_ON_11]
    return tags


def ios_ladder(platform: Platform) -> list[str]:
    """This iOS version and all before it, down to the first that can run CPython (:pep:`730`)."""
    major, minor = _two_numbers(platform)
    if major < FIRST_IOS_MAJOR:
        return []
    rungs = [(major, older) for older in range(minor, -1, -1)]
    rungs += [
        (older, any_minor)
        for older in range(major - 1, FIRST_IOS_MAJOR - 1, -1)
        for any_minor in range(LAST_IOS_MINOR, -1, -1)
    ]
    return [f"ios_{rung[0]}_{rung[1]}_{platform.arch}" for rung in rungs]


def android_ladder(platform: Platform) -> list[str]:
    """This API level and all below it, down to the first that can run CPython (:pep:`738`)."""
    level = platform.version[0] if platform.version else -1
    return [f"android_{older}_{platform.arch}" for older in range(_bounded(platform, level), FIRST_ANDROID_API - 1, -1)]


def emscripten_ladder(platform: Platform) -> list[str]:
    """Pyodide's ABI, where it has one (:pep:`783`), its older name until 2025, then the compiler's name."""
    version = platform.version or ()
    names = ["pyemscripten"] if version else []
    if len(version) == 2 and version[0] <= LAST_PYODIDE_YEAR:
        names.append("pyodide")
    tags = ["_".join([name, *map(str, version), "wasm32"]) for name in names]
    return [*tags, platform.arch] if platform.arch.startswith("emscripten_") else tags


def one_rung(platform: Platform) -> list[str]:
    """Return the one tag of a system whose tags have no order, ``any`` being none of its own."""
    return [platform.arch] if platform.arch != "any" else []


def _two_numbers(platform: Platform) -> tuple[int, int]:
    version = platform.version or ()
    if len(version) < 2:
        raise InvalidTarget(str(platform), f"{platform.system} needs a version of two numbers")
    return _bounded(platform, version[0]), _bounded(platform, version[1])


def _bounded(platform: Platform, number: int) -> int:
    # A ladder's length must stay bounded, whatever a stranger's JSON says.
    if not 0 <= number < 1000:
        raise InvalidTarget(str(platform), f"no {platform.system} has a version like this")
    return number


#: System -> its ladder, from a platform of that system.
LADDERS: dict[str, Callable[[Platform], list[str]]] = {
    "macos": macos_ladder,
    "windows": one_rung,
    "ios": ios_ladder,
    "android": android_ladder,
    "emscripten": emscripten_ladder,
    "other": one_rung,
}
