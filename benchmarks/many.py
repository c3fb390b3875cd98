"""What it costs to have an executor audit ten thousand small wheels, compared with one process.

``python benchmarks/many.py`` measures pools of processes, and Dask and Ray where they are installed, in processor time
of all processes, above what idle ones use: a cluster is there already. See benchmarks/README.md for details.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import manytags
from manytags.audits.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

ROOT = Path(__file__).parents[1]
ALONE, PROCESSES, DASK, RAY = "one process", "2 processes", "Dask", "Ray"
#: The modules that must be there.
NEEDS = {DASK: "distributed", RAY: "ray"}
#: How many times the processor time of one process an executor may take, without its start.
LIMIT = 1.3
#: Seconds in which an idle executor is watched.
IDLE = 3


def put_wheels(folder: Path, count: int) -> None:
    """Write small wheels, a quarter of them with a compiled module."""
    sys.path.insert(0, str(ROOT))
    from tests.audits.made_wheels import MODULE, X86_64, made_wheel

    for number in range(count):
        compiled = number % 4 == 0
        tags = "cp312-cp312-manylinux_2_31_x86_64" if compiled else "py3-none-any"
        name = f"demo{number}-1.0-{tags}.whl"
        files = {f"demo/m{module}.py": b"x = 1\n" * 50 for module in range(8)}
        data = made_wheel(name, {MODULE: X86_64, **files} if compiled else files, purelib=not compiled)
        (folder / name).write_bytes(data)


@contextmanager
def dask() -> Iterator[Executor]:
    """Start two workers of Dask."""
    distributed = import_module("dask.distributed")  # installed only for this
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client.get_executor()


class RayExecutor(Executor):
    """The lines that docs/how-to/audit-an-index.md shows."""

    @staticmethod
    @cache
    def remote(function: Any) -> Any:  # noqa: ANN401 - Ray has no types
        """Make a function one of Ray's."""
        return import_module("ray").remote(function)

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:  # type: ignore[override] # noqa: ANN401
        """Give a task to Ray."""
        future: Future[Any] = self.remote(function).remote(*arguments).future()
        return future


@contextmanager
def with_ray() -> Iterator[Executor]:
    """Start Ray with two workers."""
    ray = import_module("ray")
    ray.init(num_cpus=2, include_dashboard=False, configure_logging=False)
    try:
        yield RayExecutor()
    finally:
        ray.shutdown()


def family_seconds() -> float:
    """Return the processor time of this process and of all that it and its children started and that are there."""
    parents, ticks = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            parents[int(entry)] = int(fields[1])
            ticks[int(entry)] = int(fields[11]) + int(fields[12])
    family = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(ticks[member] for member in family) / os.sysconf("SC_CLK_TCK")


def run(kind: str, folder: Path) -> float:
    """Audit wheels in this process, or in an executor that it starts; return the time above that of an idle one."""
    paths = sorted(folder.iterdir())
    makers: dict[str, Callable[[], AbstractContextManager[Executor | None]]] = {
        ALONE: nullcontext,
        PROCESSES: partial(ProcessPoolExecutor, 2),
        DASK: dask,
        RAY: with_ray,
    }
    with makers[kind]() as executor:
        # Load everything in all workers.
        list(manytags.audit_many(paths[:16], executor, ahead=8))
        # Clusters use processors when nothing is to be done, too.
        before = family_seconds()
        sleep(IDLE)
        idle = (family_seconds() - before) / IDLE
        before, start = family_seconds(), monotonic()
        outcomes = {answer.outcome for answer in manytags.audit_many(paths, executor, ahead=8)}
        taken = family_seconds() - before - idle * (monotonic() - start)
    if outcomes != {Outcome.CLEAN}:
        raise SystemExit(2)
    return taken


def seconds(kind: str, folder: Path) -> tuple[float, float]:
    """Return the processor time of a run in a process of its own, above that of an idle executor, and with its start.

    Ray's processes outlive their parent, so the second number lacks theirs.
    """
    before = os.times()
    command = [sys.executable, __file__, "--run", kind, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = os.times()
    whole = after.children_user + after.children_system - before.children_user - before.children_system
    return float(done.stdout.splitlines()[-1]), whole


def main() -> int:
    """Measure and print. The status is 1 if the limit does not hold."""
    parser = argparse.ArgumentParser(description="What an executor costs for many small wheels.")
    parser.add_argument("--wheels", metavar="N", type=int, default=10_000, help="how many; 10,000 by default")
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="of which the quickest counts")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    parser.add_argument("--run", nargs=2, metavar="ARGUMENT", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        print(run(arguments.run[0], Path(arguments.run[1])))
        return 0
    kinds = [kind for kind in (ALONE, PROCESSES, DASK, RAY) if kind not in NEEDS or find_spec(NEEDS[kind])]
    times: dict[str, tuple[float, float]] = {}
    with TemporaryDirectory() as folder:
        put_wheels(Path(folder), arguments.wheels)
        for _ in range(arguments.rounds):
            for kind in kinds:
                times[kind] = min(times.get(kind, (float("inf"), 0.0)), seconds(kind, Path(folder)))
    print(
        f"CPython {platform.python_version()}: {arguments.wheels} wheels, seconds of processor time of all processes\n"
    )
    print(f"{'':14}{'seconds':>9}{'ratio':>8}{'us a wheel':>12}{'with start':>12}{'ratio':>8}")
    for kind, (taken, whole) in times.items():
        cells = f"{taken:>9.2f}{taken / times[ALONE][0]:>8.2f}{taken / arguments.wheels * 1e6:>12.0f}"
        print(f"{kind:14}{cells}" + ("" if kind == RAY else f"{whole:>12.2f}{whole / times[ALONE][1]:>8.2f}"))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps({"wheels": arguments.wheels, "seconds": times}, indent=2) + "\n")
    pairs = [(kind, taken, times[ALONE][0]) for kind, (taken, _) in times.items()]
    pairs.append((f"{PROCESSES}, with start", times[PROCESSES][1], times[ALONE][1]))
    failures = [kind for kind, taken, alone in pairs if taken > LIMIT * alone]
    print("".join(f"\nLIMIT: {kind}: at most {LIMIT} times one process" for kind in failures) or "\nthe limit holds")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
