"""From a target to its groups of Python and ABI tags, and to ranks."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from packaging.tags import Tag

import manytags
from manytags import InvalidTag, InvalidWheelFilename, Python, rank, target
from manytags.targets.ranks import python_groups

SERVER = target("cp312", "manylinux_2_28_x86_64")


def test_groups_of_a_cpython() -> None:
    """Own ABI, stable ABI, none, older stable ABIs, then any Python of this language version."""
    groups, for_any = python_groups(Python("cpython", (3, 4), ("cp34m",)))
    assert groups == [
        ("cp34", "cp34m"),
        ("cp34", "abi3"),
        ("cp34", "none"),
        ("cp33", "abi3"),
        ("cp32", "abi3"),
        ("py34", "none"),
        ("py3", "none"),
        ("py33", "none"),
        ("py32", "none"),
        ("py31", "none"),
        ("py30", "none"),
    ]
    assert for_any[:3] == [("cp34", "none"), ("py34", "none"), ("py3", "none")]


def test_free_threaded_builds_have_their_own_stable_abi() -> None:
    """An ``abi3`` module crashes without the global lock (:pep:`803`)."""
    there = target("3.15t", "win_amd64")
    assert rank("cp315-abi3t-win_amd64", there) == 1
    assert rank("cp39-abi3t-win_amd64", there) is not None
    assert rank("cp315-abi3-win_amd64", there) is None
    assert rank("cp315-abi3.abi3t-win_amd64", there) == 1
    assert rank("cp315-abi3t-win_amd64", target("3.15", "win_amd64")) is None
    assert rank("cp315-cp315-win_amd64", there) is None


def test_debug_builds_also_take_release_modules() -> None:
    """Debug builds load release modules since 3.8. Older ones load only debug modules."""
    there = target("3.12d", "win_amd64")
    assert (rank("cp312-cp312d-win_amd64", there), rank("cp312-cp312-win_amd64", there)) == (0, 1)
    assert rank("cp312-cp312d-win_amd64", target("3.12", "win_amd64")) is None
    assert rank("cp37-cp37m-win_amd64", target("3.7d", "win_amd64")) is None


def test_groups_of_others() -> None:
    """PyPy takes ``pp3-none-any``, GraalPy has no such tag, and neither has the stable ABI."""
    groups, for_any = python_groups(Python("pypy", (3, 10), ("pypy310_pp73",)))
    assert groups[:3] == [("pp310", "pypy310_pp73"), ("pp310", "none"), ("py310", "none")]
    assert for_any[:2] == [("pp3", "none"), ("py310", "none")]
    groups, for_any = python_groups(Python("graalpy", (3, 11), ("graalpy242_311_native",)))
    assert groups[:2] == [("graalpy311", "graalpy242_311_native"), ("graalpy311", "none")]
    assert for_any[0] == ("py311", "none")
    assert not [group for group in groups if group[1].startswith("abi3")]


def test_abis_that_are_implied_are_not_repeated() -> None:
    """A description that also lists abi3 and none must give the same tags."""
    plain = Python("cpython", (3, 12), ("cp312",))
    wordy = Python("cpython", (3, 12), ("cp312", "abi3", "none", "cp312"))
    assert python_groups(plain) == python_groups(wordy)


def test_python_2_has_no_stable_abi() -> None:
    """A described Python 2.7 must take ``py2`` and never ``py3``."""
    groups, for_any = python_groups(Python("cpython", (2, 7), ("cp27mu",)))
    assert groups[:3] == [("cp27", "cp27mu"), ("cp27", "none"), ("py27", "none")]
    assert ("py3", "none") not in for_any
    assert ("py2", "none") in for_any


@pytest.mark.parametrize(
    ("wheel", "expected"),
    [
        ("foo-1.0-cp312-cp312-linux_x86_64.whl", 0),
        ("cp312-cp312-linux_x86_64", 0),
        ("CP312-CP312-Linux_X86_64", 0),
        ("foo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", 1),
        ("foo-1.0-cp312-cp312-manylinux_2_29_x86_64.whl", None),
        ("foo-1.0-1-cp312-cp312-manylinux_2_28_x86_64.whl", 1),
        ("foo-1.0-cp312-cp312-manylinux_2_29_x86_64.manylinux_2_28_x86_64.whl", 1),
        ("foo-1.0-cp312-cp312-any.whl", None),
        ("foo-1.0-cp312-none-any.whl", len(SERVER.ranks) - 15),
        ("foo-1.0-py30-none-any.whl", len(SERVER.ranks) - 1),
        ("foo-1.0-cp312-cp312-win_amd64.whl", None),
        ("foo-1.0-cp312-cp312-linux_x86_64-label.whl", None),
        (Tag("cp312", "cp312", "linux_x86_64"), 0),
        (SimpleNamespace(interpreter="cp312", abi="abi3", platform="linux_x86_64"), len(SERVER.platform_tags())),
        ([Tag("py3", "none", "any"), Tag("cp312", "cp312", "linux_x86_64")], 0),
        (frozenset({Tag("cp27", "none", "any")}), None),
        ([], None),
    ],
)
def test_ranks(wheel: object, expected: int | None) -> None:
    """A caller can rank file names, tag sets, tags of any copy of packaging, and sets of such tags."""
    assert rank(wheel, SERVER) == expected  # type: ignore[arg-type]


def test_packagings_types_are_taken_by_type_checkers() -> None:
    """A caller needs no cast for ``Tag`` and ``frozenset[Tag]``: mypy checks this line."""
    tags: frozenset[Tag] = manytags.parse_tag("cp312-cp312-linux_x86_64")
    assert rank(tags, SERVER) == 0
    assert rank(next(iter(tags)), SERVER) == 0


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("py3-none", InvalidTag),
        ("", InvalidTag),
        ("foo-1.0-py3-none-any", InvalidWheelFilename),
        ("foo-1.0-py3-none.whl", InvalidWheelFilename),
        ("foo-1.0-py3--any.whl", InvalidWheelFilename),
        ("foo-1.0-py3-none-\u00e4.whl", InvalidWheelFilename),
    ],
)
def test_texts_that_are_no_wheel(text: str, error: type[Exception]) -> None:
    """A tag that does not match gives an answer, but text that is not a tag must be an error."""
    with pytest.raises(error):
        rank(text, SERVER)
    with pytest.raises(error):
        rank(text, SERVER)  # refused text must not be remembered


def test_ranks_are_not_multiplied_out() -> None:
    """A list of thousands of tags must need only two small tables."""
    ranks = SERVER.ranks
    assert len(ranks) > 500
    assert len(ranks._bases) + len(ranks._offsets) + len(ranks._any_ranks) < 100
    assert ["-".join(triple) for triple in ranks] == [*SERVER.triples()]
