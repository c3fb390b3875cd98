"""Facts of other interpreters, remembered until their files change.

Asking an interpreter costs a process. What it answers follows from a few files: the interpreter, what it links to, the
virtual environment's settings, the loader (which comes with the C library), a ``_manylinux`` module that is there or
that comes. While all of them are as they were, so is the answer.
"""

from __future__ import annotations

import json
import os

from ..errors import ManytagsError
from . import REMEMBERED, Facts
from .ask import TIMEOUT, probe

#: Version of the form on disk; files of another are asked for anew.
_FORM = 1
_MAX_FILE = 1_000_000  # bytes

#: A file's modification time in nanoseconds, size and inode; ``None`` where there is none.
_State = tuple[int, int, int] | None


def remembered_probe(
    executable: str | os.PathLike[str], folder: str | os.PathLike[str] | None = None, timeout: float = TIMEOUT
) -> Facts:
    """Look at another interpreter, or remember what was seen while its files have not changed.

    :param executable: path of the interpreter.
    :param folder: where to remember across processes; only in this process without it. What cannot be written is not
        remembered; what was spoilt there is asked for anew.
    :param timeout: seconds that the interpreter may take.
    :raises ProbeError: it could not be asked.
    """
    path = os.path.abspath(executable)
    known = REMEMBERED.get(path) or (_read(path, folder) if folder is not None else None)
    if known is not None and all(_state(file) == state for file, state in known[0].items()):
        REMEMBERED[path] = known
        return known[1]
    facts = probe(path, timeout)
    REMEMBERED[path] = known = ({file: _state(file) for file in _files(path, facts)}, facts)
    if folder is not None:
        _write(path, folder, known)
    return facts


def _files(path: str, facts: Facts) -> list[str]:
    """The files from which the facts follow."""
    venv = os.path.join(os.path.dirname(os.path.dirname(path)), "pyvenv.cfg")
    named = [facts.text(name) for name in ("elf_path", "elf_interpreter", "manylinux_module")]
    # Where a ``_manylinux`` module would be put that is not there yet: a file that comes is a change too.
    major, _, minor = facts.text("python_version").rpartition(".")[0].partition(".")
    places = (
        f"lib/python{major}.{minor}/site-packages",
        f"lib/python{major}.{minor}/dist-packages",
        f"lib/python{major}/dist-packages",
    )
    prefixes = {os.path.dirname(os.path.dirname(each)) for each in (path, os.path.realpath(path))}
    hooks = [os.path.join(prefix, place, "_manylinux.py") for prefix in sorted(prefixes) for place in places]
    return list(dict.fromkeys([path, os.path.realpath(path), venv, *filter(os.path.isabs, named), *hooks]))


def _state(file: str) -> _State:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _entry(path: str, folder: str | os.PathLike[str]) -> str:
    from hashlib import sha256

    return os.path.join(folder, sha256(os.fsencode(path)).hexdigest()[:32] + ".json")


def _read(path: str, folder: str | os.PathLike[str]) -> tuple[dict[str, _State], Facts] | None:
    try:
        with open(_entry(path, folder), encoding="utf-8") as stream:
            document = json.loads(stream.read(_MAX_FILE))
        if document["form"] != _FORM or document["path"] != path:
            return None
        files = {str(file): None if state is None else tuple(state) for file, state in document["files"].items()}
        return files, Facts.from_json(json.dumps(document["facts"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ManytagsError):
        return None


def _write(path: str, folder: str | os.PathLike[str], known: tuple[dict[str, _State], Facts]) -> None:
    from tempfile import NamedTemporaryFile

    document = {"form": _FORM, "path": path, "files": known[0], "facts": json.loads(known[1].to_json())}
    try:
        os.makedirs(folder, exist_ok=True)
        # Written aside and moved: a reader sees the old file or the new one, never half of it.
        with NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".tmp", delete=False) as stream:
            json.dump(document, stream)
        os.replace(stream.name, _entry(path, folder))
    except OSError:
        return
