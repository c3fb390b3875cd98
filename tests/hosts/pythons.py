"""The Pythons of this machine, by their names on PATH."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NAMES = (*(f"python3.{minor}" for minor in range(6, 16)), "python3.13t", "python3.14t", "pypy3", "graalpy")

_WHAT = "import json, sys; print(json.dumps([sys.executable, list(sys.version_info[:2]), sys.implementation.name]))"


@dataclass(frozen=True)
class Python:
    """An interpreter.

    :param executable: its own path, not that of a shim.
    :param version: major and minor.
    :param implementation: ``cpython`` or another.
    """

    executable: str
    version: tuple[int, int]
    implementation: str

    @property
    def label(self) -> str:
        """The name of a test case."""
        return f"{self.implementation}{self.version[0]}.{self.version[1]}"


def environment() -> dict[str, str]:
    """Return the environment in which all can start; the shims of pyenv fail for versions that are not selected."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    versions = ":".join(sorted(path.name for path in root.glob("*"))) if root.is_dir() else ""
    return {**os.environ, **({"PYENV_VERSION": versions} if versions else {})}


@cache
def pythons() -> tuple[Python, ...]:
    """List the Pythons that start, including the running one."""
    by_path: dict[str, Python] = {}
    for name in (sys.executable, *NAMES):
        path = shutil.which(name)
        answer = _ask(path) if path else None
        if answer is not None:
            executable, version, implementation = answer
            by_path.setdefault(
                os.path.realpath(executable), Python(executable, (version[0], version[1]), implementation)
            )
    return tuple(by_path.values())


def _ask(path: str) -> tuple[str, list[int], str] | None:
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _WHAT], capture_output=True, text=True, check=True, timeout=60, env=environment()
        )
    except (OSError, subprocess.SubprocessError):
        return None
    executable, version, implementation = json.loads(answer.stdout)
    return executable, version, implementation


@cache
def python2() -> str | None:
    """Find a Python 2.7."""
    path = shutil.which("python2.7")
    if path is None:
        return None
    command = [path, "-c", "import sys; print(sys.executable)"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment())
    return answer.stdout.strip() or None
