"""What an index holds: the numbers, and the forms in which they are written."""

from __future__ import annotations

import csv
import gc
import gzip
import io
import json
import pickle
import tracemalloc
from collections import defaultdict
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

import manytags
from manytags import Census, InvalidCensus, InvalidInput, census
from manytags.indexes.census_json import ADDED_KEYS
from manytags.indexes.census_output import rows_to_csv
from manytags.indexes.census_tables import Count

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
PI = manytags.target("3.11", "manylinux_2_31_armv7l")
WINDOWS = manytags.target("3.12", "win_amd64")
NAMES = [
    "a-1.0-py3-none-any.whl",
    "a-1.0.tar.gz",
    "A-2.0-cp312-cp312-linux_armv7l.whl",
    "a-2.0-cp312-cp312-win_amd64.whl",
    "b_c-1-cp311-cp311-manylinux_2_17_armv7l.manylinux2014_armv7l.whl",
    "b.c-1.0-cp311-cp311-macosx_11_0_universal2.whl",
    "b_c-1-cp311-macosx.whl",
    "b_c-1.zip",
]


@cache
def corpus() -> tuple[str, ...]:
    """Read the file names of 16 real projects."""
    counted = []
    for path in sorted(CORPUS.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            counted += [json.loads(line)["filename"] for line in lines]
    return tuple(counted)


@cache
def corpus_census() -> Census:
    """Count them once."""
    return census(corpus(), [PI, WINDOWS])


def test_what_is_counted() -> None:
    """Totals must not lose a file, or count two spellings as two projects or releases."""
    counted = census(NAMES)
    assert counted.total == Count(wheels=5, releases=3, projects=2)
    assert counted.others == {"tar.gz": 1, "zip": 1}
    assert (counted.invalid, counted.invalid_names) == (1, ("b_c-1-cp311-macosx.whl",))
    assert (counted.yanked, counted.variants) == (0, 0)
    assert counted.installable == {}


def test_tables() -> None:
    """Each table has the keys that its name says; legacy names count as their versions."""
    counted = census(NAMES)
    assert counted.counts() == counted.counts("platform")
    assert list(counted.counts("platform")) == [
        *("any", "linux_armv7l", "macosx_11_0_universal2", "manylinux2014_armv7l", "manylinux_2_17_armv7l"),
        "win_amd64",
    ]
    assert counted.counts("abi") == {"cp311": Count(2, 1, 1), "cp312": Count(2, 1, 1), "none": Count(1, 1, 1)}
    assert counted.counts("python") == {"cp311": Count(2, 1, 1), "cp312": Count(2, 1, 1), "py3": Count(1, 1, 1)}
    assert counted.counts("libc") == {"manylinux_2_17_armv7l": Count(1, 1, 1)}
    assert counted.counts("architecture") == {
        "linux armv7l": Count(2, 2, 2),
        "any": Count(1, 1, 1),
        "macos universal2": Count(1, 1, 1),
        "windows amd64": Count(1, 1, 1),
    }
    assert list(counted.counts("system")) == ["linux", "any", "macos", "windows"]
    with pytest.raises(InvalidInput, match="a census counts by platform, abi"):
        counted.counts("colour")


@pytest.mark.parametrize(
    ("platforms", "floors", "machines"),
    [
        ("manylinux2014_x86_64.manylinux_2_28_x86_64", ["manylinux_2_17_x86_64"], ["linux x86_64"]),
        ("manylinux_2_9_x86_64.manylinux_2_12_x86_64", ["manylinux_2_9_x86_64"], ["linux x86_64"]),
        (
            "manylinux1_i686.musllinux_1_1_i686.manylinux_2_17_aarch64",
            ["manylinux_2_17_aarch64", "manylinux_2_5_i686", "musllinux_1_1_i686"],
            ["linux aarch64", "linux i686"],
        ),
        ("linux_armv6l.linux_armv7l", [], ["linux armv6l", "linux armv7l"]),
        ("win32.win_arm64", [], ["windows arm64", "windows x86"]),
        ("ios_13_0_arm64_iphoneos", [], ["ios arm64_iphoneos"]),
        ("android_24_arm64_v8a", [], ["android arm64_v8a"]),
        ("pyemscripten_2026_0_wasm32.emscripten_3_1_58_wasm32", [], ["emscripten wasm32"]),
        ("freebsd_14_1_release_amd64.manylinux_x_y_z", [], ["other"]),
    ],
)
def test_libc_floor_and_architecture(platforms: str, floors: list[str], machines: list[str]) -> None:
    """A wheel counts for one version of each C library and architecture: the oldest."""
    counted = census([f"a-1-cp312-cp312-{platforms}.whl"])
    assert sorted(counted.counts("libc")) == floors
    assert sorted(counted.counts("architecture")) == machines
    assert sorted(counted.counts("platform")) == sorted(platforms.split("."))


def test_projects_that_publish_tags() -> None:
    """It answers the question of warehouse #3668: which projects publish linux_armv6l or linux_armv7l."""
    counted = census(NAMES)
    assert counted.projects("linux_armv6l", "linux_armv7l") == ("a",)
    assert counted.projects("LINUX_armv7l", "manylinux_2_17_armv7l") == ("a", "b-c")
    assert counted.projects("linux armv7l", by="architecture") == ("a", "b-c")
    assert counted.projects("linux_riscv64") == ()
    assert counted.projects() == ("a", "b-c")
    assert corpus_census().projects("linux_armv6l") == ("rpi-gpio", "uv")


def test_targets_are_served_as_best_serves_them() -> None:
    """A release counts for a target if an installer would find a wheel: for its Python, not yanked, not a variant."""
    wheel = "a-{}-cp312-cp312-win_amd64.whl"
    counted = census(
        [
            {"filename": wheel.format(1), "requires-python": ">=3.13"},
            {"filename": wheel.format(2), "requires-python": ">=3.9"},
            {"filename": wheel.format(3), "yanked": ""},
            {"filename": wheel.format(4).replace(".whl", "-gpu.whl")},
            {"filename": "a-5-py3-none-any.whl", "requires-python": "<3.12"},
            {"filename": "a-5-1-py3-none-any.whl"},
            "b-1-py2-none-any.whl",
        ],
        [WINDOWS, PI, WINDOWS],
    )
    assert counted.targets == (WINDOWS, PI)
    assert counted.installable == {WINDOWS: Count(2, 2, 1), PI: Count(2, 1, 1)}
    assert (counted.yanked, counted.variants, counted.total.wheels) == (1, 1, 7)


def test_anything_by_a_key() -> None:
    """An index's own rows need no conversion."""
    assert census([(1, "a-1-py3-none-any.whl")], key=lambda row: row[1]).total == Count(1, 1, 1)  # type: ignore[index] # pairs
    with pytest.raises(TypeError, match="expected a wheel's file name"):
        census([None])
    with pytest.raises(TypeError, match="expected several files"):
        census("a-1-py3-none-any.whl")


def test_the_corpus_is_counted_as_by_hand() -> None:
    """The parser and ``best`` give the same numbers for 44,550 real names."""
    wheels: defaultdict[str, int] = defaultdict(int)
    releases: defaultdict[str, set[tuple[str, object]]] = defaultdict(set)
    of_release: defaultdict[object, list[str]] = defaultdict(list)
    for name in corpus():
        wheel = manytags.parse_wheel_filename(name)
        of_release[wheel.name, wheel.version].append(name)
        for platform in {*wheel.tag_set.platforms}:  # one name has win32 twice
            wheels[platform] += 1
            releases[platform].add((wheel.name, wheel.version))
    counted = corpus_census()
    assert counted.total == Count(44_550, len(of_release), 16)
    for platform, count in counted.counts().items():
        projects = {name for name, _ in releases[platform]}
        assert count == Count(wheels[platform], len(releases[platform]), len(projects))
    assert counted.counts().keys() == wheels.keys()
    for target, count in counted.installable.items():
        assert count.releases == sum(manytags.best(names, target) is not None for names in of_release.values())
    assert census(reversed(corpus()), [WINDOWS, PI]) == counted


def test_it_is_a_value() -> None:
    """It can be pickled, kept and compared, and does not change."""
    counted = census(NAMES, [PI])
    for again in (pickle.loads(pickle.dumps(counted)), Census.from_json(counted.to_json())):  # noqa: S301 - our own
        assert again == counted
        assert hash(again) == hash(counted)
        assert again.counts() == counted.counts()
    assert counted != census(NAMES[1:], [PI])
    assert counted != NAMES
    counted.counts().clear()
    counted.others.clear()
    assert counted.counts()
    assert counted.others
    with pytest.raises(AttributeError, match="cannot assign to field"):
        counted.total = Count(0, 0, 0)  # type: ignore[misc] # what is tested
    with pytest.raises(TypeError):
        _ = counted | 1
    assert repr(counted) == "<Census: 5 wheels of 2 projects>"


def test_merging_needs_the_same_targets() -> None:
    """Counting only half of the releases for a target would give a meaningless number."""
    with pytest.raises(InvalidInput, match="'no target': a census for these does not merge"):
        census(NAMES, [PI]).merge(census(NAMES))
    twice = census(NAMES) | census(NAMES)
    assert twice.total == Count(wheels=10, releases=3, projects=2)


def test_text_for_people() -> None:
    """The text has what was counted, the most common first, and says what it leaves out."""
    assert census(NAMES, [WINDOWS]).to_text(top=2).splitlines()[:12] == [
        "5 wheels in 3 releases of 2 projects",
        "other files: 1 tar.gz, 1 zip",
        "invalid wheel file names: 1, such as 'b_c-1-cp311-macosx.whl'",
        "",
        "can be installed by                              projects    releases      wheels",
        "  cpython 3.12 (cp312) on Windows (win_amd64)           1           2           2",
        "",
        "by platform tag                                  projects    releases      wheels",
        "  any                                                   1           1           1",
        "  linux_armv7l                                          1           1           1",
        "  ... and 4 more",
        "",
    ]
    assert str(census([])) == "0 wheels in 0 releases of 0 projects"


def test_csv() -> None:
    """A spreadsheet can read all tables, and no cell is a formula."""
    assert rows_to_csv([("=1+1", 1)]) == "'=1+1,1\r\n"
    odd = manytags.Target(manytags.Python("odd", (3, 12), ("a", "b")), WINDOWS.platform)
    text = census(NAMES, [odd]).to_csv()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["by", "key", "wheels", "releases", "projects"]
    assert rows[1] == ["all", "", "5", "3", "2"]
    assert rows[2] == ["target", "odd 3.12 (a, b) on Windows (win_amd64)", "1", "1", "1"]
    assert ["platform", "win_amd64", "1", "1", "1"] in rows
    assert rows[-3:] == [
        ["no wheel", "tar.gz", "1", "", ""],
        ["no wheel", "zip", "1", "", ""],
        ["invalid", "", "1", "", ""],
    ]
    assert {len(row) for row in rows} == {5}


def test_chart() -> None:
    """A chart is valid XML, has a bar for each of the first keys, and says what it leaves out."""
    counted = corpus_census()
    tree = ET.fromstring(counted.to_svg("platform", top=7))  # noqa: S314 - our own
    bars = [node for node in tree.iter("{http://www.w3.org/2000/svg}rect") if node.get("class") == "bar"]
    counts = list(counted.counts("platform").items())[:7]
    assert [bar[0].text for bar in bars] == [
        f"{key}: {count.projects:,} projects, {count.releases:,} releases, {count.wheels:,} wheels"
        for key, count in counts
    ]
    lengths = [float(bar.get("width", "0")) / count.projects for bar, (_, count) in zip(bars, counts, strict=True)]
    assert max(lengths) - min(lengths) < 0.1
    assert tree[0].text == "Projects that publish wheels, by platform tag, the first 7 of 101"
    assert "prefers-color-scheme:dark" in (tree[1].text or "")
    assert ET.fromstring(census([]).to_svg("libc"))[0].text == "Projects that publish wheels, by oldest C library"  # noqa: S314 - our own
    with pytest.raises(InvalidInput, match="a census counts by"):
        counted.to_svg("colour")


def changed(**changes: object) -> str:
    """Write a census as JSON with some keys replaced."""
    document = json.loads(census(NAMES, [PI]).to_json())
    return json.dumps({**document, **changes})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is not JSON"),
        ("[]", "census is not a JSON object"),
        ("{}", "lacks the key 'manytags_census'"),
        (changed(manytags_census=2), "it has form 2"),
        (changed(more=1), "unknown key 'more'"),
        (changed(targets=[{"target": {}, "wheels": 1}]), "a target is invalid"),
        (changed(targets=[{"target": json.loads(PI.to_json()), "wheels": 1}] * 2), "the same target twice"),
        (changed(targets=[{"target": json.loads(PI.to_json()), "wheels": 9}]), "a target takes fewer wheels"),
        (changed(tag_sets={"py3-none": 1}), "'tag_sets' of census is not an object of tag sets"),
        (changed(tag_sets={"py3.py2-none-any": 1}), "members in alphabetical order"),
        (changed(tag_sets={"py3-none-any": 0}), "numbers above 0"),
        (changed(tag_sets={"py3-none-any": True}), "a number of files"),
        (changed(profiles=[[0, 99]]), "a profile is not a list"),
        (changed(profiles=[[-2, 0]]), "a profile is not a list"),
        (changed(profiles=[["0"]]), "a profile is not a list"),
        (changed(profiles=[[1, 0]]), "its numbers are not in order"),
        (changed(profiles=[[-1]]), "a profile has no tag set"),
        (changed(profiles={}), "'profiles' of census is not a list"),
        (changed(projects={"B_c": {"1": 0}}), "'B_c' is not a normalized name"),
        (changed(projects={"b": {"1.0": 0}}), "'1.0' of 'b' is not a normalized version"),
        (changed(projects={"b": {"1": 99}}), "has a profile that does not exist"),
        (changed(projects={"b": {}}), "'b' has no releases"),
        (changed(projects={}), "a tag set has fewer wheels than releases, or no releases"),
        (changed(yanked=6), "more yanked wheels or variants than wheels"),
        (changed(yanked=-1), "'yanked' of census is not a number of files"),
        (changed(invalid=0), "or more invalid names are shown than counted"),
        (changed(invalid_names=["b", "a"]), "'invalid_names' of census is not a list"),
    ],
)
def test_pieces_from_strangers(text: str, reason: str) -> None:
    """A piece that contradicts itself is refused before it is merged."""
    with pytest.raises(InvalidCensus, match="invalid census") as caught:
        Census.from_json(text)
    assert reason in caught.value.reason


def schema() -> dict[str, Any]:
    """Read the schema as a user does."""
    text = resources("manytags").joinpath("schemas").joinpath("census.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def test_the_schema_is_the_readers() -> None:
    """The schema accepts every piece that manytags writes or reads."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    for counted in (census([]), census(NAMES, [PI]), corpus_census()):
        assert not list(validator.iter_errors(json.loads(counted.to_json())))
    required = set(schema()["required"])
    assert required == schema()["properties"].keys() - {*ADDED_KEYS} == json.loads(census([]).to_json()).keys()
    for refused in (changed(more=1), changed(yanked=-1), changed(tag_sets={"py3": 1}), changed(projects={"b": {}})):
        assert list(validator.iter_errors(json.loads(refused)))
    assert schema()["$id"].endswith("/census-1.schema.json")
    assert all(entry["description"] for entry in schema()["properties"].values())


def test_pieces_of_form_1_load() -> None:
    """Later versions of manytags read an old census."""
    kept = """{"manytags_census": 1, "targets": [], "tag_sets": {"py3-none-any": 3}, "profiles": [[0]],
        "projects": {"a": {"1": 0, "2rc1": 0}}, "yanked": 1, "variants": 0, "others": {"tar.gz": 2}, "invalid": 0,
        "invalid_names": []}"""
    names = ["a-1.0-py3-none-any.whl", "a-1.0-1-py3-none-any.whl", "a-1.0.tar.gz", "a-2.0rc1.tar.gz"]
    yanked = {"filename": "a-2.0rc1-py3-none-any.whl", "yanked": True}
    assert Census.from_json(kept) == census([*names, yanked])


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_census_pickles_by_every_protocol(protocol: int) -> None:
    """Queues and caches of others choose the protocol; the oldest two refused a census."""
    counted = census(["a-1-py3-none-any.whl", "a-1.tar.gz"], [manytags.target("3.12", "win32")])
    assert pickle.loads(pickle.dumps(counted, protocol)) == counted  # noqa: S301 - our own


KINDS: dict[str, tuple[Callable[[int], str], int]] = {
    "projects": (lambda number: f"project{number:07d}-1.0-py3-none-any.whl", 200),
    "releases": (lambda number: f"a-1.{number}-py3-none-any.whl", 150),
    "tag sets": (lambda number: f"a-1.0-py3-none-linux_x{number}.whl", 400),
    "builds": (lambda number: f"a-1.0-{number}-py3-none-any.whl", 5),
    "invalid names": (lambda number: f"project{number}-py3-none-any.whl", 1),
    "other files": (lambda number: f"project{number}-1.{number}.{number}", 1),
}


@pytest.mark.parametrize("kind", KINDS)
def test_memory_grows_with_what_is_kept(kind: str) -> None:
    """A census of 1.25 million distinct names must take what its documentation says, in bytes for each name."""
    name, most = KINDS[kind]
    gc.collect()
    tracemalloc.start()
    try:
        counted = census(map(name, range(20_000)))
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert counted.total.wheels in {20_000, 0}
    assert kept < 20_000 * most + 300_000
