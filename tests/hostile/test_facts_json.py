"""Facts written by strangers: facts and a target, or one error of ours, within bounds."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manytags import Facts, InvalidFacts, ManytagsError, Target, target_from_facts
from manytags.documents import MAX_ITEMS, MAX_STRING, MAX_TEXT
from manytags.hosts.facts_json import READERS

from ..hosts.machines import seen_machines

#: The longest ladder is that of a glibc 99.999, which will never exist.
MOST_TAGS = 12_000

MACHINES = seen_machines()
DOCUMENTS = [json.loads(machine.facts.to_json()) for machine in MACHINES.values()]
X86_64: dict[str, Any] = json.loads(MACHINES["bookworm-amd64"].facts.to_json())
REQUIRED = ("implementation", "python_version", "pointer_size", "sys_platform")


def fact(value: object) -> dict[str, object]:
    """Return a fact as a document has it."""
    return {"value": value, "seen": "x"}


def document(**changes: object) -> dict[str, Any]:
    """Return the document of x86_64 with other values."""
    facts = {**X86_64["facts"], **{name: fact(value) for name, value in changes.items()}}
    return {**X86_64, "facts": facts}


def survive(text: str) -> Target | None:
    """Read facts, conclude, and list tags; the only exception is an error of ours that can be printed."""
    try:
        facts = Facts.from_json(text)
        assert Facts.from_json(facts.to_json()) == facts
        target = target_from_facts(facts)
        tags = target.platform_tags()
        assert len(tags) <= MOST_TAGS
        assert len(target.ranks) <= 2_500 * (MOST_TAGS + 1)
        assert target.build_tag()
        assert str(target)
        assert all(str(item) for item in target.evidence)
    except ManytagsError as error:
        assert 0 < len(str(error)) < 10_000
        return None
    return target


def reason(text: str) -> str:
    """Return the reason why facts are refused."""
    with pytest.raises(InvalidFacts) as caught:
        Facts.from_json(text)
    assert caught.value.text in {text, *REQUIRED}
    return caught.value.reason


@pytest.mark.parametrize("name", REQUIRED)
def test_facts_that_must_be_there(name: str) -> None:
    """The error names the key, so that the author of the file can repair it."""
    broken = document()
    del broken["facts"][name]
    assert repr(name) in reason(json.dumps(broken))
    assert repr(name) in reason(json.dumps(document(**{name: None})))


@pytest.mark.parametrize("name", sorted(READERS))
def test_facts_of_another_type(name: str) -> None:
    """A number in place of a text would cause a traceback far away."""
    texts, numbers = ["x" * (MAX_STRING + 1), ["x"] * (MAX_ITEMS + 1)], [1.5, 2**64, -(2**63) - 1]
    values: list[object] = [{}, {"a": 1}, [[]], [1], *texts, *numbers]
    for value in values:
        text = reason(json.dumps(document(**{name: value})))
        assert "'value'" in text
        assert repr(name) in text or name in text


@pytest.mark.parametrize("name", sorted(READERS))
def test_each_fact_may_be_missing_or_null(name: str) -> None:
    """Newer and older probes leave out what they could not see, and their facts must be read."""
    missing = document()
    missing["facts"].pop(name, None)
    survive(json.dumps(missing))
    survive(json.dumps(document(**{name: None})))


SHAPES: dict[str, tuple[str, str]] = {
    "nothing": ("", "not JSON"),
    "a word": ("null", "not a JSON object"),
    "a list": ("[]", "not a JSON object"),
    "no form": ('{"facts": {}}', "lacks the key 'manytags_facts'"),
    "another form": ('{"manytags_facts": 2, "facts": {}}', "form 2"),
    "a form of true": ('{"manytags_facts": true, "facts": {}}', "'manytags_facts'"),
    "a form of 1.0": ('{"manytags_facts": 1.0, "facts": {}}', "'manytags_facts'"),
    "no facts": ('{"manytags_facts": 1}', "lacks the key 'facts'"),
    "facts of null": ('{"manytags_facts": 1, "facts": null}', "'facts'"),
    "facts of a list": ('{"manytags_facts": 1, "facts": []}', "'facts'"),
    "another key": ('{"manytags_facts": 1, "facts": {}, "more": 1}', "unknown key 'more'"),
    "a fact that is none": ('{"manytags_facts": 1, "facts": {"colour": {}}}', "unknown key 'colour'"),
    "a bare value": ('{"manytags_facts": 1, "facts": {"machine": "x"}}', "'machine'"),
    "no value": ('{"manytags_facts": 1, "facts": {"machine": {"seen": "x"}}}', "machine lacks the key 'value'"),
    "no place": ('{"manytags_facts": 1, "facts": {"machine": {"value": "x"}}}', "machine lacks the key 'seen'"),
    "more in a fact": (
        '{"manytags_facts": 1, "facts": {"machine": {"value": "x", "seen": "x", "more": 1}}}',
        "machine has the unknown key 'more'",
    ),
    "two documents": ('{"manytags_facts": 1} {}', "not JSON"),
    "not a number": ('{"manytags_facts": NaN}', "'manytags_facts'"),
    "a key of a book": ('{"manytags_facts": 1, "facts": {"' + "x" * 10_000 + '": 1}}', "unknown key"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str) -> None:
    """Each mistake has its own message, which names the key."""
    text, expected = SHAPES[shape]
    assert expected in reason(text)
    assert len(reason(text)) < 300


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"manytags_facts": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"manytags_facts": ' + "9" * 500_000 + "}",
        '{"manytags_facts": -1e999999999, "facts": {}}',
        '{"manytags_facts": 1, "facts": "' + "x" * 2_000_000 + '"}',
        "x" * 2_000_000,
        '{"manytags_facts": 1, "facts": {' + ",".join(f'"k{n}": 1' for n in range(60_000)) + "}}",
        '{"manytags_facts": 1, "facts": {"machine": "\\ud800"}}',
        "\ufeff{}",
        "\0",
    ],
    ids=range(11),
)
def test_size_and_depth_are_bounded(text: str) -> None:
    """A facts file of megabytes, or nested ten thousand deep, must not stop a service."""
    start = time.monotonic()
    tracemalloc.start()
    try:
        message = reason(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(message) < 1_000
    assert peak < 60_000_000
    assert time.monotonic() - start < 10
    assert len(text) <= MAX_TEXT or "longer than" in message


@pytest.mark.parametrize("text", ["\ud800", "a\udcff", "\udcff\udcfe"])
def test_surrogates_are_no_text(text: str) -> None:
    """A text that cannot be printed would raise an error where it is printed."""
    assert "whole characters" in reason(json.dumps(document(machine=text)))


#: Values that mean something to detection, and values that nearly do.
TELLING: dict[str, list[object]] = {
    "implementation": ["cpython", "pypy", "graalpy", "", "x y", "\0"],
    "python_version": ["3.11.2", "3", "999.999", "3.999.1", "2.7.18", "0.0", "-1.2", "3.1e5", "", "\u0663.\u0661"],
    "pointer_size": [4, 8, 0, -1, 2**63],
    "sys_platform": ["linux", "darwin", "ios", "android", "emscripten", "win32", "cygwin", "aix", "", "\0"],
    "machine": ["x86_64", "armv7l", "aarch64", "armv8l", "", "a b/c", "Power Macintosh", "\u00e9", "x" * 4096],
    "sysconfig_platform": ["linux-x86_64", "linux-armv7l", "linux-", "-", "", "win-amd64", "any", "android-24-x", "\n"],
    "host_platform": ["linux-aarch64", "x", ""],
    "elf_class": [32, 64, 0],
    "elf_data": ["little", "big", "middle"],
    "elf_machine": [3, 8, 20, 21, 22, 40, 62, 183, 243, 258, -1, 2**63],
    "elf_flags": [0, 0x20, 0x5000200, 0x5000400, 0x5000000, 2**63, -1],
    "elf_interpreter": ["/lib/ld-linux-armhf.so.3", "/lib/ld-linux.so.3", "/", ""],
    "arm_cpu_arch": [0, 6, 10, 14, 2**40],
    "arm_vfp_args": [0, 1, 3],
    "glibc": ["2.36", "99.999", "999.9", "3.0", "2.0", "-2.1", "2", "\u0662.\u0663", "2.\u00b2", ""],
    "musl": ["1.2.5", "99.999", "1", ""],
    "multiarch": ["arm-linux-gnueabihf", "x86_64-linux-gnu", ""],
    "macos_version": ["14.5", "10.16", "999.999", "9.9", "11", "", "x", "\u0661\u0661.0", "1000.0"],
    "ios_version": ["17.2", "999.999", "11", "", "12.\u00b2"],
    "android_api_level": [24, 999, 1000, 2**63, -1, 0],
    "pyemscripten_version": ["2026_0", "\u00b2_0", "_", "", "9_9_9_9_9_9_9"],
    "abiflags": ["", "t", "d", "m", "tdmu", "\0"],
    "extension_suffixes": [[], [".so"], [".pypy310-pp73-x.so"], ["."], ["..."], [".-.-"], [""]],
    "manylinux_module": ["/x/_manylinux.py", ""],
    "manylinux_refused": [["manylinux_2_17_x86_64"], ["x"], ["_x86_64"] * 2000],
    "manylinux_failed": [["manylinux_2_17_x86_64: raised"], ["x"], [": "], ["import"]],
}


@given(
    st.sampled_from(DOCUMENTS),
    st.dictionaries(st.sampled_from(sorted(TELLING)), st.integers(0, 20), max_size=8),
    st.sets(st.sampled_from(sorted(READERS)), max_size=4),
)
def test_contradictory_hosts(base: dict[str, Any], picks: dict[str, int], gone: set[str]) -> None:
    """Any mixture of facts gives a target of bounded size, or one error of ours."""
    facts = {name: fact for name, fact in base["facts"].items() if name not in gone}
    for name, pick in picks.items():
        facts[name] = fact(TELLING[name][pick % len(TELLING[name])])
    survive(json.dumps({**base, "facts": facts}))


TEXTS = st.text(max_size=40) | st.sampled_from(["", "\0", "\n", "any", "linux", "2.36", "x" * 4096])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


@given(
    st.sampled_from(DOCUMENTS),
    st.dictionaries(
        st.sampled_from(sorted(READERS)) | TEXTS, VALUES | st.fixed_dictionaries({"value": VALUES}), max_size=4
    ),
)
def test_any_json_in_any_place(base: dict[str, Any], changes: dict[str, object]) -> None:
    """A service that takes facts from clients must not answer with a traceback."""
    facts = {**base["facts"], **changes}
    survive(json.dumps({**base, "facts": facts}))
    survive(json.dumps({**base, **changes}))
    survive(json.dumps(changes))


@given(st.sampled_from(DOCUMENTS), st.sampled_from(sorted(READERS)), VALUES)
def test_any_value_of_a_fact(base: dict[str, Any], name: str, value: object) -> None:
    """The same with a single wrong value, which gets past the first checks."""
    facts = {**base["facts"], name: fact(value)}
    survive(json.dumps({**base, "facts": facts}))


@given(st.sampled_from(DOCUMENTS), st.data())
def test_damaged_files(base: dict[str, Any], data: st.DataObject) -> None:
    """A file cut short or with a changed character is refused, or read as what it says."""
    text = json.dumps(base)
    at = data.draw(st.integers(0, len(text)))
    survive(text[:at])
    survive(text[:at] + data.draw(st.characters()) + text[at + 1 :])


READABLE: dict[str, st.SearchStrategy[object]] = {
    "read_string": st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    "read_integer": st.integers(-(2**63), 2**64 - 1),
    "read_strings": st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), max_size=5),
    "read_boolean": st.booleans(),
}


@st.composite
def facts_of_any_kind(draw: st.DrawFn) -> Facts:
    """Make facts whose values have the right types."""
    optional = [name for name in sorted(READERS) if name not in REQUIRED]
    names = [*REQUIRED, *draw(st.lists(st.sampled_from(optional), unique=True))]
    values = {name: draw(READABLE[READERS[name].__name__]) for name in names}
    return Facts(values, {name: draw(READABLE["read_string"]) for name in names})  # type: ignore[misc]


@given(facts_of_any_kind())
def test_writing_and_reading_are_inverse(facts: Facts) -> None:
    """A bug report that changes on its way describes another machine."""
    again = Facts.from_json(facts.to_json())
    assert again == facts
    assert again.to_json() == facts.to_json()
    assert hash(again) == hash(facts)
    assert [again.seen(name) for name in again.names()] == [facts.seen(name) for name in facts.names()]
