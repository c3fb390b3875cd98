"""Targets travel as JSON and as pickles, and whatever is not a target is an :class:`~manytags.InvalidTarget`."""

from __future__ import annotations

import copy
import json
import pickle
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import manytags
from manytags import Evidence, InvalidTarget, ManytagsError, Target
from manytags.documents import MAX_ITEMS, MAX_STRING

from . import strategies

plain_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
evidence = st.lists(st.builds(Evidence, plain_texts, plain_texts, plain_texts), max_size=3).map(tuple)
targets = st.builds(Target, strategies.pythons, strategies.platforms, strategies.options, evidence)

GOOD = manytags.Target(
    manytags.Python("cpython", (3, 12, 4), ("cp312d", "cp312"), "3.12.4"),
    manytags.Platform("linux", "armv7l", glibc=(2, 31), build_arch="armv6l"),
    manytags.TagOptions(refused=("manylinux_2_17_armv7l",)),
    (manytags.Evidence("architecture", "armv7l, hard float", "ELF header of /usr/bin/python3"),),
).to_json()


@given(targets)
def test_json_gives_the_same_target(target: Target) -> None:
    """A target that a locker saved describes the same machine when it is read, with all evidence."""
    again = Target.from_json(target.to_json())
    assert again == target
    assert again.evidence == target.evidence
    assert again.triples() == target.triples()
    assert again.to_json() == target.to_json()
    json.loads(target.to_json())


@given(targets)
def test_pickles_and_copies_are_equal(target: Target) -> None:
    """Executors send targets to other processes."""
    target.platform_tags()  # what was worked out is not sent along
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(target, protocol))  # noqa: S301 - our own
        assert again == target
        assert hash(again) == hash(target)
        assert again.evidence == target.evidence
        assert again.triples() == target.triples()
    assert copy.copy(target) == copy.deepcopy(target) == target
    for part in (target.python, target.platform, target.options):
        assert pickle.loads(pickle.dumps(part)) == part  # noqa: S301 - our own


@given(targets, targets)
def test_equal_targets_take_the_same_wheels(a: Target, b: Target) -> None:
    """A cache of answers by target must not return those of another machine."""
    assert (a == b) is ((a.python, a.platform, a.options) == (b.python, b.platform, b.options))
    if a == b:
        assert hash(a) == hash(b)
        assert a.triples() == b.triples()


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 1200),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["linux", "macos", "ios", "android", "emscripten", "other", "cpython", "any", "\ud800", "\x00"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
)


@st.composite
def spoilt_documents(draw: st.DrawFn) -> str:
    """Take the valid document, and replace, remove or add some of its values."""
    document = json.loads(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        place: object = document
        while True:
            if isinstance(place, dict) and place:
                key: object = draw(st.sampled_from(sorted(place)))
            elif isinstance(place, list) and place:
                key = draw(st.integers(0, len(place) - 1))
            else:
                break
            container = cast("dict[object, object]", place)
            deeper = container[key]
            if isinstance(deeper, dict | list) and deeper and draw(st.booleans()):
                place = deeper
                continue
            action = draw(st.sampled_from(["put", "put", "put", "remove", "add"]))
            if action == "put":
                container[key] = draw(values)
            elif action == "remove":
                del container[key]
            elif isinstance(place, dict):
                place[draw(st.text(max_size=5))] = draw(values)
            break
    return json.dumps(document)


def assert_target_or_our_error(text: str) -> None:
    """Any text is a target that can be used, or an error that says why it is not."""
    try:
        target = Target.from_json(text)
    except InvalidTarget as error:
        assert error.reason
        assert len(str(error)) < 20_000
    else:
        assert Target.from_json(target.to_json()) == target
        assert str(target)
        assert manytags.rank("py3-none-any", target) is None or manytags.rank("py3-none-any", target) is not None
        assert len(target.platform_tags()) < 20_000


@given(spoilt_documents())
def test_a_spoilt_document_is_a_target_or_an_invalid_target(text: str) -> None:
    """A target file may come from a stranger: any other exception would crash the program that reads it."""
    assert_target_or_our_error(text)


@given(st.one_of(strategies.mutated(st.just(GOOD)), values.map(json.dumps), st.text()))
@example("")
@example("null")
@example("[]")
@example("{}")
@example("NaN")
@example('{"manytags_target": 1}')
@example("\ufeff{}")
@example("{" * 100_000)
@example("[" * 900_000)
@example('{"a":' * 100_000)
@example("9" * 900_000)
@example('"' + "a" * 900_000 + '"')
@example("a" * 1_000_001)
@example("\ud800")
@example("\x00")
def test_any_text_is_a_target_or_an_invalid_target(text: str) -> None:
    """The same for text that is not such a document, however long or deep."""
    assert_target_or_our_error(text)


def spoil(path: str, value: object) -> str:
    """Put a value at a place of the valid document."""
    document = json.loads(GOOD)
    *above, last = path.split(".")
    place = document
    for key in above:
        place = place[key]
    place[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("manytags_target", 2, "it has form 2; this manytags reads form 1"),
        ("manytags_target", "1", "'manytags_target' of target is not an integer of 64 bits"),
        ("manytags_target", True, "'manytags_target' of target is not an integer of 64 bits"),
        ("python", [], "'python' of target is not an object"),
        ("python.version", [3, -1], "no Python has this version; expected one number or more"),
        ("python.version", [3, 10**6], "no Python has this version; expected one number or more"),
        ("python.version", [3, 10**40], "'version' of python is not an integer of 64 bits"),
        ("python.version", "3.12", f"'version' of python is not a list of at most {MAX_ITEMS} items"),
        ("python.version", [1] * 6, "'version' of python is not a list of 1 to 5 integers"),
        ("python.abis", ["\ud800"], "'abis' of python is not a string of whole characters"),
        ("python.abis", ["a"] * (MAX_ITEMS + 1), f"'abis' of python is not a list of at most {MAX_ITEMS} items"),
        (
            "python.implementation",
            "a" * (MAX_STRING + 1),
            f"'implementation' of python is not a string of at most {MAX_STRING} characters",
        ),
        ("platform.system", "dos", "no such system; known: linux, macos, windows, ios, android, emscripten, other"),
        ("platform.glibc", [2, 31, 1], "'glibc' of platform is not a list of 2 integers"),
        ("platform.glibc", [2, 5000], "the version of the libc is out of range"),
        ("platform.glibc", 2.31, f"'glibc' of platform is not a list of at most {MAX_ITEMS} items"),
        ("options.linux_first", 1, "'linux_first' of options is not true or false"),
        ("evidence", [[]], "evidence is not a JSON object"),
        ("surprise", 1, "target has the unknown key 'surprise'"),
        ("python.surprise", 1, "python has the unknown key 'surprise'"),
        ("evidence", None, f"'evidence' of target is not a list of at most {MAX_ITEMS} items"),
    ],
)
def test_the_reason_names_the_place(path: str, value: object, reason: str) -> None:
    """The author of the file must be able to find the place."""
    with pytest.raises(InvalidTarget) as caught:
        Target.from_json(spoil(path, value))
    assert caught.value.reason == reason


@pytest.mark.parametrize("path", ["manytags_target", "python", "platform", "options", "python.abis", "platform.arch"])
def test_a_missing_key_is_named(path: str) -> None:
    """A truncated file must not become a target that takes less, or more."""
    document = json.loads(GOOD)
    *above, last = path.split(".")
    place = document
    for key in above:
        place = place[key]
    del place[last]
    with pytest.raises(InvalidTarget) as caught:
        Target.from_json(json.dumps(document))
    assert caught.value.reason == f"{above[-1] if above else 'target'} lacks the key {last!r}"


@pytest.mark.parametrize("key", ["evidence", "python.full_version", "platform.build_arch", "options.refused"])
def test_what_newer_versions_added_may_be_missing(key: str) -> None:
    """Files that an older manytags wrote keep loading."""
    document = json.loads(GOOD)
    *above, last = key.split(".")
    place = document
    for name in above:
        place = place[name]
    del place[last]
    assert isinstance(Target.from_json(json.dumps(document)), Target)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("platform.arch", ""),
        ("platform.arch", "x86-64"),
        ("platform.arch", "x86\n64"),
        ("platform.arch", "x86.64"),
        ("python.abis", ["cp312-evil"]),
        ("python.abis", [""]),
        ("python.implementation", ""),
        ("python.implementation", "c python"),
    ],
)
def test_every_tag_of_a_target_file_is_a_tag(path: str, value: object) -> None:
    """Text that no wheel's name can contain must not appear in ``triples()``."""
    try:
        target = Target.from_json(spoil(path, value))
    except ManytagsError:
        return
    for triple in target.triples():
        assert len(manytags.parse_tag(triple)) == 1


def test_the_longest_list_that_a_file_can_ask_for_is_bounded() -> None:
    """A few hundred bytes of JSON must not become gigabytes of tags."""
    document = json.loads(spoil("platform.glibc", [99, 999]))
    document["python"]["version"] = [3, 999]
    try:
        target = Target.from_json(json.dumps(document))
    except InvalidTarget:
        return
    assert len(target.ranks) < 1_000_000
