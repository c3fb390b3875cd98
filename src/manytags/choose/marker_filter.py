"""Which Pythons on which machines make a marker true. Pure.

Rule: :pep:`508`, Environment Markers.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..platforms import Platform, families, family
from ..platforms.parse import machines_of
from ..targets import Python, Target
from ..targets.markers import is_true, marker_environment, parse_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    #: System and architecture.
    Machine = tuple[str, str]

_MEMO_LIMIT = 10_000
#: How versions are written in markers. What is longer is not a version of Python.
_VERSION = re.compile(r"(?<![\d.])(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?![\d])")


class MarkerFilter:
    """A marker that is asked of kinds of machines.

    Its truth changes at versions that it names. So these are tried, and those before and after them.

    :param text: the marker.
    :raises InvalidInput: it is not one.
    """

    def __init__(self, text: str) -> None:
        self._marker = parse_marker(text)
        named = [tuple(int(number or 0) for number in match) for match in _VERSION.findall(text)]
        #: Minor versions of Python at which the answer may change.
        self.minors = sorted({(major, max(minor + step, 0)) for major, minor, _ in named for step in (-1, 0, 1)})
        self._micros = sorted({0, *(max(micro + step, 0) for _, _, micro in named for step in (-1, 0, 1))})
        self.allows = lru_cache(_MEMO_LIMIT)(self._allows)
        self._everywhere = [(system, arch) for system, module in families().items() for arch in module.machines()]

    def is_true_of(self, target: Target) -> bool:
        """Whether it is true on a target."""
        return is_true(self._marker, marker_environment(target))

    def machines(self, platforms: Iterable[str]) -> set[Machine]:
        """List the machines that some platform tags are for; those of ``any`` are all that today's Pythons run on."""
        machines: set[Machine] = set()
        for platform in platforms:
            machines.update(self._everywhere if platform == "any" else machines_of(platform))
        return machines

    def _allows(self, python: Python, machine: Machine) -> bool:
        """Whether it is true of some micro version of a Python on a machine, under any name of the machine."""
        platform = Platform(*machine)
        for micro in self._micros:
            full = (*python.version[:2], micro)
            target = Target(Python(python.implementation, full, python.abis), platform)
            environment = marker_environment(target)
            for name in family(platform.system).markers(platform)[3]:
                if is_true(self._marker, {**environment, "platform_machine": name}):
                    return True
        return False
