"""Which wheel file name was meant by one that is not: what browsers, builders and renaming hands do to names. Pure."""

from __future__ import annotations

import re

from ..tags import MAX_TEXT, filename_fields, is_build, is_platform_like, is_version, tag_set_members

_COPY = re.compile(r"[ _]?\([0-9]{1,3}\)(?=\.whl)")  # a browser's second download
_ENDINGS = (".zip", ".part", ".crdownload", ".download", ".tmp", ".metadata", ".asc", ".sig", ".whl")
_ESCAPES = {"%2b": "+", "%2B": "+", "%21": "!", "%20": "", " ": ""}
_PYTHON = re.compile(r"(py|cp|pp|python|cpython|pypy|graalpy)[0-9]")
_DOTTED = re.compile(r"\b((?:py|cp|pp)[0-9])\.(?=[0-9])")  # cp3.11
_DOTTED_NUMBERS = re.compile(r"(?<=[0-9])\.(?=[0-9])")


def meant_filename(text: str) -> str:
    """Guess the wheel file name that was meant by a text that is not one; empty where nothing is near.

    :param text: the file name, without a folder.

    >>> meant_filename("foo-1.0-py3-none-any (1).whl"), meant_filename("foo-bar-1.0-py3-none-linux-x86_64.whl")
    ('foo-1.0-py3-none-any.whl', 'foo_bar-1.0-py3-none-linux_x86_64.whl')
    """
    if len(text) > MAX_TEXT or not text.isascii() or ".whl" not in text.lower():
        return ""
    name = text.partition("#")[0].partition("?")[0]
    name = name[:-4] + ".whl" if name.lower().endswith(".whl") else name
    while name.endswith(_ENDINGS) and name.rpartition(".")[0].endswith(".whl"):
        name = name.rpartition(".")[0]
    name = _COPY.sub("", name)
    for escape, character in _ESCAPES.items():
        name = name.replace(escape, character)
    name = _DOTTED.sub(r"\1", name)
    for candidate in (name, _with_fields_joined(name)):
        fields = filename_fields(candidate)
        if candidate != text and fields is not None and tag_set_members(fields[3]):
            return candidate
    return ""


def _with_fields_joined(name: str) -> str:
    """Join what a hyphen parts within the project's name or the platform tag, and fill in an ABI that is left out."""
    fields = name.removesuffix(".whl").split("-")
    start = next((place for place, field in enumerate(fields) if place > 1 and _PYTHON.match(field)), None)
    if start is None:
        return name
    head, (python, *rest) = fields[:start], fields[start:]
    version = next((place for place, field in enumerate(head) if place and is_version(field)), None)
    if version is None or not all(is_build(field) for field in head[version + 1 :]):
        return name
    python = python.replace("+", "")
    if rest and is_platform_like(rest[0]):
        rest.insert(0, "none" if python.startswith("py") else python)
    if len(rest) < 2:
        return name
    platform = "_".join(rest[1:])
    if len(rest) > 2:
        platform = _DOTTED_NUMBERS.sub("_", platform)
    return "-".join(["_".join(head[:version]), *head[version:], python, rest[0], platform]) + ".whl"
