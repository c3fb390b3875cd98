"""The bound of processor time for hostile input, adjusted to slow machines."""

from __future__ import annotations

from time import process_time

MOST_SECONDS = 2.0
#: Seconds that the loop below took on the slowest Python that the bound was set with.
_LOOP = 0.16


def in_time(began: float, most: float = MOST_SECONDS) -> bool:
    """Whether less than some seconds of processor time have passed since ``began``.

    If more have passed, the speed of the machine is measured: a slow machine takes longer for harmless input too.
    """
    spent = process_time() - began
    return spent < most or spent < most * min(_loop() for _ in range(3)) / _LOOP


def _loop() -> float:
    began, total = process_time(), 0
    for number in range(2_000_000):
        total += number & 7
    return process_time() - began
