"""Which file a loader takes for each library that the files of a wheel need, once the wheel is installed. Pure.

A loader takes what its process has loaded already under the needed name. Otherwise it looks in the search paths of the
file that needs the library, and of the files that loaded that one. So each module is followed as a process would load
it, and so is each program, and each library that none of them loads.

What an interpreter has loaded before is not known. Python code may load a library by its path first: glibc then takes
it wherever its SONAME is needed, musl does not. A program begins with nothing loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain

from ..binaries.binary import Binary
from .installed import Installed, Surroundings
from .loads import Loads, Provider, is_of_c_library

#: Parts of the names of distributions that say nothing about their libraries.
_COMMON = frozenset({"lib", "python", "nvidia", "intel", "core", "base", "bin", "dll", "runtime"})
#: Names of distributions in a hint.
_MOST_NAMES = 4
#: Distributions whose names are compared with those of libraries.
_MOST_ASKED = 200


class Linking:
    """Which file of a wheel a loader takes for each library that its files need.

    :param binaries: the compiled files of the wheel.
    :param modules: the extension modules among them, by their paths in the wheel.
    :param unread: paths of compiled files that could not be read.
    :param python_loads: whether Python code of the wheel may load libraries before it imports the modules.
    :param surroundings: what is installed beside the wheel; nothing by default.
    """

    def __init__(
        self,
        binaries: Iterable[Binary] = (),
        modules: Iterable[str] = (),
        unread: Iterable[str] = (),
        python_loads: bool = True,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.files = {b.name: b for b in binaries if b.is_code and not b.is_debug_information}
        self._surroundings = surroundings or Surroundings()
        self._wheel = Installed(self.files, frozenset(modules), tuple(unread), python_loads, self._surroundings)
        self._kinds: dict[str, Loads] = {}
        # What was asked before: a wheel has many tags, and many files that need the same.
        self._unreached: dict[str, dict[tuple[str, str], str]] = {}
        self._loaded: dict[str, frozenset[str]] = {}
        self._given: dict[str, tuple[str, ...]] = {}
        self._hints: dict[str, str] = {}

    def providers(self, file: str, kind: str) -> Mapping[str, Provider]:
        """Return what provides the libraries that a file needs, by the libraries' names.

        A library that nothing provides is left out. If no policy promises it, the file does not load.

        :param file: the file's path in the wheel.
        :param kind: ``manylinux`` for glibc's loader, ``musllinux`` for musl's.
        """
        return self._loads(kind).providers.get(file, {})

    def doubt(self, kind: str) -> str:
        """Say why it cannot be known whether a library's symbols are found; empty if it can be."""
        return next(self._loads(kind).doubts(), "")

    def is_loaded(self, file: str, kind: str) -> bool:
        """Whether processes load a file as a library: it is an extension module, or other files need it."""
        if kind not in self._loaded:
            providers = self._loads(kind).providers.values()
            self._loaded[kind] = self._wheel.modules.union(one.file for needs in providers for one in needs.values())
        return file in self._loaded[kind]

    def is_in_module(self, file: str, kind: str) -> bool:
        """Whether processes load a file with an extension module: it is one, or one leads to it."""
        return file in self._wheel.modules or file in self._loads(kind).in_module

    def unreached(self, kind: str) -> Sequence[tuple[str, str, str]]:
        """List (file, library, file that would be it) where a library is there and no search path leads to it."""
        return self._loads(kind).unreached

    def given(self, kind: str) -> tuple[str, ...]:
        """List the other distributions, and the excluded libraries, without which the files do not load."""
        if kind not in self._given:
            providers = chain.from_iterable(self.providers(file, kind).values() for file in self.files)
            self._given[kind] = tuple(dict.fromkeys(provider.given for provider in providers if provider.given))
        return self._given[kind]

    def not_required(self, kind: str) -> Sequence[tuple[str, str, str]]:
        """List (file, library, distribution) of libraries of distributions that the wheel does not require."""
        return [
            (file, library, provider.given)
            for file in self.files
            for library, provider in self.providers(file, kind).items()
            if provider.file and provider.given and provider.given not in self._surroundings.required
        ]

    def hint(self, file: str, library: str, kind: str) -> str:
        """Say where a library may come from that nothing provides; empty if nothing is known.

        :param file: the file that needs it.
        :param library: the library.
        :param kind: as for :meth:`providers`.
        """
        if kind not in self._unreached:
            self._unreached[kind] = {(user, name): other for user, name, other in self.unreached(kind)}
        other = self._unreached[kind].get((file, library))
        if other is not None:
            return f"no search path leads to {other}"
        if library not in self._hints:
            self._hints[library] = self._hint(library)
        return self._hints[library]

    def _hint(self, library: str) -> str:
        requires = self._required
        if self._surroundings.neighbours or not requires or is_of_c_library(library):
            return ""
        alike = [name for name in requires if _is_alike(name, library)] or self._alike
        names = " or ".join((alike or requires)[:_MOST_NAMES])
        return f"perhaps brought by {names} (Requires-Dist): audit with --beside"

    @cached_property
    def _required(self) -> list[str]:
        return [requirement.name for requirement in self._surroundings.requires if not requirement.only_for][
            :_MOST_ASKED
        ]

    @cached_property
    def _alike(self) -> list[str]:
        """The required distributions whose names are alike to any library that the wheel needs."""
        needed = " ".join({name for binary in self.files.values() for name in binary.needed})
        return [name for name in self._required if _is_alike(name, needed)]

    @property
    def names(self) -> frozenset[str]:
        """Names by which the files can be needed: their file names, and their SONAMEs."""
        names = {file.rpartition("/")[2] for file in self.files} | {binary.soname for binary in self.files.values()}
        return frozenset(name for name in names if name and not is_of_c_library(name))

    def _loads(self, kind: str) -> Loads:
        if kind not in self._kinds:
            self._kinds[kind] = Loads(self._wheel, kind)
        return self._kinds[kind]


def _is_alike(distribution: str, library: str) -> bool:
    """Whether a library has a part of a distribution's name in its own, as libtorch_cpu.so has of torch."""
    parts = re.findall("[a-z]{3,}[0-9]*", distribution.lower())
    return any(part not in _COMMON and part in library.lower() for part in parts)
