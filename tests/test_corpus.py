"""44,550 real wheel names of 16 projects, read as packaging reads them and ranked as packaging ranks them."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import packaging.tags
import packaging.utils
import pytest
from packaging.tags import Tag

import manytags
from manytags import Target

from .oracle import peer

CORPUS = Path(__file__).parent / "data" / "corpus"

#: The targets: an ordinary server, a Raspberry Pi with a 32-bit Python on a 64-bit kernel, a free-threaded Python on
#: Alpine, an older Mac and a new Windows.
TARGETS = (
    ("cp312", "manylinux_2_28_x86_64"),
    ("cp311", "manylinux_2_31_armv7l"),
    ("cp313t", "musllinux_1_2_aarch64"),
    ("cp39", "macosx_14_0_arm64"),
    ("cp314", "win_amd64"),
)
TARGET_PARAMETERS = pytest.mark.parametrize(
    ("python", "platform"),
    [
        pytest.param(*described, marks=peer.needs_abi3t if described[0].endswith("t") else (), id="-".join(described))
        for described in TARGETS
    ],
)


@cache
def names() -> tuple[str, ...]:
    """Read the corpus."""
    filenames = []
    for path in sorted(CORPUS.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            filenames += [json.loads(line)["filename"] for line in lines]
    return tuple(filenames)


@cache
def tag_sets() -> tuple[str, ...]:
    """List the distinct tag sets, as the names spell them."""
    return tuple(sorted({"-".join(name.removesuffix(".whl").split("-")[-3:]) for name in names()}))


@cache
def theirs(name: str) -> tuple[str, str, tuple[()] | tuple[int, str], frozenset[Tag]]:
    """Parse a name as packaging does."""
    project, version, build, tags = packaging.utils.parse_wheel_filename(name)
    return project, str(version), build, tags


def supported(python: str, platform: str) -> tuple[Target, dict[str, int]]:
    """Make a target, and rank each tag of packaging's list for it. Tags that manytags adds on purpose come last."""
    target = manytags.target(python, platform, peer.OPTIONS)
    listed = peer.triples(target.python, peer.platforms(target.platform))
    return target, {triple: index for index, triple in reversed(list(enumerate(listed)))}


def test_the_corpus_is_here() -> None:
    """The tests below would pass with an empty corpus."""
    assert len(list(CORPUS.glob("*.jsonl.gz"))) == 16
    assert len(names()) == len(set(names())) == 44_550
    assert len(tag_sets()) == 1_159


def test_every_tag_set_parses_and_prints_back() -> None:
    """If a tag were dropped or changed, its wheel would not be found."""
    for text in tag_sets():
        assert manytags.parse_tag(text) == packaging.tags.parse_tag(text)
        for kind, field in zip(("python", "abi", "platform"), text.split("-"), strict=True):
            for member in field.split("."):
                parse = {
                    "python": manytags.parse_python_tag,
                    "abi": manytags.parse_abi,
                    "platform": manytags.parse_platform,
                }[kind]
                assert str(parse(member)) == member


def test_every_tag_is_of_a_known_kind() -> None:
    """manytags must have a rule for every tag that sixteen projects ever used."""
    platforms = {member for text in tag_sets() for member in text.split("-")[2].split(".")}
    kinds = {type(manytags.parse_platform(platform)).__name__ for platform in platforms}
    assert "OtherPlatform" not in kinds
    assert {"AnyPlatform", "Linux", "MacOS", "Manylinux", "Musllinux", "Windows"} <= kinds
    assert not {platform for platform in platforms if platform.endswith("_armv8l")}  # as known_differences.py says
    assert "linux_armv6l" in platforms
    pythons = {member for text in tag_sets() for member in text.split("-")[0].split(".")}
    assert all(manytags.parse_python_tag(python).implementation for python in pythons)
    abis = {member for text in tag_sets() for member in text.split("-")[1].split(".")}
    # PyPy 2 to 7.2, before its ABI tags began with "pypy".
    old_pypys = {"pp226u", "pp3510", "pp360", "pp370", "pp371", "pp372"}
    assert {abi for abi in abis if manytags.parse_abi(abi).family == "other"} == old_pypys


def test_every_name_parses_as_packagings() -> None:
    """The name, version, build tag and tags decide what is installed, so all must equal packaging's."""
    for name in names():
        wheel = manytags.parse_wheel_filename(name)
        project, version, build, tags = theirs(name)
        assert (wheel.name, wheel.build, wheel.tags) == (project, build, tags), name
        assert str(wheel.version) == version, name
        assert str(wheel) == name
        assert wheel.variant is None


@TARGET_PARAMETERS
def test_every_name_ranks_as_packagings(python: str, platform: str) -> None:
    """Ranks must equal the indexes in packaging's list, so that a resolver's choices do not change."""
    target, index = supported(python, platform)
    fitting = 0
    for name in names():
        expected = min((index[str(tag)] for tag in theirs(name)[3] if str(tag) in index), default=None)
        assert manytags.rank(name, target) == expected, name
        fitting += expected is not None
    assert fitting > 100


@peer.needs_newest
@TARGET_PARAMETERS
def test_what_manytags_adds_changes_no_other_rank_order(python: str, platform: str) -> None:
    """On ARMv7, wheels for ARMv6 come after all others, so no choice between the others may change."""
    parity, _ = supported(python, platform)
    target = manytags.target(python, platform)
    for text in tag_sets():
        ours, old = manytags.rank(text, target), manytags.rank(text, parity)
        if old is None and ours is not None:
            assert platform.endswith("_armv7l")
            assert "_armv6l" in text
    common = [text for text in tag_sets() if manytags.rank(text, parity) is not None]
    assert sorted(common, key=lambda text: (manytags.rank(text, parity) or 0, text)) == sorted(
        common, key=lambda text: (manytags.rank(text, target) or 0, text)
    )


def test_armv6_wheels_are_found_on_armv7() -> None:
    """Users of a Raspberry Pi get wheels of the corpus that packaging misses."""
    pi = manytags.target("cp311", "manylinux_2_31_armv7l")
    as_packaging = manytags.target("cp311", "manylinux_2_31_armv7l", peer.OPTIONS)
    gained = [name for name in names() if "armv6l" in name and manytags.rank(name, pi) is not None]
    assert gained
    assert all(manytags.rank(name, as_packaging) is None for name in gained)


@TARGET_PARAMETERS
def test_best_of_every_release_is_packagings_pick(python: str, platform: str) -> None:
    """The wheel that is installed must be the one that packaging's list puts first."""
    target, index = supported(python, platform)
    releases: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name in names():
        project, version, _, _ = theirs(name)
        releases[project, version].append(name)
    assert len(releases) > 1_000
    picked = 0
    for files in releases.values():
        ranks = {
            name: min((index[str(tag)] for tag in theirs(name)[3] if str(tag) in index), default=None) for name in files
        }
        fitting = {name: rank for name, rank in ranks.items() if rank is not None}
        expected = None
        if fitting:
            top = [name for name in fitting if fitting[name] == min(fitting.values())]
            highest = max(theirs(name)[2] for name in top)
            expected = min(name for name in top if theirs(name)[2] == highest)
        assert manytags.best(files, target) == expected
        assert manytags.best(reversed(files), target) == expected
        picked += expected is not None
    assert picked > 50


@pytest.mark.skipif(
    not hasattr(packaging.tags, "create_compatible_tags_selector"),
    reason=f"packaging {peer.VERSION}, older than 26.1, has no selector",
)
@TARGET_PARAMETERS
def test_best_is_the_selectors_first(python: str, platform: str) -> None:
    """packaging's selector must pick the same file if the files are sorted by build tag."""
    target, index = supported(python, platform)
    select = packaging.tags.create_compatible_tags_selector(
        Tag(*triple.split("-")) for triple in sorted(index, key=index.__getitem__)
    )
    releases: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name in names():
        project, version, _, _ = theirs(name)
        releases[project, version].append(name)
    for files in releases.values():
        # The selector is stable and ignores build tags: the first file wins a tie.
        ordered = sorted(files)
        ordered.sort(key=lambda name: theirs(name)[2], reverse=True)
        first = next(select((name, theirs(name)[3]) for name in ordered), None)
        assert manytags.best(files, target) == first
