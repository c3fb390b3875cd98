"""The probe as a script under every Python of this machine, as users run it where manytags is not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from manytags import Facts, probe, probe_script, target_from_facts

from .pythons import Python, environment, pythons

EVERY = pytest.mark.parametrize("python", pythons(), ids=lambda python: python.label)

#: The same questions, answered by the interpreter's own sysconfig and platform.
OWN = """
import json, platform, sys, sysconfig
variable = sysconfig.get_config_var
print(json.dumps({
    "platform": sysconfig.get_platform(),
    "debug": bool(variable("Py_DEBUG")),
    "free_threaded": bool(variable("Py_GIL_DISABLED")),
    "suffix": variable("EXT_SUFFIX"),
    "soabi": variable("SOABI"),
    "version": platform.python_version(),
    "libc": platform.libc_ver(),
    "machine": platform.machine(),
    "implementation": sys.implementation.name,
    "executable": sys.executable,
    "multiarch": variable("MULTIARCH"),
}))
"""

#: Appended to the probe: what was loaded by it, apart from what Python itself loads and json.
LOADED = """
import sys
sys.stderr.write("\\n".join(sys.modules))
"""


def run(python: Python, script: str, cwd: Path | None = None, **variables: str) -> tuple[str, str]:
    """Run a script from standard input; return its standard output and standard error."""
    env = {**environment(), **variables}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    answer = subprocess.run(
        [python.executable, "-"], input=script, capture_output=True, text=True, check=True, cwd=cwd, env=env, timeout=60
    )
    return answer.stdout, answer.stderr


def value(document: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a fact, or ``None``."""
    return document["facts"].get(name, {}).get("value")


def test_old_and_new_pythons_are_here() -> None:
    """The promise is Python 3.6 to 3.15. One Python alone does not test it."""
    assert any(os.path.realpath(python.executable) == os.path.realpath(sys.executable) for python in pythons())
    if len(pythons()) == 1:
        pytest.skip("only the running Python is on PATH")


@EVERY
def test_facts_agree_with_the_interpreter(python: Python) -> None:
    """The probe takes short cuts. A wrong one would choose the wrong wheels everywhere."""
    text, errors = run(python, probe_script())
    assert not errors
    document = json.loads(text)
    own = json.loads(run(python, OWN)[0])
    assert value(document, "implementation") == own["implementation"]
    assert value(document, "sysconfig_platform") == own["platform"]
    assert value(document, "debug") == own["debug"]
    assert value(document, "free_threaded") == own["free_threaded"]
    assert value(document, "machine") == own["machine"]
    assert value(document, "executable") == own["executable"]
    # platform appends a plus sign to builds between releases
    assert value(document, "python_version") == own["version"].rstrip("+")
    assert value(document, "extension_suffixes")[0] == own["suffix"]
    # before 3.8 platform reported what the executable was linked to, not what runs
    if own["libc"][0] == "glibc" and python.version >= (3, 8):
        assert value(document, "glibc").startswith(own["libc"][1])
    if own["multiarch"]:
        assert value(document, "multiarch") in {own["multiarch"], None}
    target = target_from_facts(Facts.from_json(text))
    assert target.platform_tags()
    if own["implementation"] == "cpython" and own["soabi"] and sys.platform == "linux":
        assert target.python.abis[0] == "cp" + own["soabi"].split("-")[1]


@EVERY
def test_it_needs_the_standard_library_only_and_starts_nothing(python: Python) -> None:
    """A router has no packages installed, and a subprocess costs more than all the rest of the probe."""
    _, loaded = run(python, probe_script() + LOADED)
    modules = set(loaded.split())
    assert "manytags_probe.probe" in modules
    assert not modules & {"subprocess", "packaging", "manytags", "typing_extensions", "ctypes", "platform"}
    # a virtual environment may load more through .pth files, which is not the probe's doing
    foreign = {name.split(".")[0] for name in modules} - {
        "manytags_probe",
        "__main__",
        "_virtualenv",
        "_distutils_hack",
    }
    if sys.version_info[:2] == python.version:
        foreign -= sys.stdlib_module_names
        assert not {name for name in foreign if not name.startswith(("__editable__", "_"))}


@EVERY
def test_it_writes_nothing(python: Python, tmp_path: Path) -> None:
    """A probe that leaves files cannot be run on a stranger's machine."""
    home, cwd = tmp_path / "home", tmp_path / "cwd"
    home.mkdir()
    cwd.mkdir()
    cwd.chmod(0o555)
    text, _ = run(python, probe_script(), cwd, HOME=str(home), TMPDIR=str(home), XDG_CACHE_HOME=str(home))
    assert Facts.from_json(text).text("implementation") == python.implementation
    assert not list(home.iterdir())
    assert not list(cwd.iterdir())


@EVERY
def test_asking_gives_the_same_as_running_it(python: Python) -> None:
    """``probe(path)`` and a copied script must report the same facts."""
    asked = probe(python.executable)
    ran = Facts.from_json(run(python, probe_script())[0])
    assert asked == ran


def test_the_script_is_plain_ascii() -> None:
    """People paste it into terminals and heredocs, and Python 2 must read it to say that it is too old."""
    assert probe_script().isascii()


@EVERY
def test_odd_locales(python: Python) -> None:
    """A minimal container has no UTF-8 locale, but the answer must still be JSON."""
    text, _ = run(python, probe_script(), LC_ALL="C", PYTHONIOENCODING="ascii")
    assert Facts.from_json(text).text("implementation") == python.implementation


@EVERY
def test_a_python_without_json(python: Python) -> None:
    """Debian's minimal Python, the only one in many containers, lacks json and much else."""
    lacking = "import sys\nfor name in ('json', 'platform', 'sysconfig', 'ctypes', 'subprocess', 'typing', 're'):\n"
    text, _ = run(python, lacking + "    sys.modules[name] = None\n" + probe_script())
    assert Facts.from_json(text) == probe(python.executable)
