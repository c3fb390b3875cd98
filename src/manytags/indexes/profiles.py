"""Profiles: what an index accepts, as data. Pure.

A profile is JSON: rules for platform tags, where the first one that matches a tag decides; checks of what the rules
accept; and requirements for file names. The package contains profiles of PyPI and piwheels, and a strict one.
``schemas/profile.schema.json`` describes the form.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
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
    read_strings,
    read_version,
)
from ..errors import InvalidProfile, shown
from ..tags import is_plain
from .patterns import MOST_PATTERNS, expand_pattern, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")
    Version = tuple[int, ...]
    Ranges = tuple[tuple[Version, Version], ...]
    Architectures = tuple[tuple[str, tuple[int, int]], ...]

#: Version of the form.
PROFILE_FORM = 1
#: Profiles in the package.
PROFILES = ("pypi", "piwheels", "strict")
#: What a rule or a check may do. An implied tag is read as other tags; see :class:`TagRule`.
ACTIONS = ("accept", "warn", "deprecate", "refuse", "implied")
#: What can be checked of an accepted file: its name, each platform tag (the next three; one problem is reported, a
#: refusal if there is one), its python tags with its ABI tags, and the wheel itself.
CHECKS = ("readable", "numbers", "floors", "takers", "pairs", "audit")
#: What ``numbers`` and ``floors`` may list.
NUMBERED = ("glibc", "musl", "macos", "ios", "android", "pyemscripten")
FLOORED = ("glibc", "musl", "macos")
#: Most tags that the implied tags of a profile are read as.
MOST_IMPLIED = 100


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule or a check of a profile decides, since when, and according to whom.

    :param action: ``accept``, ``warn``, ``deprecate`` or ``refuse``; for rules also ``implied``.
    :param rule: the rule in words.
    :param source: where the rule is from: a URL or a document.
    :param date: when it was read there or made, ``YYYY-MM-DD``.
    :param since: the first day on which it applies, ``YYYY-MM-DD``; ``None`` for always.
    :param until: with ``deprecate``: the first day on which it refuses; ``None`` if no day is set.
    """

    action: str
    rule: str = ""
    source: str = ""
    date: str = ""
    since: str | None = None
    until: str | None = None

    def on(self, day: str) -> str | None:
        """Return the action on a day (``YYYY-MM-DD``); ``None`` if it does not apply yet."""
        if self.since is not None and day < self.since:
            return None
        if self.action == "deprecate" and self.until is not None and day >= self.until:
            return "refuse"
        return self.action


@dataclass(frozen=True, slots=True)
class TagRule(Decision):
    """What an index does with some platform tags.

    :param tags: patterns of the tags.
    :param message: the index's own message, with ``{file}`` and ``{tag}``; empty for a message of manytags.
    :param instead: what to do instead; empty if that depends on the tag.
    :param read_as: with ``implied``: the tags that the index reads these as, because it serves no others.
    """

    tags: tuple[str, ...] = ()
    message: str = ""
    instead: str = ""
    read_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameRules:
    """What an index requires of a wheel's file name.

    :param normalized: whether the project's name must be normalized as in :pep:`427`: ``some_thing``.
    :param local_versions: whether a version may have a local part, as in ``1.0+cu118``.
    :param longest: the maximum length of a name in bytes of UTF-8, or ``None``.
    :param source: where these rules are from.
    :param date: when they were read there.
    """

    normalized: bool = True
    local_versions: bool = True
    longest: int | None = None
    source: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an index accepts.

    :param name: name of the index.
    :param description: what the index is, for people.
    :param names: what it requires of file names.
    :param rules: what it does with platform tags; the first rule that applies and matches a tag decides.
    :param checks: (name, what to do if it fails) of the other checks.
    :param known: (kind of tag, ranges of numbers that exist).
    :param floors: (C library or ``macos``, (architecture, the first version with this architecture)).
    """

    name: str
    description: str
    names: NameRules
    rules: tuple[TagRule, ...]
    checks: tuple[tuple[str, Decision], ...]
    known: tuple[tuple[str, Ranges], ...]
    floors: tuple[tuple[str, Architectures], ...]

    def rule_for(self, tag: str, day: str) -> TagRule | None:
        """Find the rule that decides about a platform tag on a day; ``None`` if there is none."""
        for rule in self.rules:
            if rule.on(day) is not None and any(matches(pattern, tag) for pattern in rule.tags):
                return rule
        return None


@cache
def builtin_profile(name: str) -> Profile:
    """Read a profile of the package.

    :param name: ``pypi``, ``piwheels`` or ``strict``.
    :raises InvalidProfile: there is no profile of this name.
    """
    if name not in PROFILES:
        raise InvalidProfile(name, f"no profile has this name; there are {', '.join(PROFILES)}")
    from importlib.resources import files

    text = (files(__name__.rpartition(".")[0]) / "profiles" / f"{name}.json").read_text(encoding="utf-8")
    return parse_profile(text)


def parse_profile(text: str) -> Profile:
    """Read a profile from JSON and validate it.

    :param text: a profile, as ``schemas/profile.schema.json`` describes it. If it ``extends`` another profile, the
        other's rules come after its own, and it inherits checks and requirements for names that it does not set.
    :raises InvalidProfile: the text is not a profile, has an unknown key, or contradicts itself.

    >>> own = parse_profile('{"manytags_profile": 1, "name": "ours", "extends": "pypi",'
    ...                     ' "rules": [{"tags": ["linux_armv7l"], "action": "refuse"}]}')
    >>> own.rule_for("linux_armv7l", "2026-11-21").action, own.rule_for("linux_armv6l", "2026-11-21").action
    ('refuse', 'warn')
    """
    document = load_document(text, "profile", InvalidProfile)
    if document.take("manytags_profile", read_integer) != PROFILE_FORM:
        raise InvalidProfile(text, f"its form is not {PROFILE_FORM}, the one that this manytags reads")
    name = document.take("name", _read_words)
    extends = document.take_or("extends", _one_of(PROFILES), "")
    base = builtin_profile(extends) if extends else _NOTHING
    description = document.take_or("description", read_string, base.description)
    names = _read_names(document.section_or_empty("names"), base.names)
    listed: list[object] = document.take_or("rules", read_list, [])
    rules = [_read_rule(Document(text, "rule", item, InvalidProfile)) for item in listed]
    if sum(len(rule.tags) for rule in rules) > MOST_PATTERNS:
        raise InvalidProfile(text, f"its patterns stand for more than {MOST_PATTERNS}")
    own = Profile(name, description, names, (*rules, *base.rules), base.checks, base.known, base.floors)
    profile = _read_checks(document.section_or_empty("checks"), own)
    document.close()
    _check_implied(text, profile)
    return profile


_NOTHING = Profile("", "", NameRules(), (), (), (), ())


def _read_names(section: Document, base: NameRules) -> NameRules:
    rules = NameRules(
        section.take_or("normalized", read_boolean, base.normalized),
        section.take_or("local_versions", read_boolean, base.local_versions),
        section.take_or("longest", optional(_read_length), base.longest),
        section.take_or("source", read_string, base.source),
        section.take_or("date", _read_day, base.date),
    )
    section.close()
    return rules


def _read_rule(entry: Document) -> TagRule:
    rule = TagRule(
        **asdict(_read_decision(entry, Decision(""), ACTIONS)),
        tags=entry.take("tags", _read_patterns),
        message=entry.take_or("message", read_string, ""),
        instead=entry.take_or("instead", read_string, ""),
        read_as=entry.take_or("as", _read_tags, ()),
    )
    entry.close()
    if bool(rule.read_as) != (rule.action == "implied"):
        raise InvalidProfile(entry.text, "a rule has 'as' if its action is 'implied', and only then")
    return rule


def _read_checks(section: Document, profile: Profile) -> Profile:
    """Read the checks. A key of a check replaces only this key of the check in the extended profile."""
    checks = dict(profile.checks)
    known, floors = dict(profile.known), dict(profile.floors)
    for name in [name for name in CHECKS if name in section.keys()]:  # noqa: SIM118 - not a dict
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
    """Read what rules and checks have in common; missing keys are inherited."""
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
    values = {name: table.take(name, read) for name in names if name in table.keys()}  # noqa: SIM118 - not a dict
    table.close()
    return values


def _check_implied(text: str, profile: Profile) -> None:
    """Check that implied tags end somewhere: the tags that they are read as must not be implied themselves."""
    implied = [rule for rule in profile.rules if rule.action == "implied"]
    if sum(len(rule.read_as) for rule in implied) > MOST_IMPLIED:
        raise InvalidProfile(text, f"its implied tags are read as more than {MOST_IMPLIED} others")
    for tag in {tag for rule in implied for tag in rule.read_as}:
        if any(matches(pattern, tag) for rule in implied for pattern in rule.tags):
            raise InvalidProfile(text, f"implied tags are read as {shown(tag)}, which is implied itself")


def _one_of(choices: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Mismatch(f"one of {', '.join(choices)}")
        return value

    return read


def _read_words(value: object) -> str:
    text = read_string(value)
    if not text.isprintable() or not text:
        raise Mismatch("one line of text")
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
    patterns: list[str] = []
    for item in read_list(value):
        patterns += expand_pattern(read_string(item))
        if len(patterns) > MOST_PATTERNS:
            raise Mismatch(f"a list of patterns: they stand for more than {MOST_PATTERNS}")
    if not patterns:
        raise Mismatch("a list of patterns: it is empty")
    return tuple(patterns)


def _read_tags(value: object) -> tuple[str, ...]:
    tags = read_strings(value)
    if not tags or not all(is_plain(tag) and tag == tag.lower() for tag in tags):
        raise Mismatch("a list of platform tags")
    return tags


def _read_ranges(value: object) -> Ranges:
    ranges = []
    for item in read_list(value):
        ends = read_list(item)
        if len(ends) != 2:
            raise Mismatch("a list of [first, last]")
        first, last = map(read_version, ends)
        if len(first) != len(last) or first > last:
            raise Mismatch("a list of [first, last], versions of one length")
        ranges.append((first, last))
    return tuple(ranges)


def _read_architectures(value: object) -> Architectures:
    return tuple((read_string(name), read_pair(version)) for name, version in read_object(value).items())
