"""Wheel file names and tag sets as values."""

from __future__ import annotations

from packaging.tags import Tag
from packaging.version import Version

import manytags
from manytags import TagSet, WheelFilename, parse_tag, parse_wheel_filename
from manytags.tags.filename import normalized_name, parse_tag_set


def test_every_part_of_a_name() -> None:
    """An installer must be able to read every part of a name before it downloads the file."""
    wheel = parse_wheel_filename("My_Project.X-2.0rc1-3b-cp312.cp313-abi3-manylinux2014_x86_64-cu12.whl")
    assert wheel.name == "my-project-x"
    assert wheel.version_text == "2.0rc1"
    assert wheel.version == Version("2.0rc1")
    assert wheel.build == (3, "b")
    assert wheel.variant == "cu12"
    assert wheel.tags == {
        Tag("cp312", "abi3", "manylinux2014_x86_64"),
        Tag("cp313", "abi3", "manylinux2014_x86_64"),
    }
    assert wheel.tag_set == TagSet(("cp312", "cp313"), ("abi3",), ("manylinux2014_x86_64",))
    assert str(wheel) == wheel.text == "My_Project.X-2.0rc1-3b-cp312.cp313-abi3-manylinux2014_x86_64-cu12.whl"


def test_a_plain_name_has_no_build_tag_and_no_variant() -> None:
    """Absent parts are empty, not missing."""
    wheel = parse_wheel_filename("foo-1.0-py3-none-any.whl")
    assert isinstance(wheel, WheelFilename)
    assert wheel.build == ()
    assert wheel.variant is None


def test_build_tags_compare_as_numbers() -> None:
    """The newer of two builds of a file must win."""
    builds = [parse_wheel_filename(f"a-1{build}-py3-none-any.whl").build for build in ("", "-2", "-10", "-10a")]
    shuffled = builds[::-1]
    assert sorted(shuffled) == builds


def test_triples_in_the_order_written() -> None:
    """Triples list every combination, with the python tags varying slowest."""
    assert parse_tag_set("py2.py3-none-any").triples() == [("py2", "none", "any"), ("py3", "none", "any")]
    assert str(parse_tag_set("PY2.PY3-none-any")) == "py2.py3-none-any"


def test_tags_are_packagings() -> None:
    """Sets of tags must be comparable with those of other tools."""
    assert parse_tag("py2.py3-none-any") == {Tag("py2", "none", "any"), Tag("py3", "none", "any")}
    assert manytags.parse_tag("CP312-cp312-Win32") == {Tag("cp312", "cp312", "win32")}


def test_names_are_normalized() -> None:
    """``Foo__Bar`` and ``foo.bar`` must be the same project (:pep:`503`)."""
    assert [normalized_name(name) for name in ("Foo__Bar", "foo.bar", "FOO-_.bar")] == ["foo-bar"] * 3
