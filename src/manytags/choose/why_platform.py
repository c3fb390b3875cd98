"""Why a target's platform does not take a platform tag. Pure."""

from __future__ import annotations

from ..errors import InvalidTag
from ..tags.apple import MAC_FORMATS
from ..tags.architecture import HARD_FLOAT_ALSO, LIBC_ARCHITECTURE
from ..tags.libc import MANYLINUX_FLOORS, LibcVersion
from ..tags.platform import (
    FIRST_ANDROID_API,
    IOS,
    LAST_PYODIDE_YEAR,
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
from ..targets.options import TagOptions, takes
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

#: Windows tags in words: what a wheel is for, and what a Python is.
WINDOWS_TITLES = {
    "win32": "32-bit x86",
    "win_amd64": "64-bit x86",
    "win_arm64": "64-bit Arm",
    "win_arm32": "32-bit Arm",
}


def why_not_platform(text: str, target: Target) -> list[Reason]:  # noqa: PLR0911 - one return for each kind
    """Give the reasons why a target does not take a platform tag; none where it takes it.

    :param text: platform tag.
    :param target: the target.

    >>> from manytags import target
    >>> [str(reason) for reason in why_not_platform("manylinux_2_28_x86_64", target("3.12", "centos-7-x86_64"))]
    ['the wheel needs glibc 2.28; the target has glibc 2.17']
    """
    if text == "any" or target.ranks.takes_platform(text):
        return []
    try:
        tag = parse_platform(text)
    except InvalidTag as error:
        return [Reason(Why.MALFORMED, {"tag": text}, f"the platform tag {text!r} is malformed: {error.reason}")]
    if target.options != TagOptions() and text in platform_tags(target.platform):
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
    if isinstance(tag, Manylinux) and {tag.perennial, tag.alias} & {*target.options.refused}:
        if module:
            sentence = f"the host's _manylinux module forbids {tag.perennial} ({module[0].because})"
        else:
            sentence = f"the target's options refuse {tag.perennial}, as a _manylinux module does"
        return Reason(Why.FORBIDDEN, {"tag": text}, sentence, module)
    option = _deciding_option(text, target)
    return Reason(Why.OPTION, {"tag": text, "option": option}, f"the target's option {option} leaves {text} out")


def _deciding_option(text: str, target: Target) -> str:
    """The option that, set alone, leaves a tag out, as it was set."""
    options = target.options
    if options.bare_linux == "distribution" and text.startswith("linux_"):
        from_text = ", ".join(options.bare_linux_from) or "none"
        return f"bare_linux='distribution' ({from_text}; this is {target.platform.distribution or 'unknown'})"
    for name in ("manylinux", "manylinux_ceiling", "manylinux_floor", "bare_linux", "armv6_on_armv7"):
        value = getattr(options, name)
        if not takes(text, target.platform, TagOptions(**{name: value})):
            return f"{name}={value!r}"
    raise AssertionError("a tag is left out by one of the options")


def _why_system(tag: PlatformTag, needs: str, target: Target) -> Reason:
    found = TITLES.get(target.platform.system, target.platform.arch)
    about = needs if needs == str(tag) else f"{needs} ({tag})"
    sentence = f"the wheel is for {about}; the target is {found}"
    return _reason(Why.SYSTEM, needs, found, sentence, target, "platform")


def _why_linux(tag: Linux | Manylinux | Musllinux, target: Target) -> list[Reason]:
    platform = target.platform
    runs = {platform.arch, LIBC_ARCHITECTURE.get(platform.arch, platform.arch)} | {
        *HARD_FLOAT_ALSO.get(platform.arch, ())
    }
    if isinstance(tag, Manylinux) and (tag.arch in runs or tag.arch in HARD_FLOAT_ALSO) and _nobody_claims(tag):
        return [_unclaimed(tag, _nobody_claims(tag))]
    if tag.arch not in runs:
        # A tag of another architecture may ask too much of the C library as well; that would not help anybody now.
        return [_why_architecture(tag.arch, platform.arch, str(tag), target)]
    if tag.arch.startswith("arm") and platform.glibc is None and platform.musl is None:
        return [_why_float(tag, target)]
    if isinstance(tag, Linux):
        return [_unclaimed(tag, f"bare tags are claimed of the interpreter's own architecture, {platform.arch}")]
    if isinstance(tag, Manylinux):
        return [_why_glibc(tag, target)]
    return [_why_musl(tag, target)]


def _why_architecture(needs: str, found: str, tag: str, target: Target) -> Reason:
    sentence = f"the wheel's code is for {needs} ({tag}); the target's Python runs {found} code"
    return _reason(Why.ARCHITECTURE, needs, found, sentence, target, "architecture")


def _why_float(tag: Linux | Manylinux | Musllinux, target: Target) -> Reason:
    floats = [item for item in target.evidence if item.subject == "float ABI"]
    if not floats:
        sentence = (
            f"the wheel's code is hard-float Arm (armhf, {tag}); of the target no C library and float ABI is known"
        )
        return _reason(Why.LIBC, str(tag), "unknown", sentence, target, "libc")
    subject = f"{tag} wheels are" if isinstance(tag, Linux) else "the wheel's code is"
    kind = "soft-float (armel)" if floats[0].conclusion == "soft" else f"of {floats[0].conclusion} float ABI"
    sentence = f"{subject} hard-float Arm (armhf); this interpreter is {kind}"
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
    if tag.glibc < platform.glibc:
        return _unclaimed(tag, f"no glibc {tag.glibc[0]} has a minor version as high")
    sentence = f"the wheel needs {needs}; the target has {found}"
    return _reason(Why.LIBC_TOO_OLD, needs, found, sentence, target, "libc")


def _why_musl(tag: Musllinux, target: Target) -> Reason:
    needs, found = f"musl {_dotted(tag.musl)}", _libc_found(target.platform)
    here = target.platform.musl
    if here is not None and tag.musl < here:
        return _unclaimed(tag, f"musl {here[0]} promises nothing to what was built for musl {tag.musl[0]}")
    kind = Why.LIBC if here is None else Why.LIBC_TOO_OLD
    suffix = f" ({tag})" if kind is Why.LIBC else ""
    return _reason(kind, needs, found, f"the wheel needs {needs}{suffix}; the target has {found}", target, "libc")


def _why_elsewhere(tag: PlatformTag, target: Target) -> list[Reason]:  # noqa: PLR0911 - one return for each kind
    platform = target.platform
    if isinstance(tag, Windows):
        return [_why_windows(str(tag), target)]
    if isinstance(tag, MacOS):
        return [_why_macos(tag, target)]
    if isinstance(tag, IOS):
        if tag.multiarch != platform.arch:
            return [_why_architecture(tag.multiarch, platform.arch, str(tag), target)]
        if tag.version <= (platform.version or ()):
            return [_unclaimed(tag, "iOS had no such version, or none that runs CPython")]
        return [_why_too_old(f"iOS {_dotted(tag.version)}", target)]
    if isinstance(tag, Android):
        if tag.abi != platform.arch:
            return [_why_architecture(tag.abi, platform.arch, str(tag), target)]
        if (tag.api_level,) <= (platform.version or ()):
            return [_unclaimed(tag, f"CPython runs from API level {FIRST_ANDROID_API} on")]
        return [_why_too_old(f"Android API level {tag.api_level}", target)]
    if isinstance(tag, Pyodide) and not tag.claimed:
        return [
            _unclaimed(tag, f"its name is {str(tag).replace('pyodide', 'pyemscripten')} since {LAST_PYODIDE_YEAR + 1}")
        ]
    found = next(iter(target.platform_tags()), "none")
    sentence = f"the wheel is for {tag}, and runs there alone; the target is {found}"
    return [_reason(Why.SYSTEM_VERSION, str(tag), found, sentence, target, "Pyodide ABI")]


def _why_windows(tag: str, target: Target) -> Reason:
    own = target.platform.arch
    needs, found = WINDOWS_TITLES.get(tag, tag), WINDOWS_TITLES.get(own, own)
    sentence = f"the wheel is for {needs} Python ({tag}); this one is {found} ({own})"
    return _reason(Why.ARCHITECTURE, tag, own, sentence, target, "platform")


def _unclaimed(tag: PlatformTag, because: str) -> Reason:
    return Reason(Why.UNCLAIMED, {"tag": str(tag)}, f"no interpreter claims {tag}: {because}")


def _nobody_claims(tag: Manylinux) -> str:
    """Why no interpreter claims a manylinux tag, or an empty text where some do."""
    floor = MANYLINUX_FLOORS.get(tag.arch)
    if floor is None:
        return f"there is no manylinux for {tag.arch}"
    return f"manylinux begins with {_dotted(floor)} on {tag.arch}" if tag.glibc < floor else ""


def _why_macos(tag: MacOS, target: Target) -> Reason:
    machine = target.platform.arch
    formats = MAC_FORMATS.get(machine, ((machine,), (10, 0), None))[0]
    if tag.format not in formats:
        return _why_architecture(tag.format, machine, str(tag), target)
    if tag.version >= (11, 1) and tag.version[1]:
        major = f"macosx_{tag.version[0]}_0_{tag.format}"
        return _unclaimed(tag, f"from macOS 11 on they claim major versions only, as {major}")
    if tag.version <= (target.platform.version or ()):
        return _unclaimed(tag, f"no macOS {_dotted(tag.version)} ran {tag.format} code")
    return _why_too_old(f"macOS {_dotted(tag.version)}", target)


def _why_too_old(needs: str, target: Target) -> Reason:
    system = TITLES[target.platform.system]
    level = "API level " if system == "Android" else ""
    found = f"{system} {level}{'.'.join(map(str, target.platform.version or ()))}"
    sentence = f"the wheel needs {needs}; the target has {found}"
    return _reason(Why.SYSTEM_TOO_OLD, needs, found, sentence, target, system)
