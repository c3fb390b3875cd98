"""``_manylinux`` modules from strangers: any package can install one, and no installer may break or be misled by it.

Whatever the module does, the facts tell that there is one. Then either the target refuses what the module refuses, or
``InvalidManylinuxModule`` is raised: nothing happens in silence.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from time import process_time
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import manytags
from manytags import Facts, InvalidManylinuxModule, target_from_facts
from manytags.hosts.probe import Observations, observe_manylinux_module

from ..hosts.machines import changed, seen_machines
from .processor_time import in_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

X86_64 = seen_machines()["bookworm-amd64"].facts
LONG = "x" * 20_000_000
HUGE = 1 << 5_000_000
MOST_MEMORY = 2_000_000


class Odd(BaseException):
    """What `except Exception` does not catch."""


class Unspeakable(Exception):
    """An exception that cannot be shown in any way."""

    def __repr__(self) -> str:
        raise Odd

    __str__ = __repr__

    def __getattribute__(self, name: str) -> object:
        raise Odd


class SecretText(str):
    """A text whose every use raises."""

    __slots__ = ()

    def _fail(self, *_: object) -> Any:  # noqa: ANN401 - hostile
        raise Odd

    __repr__ = __str__ = __getitem__ = __len__ = __format__ = __eq__ = _fail
    __hash__ = str.__hash__


class NoTruth(int):
    """A number that is neither true nor false."""

    def __bool__(self) -> bool:
        raise Odd


def _fail(_: object) -> Any:  # noqa: ANN401 - hostile
    raise Odd


#: A class whose objects raise when they are asked for their class, their truth or their text.
LIAR: Any = type("Liar", (), {"__class__": property(_fail), "__bool__": _fail, "__repr__": _fail})


class _Nameless(type):
    @property
    def __name__(cls) -> Any:  # type: ignore[override] # noqa: ANN401 - hostile
        raise Odd


LONG_NAME = type("n" * 5_000_000, (Exception,), {})


def answering(answer: object) -> Callable[..., object]:
    """Return a function with the same answer to each question."""
    return lambda *_: answer


def raising(make: Callable[[], BaseException]) -> Callable[..., object]:
    """Return a function that raises."""

    def fail(*_: object) -> object:
        raise make()

    return fail


ANSWERS: dict[str, object] = {
    "a long text": LONG,
    "long bytes": LONG.encode(),
    "long other bytes": bytearray(LONG.encode()),
    "a long list": [LONG] * 5,
    "a deep list": [[[[[LONG]]]]],
    "a large number as text": "9" * 10_000_000,
    "snakes": "\U0001f40d" * 5_000_000,
    "lone surrogates": "\udcff" * 1_000,
    "a text that raises": SecretText("no"),
    "a number without truth": NoTruth(1),
    "a liar": LIAR(),
    "a class": LIAR,
    "a class without a name": _Nameless("C", (), {}),
    "an object of it": _Nameless("C", (), {})(),
    "an object of a class with a long name": LONG_NAME(),
    "a fraction": 0.0,
    "a module": sys,
}
RAISED: dict[str, Callable[[], BaseException]] = {
    "a long text": lambda: ValueError(LONG),
    "many texts": lambda: ValueError(*[LONG] * 20),
    "a text that raises": lambda: ValueError(SecretText("no")),
    "a liar": lambda: ValueError(LIAR()),
    "unspeakable": Unspeakable,
    "a long name": LONG_NAME,
    "outside of Exception": Odd,
    "the end of a generator": GeneratorExit,
    "the end of the process": lambda: SystemExit(LONG),
    "a warning": lambda: Warning(LONG),
    "no memory": MemoryError,
    "an import error": lambda: ImportError(LONG),
    "a large number": lambda: ValueError(HUGE),
}


def facts_with(made: object) -> Facts:
    """Return the facts of a machine on which ``import _manylinux`` returns an object."""
    observations = Observations()
    observations.facts = {name: X86_64.get(name) for name in ("machine", "sysconfig_platform", "glibc")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "platform", "linux")
        patch.setitem(sys.modules, "_manylinux", made)
        observe_manylinux_module(observations)
    seen = {
        name: [value, observations.seen[name]]
        for name, value in observations.facts.items()
        if name.startswith("manylinux_")
    }
    return changed(X86_64, seen)


def bounded(made: object) -> Facts:
    """Return the facts, and see what they cost."""
    began = process_time()
    tracemalloc.start()
    try:
        facts = facts_with(made)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
    assert in_time(began)
    assert Facts.from_json(facts.to_json()) == facts
    assert len(facts.to_json()) < 100_000
    assert facts.text("manylinux_module")
    return facts


def module(**attributes: object) -> ModuleType:
    """Return a ``_manylinux`` module."""
    made = ModuleType("_manylinux")
    made.__dict__.update({"__file__": "/site/_manylinux.py", **attributes})
    return made


@pytest.mark.parametrize("case", ANSWERS)
def test_any_answer_is_shown_in_few_words(case: str) -> None:
    """An answer of 200 MB took 32 seconds, since its whole text was made before it was cut."""
    facts = bounded(module(manylinux_compatible=answering(ANSWERS[case])))
    with pytest.raises(InvalidManylinuxModule, match=r"manylinux_compatible\(2, 36, 'x86_64'\) (answered|raised Odd)"):
        target_from_facts(facts)


@pytest.mark.parametrize("case", RAISED)
def test_whatever_is_raised_is_contained(case: str) -> None:
    """A module that raises must not end the installer, nor fill its memory or its log."""
    made = module(manylinux_compatible=raising(RAISED[case]))
    if case in {"a long text", "many texts"}:
        assert len(facts_with(made).to_json()) < 100_000  # the module itself takes the memory
        return
    facts = bounded(made)
    with pytest.raises(InvalidManylinuxModule, match=r"manylinux_compatible\(2, 36, 'x86_64'\) raised "):
        target_from_facts(facts)


@pytest.mark.parametrize("case", ANSWERS)
def test_old_attributes_of_any_kind_count_as_true_or_false(case: str) -> None:
    """PEP 513 asks for the truth of the attribute. If it has none, that is an error that names the attribute."""
    facts = bounded(module(manylinux2014_compatible=ANSWERS[case], manylinux1_compatible=False))
    try:
        tags = target_from_facts(facts).platform_tags()
    except InvalidManylinuxModule as error:
        assert "manylinux2014_compatible raised Odd()" in error.reason
    else:
        assert "manylinux1_x86_64" not in tags


class NoFile:
    """A module that tells everything but its file."""

    @property
    def __file__(self) -> str:
        raise Odd

    @staticmethod
    def manylinux_compatible(_major: int, minor: int, _arch: str) -> bool:
        """Refuse what is newer than 2.17."""
        return minor <= 17


FILES: dict[str, object] = {
    "raises": NoFile,
    "long": LONG,
    "number": 5,
    "none": None,
    "empty": "",
    "bytes": b"/x",
    "raises when used": SecretText("/x"),
    "liar": LIAR(),
    "no text": "\udcff/x",
    "two lines": "a\nb\0",
}


@pytest.mark.parametrize("case", FILES)
def test_what_was_refused_is_kept_without_a_file(case: str) -> None:
    """A host that refuses new tags was given 914 of them, since the module's ``__file__`` raised."""
    file = FILES[case]
    made = NoFile() if case == "raises" else module(__file__=file, manylinux_compatible=NoFile.manylinux_compatible)
    target = target_from_facts(bounded(made))
    assert "manylinux_2_17_x86_64" in target.platform_tags()
    assert "manylinux_2_18_x86_64" not in target.platform_tags()
    (found,) = [item for item in target.evidence if item.subject == "_manylinux"]
    assert found.conclusion == "19 manylinux versions refused"


NOT_MODULES: dict[str, object] = {
    "liar": LIAR(),
    "number": 5,
    "text": "text",
    "namespace": SimpleNamespace(),
    "class": LIAR,
}


@pytest.mark.parametrize("case", NOT_MODULES)
def test_what_is_not_a_module(case: str) -> None:
    """A module may replace itself in `sys.modules` by anything. What refuses nothing is in the evidence."""
    facts = bounded(NOT_MODULES[case])
    target = target_from_facts(facts)
    assert any(item.subject == "_manylinux" for item in target.evidence)


SOURCES = {
    "raises outside of Exception": ("raise BaseException('odd')", "raised BaseException('odd')"),
    "ends a generator": ("raise GeneratorExit", "raised GeneratorExit()"),
    "ends the process": ("import sys; sys.exit('bye')", "raised SystemExit('bye')"),
    "raises a long text": ("raise ValueError('x' * 20_000_000)", "raised ValueError('xxx"),
    "is nested deeply": ("(" * 10_000, "raised "),
    "recurses": ("def f(): f()\nf()", "raised RecursionError("),
    "is not text": ("\udcff", "raised SyntaxError("),
    "replaces itself by nothing": ("import sys; sys.modules[__name__] = None", ""),
}


@pytest.mark.skipif(sys.platform != "linux", reason="_manylinux is looked for on Linux only")
@pytest.mark.parametrize("case", SOURCES)
def test_modules_that_break_on_import(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe answers for every module, so that an installer can say which file is at fault."""
    source, reason = SOURCES[case]
    (tmp_path / "_manylinux.py").write_text(source, errors="surrogateescape")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "_manylinux", raising=False)
    facts = manytags.probe()
    sys.modules.pop("_manylinux", None)
    assert len(facts.to_json()) < 100_000
    assert any(reason in text for text in facts.texts("manylinux_failed")) == bool(reason)
    if facts.get("glibc") is not None and reason:
        with pytest.raises(InvalidManylinuxModule):
            target_from_facts(facts)


@pytest.mark.skipif(sys.platform != "linux", reason="_manylinux is looked for on Linux only")
def test_a_module_that_lacks_what_it_imports_refuses_nothing_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installers take it for no module. A user who expected refusals must find out why there are none."""
    (tmp_path / "_manylinux.py").write_text("import no_such_module_of_anybody")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "_manylinux", raising=False)
    facts = changed(X86_64, {name: [manytags.probe().get(name), "x"] for name in ("manylinux_module",)})
    failed = manytags.probe().texts("manylinux_failed")
    facts = changed(facts, {"manylinux_failed": [json.loads(json.dumps(failed)), "x"]})
    target = target_from_facts(facts)
    assert target.platform_tags() == target_from_facts(X86_64).platform_tags()
    (found,) = [item for item in target.evidence if item.subject == "_manylinux"]
    assert found.conclusion.startswith(
        "nothing refused: installers take it for none, since it raised ModuleNotFoundErr"
    )


def test_an_interrupt_is_the_users() -> None:
    """Ctrl-C must end a probe whose module takes long."""
    with pytest.raises(KeyboardInterrupt):
        facts_with(module(manylinux_compatible=raising(KeyboardInterrupt)))
