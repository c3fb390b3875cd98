"""What it costs to have an executor audit ten thousand small wheels, compared with one process.

``python benchmarks/many.py`` measures pools of processes, and Dask and Ray where they are installed, in processor time
of all processes. Each run is a process of its own, and so is the same run with a single wheel, whose time is what it
costs to start: a cluster that is already there does not cost it. See benchmarks/README.md for details.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import manytags

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
ALONE, PROCESSES, DASK, RAY = "one process", "2 processes", "Dask", "Ray"
#: The modules that must be there.
NEEDS = {DASK: "distributed", RAY: "ray"}
#: How many times the processor time of one process an executor may take, without its start.
LIMIT = 1.3


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


def run(kind: str, folder: Path, most: int) -> None:
    """Audit wheels in this process, or in an executor that this process starts."""
    paths = sorted(folder.iterdir())[:most]
    if kind == ALONE:
        answers = list(manytags.audit_many(paths))
    else:
        make = {PROCESSES: lambda: ProcessPoolExecutor(2), DASK: dask, RAY: with_ray}[kind]
        with make() as executor:  # type: ignore[attr-defined] # each is a context
            answers = list(manytags.audit_many(paths, executor, ahead=8))
    if any(str(answer.outcome) != "clean" for answer in answers):
        raise SystemExit(2)


def seconds(kind: str, folder: Path, most: int) -> float:
    """Return the processor time of a run, with all processes that it starts."""
    before = os.times()
    command = [sys.executable, __file__, "--run", kind, str(folder), str(most)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> int:
    """Measure and print. The status is 1 if the limit does not hold."""
    parser = argparse.ArgumentParser(description="What an executor costs for many small wheels.")
    parser.add_argument("--wheels", metavar="N", type=int, default=10_000, help="how many; 10,000 by default")
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="of which the quickest counts")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    parser.add_argument("--run", nargs=3, metavar="ARGUMENT", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run(arguments.run[0], Path(arguments.run[1]), int(arguments.run[2]))
        return 0
    kinds = [kind for kind in (ALONE, PROCESSES, DASK, RAY) if kind not in NEEDS or find_spec(NEEDS[kind])]
    times: dict[str, list[float]] = {kind: [float("inf")] * 2 for kind in kinds}
    with TemporaryDirectory() as folder:
        put_wheels(Path(folder), arguments.wheels)
        for _ in range(arguments.rounds):
            for kind in kinds:
                for place, most in enumerate((arguments.wheels, 1)):
                    times[kind][place] = min(times[kind][place], seconds(kind, Path(folder), most))
    print(
        f"CPython {platform.python_version()}: {arguments.wheels} wheels, seconds of processor time of all processes\n"
    )
    print(f"{'':14}{'start':>8}{'wheels':>8}{'ratio':>8}{'us a wheel':>12}")
    failed = False
    alone = times[ALONE][0] - times[ALONE][1]
    for kind, (whole, start) in times.items():
        taken = whole - start
        failed |= taken > LIMIT * alone
        print(f"{kind:14}{start:>8.2f}{taken:>8.2f}{taken / alone:>8.2f}{taken / arguments.wheels * 1e6:>12.0f}")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps({"wheels": arguments.wheels, "seconds": times}, indent=2) + "\n")
    print(f"\nLIMIT: an executor may take {LIMIT} times as long" if failed else "\nthe limit holds")
    return failed


if __name__ == "__main__":
    sys.exit(main())
