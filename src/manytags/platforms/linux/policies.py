"""What manylinux and musllinux promise: libraries, versions of their symbols, and symbols that must not be used. Pure.

The promises are data, ``policies/*.json``, written as steps: what each policy adds to the ones before it. So a later
policy allows all that an earlier one does. There is one exception, an architecture that only policies up to some
version name, and the data gives the reason for it. The tests check the files, which are read when they are first
needed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from ...errors import InvalidPolicy
from .symbol_versions import version_family

Version = tuple[int, int]

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
    :param loader_path: where every system has the dynamic loader, which programs name as their interpreter.
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
    loader_path: str
    symbol_versions: frozenset[str]
    families: frozenset[str]
    forbidden: frozenset[tuple[str, str]]
    judged_by: Version

    @property
    def tag(self) -> str:
        """The platform tag that claims it."""
        return f"{self.kind}_{self.version[0]}_{self.version[1]}_{self.architecture}"

    @property
    def loader(self) -> str:
        """The name of the dynamic loader, which code may need as a library too."""
        return self.loader_path.rpartition("/")[2]

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

    :raises InvalidPolicy: the kind is unknown.
    """
    if kind not in KINDS:
        raise InvalidPolicy(kind, f"expected one of {', '.join(KINDS)}")
    text = (files(__name__.rpartition(".")[0]) / "policies" / f"{kind}.json").read_text(encoding="utf-8")
    return policies_from_data(json.loads(text))


def policies_from_data(data: dict[str, Any]) -> Policies:
    """Expand the steps of a data file: each policy has what it adds, and all that the ones before it have.

    :param data: the content of the file; ``tests/platforms/test_policies.py`` says what it must be.
    """
    steps = data["versions"].split()
    libraries = [set(data["libraries"].get(step, "").split()) for step in steps]
    added: dict[tuple[str, str], set[str]] = {}
    for entry in data["symbol_versions"]:
        for architecture in entry["architectures"].split():
            added.setdefault((entry["policy"], architecture), set()).update(entry["adds"].split())
    forbidden: list[set[tuple[str, str]]] = [set() for _ in steps]
    for entry in data["forbidden"]:
        # A symbol is forbidden from the first version up to the last one for which some system lacks it.
        for names in forbidden[: steps.index(entry.get("until", steps[-1])) + 1]:
            names |= {(entry["library"], symbol) for symbol in entry["symbols"].split()}
    listed = []
    for place, step in enumerate(steps):
        major, minor = map(int, step.split("_"))
        for name, about in data["architectures"].items():
            if steps.index(about["from"]) <= place <= steps.index(about.get("until", steps[-1])):
                policy = Policy(
                    data["name"],
                    (major, minor),
                    name,
                    frozenset(about.get("libraries", "").split()).union(*libraries[: place + 1]),
                    about["loader"],
                    frozenset().union(*(added.get((before, name), set()) for before in steps[: place + 1])),
                    frozenset(data["families"].split()),
                    frozenset(forbidden[place]),
                    (major, minor),
                )
                listed.append(policy)
    exceptions = tuple((name, about["why"]) for name, about in data["architectures"].items() if "until" in about)
    releases = tuple(
        (symbol, entry["since"])
        for entry in data["forbidden"]
        if "since" in entry
        for symbol in sorted(entry["symbols"].split())
    )
    libc = data.get("libc", "")
    return Policies(data["name"], data["source"], data["date"], libc, tuple(listed), exceptions, releases)
