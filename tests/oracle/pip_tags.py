"""Ask the pip on ``sys.path`` for the tags that it lists on a host that this process pretends to be.

A script for :mod:`pips_world`, which runs it with a Python that the pip runs on. It reads hosts as JSON from standard
input, ``{name: host}``, and prints ``{name: [tag, ...]}``. It imports the standard library and that pip alone.

The pretence is made of what pip looks at: the modules ``platform``, ``sysconfig``, ``sys`` and ``os``. What pip reads
of the ELF file of its Python, and of the libc, is replaced where it asks for it.
"""

import importlib
import json
import os
import platform
import subprocess
import sys
import sysconfig
import types
from typing import Any, NamedTuple


class IOS(NamedTuple):
    """What ``platform.ios_ver()`` returns."""

    system: str
    release: str
    model: str
    is_simulator: bool


class Version(NamedTuple):
    """A version as ``sys`` has it."""

    major: int
    minor: int
    micro: int = 0
    releaselevel: str = "final"
    serial: int = 0


def pretend(host: "dict[str, Any]") -> None:
    """Make this process look like a host."""
    # These modules have some of the functions only on their own systems.
    machine_told: Any = platform
    built: Any = sysconfig
    below: Any = os
    asked: Any = subprocess
    here: Any = sys
    system = host["system"]
    variables = {"Py_UNICODE_SIZE": 4, "WITH_PYMALLOC": 1, "Py_DEBUG": 0, "Py_GIL_DISABLED": 0}
    variables.update(host.get("variables", {}))
    machine = host.get("machine", host["platform"].rpartition("-")[2])
    mac = host.get("mac", "")
    machine_told.system = lambda: system
    machine_told.machine = lambda: machine
    machine_told.mac_ver = lambda *args, **kwargs: (mac, ("", "", ""), machine)
    machine_told.python_implementation = lambda: {"cpython": "CPython", "pypy": "PyPy"}.get(host["name"], host["name"])
    machine_told.ios_ver = lambda *args, **kwargs: IOS("iOS", host.get("ios", ""), "", False)
    machine_told.android_ver = lambda *args, **kwargs: types.SimpleNamespace(api_level=24)
    built.get_platform = lambda: host["platform"]
    built.get_config_var = variables.get
    built.get_config_vars = lambda *names: [variables.get(name) for name in names] if names else variables
    try:
        import distutils.util

        distutils.util.get_platform = lambda: host["platform"]
    except ImportError:
        pass
    glibc = host.get("glibc")

    def confstr(name: str) -> str:
        if glibc is None:
            raise ValueError(name)
        return "glibc " + str(glibc)

    below.confstr = confstr
    # macOS tells its true version to programs that ask for no compatibility.
    true = host.get("mac_true", mac) + "\n"
    asked.run = lambda *args, **kwargs: types.SimpleNamespace(stdout=true)
    asked.check_output = lambda *args, **kwargs: true
    here.version_info = Version(*host["python"])
    here.implementation = types.SimpleNamespace(
        name=host["name"], cache_tag="x", version=here.version_info, hexversion=0, _multiarch=host.get("multiarch", "")
    )
    if host["name"] == "pypy":
        here.pypy_version_info = Version(7, 3)
    elif hasattr(sys, "pypy_version_info"):
        del here.pypy_version_info
    here.platform = {"Darwin": "darwin", "Windows": "win32", "iOS": "ios", "Android": "android"}.get(system, "linux")
    if system == "Emscripten":
        here.platform = "emscripten"
    here.getandroidapilevel = lambda: 24
    below.name = "nt" if system == "Windows" else "posix"


def stub_readers(module: Any, host: "dict[str, Any]") -> None:  # noqa: ANN401 - a module of any pip
    """Replace what reads the libc and the ELF file of this process by what the host has; forget earlier answers."""
    glibc, musl = host.get("glibc"), host.get("musl")
    for name in ("_is_linux_armhf", "_is_linux_i686", "_is_armhf", "_is_i686"):
        if hasattr(module, name):
            setattr(module, name, lambda *args: True)
    if hasattr(module, "_glibc_version_string"):
        module._glibc_version_string = lambda: glibc
    if isinstance(getattr(module, "_glibc_version", None), list):
        module._glibc_version.clear()
    if hasattr(getattr(module, "_get_glibc_version", None), "cache_clear"):
        module._get_glibc_version.cache_clear()
    if hasattr(module, "_get_musl_version"):
        version = None if musl is None else module._MuslVersion(*musl)
        module._get_musl_version = lambda *args: version


def libc_of_old_pips(host: "dict[str, Any]") -> None:
    """Replace how pips before 20 ask for glibc."""
    glibc = host.get("glibc")
    numbers = tuple(map(int, glibc.split("."))) if glibc else (0, 0)

    def have_compatible_glibc(major: int, minor: int) -> bool:
        return numbers[0] == major and numbers[1] >= minor

    for name in ("pip._internal.utils.glibc", "pip.utils.glibc", "pip.pep425tags", "pip._internal.pep425tags"):
        module: Any = sys.modules.get(name)
        if module is not None and hasattr(module, "have_compatible_glibc"):
            module.have_compatible_glibc = have_compatible_glibc


def main() -> None:
    """Answer for each host."""
    hosts = json.load(sys.stdin)
    supported: Any = None
    for name in ("pip._internal.utils.compatibility_tags", "pip._internal.pep425tags", "pip.pep425tags"):
        try:
            supported = importlib.import_module(name)
        except ImportError:
            continue
        break
    readers = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("pip._vendor.packaging.") and module is not None
    ]
    answers = {}
    for name, host in hosts.items():
        saved = (
            (sys, "version_info", sys.version_info),
            (sys, "implementation", sys.implementation),
            (sys, "platform", sys.platform),
            (os, "name", os.name),
        )
        pretend(host)
        for module in readers:
            stub_readers(module, host)
        libc_of_old_pips(host)
        if hasattr(supported, "is_linux_armhf"):  # pip 19.3 reads the ELF file itself
            supported.is_linux_armhf = lambda: True
        try:
            tags = supported.get_supported()
            answers[name] = sorted({"-".join(tag) if isinstance(tag, tuple) else str(tag) for tag in tags})
        finally:
            for owner, attribute, value in saved:
                setattr(owner, attribute, value)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
