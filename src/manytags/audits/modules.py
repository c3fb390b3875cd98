"""The extension modules of a wheel, by the names of files: for which interpreters and systems they are. Pure.

Rule: :pep:`3149` (``.cpython-312-x86_64-linux-gnu.so``), :pep:`384` and :pep:`652` (``.abi3.so``), :pep:`803`
(``.abi3t.so``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..binaries.binary import Binary
from ..platforms.linux.architectures import architecture as architecture_from_tag
from ..tags.python import parse_abi, parse_python_version
from .installed import is_in_data_folder
from .rules import Violation, ViolationKind

#: The ABI tags of the stable ABI.
STABLE = ("abi3", "abi3t")
#: Characters that follow a module's own name in its file name; the longest known have some 40.
_LONGEST = 80
#: The functions that make modules in Python 2.
_PYTHON_2 = ("Py_InitModule4", "Py_InitModule4_64")
#: The library of CPython for Android, which modules for one version need.
_LIBPYTHON = re.compile(r"libpython(\d)\.(\d+)(t?d?)\.so", re.ASCII)
#: The first CPython whose modules have other names on musl.
_FIRST_MUSL = (3, 11)


@dataclass(frozen=True, slots=True)
class Module:
    """An extension module.

    :param file: path in the wheel.
    :param stem: folder and name by which it is imported.
    :param abi: ABI tag of the only interpreters that load a file of this name; ``abi3`` or ``abi3t`` for the stable
        ABI; ``None`` for a plain ``.so``, which all interpreters load.
    :param triplet: the system of these interpreters, as ``x86_64-linux-gnu``; empty if the file name does not say.
    """

    file: str
    stem: str
    abi: str | None
    triplet: str = ""

    @property
    def loaded_by(self) -> str:
        """The interpreters that load it, in words."""
        if self.abi is None:
            return "the interpreter that it was built for"
        if self.abi in STABLE:
            return f"CPython with {self.abi}"
        tag = parse_abi(self.abi)
        name = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}.get(tag.family, self.abi)
        kinds = [word for flag, word in (("t", "free-threaded"), ("d", "debug")) if flag in tag.flags]
        return " ".join([name, ".".join(map(str, tag.version)), *kinds]).strip()


def modules(binaries: Iterable[Binary]) -> tuple[Module, ...]:
    """List the extension modules among compiled files, by their names or by their init functions.

    >>> from manytags.binaries.binary import Binary
    >>> file = Binary("foo/_c.cpython-312-x86_64-linux-gnu.so", "ELF", "x86_64", 62, 64, "little", "shared object")
    >>> modules([file])
    (Module(file='foo/_c.cpython-312-x86_64-linux-gnu.so', stem='foo/_c', abi='cp312', triplet='x86_64-linux-gnu'),)
    """
    listed = []
    for binary in binaries:
        if binary.is_debug_information:
            continue  # it may have the module's name, in another folder
        folder, _, base = binary.name.rpartition("/")
        stem, _, suffix = base.partition(".")
        abi = _abi_of(suffix)
        # A name such as ``initfoo`` does not prove that a function makes a module of Python 2; what it calls does.
        if abi or (
            suffix == "so" and (stem in binary.modules or any(symbol.name in _PYTHON_2 for symbol in binary.undefined))
        ):
            exact = _LIBPYTHON.fullmatch(binary.libpython or "")
            if exact and abi in {None, *STABLE}:
                abi = "cp{}{}{}".format(*exact.groups())
            cpython = suffix.startswith("cpython-")
            triplet = "-".join(suffix.removesuffix(".so").split("-")[2:]) if cpython else ""
            listed.append(Module(binary.name, f"{folder}/{stem}" if folder else stem, abi, triplet))
    return tuple(listed)


def is_named_as_module(file: str) -> bool:
    """Whether interpreters import a file as an extension module for its name alone.

    >>> is_named_as_module("foo/_c.abi3.so"), is_named_as_module("foo/_c.so"), is_named_as_module("foo/libc.so.6")
    (True, False, False)
    """
    return file.endswith("so") and _abi_of(file.rpartition("/")[2].partition(".")[2]) is not None


def is_importable(file: str) -> bool:
    """Whether a file is installed in a folder that interpreters import from.

    >>> is_importable("foo-1.0.data/platlib/_c.so"), is_importable("foo-1.0.data/data/lib/_c.so")
    (True, False)
    """
    return not is_in_data_folder(file) or file.split("/")[1] in {"purelib", "platlib"}


def is_foreign_module(file: str, inits: Collection[str] = ()) -> bool:
    """Whether a file for macOS or Windows is an extension module, by its name or by its init functions.

    :param file: path in the wheel.
    :param inits: the modules that it defines.
    """
    stem, _, suffix = file.rpartition("/")[2].partition(".")
    named = f".{suffix}".endswith((".pyd", "-cygwin.dll")) or _abi_of(suffix) is not None
    return named or (suffix == "so" and stem in inits)


def triplet_from_suffix(suffix: str) -> str:
    """Read the system in what follows the own name of a module for CPython; empty if it says none.

    >>> triplet_from_suffix("cpython-312-darwin.so"), triplet_from_suffix("cp313t-win_amd64.pyd")
    ('darwin', 'win_amd64')
    """
    name, _, kind = suffix.rpartition(".")
    fields = name.split("-")
    if kind == "pyd":
        return "-".join(fields[1:]) if fields[0].startswith("cp") else ""
    return "-".join(fields[2:]) if fields[0] == "cpython" else ""


def abi_from_suffix(suffix: str) -> str | None:
    """Read the ABI tag in what follows a module's own name; ``None`` if it says none.

    >>> abi_from_suffix("cpython-312-darwin.so"), abi_from_suffix("cp313t-win_amd64.pyd"), abi_from_suffix("pyd")
    ('cp312', 'cp313t', None)
    """
    if not suffix.endswith(".pyd") or len(suffix) > _LONGEST:
        return _abi_of(suffix)
    kind, _, rest = suffix.removesuffix(".pyd").partition("-")
    if kind.startswith("pypy"):
        return _abi(kind, f"{kind}-{rest}.so")
    return _abi("cpython", f"cpython-{kind.removeprefix('cp')}.so") if kind.startswith("cp") else None


@lru_cache(maxsize=256)  # a wheel has one or two
def _abi_of(suffix: str) -> str | None:
    """Read the ABI tag in ``cpython-312-x86_64-linux-gnu.so``, ``pypy310-pp73-x86_64-linux-gnu.so``, ``abi3.so``."""
    if suffix.endswith("so") and len(suffix) <= _LONGEST:
        return _abi(suffix.rpartition(".")[0].partition("-")[0], suffix)
    return None


def _abi(kind: str, suffix: str) -> str | None:
    if kind in STABLE:
        return kind
    fields = suffix.removesuffix(".so").split("-")
    if len(fields) < 2 or not fields[1].isalnum() or not suffix.isascii():
        return None
    if kind == "cpython":
        version = parse_python_version(fields[1].rstrip("tdmu"))
        return f"cp{fields[1]}" if version and len(version) == 2 else None
    if kind.startswith("pypy") and kind.isalnum():
        return f"{kind}_{fields[1]}"
    if kind.startswith("graalpy") and kind.isalnum():
        return f"{kind}_{fields[1]}_native"
    return None


def misnamed(modules: Iterable[Module], triplet: str) -> Iterator[Violation]:
    """List the modules that interpreters do not find, since they are named for another system.

    :param modules: the modules of one wheel.
    :param triplet: the system in the names of modules that are found, such as ``darwin``.
    """
    listed = list(modules)
    found = {module.stem for module in listed if module.triplet in {"", triplet}}
    for module in listed:
        if module.stem not in found:
            yield Violation(module.file, ViolationKind.EXTENSION_MODULE, f"named for {module.triplet}")


def name_violations(modules: Collection[Module], kind: str, architecture: str) -> tuple[Violation, ...]:
    """List the modules whose file names are for another system, where interpreters of this system do not find them.

    :param modules: the modules of one wheel.
    :param kind: ``manylinux``, ``musllinux`` or ``linux``.
    :param architecture: as in tags.

    Rule: CPython's ``EXT_SUFFIX``; musl has its own since 3.11 (python/cpython#87278).
    """
    # A wheel's modules may be thousands, but they are for one or two systems.
    systems = {(module.triplet, module.abi) for module in modules}
    right = {system for system in systems if _is_for_system(*system, kind, architecture)}
    if right == systems:
        return ()
    loadable = {module.stem for module in modules if (module.triplet, module.abi) in right}
    return tuple(
        Violation(module.file, ViolationKind.EXTENSION_MODULE, f"named for {module.triplet}")
        for module in modules
        if module.stem not in loadable
    )


def _is_for_system(triplet: str, abi: str | None, kind: str, architecture: str) -> bool:
    machine, linux, libc = triplet.partition("-linux-")
    row = architecture_from_tag(architecture)
    if not linux or not abi or not row.machine:  # 0: an architecture that is not in the table
        return True
    if machine != row.triplet:
        return False
    if kind == "musllinux":
        return libc.startswith("musl") or parse_abi(abi).version < _FIRST_MUSL
    return kind != "manylinux" or libc.startswith("gnu")
