"""Which wheels each pip takes on hosts that it believes to run on: asked of the pips themselves, and kept in a file.

Each border of ``oldest_pip`` lies between two releases of pip. Both are downloaded, and each lists its tags by its own
code, in a process that pretends to be the host (``pip_tags``). Run as a script, as ``nox -s pips -- record`` does, this
module writes which of :data:`WHEELS` each pip takes to ``data/pips.json``. It needs the Pythons that :data:`PIPS`
names, because no Python runs all of these pips.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

RECORD = Path(__file__).parent / "data" / "pips.json"
SCRIPT = Path(__file__).parent / "pip_tags.py"

#: Release of pip -> a Python that runs it. Each border has the first pip beyond it, and the one before.
PIPS = {
    **dict.fromkeys(("8.0.3", "8.1.0", "9.0.1", "10.0.1"), "3.6"),
    **dict.fromkeys(("18.1", "19.0", "19.2.3", "19.3", "19.3.1", "20.0.2", "20.1", "20.2.4", "20.3", "20.3.1"), "3.8"),
    **dict.fromkeys(("20.3.2", "20.3.3", "20.3.4", "21.0", "21.0.1", "21.1.3", "21.2", "21.3", "24.0"), "3.8"),
    **dict.fromkeys(("24.1", "24.2", "24.3", "25.0.1", "25.1", "26.0.1", "26.1", "26.3"), "3.12"),
}


def python(version: str, letters: str = "", **variables: object) -> dict[str, object]:
    """Say what a CPython tells of itself."""
    digits = version.replace(".", "")
    soabi = f"cpython-{digits}{letters}-x86_64-linux-gnu"
    known = {
        "SOABI": soabi,
        "EXT_SUFFIX": f".{soabi}.so",
        "py_version_nodot": digits,
        "Py_DEBUG": int("d" in letters),
        "Py_GIL_DISABLED": int("t" in letters),
        **variables,
    }
    return {"name": "cpython", "python": [int(number) for number in version.split(".")], "variables": known}


def other(name: str, version: str, soabi: str) -> dict[str, object]:
    """Say what another implementation tells of itself."""
    variables = {"SOABI": soabi, "EXT_SUFFIX": f".{soabi}-x86_64-linux.so"}
    return {"name": name, "python": [int(number) for number in version.split(".")], "variables": variables}


def linux(arch: str, glibc: str | None = "2.41", musl: tuple[int, int] | None = None) -> dict[str, object]:
    """Say what a Linux tells of itself."""
    return {"system": "Linux", "platform": f"linux-{arch}", "glibc": None if musl else glibc, "musl": musl}


def mac(version: str, arch: str, true: str = "") -> dict[str, object]:
    """Say what a macOS tells of itself, and to a program that asks for no compatibility."""
    return {"system": "Darwin", "platform": f"macosx-10.9-{arch}", "mac": version, "mac_true": true or version}


WINDOWS: dict[str, object] = {"system": "Windows", "platform": "win-amd64"}
IOS: dict[str, object] = {
    "system": "iOS",
    "platform": "ios-13.0-arm64-iphoneos",
    "ios": "17.0",
    "multiarch": "arm64-iphoneos",
}
ANDROID: dict[str, object] = {"system": "Android", "platform": "android-24-arm64_v8a"}
EMSCRIPTEN: dict[str, object] = {"system": "Emscripten", "platform": "emscripten-4.0.9-wasm32"}

#: Host -> what it tells of itself, the Python and the platform by which manytags describes it.
HOSTS: dict[str, tuple[dict[str, object], str, str]] = {
    **{
        f"linux {arch}": ({**linux(arch), **python("3.7", "m")}, "3.7", f"manylinux_2_41_{arch}")
        for arch in ("x86_64", "i686", "aarch64", "armv7l", "ppc64le", "ppc64", "s390x", "riscv64", "loongarch64")
    },
    "musl x86_64": ({**linux("x86_64", musl=(1, 2)), **python("3.7", "m")}, "3.7", "musllinux_1_2_x86_64"),
    "musl aarch64": ({**linux("aarch64", musl=(1, 2)), **python("3.7", "m")}, "3.7", "musllinux_1_2_aarch64"),
    "linux 3.8": ({**linux("x86_64"), **python("3.8")}, "3.8", "manylinux_2_41_x86_64"),
    "linux 3.10": ({**linux("x86_64"), **python("3.10")}, "3.10", "manylinux_2_41_x86_64"),
    "linux 3.12 debug": ({**linux("x86_64"), **python("3.12", "d")}, "3.12d", "manylinux_2_41_x86_64"),
    "linux 3.13t": ({**linux("x86_64"), **python("3.13", "t")}, "3.13t", "manylinux_2_41_x86_64"),
    "linux 3.15t": ({**linux("x86_64"), **python("3.15", "t")}, "3.15t", "manylinux_2_41_x86_64"),
    "linux pypy": ({**linux("x86_64"), **other("pypy", "3.9", "pypy39-pp73")}, "pypy3.9", "manylinux_2_41_x86_64"),
    "mac 10.15 x86_64": ({**mac("10.15", "x86_64"), **python("3.9")}, "3.9", "macosx_10_15_x86_64"),
    "mac 11 x86_64": ({**mac("11.7", "x86_64"), **python("3.9")}, "3.9", "macosx_11_0_x86_64"),
    "mac 14 x86_64": ({**mac("14.2", "x86_64"), **python("3.9")}, "3.9", "macosx_14_0_x86_64"),
    "mac 11 arm64": ({**mac("11.7", "arm64"), **python("3.9")}, "3.9", "macosx_11_0_arm64"),
    "mac 14 arm64": ({**mac("14.2", "arm64"), **python("3.9")}, "3.9", "macosx_14_0_arm64"),
    "mac 12 told 10.16": ({**mac("10.16", "x86_64", "12.6"), **python("3.8")}, "3.8", "macosx_12_0_x86_64"),
    "mac 14 arm64 3.13t": ({**mac("14.2", "arm64"), **python("3.13", "t")}, "3.13t", "macosx_14_0_arm64"),
    "windows": ({**WINDOWS, **python("3.9", EXT_SUFFIX=".cp39-win_amd64.pyd")}, "3.9", "win_amd64"),
    "windows 3.12": ({**WINDOWS, **python("3.12", EXT_SUFFIX=".cp312-win_amd64.pyd")}, "3.12", "win_amd64"),
    "ios": ({**IOS, **python("3.13")}, "3.13", "ios_17_0_arm64_iphoneos"),
    "android": ({**ANDROID, **python("3.13")}, "3.13", "android_24_arm64_v8a"),
    "pyodide": (
        {**EMSCRIPTEN, **python("3.14", PYEMSCRIPTEN_PLATFORM_VERSION="2026_0")},
        "3.14",
        "pyemscripten_2026_0_wasm32",
    ),
}

#: Host -> tag sets of wheels that fit it.
WHEELS: dict[str, tuple[str, ...]] = {
    "linux x86_64": (
        *("cp37-cp37m-linux_x86_64", "cp37-cp37m-manylinux1_x86_64", "cp37-cp37m-manylinux2010_x86_64"),
        *("cp37-cp37m-manylinux2014_x86_64", "cp37-cp37m-manylinux_2_17_x86_64", "cp37-cp37m-manylinux_2_28_x86_64"),
        *("cp37-cp37m-manylinux_2_17_x86_64.manylinux2014_x86_64", "cp36-abi3-manylinux1_x86_64"),
        *("py3-none-manylinux1_x86_64", "py2.py3-none-any", "py37-none-any", "cp37-none-any", "cp37-abi3-linux_x86_64"),
        *("py37-none-manylinux1_x86_64", "cp37-none-manylinux1_x86_64", "py36-none-linux_x86_64"),
    ),
    **{
        f"linux {arch}": tuple(
            f"cp37-cp37m-{tag}_{arch}" for tag in ("linux", "manylinux2014", "manylinux_2_17", "manylinux_2_41")
        )
        for arch in ("aarch64", "armv7l", "ppc64le", "ppc64", "s390x", "riscv64", "loongarch64")
    },
    "linux i686": ("cp37-cp37m-manylinux1_i686", "cp37-cp37m-manylinux2014_i686", "cp37-cp37m-manylinux_2_17_i686"),
    "musl x86_64": ("cp37-cp37m-linux_x86_64", "cp37-cp37m-musllinux_1_1_x86_64", "cp37-cp37m-musllinux_1_2_x86_64"),
    "musl aarch64": ("cp37-cp37m-linux_aarch64", "cp37-cp37m-musllinux_1_2_aarch64"),
    "linux 3.8": ("cp38-cp38-manylinux1_x86_64", "cp38-abi3-manylinux2014_x86_64"),
    "linux 3.10": (
        "cp310-cp310-manylinux1_x86_64",
        "cp36-abi3-manylinux1_x86_64",
        "py310-none-any",
        "py3-none-any",
        "cp310-abi3-linux_x86_64",
    ),
    "linux 3.12 debug": ("cp312-cp312d-linux_x86_64", "cp312-cp312-linux_x86_64", "cp310-abi3-linux_x86_64"),
    "linux 3.13t": (
        *("cp313-cp313t-linux_x86_64", "cp313-cp313t-manylinux_2_17_x86_64.manylinux2014_x86_64"),
        *("py3-none-any", "py3-none-manylinux2014_x86_64"),
    ),
    "linux 3.15t": ("cp315-cp315t-linux_x86_64", "cp315-abi3t-linux_x86_64", "cp315-abi3.abi3t-linux_x86_64"),
    "linux pypy": ("pp39-pypy39_pp73-linux_x86_64", "pp39-pypy39_pp73-manylinux2014_x86_64", "pp39-none-linux_x86_64"),
    "mac 10.15 x86_64": tuple(
        f"cp39-cp39-macosx_10_{tag}" for tag in ("9_x86_64", "9_universal2", "6_intel", "15_x86_64")
    ),
    **{
        f"mac {version} x86_64": tuple(
            f"cp39-cp39-macosx_{tag}"
            for tag in ("10_9_x86_64", "10_9_universal2", "10_6_intel", "11_0_x86_64", f"{version}_0_x86_64")
        )
        for version in (11, 14)
    },
    **{
        f"mac {version} arm64": tuple(
            f"cp39-cp39-macosx_{tag}"
            for tag in ("11_0_arm64", "11_0_universal2", "10_9_universal2", "10_16_universal2", f"{version}_0_arm64")
        )
        for version in (11, 14)
    },
    "mac 12 told 10.16": tuple(
        f"cp38-cp38-macosx_{tag}" for tag in ("10_9_x86_64", "11_0_x86_64", "12_0_x86_64", "10_9_universal2")
    ),
    "mac 14 arm64 3.13t": ("cp313-cp313t-macosx_11_0_arm64", "py3-none-macosx_11_0_arm64"),
    "windows": ("cp39-cp39-win_amd64", "py3-none-win_amd64", "cp36-abi3-win_amd64"),
    "windows 3.12": ("cp312-cp312-win_amd64", "py3-none-win_amd64", "cp36-abi3-win_amd64"),
    "ios": ("cp313-cp313-ios_14_0_arm64_iphoneos", "py3-none-any"),
    "android": ("cp313-cp313-android_21_arm64_v8a", "py3-none-any"),
    "pyodide": ("cp314-cp314-pyemscripten_2026_0_wasm32", "py3-none-any"),
}


def pythons() -> dict[str, str]:
    """Find the Pythons: ``MANYTAGS_PYTHONS`` has a folder with one folder for each, else they are on ``PATH``."""
    folder = os.environ.get("MANYTAGS_PYTHONS")
    found = {}
    for version in set(PIPS.values()):
        inside = sorted(Path(folder).glob(f"{version}.*/bin/python")) if folder else []
        found[version] = str(inside[0]) if inside else f"python{version}"
    return found


def tags_of(pip: str, wheel: Path, executable: str, hosts: dict[str, dict[str, object]]) -> dict[str, set[str]]:
    """Ask one pip for its tags on each host."""
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(wheel).extractall(folder)
        answer = subprocess.run(
            [executable, "-W", "ignore", str(SCRIPT)],
            input=json.dumps(hosts),
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
        )
    if answer.returncode:
        raise RuntimeError(f"pip {pip}: {answer.stderr[-2000:]}")
    return {host: set(tags) for host, tags in json.loads(answer.stdout).items()}


def ask(folder: Path) -> dict[str, dict[str, dict[str, bool]]]:
    """Ask all pips; the answer is by host, wheel and pip."""
    hosts = {name: told for name, (told, _, _) in HOSTS.items()}
    found = pythons()
    taken: dict[str, dict[str, dict[str, bool]]] = {host: {tags: {} for tags in WHEELS[host]} for host in HOSTS}
    for pip, version in PIPS.items():
        (wheel,) = folder.glob(f"pip-{pip}-*.whl")
        for host, listed in tags_of(pip, wheel, found[version], hosts).items():
            for tags in WHEELS[host]:
                taken[host][tags][pip] = bool(members(tags) & listed)
    return taken


def members(tags: str) -> set[str]:
    """List the triples of a tag set."""
    pythons_, abis, platforms = (field.split(".") for field in tags.split("-"))
    return {f"{one}-{abi}-{platform}" for one in pythons_ for abi in abis for platform in platforms}


def download(folder: Path) -> None:
    """Download each pip from the index."""
    for pip in PIPS:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--ignore-requires-python"]
        subprocess.run([*command, "--only-binary=:all:", "-d", str(folder), f"pip=={pip}"], check=True)


def main() -> None:
    """Record the answers."""
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("MANYTAGS_PIPS")
        if not given:
            download(Path(folder))
        answers = ask(Path(given or folder))
    # One character for each pip: whether it takes the wheel.
    short = {
        host: {tags: "".join("-Y"[takes] for takes in pips.values()) for tags, pips in wheels.items()}
        for host, wheels in answers.items()
    }
    RECORD.write_text(json.dumps({"pips": list(PIPS), "takes": short}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
