"""The rules that a platform tag implies for code: every way in which a file breaks them, as data. Pure.

Rule: :pep:`600`, :pep:`656`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..binaries.binary import EXECUTABLE, Binary, NeededVersion
from ..documents import TextEnum
from ..loaders.missing import GLIBC_ONLY
from ..platforms.linux.architectures import architecture as architecture_from_tag
from ..platforms.linux.policies import Policies, Policy, policies
from ..platforms.linux.symbol_versions import is_numbered, sorted_versions, version_family
from .linking import Linking
from .loads import MUSL_LIBC, Provider, is_of_c_library
from .processors import ARM, newer_processor

#: Prefixes of the libraries and loaders of the other C library, by kind of policy.
_OTHER_LIBC = {"manylinux": (MUSL_LIBC, "ld-musl-", "libc.so"), "musllinux": GLIBC_ONLY}
#: The name that policies give to musl.
_MUSL_ITSELF = "libc.so"
#: The first musllinux policy some of whose systems know packed relocations, which came with musl 1.2.4.
_FIRST_MUSL_PACKED = (1, 2)
#: The version by which code with packed relocations asks for a glibc that knows them.
_PACKED = "GLIBC_ABI_DT_RELR"
#: Why a library whose versions a file asks for is missing, though the file does not need it: glibc ends there.
_UNLOADED = "it is asked for versions, and nothing loads it"
#: The families of the versions that promised libraries have, and that the parts of the C library have.
_FAMILIES = {
    "libstdc++.so.6": {"GLIBCXX", "CXXABI"},
    "libgcc_s.so.1": {"GCC", "GLIBC"},
    "libz.so.1": {"ZLIB"},
    "libatomic.so.1": {"LIBATOMIC"},
}
_FAMILIES_OF_C = {"GLIBC", "GCC"}


#: In place of a file, where it is not the fault of any.
THE_WHEEL = "the wheel"


class ViolationKind(TextEnum):
    """The rules that code can break."""

    ARCHITECTURE = "architecture"
    FLOAT_ABI = "float ABI"
    C_LIBRARY = "C library"
    LIBRARY = "library"
    SYMBOL_VERSION = "symbol version"
    FORBIDDEN_SYMBOL = "forbidden symbol"
    EXECUTABLE_STACK = "executable stack"
    RELOCATIONS = "relocations"
    LOADER = "loader"
    FILE_TYPE = "file type"
    PROCESSOR_LEVEL = "processor level"
    DECLARED_PROCESSOR = "declared processor"
    EXTENSION_MODULE = "extension module"
    STABLE_ABI = "stable ABI"
    COMPILED_FILE = "compiled file"
    SYSTEM = "system"
    SYSTEM_VERSION = "system version"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Violation:
    """A way in which a file contradicts a tag.

    :param file: the file's name.
    :param kind: the rule that it breaks.
    :param what: what the file has: an architecture, library, symbol version or symbol.
    :param library: the library that a symbol or a version belongs to.
    :param allowed: what the tag would allow instead, most widely useful first; empty if it allows nothing.
    :param symbols: the symbols that need a version. Code that does not use them does not need the version.
    :param note: what else explains it.
    """

    file: str
    kind: ViolationKind
    what: str
    library: str | None = None
    allowed: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        of = f" of {self.library}" if self.library else ""
        by = f", needed by {', '.join(self.symbols)}" if self.symbols else ""
        allowed = f" (allowed: {', '.join(self.allowed)})" if self.allowed else ""
        note = f": {self.note}" if self.note else ""
        return f"{self.file}: {self.kind} {self.what}{of}{by}{allowed}{note}"


def violations(binaries: Iterable[Binary], policy: Policy, linking: Linking | None = None) -> tuple[Violation, ...]:
    """List every way in which files break a policy.

    :param binaries: the files of one wheel.
    :param policy: the policy.
    :param linking: which libraries a loader takes from the wheel itself. Systems need not have these.
    """
    return tuple(iterate_violations(binaries, policy, linking or Linking()))


def iterate_violations(binaries: Iterable[Binary], policy: Policy, linking: Linking) -> Iterator[Violation]:
    """Iterate over what :func:`violations` lists."""
    return (violation for binary in binaries for violation in _violations(binary, policy, linking))


def machine_violations(binaries: Iterable[Binary], architecture: str) -> tuple[Violation, ...]:
    """List every way in which files contradict any tag that names an architecture.

    :param binaries: the files.
    :param architecture: as in tags.
    """
    return tuple(violation for binary in binaries for violation in _machine_violations(binary, architecture))


def version_violations(binaries: Iterable[Binary], linking: Linking) -> tuple[Violation, ...]:
    """List the versions that files need of the wheel's own libraries, which lack them: glibc refuses such files."""
    found = ((binary, linking.providers(binary.name, "manylinux")) for binary in binaries if binary.versions)
    return tuple(
        violation
        for binary, providers in found
        for violation in _undefined_versions(binary, {name: one for name, one in providers.items() if one.is_found})
    )


def musl_violations(binaries: Iterable[Binary], architecture: str) -> tuple[Violation, ...]:
    """List the symbols that files need of musl and that no release of it has: these files load nowhere."""
    newest = policies("musllinux").of(architecture)[-1:]
    users = [binary for binary in binaries if any(name.startswith(MUSL_LIBC) for name in binary.needed)]
    found = (one for policy in newest for binary in users for one in _forbidden_symbols(binary, policy, ()))
    return tuple(violation for violation in found if violation.library == _MUSL_ITSELF)


def lowest_policy(
    binaries: Collection[Binary],
    kind: str,
    architecture: str,
    linking: Linking | None = None,
    ignored: Collection[ViolationKind] = (),
) -> Policy | None:
    """Find the oldest policy that files keep. Its tag is the most widely installable one that is true.

    For code that is newer than the last listed policy, the C library's version decides, and ``listed`` is false. musl's
    symbols have no versions, so a musllinux policy is kept if the names of symbols do not contradict it.

    :param binaries: the files of one wheel.
    :param kind: ``manylinux`` or ``musllinux``.
    :param architecture: as in tags.
    :param linking: which libraries a loader takes from the wheel itself.
    :param ignored: kinds of violations to ignore; auditwheel, for example, does not check executable stacks.
    :returns: ``None`` if they keep no policy.
    """
    known = policies(kind)
    ladder = known.of(architecture)
    if not ladder:
        return None
    linked, passed_over = linking or Linking(), frozenset(ignored)

    def is_kept(policy: Policy) -> bool:
        return all(broken.kind in passed_over for broken in iterate_violations(binaries, policy, linked))

    candidates = [*ladder, *_newer_policy(binaries, known, ladder[-1])]
    # Later policies allow all that earlier ones do.
    place = bisect_left(candidates, 1, key=is_kept)
    return candidates[place] if place < len(candidates) else None


def _newer_policy(binaries: Iterable[Binary], known: Policies, newest: Policy) -> list[Policy]:
    """Conclude the policy of the newest C library that files need, if it is newer than the last listed policy."""
    prefix = f"{known.libc}_{newest.version[0]}."
    wanted = {need.version.removeprefix(prefix) for binary in binaries for need in binary.versions if known.libc}
    minor = max((int(minor) for minor in wanted if minor.isdecimal() and len(minor) <= 3), default=0)
    return [known.at((newest.version[0], minor), newest.architecture)] if minor > newest.version[1] else []


def _violations(binary: Binary, policy: Policy, linking: Linking) -> Iterator[Violation]:
    """Check the rules, the cheapest first: some callers stop at the first violation."""
    name, manylinux = binary.name, policy.kind == "manylinux"
    for violation in _machine_violations(binary, policy.architecture):
        yield violation
        if violation.kind is ViolationKind.ARCHITECTURE:
            return  # the policy's lists say nothing about another architecture
    if manylinux and (stack := _executable_stack(binary, policy.architecture)):
        yield Violation(name, ViolationKind.EXECUTABLE_STACK, stack)
    yield from _relocation_violations(binary, policy, linking)
    bundled = _bundled(binary, policy, linking)
    if manylinux and (refused := _not_loaded(binary)) and linking.is_loaded(name, policy.kind):
        yield Violation(name, ViolationKind.FILE_TYPE, refused)
    if binary.is_program and binary.interpreter is not None and not _is_at(binary.interpreter, policy.loader_path):
        yield Violation(name, ViolationKind.LOADER, binary.interpreter, None, (policy.loader_path,))
    for library in binary.needed:
        if library not in bundled and not policy.allows_library(library):
            other = library.startswith(_OTHER_LIBC[policy.kind])
            kind, note = (ViolationKind.C_LIBRARY, "") if other else (ViolationKind.LIBRARY, "")
            if not other:
                note = linking.hint(name, library, policy.kind)
            yield Violation(name, kind, library, note=note)
    yield from _version_violations(binary, policy, bundled)
    yield from _forbidden_symbols(binary, policy, bundled)


def _allows_version(policy: Policy, need: NeededVersion) -> bool:
    families = _FAMILIES_OF_C if is_of_c_library(need.library) else _FAMILIES.get(need.library)
    if policy.kind == "manylinux" and families is not None and version_family(need.version) not in families:
        return False  # no release of the library has it
    return policy.allows_version(need.version)


def _bundled(binary: Binary, policy: Policy, linking: Linking) -> dict[str, Provider]:
    """List the libraries that a file takes from its own wheel.

    What a policy promises is the system's, unless the loader is sure to take the wheel's.
    """
    providers = linking.providers(binary.name, policy.kind).items()
    return {name: provider for name, provider in providers if provider.is_found or not policy.allows_library(name)}


def _undefined_versions(binary: Binary, bundled: Mapping[str, Provider]) -> Iterator[Violation]:
    users: dict[tuple[str | None, str | None], set[str]] = {}
    for need in binary.versions:
        provider = bundled.get(need.library)
        if provider and not need.weak and not provider.defines(need.version):
            users = users or _users(binary)
            symbols = tuple(sorted(users.get((need.library, need.version), ())))
            kind, note = ViolationKind.SYMBOL_VERSION, f"{provider.file} does not define it"
            yield Violation(binary.name, kind, need.version, need.library, (), symbols, note)


def _version_violations(binary: Binary, policy: Policy, bundled: Mapping[str, Provider]) -> Iterator[Violation]:
    if policy.kind == "manylinux":
        yield from _undefined_versions(binary, bundled)
    users: dict[tuple[str | None, str | None], set[str]] = {}
    unloaded: set[str] = set()
    for need in binary.versions:
        if policy.kind == "manylinux" and not _is_loaded(need.library, binary):
            if need.library not in unloaded:
                unloaded.add(need.library)
                yield Violation(binary.name, ViolationKind.LIBRARY, need.library, note=_UNLOADED)
            continue
        if need.library not in bundled and not (need.weak or _allows_version(policy, need)):
            users = users or _users(binary)
            symbols = tuple(sorted(users.get((need.library, need.version), ())))
            allowed = _newest_version(policy, version_family(need.version))
            yield Violation(binary.name, ViolationKind.SYMBOL_VERSION, need.version, need.library, allowed, symbols)


def _not_loaded(binary: Binary) -> str:
    """Say why glibc does not load a file as a library, as musl would; empty if it does."""
    if binary.kind == EXECUTABLE or binary.pie:
        return "position-independent executable" if binary.pie else EXECUTABLE
    return "DF_1_NOOPEN" if binary.no_open else ""


def _is_loaded(library: str, binary: Binary) -> bool:
    # Every interpreter has the C library itself; it may lack libm.so.6.
    return library in binary.needed or (library.startswith(("libc.so.", "ld")) and not binary.is_program)


def _is_at(interpreter: str, loader_path: str) -> bool:
    """Whether a program's PT_INTERP is a policy's loader. A relative path depends on the current folder."""
    path = [part for part in interpreter.split("/") if part not in {"", "."}]
    return interpreter.startswith("/") and path == loader_path.split("/")[1:]


def _executable_stack(binary: Binary, architecture: str) -> str:
    """Say how a file asks for an executable stack; empty if it does not."""
    # glibc refuses such a library since 2.41 (NEWS; stackinfo.h of each architecture), and every tag includes all later
    # versions. Programs get their stack from the kernel, and musl ignores the request.
    if not binary.is_shared_object or binary.interpreter or binary.is_static_program:
        return ""
    if binary.executable_stack is None:
        return "without PT_GNU_STACK" if architecture_from_tag(architecture).executable_stack else ""
    return "PT_GNU_STACK with PF_X" if binary.executable_stack else ""


def _relocation_violations(binary: Binary, policy: Policy, linking: Linking) -> Iterator[Violation]:
    name, kind = binary.name, ViolationKind.RELOCATIONS
    if binary.packed_relocations and not _takes_packed_relocations(binary, policy):
        yield Violation(name, kind, "DT_RELR", None, _newest_version(policy, "GLIBC"))
    if binary.initial_exec and policy.kind == "musllinux" and linking.is_in_module(name, policy.kind):
        yield Violation(name, kind, "initial-exec TLS")  # musl ldso/dynlink.c, do_relocs


def _takes_packed_relocations(binary: Binary, policy: Policy) -> bool:
    """Whether loaders relocate packed relocations: old ones ignore them, new ones require code to need a version."""
    if policy.kind == "musllinux":
        return policy.version >= _FIRST_MUSL_PACKED
    if any(need.version == _PACKED for need in binary.versions):
        return True  # the version is judged like any other
    return policy.allows_version(_PACKED) and not any(need.library.startswith("libc.so.") for need in binary.versions)


def _users(binary: Binary) -> dict[tuple[str | None, str | None], set[str]]:
    """List the symbols that need each version of each library."""
    users: dict[tuple[str | None, str | None], set[str]] = {}
    for symbol in binary.undefined:
        users.setdefault((symbol.library, symbol.version), set()).add(symbol.name)
    return users


def _machine_violations(binary: Binary, architecture: str) -> Iterator[Violation]:
    # ELF has one number for all 32-bit Arm processors. The attributes declare which processor the code is for.
    if binary.architecture != architecture and not (binary.architecture == "arm" and architecture in ARM):
        yield Violation(binary.name, ViolationKind.ARCHITECTURE, binary.architecture, None, (architecture,))
        return
    # Only files that call each other must pass floats alike.
    declared = None if binary.is_static_program else binary.float_abi
    promised = architecture_from_tag(architecture).float_abi if declared else None
    if declared and promised and declared != promised:
        yield Violation(binary.name, ViolationKind.FLOAT_ABI, declared, None, (promised,))
    if newer := newer_processor(binary, architecture):
        level = architecture == "x86_64"
        kind = ViolationKind.PROCESSOR_LEVEL if level else ViolationKind.DECLARED_PROCESSOR
        yield Violation(binary.name, kind, newer[0], None, newer[1])


def _forbidden_symbols(binary: Binary, policy: Policy, bundled: Collection[str]) -> Iterator[Violation]:
    if not binary.undefined:
        return
    needed = set(binary.needed).difference(bundled)
    if any(name.startswith(MUSL_LIBC) for name in needed):
        needed.add(_MUSL_ITSELF)
    forbidden = _forbidden_names(policy)
    libraries = sorted(needed.intersection(forbidden))
    if libraries:
        strong = {symbol.name for symbol in binary.undefined if not symbol.weak}
        for library in libraries:
            for name in sorted(strong & forbidden[library]):
                yield Violation(binary.name, ViolationKind.FORBIDDEN_SYMBOL, name, library)


@lru_cache(maxsize=64)
def _forbidden_names(policy: Policy) -> dict[str, frozenset[str]]:
    """Group the symbols that a policy forbids by their library."""
    libraries = {library for library, _ in policy.forbidden}
    return {of: frozenset(name for library, name in policy.forbidden if library == of) for of in libraries}


@lru_cache(maxsize=256)  # a hostile file may ask for one family thousands of times
def _newest_version(policy: Policy, family: str) -> tuple[str, ...]:
    """Return the newest version of a family that a policy allows, if there is one."""
    numbered = (name for name in policy.symbol_versions if is_numbered(name) and version_family(name) == family)
    return sorted_versions(numbered)[-1:]
