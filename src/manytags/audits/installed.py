"""Where the files of a wheel are installed, and a loader's search among them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import normpath
from typing import NamedTuple

from ..binaries.binary import Binary
from ..loaders.ld_cache import Code
from ..loaders.roots import NO_FILE, Root
from ..loaders.search import Search

#: Where the files of a wheel are installed: an example, for the relations between folders are what counts.
PREFIX = "/prefix"
SITE_PACKAGES = f"{PREFIX}/lib/python3/site-packages"
#: Folders in ``*.data`` -> where their files are installed. Installers disagree on ``headers``, which holds no library.
_SCHEMES = {
    "purelib": SITE_PACKAGES,
    "platlib": SITE_PACKAGES,
    "scripts": f"{PREFIX}/bin",
    "data": PREFIX,
    "headers": f"{PREFIX}/include",
}


def is_in_data_folder(file: str) -> bool:
    """Whether a file is in ``*.data``, whose subfolders say where files are installed."""
    folder, mark, _ = file.partition("/")
    return bool(mark) and folder.endswith(".data")


def installed_path(file: str) -> str:
    """Return where a file of a wheel is installed, in a prefix that stands for any.

    >>> installed_path("foo-1.0.data/scripts/foo")
    '/prefix/bin/foo'

    Rule: the wheel format, "The .data directory"; ``sysconfig``'s scheme ``posix_prefix``.
    """
    if is_in_data_folder(file):
        _, scheme, *rest = file.split("/", 2)
        if scheme in _SCHEMES and rest:
            return normpath(f"{_SCHEMES[scheme]}/{rest[0]}")
    return normpath(f"{SITE_PACKAGES}/{file}")


class Requirement(NamedTuple):
    """A distribution that another one requires, on some systems at least.

    :param name: its name, normalized.
    :param extras: extras of it that are required too.
    :param only_for: extras of the requiring distribution, one of which must be asked for; none if it is required
        without them.
    """

    name: str
    extras: tuple[str, ...] = ()
    only_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A library of another distribution.

    :param distribution: its name, normalized.
    :param place: where it is installed, in the prefix of :func:`installed_path`.
    :param binary: what it says.
    """

    distribution: str
    place: str
    binary: Binary


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is installed beside a wheel.

    :param requires: what the wheel requires.
    :param required: the distributions that are required without extras of the wheel, in turn, as far as is known.
    :param neighbours: libraries of other distributions that the wheel's files need.
    :param excluded: patterns of names of libraries that somebody else provides, such as ``libcuda.so.*``.
    """

    requires: tuple[Requirement, ...] = ()
    required: frozenset[str] = frozenset()
    neighbours: tuple[Neighbour, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Installed:
    """A wheel as it is installed.

    :param files: its compiled files, by their paths in the wheel.
    :param modules: the extension modules among them.
    :param unread: compiled files that could not be read.
    :param python_loads: whether its Python code may load libraries before it imports the modules.
    :param surroundings: what is installed beside it.
    """

    files: Mapping[str, Binary]
    modules: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()
    python_loads: bool = True
    surroundings: Surroundings = Surroundings()


class InstalledFiles(Root):
    """The files of a wheel in the folders that they are installed in.

    :param files: path -> what the file says; ``None`` if it could not be read.
    """

    def __init__(self, files: Mapping[str, Binary | None]) -> None:
        super().__init__("/")
        self.files = files
        self._folders = {"/"}
        for path in files:
            folder = path.rpartition("/")[0]
            while folder and folder not in self._folders:
                self._folders.add(folder)
                folder = folder.rpartition("/")[0]

    def real(self, path: str) -> str | None:
        """Return the path without ``..``; ``None`` if the wheel has no such file or folder."""
        path = normpath(path)
        return path if path in self.files or path in self._folders else None

    def may_have(self, folder: str, name: str) -> bool:
        """Whether a folder has a compiled file of this name."""
        return normpath(f"{folder}/{name}") in self.files

    def read(self, path: str, most: int) -> bytes | str:  # noqa: ARG002 - as in Root
        """Return why there is nothing to read."""
        return NO_FILE


class InstalledSearch(Search):
    """A search among the installed files of a wheel."""

    root: InstalledFiles

    def misfit(self, real: str) -> tuple[str, bool]:
        """Say why a file is not a library for the one that needs it."""
        if real not in self.root.files:
            return "is a folder", True  # which loaders open, and then fail to read
        binary = self.root.files[real]
        return ("", False) if binary is None else self.misfit_of_code(code_of(binary))


def code_of(binary: Binary) -> Code:
    """Return the kind of code in a file."""
    return Code(binary.bits, "little" if binary.byte_order == "little" else "big", binary.machine, binary.flags)
