"""Why a target's platform does not take a platform tag. Pure."""

from __future__ import annotations

from ..errors import InvalidTag
from ..tags.apple import MAC_FORMATS
from ..tags.architecture import LIBC_ARCHITECTURE
from ..tags.libc import MANYLINUX_FLOORS, LibcVersion
from ..tags.platform import (
    IOS,
    Android,
    AnyPlatform,
    Emscripten,
    Linux,
    MacOS,
    Manylinux,
    Musllinux,
    OtherPlatform,
    PlatformTag,
    Pyemscripten,
    Pyodide,
    Windows,
    parse_platform,
)
from ..targets import Platform, Target
from ..targets.expand import platform_tags
from .reasons import Reason, Why

#: Kinds of tag -> the system they are for, as platforms and people call it.
SYSTEMS: dict[type[PlatformTag], tuple[str, str]] = {
    Linux: ("linux", "Linux"),
    Manylinux: ("linux", "Linux"),
    Musllinux: ("linux", "Linux"),
    MacOS: ("macos", "macOS"),
    IOS: ("ios", "iOS"),
    Windows: ("windows", "Windows"),
    Android: ("android", "Android"),
    Pyemscripten: ("emscripten", "Emscripten"),
    Pyodide: ("emscripten", "Emscripten"),
    Emscripten: ("emscripten", "Emscripten"),
}
TITLES = dict(SYSTEMS.values())


def why_not_platform(text: str, target: Target) -> list[Reason]:  # noqa: PLR0911 - one return for each kind
    """Give the reasons why a target does not take a platform tag; none where it takes it.

    :param text: platform tag.
    :param target: the target.

    >>> from manytags import target
    >>> [str(reason) for reason in why_not_platform("manylinux_2_28_x86_64", target("3.12", "centos-7-x86_64"))]
    ['the wheel needs glibc 2.28; the target has glibc 2.17']
    """
    if text == "any" or text in target.platform_tags():
        return []
    try:
        tag = parse_platform(text)
    except InvalidTag as error:
        return [Reason(Why.MALFORMED, {"tag": text}, f"the platform tag {text!r} is malformed: {error.reason}")]
    if text in platform_tags(target.platform):
        return [_why_refused(tag, text, target)]
    if isinstance(tag, (AnyPlatform, OtherPlatform)):
        return [_why_system(tag, text, target)]
    system = SYSTEMS[type(tag)]
    if system[0] != target.platform.system:
        return [_why_system(tag, system[1], target)]
    if isinstance(tag, (Linux, Manylinux, Musllinux)):
        return _why_linux(tag, target)
    return _why_elsewhere(tag, target)


def _reason(why: Why, needs: str, found: str, sentence: str, target: Target, *subjects: str) -> Reason:
    evidence = tuple(item for item in target.evidence if item.subject in subjects)
    return Reason(why, {"needs": needs, "found": found}, sentence, evidence)


def _why_refused(tag: PlatformTag, text: str, target: Target) -> Reason:
    """The platform could take it, its owner does not."""
    module = tuple(item for item in target.evidence if item.subject == "_manylinux")
    if isinstance(tag, Manylinux) and tag.perennial in target.options.refused:
        where = f" ({module[0].because})" if module else ""
        sentence = f"the host's _manylinux module forbids {tag.perennial}{where}"
        return Reason(Why.FORBIDDEN, {"tag": text}, sentence, module)
    return Reason(Why.OPTION, {"tag": text}, f"the target's options leave {text} out")


def _why_system(tag: PlatformTag, needs: str, target: Target) -> Reason:
    found = TITLES.get(target.platform.system, target.platform.arch)
    sentence = f"the wheel is for {needs} ({tag}); the target is {found}"
    return _reason(Why.SYSTEM, needs, found, sentence, target, "platform")


def _why_linux(tag: Linux | Manylinux | Musllinux, target: Target) -> list[Reason]:
    platform = target.platform
    takes = {platform.arch, LIBC_ARCHITECTURE.get(platform.arch, platform.arch)}
    if tag.arch not in takes:
        # A tag of another architecture may ask too much of the C library as well; that would not help anybody now.
        return [_why_architecture(tag.arch, platform.arch, str(tag), target)]
    if isinstance(tag, Linux):
        return [Reason(Why.UNCLAIMED, {"tag": str(tag)}, f"no interpreter of this kind claims {tag}")]
    if tag.arch.startswith("arm") and platform.glibc is None and platform.musl is None:
        return [_why_float(tag, target)]
    if isinstance(tag, Manylinux):
        return [_why_glibc(tag, target)]
    return [_why_musl(tag, target)]


def _why_architecture(needs: str, found: str, tag: str, target: Target) -> Reason:
    sentence = f"the wheel's code is for {needs} ({tag}); the target's Python runs {found} code"
    return _reason(Why.ARCHITECTURE, needs, found, sentence, target, "architecture")


def _why_float(tag: Manylinux | Musllinux, target: Target) -> Reason:
    floats = [item for item in target.evidence if item.subject == "float ABI"]
    if not floats:
        sentence = (
            f"the wheel's code is hard-float Arm (armhf, {tag}); of the target no C library and float ABI is known"
        )
        return _reason(Why.LIBC, str(tag), "unknown", sentence, target, "libc")
    kind = "soft-float (armel)" if floats[0].conclusion == "soft" else f"of {floats[0].conclusion} float ABI"
    sentence = f"the wheel's code is hard-float Arm (armhf); this interpreter is {kind}"
    return _reason(Why.FLOAT_ABI, "hard", floats[0].conclusion, sentence, target, "float ABI")


def _libc_found(platform: Platform) -> str:
    if platform.glibc:
        return f"glibc {_dotted(platform.glibc)}"
    return f"musl {_dotted(platform.musl)}" if platform.musl else "no known C library"


def _dotted(version: LibcVersion) -> str:
    return f"{version[0]}.{version[1]}"


def _why_glibc(tag: Manylinux, target: Target) -> Reason:
    platform = target.platform
    needs, found = f"glibc {_dotted(tag.glibc)}", _libc_found(platform)
    if platform.glibc is None:
        sentence = f"the wheel needs {needs} ({tag}); the target has {found}"
        return _reason(Why.LIBC, needs, found, sentence, target, "libc")
    floor = MANYLINUX_FLOORS.get(tag.arch)
    if floor is None or tag.glibc < floor:
        begins = f"manylinux begins with {_dotted(floor)} on {tag.arch}" if floor else f"there is none for {tag.arch}"
        return Reason(Why.UNCLAIMED, {"tag": str(tag)}, f"no interpreter claims {tag}: {begins}")
    sentence = f"the wheel needs {needs}; the target has {found}"
    return _reason(Why.LIBC_TOO_OLD, needs, found, sentence, target, "libc")


def _why_musl(tag: Musllinux, target: Target) -> Reason:
    needs, found = f"musl {_dotted(tag.musl)}", _libc_found(target.platform)
    kind = Why.LIBC if target.platform.musl is None else Why.LIBC_TOO_OLD
    suffix = f" ({tag})" if kind is Why.LIBC else ""
    return _reason(kind, needs, found, f"the wheel needs {needs}{suffix}; the target has {found}", target, "libc")


def _why_elsewhere(tag: PlatformTag, target: Target) -> list[Reason]:  # noqa: PLR0911 - one return for each kind
    platform = target.platform
    if isinstance(tag, Windows):
        return [_why_architecture(str(tag), platform.arch, str(tag), target)]
    if isinstance(tag, MacOS):
        return [_why_macos(tag, target)]
    if isinstance(tag, IOS):
        if tag.multiarch != platform.arch:
            return [_why_architecture(tag.multiarch, platform.arch, str(tag), target)]
        return [_why_too_old(f"iOS {_dotted(tag.version)}", target)]
    if isinstance(tag, Android):
        if tag.abi != platform.arch:
            return [_why_architecture(tag.abi, platform.arch, str(tag), target)]
        return [_why_too_old(f"Android API level {tag.api_level}", target)]
    found = ", ".join(target.platform_tags())
    sentence = f"the wheel is for {tag}, one version of one ABI; the target takes {found}"
    return [_reason(Why.ABI, str(tag), found, sentence, target, "Pyodide ABI", "architecture")]


def _why_macos(tag: MacOS, target: Target) -> Reason:
    machine = target.platform.arch
    formats = MAC_FORMATS.get(machine, ((machine,), (10, 0), None))[0]
    if tag.format not in formats:
        return _why_architecture(tag.format, machine, str(tag), target)
    if tag.version >= (11, 1) and tag.version[1]:
        reason = f"from macOS 11 on interpreters claim major versions only, as macosx_{tag.version[0]}_0_{tag.format}"
        return Reason(Why.UNCLAIMED, {"tag": str(tag)}, f"no interpreter claims {tag}: {reason}")
    return _why_too_old(f"macOS {_dotted(tag.version)}", target)


def _why_too_old(needs: str, target: Target) -> Reason:
    system = TITLES[target.platform.system]
    found = f"{system} {'.'.join(map(str, target.platform.version or ()))}"
    sentence = f"the wheel needs {needs}; the target has {found}"
    return _reason(Why.SYSTEM_TOO_OLD, needs, found, sentence, target, system)
