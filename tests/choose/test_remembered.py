"""What choosing remembers changes no answer and stays bounded."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import Target, best, rank, sort, tags, target
from manytags.choose import select
from manytags.tags import filename

from ..test_corpus import tag_sets

SERVER = target("3.12", "manylinux_2_28_x86_64")
ENDINGS = st.sampled_from(
    [
        *tag_sets()[::40],
        *("py3-none-any", "1-py3-none-any", "2-py3-none-any", "2b-py3-none-any", "cp312-cp312-linux_x86_64"),
        *("py3-none-any-label", "1-py3-none-any-label", "py3-none", "py3--any", "3py-none-any", "py3-none-a..b", ""),
        *("x-py3-none-any", "1-1-py3-none-any", "py3-none-é", "PY3-NONE-ANY", "py3-none-any.", "-py3-none-any"),
    ]
)
BEGINNINGS = st.sampled_from(["foo-1.0", "foo-1.0.0", "Foo-1.0", "foo-1", "foo-x", "fo__o-1", "foo-1.0-1", "-", ""])
NAMES = st.tuples(BEGINNINGS, ENDINGS, st.sampled_from([".whl", ".whl", ".tar.gz", ".WHL", ""])).map(
    lambda parts: f"{parts[0]}-{parts[1]}{parts[2]}"
)


@given(st.lists(NAMES, max_size=30))
def test_a_list_is_read_as_its_files_one_by_one(names: list[str]) -> None:
    """Other files, and earlier calls, must not decide whether a file is taken."""

    def fresh() -> Target:
        return Target(SERVER.python, SERVER.platform)

    alone = [name for name in names if best([name], fresh(), on_invalid="ignore") is not None]
    assert sorted(sort(names, SERVER, on_invalid="ignore")) == sorted(alone)
    assert sort(names, SERVER, on_invalid="ignore") == sort(names, fresh(), on_invalid="ignore")
    assert best(names, SERVER, on_invalid="ignore") == next(iter(sort(names, SERVER, on_invalid="ignore")), None)
    for name in alone:
        assert rank(name, SERVER) is not None
        manytags.parse_wheel_filename(name)


@given(st.lists(st.sampled_from(tag_sets()), min_size=1, max_size=20))
def test_a_rank_is_the_same_when_halves_are_known(texts: list[str]) -> None:
    """Tag sets share their parts; the rank is the same as for a target that remembers nothing."""
    there = Target(SERVER.python, SERVER.platform)
    for text in texts:
        assert rank(text, there) == rank(text, Target(SERVER.python, SERVER.platform))


def test_an_index_cannot_fill_the_memory() -> None:
    """Endings, tag sets, names and versions are remembered in bounded number, and only if they are short."""
    there = Target(SERVER.python, SERVER.platform)
    ranks = there.ranks
    names = [f"foo-1.0-{number}-py3-none-any.whl" for number in range(tags.MEMO_LIMIT + 500)]
    assert best(names, there) == names[-1]
    assert 0 < len(select.endings_of(there)) <= tags.MEMO_LIMIT
    for number in range(tags.MEMO_LIMIT + 500):
        manytags.parse_wheel_filename(f"foo{number}-{number}-py{number}-none-p{number}.whl")
        rank(f"py{number}-none-p{number}", there)
    kept = (ranks._memo, ranks._pairs, ranks._fields, filename._TAG_SETS, filename._RELEASES, filename._ENDINGS)
    assert all(len(memo) <= tags.MEMO_LIMIT for memo in kept)
    assert best(["foo-1.0-1-py3-none-any.whl", *names[:3]], there) == names[2]
    long = "py3-none-" + ".".join(f"linux_{number}" for number in range(300))
    assert best([f"foo-1.0-{long}.whl"], there) is None
    assert rank(long, there) is None
    manytags.parse_wheel_filename(f"{'foo' * 150}-{'1.' * 150}0-py3-none-any.whl")
    assert all(len(text) <= tags.MEMO_TEXT for memo in (*kept, select.endings_of(there)) for text in memo)


def test_what_is_remembered_goes_with_the_target() -> None:
    """A service that chooses for ever more targets must not keep anything of those that are gone."""
    there = Target(SERVER.python, SERVER.platform)
    assert best(["foo-1.0-py3-none-any.whl"], there) is not None
    assert select.endings_of(there)
    assert not select.endings_of(Target(SERVER.python, SERVER.platform))
    assert not select.endings_of(pickle.loads(pickle.dumps(there)))  # noqa: S301 - our own
    assert there == Target(SERVER.python, SERVER.platform)


def test_too_many_triples_are_refused_when_halves_are_known() -> None:
    """The limit applies to the product, even if each part was read before."""
    there = Target(SERVER.python, SERVER.platform)
    many = ".".join(f"p{number}" for number in range(65))
    assert len(many) < tags.MEMO_TEXT
    assert rank(f"{many}-none-any", there) is None
    assert rank(f"py3-none-{many}", there) is None
    for _ in range(2):
        with pytest.raises(manytags.InvalidTag, match="more than 4096 triples"):
            rank(f"{many}-none-{many}", there)
