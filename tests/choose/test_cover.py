"""One set of wheels for many targets: what a lock file records, and which targets get nothing."""

from __future__ import annotations

import itertools
import warnings
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manytags import InvalidInput, InvalidWheelFilename, Target, best, cover, sort, target
from manytags.choose.cover import EXACT_UP_TO, least

MACHINES = [
    target(python, platform)
    for python in ("3.11", "3.12", "3.13t")
    for platform in ("manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "win_amd64", "macosx_14_0_arm64")
]
NAMES = [
    f"foo-1.0-{python}-{platform}.whl"
    for python in ("cp311-cp311", "cp312-cp312", "cp313-cp313t", "cp311-abi3", "py3-none")
    for platform in ("manylinux_2_17_x86_64", "musllinux_1_1_x86_64", "win_amd64", "macosx_11_0_universal2")
] + ["foo-1.0-py3-none-any.whl", "foo-1.0-py3-none-manylinux_2_28_x86_64.musllinux_1_2_x86_64.win_amd64.whl"]

some_names = st.lists(st.sampled_from(NAMES), unique=True, max_size=9)
some_machines = st.lists(st.sampled_from(MACHINES), max_size=8)


@given(some_names, some_machines)
def test_best_for_each(names: list[str], machines: list[Target]) -> None:
    """By default every target gets the wheel that it would choose alone."""
    covered = cover(names, machines)
    picks = {machine: best(names, machine) for machine in machines}
    assert covered.chosen == {machine: pick for machine, pick in picks.items() if pick}
    assert list(covered.without) == list(dict.fromkeys(machine for machine in machines if picks[machine] is None))
    assert covered.files == tuple(sorted({pick for pick in picks.values() if pick}))
    assert covered.exact


@given(some_names, some_machines)
def test_fewest_is_the_smallest(names: list[str], machines: list[Target]) -> None:
    """No smaller set serves all targets that can be served, and each target gets the best wheel of the set."""
    covered = cover(names, machines, fewest=True)
    served = [machine for machine in dict.fromkeys(machines) if best(names, machine)]
    smallest = next(
        size
        for size in range(len(names) + 1)
        for tried in itertools.combinations(names, size)
        if all(best(tried, machine) for machine in served)
    )
    assert covered.exact
    assert len(covered.files) == smallest
    assert list(covered.chosen) == served
    assert {machine: best(covered.files, machine) for machine in served} == covered.chosen
    assert len(covered.files) <= len(cover(names, machines).files)
    assert covered.without == cover(names, machines).without


@given(st.permutations(NAMES[:EXACT_UP_TO]), some_machines)
def test_listing_order_never_decides(names: list[str], machines: list[Target]) -> None:
    """Two runs of a locker write the same file."""
    expected = cover(NAMES[:EXACT_UP_TO], machines, fewest=True)
    assert cover(names, machines, fewest=True) == expected


@given(st.lists(st.sampled_from(NAMES), unique=True, min_size=EXACT_UP_TO + 1), some_machines)
def test_beyond_twenty_files(names: list[str], machines: list[Target]) -> None:
    """The greedy set is never larger than the set of each target's own choice."""
    covered = cover(names, machines, fewest=True)
    alone = cover(names, machines)
    assert len(covered.files) <= len(alone.files)
    assert covered.without == alone.without
    assert set(covered.chosen) == set(alone.chosen)
    for machine, name in covered.chosen.items():
        assert name == best(covered.files, machine)


masks = st.lists(st.integers(1, 2**10 - 1), min_size=1, max_size=9)


@given(masks)
def test_least_counts_right(sets: list[int]) -> None:
    """The search that skips most sets gives the same result as trying them all."""
    everybody = 0
    for mask in sets:
        everybody |= mask
    expected = next(
        size
        for size in range(len(sets) + 1)
        if any(_union(tried) == everybody for tried in itertools.combinations(sets, size))
    )
    assert least(everybody, sets, len(sets)) == expected
    assert least(everybody, sets, expected - 1) >= expected


def _union(tried: tuple[int, ...]) -> int:
    union = 0
    for mask in tried:
        union |= mask
    return union


def greedy_case(blocks: int) -> tuple[list[str], list[Target], int]:
    """Make two rows of targets that two wheels serve, and wheels across both rows that a greedy search takes first."""
    minors = iter(range(5, 900))
    rows: tuple[list[int], list[int]] = ([], [])
    names = []
    for block in range(blocks):
        width = 2**block
        columns = [(next(minors), next(minors)) for _ in range(width)]
        for first, second in columns:
            rows[0].append(first)
            rows[1].append(second)
        names.append(wheel(f"{block}", [minor for column in columns for minor in column]))
    names += [wheel(f"{100 + row}", rows[row]) for row in (0, 1)]
    machines = [target(f"3.{minor}", "win32") for row in rows for minor in row]
    return names, machines, 2


def wheel(build: str, minors: list[int]) -> str:
    """Name a wheel for these versions of CPython only."""
    return f"foo-1.0-{build}-{'.'.join(f'cp3{minor}' for minor in minors)}-none-win32.whl"


def test_greedy_keeps_its_bound() -> None:
    """In the worst case, the greedy set has the documented size, and the result says that it is not exact."""
    names, machines, smallest = greedy_case(5)
    exact = cover(names, machines, fewest=True)
    assert exact.exact
    assert len(exact.files) == smallest
    padding = [wheel(f"{200 + number}", [5]) for number in range(EXACT_UP_TO)]
    covered = cover(names + padding, machines, fewest=True)
    assert not covered.exact
    assert smallest <= len(covered.files) <= smallest * (1 + log(len(machines)))


def test_twenty_files_take_no_million_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty wheels have a million sets; the worst known cases need only thousands of tries."""
    import sys

    module = sys.modules["manytags.choose.cover"]
    calls = 0

    def counted(left: int, sets: list[int], most: int) -> int:
        nonlocal calls
        calls += 1
        return least(left, sets, most)

    monkeypatch.setattr(module, "least", counted)
    minors = list(range(20, 40))
    shapes = [
        [[minor] for minor in minors],  # each its own
        [[minors[n], minors[(n + 1) % 20]] for n in range(20)],  # a ring
        [[minors[n], minors[(n + 3) % 20], minors[(n + 7) % 20]] for n in range(20)],
        [[minors[n % 20], minors[n * 7 % 20], minors[(n * n + 3) % 20], minors[(n + 11) % 20]] for n in range(20)],
    ]
    machines = [target(f"3.{minor}", "win32") for minor in minors]
    for shape in shapes:
        calls = 0
        covered = cover([wheel(f"{n}", served) for n, served in enumerate(shape)], machines, fewest=True)
        assert covered.exact
        assert calls < 20_000


def test_no_target_and_no_file() -> None:
    """Without targets or files there is nothing to choose."""
    assert cover(NAMES, []).files == ()
    assert cover([], MACHINES, fewest=True).without == tuple(MACHINES)


def test_entries_keys_and_yanked() -> None:
    """``cover`` takes and returns everything that ``best`` does: a locker records the URL and the hashes too."""
    good = {"filename": NAMES[-2], "requires-python": ">=3.12"}
    pulled = {"filename": NAMES[0], "yanked": "broken"}
    covered = cover([good, pulled], MACHINES[:5])
    assert (covered.files, covered.without) == ((good,), tuple(MACHINES[:4]))
    assert covered.chosen[MACHINES[4]] is good
    assert cover([good, pulled], MACHINES[:1], yanked=True).files == (pulled,)
    assert cover([(1, good)], MACHINES[4:5], key=lambda pair: pair[1]).files == ((1, good),)


def test_bad_names_are_reported_once() -> None:
    """A name is reported once, not once for each of a hundred targets."""
    names = ["foo.whl", NAMES[-2], "foo-1.0.tar.gz"]
    with pytest.raises(InvalidWheelFilename, match=r"foo\.whl"):
        cover(names, MACHINES)
    with pytest.warns(UserWarning, match=r"skipped: .*foo\.whl") as warned:
        assert cover(names, MACHINES, on_invalid="skip").files == (NAMES[-2],)
    assert len(warned) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not cover(names, MACHINES, on_invalid="ignore").without
    with pytest.raises(TypeError, match="several files"):
        cover(7, MACHINES)  # type: ignore[call-overload] # what it is about


def test_of_several_releases_the_newest_that_serves_all() -> None:
    """A lock for five machines needs one version that all of them can install, not the newest that one of them can."""
    here, there = MACHINES[0], target("3.12", "win_arm64")
    names = ["foo-1.0-py3-none-any.whl", "foo-2.0-py3-none-any.whl", "foo-2.1-py3-none-win_arm64.whl"]
    names += ["foo-3.0rc1-py3-none-any.whl"]
    assert cover(names, [here, there]).files == (names[1],)
    assert str(cover(names, [here, there]).release) == "2.0"
    assert cover(names, [there]).files == (names[2],)
    assert cover(names, [here, there], release="1").files == (names[0],)
    assert cover(names[3:], [here, there]).files == (names[3],)
    partly = cover(names[2:3], [here, there])
    assert (partly.without, partly.files) == ((here,), (names[2],))
    with pytest.raises(InvalidInput, match="foo has no such release"):
        cover(names, [here], release="4")
    with pytest.raises(InvalidInput, match="not a version"):
        cover(names, [here], release="newest")


def test_fewest_prefers_better_wheels() -> None:
    """Of two sets of the same size, the one with the better wheels is chosen."""
    machines = MACHINES[:4]
    names = ["foo-1.0-py3-none-any.whl", "foo-1.0-2-py3-none-any.whl", "foo-1.0-1-py3-none-any.whl"]
    assert cover(names, machines, fewest=True).files == (names[1],)
    assert sort(names, machines[0])[0] == names[1]
