"""What callers choose among, and ``requires-python`` for a Python that is not the running one."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import parse_wheel_filename as theirs

from manytags import (
    InvalidWheelFilename,
    Platform,
    Python,
    Target,
    best,
    explain,
    marker_from_wheel,
    parse_wheel_filename,
    rank,
    relevant,
    sort,
    target,
)
from manytags.choose.entries import python_fits, read_entry

WHEEL = "foo-1.0-py3-none-any.whl"


def python(full: str) -> Target:
    """Make a target with the full version of its Python."""
    major, minor = full.split(".")[:2]
    abi = f"cp{major}{minor}"
    return Target(Python("cpython", (int(major), int(minor)), (abi,), full), Platform("windows", "win32"))


@pytest.mark.parametrize(
    ("item", "read"),
    [
        (WHEEL, (WHEEL, None, False)),
        ({"filename": WHEEL}, (WHEEL, None, False)),
        ({"filename": WHEEL, "requires-python": None, "yanked": None}, (WHEEL, None, False)),
        ({"filename": WHEEL, "requires-python": ""}, (WHEEL, None, False)),
        ({"filename": WHEEL, "requires-python": ">=3", "yanked": ""}, (WHEEL, ">=3", True)),
        (MappingProxyType({"filename": WHEEL, "yanked": False, "size": 3}), (WHEEL, None, False)),
    ],
    ids=["name", "mapping", "nulls", "empty", "yanked", "other mapping"],
)
def test_reading(item: object, read: tuple[str, str | None, bool]) -> None:
    """Keys that are missing, null or empty have no effect."""
    assert read_entry(item) == read
    assert read_entry(("mine", item), lambda mine: mine[1]) == read  # type: ignore[index]


@pytest.mark.parametrize(
    "item",
    [{}, {"filename": None}, {"filename": b"a"}, {"filename": WHEEL, "requires-python": 3}],
    ids=repr,
)
def test_no_entry(item: object) -> None:
    """A broken row of an index is reported with its value."""
    with pytest.raises(InvalidWheelFilename) as caught:
        best([item], target("3.12", "win32"))
    assert caught.value.text == repr(item)


@pytest.mark.parametrize(
    "item", [7, b"foo", None, [WHEEL], object, ("foo", "1.0", 1, frozenset()), ("foo", "1.0", (), {"py3"})], ids=repr
)
def test_what_is_no_file_is_a_mistake_of_the_program(item: object) -> None:
    """A mistake in a program is reported where it was made, with the value, and is not taken for a bad name."""
    there = target("3.12", "win32")
    message = f"expected .* a mapping with 'filename', got {re.escape(repr(item))}|expected tags as packaging has them"
    with pytest.raises(TypeError, match=message):
        best([item], there, on_invalid="ignore")
    with pytest.raises(TypeError, match=message):
        explain(item, there)
    with pytest.raises(TypeError, match=message):
        rank(item, there)  # type: ignore[arg-type]


NAME = "NumPy-2.3.0-1-cp312-cp312-manylinux_2_28_x86_64.manylinux2014_x86_64.whl"


@pytest.mark.parametrize(
    "wheel",
    [
        NAME,
        parse_wheel_filename(NAME),
        theirs(NAME),
        PurePosixPath("/dist") / NAME,
        PureWindowsPath("C:\\dist") / NAME,
        {"filename": NAME},
    ],
    ids=["text", "ours", "packaging's", "path", "Windows path", "mapping"],
)
def test_a_parsed_name_is_as_good_as_a_text(wheel: Any) -> None:  # noqa: ANN401 - every form of a name
    """An embedder who has parsed a name, for its version say, need not write it again to rank it."""
    there = target("3.12", "debian-12-x86_64")
    assert rank(wheel, there) == rank(NAME, there) is not None
    assert sort([wheel], there) == [wheel]
    assert list(relevant([wheel], [there])) == [wheel]
    assert list(relevant([wheel], requires_python=">=3.12")) == [wheel]
    assert explain(wheel, there).rank == rank(NAME, there)
    assert rank(wheel, target("3.12", "macos")) is None
    assert marker_from_wheel(wheel) == marker_from_wheel(NAME)
    assert best([wheel, "numpy-2.3.0-py3-none-any.whl"], there) is wheel


def test_a_parsed_variant_fits_nobody_who_does_not_know_its_label() -> None:
    """A wheel for one kind of graphics card must not reach machines that asked for none."""
    wheel = parse_wheel_filename("foo-1.0-py3-none-any-cu128.whl")
    assert rank(wheel, target("3.12", "win32")) is None


def test_a_tag_set_is_ranked_as_its_text_is() -> None:
    """An embedder who keeps tag sets, because files share them, ranks each of them once."""
    wheel = parse_wheel_filename(NAME)
    assert rank(wheel.tag_set, target("3.12", "debian-12-x86_64")) == rank(NAME, target("3.12", "debian-12-x86_64"))


def test_the_files_of_a_release_share_their_version() -> None:
    """A resolver asks for the version of each file, and making one takes longer than reading the name."""
    wheel = parse_wheel_filename(NAME)
    assert wheel.version is wheel.version is parse_wheel_filename("NumPy-2.3.0-py3-none-any.whl").version
    assert parse_wheel_filename("numpy-2.3.1-py3-none-any.whl").version > wheel.version


@pytest.mark.parametrize("name", [7, b"foo-1.0-py3-none-any.whl", None, PurePosixPath(NAME)], ids=repr)
def test_only_text_is_parsed(name: Any) -> None:  # noqa: ANN401 - mistakes of programs
    """A mistake in a program is reported in words, not as what an inner function cannot do with it."""
    with pytest.raises(TypeError, match="expected a wheel's file name as text, got"):
        parse_wheel_filename(name)


@pytest.mark.parametrize("choose", [best, sort, relevant])
def test_a_wish_for_invalid_names_is_checked(choose: Any) -> None:  # noqa: ANN401 - three functions
    """A misspelt wish would otherwise behave like another one, and only where a name is invalid."""
    there = target("3.12", "win32")
    with pytest.raises(ValueError, match="'raise', 'skip' or 'ignore'"):
        choose([NAME], [there] if choose is relevant else there, on_invalid="skp")


def test_a_huge_entry_makes_no_huge_message() -> None:
    """Errors are logged, so a stranger's entry must not fill the log."""
    with pytest.raises(InvalidWheelFilename) as caught:
        read_entry({"filename": ["x" * 10_000_000]})
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("requires", "fits", "fits_not"),
    [
        (">=3.9", ["3.9", "3.9.1", "3.15.0a1", "3.15.0rc2"], ["3.8", "3.8.20"]),
        (">=3.9,<4", ["3.9", "3.99"], ["3.8"]),
        ("==3.12.*", ["3.12", "3.12.7", "3.12.0rc1"], ["3.11", "3.13.0a1"]),
        ("~=3.10", ["3.10", "3.12"], ["3.9"]),
        (">=3.15", ["3.15.0a1", "3.15.0rc2", "3.15"], ["3.14.9"]),
        (">=3.15.0b2", ["3.15.0b1"], ["3.14.9"]),
        ("!=3.9.0", ["3.9.1", "3.10"], ["3.9.0", "3.9"]),
        (">=3.9.2", ["3.9.2"], ["3.9"]),
        (">3.12", ["3.13.0b1"], ["3.12"]),
        ("<3.13", ["3.12.9"], ["3.13", "3.13.1", "3.13.0rc1"]),
        (">= 3.9 , <3.13", ["3.12"], ["3.13"]),
    ],
)
def test_requires_python_is_the_target_s(requires: str, fits: list[str], fits_not: list[str]) -> None:
    """A pre-release counts as its release, as for pip and uv (uv #4714); without a micro version it is ``.0``."""
    for text in fits:
        assert python_fits(requires, python(text)), text
    for text in fits_not:
        assert not python_fits(requires, python(text)), text


def test_a_described_python() -> None:
    """``3.12`` says nothing about the micro version, so it is taken to be the first."""
    assert python_fits(">=3.12", target("3.12", "win32"))
    assert not python_fits(">=3.12.1", target("3.12", "win32"))
    assert python_fits(">=3.12.1", target("3.12.4", "win32"))


def test_a_python_that_somebody_named() -> None:
    """Vendors call their builds what they like; the numbers of the version still count."""
    assert python_fits(">=3.12", python("3.12.4-vendor build"))
    assert not python_fits(">=3.13", python("3.12.4-vendor build"))


@pytest.mark.parametrize("full", ["3.15.0a1+", "3.12.4+"])
def test_a_python_built_from_a_repository(full: str) -> None:
    """CPython built from git calls itself ``3.15.0a1+``, which is not a version: it counts as ``3.15.0a1``."""
    assert python_fits(">=3.9", python(full))
    assert not python_fits("<3.12", python(full))
    assert python_fits(f"=={full[:4]}.*", python(full))


@pytest.mark.parametrize("requires", ["junk", ">=", "=>3.9", ">=3.9;x", "three", ">=3.9\0", ",,,3", "\ud800", "²"])
def test_no_specifier_asks_nothing(requires: str) -> None:
    """As in pip: old uploads have every kind of nonsense, and people want to install them."""
    assert python_fits(requires, target("3.12", "win32"))


def test_a_long_requirement_is_bounded() -> None:
    """Only the first thousand of ten million characters are read."""
    assert python_fits(">=3.9," * 2_000_000, target("3.12", "win32"))


def test_many_requirements_do_not_fill_memory() -> None:
    """The number of remembered requirements is bounded, and forgotten ones are evaluated again."""
    from manytags.choose import entries

    there = target("3.12.9", "win32")
    for number in range(entries._MEMO_LIMIT + 10):
        assert python_fits(f"!=3.11.{number}", there)
    assert len(entries._MEMO["3.12.9"]) <= entries._MEMO_LIMIT
    assert python_fits("!=3.11.1", there)


def test_agrees_with_packaging() -> None:
    """A specifier means what packaging says that it means."""
    for requires in (">=3.9", "<3.13", "!=3.10.*,>=3.7", "==3.12.4", "~=3.11.2", "<=3.12"):
        for text in ("3.7.1", "3.10.2", "3.11.2", "3.12.4", "3.13.0b2", "3.15.0a1"):
            expected = SpecifierSet(requires).contains(text, prereleases=True)
            assert python_fits(requires, python(text)) is expected
