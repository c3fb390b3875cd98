"""The public interface: one flat module whose names are loaded when they are first used."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import manytags

#: The contract of the first release: these names stay, and keep their meaning.
CONTRACT = (
    *("sys_tags", "platform_tags", "detect", "probe", "target_from_facts", "target", "Target", "Facts"),
    *("parse_platform", "parse_tag", "parse_wheel_filename", "rank", "best"),
    *("ManytagsError", "InvalidTag", "InvalidWheelFilename", "InvalidTarget", "InvalidFacts", "ProbeError"),
    "clear_cache",
)

#: Modules that an embedder must not pay for (design, "What never changes", 4), and modules that would load them.
HEAVY = {
    *("packaging", "re", "typing", "dataclasses", "inspect", "logging", "subprocess", "platform", "json"),
    *("enum", "functools", "collections.abc", "pathlib", "tempfile", "importlib.resources", "importlib.metadata"),
    *("contextlib", "argparse", "ctypes", "ast", "warnings.deprecated"),
}

#: The facts of some machine.
FACTS = {
    "implementation": "cpython",
    "python_version": "3.12.4",
    "pointer_size": 8,
    "sys_platform": "linux",
    "machine": "x86_64",
    "glibc": "2.36",
}

SOURCES = Path(manytags.__file__ or "").parents[1]


def loaded_by(code: str, *flags: str) -> set[str]:
    """List the modules that code loads in a fresh interpreter, apart from those loaded at its start.

    ``-S``: no site, whose .pth files may load anything; ``-I``: no environment. What the interpreter itself loads
    differs between versions and is not ours.
    """
    program = (
        "import sys, os\n"  # os, which site would have loaded
        f"sys.path.insert(0, {str(SOURCES)!r})\n"
        "before = set(sys.modules)\n"
        f"{code}\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", *flags, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))},
    )
    modules = ast.literal_eval(done.stdout.splitlines()[-1])
    assert isinstance(modules, list)
    return set(modules)


@pytest.mark.parametrize("name", CONTRACT)
def test_the_contract(name: str) -> None:
    """Every name that the documentation promises must be an attribute of manytags."""
    assert getattr(manytags, name) is not None
    assert name in dir(manytags)
    assert name in manytags.__all__


@pytest.mark.parametrize("name", manytags.__all__)
def test_every_listed_name_is_there(name: str) -> None:
    """A name in ``__all__`` that cannot be loaded breaks ``from manytags import *``."""
    value = getattr(manytags, name)
    assert getattr(manytags, name) is value
    if name != "__version__":
        assert value.__name__ == name
        assert value.__doc__
        assert value.__module__.startswith("manytags.")


def test_the_list_has_no_name_twice() -> None:
    """``dir`` must show each name once."""
    assert len(set(manytags.__all__)) == len(manytags.__all__)
    assert set(dir(manytags)) == set(manytags.__all__)


def test_star_import() -> None:
    """``from manytags import *`` in a session must give all names."""
    modules = loaded_by("from manytags import *; assert parse_tag and Target and best")
    assert "manytags.choose.select" in modules


@pytest.mark.parametrize("name", ["nothing", "parse_tags", "_private", "__wrapped__", ""])
def test_unknown_names_are_attribute_errors(name: str) -> None:
    """``hasattr`` must work for unknown names, and the error must be Python's own."""
    assert not hasattr(manytags, name)
    with pytest.raises(AttributeError, match=f"module 'manytags' has no attribute '{name}'"):
        getattr(manytags, name)


def test_the_package_is_typed() -> None:
    """Type checkers ignore every annotation if ``py.typed`` is missing."""
    assert (Path(manytags.__file__ or "").parent / "py.typed").is_file()


def test_type_checkers_see_the_same_names() -> None:
    """Type checkers read the stub and the interpreter reads a table, so both must have the same names."""
    stub = ast.parse(Path(manytags.__file__ or "").with_suffix(".pyi").read_text(encoding="utf-8"))
    names = {
        alias.asname: node.module for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert names == vars(manytags)["_HOMES"]
    annotated = {
        node.target.id for node in stub.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert annotated >= {"__version__", "__all__"}


def test_importing_loads_nothing() -> None:
    """``import manytags`` alone must load a single module."""
    assert loaded_by("import manytags") == {"manytags"}


@pytest.mark.parametrize(
    "code",
    [
        "manytags.detect()",
        "target = manytags.detect(); assert manytags.rank('foo-1.0-py3-none-any.whl', target) is not None",
        "target = manytags.detect(); assert manytags.best(['foo-1.0-1-py3-none-any.whl'], target)",
        "manytags.platform_tags()",
        "manytags.detect().triples()",
        f"manytags.target_from_facts(manytags.Facts({FACTS}, {{}})).ranks",
    ],
)
def test_detecting_and_ranking_load_nothing_heavy(code: str) -> None:
    """An installer that detects and ranks at every start must not pay for heavy modules."""
    modules = loaded_by(f"import manytags\n{code}")
    assert "manytags.targets" in modules
    if sys.platform == "linux":
        assert not modules & HEAVY
        assert {name for name in modules if not name.startswith("manytags")} <= {"__future__"}


def test_looking_loads_nothing_heavy() -> None:
    """Probing the running interpreter must not load what is needed only to ask other interpreters."""
    modules = loaded_by("import manytags\nmanytags.probe()")
    assert "manytags.hosts.probe" in modules
    if sys.platform == "linux":
        assert not modules & HEAVY


@pytest.mark.parametrize(
    "code",
    ["manytags.parse_platform('manylinux2014_x86_64')", "manytags.parse_wheel_filename('a-1.0-py3-none-any.whl')"],
)
def test_parsing_loads_nothing_heavy(code: str) -> None:
    """Parsing a name must not load ``packaging``, which is loaded with the first ``Tag`` or ``Version``."""
    modules = loaded_by(f"import manytags\n{code}")
    assert not modules & HEAVY
    assert not {name for name in modules if name.startswith(("manytags.hosts", "manytags.targets"))}


def test_nothing_that_is_loaded_warns() -> None:
    """The tests of an embedder must still run under ``-W error`` and ``-bb``."""
    loaded_by("import manytags\nfor name in manytags.__all__: getattr(manytags, name)", "-W", "error", "-bb")


def test_everything_works_without_docstrings_and_asserts() -> None:
    """Some embedders ship with ``python -OO``, so everything must work there."""
    loaded_by(
        "import manytags\nif manytags.rank('py3-none-any', manytags.detect()) is None: raise SystemExit(1)", "-OO"
    )
