"""The libraries of other distributions that are installed with a wheel: of other wheels, or in ``site-packages``."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from posixpath import normpath
from typing import BinaryIO

from ..binaries import HEADER_SIZE, LINUX, read_binary, system_of
from ..binaries.binary import Wanted
from ..errors import InvalidBinary, InvalidInput
from .archive import Archive
from .contents import Contents
from .installed import SITE_PACKAGES, Neighbour, Requirement, Surroundings, installed_path
from .metadata import MAX_METADATA, dist_info, parse_metadata, read_metadata

_MAX_RECORD = 64 << 20
#: Distributions in one folder, and libraries of all distributions together.
_MAX_DISTRIBUTIONS, _MAX_FILES = 10_000, 200_000


@dataclass(frozen=True, slots=True)
class _Library:
    """A file that may be a library, and is not read yet.

    :param distribution: whose it is.
    :param place: where it is installed, in the prefix of all wheels.
    :param path: the wheel that has it, or the file itself.
    :param member: its name in the wheel; empty for a file.
    """

    distribution: str
    place: str
    path: str
    member: str = ""


class Beside:
    """What is installed beside wheels. Libraries are read when a wheel needs their names, once.

    :param paths: wheels, folders of wheels, and folders as ``site-packages``.
    :raises InvalidInput: a path is neither.
    :raises InvalidWheel: a wheel is damaged.
    """

    def __init__(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        #: Distribution -> what it requires.
        self._requires: dict[str, tuple[Requirement, ...]] = {}
        self._libraries: dict[str, list[_Library]] = {}
        self._neighbours: dict[_Library, Neighbour | None] = {}
        self._left = _MAX_FILES
        for path in [os.fspath(path) for path in paths]:
            self._list(path)

    def surroundings(self, contents: Contents, exclude: Iterable[str] = ()) -> Surroundings:
        """Return what a wheel is given: the libraries that its files need by name, and what it requires.

        :param contents: the wheel.
        :param exclude: patterns of libraries that somebody else provides.
        """
        excluded = tuple(exclude)
        if not self._libraries and not excluded:
            return contents.surroundings
        names = dict.fromkeys(name.rpartition("/")[2] for binary in contents.binaries for name in binary.needed)
        neighbours = tuple(self._read([library for name in names for library in self._libraries.get(name, ())]))
        required = self._required(contents.surroundings.requires)
        return replace(contents.surroundings, required=required, neighbours=neighbours, excluded=excluded)

    def _required(self, requires: tuple[Requirement, ...]) -> frozenset[str]:
        """List the distributions that are required in turn."""
        asked: set[tuple[str, str]] = set()  # a distribution, and an extra of it or nothing
        waiting = [requirement for requirement in requires if not requirement.only_for]
        while waiting:
            name, extras, _ = waiting.pop()
            for extra in ("", *extras):
                if (name, extra) not in asked:
                    asked.add((name, extra))
                    waiting += [
                        requirement
                        for requirement in self._requires.get(name, ())
                        if (extra in requirement.only_for if extra else not requirement.only_for)
                    ]
        return frozenset(name for name, _ in asked)

    def _list(self, path: str) -> None:
        try:
            if os.path.isdir(path):
                self._list_folder(os.path.realpath(path))
            elif os.path.isfile(path):
                self._list_wheel(path)
            else:
                raise InvalidInput(path, "there is no such wheel or folder")
        except OSError as error:
            raise InvalidInput(path, f"it cannot be read: {error.strerror or error}") from None

    def _list_wheel(self, path: str) -> None:
        with open(path, "rb") as stream:
            archive = Archive(stream, os.path.basename(path))
            members = {member.name: member for member in archive.members}
            name, requires = read_metadata(archive, members, dist_info(archive, list(members)))
        self._requires[name] = requires
        for member in members:
            self._add(_Library(name, installed_path(member), path, member))

    def _list_folder(self, folder: str) -> None:
        names = sorted(os.listdir(folder))
        for name in names:
            if name.endswith(".whl"):
                self._list_wheel(os.path.join(folder, name))
        infos = [name for name in names if name.endswith(".dist-info")]
        for info in infos[:_MAX_DISTRIBUTIONS]:
            paths = [_within(folder, os.path.join(folder, info, name)) for name in ("METADATA", "RECORD")]
            if "" in paths:
                continue  # half an installation, or one of a system's packages
            texts = []
            for path, most in zip(paths, (MAX_METADATA, _MAX_RECORD), strict=True):
                with open(path, encoding="utf-8", errors="replace") as stream:
                    texts.append(stream.read(most))
            name, requires = parse_metadata(texts[0])
            self._requires[name] = requires
            try:
                rows = [row[0] for row in csv.reader(texts[1].splitlines()) if row]
            except csv.Error:
                continue
            for row in rows:
                if ".so" in row:
                    place = normpath(f"{SITE_PACKAGES}/{row}")
                    self._add(_Library(name, place, _within(folder, os.path.join(folder, row))))

    def _add(self, library: _Library) -> None:
        name = library.place.rpartition("/")[2]
        if library.path and ".so" in name:
            self._left -= 1
            if self._left < 0:
                raise InvalidInput(library.path, f"there are more than {_MAX_FILES} libraries")
            self._libraries.setdefault(name, []).append(library)

    def _read(self, libraries: list[_Library]) -> Iterator[Neighbour]:
        new = [library for library in libraries if library not in self._neighbours]
        for path in dict.fromkeys(library.path for library in new):
            wanted = [library for library in new if library.path == path]
            self._neighbours |= dict.fromkeys(wanted)
            if not os.path.isfile(path):
                continue  # RECORD lists it, or the wheel was removed; opening a FIFO could block forever
            with open(path, "rb") as stream:
                if not wanted[0].member:
                    self._neighbours[wanted[0]] = _neighbour(wanted[0], stream)
                    continue
                archive = Archive(stream, os.path.basename(path))
                members = {member.name: member for member in archive.members}
                for library in wanted:
                    with archive.open(members[library.member]) as opened:
                        self._neighbours[library] = _neighbour(library, opened)
        yield from filter(None, map(self._neighbours.get, libraries))


def _within(folder: str, path: str) -> str:
    """Return a file's real path if it is a regular file of the environment that has a folder; else an empty text.

    A foreign root may have links to files outside of it.
    """
    prefix = os.path.dirname(os.path.dirname(os.path.dirname(folder)))
    real = os.path.realpath(path)
    return real if os.path.isfile(real) and os.path.commonpath([prefix, real]) == prefix else ""


def _neighbour(library: _Library, stream: BinaryIO) -> Neighbour | None:
    """Read a library; ``None`` if it is not one."""
    if system_of(stream.read(HEADER_SIZE)) != LINUX:
        return None
    try:
        binary = read_binary(stream, library.place, Wanted(_unwanted, _unwanted))
    except InvalidBinary:
        return None
    return Neighbour(library.distribution, library.place, binary)


def _unwanted(_text: str) -> bool:
    return False
