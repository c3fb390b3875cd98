"""``manytags upload-check FILE...``: check whether an index accepts wheels, and explain why not."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from ..choose.pages import MAX_PAGE
from ..errors import InvalidProfile, shown
from ..indexes.profiles import PROFILES, Profile, parse_profile
from ..indexes.upload import UploadProblem, check_upload
from .files import BadArgumentsError, BadFiles, read_text
from .index_files import FILES_HELP, list_folder, read_entries
from .layout import print_json, printable
from .target_choice import add_flag

#: Endings of other files that are uploaded with wheels; they are skipped.
_OTHERS = (".tar.gz", ".zip", ".asc", ".sig", ".metadata", ".attestation")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("files", metavar="FILE", nargs="+", help=FILES_HELP)
    index = parser.add_mutually_exclusive_group()
    index.add_argument("--index", choices=PROFILES, default="pypi", help="the index to check for (default: pypi)")
    index.add_argument("--profile", metavar="FILE", default=None, help="the profile of your own index, as JSON")
    add_flag(parser, "--audit", "open the wheels, and also report false tags; FILE is a path")
    add_flag(parser, "--strict", "exit with status 1 also for wheels that are accepted with a problem")
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Check each wheel; the status is 0 if the index accepts all wheels, 1 if it refuses any, 2 if a file is bad."""
    index = arguments.index if arguments.profile is None else _read_profile(arguments.profile)
    checked: list[tuple[str, tuple[UploadProblem, ...]]] = []
    bad = BadFiles(arguments.files)
    for file in _wheels(arguments.files, arguments.audit, bad):
        with bad.told():
            checked.append((os.path.basename(file), check_upload(file, index)))
    if arguments.json:
        print_json(
            [
                {"file": name, "accepted": not _refused(issues), "problems": [issue.to_data() for issue in issues]}
                for name, issues in checked
            ]
        )
    else:
        for name, problems in checked:
            _print(name, problems)
    return bad.status(int(any(problems if arguments.strict else _refused(problems) for _, problems in checked)))


def _read_profile(path: str) -> Profile:
    try:
        return parse_profile(read_text(path))
    except InvalidProfile as error:
        raise InvalidProfile(path, error.reason) from None


def _wheels(files: Sequence[str], audited: bool, bad: BadFiles) -> list[str] | list[Path]:
    """List the wheels that the arguments name: names, or paths if they are to be opened."""
    named = []
    for file in files:
        # A folder may contain other files, but a file that is named is meant to be a wheel.
        if file == "-" or file.lower().endswith((".whl", ".json", *_OTHERS)) or os.path.isdir(file):
            named.append(file)
        else:
            with bad.told():
                raise BadArgumentsError(f"{shown(file)} is not a wheel: its name does not end in '.whl'")
    names = _paths(named, bad) if audited else [str(entry["filename"]) for entry in read_entries(named, bad)]
    wheels = [name for name in dict.fromkeys(names) if name.lower().endswith(".whl")]
    if not wheels:
        raise BadArgumentsError("there are no wheels among the files: no name ends in '.whl'")
    return [Path(path) for path in wheels] if audited else wheels


def _paths(files: Sequence[str], bad: BadFiles) -> list[str]:
    paths = []
    for file in files:
        with bad.told():
            names = list_folder(file)
            if names is not None:
                paths += [os.path.join(file, name) for name in names]
            elif file == "-":
                paths += [line.strip() for line in read_text(file, MAX_PAGE).splitlines() if line.strip()]
            else:
                paths.append(file)
    return paths


def _refused(problems: tuple[UploadProblem, ...]) -> bool:
    return any(problem.refused for problem in problems)


def _print(name: str, problems: tuple[UploadProblem, ...]) -> None:
    verdict = "refused" if _refused(problems) else "accepted, but see below" if problems else "accepted"
    print(f"{printable(name)}: {verdict}")
    for problem in problems:
        print("\n".join(f"  {printable(line)}" for line in str(problem).splitlines()))
