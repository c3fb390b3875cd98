"""Look at the running interpreter and its host, and report plain data.

Together with ``elf_header`` and the other ``probe_*`` this module is sent to other interpreters, so it runs on CPython
3.6 and newer, PyPy, GraalPy and Pyodide, and imports the standard library only. It never raises (what it could not see
is a fact too), writes nothing but its answer, and draws no conclusion: that is ``infer``'s.
"""

import os
import sys

from .elf_header import read_elf_header

_MAX_OS_RELEASE = 65536
_MAX_TEXT = 4096  # what a reader of facts takes


class Sight:
    """What was seen so far: values, and where each was seen."""

    def __init__(self) -> None:
        self.facts: "dict[str, object]" = {}
        self.seen: "dict[str, str]" = {}
        self.unseen: "list[str]" = []

    def put(self, name: str, value: object, where: str) -> None:
        """Keep a fact; ``None`` is none."""
        if value is None:
            return
        if isinstance(value, str):
            value = plain(value)
        elif isinstance(value, list):
            value = [plain(item) for item in value]
        self.facts[name] = value
        self.seen[name] = plain(where)

    def miss(self, what: str, why: object) -> None:
        """Keep that something could not be seen."""
        self.unseen.append("{}: {}".format(what, why))


def plain(text: str) -> str:
    """Make a text one that any reader takes: of bounded length, and what was no text in its file name escaped."""
    return text[:_MAX_TEXT].encode("utf-8", "backslashreplace").decode("utf-8")[:_MAX_TEXT]


def look() -> "tuple[dict[str, object], dict[str, str]]":
    """Look at everything; return facts, and where each was seen."""
    sight = Sight()
    for see in (see_python, see_build, see_system, see_executable, see_libc, see_os_release, see_override, see_others):
        try:
            see(sight)
        except Exception as error:
            sight.miss(see.__name__, "{}: {}".format(type(error).__name__, error))
    sight.put("unseen", sight.unseen or None, "this probe")
    return sight.facts, sight.seen


def see_python(sight: Sight) -> None:
    """Which implementation, which version."""
    implementation = sys.implementation
    sight.put("implementation", implementation.name, "sys.implementation.name")
    sight.put("python_version", version_text(sys.version_info), "sys.version_info")
    sight.put("pointer_size", 8 if sys.maxsize > 2**32 else 4, "sys.maxsize")
    sight.put("multiarch", getattr(implementation, "_multiarch", None) or None, "sys.implementation._multiarch")
    sight.put("implementation_version", version_text(implementation.version), "sys.implementation.version")


def version_text(version: "sys._version_info") -> str:
    """Write a ``sys.version_info`` as versions are written: ``3.13.0rc1``."""
    major, minor, micro, level, serial = tuple(version)
    short = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(str(level), str(level))
    return "{}.{}.{}".format(major, minor, micro) + ("" if level == "final" else "{}{}".format(short, serial))


def see_build(sight: Sight) -> None:
    """How the interpreter was built, from what it does: reading sysconfig's variables would cost five times as much."""
    try:
        from _imp import extension_suffixes

        suffixes = extension_suffixes()
    except ImportError:
        from importlib.machinery import EXTENSION_SUFFIXES

        suffixes = list(EXTENSION_SUFFIXES)
    sight.put("extension_suffixes", suffixes, "the import system")
    flags = getattr(sys, "abiflags", None)
    sight.put("abiflags", flags, "sys.abiflags")
    # Windows has no abiflags before 3.14; its suffixes tell: _d.pyd, .cp313t-win_amd64.pyd. Elsewhere the flags alone
    # decide: --with-trace-refs counts references too, and is no debug build.
    debug = "d" in (flags or "")
    if flags is None or os.name == "nt":
        debug = debug or hasattr(sys, "gettotalrefcount") or any("_d.pyd" in suffix for suffix in suffixes)
    sight.put("debug", debug, "sys.abiflags, sys.gettotalrefcount, extension suffixes")
    plain = "cp{}{}t-".format(sys.version_info[0], sys.version_info[1])
    threaded = "t" in (flags or "") or any(plain in suffix for suffix in suffixes)
    sight.put("free_threaded", threaded, "sys.abiflags, extension suffixes")


def see_system(sight: Sight) -> None:
    """Which operating system and machine the kernel reports."""
    sight.put("sys_platform", sys.platform, "sys.platform")
    sight.put("os_name", os.name, "os.name")
    if hasattr(os, "uname"):
        system, _, release, version, machine = os.uname()
        sight.put("system", system, "os.uname().sysname")
        sight.put("release", release, "os.uname().release")
        sight.put("kernel_version", version, "os.uname().version")
        sight.put("machine", machine, "os.uname().machine")
    else:
        import platform

        sight.put("system", platform.system(), "platform.system()")
        sight.put("release", platform.release(), "platform.release()")
        sight.put("kernel_version", platform.version(), "platform.version()")
        sight.put("machine", platform.machine(), "platform.machine()")
    given = os.environ.get("_PYTHON_HOST_PLATFORM") if os.name == "posix" else None
    sight.put("host_platform", given, "environment variable _PYTHON_HOST_PLATFORM")
    if given:
        sight.put("sysconfig_platform", given, "environment variable _PYTHON_HOST_PLATFORM")
    elif sys.platform == "linux":
        # sysconfig's own rule for Linux; importing it would cost more than all the rest of this probe
        kind = str(sight.facts["machine"]).replace(" ", "_").replace("/", "-")
        sight.put("sysconfig_platform", "linux-" + kind, "sysconfig.get_platform()'s rule on os.uname().machine")
    else:
        import sysconfig

        sight.put("sysconfig_platform", sysconfig.get_platform(), "sysconfig.get_platform()")


def see_executable(sight: Sight) -> None:
    """The ELF header of what runs: ``sys.executable``, or ``/proc/self/exe`` where that is a script or empty."""
    executable = sys.executable or ""
    sight.put("executable", executable, "sys.executable")
    if sys.platform in ("win32", "cygwin", "darwin", "ios", "emscripten", "wasi"):
        return
    for path, where in ((executable, "sys.executable"), ("/proc/self/exe", "the running process")):
        if not path:
            continue
        header = read_elf_header(path)
        # A launcher may be of another kind than what runs; then it tells nothing of us.
        if header.get("class") != (64 if sys.maxsize > 2**32 else 32) or header.get("data") != sys.byteorder:
            sight.miss("ELF header of {}".format(path), header.get("error", "not of the kind that runs"))
            continue
        header_of = "ELF header of {} ({})".format(path, where)
        sight.put("elf_path", path, header_of)
        for name in ("class", "data", "machine", "flags", "interpreter"):
            sight.put("elf_" + name, header[name], header_of)
        attributes = ".ARM.attributes of {}".format(path)
        sight.put("arm_cpu_arch", header["arm_cpu_arch"], attributes)
        sight.put("arm_vfp_args", header["arm_vfp_args"], attributes)
        return


def see_libc(sight: Sight) -> None:
    """Which C library runs, and its version."""
    if os.name != "posix" or sys.platform in ("darwin", "ios"):
        return
    try:
        answer = os.confstr("CS_GNU_LIBC_VERSION") or ""  # a name that glibc alone knows: "glibc 2.36"
    except (AttributeError, OSError, ValueError):
        answer = ""
    if "." in answer:
        sight.put("glibc", answer.split()[-1], "os.confstr('CS_GNU_LIBC_VERSION')")
        return
    if answer:
        sight.miss("glibc", "os.confstr('CS_GNU_LIBC_VERSION') says {!r}".format(answer))
    if sys.platform != "linux":
        return
    from .probe_libc import see_glibc_by_ctypes, see_musl

    if not see_musl(sight):
        see_glibc_by_ctypes(sight)


def see_os_release(sight: Sight) -> None:
    """Which distribution says it is, by os-release(5)."""
    if os.name != "posix" or sys.platform in ("darwin", "ios", "emscripten"):
        return
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with open(path, "rb") as stream:
                text = stream.read(_MAX_OS_RELEASE).decode("utf-8", "replace")
        except OSError:
            continue
        for line in text.splitlines():
            key, _, value = line.partition("=")
            if key in ("ID", "VERSION_ID", "ID_LIKE"):
                sight.put("os_" + key.lower(), value.strip().strip("\"'"), path)
        return


def see_override(sight: Sight) -> None:
    """Look for a ``_manylinux`` module, by which a host says which manylinux tags it takes."""
    if sys.platform != "linux":
        return
    try:
        import _manylinux
    except ImportError:
        return
    except (Exception, SystemExit) as error:
        sight.put("manylinux_module", "_manylinux", "import _manylinux")
        sight.put("manylinux_failed", ["import _manylinux: raised {!r}".format(error)], "import _manylinux")
        return
    from .probe_override import see_answers

    try:
        see_answers(sight, _manylinux)
    except (Exception, SystemExit) as error:
        trouble = "import _manylinux: asking it raised {}".format(type(error).__name__)
        sight.put("manylinux_failed", [trouble], "import _manylinux")


def see_others(sight: Sight) -> None:
    """Versions of the systems that are not Linux."""
    if sys.platform in ("darwin", "ios", "android", "emscripten"):
        from .probe_systems import see_version

        see_version(sight)


def main() -> None:
    """Print the facts as JSON, in the form that ``Facts.from_json`` reads."""
    from .probe_json import facts_as_json

    sys.stdout.write(facts_as_json(*look()) + "\n")
