"""A census is a sum: it has the numbers of a plain count, in any order and however the files are split."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_version
from packaging.version import Version

import manytags
from manytags import Census, InvalidWheelFilename, census
from manytags.indexes import census_count, census_tally
from manytags.indexes.census_tables import Count

from . import strategies as laws

if TYPE_CHECKING:
    from collections.abc import Sequence

TARGETS = (manytags.target("3.12", "manylinux_2_28_x86_64"), manytags.target("3.8", "win32"))

#: Few names, so that they repeat: with two spellings of a project and of a release, and with invalid names.
projects = st.sampled_from(["foo", "Foo", "foo_bar", "foo.bar", "b", "x" * 400, "__", "f\u00f6o", ""])
versions = st.sampled_from(["1", "1.0", "1.0.0", "2.0rc1", "2.0.RC1", "1.0+cu1", "2024.01", "1." * 30 + "1", "x", ""])
tails = st.sampled_from(
    [
        *("py3-none-any", "py2.py3-none-any", "py3.py2-none-any", "PY3-none-any", "1-py3-none-any", "x-py3-none-any"),
        *("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", "cp312-cp312-manylinux2014_x86_64"),
        *("cp38-abi3-win32", "cp312-cp312-win32-label", "cp38-abi3", "cp38-abi3-", "cp3\u00b2-abi3-win32"),
    ]
)
filenames = st.one_of(
    st.builds(lambda project, version, tail: f"{project}-{version}-{tail}.whl", projects, versions, tails),
    st.builds(lambda project, tail: f"{project}-1.0-{tail}.whl", projects, laws.tag_sets),
    st.sampled_from(["foo-1.0.tar.gz", "foo-1.0.zip", "foo-1.0-py3-none-any", "", ".whl", "README", "foo.ZIP"]),
)
entries = st.one_of(
    filenames,
    st.builds(
        lambda name, requires, yanked: {"filename": name, "requires-python": requires, "yanked": yanked},
        filenames,
        st.sampled_from([None, "", ">=3.9", "<3.9", "junk"]),
        st.sampled_from([False, "", "broken"]),
    ),
)


def filename(entry: str | dict[str, Any]) -> str:
    """Return the name of an entry."""
    return entry if isinstance(entry, str) else str(entry["filename"])


def plainly(files: Sequence[str | dict[str, Any]]) -> dict[str, Any]:
    """Count in the simple, slow way: with the library's parser, and with ``sort`` for the targets."""
    wheels: defaultdict[str, int] = defaultdict(int)
    releases: defaultdict[str, set[tuple[str, object]]] = defaultdict(set)
    of_release: defaultdict[tuple[str, Version], list[str | dict[str, Any]]] = defaultdict(list)
    invalid = others = 0
    for entry in files:
        name = filename(entry)
        if not name.endswith(".whl"):
            others += 1
            continue
        try:
            wheel = manytags.parse_wheel_filename(name)
        except InvalidWheelFilename:
            invalid += 1
            continue
        release = wheel.name, wheel.version
        of_release[release].append(entry)
        for platform in {*wheel.tag_set.platforms}:
            wheels[platform] += 1
            releases[platform].add(release)
    platforms = {
        platform: Count(wheels[platform], len(releases[platform]), len({project for project, _ in releases[platform]}))
        for platform in wheels
    }
    installable = []
    for target in TARGETS:
        served = {release: manytags.sort(files, target) for release, files in of_release.items()}
        served = {release: files for release, files in served.items() if files}
        installable.append(Count(sum(map(len, served.values())), len(served), len({name for name, _ in served})))
    return {"platform": platforms, "installable": installable, "invalid": invalid, "others": others}


def counted(result: Census) -> dict[str, Any]:
    """Return the same numbers from a census."""
    return {
        "platform": result.counts("platform"),
        "installable": [result.installable[target] for target in TARGETS],
        "invalid": result.invalid,
        "others": sum(result.others.values()),
    }


@given(st.lists(entries, max_size=30))
def test_it_is_what_a_plain_count_finds(files: list[str | dict[str, Any]]) -> None:
    """Shortcuts in the loop must not make a name valid, or move it to another project or release."""
    result = census(files, TARGETS)
    assert counted(result) == plainly(files)
    assert result.total.wheels + result.invalid + sum(result.others.values()) == len(files)


@given(st.lists(entries, max_size=30), st.data())
def test_it_can_be_counted_in_pieces(files: list[str | dict[str, Any]], data: st.DataObject) -> None:
    """Many machines can count parts of an index, cut anywhere, in any order."""
    whole = census(files, TARGETS)
    pieces: list[list[str | dict[str, Any]]] = [[], [], [], []]
    for entry in data.draw(st.permutations(files)):
        pieces[data.draw(st.integers(0, 3))].append(entry)
    a, b, c, d = (census(piece, data.draw(st.permutations(TARGETS))) for piece in pieces)
    before = a.to_json()
    together = [a | b | c | d, (d | c) | (b | a), a | (b | (c | d)), c.merge(a, d, b)]
    assert all(merged == whole and merged.to_json() == whole.to_json() for merged in together)
    assert hash(together[0]) == hash(whole)
    assert counted(together[1]) == counted(whole)
    assert a.to_json() == before
    assert Census.from_json(whole.to_json()) == whole


@given(st.lists(entries, max_size=30))
def test_what_is_forgotten_is_read_again(files: list[str | dict[str, Any]]) -> None:
    """An index that overflows every memo is still counted correctly."""
    with (
        mock.patch.object(census_count, "MEMO_LIMIT", 1),
        mock.patch.object(census_count, "_VERSIONS", 1),
        mock.patch.object(census_count, "_LONGEST", 1),
        mock.patch.object(census_tally, "_PROFILE_ITEMS", 1),
    ):
        forgetful = census(files, TARGETS)
    assert forgetful == census(files, TARGETS)


@given(st.lists(entries, min_size=1, max_size=10), entries)
def test_other_files_are_another_census(files: list[str | dict[str, Any]], other: str | dict[str, Any]) -> None:
    """Two censuses are not equal if a file is missing in one of them."""
    assert census([*files, other], TARGETS) != census(files, TARGETS)
    assert census(files, TARGETS) != census(files)


@given(
    st.one_of(
        st.from_regex(
            r"[0-9]{1,3}(\.[0-9]{1,2}){0,4}(a|b|rc|c|-alpha)?[0-9]?(\.post[0-9]|-[0-9])?(\.dev[0-9]*)?", fullmatch=True
        ),
        st.from_regex(r"v?(0!)?(0|1|10)(\.0|\.00|\.1)*(rc0|\.post0|\.dev01)?(\+[a-c0]+)?", fullmatch=True),
    )
)
def test_a_release_is_named_as_packaging_names_it(version: str) -> None:
    """Two spellings of a version are one release, and two versions are two releases."""
    assert census_count.release_from_version(version) == canonicalize_version(version)


def test_the_plain_count_sees_everything() -> None:
    """The law would mean nothing if all names were invalid."""
    result = plainly(["foo-1.0-py3-none-any.whl", "Foo-1-cp38-abi3-win32.whl", "foo-1.0.zip", "foo-x-py3-none-any.whl"])
    assert result["platform"] == {"any": Count(1, 1, 1), "win32": Count(1, 1, 1)}
    assert result["installable"] == [Count(1, 1, 1), Count(2, 1, 1)]
    assert (result["invalid"], result["others"]) == (1, 1)
    with pytest.raises(manytags.InvalidInput, match="does not merge"):
        census([], TARGETS).merge(census([]))
