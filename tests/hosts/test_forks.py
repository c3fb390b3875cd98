"""A fork while other threads probe: the child has only one of the threads, and must not wait for the others."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="_manylinux is looked for on Linux only")

#: Seconds after which a child that waits is killed by the system. What it does takes a tenth of a second.
PATIENCE = 60

HEAD = f"""
import os, signal, sys, threading
import manytags

def answers_in_a_child():
    pid = os.fork()
    if pid == 0:
        signal.alarm({PATIENCE})
        manytags.clear_cache()
        manytags.detect()
        manytags.probe()
        manytags.target("3.12", "win_amd64")
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0

begun, parent = threading.Event(), os.getpid()
"""

#: Thread A waits in the middle of its import until the process ends.
CASES = {
    "while it is looked for": """
class Slow:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "_manylinux" and os.getpid() == parent:
            begun.set()
            threading.Event().wait()

sys.meta_path.insert(0, Slow)
threading.Thread(target=manytags.detect, daemon=True).start()
""",
    "while it is imported": """
import importlib.machinery

class Slow(importlib.machinery.ModuleSpec):
    @staticmethod
    def find_spec(name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, Slow) if name == "_manylinux" else None

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        if os.getpid() == parent:
            begun.set()
            threading.Event().wait()

sys.meta_path.insert(0, Slow)
threading.Thread(target=manytags.detect, daemon=True).start()
""",
    "while a module of ours is imported": """
import importlib.machinery

class Slow(importlib.machinery.SourceFileLoader):
    def exec_module(self, module):
        if os.getpid() == parent:
            begun.set()
            threading.Event().wait()
        super().exec_module(module)

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if name == "manytags.platforms.linux":
            spec.loader = Slow(name, spec.origin)
        return spec

sys.meta_path.insert(0, Finder)
threading.Thread(target=manytags.detect, daemon=True).start()
""",
}
TAIL = "begun.wait()\nassert answers_in_a_child()\nassert answers_in_a_child()\nos._exit(0)\n"

SIXTEEN = """
def work():
    while True:
        begun.set()
        manytags.clear_cache()
        manytags.detect()
        manytags.probe()

for _ in range(16):
    threading.Thread(target=work, daemon=True).start()
begun.wait()
assert all(answers_in_a_child() for _ in range(20))
os._exit(0)
"""

SAME = """
targets, facts, ready = [], [], threading.Barrier(16)

def work():
    ready.wait()
    manytags.clear_cache()
    targets.append(manytags.detect())
    facts.append(manytags.probe())
    manytags.sys_tags()

threads = [threading.Thread(target=work) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert len(targets) == len(facts) == 16
assert set(targets) == {manytags.detect()}
assert all(one == facts[0] for one in facts)
"""

FORKED_WITHIN = """
sys.modules.pop("_manylinux", None)
import importlib.machinery

class Forks:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, Forks) if name == "_manylinux" else None

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        global child
        child = os.fork()

sys.meta_path.insert(0, Forks)
manytags.detect()
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""


@cache
def standard_library() -> str:
    """Import what of the standard library is used. Its locks are not ours: a child may wait for a thread's import."""
    used = "import manytags, sys; manytags.detect(); manytags.probe(); manytags.target('3.12', 'win_amd64')"
    shown = f"{used}; print(*(name for name in sys.modules if name.partition('.')[0] in sys.stdlib_module_names))"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return "".join(f"import {name}\n" for name in done.stdout.split() if name != "__main__")


def run(code: str) -> None:
    """Run code in a process of its own: threads and forks do not go with those of pytest."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", standard_library() + HEAD + code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5 * PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("case", CASES)
def test_a_fork_while_a_thread_imports(case: str) -> None:
    """Nobody releases the lock of the module in the child, which waited for ever."""
    run(CASES[case] + TAIL)


def test_forks_beside_sixteen_threads() -> None:
    """A server with threads that forks workers lost half of them at their first look at the machine."""
    run(SIXTEEN)


def test_sixteen_threads_get_the_same_answer() -> None:
    """Threads that ask first at the same moment import and cache at once."""
    run(SAME)


def test_a_module_that_forks_itself() -> None:
    """The thread that forks goes on in the child, and ends its imports there."""
    run(FORKED_WITHIN)
