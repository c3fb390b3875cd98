"""``packaging.tags`` as an adopter would write it with manytags, for packaging's own tests of it.

``nox -s downstream`` puts this module in the place of packaging's. ``Tag`` and ``parse_tag`` are packaging's, for
manytags returns these. Names with an underscore are those that the tests replace or call.
"""

from __future__ import annotations

import logging
import platform
import struct
import subprocess  # noqa: F401 - the tests replace it
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from operator import itemgetter
from typing import Any, TypeVar

from packaging import _manylinux, _musllinux
from packaging.tags import InvalidTag, Tag, TooManyTagsError, UnsortedTagsError, parse_tag

from manytags import Facts, Platform, Python, Target, probe, rank, target_from_facts, target_from_tags
from manytags.hosts import infer_python
from manytags.hosts.probe import read_elf_header
from manytags.hosts.probe_manylinux import ask_all
from manytags.tags.python import SHORT_NAMES
from manytags.targets.ranks import python_groups

__all__ = ["InvalidTag", "Tag", "TooManyTagsError", "UnsortedTagsError", "parse_tag"]
logger = logging.getLogger("packaging.tags")
T = TypeVar("T")
_EXECUTABLE = sys.executable
Version = tuple[int, ...]


def _facts(**changes: object) -> Facts:
    """What is true of this interpreter, in the world that a test has made of it."""
    seen = probe()
    facts = {name: seen.get(name) for name in seen.names()}
    facts |= {
        "implementation": sys.implementation.name,
        "sysconfig_platform": sysconfig.get_platform().replace("linux_", "linux-"),
        "system": platform.system(),
        "sys_platform": {"Darwin": "darwin", "Windows": "win32", "Emscripten": "emscripten"}.get(
            platform.system(), sys.platform
        ),
    }
    return Facts({**facts, **changes}, {})


def _platforms(**changes: object) -> Iterator[str]:
    facts = _facts(**changes)
    return iter(target_from_facts(facts).platform_tags())


def _listed(platforms: Iterable[str] | None) -> list[str]:
    return list(platform_tags() if platforms is None else platforms)


def interpreter_name() -> str:
    """Return the short name of the implementation."""
    return SHORT_NAMES.get(sys.implementation.name, sys.implementation.name)


def interpreter_version(*, warn: bool = False) -> str:
    """Return the version as python tags have it."""
    return _get_config_var("py_version_nodot", warn=warn) or _version_nodot(sys.version_info[:2])


def _get_config_var(name: str, warn: bool = False) -> Any:  # noqa: ANN401 - as sysconfig has it
    value = sysconfig.get_config_var(name)
    if value is None and warn:
        logger.debug("Config variable '%s' is unset, Python ABI tag may be incorrect", name)
    return value


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def _version_nodot(version: Version) -> str:
    return "".join(map(str, version))


def _compute_32_bit_interpreter() -> bool:
    return struct.calcsize("P") == 4


def _cpython_abis(py_version: Version, warn: bool = False) -> list[str]:
    debug = _get_config_var("Py_DEBUG", warn)
    if debug is None:
        debug = hasattr(sys, "gettotalrefcount") or "_d.pyd" in EXTENSION_SUFFIXES
    changes = {"implementation": "cpython", "python_version": _dotted(py_version), "debug": bool(debug)}
    if py_version < (3, 8):
        changes["abiflags"] = "" if _get_config_var("WITH_PYMALLOC", warn) == 0 else "m"
    if py_version >= (3, 13):
        changes["free_threaded"] = bool(_get_config_var("Py_GIL_DISABLED", warn))
    return list(infer_python(_facts(**changes), []).abis)


def _generic_abi() -> list[str]:
    suffix = _get_config_var("EXT_SUFFIX", warn=True)
    if not suffix or not suffix.startswith("."):
        raise SystemError("invalid EXT_SUFFIX")
    if suffix.count(".") < 2:
        return _cpython_abis(sys.version_info[:2])
    abis = infer_python(_facts(implementation="other", extension_suffixes=[suffix]), []).abis
    if not abis and suffix.count(".") == 2 and suffix.split(".")[1]:
        raise SystemError("invalid EXT_SUFFIX")
    return list(abis)


def cpython_tags(
    python_version: Version | None = None,
    abis: Iterable[str] | None = None,
    platforms: Iterable[str] | None = None,
    *,
    warn: bool = False,
) -> Iterator[Tag]:
    """Yield the tags of CPython itself."""
    version = tuple(python_version or sys.version_info[:2])
    own = tuple(_cpython_abis(version, warn) if abis is None and len(version) > 1 else abis or ())
    groups, _ = python_groups(Python("cpython", version, own))
    places = _listed(platforms)
    return (Tag(*group, place) for group in groups if group[0].startswith("cp") for place in places)


def generic_tags(
    interpreter: str | None = None,
    abis: Iterable[str] | None = None,
    platforms: Iterable[str] | None = None,
    *,
    warn: bool = False,
) -> Iterator[Tag]:
    """Yield the tags of an implementation of which nothing is known but its name."""
    name = interpreter or f"{interpreter_name()}{interpreter_version(warn=warn)}"
    own = _generic_abi() if abis is None else list(abis)
    places = _listed(platforms)
    return (Tag(name, abi, place) for abi in dict.fromkeys([*own, "none"]) for place in places)


def compatible_tags(
    python_version: Version | None = None, interpreter: str | None = None, platforms: Iterable[str] | None = None
) -> Iterator[Tag]:
    """Yield the tags that any implementation takes."""
    groups, _ = python_groups(Python("python", tuple(python_version or sys.version_info[:2]), ()))
    pures = [group for group in groups if group[0].startswith("py3") or group[0] in {"py2", "py27"}]
    places = _listed(platforms)
    yield from (Tag(*group, place) for group in pures for place in places)
    if interpreter:
        yield Tag(interpreter, "none", "any")
    yield from (Tag(*group, "any") for group in pures)


def pure_python_tags(python_version: Version | None = None) -> Iterator[Tag]:
    """Yield the tags of wheels without compiled code."""
    return compatible_tags(sys.version_info[:2] if python_version is None else python_version, platforms=())


def sys_tags(*, warn: bool = False) -> Iterator[Tag]:
    """Yield the tags of the running interpreter."""
    name = interpreter_name()
    yield from cpython_tags(warn=warn) if name == "cp" else generic_tags(warn=warn)
    own = {"pp": "pp3", "cp": f"cp{interpreter_version(warn=warn)}"}.get(name)
    yield from compatible_tags(interpreter=own)


def _release(text: str) -> Version:
    return tuple(map(int, text.split(".")[:2]))


def mac_platforms(version: Version | None = None, arch: str | None = None) -> Iterator[str]:
    """Yield the platform tags of a macOS."""
    if version is None or arch is None:
        told, _, machine = platform.mac_ver()
        version = version or _release(told)
        arch = arch or _mac_arch(machine)
    target = Target(Python("cpython", (3, 12), ("cp312",)), Platform("macos", arch, version=version))
    return iter(target.platform_tags())


def _mac_arch(arch: str, is_32bit: bool = False) -> str:
    return {"ppc64": "ppc", "ppc": "ppc"}.get(arch, "i386") if is_32bit else arch


def _mac_binary_formats(version: Version, arch: str) -> list[str]:
    prefix = f"macosx_{version[0]}_{version[1] if version[0] == 10 else 0}_"
    return [tag.removeprefix(prefix) for tag in mac_platforms(version, arch) if tag.startswith(prefix)]


def ios_platforms(version: Version | None = None, multiarch: str | None = None) -> Iterator[str]:
    """Yield the platform tags of an iOS."""
    if version is None:
        version = _release(platform.ios_ver()[1])  # type: ignore[attr-defined] # since 3.13
    arch = (multiarch or sys.implementation._multiarch).replace("-", "_")  # noqa: SLF001 - packaging reads it too
    target = Target(Python("cpython", (3, 13), ("cp313",)), Platform("ios", arch, version=version))
    return iter(target.platform_tags())


def android_platforms(api_level: int | None = None, abi: str | None = None) -> Iterator[str]:
    """Yield the platform tags of an Android."""
    if platform.system() != "Android" and (api_level is None or abi is None):
        raise TypeError("on other systems, api_level and abi are required")
    level = platform.android_ver().api_level if api_level is None else api_level  # type: ignore[attr-defined] # since 3.13
    abi = (abi or sysconfig.get_platform().split("-")[-1]).replace("-", "_").replace(".", "_")
    target = Target(Python("cpython", (3, 13), ("cp313",)), Platform("android", abi, version=(level,)))
    return iter(target.platform_tags())


def _linux_platforms(is_32bit: bool = False) -> Iterator[str]:
    machine = sysconfig.get_platform().replace("-", "_").partition("_")[2]
    changes: dict[str, object] = {"pointer_size": 4 if is_32bit else 8, "machine": machine, "multiarch": None}
    # The header is that of the file that a test names. That of this interpreter says nothing about a test's machine.
    header = read_elf_header(sys.executable) if sys.executable != _EXECUTABLE else {}
    changes |= {
        f"elf_{name}": header.get(name) for name in ("path", "class", "data", "machine", "flags", "interpreter")
    }
    musl = _musllinux._get_musl_version(sys.executable)  # noqa: SLF001 - the tests replace it
    glibc = None if musl else _dotted(_manylinux._get_glibc_version())  # noqa: SLF001 - the same
    changes |= {"glibc": glibc, "musl": f"{musl.major}.{musl.minor}" if musl else None}
    module = sys.modules.get("_manylinux")
    if module:
        refused, failed = ask_all(module, f"linux-{machine}", glibc)
        changes |= {"manylinux_module": "_manylinux", "manylinux_refused": refused, "manylinux_failed": failed}
    return _platforms(**changes)


def _generic_platforms() -> Iterator[str]:
    return _platforms(system="other", sys_platform="other")


def _emscripten_platforms() -> Iterator[str]:
    version = sysconfig.get_config_var("PYEMSCRIPTEN_PLATFORM_VERSION")
    return _platforms(system="Emscripten", sys_platform="emscripten", pyemscripten_version=version)


def platform_tags() -> Iterator[str]:
    """Yield the platform tags of this machine."""
    kinds: dict[str, Callable[[], Iterator[str]]] = {
        "Darwin": mac_platforms,
        "iOS": ios_platforms,
        "Android": android_platforms,
        "Linux": _linux_platforms,
        "Emscripten": _emscripten_platforms,
    }
    return iter(kinds.get(platform.system(), _generic_platforms)())


def create_compatible_tags_selector(
    tags: Iterable[Tag],
) -> Callable[[Iterable[tuple[T, Iterable[Tag]]]], Iterator[T]]:
    """Return a function that sorts things by their tags."""
    target = target_from_tags(tags, python=Python("python", (3,), ()))

    def selected(things: Iterable[tuple[T, Iterable[Tag]]]) -> Iterator[T]:
        ranks = [(rank(wheel_tags, target), thing) for thing, wheel_tags in things]
        fitting = [(best, thing) for best, thing in ranks if best is not None]
        return (thing for _, thing in sorted(fitting, key=itemgetter(0)))

    return selected
