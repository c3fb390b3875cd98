"""``manytags upload-check FILE...``: would an index take these wheels, and why not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import InvalidProfile, InvalidWheel
from .files import read_text
from .layout import printable
from .target_choice import BadArgumentsError
from .wheels import MAX_INDEX, read_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..indexes.profiles import Profile
    from ..indexes.upload import UploadProblem


#: Endings of what is uploaded beside wheels, and is passed over here.
_OTHERS = (".tar.gz", ".zip", ".asc", ".sig", ".metadata", ".attestation")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    from ..indexes.profiles import PROFILES

    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a file name, a folder, a JSON page of an index (.json), or - for a list on standard input",
    )
    index = parser.add_mutually_exclusive_group()
    index.add_argument("--index", choices=PROFILES, default="pypi", help="the index that is asked (default: pypi)")
    index.add_argument("--profile", metavar="FILE", default=None, help="a profile of an index of your own, as JSON")
    parser.add_argument(
        "--audit", action="store_true", default=False, help="open the wheels, and tell false tags too; FILE is a path"
    )
    parser.add_argument(
        "--strict", action="store_true", default=False, help="status 1 for wheels that are taken with a problem, too"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Check each wheel; the status is 0 where the index takes all of them, 1 where it refuses one."""
    from ..indexes.upload import check_upload

    index = arguments.index if arguments.profile is None else _read_profile(arguments.profile)
    found: list[tuple[str, tuple[UploadProblem, ...]]] = []
    broken = False
    for file in _wheels(arguments.files, arguments.audit):
        try:
            found.append((os.path.basename(file), check_upload(file, index)))
        except InvalidWheel as error:  # noqa: PERF203 - one bad file stands in nobody's way
            print(f"manytags: {printable(str(error))}", file=sys.stderr)
            broken = True
    if arguments.json:
        import json

        data = [
            {"file": name, "accepted": not _refused(problems), "problems": [each.to_data() for each in problems]}
            for name, problems in found
        ]
        print(json.dumps(data, indent=2))
    else:
        for name, problems in found:
            _print(name, problems)
    if broken:
        return 2
    return int(any(problems if arguments.strict else _refused(problems) for _, problems in found))


def _read_profile(path: str) -> Profile:
    from ..indexes.profiles import parse_profile

    try:
        return parse_profile(read_text(path))
    except InvalidProfile as error:
        raise InvalidProfile(path, error.reason) from None


def _wheels(files: Sequence[str], audited: bool) -> list[str] | list[Path]:
    """List the wheels that arguments stand for, as names or, where they are to be opened, as paths."""
    for file in files:
        # Folders may hold anything; who names a file means that file.
        if not (file == "-" or file.lower().endswith((".whl", ".json", *_OTHERS)) or os.path.isdir(file)):
            raise BadArgumentsError(f"{file!r} is no wheel: its name does not end in '.whl'")
    found = _paths(files) if audited else [str(entry["filename"]) for entry in read_entries(list(files))]
    wheels = [name for name in dict.fromkeys(found) if name.lower().endswith(".whl")]
    if not wheels:
        raise BadArgumentsError("no wheel is among the files: none ends in '.whl'")
    return [Path(path) for path in wheels] if audited else wheels


def _paths(files: Sequence[str]) -> list[str]:
    found = []
    for file in files:
        try:
            inside = sorted(os.listdir(file)) if os.path.isdir(file) else None
        except (OSError, ValueError) as error:
            raise BadArgumentsError(f"cannot read {file!r}: {error}") from None
        if inside is not None:
            found += [os.path.join(file, name) for name in inside]
        elif file == "-":
            found += [line.strip() for line in read_text(file, MAX_INDEX).splitlines() if line.strip()]
        else:
            found.append(file)
    return found


def _refused(problems: tuple[UploadProblem, ...]) -> bool:
    return any(problem.refused for problem in problems)


def _print(name: str, problems: tuple[UploadProblem, ...]) -> None:
    verdict = "refused" if _refused(problems) else "accepted, but see below" if problems else "accepted"
    print(f"{printable(name)}: {verdict}")
    for problem in problems:
        print("\n".join(f"  {printable(line)}" for line in str(problem).splitlines()))
