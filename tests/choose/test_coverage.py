"""Markers that tags imply, and environments that a set of wheels leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from manytags import (
    InvalidInput,
    InvalidWheelFilename,
    Platform,
    Target,
    check_coverage,
    marker_environment,
    marker_from_wheel,
    rank,
    target,
)
from manytags.platforms.parse import machines_of
from manytags.targets.ranks import platform_tags

from ..laws import strategies as laws


def exists(platform: Platform) -> bool:
    """Whether there can be such a machine: macOS 11 and newer runs only on 64-bit Macs."""
    old_only = platform.system == "macos" and platform.arch not in {"x86_64", "arm64"}
    return not (old_only and platform.version is not None and platform.version >= (11, 0))


targets = st.builds(Target, laws.pythons, laws.platforms.filter(exists))


@st.composite
def taken(draw: st.DrawFn) -> tuple[str, Target]:
    """Draw a target, and a wheel that it takes, perhaps among other targets."""
    machine = draw(targets)
    triples = draw(st.lists(st.sampled_from(machine.triples()), min_size=1, max_size=3))
    fields = []
    for number, texts in enumerate((laws.python_texts, laws.abi_texts, laws.any_platform_text)):
        own = [triple.split("-")[number] for triple in triples]
        more = draw(st.lists(texts, max_size=2)) if draw(st.booleans()) else []
        fields.append(".".join(dict.fromkeys(draw(st.permutations(own + more)))))
    return f"foo-1.0-{'-'.join(fields)}.whl", machine


def true_of(text: str, machine: Target) -> bool:
    """Whether packaging says that a marker is true of a target."""
    return not text or Marker(text).evaluate(dict(marker_environment(machine)))


@given(taken())
def test_true_wherever_the_wheel_goes(case: tuple[str, Target]) -> None:
    """A locker that drops wheels by their markers must never drop a wheel that some machine takes."""
    name, machine = case
    assert rank(name, machine) is not None
    assert true_of(marker_from_wheel(name), machine), marker_from_wheel(name)


@given(laws.tag_sets)
def test_always_a_marker(tags: str) -> None:
    """A marker is valid even if it comes from tags that a stranger made up."""
    text = marker_from_wheel(f"foo-1.0-{tags}.whl")
    if text:
        Marker(text)


CPYTHON, LINUX = 'implementation_name == "cpython"', 'sys_platform == "linux"'
X86_64, ARM64 = 'platform_machine == "x86_64"', 'platform_machine == "arm64"'
MARKERS = {
    "py3-none-any": 'python_version >= "3"',
    "py2.py3-none-any": "",
    "py2-none-any": 'python_version >= "2" and python_version < "3"',
    "py38-none-any": 'python_version >= "3.8"',
    "py3.cp312-none-any": 'python_version >= "3"',
    "cp312-none-any": f'{CPYTHON} and python_version == "3.12"',
    "cp38-abi3-any": f'{CPYTHON} and python_version >= "3.8"',
    "cp315-abi3t-any": f'{CPYTHON} and python_version >= "3.15"',
    "cp313-cp313t-any": f'{CPYTHON} and python_version == "3.13"',
    "cp39.cp310-none-any": f'{CPYTHON} and python_version >= "3.9" and python_version < "3.11"',
    "cp39.cp311-none-any": f'{CPYTHON} and (python_version == "3.9" or python_version == "3.11")',
    "pp310-pypy310_pp73-any": 'implementation_name == "pypy" and python_version == "3.10"',
    "pp3-none-any": 'implementation_name == "pypy" and python_version >= "3"',
    "graalpy311-graalpy242_311_native-any": 'implementation_name == "graalpy" and python_version == "3.11"',
    "cp312.pp311-none-any": f'({CPYTHON} and python_version == "3.12") or '
    '(implementation_name == "pypy" and python_version == "3.11")',
    "sl3-none-any": "",
    "py2.py3-none-win_amd64": 'sys_platform == "win32" and platform_machine == "AMD64"',
    "py2.py3-none-win32": 'sys_platform == "win32" and (platform_machine == "AMD64" or platform_machine == "x86")',
    "py2.py3-none-win_arm64": 'sys_platform == "win32" and platform_machine == "ARM64"',
    "py2.py3-none-manylinux2014_x86_64.musllinux_1_2_x86_64": f"{LINUX} and {X86_64}",
    "py2.py3-none-linux_armv7l": f'{LINUX} and (platform_machine == "aarch64" or platform_machine == "armv7l")',
    "py2.py3-none-manylinux1_i686": f'{LINUX} and (platform_machine == "i686" or {X86_64})',
    "py2.py3-none-macosx_10_9_universal2": f'sys_platform == "darwin" and ({ARM64} or {X86_64})',
    "py2.py3-none-macosx_11_0_arm64": f'sys_platform == "darwin" and {ARM64}',
    "py2.py3-none-ios_13_0_arm64_iphoneos": f'sys_platform == "ios" and {ARM64}',
    "py2.py3-none-android_21_arm64_v8a": 'sys_platform == "android" and platform_machine == "aarch64"',
    "py2.py3-none-pyemscripten_2026_0_wasm32": 'sys_platform == "emscripten" and platform_machine == "wasm32"',
    "py2.py3-none-macosx_11_0_arm64.win_amd64": f'(sys_platform == "darwin" and {ARM64}) or '
    '(sys_platform == "win32" and platform_machine == "AMD64")',
    "py2.py3-none-freebsd_14_1_release_amd64": "",
    "py2.py3-none-any.win32": "",
    "cp312-cp312-win_amd64": f'{CPYTHON} and python_version == "3.12" and sys_platform == "win32" '
    'and platform_machine == "AMD64"',
    "cp38-abi3-macosx_10_12_universal2": f'{CPYTHON} and python_version >= "3.8" and sys_platform == "darwin" '
    f"and ({ARM64} or {X86_64})",
}


@pytest.mark.parametrize("tags", MARKERS)
def test_markers(tags: str) -> None:
    """A reviewer of a lock file sees a short marker, and the same marker every time."""
    assert marker_from_wheel(f"foo-1.0-{tags}.whl") == MARKERS[tags]


@pytest.mark.parametrize(
    ("tags", "python", "platform"),
    [
        ("cp312-cp312-win_amd64", "3.11", "win_amd64"),
        ("cp312-cp312-win_amd64", "3.12", "win_arm64"),
        ("cp312-cp312-win_amd64", "3.12", "macosx_14_0_arm64"),
        ("cp312-cp312-win_amd64", "3.12", "manylinux_2_28_x86_64"),
        ("cp312-cp312-win_amd64", "pypy3.11", "win_amd64"),
        ("cp38-abi3-manylinux2014_x86_64", "3.7", "manylinux_2_28_x86_64"),
        ("cp38-abi3-manylinux2014_x86_64", "3.12", "manylinux_2_28_aarch64"),
        ("cp38-abi3-manylinux2014_x86_64", "pypy3.10", "manylinux_2_28_x86_64"),
        ("py2-none-any", "3.12", "win32"),
        ("py312-none-any", "3.11", "win32"),
        ("py3-none-macosx_11_0_arm64", "3.12", "macosx_14_0_x86_64"),
        ("py3-none-macosx_10_9_universal2", "3.12", "win_amd64"),
        ("py3-none-musllinux_1_2_aarch64", "3.12", "android_24_arm64_v8a"),
        ("pp310-pypy310_pp73-any", "3.10", "win32"),
        ("cp39.cp311-none-any", "3.10", "win32"),
    ],
)
def test_false_of_foreigners(tags: str, python: str, platform: str) -> None:
    """A marker that is always true would pass the other tests, and be useless."""
    assert not true_of(marker_from_wheel(f"foo-1.0-{tags}.whl"), target(python, platform))


def test_entries_and_bad_names() -> None:
    """``marker_from_wheel`` accepts everything that ``best`` accepts."""
    assert marker_from_wheel({"filename": "foo-1-py3-none-any.whl"}) == 'python_version >= "3"'
    assert marker_from_wheel((1, "foo-1-py3-none-any.whl"), key=lambda pair: pair[1]) == 'python_version >= "3"'  # type: ignore[index]
    with pytest.raises(InvalidWheelFilename):
        marker_from_wheel("foo.whl")


@given(laws.any_platform_text, laws.platforms.filter(exists))
def test_machines_of_is_what_ladders_say(text: str, platform: Platform) -> None:
    """The shortcut from a tag to its machines finds every machine whose ladder has the tag."""
    if text in platform_tags(platform):
        assert (platform.system, platform.arch) in machines_of(text) or platform.system in {"other", "emscripten"}


@pytest.mark.parametrize(
    "text",
    [
        *("manylinux_2_16_aarch64", "manylinux_2_17_armv6l", "manylinux_2_1000_x86_64", "musllinux_1_2_armv8l"),
        *("macosx_11_1_arm64", "ios_11_0_arm64_iphoneos", "android_15_x86", "any", "mac osx"),
        *("android_1000_x86", "macosx_1000_0_arm64"),
    ],
)
def test_machines_of_what_nobody_takes(text: str) -> None:
    """A tag that no interpreter claims is for no machine."""
    assert not machines_of(text)


WHEELS = [
    f"foo-1.0-cp3{minor}-cp3{minor}-{platform}.whl"
    for minor in range(10, 16)
    for platform in ("manylinux_2_17_x86_64", "musllinux_1_2_aarch64", "macosx_11_0_universal2", "win_amd64")
]


def left_out(files: list[object], text: str) -> list[str]:
    """Write what is left out as text."""
    return [str(environment) for environment in check_coverage(files, text).left_out]


def test_covers_everything() -> None:
    """The usual set of wheels serves everywhere, and a pure wheel serves more."""
    assert check_coverage(WHEELS, 'python_version >= "3.10"')
    assert check_coverage(["foo-1.0-py3-none-any.whl"], "")
    answer = check_coverage(WHEELS, "")
    assert answer
    assert {(place.system, place.arch) for place in answer.served} == {
        *(("linux", "x86_64"), ("linux", "aarch64"), ("macos", "x86_64"), ("macos", "arm64"), ("windows", "win_amd64"))
    }


@pytest.mark.parametrize(
    ("files", "text", "expected"),
    [
        (WHEELS[:-1], "", ["cpython 3.15.0 on windows win_amd64"]),
        (WHEELS, 'python_version >= "3.9" and python_version < "3.11" and sys_platform == "win32"',
         ["cpython 3.9.0 on windows win_amd64"]),
        (WHEELS, "python_version == '3.12' and platform_machine == 'ARM64'", ["cpython 3.12.0 on windows win_arm64"]),
        (WHEELS, 'python_version == "3.16" and sys_platform == "darwin"',
         ["cpython 3.16.0 on macos x86_64", "cpython 3.16.0 on macos arm64"]),
        (["foo-1-cp311-abi3-win_amd64.whl"], 'sys_platform == "win32" and python_version < "3.13"', []),
        (["foo-1-cp311-none-win_amd64.whl"], 'sys_platform == "win32" and python_version < "3.13"',
         ["cpython 3.12.0 on windows win_amd64"]),
        (["foo-1-cp312-abi3-win_amd64.whl", "foo-1-cp312-abi3-win32.whl"], 'os_name == "nt" and python_version=="3.12"',
         []),
        ([], 'sys_platform == "emscripten" and python_version == "3.13"', ["cpython 3.13.0 on emscripten wasm32"]),
        ([], 'implementation_name == "pypy" and python_version == "3.11" and sys_platform == "win32"',
         ["pypy 3.11.0 on windows win_amd64"]),
        ([{"filename": "foo-1-py3-none-any.whl", "requires-python": ">=3.12.2"}],
         'python_version == "3.12" and sys_platform == "win32"', ["cpython 3.12.0 on windows win_amd64"]),
        ([{"filename": "foo-1-py3-none-any.whl", "requires-python": ">=3.12.2"}],
         'python_full_version >= "3.12.2" and python_version < "3.13" and sys_platform == "win32"', []),
        ([{"filename": "foo-1-py3-none-any.whl", "yanked": True}, "foo-1.tar.gz"],
         'sys_platform == "win32" and python_version == "3.12"', ["cpython 3.12.0 on windows win_amd64"]),
        (["foo-1-py3-none-any-label.whl"], 'sys_platform == "win32" and python_version == "3.12"',
         ["cpython 3.12.0 on windows win_amd64"]),
        ([], 'python_version < "3"', []),
        ([], 'extra == "test"', []),
    ],
)  # fmt: skip
def test_what_is_left_out(files: list[object], text: str, expected: list[str]) -> None:
    """A universal locker learns where its lock would fail, before its users do."""
    assert left_out(files, text) == expected


@given(st.lists(st.sampled_from(WHEELS), max_size=8), st.sampled_from(["", 'python_version >= "3.12"', LINUX]))
def test_covers_agrees_with_best(files: list[str], text: str) -> None:
    """If an environment is left out, no machine of its kind takes a wheel; if it is served, some machine does."""
    answer = check_coverage(files, text)
    libc = {"linux": [{"glibc": (2, 40)}, {"musl": (1, 2)}], "macos": [{"version": (15, 0)}]}
    for environment in (*answer.served, *answer.left_out):
        python = target(environment.version, "win32").python
        machines = [
            Target(python, Platform(environment.system, environment.arch, **about))  # type: ignore[arg-type]
            for about in libc.get(environment.system, [{}])
        ]
        taken_by = any(rank(name, machine) is not None for name in files for machine in machines)
        assert taken_by == (environment in answer.served)


@pytest.mark.parametrize("text", ["x", "python_version >", 'os == "nt"', "(" * 5000, "\0", "x" * 100_000])
def test_no_marker(text: str) -> None:
    """Text that is not a marker is a single clear error."""
    with pytest.raises(InvalidInput, match="marker") as caught:
        check_coverage([], text)
    assert caught.value.text == text
    assert len(str(caught.value)) < 500


def test_one_text_is_not_a_list() -> None:
    """The letters of a text are not file names."""
    with pytest.raises(TypeError, match="several files"):
        check_coverage("foo-1-py3-none-any.whl", "")


def test_many_names_in_a_marker_stay_bounded() -> None:
    """A marker from a stranger cannot make the list of environments endless."""
    text = " or ".join(f'python_full_version == "3.{minor}.{minor}"' for minor in range(200))
    answer = check_coverage([], text)
    assert len(answer.left_out) < 2000
    rare = (
        'python_version == "3.14" and (sys_platform == "darwin" or sys_platform == "ios" or sys_platform == "android")'
    )
    assert len(check_coverage([], rare).left_out) < 20


@pytest.mark.parametrize(
    ("marker", "untried"),
    [
        ('sys_platform == "windows"', ['sys_platform == "windows"']),
        (f"{LINUX} and {ARM64}", [f"{LINUX} and {ARM64}"]),
        ('platform_python_implementation == "Jython"', ['platform_python_implementation == "Jython"']),
        ('python_version < "3.9"', ['python_version < "3.9"']),
        ('extra == "tests"', ['extra == "tests"']),
        ('sys_platform == "win32" or sys_platform == "cygwin"', ['sys_platform == "cygwin"']),
        (
            'python_version >= "3.12" and (sys_platform == "linux" or sys_platform == "win64")',
            ['python_version >= "3.12" and sys_platform == "win64"'],
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("files", [[], ["foo-1-py3-none-any.whl"]], ids=["none", "pure"])
def test_an_environment_that_is_described_nowhere_is_not_covered(
    marker: str, untried: list[str], files: list[str]
) -> None:
    """A locker that misspells a platform must not be told that all is well, with nothing looked at."""
    answer = check_coverage(files, marker)
    assert not answer
    assert list(answer.untried) == untried
    assert all(part in str(answer) for part in untried)


def test_graalpy_is_tried_if_the_marker_names_it() -> None:
    """A project that supports GraalPy learns that its CPython wheels do not serve it."""
    marker = 'implementation_name == "graalpy"'
    assert check_coverage(["foo-1-py3-none-any.whl"], marker)
    answer = check_coverage(["foo-1-cp311-cp311-win_amd64.whl"], marker)
    assert {environment.implementation for environment in answer.left_out} == {"graalpy"}
    assert not answer.untried


@pytest.mark.parametrize(
    "marker",
    [
        'python_version ~= "3"',
        'python_version ~= "3.x"',
        '"a" in extras',
        f'python_version >= "{"9" * 5000}"',
        f'python_full_version == "3.{"9" * 5000}"',
        "(" * 3000 + 'python_version > "3"' + ")" * 3000,
    ],
    ids=["short ~=", "letters ~=", "extras", "digits", "digits of a minor", "parentheses"],
)
def test_a_marker_that_cannot_be_evaluated_is_our_error(marker: str) -> None:
    """Embedders catch ManytagsError; packaging's own errors for odd markers are of many kinds."""
    with pytest.raises(InvalidInput):
        check_coverage(["foo-1-py3-none-any.whl"], marker)


def test_the_work_grows_with_distinct_tags_and_not_with_files_times_environments() -> None:
    """An index page with 10,000 names is checked in the time that its few distinct tags take."""
    calls = 0

    def counting(name: object) -> object:
        nonlocal calls
        calls += 1
        return name

    names = [f"foo-1.{number}-cp312-cp312-manylinux_2_17_x86_64.whl" for number in range(10_000)]
    answer = check_coverage(names, 'python_version == "3.12" and sys_platform == "linux"', key=counting)
    assert calls == len(names)
    assert [str(environment) for environment in answer.served] == ["cpython 3.12.0 on linux x86_64"]


def test_more_environments_than_anybody_needs_are_refused() -> None:
    """Files of a stranger that name thousands of machines and versions must not keep a resolver busy."""
    files = [
        {"filename": f"foo-1-py3-none-linux_m{number}.whl", "requires-python": f">=3.9.{number}"}
        for number in range(400)
    ]
    with pytest.raises(InvalidInput, match="too many to try"):
        check_coverage(files, "")


MUSL_THREADS = target("3.13t", "alpine-x86_64")
DESCRIBED = [
    MUSL_THREADS,
    target("3.13", "alpine-x86_64"),
    target("3.13", "debian-12-x86_64"),
    target("3.13", "win-64"),
]
OF_LINUX = 'sys_platform == "linux"'


@pytest.mark.parametrize(
    ("names", "left_out"),
    [
        (["foo-1-cp313-cp313-musllinux_1_2_x86_64.whl"], [0, 2]),
        (["foo-1-cp313-cp313-manylinux_2_36_x86_64.whl", "foo-1-cp313-cp313t-musllinux_1_2_x86_64.whl"], [1]),
        (["foo-1-cp313-cp313-manylinux_2_37_x86_64.musllinux_1_1_x86_64.whl"], [0, 2]),
        (["foo-1-py3-none-any.whl"], []),
        (["foo-1-cp313-cp313-win_amd64.whl"], [0, 1, 2]),
        ([], [0, 1, 2]),
    ],
)
def test_described_targets_are_tried_as_they_are(names: list[str], left_out: list[int]) -> None:
    """Markers know neither a C library nor a build without the lock; a locker for Alpine and 3.13t knows both."""
    coverage = check_coverage(names, OF_LINUX, DESCRIBED)
    assert [environment.target for environment in coverage.left_out] == [DESCRIBED[index] for index in left_out]
    assert {environment.target for environment in coverage.served} == set(DESCRIBED[:3]) - {
        DESCRIBED[index] for index in left_out
    }
    assert bool(coverage) == (not left_out)


def test_what_is_said_of_described_targets() -> None:
    """The answer names the C library and the build, and what requires-python forbids is left out."""
    assert str(check_coverage([], "", [MUSL_THREADS])) == (
        "left out: cpython 3.13 (cp313t) on Linux with musl 1.2 on x86_64"
    )
    entry = {"filename": "foo-1-py3-none-any.whl", "requires-python": ">=3.14"}
    assert not check_coverage([entry], "", DESCRIBED)
    assert not check_coverage([entry["filename"]], 'sys_platform == "darwin"', DESCRIBED)
    with pytest.raises(InvalidInput, match="no target is described"):
        check_coverage([entry["filename"]], "", [])
