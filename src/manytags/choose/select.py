"""Picking one wheel file of many, in pip's order."""

from __future__ import annotations

from ..tags.wheel import build_from_text, split_wheel_filename
from ..targets import Target
from ..targets.expand import rank_filename

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def best(filenames: Iterable[str], target: Target) -> str | None:
    """Pick the wheel file that fits a target best, or ``None`` where none fits.

    The best tag wins, then the higher build tag; ties go to the name that sorts first, so that listing order never
    decides. All files are taken to be of one release.

    :param filenames: wheel file names.
    :param target: what it is for.
    :raises InvalidWheelFilename: one of them is no wheel file name.

    >>> from manytags import target
    >>> files = ["foo-1.0-py3-none-any.whl", "foo-1.0-cp312-cp312-win_amd64.whl"]
    >>> best(files, target("cp312", "win_amd64")), best(files, target("cp311", "win32"))
    ('foo-1.0-cp312-cp312-win_amd64.whl', 'foo-1.0-py3-none-any.whl')
    """
    chosen: str | None = None
    chosen_rank = 0
    for filename in filenames:
        found = rank_filename(filename, target)
        if found is None:
            continue
        if chosen is None or found < chosen_rank or (found == chosen_rank and _before(filename, chosen)):
            chosen, chosen_rank = filename, found
    return chosen


def _before(one: str, other: str) -> bool:
    builds = [build_from_text(split_wheel_filename(filename)[2]) for filename in (one, other)]
    return one < other if builds[0] == builds[1] else builds[0] > builds[1]
