"""Platform tags from text, and the kinds that are neither Linux nor Apple.

Every platform tag is a value. What manytags does not know is an :class:`OtherPlatform` that prints as it came: nothing
is dropped.
"""

from __future__ import annotations

from ..errors import InvalidTag
from .apple import IOS, MacOS, parse_apple
from .linux import Linux, Manylinux, Musllinux, parse_linux
from .order import EVERY_VERSION, PlatformTag, Takers, VersionRange
from .text import checked_tag_text, parse_number

__all__ = [
    "IOS",
    "Android",
    "AnyPlatform",
    "Emscripten",
    "Linux",
    "MacOS",
    "Manylinux",
    "Musllinux",
    "OtherPlatform",
    "PlatformTag",
    "Pyemscripten",
    "Pyodide",
    "Windows",
    "parse_platform",
]

#: The oldest Android API level that runs CPython without large patches, as packaging has it.
FIRST_ANDROID_API = 16
#: Pyodide's ABIs of this year and before had a name of their own; :pep:`783` gave them all ``pyemscripten``.
LAST_PYODIDE_YEAR = 2025

WINDOWS_TAGS = {"win32": "x86", "win_amd64": "amd64", "win_arm64": "arm64", "win_arm32": "arm32", "win_ia64": "ia64"}


class AnyPlatform(PlatformTag):
    """``any``: runs wherever its Python does."""

    __slots__ = ()
    _kind = 0

    def __str__(self) -> str:
        return "any"

    def __le__(self, other: object) -> bool:
        return True if isinstance(other, PlatformTag) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self != other if isinstance(other, PlatformTag) else NotImplemented


class Windows(PlatformTag):
    """``win32``, ``win_amd64``, ``win_arm64`` and their rarer kin. None takes another's wheels.

    :param arch: ``x86``, ``amd64``, ``arm64``, ``arm32`` or ``ia64``.
    """

    __slots__ = ("arch",)
    _fields = ("arch",)
    _kind = 6

    arch: str

    def __init__(self, arch: str) -> None:
        self._assign(arch=arch)

    def __str__(self) -> str:
        return "win32" if self.arch == "x86" else f"win_{self.arch}"


class Android(PlatformTag):
    """``android_API_ABI`` (:pep:`738`).

    :param api_level: the Android API level that the wheel asks for.
    :param abi: the Android ABI, such as ``arm64_v8a``.
    """

    __slots__ = ("abi", "api_level")
    _fields = ("api_level", "abi")
    _kind = 7

    api_level: int
    abi: str

    def __init__(self, api_level: int, abi: str) -> None:
        self._assign(api_level=api_level, abi=abi)

    def __str__(self) -> str:
        return f"android_{self.api_level}_{self.abi}"

    def takers(self) -> Takers:
        """Devices of this ABI, from the API level on."""
        versions: VersionRange = ((self.api_level,), None)
        if self.api_level < FIRST_ANDROID_API:
            return {f"Android too old for CPython, {self.abi}": versions}
        return {f"Android {self.abi}": versions}

    def _sort_fields(self) -> tuple[object, ...]:
        return self.abi, self.api_level


class Pyemscripten(PlatformTag):
    """``pyemscripten_YEAR_PATCH_wasm32`` (:pep:`783`): one version of one ABI, taken by that version alone.

    :param version: year and patch.
    :param arch: ``wasm32``.
    """

    __slots__ = ("arch", "version")
    _fields = ("version", "arch")
    _kind = 8
    _family = "pyemscripten"

    version: tuple[int, ...]
    arch: str

    def __init__(self, version: tuple[int, ...], arch: str) -> None:
        self._assign(version=version, arch=arch)

    def __str__(self) -> str:
        return "_".join([self._family, *map(str, self.version), self.arch])


class Emscripten(Pyemscripten):
    """``emscripten_X_Y_Z_wasm32``: what an interpreter calls the compiler it was built with.

    :param version: the Emscripten version.
    :param arch: ``wasm32``.
    """

    __slots__ = ()
    _family = "emscripten"


class Pyodide(Pyemscripten):
    """``pyodide_YEAR_PATCH_wasm32``: the older name of Pyodide's ABIs until 2025, which wheels of that time have.

    Whoever takes it takes ``pyemscripten`` of the same version too.

    :param version: year and patch.
    :param arch: ``wasm32``.
    """

    __slots__ = ()
    _family = "pyodide"

    @property
    def claimed(self) -> bool:
        """Whether any interpreter takes it: those of newer ABIs have the newer name alone."""
        return self.arch == "wasm32" and self.version[0] <= LAST_PYODIDE_YEAR

    def takers(self) -> Takers:
        """The hosts that take the newer name."""
        return Pyemscripten(self.version, self.arch).takers() if self.claimed else super().takers()


class OtherPlatform(PlatformTag):
    """A platform tag that manytags has no rule for; it fits the very same tag only.

    :param text: the tag.
    """

    __slots__ = ("text",)
    _fields = ("text",)

    text: str

    def __init__(self, text: str) -> None:
        self._assign(text=text)

    def __str__(self) -> str:
        return self.text

    def takers(self) -> Takers:
        """Hosts that call themselves just this."""
        return {self.text: EVERY_VERSION}


def parse_platform(text: str) -> PlatformTag:
    """Parse one platform tag, such as ``manylinux_2_17_x86_64``.

    Legacy names are the perennial tag they stand for: ``manylinux2014_x86_64`` equals ``manylinux_2_17_x86_64``, and
    each prints as it came.

    :param text: one platform tag, in any case; no dots.
    :raises InvalidTag: the text is empty, has a character that no tag has, or begins like a kind of tag that it is not.

    >>> parse_platform("manylinux2014_x86_64").glibc
    (2, 17)
    >>> print(parse_platform("freebsd_14_1_release_amd64"))
    freebsd_14_1_release_amd64

    Rule: :pep:`425`, :pep:`600`, :pep:`656`, :pep:`730`, :pep:`738`, :pep:`783`.
    """
    tag = checked_tag_text(text)
    if tag == "any":
        return AnyPlatform()
    if tag in WINDOWS_TAGS:
        return Windows(WINDOWS_TAGS[tag])
    try:
        return parse_linux(tag) or parse_apple(tag) or _parse_android(tag) or _parse_wasm(tag) or OtherPlatform(tag)
    except InvalidTag as error:
        raise InvalidTag(text, error.reason, error.position) from None  # as it came, not in lower case


def _parse_android(text: str) -> Android | None:
    family, _, rest = text.partition("_")
    if family != "android":
        return None
    level_text, _, abi = rest.partition("_")
    level = parse_number(level_text)
    if level is None or not abi:
        raise InvalidTag(text, "expected android_API_ABI with a plain number")
    return Android(level, abi)


def _parse_wasm(text: str) -> Pyemscripten | None:
    kinds = {"pyemscripten": (Pyemscripten, 2), "pyodide": (Pyodide, 2), "emscripten": (Emscripten, 3)}
    family, *fields = text.split("_")
    kind, length = kinds.get(family, (None, 0))
    if kind is None:
        return None
    version = [parse_number(field) for field in fields[:length]]
    if len(fields) != length + 1 or None in version:
        raise InvalidTag(text, f"expected {family}, {length} plain numbers and an architecture")
    return kind(tuple(number for number in version if number is not None), fields[-1])
