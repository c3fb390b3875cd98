"""Record what installers take with each ``_manylinux`` module that ``manylinux_hook`` writes.

pip and packaging are asked through their own functions, and uv through its choices from a folder of tiny wheels, with
CPython 3.10 to 3.13; old pips are asked with the Pythons of their time. Run as a script, as ``nox -s hook -- record``
does, this module needs these Pythons, PyPI for the pips, and the uv on ``PATH``. The daily tests compare the record
with the answers of the module's own function.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import manytags

from .uv_world import VERSION as UV_VERSION
from .uv_world import _write as write_wheels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RECORD = Path(__file__).parent / "data" / "hook-peers.json"

#: pip -> the Pythons that it is asked in. 9.0.3 is the last pip with public functions, 10.0.1 the first without; 19.0
#: knows manylinux2010, 19.3 knows manylinux2014, and 20.3 is the first that calls the function.
OLD_PIPS = {
    "9.0.3": ("2.7", "3.6"),
    "10.0.1": ("2.7", "3.6"),
    "19.0.3": ("2.7", "3.6"),
    "19.3.1": ("2.7", "3.6"),
    "20.2.4": ("2.7", "3.6"),
    "20.3.4": ("2.7", "3.6"),
    "21.3.1": ("3.6",),
}
NEW = {"pip": "26.3", "packaging": "26.3"}
PYTHONS = ("3.10", "3.11", "3.12", "3.13")

ASK_PIP = """
try:
    from pip._internal.utils.compatibility_tags import get_supported
except ImportError:
    try:
        from pip._internal.pep425tags import get_supported
    except ImportError:
        from pip.pep425tags import get_supported
tags = [tag.platform if hasattr(tag, "platform") else tag[2] for tag in get_supported()]
"""
ASK_PACKAGING = """
from packaging.tags import platform_tags
tags = list(platform_tags())
"""
PRINT = """
seen = []
for tag in tags:
    if tag.startswith("manylinux") and tag not in seen:
        seen.append(tag)
print(" ".join(seen))
"""


class Setting(NamedTuple):
    """A module, and the value of its variable."""

    claim: str | tuple[str, ...]
    variable: str | None = None
    value: str | None = None

    def text(self) -> str:
        """Write the module."""
        return manytags.manylinux_hook(self.claim, self.variable)

    def environment(self) -> dict[str, str]:
        """Set the variable in a copy of the environment, or not."""
        kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", self.variable}}
        return {**kept, **({} if self.variable is None or self.value is None else {self.variable: self.value})}


_NIX = "NIX_PYTHON_MANYLINUX"
SETTINGS = {
    "all": Setting("all"),
    "none": Setting("none"),
    "ceiling 2_40": Setting("2_40"),
    "ceiling 2_28": Setting("2_28"),
    "ceiling 2_11": Setting("2_11"),
    "ceiling manylinux2014": Setting("manylinux2014"),
    "set of 2_5 to 2_17": Setting(tuple(f"manylinux_2_{minor}_x86_64" for minor in range(5, 18))),
    "set without 2_12": Setting(tuple(f"manylinux_2_{minor}_x86_64" for minor in range(5, 50) if minor != 12)),
    "set of another architecture": Setting(("manylinux_2_17_aarch64",)),
    "variable not set": Setting("none", _NIX),
    "variable not set, else all": Setting("all", _NIX),
    "variable not set, else 2_28": Setting("2_28", _NIX),
    "variable empty, else 2_28": Setting("2_28", _NIX, ""),
    "variable 1": Setting("none", _NIX, "1"),
    "variable 2010": Setting("none", _NIX, "2010"),
    "variable 2014": Setting("none", _NIX, "2014"),
    "variable 2_28": Setting("none", _NIX, "2_28"),
    "variable of nonsense": Setting("all", _NIX, "newest"),
}


def digest() -> str:
    """Return a digest of the code of these modules, without comments."""
    code = [line for setting in SETTINGS.values() for line in setting.text().splitlines() if line[:1] != "#"]
    return hashlib.sha256("\n".join(code).encode()).hexdigest()


def ask(python: str, question: str, folders: Iterable[Path], setting: Setting | None) -> str:
    """Ask an installer in another interpreter which manylinux tags it takes."""
    with tempfile.TemporaryDirectory() as scratch:
        if setting is not None:
            Path(scratch, "_manylinux.py").write_text(setting.text(), encoding="ascii")
        environment = setting.environment() if setting else dict(os.environ)
        environment["PYTHONPATH"] = os.pathsep.join([scratch, *map(str, folders)])
        done = subprocess.run(
            [python, "-c", question + PRINT], env=environment, capture_output=True, check=True, encoding="utf-8"
        )
        return done.stdout.strip()


class Uv:
    """A uv that chooses from a folder of tiny wheels for the interpreter of a virtual environment.

    :param scratch: an empty folder.
    :param uv: the command.
    :param python: the interpreter.
    """

    def __init__(self, scratch: Path, uv: str, python: str) -> None:
        self.uv, self.scratch = uv, scratch
        subprocess.run([python, "-m", "venv", "--without-pip", str(scratch / "venv")], check=True)
        self.python = scratch / "venv" / "bin" / "python"
        (self.site,) = scratch.glob("venv/lib/python*/site-packages")

    def ask(self, tags: Iterable[str], setting: Setting | None, *options: str, cache: str = "") -> str:
        """Ask which tags uv takes: each tag is in the newer release of a project, whose older release always fits.

        :param cache: what uv remembers interpreters in; a fresh one unless named.
        """
        wheels, tags = self.scratch / "wheels", list(tags)
        if not wheels.exists():
            wheels.mkdir()
            for tag in tags:
                write_wheels(wheels, tag, "0", ("py3-none-any",))
                write_wheels(wheels, tag, "1", (f"py3-none-{tag}",))
        if setting is not None:
            (self.site / "_manylinux.py").write_text(setting.text(), encoding="ascii")
        requirements = self.scratch / "requirements.in"
        requirements.write_text("".join(f"{tag}\n" for tag in tags), encoding="utf-8")
        arguments = ["pip", "compile", "--no-deps", "--no-index", "--no-config", "--no-header", "-q"]
        arguments += ["--no-annotate", "--find-links", str(wheels), "--python", str(self.python), *options]
        environment = setting.environment() if setting else dict(os.environ)
        with tempfile.TemporaryDirectory(dir=self.scratch) as fresh:
            environment["UV_CACHE_DIR"] = cache or fresh
            done = subprocess.run(
                [self.uv, *arguments, str(requirements)],
                env=environment,
                capture_output=True,
                check=True,
                encoding="utf-8",
            )
        chosen = dict(line.split("==") for line in done.stdout.splitlines() if "==" in line)
        return " ".join(tag for tag in tags if chosen[tag.replace("_", "-")] == "1")


def interpreters() -> dict[str, str]:
    """Find the interpreters to ask: on ``PATH``, or pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    names = {*PYTHONS, *(python for pythons in OLD_PIPS.values() for python in pythons)}
    executables = {}
    for name in sorted(names):
        candidates = [*map(str, sorted(pyenv.glob(f"{name}.*/bin/python"))), shutil.which(f"python{name}")]
        executables[name] = next(candidate for candidate in candidates if candidate is not None)
    return executables


def download(folder: Path, project: str, version: str) -> Path:
    """Download a wheel; Python runs a wheel of pip or packaging as it is."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
    if (project, version) not in NEW.items():
        command += ["--python-version", "3.6"]
    subprocess.run([*command, "-d", str(folder), f"{project}=={version}"], check=True)
    (wheel,) = folder.glob(f"{project}-{version}-*.whl")
    return wheel


def answers(scratch: Path) -> Iterator[tuple[str, str, str, str]]:
    """Ask every installer: its name, which pip or Python asks, the setting (or none), and the tags that it takes."""
    pythons = interpreters()
    asked: list[tuple[str, str, str, Path]] = []
    for python in PYTHONS:
        for project, version in NEW.items():
            question = ASK_PIP if project == "pip" else ASK_PACKAGING
            asked.append(
                (f"{project} {version}, CPython {python}", python, question, _wheel(scratch, project, version))
            )
    for version, olds in OLD_PIPS.items():
        wheel = _wheel(scratch, "pip", version)
        asked += [(f"pip {version}, CPython {python}", python, ASK_PIP, wheel) for python in olds]
    for name, python, question, wheel in asked:
        for setting in (None, *SETTINGS):
            taken = ask(pythons[python], question, [wheel], SETTINGS[setting] if setting else None)
            yield name, _kind(name), setting or "", taken
    tags = ask(pythons["3.12"], ASK_PACKAGING, [_wheel(scratch, "packaging", NEW["packaging"])], None).split()
    for python in PYTHONS:
        folder = scratch / f"uv-{python}"
        folder.mkdir()
        uv = Uv(folder, shutil.which("uv") or "uv", pythons[python])
        name = f"uv {UV_VERSION}, CPython {python}"
        for setting in ("", *SETTINGS):
            yield name, "its own glibc", setting, uv.ask(tags, SETTINGS.get(setting))


def _kind(name: str) -> str:
    """Return what a peer asks the module. pip 20.0 to 20.2 infer from a legacy version that they take older ones."""
    project, version = name.split()[:2]
    number = tuple(map(int, version.strip(",").split(".")[:2]))
    if project == "packaging" or number >= (20, 3):
        return "function"
    return "attributes, newest first" if number >= (20, 0) else "attributes"


def _wheel(scratch: Path, project: str, version: str) -> Path:
    downloaded = list(scratch.glob(f"{project}-{version}-*.whl"))
    return downloaded[0] if downloaded else download(scratch, project, version)


def uv_on_the_side(scratch: Path) -> dict[str, str]:
    """Ask uv two more things: how long it remembers an interpreter, and what a named platform changes."""
    folder = scratch / "uv-side"
    folder.mkdir()
    uv = Uv(folder, shutil.which("uv") or "uv", interpreters()["3.12"])
    tags = ["manylinux_2_17_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64"]
    cache = str(folder / "cache")
    taken = {"before": uv.ask(tags, None, cache=cache)}
    taken["after --none, same cache"] = uv.ask(tags, SETTINGS["none"], cache=cache)
    taken["after --none, fresh cache"] = uv.ask(tags, SETTINGS["none"])
    taken["after --none, --refresh"] = uv.ask(tags, SETTINGS["none"], "--refresh", cache=cache)
    named = ("--python-platform", "x86_64-manylinux_2_28")
    taken["--none and --python-platform x86_64-manylinux_2_28"] = uv.ask(tags, SETTINGS["none"], *named)
    return taken


def record() -> dict[str, object]:
    """Ask every installer, and write equal answers once."""
    peers: dict[str, dict[str, object]] = {}
    lists: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, kind, setting, taken in answers(Path(scratch)):
            peer = peers.setdefault(name, {"asks": kind, "takes": {}})
            takes = peer["takes"]
            assert isinstance(takes, dict)
            takes[setting] = lists.setdefault(taken, len(lists))
            print(name, setting, len(taken.split()), file=sys.stderr)  # noqa: T201 - it takes minutes
        side = uv_on_the_side(Path(scratch))
    libc, version = os.confstr("CS_GNU_LIBC_VERSION").split()  # type: ignore[union-attr]
    assert libc == "glibc"
    return {
        "how": "nox -s hook -- record: tests/oracle/hook_world.py asked them, on x86_64",
        "modules": digest(),
        "glibc": version,
        "lists": list(lists),
        "peers": peers,
        "uv": side,
    }


if __name__ == "__main__":
    RECORD.write_text(json.dumps(record(), indent=1) + "\n", encoding="utf-8")
