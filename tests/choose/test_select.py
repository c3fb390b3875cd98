"""Picking and sorting names, entries and other objects, in pip's order."""

from __future__ import annotations

import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manytags import InvalidWheelFilename, best, rank, sort, target

LINUX = target("3.12", "manylinux_2_28_x86_64")
FITTING = [
    "foo-1.0-3-cp312-cp312-manylinux_2_28_x86_64.whl",
    "foo-1.0-2b-cp312-cp312-manylinux_2_28_x86_64.whl",
    "foo-1.0-2a-cp312-cp312-manylinux_2_28_x86_64.whl",
    "foo-1.0-2-cp312-cp312-manylinux_2_28_x86_64.whl",
    "foo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
    "foo-1.0-9-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "foo-1.0-cp312-cp312-manylinux2014_x86_64.whl",
    "foo-1.0-cp38-abi3-manylinux_2_28_x86_64.whl",
    "foo-1.0-py3-none-linux_x86_64.whl",
    "foo-1.0-10-py2.py3-none-any.whl",
    "foo-1.0-9-py2.py3-none-any.whl",
    "foo-1.0-py2.py3-none-any.whl",
]
OTHERS = [
    "foo-1.0.tar.gz",
    "foo-1.0.zip",
    "foo-1.0-cp311-cp311-manylinux_2_28_x86_64.whl",
    "foo-1.0-cp312-cp312-manylinux_2_34_x86_64.whl",
    "foo-1.0-cp312-cp312-win_amd64.whl",
    "foo-1.0-cp312-cp312-manylinux_2_28_x86_64-x8664v3.whl",  # a variant: for installers that know its label
    "foo-1.0-py3-none-any.whl.metadata",
    "foo-1.0-py3-none-any.WHL",
]


def test_order_is_pip_s() -> None:
    """The best tag comes first, then the higher build tag, by its number and then by the rest."""
    assert sort(FITTING[::-1] + OTHERS, LINUX) == FITTING
    assert best(OTHERS + FITTING[::-1], LINUX) == FITTING[0]
    ranks = [rank(name, LINUX) or 0 for name in FITTING]
    assert ranks == sorted(ranks)


def test_nothing_fits() -> None:
    """It is not an error if no wheel fits, or if there are no files."""
    assert best(OTHERS, LINUX) is None
    assert sort(OTHERS, LINUX) == []
    assert best([], LINUX) is None


@given(st.permutations(FITTING + OTHERS), st.integers(0, len(FITTING)))
def test_listing_order_never_decides(files: list[str], cut: int) -> None:
    """Two mirrors of an index, or two runs of a resolver, choose the same file."""
    kept = [name for name in files if name not in FITTING[:cut]]
    assert sort(kept, LINUX) == FITTING[cut:]
    assert best(kept, LINUX) == next(iter(FITTING[cut:]), None)


@pytest.mark.parametrize(
    ("higher", "lower"),
    [("2", "1"), ("10", "9"), ("1a", "1"), ("1b", "1a"), ("1ab", "1a"), ("0", ""), ("01", "00z"), ("1z", "1Z")],
)
def test_higher_build(higher: str, lower: str) -> None:
    """A repaired upload has a higher build tag: its number compares as a number, the rest as text."""
    names = [f"foo-1-{build}-py3-none-any.whl".replace("--", "-") for build in (higher, lower)]
    assert sort(names, LINUX) == sort(names[::-1], LINUX) == names


builds = st.tuples(st.integers(0, 30), st.text("abzAZ_.0", max_size=3)).map(lambda of: f"{of[0]}{of[1]}")


@given(st.lists(st.one_of(st.just(""), builds), unique=True, max_size=8))
def test_builds_sort_as_tuples(texts: list[str]) -> None:
    """Build tags compare as (number, rest), as :pep:`427` says, the highest first."""
    names = [f"foo-1-{build}-py3-none-any.whl".replace("1--", "1-") for build in texts]

    def key(build: str) -> tuple[object, ...]:
        rest = build.lstrip("0123456789")
        return (int(build[: len(build) - len(rest)]), rest) if build else ()

    expected = sorted(texts, key=key, reverse=True)
    found = [name.removeprefix("foo-1-").removesuffix("py3-none-any.whl").rstrip("-") for name in sort(names, LINUX)]
    assert [key(build) for build in found] == [key(build) for build in expected]


def test_ties_go_by_name() -> None:
    """The choice between equivalent names (01 and 1, other spellings) must not be random."""
    names = ["Foo-1-01-py3-none-any.whl", "Foo-1-1-py3-none-any.whl", "foo-1-1-py3-none-any.whl"]
    for _ in range(5):
        random.shuffle(names)
        assert sort(names, LINUX) == sorted(names)
        assert best(names, LINUX) == min(names)


def test_case_and_order_of_members_do_not_count() -> None:
    """Upper case and any order of a tag set are accepted, as in packaging."""
    names = ["FOO-1-PY3.py2-NONE-ANY.whl", "foo-1-CP312-cp312-MANYLINUX2014_x86_64.manylinux_2_17_X86_64.whl"]
    assert sort(names, LINUX) == names[::-1]


def entry(name: str, **more: object) -> dict[str, object]:
    """Make an entry of an index."""
    return {"filename": name, **{key.replace("_", "-"): value for key, value in more.items()}}


def test_entries_of_an_index() -> None:
    """Entries of a JSON page (PEP 691) need no conversion, and the same objects are returned."""
    wheel, newer = entry(FITTING[4], requires_python=">=3.9"), entry(FITTING[3], requires_python=">=3.13")
    assert best([newer, wheel, entry("foo-1.0.tar.gz")], LINUX) is wheel
    assert sort([wheel, newer], target("3.13", "win32")) == []


def test_objects_by_a_key() -> None:
    """A resolver's own candidates need no conversion."""
    candidates = [(3, FITTING[5]), (1, FITTING[0])]
    assert best(candidates, LINUX, key=lambda candidate: candidate[1]) == (1, FITTING[0])
    ordered = sort(candidates, LINUX, key=lambda candidate: entry(candidate[1], yanked=candidate[0] == 1))
    assert ordered == [(3, FITTING[5])]


def test_names_among_entries() -> None:
    """What an entry says does not affect the files after it."""
    asking, pulled = entry(FITTING[3], requires_python=">=3.13"), entry(FITTING[0], yanked=True)
    assert sort([asking, FITTING[4], pulled, FITTING[5]], LINUX) == [FITTING[4], FITTING[5]]
    assert sort([pulled, FITTING[4]], LINUX, yanked=True) == [FITTING[4], pulled]


PARTS = (
    st.sampled_from(["foo_bar", "Foo_bar", "foo.bar"]),
    st.sampled_from(["1.0", "1", "1.0.0"]),
    st.sampled_from(["", "1-", "2b-", "10-"]),
    st.sampled_from(
        ["py3-none-any", "PY2.py3-none-any", "cp312-cp312-win32", "cp312-cp312-linux_x86_64", "py2-none-any"]
    ),
    st.sampled_from(["", "-label", "-any"]),
    st.sampled_from([".whl", ".whl", ".whl", ".tar.gz", ".whl.asc"]),
)
made_up = st.builds("{}-{}-{}{}{}{}".format, *PARTS)


@given(st.lists(st.one_of(made_up, made_up.map(lambda name: entry(name, requires_python="<3.12"))), max_size=12))
def test_what_is_remembered_changes_nothing(files: list[object]) -> None:
    """Files that were read before do not affect a file."""
    alone = [item for item in files if sort([item], LINUX, on_invalid="ignore")]
    together = sort(files, LINUX, on_invalid="ignore")
    assert sorted(map(str, together)) == sorted(map(str, alone))
    ranks = [rank(name, LINUX) for name in together if isinstance(name, str)]
    assert None not in ranks
    assert ranks == sorted(ranks)  # type: ignore[type-var]


@pytest.mark.parametrize("mark", [True, "broken", ""], ids=["true", "reason", "empty reason"])
def test_yanked(mark: object) -> None:
    """A yanked file is chosen only if the caller asks for it, and only after all others (PEP 592)."""
    good, bad = entry(FITTING[-1]), entry(FITTING[0], yanked=mark)
    assert sort([bad, good], LINUX) == [good]
    assert sort([bad, good], LINUX, yanked=True) == [good, bad]
    assert best([bad], LINUX) is None
    assert best([bad], LINUX, yanked=True) is bad


@pytest.mark.parametrize("mark", [False, None], ids=["false", "null"])
def test_not_yanked(mark: object) -> None:
    """False and null do not mean yanked."""
    wheel = entry(FITTING[0], yanked=mark)
    assert best([wheel], LINUX) is wheel


BAD = [
    "foo-1.0.whl",
    "foo-1.0-py3-none.whl",
    "foo-1.0-py3--any.whl",
    "foo-1.0-x-y-z-py3-none-any.whl",
    "foo-one-py3-none-any.whl",
    "foo-1.0-py3-none-any\n.whl",
    "foo-1.0-py3-none-any\0.whl",
    "foo-1.0-py3-none-\u0430ny.whl",
    "dist/foo-1.0-py3-none-any.whl",
    ".whl",
    "x" * 10_000_000 + ".whl",
    "foo-1.0-" + ".".join(f"cp3{minor}" for minor in range(10_000)) + "-none-any.whl",
    "foo-1.0-" + ".".join(f"cp3{n}" for n in range(100)) + "-" + ".".join(f"a{n}" for n in range(100)) + "-any.whl",
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_one_bad_name_among_ten_thousand(number: int) -> None:
    """One invalid upload is reported by name, and callers can choose to skip it."""
    bad = BAD[number]
    names = [f"foo-1.0-{build}-py3-none-any.whl" for build in range(10_000)]
    names.insert(7_777, bad)
    with pytest.raises(InvalidWheelFilename) as caught:
        best(names, LINUX)
    assert caught.value.text == bad
    assert len(str(caught.value)) < 1000
    with pytest.warns(UserWarning, match="skipped: invalid wheel file name") as warned:
        assert best(names, LINUX, on_invalid="skip") == names[-1]
    assert len(warned) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(sort(names, LINUX, on_invalid="ignore")) == 10_000


def test_a_warning_names_the_caller_s_line() -> None:
    """A warning that points into the library does not help to find the list with the invalid name."""
    for choose in (best, sort):
        with pytest.warns(UserWarning, match="skipped") as warned:
            choose([BAD[0]], LINUX, on_invalid="skip")
        assert warned[0].filename == __file__


@pytest.mark.parametrize("choose", [best, sort], ids=["best", "sort"])
def test_one_text_is_not_a_list(choose: object) -> None:
    """The letters of a text are not file names: a forgotten bracket must not look like "nothing fits"."""
    assert callable(choose)
    with pytest.raises(TypeError, match="several files"):
        choose(FITTING[0], LINUX)
