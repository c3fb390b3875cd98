"""Record what auditwheel says about real wheels, and what the ELF files in these wheels need.

This module writes two files in ``tests/oracle/data``. ``auditwheel-6.8.2.json`` has the name, size and SHA-256 of each
wheel, and the output of ``auditwheel show --json``. ``auditwheel-needs.jsonl.gz`` has a line for each wheel: what
manytags read from its ELF files, and what its ``WHEEL`` says. So the daily tests judge what real wheels need without
downloading them. A third file, ``auditwheel-claims.json``, is written by hand: it says which tags are true.

The wheels, some 1 GB, come from the index that pip is configured for, are checked against the recorded digests, and
are kept in ``~/.cache/manytags/wheels``, or the folder that ``MANYTAGS_WHEELS`` names. Run as a script, as
``nox -s auditwheel -- record`` does, this module writes both files again. To add a wheel, put it into the folder first.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import MISSING, astuple, fields
from email.parser import Parser
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from manytags.audits.archive import Archive
from manytags.audits.contents import Contents, read_contents
from manytags.audits.foreign import ForeignFile
from manytags.audits.installed import Requirement, Surroundings
from manytags.binaries.binary import Binary, NeededVersion, UndefinedSymbol
from manytags.binaries.elf import read_elf
from manytags.platforms.linux.policies import KINDS, policies
from manytags.tags.filename import TagSet, parse_tag_set, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: The version of auditwheel that was asked, and the files with its answers.
VERSION = "6.8.2"
DATA = Path(__file__).parent / "data"
ANSWERS = DATA / f"auditwheel-{VERSION}.json"
NEEDS = DATA / "auditwheel-needs.jsonl.gz"
#: Which tags of the wheels are true, determined by hand.
CLAIMS = DATA / "auditwheel-claims.json"

#: Undefined symbols that are kept besides those of CPython: policies and stable ABIs name no others.
FORBIDDEN = frozenset(symbol for kind in KINDS for policy in policies(kind).listed for _, symbol in policy.forbidden)
_SIMPLE = tuple(field for field in fields(Binary) if field.name not in {"format", "versions", "undefined"})


class Wheel(NamedTuple):
    """A wheel, as recorded in the files.

    :param file: its name.
    :param sha256: of the whole file.
    :param size: in bytes.
    :param answer: the output of the peer that was asked, such as auditwheel.
    :param contents: its tags, and what its ELF files need.
    """

    file: str
    sha256: str
    size: int
    answer: dict[str, Any]
    contents: Contents


def cache_folder() -> Path:
    """Return the folder of the wheels."""
    named = os.environ.get("MANYTAGS_WHEELS")
    return Path(named) if named else Path.home() / ".cache" / "manytags" / "wheels"


@cache
def wheels() -> dict[str, Wheel]:
    """Read the records of all wheels, by file name."""
    return read_records(ANSWERS, NEEDS, "auditwheel")


def read_records(answers: Path, needs: Path, peer: str) -> dict[str, Wheel]:
    """Read a file of answers and one of contents: the records of all wheels, by file name."""
    rows = {row["file"]: row for row in json.loads(answers.read_text(encoding="utf-8"))["wheels"]}
    with gzip.open(needs, "rt", encoding="utf-8") as lines:
        contents = {record["file"]: record for record in map(json.loads, lines)}
    if set(rows) != set(contents):
        raise RuntimeError(f"{answers.name} and {needs.name} are not of the same wheels")
    return {
        name: Wheel(name, row["sha256"], row["size"], row[peer], contents_from_data(contents[name]))
        for name, row in rows.items()
    }


def write_records(
    answers: Path, needs: Path, head: dict[str, str], ask: Callable[[Path], dict[str, Any]], paths: Iterable[Path]
) -> None:
    """Read wheels, ask about those that were not recorded yet, and write what ``read_records`` reads.

    :param head: the peer and its version, and how it was asked.
    """
    (peer, *_) = head
    recorded = json.loads(answers.read_text(encoding="utf-8"))["wheels"] if answers.exists() else ()
    known = {row["file"]: row for row in recorded}
    rows, contents = [], []
    for path in paths:
        row = {"file": path.name, "sha256": digest(path), "size": path.stat().st_size}
        row[peer] = known[path.name][peer] if path.name in known else ask(path)
        print(row[peer], path.name, file=sys.stderr)  # noqa: T201 - it takes minutes
        rows.append("  " + json.dumps(row, ensure_ascii=False))
        contents.append(as_json(read_wheel(path)) + "\n")
    listed = ",\n".join(rows)
    answers.write_text(f'{json.dumps(head, indent=1)[:-2]},\n "wheels": [\n{listed}\n ]\n}}\n', encoding="utf-8")
    needs.write_bytes(gzip.compress("".join(contents).encode(), mtime=0))


def contents_from_data(data: dict[str, Any]) -> Contents:
    """Read what ``read_wheel`` wrote."""
    sets = [parse_tag_set(tag) for tag in data["tags"]]
    pythons, abis, platforms = (
        tuple(dict.fromkeys(tag for tag_set in sets for tag in getattr(tag_set, name)))
        for name in ("pythons", "abis", "platforms")
    )
    requires = tuple(Requirement(name, tuple(extras), tuple(only)) for name, extras, only in data.get("requires", ()))
    return Contents(
        parse_wheel_filename(data["file"]).tag_set,
        TagSet(pythons, abis, platforms),
        data["purelib"],
        tuple(map(needs_from_data, data["elf"])),
        foreign=tuple(ForeignFile(*row) for row in data.get("foreign", ())),
        python_loads=data.get("python_loads", True),
        surroundings=Surroundings(requires=requires),
    )


def needs_to_data(needs: Binary) -> dict[str, Any]:
    """Write the needs of an ELF file, without fields that have their default, and with few undefined symbols."""
    data = {field.name: getattr(needs, field.name) for field in _SIMPLE if getattr(needs, field.name) != field.default}
    if needs.versions:
        data["versions"] = [astuple(version) for version in needs.versions]
    if undefined := condensed(needs):
        data["undefined"] = [tuple(symbol) for symbol in undefined]
    return data


def condensed(needs: Binary) -> tuple[UndefinedSymbol, ...]:
    """Keep the undefined symbols that may decide a verdict, in order of their names."""
    kept = [symbol for symbol in needs.undefined if symbol.name in FORBIDDEN or symbol.name.startswith(("Py", "_Py"))]
    return tuple(sorted(kept, key=lambda symbol: symbol.name))


def needs_from_data(data: dict[str, Any]) -> Binary:
    """Read what ``needs_to_data`` wrote."""
    values = {field.name: data[field.name] for field in _SIMPLE if field.name in data or field.default is MISSING}
    values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    values["arm_attributes"] = tuple((tag, value) for tag, value in data.get("arm_attributes", ()))
    values["versions"] = tuple(NeededVersion(*version) for version in data.get("versions", ()))
    values["undefined"] = tuple(UndefinedSymbol(*symbol) for symbol in data.get("undefined", ()))
    return Binary(format="ELF", **values)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        state = hashlib.sha256()
        while block := stream.read(1 << 20):
            state.update(block)
    return state.hexdigest()


def fetch(file: str, sha256: str, folder: Path) -> Path:
    """Return a wheel in a folder; pip downloads it if it is not there yet."""
    path = folder / file
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        name, version, *_, python, abi, platform = file.removesuffix(".whl").split("-")
        first = python.partition(".")[0]  # any of the tags will do: the digest chooses the file
        arguments = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--implementation", first[:2]]
        arguments += ["--python-version", first[2:], "--abi", abi.partition(".")[0], "--require-hashes"]
        arguments += ["--platform", platform.partition(".")[0], "--dest", str(folder), "--quiet"]
        with tempfile.TemporaryDirectory() as scratch:
            requirements = Path(scratch) / "requirements.txt"
            requirements.write_text(f"{name}=={version} --hash=sha256:{sha256}\n", encoding="utf-8")
            subprocess.run([sys.executable, "-m", "pip", "download", *arguments, "-r", str(requirements)], check=True)
    if digest(path) != sha256:
        raise RuntimeError(f"{path} is not the wheel that was recorded")
    return path


def ask(path: Path) -> dict[str, Any]:
    """Ask auditwheel about a wheel, while it can find no library of this machine.

    :returns: what it prints, except for what only repeats the wheel; ``error`` if it gives no answer.
    """
    environment = {key: value for key, value in os.environ.items() if "LD_LIBRARY_PATH" not in key}
    with tempfile.TemporaryDirectory() as nothing:
        done = subprocess.run(
            [sys.executable, "-m", "auditwheel", "show", "--json", "--ldpaths", nothing, str(path)],
            capture_output=True,
            check=False,
            encoding="utf-8",
            env=environment,
        )
    if not done.stdout:
        return {"error": done.stderr.strip().splitlines()[-1]}
    said = json.loads(done.stdout)
    if "error" in said:
        return {"error": said["error"]}
    answer = {key: said[key] for key in ("overall_tag", "sym_tag")}
    answer |= {key: True for key in ("pyfpe", "ucs2", "unsupported_isa") if said[key]}
    if said["external_libs"]:
        answer["external_libs"] = sorted(said["external_libs"])
    return answer


def elf_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the ELF files of a wheel: names and bytes."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as stream:
                if stream.read(4) == b"\x7fELF":
                    yield entry.filename, archive.read(entry)


def read_wheel(path: Path) -> dict[str, Any]:
    """Return as data what a wheel's ELF files need, and what else decides whether its tags are true."""
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/WHEEL") and name.count("/") == 1)
        said = Parser().parsestr(archive.read(name).decode("utf-8"))
    elf = [needs_to_data(read_elf(io.BytesIO(data), name)) for name, data in elf_members(path)]
    tags = said.get_all("Tag", [])
    data = {"file": path.name, "tags": tags, "purelib": said["Root-Is-Purelib"].lower() == "true", "elf": elf}
    with path.open("rb") as stream:
        contents = read_contents(Archive(stream, path.name), path.name)
    if contents.foreign:
        data["foreign"] = [(file.name, file.system, file.is_module) for file in contents.foreign]
    if contents.surroundings.requires:
        data["requires"] = contents.surroundings.requires
    if not contents.python_loads:
        data["python_loads"] = False
    return data


def as_json(value: object) -> str:
    """Write JSON in a single line, as short as possible."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def main() -> None:
    """Ask about every wheel of the record and every other wheel in the folder, and write the record again."""
    folder = cache_folder()
    for wheel in wheels().values():
        fetch(wheel.file, wheel.sha256, folder)
    how = (
        "nox -s auditwheel -- record: tests/oracle/auditwheel_world.py asked `auditwheel show --json` with an empty "
        "folder for --ldpaths, under glibc, about wheels from PyPI"
    )
    paths = sorted(folder.glob("*.whl"), key=lambda path: path.name.lower())
    write_records(ANSWERS, NEEDS, {"auditwheel": VERSION, "how": how}, ask, paths)


if __name__ == "__main__":
    main()
