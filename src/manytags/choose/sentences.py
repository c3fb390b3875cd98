"""What pip, uv and poetry said when they found no wheel: the wheels and requirements in their sentences. Pure."""

from __future__ import annotations

import re

_LONGEST = 20_000  # characters that are read of what a tool printed

_WHEEL = re.compile(r"(?<![\w.+!%-])[A-Za-z0-9][\w.+!%]*(?:-[\w.+!%]+){1,6}\.whl")
_NAME, _VERSION = r"([A-Za-z0-9][\w.-]*)", r"([0-9][\w.+!]*)"
#: Sentences that name a project and a version.
_WITH_VERSION = (
    re.compile(rf"installation candidates for {_NAME} \({_VERSION}\)"),  # poetry
    re.compile(rf"Distribution `{_NAME}==([0-9][^ `@]*)"),  # uv, from a lock
    re.compile(rf"Wheels are available for `{_NAME}` \(v{_VERSION}\)"),  # uv
    re.compile(rf"wheels for `{_NAME}` \(v{_VERSION}\)"),
    re.compile(rf"Because {_NAME}==([0-9][^\s,]*) has no wheels"),
)
#: Sentences that have a requirement as the user wrote it.
_AS_WRITTEN = (
    re.compile(r"satisf(?:y|ies) the requirement ([A-Za-z0-9][^\s(;]*)"),  # pip
    re.compile(r"[Nn]o matching distribution found for ([A-Za-z0-9][^\s(;]*)"),
)


def read_sentence(text: str) -> tuple[list[str], list[str]]:
    """Find the wheel file names, and the requirements, in what a tool printed; the requirements only without wheels.

    :param text: one line or several.

    >>> read_sentence("ERROR: foo-1.0-cp311-cp311-win_amd64.whl is not a supported wheel on this platform.")
    (['foo-1.0-cp311-cp311-win_amd64.whl'], [])
    >>> read_sentence("ERROR: No matching distribution found for foo==1.0")
    ([], ['foo==1.0'])
    """
    text = text[:_LONGEST]
    wheels = list(dict.fromkeys(_WHEEL.findall(text)))
    if wheels:
        return wheels, []
    found = [f"{name}=={version}" for sentence in _WITH_VERSION for name, version in sentence.findall(text)]
    found += [written.rstrip(".,") for sentence in _AS_WRITTEN for written in sentence.findall(text)]
    return [], list(dict.fromkeys(found))
