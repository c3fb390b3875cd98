"""Targets by lists of tags, and by pip's options."""

from __future__ import annotations

import pickle
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging import tags as theirs
from packaging.tags import Tag
from packaging.utils import parse_wheel_filename

import manytags
from manytags import InvalidTag, InvalidTarget, Platform, Python, Target, target_from_pip, target_from_tags
from manytags.targets.pip_options import pip_options

HOST = manytags.target("3.12", "manylinux_2_28_x86_64")
MINE = ["cp312-cp312-galaxy_x86_64", "cp312-abi3-galaxy_x86_64", "py3-none-any"]

PYTHONS, ABIS = ("cp312", "cp311", "py3", "py2"), ("cp312", "abi3", "none")
PLATFORMS = ("manylinux_2_28_x86_64", "linux_x86_64", "win_amd64", "galaxy_x86_64", "any")
TRIPLES = st.tuples(*(st.sampled_from(members) for members in (PYTHONS, ABIS, PLATFORMS)))
TAG_SETS = st.tuples(*(st.lists(st.sampled_from(x), min_size=1, unique=True) for x in (PYTHONS, ABIS, PLATFORMS)))


@pytest.mark.skipif(not hasattr(theirs, "create_compatible_tags_selector"), reason="packaging 26.1 has it")
@given(st.lists(TRIPLES, min_size=1), st.lists(TAG_SETS, unique_by=str))
def test_it_chooses_as_packagings_selector(triples: list[tuple[str, ...]], sets: list[tuple[list[str], ...]]) -> None:
    """Who has a list of tags today, and a selector for it, gets the same files in the same order."""
    machine = target_from_tags(["-".join(fields) for fields in triples], python=Python("cpython", (3, 12), ("cp312",)))
    names = [f"foo-1-{'-'.join(map('.'.join, fields))}.whl" for fields in sets]
    select = theirs.create_compatible_tags_selector(Tag(*fields) for fields in triples)
    expected = list(select((name, parse_wheel_filename(name)[-1]) for name in names))
    ranks = {name: manytags.rank(name, machine) for name in names}
    fitting = [name for name in names if ranks[name] is not None]
    assert sorted(fitting, key=lambda name: ranks[name] or 0) == expected
    assert sorted(manytags.sort(names, machine)) == sorted(expected)
    order = list(dict.fromkeys(triples))
    for name, fields in zip(names, sets, strict=True):
        assert ranks[name] == min((order.index(triple) for triple in product(*fields) if triple in order), default=None)


@pytest.mark.parametrize("before", [True, False])
def test_own_tags_before_or_after_the_hosts(before: bool) -> None:
    """A site that builds wheels of its own decides whether they win."""
    there = target_from_tags(MINE, host=HOST, before=before)
    own, host = list(MINE), list(HOST.triples())
    expected = list(dict.fromkeys(own + host if before else host + own))
    assert list(there.triples()) == expected
    assert (there.python, there.platform) == (HOST.python, HOST.platform)
    wheels = ["foo-1-cp312-cp312-galaxy_x86_64.whl", "foo-1-cp312-cp312-manylinux_2_28_x86_64.whl"]
    assert manytags.best(wheels, there) == wheels[0 if before else 1]
    assert "galaxy_x86_64" in there.platform_tags()


def test_it_travels() -> None:
    """A locker sends its targets to workers, and keeps them in files."""
    there = target_from_tags(MINE, host=HOST)
    assert Target.from_json(there.to_json()) == there == pickle.loads(pickle.dumps(there))  # noqa: S301 - our own
    assert Target.from_json(there.to_json()).triples() == there.triples()
    assert there != HOST


def test_the_same_tags_are_the_same_target() -> None:
    """A list that says nothing new is no reason to compare unequal, or to carry a thousand texts."""
    assert target_from_tags(HOST.triples()) == HOST
    assert target_from_tags(HOST.tags(), host=HOST) == HOST
    assert target_from_tags(manytags.target("3.13t", "macosx_14_0_arm64").tags()).python.free_threaded


def test_what_the_tags_say_of_the_machine() -> None:
    """Markers and explanations need a Python and a platform."""
    there = target_from_tags(["py3-none-any", "cp311-cp311-linux_x86_64", "cp311-cp311-manylinux_2_17_x86_64"])
    assert (there.python, there.platform) == (
        Python("cpython", (3, 11), ("cp311",)),
        Platform("linux", "x86_64", glibc=(2, 17)),
    )
    assert manytags.marker_environment(there)["python_version"] == "3.11"
    assert target_from_tags(["py2.py3-none-any"]).triples() == ("py2-none-any", "py3-none-any")
    assert target_from_tags(["cp312-cp312-galaxy_x86_64"]).platform == Platform("other", "galaxy_x86_64")
    assert target_from_tags(["foo1-none-any"], python=HOST.python).triples() == ("foo1-none-any",)


def test_why_a_wheel_is_not_taken() -> None:
    """A wheel that the machine could take, and the list leaves out, must not be explained by the machine."""
    there = target_from_tags(MINE, host=manytags.target("py3", "any"), python=HOST.python, platform=HOST.platform)
    (reason,) = manytags.explain("foo-1-cp312-cp312-manylinux_2_28_x86_64.whl", there).reasons
    assert str(reason) == "cp312-cp312-manylinux_2_28_x86_64 is not among the 3 tags that the target was given"
    (reason,) = manytags.explain("foo-1-cp312-cp312-manylinux_2_34_x86_64.whl", there).reasons
    assert str(reason) == "the wheel needs glibc 2.34; the target has glibc 2.28"
    assert manytags.explain("foo-1-cp312-cp312-galaxy_x86_64.whl", there)


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        ([], InvalidTarget),
        (["foo-bar-baz"], InvalidTarget),
        (["cp312-cp312"], InvalidTag),
        ([f"py3{number}-none-any" for number in range(20_001)], InvalidTarget),
        ("py3-none-any", TypeError),
        ([{"filename": "foo-1-py3-none-any.whl"}], TypeError),
        ([None], TypeError),
    ],
    ids=["none", "no Python", "no tag", "too many", "one text", "a file", "nothing"],
)
def test_what_is_no_list_of_tags(tags: list[str], error: type[Exception]) -> None:
    """A wrong list must not become a target that takes nothing."""
    with pytest.raises(error):
        target_from_tags(tags)


#: ``--platform``, each time -> what pip 26.3 makes of it.
EXPANDED = {
    ("manylinux2014_x86_64",): ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"],
    ("manylinux2014_aarch64",): ["manylinux2014_aarch64"],
    ("manylinux2010_i686",): ["manylinux2010_i686", "manylinux1_i686"],
    ("manylinux_2_34_x86_64", "manylinux_2_28_x86_64"): ["manylinux_2_34_x86_64", "manylinux_2_28_x86_64"],
    ("macosx_11_0_arm64",): list(theirs.mac_platforms((11, 0), "arm64")),
    ("macosx_10_9_universal2",): list(theirs.mac_platforms((10, 9), "universal2")),
    ("macosx_10_6_intel", "macosx_10_6_x86_64"): list(
        dict.fromkeys([*theirs.mac_platforms((10, 6), "intel"), *theirs.mac_platforms((10, 6), "x86_64")])
    ),
    ("win_amd64",): ["win_amd64"],
    ("galaxy_x86_64",): ["galaxy_x86_64"],
    ("android_21_arm64_v8a",): [f"android_{level}_arm64_v8a" for level in range(21, 15, -1)],
}


@pytest.mark.parametrize("platforms", EXPANDED)
@pytest.mark.parametrize(
    ("version", "numbers", "implementation", "abis"),
    [
        ("312", (3, 12), "cp", ["cp312"]),
        ("3.12.4", (3, 12), "cp", ["cp312"]),
        ("3.13", (3, 13), "cp", ["cp313t"]),
        ("312", (3, 12), "cp", ["abi3"]),
        ("312", (3, 12), "cp", ["none"]),
        ("312", (3, 12), "cp", ["abi3", "cp312"]),
        ("3", (3,), "cp", ["none"]),
        ("3", (3,), "py", ["none"]),
        ("39", (3, 9), "pp", ["pypy39_pp73"]),
        ("27", (2, 7), "cp", ["cp27mu"]),
        ("311", (3, 11), "py", ["none"]),
    ],
)
def test_pips_options(
    platforms: tuple[str, ...], version: str, numbers: tuple[int, ...], implementation: str, abis: list[str]
) -> None:
    """``pip download`` for another machine, and a locker that takes the same options, must choose alike."""
    there = target_from_pip(platforms, abis=abis, python_version=version, implementation=implementation)
    ladder = EXPANDED[platforms]
    interpreter = implementation + "".join(map(str, numbers))
    if implementation == "cp":
        expected = list(theirs.cpython_tags(numbers, abis, ladder))
    else:
        expected = list(theirs.generic_tags(interpreter, abis, ladder))
    expected += theirs.compatible_tags(numbers, interpreter, ladder)
    assert list(there.triples()) == list(dict.fromkeys(map(str, expected)))
    assert Target.from_json(there.to_json()).triples() == there.triples()


@pytest.mark.parametrize(
    "name",
    [
        *("debian-12-x86_64", "centos-7-x86_64", "debian-12-aarch64", "debian-12-i686", "alpine-3.20-aarch64"),
        *("macosx_14_0_arm64", "macosx_12_0_x86_64", "win_amd64", "ios_17_0_arm64_iphoneos", "android_30_x86_64"),
    ],
)
@pytest.mark.parametrize("python", ["3.9", "3.12.4", "3.13t", "3.12d"])
def test_pips_options_are_written(name: str, python: str) -> None:
    """Who copies them into a ``pip download`` gets the wheels that the machine itself would install."""
    there = manytags.target(python, name)
    options = pip_options(there)
    given: dict[str, list[str]] = {}
    for option, value in zip(options[::2], options[1::2], strict=True):
        given.setdefault(option, []).append(value)
    again = target_from_pip(
        given["--platform"],
        abis=given["--abi"],
        python_version=given["--python-version"][0],
        implementation=given["--implementation"][0],
    )
    assert set(again.triples()) == set(there.triples())
    assert again.triples()[0] == there.triples()[0]


def test_what_pips_options_leave_out_is_the_hosts() -> None:
    """``pip download --python-version 3.11`` takes the platform of the machine it runs on."""
    other = target_from_pip(python_version="3.11", host=HOST)
    assert other == manytags.target("3.11", HOST.platform)
    assert target_from_pip(host=HOST) == HOST
    assert target_from_pip(["win_amd64"], host=HOST) == manytags.target("3.12", "win_amd64")
    assert target_from_pip(["macosx_14_0_arm64"], python_version="27").abi_tag == "cp27m"
    assert target_from_pip(implementation="pp", host=HOST).abi_tag == "pypy312_pp80"
    for options in ({"platforms": ["win_amd64"]}, {"python_version": "3.12"}):
        with pytest.raises(InvalidTarget, match="its host"):
            target_from_pip(**options)


def test_parts_of_a_target() -> None:
    """Build back ends ask for the parts of the tag that a wheel built for a target has."""
    assert (HOST.interpreter_tag, HOST.abi_tag) == ("cp312", "cp312")
    pypy = manytags.target("pypy3.10", "windows")
    assert (pypy.interpreter_tag, pypy.abi_tag) == ("pp310", "pypy310_pp73")
    assert HOST.pure_tags() == ("cp312-none-any", *map(str, theirs.pure_python_tags((3, 12))))
