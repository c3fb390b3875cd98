"""Observe the running interpreter and its host, and report plain data.

Other interpreters run this module too: it is sent to them as text, with ``arm_attributes`` and the other ``probe_*``.
So it runs on CPython 3.6 and newer, PyPy, GraalPy and Pyodide, and imports the standard library only. It never raises:
it reports what it could not observe as a fact. It draws no conclusions; inference does.

Rule for executables: System V ABI (ELF header, program headers, sections); ELF for the Arm Architecture.
"""

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Literal

#: Facts that every probe reports; no target follows without them.
REQUIRED = ("implementation", "python_version", "pointer_size", "sys_platform")

_MAX_OS_RELEASE = 65536
_MAX_TEXT = 4096  # the longest text that a reader of facts accepts

_EM_ARM = 40
_PT_INTERP = 3
_SHT_ARM_ATTRIBUTES = 0x70000003
# Real executables stay far below these bounds, which limit what a false header can make us read.
_MAX_HEADERS = 4096
_MAX_INTERPRETER = 4096
_MAX_ATTRIBUTES = 65536


class Observations:
    """The facts observed so far, and where each was seen."""

    def __init__(self) -> None:
        self.facts: "dict[str, object]" = {}
        self.seen: "dict[str, str]" = {}
        self.unseen: "list[str]" = []

    def put(self, name: str, value: object, where: str) -> None:
        """Keep a fact; ``None`` is not kept."""
        if value is None:
            return
        if isinstance(value, str):
            value = plain(value)
        elif isinstance(value, list):
            value = [plain(item) for item in value]
        self.facts[name] = value
        self.seen[name] = plain(where)


def plain(text: str) -> str:
    """Bound the length of a text, and escape bytes of a file name that are not text."""
    return text[:_MAX_TEXT].encode("utf-8", "backslashreplace").decode("utf-8")[:_MAX_TEXT]


def observe() -> "tuple[dict[str, object], dict[str, str]]":
    """Observe everything; return the facts, and where each was seen."""
    observations = Observations()
    first = (observe_python, observe_build, observe_system, observe_executable, observe_libc)
    for step in (*first, observe_os_release, observe_manylinux_module, observe_other_systems):
        try:
            step(observations)
        except Exception as error:
            observations.unseen.append("{}: {}: {}".format(step.__name__, type(error).__name__, error))
    observations.put("unseen", observations.unseen or None, "this probe")
    return observations.facts, observations.seen


def observe_python(observations: Observations) -> None:
    """Observe the implementation and the version."""
    implementation = sys.implementation
    observations.put("implementation", implementation.name, "sys.implementation.name")
    observations.put("python_version", version_text(sys.version_info), "sys.version_info")
    observations.put("pointer_size", 8 if sys.maxsize > 2**32 else 4, "sys.maxsize")
    observations.put("multiarch", getattr(implementation, "_multiarch", None) or None, "sys.implementation._multiarch")
    observations.put("implementation_version", version_text(implementation.version), "sys.implementation.version")


def version_text(version: "sys._version_info") -> str:
    """Write a ``sys.version_info`` as a version, such as ``3.13.0rc1``."""
    major, minor, micro, level, serial = tuple(version)
    short = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(str(level), str(level))
    return "{}.{}.{}".format(major, minor, micro) + ("" if level == "final" else "{}{}".format(short, serial))


def observe_build(observations: Observations) -> None:
    """Observe how the interpreter was built, by its behaviour: sysconfig's variables take five times longer to read."""
    try:
        from _imp import extension_suffixes

        suffixes = extension_suffixes()
    except ImportError:
        from importlib.machinery import EXTENSION_SUFFIXES

        suffixes = list(EXTENSION_SUFFIXES)
    observations.put("extension_suffixes", suffixes, "the import system")
    flags = getattr(sys, "abiflags", None)
    observations.put("abiflags", flags, "sys.abiflags")
    # Windows has no abiflags before 3.14, but its suffixes differ: _d.pyd, .cp313t-win_amd64.pyd. Elsewhere only the
    # flags decide, since --with-trace-refs counts references too and is not a debug build.
    debug = "d" in (flags or "")
    if flags is None or os.name == "nt":
        debug = debug or hasattr(sys, "gettotalrefcount") or any("_d.pyd" in suffix for suffix in suffixes)
    observations.put("debug", debug, "sys.abiflags, sys.gettotalrefcount, extension suffixes")
    marker = "cp{}{}t-".format(sys.version_info[0], sys.version_info[1])
    threaded = "t" in (flags or "") or any(marker in suffix for suffix in suffixes)
    observations.put("free_threaded", threaded, "sys.abiflags, extension suffixes")


def observe_system(observations: Observations) -> None:
    """Observe the operating system and the machine that the kernel reports."""
    put = observations.put
    put("sys_platform", sys.platform, "sys.platform")
    put("os_name", os.name, "os.name")
    if hasattr(os, "uname"):
        system, _, release, version, machine = os.uname()
        put("system", system, "os.uname().sysname")
        put("release", release, "os.uname().release")
        put("kernel_version", version, "os.uname().version")
        put("machine", machine, "os.uname().machine")
    else:
        import platform

        put("system", platform.system(), "platform.system()")
        put("release", platform.release(), "platform.release()")
        put("kernel_version", platform.version(), "platform.version()")
        put("machine", platform.machine(), "platform.machine()")
    given = os.environ.get("_PYTHON_HOST_PLATFORM") if os.name == "posix" else None
    put("host_platform", given, "environment variable _PYTHON_HOST_PLATFORM")
    if given:
        put("sysconfig_platform", given, "environment variable _PYTHON_HOST_PLATFORM")
    elif sys.platform == "linux":
        # This is sysconfig's own rule for Linux. Importing sysconfig takes longer than the rest of this probe.
        kind = str(observations.facts["machine"]).replace(" ", "_").replace("/", "-")
        put("sysconfig_platform", "linux-" + kind, "sysconfig.get_platform()'s rule on os.uname().machine")
    else:
        import sysconfig

        put("sysconfig_platform", sysconfig.get_platform(), "sysconfig.get_platform()")


def observe_executable(observations: Observations) -> None:
    """Read the ELF header of ``sys.executable``, or of ``/proc/self/exe`` where that is a script or empty."""
    executable = sys.executable or ""
    observations.put("executable", executable, "sys.executable")
    if sys.platform in ("win32", "cygwin", "darwin", "ios", "emscripten", "wasi"):
        return
    for path, where in ((executable, "sys.executable"), ("/proc/self/exe", "the running process")):
        if not path:
            continue
        header = read_elf_header(path)
        # A launcher may be built for another class or byte order than the interpreter that it starts.
        if header.get("class") != (64 if sys.maxsize > 2**32 else 32) or header.get("data") != sys.byteorder:
            error = header.get("error", "another class or byte order than the interpreter")
            observations.unseen.append("ELF header of {}: {}".format(path, error))
            continue
        header_of = "ELF header of {} ({})".format(path, where)
        observations.put("elf_path", path, header_of)
        for name in ("class", "data", "machine", "flags", "interpreter"):
            observations.put("elf_" + name, header[name], header_of)
        attributes = ".ARM.attributes of {}".format(path)
        observations.put("arm_cpu_arch", header["arm_cpu_arch"], attributes)
        observations.put("arm_vfp_args", header["arm_vfp_args"], attributes)
        return


def read_elf_header(path: str) -> "dict[str, object]":
    """Read the ELF header of a file.

    :param path: the file.
    :returns: ``class`` (32 or 64), ``data`` (``little`` or ``big``), ``machine``, ``flags``, ``interpreter`` (PT_INTERP
        or ``None``), ``arm_cpu_arch`` and ``arm_vfp_args`` (attributes or ``None``); or only ``error``, the reason.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return {"error": "not a regular file"}
        with open(path, "rb") as stream:
            return elf_header_of(stream)
    except (OSError, ValueError) as error:
        return {"error": "cannot be read: {}".format(error)}


def elf_header_of(stream: "BinaryIO") -> "dict[str, object]":
    """Read the ELF header of an open file, as :func:`read_elf_header` does."""
    ident = stream.read(64)
    if ident[:4] != b"\x7fELF":
        return {"error": "not an ELF file"}
    if len(ident) < 52 or ident[4:5] not in (b"\x01", b"\x02") or ident[5:6] not in (b"\x01", b"\x02"):
        return {"error": "a truncated or unknown ELF header"}
    wide = ident[4] == 2
    order: "Literal['little', 'big']" = "little" if ident[5] == 1 else "big"
    if wide and len(ident) < 64:
        return {"error": "a truncated ELF header"}

    def number(data: bytes, start: int, size: int) -> int:
        return int.from_bytes(data[start : start + size], order)

    word = 8 if wide else 4
    table = 24 + word  # e_phoff; e_shoff and e_flags follow it
    header: "dict[str, object]" = {
        "class": 64 if wide else 32,
        "data": order,
        "machine": number(ident, 18, 2),
        "flags": number(ident, table + 2 * word, 4),
        "interpreter": None,
        "arm_cpu_arch": None,
        "arm_vfp_args": None,
    }
    sizes = table + 2 * word + 6  # e_phentsize, e_phnum, e_shentsize, e_shnum
    for entry in _entries(stream, number(ident, table, word), number(ident, sizes, 2), number(ident, sizes + 2, 2)):
        if number(entry, 0, 4) == _PT_INTERP:
            # the two classes have p_offset and p_filesz in different places
            start, size = (8, 32) if wide else (4, 16)
            header["interpreter"] = _read_interpreter(stream, number(entry, start, word), number(entry, size, word))
            break
    if header["machine"] == _EM_ARM and not wide:
        for entry in _entries(
            stream, number(ident, table + word, word), number(ident, sizes + 4, 2), number(ident, sizes + 6, 2)
        ):
            if number(entry, 4, 4) == _SHT_ARM_ATTRIBUTES:
                from .arm_attributes import TAG_ABI_VFP_ARGS, TAG_CPU_ARCH, arm_attributes

                stream.seek(number(entry, 16, 4))
                attributes = arm_attributes(stream.read(min(number(entry, 20, 4), _MAX_ATTRIBUTES)), order)
                header["arm_cpu_arch"] = attributes.get(TAG_CPU_ARCH)
                header["arm_vfp_args"] = attributes.get(TAG_ABI_VFP_ARGS)
                break
    return header


def _entries(stream: "BinaryIO", offset: int, size: int, count: int) -> "list[bytes]":
    """Read the whole entries of a header table, within bounds."""
    if not offset or not 32 <= size <= 256 or offset >= 2**62:
        return []
    stream.seek(offset)
    data = stream.read(size * min(count, _MAX_HEADERS))
    return [data[start : start + size] for start in range(0, len(data) - size + 1, size)]


def _read_interpreter(stream: "BinaryIO", start: int, size: int) -> "str | None":
    if not 0 < size <= _MAX_INTERPRETER or start >= 2**62:
        return None
    stream.seek(start)
    path = stream.read(size).split(b"\0")[0]
    return path.decode("utf-8", "replace") or None


def observe_libc(observations: Observations) -> None:
    """Observe the C library that runs, and its version."""
    if os.name != "posix" or sys.platform in ("darwin", "ios"):
        return
    try:
        answer = os.confstr("CS_GNU_LIBC_VERSION") or ""  # only glibc knows this name: "glibc 2.36"
    except (AttributeError, OSError, ValueError):
        answer = ""
    if "." in answer:
        observations.put("glibc", answer.split()[-1], "os.confstr('CS_GNU_LIBC_VERSION')")
        return
    if answer:
        observations.unseen.append("glibc: os.confstr('CS_GNU_LIBC_VERSION') says {!r}".format(answer))
    if sys.platform != "linux":
        return
    from .probe_libc import glibc_version_by_ctypes, musl_version

    facts, unseen = observations.facts, observations.unseen
    musl = musl_version(str(facts.get("elf_interpreter") or ""), str(facts.get("elf_path") or ""), unseen)
    if musl is not None:
        observations.put("musl", *musl)
    else:
        observations.put("glibc", glibc_version_by_ctypes(unseen), "ctypes gnu_get_libc_version()")


def observe_os_release(observations: Observations) -> None:
    """Observe the distribution, by os-release(5)."""
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
                observations.put("os_" + key.lower(), value.strip().strip("\"'"), path)
        return


def observe_manylinux_module(observations: Observations) -> None:
    """Ask a ``_manylinux`` module, by which a host can refuse manylinux tags."""
    if sys.platform == "linux" and has_manylinux_module():
        from .probe_manylinux import observe_module

        observe_module(observations.facts, observations.put)


def has_manylinux_module() -> bool:
    """Look for a ``_manylinux`` module, as an import would.

    An import takes a lock for the module even where there is none. If another thread forks at that moment, nobody
    releases the lock in the child, which then waits for ever.
    """
    if "_manylinux" in sys.modules:
        return sys.modules["_manylinux"] is not None
    for finder in sys.meta_path:
        try:
            if finder.find_spec("_manylinux", None) is not None:
                return True
        except (AttributeError, ImportError):  # an import ignores finders without this method
            pass
    return False


def observe_other_systems(observations: Observations) -> None:
    """Observe the version of a system that is not Linux."""
    if sys.platform in ("darwin", "ios", "android", "emscripten"):
        from .probe_systems import system_version

        system_version(observations.facts, observations.put, observations.unseen)


def main() -> None:
    """Print the facts as JSON, in the form that ``Facts.from_json`` reads."""
    from .probe_json import facts_as_json

    sys.stdout.write(facts_as_json(*observe()) + "\n")
