"""The same pick as pip's own code, in every release of the corpus.

pip's ``LinkEvaluator`` and ``CandidateEvaluator`` run unchanged with manytags' tag list for a target. So these tests
compare the choice; ``test_packaging.py`` compares the list.

Within a release, pip looks only at tags, build tags and ``requires-python``. So releases that are alike in these are
compared only once, which skips 16 releases of 17; another test compares a third of all releases without this shortcut.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from packaging.version import Version

import manytags
from manytags import Target

from ..test_corpus import CORPUS, theirs
from . import peer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pip: Any = pytest.importorskip("pip", reason="pip is not installed, its choices are not compared")
if Version(pip.__version__) < Version("26.3"):
    pytest.skip(
        f"pip {pip.__version__} is older than 26.3, whose insides this knows: its choices are not compared",
        allow_module_level=True,
    )
finder: Any = pytest.importorskip("pip._internal.index.package_finder")
Candidate: Any = pytest.importorskip("pip._internal.models.candidate").InstallationCandidate
Link: Any = pytest.importorskip("pip._internal.models.link").Link
TargetPython: Any = pytest.importorskip("pip._internal.models.target_python").TargetPython
Wheel: Any = pytest.importorskip("pip._internal.models.wheel").Wheel
SpecifierSet: Any = pytest.importorskip("pip._vendor.packaging.specifiers").SpecifierSet
Tag: Any = pytest.importorskip("pip._vendor.packaging.tags").Tag

#: pip's options, each with what they are given: platforms, version, implementation, ABIs.
OPTIONS: list[tuple[list[str], str, str, list[str]]] = [
    (["manylinux2014_x86_64"], "312", "cp", ["cp312"]),
    (["manylinux2014_aarch64", "manylinux2014_armv7l"], "3", "cp", ["none"]),
    (["manylinux2010_i686", "manylinux1_i686", "linux_i686"], "27", "cp", ["cp27mu"]),
    (["manylinux_2_34_x86_64", "musllinux_1_2_x86_64"], "313", "cp", ["cp313t"]),
    (["macosx_14_0_arm64", "macosx_11_0_universal2"], "312", "cp", ["abi3"]),
    (["macosx_10_9_intel", "macosx_10_5_ppc"], "36", "cp", ["cp36m", "abi3"]),
    (["ios_13_0_arm64_iphoneos"], "314", "cp", ["cp314"]),
    (["android_24_x86_64"], "314", "cp", ["cp314"]),
    (["win_amd64", "win32", "galaxy"], "310", "pp", ["pypy310_pp73"]),
    (["any"], "3", "py", ["none"]),
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_pips_options_mean_the_same_tags(options: tuple[list[str], str, str, list[str]]) -> None:
    """A locker that takes pip's options must make of them what pip makes."""
    supported: Any = pytest.importorskip("pip._internal.utils.compatibility_tags").get_supported
    platforms, version, implementation, abis = options
    ours = manytags.target_from_pip(platforms, abis=abis, python_version=version, implementation=implementation)
    theirs = dict.fromkeys(map(str, supported(version, platforms, implementation, abis)))
    assert list(ours.triples()) == list(theirs)


TARGETS = {
    "this machine": None,
    "server": ("3.12", "manylinux_2_28_x86_64"),
    "aarch64": ("3.12", "manylinux_2_28_aarch64"),
    "armv7l": ("3.11", "manylinux_2_31_armv7l"),
    "armv6l": ("3.11", "linux_armv6l"),
    "musl": ("3.12", "musllinux_1_2_x86_64"),
    "macOS": ("3.12", "macosx_14_0_arm64"),
    "macOS x86_64": ("3.9", "macosx_12_0_x86_64"),
    "Windows": ("3.12", "win_amd64"),
    "free-threaded": ("3.13t", "manylinux_2_28_x86_64"),
    "PyPy": ("pypy3.10", "manylinux_2_28_x86_64"),
    "old": ("3.6", "manylinux_2_12_i686"),
}

#: (target, release) -> why manytags picks another file. It is empty because manytags never does.
KNOWN_DIFFERENCES: dict[tuple[str, str], str] = {}

#: File names and requires-python.
Release = tuple[tuple[str, str | None], ...]


@cache
def releases() -> dict[tuple[str, str], Release]:
    """Read the corpus by project and version."""
    files_of: defaultdict[tuple[str, str], list[tuple[str, str | None]]] = defaultdict(list)
    for path in sorted(CORPUS.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                project, version, _, _ = theirs(entry["filename"])
                files_of[project, version].append((entry["filename"], entry.get("requires-python")))
    return {key: tuple(files) for key, files in files_of.items()}


@cache
def distinct() -> dict[frozenset[tuple[str, str | None]], tuple[str, str]]:
    """Map what a choice depends on to the first release that has it."""
    first_of: dict[frozenset[tuple[str, str | None]], tuple[str, str]] = {}
    for key, files in releases().items():
        first_of.setdefault(frozenset((name.split("-", 2)[2], requires) for name, requires in files), key)
    return first_of


@cache
def link_to(name: str, requires: str | None) -> Any:  # noqa: ANN401 - pip's own
    """Return what pip reads from an index page about a file."""
    return Link(f"https://example.org/{name}", requires_python=requires)


@pytest.fixture(autouse=True)
def _names_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember file names: pip reads each one twice for each target, which would take half of this module's time."""
    module = pytest.importorskip("pip._internal.models.wheel")
    monkeypatch.setattr(module, "parse_wheel_filename", read_name, raising=True)


@cache
def read_name(name: str) -> Any:  # noqa: ANN401 - pip's own
    """Return what pip's packaging reads from a file name."""
    return pytest.importorskip("pip._vendor.packaging.utils").parse_wheel_filename(name)


def described(name: str) -> Target:
    """Make a target from its name in these tests."""
    about = TARGETS[name]
    return manytags.detect() if about is None else manytags.target(*about)


def pips_choice(target: Target) -> Callable[[tuple[str, str], Release], str | None]:
    """Return what pip chooses from a release if these are its tags."""
    tags = [Tag(*triple) for triple in target.ranks]
    numbers = (*target.python.version, 0, 0)[:3]
    python = TargetPython(py_version_info=numbers)
    python._valid_tags, python._valid_tags_set = tags, set(tags)

    def choose(release: tuple[str, str], files: Release) -> str | None:
        project, _ = release
        links = finder.LinkEvaluator(project, project, frozenset({"binary"}), python, False)
        candidates = []
        for name, requires in files:
            link = link_to(name, requires)
            result, detail = links.evaluate_link(link)
            if result is finder.LinkType.candidate:
                candidates.append(Candidate(project, detail, link))
        evaluator = finder.CandidateEvaluator(project, tags, SpecifierSet())
        best = evaluator.compute_best_candidate(candidates).best_candidate
        return None if best is None else str(best.link.filename)

    return choose


def ours(target: Target, files: Sequence[tuple[str, str | None]]) -> str | None:
    """Return what manytags chooses."""
    entries = [{"filename": name, "requires-python": requires} for name, requires in files]
    choice = manytags.best(entries, target)
    return None if choice is None else str(choice["filename"])


def same(mine: str | None, its: str | None, tags: list[Any]) -> bool:
    """Whether two choices are equal, or tie by tag and build tag. Then pip takes the file that is listed first."""
    if mine == its or mine is None or its is None:
        return mine == its
    first, second = Wheel(mine), Wheel(its)
    return bool(
        first.support_index_min(tags) == second.support_index_min(tags)
        and first.build_tag == second.build_tag
        and mine < its
    )


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=peer.needs_abi3t if name == "free-threaded" else ()) for name in TARGETS]
)
def test_the_same_pick_in_every_release(name: str) -> None:
    """Users who change from pip to an installer that embeds manytags get the same files."""
    target = described(name)
    choose = pips_choice(target)
    tags = [Tag(*triple) for triple in target.ranks]
    picked, differences = 0, {}
    for release in distinct().values():
        files = releases()[release]
        mine, its = ours(target, files), choose(release, files)
        picked += mine is not None
        if not same(mine, its, tags):
            differences[name, "-".join(release)] = f"{mine}, pip {its}"
    assert {key: why for key, why in differences.items() if key not in KNOWN_DIFFERENCES} == {}
    assert picked > 20


def test_one_release_stands_for_those_alike() -> None:
    """The shortcut above changes nothing: every third release, similar or not, for a single target."""
    target = described("server")
    choose = pips_choice(target)
    tags = [Tag(*triple) for triple in target.ranks]
    for release, files in [*releases().items()][::3]:
        assert same(ours(target, files), choose(release, files), tags), release


def test_the_corpus_has_what_is_compared() -> None:
    """A comparison without build tags or requirements would show nothing of them."""
    assert len(releases()) > 1_500
    assert len(distinct()) > 300
    assert sum(bool(theirs(name)[2]) for files in releases().values() for name, _ in files) > 20
    assert sum(requires is not None for files in releases().values() for _, requires in files) > 10_000


def test_the_list_is_what_pip_would_use() -> None:
    """On this machine the list given to pip is pip's own, so that the choice is what pip would do."""
    get_supported = pytest.importorskip("pip._internal.utils.compatibility_tags").get_supported
    if Version(pip.__version__) < Version("26.3"):
        pytest.skip(f"pip {pip.__version__}, older than 26.3, puts linux_* after manylinux")
    mine = [Tag(*triple) for triple in manytags.detect().ranks]
    assert mine == get_supported()
