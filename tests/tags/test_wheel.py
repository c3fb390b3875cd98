"""Splitting file names. Invalid names are in ``tests/hostile/test_texts.py``."""

from __future__ import annotations

import pytest

from manytags import InvalidTag
from manytags.tags import build_from_text, is_build, is_label, is_name
from manytags.tags import is_version as is_version_of_a_file
from manytags.tags.text import split_tag_set, split_wheel_filename


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("foo-1.0-py3-none-any.whl", ("foo", "1.0", "", "py3-none-any", None)),
        ("foo-1.0-1-py3-none-any.whl", ("foo", "1.0", "1", "py3-none-any", None)),
        ("foo-1.0-2local.3-py3-none-any.whl", ("foo", "1.0", "2local.3", "py3-none-any", None)),
        ("foo-1.0-py3-none-any-x8664v3.whl", ("foo", "1.0", "", "py3-none-any", "x8664v3")),
        ("foo-1.0-1-py3-none-any-cu12.whl", ("foo", "1.0", "1", "py3-none-any", "cu12")),
        ("Foo.Bar_x-1!2+c.1-CP312-ABI3-Win32.whl", ("Foo.Bar_x", "1!2+c.1", "", "CP312-ABI3-Win32", None)),
    ],
)
def test_file_names_split(name: str, parts: tuple[str, ...]) -> None:
    """A build tag begins with a digit and a python tag never does, so an additional field is never ambiguous."""
    assert split_wheel_filename(name) == parts


def test_the_tag_set_is_not_looked_into() -> None:
    """Ranking caches tag sets, so splitting a name must not validate them every time."""
    assert split_wheel_filename("foo-1.0-p!-n-a.whl")[3] == "p!-n-a"


def test_tag_sets_keep_the_order_written() -> None:
    """A tag set must print back as it was written."""
    assert split_tag_set("PY3.py2-none-win32.any") == (("py3", "py2"), ("none",), ("win32", "any"))


def test_limits_are_inclusive() -> None:
    """The largest set must be accepted, and a set with one more member refused."""
    field = ".".join(f"p{number}" for number in range(64))
    assert len(split_tag_set(f"{field}-{field}-any")[0]) == 64
    with pytest.raises(InvalidTag, match="more than 4096 triples"):
        split_tag_set(f"{field}.p64-{field}-any")
    assert split_tag_set("py3-none-" + "a" * 4_087)
    with pytest.raises(InvalidTag, match="longer than 4096 characters"):
        split_tag_set("py3-none-" + "a" * 4_088)


@pytest.mark.parametrize(
    ("build", "parsed"), [("", ()), ("1", (1, "")), ("007x", (7, "x")), ("12abc3", (12, "abc3")), ("1_2", (1, "_2"))]
)
def test_build_tags_are_numbers_first(build: str, parsed: tuple[object, ...]) -> None:
    """Build 10 must be newer than build 9."""
    assert build_from_text(build) == parsed


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_name, ["foo", "Foo.Bar", "a_b", "_", "9"], ["", "a__b", "a-b", "a b", "a/b"]),
        (is_build, ["1", "1a", "1" * 18, "0"], ["", "a", "a1", "1" * 19]),
        (is_label, ["x8664v3", "a.b_c", "a" * 16], ["", "A", "a" * 17, "any", "win32", "linux_x86_64", "a!"]),
        (is_version_of_a_file, ["1.0", "1.0rc1", "v1", "1.0.post1"], ["", "1.", "one", "1..0"]),
    ],
)
def test_the_checks_of_parts(check: object, good: list[str], bad: list[str]) -> None:
    """Each part of a name must follow its own rule."""
    assert callable(check)
    assert [text for text in good if not check(text)] == []
    assert [text for text in bad if check(text)] == []
