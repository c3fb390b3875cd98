"""What the probe costs another interpreter: instructions of ``python -I - < probe``, less ``python -I -c pass``.

``python benchmarks/probe.py`` sends the probe of the installed manytags to every Python that it finds, or to those that
are named. ``detect(exe)`` must start Python once; the probe, which is compiled there each time, must cost less than
another start. See benchmarks/README.md for details.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from manytags import probe_script

#: The most that asking an interpreter may cost, in starts of that interpreter.
LIMIT = 2.0

NAMES = tuple(f"python3.{minor}" for minor in range(6, 21))
ENVIRONMENT = {"PATH": os.defpath, "PYTHONHASHSEED": "0", "LC_ALL": "C"}
NOTHING = "pass\n"


def main() -> int:
    """Measure, print, and return 0 if the limit holds everywhere, 1 if it does not, 2 without valgrind."""
    parser = argparse.ArgumentParser(description="What the probe costs, beside a start of the same Python.")
    parser.add_argument("python", nargs="*", help="interpreters; else every CPython that is found")
    parser.add_argument("--times", type=int, default=0, metavar="N", help="also the median of N times in milliseconds")
    arguments = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("probe.py: valgrind is not installed: instructions cannot be counted", file=sys.stderr)
        return 2
    script, worst = probe_script(), 0.0
    print(f"{'':44}{'start, M':>10}{'asked, M':>10}{'ratio':>8}" + ("   start, ms   asked, ms" * bool(arguments.times)))
    for python in arguments.python or pythons():
        start, asked = instructions(python, NOTHING), instructions(python, script)
        worst = max(worst, asked / start)
        line = f"{python[-44:]:44}{start / 1e6:10.1f}{asked / 1e6:10.1f}{asked / start:8.2f}"
        if arguments.times:
            line += "".join(f"{once:12.1f}" for once in milliseconds(python, (NOTHING, script), arguments.times))
        print(line)
    if worst >= LIMIT:
        print(f"LIMIT: asking costs {worst:.2f} starts; it must be less than {LIMIT}")
    return int(worst >= LIMIT)


def pythons() -> Iterator[str]:
    """Find the CPythons from 3.6 on that pyenv or the search path has, one of each version."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for name in NAMES:
        paths = [*map(str, sorted(pyenv.glob(f"*/bin/{name}"))), *filter(None, [shutil.which(name)])]
        runs = [
            path for path in paths if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0
        ]
        yield from runs[:1]


def instructions(python: str, script: str) -> int:
    """Count the instructions of an interpreter that is given a script, in user space."""
    command = [shutil.which("valgrind") or "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    run([python], script)  # writes the bytecode of what is imported
    counts = [line.split()[-1] for line in run([*command, python], script).splitlines() if " Collected : " in line]
    if not counts:
        raise SystemExit(f"probe.py: {python} failed under callgrind")
    return int(counts[0])


def milliseconds(python: str, scripts: tuple[str, ...], times: int) -> list[float]:
    """Return the median of several times of each script, measured in turns."""
    taken: dict[str, list[float]] = {script: [] for script in scripts}
    for _ in range(times):
        for script, all_times in taken.items():
            begin = time.perf_counter()
            run([python], script)
            all_times.append(1000 * (time.perf_counter() - begin))
    return [statistics.median(all_times) for all_times in taken.values()]


def run(command: list[str], script: str) -> str:
    """Give an interpreter a script as ``detect(exe)`` does, and return its standard error."""
    done = subprocess.run(
        [*command, "-I", "-"], input=script, capture_output=True, text=True, env=ENVIRONMENT, check=True
    )
    return done.stderr


if __name__ == "__main__":
    sys.exit(main())
