"""Lock files that are rewritten for some targets."""

from __future__ import annotations

import math
import sys
from datetime import date, datetime, time, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("packaging.pylock", reason="packaging 26.0 is the first that reads lock files")
if sys.version_info < (3, 11):
    pytest.importorskip("tomli", reason="Python 3.10 reads no TOML by itself")

from manytags import InvalidLock, Target, prune_lock, select_from_lock, target
from manytags.choose.prune import toml_text
from manytags.choose.toml import parse_toml
from manytags.cli import main

from .test_locks import HEAD, LOCK, SDIST, files, package

TARGETS = [
    target(python, platform)
    for python in ("3.9", "3.12", "3.13t", "pypy3.10")
    for platform in ("debian-12-x86_64", "alpine-aarch64", "macos-14", "win-64")
]
ENDINGS = [
    f"{python}-{platform}"
    for python in ("cp39-cp39", "cp312-cp312", "cp38-abi3", "cp313-cp313t", "py3-none", "pp310-pypy310_pp73")
    for platform in ("manylinux_2_17_x86_64", "musllinux_1_2_aarch64", "macosx_11_0_universal2", "win_amd64", "any")
]


@given(
    st.lists(st.tuples(st.lists(st.sampled_from(ENDINGS), unique=True), st.booleans()), min_size=1, max_size=3),
    st.lists(st.sampled_from(TARGETS), unique_by=str),
)
def test_installs_stay_the_same(packages: list[tuple[list[str], bool]], targets: list[Target]) -> None:
    """A smaller lock file that installs something else would be worse than a large one."""
    text = HEAD
    for name, (endings, with_sdist) in zip("abc", packages, strict=False):
        wheels = files(*(f"{name}-1.0-{ending}.whl" for ending in endings))
        text += package(name, wheels, *([SDIST.replace("b-1", f"{name}-1")] if with_sdist or not endings else []))
    pruned = prune_lock(text, targets)
    for machine in targets:
        before, after = select_from_lock(text, machine), select_from_lock(pruned, machine)
        assert [(x.name, x.kind, x.filename) for x in before.packages] == [
            (x.name, x.kind, x.filename) for x in after.packages
        ]
        assert before.problems == after.problems
    assert prune_lock(pruned, targets) == pruned
    for was, is_now in zip(parse_toml(text)["packages"], parse_toml(pruned)["packages"], strict=True):  # type: ignore[call-overload] # lists
        some = select_from_lock(text, targets[0]).packages if targets else ()
        taken = {x.filename for machine in targets for x in select_from_lock(text, machine).packages}
        names = {wheel["name"] for wheel in is_now.get("wheels", ())}
        assert names <= taken or was == is_now or not some


def test_what_goes_in_comes_out() -> None:
    """Urls, hashes, sizes and what other tools wrote stay with each wheel."""
    document: dict[str, Any] = {**parse_toml(LOCK), "tool": {"x": {"y.z": [1, "\x7f\\"]}}}
    kept = prune_lock(document, [target("3.12", "win_amd64")])
    assert document["packages"][0]["wheels"] == parse_toml(LOCK)["packages"][0]["wheels"]  # type: ignore[index] # a list
    assert [wheel["name"] for wheel in kept["packages"][0]["wheels"]] == ["a-1.0-cp312-cp312-win_amd64.whl"]  # type: ignore[index] # a list
    assert kept["packages"][0]["wheels"][0] == document["packages"][0]["wheels"][0]  # type: ignore[index] # a list
    assert kept["tool"] == document["tool"]
    assert "wheels" not in prune_lock(document, [target("3.12", "macos")])["packages"][1]  # type: ignore[index] # a list
    assert parse_toml(toml_text(kept)) == kept
    with pytest.raises(InvalidLock):
        prune_lock({"packages": 1}, [])


VALUES = st.recursive(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.dates(date(1000, 1, 1)),
        st.times(),
        st.datetimes(datetime(1000, 1, 1), timezones=st.sampled_from([None, timezone.utc])),  # noqa: DTZ001 - no zone yet
    ),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text('ab.-"\\ é\n\x7f', max_size=3), values),
    max_leaves=8,
)


@given(st.dictionaries(st.text('ab.-"\\ é\n', max_size=4), VALUES, max_size=4), st.lists(st.just({"a": [{"b": 1}]})))
def test_what_is_written_is_read_back(document: dict[str, Any], packages: list[Any]) -> None:
    """A value that changes on the way through would break a hash, or a marker."""
    whole = {**document, "packages": packages}
    assert parse_toml(toml_text(whole)) == whole


def test_odd_numbers_and_no_toml() -> None:
    """What TOML cannot say is refused, not written as something else."""
    assert math.isnan(parse_toml(toml_text({"a": math.nan}))["a"])  # type: ignore[arg-type] # a number
    assert parse_toml(toml_text({"a": -math.inf, "t": time(1, 2)})) == {"a": -math.inf, "t": time(1, 2)}
    with pytest.raises(InvalidLock, match="no value of TOML"):
        toml_text({"a": None})


def test_the_command(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401 - pytest's
    """The new file goes to standard output, and what was saved is said beside it."""
    path = tmp_path / "pylock.toml"
    path.write_text(LOCK, encoding="utf-8")
    assert main(["prune", str(path), "--for", "win-64:3.12", "--for", "debian:3.12"]) == 0
    out, err = capsys.readouterr()
    assert out == prune_lock(LOCK, [target("3.12", "win-64"), target("3.12", "debian")])
    assert err == "manytags: kept 5 of 5 wheels\n"
    assert main(["prune", str(path), "--for", "linux-64:3.12"]) == 0
    assert capsys.readouterr().err == "manytags: kept 3 of 5 wheels\n"
    assert main(["prune", str(path)]) == 2
    path.write_text("= 1", encoding="utf-8")
    assert main(["prune", str(path), "--for", "debian:3.12"]) == 2
    assert "pylock.toml" in capsys.readouterr().err
