"""The bounds of an audit: at most 100 MB, and two seconds of processor time, whatever the wheel holds."""

from __future__ import annotations

import os
import sys

import pytest

from .wheel_bounds import LARGE, MOST_MEGABYTES, MOST_SECONDS, SMALL, cost

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
HEAVY = pytest.mark.skipif("MANYTAGS_BOUNDS" not in os.environ, reason="takes minutes: nox -s bounds")


@LINUX
@pytest.mark.parametrize("what", SMALL)
def test_peak_memory(what: str) -> None:
    """A server that audits uploads must survive a wheel of a hundred kilobytes that wants a gigabyte."""
    assert cost(SMALL[what]()).megabytes < MOST_MEGABYTES


@LINUX
@HEAVY
@pytest.mark.parametrize("what", [*SMALL, *LARGE])
def test_peak_memory_and_time(what: str) -> None:
    """The same with every dimension at its limit, alone and together, and in time."""
    megabytes, seconds = cost({**SMALL, **LARGE}[what]())
    assert megabytes < MOST_MEGABYTES
    assert seconds < MOST_SECONDS
