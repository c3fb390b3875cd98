"""How much an audit may judge of one wheel, whatever the wheel holds. Pure.

Work is counted, not timed: an audit says the same on every machine. Real wheels are far below the bounds. Where a bound
is reached, the rest cannot be judged, or is not listed; the wheel is not refused for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .claims import Claim, ClaimKind, Verdict

#: Files, needs and names that are looked at for all tags; PySide2 5.15 takes some 30,000.
_MAX_WORK = 400_000
#: Reasons that are listed for all tags; PySide2 5.15 has 750.
MAX_REASONS = 20_000
_TOO_MUCH = "there is more to judge than in any real wheel"


class Budget:
    """What is left of the bounds for one wheel."""

    def __init__(self) -> None:
        self._work, self._reasons = _MAX_WORK, MAX_REASONS

    def judge(self, kind: ClaimKind, tag: str, where: tuple[str, ...], cost: int, judge: Callable[[], Claim]) -> Claim:
        """Judge a claim, unless the claims before it took all the work that may be done for one wheel.

        :param kind: the kind of tag.
        :param tag: the tag.
        :param where: where the wheel has it.
        :param cost: how many things must be looked at.
        :param judge: what judges it.
        """
        self._work -= cost
        if self._work < 0:
            return Claim(kind, tag, where, Verdict.UNKNOWN, note=_TOO_MUCH)
        claim = judge()
        left = max(self._reasons, 1)
        self._reasons -= len(claim.reasons)
        if len(claim.reasons) <= left:
            return claim
        note = f"only the first {left} of its reasons are listed"
        return replace(claim, reasons=claim.reasons[:left], note="; ".join(filter(None, (claim.note, note))))
