"""Which packages have a library: the table in ``packages.json`` is complete and does not contradict itself."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files

import pytest

from manytags.loaders.packages import Package, packages_of
from manytags.platforms.linux.policies import KINDS, policies

#: musl's own names, which its loader takes for itself: a host with musl cannot lack them.
MUSL = ("libc.so", "libc.musl-")


def table() -> str:
    """Read the table as text."""
    return (files("manytags.loaders") / "packages.json").read_text(encoding="utf-8")


def promised() -> set[str]:
    """List the libraries that a policy lists and a distribution can lack."""
    listed = [policy for kind in KINDS for policy in policies(kind).listed]
    names = set().union(*(policy.libraries for policy in listed))
    return {name for name in names if not name.startswith(MUSL) or name == "libc.so.6"}


def mistakes(text: str) -> list[str]:
    """List the mistakes in the table: what would name no package, a wrong one, or one of an unknown distribution."""
    repeated: list[str] = []

    def read(pairs: list[tuple[str, object]]) -> dict[str, object]:
        repeated.extend(
            f"{key} is listed twice" for key, times in Counter(key for key, _ in pairs).items() if times > 1
        )
        return dict(pairs)

    data = json.loads(text, object_pairs_hook=read)
    wrong = [f"lacks {key}" for key in ("date", "sources", "libraries") if not data.get(key)]
    if wrong:
        return wrong
    sources, libraries = data["sources"], data["libraries"]
    wrong += repeated
    wrong += [f"{name} does not say what was checked" for name, text in sources.items() if not text]
    wrong += [f"{name} has no entry" for name in sorted(promised() - set(libraries))]
    for library, packages in libraries.items():
        wrong += [f"{name}, of {library}, is not a source" for name in packages if name not in sources]
        # Alpine's C library is musl, so it has neither glibc nor what is made of glibc.
        wrong += [f"{library} has no package of {name}" for name in sources if name not in {*packages, "alpine"}]
        for distribution, names in packages.items():
            different = names.split()
            if not different or " ".join(different) != names:
                wrong.append(f"{library} has {names!r} of {distribution}")
            if len(set(different)) < len(different):
                wrong.append(f"{library} has a package of {distribution} twice")
    return wrong


def test_the_table_is_complete_and_does_not_contradict_itself() -> None:
    """A mistake would send a user with a missing library to a wrong package, or to none."""
    assert mistakes(table()) == []


BROKEN = {
    "lacks date": ('"date"', '"day"'),
    "libz.so.1 has no entry": ('"libz.so.1"', '"libz.so.2"'),
    "libz.so.1 is listed twice": ('"libexpat.so.1"', '"libz.so.1"'),
    "debina, of libc.so.6, is not a source": ('{"debian"', '{"debina"'),
    "libz.so.1 has no package of debian": ('"debian": "zlib1g", ', ""),
    "libz.so.1 has '' of debian": ('"zlib1g"', '""'),
    "libz.so.1 has 'a  b' of debian": ('"zlib1g"', '"a  b"'),
    "libz.so.1 has a package of debian twice": ('"zlib1g"', '"zlib1g zlib1g"'),
    "arch does not say what was checked": ('"not checked against Arch\'s own lists"', '""'),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_every_mistake_in_the_table_is_detected(mistake: str) -> None:
    """The check above is worth nothing if it overlooks a mistake."""
    old, new = BROKEN[mistake]
    changed = table().replace(old, new, 1)
    assert changed != table()
    assert mistake in mistakes(changed)


def test_the_packages_of_a_library() -> None:
    """A user needs the package of a missing library, not only its name."""
    assert Package("debian", "zlib1g") in packages_of("libz.so.1")
    assert [str(package) for package in packages_of("libasound.so.2")][:2] == [
        "libasound2 (debian)",
        "libasound2t64 (debian)",
    ]
    assert packages_of("libunheardof.so.1") == ()
