"""Running other programs: one way, with a clear error that shows what the program said."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .store import Unavailable

TAIL = 2000
"""Characters of a failed program's output that are shown."""


def need(program: str, *, package: str = "") -> str:
    """The path of a program of this machine.

    :param package: the Debian package that has it, when its name is another one.
    :raises Unavailable: it is not here.
    """
    found = shutil.which(program)
    if found is None:
        message = f"needs {program} (Debian package {package or program})"
        raise Unavailable(message)
    return found


def beside(variables: Mapping[str, str]) -> Mapping[str, str]:
    """This process's environment and some variables more."""
    return {**os.environ, **variables}


def plain(variables: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """An environment that is the same everywhere, and some variables more."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **(variables or {})}


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
    timeout: float = 1800,
) -> str:
    """What a program writes to its standard output.

    :param environment: all of the program's environment variables; else those of this process.
    :raises Unavailable: it fails, or takes too long.
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
