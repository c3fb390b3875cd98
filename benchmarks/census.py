"""What counting an index costs: the rate over ten million generated file names, and the memory.

``python benchmarks/census.py`` counts with this interpreter's manytags, each case in its own process, and reports the
peak memory of that process. Names are generated in chunks as they are counted, and the time for this does not count.
``--names N`` takes fewer names; ``--dask`` also counts through a local Dask cluster of two workers, and compares.
See benchmarks/README.md for details.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import resource
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from importlib import import_module
from itertools import chain, islice
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import manytags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SEED = 7
#: The least names a second, for names in the order of an index.
LIMIT = 1_000_000
#: How much memory a name may take, in bytes, where files of a release come together: some releases have one file only.
MEMORY_LIMIT = 60
CHUNK = 20_000

#: Of a hundred projects: those with sdists alone, then those with a pure wheel; the rest has compiled ones. With these
#: numbers a third of the files are sdists, and a release has 2.8 files.
SDISTS, PURE = 20, 96
LINUX = (
    ("manylinux_2_17_{0}.manylinux2014_{0}", "musllinux_1_2_{0}"),
    ("manylinux_2_28_{0}", "musllinux_1_2_{0}"),
    ("manylinux_2_24_{0}.manylinux_2_28_{0}",),
    ("manylinux2014_{0}", "musllinux_1_1_{0}"),
    ("manylinux_2_5_{0}.manylinux1_{0}",),
)
MACHINES = (("x86_64",), ("x86_64", "aarch64"), ("x86_64", "aarch64", "i686", "ppc64le", "s390x", "armv7l"))
OTHERS = ("win32", "win_amd64", "win_arm64", "macosx_10_9_x86_64", "macosx_10_13_x86_64", "macosx_11_0_arm64")
TARGETS = (("3.12", "debian-12-x86_64"), ("3.11", "manylinux_2_31_armv7l"), ("3.13", "win_amd64"), ("3.9", "macos"))


def compiled(chance: random.Random) -> list[str]:
    """Make what follows the version in the names of a release's wheels."""
    first = chance.randrange(6, 11)
    platforms = [tag.format(machine) for machine in chance.choice(MACHINES) for tag in chance.choice(LINUX)]
    platforms += chance.sample(OTHERS, chance.randrange(2, 6))
    pythons = [f"cp3{minor}-cp3{minor}" for minor in range(first, first + chance.randrange(2, 6))]
    return [f"{python}-{tag}.whl" for python in pythons for tag in platforms]


def names(number: int, seed: int = SEED) -> Iterator[str]:
    """Generate file names as an index lists them: project by project, release by release."""
    return islice(_names(seed), number)


def _names(seed: int) -> Iterator[str]:
    chance = random.Random(seed)  # noqa: S311 - nothing to guess
    project = 0
    while True:
        project += 1
        name = f"{chance.choice(('python', 'django', 'x', 'Flask', 'data_tools', 'azure_mgmt'))}_{project}"
        kind = chance.randrange(100)
        tails = [] if kind < SDISTS else ["py3-none-any.whl"] if kind < PURE else compiled(chance)
        for release in range(min(2_000, int(chance.paretovariate(0.9)))):
            if kind >= PURE and chance.random() < 0.05:  # it adds a Python, or drops a system
                tails = compiled(chance)
            version = f"{release // 30}.{release // 5 % 6}.{release % 5}"
            if chance.random() < 0.05:
                version += chance.choice(("rc1", ".post1", "b2", ".dev20240101"))
            beginning = f"{name}-{version}"
            for tail in tails:
                yield f"{beginning}-{tail}"
            yield f"{beginning}.tar.gz"


class Chunks:
    """Names in chunks, which are made and perhaps changed outside of the measured time.

    :ivar seconds: the processor time that making them took.
    """

    def __init__(self, stream: Iterator[str], change: Callable[[list[str]], Iterable[object]]) -> None:
        self.seconds = 0.0
        self._stream, self._change = stream, change

    def __iter__(self) -> Iterator[Iterable[object]]:
        while True:
            start = process_time()
            chunk = self._change(list(islice(self._stream, CHUNK)))
            self.seconds += process_time() - start
            if not chunk:
                return
            yield chunk


def shuffled(chunk: list[str]) -> list[str]:
    """Yield names in no order."""
    random.Random(SEED).shuffle(chunk)  # noqa: S311 - nothing to guess
    return chunk


def entries(chunk: list[str]) -> list[dict[str, object]]:
    """Yield entries as a JSON index has them."""
    return [{"filename": name, "requires-python": f">=3.{7 + len(name) % 6}", "yanked": False} for name in chunk]


CASES: dict[str, Callable[[list[str]], Iterable[object]]] = {
    "names": list,
    "names, 4 targets": list,
    "entries, 4 targets": entries,
    "names, shuffled": shuffled,
}


def count(case: str, number: int) -> dict[str, Any]:
    """Count in this process, and return what it cost, including the tables."""
    targets = [manytags.target(*one) for one in TARGETS] if "targets" in case else []
    before = _peak()
    stream = names(number)
    if case == "names, shuffled":  # all of them, not chunk by chunk
        stream = iter(shuffled(list(stream)))
        before = _peak()
    chunks = Chunks(stream, CASES[case])
    start = process_time()
    counted = manytags.census(chain.from_iterable(chunks), targets)
    total = counted.total
    seconds = process_time() - start - chunks.seconds
    row = {"case": case, "names": number, "seconds": seconds, "rate": number / seconds, "bytes": _peak() - before}
    return {**row, **asdict(total), "others": sum(counted.others.values()), "invalid": counted.invalid}


def _peak() -> int:
    """Return the peak memory of this process so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def in_child(case: str, number: int) -> dict[str, Any]:
    """Count in a separate process."""
    command = [sys.executable, __file__, "--names", str(number), "--case", case]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def report(rows: list[dict[str, Any]]) -> list[str]:
    """Format the numbers for people."""
    lines = [
        f"CPython {platform.python_version()}, {platform.machine()}",
        "",
        f"{'':20}{'names':>12}{'wheels':>12}{'releases':>12}{'projects':>11}{'names/s':>12}{'us':>7}{'MB':>7}{'B/name':>8}",
    ]
    lines += [
        f"{row['case']:20}{row['names']:>12,}{row['wheels']:>12,}{row['releases']:>12,}{row['projects']:>11,}"
        f"{row['rate']:>12,.0f}{1e6 / row['rate']:>7.2f}{row['bytes'] / 1e6:>7.0f}{row['bytes'] / row['names']:>8.1f}"
        for row in rows
    ]
    return lines


def through_dask(number: int) -> str | None:
    """Count in pieces on two workers, cut in the middle of a release, and report what is not equal."""
    distributed = import_module("distributed")  # installed only for this

    listed = list(names(number))
    targets = [manytags.target(*one) for one in TARGETS]
    start = perf_counter()
    whole = manytags.census(listed, targets)
    alone = perf_counter() - start
    size = number // 8 + 1
    pieces = [listed[place : place + size] for place in range(0, number, size)]
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        sent = client.scatter(pieces)
        start = perf_counter()
        counted = client.gather(client.map(manytags.census, sent, targets=targets))
        merged = counted[0].merge(*counted[1:])
        together = perf_counter() - start
        workers = Counter(worker for [worker] in client.who_has(sent).values())
    print(f"{number:,} names in {len(pieces)} pieces: {alone:.1f} s alone, {together:.1f} s on {len(workers)} workers")
    if merged != whole or merged.to_json() != whole.to_json() or merged.counts() != whole.counts():
        return "DASK: the pieces merged are not the whole"
    print("the pieces merged are the whole")
    return None


def main() -> int:
    """Measure and print. The status is 1 if a limit does not hold."""
    parser = argparse.ArgumentParser(description="What counting an index costs.")
    parser.add_argument("--names", type=int, default=10_000_000, metavar="N", help="how many; ten million by default")
    parser.add_argument("--case", choices=CASES, help="one case, in this process, as JSON")
    parser.add_argument("--dask", action="store_true", help="only compare with a count through a local Dask cluster")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    arguments = parser.parse_args()
    if arguments.case:
        print(json.dumps(count(arguments.case, arguments.names)))
        return 0
    failures = []
    if arguments.dask:
        failures = [failure for failure in [through_dask(arguments.names)] if failure]
    else:
        # The other cases cost more and have no limit. A tenth of the names shows what they cost.
        rows = [in_child(case, arguments.names if case == "names" else arguments.names // 10) for case in CASES]
        print("\n".join(report(rows)))
        if arguments.json:
            with open(arguments.json, "w", encoding="utf-8") as stream:
                json.dump({"python": platform.python_version(), "rows": rows}, stream, indent=2)
        first = rows[0]
        if first["rate"] < LIMIT:
            failures.append(f"LIMIT: {first['rate']:,.0f} names a second; at least {LIMIT:,}")
        if first["bytes"] > MEMORY_LIMIT * first["names"] + 50_000_000:
            failures.append(f"LIMIT: {first['bytes'] / first['names']:.0f} bytes a name; at most {MEMORY_LIMIT}")
    print("\n".join(["", *failures]) if failures else "\nall limits hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
