"""``python -m tests.differential``: change files, load them, and compare."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from . import recorded
from .compare import Comparison, Outcome, compare
from .fields import read_tables
from .mutations import Change, change
from .ours import names_of_inits, opinion, write_case
from .real import Answer, Loader
from .seeds import Seed, build_libraries, build_seeds, build_server, title

#: Outcomes that break the law, and those that people may want to look at.
_BREACHES = (Outcome.UNSEEN, Outcome.MISREAD)
_SHOWN = (*_BREACHES, Outcome.CRIED, Outcome.HOST)


@dataclass(frozen=True, slots=True)
class Case:
    """A changed file, and what was said of it.

    :param seed: the file before.
    :param number: with the seed's name and that of the run, all that its changes follow from.
    :param change: the file.
    :param before: what the loader says of the seed.
    :param answer: what it says of the file.
    :param comparison: whether manytags agrees.
    """

    seed: Seed
    number: int
    change: Change
    before: Answer
    answer: Answer
    comparison: Comparison

    def __str__(self) -> str:
        return f"{title(self.seed)} {self.number}"


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


def cases(folder: Path, count: int, run: int, wanted: Callable[[str], bool], *, once: bool = False) -> Iterator[Case]:
    """Change every seed equally often, and ask about each file.

    :param folder: a workshop.
    :param count: changed files, of all seeds together.
    :param run: the seed of the random numbers.
    :param wanted: tells by the title of a seed whether to take it.
    :param once: change each file once.
    """
    libraries = build_libraries(folder / "demo.libs")
    seeds = [seed for seed in build_seeds(folder, folder / "demo.libs") if wanted(title(seed))]
    for libc in dict.fromkeys(seed.libc for seed in seeds):
        with closing(Loader(build_server(folder, libc), libc)) as loader:

            def ask(seed: Seed, data: bytes, loader: Loader = loader) -> Answer:
                return loader.ask(write_case(folder, seed, data), seed.is_program, names_of_inits(data))

            for seed in (seed for seed in seeds if seed.libc == libc):
                tables, before, ours = read_tables(seed.data), ask(seed, seed.data), opinion(seed, seed.data, libraries)
                for number in range(-(-count // len(seeds))):
                    random = Random(f"{run} {libc} {seed.name} {number}")
                    changed = change(seed.data, tables, random, once=once)
                    answer = ask(seed, changed.data)
                    theirs = opinion(seed, changed.data, libraries)
                    yield Case(seed, number, changed, before, answer, compare(answer, theirs, before, ours.is_clean))


def record(folder: Path, count: int, run: int) -> None:
    """Record, of each kind of change, a file that the loader refuses or reads otherwise and one that stays clean.

    :param folder: a workshop.
    :param count: changed files to choose from.
    :param run: the seed of the random numbers.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    seeds: dict[str, tuple[Seed, Answer]] = {}
    for case in cases(folder, count, run, recorded.SEEDS.__contains__, once=True):
        seeds[title(case.seed)] = case.seed, case.before
        outcome, kind, answer = case.comparison.outcome, case.change.kind, case.answer
        if outcome is Outcome.SAME and answer == case.before:
            key = "clean"
        elif answer != case.before and outcome is not Outcome.HOST:
            key = "refused" if answer.reading is None else "read otherwise"
        else:
            continue
        if (key, kind) not in rows:
            rows[key, kind] = {
                "seed": title(case.seed),
                "number": case.number,
                "kind": kind,
                "clean": key == "clean",
                "loader": recorded.answer_to_data(answer, folder),
                **recorded.patch(case.seed.data, case.change.data),
            }
    answers = {name: (seed, recorded.answer_to_data(before, folder)) for name, (seed, before) in seeds.items()}
    libraries = {path.name: path.read_bytes() for path in sorted((folder / "demo.libs").iterdir())}
    recorded.write(answers, libraries, rows.values())


def main() -> int:
    """Compare, print what was found, and return as an exit status whether the law holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="changed files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (default: %(default)s)")
    parser.add_argument("--only", default="", help="take seeds whose names have this text")
    parser.add_argument("--once", action="store_true", help="change each file once")
    parser.add_argument("--keep", type=Path, help="folder for the files that break the law")
    parser.add_argument("--record", action="store_true", help="write the cases that the ordinary tests read")
    options = parser.parse_args()
    with workshop() as folder:
        if options.record:
            record(folder, options.count, options.seed)
            return 0
        return _compare_all(folder, options)


def _compare_all(folder: Path, options: argparse.Namespace) -> int:
    outcomes: Counter[Outcome] = Counter()
    kinds: dict[Outcome, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for case in cases(folder, options.count, options.seed, lambda name: options.only in name, once=options.once):
        outcome = case.comparison.outcome
        outcomes[outcome] += 1
        kinds[outcome][case.change.kind].append(f"{case}: {case.comparison.detail}".replace(str(folder), ""))
        if options.keep and outcome in _BREACHES:
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
