"""What can be wrong with tags that an index lets in: numbers that nobody has, and tags that nobody takes. Pure.

Each check answers in words, or with nothing where nothing is wrong.
"""

from __future__ import annotations

from ..choose.implied import machines_of
from ..errors import InvalidTag
from ..tags.platform import (
    IOS,
    Android,
    AnyPlatform,
    MacOS,
    Manylinux,
    Musllinux,
    OtherPlatform,
    PlatformTag,
    Pyemscripten,
    parse_platform,
)
from ..tags.python import AbiTag, PythonTag, parse_abi, parse_python_tag
from .profiles import Profile

#: The first CPython with abi3 (:pep:`384`), and with abi3t (:pep:`803`).
FIRST_STABLE = {"abi3": (3, 2), "abi3t": (3, 15)}


def numbered(tag: PlatformTag) -> tuple[str, tuple[int, ...], str] | None:
    """Tell which kind of number a platform tag has, the number, and what people call it.

    >>> numbered(parse_platform("manylinux_2_28_x86_64"))
    ('glibc', (2, 28), 'glibc 2.28')
    """
    if isinstance(tag, Android):
        return "android", (tag.api_level,), f"Android API level {tag.api_level}"
    for kind, name, words in (
        (Manylinux, "glibc", "glibc"),
        (Musllinux, "musl", "musl"),
        (MacOS, "macos", "macOS"),
        (IOS, "ios", "iOS"),
        (Pyemscripten, "pyemscripten", "PyEmscripten"),
    ):
        if isinstance(tag, kind) and type(tag) is kind:
            version = (
                tag.glibc if isinstance(tag, Manylinux) else tag.musl if isinstance(tag, Musllinux) else tag.version
            )
            return name, version, f"{words} {'.'.join(map(str, version))}"
    return None


def check_numbers(text: str, profile: Profile, date: str) -> str:
    """Look a platform tag's number up among those that exist."""
    tag = _parsed(text)
    found = tag and numbered(tag)
    if not found:
        return ""
    kind, version, words = found
    ranges = dict(profile.known).get(kind, ())
    if not ranges or any(len(first) == len(version) and first <= version <= last for first, last in ranges):
        return ""
    newest = ranges[-1][1]
    if version < newest:
        return f"there is no {words}"
    return f"{words} is not known{f' on {date}' if date else ''}: the newest is {'.'.join(map(str, newest))}"


def check_floors(text: str, profile: Profile) -> str:
    """Hold a platform tag's C library, or its macOS, against the first version of it on the architecture."""
    tag = _parsed(text)
    if not isinstance(tag, (MacOS, Manylinux, Musllinux)):
        return ""
    kind, version, words = numbered(tag) or ("", (), "")
    arch = tag.format if isinstance(tag, MacOS) else tag.arch
    first = dict(dict(profile.floors).get(kind, ())).get(arch)
    if first is None or version >= first:
        return ""
    return f"{words} has no {arch}: the first that has is {'.'.join(map(str, first))}"


def check_takers(text: str) -> str:
    """See whether any interpreter claims a platform tag."""
    tag = _parsed(text)
    if tag is None:
        return f"no installer can read the platform tag {text!r}"
    if isinstance(tag, AnyPlatform) or (isinstance(tag, OtherPlatform) and text) or machines_of(text):
        return ""
    return f"no interpreter claims {text}"


def check_pairs(pythons: tuple[str, ...], abis: tuple[str, ...]) -> list[tuple[str, str]]:
    """List python tags and ABI tags that go with no other of the same name, each with what is wrong."""
    try:
        ours, theirs = [parse_python_tag(text) for text in pythons], [parse_abi(text) for text in abis]
    except InvalidTag:
        return []
    lonely = [abi.text for abi in theirs if not any(_goes(python, abi) for python in ours)]
    found = [(abi, f"no interpreter claims {abi} with {' or '.join(pythons)}") for abi in lonely]
    if len(lonely) < len(theirs):
        idle = [python.text for python in ours if not any(_goes(python, abi) for abi in theirs)]
        found += [(python, f"no interpreter claims {python} with {' or '.join(abis)}") for python in idle]
    return found


def _goes(python: PythonTag, abi: AbiTag) -> bool:
    """Tell whether some interpreter could claim both; what is not known could."""
    if abi.family == "stable":
        first = FIRST_STABLE[abi.text]
        return python.implementation == "cpython" and len(python.version) == 2 and python.version >= first
    if abi.family in {"cpython", "pypy", "graalpy"}:
        return python.implementation == abi.family and (not abi.version or abi.version == python.version)
    return True


def _parsed(text: str) -> PlatformTag | None:
    try:
        return parse_platform(text)
    except InvalidTag:
        return None
