"""Profiles of indexes: those in the package, what the parser refuses, and the schema."""

from __future__ import annotations

import json
import pickle
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manytags import parse_profile
from manytags.documents import Document, Mismatch
from manytags.errors import InvalidProfile
from manytags.indexes.patterns import MOST_PATTERNS, expand_pattern, matches
from manytags.indexes.profiles import ACTIONS, CHECKS, FLOORED, MOST_IMPLIED, NUMBERED, PROFILES, builtin_profile

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = "2026-11-21"


def text_of(name: str) -> str:
    """Read a profile of the package."""
    return files("manytags.indexes").joinpath("profiles").joinpath(f"{name}.json").read_text(encoding="utf-8")


def written(**keys: object) -> str:
    """Write a profile with some keys."""
    return json.dumps({"manytags_profile": 1, "name": "ours", **keys})


def with_rule(**keys: object) -> str:
    """Write a profile of one rule."""
    return written(rules=[{"tags": ["any"], "action": "accept", **keys}])


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_of_the_package_say_where_they_are_from(name: str) -> None:
    """People can look up the source of every rule."""
    profile = builtin_profile(name)
    assert profile.name == name
    assert profile.description
    assert profile.names.source.startswith("https://")
    assert profile.names.date
    for rule in profile.rules:
        assert rule.rule, rule.tags
        assert rule.source.startswith("https://"), rule.tags
        assert rule.date, rule.tags
    for check, decision in profile.checks:
        assert decision.rule, check
        assert decision.source, check
        assert decision.date, check


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_a_value(name: str) -> None:
    """A profile can be pickled and is hashable."""
    profile = builtin_profile(name)
    again = parse_profile(text_of(name))
    assert again == profile == pickle.loads(pickle.dumps(profile))  # noqa: S301 - our own
    assert hash(again) == hash(profile)
    assert profile != parse_profile(written())


def test_there_are_no_other_profiles() -> None:
    """A mistyped name is an error."""
    with pytest.raises(InvalidProfile, match=r"no profile has this name; there are pypi, piwheels, strict"):
        builtin_profile("PyPI")


def test_a_profile_extends_another() -> None:
    """A profile only has to list what differs from another profile."""
    pypi = builtin_profile("pypi")
    own = parse_profile(written(extends="pypi", rules=[{"tags": ["linux_armv6l", "solaris_*"], "action": "accept"}]))
    assert own.rules[1:] == pypi.rules
    assert (own.names, own.checks, own.known, own.floors) == (pypi.names, pypi.checks, pypi.known, pypi.floors)
    for tag, action in (("linux_armv6l", "accept"), ("solaris_2_11", "accept"), ("linux_armv7l", "warn")):
        rule = own.rule_for(tag, DAY)
        assert rule is not None
        assert rule.action == action


def test_one_key_of_a_check_is_replaced_alone() -> None:
    """Changing the action of a check must not lose its table of numbers."""
    pypi = builtin_profile("pypi")
    numbers = {"action": "refuse", "known": {"glibc": [[[2, 0], [2, 99]]]}}
    own = parse_profile(written(extends="pypi", names={"longest": None}, checks={"numbers": numbers}))
    checks = dict(own.checks)
    assert checks["numbers"].action == "refuse"
    assert checks["numbers"].source == dict(pypi.checks)["numbers"].source
    assert {**checks, "numbers": None} == {**dict(pypi.checks), "numbers": None}
    assert dict(own.known) == {**dict(pypi.known), "glibc": (((2, 0), (2, 99)),)}
    assert own.floors == pypi.floors
    assert own.names.longest is None
    assert not own.names.local_versions


def test_the_shortest_profile_takes_nothing() -> None:
    """Tags without a rule are refused."""
    profile = parse_profile(written())
    assert profile.rule_for("any", DAY) is None


BAD = {
    "no JSON": ("{", "not JSON"),
    "no object": ("[]", "profile is not a JSON object"),
    "no form": ('{"name": "x"}', "lacks the key 'manytags_profile'"),
    "a newer form": ('{"manytags_profile": 2, "name": "x"}', "its form is not 1"),
    "no name": ('{"manytags_profile": 1}', "lacks the key 'name'"),
    "a name of two lines": (json.dumps({"manytags_profile": 1, "name": "a\nb"}), "one line of text"),
    "unknown key": (written(rule=[]), "profile has the unknown key 'rule'"),
    "unknown key of a rule": (with_rule(tag="any"), "rule has the unknown key 'tag'"),
    "unknown key of a check": (written(checks={"pairs": {"action": "warn", "known": {}}}), "the unknown key 'known'"),
    "unknown check": (written(checks={"pair": {"action": "warn"}}), "checks has the unknown key 'pair'"),
    "unknown kind of number": (
        written(checks={"numbers": {"action": "warn", "known": {"uclibc": []}}}),
        "known has the unknown key 'uclibc'",
    ),
    "unknown action": (with_rule(action="allow"), "is not one of accept, warn, deprecate, refuse, implied"),
    "an action that is no text": (with_rule(action=["accept"]), "is not one of accept"),
    "a check that implies": (written(checks={"pairs": {"action": "implied"}}), "is not one of accept, warn"),
    "a check without an action": (written(checks={"pairs": {}}), "lacks the key 'action'"),
    "no tags": (with_rule(tags=[]), "it is empty"),
    "a tag in capitals": (with_rule(tags=["Any"]), "a pattern of small letters"),
    "a tag with a dash": (with_rule(tags=["linux-armv7l"]), "a pattern of small letters"),
    "an empty tag": (with_rule(tags=[""]), "a pattern of 1 to 300 characters"),
    "an open brace": (with_rule(tags=["a{b"]), "a brace is not closed"),
    "a closed brace": (with_rule(tags=["ab}"]), "a pattern of small letters"),
    "a star in the middle": (with_rule(tags=["a*b"]), "a pattern of small letters"),
    "two numbers in a row": (with_rule(tags=["a##b"]), "'#' must not be followed by a digit or another '#'"),
    "a number before a digit": (with_rule(tags=["a#0"]), "'#' must not be followed by a digit or another '#'"),
    "six numbers": (with_rule(tags=["a_#_#_#_#_#_#"]), "at most 5 numbers"),
    "a tag too long": (with_rule(tags=["a" * 301]), "a pattern of 1 to 300 characters"),
    "as without implied": (with_rule(**{"as": ["any"]}), "a rule has 'as' if its action is 'implied'"),
    "implied without as": (with_rule(action="implied"), "a rule has 'as' if its action is 'implied'"),
    "as a pattern": (with_rule(action="implied", **{"as": ["a#"]}), "a list of platform tags"),
    "as itself": (with_rule(action="implied", **{"as": ["any"]}), "which is implied itself"),
    "until without deprecate": (with_rule(until="2027-01-01"), "'until' is the end of a 'deprecate'"),
    "until before since": (
        with_rule(action="deprecate", since="2027-01-01", until="2027-01-01"),
        "'until' is the end of a 'deprecate', after its 'since'",
    ),
    "no such day": (with_rule(since="2026-02-30"), "a day, YYYY-MM-DD"),
    "a week": (with_rule(since="2026-W01-1"), "a day, YYYY-MM-DD"),
    "a profile of no index": (written(extends="testpypi"), "is not one of pypi, piwheels, strict"),
    "a length below 1": (written(names={"longest": 0}), "a number of bytes"),
    "a range that ends before it begins": (
        written(checks={"numbers": {"action": "warn", "known": {"musl": [[[2, 0], [1, 2]]]}}}),
        "versions of one length",
    ),
    "a range of three": (
        written(checks={"numbers": {"action": "warn", "known": {"musl": [[[1, 0], [1, 1], [1, 2]]]}}}),
        "a list of [first, last]",
    ),
    "a floor of one number": (
        written(checks={"floors": {"action": "warn", "first": {"musl": {"x86_64": [1]}}}}),
        "a list of 2 integers",
    ),
}


@pytest.mark.parametrize("text_and_reason", BAD.values(), ids=BAD.keys())
def test_what_is_no_profile(text_and_reason: tuple[str, str]) -> None:
    """Unknown settings are errors, because ignoring them would accept or refuse the wrong wheels."""
    text, reason = text_and_reason
    with pytest.raises(InvalidProfile) as caught:
        parse_profile(text)
    assert reason in caught.value.reason


def test_patterns() -> None:
    """The special characters of a pattern mean what the documentation says."""
    assert expand_pattern("macosx_{11,12}_0_{arm64,universal2}") == (
        "macosx_11_0_arm64",
        "macosx_11_0_universal2",
        "macosx_12_0_arm64",
        "macosx_12_0_universal2",
    )
    for pattern, meant, other in (
        ("win32", ["win32"], ["win32_", "win3", "", "xwin32"]),
        ("android_#_x86", ["android_1_x86", "android_007_x86", "android_٣_x86"], ["android__x86", "android_1x86"]),
        ("ios_#_#_*", ["ios_1_2_", "ios_1_2_x"], ["ios_1_2", "ios_1_x_2"]),
        ("*", ["", "any"], []),
        ("a#", ["a1", "a12"], ["a", "a1b", "a²"]),
    ):
        assert [tag for tag in meant if not matches(pattern, tag)] == []
        assert [tag for tag in other if matches(pattern, tag)] == []


@given(st.lists(st.sampled_from(["a", "b_", "#", "{a,b}", "{1,2,3}", "{,x}"]), min_size=1, max_size=5))
def test_a_pattern_means_what_is_made_from_it(parts: list[str]) -> None:
    """Each tag that is made from a pattern matches one of its plain patterns."""
    try:
        plain = expand_pattern("".join(parts))
    except Mismatch:
        return
    numbers = {"#": "42", "{a,b}": "b", "{1,2,3}": "3", "{,x}": "x"}
    tag = "".join(numbers.get(part, part) for part in parts)
    assert any(matches(pattern, tag) for pattern in plain)


def test_patterns_are_bounded() -> None:
    """Ten braces in a row would expand into a billion patterns."""
    with pytest.raises(InvalidProfile, match=f"more than {MOST_PATTERNS}"):
        parse_profile(with_rule(tags=["{a,b,c,d,e,f,g,h}" * 10]))
    many = [f"{{{','.join('abcdefghij')}}}" * 3]  # a thousand each
    assert len(parse_profile(with_rule(tags=many * 2)).rules[0].tags) == MOST_PATTERNS
    with pytest.raises(InvalidProfile, match=f"more than {MOST_PATTERNS}"):
        parse_profile(with_rule(tags=many * 3))
    rule = {"tags": many, "action": "accept"}
    with pytest.raises(InvalidProfile, match=f"more than {MOST_PATTERNS}"):
        parse_profile(written(rules=[rule] * 3))
    implied = {"tags": ["any"], "action": "implied", "as": [f"x{number}" for number in range(MOST_IMPLIED + 1)]}
    with pytest.raises(InvalidProfile, match=f"more than {MOST_IMPLIED}"):
        parse_profile(written(rules=[implied]))


def schema() -> dict[str, Any]:
    """Read the schema as a user does."""
    text = files("manytags").joinpath("schemas").joinpath("profile.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


def against_schema(text: str) -> list[str]:
    """List the errors that the schema has for a document."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    return [error.message for error in jsonschema.Draft202012Validator(schema()).iter_errors(json.loads(text))]


@pytest.mark.parametrize("name", PROFILES)
def test_the_schema_takes_the_profiles_of_the_package(name: str) -> None:
    """People use them as examples, in an editor that knows the schema."""
    assert against_schema(text_of(name)) == []


#: What the reader finds out besides: braces, days of the calendar, and what two keys say together.
BEYOND_THE_SCHEMA = {
    *("a name of two lines", "a tag in capitals", "a tag with a dash", "an open brace", "a closed brace"),
    *("a star in the middle", "two numbers in a row", "a number before a digit", "as without implied", "six numbers"),
    *("implied without as", "as itself", "until without deprecate", "until before since", "no such day"),
    *("a range that ends before it begins", "a check without an action"),
}


@pytest.mark.parametrize("case", [case for case in BAD if case not in {"no JSON", *BEYOND_THE_SCHEMA}])
def test_the_schema_refuses_what_the_reader_refuses(case: str) -> None:
    """What the parser refuses, an editor should underline."""
    assert against_schema(BAD[case][0])


def test_the_schema_has_the_readers_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor must not underline a key that the parser knows."""
    taken: dict[str, set[str]] = {}
    take_or, take = Document.take_or, Document.take

    def note_take(document: Document, key: str, read: Callable[[object], Any]) -> Any:  # noqa: ANN401 - as it is
        taken.setdefault(document.name, set()).add(key)
        return take(document, key, read)

    def note_take_or(document: Document, key: str, read: Callable[[object], Any], default: Any) -> Any:  # noqa: ANN401
        taken.setdefault(document.name, set()).add(key)
        return take_or(document, key, read, default)

    monkeypatch.setattr(Document, "take", note_take)
    monkeypatch.setattr(Document, "take_or", note_take_or)
    parse_profile(text_of("pypi"))
    found = schema()
    properties, checks = found["properties"], found["properties"]["checks"]["properties"]
    optional = {"extends"}
    assert set(properties) == {*taken["profile"], *optional, "names", "checks"}
    assert set(properties["names"]["properties"]) == taken["names"]
    assert set(properties["rules"]["items"]["properties"]) == taken["rule"]
    assert set(found["$defs"]["check"]["properties"]) == taken["pairs"]
    assert set(checks) == set(CHECKS) == taken["checks"]
    assert set(checks["numbers"]["properties"]) == {*taken["numbers"], "known"}
    assert set(checks["floors"]["properties"]) == {*taken["floors"], "first"}
    assert set(checks["numbers"]["properties"]["known"]["properties"]) == set(NUMBERED)
    assert set(checks["floors"]["properties"]["first"]["properties"]) == set(FLOORED)
    assert properties["rules"]["items"]["properties"]["action"]["enum"] == list(ACTIONS)
    assert found["$defs"]["check"]["properties"]["action"]["enum"] == list(ACTIONS[:-1])
    assert properties["extends"]["enum"] == list(PROFILES)
