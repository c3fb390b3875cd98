"""What a wheel would be if the libraries that it lacks were copied into it, as auditwheel does. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ..binaries.binary import Binary
from ..platforms.linux.policies import KINDS
from ..platforms.tag import PlatformTag
from .linking import Linking
from .rules import Violation, ViolationKind, iterate_violations, lowest_policy


class Grafted(NamedTuple):
    """What grafting leaves.

    :ivar tag: the lowest tag that would be true, as far as the libraries themselves do not ask for more.
    :ivar libraries: the libraries to copy.
    """

    tag: str
    libraries: tuple[str, ...]

    def __str__(self) -> str:
        return f"with {', '.join(self.libraries)} in the wheel, true would be: {self.tag}"


def grafted(code: Collection[Binary], platform: PlatformTag, linking: Linking) -> Grafted | None:
    """Find what would be true if the wheel had the libraries that it lacks; ``None`` where it lacks none, or more.

    :param code: the files of the wheel.
    :param platform: the tag that is false: its kind and its architecture are kept.
    :param linking: which libraries a loader takes from the wheel itself.
    """
    if platform.need is None or platform.kind not in KINDS:
        return None
    lowest = lowest_policy(code, platform.kind, platform.machine, linking, {ViolationKind.LIBRARY})
    if lowest is None:
        return None
    lacking = list(iterate_violations(code, lowest, linking))
    if not lacking or not all(is_grafted(reason) and reason.what not in linking.names for reason in lacking):
        return None
    return Grafted(lowest.tag, tuple(sorted({reason.what for reason in lacking})))


def is_grafted(reason: Violation) -> bool:
    """Whether a violation ends when auditwheel copies a library into the wheel."""
    library = reason.what
    return reason.kind is ViolationKind.LIBRARY and not ("/" in library or library.startswith("libpython"))
