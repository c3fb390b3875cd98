"""Untrusted file names: they are counted or counted as invalid, in bounded time, and never run."""

from __future__ import annotations

import gc
import tracemalloc
from time import process_time
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

import manytags
from manytags import Census, InvalidWheelFilename, census
from manytags.indexes.census_tables import Count

from ..hostile.processor_time import in_time

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 1_000_000
GOOD = "foo-1.0-py3-none-any.whl"
HOSTILE = (
    "-1.0-py3-none-any.whl",
    "--py3-none-any.whl",
    "-.whl",
    ".whl",
    "-",
    "",
    "foo--py3-none-any.whl",
    "foo-1.0-py3-none-any.whl.whl",
    "foo-1.0-py3-none-any.whl\n",
    "\nfoo-1.0-py3-none-any.whl",
    "foo-1.0\n-py3-none-any.whl",
    "foo-1.0--py3-none-any.whl",
    "foo-1.0-py3-none-any-.whl",
    "foo-1.0-x-py3-none-any.whl",
    "foo-1.0-py3--any.whl",
    "fo\u212ao-1.0-py3-none-any.whl",
    "f\u00f6o-1.0-py3-none-any.whl",
    "foo-1.\u0660-py3-none-any.whl",
    "foo-1.0-py3-none-\u212any.whl",
    "foo-1.0-py\u00b2-none-any.whl",
    "\ud800-1.0-py3-none-any.whl",
    "foo__bar-1.0-py3-none-any.whl",
    "FOO-1.0-py3-none-any.whl",
    "f.o-1.0-py3-none-any.whl",
    "f..o-1.0-py3-none-any.whl",
    "foo bar-1.0-py3-none-any.whl",
    "foo\x00-1.0-py3-none-any.whl",
    "../foo-1.0-py3-none-any.whl",
    "=1+1-1.0-py3-none-any.whl",
    "foo-1.0-3py-none-any.whl",
    "foo-1.0-py3-none-any-GPU.whl",
    "foo-1.0-py3-none-any-gpu.whl",
    "foo-1.0-py3.py3-none-any.whl",
    "foo-" + "1." * 30 + "1-py3-none-any.whl",
    "foo-" + "1." * 2_030 + "1-py3-none-any.whl",
    "foo-" + "9" * 4_050 + "-py3-none-any.whl",
    "x" * 4_060 + "-1.0-py3-none-any.whl",
    "x" * 4_072 + "-1.0-py3-none-any.whl",
    "x" * 4_070 + "-1.0.0.0.0.0-py3-none-any.whl",
    "x" * 4_060 + "-1.0-py2.py3-none-any.whl",
    "x" * 4_060 + "-1.0-py2.py3.py4.py5.py6-none-any.whl",
    "foo-1.0-" + "-".join(".".join(f"p{number}" for number in range(22)) for _ in range(3)) + ".whl",
    "a" * MEGABYTE,
    "a" * MEGABYTE + "-1.0-py3-none-any.whl",
    "-" * MEGABYTE + ".whl",
    "foo-1.0-py3-none-" + "a." * MEGABYTE + ".whl",
)


def is_wheel(name: str) -> bool:
    """Whether the library's parser accepts a name."""
    try:
        manytags.parse_wheel_filename(name)
    except InvalidWheelFilename:
        return False
    return True


@pytest.mark.parametrize("name", HOSTILE, ids=[f"{number} {name[:30]!a}" for number, name in enumerate(HOSTILE)])
def test_no_neighbour_makes_a_name_valid(name: str) -> None:
    """Parts of valid names are remembered: an invalid name made of such parts is still detected."""
    for files in (
        [name],
        [GOOD, name],
        [GOOD, name, GOOD, name],
        [GOOD, "foo-1.0-gpu.whl", name],
        [*HOSTILE, name, GOOD],
    ):
        counted = census(files)
        assert counted.total.wheels == sum(map(is_wheel, files))
        assert counted.invalid == sum(file.endswith(".whl") and not is_wheel(file) for file in files)
        assert sum(counted.others.values()) == sum(not file.endswith(".whl") for file in files)
        assert counted.total.projects == len(
            {manytags.parse_wheel_filename(one).name for one in files if is_wheel(one)}
        )


def test_every_form_survives_them() -> None:
    """Invalid names are shown cut and escaped: no control character reaches a terminal, and XML is valid."""
    counted = census(HOSTILE)
    assert all(line.isprintable() for line in counted.to_text().splitlines())
    assert all(len(line) < 400 for line in counted.to_text().splitlines())
    assert ET.fromstring(counted.to_svg()).tag.endswith("svg")  # noqa: S314 - our own
    assert not [line for line in counted.to_csv().splitlines() if line.startswith(("=", "+", "-", "@"))]
    assert counted.to_json().encode("ascii")
    assert Census.from_json(counted.to_json()) == counted


def test_megabytes_are_read_once() -> None:
    """A long name takes time in proportion to its length, and is not kept."""
    names = [*("a" * MEGABYTE + f"-{number}-py3-none-any.whl" for number in range(50)), "-" * MEGABYTE + ".whl"]
    start = process_time()
    tracemalloc.start()
    counted = census(names)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted.invalid == 51
    assert in_time(start)
    assert peak < 10 * MEGABYTE


def many_tag_sets(number: int) -> Iterator[str]:
    """Yield wheels of one project, each with another tag."""
    for index in range(number):
        yield f"foo-{index % 100}-cp312-cp312-linux_x{index}.whl"


def test_distinct_tag_sets_overflow_nothing() -> None:
    """There may be more tag sets than are remembered, and releases in turns: time grows with the files."""
    number = 21_000
    start = process_time()
    counted = census(many_tag_sets(number))
    assert in_time(start, 5)
    assert counted.total == Count(number, 100, 1)
    assert len(counted.counts()) == number
    assert {*counted.counts().values()} == {Count(1, 1, 1)}
    assert counted.counts("python") == {"cp312": Count(number, 100, 1)}


def test_memory_does_not_grow_with_files() -> None:
    """Ten times as many files of the same releases take no more memory, in any order."""
    releases = [f"p{number % 500}-{number // 500}" for number in range(2_000)]

    def kept_after(tags: int, shuffled: bool) -> int:
        tail = [f"cp3{minor}-cp3{minor}-win_amd64.whl" for minor in range(tags)]
        if shuffled:
            names = (f"{release}-{ending}" for ending in tail for release in releases)
        else:
            names = (f"{release}-{ending}" for release in releases for ending in tail)
        gc.collect()
        tracemalloc.start()
        counted = census(names)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert counted.total == Count(2_000 * tags, 2_000, 500)
        return kept

    kept_after(1, True)  # what is loaded at the first use
    for shuffled in (False, True):
        few = kept_after(2, shuffled)
        assert kept_after(20, shuffled) < 1.2 * few


def test_requirements_do_not_fill_the_memory() -> None:
    """If each file has another requires-python, these are not all remembered."""
    targets = [manytags.target("3.12", "win32")]
    files = ({"filename": GOOD, "requires-python": f">=3.{index}"} for index in range(21_000))
    counted = census(files, targets)
    assert counted.installable[targets[0]] == Count(13, 1, 1)
