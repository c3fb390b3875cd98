"""The bound of time that hostile input has: seconds of the processor, on one that is no slower than ours was."""

from __future__ import annotations

from time import process_time

MOST_SECONDS = 2.0
#: Seconds that the loop below took on the slowest Python that the bound was set with.
_LOOP = 0.16


def in_time(began: float, most: float = MOST_SECONDS) -> bool:
    """Tell whether no more than some seconds have passed since a processor time.

    Only where more have, the machine's own speed is looked at: a slow one takes longer for honest work too.
    """
    spent = process_time() - began
    return spent < most or spent < most * min(_loop() for _ in range(3)) / _LOOP


def _loop() -> float:
    began, total = process_time(), 0
    for number in range(2_000_000):
        total += number & 7
    return process_time() - began
