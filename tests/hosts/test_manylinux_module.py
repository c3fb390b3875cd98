"""The ``_manylinux`` module, by which a host refuses manylinux tags (PEP 600)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import packaging
import pytest

import manytags
from manytags import Facts, InvalidManylinuxModule, target_from_facts
from manytags.hosts.probe import Observations, observe_manylinux_module
from manytags.hosts.probe_manylinux import ask, asked_architectures, glibc_minor
from manytags.platforms.linux.architectures import Architecture, architecture, architectures

from .machines import changed, seen_machines

LIBRARIES = os.pathsep.join(str(Path(module.__file__ or "").parents[1]) for module in (manytags, packaging))

X86_64 = seen_machines()["bookworm-amd64"].facts


def module(**attributes: object) -> ModuleType:
    """Return a ``_manylinux`` module."""
    made = ModuleType("_manylinux")
    made.__dict__.update(__file__="/site/_manylinux.py", **attributes)
    return made


def facts_with(made: ModuleType, facts: Facts = X86_64) -> Facts:
    """Return the facts of a machine that has the module."""
    observations = Observations()
    observations.facts = {name: facts.get(name) for name in ("machine", "sysconfig_platform", "glibc")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "platform", "linux")
        patch.setitem(sys.modules, "_manylinux", made)
        observe_manylinux_module(observations)
    answers = {
        name: [value, observations.seen[name]]
        for name, value in observations.facts.items()
        if name.startswith("manylinux_")
    }
    return changed(facts, answers)


def tags_with(made: ModuleType, facts: Facts = X86_64) -> tuple[str, ...]:
    """Return the platform tags of a machine that has the module."""
    return target_from_facts(facts_with(made, facts)).platform_tags()


ALL = target_from_facts(X86_64).platform_tags()


def without(*minors: int, arch: str = "x86_64") -> tuple[str, ...]:
    """Return bookworm's ladder on x86_64 without some minor versions and their legacy names."""
    legacy = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
    gone = {f"manylinux_2_{minor}_{arch}" for minor in minors}
    gone |= {f"{name}_{arch}" for minor, name in legacy.items() if minor in minors}
    return tuple(tag for tag in ALL if tag not in gone)


def compatible(answers: dict[int, object]) -> Callable[[int, int, str], object]:
    """Return a ``manylinux_compatible`` with answers by minor version; ``None`` for all others."""
    return lambda _major, minor, _arch: answers.get(minor)


RULES: dict[str, tuple[ModuleType, tuple[str, ...]]] = {
    "no opinion": (module(), ALL),
    "None for all": (module(manylinux_compatible=compatible({})), ALL),
    "True for all": (module(manylinux_compatible=lambda *_: True), ALL),
    "False for all": (module(manylinux_compatible=lambda *_: False), ALL[:1]),
    "False for one": (module(manylinux_compatible=compatible({17: False})), without(17)),
    "one and zero": (module(manylinux_compatible=compatible({17: 1, 12: 0})), without(12)),
    "True, False, None": (module(manylinux_compatible=compatible({36: False, 17: True, 5: False})), without(36, 5)),
    "False for another architecture": (module(manylinux_compatible=lambda _x, _y, arch: arch == "x86_64"), ALL),
    "legacy False": (module(manylinux1_compatible=False, manylinux2014_compatible=False), without(5, 17)),
    "legacy True": (module(manylinux1_compatible=True), ALL),
    "legacy None is false": (module(manylinux2010_compatible=None), without(12)),
    "legacy text is true": (module(manylinux2010_compatible="no"), ALL),
    "legacy and function: the function decides": (
        module(manylinux1_compatible=False, manylinux_compatible=compatible({12: False})),
        without(12),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_rules(rule: str) -> None:
    """If a rule were misread, a distribution would get wheels that it cannot load, or miss those that it can."""
    made, expected = RULES[rule]
    assert tags_with(made) == expected


def test_evidence_names_the_module() -> None:
    """A user who misses wheels must be able to find the file that refuses them."""
    target = target_from_facts(facts_with(module(manylinux_compatible=compatible({17: False}))))
    (found,) = [item for item in target.evidence if item.subject == "_manylinux"]
    assert str(found) == "_manylinux: 1 manylinux versions refused (/site/_manylinux.py)"
    target = target_from_facts(facts_with(module()))
    assert any(item.conclusion == "nothing refused" for item in target.evidence)


def raises(error: BaseException) -> Callable[..., object]:
    """Return a function that raises."""

    def fail(*_arguments: object) -> object:
        raise error

    return fail


class Nasty(Exception):
    """An exception that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no name")


ERRORS: dict[str, tuple[ModuleType, str]] = {
    "raises": (module(manylinux_compatible=raises(KeyError("x"))), "manylinux_compatible(2, 36, 'x86_64') raised"),
    "exits": (module(manylinux_compatible=raises(SystemExit(3))), "raised SystemExit(3)"),
    "says no": (module(manylinux_compatible=lambda *_: "no"), "answered 'no'"),
    "says 0.0": (module(manylinux_compatible=lambda *_: 0.0), "answered 0.0"),
    "is no function": (module(manylinux_compatible=True), "raised TypeError"),
    "raises a book": (module(manylinux_compatible=raises(ValueError("x" * 100_000))), "raised ValueError"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_nonsense_is_one_clear_error(case: str) -> None:
    """packaging lets the module's own exception through, or takes nonsense for yes, and never names the file."""
    made, reason = ERRORS[case]
    with pytest.raises(InvalidManylinuxModule) as caught:
        target_from_facts(facts_with(made))
    assert reason in caught.value.reason
    assert caught.value.text == "/site/_manylinux.py"
    assert str(caught.value).startswith("invalid _manylinux module '/site/_manylinux.py': ")
    assert len(str(caught.value)) < 5_000


def test_errors_about_another_architecture_do_not_count() -> None:
    """A module that knows only its own machine must not break that machine."""

    def only_here(_major: int, minor: int, arch: str) -> bool:
        return {"x86_64": minor != 36}[arch]

    assert tags_with(module(manylinux_compatible=only_here)) == without(36)


def test_errors_below_the_ladder_do_not_count() -> None:
    """packaging asks about no glibc before 2.5, so a module need not know any."""

    def from_five(_major: int, minor: int, _arch: str) -> bool:
        return {number: number != 5 for number in range(5, 60)}[minor]

    assert tags_with(module(manylinux_compatible=from_five)) == without(5)


def test_arm_is_asked_by_the_names_of_wheels() -> None:
    """armv8l takes armv7l's wheels, so the answers about armv7l count there."""
    facts = seen_machines()["vm-arm64-armhf"].facts

    def not_new(_major: int, minor: int, arch: str) -> bool:
        return not (arch == "armv7l" and minor > 17)

    tags = tags_with(module(manylinux_compatible=not_new), facts)
    assert tags == ("linux_armv8l", "linux_armv7l", "manylinux_2_17_armv7l", "manylinux2014_armv7l", "linux_armv6l")


def test_a_cross_build_is_asked_about_its_host() -> None:
    """With ``_PYTHON_HOST_PLATFORM`` wheels are chosen for another machine than the kernel's."""
    asked: set[str] = set()
    made = module(manylinux_compatible=lambda _x, _y, arch: asked.add(arch))
    facts_with(made, changed(X86_64, {"sysconfig_platform": "linux-aarch64"}))
    assert "aarch64" in asked


def test_musl_has_no_manylinux_module() -> None:
    """On musl a manylinux module has no effect, whatever it does."""
    facts = changed(seen_machines()["musl-amd64"].facts, {"manylinux_module": ["/x", "y"]})
    facts = changed(facts, {"manylinux_failed": [["import _manylinux: raised OSError()"], "y"]})
    assert target_from_facts(facts).platform_tags()[1] == "musllinux_1_2_x86_64"


IMPORTS: dict[str, str] = {
    "raises": "raise RuntimeError('odd')",
    "exits": "raise SystemExit(4)",
    "has a fault": "def (",
    "cannot be asked": "def __getattr__(name): raise RuntimeError('odd')",
    "raises what cannot be shown": (
        "class E(Exception):\n    def __repr__(self): raise RuntimeError\ndef manylinux_compatible(*a): raise E"
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="_manylinux is looked for on Linux only")
@pytest.mark.parametrize("case", IMPORTS)
def test_modules_that_break_on_import(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The facts are complete, and the error of the target names the broken module."""
    (tmp_path / "_manylinux.py").write_text(IMPORTS[case])
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("_manylinux", None)
    facts = manytags.probe()
    sys.modules.pop("_manylinux", None)
    assert Facts.from_json(facts.to_json()) == facts
    if facts.get("glibc") is None:
        pytest.skip("no glibc here")
    with pytest.raises(InvalidManylinuxModule, match="_manylinux"):
        target_from_facts(facts)


@pytest.mark.parametrize("error", [ImportError("no"), None], ids=["its own import fails", "shadowed by None"])
def test_no_module(error: ImportError | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that cannot be imported does not exist, as for packaging."""
    monkeypatch.setattr(sys, "platform", "linux")
    if error is None:
        monkeypatch.setitem(sys.modules, "_manylinux", None)
    else:
        monkeypatch.setattr(sys, "meta_path", [SimpleNamespace(find_spec=raises(error))])
    observations = Observations()
    observe_manylinux_module(observations)
    assert not observations.facts


def test_none_is_looked_for_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a module of this name belongs to another project."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "_manylinux", module(manylinux_compatible=raises(ValueError())))
    observations = Observations()
    observe_manylinux_module(observations)
    assert not observations.facts


@pytest.mark.parametrize(
    ("text", "minor"),
    [("2.36", 36), ("2.20-2014.11", 20), ("2.4.5", 4), ("2.31foo", 31), ("2", -1), ("3.1", -1), ("", -1), ("2.²", -1)],
)
def test_which_versions_are_asked_about(text: str, minor: int) -> None:
    """The module could not refuse a version of the ladder that it was not asked about."""
    assert glibc_minor(text) == minor


@pytest.mark.parametrize("row", architectures(), ids=lambda row: row.name)
def test_which_architectures_are_asked_about(row: Architecture) -> None:
    """The probe has no table of architectures; a new one that shares a kernel must not go unasked."""
    if architecture(row.takes).manylinux_floor is not None:
        assert all(row.takes in asked_architectures(kernel) for kernel in row.kernels)


def test_the_answers_stay_sendable() -> None:
    """A made-up glibc 2.999 must not make a list that no reader accepts."""
    facts = changed(X86_64, {"glibc": "2.999", "machine": "aarch64", "sysconfig_platform": "linux-aarch64"})
    made = facts_with(module(manylinux_compatible=lambda *_: False), facts)
    assert Facts.from_json(made.to_json()) == made


def test_the_function_is_asked_before_the_attributes() -> None:
    """If the function returns None, the attributes are not read (PEP 600)."""
    made = module(manylinux_compatible=lambda *_: None, manylinux1_compatible=False)
    assert ask(made, 5, "x86_64") == ("manylinux_compatible(2, 5, 'x86_64')", None)


BOTH = """
import json, sys
import packaging.tags
import manytags
def ask(function):
    try:
        return list(function())
    except (Exception, SystemExit) as error:
        return [type(error).__name__]
theirs = ask(packaging.tags.platform_tags)
sys.modules.pop("_manylinux", None)
print(json.dumps([theirs, ask(manytags.platform_tags)]))
"""

#: Module -> what packaging and manytags do if they differ; ``None`` if they agree.
SOURCES: dict[str, tuple[str, tuple[str, str] | None]] = {
    "all refused": ("manylinux_compatible = lambda *a: False", None),
    "one refused": ("def manylinux_compatible(x, y, a): return False if y == 17 else None", None),
    "some True": ("def manylinux_compatible(x, y, a): return True if y < 20 else None", None),
    "legacy": ("manylinux1_compatible = False\nmanylinux2014_compatible = True", None),
    "legacy None": ("manylinux2010_compatible = None", None),
    "legacy text": ("manylinux2010_compatible = 'no'", None),
    "both": ("manylinux1_compatible = False\ndef manylinux_compatible(x, y, a): return y != 12", None),
    "own architecture only": (
        "import platform\ndef manylinux_compatible(x, y, a): return {platform.machine(): y > 9}[a]",
        None,
    ),
    "nothing before 2.5": ("def manylinux_compatible(x, y, a): return {n: n != 7 for n in range(5, 99)}[y]", None),
    "import fails": ("raise ImportError('x')", None),
    "raises on import": ("raise RuntimeError('x')", ("RuntimeError", "InvalidManylinuxModule")),
    "exits on import": ("raise SystemExit(3)", ("SystemExit", "InvalidManylinuxModule")),
    "raises when asked": (
        "def manylinux_compatible(x, y, a): raise KeyError(a)",
        ("KeyError", "InvalidManylinuxModule"),
    ),
    "answers no": ("manylinux_compatible = lambda *a: 'no'", ("takes it for yes", "InvalidManylinuxModule")),
    "answers an empty list": ("manylinux_compatible = lambda *a: []", ("takes it for no", "InvalidManylinuxModule")),
}


@pytest.mark.skipif(sys.platform != "linux", reason="_manylinux is looked for on Linux only")
@pytest.mark.parametrize("case", SOURCES)
def test_as_packaging(case: str, tmp_path: Path) -> None:
    """Users who change from packaging keep the decisions of their distribution."""
    source, parts = SOURCES[case]
    (tmp_path / "_manylinux.py").write_text(source + "\n")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{LIBRARIES}", "PYTHONDONTWRITEBYTECODE": "1"}
    answer = subprocess.run([sys.executable, "-c", BOTH], capture_output=True, text=True, check=True, env=env)
    theirs, ours = json.loads(answer.stdout)
    if packaging_is_old():
        pytest.skip("this packaging orders tags otherwise")
    if manytags.detect().platform.glibc is None:
        pytest.skip("no glibc here")
    if parts is None:
        assert ours == theirs
        return
    assert ours == [parts[1]]
    assert (theirs == [parts[0]]) == (not parts[0].startswith("takes it"))


def packaging_is_old() -> bool:
    """Before 26.3 ``linux_*`` was last."""
    return tuple(map(int, packaging.__version__.split(".")[:2])) < (26, 3)


def test_every_answer_was_checked_in_facts() -> None:
    """The facts of a module can be read back and lead to the same tags, like all other facts."""
    facts = facts_with(module(manylinux_compatible=compatible({17: False})))
    document: dict[str, Any] = json.loads(facts.to_json())
    assert document["facts"]["manylinux_refused"]["value"][0].startswith("manylinux_2_17_")
    assert target_from_facts(Facts.from_json(json.dumps(document))).platform_tags() == without(17)
