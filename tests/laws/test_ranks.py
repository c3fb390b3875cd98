"""Ranks are indexes into a list that is never written down."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.tags import Tag

import manytags
from manytags import Target

from . import strategies

targets = st.builds(Target, strategies.pythons, strategies.platforms, strategies.options)


@given(targets)
def test_the_rank_of_a_tag_is_its_index(target: Target) -> None:
    """Sorting by rank gives the order of the list."""
    triples = target.triples()
    for index, triple in list(enumerate(triples))[:: max(1, len(triples) // 200)]:
        assert manytags.rank(triple, target) == triples.index(triple) == index
        assert manytags.rank(triple.upper(), target) == index
        assert manytags.rank(f"a-1-{triple}.whl", target) == index
        assert manytags.rank(Tag(*triple.split("-")), target) == index
    assert [*map("-".join, target.ranks)] == [*triples]
    assert target.tags() == tuple(Tag(*triple.split("-")) for triple in triples)


@st.composite
def fitting_sets(draw: st.DrawFn) -> tuple[Target, list[list[str]]]:
    """Draw a target, and a tag set that has some of the target's own tags."""
    target = draw(targets)
    triples = [triple.split("-") for triple in target.triples()]
    assume(triples)
    chosen = draw(st.lists(st.sampled_from(triples), max_size=4))
    strange = draw(strategies.tag_set_fields)
    fields = [list(dict.fromkeys([*(triple[kind] for triple in chosen), *strange[kind]])) for kind in range(3)]
    return target, [draw(st.permutations(field)) for field in fields]


@given(fitting_sets())
def test_the_rank_of_a_set_is_that_of_its_best_member(drawn: tuple[Target, list[list[str]]]) -> None:
    """A wheel for many machines is as good as its best tag for this machine, and does not fit only if no tag does."""
    target, fields = drawn
    index = {triple: number for number, triple in enumerate(target.triples())}
    text = "-".join(map(".".join, fields))
    combinations = [f"{python}-{abi}-{platform}" for python in fields[0] for abi in fields[1] for platform in fields[2]]
    expected = min((index[triple] for triple in combinations if triple in index), default=None)
    assert manytags.rank(text, target) == expected
    assert manytags.rank(text, target) == expected, "the second time it is remembered"
    assert manytags.rank(manytags.parse_tag(text), target) == expected
    foreign = [dict(zip(("interpreter", "abi", "platform"), triple.split("-"), strict=True)) for triple in combinations]
    assert manytags.rank([SimpleNamespace(**tag) for tag in foreign], target) == expected
    filename = f"a-1-{text}.whl"
    assert manytags.rank(filename, target) == expected
    assert manytags.best([filename], target) == (None if expected is None else filename)
    assert manytags.rank(f"a-1-{text}-label.whl", target) is None


@given(targets, st.lists(st.tuples(strategies.builds, strategies.tag_sets), max_size=6))
def test_best_does_not_depend_on_the_listing(target: Target, parts: list[tuple[str, str]]) -> None:
    """Two mirrors that list the same files in different orders lead to the same choice."""
    files = ["-".join(filter(None, ["a", "1", build, tags])) + ".whl" for build, tags in parts]
    files += [f"a-1-{triple}.whl" for triple in target.triples()[:3]]
    chosen = manytags.best(files, target)
    assert manytags.best(reversed(files), target) == chosen
    ranks = {name: manytags.rank(name, target) for name in files}
    fitting = [rank for rank in ranks.values() if rank is not None]
    if chosen is None:
        assert not fitting
    else:
        assert ranks[chosen] == min(fitting)
        rivals = [manytags.parse_wheel_filename(name) for name in files if ranks[name] == ranks[chosen]]
        mine = manytags.parse_wheel_filename(chosen)
        assert mine.build == max(rival.build for rival in rivals)
        assert chosen == min(rival.text for rival in rivals if rival.build == mine.build)
