"""``python -m tests.differential``: change files, load them, and compare."""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from . import recorded
from .compare import Comparison, Outcome, compare
from .fields import read_tables
from .mutations import Change, change
from .ours import names_of_inits, opinion, write_case
from .real import Answer, Loader
from .seeds import MACHINES, Machine, Seed, build_libraries, build_seeds, build_server

#: Outcomes that break the law, and those that people may want to look at.
_BREACHES = (Outcome.UNSEEN, Outcome.MISREAD)
_NUMBER = re.compile(r"\b(?:0x)?[0-9a-f]*[0-9][0-9a-f]*\b")
_SHOWN = (*_BREACHES, Outcome.CRASHED, Outcome.CRIED, Outcome.HOST)


@dataclass(frozen=True, slots=True)
class Case:
    """A changed file, and what was said of it.

    :param seed: the file before.
    :param libraries: what is in its wheel.
    :param number: with the seed's name and that of the run, all that its changes follow from.
    :param change: the file.
    :param before: what the loader says of the seed.
    :param answer: what it says of the file.
    :param comparison: whether manytags agrees.
    """

    seed: Seed
    libraries: dict[str, bytes]
    number: int
    change: Change
    before: Answer
    answer: Answer
    comparison: Comparison

    def __str__(self) -> str:
        return f"{self.seed} {self.number}"


@contextmanager
def workshop() -> Iterator[Path]:
    """Make a folder for the files of a run: in memory, since they are written by the ten thousand."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder in it has a name of its own
    folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    try:
        for name in ("demo", "demo.libs"):
            (folder / name).mkdir()
        yield folder
    finally:
        shutil.rmtree(folder)


def cases(
    machines: Iterable[Machine], count: int, run: int, wanted: Callable[[str], bool], *, once: bool = False
) -> Iterator[Case]:
    """Change every seed equally often, and ask about each file.

    :param machines: whose loaders to ask.
    :param count: changed files for each machine, of all seeds together.
    :param run: the seed of the random numbers.
    :param wanted: tells by the name of a seed, after that of its machine, whether to take it.
    :param once: change each file once.
    """
    for machine in machines:
        with workshop() as folder, closing(Loader(build_server(machine, folder), machine)) as loader:
            libraries = build_libraries(machine, folder / "demo.libs")
            seeds = [seed for seed in build_seeds(machine, folder, folder / "demo.libs") if wanted(str(seed))]

            def ask(seed: Seed, data: bytes, loader: Loader = loader, folder: Path = folder) -> Answer:
                answer = loader.ask(write_case(folder, seed, data), seed.is_program, names_of_inits(data))
                return replace(answer, refusal=answer.refusal.replace(f"{folder}/", ""))

            for seed in seeds:
                tables, before, ours = read_tables(seed.data), ask(seed, seed.data), opinion(seed, seed.data, libraries)
                for number in range(-(-count // len(seeds))):
                    random = Random(f"{run} {seed} {number}")
                    changed = change(seed.data, tables, random, once=once)
                    answer = ask(seed, changed.data)
                    theirs = opinion(seed, changed.data, libraries)
                    comparison = compare(answer, theirs, before, ours.is_clean)
                    yield Case(seed, libraries, number, changed, before, answer, comparison)


def record(count: int, run: int) -> None:
    """Record, of each kind of change, files that a loader refuses or reads otherwise, that stay clean, and that crash.

    Each C library's answers on libraries and on programs count for themselves.

    :param count: changed files to choose from, for each machine.
    :param run: the seed of the random numbers.
    """
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    seeds: dict[str, tuple[Seed, dict[str, Any]]] = {}
    libraries: dict[str, bytes] = {}
    for case in cases((MACHINES["glibc"], MACHINES["musl"]), count, run, recorded.SEEDS.__contains__, once=True):
        seeds[str(case.seed)] = case.seed, recorded.answer_to_data(case.before)
        libraries = case.libraries
        outcome, kind, answer = case.comparison.outcome, case.change.kind, case.answer
        if outcome is Outcome.SAME and answer == case.before:
            key = "clean"
        elif outcome is Outcome.CRASHED:
            key = "crashed"
        elif answer != case.before and outcome is not Outcome.HOST:
            key = "refused" if answer.reading is None else "read otherwise"
        else:
            continue
        group = (key, kind, str(case.seed.machine), "program" if case.seed.is_program else "library")
        if group not in rows:
            rows[group] = {
                "seed": str(case.seed),
                "number": case.number,
                "kind": kind,
                "clean": key == "clean",
                "loader": recorded.answer_to_data(answer),
                **recorded.patch(case.seed.data, case.change.data),
            }
    recorded.write(seeds, libraries, rows.values())


def main() -> int:
    """Compare, print what was found, and return as an exit status whether the law holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machines", nargs="*", default=["glibc", "musl"], help=f"of {', '.join(MACHINES)}")
    parser.add_argument(
        "--count", type=int, default=20_000, help="changed files for each machine (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (default: %(default)s)")
    parser.add_argument("--only", default="", help="take seeds whose names have this text")
    parser.add_argument("--once", action="store_true", help="change each file once")
    parser.add_argument("--keep", type=Path, help="folder for the files that break the law, and those that crash")
    parser.add_argument("--record", action="store_true", help="write the cases that the ordinary tests read")
    options = parser.parse_args()
    if options.record:
        record(options.count, options.seed)
        return 0
    return _compare_all(options)


def _compare_all(options: argparse.Namespace) -> int:
    outcomes: Counter[Outcome] = Counter()
    kinds: dict[Outcome, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    machines = [MACHINES[name] for name in options.machines]
    for case in cases(machines, options.count, options.seed, lambda name: options.only in name, once=options.once):
        outcome = case.comparison.outcome
        outcomes[outcome] += 1
        # Of what is refused though it loads, people want to see the reasons.
        kind = _NUMBER.sub("N", case.comparison.detail) if outcome is Outcome.CRIED else case.change.kind
        kinds[outcome][kind].append(f"{case}: {case.comparison.detail}")
        if options.keep and outcome in {*_BREACHES, Outcome.CRASHED}:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / str(case).replace(" ", "_").replace(",", "")).write_bytes(case.change.data)
    for outcome in _SHOWN:
        print(f"\n== {outcome}")
        for kind, lines in sorted(kinds[outcome].items(), key=lambda item: -len(item[1])):
            print(f"{len(lines):6} {kind}\n        {lines[0]}")
    print()
    for outcome in Outcome:
        print(f"{outcomes[outcome]:6} {outcome}")
    return 1 if any(outcomes[outcome] for outcome in _BREACHES) else 0
