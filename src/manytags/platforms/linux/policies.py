"""What manylinux and musllinux promise: libraries, versions of their symbols, and symbols that must not be used. Pure.

The promises are data, ``policies/*.json``, written as steps: what each policy adds to the ones before it. So a later
policy allows all that an earlier one does. There is one exception, an architecture that only policies up to some
version name, and the data gives the reason for it. The files are read and checked when they are first needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from ...documents import Document, Mismatch, load_document, read_list, read_string
from ...errors import InvalidPolicy
from .symbol_versions import version_family

Version = tuple[int, int]

_NO_WORDS: tuple[str, ...] = ()

#: The kinds of policies: the words that their tags begin with.
KINDS = ("manylinux", "musllinux")

# A tag may have any number. The versions of the C library up to this one can be listed in bounded time.
_MAX_MINOR = 999


@dataclass(frozen=True, slots=True)
class Policy:
    """What one policy promises on one architecture.

    :param kind: ``manylinux`` or ``musllinux``.
    :param version: of the C library, as in the tag.
    :param architecture: as in the tag.
    :param libraries: libraries that every system has.
    :param loader: the dynamic loader, which code may need as a library too.
    :param symbol_versions: versions of these libraries' symbols that every system has, such as ``GLIBC_2.17``.
    :param families: families of versions that the policy judges; it does not judge others.
    :param forbidden: (library, symbol) of symbols that some systems do not have.
    :param judged_by: version of the policy whose lists these are. It differs from ``version`` if no list exists for
        that: then the lists are those of the last policy before it, with the C library's own versions added.
    """

    kind: str
    version: Version
    architecture: str
    libraries: frozenset[str]
    loader: str
    symbol_versions: frozenset[str]
    families: frozenset[str]
    forbidden: frozenset[tuple[str, str]]
    judged_by: Version

    @property
    def tag(self) -> str:
        """The platform tag that claims it."""
        return f"{self.kind}_{self.version[0]}_{self.version[1]}_{self.architecture}"

    @property
    def listed(self) -> bool:
        """Whether its promises were listed, rather than concluded from an older policy."""
        return self.version == self.judged_by

    def allows_library(self, name: str) -> bool:
        """Whether code may need a library without bundling it."""
        return name in self.libraries or name == self.loader

    def allows_version(self, name: str) -> bool:
        """Whether code may need a version of a promised library's symbols.

        >>> policy("manylinux", (2, 17), "x86_64").allows_version("GLIBC_2.18")
        False
        """
        return name in self.symbol_versions or version_family(name) not in self.families


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies of one kind.

    :param kind: ``manylinux`` or ``musllinux``.
    :param source: where the facts are from.
    :param date: when they were read there.
    :param libc: family of the C library's own versions; empty for a C library without versions.
    :param listed: the policies, oldest first.
    :param exceptions: (architecture, reason) of architectures that only policies up to some version name.
    :param releases: (symbol, release of the C library that added it), for symbols without versions.
    """

    kind: str
    source: str
    date: str
    libc: str
    listed: tuple[Policy, ...]
    exceptions: tuple[tuple[str, str], ...]
    releases: tuple[tuple[str, str], ...] = ()

    def of(self, architecture: str) -> tuple[Policy, ...]:
        """List the policies of one architecture, oldest first."""
        return tuple(policy for policy in self.listed if policy.architecture == architecture)

    def at(self, version: Version, architecture: str) -> Policy:
        """Return the policy of a version, or conclude it from the last one listed before.

        :raises InvalidPolicy: the first policy of the architecture is later.
        """
        listed = self.of(architecture)
        before = [policy for policy in listed if policy.version <= version]
        if not before or version[1] > _MAX_MINOR:
            tag = f"{self.kind}_{version[0]}_{version[1]}_{architecture}"
            oldest = f"begins with {listed[0].tag}" if listed else f"has no {self.kind} policy"
            raise InvalidPolicy(tag, f"{architecture} {oldest}" if not before else "no C library has such a version")
        base = before[-1]
        if base.version == version:
            return base
        added: set[str] = set()
        if self.libc and base.version[0] == version[0]:
            minors = range(base.version[1] + 1, version[1] + 1)
            added = {f"{self.libc}_{version[0]}.{minor}" for minor in minors}
        return replace(base, version=version, symbol_versions=base.symbol_versions | added)


def policy(kind: str, version: Version, architecture: str) -> Policy:
    """Return what a policy promises on an architecture.

    :param kind: ``manylinux`` or ``musllinux``.
    :param version: as in the tag.
    :param architecture: as in the tag.
    :raises InvalidPolicy: there is no such policy.

    >>> policy("manylinux", (2, 12), "x86_64").allows_library("libexpat.so.1")
    True
    >>> policy("manylinux", (2, 50), "x86_64").judged_by
    (2, 41)
    """
    return policies(kind).at(version, architecture)


@cache
def policies(kind: str) -> Policies:
    """Read all policies of one kind.

    :raises InvalidPolicy: the kind is unknown, or its file contradicts itself.
    """
    if kind not in KINDS:
        raise InvalidPolicy(kind, f"expected one of {', '.join(KINDS)}")
    from importlib.resources import files

    text = (files("manytags.platforms.linux") / "policies" / f"{kind}.json").read_text(encoding="utf-8")
    return parse_policies(text)


@dataclass(frozen=True, slots=True)
class _Architecture:
    first: int  # index in the list of versions
    last: int
    loader: str
    libraries: frozenset[str]


def parse_policies(text: str) -> Policies:
    """Read policies from JSON.

    :raises InvalidPolicy: they contradict themselves.
    """
    document = load_document(text, "the policies", InvalidPolicy)
    kind = document.take("name", read_string)
    steps = document.take("versions", _read_words)
    if sorted(steps, key=_version) != list(steps) or len(set(steps)) != len(steps) or not steps:
        raise InvalidPolicy(text, "its versions do not ascend")
    families = frozenset(document.take("families", _read_words))
    architectures, exceptions = _read_architectures(document.section("architectures"), steps)
    libraries = _read_libraries(document.section("libraries"), steps)
    versions = _read_symbol_versions(document, steps, families, architectures)
    forbidden, releases = _read_forbidden(document, steps, libraries)
    listed = tuple(
        Policy(
            kind,
            _version(step),
            name,
            architecture.libraries.union(*libraries[: place + 1]),
            architecture.loader,
            frozenset().union(*versions[name][: place + 1]),
            families,
            forbidden[place],
            _version(step),
        )
        for place, step in enumerate(steps)
        for name, architecture in architectures.items()
        if architecture.first <= place <= architecture.last
    )
    parsed = Policies(
        kind,
        document.take("source", read_string),
        document.take("date", read_string),
        document.take_or("libc", read_string, ""),
        listed,
        exceptions,
        releases,
    )
    document.close()
    return parsed


def _read_words(value: object) -> tuple[str, ...]:
    """Read a list of words, written as one text with spaces between them."""
    words = tuple(read_string(value).split())
    if len(set(words)) != len(words):
        raise Mismatch("a list without repetitions")
    return words


def _version(step: str) -> Version:
    major, _, minor = step.partition("_")
    if not (major.isdecimal() and minor.isdecimal()):
        raise InvalidPolicy(step, "expected a version such as 2_17")
    return int(major), int(minor)


def _place(document: Document, key: str, steps: tuple[str, ...]) -> int:
    """Take a key that names a version; return its index in the list of all versions."""
    step = document.take(key, read_string)
    if step not in steps:
        raise InvalidPolicy(document.text, f"{document.name} names {step!r}, which is not one of its versions")
    return steps.index(step)


def _read_architectures(
    section: Document, steps: tuple[str, ...]
) -> tuple[dict[str, _Architecture], tuple[tuple[str, str], ...]]:
    architectures, exceptions = {}, []
    for name in section.keys():  # noqa: SIM118 - a method of its own, not a dict's
        entry = section.section(name)
        first, last = _place(entry, "from", steps), len(steps) - 1
        if "until" in entry.keys():  # noqa: SIM118 - the same
            last = _place(entry, "until", steps)
            exceptions.append((name, entry.take("why", read_string)))
        loader = entry.take("loader", read_string)
        own = frozenset(entry.take_or("libraries", _read_words, _NO_WORDS))
        architectures[name] = _Architecture(first, last, loader, own)
        entry.close()
        if first > last:
            raise InvalidPolicy(section.text, f"{name} ends before it begins")
    return architectures, tuple(exceptions)


def _read_libraries(section: Document, steps: tuple[str, ...]) -> list[frozenset[str]]:
    """Read which libraries each version adds."""
    added = [frozenset(section.take_or(step, _read_words, _NO_WORDS)) for step in steps]
    section.close()
    if sum(map(len, added)) != len(frozenset().union(*added)):
        raise InvalidPolicy(section.text, "a library is added twice")
    return added


def _read_symbol_versions(
    document: Document, steps: tuple[str, ...], families: frozenset[str], architectures: dict[str, _Architecture]
) -> dict[str, list[set[str]]]:
    """Read which symbol versions each version adds, by architecture."""
    added: dict[str, list[set[str]]] = {name: [set() for _ in steps] for name in architectures}
    for item in document.take("symbol_versions", read_list):
        entry = Document(document.text, "symbol_versions", item, InvalidPolicy)
        place = _place(entry, "policy", steps)
        names = entry.take("adds", _read_words)
        for architecture in entry.take("architectures", _read_words):
            known = architectures.get(architecture)
            if known is None or not known.first <= place <= known.last:
                raise InvalidPolicy(document.text, f"{steps[place]} has no {architecture}")
            for name in names:
                if version_family(name) not in families:
                    raise InvalidPolicy(document.text, f"{name} is in none of its families")
                if any(name in names_before for names_before in added[architecture]):
                    raise InvalidPolicy(document.text, f"{name} is added twice on {architecture}")
                added[architecture][place].add(name)
        entry.close()
    return added


def _read_forbidden(
    document: Document, steps: tuple[str, ...], libraries: list[frozenset[str]]
) -> tuple[list[frozenset[tuple[str, str]]], tuple[tuple[str, str], ...]]:
    """Read which symbols each version forbids, and the release of the C library that added some of them.

    A symbol is forbidden from the first version up to the last one for which some system lacks it.
    """
    forbidden: list[set[tuple[str, str]]] = [set() for _ in steps]
    releases: list[tuple[str, str]] = []
    for item in document.take("forbidden", read_list):
        entry = Document(document.text, "forbidden", item, InvalidPolicy)
        library = entry.take("library", read_string)
        until = _place(entry, "until", steps) if "until" in entry.keys() else len(steps) - 1  # noqa: SIM118
        symbols = {(library, symbol) for symbol in entry.take("symbols", _read_words)}
        since = entry.take_or("since", read_string, "")
        releases += [(symbol, since) for _, symbol in sorted(symbols) if since]
        entry.close()
        if library not in libraries[0]:
            raise InvalidPolicy(document.text, f"{library} has forbidden symbols and is not in the first version")
        if symbols & forbidden[0]:
            raise InvalidPolicy(document.text, f"a symbol of {library} is forbidden twice")
        for place in range(until + 1):
            forbidden[place] |= symbols
    return [frozenset(symbols) for symbols in forbidden], tuple(releases)
