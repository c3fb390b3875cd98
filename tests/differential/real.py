"""What the real loaders of this machine read of a file."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from .seeds import Machine

#: What glibc reports: the search list of an object, and a version that it looks for.
_SCOPE = re.compile(r"^ *\d+:\t scope \d+: (.*)$", re.MULTILINE)
_VERSION = re.compile(r"checking for version `(.*)' in file (\S+) \[0\] required by file (\S+) \[0\]")
_REPORT = re.compile(r"^ *\d+:\t")
#: Files of glibc's loader, and of the C libraries, by the end of their names. musl's loader is its C library.
_LOADER = "/ld-linux-x86-64.so.2"
_C_LIBRARIES = (_LOADER, "/libc.so.6", "/libc.so", "/ld-musl-x86_64.so.1")
#: How the names of glibc's loaders begin, which libc.so.6 needs.
GLIBC_LOADERS = ("ld-linux", "ld64.so.")
#: glibc's report that the code of a file begins to run.
_STARTED = re.compile(r"^ *\d+:\t(?:calling init|initialize program|transferring control): (.*)$", re.MULTILINE)
#: glibc's report that it calls the last functions of a file.
_ENDING = re.compile(r"^ *\d+:\tcalling fini: (.*) \[0\]$", re.MULTILINE)
#: The exit statuses of a program that ran, and found its data as it should be or not.
_RAN = {"42", "43"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a loader, or manytags, reads of a file; ``None`` for what was not seen.

    :param needed: names of the libraries that are loaded with it.
    :param versions: (library, version) that these must have.
    :param inits: functions that it defines and that make Python extension modules.
    :param soname: its name among libraries; empty if it has none.
    :param executable_stack: whether it gives its process an executable stack.
    :param impossible_level: whether it asks for a level of x86-64 that no processor has.
    """

    needed: frozenset[str] | None = None
    versions: frozenset[tuple[str, str]] | None = None
    inits: frozenset[str] | None = None
    soname: str | None = None
    executable_stack: bool | None = None
    impossible_level: bool | None = None

    def differences(self, other: Reading) -> tuple[str, ...]:
        """Name what both have seen and read differently."""
        return tuple(
            name
            for name in self.__slots__
            if None not in (getattr(self, name), getattr(other, name)) and getattr(self, name) != getattr(other, name)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A loader's answer.

    :param reading: what it read; ``None`` if it did not take the file.
    :param refusal: why it did not take the file, in its own words, or the signal by which it ended.
    :param crash: how a process ended in the code of the file that the loader had started; empty if it went on.
    """

    reading: Reading | None
    refusal: str = ""
    crash: str = ""


class Loader:
    """A loader of this machine, which loads each file in a process of its own.

    :param server: the program that does it, built from ``server.c``.
    :param machine: whose loader it is.
    """

    def __init__(self, server: Path, machine: Machine) -> None:
        self._libc = machine.libc
        settings = {"LD_BIND_NOW": "1", "LD_DEBUG": "files,versions,scopes"}
        command, environment = [str(server)], {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        if machine.emulator:
            pairs = [word for name, value in settings.items() for word in ("-E", f"{name}={value.replace(',', ':')}")]
            command = [*machine.emulator, *pairs, *command]
        else:
            environment |= settings
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )

    def close(self) -> None:
        """End the server."""
        self._process.communicate()

    def ask(self, path: Path, is_program: bool, names: Collection[bytes]) -> Answer:
        """Load a file.

        :param names: symbols that it may define.
        """
        assert self._process.stdin  # Popen was given pipes
        assert self._process.stdout
        kind = b"program" if is_program else b"library"
        self._process.stdin.write(b"\t".join([kind, os.fsencode(path), *names]) + b"\n")
        self._process.stdin.flush()
        size = int(self._process.stdout.readline())
        text = self._process.stdout.read(size).decode("utf-8", "backslashreplace")
        return _answer(text, str(path), is_program, self._libc)


def _answer(text: str, path: str, is_program: bool, libc: str) -> Answer:
    """Make an answer of what the server said."""
    pairs = [line[2:].partition(" ")[::2] for line in text.split("\n") if line.startswith("= ")]
    said = dict(pairs)
    is_started = "entered" in said or path in _STARTED.findall(text)
    if libc == "musl" and not is_program:
        is_started = "lost" in said  # where the loader calls, its address is on the stack
    # A program may call the loader; when it ends, the loader reads its tables again, and has no name for it.
    is_running = "entered" in said and not {path, ""} & {*_ENDING.findall(text)}
    if not _is_taken(said, is_started, is_running):
        return Answer(None, said.get("refused") or _last_words(text, said))
    is_whole = said.get("status") in _RAN if is_program else "read" in said
    crash = "" if is_whole else f"{_end(said)} in {_base(_culprit(said)) or 'its code'}"
    read = "read" in said
    inits = frozenset(value for key, value in pairs if key == "symbol") if read else None
    if libc == "musl":
        needed = frozenset(_base(value) for key, value in pairs if key == "map" and value not in {"", path})
        return Answer(Reading(needed, None, inits) if read else Reading(), crash=crash)
    soname, stack = (said.get("soname", ""), "executable" in said) if read else (None, None)
    return Answer(Reading(_needed(text, path), _versions(text, path), inits, soname, stack, False), crash=crash)


def _is_taken(said: dict[str, str], is_started: bool, is_running: bool) -> bool:
    """Whether a loader was done with a file: what went wrong then went wrong in code that it had started.

    :param is_started: whether the program began, or glibc said that it calls the first function of the file.
    :param is_running: whether the program began, and did not come to its end.
    """
    if "read" in said or said.get("status") in _RAN:
        return True
    culprit = _culprit(said)
    if culprit and not culprit.endswith(_C_LIBRARIES):
        return True
    # Nothing but a table of the file leads the C library to where there is no code.
    return is_started and "called" not in said and (is_running or not culprit.endswith(_LOADER))


def _culprit(said: dict[str, str]) -> str:
    """Return the file whose code crashed, or called what is not code."""
    return said.get("called") or said.get("crash", "")


def _end(said: dict[str, str]) -> str:
    return next((f"{key} {said[key]}" for key in ("signal", "status") if key in said), "")


def _last_words(text: str, said: dict[str, str]) -> str:
    """Say how a process ended that was not refused by an error of ``dlopen`` or ``execve``."""
    words = [line for line in text.split("\n") if line.strip() and not _REPORT.match(line) and line[:2] != "= "]
    return words[-1] if words else _end(said) or "it said too much"


def _needed(text: str, path: str) -> frozenset[str] | None:
    """Read which libraries are in the search lists of a file; ``None`` if there are none yet."""
    # The lists of the process do not have the file, and those of its libraries say the same.
    lists = [members for members in map(str.split, _SCOPE.findall(text)) if path in members]
    names = map(_base, {*chain(*lists)} - {path})
    return frozenset(name for name in names if not name.startswith(GLIBC_LOADERS)) if lists else None


def _versions(text: str, path: str) -> frozenset[tuple[str, str]] | None:
    found = frozenset((_base(file), version) for version, file, by in _VERSION.findall(text) if by == path)
    return found if _needed(text, path) is not None else None


def _base(path: str) -> str:
    return path.rpartition("/")[2]
