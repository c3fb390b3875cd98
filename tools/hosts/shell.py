"""Run other programs, with a clear error that shows the program's output."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .store import Unavailable

TAIL = 2000
"""The number of characters of a failed program's output that are shown."""


def need(program: str, *, package: str = "") -> str:
    """Return the path of a program of this machine.

    :param package: the Debian package that has it, if its name differs.
    :raises Unavailable: the program is not installed.
    """
    path = shutil.which(program)
    if path is None:
        message = f"needs {program} (Debian package {package or program})"
        raise Unavailable(message)
    return path


def beside(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Return this process's environment with some variables added."""
    return {**os.environ, **variables}


def plain(variables: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Return an environment that is the same everywhere, with some variables added."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **(variables or {})}


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
    timeout: float = 1800,
) -> str:
    """Run a program, and return its standard output.

    :param environment: all of the program's environment variables; by default those of this process.
    :raises Unavailable: the program fails or takes too long.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            [str(part) for part in command],
            input=stdin,
            cwd=cwd,
            env=environment,
            timeout=timeout,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"{name}: {error}"
        raise Unavailable(message) from error
    if done.returncode:
        message = f"{name} ended with status {done.returncode}:\n{(done.stdout + done.stderr)[-TAIL:]}"
        raise Unavailable(message)
    return done.stdout
