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

#: Hints of uv that list the tags of a release's wheels.
_TAGS = re.compile(
    rf"`{_NAME}` \(v{_VERSION}\)[^`]{{1,80}}following (platform|Python ABI tag)s?: "
    r"((?:`\w{1,80}`(?:,? (?:and )?)?){1,99})"
)


def wheels_of_hint(text: str, platform: str) -> list[str]:
    """Name the wheels that a hint of uv lists by their tags alone; each name stands for several files.

    :param text: one line or several.
    :param platform: a platform tag to give to wheels that are listed by their ABI tags.

    >>> wheels_of_hint("but `foo` (v1.0) only has wheels for the following platforms: `win32`, `win_amd64`", "any")
    ['foo-1.0-py3-none-win32.win_amd64.whl']
    """
    names = []
    for name, version, kind, listed in _TAGS.findall(text[:_LONGEST]):
        tags = re.findall(r"\w+", listed.replace(" and ", " "))
        pairs = [f"py3-none-{'.'.join(tags)}"]
        if kind != "platform":
            pairs = [f"{tag.rstrip('tdmu') if tag.startswith('cp') else 'py3'}-{tag}-{platform}" for tag in tags]
        names += [f"{name.replace('-', '_')}-{version}-{pair}.whl" for pair in pairs]
    return names


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
