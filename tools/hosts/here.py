"""Every Python of this machine: those on PATH, and those that pyenv has."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from .machines import Machine, Workshop
from .shell import plain, run
from .store import Unavailable
from .ways import Here

NAMES = (*(f"python3.{minor}{flag}" for minor in range(6, 16) for flag in ("", "t")), "pypy3", "graalpy")

SPELLED = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}

_WHO = """
import json, sys
print(json.dumps([sys.implementation.name, "%d.%d.%d" % sys.version_info[:3], sys.executable, sys.base_prefix]))
"""


def machines() -> Iterator[Machine]:
    """Return a row for each name of :data:`NAMES` that exists."""
    for name in NAMES:
        for command in _commands(name):
            try:
                kind, version, executable, prefix = json.loads(
                    run([command, "-I", "-c", _WHO], environment=plain(), timeout=30)
                )
            except Unavailable:
                continue  # such as pyenv's shims for versions that are not selected
            yield Machine(
                f"here-{name}",
                f"{SPELLED.get(kind, kind)} {version} of the machine that recorded it",
                partial(_prepare, Path(executable), prefix, f"/opt/{kind}-{version}"),
                moves="it is whatever this machine has",
            )
            break


def _prepare(executable: Path, prefix: str, shown: str, _shop: Workshop) -> Here:
    return Here(executable, prefix, shown, how=f"run directly, its folder written as {shown}")


def _commands(name: str) -> Iterator[Path]:
    if path := shutil.which(name):
        yield Path(path)
    yield from (folder / name for folder in _pyenv_folders() if os.access(folder / name, os.X_OK))


@cache
def _pyenv_folders() -> tuple[Path, ...]:
    pyenv = shutil.which("pyenv")
    return tuple(sorted(Path(run([pyenv, "root"]).strip()).glob("versions/*/bin"))) if pyenv else ()
