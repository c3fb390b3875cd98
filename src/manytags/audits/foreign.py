"""The compiled files of a wheel that are for macOS, iOS or Windows: their modules, and what they use of CPython. Pure.

Rule: CPython's ``EXT_SUFFIX`` and ``Python/dynload_win.c`` for names; :pep:`384` and :pep:`703` for ``python3.dll`` and
``python313t.dll``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from ..binaries.binary import Binary
from .modules import STABLE, Module, abi_from_suffix, is_importable, triplet_from_suffix
from .python_users import PythonUser
from .stable_abi import is_of_python, of_windows_alone

#: The libraries that CPython for Windows has: ``python3.dll``, ``python312.dll``, ``python313t_d.dll``.
_PYTHON_DLL = re.compile(r"python(\d)(\d*)(t?)(_d)?\.dll", re.ASCII | re.IGNORECASE)
_PYTHON_LIBRARY = re.compile(r"(libpython[\d.]+[a-z]*\.dylib|Python[TD]?)", re.ASCII)
#: Paths of CPython's library for macOS that name its version.
_VERSIONED = re.compile(r"/(?:Versions/|libpython)(\d)\.(\d+)(t?)(?:/PythonT?|\.dylib)$", re.ASCII)
#: Folders whose libraries are macOS's own, and define nothing of CPython's API.
OF_SYSTEM = ("/usr/lib/", "/System/")


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A compiled file for another system than Linux.

    :param name: path in the wheel.
    :param system: ``macOS`` (and iOS) or ``Windows``, by its first bytes.
    :param is_module: whether it is an extension module.
    :param slices: what it says, for each processor; empty if it cannot be read.
    :param damage: why it cannot be read; empty if it can.
    """

    name: str
    system: str
    is_module: bool
    slices: tuple[Binary, ...] = ()
    damage: str = ""

    @property
    def base(self) -> str:
        """The name by which Windows looks for it, and the last part of its path."""
        base = self.name.rpartition("/")[2]
        return base.lower() if self.system == "Windows" else base

    @property
    def is_module_of_wheel(self) -> bool:
        """Whether it is an extension module that interpreters import."""
        return self.is_module and is_importable(self.name)

    @property
    def code(self) -> tuple[Binary, ...]:
        """The slices that a loader or a kernel takes."""
        return tuple(binary for binary in self.slices if binary.is_loadable)


def foreign_modules(files: Iterable[ForeignFile]) -> tuple[Module, ...]:
    """List the extension modules, and which interpreters load each."""
    return tuple(_module(file) for file in files if file.is_module_of_wheel)


def _module(file: ForeignFile) -> Module:
    folder, _, base = file.name.rpartition("/")
    stem, _, suffix = base.partition(".")
    abi = abi_from_suffix(suffix)
    if file.system == "Windows":
        # A module that needs the DLL of one version loads in that version alone, whatever its name says.
        found = {_abi_of_dll(name) for binary in file.slices for name in binary.needed} - {None}
        exact = next(iter(sorted(own for own in found if own and own not in STABLE)), None)
        if exact and (abi in {None, *STABLE} or exact.rstrip("td") == str(abi).rstrip("td")):
            abi = exact
            stem = stem.removesuffix("_d") if exact.endswith("d") else stem  # as debug builds name their modules
        abi = abi or next(iter(sorted(map(str, found))), None)
    else:
        # So does one that needs the library of one version.
        needed = (_VERSIONED.search(name) for binary in file.slices for name in binary.needed)
        exact = next((f"cp{match[1]}{match[2]}{match[3]}" for match in needed if match), None)
        abi = exact if exact and abi in {None, *STABLE} else abi
    return Module(file.name, f"{folder}/{stem}" if folder else stem, abi, triplet_from_suffix(suffix))


def _abi_of_dll(name: str) -> str | None:
    match = _PYTHON_DLL.fullmatch(name)
    if match is None:
        return None
    major, minor, threads, debug = match.groups()
    if not minor:
        return f"abi{major}{threads}"
    return f"cp{major}{minor}{threads}{'d' if debug else ''}"


def foreign_users(files: Collection[ForeignFile]) -> tuple[PythonUser, ...]:
    """List what files use of CPython's API that no library of the wheel defines."""
    defined = {name for file in files for binary in file.slices for name in binary.defined}
    bases = {file.base for file in files}
    users = []
    for file in files:
        names: dict[str, None] = {}
        unknown: dict[str, None] = {}
        for binary in file.code:
            for symbol in binary.undefined:
                if not symbol.weak and _is_cpythons(symbol.library) and is_of_python(symbol.name):
                    names[symbol.name] = None
            if binary.format == "Mach-O":
                unknown.update(dict.fromkeys(library for library in binary.needed if _is_unknown(library, bases)))
        left = tuple(name for name in names if name not in defined)
        if file.system == "Windows":
            left = tuple(name for name in left if name not in of_windows_alone())
        if left:
            users.append(PythonUser(file.name, left, tuple(unknown)))
    return tuple(users)


@lru_cache(maxsize=256)  # a file has thousands of symbols, of few libraries
def _is_cpythons(library: str | None) -> bool:
    """Whether a symbol is asked of CPython, or of whatever has it."""
    base = (library or "").rpartition("/")[2]
    return library is None or bool(_PYTHON_DLL.fullmatch(base) or _PYTHON_LIBRARY.fullmatch(base))


def _is_unknown(library: str, bases: Collection[str]) -> bool:
    base = library.rpartition("/")[2]
    return not library.startswith(OF_SYSTEM) and base not in bases and not _PYTHON_LIBRARY.fullmatch(base)
