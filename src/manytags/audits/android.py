"""The rules of Android tags: which code contradicts a tag, and which tags would be true. Pure.

An app has the libraries of the NDK, each from an API level on, those of its own, and libpython. Android refuses other
libraries of the system. Compilers note the oldest API level that code is for; as on macOS, that is a declaration.

Rule: Android NDK, "Native APIs", "Android ABIs"; bionic ``libc/libc.map.txt`` and
``android-changes-for-ndk-developers.md`` (private libraries, DT_RUNPATH, RELR, what is refused); :pep:`738`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from ..binaries.binary import Binary
from ..platforms.android import FIRST_ANDROID_API, MACHINES
from ..platforms.linux.symbol_versions import version_family
from ..platforms.parse import parse_platform
from ..platforms.tag import PlatformTag
from .linking import Linking
from .loads import Provider, is_of_c_library
from .modules import Module, misnamed
from .rules import THE_WHEEL, Violation, ViolationKind

#: The kind of loader, for :class:`Linking`.
KIND = "android"
#: API level -> libraries that the NDK has since then: ``meta/system_libs.json`` of NDK r25, whose first level is 19;
#: the levels before are those of ``docs/STABLE-APIS.html`` of NDK r8e and r10.
_ADDED = {
    3: "c dl log m stdc++ z", 4: "GLESv1_CM", 5: "GLESv2", 8: "jnigraphics", 9: "EGL OpenSLES android", 14: "OpenMAXAL",
    18: "GLESv3", 21: "mediandk", 24: "camera2ndk vulkan", 26: "aaudio nativewindow sync", 27: "neuralnetworks",
    29: "amidi binder_ndk", 31: "icu nativehelper",
}  # fmt: skip
LIBRARIES = {f"lib{name}.so": level for level, names in _ADDED.items() for name in names.split()}
#: Versions of the symbols of libc, libm and libdl -> the first API level that has them (bionic's ``*.map.txt``).
_VERSIONS = {
    "LIBC_N": 24, "LIBC_O": 26, "LIBC_P": 28, "LIBC_Q": 29, "LIBC_R": 30, "LIBC_S": 31, "LIBC_T": 33, "LIBC_U": 34,
    "LIBC_V": 35,
}  # fmt: skip
_LIBPYTHON = re.compile(r"libpython3(\.\d+t?d?)?\.so", re.ASCII)
_FIRST_RUNPATH, _FIRST_RELR = 24, 30
#: ABI -> the system in the names of modules.
_TRIPLETS = {
    "arm64_v8a": "aarch64-linux-android", "armeabi_v7a": "arm-linux-androideabi", "x86": "i686-linux-android",
    "x86_64": "x86_64-linux-android",
}  # fmt: skip
_EABI, _EABI_5 = 0xFF000000, 0x05000000
_LOADERS = {32: "/system/bin/linker", 64: "/system/bin/linker64"}


def violations(
    code: Collection[Binary], modules: Collection[Module], tag: PlatformTag, linking: Linking
) -> Iterator[Violation]:
    """List every way in which files contradict a tag.

    :param code: the compiled files of the wheel.
    :param modules: the extension modules among them.
    :param tag: the tag.
    :param linking: which libraries a loader takes from the wheel.
    """
    level = _level(tag)
    for binary in code:
        if not _is_of_abi(binary, tag.machine):
            is_old = binary.architecture == "arm" and binary.flags & _EABI != _EABI_5
            what = f"{binary.architecture}{' before EABI 5' if is_old else ''}"
            yield Violation(binary.name, ViolationKind.ARCHITECTURE, what, None, (tag.machine,))
            continue
        if binary.float_abi == "hard":
            yield Violation(binary.name, ViolationKind.FLOAT_ABI, "hard", None, ("soft",))
        if (binary.android_api_level or 0) > level:
            what = f"declares Android API level {binary.android_api_level}"
            yield Violation(binary.name, ViolationKind.SYSTEM_VERSION, what)
        for what in binary.refused_by_android:
            yield Violation(binary.name, ViolationKind.FILE_TYPE, what, note="Android does not load it")
        if binary.packed_relocations and level < _FIRST_RELR:
            note = f"Android knows them from API level {_FIRST_RELR} on"
            yield Violation(binary.name, ViolationKind.RELOCATIONS, "DT_RELR", note=note)
        loader = _LOADERS[binary.bits]
        if binary.is_program and binary.interpreter not in {None, loader}:
            yield Violation(binary.name, ViolationKind.LOADER, str(binary.interpreter), None, (loader,))
        yield from _library_violations(binary, level, linking)
    yield from misnamed(modules, _TRIPLETS.get(tag.machine, ""))
    if not code:
        yield Violation(THE_WHEEL, ViolationKind.ARCHITECTURE, f"no file of the wheel is for {tag.machine}")


def _library_violations(binary: Binary, level: int, linking: Linking) -> Iterator[Violation]:
    bundled = _bundled(binary, level, linking)
    for library in binary.needed:
        since = LIBRARIES.get(library)
        if library in bundled or _LIBPYTHON.fullmatch(library) or (since or level + 1) <= level:
            continue
        if since:
            note = f"the NDK has it from API level {since} on"
            yield Violation(binary.name, ViolationKind.LIBRARY, library, note=note)
        elif is_of_c_library(library):
            yield Violation(binary.name, ViolationKind.C_LIBRARY, library, None, ("libc.so",))
        else:
            note = linking.hint(binary.name, library, KIND)
            yield Violation(binary.name, ViolationKind.LIBRARY, library, note=note)
    for need in binary.versions:
        provider, since = bundled.get(need.library), _VERSIONS.get(need.version)
        is_glibcs = version_family(need.version) == "GLIBC" and not is_of_c_library(need.library)
        lacks = not provider.defines(need.version) if provider else is_glibcs or (since or 0) > level
        if lacks and not need.weak:
            symbols = tuple(
                sorted(s.name for s in binary.undefined if (s.library, s.version) == (need.library, need.version))
            )
            note = f"bionic has it from API level {since} on" if since and not provider else ""
            yield Violation(
                binary.name, ViolationKind.SYMBOL_VERSION, need.version, need.library, (), symbols, note=note
            )


def doubt(code: Iterable[Binary], tag: PlatformTag, linking: Linking) -> str:
    """Say why a tag that nothing contradicts cannot be called true; empty if it can be."""
    for binary in code:
        if binary.android_api_level is None and not binary.is_static_program:
            return f"{binary.name} does not say for which API level of Android it is"
        for library, provider in _bundled(binary, _level(tag), linking).items():
            if _level(tag) < _FIRST_RUNPATH and provider.file:
                return f"Android searches for {library} in the wheel from API level {_FIRST_RUNPATH} on (DT_RUNPATH)"
    return ""


def true_tags(code: Collection[Binary], modules: Collection[Module], linking: Linking) -> tuple[str, ...]:
    """List the tags that nothing contradicts: of each ABI, that of the oldest API level."""
    levels = [FIRST_ANDROID_API]
    for binary in code:
        levels += [binary.android_api_level or 0, _FIRST_RELR * binary.packed_relocations]
        levels += [LIBRARIES.get(library, 0) for library in binary.needed]
        levels += [_VERSIONS.get(need.version, 0) for need in binary.versions]
        levels += [_FIRST_RUNPATH for provider in linking.providers(binary.name, KIND).values() if provider.file]
    tags = [parse_platform(f"android_{max(levels)}_{abi}") for abi in MACHINES]
    return tuple(
        str(tag) for tag in tags if not doubt(code, tag, linking) and not any(violations(code, modules, tag, linking))
    )


def _level(tag: PlatformTag) -> int:
    return tag.need.version[0] if tag.need else 0


def _is_of_abi(binary: Binary, abi: str) -> bool:
    if abi == "armeabi_v7a":
        return binary.architecture == "arm" and binary.flags & _EABI == _EABI_5
    return binary.architecture == MACHINES.get(abi)


def _bundled(binary: Binary, level: int, linking: Linking) -> Mapping[str, Provider]:
    """List the libraries that a file takes from its own wheel; the NDK's are the system's, unless it surely does."""
    providers = linking.providers(binary.name, KIND).items()
    return {name: one for name, one in providers if one.is_found or LIBRARIES.get(name, level + 1) > level}
