"""Which symbols with names of CPython's API the files of a wheel take from CPython. Pure.

Libraries have such names too: libpyside6 defines ``PySideProperty_TypeF``, and libshiboken6 ``PyRun_String``, so that
code which uses these keeps to the stable ABI. A loader looks for a name in the interpreter, and in the libraries that
the imported module needs, directly or through others. Other files of the wheel define nothing for it.

Rule: System V ABI, chapter 5, Shared Object Dependencies; ``dlopen`` without RTLD_GLOBAL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ..binaries.binary import Binary
from ..platforms.linux.policies import KINDS, policies
from .android import LIBRARIES as ANDROID
from .linking import Linking
from .loads import is_of_c_library
from .stable_abi import names_of_python

#: Files that are looked at for all files together; PySide2 5.15 takes some 30,000.
_MAX_STEPS = 300_000
_TOO_MANY = "a library among more than can be followed"


@dataclass(frozen=True, slots=True)
class PythonUser:
    """Symbols with names of CPython's API that a file uses and that no library of its wheel defines for it.

    :param file: path in the wheel.
    :param names: the symbols; loaders go on without weak ones, which are left out. There are none for a file that needs
        a library whose name says that it uses CPython.
    :param libraries: libraries that may define them: the code needs these, and they are neither in the wheel nor
        promised by a policy. If there are none, only CPython can define the symbols.
    """

    file: str
    names: tuple[str, ...]
    libraries: tuple[str, ...] = ()


def python_users(
    code: Collection[Binary], modules: Iterable[str], linking: Linking, kind: str
) -> tuple[PythonUser, ...]:
    """List what the files of a wheel use of CPython.

    :param code: the files.
    :param modules: paths of the extension modules among them.
    :param linking: which libraries a loader takes from the wheel.
    :param kind: ``manylinux`` for glibc's loader, ``musllinux`` for musl's.
    """
    names = {binary.name: _names(binary) for binary in code}
    named = [(binary.name, [library for library in binary.needed if "python" in library]) for binary in code]
    users = [PythonUser(file, (), tuple(libraries)) for file, libraries in named if libraries]
    if not any(names.values()):
        return tuple(users)
    files = {binary.name: binary for binary in code}
    scopes = _Scopes(files, linking, kind)
    found: dict[tuple[str, tuple[str, ...]], dict[str, None]] = {}
    reached: set[str] = set()
    for root in [*modules, *files]:
        if root in reached or root not in files:
            continue  # what a module needs is loaded with that module
        scope = scopes.of(root)
        reached.update(scope.files)
        for file in scope.files:
            left = dict.fromkeys(name for name in names.get(file, ()) if name not in scope.defined)
            if left:
                found.setdefault((file, scope.unknown), {}).update(left)
    users += [PythonUser(file, tuple(left), libraries) for (file, libraries), left in found.items()]
    return tuple(users)


def lenders(code: Collection[Binary], linking: Linking, kind: str) -> dict[str, set[str]]:
    """List the other distributions whose libraries define names of CPython's API for files of a wheel, and the names.

    :param code: the files.
    :param linking: which libraries a loader takes from the wheel, and from beside it.
    :param kind: ``manylinux`` for glibc's loader, ``musllinux`` for musl's.
    """
    providers = (provider for binary in code for provider in linking.providers(binary.name, kind).values())
    given = {(provider.given, provider.file): provider for provider in providers if provider.given}
    used = {name for binary in code for name in _names(binary)} if given else set()
    lent: dict[str, set[str]] = {}
    for provider in given.values():
        names = used.intersection(name for build in provider.builds for name in build.defined)
        if names:
            lent.setdefault(provider.given, set()).update(names)
    return lent


def _names(binary: Binary) -> list[str]:
    own = frozenset(binary.defined)
    names = names_of_python(symbol.name for symbol in binary.undefined if not symbol.weak)
    return [name for name in names if name not in own]


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a loader looks for the symbols of a file and of what it needs.

    :param files: the file, and the files of the wheel that it needs.
    :param defined: the names of CPython's API that these define.
    :param unknown: libraries that they need and that nobody knows.
    """

    files: tuple[str, ...]
    defined: frozenset[str]
    unknown: tuple[str, ...]


class _Scopes:
    """The scopes of the files of one wheel."""

    def __init__(self, files: dict[str, Binary], linking: Linking, kind: str) -> None:
        self._files, self._linking, self._kind = files, linking, kind
        self._left = _MAX_STEPS

    def of(self, root: str) -> _Scope:
        files, unknown, defined = {root: None}, dict[str, None](), set[str]()
        for file in _growing(files):
            self._left -= 1 + len(self._files[file].needed)
            if self._left < 0:
                return _Scope(tuple(files), frozenset(defined), (_TOO_MANY,))
            defined.update(self._files[file].defined)
            providers = self._linking.providers(file, self._kind)
            for library in self._files[file].needed:
                provider = providers.get(library)
                if provider is not None and provider.file in self._files:
                    files[provider.file] = None
                elif provider is not None and provider.builds:
                    defined.update(name for build in provider.builds for name in build.defined)
                elif not _is_known(library):
                    unknown[library] = None
        return _Scope(tuple(files), frozenset(defined), tuple(unknown))


def _growing(files: dict[str, None]) -> Iterator[str]:
    """Iterate over keys, and over those that are added meanwhile."""
    done = 0
    while done < len(files):
        waiting = list(files)[done:]
        done = len(files)
        yield from waiting


def _is_known(library: str) -> bool:
    """Whether a library is known to define nothing of CPython's API, or is CPython's own."""
    promised = any(library in policies(kind).listed[-1].libraries for kind in KINDS)
    return promised or library in ANDROID or is_of_c_library(library) or library.startswith("libpython")
