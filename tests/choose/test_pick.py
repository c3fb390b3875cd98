"""What is picked from the files of a project, and why newer releases are passed over."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from manytags import (
    InvalidInput,
    InvalidPage,
    TagOptions,
    Target,
    best,
    census,
    check_coverage,
    cover,
    explain,
    parse_project_page,
    pick,
    relevant,
    sort,
    target,
)
from manytags.choose.pick import PassedOverKind

from ..hostile.processor_time import in_time

LINUX, WINDOWS = target("3.12", "debian-12-x86_64"), target("3.12", "win32")
PURE = "foo-{}-py3-none-any.whl"


def entry(name: str, requires: str | None = None, yanked: object = False) -> dict[str, object]:
    """Make an entry of an index."""
    return {"filename": name, "requires-python": requires, "yanked": yanked}


def test_the_newest_release_that_fits() -> None:
    """An index page has a project's whole history, and its best tag is often that of an old release."""
    names = [
        "foo-1.0-cp312-cp312-win32.whl",
        "foo-1.10-py3-none-any.whl",
        "foo-1.9-cp312-cp312-win32.whl",
        "foo-2.0-cp313-cp313-win32.whl",
    ]
    picked = pick(names, WINDOWS)
    assert (picked.file, picked.filename, picked.version) == (names[1], names[1], Version("1.10"))
    assert [candidate.file for candidate in picked.candidates] == [names[1], names[2], names[0]]
    assert [str(release) for release in picked.passed_over] == [
        "2.0: the wheel is for CPython 3.13 (cp313); the target's Python is 3.12"
    ]
    assert str(picked) == names[1]


def test_the_caller_s_item_comes_out() -> None:
    """An installer needs the URL and the hashes of what was picked."""
    item = {**entry(PURE.format(1)), "url": "https://example.org/x", "hashes": {"sha256": "00"}}
    assert pick([item], LINUX).file is item
    assert pick({"name": "foo", "files": [item]}, LINUX).file is item
    assert pick([("mine", item)], LINUX, key=lambda pair: pair[1]).file == ("mine", item)


def test_a_page_is_grouped_once() -> None:
    """A locker asks the same page for many targets."""
    page = parse_project_page(["foo-1-py3-none-win32.whl", "foo-2-py3-none-manylinux_2_17_x86_64.whl"])
    assert [str(pick(page, machine).version) for machine in (LINUX, WINDOWS)] == ["2", "1"]


PRE = [PURE.format("1.0"), PURE.format("2.0rc1"), PURE.format("2.0.dev1")]


@pytest.mark.parametrize(
    ("names", "specifier", "prereleases", "picked"),
    [
        (PRE, "", None, 0),
        (PRE, "", True, 1),
        (PRE, ">=2.0.dev0", None, 1),
        (PRE, ">1", None, 1),
        (PRE, ">1", False, None),
        (PRE[1:], "", None, 0),
        (PRE[1:], "", False, None),
        (PRE, "<2", None, 0),
        (PRE, "==3", None, None),
    ],
)
def test_pre_releases(names: list[str], specifier: str, prereleases: bool | None, picked: int | None) -> None:
    """A pre-release is for those who ask for one, and for projects that have nothing else (PEP 440)."""
    expected = None if picked is None else names[picked]
    assert pick(names, LINUX, specifier, prereleases=prereleases).file == expected


def test_yanked_files() -> None:
    """A yanked release is broken; only who pins it gets it (PEP 592)."""
    old, bad = entry(PURE.format("1.0")), entry(PURE.format("1.1"), yanked="broken")
    assert pick([old, bad], LINUX).file is old
    assert pick([old, bad], LINUX, ">=1.1").file is None
    assert pick([old, bad], LINUX, "==1.1").file is bad
    assert pick([old, bad], LINUX, "==1.*").file is old
    assert pick([bad], LINUX).file is None
    assert pick([bad], LINUX, yanked=True).file is bad
    assert pick([bad, old], LINUX, yanked=True).file is old


def test_requires_python_of_each_release() -> None:
    """A project that left a Python must not be installed on it."""
    files = [entry(PURE.format("1.0"), ">=3.8"), entry(PURE.format("2.0"), ">=3.13")]
    picked = pick(files, LINUX)
    assert picked.file is files[0]
    assert "requires Python >=3.13" in picked.passed_over[0].because


SDISTS = ["foo-1.0-py3-none-any.whl", "foo-1.0.tar.gz", "foo-2.0.zip", "foo-3.0-cp27-none-any.whl", "foo-2.0.egg"]


@pytest.mark.parametrize(("sdists", "picked"), [("never", 0), ("build", 2), ("prefer-binary", 0), ("only", 2)])
def test_sdists(sdists: Any, picked: int) -> None:  # noqa: ANN401 - literal texts
    """Who cannot build must not get a newer sdist, and who can must not miss it."""
    assert pick(SDISTS, LINUX, sdists=sdists).file == SDISTS[picked]
    assert pick(SDISTS[1:2], LINUX, sdists=sdists).file == (None if sdists == "never" else SDISTS[1])


def test_a_wheel_goes_before_the_sdist_of_its_release() -> None:
    """A wheel needs no compiler."""
    assert pick(SDISTS[:2], LINUX, sdists="build").file == SDISTS[0]
    assert [candidate.rank is None for candidate in pick(SDISTS[:2], LINUX, sdists="build").candidates] == [False, True]


def test_why_releases_were_passed_over() -> None:
    """Someone who gets an old release asks why, and each reason has another remedy."""
    files = [
        *(entry(PURE.format("9")), entry(PURE.format("8rc1")), entry(PURE.format("7"), yanked=True)),
        *(entry("foo-6-cp27-none-any.whl"), entry("foo-5.tar.gz"), entry(PURE.format("4")), entry("foo-3-x.whl")),
    ]
    picked = pick(files, LINUX, "!=9")
    assert picked.file is files[5]
    assert [release.kind for release in picked.passed_over] == [
        PassedOverKind.SPECIFIER,
        PassedOverKind.PRE_RELEASE,
        PassedOverKind.YANKED,
        PassedOverKind.NO_WHEEL_FITS,
        PassedOverKind.NO_WHEEL,
    ]
    assert [explanation.filename for explanation in picked.passed_over[3].explanations()] == ["foo-6-cp27-none-any.whl"]
    preferred = pick(["foo-2.tar.gz", PURE.format("1")], LINUX, sdists="prefer-binary")
    assert [release.kind for release in preferred.passed_over] == [PassedOverKind.PREFERRED]
    only = pick([PURE.format("2"), "foo-1.tar.gz"], LINUX, sdists="only")
    assert [release.kind for release in only.passed_over] == [PassedOverKind.NO_SDIST]


def test_nothing_fits() -> None:
    """A mismatch is an answer, with reasons."""
    picked = pick(["foo-1-py3-none-win_arm64.whl"], WINDOWS)
    assert not picked
    assert (picked.file, picked.filename, picked.version) == (None, None, None)
    assert str(picked).startswith("nothing of foo fits cpython 3.12 (cp312) on Windows (win32)\n  1: ")
    assert not pick([], WINDOWS)


@pytest.mark.parametrize("specifier", ["new", ">=", "1.0", "=>1", ">=1," * 3000])
def test_no_specifier(specifier: str) -> None:
    """A range that cannot be read must not mean any version."""
    with pytest.raises(InvalidInput):
        pick([PURE.format(1)], LINUX, specifier)


def test_a_wish_for_sdists_is_checked() -> None:
    """A misspelt wish would otherwise behave like another one."""
    with pytest.raises(ValueError, match="expected one of 'never', 'build', 'prefer-binary', 'only'"):
        pick([PURE.format(1)], LINUX, sdists="prefer")  # type: ignore[call-overload]


@pytest.mark.parametrize("choose", [best, sort])
@pytest.mark.parametrize(
    "other",
    [PURE.format("1.1"), "foo-1.1-py3-none-win_arm64.whl", "bar-1.0-py3-none-any.whl", entry(PURE.format("1.0.post1"))],
    ids=str,
)
def test_best_takes_the_files_of_one_release(choose: Any, other: object) -> None:  # noqa: ANN401 - two functions
    """The best tag of a whole page is often that of an old release, which would be installed in silence."""
    first = PURE.format("1.0")
    with pytest.raises(InvalidInput, match=r"it is of another release than 'foo-1\.0-py3-none-any\.whl'; pick"):
        choose([first, "foo-1.0.tar.gz", other], WINDOWS, on_invalid="ignore")


@pytest.mark.parametrize("page", [{"name": "foo", "files": [PURE.format(1)]}, PURE.format(1)], ids=["mapping", "text"])
def test_a_page_is_not_several_files(page: Any) -> None:  # noqa: ANN401 - mistakes of programs
    """The keys of a page and the letters of a text are not file names: that would look like "nothing fits"."""
    for choose in (best, sort):
        with pytest.raises(TypeError, match=r"expected several files, got .* page of an index"):
            choose(page, LINUX)
    for ask in (lambda: relevant(page, [LINUX]), lambda: census(page), lambda: check_coverage(page, "")):
        with pytest.raises(TypeError, match=r"expected several files, got .* page of an index"):
            ask()
    assert pick(page, LINUX).filename == PURE.format(1)


def test_values_of_packaging_are_taken() -> None:
    """A resolver has specifiers and versions, and need not write them as text."""
    names = [PURE.format("1.0"), PURE.format("2.0")]
    assert pick(names, LINUX, SpecifierSet("<2")).file == names[0]
    assert cover(names, [LINUX], release=Version("1.0")).files == (names[0],)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("3.12",), "expected a target, got str"),
        ((LINUX, None), "expected a version specifier, got NoneType"),
    ],
)
def test_mistakes_of_programs(arguments: Any, message: str) -> None:  # noqa: ANN401 - mistakes
    """A mistake is reported in words, not as what an inner function cannot do with it."""
    with pytest.raises(TypeError, match=message):
        pick([PURE.format(1)], *arguments)
    with pytest.raises(TypeError, match="expected targets, got str among them"):
        cover([PURE.format(1)], ["3.12"])  # type: ignore[list-item] # what it is about


def test_spellings_of_one_release_are_one() -> None:
    """Uploads of one release spell their name and version differently."""
    names = ["Foo_bar-1.0-py3-none-any.whl", "foo.bar-1-cp312-cp312-win32.whl", "foo_bar-1.0.0-py3-none-win32.whl"]
    assert sort(names, WINDOWS) == [names[1], names[2], names[0]]


def test_other_files_that_explain_is_given_may_be_of_other_releases() -> None:
    """Who hands on a whole page is told which file of the same release fits."""
    others = [PURE.format("2.0"), PURE.format("1.0"), "foo-1.0-py3-none-win32.whl", "bar-1-py3-none-any.whl"]
    assert explain("foo-1.0-cp27-none-win32.whl", WINDOWS, others=others).remedies.other == others[2]
    assert explain("foo-2.0.tar.gz", WINDOWS, others=others).remedies.other == others[0]


def test_a_page_of_several_projects_is_refused() -> None:
    """The newest file of a folder of many projects is nobody's answer."""
    names = [PURE.format("1.0"), "bar-2.0-py3-none-any.whl"]
    for choose in (lambda: pick(names, LINUX), lambda: cover(names, [LINUX])):
        with pytest.raises(InvalidPage, match="several projects"):
            choose()
    assert pick(names, LINUX, project="Foo").file == names[0]


@pytest.mark.parametrize(
    "names",
    [
        [f"foo-{number // 10}.{number}-cp27-none-win32.whl" for number in range(20_000)],
        [f"foo-{number}.{'9' * 3000}-py3-none-any.whl" for number in range(2_000)],
        [f"a{'-_.' * 1200}1.{number}.tar.gz" for number in range(2_000)],
        [entry(PURE.format(number), ">=" + "3." * 490 + str(number)) for number in range(2_000)],
        ["foo-1.0-py3-none-" + ".".join(f"p{tag}_{number}" for tag in range(300)) + ".whl" for number in range(500)],
    ],
    ids=["many releases", "long versions", "dashes", "long requirements", "many tags"],
)
def test_a_hostile_page_takes_little_time(names: list[object]) -> None:
    """Anyone can upload a page's worth of files, and must not hold up who asks for one of them."""
    began = process_time()
    str(pick(names, WINDOWS, ">=1,!=3", project="foo", sdists="build"))
    assert in_time(began, 5)


def test_variants_for_who_takes_them() -> None:
    """A machine with a graphics card gets the wheel for it, and none must get an sdist where a wheel fits."""
    labelled = Target(LINUX.python, LINUX.platform, TagOptions(variants=("cu128",)))
    names = ["foo-1.0.tar.gz", PURE.format("1.0"), "foo-1.0-py3-none-any-cu128.whl", "foo-1.0-py3-none-any-cu130.whl"]
    taken = [candidate.file for candidate in pick(names, labelled, sdists="build").candidates]
    assert taken == [names[2], names[1], names[0]]
    assert pick(names, LINUX, sdists="build").file == names[1]
