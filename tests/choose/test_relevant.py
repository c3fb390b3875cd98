"""Which files could ever be chosen: no installer would take any of the others."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

from manytags import (
    InvalidInput,
    InvalidTarget,
    InvalidWheelFilename,
    Platform,
    Target,
    marker_environment,
    parse_python,
    platform_from_name,
    rank,
    relevant,
    sort,
    target,
)
from manytags.choose.entries import filename_from_url

from ..laws import strategies as laws

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


def listed(files: Iterable[T], *arguments: Any, **options: Any) -> list[T]:  # noqa: ANN401 - those of `relevant`
    """List the relevant files."""
    return list(relevant(files, *arguments, **options))


python_names = st.one_of(
    st.tuples(st.integers(2, 20), st.sampled_from(["", "", ".0", ".7", "d"])).map(lambda of: f"3.{of[0]}{of[1]}"),
    st.tuples(st.integers(13, 20), st.sampled_from(["t", "td", ".2t"])).map(lambda of: f"3.{of[0]}{of[1]}"),
    st.sampled_from(["pypy3.9", "pypy3.11", "pypy3.12", "graalpy3.11", "graalpy3.12"]),
)
ranges = st.one_of(
    st.just(None),
    st.lists(
        st.tuples(
            st.sampled_from([">=", "<", "<=", ">", "!="]),
            st.integers(2, 21),
            st.sampled_from(["", "", ".0", ".3", ".0rc1"]),
        ).map(lambda of: f"{of[0]}3.{of[1]}{of[2]}"),
        max_size=3,
    ).map(",".join),
    st.integers(2, 20).map(lambda minor: f"==3.{minor}.*"),
    st.integers(2, 20).map(lambda minor: f"~=3.{minor}"),
)


def exists(platform: Platform) -> bool:
    """Whether there can be such a machine: macOS 11 and newer needs a 64-bit Mac."""
    old_only = platform.system == "macos" and platform.arch not in {"x86_64", "arm64"}
    return not (old_only and platform.version is not None and platform.version >= (11, 0))


@st.composite
def files_for(draw: st.DrawFn, machine: Target) -> list[dict[str, object]]:
    """Draw entries, some of which fit a target."""
    own = st.sampled_from(machine.triples())
    tags = draw(st.lists(st.one_of(own, laws.tag_sets), min_size=1, max_size=6))
    return [
        {"filename": f"foo-1.0-{number}-{tag}.whl", "requires-python": draw(st.one_of(st.just("junk"), ranges))}
        for number, tag in enumerate(tags)
    ]


@given(st.data(), python_names, laws.platforms.filter(exists), ranges)
def test_whatever_is_picked_is_relevant(data: st.DataObject, name: str, platform: Platform, wanted: str | None) -> None:
    """A mirror that keeps the relevant files has everything that its users need."""
    machine = Target(parse_python(name), platform)
    version = machine.python.full_version or ".".join(map(str, machine.python.version))
    assume(wanted is None or SpecifierSet(wanted).contains(version, prereleases=True))
    files = data.draw(files_for(machine))
    picked = sort(files, machine)
    wishes: tuple[list[str | Platform] | None, ...] = (None, [platform.system], [platform], [platform, "windows"])
    for systems in wishes:
        kept = listed(files, requires_python=wanted, systems=systems)
        assert [file for file in picked if file not in kept] == []
    assert listed(files, [machine]) == [file for file in files if file in picked]


def test_by_targets() -> None:
    """A lock file for these machines records these files, in the order of the index."""
    names = ["a-1-cp312-cp312-win32.whl", "a-1.tar.gz", "a-1-py3-none-any.whl", "a-1-cp311-cp311-win_amd64.whl"]
    machines = [target("3.12", "win32"), target("3.11", "win_amd64")]
    assert listed(names, machines) == [names[0], names[2], names[3]]
    assert listed(names, machines[:1]) == [names[0], names[2]]
    assert listed(names, []) == []


TAGS = {
    "py3-none-any": True,
    "py2-none-any": False,
    "cp310-cp310-win_amd64": True,
    "cp38-cp38-win_amd64": False,
    "cp38-abi3-win_amd64": True,
    "cp312-abi3-win_amd64": True,
    "cp313-abi3-win_amd64": False,
    "py313-none-any": False,
    "py38-none-any": True,
    "cp312-cp312d-win_amd64": True,
    "cp312-cp312t-win_amd64": False,
    "cp312-cp312-manylinux_2_17_x86_64": False,
    "cp312-cp312-macosx_11_0_arm64": True,
    "cp312-cp312-macosx_11_1_arm64": False,
    "cp312-cp312-macosx_10_9_universal2": True,
    "pp311-pypy311_pp73-win_amd64": True,
    "pp38-pypy38_pp73-win_amd64": False,
    "pp3-none-any": True,
    "graalpy311-graalpy242_311_native-macosx_11_0_arm64": True,
    "ip37-none-any": False,
    "cp312-cp311-win32": False,
    "cp312-none-any": True,
    "cp311-none-any": True,
    "cp39-none-any": False,
    "py3-none-any.win32": True,
}


@pytest.mark.parametrize("tags", TAGS)
def test_by_a_range(tags: str) -> None:
    """A file that no Python from 3.10 to 3.12 on Windows or macOS takes is not kept."""
    name = f"a-1-{tags}.whl"
    assert listed([name], requires_python=">=3.10,<3.13", systems=["windows", "macOS"]) == [name] * TAGS[tags]


@pytest.mark.parametrize(
    ("wanted", "asked", "kept"),
    [
        (">=3.9", ">=3.12", True),
        ("<3.12", ">=3.12", False),
        (">=3.12.3,<3.12.4", "==3.12.3", True),
        (">=3.12.3,<3.12.4", "!=3.12.3", False),
        (">=3.12", "<3.12.1", True),
        (">3.13.0a1,<3.13.0a3", "==3.13.0a2", True),
        ("==3.9.999", ">=3.9.999", True),
        (None, "<3", False),
        (">=3.9", "nonsense", True),
        (">=3.9,<3.9", None, False),
        ("===3.12.1", None, True),
        ("===cheese", None, False),
        ("!=3.0.*", None, True),
    ],
)
def test_ranges_meet(wanted: str | None, asked: str | None, kept: bool) -> None:
    """A file is kept if a single version of Python is in the range and meets the file's requirement."""
    file = {"filename": "a-1-py3-none-any.whl", "requires-python": asked}
    assert listed([file], requires_python=wanted) == [file] * kept


def test_no_range_and_no_system_is_everywhere() -> None:
    """Without a range and systems, only files that no Python takes are dropped."""
    kept = ["a-1-cp27-cp27mu-linux_x86_64.whl", "a-1-cp399-cp399-win32.whl", "a-1-py3-none-freebsd_14_1_amd64.whl"]
    dropped = ["a-1-cp312-cp312-manylinux_2_5_aarch64.whl", "a-1-cp3-none-win32.whl", "a-1-cp39999-none-any.whl"]
    assert listed(kept + dropped) == kept


def test_systems_are_whole_and_names_are_machines() -> None:
    """``linux`` is any Linux, not the machine that uv calls so; a release of a distribution is one machine."""
    names = [f"a-1-py3-none-{tag}.whl" for tag in ("manylinux_2_41_riscv64", "musllinux_1_2_x86_64", "linux_mips64")]
    assert listed(names, systems=["linux"]) == names
    assert listed(names, systems=["alpine-3.20-x86_64"]) == [names[1]]
    assert listed(names, systems=[platform_from_name("ubuntu-24.04-riscv64")]) == []
    assert listed(names, systems=[]) == []
    for system, tag in (("ios", "ios_13_0_arm64_iphoneos"), ("android", "android_24_x86"), ("emscripten", "emscripten_3_1_58_wasm32")):  # fmt: skip # noqa: E501
        assert listed([*names, f"a-1-py3-none-{tag}.whl"], systems=[system]) == [f"a-1-py3-none-{tag}.whl"]


def test_yanked_variants_and_keys() -> None:
    """A file that ``best`` would not pick is not kept, unless the caller asks for it."""
    pulled = {"filename": "a-1-py3-none-any.whl", "yanked": True}
    assert listed([pulled, "a-1-py3-none-any-label.whl"]) == []
    assert listed([pulled], yanked=True) == [pulled]
    assert listed([(1, pulled)], key=lambda pair: pair[1], yanked=True) == [(1, pulled)]


def test_bad_names_and_bad_arguments() -> None:
    """The error names what is wrong, and a warning points at the caller's line."""
    with pytest.raises(InvalidWheelFilename, match=r"foo\.whl"):
        listed(["foo.whl"])
    with pytest.warns(UserWarning, match=r"foo\.whl") as warned:
        assert listed(["foo.whl", "a-1-py3-none-any.whl"], on_invalid="skip") == ["a-1-py3-none-any.whl"]
    assert warned[0].filename == __file__
    assert listed(["foo.whl"], on_invalid="ignore") == []
    # Wrong arguments are reported at once, not when the first file is requested, perhaps in another thread.
    with pytest.raises(TypeError, match="got both"):
        relevant([], [target("3.12", "win32")], requires_python=">=3")
    with pytest.raises(TypeError, match="got both"):
        relevant([], [target("3.12", "win32")], systems=["windows"])
    with pytest.raises(TypeError, match="several files"):
        relevant("a-1-py3-none-any.whl")
    with pytest.raises(TypeError, match="several systems"):
        relevant([], systems="linux")
    with pytest.raises(InvalidInput, match="not a version specifier"):
        relevant([], requires_python="three")
    with pytest.raises(InvalidTarget):
        relevant([], systems=["plan9"])


def test_hostile_tags_are_bounded() -> None:
    """A name with hundreds of made-up tags is read quickly."""
    names = [
        "a-1-" + ".".join(f"cp3{n}" for n in range(400)) + "-none-win32.whl",
        "a-1-cp312-" + ".".join(f"cp3{n}t" for n in range(400)) + "-win32.whl",
        "a-1-py3-none-" + ".".join(f"ios_9{n}_9_x" for n in range(10, 99)) + ".whl",
    ]
    assert listed(names, requires_python=">=3.9") == [names[0], names[2]]
    assert rank(names[0], target("3.12", "win32")) is not None


WINDOWS = target("3.12", "win_amd64")
NAMES = [
    "a-1-cp312-cp312-win_amd64.whl",
    "a-1-cp312-cp312-macosx_11_0_arm64.whl",
    "a-1.tar.gz",
    "a-1-cp312.whl",
    "a-1-cp310-abi3-win32.whl",
    "a-1-py3-none-any.whl",
]


def test_rows_of_an_index() -> None:
    """A stream of rows is filtered like a list, and invalid names can be ignored."""
    good = [name for name in NAMES if name != "a-1-cp312.whl"]
    assert listed(iter(NAMES), [WINDOWS], on_invalid="ignore") == listed(good, [WINDOWS]) == [NAMES[0], NAMES[5]]
    assert listed(good, systems=["windows"], requires_python=">=3.10") == [NAMES[0], NAMES[4], NAMES[5]]
    assert listed(good, systems=["macos", "win32"]) == [NAMES[1], *NAMES[4:]]


def test_rows_go_by_name_or_url() -> None:
    """Rows may have URLs, with fragments, queries and escapes; the rows themselves are returned."""
    wheel = "a-1%2Bcpu-cp312-cp312-win_amd64.whl"
    rows: list[object] = [
        f"https://example.org/simple/a/{wheel}#sha256=00-cp312-cp312-win32.whl",
        f"../../packages/{wheel}?download=a/b",
        {"url": f"https://example.org/{wheel}", "requires-python": ">=3.12"},
        {"url": f"https://example.org/{wheel}", "requires-python": ">=3.13"},
        {"url": f"https://example.org/{wheel}", "yanked": "broken"},
        {"filename": "a-1-cp312-cp312-win32.whl", "url": wheel},
    ]
    assert listed(rows, [WINDOWS]) == rows[:3]
    assert listed(rows, [WINDOWS], yanked=True) == [*rows[:3], rows[4]]
    pairs = [(1, wheel)]
    assert listed(pairs, [WINDOWS], key=lambda pair: pair[1]) == pairs
    assert filename_from_url("a-1.whl") == "a-1.whl"


def test_nothing_is_kept() -> None:
    """An index of any length can be filtered; each row is returned before the next one is read."""

    def endless() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield f"a{number}-1-cp312-cp312-win_amd64.whl"

    tracemalloc.start()
    files = relevant(endless(), [WINDOWS])
    first = [*islice(files, 100)]
    before = tracemalloc.get_traced_memory()[0]
    last = next(islice(files, 20_000, None))
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert (first[0], last) == ("a1-1-cp312-cp312-win_amd64.whl", "a20101-1-cp312-cp312-win_amd64.whl")
    assert grown < 50_000


def test_bad_rows() -> None:
    """An invalid name is an error by default, and a row without a name always is."""
    with pytest.raises(InvalidWheelFilename, match=r"a-1-cp312\.whl"):
        listed(NAMES, [WINDOWS])
    for row in ({"url": 3}, {}):
        with pytest.raises(InvalidWheelFilename):
            listed([row], [WINDOWS], on_invalid="ignore")


MARKED = {
    'sys_platform == "win32"': ["py3-none-any", "cp38-abi3-win32", "cp312-cp312-win_arm64"],
    'sys_platform == "linux" and platform_machine == "aarch64"': ["py3-none-any", "cp311-cp311-manylinux_2_17_aarch64"],
    'platform_machine == "AMD64"': ["py3-none-any", "cp38-abi3-win32"],
    'python_version < "3.11"': ["py3-none-any", "cp38-abi3-win32", "pp39-pypy39_pp73-macosx_11_0_arm64"],
    'python_version >= "3.10" and python_version < "3.12"': [
        *("py3-none-any", "cp38-abi3-win32", "cp311-cp311-manylinux_2_17_aarch64"),
    ],
    'implementation_name == "pypy"': ["py3-none-any", "pp39-pypy39_pp73-macosx_11_0_arm64"],
    'python_full_version == "3.11.4"': ["py3-none-any", "cp38-abi3-win32", "cp311-cp311-manylinux_2_17_aarch64"],
    'python_version == "3.11" and sys_platform == "darwin"': ["py3-none-any"],
    'sys_platform == "win32" and python_version >= "3.9"': [
        *("py3-none-any", "cp38-abi3-win32", "cp312-cp312-win_arm64"),
    ],
    'extra == "fast"': [],
    'python_version < "2"': [],
    "": [
        *("py3-none-any", "cp38-abi3-win32", "cp312-cp312-win_arm64", "cp311-cp311-manylinux_2_17_aarch64"),
        "pp39-pypy39_pp73-macosx_11_0_arm64",
    ],
}


@pytest.mark.parametrize("marker", MARKED)
def test_only_where_a_marker_is_true(marker: str) -> None:
    """A dependency with a marker needs no wheel for machines where the marker is false."""
    names = {f"a-1-{tags}.whl" for tags in MARKED[""]}
    assert set(relevant(names, marker=marker)) == {f"a-1-{tags}.whl" for tags in MARKED[marker]}


@given(st.sampled_from(sorted(set(MARKED) - {""})), st.sampled_from(MARKED[""]))
def test_what_a_marked_target_takes_is_relevant(marker: str, tags: str) -> None:
    """A mirror of the files for a marker must have what any machine takes for which the marker is true."""
    name = f"a-1-{tags}.whl"
    for python in ("3.8", "3.10", "3.11.4", "3.13t", "pypy3.9"):
        for platform in ("win32", "win_arm64", "windows", "debian-12-arm64", "macos-14", "alpine"):
            machine = target(python, platform)
            if rank(name, machine) is not None and Marker(marker).evaluate(dict(marker_environment(machine))):
                assert list(relevant([name], marker=marker)) == [name]
                assert list(relevant([name], [machine], marker=marker)) == [name]
                assert list(relevant([name], systems=[machine.platform.system], marker=marker)) == [name]
                assert list(relevant([name], systems=[machine.platform], marker=marker)) == [name]
            else:
                assert list(relevant([name], [machine], marker=marker)) == []


def test_a_marker_with_systems_and_a_range() -> None:
    """Each of them leaves files out."""
    names = ["a-1-py3-none-any.whl", "a-1-cp312-cp312-win_arm64.whl", "a-1-cp312-cp312-win_amd64.whl"]
    arm = 'platform_machine == "ARM64"'
    assert list(relevant(names, marker=arm, systems=["windows"])) == names[:2]
    assert list(relevant(names, marker=arm, systems=["win_amd64"])) == []
    assert list(relevant(names, marker=arm, systems=["linux"])) == []
    assert list(relevant(names, marker=arm, requires_python="<3.12")) == names[:1]
    for wrong in ("1 ==", "python_version ~= '3'", "x" * 20_000):
        with pytest.raises(InvalidInput):
            list(relevant(names, marker=wrong))


@pytest.mark.parametrize("requires", [">=3.1000", "==3.1000.*", "~=3.1000", ">3.99999999", ">=3.1000,<3.2000"])
def test_a_range_of_versions_that_are_not_described(requires: str) -> None:
    """A typing mistake in a range must not make an empty mirror in silence."""
    with pytest.raises(InvalidInput, match=r"no Python up to 3\.999, the last described, is in it"):
        relevant(["a-1-py3-none-any.whl"], requires_python=requires)


@pytest.mark.parametrize("requires", ["<3.1000", "!=3.1000", ">=3.9,<3.100000", ">=2.7"])
def test_a_range_that_ends_beyond_what_is_described(requires: str) -> None:
    """Such an end is common, and excludes nothing."""
    assert list(relevant(["a-1-py3-none-any.whl"], requires_python=requires))
