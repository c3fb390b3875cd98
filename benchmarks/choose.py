"""What choosing costs: every release of the corpus, one release, and the memory of what was parsed.

``python benchmarks/choose.py`` measures the manytags that this interpreter has, beside the peers that are installed:
packaging's selector, the same with a memo that a caller keeps, pip, dep-logic, poetry. All of them choose for one
target among the 44,550 wheels of ``tests/data/corpus``, in one process and in turns, so that a busy machine slows down
all of them; the quickest round of each counts. Each validates the file names as it does in use. The report says whether
a contender chose the same files. See benchmarks/README.md for details.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import importlib
import json
import platform
import sys
import tracemalloc
from collections import defaultdict
from importlib import metadata
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = Path(__file__).parents[1] / "tests" / "data" / "corpus"
TARGET = ("3.12", "manylinux_2_28_x86_64")
#: A release with many files, which is also measured alone.
RELEASE = ("numpy", "2.3.0")

OURS, SELECTOR, MEMO, PIP = "manytags", "packaging", "packaging, memo", "pip"
#: Contender -> how many times as long as manytags it must take, at least, for all releases.
LIMITS = {SELECTOR: 8.0, MEMO: 1.0, PIP: 12.0}
#: The same for one release whose file names have not been read before, with the target's tags ready.
RELEASE_LIMIT = 2.0
#: How many times as much memory packaging's parsed names must take.
MEMORY_LIMIT = 5.0

Release = list[str]


class Contender(NamedTuple):
    """A way to choose: ``make`` prepares the target's tags and returns a function that picks a release's file."""

    name: str
    make: Callable[[], Callable[[Release], str | None]]
    rounds: int


def needs(module: str) -> Any:  # noqa: ANN401 - each is another
    """Import a module of a peer."""
    return importlib.import_module(module)


def make_ours() -> Callable[[Release], str | None]:
    """Make a new target, which has cached nothing yet."""
    manytags = needs("manytags")
    target = manytags.target(*TARGET)
    target.platform_tags()
    return lambda files: manytags.best(files, target)


def triples() -> list[list[str]]:
    """Return the target's tags as text, outside of the measured time, for contenders that cannot make them."""
    return [triple.split("-") for triple in needs("manytags").target(*TARGET).triples()]


def make_selector() -> Callable[[Release], str | None]:
    """Use packaging's selector as its documentation shows."""
    tags, utils = needs("packaging.tags"), needs("packaging.utils")
    select = tags.create_compatible_tags_selector([tags.Tag(*triple) for triple in triples()])
    parse = utils.parse_wheel_filename
    return lambda files: next(select((name, parse(name)[-1]) for name in files), None)


def make_memo() -> Callable[[Release], str | None]:
    """Use packaging as a careful caller does: nothing is parsed twice, and build tags count."""
    tags, utils = needs("packaging.tags"), needs("packaging.utils")
    ranks = {tags.Tag(*triple): rank for rank, triple in reversed([*enumerate(triples())])}
    heads: set[str] = set()
    tails: dict[str, tuple[int, Any] | None] = {}

    def choose(files: Release) -> str | None:
        best, best_key = None, None
        for name in files:
            project, version, tail = name.split("-", 2)
            head = f"{project}-{version}"
            if head not in heads or tail not in tails:
                _, _, build, members = utils.parse_wheel_filename(name)
                rank = min((ranks[tag] for tag in members if tag in ranks), default=None)
                heads.add(head)
                tails[tail] = None if rank is None else (-rank, build)
            key = tails[tail]
            if key is not None and (best_key is None or key > best_key):
                best, best_key = name, key
        return best

    return choose


def make_pip() -> Callable[[Release], str | None]:
    """Use pip's own evaluators with links that are already made."""
    tag = needs("pip._vendor.packaging.tags").Tag
    finder = needs("pip._internal.index.package_finder")
    candidate = needs("pip._internal.models.candidate").InstallationCandidate
    link, python = needs("pip._internal.models.link").Link, needs("pip._internal.models.target_python").TargetPython
    anything = needs("pip._vendor.packaging.specifiers").SpecifierSet()
    canonical = needs("pip._vendor.packaging.utils").canonicalize_name
    tags = [tag(*triple) for triple in triples()]
    about = python(py_version_info=(3, 12, 0))
    about._valid_tags, about._valid_tags_set = tags, set(tags)  # noqa: SLF001 - else pip asks for this machine's
    ready = {name: link(f"https://example.org/{name}") for files in releases() for name in files}

    def choose(files: Release) -> str | None:
        project = canonical(files[0].partition("-")[0])
        judge = finder.LinkEvaluator(project, project, frozenset({"binary"}), about, False)
        candidates = []
        for name in files:
            result, detail = judge.evaluate_link(ready[name])
            if result is finder.LinkType.candidate:
                candidates.append(candidate(project, detail, ready[name]))
        best = finder.CandidateEvaluator(project, tags, anything).compute_best_candidate(candidates).best_candidate
        return None if best is None else best.link.filename

    return choose


def make_dep_logic() -> Callable[[Release], str | None]:
    """Use dep-logic's comparison of each file with its environment."""
    spec = needs("dep_logic.tags").EnvSpec.from_spec("==3.12.0", TARGET[1], "cpython")

    def choose(files: Release) -> str | None:
        pairs = [(spec.wheel_compatibility(name), name) for name in files]
        return max((pair for pair in pairs if pair[0] is not None), default=(None, None), key=lambda pair: pair[0])[1]

    return choose


def make_poetry() -> Callable[[Release], str | None]:
    """Use Poetry's ``Wheel`` in the order of its chooser: the build tag, then the tag."""
    wheel, tag = needs("poetry.utils.wheel").Wheel, needs("packaging.tags").Tag
    tags = [tag(*triple) for triple in triples()]
    known = set(tags)

    def choose(files: Release) -> str | None:
        best, best_key = None, None
        for name in files:
            parsed = wheel(name)
            if parsed.tags.isdisjoint(known):
                continue
            digits = (parsed.build_tag or "").rstrip("abcdefghijklmnopqrstuvwxyz_.")
            key = (int(digits or -1), -(parsed.get_minimum_supported_index(tags) or 0))
            if best_key is None or key > best_key:
                best, best_key = name, key
        return best

    return choose


CONTENDERS = (
    Contender(OURS, make_ours, 9),
    Contender(SELECTOR, make_selector, 9),
    Contender(MEMO, make_memo, 9),
    Contender(PIP, make_pip, 2),
    Contender("dep-logic", make_dep_logic, 1),
    Contender("poetry", make_poetry, 1),
)

_RELEASES: list[Release] = []


def releases() -> list[Release]:
    """Read the file names of the wheels of every release in the corpus."""
    if not _RELEASES:
        releases_of: defaultdict[tuple[str, str], Release] = defaultdict(list)
        for path in sorted(CORPUS.glob("*.jsonl.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    name = json.loads(line)["filename"]
                    project, version, _ = name.split("-", 2)
                    releases_of[project.lower(), version].append(name)
        _RELEASES.extend(releases_of.values())
    return _RELEASES


def installed() -> dict[str, str]:
    """List the installed contenders with their versions."""
    contenders = {}
    for contender in CONTENDERS:
        project = contender.name.partition(",")[0]
        try:
            contender.make()
            contenders[contender.name] = needs("manytags").__version__ if project == OURS else metadata.version(project)
        except (ImportError, AttributeError, metadata.PackageNotFoundError) as error:
            print(f"not measured: {contender.name}: {error}", file=sys.stderr)
    return contenders


def seconds(choose: Callable[[Release], str | None], among: list[Release]) -> tuple[float, list[str | None]]:
    """Time one round over some releases: processor time, since the machine may do other things too."""
    gc.collect()
    gc.disable()
    start = process_time()
    chosen = [choose(files) for files in among]
    taken = process_time() - start
    gc.enable()
    return taken, chosen


def measure(present: dict[str, str]) -> list[dict[str, Any]]:
    """Measure all contenders in turns. Their caches are empty at the start of each round."""
    release = [next(files for files in releases() if tuple(files[0].split("-")[:2]) == RELEASE)]
    best: dict[str, dict[str, Any]] = {}
    for turn in range(max(contender.rounds for contender in CONTENDERS)):
        for name, make, rounds in CONTENDERS:
            if name not in present or turn >= rounds:
                continue
            took, chosen = seconds(make(), releases())
            # A release takes so little time that many must be measured, each with empty caches.
            single = min(seconds(make(), release)[0] for _ in range(20 if rounds > 2 else 1))
            row = best.setdefault(name, {"name": name, "version": present[name], "seconds": took, "release": single})
            row["seconds"], row["release"] = min(row["seconds"], took), min(row["release"], single)
            row["chosen"] = chosen
    rows = list(best.values())
    ours = best[OURS]
    for row in rows:
        row["ratio"] = row["seconds"] / ours["seconds"]
        row["release_ratio"] = row["release"] / ours["release"]
        row["microseconds"] = row["seconds"] * 1e6 / sum(map(len, releases()))
        row["same"] = sum(a == b for a, b in zip(row["chosen"], ours["chosen"], strict=True))
    for row in rows:
        del row["chosen"]
    return rows


def parsed_bytes(parse: Callable[[str], object]) -> float:
    """Measure the memory of the corpus's parsed names, per name. The names themselves do not count.

    All names are parsed and all results kept, so what they share, and what the parser remembers of them, counts once.
    """
    names = [name for files in releases() for name in files]
    parse(names[0])
    gc.collect()
    tracemalloc.start()
    kept = [parse(name) for name in names]
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - sys.getsizeof(kept)
    tracemalloc.stop()
    return held / len(names)


def broken_limits(rows: list[dict[str, Any]], memory: dict[str, float]) -> list[str]:
    """List the limits that do not hold."""
    failures = []
    for row in rows:
        least = LIMITS.get(row["name"], 1.0)
        if row["name"] != OURS and row["ratio"] < least:
            failures.append(f"LIMIT: {row['name']} takes {row['ratio']:.1f} times as long; at least {least:g}")
        if row["name"] == SELECTOR and row["release_ratio"] < RELEASE_LIMIT:
            failures.append(f"LIMIT: {SELECTOR} takes {row['release_ratio']:.1f} times as long for one release")
    if memory[SELECTOR] < MEMORY_LIMIT * memory[OURS]:
        failures.append(f"LIMIT: {SELECTOR} takes {memory[SELECTOR] / memory[OURS]:.1f} times the memory")
    return failures


def report(rows: list[dict[str, Any]], memory: dict[str, float]) -> list[str]:
    """Format the numbers for people."""
    files = sum(map(len, releases()))
    lines = [
        f"CPython {platform.python_version()}, {platform.machine()}: {files:,} wheels of {len(releases()):,} releases",
        "",
        f"{'':18}{'version':>10}{'ms':>10}{'us a file':>11}{'ratio':>8}{'one release, us':>18}{'ratio':>8}{'same':>8}",
    ]
    lines += [
        f"{row['name']:18}{row['version']:>10}{row['seconds'] * 1e3:>10.1f}{row['microseconds']:>11.2f}"
        f"{row['ratio']:>8.1f}{row['release'] * 1e6:>18.0f}{row['release_ratio']:>8.1f}{row['same']:>8}"
        for row in rows
    ]
    lines += ["", "bytes a parsed file name"]
    lines += [f"{name:18}{size:>10.0f}{size / memory[OURS]:>8.1f}" for name, size in memory.items()]
    return lines


def plot(rows: list[dict[str, Any]]) -> str:
    """Draw the times as bars: SVG, written by hand so that the docs need nothing for it."""
    ordered = sorted(rows, key=lambda row: float(row["seconds"]))
    longest = float(ordered[-1]["seconds"])
    height = 26 * len(ordered) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 {height}" font-family="sans-serif" font-size="13">',
        "<title>Time to choose a wheel in every release of the corpus</title>",
        f'<rect width="640" height="{height}" fill="#fff"/>',
        '<text x="10" y="20" font-weight="bold">Choosing in every release of the corpus, microseconds a file</text>',
    ]
    for index, row in enumerate(ordered):
        y = 34 + 26 * index
        width = max(1.0, 380 * float(row["seconds"]) / longest)
        color = "#2a7f62" if row["name"] == OURS else "#9aa5b1"
        parts += [
            f'<text x="130" y="{y + 14}" text-anchor="end">{row["name"]}</text>',
            f'<rect x="140" y="{y}" width="{width:.1f}" height="18" fill="{color}"/>',
            f'<text x="{146 + width:.1f}" y="{y + 14}">{row["microseconds"]:.2f} ({row["ratio"]:.1f}x)</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> int:
    """Measure, print and write. The status is 1 if a limit does not hold, 2 if a contender is missing."""
    parser = argparse.ArgumentParser(description="What choosing costs, beside the peers that are installed.")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    parser.add_argument("--svg", metavar="FILE", help="draw them there")
    arguments = parser.parse_args()
    present = installed()
    if not {OURS, SELECTOR} <= {*present}:
        print("choose.py: needs manytags and packaging 26.1 or newer", file=sys.stderr)
        return 2
    # First, before anything is cached.
    memory = {
        OURS: parsed_bytes(needs("manytags").parse_wheel_filename),
        SELECTOR: parsed_bytes(needs("packaging.utils").parse_wheel_filename),
    }
    rows = measure(present)
    print("\n".join(report(rows, memory)))
    if arguments.json:
        document = {"python": platform.python_version(), "rows": rows, "bytes": memory}
        Path(arguments.json).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if arguments.svg:
        Path(arguments.svg).write_text(plot(rows), encoding="utf-8")
    failures = broken_limits(rows, memory)
    print("\n".join(["", *failures]) if failures else "\nall limits hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
