"""Profiles: what an index takes, as data. Pure.

A profile is JSON: rules on platform tags, of which the first that means a tag decides; checks on what is let in; and
what the index asks of file names. PyPI's, piwheels' and a strict one are in the package, and all of them are nothing
but data. The form is described in ``schemas/profile.schema.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from ..documents import (
    Document,
    Mismatch,
    load_document,
    optional,
    read_boolean,
    read_integer,
    read_list,
    read_object,
    read_pair,
    read_string,
    read_version,
)
from ..errors import InvalidProfile, shown
from .patterns import MOST_PATTERNS, expand_pattern, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")
    Version = tuple[int, ...]
    Ranges = tuple[tuple[Version, Version], ...]
    Architectures = tuple[tuple[str, tuple[int, int]], ...]

#: Number of the form.
PROFILE_FORM = 1
#: Profiles in the package.
PROFILES = ("pypi", "piwheels", "strict")
#: What a rule or a check may do. A tag that is implied is read as others; see :class:`TagRule`.
ACTIONS = ("accept", "warn", "deprecate", "refuse", "implied")
#: What can be checked of files that are let in: of the name, of each platform tag (of which the first thing that is
#: wrong is told), of python tags with ABI tags, and of the wheel itself.
CHECKS = ("readable", "numbers", "floors", "takers", "pairs", "audit")
#: What ``numbers`` and ``floors`` may know.
NUMBERED = ("glibc", "musl", "macos", "ios", "android", "pyemscripten")
FLOORED = ("glibc", "musl", "macos")
#: Most tags that one profile's implied ones are read as.
MOST_IMPLIED = 100


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule or a check of a profile decides, from when on, and who says so.

    :param action: one of ``accept``, ``warn``, ``deprecate``, ``refuse``, and for rules ``implied``.
    :param rule: the rule in words.
    :param source: where it is from: a URL or a document.
    :param date: when it was read there or made, ``YYYY-MM-DD``.
    :param since: the first day on which it is in force, ``YYYY-MM-DD``; ``None`` for always.
    :param until: with ``deprecate``: the first day on which it refuses; ``None`` where none is set.
    """

    action: str
    rule: str = ""
    source: str = ""
    date: str = ""
    since: str | None = None
    until: str | None = None

    def on(self, day: str) -> str | None:
        """Give what it does on a day (``YYYY-MM-DD``): ``None`` where it is not yet in force."""
        if self.since is not None and day < self.since:
            return None
        if self.action == "deprecate" and self.until is not None and day >= self.until:
            return "refuse"
        return self.action


@dataclass(frozen=True, slots=True)
class TagRule(Decision):
    """What an index does with some platform tags.

    :param tags: patterns of the tags.
    :param message: what the index itself says, with ``{file}`` and ``{tag}``; empty for our words.
    :param instead: what to do instead; empty where that depends on the tag.
    :param read_as: with ``implied``: the tags that the index reads these as, since it serves nothing else.
    """

    tags: tuple[str, ...] = ()
    message: str = ""
    instead: str = ""
    read_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameRules:
    """What an index asks of a file name besides that it is a wheel's.

    :param normalized: whether the project's name must be spelled as :pep:`427` asks: ``some_thing``.
    :param local_versions: whether a version may have a local part, as in ``1.0+cu118``.
    :param longest: the most bytes of a name in UTF-8, or ``None``.
    :param source: where this is from.
    :param date: when it was read there.
    """

    normalized: bool = True
    local_versions: bool = True
    longest: int | None = None
    source: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an index takes.

    :param name: of the index.
    :param description: what it is, for people.
    :param names: what it asks of file names.
    :param rules: what it does with platform tags; the first that is in force and means a tag decides.
    :param checks: (name, what is done where it fails) of what is checked besides.
    :param known: (kind of tag, ranges of its numbers that exist).
    :param floors: (C library or ``macos``, (architecture, its first version that has it)).
    """

    name: str
    description: str
    names: NameRules
    rules: tuple[TagRule, ...]
    checks: tuple[tuple[str, Decision], ...]
    known: tuple[tuple[str, Ranges], ...]
    floors: tuple[tuple[str, Architectures], ...]

    def rule_for(self, tag: str, day: str) -> TagRule | None:
        """Find the rule that decides on a platform tag on a day; ``None`` where there is none."""
        for rule in self.rules:
            if rule.on(day) is not None and any(matches(pattern, tag) for pattern in rule.tags):
                return rule
        return None


@cache
def builtin_profile(name: str) -> Profile:
    """Read a profile of the package.

    :param name: ``pypi``, ``piwheels`` or ``strict``.
    :raises InvalidProfile: there is none of this name.
    """
    if name not in PROFILES:
        raise InvalidProfile(name, f"there is none of this name; there are {', '.join(PROFILES)}")
    from importlib.resources import files

    text = (files("manytags.indexes") / "profiles" / f"{name}.json").read_text(encoding="utf-8")
    return parse_profile(text)


def parse_profile(text: str) -> Profile:
    """Read a profile from JSON and check it.

    :param text: a profile, as ``schemas/profile.schema.json`` describes it; one that ``extends`` another has that
        one's rules behind its own, and its checks and its demands on names where it says nothing else.
    :raises InvalidProfile: it is none, has a key that no profile has, or contradicts itself.

    >>> own = parse_profile('{"manytags_profile": 1, "name": "ours", "extends": "pypi",'
    ...                     ' "rules": [{"tags": ["linux_armv7l"], "action": "refuse"}]}')
    >>> own.rule_for("linux_armv7l", "2026-11-21").action, own.rule_for("linux_armv6l", "2026-11-21").action
    ('refuse', 'warn')
    """
    document = load_document(text, "profile", InvalidProfile)
    if document.take("manytags_profile", read_integer) != PROFILE_FORM:
        raise InvalidProfile(text, f"its form is not {PROFILE_FORM}, which this manytags reads")
    name = document.take("name", _read_words)
    extends = document.take_or("extends", _one_of(PROFILES), "")
    base = builtin_profile(extends) if extends else _NOTHING
    description = document.take_or("description", read_string, base.description)
    names = _read_names(document.section_or_empty("names"), base.names)
    listed: list[object] = document.take("rules", read_list) if "rules" in document.keys() else []  # noqa: SIM118
    rules = [_read_rule(Document(text, "rule", each, InvalidProfile)) for each in listed]
    if sum(len(rule.tags) for rule in rules) > MOST_PATTERNS:
        raise InvalidProfile(text, f"its patterns stand for more than {MOST_PATTERNS}")
    own = Profile(name, description, names, (*rules, *base.rules), base.checks, base.known, base.floors)
    profile = _read_checks(document.section_or_empty("checks"), own)
    document.close()
    _check_implied(text, profile)
    return profile


_NOTHING = Profile("", "", NameRules(), (), (), (), ())


def _read_names(section: Document, base: NameRules) -> NameRules:
    found = NameRules(
        section.take_or("normalized", read_boolean, base.normalized),
        section.take_or("local_versions", read_boolean, base.local_versions),
        section.take_or("longest", optional(_read_length), base.longest),
        section.take_or("source", read_string, base.source),
        section.take_or("date", _read_day, base.date),
    )
    section.close()
    return found


def _read_rule(entry: Document) -> TagRule:
    found = _read_decision(entry, Decision(""), ACTIONS)
    rule = TagRule(
        *(found.action, found.rule, found.source, found.date, found.since, found.until),
        tags=entry.take("tags", _read_patterns),
        message=entry.take_or("message", read_string, ""),
        instead=entry.take_or("instead", read_string, ""),
        read_as=entry.take_or("as", _read_tags, ()),
    )
    entry.close()
    if bool(rule.read_as) != (rule.action == "implied"):
        raise InvalidProfile(entry.text, "a rule needs 'as' where its action is 'implied', and only there")
    return rule


def _read_checks(section: Document, profile: Profile) -> Profile:
    """Read what is checked; each key of a check replaces that key alone of the one in the profile it extends."""
    checks = dict(profile.checks)
    known, floors = dict(profile.known), dict(profile.floors)
    for name in [name for name in CHECKS if name in section.keys()]:  # noqa: SIM118 - no dict
        entry = section.section(name)
        checks[name] = _read_decision(entry, checks.get(name, Decision("")), ACTIONS[:-1])
        if name == "numbers":
            known |= _read_table(entry, "known", NUMBERED, _read_ranges)
        if name == "floors":
            floors |= _read_table(entry, "first", FLOORED, _read_architectures)
        entry.close()
    section.close()
    ordered = tuple((name, checks[name]) for name in CHECKS if name in checks)
    return replace(profile, checks=ordered, known=tuple(known.items()), floors=tuple(floors.items()))


def _read_decision(entry: Document, base: Decision, actions: tuple[str, ...]) -> Decision:
    """Read what rules and checks have in common; what is not there is inherited."""
    read = _one_of(actions)
    action = entry.take("action", read) if not base.action else entry.take_or("action", read, base.action)
    since = entry.take_or("since", optional(_read_day), base.since)
    until = entry.take_or("until", optional(_read_day), base.until if action == base.action else None)
    if until is not None and (action != "deprecate" or (since is not None and until <= since)):
        raise InvalidProfile(entry.text, "'until' is the end of a 'deprecate', after its 'since'")
    return Decision(
        action,
        entry.take_or("rule", read_string, base.rule),
        entry.take_or("source", read_string, base.source),
        entry.take_or("date", _read_day, base.date),
        since,
        until,
    )


def _read_table(entry: Document, key: str, names: tuple[str, ...], read: Callable[[object], T]) -> dict[str, T]:
    table = entry.section_or_empty(key)
    found = {name: table.take(name, read) for name in names if name in table.keys()}  # noqa: SIM118 - no dict
    table.close()
    return found


def _check_implied(text: str, profile: Profile) -> None:
    """See that what is implied ends somewhere: the tags that others are read as are not read as others again."""
    implied = [rule for rule in profile.rules if rule.action == "implied"]
    if sum(len(rule.read_as) for rule in implied) > MOST_IMPLIED:
        raise InvalidProfile(text, f"it reads tags as more than {MOST_IMPLIED} others")
    for tag in {tag for rule in implied for tag in rule.read_as}:
        if any(matches(pattern, tag) for rule in implied for pattern in rule.tags):
            raise InvalidProfile(text, f"other tags are read as {shown(tag)}, which is itself read as others")


def _one_of(choices: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Mismatch(f"one of {', '.join(choices)}")
        return value

    return read


def _read_words(value: object) -> str:
    text = read_string(value)
    if not text.isprintable() or not text:
        raise Mismatch("a text of one line")
    return text


def _read_day(value: object) -> str:
    from datetime import date

    text = read_string(value)
    try:
        if len(text) == 10 and date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise Mismatch("a day, YYYY-MM-DD")


def _read_length(value: object) -> int:
    length = read_integer(value)
    if length < 1:
        raise Mismatch("a number of bytes")
    return length


def _read_patterns(value: object) -> tuple[str, ...]:
    found: list[str] = []
    for item in read_list(value):
        found += expand_pattern(read_string(item))
        if len(found) > MOST_PATTERNS:
            raise Mismatch(f"a list of patterns: they stand for more than {MOST_PATTERNS}")
    if not found:
        raise Mismatch("a list of patterns: it is empty")
    return tuple(found)


def _read_tags(value: object) -> tuple[str, ...]:
    found = tuple(read_string(item) for item in read_list(value))
    if not found or not all(tag.replace("_", "0").isalnum() and tag.isascii() and tag == tag.lower() for tag in found):
        raise Mismatch("a list of platform tags")
    return found


def _read_ranges(value: object) -> tuple[tuple[Version, Version], ...]:
    found = []
    for item in read_list(value):
        ends = read_list(item)
        if len(ends) != 2:
            raise Mismatch("a list of [first, last]")
        first, last = map(read_version, ends)
        if len(first) != len(last) or first > last:
            raise Mismatch("a list of [first, last], versions of one length")
        found.append((first, last))
    return tuple(found)


def _read_architectures(value: object) -> Architectures:
    return tuple((read_string(name), read_pair(version)) for name, version in read_object(value).items())
