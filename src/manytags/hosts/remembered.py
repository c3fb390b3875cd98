"""The facts of other interpreters, remembered until their files change.

Asking an interpreter costs a process. Its answer follows from a few files: the interpreter, the files that it links to,
the settings of its virtual environment, the loader (which comes with the C library), and a ``_manylinux`` module. The
answer stays the same while all of these stay the same.
"""

from __future__ import annotations

import json
import os

from ..errors import InvalidFacts
from .ask import TIMEOUT, ask
from .facts_json import facts_from_json, facts_to_json

#: Version of the form on disk. A file of another version is ignored.
_FORM = 1
_MAX_FILE = 1_000_000  # bytes

#: A file's modification time in nanoseconds, size and inode; ``None`` where there is no file.
_State = tuple[int, int, int] | None
#: Facts, and where each was seen.
_Answer = tuple[dict[str, object], dict[str, str]]
#: The states of the files from which an answer follows, and the answer.
Remembered = tuple[dict[str, _State], _Answer]


def remembered_facts(
    executable: str | os.PathLike[str],
    folder: str | os.PathLike[str] | None,
    memory: dict[str, Remembered],
    timeout: float = TIMEOUT,
) -> _Answer:
    """Ask another interpreter, or return its last answer if its files have not changed.

    :param executable: path of the interpreter.
    :param folder: where to keep answers for other processes, or ``None``. A folder that cannot be written, or whose
        files are damaged, only costs a process.
    :param memory: where to keep answers for this process, by path.
    :param timeout: seconds that the interpreter may take.
    :returns: its facts, and where each was seen.
    :raises ProbeError: it could not be asked.
    """
    path = os.path.abspath(executable)
    known = memory.get(path) or (_read(path, folder) if folder is not None else None)
    if known is not None and all(_state(file) == state for file, state in known[0].items()):
        memory[path] = known
        return known[1]
    answer = ask(path, timeout)
    memory[path] = known = ({file: _state(file) for file in _files(path, answer[0])}, answer)
    if folder is not None:
        _write(path, folder, known)
    return answer


def _files(path: str, facts: dict[str, object]) -> list[str]:
    """List the files from which the facts follow."""
    venv = os.path.join(os.path.dirname(os.path.dirname(path)), "pyvenv.cfg")
    named = [str(facts.get(name) or "") for name in ("elf_path", "elf_interpreter", "manylinux_module")]
    # A _manylinux module may be installed later. These are the places where it would be.
    major, _, minor = str(facts["python_version"]).rpartition(".")[0].partition(".")
    places = (
        f"lib/python{major}.{minor}/site-packages",
        f"lib/python{major}.{minor}/dist-packages",
        f"lib/python{major}/dist-packages",
    )
    prefixes = {os.path.dirname(os.path.dirname(file)) for file in (path, os.path.realpath(path))}
    modules = [os.path.join(prefix, place, "_manylinux.py") for prefix in sorted(prefixes) for place in places]
    return list(dict.fromkeys([path, os.path.realpath(path), venv, *filter(os.path.isabs, named), *modules]))


def _state(file: str) -> _State:
    try:
        status = os.stat(file)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _entry(path: str, folder: str | os.PathLike[str]) -> str:
    from hashlib import sha256

    return os.path.join(folder, sha256(os.fsencode(path)).hexdigest()[:32] + ".json")


def _read(path: str, folder: str | os.PathLike[str]) -> Remembered | None:
    try:
        with open(_entry(path, folder), encoding="utf-8") as stream:
            document = json.loads(stream.read(_MAX_FILE))
        if document["form"] != _FORM or document["path"] != path:
            return None
        files = {str(file): None if state is None else tuple(state) for file, state in document["files"].items()}
        return files, facts_from_json(json.dumps(document["facts"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidFacts):
        return None


def _write(path: str, folder: str | os.PathLike[str], known: Remembered) -> None:
    from tempfile import NamedTemporaryFile

    document = {"form": _FORM, "path": path, "files": known[0], "facts": json.loads(facts_to_json(*known[1]))}
    try:
        os.makedirs(folder, exist_ok=True)
        # A new file is written and moved, so that a reader sees the old file or the new one, never a part.
        with NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".tmp", delete=False) as stream:
            json.dump(document, stream)
        os.replace(stream.name, _entry(path, folder))
    except OSError:
        return
