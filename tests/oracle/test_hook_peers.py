"""With each ``_manylinux`` module that manytags writes, every installer takes the tags that the module lets it take.

``hook_world.py`` recorded what old and new pips, packaging and uv take, in ``data``. With ``MANYTAGS_ASK_HOOK=1`` in
the environment, as in ``nox -s hook``, they are asked again, which takes four minutes. The packaging and the pip that
are installed here are asked every time.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import packaging
import pytest

import manytags
from manytags import Manylinux
from manytags.cli import main
from manytags.tags import LEGACY_MANYLINUX

from . import hook_world
from .hook_world import SETTINGS, Setting

RECORD: dict[str, Any] = json.loads(hook_world.RECORD.read_text(encoding="utf-8"))
PEERS: dict[str, dict[str, Any]] = RECORD["peers"]
LISTS = [tuple(text.split()) for text in RECORD["lists"]]

HERE = manytags.target_from_facts(manytags.probe()).platform
needs_glibc = pytest.mark.skipif(HERE.glibc is None, reason="no glibc here, so no installer asks a _manylinux module")


def module(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Run the text of a module."""
    if setting.variable is not None:
        monkeypatch.delenv(setting.variable, raising=False)
        if setting.value is not None:
            monkeypatch.setenv(setting.variable, setting.value)
    made = ModuleType("_manylinux")
    code = compile(setting.text(), "_manylinux.py", "exec")
    if setting.value == "newest":
        with pytest.warns(UserWarning, match="'newest', which is not a manylinux version"):
            exec(code, made.__dict__)  # noqa: S102 - our own text
    else:
        exec(code, made.__dict__)  # noqa: S102 - our own text
    return made


def allowed(made: ModuleType, tag: str) -> bool:
    """Whether a module lets an installer take a tag that the C library allows (PEP 600)."""
    parsed = manytags.parse_platform(tag)
    assert isinstance(parsed, Manylinux)
    answer = made.manylinux_compatible(*parsed.glibc, parsed.arch)
    assert answer in {True, False, None}
    return answer is not False


def attribute(made: ModuleType, tag: str) -> bool:
    """Whether the attribute of a legacy tag lets an installer take it; without one the C library decides (PEP 513)."""
    return bool(getattr(made, tag.partition("_")[0] + "_compatible", True))


def expected(asks: str, made: ModuleType, without: tuple[str, ...], glibc: tuple[int, int]) -> tuple[str, ...]:
    """List what an installer takes with a module, given what it takes without one and what it asks."""
    if asks == "function":
        return tuple(tag for tag in without if allowed(made, tag))
    if asks == "attributes":
        return tuple(tag for tag in without if attribute(made, tag))
    if asks == "attributes, newest first":
        first = next((place for place, tag in enumerate(without) if attribute(made, tag)), len(without))
        return without[first:]
    assert asks == "its own glibc"
    return without if allowed(made, str(Manylinux(glibc, "x86_64"))) else ()


def test_the_record_is_whole() -> None:
    """Without this, a record of other modules, or of fewer installers, would still pass."""
    assert RECORD["modules"] == hook_world.digest(), "the modules' code has changed: nox -s hook -- record"
    assert {peer.split(",")[0] for peer in PEERS} >= {"pip 26.3", "packaging 26.3", "uv 0.13.8", "pip 9.0.3"}
    for name in ("pip 26.3", "packaging 26.3", "uv 0.13.8"):
        assert {f"{name}, CPython {python}" for python in ("3.10", "3.11", "3.12", "3.13")} <= set(PEERS)
    assert "pip 19.3.1, CPython 2.7" in PEERS
    for peer in PEERS.values():
        assert list(peer["takes"]) == ["", *SETTINGS]
        assert LISTS[peer["takes"][""]]


@pytest.mark.parametrize("peer", PEERS)
def test_recorded_installers_take_what_the_module_says(peer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Users who install the module must know what each installer does with it."""
    asks, takes = PEERS[peer]["asks"], PEERS[peer]["takes"]
    major, minor = map(int, RECORD["glibc"].split("."))
    for name, setting in SETTINGS.items():
        made = module(setting, monkeypatch)
        assert LISTS[takes[name]] == expected(asks, made, LISTS[takes[""]], (major, minor)), name


def test_what_settings_mean_in_the_record() -> None:
    """The purpose of the module, in tags: what pip 26.3 takes on glibc 2.36."""
    takes = PEERS["pip 26.3, CPython 3.12"]["takes"]
    newest = {setting: (LISTS[number] or ("nothing",))[0] for setting, number in takes.items()}
    assert newest == {
        "": "manylinux_2_36_x86_64",
        "all": "manylinux_2_36_x86_64",
        "none": "nothing",
        "ceiling 2_40": "manylinux_2_36_x86_64",
        "ceiling 2_28": "manylinux_2_28_x86_64",
        "ceiling 2_11": "manylinux_2_11_x86_64",
        "ceiling manylinux2014": "manylinux_2_17_x86_64",
        "set of 2_5 to 2_17": "manylinux_2_17_x86_64",
        "set without 2_12": "manylinux_2_36_x86_64",
        "set of another architecture": "nothing",
        "variable not set": "nothing",
        "variable not set, else all": "manylinux_2_36_x86_64",
        "variable not set, else 2_28": "manylinux_2_28_x86_64",
        "variable empty, else 2_28": "manylinux_2_28_x86_64",
        "variable 1": "manylinux_2_5_x86_64",
        "variable 2010": "manylinux_2_12_x86_64",
        "variable 2014": "manylinux_2_17_x86_64",
        "variable 2_28": "manylinux_2_28_x86_64",
        "variable of nonsense": "nothing",
    }
    assert {"manylinux_2_12_x86_64", "manylinux2010_x86_64"}.isdisjoint(LISTS[takes["set without 2_12"]])


def test_uv_takes_all_or_nothing() -> None:
    """With a ceiling below the machine's glibc, uv takes no manylinux wheel, as the how-to guide warns."""
    for python in ("3.10", "3.11", "3.12", "3.13"):
        takes = PEERS[f"uv 0.13.8, CPython {python}"]["takes"]
        assert {LISTS[number] for number in takes.values()} == {LISTS[takes[""]], ()}
        assert not LISTS[takes["ceiling 2_28"]]
        assert LISTS[takes["ceiling 2_40"]] == LISTS[takes["set without 2_12"]] == LISTS[takes[""]]


def test_uv_remembers_and_can_be_told() -> None:
    """What the guide says about uv's cache and about ``--python-platform`` must be true."""
    side, ours = RECORD["uv"], "manylinux_2_17_x86_64 manylinux_2_28_x86_64"
    assert side["after --none, same cache"] == side["before"] == f"{ours} manylinux_2_34_x86_64"
    assert side["after --none, fresh cache"] == side["after --none, --refresh"] == ""
    assert side["--none and --python-platform x86_64-manylinux_2_28"] == ours


@pytest.mark.skipif(not os.environ.get("MANYTAGS_ASK_HOOK"), reason="takes four minutes: nox -s hook")
def test_installers_still_answer_so() -> None:
    """The record is what the installers really answer."""
    assert hook_world.record() == RECORD


LIBRARIES = [str(Path(module.__file__ or "").parents[1]) for module in (manytags, packaging)]

ASK_ALL = f"""
import json, warnings
{hook_world.ASK_PACKAGING}
answers = {{"packaging": tags}}
import manytags
answers["manytags"] = list(manytags.platform_tags())
try:
    import pip
except ImportError:
    pass
else:
    {hook_world.ASK_PIP.strip().replace(chr(10), chr(10) + "    ")}
    answers["pip"] = tags
print(json.dumps(answers))
"""


def ask_here(folder: Path, setting: Setting | None) -> dict[str, tuple[str, ...]]:
    """Ask the installers beside this interpreter which manylinux tags they take."""
    if setting is not None:
        (folder / "_manylinux.py").write_text(setting.text(), encoding="ascii")
    environment = setting.environment() if setting else dict(os.environ)
    environment |= {"PYTHONPATH": os.pathsep.join([str(folder), *LIBRARIES]), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", ASK_ALL], env=environment, capture_output=True, check=True, text=True)
    assert ("not a manylinux version" in done.stderr) == (setting is not None and setting.value == "newest")
    answers: dict[str, list[str]] = json.loads(done.stdout)
    return {
        name: tuple(dict.fromkeys(tag for tag in tags if tag.startswith("manylinux"))) for name, tags in answers.items()
    }


@needs_glibc
def test_installers_here_take_what_the_module_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module must work where it is used: found by import, in a process that reads the variable."""
    without = ask_here(tmp_path, None)
    assert without["packaging"]
    for setting in SETTINGS.values():
        made = module(setting, monkeypatch)
        for name, tags in ask_here(tmp_path, setting).items():
            assert tags == tuple(tag for tag in without[name] if allowed(made, tag)), (setting, name)


def bundled_pip() -> str:
    """Find a pip that runs in any environment: the one beside this interpreter, or the wheel in ``ensurepip``."""
    spec = importlib.util.find_spec("pip")
    if spec is not None and spec.origin is not None:
        return str(Path(spec.origin).parents[1])
    ensurepip = importlib.util.find_spec("ensurepip")
    wheels = Path(ensurepip.origin).parent.glob("_bundled/pip-*.whl") if ensurepip and ensurepip.origin else iter(())
    wheel = next(wheels, None)
    if wheel is None:
        pytest.skip("neither pip nor ensurepip is here")
    return str(wheel)


@needs_glibc
def test_the_whole_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A user writes the module into an environment, and its pip takes the manylinux wheels that the module allows."""
    assert HERE.glibc is not None
    tag = str(Manylinux(HERE.glibc, HERE.arch))
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = str(venv / "bin" / "python")
    wheel(tmp_path, tag)

    def install() -> bool:
        environment = {**os.environ, "PYTHONPATH": bundled_pip(), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        command = [python, "-m", "pip", "--isolated", "install", "--no-index", "--find-links", str(tmp_path)]
        command += ["--force-reinstall", "--no-deps", "--no-cache-dir", "demo"]
        done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
        assert done.returncode == 0 or "No matching distribution found for demo" in done.stderr, done.stderr
        return done.returncode == 0

    assert main(["hook", "--where", "--python", python]) == 0
    site = Path(capsys.readouterr().out.rstrip("\n"))
    assert site.is_relative_to(venv)
    output = ["--output", str(site / "_manylinux.py"), "--python", python]
    assert install()
    assert main(["hook", "--none", *output]) == 0
    assert f"uv will take no manylinux wheels at all: it only asks about {tag}" in capsys.readouterr().err
    assert not install()
    assert not any(tag.startswith("manylinux") for tag in manytags.detect(python).platform_tags())
    assert main(["hook", "--all", *output]) == 0
    assert install()
    assert main(["hook", "--ceiling", f"2_{HERE.glibc[1] - 1}", *output]) == 0
    assert not install()
    assert main(["hook", "--ceiling", f"2_{HERE.glibc[1]}", *output]) == 0
    assert install()


def wheel(folder: Path, tag: str) -> None:
    """Make the smallest wheel that pip installs."""
    info = "demo-1.0.dist-info"
    with zipfile.ZipFile(folder / f"demo-1.0-py3-none-{tag}.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n"
        )
        archive.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")


def test_every_legacy_name_is_asked_about() -> None:
    """If there were a fourth legacy name, the module would need an attribute for it."""
    assert set(LEGACY_MANYLINUX) == {"manylinux1", "manylinux2010", "manylinux2014"}
