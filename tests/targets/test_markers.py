"""Targets and marker environments."""

from __future__ import annotations

import sys

import packaging.markers
import pytest
from packaging.markers import Marker

import manytags
from manytags import InvalidTarget, Platform, marker_environment, target, target_from_markers
from manytags.platforms.macos import macos_from_darwin

#: What a target cannot know, because it depends on the running kernel.
UNKNOWN = {"platform_release", "platform_version"}

#: uv 0.13.8's environment for its names: os_name, sys_platform, platform_system, platform_machine. It was learned from
#: requirements with such markers. For Pyodide uv also knows platform_release (3.1.58, 4.0.9) and platform_version.
UV = {
    "x86_64-unknown-linux-gnu": ("posix", "linux", "Linux", "x86_64"),
    "aarch64-unknown-linux-gnu": ("posix", "linux", "Linux", "aarch64"),
    "riscv64-unknown-linux": ("posix", "linux", "Linux", "riscv64"),
    "x86_64-unknown-linux-musl": ("posix", "linux", "Linux", "x86_64"),
    "aarch64-manylinux_2_31": ("posix", "linux", "Linux", "aarch64"),
    "aarch64-apple-darwin": ("posix", "darwin", "Darwin", "arm64"),
    "x86_64-apple-darwin": ("posix", "darwin", "Darwin", "x86_64"),
    "x86_64-pc-windows-msvc": ("nt", "win32", "Windows", "AMD64"),
    "aarch64-pc-windows-msvc": ("nt", "win32", "Windows", "ARM64"),
    "i686-pc-windows-msvc": ("nt", "win32", "Windows", "x86"),
    "aarch64-linux-android": ("posix", "android", "Android", "aarch64"),
    "x86_64-linux-android": ("posix", "android", "Android", "x86_64"),
    "arm64-apple-ios": ("posix", "ios", "iOS", "arm64"),
    "arm64-apple-ios-simulator": ("posix", "ios", "iOS", "arm64"),
    "x86_64-apple-ios-simulator": ("posix", "ios", "iOS", "x86_64"),
    "wasm32-pyodide2024": ("posix", "emscripten", "Emscripten", "wasm32"),
    "wasm32-pyodide2025": ("posix", "emscripten", "Emscripten", "wasm32"),
}

#: What ``default_environment()`` returns on these systems, as far as it matters for tags.
MAC = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.4",
    "os_name": "posix",
    "platform_machine": "arm64",
    "platform_python_implementation": "CPython",
    "platform_release": "23.6.0",
    "platform_system": "Darwin",
    "platform_version": "Darwin Kernel Version 23.6.0: Mon Jul 29 21:14:30 PDT 2024; root:xnu-10063.141.2~1",
    "python_full_version": "3.12.4",
    "python_version": "3.12",
    "sys_platform": "darwin",
}
WINDOWS = {
    **MAC,
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_release": "11",
    "platform_system": "Windows",
    "platform_version": "10.0.22631",
    "sys_platform": "win32",
}
LINUX = {**MAC, "platform_machine": "x86_64", "platform_system": "Linux", "sys_platform": "linux"}

NAMES = (
    *UV,
    *(
        "debian-12-armv7l",
        "armv7-unknown-linux-gnueabihf",
        "linux_armv8l",
        "raspios-12-armv6l",
        "s390x-unknown-linux-gnu",
    ),
    *("win_arm32", "win_ia64", "macosx_10_15_x86_64", "macosx_10_5_ppc", "android_21_armeabi_v7a", "android_24_x86"),
    *("emscripten_3_1_58_wasm32", "freebsd_14_1_release_amd64", "any"),
)
PYTHONS = ("3.12", "3.12.4", "3.13t", "3.12d", "3.7", "pypy3.10", "graalpy3.12")


def test_here_it_is_packagings() -> None:
    """A locker and an installer must agree about this machine."""
    theirs = dict(packaging.markers.default_environment())
    ours = marker_environment(manytags.detect())
    assert set(ours) == set(theirs)
    unknown = UNKNOWN | ({"platform_machine"} if sys.maxsize < 2**32 else set())  # the kernel's, which may be wider
    unknown |= set() if sys.implementation.name == "cpython" else {"implementation_version"}
    for name in set(ours) - unknown:
        assert ours[name] == theirs[name], name
    assert all(ours[name] == "" for name in UNKNOWN)


@pytest.mark.parametrize("name", UV)
def test_markers_are_uvs(name: str) -> None:
    """A requirement for Windows on Arm must be locked by both manytags and uv, or by neither."""
    environment = marker_environment(target("3.12", name))
    markers = ("os_name", "sys_platform", "platform_system", "platform_machine")
    assert tuple(environment[marker] for marker in markers) == UV[name]
    assert environment["platform_release"] == environment["platform_version"] == ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("python", PYTHONS)
def test_markers_are_evaluated(python: str, name: str) -> None:
    """A lock would fail halfway if packaging could not evaluate markers in the environment."""
    described = target(python, name)
    environment = marker_environment(described)
    minor = described.python.version[1]
    true = [
        f"python_version == '3.{minor}'",
        f"python_full_version >= '3.{minor}.0'",
        f"python_version >= '3.{minor}' and python_version < '3.{minor + 1}'",
        f"implementation_name == '{described.python.implementation}'",
        "implementation_version >= '0'",
        f"platform_machine == '{environment['platform_machine']}'",
        "platform_release == '' and platform_version == ''",
        "os_name == 'posix' or os_name == 'nt'",
    ]
    for text in true:
        assert Marker(text).evaluate(environment), text
    assert not Marker("python_version < '3'").evaluate(environment)
    assert not Marker("extra == 'test'").evaluate({**environment, "extra": ""})


@pytest.mark.parametrize(
    ("python", "expected"),
    [
        ("3.12", ("3.12", "3.12.0", "cpython", "3.12.0", "CPython")),
        ("3.12.4", ("3.12", "3.12.4", "cpython", "3.12.4", "CPython")),
        ("3.13t", ("3.13", "3.13.0", "cpython", "3.13.0", "CPython")),
        ("pypy3.10", ("3.10", "3.10.0", "pypy", "0", "PyPy")),
        ("graalpy3.12", ("3.12", "3.12.0", "graalpy", "0", "GraalVM")),
    ],
)
def test_markers_of_a_python(python: str, expected: tuple[str, ...]) -> None:
    """An unknown micro version counts as the lowest, so that a lower bound errs on the safe side."""
    environment = marker_environment(target(python, "win_amd64"))
    names = ("python_version", "python_full_version", "implementation_name", "implementation_version")
    assert tuple(environment[name] for name in (*names, "platform_python_implementation")) == expected


@pytest.mark.parametrize("full", ["3.15.0a1", "3.15.0rc2", "3.15.0a1+"])
def test_markers_of_a_python_before_its_release(full: str) -> None:
    """A release candidate of 3.15 is older than 3.15, as it is for pip."""
    python = manytags.Python("cpython", (3, 15, 0), ("cp315",), full)
    environment = marker_environment(target(python, "linux"))
    assert environment["python_full_version"] == full
    assert Marker("python_version >= '3.15'").evaluate(environment)
    if not full.endswith("+"):  # older versions of packaging cannot compare these
        assert not Marker("python_full_version >= '3.15'").evaluate(environment)


def test_markers_tell_a_mac() -> None:
    """On macOS the version of the kernel shows the version of macOS."""
    mac = target_from_markers(MAC)
    assert mac.platform == Platform("macos", "arm64", version=(14, 0))
    assert mac.python == manytags.Python("cpython", (3, 12), ("cp312",), "3.12.4")
    assert marker_environment(mac) == {**MAC, "platform_release": "", "platform_version": ""}
    assert str(mac.evidence[0]) == "markers: macOS 14.0 on arm64 (a marker environment)"


@pytest.mark.parametrize(("machine", "tag"), [("AMD64", "win_amd64"), ("ARM64", "win_arm64"), ("x86", "win32")])
def test_markers_tell_a_windows(machine: str, tag: str) -> None:
    """On Windows tags depend only on the machine."""
    windows = target_from_markers({**WINDOWS, "platform_machine": machine})
    assert windows.platform_tags() == (tag,)
    assert target_from_markers({**WINDOWS, "platform_machine": machine.lower()}) == windows
    expected = {**WINDOWS, "platform_machine": machine, "platform_release": "", "platform_version": ""}
    assert marker_environment(windows) == expected


@pytest.mark.parametrize("name", ["win_amd64", "win_arm64", "win32", "macosx_14_0_arm64", "macosx_10_15_x86_64"])
def test_there_and_back(name: str) -> None:
    """A target written as markers must read back unchanged if the markers suffice and the kernel is known."""
    described = target("3.12.4", name)
    release = {"macosx_14_0_arm64": "23.1.0", "macosx_10_15_x86_64": "19.6.0"}.get(name, "")
    again = target_from_markers({**marker_environment(described), "platform_release": release})
    assert again.platform == described.platform
    assert again.triples() == described.triples()


@pytest.mark.parametrize(
    "platform", ["debian-12-x86_64", "manylinux_2_36_x86_64", Platform("linux", "x86_64", glibc=(2, 36))]
)
def test_linux_with_its_platform_named(platform: str | Platform) -> None:
    """Markers suffice for Linux too if the caller names the C library."""
    linux = target_from_markers(LINUX, platform)
    assert linux.platform_tags()[:2] == ("linux_x86_64", "manylinux_2_36_x86_64")


def without(*names: str) -> dict[str, str]:
    """Return an environment without some markers."""
    return {name: value for name, value in MAC.items() if name not in names}


ERRORS = {
    "linux": (LINUX, "'linux': markers do not tell which C library a Linux has; name the platform too"),
    "android": (
        {**MAC, "sys_platform": "android", "platform_machine": "aarch64"},
        "'android aarch64': these markers do not tell which platform tags it takes; name it too",
    ),
    "freebsd": (
        {**MAC, "sys_platform": "freebsd14"},
        "'freebsd14 arm64': these markers do not tell which platform tags it takes; name it too",
    ),
    "strange Windows": (
        {**WINDOWS, "platform_machine": "alpha"},
        "'win32 alpha': these markers do not tell which platform tags it takes; name it too",
    ),
    "strange Mac": (
        {**MAC, "platform_machine": "arm64 any"},
        "'darwin arm64 any': these markers do not tell which platform tags it takes; name it too",
    ),
    "strange kernel": (
        {**MAC, "platform_release": "²³.0"},
        "'darwin arm64': these markers do not tell which platform tags it takes; name it too",
    ),
    "no system": (without("sys_platform"), "'None': the marker environment lacks 'sys_platform'"),
    "no machine": (without("platform_machine"), "'None': the marker environment lacks 'platform_machine'"),
    "no kernel": (without("platform_release"), "'None': the marker environment lacks 'platform_release'"),
    "empty kernel": ({**MAC, "platform_release": ""}, "'': the marker environment lacks 'platform_release'"),
    "no Python": (without("implementation_name"), "'None': the marker environment lacks 'implementation_name'"),
    "no version": (without("python_full_version"), "'None': the marker environment lacks 'python_full_version'"),
    "strange Python": (
        {**MAC, "implementation_name": "snakepit"},
        (
            "'snakepit3.12': no Python is called so; expected such as '3.12', 'cp312', '3.13t', '3.12d', 'pypy3.10' "
            "or 'cp313-cp313t'"
        ),
    ),
    "strange version": (
        {**MAC, "python_full_version": "3.12.4; evil"},
        "'3.12.4; evil': the marker 'python_full_version' is not a version of Python",
    ),
    "no dot": (
        {**MAC, "python_full_version": "3.12..4"},
        "'3.12..4': the marker 'python_full_version' is not a version of Python",
    ),
    "old Python": ({**MAC, "python_full_version": "3.1.5"}, "'cpython3.1': manytags describes Python 3.2 and newer"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_markers_that_do_not_suffice(case: str) -> None:
    """A guess could choose wheels for another machine."""
    environment, message = ERRORS[case]
    with pytest.raises(InvalidTarget) as caught:
        target_from_markers(environment)
    assert str(caught.value) == f"invalid target {message}"


@pytest.mark.parametrize("name", MAC)
@pytest.mark.parametrize(
    "value", ["", "\x00", "x" * 1_000_000, "\ud800", "²", "3.12.²", "-1", "3.12.4; os_name", "9" * 150]
)
def test_hostile_markers(name: str, value: str) -> None:
    """The environment of a stranger's lock file must give a target or one clear error of bounded size."""
    try:
        read = target_from_markers({**MAC, name: value})
    except InvalidTarget as error:
        assert len(str(error)) < 1_000
    else:
        assert read.platform_tags()


def test_darwin_is_every_macos() -> None:
    """Apple has numbered its systems in four ways, and all of them must be read."""
    known = {9: (10, 5), 17: (10, 13), 19: (10, 15), 20: (11, 0), 21: (12, 0), 22: (13, 0), 23: (14, 0), 24: (15, 0)}
    known |= {25: (26, 0), 26: (27, 0), 0: (10, 0), 3: (10, 0)}
    for darwin, macos in known.items():
        assert macos_from_darwin(darwin) == macos
