"""The folders in which an interpreter looks for installed packages."""

from __future__ import annotations

import re

from .roots import MAX_PATH, Root

_PYTHON = re.compile(r"python(3(?:\.\d{1,3})?)?(t?)")
#: Folders below a prefix that hold the packages of its Pythons; Debian has names of its own.
_FOLDERS = ("lib/{}/site-packages", "lib64/{}/site-packages", "local/lib/{}/dist-packages", "lib/{}/dist-packages")
_MAX_CONFIG = 65536
_SYSTEM_PACKAGES = re.compile(rb"^include-system-site-packages\s*=\s*true\s*$", re.MULTILINE | re.IGNORECASE)
_MINORS = range(60)


def site_packages(root: Root, python: str) -> tuple[str, ...]:
    """List the folders of packages of an interpreter, first the environment's own.

    Nothing is run, so folders that an environment variable or a ``.pth`` file adds are not known.

    :param root: the machine's files.
    :param python: path of the interpreter in the root; links are followed for a second prefix, as that of a venv.

    Rule: CPython's ``site`` (``pyvenv.cfg``, ``getsitepackages``).
    """
    real = root.real(python) or python
    paths = [python]
    config = root.read(f"{_prefix(python)}/pyvenv.cfg", _MAX_CONFIG)
    if not isinstance(config, bytes) or _SYSTEM_PACKAGES.search(config):
        paths.append(real)
    match = _PYTHON.fullmatch(real.rpartition("/")[2])
    version = match[1] if match and match[1] and "." in match[1] else None
    names = [f"python{version}{match[2]}"] if version and match else [f"python3.{minor}" for minor in _MINORS]
    below = [folder.format(name) for folder in _FOLDERS for name in (*names, "python3")]
    folders = [f"{_prefix(path)}/{folder}" for path in paths for folder in below]
    there = [folder for folder in folders if len(folder) <= MAX_PATH and root.real(folder) is not None]
    return tuple(dict.fromkeys(there))


def _prefix(python: str) -> str:
    return python.rpartition("/")[0].rpartition("/")[0]
