"""What can be wrong with tags that an index accepts: wrong numbers, and tags that no interpreter claims. Pure.

Each check returns what is wrong in words, or an empty text if nothing is.
"""

from __future__ import annotations

from ..errors import InvalidTag
from ..platforms.parse import machines_of, parse_platform_or_none
from ..tags.python import AbiTag, PythonTag, parse_abi, parse_python_tag
from .profiles import Profile

#: The first CPython with abi3 (:pep:`384`), and with abi3t (:pep:`803`).
FIRST_STABLE = {"abi3": (3, 2), "abi3t": (3, 15)}


def check_numbers(text: str, profile: Profile, date: str) -> str:
    """Check that the version in a platform tag exists."""
    tag = parse_platform_or_none(text)
    need = tag and tag.need
    if not need:
        return ""
    ranges = dict(profile.known).get(need.subject, ())
    version = need.version
    if not ranges or any(len(first) == len(version) and first <= version <= last for first, last in ranges):
        return ""
    newest = ranges[-1][1]
    if version < newest:
        return f"there is no {need.words}"
    return f"{need.words} is not known{f' on {date}' if date else ''}: the newest is {'.'.join(map(str, newest))}"


def check_floors(text: str, profile: Profile) -> str:
    """Check that a platform tag's C library, or its macOS, supported the architecture in this version."""
    tag = parse_platform_or_none(text)
    if tag is None or tag.need is None:
        return ""
    first = dict(dict(profile.floors).get(tag.need.subject, ())).get(tag.machine)
    if first is None or tag.need.version >= first:
        return ""
    return f"{tag.need.words} has no {tag.machine}: the first that has is {'.'.join(map(str, first))}"


def check_takers(text: str) -> str:
    """Check that some interpreter claims a platform tag."""
    tag = parse_platform_or_none(text)
    if tag is None:
        return f"no installer can read the platform tag {text!r}"
    if tag.system == "any" or machines_of(text):
        return ""
    return f"no interpreter claims {text}"


def check_pairs(pythons: tuple[str, ...], abis: tuple[str, ...]) -> list[tuple[str, str]]:
    """List the python tags and ABI tags that go with no other tag of the same name, and say what is wrong."""
    try:
        ours, theirs = [parse_python_tag(text) for text in pythons], [parse_abi(text) for text in abis]
    except InvalidTag:
        return []
    lonely = [abi.text for abi in theirs if not any(_goes(python, abi) for python in ours)]
    problems = [(abi, f"no interpreter claims {abi} with {' or '.join(pythons)}") for abi in lonely]
    if len(lonely) < len(theirs):
        idle = [python.text for python in ours if not any(_goes(python, abi) for abi in theirs)]
        problems += [(python, f"no interpreter claims {python} with {' or '.join(abis)}") for python in idle]
    return problems


def _goes(python: PythonTag, abi: AbiTag) -> bool:
    """Whether some interpreter could claim both tags. Unknown tags count as claimed."""
    if abi.family == "stable":
        first = FIRST_STABLE[abi.text]
        return python.implementation == "cpython" and len(python.version) == 2 and python.version >= first
    if abi.family in {"cpython", "pypy", "graalpy"}:
        return python.implementation == abi.family and (not abi.version or abi.version == python.version)
    return True
