"""Tags in order, and in one spelling."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import parse_tag

import manytags
from manytags import InvalidInput, InvalidTag, InvalidWheelFilename, compare_tags, normalize_tags
from manytags.choose.compare import MAX_TAGS

from ..laws import strategies

HOSTS = [
    manytags.target(python, platform)
    for python in ("3.8", "3.12", "3.13t", "pypy3.10", "2.7", "3", "py3")
    for platform in ("ubuntu-22.04-x86_64", "alpine-x86_64", "macos-14", "macosx_10_12_x86_64", "win32", "any")
]
WHOLE = st.builds(
    "{}-{}-{}".format,
    st.sampled_from(["py2", "py3", "py39", "py2.py3", "cp38", "cp312", "cp38.cp312", "pp310", "cp3", "cp27", "x"]),
    st.sampled_from(["none", "abi3", "cp312", "abi3.cp38", "cp313t", "abi3t", "pypy310_pp73", "cp27mu"]),
    st.sampled_from(
        [
            *("any", "linux_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
            *("manylinux_2_28_x86_64", "musllinux_1_1_x86_64", "manylinux_2_17_x86_64.musllinux_1_2_x86_64"),
            *("macosx_11_0_arm64", "macosx_10_9_universal2", "macosx_10_9_x86_64", "win32", "win32.any"),
        ]
    ),
)


@given(st.lists(WHOLE, min_size=2, max_size=6, unique=True))
def test_whatever_takes_the_newest_takes_what_asks_less(tags: list[str]) -> None:
    """A mirror that keeps only the oldest tag of a kind must not lose a host."""
    for first, second in itertools.combinations(tags, 2):
        compared = compare_tags([first, second])
        for less, more in ((first, second), (second, first)):
            if less in compared.oldest and more not in compared.oldest:
                for host in HOSTS:
                    assert manytags.rank(more, host) is None or manytags.rank(less, host) is not None, (less, more)
        if compared.same:
            assert all((manytags.rank(first, host) is None) == (manytags.rank(second, host) is None) for host in HOSTS)


@given(st.lists(strategies.any_platform_text, min_size=1, max_size=8))
def test_the_ends_are_those_of_the_order(tags: list[str]) -> None:
    """The newest of a list is newer than what else is of its kind, and never older than anything."""
    compared = compare_tags(tags)
    parsed = {text: manytags.parse_platform(text) for text in tags}
    assert set(compared.tags) == set(tags)
    assert set(compared.newest) == {text for text in tags if not any(parsed[text] < parsed[other] for other in tags)}
    assert set(compared.oldest) == {text for text in tags if not any(parsed[other] < parsed[text] for other in tags)}
    for first, second in itertools.combinations(compared.tags, 2):
        assert not parsed[second] < parsed[first]


def test_a_mixed_list() -> None:
    """The user's own example: names of all kinds, in one list."""
    tags = ["win_amd64", "manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "manylinux2014_x86_64", "macosx_11_0_arm64"]
    compared = compare_tags([*tags, "manylinux_2_17_x86_64", "macosx_14_0_arm64"])
    assert compared.newest == ("manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "macosx_14_0_arm64", "win_amd64")
    assert compared.same == (("manylinux2014_x86_64", "manylinux_2_17_x86_64"),)
    assert compared.serving(manytags.target("3.12", "macos-14-arm64")) == ("macosx_14_0_arm64", "macosx_11_0_arm64")
    assert compared.serving(manytags.target("3.12", "freebsd_14_1_release_amd64")) == ()
    wheels = ["foo-1-cp39-abi3-win_amd64.whl", "cp312-abi3-win_amd64", "py3-none-any", "cp312-cp312-win32"]
    compared = compare_tags(wheels)
    assert compared.oldest == ("py3-none-any",)
    assert set(compared.newest) == {"cp312-abi3-win_amd64", "cp312-cp312-win32"}
    assert compared.serving(manytags.target("3.12", "win_amd64")) == (
        "cp312-abi3-win_amd64",
        "foo-1-cp39-abi3-win_amd64.whl",
        "py3-none-any",
    )


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        (["manylinux_2_x86_64"], InvalidTag),
        (["a-b"], InvalidTag),
        (["foo-1.whl"], InvalidWheelFilename),
        ([f"win_{number}" for number in range(MAX_TAGS + 1)], InvalidInput),
        ("win32", TypeError),
    ],
)
def test_what_cannot_be_compared(tags: list[str], error: type[Exception]) -> None:
    """A wrong name must not silently be the oldest."""
    with pytest.raises(error):
        compare_tags(tags)


@pytest.mark.parametrize(
    ("text", "aliases", "expected"),
    [
        ("py3.py2-none-any", "merge", "py2.py3-none-any"),
        ("PY3.py2.py3-None-ANY", "keep", "py2.py3-none-any"),
        ("manylinux2014_x86_64.manylinux_2_17_x86_64", "merge", "manylinux_2_17_x86_64"),
        ("manylinux2014_x86_64.manylinux_2_17_x86_64", "keep", "manylinux2014_x86_64.manylinux_2_17_x86_64"),
        ("manylinux1_i686", "merge", "manylinux_2_5_i686"),
        ("manylinux_2_5_i686.win32", "add", "manylinux1_i686.manylinux_2_5_i686.win32"),
        ("manylinux_2_17_riscv64", "add", "manylinux_2_17_riscv64"),
        ("manylinux_2_28_x86_64", "add", "manylinux_2_28_x86_64"),
        ("cp312-cp312-manylinux_2_x86_64.any", "merge", "cp312-cp312-any.manylinux_2_x86_64"),
        ("Foo_b-1.0-2x-py3-none-win32.any.whl", "merge", "Foo_b-1.0-2x-py3-none-any.win32.whl"),
        ("foo-1.0-py3-none-win32.any-x86_64_v3.whl", "merge", "foo-1.0-py3-none-any.win32-x86_64_v3.whl"),
    ],
)
def test_one_spelling(text: str, aliases: str, expected: str) -> None:
    """Two builds of one wheel must not differ in their names by the order of a set."""
    assert normalize_tags(text, aliases=aliases) == expected  # type: ignore[arg-type] # one of the three
    assert normalize_tags(expected, aliases=aliases) == expected  # type: ignore[arg-type] # likewise


@given(strategies.tag_sets)
def test_a_spelling_means_the_same(text: str) -> None:
    """A name in order is the same wheel: packaging reads the same tags, and every host ranks it alike."""
    spelled = normalize_tags(text, aliases="keep")
    assert parse_tag(spelled) == parse_tag(text)
    merged, added = normalize_tags(text), normalize_tags(text, aliases="add")
    for host in HOSTS:
        fits = manytags.rank(text, host) is None
        assert fits == (manytags.rank(merged, host) is None) == (manytags.rank(added, host) is None)


def test_an_unknown_wish_about_aliases() -> None:
    """A misspelled wish must not be taken for another one."""
    with pytest.raises(ValueError, match="expected 'keep', 'merge' or 'add'"):
        normalize_tags("any", aliases="none")  # type: ignore[arg-type] # what is tested


@given(strategies.tag_set_fields)
def test_tag_sets_are_sets(fields: tuple[list[str], ...]) -> None:
    """``py2.py3`` and ``py3.py2`` are one, in sets and as keys too; another member makes another set."""
    first = manytags.TagSet(*map(tuple, fields))
    second = manytags.TagSet(*(tuple(reversed(field)) for field in fields))
    assert first == second
    assert hash(first) == hash(second)
    assert first != manytags.TagSet((*first.pythons, "other9"), first.abis, first.platforms)
    assert manytags.parse_wheel_filename("a-1-py2.py3-none-any.whl") != manytags.parse_wheel_filename(
        "a-1-py3.py2-none-any.whl"
    )
