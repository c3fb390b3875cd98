"""Untrusted profiles and file names: a result or one clear error, in bounded time and size."""

from __future__ import annotations

import json
from datetime import date
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manytags import ManytagsError, Profile, check_upload, parse_profile
from manytags.indexes.profiles import ACTIONS, CHECKS

from ..laws.strategies import SPICE, any_platform_text
from .processor_time import in_time
from .test_target_json import VALUES, places, put

#: Seconds of processor time; a slow machine under load needs a tenth of it.
LONGEST_TIME = 20.0
LONGEST_MESSAGE = 6_000
TODAY = date(2026, 11, 21)

RULE = {
    "tags": ["linux_{armv6l,armv7l}", "manylinux_#_#_*"],
    "action": "deprecate",
    "since": "2026-01-01",
    "until": "2027-01-01",
    "rule": "r",
    "source": "s",
    "date": "2026-01-01",
    "message": "{file} {tag}",
    "instead": "i",
}
DOCUMENT: dict[str, Any] = {
    "manytags_profile": 1,
    "name": "ours",
    "extends": "pypi",
    "description": "d",
    "names": {"normalized": False, "local_versions": True, "longest": 100, "source": "s", "date": "2026-01-01"},
    "rules": [RULE, {"tags": ["win_x"], "action": "implied", "as": ["win32"]}],
    "checks": {
        "numbers": {"action": "warn", "known": {"glibc": [[[2, 0], [2, 44]]], "android": [[[1], [2]]]}},
        "floors": {"action": "refuse", "first": {"musl": {"x86_64": [1, 1]}}},
        "pairs": {"action": "deprecate", "until": "2027-01-01"},
    },
}
CASES = list(places(DOCUMENT))
NAMES = [
    "foo-1.0-cp312-cp312-linux_armv7l.manylinux_2_999_x86_64.win_x.any.android_5_x86.whl",
    "Foo-1.0+l--none-musllinux_0_0_x86_64.whl",
    "foo.tar.gz",
]


def read(text: str) -> Profile | None:
    """Read text as a profile: only our own errors may be raised, with bounded size, in bounded time."""
    before = process_time()
    try:
        return parse_profile(text)
    except ManytagsError as error:
        assert len(str(error)) < LONGEST_MESSAGE
        str(error).encode()  # can be printed anywhere
        return None
    finally:
        assert in_time(before, LONGEST_TIME)


def check(name: str, index: str | Profile) -> bool:
    """Check a name against a profile, and return whether it is accepted."""
    before = process_time()
    problems = check_upload(name, index, today=TODAY)
    assert in_time(before, LONGEST_TIME)
    for problem in problems:
        assert problem.severity in {"refused", "accepted but deprecated", "accepted but misleading"}
        assert str(problem)
    return not any(problem.refused for problem in problems)


def test_the_untouched_document_is_a_profile() -> None:
    """If it were refused, the cases below would test nothing."""
    parsed = read(json.dumps(DOCUMENT))
    assert parsed is not None
    assert len(CASES) > 40
    assert [check(name, parsed) for name in NAMES] == [True, False, False]


@pytest.mark.parametrize("path", CASES, ids=lambda path: ".".join(map(str, path)))
def test_any_value_in_any_place(path: tuple[object, ...]) -> None:
    """An index that accepts profiles from its users must not crash."""
    for value in VALUES:
        parsed = read(put(DOCUMENT, path, value))
        if parsed is not None:
            for name in NAMES:
                check(name, parsed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "null",
        '"',
        '{"a":' * 500,
        "[" * 900_000,
        "9" * 900_000,
        " " * 2_000_000,
        "\ud800",
        '{"manytags_profile": 1' + "0" * 5_000 + "}",
        '{"manytags_profile": 1, "name": "\\ud800"}',
        '{"manytags_profile": 1, "name": "x", "\\ud800": 1}',
        json.dumps({**DOCUMENT, "rules": [RULE] * 20_001}),
        json.dumps({**DOCUMENT, "rules": [{**RULE, "tags": ["{a,b}" * 59]}]}),
        json.dumps({**DOCUMENT, "rules": [{**RULE, "tags": ["{" * 299]}]}),
        json.dumps({**DOCUMENT, "rules": [{**RULE, "tags": ["{,,,,}" * 50]}]}),
        json.dumps({**DOCUMENT, "rules": [{**RULE, "tags": ["a"] * 6_000}]}),
    ],
    ids=lambda text: f"{text[:24]!r} ({len(text)})",
)
def test_any_text(text: str) -> None:
    """Truncated, nested and oversized documents are one error, not a traceback or a full memory."""
    assert read(text) is None


def test_the_most_patterns_and_the_most_tags() -> None:
    """Even the most expensive profile and name give a result."""
    tags = [f"{'#_' * 5}x{number}*" for number in range(1_999)]
    implied = {"tags": ["zz"], "action": "implied", "as": [f"yy{number}" for number in range(100)]}
    profile = read(json.dumps({"manytags_profile": 1, "name": "x", "rules": [{**RULE, "tags": tags}, implied]}))
    assert profile is not None
    name = f"a-1-py3-none-{'.'.join(['1_' * 15 + str(number) for number in range(110)])}.whl"
    assert not check(name, profile)
    assert not check("a-1-py3-none-zz.whl", profile)


@pytest.mark.parametrize(
    "name",
    [
        *("", "-", "----", ".whl", "-----.whl", "x" * 1_000_000, "-" * 1_000_000, "\x00" * 1_000_000),
        f"a-1-py3-none-{'.' * 4_000}.whl",
        f"a-1-py3-none-{'.'.join(map(str, range(900)))}.whl",
        f"a-{'9' * 4_000}-py3-none-any.whl",
        f"a-1-{'9' * 4_060}-py3-none-any.whl",
        f"a-1-{'.'.join(['py3'] * 900)}-none-any.whl",
        f"{'_.' * 2_000}-1-py3-none-any.whl",
        f"a-1-py3-none-manylinux_{'9' * 4_000}_1_x86_64.whl",
        f"a-1-py3-none-android_{'1_' * 2_000}x86.whl",
        "a-1-py3-none-\ud800.whl",
        "\ud800-1-py3-none-any.whl",
        "a-1-{file}-{tag}-%s.whl",
        "a-1-py3-none-\u0661.whl",
        "a-1-py3-none-\x1b[31m.whl",
    ],
    ids=lambda name: f"{name[:20]!r} ({len(name)})",
)
@pytest.mark.parametrize("index", ["pypi", "piwheels", "strict"])
def test_names(name: str, index: str) -> None:
    """An uploaded file can have any name."""
    assert not check(name, index) or name.startswith("a-1-py3")


def test_a_long_name_is_not_repeated_whole() -> None:
    """A name of a megabyte must not fill the log."""
    (problem,) = check_upload("x" * 1_000_000)
    assert len(str(problem)) < LONGEST_MESSAGE


documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from([*ACTIONS, *CHECKS])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*RULE, *DOCUMENT, *CHECKS, "as"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(DOCUMENT)), documents))
def test_any_json(keys: dict[str, object]) -> None:
    """Any JSON is a profile or one clear error."""
    parsed = read(json.dumps({"manytags_profile": 1, "name": "x", **keys}))
    if parsed is not None:
        check(NAMES[0], parsed)


@given(st.text("abc0189#*{},_", max_size=40), any_platform_text)
def test_any_pattern(pattern: str, tag: str) -> None:
    """Any text is a pattern or one clear error, and matching is fast."""
    parsed = read(json.dumps({**DOCUMENT, "rules": [{**RULE, "tags": [pattern]}]}))
    if parsed is not None:
        check(f"a-1-py3-none-{tag}.whl", parsed)


@given(st.text(f"abpy3-._{SPICE}", max_size=60))
def test_any_name(start: str) -> None:
    """Any name gives a result; a name that installers cannot read does not pass the strict profile."""
    for name in (start, f"{start}.whl", f"a-1-py3-none-{start}.whl"):
        check(name, "pypi")
        check(name, "strict")
