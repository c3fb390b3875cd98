"""What the first use of manytags costs an embedder: instructions and modules in addition to ``python -c pass``.

``python benchmarks/startup.py`` measures the manytags that this interpreter has installed, and peers beside it where
they are installed too. ``--modules`` counts modules alone and needs no valgrind. See benchmarks/README.md for details.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import textwrap
from functools import cache
from typing import NamedTuple

WHEEL = "demo-1.0-cp{version}-cp{version}-manylinux_2_17_{machine}.manylinux2014_{machine}.whl"
#: Added last if the machine takes no such wheel, so that every peer picks a wheel.
PURE_WHEEL = "demo-1.0-py3-none-any.whl"

#: Most millions of instructions for the whole way from the import to a rank. Importing the first module of a package,
#: empty as it may be, costs 0.4 M in Python 3.11 and 0.6 M in 3.12, and manytags loads six.
RANK_LIMIT = 9.0 if sys.version_info < (3, 12) else 10.0
#: The most that sys_tags(), which must load packaging, may cost in addition to packaging's own.
TAGS_LIMIT = 1.05

#: Modules that nothing on the way to a rank may load (design, point 4), and others worth knowing about.
FORBIDDEN = (
    *("packaging", "re", "typing", "dataclasses"),
    *("inspect", "logging", "subprocess", "platform", "json"),
)
REPORTED = ("enum", "functools", "collections", "contextlib", "pathlib", "ctypes", "sysconfig", "__future__")


class Case(NamedTuple):
    """An action to measure in a new process. WHEEL is replaced by a file name."""

    name: str
    code: str
    needs: str = "manytags"


CASES = (
    Case("import", "import manytags"),
    Case("import, detect", "import manytags; manytags.detect()"),
    Case("import, detect, rank", "import manytags; manytags.rank({wheel!r}, manytags.detect())"),
    Case("sys_tags()", "import manytags; manytags.sys_tags()"),
    Case("packaging: sys_tags()", "from packaging.tags import sys_tags; list(sys_tags())", "packaging"),
    Case(
        "packaging: first pick",
        "from packaging.tags import sys_tags; from packaging.utils import parse_wheel_filename\n"
        "ranks = {{tag: rank for rank, tag in enumerate(sys_tags())}}\n"
        "min(ranks[tag] for tag in parse_wheel_filename({wheel!r})[3] if tag in ranks)",
        "packaging",
    ),
    Case(
        "dep-logic: first pick",
        "from dep_logic.tags import EnvSpec; EnvSpec.current().wheel_compatibility({wheel!r})",
        "dep_logic",
    ),
    Case(
        "pip: first pick",
        "from pip._internal.models.wheel import Wheel\n"
        "from pip._internal.utils.compatibility_tags import get_supported\n"
        "tags = get_supported(); ranks = {{tag: rank for rank, tag in enumerate(tags)}}\n"
        "Wheel({wheel!r}).find_most_preferred_tag(tags, ranks)",
        "pip",
    ),
)
RANK, TAGS, PEER_TAGS = CASES[2].name, CASES[3].name, CASES[4].name

# A small environment that is always the same: hashes, and so the order of sets, are fixed; bytecode is written and
# read; neither PYTHONPATH nor a user's packages come in.
ENVIRONMENT = {"PATH": os.defpath, "PYTHONHASHSEED": "0", "LC_ALL": "C"}


def main() -> int:
    """Measure, print, and return 0 if every limit holds, 1 if one does not, 2 if nothing can be measured."""
    parser = argparse.ArgumentParser(description="What the first use of manytags costs, over `python -c pass`.")
    parser.add_argument("--modules", action="store_true", help="count the modules alone; needs no valgrind")
    parser.add_argument("--each", action="store_true", help="also tell what each module of ours adds")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there too")
    arguments = parser.parse_args()
    written = os.path.abspath(arguments.json) if arguments.json else None
    if not arguments.modules and shutil.which("valgrind") is None:
        return complain("valgrind is not installed: instructions cannot be counted (--modules does without)")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # a process started with -c looks for modules here first
        if run("import manytags").returncode:
            return complain(f"{sys.executable} has no manytags installed")
        cases = [case for case in CASES if run(f"import {case.needs}").returncode == 0]
        results = [measure(case, not arguments.modules) for case in cases]
        steps = each_module() if arguments.each and not arguments.modules else {}
    python = f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}"
    failures = broken_limits(results)
    if written:
        document = {"python": python, "cases": results, "each_module": steps, "failures": failures}
        with open(written, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=2)
    print("\n".join([*report(python, results, steps), *failures]))
    return 1 if failures else 0


def complain(message: str) -> int:
    """Report why nothing was measured."""
    print(f"startup.py: {message}", file=sys.stderr)
    return 2


def run(code: str, *prefix: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new process of this interpreter."""
    command = [*prefix, sys.executable, "-s", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)


@cache
def instructions(code: str) -> int:
    """Count the instructions of a process that runs the code, in user space."""
    run(code)  # writes the bytecode
    done = run(code, shutil.which("valgrind") or "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    counts = [line.split()[-1] for line in done.stderr.splitlines() if " Collected : " in line]
    if done.returncode or not counts:
        raise SystemExit(f"startup.py: this failed under callgrind:\n{code}\n{done.stderr}")
    return int(counts[0])


def modules(code: str) -> list[str]:
    """List the modules that the code loads, in the order in which they are begun."""
    last = "print(*[name for name in sys.modules if name not in before])"
    done = run(f"import sys; before = {{*sys.modules}}\n{code}\n{last}")
    if done.returncode:
        raise SystemExit(f"startup.py: this failed:\n{code}\n{done.stderr}")
    return done.stdout.split()


def measure(case: Case, count: bool) -> dict[str, object]:
    """Measure one case: modules, and instructions in millions over an empty process."""
    version = f"{sys.version_info[0]}{sys.version_info[1]}"
    wheel = WHEEL.format(version=version, machine=platform.machine())
    code = case.code.format(wheel=wheel)
    if run(code).returncode:
        code = case.code.format(wheel=PURE_WHEEL)
    result: dict[str, object] = {"name": case.name, "modules": modules(code)}
    if count:
        result["millions"] = round((instructions(code) - instructions("pass")) / 1e6, 2)
    return result


def each_module() -> dict[str, float]:
    """Return how many million instructions each of our modules adds, in the order in which the rank loads them."""
    ours = [name for name in modules(CASES[2].code.format(wheel=PURE_WHEEL)) if name.partition(".")[0] == "manytags"]
    ways = ["pass", *("import " + ", ".join(ours[:number]) for number in range(1, len(ours) + 1))]
    counts = [instructions(way) for way in ways]
    return {name: round((counts[number + 1] - counts[number]) / 1e6, 2) for number, name in enumerate(ours)}


def broken_limits(results: list[dict[str, object]]) -> list[str]:
    """List the limits that do not hold."""
    by_name = {str(result["name"]): result for result in results}
    failures = []
    bad = sorted({name.partition(".")[0] for name in modules_of(by_name[RANK])} & {*FORBIDDEN})
    if bad:
        failures.append(f"LIMIT: {RANK} loads {', '.join(bad)}")
    if millions(by_name[RANK]) > RANK_LIMIT:
        failures.append(f"LIMIT: {RANK} takes {millions(by_name[RANK])} M instructions; at most {RANK_LIMIT}")
    if PEER_TAGS in by_name and millions(by_name[TAGS]) > TAGS_LIMIT * millions(by_name[PEER_TAGS]):
        failures.append(f"LIMIT: {TAGS} takes more than {TAGS_LIMIT} times packaging's")
    return failures


def modules_of(result: dict[str, object]) -> list[str]:
    """Return the modules of one result."""
    names = result["modules"]
    return names if isinstance(names, list) else []


def millions(result: dict[str, object]) -> float:
    """Return the millions of instructions of one result; 0 if they were not counted."""
    counted = result.get("millions", 0.0)
    return counted if isinstance(counted, float) else 0.0


def report(python: str, results: list[dict[str, object]], steps: dict[str, float]) -> list[str]:
    """Format the numbers for people."""
    lines = [f"{python}, over `python -c pass`", "", f"{'':24}{'M instructions':>16}{'modules':>9}"]
    for result in results:
        cost = f"{millions(result):.2f}" if "millions" in result else "not counted"
        lines.append(f"{result['name']:24}{cost:>16}{len(modules_of(result)):>9}")
    by_name = {str(result["name"]): result for result in results}
    if PEER_TAGS in by_name and "millions" in by_name[TAGS]:
        ratio = millions(by_name[TAGS]) / millions(by_name[PEER_TAGS])
        lines += ["", f"sys_tags() takes {ratio:.3f} times packaging's; at most {TAGS_LIMIT}"]
    loaded = modules_of(by_name[RANK])
    worth = ", ".join(name for name in REPORTED if name in loaded) or "none"
    lines += ["", f"{RANK}: at most {RANK_LIMIT} M. It loads", *textwrap.wrap(", ".join(loaded), 100)]
    lines += [f"of those worth knowing about: {worth}"]
    if steps:
        lines += ["", "what each module of ours adds, with what it imports first"]
        lines += [f"{name:24}{cost:>16.2f}" for name, cost in steps.items()]
    return lines


if __name__ == "__main__":
    sys.exit(main())
