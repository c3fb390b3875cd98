"""Writing ``_manylinux`` modules: what they answer, what their text may have, and how manytags reads them.

The answers of installers with these modules are in ``tests/oracle/test_hook_peers.py``.
"""

from __future__ import annotations

import ast
import warnings
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import InvalidManylinuxModule, InvalidTag, Platform, TagOptions, manylinux_hook
from manytags.hosts.manylinux_module import WRITTEN_BY, parse_claim

from .machines import seen_machines
from .test_manylinux_module import facts_with

NIX = "NIX_PYTHON_MANYLINUX"
GLIBC_MACHINES = {
    name: machine.facts for name, machine in seen_machines().items() if machine.facts.get("glibc") is not None
}
#: The tags that an x86_64 machine is to take.
SET = ("manylinux_2_5_x86_64", "manylinux2014_x86_64")


def run(text: str) -> ModuleType:
    """Run the text of a module."""
    made = ModuleType("_manylinux")
    exec(compile(text, "_manylinux.py", "exec"), made.__dict__)  # noqa: S102 - our own text
    return made


def answers(made: ModuleType) -> list[object]:
    """Ask about the legacy versions and two newer ones."""
    return [made.manylinux_compatible(2, minor, "x86_64") for minor in (5, 12, 17, 28, 40)]


def attributes(made: ModuleType) -> dict[str, object]:
    """List the legacy attributes."""
    return {name: value for name, value in vars(made).items() if name.endswith("_compatible") and name[9:10] in "12"}


def test_all() -> None:
    """A host that takes everything answers yes to every installer, on any architecture."""
    made = run(manylinux_hook("all"))
    assert answers(made) == [True] * 5
    assert made.manylinux_compatible(3, 0, "riscv64") is True
    assert attributes(made) == dict.fromkeys(("manylinux1_compatible", *NEWER), True)


def test_none() -> None:
    """A host that builds everything from source must not get a manylinux wheel, not even from the oldest pip."""
    made = run(manylinux_hook("none"))
    assert answers(made) == [False] * 5
    assert attributes(made) == dict.fromkeys(("manylinux1_compatible", *NEWER), False)


NEWER = ("manylinux2010_compatible", "manylinux2014_compatible")

CEILINGS: dict[str, tuple[list[object], tuple[str, ...]]] = {
    "2_28": ([None, None, None, None, False], ()),
    "manylinux2014": ([None, None, None, False, False], ()),
    "2_16": ([None, None, False, False, False], NEWER[1:]),
    "2010": ([None, None, False, False, False], NEWER[1:]),
    "1": ([None, False, False, False, False], NEWER),
    "1_99": ([False] * 5, ("manylinux1_compatible", *NEWER)),
}


@pytest.mark.parametrize("ceiling", CEILINGS)
def test_ceiling(ceiling: str) -> None:
    """Versions above the ceiling are refused. The C library decides about the others, lest an old pip take too much."""
    expected, refused = CEILINGS[ceiling]
    made = run(manylinux_hook(ceiling))
    assert answers(made) == expected
    assert attributes(made) == dict.fromkeys(refused, False)
    assert made.manylinux_compatible(3, 0, "x86_64") is False


def test_a_set() -> None:
    """Only the verified versions are taken: not their neighbours, and not those of another architecture."""
    made = run(manylinux_hook(SET))
    assert answers(made) == [True, False, True, False, False]
    assert made.manylinux_compatible(2, 17, "i686") is False
    assert attributes(made) == {
        "manylinux1_compatible": True,
        "manylinux2010_compatible": False,
        "manylinux2014_compatible": True,
    }
    nothing = run(manylinux_hook(()))
    assert answers(nothing) == [False] * 5
    assert attributes(nothing) == dict.fromkeys(("manylinux1_compatible", *NEWER), False)


def test_a_set_of_two_architectures() -> None:
    """The legacy attributes have no architecture, so they claim only what is true of both."""
    made = run(manylinux_hook((*SET, "manylinux_2_17_i686")))
    assert made.manylinux_compatible(2, 17, "i686") is True
    assert made.manylinux_compatible(2, 5, "i686") is False
    assert [value for _, value in sorted(attributes(made).items())] == [False, False, True]


def test_a_32_bit_userland_asks_by_its_own_name() -> None:
    """On a 64-bit Arm kernel uv asks as armv8l, but the wheels are armv7l's."""
    made = run(manylinux_hook(["manylinux_2_17_armv7l"]))
    assert made.manylinux_compatible(2, 17, "armv8l") is True
    assert made.manylinux_compatible(2, 17, "aarch64") is False


VALUES: dict[str, bool | tuple[int, int]] = {
    "1": (2, 5),
    "2010": (2, 12),
    "2014": (2, 17),
    "2_28": (2, 28),
    "2.28": (2, 28),
    "manylinux2014": (2, 17),
    "manylinux_2_28": (2, 28),
    "all": True,
    "none": False,
}


@pytest.mark.parametrize("value", VALUES)
def test_variable(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable means what the same text means as a claim."""
    monkeypatch.setenv(NIX, f" {value}\n")
    made = run(manylinux_hook("none" if VALUES[value] else "all", NIX))
    assert parse_claim(value) == VALUES[value]
    assert answers(made) == answers(run(manylinux_hook(value)))
    assert attributes(made) == attributes(run(manylinux_hook(value)))


@pytest.mark.parametrize("unset", ["all", "none", "2_12", "2014"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_variable_not_set(unset: str, value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that does not set the variable gets the default of its owner."""
    monkeypatch.delenv(NIX, raising=False)
    if value is not None:
        monkeypatch.setenv(NIX, value)
    assert answers(run(manylinux_hook(unset, NIX))) == answers(run(manylinux_hook(unset)))


NONSENSE = ["0", "2", "2_", "2_2_8", "2_28_x86_64", "2 28", "-1", "2015", "²_5", "2_٢", "True", "x" * 100_000]


@pytest.mark.parametrize("value", NONSENSE, ids=range(len(NONSENSE)))
def test_variable_of_nonsense(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped value must not let wheels in, and must cause a warning."""
    monkeypatch.setenv(NIX, value)
    with pytest.warns(UserWarning, match=f"^{NIX} is .* not a manylinux version: no manylinux wheel is taken$"):
        made = run(manylinux_hook("all", NIX))
    assert answers(made) == [False] * 5
    assert attributes(made) == dict.fromkeys(("manylinux1_compatible", *NEWER), False)
    with pytest.raises(InvalidManylinuxModule, match="expected 'all', 'none' or a version"):
        parse_claim(value)


@pytest.mark.parametrize("claim", ["", "2x", "2_28\n", " 2_28", "2_1000", "ALL", "manylinux", "manylinux_2_28_x86_64"])
def test_no_claims(claim: str) -> None:
    """An unreadable claim is an error when the module is written, not when it is asked."""
    with pytest.raises(InvalidManylinuxModule):
        manylinux_hook(claim)
    with pytest.raises(InvalidManylinuxModule):
        manylinux_hook(claim, NIX)


@pytest.mark.parametrize("tag", ["linux_x86_64", "musllinux_1_2_x86_64", "any", "2_28"])
def test_no_manylinux_tags(tag: str) -> None:
    """A set of other tags would silently claim nothing."""
    with pytest.raises(InvalidManylinuxModule, match="it is not a manylinux tag"):
        manylinux_hook([tag])
    with pytest.raises(InvalidTag):
        manylinux_hook(["manylinux_2_17_x86_64'"])


@pytest.mark.parametrize("variable", ["", "1A", "A-B", "A'", 'X"; import os', "A\n", "Ä", "A=B", "A" * 201])
def test_no_variables(variable: str) -> None:
    """Every installer runs the module, so an argument must not escape from its quotes."""
    with pytest.raises(InvalidManylinuxModule, match="the name of a variable has letters"):
        manylinux_hook("none", variable)


def test_a_set_goes_with_no_variable() -> None:
    """A set and a variable would give two defaults."""
    with pytest.raises(InvalidManylinuxModule, match="a set of tags"):
        manylinux_hook(SET, NIX)


@pytest.mark.parametrize(
    "platform",
    [
        Platform("linux", "x86_64", musl=(1, 2)),
        Platform("linux", "mips", glibc=(2, 36)),
        Platform("linux", "armv6l", glibc=(2, 36)),
        Platform("linux", "x86_64"),
        Platform("macos", "arm64", version=(14, 0)),
    ],
)
def test_platforms_without_manylinux(platform: Platform) -> None:
    """On Alpine or soft-float Arm a module changes nothing, so writing it is a mistake."""
    with pytest.raises(InvalidManylinuxModule, match="takes no manylinux wheels"):
        manylinux_hook("all", platform=platform)


def test_the_head_says_what_it_is() -> None:
    """Someone who finds the file years later must learn where it came from and what it does."""
    text = manylinux_hook("2_28", platform=Platform("linux", "x86_64", glibc=(2, 36)))
    lines = text.splitlines()
    assert lines[0] == f"# Written by manytags {manytags.__version__}: manytags hook --ceiling 2_28"
    assert lines[0].startswith(WRITTEN_BY)
    assert lines[1] == "# for Linux with glibc 2.36 on x86_64"
    assert "# No manylinux wheels newer than 2_28 are taken. The C library decides about the others." in lines
    assert "uv takes no manylinux wheel at all" in text.replace("\n# ", " ")
    for claim, variable in (("all", None), ("none", None), ("2_17", NIX), (SET, None)):
        option = manylinux_hook(claim, variable).splitlines()[0].partition(": manytags hook ")[2]
        assert option == {"all": "--all", "none": "--none", "2_17": f"--variable {NIX} --default 2_17"}.get(
            str(claim), "--verified"
        )


claims = st.one_of(
    st.sampled_from(["all", "none", "manylinux1", "manylinux2010", "manylinux2014"]),
    st.builds("{}_{}".format, st.integers(0, 99), st.integers(0, 999)),
    st.sets(
        st.builds(
            "manylinux_{}_{}_{}".format,
            st.integers(0, 9),
            st.integers(0, 60),
            st.sampled_from(["x86_64", "i686", "armv7l", "aarch64", "s390x"]),
        ),
        max_size=50,
    ),
)


@given(claims, st.sampled_from(["x86_64", "armv8l"]))
def test_every_text_stands_alone(claim: str | set[str], arch: str) -> None:
    """Every Python from 2.7 on can run it: ASCII, old syntax, and imports that all of them have."""
    for variable in (None, NIX) if isinstance(claim, str) else (None,):
        text = manylinux_hook(claim, variable, Platform("linux", arch, glibc=(2, 36)))
        assert text == manylinux_hook(claim, variable, Platform("linux", arch, glibc=(2, 36)))
        assert text.isascii()
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert all(len(line) <= 120 for line in text.splitlines())
        tree = ast.parse(text, feature_version=(3, 4))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert imported == ({"os", "re", "warnings"} if variable else set())
        new = (ast.JoinedStr, ast.AnnAssign, ast.ImportFrom, ast.Nonlocal, ast.Starred, ast.AsyncFunctionDef)
        assert not any(isinstance(node, new) for node in ast.walk(tree))
        assert not any(isinstance(node, ast.FunctionDef) and node.returns for node in ast.walk(tree))


def as_options(claim: str | set[str], tags: tuple[str, ...]) -> TagOptions:
    """Return the options of a target that are equal to a claim."""
    if claim in {"all", "none"}:
        return TagOptions(manylinux=claim == "all")
    if isinstance(claim, str):
        ceiling = parse_claim(claim)
        assert isinstance(ceiling, tuple)
        return TagOptions(manylinux_ceiling=ceiling)
    return TagOptions(refused=tuple(tag for tag in tags if tag.startswith("manylinux_") and tag not in claim))


@given(st.sampled_from(sorted(GLIBC_MACHINES)), claims)
def test_manytags_reads_what_it_writes(machine: str, claim: str | set[str]) -> None:
    """A host with the module has the same tags as a target with options that are equal to the claim."""
    facts = GLIBC_MACHINES[machine]
    without = manytags.target_from_facts(facts)
    described = manytags.Target(without.python, without.platform, as_options(claim, without.platform_tags()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = run(manylinux_hook(claim))
    made.__file__ = "/site/_manylinux.py"
    assert manytags.target_from_facts(facts_with(made, facts)).platform_tags() == described.platform_tags()
