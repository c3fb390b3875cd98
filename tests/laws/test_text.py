"""Parsing and printing are inverse, and any text is parsed or raises the error for its kind."""

from __future__ import annotations

import packaging.tags
import packaging.utils
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version

import manytags
from manytags import InvalidTag, InvalidWheelFilename
from manytags.tags import MAX_TEXT, MAX_TRIPLES
from manytags.tags.text import split_tag_set, split_wheel_filename
from manytags.tags.version import is_version

from . import strategies

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


@pytest.mark.parametrize("kind", strategies.platform_texts)
@given(data=st.data())
def test_every_kind_of_platform_tag_prints_back(kind: str, data: st.DataObject) -> None:
    """A tag that parsing and printing changed would name another wheel."""
    text = data.draw(strategies.recased(strategies.platform_texts[kind]))
    tag = manytags.parse_platform(text)
    assert type(tag).__name__ == kind
    assert str(tag) == text.lower()
    assert manytags.parse_platform(str(tag)) == tag


@given(strategies.recased(strategies.python_texts))
def test_python_tags_print_back(text: str) -> None:
    """The same for python tags, also for those of unknown implementations."""
    assert str(manytags.parse_python_tag(text)) == text.lower()


@given(strategies.recased(strategies.abi_texts))
def test_abi_tags_print_back(text: str) -> None:
    """The same for ABI tags."""
    assert str(manytags.parse_abi(text)) == text.lower()


@pytest.mark.parametrize("parse", [manytags.parse_platform, manytags.parse_python_tag, manytags.parse_abi])
@given(data=st.data())
def test_any_text_is_a_tag_or_an_invalid_tag(parse: object, data: st.DataObject) -> None:
    """An installer that reads a stranger's index must never see any other exception."""
    text = data.draw(
        st.one_of(
            strategies.mutated(strategies.any_platform_text),
            strategies.mutated(strategies.abi_texts),
            st.text(strategies.ALPHANUMERIC + strategies.SPICE),
            st.text(),
        )
    )
    assert callable(parse)
    try:
        tag = parse(text)
    except InvalidTag as error:
        assert_true_of_one_tag(text, error)
    else:
        assert str(tag) == text.lower()
        assert set(text) <= PLAIN


def assert_true_of_one_tag(text: str, error: InvalidTag) -> None:
    """The error about a single tag is true."""
    assert error.text == text
    if error.reason == "it is empty":
        assert not text
    elif error.reason.startswith("longer than"):
        assert len(text) > MAX_TEXT
    elif error.reason.startswith("no tag has the character"):
        assert error.position is not None
        assert text[error.position] not in PLAIN
        assert set(text[: error.position]) <= PLAIN
        assert repr(text[error.position]) in error.reason
    else:
        assert error.reason.startswith("expected ")
        families = ("manylinux", "musllinux", "macosx", "ios", "android", "emscripten", "pyemscripten", "pyodide")
        assert text.lower().startswith(families)


def good_tag_set(text: str) -> bool:
    """Whether a text is a tag set, exactly by the rule."""
    fields = [field.split(".") for field in text.split("-")]
    return (
        len(text) <= MAX_TEXT
        and len(fields) == 3
        and all(member and set(member) <= PLAIN for field in fields for member in field)
        and not any(python[0] in "0123456789" for python in fields[0])
        and len(fields[0]) * len(fields[1]) * len(fields[2]) <= MAX_TRIPLES
    )


@given(strategies.recased(strategies.tag_sets))
def test_tag_sets_print_back(text: str) -> None:
    """Members keep their order, and every combination is listed once."""
    parsed = manytags.parse_wheel_filename(f"a-1-{text}.whl").tag_set
    assert str(parsed) == text.lower()
    assert {"-".join(triple) for triple in parsed.triples()} == set(map(str, manytags.parse_tag(text)))


@given(st.one_of(strategies.mutated(strategies.tag_sets), st.text(strategies.ALPHANUMERIC + strategies.SPICE)))
@example("")
@example("--")
@example("py3-none-any\n")
@example("1-none-any")
@example(".".join("py3" for _ in range(65)) + "-" + ".".join("a" for _ in range(64)) + "-any")
@example("py3-none-" + "a" * (MAX_TEXT - 8))
def test_what_is_said_of_a_bad_tag_set_is_true(text: str) -> None:
    """With a wrong reason or position, people look for the mistake in the wrong place."""
    try:
        members = split_tag_set(text)
    except InvalidTag as error:
        assert not good_tag_set(text)
        assert_true_of_a_tag_set(text, error)
    else:
        assert good_tag_set(text)
        assert "-".join(map(".".join, members)) == text.lower()


def assert_true_of_a_tag_set(text: str, error: manytags.InvalidInput) -> None:
    """The error about a tag set is true."""
    assert error.text == text
    place = error.position
    if error.reason == "it is empty":
        assert not text
    elif error.reason.startswith("longer than"):
        assert len(text) > MAX_TEXT
    elif error.reason.startswith("expected 3 fields"):
        assert error.reason == f"expected 3 fields, got {text.count('-') + 1}"
        assert text.count("-") != 2
    elif error.reason.startswith("an empty"):
        assert place is not None
        assert not text[place : place + 1].strip(".-")
        assert place == 0 or text[place - 1] in ".-"
        assert ("python", "ABI", "platform")[text[:place].count("-")] in error.reason
    elif error.reason.startswith("no tag has"):
        assert place is not None
        assert text[place] not in PLAIN | set(".-")
        assert repr(text[place]) in error.reason
    elif error.reason.endswith("begins with a digit"):
        assert place is not None
        assert text[place] in "0123456789"
        assert place == 0 or text[place - 1] == "."
        assert "-" not in text[:place]
    else:
        assert error.reason == f"it means more than {MAX_TRIPLES} triples"
        sizes = [field.count(".") + 1 for field in text.split("-")]
        assert sizes[0] * sizes[1] * sizes[2] > MAX_TRIPLES


@given(
    strategies.project_names,
    strategies.filename_versions,
    strategies.builds,
    strategies.tag_set_fields,
    st.sampled_from(["", "x8664v3", "cu12_9", "a.b"]),
)
def test_wheel_file_names_parse_into_what_they_are_made_of(
    name: str, version: str, build: str, fields: tuple[list[str], ...], label: str
) -> None:
    """Parsing a name returns the parts that it was made from."""
    tags = "-".join(map(".".join, fields))
    text = "-".join(part for part in (name, version, build, tags, label) if part) + ".whl"
    wheel = manytags.parse_wheel_filename(text)
    assert str(wheel) == wheel.text == text
    assert wheel.name == packaging.utils.canonicalize_name(name)
    assert wheel.version == Version(version)
    assert str(wheel.tag_set) == tags
    assert wheel.variant == (label or None)
    digits = build[: len(build) - len(build.lstrip("0123456789"))]
    assert wheel.build == ((int(digits), build[len(digits) :]) if build else ())
    assert split_wheel_filename(text) == (name, version, build, tags, label or None)


wheel_filenames = st.tuples(
    strategies.project_names,
    strategies.filename_versions,
    strategies.builds,
    strategies.tag_sets,
    st.sampled_from(["", "", "", "x8664v3", "any", "win32", "a" * 17]),
).map(lambda parts: "-".join(filter(None, parts)) + ".whl")


@given(st.one_of(strategies.mutated(wheel_filenames), st.text(strategies.ALPHANUMERIC + strategies.SPICE)))
@example("foo-1.0-a..b-a..b-a..b-a..b.whl")
@example("foo-1.0-1-py3-none-any-label-more.whl")
@example("foo-1.0-x-py3-none-any.whl")
@example("foo-1.0-py3-none-any-.whl")
@example("-1.0-py3-none-any.whl")
@example("foo--py3-none-any.whl")
def test_what_is_said_of_a_bad_wheel_file_name_is_true(text: str) -> None:
    """Any text is a wheel file name, or an error with a reason and a position that are true."""
    try:
        wheel = manytags.parse_wheel_filename(text)
    except InvalidWheelFilename as error:
        assert_true_of_a_wheel_filename(text, error)
    else:
        assert str(wheel) == text
        assert text.isascii()
        assert "-".join(filter(None, split_wheel_filename(text)[:4])) in text


def assert_true_of_a_wheel_filename(text: str, error: InvalidWheelFilename) -> None:
    """The error about a wheel file name is true."""
    assert error.text == text
    place, reason = error.position, error.reason
    fields = text.removesuffix(".whl").split("-")
    if reason.startswith("longer than"):
        assert len(text) > MAX_TEXT
    elif reason.startswith("the non-ASCII"):
        assert place is not None
        assert repr(text[place]) in reason
        assert not text[place].isascii()
    elif reason.startswith("it does not end"):
        assert not text.endswith(".whl")
    elif reason.startswith("expected 5 to 7 fields"):
        assert reason.endswith(f"got {len(fields)}")
        assert not 5 <= len(fields) <= 7
    elif reason.endswith("is not a project name"):
        assert place == 0
        assert repr(fields[0]) in reason
    elif reason.endswith("is not a version"):
        assert place == len(fields[0]) + 1
        assert repr(fields[1]) in reason
        with pytest.raises(InvalidVersion):
            Version(fields[1] if fields[1] == fields[1].strip() else "white space is for metadata")
    elif reason.startswith("the build tag"):
        assert text[:place].count("-") == 2
        assert repr(fields[2]) in reason
    elif "is not a variant label" in reason:
        assert place is not None
        assert len(fields) > 5
        assert text[place:] == f"{fields[-1]}.whl"
    else:
        first = 3 if len(fields) == 7 or (len(fields) == 6 and fields[2][:1].isdigit()) else 2
        start = sum(len(field) + 1 for field in fields[:first])
        inner = InvalidTag("-".join(fields[first : first + 3]), reason, None if place is None else place - start)
        assert_true_of_a_tag_set(inner.text, inner)


@given(st.one_of(wheel_filenames, strategies.mutated(wheel_filenames)))
@example("Foo_.bar-1.0-py3-none-any.whl")
@example("_-1.0-py3-none-any.whl")
@example("-0-cp20-none-manylinux1_x86_64.whl")
def test_what_packaging_reads_manytags_reads_alike(text: str) -> None:
    """Name, version, build tag and tags are those of packaging; names that only one of them takes are listed here."""
    try:
        name, version, build, tags = packaging.utils.parse_wheel_filename(text)
    except ValueError:  # all of packaging's errors are
        theirs = None
    else:
        theirs = name, version, build, tags
    try:
        wheel = manytags.parse_wheel_filename(text)
    except InvalidWheelFilename:
        if theirs is not None:
            assert only_packaging_takes(text)
        return
    if theirs is None:
        assert wheel.variant is not None or not hasattr(packaging.tags, "InvalidTag"), "packaging knows no variants"
    elif wheel.variant is None:
        assert (wheel.name, wheel.version, wheel.build, wheel.tags) == theirs


def only_packaging_takes(text: str) -> bool:
    """Whether manytags refuses a name on purpose, though packaging takes it."""
    fields = text.removesuffix(".whl").split("-")
    tags = fields[-3:]
    return (
        not text.isascii()  # PEP 427: only ASCII letters
        or not fields[0]  # older ones: no name at all
        or fields[1] != fields[1].strip()  # white space around a version belongs to metadata
        or not set("".join(tags)) <= PLAIN | {"."}  # PEP 425: what no tag has
        or not all("-".join(tags).replace("-", ".").split("."))  # older ones: empty members
        or any(python[0] in "0123456789" for python in tags[0].split("."))  # older ones: no identifier
        or len(fields[2]) - len(fields[2].lstrip("0123456789")) > 18  # a build number longer than numbers are
    )


@given(st.one_of(strategies.versions, strategies.mutated(strategies.versions), st.text("0123456789.!+-_abcdeprostv")))
@example("1.0-1")
@example("1.0.-1")
@example("1.0+")
@example("1!")
@example("v")
@example("1.0.dev.")
@example("1.0a-")
@example("1_0")
@example("1.0+\u0131")
@example("²")
@example("")
def test_a_version_is_what_packaging_says(text: str) -> None:
    """A file is refused exactly if its version is invalid, also without loading packaging."""
    try:
        Version(text)
    except InvalidVersion:
        theirs = False
    else:
        theirs = True
    # White space may surround a version in metadata, not in a file name. Older packagings took a dotless i for an i.
    assert is_version(text) is (theirs and text == text.strip() and text.isascii())
