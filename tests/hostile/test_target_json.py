"""Target files from strangers: a target or one clear error, in bounded time and size."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import ManytagsError, TagOptions, Target, target
from manytags.targets.formats import MAX_TAGS

from .processor_time import in_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Characters of a message, however much text was sent.
LONGEST_MESSAGE = 6_000
#: Seconds; a slow machine under load needs a tenth of it.
LONGEST_TIME = 20.0

FULL = target(
    "3.13.1",
    "raspios-12-armv7l",
    TagOptions(refused=("manylinux_2_17_armv7l",), manylinux_ceiling=(2, 31), manylinux_floor=(2, 17), extra=("x",)),
)
DOCUMENT: dict[str, Any] = json.loads(FULL.to_json())
DOCUMENT["evidence"] = [{"subject": "a", "conclusion": "b", "because": "c"}]
PEX: dict[str, Any] = json.loads(manytags.target_to_pex(target("3.12", "win_amd64")))
BUILD: dict[str, Any] = json.loads(manytags.target_to_build_details(target("3.14", "linux_x86_64"), "/usr"))

VALUES: list[object] = [
    *(None, True, False, 0, -1, 1, 999, 1_000, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 0.5, 1e308, -0.0),
    *("", " ", "x", "any", "x86_64", "linux_x86_64", "cp312", "a-b", "a.b", "a b", "A", "\x00", "\x1b[31m", "\n"),
    *("²", "٣", "é", "\ud800", "\udfff\ud800", "\U0001f40d", "\u202e", "%s%n", "../../etc/passwd", "x" * 4_097),
    *("9" * 5_000, "__class__", "manylinux_2_x_x86_64", "manylinux2014"),
    *([], [[]], [None], [1], [2, 17], [999, 999], [99, 999], [-1, -1], [2**70, 2**70], [True, False], [2, 17, 1]),
    *(["x"], ["x"] * 20_001, [3, 999], [999, 999, 999], ["manylinux_x"], ["", "\x00"], [{}], [1.0, 2.0]),
    *({}, {"": ""}, {"x": {"x": {"x": {}}}}, {"manytags_target": 1}),
]


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """List the places of all values in a document, the outermost first."""
    if path:
        yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for index in range(min(len(value), 2)):
            yield from places(value[index], (*path, index))


def put(document: object, path: tuple[Any, ...], value: object) -> str:
    """Write a document with another value in one place."""
    changed: Any = json.loads(json.dumps(document))
    section = changed
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = value
    return json.dumps(changed)


def read(reader: Callable[[str], Target], text: str) -> Target | None:
    """Read text as a target: nothing but our own errors may come out, of bounded size, in bounded time."""
    before = time.process_time()
    try:
        answer = reader(text)
    except ManytagsError as error:
        assert len(str(error)) < LONGEST_MESSAGE
        str(error).encode()  # can be printed anywhere
        return None
    finally:
        assert in_time(before, LONGEST_TIME)
    return answer


def check(answer: Target) -> None:
    """What is accepted works to the end."""
    assert len(answer.ranks) <= MAX_TAGS
    assert Target.from_json(answer.to_json()) == answer
    for tag in answer.platform_tags():
        manytags.rank(f"demo-1.0-cp312-cp312-{tag}.whl", answer)
    manytags.marker_environment(answer)
    str(answer).encode()


READERS: dict[str, tuple[Callable[[str], Target], dict[str, Any]]] = {
    "target": (Target.from_json, DOCUMENT),
    "pex": (manytags.target_from_pex, PEX),
    "build-details": (manytags.target_from_build_details, BUILD),
}
CASES = [
    pytest.param(kind, path, id=f"{kind} {'.'.join(map(str, path))}")
    for kind, (_, document) in READERS.items()
    for path in places(document)
]


def test_the_untouched_documents_are_targets() -> None:
    """If they were refused, the cases below would test nothing."""
    for reader, document in READERS.values():
        answer = read(reader, json.dumps(document))
        assert answer is not None
        check(answer)
    assert len(CASES) > 50


@pytest.mark.parametrize(("kind", "path"), CASES)
def test_any_value_in_any_place(kind: str, path: tuple[object, ...]) -> None:
    """A lock file may come from a stranger's pull request."""
    reader, document = READERS[kind]
    for value in VALUES:
        answer = read(reader, put(document, path, value))
        if answer is not None:
            check(answer)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\ufeff{}",
        "null",
        "true",
        "1e999",
        "NaN",
        "[]",
        "{}",
        '"',
        "{",
        '{"a":' * 500,
        "[" * 900_000,
        '{"a":' * 150_000,
        "9" * 900_000,
        '{"manytags_target": ' + "9" * 900_000 + "}",
        '{"manytags_target": 1' + "0" * 5_000 + "}",
        '{"manytags_target": 1.0}',
        '{"manytags_target": 2}',
        '{"manytags_target": 0}',
        '{"manytags_target": true}',
        '{"x": "' + "y" * 2_000_000 + '"}',
        "\ud800",
        '{"\\ud800": 1}',
        '{"schema_version": "1' + "." * 4_000 + '", "platform": "x"}',
        " " * 2_000_000,
    ],
    ids=lambda text: f"{text[:24]!r} ({len(text)})",
)
def test_any_text(kind: str, text: str) -> None:
    """Cut, nested and oversized documents end in one sentence, not in a traceback or a full memory."""
    assert read(READERS[kind][0], text) is None


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("key", ["\x00", "\ud800", "x" * 900_000, "__proto__", ""])
def test_unknown_keys_make_short_messages(kind: str, key: str) -> None:
    """A key that no reader takes must be refused, except in Python's own file, whose form grows."""
    reader, document = READERS[kind]
    answer = read(reader, json.dumps({**document, key: 1}))
    assert (answer is not None) == (kind == "build-details")


@pytest.mark.parametrize(
    ("python", "platform"),
    [
        ([3, 999], {"system": "macos", "arch": "x86_64", "version": [999, 0]}),
        ([3, 999], {"system": "ios", "arch": "arm64_iphoneos", "version": [999, 0]}),
        ([3, 999], {"system": "linux", "arch": "x86_64", "glibc": [99, 999]}),
        ([3, 999], {"system": "linux", "arch": "armv8l", "glibc": [99, 999]}),
        ([999, 999], {"system": "android", "arch": "x86", "version": [999]}),
        ([3, 999], {"system": "linux", "arch": "x86_64", "musl": [1, 999]}),
    ],
)
def test_a_target_of_too_many_tags(python: list[int], platform: dict[str, object]) -> None:
    """``triples()`` of a stranger's target must not fill the memory: some of these would be twenty million."""
    document = {
        "manytags_target": 1,
        "python": {"implementation": "cpython", "version": python, "abis": ["cp3999"]},
        "platform": platform,
        "options": {},
    }
    answer = read(Target.from_json, json.dumps(document))
    if answer is not None:
        assert len(answer.triples()) <= MAX_TAGS


def test_what_is_no_tag_is_refused_where_tags_are_made() -> None:
    """A dash in an architecture would make triples that are read as others."""
    for section, key in (("platform", "arch"), ("platform", "build_arch"), ("python", "implementation")):
        for value in ("x86_64-any", "a.b", "", "a b", "é", "x\n", "\x00"):
            assert read(Target.from_json, put(DOCUMENT, (section, key), value)) is None, (key, value)
    for section, key in (("python", "abis"), ("options", "extra"), ("options", "refused")):
        assert read(Target.from_json, put(DOCUMENT, (section, key), ["a-b"])) is None, key


def test_a_full_version_must_be_of_the_version() -> None:
    """``python_version`` and ``python_full_version`` of the markers would contradict each other."""
    for value in ("3.12.1", "3.1", "3.130", "4.13.1", "3.13.x", "3.13 ; evil", "", "3.13.1\n"):
        assert read(Target.from_json, put(DOCUMENT, ("python", "full_version"), value)) is None, value
    for good in ("3.13", "3.13.1", "3.13.1rc1", "3.13.1+", "3.13.1a2+", None):
        assert read(Target.from_json, put(DOCUMENT, ("python", "full_version"), good)) is not None, good


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(VALUES[:60]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(CASES), json_values)
def test_any_json_in_any_place(case: Any, value: object) -> None:  # noqa: ANN401 - pytest's own
    """The same with any JSON value."""
    kind, path = case.values
    reader, document = READERS[kind]
    answer = read(reader, put(document, path, value))
    if answer is not None:
        check(answer)


@given(st.sampled_from(sorted(READERS)), st.text())
def test_any_text_at_all(kind: str, text: str) -> None:
    """Text that is not JSON must cause a clear error."""
    assert read(READERS[kind][0], text) is None


@given(st.sampled_from(sorted(READERS)), st.data())
def test_spoiled_documents(kind: str, data: st.DataObject) -> None:
    """A file that was cut or changed on its way must not cause a traceback."""
    reader, document = READERS[kind]
    text = json.dumps(document)
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 5))
    inserted = data.draw(st.text('{}[]",:0123456789\\ueE+-. abc\x00', max_size=4))
    answer = read(reader, text[:start] + inserted + text[start + length :])
    if answer is not None:
        check(answer)
