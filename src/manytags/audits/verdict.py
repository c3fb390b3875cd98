"""Whether code keeps to a policy: every way in which it does not, as data. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .policies import Policies, Policy, policies
from .processors import beyond
from .symbol_versions import family_of, in_order, is_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import Literal

    from .elf import ElfNeeds

    Reason = Literal[
        "architecture", "float ABI", "C library", "library", "symbol version", "forbidden symbol", "executable stack",
        "relocations", "processor level", "declared processor", "extension module", "stable ABI", "ELF file",
    ]  # fmt: skip

#: ELF's name for 32-bit Arm does not say which Arm: that, tags promise and attributes only declare.
_ARMS = ("armv6l", "armv7l")
#: What begins the names of each C library and its loader, where the other's policies hold.
_OTHER_LIBC = {"manylinux": ("libc.musl-", "ld-musl-", "libc.so"), "musllinux": ("libc.so.6", "ld-linux")}
#: What all names begin with by which musl can be needed.
MUSL_LIBC = "libc.musl-"
#: By which glibc knows that code has packed relocations, and that it knows how to do them.
_PACKED = "GLIBC_ABI_DT_RELR"
#: Libraries that are one with the C library, and its loaders.
_C_LIBRARY = frozenset({
    "libc.so", "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libanl.so.1",
    "libresolv.so.2", "libmvec.so.1",
})  # fmt: skip
_LOADERS = ("ld-linux", "ld-musl-", "ld64.so.", "ld.so.1", MUSL_LIBC)
#: Architectures on which glibc takes a file without PT_GNU_STACK for one that asks for an executable stack.
_STACK_BY_DEFAULT = frozenset({"x86_64", "i686", "armv7l", "armv6l", "s390x"})
#: Float ABI that the tags of an architecture stand for.
_FLOAT_ABI = {"armv6l": "hard", "armv7l": "hard", "riscv64": "double", "loongarch64": "double"}


class Violation(NamedTuple):
    """One thing by which a file breaks a policy.

    :param file: the file's name.
    :param reason: which rule is broken.
    :param what: what the file has: an architecture, library, symbol version or symbol.
    :param library: of a symbol or a version, the library that it is of.
    :param allowed: what the policy would allow in its place, most first; empty where it allows none.
    :param symbols: of a version, the symbols that need it: what to change to need it no more.
    """

    file: str
    reason: Reason
    what: str
    library: str | None = None
    allowed: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()

    def __str__(self) -> str:
        of = f" of {self.library}" if self.library else ""
        by = f", needed by {', '.join(self.symbols)}" if self.symbols else ""
        allowed = f" (allowed: {', '.join(self.allowed)})" if self.allowed else ""
        return f"{self.file}: {self.reason} {self.what}{of}{by}{allowed}"


def violations(needs: Iterable[ElfNeeds], policy: Policy, brought: Collection[str] = ()) -> tuple[Violation, ...]:
    """List every way in which files break a policy; none: they keep to it.

    :param needs: the files, of one wheel.
    :param policy: what systems promise.
    :param brought: names of libraries that the wheel brings itself. What is needed of these is no system's affair.
    """
    mine = frozenset(brought)
    return tuple(violation for each in needs for violation in _violations(each, policy, mine))


def _violations(needs: ElfNeeds, policy: Policy, brought: frozenset[str]) -> Iterator[Violation]:
    """Go through the rules, those that cost least first: who wants to know whether there is any stops at the first."""
    for violation in _of_the_machine(needs, policy.architecture):
        yield violation
        if violation.reason == "architecture":
            return  # nothing else can be said: all lists are of another architecture
    if policy.kind == "manylinux" and (stack := _executable_stack(needs, policy.architecture)):
        yield Violation(needs.name, "executable stack", stack)
    if needs.packed_relocations and policy.kind == "manylinux" and not _relocated(needs, policy):
        yield Violation(needs.name, "relocations", "DT_RELR", None, _newest(policy, "GLIBC"))
    for library in needs.needed:
        if library not in brought and not policy.allows_library(library):
            other = library.startswith(_OTHER_LIBC[policy.kind])
            yield Violation(needs.name, "C library" if other else "library", library)
    users: dict[tuple[str | None, str | None], set[str]] = {}
    for library, version, weak in needs.versions:
        if not weak and library not in brought and not policy.allows_version(version):
            users = users or _users(needs)
            allowed = _newest(policy, family_of(version))
            found = tuple(sorted(users.get((library, version), ())))
            yield Violation(needs.name, "symbol version", version, library, allowed, found)
    yield from _of_symbols(needs, policy, brought)


def is_of_c_library(name: str) -> bool:
    """Whether a library is the C library or a part of it, which every process has before it loads a wheel's."""
    return name in _C_LIBRARY or name.startswith(_LOADERS)


def _executable_stack(needs: ElfNeeds, architecture: str) -> str:
    """Tell how a file asks for an executable stack; empty where it does not.

    From 2.41 on glibc refuses to load such a library, and a tag speaks for all later versions. Programs get their
    stack from the kernel, and musl never cared.

    Rule: glibc 2.41, NEWS; its ``stackinfo.h`` of each architecture.
    """
    if needs.kind != "shared object" or needs.interpreter:
        return ""
    if needs.executable_stack is None:
        return "without PT_GNU_STACK" if architecture in _STACK_BY_DEFAULT else ""
    return "PT_GNU_STACK with PF_X" if needs.executable_stack else ""


def _relocated(needs: ElfNeeds, policy: Policy) -> bool:
    """Whether loaders take packed relocations: older ones pass over them, newer ones ask code of libc for this version.

    Where the version is asked for, it is judged as any other.
    """
    if any(each.version == _PACKED for each in needs.versions):
        return True
    return policy.allows_version(_PACKED) and not any(each.library.startswith("libc.so.") for each in needs.versions)


def _users(needs: ElfNeeds) -> dict[tuple[str | None, str | None], set[str]]:
    """List which symbols need a version of a library, for all of them."""
    found: dict[tuple[str | None, str | None], set[str]] = {}
    for each in needs.undefined:
        found.setdefault((each.library, each.version), set()).add(each.name)
    return found


def machine_violations(needs: Iterable[ElfNeeds], architecture: str) -> tuple[Violation, ...]:
    """List every way in which files are not for an architecture: what any tag promises that names it.

    :param needs: the files.
    :param architecture: as in tags.
    """
    return tuple(violation for each in needs for violation in _of_the_machine(each, architecture))


def _of_the_machine(needs: ElfNeeds, architecture: str) -> Iterator[Violation]:
    if needs.architecture != architecture and not (needs.architecture == "arm" and architecture in _ARMS):
        yield Violation(needs.name, "architecture", needs.architecture, None, (architecture,))
        return
    floats = _FLOAT_ABI.get(architecture)
    if floats and needs.float_abi and needs.float_abi != floats:
        yield Violation(needs.name, "float ABI", needs.float_abi, None, (floats,))
    found = beyond(needs, architecture)
    if found:
        reason: Reason = "processor level" if architecture == "x86_64" else "declared processor"
        yield Violation(needs.name, reason, found[0], None, found[1])


def _of_symbols(needs: ElfNeeds, policy: Policy, brought: frozenset[str]) -> Iterator[Violation]:
    needed = set(needs.needed) - brought
    if any(name.startswith(MUSL_LIBC) for name in needed):
        needed.add("libc.so")  # which every name of musl's is
    if any(library in needed for library, _ in policy.forbidden):
        strong = {each.name for each in needs.undefined if not each.weak}
        for library, symbol in sorted(policy.forbidden):
            if library in needed and symbol in strong:
                yield Violation(needs.name, "forbidden symbol", symbol, library)


@lru_cache(maxsize=256)  # a strange file asks for one family thousands of times
def _newest(policy: Policy, family: str) -> tuple[str, ...]:
    """Name the newest version of a family that a policy allows, if there is one."""
    return in_order(name for name in policy.symbol_versions if is_number(name) and family_of(name) == family)[-1:]


def lowest_policy(
    needs: Collection[ElfNeeds],
    kind: str,
    architecture: str,
    brought: Collection[str] = (),
    ignored: Collection[Reason] = (),
) -> Policy | None:
    """Find the oldest policy that files keep to: its tag is the most widely installable one that is true.

    Beyond the newest listed policy the C library's own version decides, and the policy says so (``listed`` is false).
    musl's symbols have no versions: of musllinux it is the oldest that no symbol speaks against by its name.

    :param needs: the files, of one wheel.
    :param kind: ``manylinux`` or ``musllinux``.
    :param architecture: as in tags.
    :param brought: names of libraries that the wheel brings itself.
    :param ignored: reasons to pass over; auditwheel, for one, does not ask for stacks.
    :returns: ``None`` where they keep to none.
    """
    known = policies(kind)
    ladder = known.of(architecture)
    if not ladder:
        return None
    mine, passed_over = frozenset(brought), frozenset(ignored)
    for policy in (*ladder, *_beyond(needs, known, ladder[-1])):
        found = (each for one in needs for each in _violations(one, policy, mine))
        if all(each.reason in passed_over for each in found):
            return policy
    return None


def _beyond(needs: Iterable[ElfNeeds], known: Policies, newest: Policy) -> list[Policy]:
    """Conclude the policy of the newest version of the C library that files need, where none is listed."""
    prefix = f"{known.libc}_{newest.version[0]}."
    wanted = {each.version.removeprefix(prefix) for one in needs for each in one.versions if known.libc}
    minors = [int(minor) for minor in wanted if minor.isdecimal() and len(minor) <= 3]
    minor = max(minors, default=0)
    return [known.at((newest.version[0], minor), newest.architecture)] if minor > newest.version[1] else []
