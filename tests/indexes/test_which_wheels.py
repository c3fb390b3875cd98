"""What a mirror keeps: every row that somebody could be given, one after the other, and nothing else."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from typing import TYPE_CHECKING

import pytest

import manytags
from manytags import InvalidInput, InvalidTarget, InvalidWheelFilename, relevant, which_wheels
from manytags.indexes.which_wheels import filename_from_url

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOWS = manytags.target("3.12", "win_amd64")
NAMES = [
    "a-1-cp312-cp312-win_amd64.whl",
    "a-1-cp312-cp312-macosx_11_0_arm64.whl",
    "a-1.tar.gz",
    "a-1-cp312.whl",
    "a-1-cp310-abi3-win32.whl",
    "a-1-py3-none-any.whl",
]


def test_it_is_what_is_relevant() -> None:
    """A mirror made by stream serves the same machines as a list."""
    good = [name for name in NAMES if name != "a-1-cp312.whl"]
    assert [*which_wheels(iter(NAMES), [WINDOWS])] == relevant(good, [WINDOWS]) == [NAMES[0], NAMES[5]]
    assert [*which_wheels(NAMES, systems=["windows"], requires_python=">=3.10")] == [NAMES[0], NAMES[4], NAMES[5]]
    assert [*which_wheels(NAMES, systems=["macos", "win32"])] == [NAMES[1], *NAMES[4:]]


def test_rows_go_by_name_or_url() -> None:
    """Data made of an index has URLs, with hashes behind them and escapes in them; the rows themselves are given."""
    wheel = "a-1%2Bcpu-cp312-cp312-win_amd64.whl"
    rows: list[object] = [
        f"https://example.org/simple/a/{wheel}#sha256=00-cp312-cp312-win32.whl",
        f"../../packages/{wheel}?download=a/b",
        {"url": f"https://example.org/{wheel}", "requires-python": ">=3.12"},
        {"url": f"https://example.org/{wheel}", "requires-python": ">=3.13"},
        {"url": f"https://example.org/{wheel}", "yanked": "broken"},
        {"filename": "a-1-cp312-cp312-win32.whl", "url": wheel},
    ]
    assert [*which_wheels(rows, [WINDOWS])] == rows[:3]
    assert [*which_wheels(rows, [WINDOWS], yanked=True)] == [*rows[:3], rows[4]]
    pairs = [(1, wheel)]
    assert [*which_wheels(pairs, [WINDOWS], key=lambda pair: pair[1])] == pairs
    assert filename_from_url("a-1.whl") == "a-1.whl"


def test_nothing_is_kept() -> None:
    """An index of any length goes through; each row is there before the next one is read."""

    def endless() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield f"a{number}-1-cp312-cp312-win_amd64.whl"

    tracemalloc.start()
    found = which_wheels(endless(), [WINDOWS])
    first = [*islice(found, 100)]
    before = tracemalloc.get_traced_memory()[0]
    last = next(islice(found, 20_000, None))
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert (first[0], last) == ("a1-1-cp312-cp312-win_amd64.whl", "a20101-1-cp312-cp312-win_amd64.whl")
    assert grown < 50_000


def test_wrong_wishes_are_told_at_once() -> None:
    """Not when the first row is asked for, perhaps in another thread."""
    with pytest.raises(InvalidInput, match="no version specifier"):
        which_wheels([], requires_python="three")
    with pytest.raises(InvalidTarget):
        which_wheels([], systems=["windoze"])
    with pytest.raises(TypeError, match="got both"):
        which_wheels([], [WINDOWS], systems=["windows"])
    with pytest.raises(TypeError, match="expected several rows"):
        which_wheels("a-1-py3-none-any.whl", [WINDOWS])


def test_bad_rows() -> None:
    """A bad name is passed over, or told by whoever wants to know; what has no name at all is an error."""
    with pytest.raises(InvalidWheelFilename, match=r"a-1-cp312\.whl"):
        [*which_wheels(NAMES, [WINDOWS], on_invalid="raise")]
    for row in ({"url": 3}, {}, None, 3):
        with pytest.raises(InvalidWheelFilename):
            [*which_wheels([row], [WINDOWS])]
