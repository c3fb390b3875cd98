"""``build-details.json`` (PEP 739), in which an installed Python describes itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from manytags import (
    InvalidFacts,
    InvalidTarget,
    ManytagsError,
    Platform,
    Python,
    target,
    target_from_build_details,
    target_to_build_details,
)
from manytags.hosts.build_details import facts_from_build_details

#: Debian sid's libpython3.14-minimal 3.14.10-1, /usr/lib/python3.14/build-details..x86_64-linux-gnu.json, as it is.
DEBIAN = Path(__file__).parent / "data" / "build-details-debian-3.14.json"


def debian(**changes: object) -> str:
    """Return Debian's file with changes: ``__`` separates keys, and ``None`` removes a key."""
    document: dict[str, Any] = json.loads(DEBIAN.read_text(encoding="utf-8"))
    for name, value in changes.items():
        *path, last = name.split("__")
        section = document
        for key in path:
            section = section[key]
        if value is None:
            del section[last]
        else:
            section[last] = value
    return json.dumps(document)


def test_debians_file_is_debians_python() -> None:
    """The first real file of this kind must describe its own interpreter."""
    described = target_from_build_details(DEBIAN.read_text(encoding="utf-8"))
    assert described.python == Python("cpython", (3, 14, 10), ("cp314",), "3.14.10")
    assert described.platform == Platform("linux", "x86_64")
    assert described.platform_tags() == ("linux_x86_64",)
    assert all(
        "build-details.json" in evidence.because or "seen" in evidence.because for evidence in described.evidence
    )


@pytest.mark.parametrize(
    "platform", ["debian-13-x86_64", "manylinux_2_41_x86_64", Platform("linux", "x86_64", (2, 41))]
)
def test_with_its_platform_named_it_has_all_tags(platform: str | Platform) -> None:
    """The file does not have the C library; a caller who knows it gets the whole list."""
    described = target_from_build_details(debian(), platform)
    assert described.triples() == target("3.14.10", "manylinux_2_41_x86_64").triples()
    assert str(described.evidence[-1]) == "platform: Linux with glibc 2.41 on x86_64 (named by the caller)"


def test_an_unknown_platform() -> None:
    """The error is about the name, not about the file."""
    with pytest.raises(InvalidTarget, match="invalid target 'debain-13-x86_64': unknown platform"):
        target_from_build_details(debian(), "debain-13-x86_64")


@pytest.mark.parametrize(
    ("flags", "abis"),
    [
        ([], ("cp314",)),
        (["t"], ("cp314t",)),
        (["d"], ("cp314d", "cp314")),
        (["t", "d"], ("cp314td", "cp314t")),
        (["d", "t"], ("cp314td", "cp314t")),
    ],
)
def test_flags_of_the_abi(flags: list[str], abis: tuple[str, ...]) -> None:
    """A free-threaded Python would load modules that crash it, if it were read as another."""
    assert target_from_build_details(debian(abi__flags=flags)).python.abis == abis


def test_what_may_be_missing() -> None:
    """Sections that the PEP calls optional may be missing."""
    text = debian(abi=None, suffixes=None, libpython=None, c_api=None, base_interpreter=None)
    assert target_from_build_details(text).python.abis == ("cp314",)
    text = debian(language={"version": "3.14"}, implementation={"name": "cpython"}, abi={}, suffixes={})
    assert target_from_build_details(text).python == Python("cpython", (3, 14), ("cp314",), "3.14")


@pytest.mark.parametrize(
    ("level", "serial", "full"),
    [("alpha", 1, "3.15.0a1"), ("beta", 4, "3.15.0b4"), ("candidate", 2, "3.15.0rc2"), ("final", 0, "3.15.0")],
)
def test_versions_before_a_release(level: str, serial: int, full: str) -> None:
    """A marker such as ``python_full_version >= '3.15'`` is false for a release candidate."""
    info = {"major": 3, "minor": 15, "micro": 0, "releaselevel": level, "serial": serial}
    described = target_from_build_details(debian(language={"version": "3.15", "version_info": info}))
    assert described.python == Python("cpython", (3, 15, 0), ("cp315",), full)
    written = json.loads(target_to_build_details(described, "/usr"))
    assert written["language"]["version_info"] == info
    digits = {"alpha": 0xA0, "beta": 0xB0, "candidate": 0xC0, "final": 0xF0}[level] + serial
    assert written["implementation"]["hexversion"] == 0x030F0000 + digits


@pytest.mark.parametrize("where", ["suffixes", "abi"])
def test_pypys_abi_is_in_its_suffix(where: str) -> None:
    """PyPy has no flags: the suffix of its extension modules names the ABI, in one of two sections."""
    suffix = ".pypy311-pp73-x86_64-linux-gnu.so"
    info = {"major": 3, "minor": 11, "micro": 13, "releaselevel": "final", "serial": 0}
    text = debian(
        implementation={"name": "pypy", "version": {}, "cache_tag": "pypy311"},
        language={"version": "3.11", "version_info": info},
        abi={"flags": [], "extension_suffix": suffix} if where == "abi" else {},
        suffixes={"extensions": [suffix, ".so"]} if where == "suffixes" else {},
    )
    assert target_from_build_details(text).python == Python("pypy", (3, 11, 13), ("pypy311_pp73",), "3.11.13")


PLATFORMS = {
    "linux-x86_64": ("linux_x86_64",),
    "linux-aarch64": ("linux_aarch64",),
    "linux-i686": ("linux_i686",),
    "macosx-11.0-arm64": ("macosx_11_0_arm64", "macosx_11_0_universal2", "macosx_10_16_universal2"),
    "macosx-10.9-x86_64": ("macosx_10_9_x86_64", "macosx_10_9_intel", "macosx_10_9_fat64"),
    "win-amd64": ("win_amd64",),
    "win-arm64": ("win_arm64",),
    "win32": ("win32",),
    "android-24-arm64_v8a": ("android_24_arm64_v8a", "android_23_arm64_v8a", "android_22_arm64_v8a"),
    "android-21-armeabi_v7a": ("android_21_armeabi_v7a", "android_20_armeabi_v7a", "android_19_armeabi_v7a"),
    "ios-13.0-arm64-iphoneos": ("ios_13_0_arm64_iphoneos", "ios_12_9_arm64_iphoneos", "ios_12_8_arm64_iphoneos"),
    "ios-12.1-x86_64-iphonesimulator": ("ios_12_1_x86_64_iphonesimulator", "ios_12_0_x86_64_iphonesimulator"),
    "emscripten-4.0.9-wasm32": ("emscripten_4_0_9_wasm32",),
    "freebsd-14.1-RELEASE-amd64": ("freebsd_14_1_release_amd64",),
}


@pytest.mark.parametrize("text", PLATFORMS)
def test_platform_texts(text: str) -> None:
    """``platform`` has the form of ``sysconfig.get_platform()``, which differs from system to system."""
    document = json.loads(debian(platform=text))
    del document["implementation"]["_multiarch"]
    described = target_from_build_details(json.dumps(document))
    assert described.platform_tags()[:3] == PLATFORMS[text]


@pytest.mark.parametrize(
    ("platform", "multiarch", "tag"),
    [
        ("linux-x86_64", "i386-linux-gnu", "linux_i686"),
        ("linux-i686", "i386-linux-gnu", "linux_i686"),
        ("linux-armv7l", "arm-linux-gnueabihf", "linux_armv7l"),
        ("linux-armv8l", "arm-linux-gnueabihf", "linux_armv8l"),
        ("linux-aarch64", "aarch64-linux-gnu", "linux_aarch64"),
        ("linux-riscv64", "riscv64-linux-gnu", "linux_riscv64"),
    ],
)
def test_a_narrow_python_that_was_built_on_a_wide_kernel(platform: str, multiarch: str, tag: str) -> None:
    """Distributions build 32-bit Pythons on 64-bit machines, and ``platform`` may be that of the machine."""
    described = target_from_build_details(debian(platform=platform, implementation___multiarch=multiarch))
    assert described.platform_tags()[0] == tag


DESCRIBED = (
    *("linux_x86_64", "linux_armv7l", "linux_armv5tel", "linux_i686", "linux_riscv64", "linux_s390x"),
    *("win32", "win_amd64", "win_arm64", "macosx_14_0_arm64", "macosx_10_9_x86_64"),
    *("android_24_arm64_v8a", "android_21_x86", "ios_13_0_arm64_iphoneos", "emscripten_4_0_9_wasm32"),
    "freebsd_14_1_release_amd64",
)


@pytest.mark.parametrize("name", DESCRIBED)
@pytest.mark.parametrize("python", ["3.14.2", "3.14", "3.14t", "3.14d", "3.14td", "pypy3.11", "graalpy3.12"])
def test_there_and_back(python: str, name: str) -> None:
    """A described machine without a C library takes the same wheels after writing and reading."""
    described = target(python, name)
    again = target_from_build_details(target_to_build_details(described, "/opt/python"))
    assert again.triples() == described.triples()
    assert again.python.abis == described.python.abis


def test_what_is_written() -> None:
    """Other readers need the keys that the PEP requires."""
    document = json.loads(target_to_build_details(target("3.14.2t", "debian-13-x86_64"), "/usr"))
    version = {"major": 3, "minor": 14, "micro": 2, "releaselevel": "final", "serial": 0}
    assert document == {
        "schema_version": "1.0",
        "base_prefix": "/usr",
        "platform": "linux-x86_64",
        "language": {"version": "3.14", "version_info": version},
        "implementation": {
            "name": "cpython",
            "version": version,
            "cache_tag": "cpython-314",
            "hexversion": 0x030E02F0,
        },
        "abi": {"flags": ["t"]},
    }


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a newer form": (
        {"schema_version": "2.0"},
        "it has schema version 2.0; this manytags reads version 1",
    ),
    "no form": ({"schema_version": None}, "build-details.json lacks the key 'schema_version'"),
    "no platform": ({"platform": None}, "build-details.json lacks the key 'platform'"),
    "no language": ({"language": None}, "build-details.json lacks the key 'language'"),
    "no version": ({"language": {}}, "language lacks the key 'version'"),
    "no implementation": ({"implementation": {}}, "implementation lacks the key 'name'"),
    "a number for the platform": (
        {"platform": 3},
        "'platform' of build-details.json is not a string of at most 4096 characters",
    ),
    "flags in one text": ({"abi__flags": "td"}, "'flags' of abi is not a list of at most 20000 items"),
    "half a version": ({"language": {"version": "3"}}, "python_version has no minor version"),
    "no minor version": ({"language__version_info__minor": None}, "version_info lacks the key 'minor'"),
    "an empty name": (
        {"implementation__name": ""},
        "'name' of implementation is not text with the characters of a tag: letters, digits and underscores",
    ),
    "a platform that is not a tag": (
        {"platform": "linux-x86_64;"},
        "'platform' of build-details.json is not text with the characters of a tag: letters, digits and underscores",
    ),
    "a version before all": (
        {"language__version_info__micro": -1},
        "'micro' of version_info is not a number below 1000",
    ),
    "an Android without a level": ({"platform": "android-x-arm64_v8a"}, "facts lack 'android_api_level'"),
    "an Android of the far future": ({"platform": "android-9999-x86"}, "its version is out of range"),
    "a macOS without a version": ({"platform": "macosx-x-arm64"}, "facts lack a version in 'macos_version'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_such_file(case: str) -> None:
    """The error names the key, so that the distributor of the Python can correct it."""
    changes, reason = WRONG[case]
    with pytest.raises(ManytagsError) as caught:
        target_from_build_details(debian(**changes))
    assert getattr(caught.value, "reason", None) == reason


HOSTILE: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    2**70,
    1e308,
    "",
    "\x00",
    "\ud800",
    "²",
    "x" * 5_000,
    "9" * 4_000,
    [],
    [[]],
    {},
    {"a": 1},
)
KEYS = (
    *("schema_version", "platform", "language", "language__version", "language__version_info", "implementation"),
    *("language__version_info__major", "language__version_info__minor", "language__version_info__micro"),
    *("language__version_info__serial", "language__version_info__releaselevel", "implementation__name"),
    *("implementation___multiarch", "abi", "abi__flags", "suffixes", "suffixes__extensions"),
)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:12])
def test_hostile_values(key: str, value: object) -> None:
    """Anyone can write such a file: it gives a target, or one clear error of bounded size."""
    try:
        described = target_from_build_details(debian(**{key: value}))
    except ManytagsError as error:
        assert len(str(error)) < 5_000
    else:
        assert described.triples()
        target_to_build_details(described, "/usr")


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, '"' + "x" * 2_000_000, "\x00", "{}" * 10])
def test_no_json_at_all(text: str) -> None:
    """An empty or truncated file must not end in a traceback of json."""
    with pytest.raises(InvalidFacts) as caught:
        facts_from_build_details(text)
    assert len(str(caught.value)) < 1_000
