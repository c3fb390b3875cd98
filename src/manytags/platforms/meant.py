"""Which platform tag the builder of a wheel meant by one that no interpreter claims. Pure."""

from __future__ import annotations

from ..errors import InvalidTag, InvalidTarget
from . import families
from .linux.architectures import architecture
from .linux.names import linux_machines
from .lowest import lowest_and_newest
from .parse import parse_platform, parse_platform_or_none
from .words import plain_name, split_machine

_LONGEST = 100  # characters; no platform tag is longer
#: What other packagers call a package without compiled code.
_PURE = ("all", "none", "noarch", "py3", "pure")
#: Windows' code for both of its 64-bit architectures, which no installer knows.
_EITHER = {"win_arm64ec": ("win_arm64", "win_amd64"), "win_arm64x": ("win_arm64", "win_amd64")}

#: What names a system and no machine -> the tag of most of its machines.
_BARE = {
    **dict.fromkeys(("linux", "linux2"), "linux_x86_64"),
    **dict.fromkeys(("win", "windows", "nt"), "win_amd64"),
    **dict.fromkeys(("mac", "macos", "macosx", "darwin", "osx"), "macosx_11_0_universal2"),
}

#: How tags begin that only look like those of a system -> what that system's tags are.
_FORMS = (
    (("manylinux", "musllinux"), "it is not a tag of manylinux or musllinux"),
    (("linux",), "it names no architecture"),
    (("win",), "the tags of Windows are win32, win_amd64 and win_arm64"),
    (("mac", "osx", "darwin"), "the tags of macOS are of the form macosx_11_0_arm64"),
    (_PURE, "a wheel without compiled code has the platform tag any"),
)


def why_unclaimed(text: str) -> str:
    """Say why no interpreter of any machine claims a platform tag; nothing where some do.

    :param text: the platform tag.

    >>> why_unclaimed("linux_arm64"), why_unclaimed("linux_aarch64")
    ('Linux calls this architecture aarch64', '')
    """
    try:
        because = parse_platform(text).why_unclaimed()
    except InvalidTag as error:
        return "it is malformed" if meant_tags(text) else f"it is malformed ({error.reason})"
    if because and text in _EITHER:
        return "installers know no ARM64EC or ARM64X"
    if because and parse_platform(text).system == "other":
        return next((form for beginnings, form in _FORMS if text.startswith(beginnings)), because)
    return because


def meant_tags(text: str) -> tuple[str, ...]:
    """Guess which platform tags a text stands for that no interpreter claims; empty where nothing is near.

    :param text: the platform tag.

    >>> meant_tags("linux_arm64"), meant_tags("macosx_10_14_6_x86_64"), meant_tags("manylinux2015_x86_64")
    (('linux_aarch64',), ('macosx_10_14_x86_64',), ('manylinux2014_x86_64',))
    """
    if len(text) > _LONGEST:
        return ()
    if text in _PURE:
        return ("any",)
    if text in _EITHER:
        return _EITHER[text]
    guesses = _of_libc(text) if text.startswith(("manylinux", "musllinux")) else _of_name(text)
    guesses.append(text.replace("pyodide", "pyemscripten"))
    given = parse_platform_or_none(text)
    version = given.need.version if given is not None and given.need else None
    for guess in guesses:
        tag = parse_platform_or_none(guess)
        if guess == text or tag is None or tag.why_unclaimed():
            continue
        # A name is misspelled; a version that is plainly written is not.
        if version is None or tag.need is None or tag.need.version == version:
            return (guess,)
    return ()


def _of_libc(text: str) -> list[str]:
    """Read a manylinux or musllinux tag whose version or architecture is spelled otherwise."""
    rest, word = split_machine(plain_name(text), linux_machines())
    if not word:
        return []
    arch = architecture(linux_machines()[word]).takes
    kind = text[:9]
    numbers = "".join(letter if letter.isdigit() else " " for letter in rest).split()
    floors = [f"{kind}_{'_'.join(numbers)}_{arch}"] if len(numbers) == 2 else []
    usual = "manylinux2014" if kind == "manylinux" else "musllinux_1_2"
    newer = ("manylinux_2_28", "manylinux_2_34", "manylinux_2_39") if kind == "manylinux" else ()
    bare = [] if architecture(arch).manylinux_floor else [f"linux_{arch}"]
    return [*floors, *(f"{name}_{arch}" for name in (usual, *newer)), *bare]


def _of_name(text: str) -> list[str]:
    """Read a tag as people name machines, such as ``win_x64``."""
    if text in _BARE:
        return [_BARE[text]]
    name = plain_name(text)
    both = name.endswith("-universal2")
    name = name.removesuffix("universal2") + "arm64" if both else name
    system, _, rest = name.partition("-")
    letters = system.rstrip("0123456789")
    for spelled in (name, "-".join(filter(None, (letters, system[len(letters) :], rest)))):
        for module in families().values():
            try:
                described = module.from_name(spelled)
                tags = module.ladder(described[0]) if described else []
            except InvalidTarget:  # a version that no system has
                continue
            if described is None or (rest[:1].isdigit() and any(item.subject != "libc" for item in described[1])):
                continue
            lowest, newest = lowest_and_newest(tags) or ("", "")
            guesses = [newest, lowest] if rest[:1].isdigit() else [lowest]
            if described[0].system == "linux":
                guesses = [tags[0]]
            return [guess.replace("arm64", "universal2") if both else guess for guess in guesses]
    return []
