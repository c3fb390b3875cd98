"""Remember the facts of another interpreter until its files change, in this process or in a folder.

An answer decides what is installed. So a folder is believed only if no other user could have written it.
"""

from __future__ import annotations

import os
import stat

from ..errors import InvalidFacts, InvalidInput
from .ask import TIMEOUT, ask, path_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .ask import Answer

#: Version of the form of remembered answers. A file of another version is ignored.
_FORM = 1
_MAX_ENTRY = 1_000_000  # bytes

#: A file's modification time in nanoseconds, size and inode; ``None`` where there is no file.
_State = tuple[int, int, int] | None
#: The states of the files from which an answer follows, and the answer.
Remembered = tuple[dict[str, _State], "Answer"]


def remembered_facts(
    executable: str | os.PathLike[str],
    folder: str | os.PathLike[str] | None,
    memory: dict[str, Remembered],
    timeout: float = TIMEOUT,
) -> Answer:
    """Ask another interpreter, or return its last answer if its files have not changed.

    Asking starts a process. The answer follows from a few files: the interpreter, the file that it links to, the
    settings of its virtual environment, the loader (which comes with the C library), and a ``_manylinux`` module.

    :param executable: path of the interpreter.
    :param folder: where to keep answers for other processes, or ``None``. If it cannot be written, if another user owns
        or may write it or the file in it, or if that is damaged, the interpreter is asked again.
    :param memory: where to keep answers for this process, by path.
    :param timeout: seconds that the interpreter may take.
    :returns: its facts, and where each was seen.
    :raises ProbeError: it could not be asked.
    :raises InvalidInput: the folder is not a path.
    """
    path = os.path.abspath(path_text(executable))
    believed = "" if folder is None else _usable(folder)
    known = memory.get(path) or (_read(path, believed) if believed else None)
    if known is not None and all(_state(file) == state for file, state in known[0].items()):
        memory[path] = known
        return known[1]
    answer = ask(path, timeout)
    memory[path] = known = ({file: _state(file) for file in _files(path, answer[0])}, answer)
    if believed:
        _write(path, believed, known)
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


def _usable(folder: str | os.PathLike[str]) -> str:
    """Make a folder if there is none; return its path, or an empty text if it cannot be believed or written.

    :raises InvalidInput: it is not a path.
    """
    try:
        path = os.fsdecode(folder)
        os.fsencode(path)
    except TypeError:
        raise InvalidInput(repr(folder)[:100], f"a folder is a path, not of type {type(folder).__name__}") from None
    except ValueError:
        path = f"{folder!s}\0"
    if "\0" in path:
        raise InvalidInput(path, "no folder has such a path")
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path if _is_own(os.stat(path)) else ""
    except (OSError, RecursionError):  # makedirs calls itself for each missing folder of the path
        return ""


def _is_own(status: os.stat_result) -> bool:
    """Whether a file or folder is this user's, and nobody else may write it. Windows shares none by default."""
    return os.name == "nt" or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)


def _entry(path: str, folder: str) -> str:
    from hashlib import sha256

    return os.path.join(folder, sha256(os.fsencode(path)).hexdigest()[:32] + ".json")


def _read_entry(file: str) -> bytes:
    """Read a regular file of this user, without waiting for a writer of a pipe.

    :raises OSError: there is none.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(file, flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode) or not _is_own(status):
            raise OSError("not a file of this user")
        return stream.read(_MAX_ENTRY)


def _read(path: str, folder: str) -> Remembered | None:
    """Read an entry; return ``None`` if there is none that can be believed."""
    import json

    from .facts_json import facts_from_json

    try:
        document = json.loads(_read_entry(_entry(path, folder)))
        if document["form"] != _FORM or document["path"] != path:
            return None
        states = {str(file): None if state is None else tuple(state) for file, state in document["files"].items()}
        answer = facts_from_json(json.dumps(document["facts"]))
        # An entry that names fewer files would be believed for longer.
        return (states, answer) if [*states] == _files(path, answer[0]) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidFacts):
        return None


def _write(path: str, folder: str, known: Remembered) -> None:
    """Write an entry, or leave nothing behind."""
    import json
    from contextlib import suppress
    from tempfile import mkstemp

    from .facts_json import facts_to_json

    document = {"form": _FORM, "path": path, "files": known[0], "facts": json.loads(facts_to_json(*known[1]))}
    with suppress(OSError):  # the interpreter will be asked again
        # A temporary file is renamed, so a reader sees the old file or the new file, never a part.
        descriptor, temporary = mkstemp(".tmp", dir=folder)
        try:
            with open(descriptor, "w", encoding="utf-8") as stream:
                json.dump(document, stream)
            os.replace(temporary, _entry(path, folder))
        except BaseException:
            os.unlink(temporary)
            raise
