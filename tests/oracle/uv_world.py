"""What uv takes for each name of its ``--python-platform``: learned from uv itself, offline, and kept in a file.

uv does not print its list of tags. Its choices from a folder of tiny wheels show the list:

*   every release of the corpus, under a name of its own: which of its wheels does uv choose?
*   a project for each platform tag, whose newer release has this tag and whose older release has ``any``: uv takes the
    newer release if it takes the tag;
*   a project for each two neighbours in a guessed list: uv's choices correct the guess, until all neighbours are in the
    right order.

Run as a script, as ``nox -s uv -- record`` does, this module writes the answers of the uv on ``PATH`` to a file in
``tests/oracle/data``. The daily tests compare manytags with that file; they do not need uv.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: The version of uv that was asked, and the file with its answers.
VERSION = "0.13.8"
RECORD = Path(__file__).parent / "data" / f"uv-{VERSION}.json"
CORPUS = Path(__file__).parents[1] / "data" / "corpus"

#: The Pythons that choose from the corpus. uv takes only versions, so a free-threaded build would have to be here.
PYTHONS = ("3.12", "3.9")
#: The Pythons whose lists of (python, ABI) groups are recorded; 3.9 has few groups, 3.14 has many.
GROUP_PYTHONS = ("3.12", "3.9", "3.14")
#: The platform for recording groups. It has a single tag, so that only the groups decide.
GROUP_PLATFORM = ("windows", "win_amd64")

LINUXES = ("x86_64", "i686", "aarch64", "armv6l", "armv7l", "ppc64le", "riscv64", "s390x", "loongarch64")
MAC_FORMATS = ("x86_64", "arm64", "i386", "intel", "fat", "fat3", "fat32", "fat64", "universal", "universal2")

Release = tuple[str, ...]
"""Wheels of a release: what follows the version in their names, such as ``1-cp312-abi3-win32``; sorted."""


@cache
def corpus_releases() -> tuple[Release, ...]:
    """List the releases of the corpus, but each set of build tags and tag sets once, in a fixed order."""
    releases: dict[tuple[str, str], set[str]] = {}
    for path in CORPUS.glob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                _, version, rest = json.loads(line)["filename"].removesuffix(".whl").split("-", 2)
                releases.setdefault((path.name, version), set()).add(rest)
    return tuple(sorted({tuple(sorted(release)) for release in releases.values()}))


def digest(releases: Iterable[Release]) -> str:
    """Return a digest of the corpus."""
    return hashlib.sha256("\n".join(" ".join(release) for release in releases).encode()).hexdigest()


@cache
def universe() -> tuple[str, ...]:
    """List the platform tags that uv is asked about: what any machine of its names could take, and neighbours."""
    tags = ["any", "win32", "win_amd64", "win_arm64", "win_arm32", "win_ia64"]
    for arch in LINUXES:
        tags += [f"{family}_{arch}" for family in ("linux", "manylinux1", "manylinux2010", "manylinux2014")]
        tags += [f"manylinux_2_{minor}_{arch}" for minor in range(4, 43)]
        tags += [f"musllinux_1_{minor}_{arch}" for minor in range(4)]
    macs = [(10, minor) for minor in range(3, 17)] + [(11, 0), (11, 1), (12, 0), (13, 0), (13, 1), (14, 0)]
    tags += [f"macosx_{major}_{minor}_{form}" for major, minor in macs for form in MAC_FORMATS]
    ios = [(major, minor) for major in (11, 12, 13) for minor in range(11)]
    multiarches = ("arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator", "x86_64_iphoneos")
    tags += [f"ios_{major}_{minor}_{multiarch}" for major, minor in ios for multiarch in multiarches]
    abis = ("arm64_v8a", "armeabi_v7a", "x86", "x86_64")
    tags += [f"android_{level}_{abi}" for level in range(14, 27) for abi in abis]
    for family in ("pyodide", "pyemscripten"):
        tags += [f"{family}_{year}_{patch}_wasm32" for year in (2023, 2024, 2025, 2026) for patch in (0, 1)]
    return (*tags, "emscripten_3_1_58_wasm32", "emscripten_4_0_9_wasm32")


def groups(python: str) -> tuple[str, ...]:
    """List the (python tag, ABI tag) pairs that uv is asked about: what such a Python could take, and neighbours."""
    minor = int(python.partition(".")[2])
    own, newer = f"cp3{minor}", f"cp3{minor + 1}"
    pairs = [f"{own}-{abi}" for abi in (own, f"{own}d", f"{own}t", f"{own}m", "abi3", "abi3t", "none")]
    pairs += [f"{newer}-{newer}", f"{newer}-abi3", f"cp3{minor - 1}-cp3{minor - 1}", f"cp3{minor - 1}-none", "cp3-none"]
    pairs += [f"cp3{older}-abi3" for older in range(minor)]
    return (*pairs, *(f"py3{older}-none" for older in range(minor + 2)), "py3-none", "py2-none", "pp3-none")


class Project(NamedTuple):
    """A project in the folder: the endings of its wheels' names, for the release in question."""

    name: str
    wheels: Release


class Folder:
    """A folder of tiny wheels, and the uv that chooses from it.

    :param path: an empty folder.
    :param uv: the command.
    """

    def __init__(self, path: Path, uv: str) -> None:
        self.path, self.uv = path, uv
        self.cache = path / "cache"

    def ask(self, name: str, python: str, projects: Sequence[Project]) -> dict[str, str | None]:
        """Ask uv which wheel of each project it takes; ``None`` if it takes none.

        Each project has an older release with one wheel for any machine, so that a project without a fitting wheel
        does not end the run.
        """
        wheels = self.path / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        wheels.mkdir()
        for project in projects:
            _write(wheels, project.name, "0", ("py3-none-any",))
            _write(wheels, project.name, "1", project.wheels)
        requirements = self.path / "requirements.in"
        requirements.write_text("".join(f"{project.name}\n" for project in projects), encoding="utf-8")
        arguments = ["pip", "compile", "--verbose", "--offline", "--no-deps", "--no-index", "--no-config"]
        arguments += ["--find-links", str(wheels), "--python-platform", name, "--python-version", python]
        environment = {**os.environ, "UV_CACHE_DIR": str(self.cache), "NO_COLOR": "1"}
        done = subprocess.run(
            [self.uv, *arguments, str(requirements)],
            capture_output=True,
            check=False,
            encoding="utf-8",
            env=environment,
            timeout=600,
        )
        selected = dict(re.findall(r"Selecting: (\S+)==\S+ \[\w+\] \((.*?)\)", done.stderr))
        if done.returncode or len(selected) != len(projects):
            raise RuntimeError(f"uv {name} {python}: {len(selected)} of {len(projects)} chosen; {done.stderr[-2000:]}")
        answers: dict[str, str | None] = {}
        for project in projects:
            _, version, rest = selected[project.name].removesuffix(".whl").split("-", 2)
            answers[project.name] = rest if version == "1" else None
        return answers

    def names(self) -> list[str]:
        """List the names of platforms that uv documents."""
        done = subprocess.run([self.uv, "help", "pip", "compile"], capture_output=True, check=True, encoding="utf-8")
        _, _, after = done.stdout.partition("--python-platform <PYTHON_PLATFORM>")
        listed, _, _ = after.partition("\n      --")
        return re.findall(r"^\s+- ([\w-]+):", listed, re.MULTILINE)

    def sorted_by_choice(self, name: str, python: str, guess: Sequence[str], wheel: str) -> list[str]:
        """Sort members into the order in which uv prefers them, starting from a guess.

        :param wheel: the ending of a wheel's name, with ``{}`` for a member.
        """
        members = list(guess)
        for _ in range(2 * len(members) + 1):
            pairs = [tuple(sorted((wheel.format(member), wheel.format(other)))) for member, other in pairwise(members)]
            projects = [Project(f"p{number}", pair) for number, pair in enumerate(pairs)]
            answers = self.ask(name, python, projects) if projects else {}
            wrong = [number for number in range(len(pairs)) if answers[f"p{number}"] != wheel.format(members[number])]
            if not wrong:
                return members
            last = -2
            for number in wrong:
                if number > last + 1:  # a swap next to this one may already have put it right
                    members[number], members[number + 1] = members[number + 1], members[number]
                    last = number
        raise RuntimeError(f"uv {name} {python}: its choices have no order: {members}")


@cache
def _wheel(name: str, version: str) -> bytes:
    """Make a wheel with just enough content to be resolved."""
    folder = f"{name}-{version}.dist-info"
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr(f"{folder}/RECORD", "")
    return stream.getvalue()


def _write(folder: Path, name: str, version: str, tags: Iterable[str]) -> None:
    first: Path | None = None
    for tag in tags:
        path = folder / f"{name}-{version}-{tag}.whl"
        if first is None:
            path.write_bytes(_wheel(name, version))
            first = path
        else:
            path.hardlink_to(first)


def record(uv: str, scratch: Path, guesses: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Find out what each of uv's names means.

    :param uv: the command.
    :param scratch: an empty folder.
    :param guesses: name -> the expected list; mistakes in it only cost time.
    """
    folder = Folder(scratch, uv)
    version = subprocess.run([uv, "--version"], capture_output=True, check=True, encoding="utf-8").stdout.split()[1]
    releases = [Project(f"r{number}", release) for number, release in enumerate(corpus_releases())]
    singles = [Project(f"t{number}", (f"py3-none-{tag}",)) for number, tag in enumerate(universe())]
    platforms: dict[str, list[str]] = {}
    picks: dict[str, dict[str, str]] = {}
    for name in folder.names():
        for python in PYTHONS:
            answers = folder.ask(name, python, [*releases, *(singles if python == PYTHONS[0] else [])])
            chosen = [(release.wheels, answers[release.name]) for release in releases]
            picks.setdefault(python, {})[name] = written_picks(chosen)
            if python == PYTHONS[0]:
                taken = [tag for number, tag in enumerate(universe()) if answers[f"t{number}"] and tag != "any"]
                guess = sorted(taken, key=lambda tag: _place(guesses.get(name, ()), tag))
                platforms[name] = folder.sorted_by_choice(name, python, guess, "py3-none-{}")
        print(name, len(platforms[name]), file=sys.stderr)  # noqa: T201 - it takes minutes
    pythons: dict[str, list[str]] = {}
    name, tag = GROUP_PLATFORM
    for python in GROUP_PYTHONS:
        both = [f"{group}-{platform}" for platform in (tag, "any") for group in groups(python)]
        answers = folder.ask(
            name, python, [Project(f"g{number}", (candidate,)) for number, candidate in enumerate(both)]
        )
        taken = [
            candidate for number, candidate in enumerate(both) if answers[f"g{number}"] or candidate == "py3-none-any"
        ]
        guess = sorted(taken, key=lambda candidate: _place(guesses.get(python, ()), candidate))
        pythons[python] = folder.sorted_by_choice(name, python, guess, "{}")
    return {
        "uv": version,
        "how": "nox -s uv -- record: tests/oracle/uv_world.py asked uv, offline, with a folder of tiny wheels",
        "corpus": digest(corpus_releases()),
        "platform_tags": platforms,
        "groups": pythons,
        "picks": {python: _merged(by_name) for python, by_name in picks.items()},
    }


def _place(guess: Sequence[str], tag: str) -> int:
    return guess.index(tag) if tag in guess else len(guess)


def written_picks(chosen: Iterable[tuple[Release, str | None]]) -> str:
    """Write choices as the places of the chosen wheels in their releases; ``-`` for none."""
    return " ".join("-" if pick is None else str(release.index(pick)) for release, pick in chosen)


def _merged(by_name: Mapping[str, str]) -> list[dict[str, object]]:
    """Write equal choices once."""
    names: dict[str, list[str]] = {}
    for name, picks in by_name.items():
        names.setdefault(picks, []).append(name)
    return [{"names": list(named), "picks": picks} for picks, named in names.items()]


def main(path: Path, uv: str) -> None:
    """Ask uv and write the record."""
    import tempfile

    from .uv_differences import expected_groups, expected_platform_tags

    with tempfile.TemporaryDirectory() as scratch:
        names = Folder(Path(scratch), uv).names()
        guesses: dict[str, Sequence[str]] = {name: expected_platform_tags(name) for name in names}
        guesses |= {python: expected_groups(python) for python in GROUP_PYTHONS}
        answers = record(uv, Path(scratch), guesses)
    path.write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RECORD, shutil.which("uv") or "uv")
