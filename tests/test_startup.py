"""What the way from the import to a rank loads. Embedders pay for each module at every start of their command.

Instructions are counted by ``benchmarks/startup.py``, which needs valgrind: ``nox -s benchmarks``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

STARTUP = Path(__file__).parents[1] / "benchmarks" / "startup.py"

#: Design, point 4.
HEAVY = {
    *("packaging", "elftools", "re", "typing", "dataclasses"),
    *("inspect", "logging", "subprocess", "platform", "json"),
}
#: All that a Linux host needs of ours; each module costs a start a third of a million instructions.
OURS = {
    "manytags",
    "manytags.tags",
    "manytags.platforms",
    "manytags.platforms.linux",
    "manytags.platforms.linux.table",
    "manytags.targets",
    "manytags.targets.ranks",
    "manytags.hosts",
    "manytags.hosts.probe",
}
WHEEL = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


def loaded_by(code: str) -> set[str]:
    """List the modules that code loads in a new process."""
    last = "print(*({*sys.modules} - before))"
    script = f"import sys; before = {{*sys.modules}}\n{code}\n{last}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import manytags",
        "import manytags; manytags.detect()",
        f"import manytags; manytags.rank({WHEEL!r}, manytags.detect())",
        f"import manytags; manytags.best([{WHEEL!r}, 'demo-1.0-py3-none-any.whl'], manytags.detect())",
        f"import manytags; manytags.rank({WHEEL!r}, manytags.target('3.12', 'manylinux_2_28_x86_64'))",
    ],
    ids=["import", "detect", "rank", "best", "described"],
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems' tags are asked of sysconfig and platform")
def test_nothing_heavy_is_loaded(code: str) -> None:
    """One careless import at a module's head would cost every embedder more than all that manytags does."""
    assert not {name.partition(".")[0] for name in loaded_by(code)} & HEAVY


@pytest.mark.skipif(sys.platform != "linux", reason="other systems need modules of their own")
def test_rank_needs_few_modules_of_ours() -> None:
    """A module more on this way is a decision, and is made here."""
    loaded = loaded_by(f"import manytags; manytags.rank({WHEEL!r}, manytags.detect())")
    ours = {name for name in loaded if name.partition(".")[0] == "manytags"}
    host_has = {
        "manytags.platforms.linux.arm",
        "manytags.platforms.linux.elf_flags",
        "manytags.hosts.probe_libc",
        "manytags.hosts.probe_manylinux",
    }
    assert ours - host_has <= OURS


def test_pyelftools_is_loaded_for_code_alone(tmp_path: Path) -> None:
    """Its import takes 10 ms. Who audits wheels without code should not wait for it."""
    pure, code = tmp_path / "demo-1.0-py3-none-any.whl", tmp_path / "code.so"
    with zipfile.ZipFile(pure, "w") as wheel:
        wheel.writestr("demo.py", "")
        wheel.writestr("demo-1.0.dist-info/WHEEL", "Tag: py3-none-any\n")
    code.write_bytes((Path(__file__).parent / "binaries" / "elf" / "x86_64.so").read_bytes())
    assert "elftools.elf.structs" not in loaded_by(f"import manytags; manytags.audit({str(pure)!r})")
    assert "elftools.elf.structs" in loaded_by(f"import manytags; manytags.audit({str(code)!r})")


def test_packaging_is_loaded_for_its_tags() -> None:
    """``sys_tags()`` gives real packaging tags, and only then is packaging loaded."""
    loaded = loaded_by("import manytags; manytags.sys_tags()")
    assert "packaging.tags" in loaded
    assert "packaging.utils" not in loaded


def test_benchmark_counts_modules(tmp_path: Path) -> None:
    """The benchmark works where valgrind is not installed too, and writes what it found."""
    written = tmp_path / "startup.json"
    done = subprocess.run(
        [sys.executable, STARTUP, "--modules", "--json", written], capture_output=True, text=True, check=False
    )
    if "no manytags installed" in done.stderr:
        pytest.skip("the benchmark measures an installed manytags only")
    assert done.returncode == 0, done.stdout + done.stderr
    cases = {case["name"]: case for case in json.loads(written.read_text(encoding="utf-8"))["cases"]}
    assert "manytags.targets.ranks" in cases["import, detect, rank"]["modules"]
