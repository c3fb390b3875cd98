"""Wheel variants (draft PEP 825), for those who say which labels they take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import InvalidTarget, TagOptions, Target, best, explain, rank, relevant, sort, target

LABELS = ("x86_64_v4", "x86_64_v3", "null")
PLATFORM = "debian-12-x86_64"
PLAIN = target("3.12", PLATFORM)
KNOWS = target("3.12", PLATFORM, TagOptions(variants=LABELS))

TAGS = ("cp312-cp312-manylinux_2_28_x86_64", "cp312-abi3-linux_x86_64", "py3-none-any", "cp311-cp311-win32")
NAMES = st.builds(
    lambda tags, label: f"foo-1-{tags}{label}.whl",
    st.sampled_from(TAGS),
    st.sampled_from(["", *(f"-{label}" for label in LABELS), "-cuda12"]),
)


def group(name: str) -> int:
    """Say which group of the draft a file is in."""
    label = manytags.parse_wheel_filename(name).variant
    return len(LABELS) if label is None else LABELS.index(label) if label in LABELS else -1


@given(st.lists(NAMES, unique=True))
def test_labels_decide_before_tags(names: list[str]) -> None:
    """The draft: groups by label in the order given, then those without; within a group the best tag."""

    def plain(name: str) -> int | None:
        return rank("-".join(name.removesuffix(".whl").split("-")[2:5]), PLAIN)

    expected = [name for name in names if group(name) >= 0 and plain(name) is not None]
    expected.sort(key=lambda name: (group(name), plain(name), name))
    assert sort(names, KNOWS) == expected
    assert best(names, KNOWS) == next(iter(expected), None)
    assert list(relevant(names, [KNOWS])) == [name for name in names if name in expected]
    for name in names:
        ranked = rank(name, KNOWS)
        assert (ranked is not None) == (name in expected) == bool(explain(name, KNOWS))
        assert explain(name, KNOWS).rank == ranked == rank(manytags.parse_wheel_filename(name), KNOWS)
        assert ranked is None or ranked == group(name) * len(PLAIN.ranks) + (plain(name) or 0)


@given(st.lists(NAMES, unique=True))
def test_who_says_nothing_gets_what_there_was(names: list[str]) -> None:
    """A variant is no plain wheel: without labels it is passed over, as by every installer of today."""
    assert sort(names, PLAIN) == sort([name for name in names if group(name) == len(LABELS)], PLAIN)
    assert target("3.12", PLATFORM, TagOptions()) == PLAIN
    assert [rank(name, PLAIN) for name in names if group(name) != len(LABELS)] == [
        None for name in names if group(name) != len(LABELS)
    ]


def test_an_order_of_labels_travels() -> None:
    """A locker's workers must choose as it does."""
    assert Target.from_json(KNOWS.to_json()) == KNOWS != PLAIN
    assert KNOWS.triples() == PLAIN.triples()
    mine = manytags.target_from_tags(["py3-none-any"], host=KNOWS)
    name = "foo-1-py3-none-any-x86_64_v3.whl"
    assert (mine.options.variants, rank(name, mine)) == (LABELS, len(mine.ranks))


def test_an_index_page_with_variants() -> None:
    """A newer release without a variant still wins, and an sdist never comes before a wheel."""
    old, new, sdist = "foo-1-py3-none-any-x86_64_v4.whl", "foo-2-py3-none-any.whl", "foo-2.tar.gz"
    picked = manytags.pick([old, new, sdist], KNOWS)
    assert picked.filename == new
    picked = manytags.pick([old, "foo-1-py3-none-any.whl", "foo-1.tar.gz"], KNOWS)
    assert picked.filename == old


def test_why_a_variant_is_not_taken() -> None:
    """The reason names what the target takes instead."""
    (reason,) = explain("foo-1-py3-none-any-cuda12.whl", KNOWS).reasons
    assert str(reason) == "it is the wheel variant cuda12; the target takes x86_64_v4, x86_64_v3, null"
    (reason,) = explain("foo-1-py3-none-any-cuda12.whl", PLAIN).reasons
    assert "only installers that know variants" in str(reason)


@pytest.mark.parametrize("label", ["", "X86", "a" * 17, "linux_x86_64", "a-b", "any"])
def test_what_is_no_label(label: str) -> None:
    """A label that no file can have would silently take nothing."""
    with pytest.raises(InvalidTarget):
        TagOptions(variants=(label,))
