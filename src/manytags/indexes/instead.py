"""Which platform tag to use instead of a tag that an index refuses, or that says nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..platforms.parse import machines_of, parse_platform_or_none
from .profiles import Profile


@dataclass(frozen=True, slots=True)
class _Index:
    """What platform tags need to know of an index on a day."""

    profile: Profile
    day: str

    def takes(self, tag: str) -> bool:
        """Whether the index takes a platform tag, and some interpreter claims it."""
        rule = self.profile.rule_for(tag, self.day)
        return rule is not None and rule.on(self.day) != "refuse" and bool(machines_of(tag))

    def ranges(self, subject: str) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        """Return the ranges of versions that exist of a subject, such as ``glibc``."""
        return dict(self.profile.known).get(subject, ())

    def first(self, subject: str, machine: str) -> tuple[int, ...]:
        """Return the first version of a subject on a machine."""
        return dict(dict(self.profile.floors).get(subject, ())).get(machine, (0, 0))


def instead_of(text: str, profile: Profile, day: str) -> str:
    """Suggest what to use instead of a platform tag; only tags that the index takes are named.

    :param text: the platform tag.
    :param profile: what the index accepts.
    :param day: the day of the upload, ``YYYY-MM-DD``.
    """
    tag = parse_platform_or_none(text)
    suggestion = "" if tag is None else tag.instead(_Index(profile, day))
    if suggestion:
        return suggestion
    what = f"{tag.machine} that names its C library" if tag is not None and tag.system == "linux" else text
    return f"an sdist, or another index: {profile.name} takes no true platform tag for {what or 'that'}"
