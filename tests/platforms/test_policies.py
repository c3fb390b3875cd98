"""What manylinux and musllinux promise: known values, laws between them, and auditwheel's own list."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from manytags.errors import InvalidPolicy
from manytags.platforms.linux.policies import KINDS, Policy, policies, policy

ARCHITECTURES = {
    "manylinux": {
        "x86_64": (2, 5), "i686": (2, 5), "aarch64": (2, 17), "armv7l": (2, 17), "ppc64": (2, 17), "ppc64le": (2, 17),
        "s390x": (2, 17), "riscv64": (2, 31), "loongarch64": (2, 36),
    },
    "musllinux": {
        "x86_64": (1, 1), "i686": (1, 1), "aarch64": (1, 1), "armv7l": (1, 1), "ppc64le": (1, 1), "s390x": (1, 1),
        "riscv64": (1, 1), "loongarch64": (1, 2),
    },
}  # fmt: skip
#: The policy's glibc and the largest version of each family on x86_64, collected by hand.
LARGEST = {
    (2, 5): ("2.5", "3.4.8", "1.3.1", "4.2.0", None),
    (2, 12): ("2.12", "3.4.13", "1.3.3", "4.3.0", "1.2.2.4"),
    (2, 17): ("2.17", "3.4.19", "1.3.7", "4.8.0", "1.2.5.2"),
    (2, 24): ("2.24", "3.4.22", "1.3.10", "4.8.0", "1.2.5.2"),
    (2, 26): ("2.26", "3.4.22", "1.3.10", "4.8.0", "1.2.5.2"),
    (2, 27): ("2.27", "3.4.24", "1.3.11", "7.0.0", "1.2.9"),
    (2, 28): ("2.28", "3.4.24", "1.3.11", "7.0.0", "1.2.9"),
    (2, 31): ("2.31", "3.4.28", "1.3.12", "7.0.0", "1.2.9"),
    (2, 34): ("2.34", "3.4.29", "1.3.13", "7.0.0", "1.2.9"),
    (2, 35): ("2.35", "3.4.30", "1.3.13", "12.0.0", "1.2.9"),
    (2, 36): ("2.36", "3.4.30", "1.3.13", "12.0.0", "1.2.9"),
    (2, 37): ("2.36", "3.4.30", "1.3.13", "12.0.0", "1.2.12"),
    (2, 38): ("2.38", "3.4.30", "1.3.13", "12.0.0", "1.2.12"),
    (2, 39): ("2.39", "3.4.33", "1.3.15", "14.0.0", "1.2.12"),
    (2, 40): ("2.40", "3.4.33", "1.3.15", "14.0.0", "1.2.12"),
    (2, 41): ("2.41", "3.4.33", "1.3.15", "14.0.0", "1.2.12"),
}
FAMILIES = ("GLIBC", "GLIBCXX", "CXXABI", "GCC", "ZLIB")


def largest(of: Policy, family: str) -> str | None:
    """Find the largest version of a family that is a plain number."""
    versions = [name.partition("_")[2] for name in of.symbol_versions if name.partition("_")[0] == family]
    plain = [tuple(map(int, version.split("."))) for version in versions if version.replace(".", "").isdecimal()]
    return ".".join(map(str, max(plain))) if plain else None


@pytest.mark.parametrize("version", LARGEST)
def test_largest_versions(version: tuple[int, int]) -> None:
    """With a version too many, the audit would call a tag true though older systems cannot load the wheel."""
    answer = policy("manylinux", version, "x86_64")
    assert tuple(largest(answer, family) for family in FAMILIES) == LARGEST[version]
    assert answer.listed


@pytest.mark.parametrize("kind", KINDS)
def test_architectures(kind: str) -> None:
    """Before its first policy, a tag means nothing."""
    known = policies(kind)
    assert {row.architecture: min(known.of(row.architecture), key=lambda candidate: candidate.version).version
            for row in known.listed} == ARCHITECTURES[kind]  # fmt: skip
    assert known.date
    assert known.source


def test_libraries() -> None:
    """A policy must promise exactly the libraries that every system has."""
    assert len(policy("manylinux", (2, 5), "x86_64").libraries) == 22
    first = {"libexpat.so.1": (2, 12), "libmvec.so.1": (2, 24), "libX11.so.6": (2, 5), "libz.so.1": (2, 5)}
    for name, version in first.items():
        allowing = [
            candidate.version for candidate in policies("manylinux").of("x86_64") if candidate.allows_library(name)
        ]
        assert allowing[0] == version
    newest = policy("manylinux", (2, 41), "x86_64")
    assert newest.allows_library("ld-linux-x86-64.so.2")
    assert not newest.allows_library("ld-linux.so.2")
    assert not newest.allows_library("libssl.so.3")
    alpine = policy("musllinux", (1, 2), "armv7l")
    assert alpine.libraries == {"libc.so", "libc.musl-armv7.so.1", "libz.so.1"}


def test_forbidden_symbols() -> None:
    """A policy must forbid symbols that some systems' copy of a promised library lacks."""

    def count(version: tuple[int, int], library: str) -> int:
        return sum(1 for soname, _ in policy("manylinux", version, "x86_64").forbidden if soname == library)

    counts = [count(version, "libz.so.1") for version in ((2, 5), (2, 31), (2, 34), (2, 35), (2, 36), (2, 37), (2, 41))]
    assert counts == [41, 41, 40, 40, 26, 23, 23]
    assert (count((2, 17), "libc.so.6"), count((2, 24), "libc.so.6")) == (6, 0)
    assert ("libc.so.6", "__cxa_thread_atexit_impl") in policy("manylinux", (2, 17), "i686").forbidden


@pytest.mark.parametrize("kind", KINDS)
def test_later_policies_allow_more(kind: str) -> None:
    """A wheel that keeps an older policy must keep the newer ones, or the lowest policy would mean nothing."""
    known = policies(kind)
    last = max(listed.version for listed in known.listed)
    for architecture in ARCHITECTURES[kind]:
        ladder = known.of(architecture)
        for older, newer in pairwise(ladder):
            assert older.version < newer.version
            assert older.libraries <= newer.libraries
            assert older.symbol_versions <= newer.symbol_versions
            assert older.forbidden >= newer.forbidden
        assert ladder[-1].version == last or architecture in dict(known.exceptions)


def test_versions_that_nobody_has_listed() -> None:
    """A policy between or after the listed ones is judged by the last one before it, and says so."""
    newer = policy("manylinux", (2, 44), "x86_64")
    newest = policy("manylinux", (2, 41), "x86_64")
    assert (newer.judged_by, newer.listed, newer.tag) == ((2, 41), False, "manylinux_2_44_x86_64")
    assert newer.symbol_versions - newest.symbol_versions == {"GLIBC_2.42", "GLIBC_2.43", "GLIBC_2.44"}
    assert newer.libraries == newest.libraries
    assert policy("manylinux", (2, 29), "aarch64").judged_by == (2, 28)
    assert policy("musllinux", (1, 3), "x86_64").judged_by == (1, 2)


@pytest.mark.parametrize(
    ("kind", "version", "architecture", "reason"),
    [
        ("manylinux", (2, 4), "x86_64", "x86_64 begins with manylinux_2_5_x86_64"),
        ("manylinux", (2, 17), "riscv64", "riscv64 begins with manylinux_2_31_riscv64"),
        ("manylinux", (2, 17), "armv6l", "armv6l has no manylinux policy"),
        ("manylinux", (2, 10**9), "x86_64", "no C library has such a version"),
        ("manlinux", (2, 17), "x86_64", "expected one of manylinux, musllinux"),
    ],
)
def test_policies_that_nobody_has(kind: str, version: tuple[int, int], architecture: str, reason: str) -> None:
    """A verdict on a meaningless tag must say that it is meaningless."""
    with pytest.raises(InvalidPolicy, match=reason):
        policy(kind, version, architecture)


def data_of(kind: str) -> dict[str, Any]:
    """Read a data file."""
    text = (files("manytags.platforms.linux") / "policies" / f"{kind}.json").read_text()
    content: dict[str, Any] = json.loads(text)
    return content


def contradictions(data: dict[str, Any]) -> list[str]:
    """List the mistakes in a data file: whatever would make a policy promise too much, too little or nothing."""
    required = {"name", "date", "source", "versions", "families", "architectures", "libraries", "symbol_versions"}
    mistakes = [f"lacks {key}" for key in sorted({*required, "forbidden"} - set(data))]
    mistakes += [f"unknown key {key}" for key in sorted(set(data) - required - {"forbidden", "libc"})]
    if mistakes:
        return mistakes
    steps = data["versions"].split()
    if sorted(set(steps), key=lambda step: tuple(map(int, step.split("_")))) != steps:
        mistakes.append("its versions do not ascend")
    named = {about[key] for about in data["architectures"].values() for key in ("from", "until") if key in about}
    named |= {entry["policy"] for entry in data["symbol_versions"]} | set(data["libraries"])
    named |= {entry["until"] for entry in data["forbidden"] if "until" in entry}
    mistakes += [f"{step} is not one of its versions" for step in sorted(named - set(steps))]
    if mistakes:
        return mistakes
    spans = {
        name: (steps.index(about["from"]), steps.index(about.get("until", steps[-1])))
        for name, about in data["architectures"].items()
    }
    mistakes += [f"{name} ends before it begins" for name, (first, last) in spans.items() if first > last]
    mistakes += [f"{name} ends without a reason" for name, about in data["architectures"].items()
                 if ("until" in about) != ("why" in about)]  # fmt: skip
    libraries = [name for step in steps for name in data["libraries"].get(step, "").split()]
    mistakes += [f"{name} is added twice" for name, times in Counter(libraries).items() if times > 1]
    added = Counter(
        (architecture, name)
        for entry in data["symbol_versions"]
        for architecture in entry["architectures"].split()
        for name in entry["adds"].split()
    )
    mistakes += [f"{name} is added twice on {of}" for (of, name), times in added.items() if times > 1]
    mistakes += [f"{name} is in none of its families" for _, name in added
                 if name.partition("_")[0] not in data["families"].split()]  # fmt: skip
    for entry in data["symbol_versions"]:
        for architecture in entry["architectures"].split():
            first, last = spans.get(architecture, (len(steps), -1))
            if not first <= steps.index(entry["policy"]) <= last:
                mistakes.append(f"{entry['policy']} has no {architecture}")
    symbols = Counter((entry["library"], name) for entry in data["forbidden"] for name in entry["symbols"].split())
    mistakes += [f"{name} of {of} is forbidden twice" for (of, name), times in symbols.items() if times > 1]
    first_libraries = data["libraries"][steps[0]].split()
    mistakes += [f"{of} has forbidden symbols and is not in the first version"
                 for of in sorted({of for of, _ in symbols}) if of not in first_libraries]  # fmt: skip
    return mistakes


@pytest.mark.parametrize("kind", KINDS)
def test_the_data_do_not_contradict_themselves(kind: str) -> None:
    """A mistake in the data would judge every wheel wrongly."""
    assert contradictions(data_of(kind)) == []


BROKEN = {
    "its versions do not ascend": ("2_5 2_12", "2_12 2_5"),
    "lacks source": ('"source"', '"saucer"'),
    "unknown key note": ('"libc": "GLIBC"', '"libc": "GLIBC", "note": ""'),
    "libz.so.1 is added twice": ("libexpat.so.1", "libz.so.1"),
    "GLIBC_2.10 is added twice on x86_64": ("GLIBC_2.12 ", "GLIBC_2.12 GLIBC_2.10 "),
    "CXXAPI_1.3.2 is in none of its families": ("CXXABI_1.3.2 ", "CXXAPI_1.3.2 "),
    "2_5 has no aarch64": ('"architectures": "x86_64', '"architectures": "aarch64'),
    "2_6 is not one of its versions": ('"policy": "2_5"', '"policy": "2_6"'),
    "libcrypt.so.1 has forbidden symbols": ('"library": "libc.so.6"', '"library": "libcrypt.so.1"'),
    "ppc64 ends before it begins": ('"until": "2_17"', '"until": "2_12"'),
    "ppc64 ends without a reason": ('"why"', '"because"'),
    "uncompress2 of libz.so.1 is forbidden twice": ("uncompress2", "uncompress2 uncompress2"),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_every_mistake_in_the_data_is_seen(mistake: str) -> None:
    """The check above is worth nothing if it overlooks a mistake."""
    text = json.dumps(data_of("manylinux"))
    old, new = BROKEN[mistake]
    changed = text.replace(old, new, 1)
    assert changed != text
    assert any(mistake in message for message in contradictions(json.loads(changed)))


def auditwheel(kind: str) -> list[dict[str, object]]:
    """Read auditwheel's own data, or skip the test where it is not installed."""
    spec = importlib.util.find_spec("auditwheel")
    if spec is None or spec.origin is None:
        pytest.skip("auditwheel is not installed: nox -s oracle")
    data = json.loads((Path(spec.origin).parent / "policy" / f"{kind}-policy.json").read_text())
    return [entry for entry in data if entry["name"] != "linux"]


#: Kind -> libraries that we list but auditwheel 6.8.2 does not. auditwheel reads "libc.so" in its own data as the name
#: that Alpine gives musl, and only as that. But musl's loader takes any name that begins with "libc." for itself
#: (ldso/dynlink.c, load_library), and zig's and musl-gcc's wheels say "libc.so".
#: Both exempt loaders: auditwheel exempts every name with "ld-linux" in it, ld64.so.1 and ld64.so.2; we exempt the one
#: loader of the architecture, musl's too.
MORE_LIBRARIES: dict[str, set[str]] = {"manylinux": set(), "musllinux": {"libc.so"}}
MUSL_NAMES = {"i686": "x86", "armv7l": "armv7"}


@pytest.mark.parametrize("kind", KINDS)
def test_as_auditwheel(kind: str) -> None:
    """A difference from auditwheel without a known reason is a mistake in one of the two."""
    theirs: dict[tuple[str, str], tuple[set[str], set[str], set[tuple[str, str]]]] = {}
    for entry in auditwheel(kind):
        name, lists = str(entry["name"]), entry["symbol_versions"]
        allowed, forbidden = entry["lib_whitelist"], entry["blacklist"]
        assert isinstance(lists, dict)
        assert isinstance(allowed, list)
        assert isinstance(forbidden, dict)
        for architecture, versions in lists.items():
            musl = f"libc.musl-{MUSL_NAMES.get(architecture, architecture)}.so.1"
            libraries = {musl if library == "libc.so" else library for library in allowed}
            names = {f"{family}_{version}" for family, numbers in versions.items() for version in numbers}
            symbols = {(library, symbol) for library, symbols_of_it in forbidden.items() for symbol in symbols_of_it}
            theirs[name, architecture] = libraries, names, symbols
    mine = {
        (listed.tag.removesuffix("_" + listed.architecture), listed.architecture): (
            set(listed.libraries) - MORE_LIBRARIES[kind],
            set(listed.symbol_versions),
            # auditwheel does not check for symbols that came with musl 1.2.
            {(library, symbol) for library, symbol in listed.forbidden if library != "libc.so"},
        )
        for listed in policies(kind).listed
    }
    assert mine == theirs
