"""The commands list, build, record and check, and their exit status."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .debian import Debian
from .groups import GROUPS, chosen
from .machines import Machine, Python, Workshop
from .proofs import Trial, lines
from .questions import Answer, ask, packaging_script
from .records import differences, file_of, record_of, written
from .reports import apart, summary
from .store import Store, Unavailable, default_folder

RECORDS = Path("tests/hosts")
PROOFS = Path("tests/oracle/data/proofs.json")
GOOD, DIFFERENT, BAD_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    :return: 0 if all is as recorded; 1 if something differs or an environment is unavailable; 2 for wrong arguments.
    """
    options = _parser().parse_args(arguments)
    try:
        machines = chosen(options.names or GROUPS)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return BAD_USE
    folder: Path = options.cache.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    shop = Workshop(Store(folder), Debian(folder, options.mirror))
    status = GOOD
    try:
        for machine in machines:
            line, good = _one(options, machine, shop)
            print(line, flush=True)
            if not good:
                status = DIFFERENT
    finally:
        shop.debian.forget()
    return status


def _one(options: argparse.Namespace, machine: Machine | Trial, shop: Workshop) -> tuple[str, bool]:
    """Return the line about one environment, and whether it is as expected."""
    if options.command == "list":
        return f"{machine.name:32} {machine.about}", True
    start = time.monotonic()
    try:
        if isinstance(machine, Trial):
            return _try(options, machine, shop)
        python = machine.prepare(shop)
        built = time.monotonic()
        if options.command == "build":
            return f"{machine.name:32} {built - start:6.1f} s", True
        answer = ask(python, packaging_script(shop))
    except Unavailable as error:
        return f"{machine.name:32} not to be had: {error}", False
    except ValueError as error:  # InvalidFacts too
        return f"{machine.name:32} its answer is not understood: {error}", False
    line = f"{machine.name:32} built {built - start:5.1f} s, asked {time.monotonic() - built:5.1f} s;"
    command = _record if options.command == "record" else _check
    text, good = command(machine, python, answer, options.files)
    return f"{line} {summary(answer)}{text}", good


def _try(options: argparse.Namespace, trial: Trial, shop: Workshop) -> tuple[str, bool]:
    """Try wheels, and record or compare the outcomes."""
    outcomes = trial.outcomes(shop, getattr(options, "files", RECORDS))
    if options.command == "build":
        return f"{trial.name:32} wheels built", True
    proofs: list[dict[str, Any]] = json.loads(options.proofs.read_text()) if options.proofs.exists() else []
    line = f"{trial.name:32} {len(outcomes)} wheels tried{lines(outcomes)}"
    if options.command == "check":
        same = outcomes == [proof for proof in proofs if proof["machine"] == trial.machine.name]
        return line + ("" if same else "\n    other outcomes than recorded"), same
    kept = [proof for proof in proofs if proof["machine"] != trial.machine.name]
    options.proofs.parent.mkdir(parents=True, exist_ok=True)
    options.proofs.write_text(written([*kept, *outcomes]) + "\n")
    return line, True


def _record(machine: Machine, python: Python, answer: Answer, folder: Path) -> tuple[str, bool]:
    """Write the record. Expected tags that are already recorded are kept."""
    path = file_of(folder, machine.name)
    expected, note = list(answer.ours.platforms), f"\n    NEW: A PERSON MUST CHECK the expected tags of {path}"
    if path.exists():
        expected, note = _read(path)["expected"]["platform_tags"], ""
    today = datetime.now(timezone.utc).date()
    record = record_of(machine.name, machine.about, f"{python.how}; {today}", answer, expected)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(written(record) + "\n", encoding="utf-8")
    problems = "" if expected == list(answer.ours.platforms) else "\n    manytags gives other tags than expected"
    return note + problems, not problems


def _check(machine: Machine, python: Python, answer: Answer, folder: Path) -> tuple[str, bool]:
    """Compare with the record. If facts may vary, only the differences from packaging must be as recorded."""
    path = file_of(folder, machine.name)
    if not path.exists():
        return f"\n    no record: {path}", bool(machine.moves)
    old = _read(path)
    expected = old["expected"]["platform_tags"]
    new = record_of(machine.name, machine.about, python.how, answer, expected)
    changes = list(differences(old, new))
    if list(answer.ours.platforms) != expected:
        changes.append("manytags gives other platform tags than expected")
    theirs_now = answer.theirs
    if theirs_now and theirs_now.platforms == answer.ours.platforms and theirs_now.triples != answer.ours.triples:
        changes.append("packaging gives other Python or ABI tags")
    if not machine.moves:
        return "".join(f"\n    {line}" for line in changes), not changes
    theirs = (old["packaging"] or {}).get("platform_tags", ())
    same = not answer.theirs or apart(answer.ours.platforms, answer.theirs.platforms) == apart(expected, theirs)
    note = f"\n    {len(changes)} differences from the record, as {machine.moves}" if changes else ""
    return note + ("" if same else "\n    other differences from packaging than recorded"), same


def _read(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.hosts", description="Ask real Pythons of foreign machines.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("list", "show the environments"),
        ("build", "build what is not in the cache"),
        ("record", "ask, and write the records"),
        ("check", "ask, and compare with the records"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "names", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)}, or one environment; else all"
        )
        command.add_argument(
            "--cache", type=Path, default=default_folder(), help="where built things stay (%(default)s)"
        )
        command.add_argument("--mirror", default="", help="Debian mirror; else the one that apt is configured for")
        if name in {"record", "check"}:
            command.add_argument(
                "--into", "--against", dest="files", type=Path, default=RECORDS, help="the records (%(default)s)"
            )
            command.add_argument("--proofs", type=Path, default=PROOFS, help="outcomes of the trials (%(default)s)")
    return parser
