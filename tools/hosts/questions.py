"""The two scripts that every Python runs: manytags' probe, and packaging's own tags."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manytags import Facts, target_from_facts
from manytags.hosts.ask import probe_script

from .machines import Python, Workshop
from .pypi import unpack_wheel

PACKAGING = "26.3"
_MODULES = ("_elffile", "_manylinux", "_musllinux", "tags")
"""The modules of packaging that its tags need, in the order of their imports."""

_PACKAGING_SCRIPT = """
import json, sys, types
SOURCES = json.loads({sources})
answer = None
if sys.version_info >= (3, 9):
    package = sys.modules["packaging"] = types.ModuleType("packaging")
    package.__path__ = []
    for name, source in SOURCES:
        module = types.ModuleType("packaging." + name)
        module.__package__ = "packaging"
        sys.modules[module.__name__] = module
        setattr(package, name, module)
        exec(compile(source, module.__name__, "exec"), module.__dict__)
    from packaging import tags
    try:
        answer = {{"platform_tags": list(tags.platform_tags()), "triples": list(map(str, tags.sys_tags()))}}
    except Exception as error:
        answer = {{"error": "%s: %s" % (type(error).__name__, error)}}
print(json.dumps(answer))
"""


@dataclass(frozen=True)
class Tags:
    """Ordered platform tags and ordered tag triples, best first."""

    platforms: tuple[str, ...]
    triples: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """The answer of one Python."""

    facts: dict[str, Any]
    """The probe's JSON, unchanged."""
    ours: Tags
    """The tags that manytags infers from the facts, on this machine."""
    theirs: Tags | None
    """The tags of packaging in that Python; ``None`` if it fails or that Python is too old for it."""
    failure: str
    """The error of packaging in that Python, if any."""


def ask(python: Python, packaging: str) -> Answer:
    """Run both scripts in a Python.

    :param packaging: the script of :func:`packaging_script`.
    :raises Unavailable: the Python cannot be run.
    """
    text = python.run(probe_script())
    target = target_from_facts(Facts.from_json(text))
    reply = json.loads(python.run(packaging)) or {}
    theirs = None
    if "triples" in reply:
        theirs = Tags(tuple(reply["platform_tags"]), tuple(reply["triples"]))
    ours = Tags(tuple(target.platform_tags()), tuple(target.triples()))
    return Answer(json.loads(text), ours, theirs, reply.get("error", ""))


def packaging_script(shop: Workshop) -> str:
    """Return a script that contains packaging's sources and prints its tags, so that it needs no installation."""

    def build(into: Path) -> None:
        unpack_wheel(f"packaging=={PACKAGING}", into)

    folder = shop.store.get("packaging", PACKAGING, build) / "packaging"
    sources = [(name, (folder / f"{name}.py").read_text()) for name in _MODULES]
    return _PACKAGING_SCRIPT.format(sources=repr(json.dumps(sources)))
