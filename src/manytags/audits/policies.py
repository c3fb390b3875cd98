"""What manylinux and musllinux promise: libraries, versions of their symbols, and symbols that must not be used. Pure.

The promises are data, ``policies/*.json``, written as steps: what each policy adds to the ones before it. So a later
policy allows all that an earlier one does; the one exception that there is, an architecture that policies name up to
some version only, stands in the data with its reason. The files are read and checked when first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ..documents import Document, Mismatch, load_document, read_list, read_string
from ..errors import InvalidPolicy
from .symbol_versions import family_of

Version = tuple[int, int]

_NO_WORDS: tuple[str, ...] = ()

#: Of both kinds, as their tags begin.
KINDS = ("manylinux", "musllinux")

# Any number can stand in a tag; beyond this one no C library's versions are listed up to it.
_MAX_MINOR = 999


@dataclass(frozen=True, slots=True)
class Policy:
    """What one policy promises on one architecture.

    :param kind: ``manylinux`` or ``musllinux``.
    :param version: of the C library, as in the tag.
    :param architecture: as in the tag.
    :param libraries: what every system has.
    :param loader: the dynamic loader, which may be named as a library too.
    :param symbol_versions: versions of these libraries' symbols that every system has, such as ``GLIBC_2.17``.
    :param families: what the names of versions begin with that are judged at all; others are their libraries' affair.
    :param forbidden: (library, symbol) of symbols that some systems do not have.
    :param judged_by: version of the policy that the lists are of. Another than ``version`` where nobody has listed what
        this version promises: then the lists are of the last one before it, with the C library's own versions added.
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
        """Whether what it promises has been listed, and not concluded."""
        return self.version == self.judged_by

    def allows_library(self, name: str) -> bool:
        """Tell whether code may need a library without bringing it along."""
        return name in self.libraries or name == self.loader

    def allows_version(self, name: str) -> bool:
        """Tell whether code may need a version of a promised library's symbols.

        >>> policy("manylinux", (2, 17), "x86_64").allows_version("GLIBC_2.18")
        False
        """
        return name in self.symbol_versions or family_of(name) not in self.families


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies of one kind.

    :param kind: ``manylinux`` or ``musllinux``.
    :param source: where the facts are from.
    :param date: when they were read there.
    :param libc: what the C library's own versions begin with; empty for one without.
    :param listed: the policies, oldest first.
    :param exceptions: architecture -> why policies name it up to some version only.
    :param releases: symbol -> release of the C library that it came with, for what its versions do not tell.
    """

    kind: str
    source: str
    date: str
    libc: str
    listed: tuple[Policy, ...]
    exceptions: tuple[tuple[str, str], ...]
    releases: tuple[tuple[str, str], ...] = ()

    def of(self, architecture: str) -> tuple[Policy, ...]:
        """List the policies of one architecture, oldest first; none where there are none."""
        return tuple(each for each in self.listed if each.architecture == architecture)

    def at(self, version: Version, architecture: str) -> Policy:
        """Take the policy of a version, or conclude it from the last one listed before.

        :raises InvalidPolicy: the architecture has none so early.
        """
        listed = self.of(architecture)
        before = [each for each in listed if each.version <= version]
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
        return Policy(
            self.kind,
            version,
            architecture,
            base.libraries,
            base.loader,
            base.symbol_versions | added,
            base.families,
            base.forbidden,
            base.version,
        )


def policy(kind: str, version: Version, architecture: str) -> Policy:
    """Take what a policy promises on an architecture.

    :param kind: ``manylinux`` or ``musllinux``.
    :param version: as in the tag.
    :param architecture: as in the tag.
    :raises InvalidPolicy: nobody has such a policy.

    >>> policy("manylinux", (2, 12), "x86_64").allows_library("libexpat.so.1")
    True
    >>> policy("manylinux", (2, 50), "x86_64").judged_by
    (2, 41)
    """
    return policies(kind).at(version, architecture)


@cache
def policies(kind: str) -> Policies:
    """Read all policies of one kind.

    :raises InvalidPolicy: there is no such kind, or its file contradicts itself.
    """
    if kind not in KINDS:
        raise InvalidPolicy(kind, f"expected one of {', '.join(KINDS)}")
    from importlib.resources import files

    text = (files("manytags.audits") / "policies" / f"{kind}.json").read_text(encoding="utf-8")
    return parse_policies(text)


@dataclass(frozen=True, slots=True)
class _Architecture:
    first: int  # places in the list of versions
    last: int
    loader: str
    libraries: frozenset[str]


def parse_policies(text: str) -> Policies:
    """Read policies from JSON and check that they do not contradict themselves.

    :raises InvalidPolicy: they do.
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
    found = Policies(
        kind,
        document.take("source", read_string),
        document.take("date", read_string),
        document.take_or("libc", read_string, ""),
        listed,
        exceptions,
        releases,
    )
    document.close()
    return found


def _read_words(value: object) -> tuple[str, ...]:
    """Read a list of words, written as one text with a space between them."""
    words = tuple(read_string(value).split())
    if len(set(words)) != len(words):
        raise Mismatch("a list in which nothing stands twice")
    return words


def _version(step: str) -> Version:
    major, _, minor = step.partition("_")
    if not (major.isdecimal() and minor.isdecimal()):
        raise InvalidPolicy(step, "expected a version such as 2_17")
    return int(major), int(minor)


def _place(document: Document, key: str, steps: tuple[str, ...]) -> int:
    """Take a key that names a version, as its place in the list of all."""
    step = document.take(key, read_string)
    if step not in steps:
        raise InvalidPolicy(document.text, f"{document.name} names {step!r}, which is none of its versions")
    return steps.index(step)


def _read_architectures(
    section: Document, steps: tuple[str, ...]
) -> tuple[dict[str, _Architecture], tuple[tuple[str, str], ...]]:
    found, exceptions = {}, []
    for name in section.keys():  # noqa: SIM118 - a method of its own, not a dict's
        entry = section.section(name)
        first, last = _place(entry, "from", steps), len(steps) - 1
        if "until" in entry.keys():  # noqa: SIM118 - the same
            last = _place(entry, "until", steps)
            exceptions.append((name, entry.take("why", read_string)))
        loader = entry.take("loader", read_string)
        found[name] = _Architecture(first, last, loader, frozenset(entry.take_or("libraries", _read_words, _NO_WORDS)))
        entry.close()
        if first > last:
            raise InvalidPolicy(section.text, f"{name} ends before it begins")
    return found, tuple(exceptions)


def _read_libraries(section: Document, steps: tuple[str, ...]) -> list[frozenset[str]]:
    """Read which libraries each version adds."""
    found = [frozenset(section.take_or(step, _read_words, _NO_WORDS)) for step in steps]
    section.close()
    if sum(map(len, found)) != len(frozenset().union(*found)):
        raise InvalidPolicy(section.text, "a library is added twice")
    return found


def _read_symbol_versions(
    document: Document, steps: tuple[str, ...], families: frozenset[str], architectures: dict[str, _Architecture]
) -> dict[str, list[set[str]]]:
    """Read which symbol versions each version adds, by architecture."""
    found: dict[str, list[set[str]]] = {name: [set() for _ in steps] for name in architectures}
    for item in document.take("symbol_versions", read_list):
        entry = Document(document.text, "symbol_versions", item, InvalidPolicy)
        place = _place(entry, "policy", steps)
        names = entry.take("adds", _read_words)
        for architecture in entry.take("architectures", _read_words):
            known = architectures.get(architecture)
            if known is None or not known.first <= place <= known.last:
                raise InvalidPolicy(document.text, f"{steps[place]} has no {architecture}")
            for name in names:
                if family_of(name) not in families:
                    raise InvalidPolicy(document.text, f"{name} is of none of its families")
                if any(name in before for before in found[architecture]):
                    raise InvalidPolicy(document.text, f"{name} is added twice on {architecture}")
                found[architecture][place].add(name)
        entry.close()
    return found


def _read_forbidden(
    document: Document, steps: tuple[str, ...], libraries: list[frozenset[str]]
) -> tuple[list[frozenset[tuple[str, str]]], tuple[tuple[str, str], ...]]:
    """Read which symbols are forbidden, each from the first version on, until it is known to be everywhere.

    Also the release of the C library that some came with.
    """
    found: list[set[tuple[str, str]]] = [set() for _ in steps]
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
        if symbols & found[0]:
            raise InvalidPolicy(document.text, f"a symbol of {library} is forbidden twice")
        for place in range(until + 1):
            found[place] |= symbols
    return [frozenset(each) for each in found], tuple(releases)
