"""Targets as JSON, in a documented form with a version number."""

from __future__ import annotations

import json

from ..documents import (
    Document,
    Mismatch,
    load_document,
    optional,
    read_boolean,
    read_integer,
    read_list,
    read_pair,
    read_string,
    read_strings,
    read_version,
)
from ..errors import InvalidTag, InvalidTarget
from ..platforms import Evidence, Platform
from ..tags.text import checked_tag_text
from . import Python, Target
from .named import is_full_version
from .options import TagOptions

#: Version of the form. Older versions can still be read.
TARGET_FORMAT = 1
#: The most tags of a target that is read: about forty times as many as any machine takes, and few enough to list.
MAX_TAGS = 500_000


def target_to_json(target: Target) -> str:
    """Write a target as indented JSON."""
    document = {
        "manytags_target": TARGET_FORMAT,
        "python": _fields(target.python),
        "platform": _fields(target.platform),
        "options": _fields(target.options),
        "evidence": [_fields(item) for item in target.evidence],
    }
    return json.dumps(document, indent=2)


def _fields(value: Python | Platform | TagOptions | Evidence) -> dict[str, object]:
    return {name: getattr(value, name) for name in value._fields}


def target_from_json(text: str) -> Target:
    """Read a target that :func:`target_to_json` wrote.

    :param text: the JSON, at most a million characters.
    :raises InvalidTarget: it is not JSON; or a key is missing, unknown or of another type; or no machine can match it.
    """
    document = load_document(text, "target", InvalidTarget)
    form = document.take("manytags_target", read_integer)
    if form != TARGET_FORMAT:
        raise InvalidTarget(text, f"it has form {form}; this manytags reads form {TARGET_FORMAT}")
    target = Target(
        _read_python(document.section("python")),
        _read_platform(document.section("platform")),
        _read_options(document.section("options")),
        tuple(
            _read_evidence(Document(text, "evidence", item, InvalidTarget)) for item in _read_list(document, "evidence")
        ),
    )
    document.close()
    # A platform without a ladder is an error here, not when the target is first used.
    if len(target.ranks) > MAX_TAGS:
        raise InvalidTarget(text, f"it takes more than {MAX_TAGS} tags, and no machine takes so many")
    return target


def read_tag_text(value: object) -> str:
    """Read a string that becomes a member of a tag set, or a part of a member."""
    try:
        checked_tag_text(read_string(value))
    except InvalidTag:
        raise Mismatch("text with the characters of a tag: letters, digits and underscores") from None
    return read_string(value)


def _read_tags(value: object) -> tuple[str, ...]:
    return tuple(read_tag_text(item) for item in read_list(value))


def _read_list(document: Document, key: str) -> list[object]:
    nothing: list[object] = []
    return document.take_or(key, read_list, nothing)


def _read_python(section: Document) -> Python:
    python = Python(
        section.take("implementation", read_tag_text),
        section.take("version", read_version),
        section.take("abis", _read_tags),
        section.take_or("full_version", optional(read_string), None),
    )
    section.close()
    if python.full_version is not None and not is_full_version(python.full_version, python.version):
        name = ".".join(map(str, python.version[:2]))
        raise InvalidTarget(section.text, f"its full_version is not a version of Python {name}")
    return python


def _read_platform(section: Document) -> Platform:
    platform = Platform(
        section.take("system", read_string),
        section.take("arch", read_tag_text),
        section.take_or("glibc", optional(read_pair), None),
        section.take_or("musl", optional(read_pair), None),
        section.take_or("version", optional(read_version), None),
        section.take_or("build_arch", optional(read_tag_text), None),
        section.take_or("distribution", optional(read_string), None),
    )
    section.close()
    return platform


def _read_options(section: Document) -> TagOptions:
    defaults = TagOptions()
    options = TagOptions(
        section.take_or("linux_first", read_boolean, defaults.linux_first),
        section.take_or("armv6_on_armv7", read_boolean, defaults.armv6_on_armv7),
        section.take_or("refused", _read_tags, defaults.refused),
        section.take_or("bare_linux", read_string, defaults.bare_linux),
        section.take_or("bare_linux_from", read_strings, defaults.bare_linux_from),
        section.take_or("manylinux", read_boolean, defaults.manylinux),
        section.take_or("manylinux_ceiling", optional(read_pair), None),
        section.take_or("manylinux_floor", optional(read_pair), None),
        section.take_or("extra", _read_tags, defaults.extra),
        section.take_or("tags", read_strings, defaults.tags),
        section.take_or("variants", read_strings, defaults.variants),
    )
    section.close()
    return options


def _read_evidence(item: Document) -> Evidence:
    evidence = Evidence(
        item.take("subject", read_string),
        item.take("conclusion", read_string),
        item.take("because", read_string),
    )
    item.close()
    return evidence
