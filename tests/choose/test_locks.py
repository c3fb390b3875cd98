"""Lock files (PEP 751): what to install on any machine, and why there is nothing for it."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pylock = pytest.importorskip("packaging.pylock", reason="packaging 26.0 is the first that reads lock files")
if sys.version_info < (3, 11):
    pytest.importorskip("tomli", reason="Python 3.10 reads no TOML by itself")

from manytags import InvalidLock, ManytagsError, Target, best, marker_environment, select_from_lock, target  # noqa: E402
from manytags.choose.locks import read_lock  # noqa: E402

LINUX = target("3.12", "manylinux_2_28_x86_64")
WINDOWS = target("3.12", "win_amd64")
HASH = 'hashes = {sha256 = "00"}'
HEAD = 'lock-version = "1.0"\ncreated-by = "test"\n'


def files(*names: str) -> str:
    """Write wheels in the form of a lock file."""
    listed = ", ".join(f'{{name = "{name}", url = "https://example.org/{name}", {HASH}}}' for name in names)
    return f"wheels = [{listed}]\n"


def package(name: str, *lines: str, version: str = "1.0") -> str:
    """Write one package."""
    return f'[[packages]]\nname = "{name}"\nversion = "{version}"\n' + "\n".join(lines) + "\n"


def chosen(text: str, machine: Target = LINUX, **wishes: Any) -> dict[str, str | None]:  # noqa: ANN401 - those of select_from_lock
    """Select, and return what was chosen for each package."""
    return {
        selected.name: selected.filename or selected.kind
        for selected in select_from_lock(text, machine, **wishes).packages
    }


SDIST = f'sdist = {{name = "b-1.0.tar.gz", url = "https://example.org/b-1.0.tar.gz", {HASH}}}'
LOCK = HEAD + "".join(
    [
        package("a", files("a-1.0-cp312-cp312-win_amd64.whl", "a-1.0-py3-none-any.whl")),
        package("b", SDIST, files("b-1.0-cp312-cp312-win_amd64.whl")),
        package("c", files("c-1.0-cp312-cp312-win_amd64.whl")),
        package("d", "marker = \"sys_platform == 'win32'\"", files("d-1.0-py3-none-any.whl")),
        '[[packages]]\nname = "e"\ndirectory = {path = "."}\n',
        '[[packages]]\nname = "f"\nvcs = {type = "git", url = "https://example.org/f", commit-id = "00"}\n',
        f'[[packages]]\nname = "g"\narchive = {{url = "https://example.org/g.zip", {HASH}}}\n',
    ]
)


def test_for_any_target() -> None:
    """A file can be read for any machine, and all packages are selected at once."""
    assert chosen(LOCK) == {
        "a": "a-1.0-py3-none-any.whl",
        "b": "b-1.0.tar.gz",
        "c": "nothing",
        "e": "directory",
        "f": "vcs",
        "g": "archive",
    }
    selection = chosen(LOCK, WINDOWS)
    assert [selection[name] for name in "abcd"] == [
        "a-1.0-cp312-cp312-win_amd64.whl",
        "b-1.0-cp312-cp312-win_amd64.whl",
        "c-1.0-cp312-cp312-win_amd64.whl",
        "d-1.0-py3-none-any.whl",
    ]
    assert select_from_lock(LOCK, WINDOWS)


def test_what_has_nothing_is_explained() -> None:
    """An installer can say more than "no source", and a reader sees what would be built."""
    selection = select_from_lock(LOCK, LINUX)
    assert not selection
    assert not selection.problems
    (missing,) = selection.missing
    assert str(missing) == "c 1.0: no wheel fits, and there is no sdist"
    (explanation,) = missing.explanations()
    assert explanation.filename == "c-1.0-cp312-cp312-win_amd64.whl"
    assert not explanation.compatible
    kinds = {selected.name: selected for selected in selection.packages}
    assert kinds["b"].kind == "sdist"
    (explanation,) = kinds["b"].explanations()
    assert explanation.remedies.sdist == "b-1.0.tar.gz"
    assert [str(kinds[name]) for name in "aef"] == ["a 1.0: a-1.0-py3-none-any.whl", "e: directory", "f: vcs"]
    assert kinds["a"].explanations()[0].compatible


def test_the_nearest_miss_is_explained_first() -> None:
    """Of a hundred wheels, the one to talk about is the nearest miss."""
    names = ["a-1.0-pp310-pypy310_pp73-win32.whl", "a-1.0-cp312-cp312-manylinux_2_34_x86_64.whl"]
    (selected,) = select_from_lock(HEAD + package("a", files(*names)), LINUX).missing
    assert [explanation.filename for explanation in selected.explanations()] == names[::-1]


def test_sources_are_packaging_s() -> None:
    """Packaging's object has what an installer downloads and verifies."""
    (selected, *_) = select_from_lock(LOCK, LINUX).packages
    assert isinstance(selected.source, pylock.PackageWheel)
    assert selected.source.url == "https://example.org/a-1.0-py3-none-any.whl"
    assert selected.source.hashes == {"sha256": "00"}


def test_build_tags_count() -> None:
    """A repaired upload is the one to install. Packaging's own choice takes whichever is listed first."""
    names = [
        "a-1.0-py3-none-any.whl",
        "a-1.0-1-py3-none-any.whl",
        "a-1.0-10-py3-none-any.whl",
        "a-1.0-9-py3-none-any.whl",
    ]
    text = HEAD + package("a", files(*names))
    assert chosen(text) == {"a": "a-1.0-10-py3-none-any.whl"}
    if not hasattr(pylock.Pylock, "select"):
        return  # packaging 26.1 is the first that chooses
    assert theirs(read_lock(text)) == names[:1]


def theirs(lock: Any) -> list[str]:  # noqa: ANN401 - packaging 26.0 has no choice, and no type of it
    """List what packaging would install."""
    return [file.name for _, file in lock.select(environment=marker_environment(LINUX), tags=LINUX.tags())]


@given(st.permutations([f"a-1.0-{tag}.whl" for tag in LINUX.triples()[:40:7]]))
def test_agrees_with_packaging_and_best(names: list[str]) -> None:
    """Without build tags, packaging chooses the same, for any machine."""
    content = {
        "lock-version": "1.0",
        "created-by": "test",
        "packages": [
            {"name": "a", "wheels": [{"name": name, "path": name, "hashes": {"sha256": "00"}} for name in names]}
        ],
    }
    (selected,) = select_from_lock(content, LINUX).packages
    assert selected.filename == best(names, LINUX)
    lock = pylock.Pylock.from_dict(content)
    assert select_from_lock(lock, LINUX).packages == (selected,)
    if hasattr(lock, "select"):
        assert theirs(lock) == [selected.filename]


WISHES = HEAD + 'extras = ["fast"]\ndependency-groups = ["dev", "docs"]\ndefault-groups = ["dev"]\n' + "".join(
    [
        package("a", files("a-1.0-py3-none-any.whl")),
        package("b", "marker = \"'fast' in extras\"", files("b-1.0-py3-none-any.whl")),
        package("c", "marker = \"'dev' in dependency_groups\"", files("c-1.0-py3-none-any.whl")),
        package("d", "marker = \"'docs' in dependency_groups\"", files("d-1.0-py3-none-any.whl")),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("wishes", "installed"),
    [
        ({}, "ac"),
        ({"extras": ["fast"]}, "abc"),
        ({"extras": ["Fast"]}, "abc"),
        ({"dependency_groups": []}, "a"),
        ({"dependency_groups": ["docs"]}, "ad"),
        ({"extras": ("fast",), "dependency_groups": {"docs", "dev"}}, "abcd"),
    ],
    ids=["default", "extra", "spelling", "no group", "group", "all"],
)
def test_extras_and_groups(wishes: dict[str, Any], installed: str) -> None:
    """Default groups apply if no group is named; extras apply if they are requested."""
    assert "".join(chosen(WISHES, **wishes)) == installed
    assert select_from_lock(WISHES, LINUX, **wishes)


PROBLEMS = {
    "extra": (WISHES, {"extras": ["slow"]}, "the file has no extra 'slow'"),
    "group": (WISHES, {"dependency_groups": ["test"]}, "the file has no dependency group 'test'"),
    "Python": (HEAD + 'requires-python = ">=3.13"\npackages = []\n', {},
               "the file requires Python >=3.13; the target's is 3.12.0"),
    "environment": (HEAD + "environments = [\"sys_platform == 'win32'\"]\npackages = []\n", {},
                    "the target is in none of the environments that the file is for"),
    "package's Python": (HEAD + package("a", 'requires-python = ">=3.13"', files("a-1.0-py3-none-any.whl")), {},
                         "a requires Python >=3.13; the target's is 3.12.0"),
    "two entries": (HEAD + package("a", files("a-1.0-py3-none-any.whl")) * 2, {},
                    "two entries of a are for this target"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROBLEMS)
def test_problems(case: str) -> None:
    """If PEP 751 tells installers to stop, the answer is no, with a reason."""
    text, wishes, problem = PROBLEMS[case]
    selection = select_from_lock(text, LINUX, **wishes)
    assert not selection
    assert selection.problems == (problem,)


def test_a_pre_release_of_python_is_a_python() -> None:
    """Someone who tests on a release candidate can install what will run on the release."""
    text = HEAD + 'requires-python = ">=3.12"\n' + package("a", files("a-1.0-py3-none-any.whl"))
    python = target("3.13", "win32").python
    candidate = Target(type(python)("cpython", (3, 13), ("cp313",), "3.13.0rc1"), WINDOWS.platform)
    assert select_from_lock(text, candidate)


@pytest.mark.parametrize(
    "where",
    [
        'path = "dist/a-1.0%2Bcpu-py3-none-any.whl"',
        'path = "dist\\\\a-1.0-py3-none-any.whl"',
        'url = "https://example.org/x/a-1.0%2Bcpu-py3-none-any.whl?x=1#y"',
    ],
    ids=["path", "path of Windows", "url"],
)
def test_names_from_where_a_file_lies(where: str) -> None:
    """The name may be omitted if the path or URL contains it; only a URL is percent-encoded.

    pip and uv refuse a path of Windows elsewhere, where it would be one long file name.
    """
    text = HEAD + f'[[packages]]\nname = "a"\nwheels = [{{{where}, {HASH}}}]\n'
    if where.startswith("path"):
        with pytest.raises(InvalidLock):
            select_from_lock(text, LINUX)
    if not ("%2B" in where and where.startswith("path")):
        (selected,) = select_from_lock(text, WINDOWS).packages
        assert selected.filename in {"a-1.0+cpu-py3-none-any.whl", "a-1.0-py3-none-any.whl"}


HOSTILE = {
    "empty": "",
    "no TOML": "= 1",
    "no lock": 'a = "b"',
    "newer form": HEAD.replace("1.0", "2.0") + "packages = []",
    "deep array": "a = " + "[" * 100_000,
    "deep table": "a = " + "{b = " * 100_000,
    "deep key": "[" + "a." * 1_000 + "a]\n",
    "long number": "a = " + "9" * 100_000,
    "null byte": "a = 1\0",
    "half a pair": 'a = "\ud800"',
    "deep marker": HEAD + package("a", f'marker = "{"(" * 5000}"', files("a-1.0-py3-none-any.whl")),
    "bad marker": HEAD + package("a", 'marker = "x"', files("a-1.0-py3-none-any.whl")),
    "bad wheel": HEAD + package("a", files("a-1.0.whl")),
    "bad package": HEAD + "packages = [1]",
    "no source": HEAD + '[[packages]]\nname = "a"\n',
    "bad URL": HEAD + f'[[packages]]\nname = "a"\nwheels = [{{url = "https://[/a-1.0-py3-none-any.whl", {HASH}}}]\n',
    "short ~=": HEAD + package("a", "marker = \"python_version ~= '3'\"", files("a-1.0-py3-none-any.whl")),
    "long number in a marker": HEAD
    + package("a", f"marker = \"python_version > '{'9' * 5000}'\"", files("a-1.0-py3-none-any.whl")),
    "short ~= of environments": HEAD + "environments = [\"python_version ~= '3'\"]\npackages = []",
    "too long": "#" * 10_000_001,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_one_clear_error(case: str) -> None:
    """A lock file may come from anyone: there is one short error in bounded time, never another exception."""
    started = time.monotonic()
    with pytest.raises(InvalidLock) as caught:
        select_from_lock(HOSTILE[case], LINUX)
    assert time.monotonic() - started < 20
    assert len(str(caught.value)) < 1000
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("invalid lock file ")


@given(st.recursive(st.one_of(st.text(), st.integers(), st.none(), st.just("1.0")),
       lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(
           st.sampled_from(["lock-version", "created-by", "packages", "name", "wheels", "hashes", "path"]), inner)),
       max_leaves=20))  # fmt: skip
def test_any_mapping_is_a_lock_or_our_error(content: object) -> None:
    """A mapping from the caller's own TOML parser is validated as well."""
    try:
        select_from_lock({"lock-version": "1.0", "created-by": "x", "packages": content}, LINUX)
    except InvalidLock:
        pass


@pytest.mark.parametrize("content", [3, None, b"lock-version = '1.0'", ["a"]], ids=["number", "none", "bytes", "list"])
def test_what_is_neither_text_nor_mapping_is_said_in_words(content: Any) -> None:  # noqa: ANN401 - of a wrong type
    """A caller who passes the bytes of a file reads what to pass instead."""
    with pytest.raises(TypeError, match="expected the text of a lock file or a mapping, got"):
        select_from_lock(content, LINUX)


def test_a_file_for_no_environment_is_for_no_target() -> None:
    """An empty list of environments is not the same as none: the file says that it serves nobody."""
    selection = select_from_lock(HEAD + "environments = []\npackages = []", LINUX)
    assert not selection
    assert selection.problems == ("the target is in none of the environments that the file is for",)


def test_one_text_is_not_a_list() -> None:
    """The letters of a text are not extras."""
    with pytest.raises(TypeError, match="several extras"):
        select_from_lock(WISHES, LINUX, extras="fast")
    with pytest.raises(TypeError, match="several extras"):
        select_from_lock(WISHES, LINUX, dependency_groups="dev")


@pytest.mark.parametrize(
    ("absent", "message"),
    [(["packaging.pylock"], r"packaging 26\.0 or newer; this is packaging \d"), (["tomllib", "tomli"], "TOML")],
)
def test_what_is_not_installed_is_named(absent: list[str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only lock files need a newer packaging, and the error says so."""
    for name in absent:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ManytagsError, match=message):
        select_from_lock(LOCK, LINUX)


def test_a_wheel_that_is_an_archive_must_fit() -> None:
    """pip and uv refuse an archive that is a wheel for another machine; a locker must not call that sound."""
    archive = f'archive = {{url = "https://example.org/a-1.0-cp312-cp312-win_amd64.whl", {HASH}}}'
    text = HEAD + package("a", archive)
    selection = select_from_lock(text, LINUX)
    assert not selection
    assert "win_amd64" in str(selection.missing[0].explanations()[0])
    (selected,) = select_from_lock(text, WINDOWS).packages
    assert (selected.kind, selected.filename) == ("archive", "a-1.0-cp312-cp312-win_amd64.whl")
    assert selected.source.url.endswith(".whl")  # type: ignore[attr-defined] # packaging's object


def test_the_file_of_a_variant_is_passed_over() -> None:
    """uv installs the plain wheel beside it; a lock file of tomorrow must still be read today."""
    variant, plain = "a-1.0-py3-none-any-x86_64_v3.whl", "a-1.0-py3-none-any.whl"
    assert chosen(HEAD + package("a", files(variant, plain))) == {"a": plain}
    by_url = f'wheels = [{{url = "https://example.org/{variant}", {HASH}}}]'
    (selected,) = select_from_lock(HEAD + package("a", by_url), LINUX).missing
    assert selected.wheels == (variant,)
    assert "wheel variant" in str(selected.explanations()[0])


def test_default_groups_and_one_more() -> None:
    """``--with-group docs`` means the usual groups and one more, as in uv."""
    lines = ["marker = \"'main' in dependency_groups\""], ["marker = \"'docs' in dependency_groups\""]
    groups = 'dependency-groups = ["docs"]\ndefault-groups = ["main"]\n'
    text = (
        HEAD
        + groups
        + "".join(package(name, *of, SDIST.replace("b-1", f"{name}-1")) for name, of in zip("ab", lines, strict=True))
    )
    assert set(chosen(text)) == {"a"}
    assert set(chosen(text, more_groups=["docs"])) == {"a", "b"}
    assert set(chosen(text, dependency_groups=["docs"])) == {"b"}
    assert set(chosen(text, dependency_groups=[], more_groups=["docs"])) == {"b"}
    assert not select_from_lock(text, LINUX, more_groups=["nope"])


def test_of_two_as_near_the_nearest_python_is_explained() -> None:
    """Who has Python 3.12 wants to know why the wheel for 3.11 does not fit, not the one for 3.7."""
    names = [f"a-1.0-cp3{minor}-cp3{minor}-manylinux_2_17_x86_64.whl" for minor in (10, 7, 11, 8)]
    (selected,) = select_from_lock(HEAD + package("a", files(*names)), LINUX).missing
    assert selected.explanations()[0].filename == names[2]
    assert selected.explanations()[-1].filename == names[1]
