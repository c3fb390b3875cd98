"""The probe in this process, on made-up machines: it survives all of them, and reports what it could not observe."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manytags import Facts, InvalidFacts, probe, target_from_facts
from manytags.hosts import probe as probe_module
from manytags.hosts import probe_libc, probe_systems
from manytags.hosts.probe import Observations, main, observe, plain, version_text
from manytags.hosts.probe_json import as_json
from manytags.hosts.probe_libc import first_bytes, mapped_libcs, musl_version_by_running, musl_version_in

from .elf_builder import Elf

FIXTURES = Path(__file__).parent / "elf"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what it looks at is Linux's")


class Stand(ModuleType):
    """A module with some attributes changed or removed; the others are the real ones."""

    def __init__(self, real: ModuleType, missing: tuple[str, ...] = (), **changes: object) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(changes)
        self._real, self._missing = real, missing

    def __getattr__(self, name: str) -> object:
        if name in self._missing:
            raise AttributeError(name)
        return getattr(self._real, name)


class Host:
    """A made-up host: the modules that the probe uses, and the files that it opens."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.files: dict[str, bytes | OSError] = {}
        self.opened: list[str] = []
        for module in (probe_module, probe_libc, probe_systems):
            patch.setattr(module, "open", self._open, raising=False)

    def os(self, missing: tuple[str, ...] = (), **changes: object) -> None:
        """Change ``os``."""
        for module in (probe_module, probe_libc):
            self.patch.setattr(module, "os", Stand(os, missing, **changes))

    def sys(self, missing: tuple[str, ...] = (), **changes: object) -> None:
        """Change ``sys``."""
        for module in (probe_module, probe_systems):
            self.patch.setattr(module, "sys", Stand(sys, missing, **changes))

    def _open(self, path: str, mode: str = "r") -> Any:  # noqa: ANN401 - as open
        self.opened.append(path)
        if path in {vars(probe_module)["sys"].executable, "/proc/self/exe"}:
            return open(path, mode)  # the executable is a real file
        content = self.files.get(path, FileNotFoundError(2, "No such file or directory", path))
        if isinstance(content, OSError):
            raise content
        assert mode == "rb"
        return io.BytesIO(content)

    def observe(self) -> Facts:
        """Observe the host, and check that the facts can be sent: they must survive their own JSON."""
        facts = Facts(*observe())
        assert Facts.from_json(facts.to_json()) == facts
        return facts


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    """Return a host like this one."""
    return Host(monkeypatch)


def confstr(answer: object) -> Callable[[str], object]:
    """Return a ``confstr`` that answers or raises."""

    def ask(_name: str) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


def uname(machine: str = "x86_64", system: str = "Linux") -> Callable[[], tuple[str, ...]]:
    """Return a ``uname``."""
    return lambda: (system, "node", "6.1.0", "#1 SMP", machine)


def test_this_machine() -> None:
    """``probe()`` observes everything here, and reports where."""
    facts = probe()
    for name in ("implementation", "python_version", "pointer_size", "sys_platform", "sysconfig_platform"):
        assert facts.get(name)
        assert facts.seen(name) != "not seen"
    assert target_from_facts(facts).platform_tags()


CONFSTR: list[tuple[object, str]] = [
    ("glibc 2.36", "2.36"),
    ("glibc 2.20-2014.11", "2.20-2014.11"),
    ("glibc 2.17-c758a686", "2.17-c758a686"),
    ("2.31", "2.31"),
]
NO_CONFSTR: list[object] = [
    *(None, "", " ", "2", "glibc 2", "glibc"),
    *(OSError(22, "Invalid argument"), ValueError("unrecognized configuration name"), AttributeError("confstr")),
]


@LINUX
@pytest.mark.parametrize(("answer", "version"), CONFSTR)
def test_glibc_by_confstr(host: Host, answer: object, version: str) -> None:
    """``confstr`` is the cheapest way to read the version of glibc."""
    host.os(confstr=confstr(answer))
    facts = host.observe()
    assert facts.text("glibc") == version
    assert "confstr" in facts.seen("glibc")


def by_ctypes(answer: object) -> ModuleType:
    """Return a ``ctypes`` whose libc answers, or is not glibc."""

    def load(_name: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return SimpleNamespace()
        function = lambda: answer  # noqa: E731 - it must take attributes
        return SimpleNamespace(gnu_get_libc_version=function)

    module = ModuleType("ctypes")
    module.__dict__.update(CDLL=load, c_char_p=object)
    return module


@LINUX
@pytest.mark.parametrize("answer", NO_CONFSTR, ids=repr)
def test_glibc_by_ctypes_where_confstr_says_nothing(host: Host, answer: object) -> None:
    """A Python without a usable confstr would lose every manylinux wheel."""
    host.os(confstr=confstr(answer))
    host.patch.setitem(sys.modules, "ctypes", by_ctypes(b"2.28"))
    facts = host.observe()
    assert facts.text("glibc") == "2.28"
    assert "ctypes" in facts.seen("glibc")


@LINUX
def test_confstr_is_missing(host: Host) -> None:
    """On Android and others ``os`` has no ``confstr``."""
    host.os(missing=("confstr",))
    host.patch.setitem(sys.modules, "ctypes", by_ctypes(b"2.28"))
    assert host.observe().text("glibc") == "2.28"


@LINUX
@pytest.mark.parametrize("failure", [None, OSError("static"), "no module"], ids=repr)
def test_no_libc_at_all(host: Host, failure: object) -> None:
    """A static Python has no libc to ask: it takes bare tags, and the facts say what was tried."""
    host.os(missing=("confstr",))
    host.patch.setitem(sys.modules, "ctypes", None if failure == "no module" else by_ctypes(failure))
    facts = host.observe()
    assert facts.get("glibc") is None
    assert any(line.startswith("glibc: no confstr, and ctypes: ") for line in facts.texts("unseen"))
    assert target_from_facts(facts).platform.glibc is None


@LINUX
def test_ctypes_that_answers_nothing(host: Host) -> None:
    """An error in one step must not lose the facts of the others."""
    host.os(missing=("confstr",))
    host.patch.setitem(sys.modules, "ctypes", SimpleNamespace(CDLL=by_ctypes(b"").CDLL, c_char_p=None))
    facts = host.observe()
    assert facts.text("glibc") == ""
    host.patch.setattr(probe_libc, "glibc_version_by_ctypes", lambda _unseen: 1 / 0)
    assert any(line.startswith("observe_libc: ZeroDivisionError") for line in host.observe().texts("unseen"))


def test_nothing_that_raises_is_fatal(host: Host) -> None:
    """A host where everything fails still has facts, or a clear error about the missing one."""

    def fail(*_arguments: object, **_more: object) -> object:
        raise RuntimeError("odd host")

    host.os(uname=fail, confstr=fail)
    host.patch.setattr(probe_module, "read_elf_header", fail)
    host.patch.setattr(probe_module, "open", fail, raising=False)
    facts, _ = observe()
    unseen = facts["unseen"]
    assert isinstance(unseen, list)
    assert {line.partition(":")[0] for line in unseen} >= {
        *("observe_system", "observe_executable", "observe_libc", "observe_os_release")
    }
    assert all("odd host" in line for line in unseen)
    with pytest.raises(InvalidFacts, match="machine"):
        target_from_facts(Facts(*observe()))


@LINUX
@pytest.mark.parametrize("machine", ["", "armv8l", "i86pc", "x86 64", "a/b", "ARMV7L", "\udcff", "x" * 5000, "日本"])
def test_odd_uname(host: Host, machine: str) -> None:
    """Kernels and containers report anything: invalid text is escaped, and long text is cut."""
    host.os(uname=uname(machine))
    facts = host.observe()
    assert facts.text("sysconfig_platform").startswith("linux-")
    assert target_from_facts(facts).platform_tags()


@LINUX
def test_host_platform_of_the_environment(host: Host) -> None:
    """crossenv sets the platform that it builds for; sysconfig believes it, and so must the probe."""
    host.os(environ={"_PYTHON_HOST_PLATFORM": "linux-aarch64"})
    facts = host.observe()
    assert facts.text("sysconfig_platform") == facts.text("host_platform") == "linux-aarch64"
    assert facts.seen("sysconfig_platform") == "environment variable _PYTHON_HOST_PLATFORM"


def headers(**files: object) -> Callable[[str], dict[str, object]]:
    """Return a reader of the ELF headers of some files; all others are missing."""
    return lambda path: files.get(path.rpartition("/")[2], {"error": "cannot be read"})  # type: ignore[return-value]


@LINUX
@pytest.mark.parametrize("executable", ["", None, "/no/such/python"])
def test_executable_that_cannot_be_read(host: Host, executable: str | None) -> None:
    """An embedded Python may not know its executable, but the process does."""
    host.sys(executable=executable)
    facts = host.observe()
    assert facts.text("executable") == (executable or "")
    assert facts.text("elf_path") == "/proc/self/exe"
    assert "the running process" in facts.seen("elf_path")


@LINUX
def test_executable_that_is_a_script(host: Host, tmp_path: Path) -> None:
    """pyenv's shims and Nix's wrappers are shell scripts."""
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nexec python3\n")
    host.sys(executable=str(script))
    facts = host.observe()
    assert facts.text("elf_path") == "/proc/self/exe"
    assert any(f"{script}: not an ELF file" in line for line in facts.texts("unseen"))


@LINUX
@pytest.mark.parametrize(
    "elf", [Elf(3, wide=False), Elf(22, little=False), Elf(62, wide=False)], ids=["class 32", "big-endian", "x32"]
)
def test_executable_of_another_kind(host: Host, tmp_path: Path, elf: Elf) -> None:
    """A 32-bit launcher says nothing about the 64-bit Python that it starts."""
    if sys.maxsize < 2**32 or sys.byteorder != "little":
        pytest.skip("made for a 64-bit little-endian Python")
    launcher = tmp_path / "launcher"
    launcher.write_bytes(elf.build())
    host.sys(executable=str(launcher))
    facts = host.observe()
    assert facts.text("elf_path") == "/proc/self/exe"
    assert any("another class or byte order" in line for line in facts.texts("unseen"))


@LINUX
def test_no_proc(host: Host) -> None:
    """In a chroot without /proc only the pointer size and the kernel describe an embedded Python."""
    host.sys(executable="")
    host.patch.setattr(probe_module, "read_elf_header", headers())
    facts = host.observe()
    assert facts.get("elf_machine") is None
    assert target_from_facts(facts).platform.arch


@LINUX
def test_os_release(host: Host) -> None:
    """Quotes and comments are those of os-release(5); the second path is read if the first is missing."""
    host.files["/usr/lib/os-release"] = b'# x\nNAME="A B"\nID=raspbian\nID_LIKE="debian x"\nVERSION_ID=\'12\'\nBAD\n'
    facts = host.observe()
    assert [facts.text(name) for name in ("os_id", "os_id_like", "os_version_id")] == ["raspbian", "debian x", "12"]
    assert facts.seen("os_id") == "/usr/lib/os-release"


@LINUX
@pytest.mark.parametrize(
    "content", [PermissionError(13, "Permission denied"), b"", b"\xff\xfe", b"ID=" + b"x" * 100_000, b"ID=\xff\0\n"]
)
def test_os_release_that_is_odd(host: Host, content: bytes | OSError) -> None:
    """The name of a distribution decides nothing that is worth an error."""
    host.files["/etc/os-release"] = content
    host.files["/usr/lib/os-release"] = content
    assert len(host.observe().text("os_id")) <= 4096


MAPS = b"""\
7f00-7f01 r--p 0000 08:01 1  /lib/ld-musl-x86_64.so.1
7f01-7f02 r-xp 0000 08:01 1  /lib/ld-musl-x86_64.so.1
7f02-7f03 rw-p 0000 00:00 0
7f03-7f04 r--p 0000 08:01 2  /usr/lib/libc.so
7f04-7f05 r--p 0000 08:01 3  /usr/lib/libc.musl-x86_64.so.1 (deleted)
7f05-7f06 r--p 0000 08:01 4  /usr/lib/libcrypt.so
7ffc-7ffd rw-p 0000 00:00 0  [stack]
"""


def musl_host(host: Host, loader: str = "/lib/ld-musl-x86_64.so.1") -> None:
    """Give the host musl: no confstr, and a musl loader in the executable."""
    host.os(confstr=confstr(OSError(22, "Invalid argument")))
    host.patch.setitem(sys.modules, "ctypes", by_ctypes(None))
    header = {
        **dict.fromkeys(("flags", "arm_cpu_arch", "arm_vfp_args")),
        "class": 64 if sys.maxsize > 2**32 else 32,
        "data": sys.byteorder,
        "machine": 62,
        "interpreter": loader,
    }
    host.patch.setattr(probe_module, "read_elf_header", lambda _path: header)


def test_what_may_be_musl_among_the_mapped_files(host: Host) -> None:
    """musl's libc and its loader are a single file with several names."""
    host.files["/proc/self/maps"] = MAPS
    assert mapped_libcs() == [
        "/lib/ld-musl-x86_64.so.1",
        "/usr/lib/libc.so",
        "/usr/lib/libc.musl-x86_64.so.1 (deleted)",
    ]


@pytest.mark.parametrize("name", ["musl-amd64", "musl-i386"])
def test_musl_version_in_debians_libc(name: str) -> None:
    """The version is read without running the loader. On i386 no zero byte precedes it."""
    data = (FIXTURES / f"{name}.libc").read_bytes()
    assert musl_version_in(data) == "1.2.5"
    assert musl_version_in(data.replace(b"1.2.5\0", b"1.2.5-git-3-gabcdef\0")) == "1.2.5-git-3-gabcdef"
    assert musl_version_in(data + b"\0LINUX_2.6.39\0/1.2.4\x00127.0.0.1\0") == "1.2.5"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0001.2.5\0",
        b"musl libc (x86_64)",
        b"musl libc (x86_64)\0001.2.5\0001.2.4\0",
        b"musl libc (x86_64)\0001.2.5",
        b"musl libc (x86_64)\0001.2\0001.2.3.4\0001.x.3\0001..2\0",
        b"musl libc (x86_64)\0001." + b"2" * 100 + b".3\0",
    ],
)
def test_musl_version_that_is_not_there_or_not_clear(data: bytes) -> None:
    """A wrong version would choose wheels that do not load, so the loader is asked instead."""
    assert musl_version_in(data) is None


def test_a_huge_libc_takes_no_long_time() -> None:
    """Sixteen megabytes of text that looks like versions must not stop the probe for minutes."""
    start = time.monotonic()
    musl_version_in(b"musl libc (" + b"1.2.3.4.5\0" * 100_000)
    musl_version_in(b"musl libc (" + b"".join(b"\0001.2.%d" % number for number in range(100_000)))
    assert time.monotonic() - start < 5


@LINUX
def test_musl_is_read_from_what_is_mapped(host: Host) -> None:
    """The libc that runs is the mapped one, whichever the header names."""
    musl_host(host)
    host.files["/proc/self/maps"] = b"7f00-7f01 r-xp 0000 08:01 1  /opt/musl/lib/libc.so\n"
    host.files["/opt/musl/lib/libc.so"] = (FIXTURES / "musl-amd64.libc").read_bytes()
    host.files["/lib/ld-musl-x86_64.so.1"] = b"musl libc (x86_64)\0001.1.1\0"
    facts = host.observe()
    assert facts.text("musl") == "1.2.5"
    assert facts.seen("musl") == "text of /opt/musl/lib/libc.so, mapped by this process"


@LINUX
def test_musl_is_read_from_the_loader_without_proc(host: Host) -> None:
    """Without /proc only the loader in the header is known."""
    musl_host(host)
    host.files["/lib/ld-musl-x86_64.so.1"] = (FIXTURES / "musl-amd64.libc").read_bytes()
    facts = host.observe()
    assert facts.text("musl") == "1.2.5"
    assert "PT_INTERP" in facts.seen("musl")
    assert target_from_facts(facts).platform.musl == (1, 2)


def loader(folder: Path, script: str, name: str = "ld-musl-x86_64.so.1") -> str:
    """Write a loader that is a shell script."""
    path = folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return str(path)


SAYS = "echo 'musl libc (x86_64)' >&2; echo 'Version 1.2.3' >&2; echo 'Dynamic Program Loader' >&2; exit 1\n"


@LINUX
def test_musl_is_run_as_last_resort(host: Host, tmp_path: Path) -> None:
    """If the file has two versions, only the loader itself knows."""
    path = loader(tmp_path, SAYS)
    musl_host(host, path)
    host.files[path] = b"musl libc (x86_64)\0001.2.5\0001.2.4\0"
    facts = host.observe()
    assert facts.text("musl") == "1.2.3"
    assert facts.seen("musl").startswith(f"answer of {path}")
    host.files[path] = PermissionError(13, "Permission denied")
    facts = host.observe()
    assert facts.text("musl") == "1.2.3"
    assert any("Permission denied" in line for line in facts.texts("unseen"))


@LINUX
@pytest.mark.parametrize("name", ["libc.so", "ld-linux-x86-64.so.2", "ld-musl-x86_64.so.2", "ld-musl-x86_64.so.1.sh"])
def test_nothing_else_is_ever_run(tmp_path: Path, name: str) -> None:
    """A mapped file may be anything, so the probe must not run it."""
    mark = tmp_path / "ran"
    path = loader(tmp_path, f"touch {mark}\n{SAYS}", name)
    assert musl_version_by_running(path) is None
    assert not mark.exists()


@LINUX
def test_a_loader_gets_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LD_PRELOAD and secrets in the environment must not reach the loader."""
    monkeypatch.setenv("MANYTAGS_SECRET", "x")
    path = loader(tmp_path, 'test -z "$MANYTAGS_SECRET" || exit 2; test "$#" = 0 || exit 2\n' + SAYS)
    assert musl_version_by_running(path) == "1.2.3"


BAD_LOADERS = {
    "hangs": "exec sleep 60\n",
    "leaves a child that hangs": "sleep 2 &\nexit 1\n",
    "prints megabytes": "yes >&2\n",
    "prints nothing": "exit 0\n",
    "prints something else": "echo 'Version' >&2; echo 'version 1.2.3' >&2\n",
    "prints no version": "echo 'Version ' >&2\n",
    "prints bytes": "printf '\\377\\376' >&2\n",
}


@LINUX
@pytest.mark.parametrize("kind", BAD_LOADERS)
def test_loaders_that_misbehave(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken libc must not hang an installer."""
    monkeypatch.setattr(probe_libc, "_MUSL_TIMEOUT", 0.3)
    start = time.monotonic()
    assert musl_version_by_running(loader(tmp_path, BAD_LOADERS[kind])) is None
    assert time.monotonic() - start < 5


@LINUX
def test_loaders_that_cannot_be_run(tmp_path: Path) -> None:
    """No ``OSError`` at its start may end the probe."""
    missing = tmp_path / "missing" / "ld-musl-x86_64.so.1"
    no_program = tmp_path / "ld-musl-x86_64.so.1"
    no_program.write_bytes(b"\x7fELF nonsense")
    no_program.chmod(stat.S_IRWXU)
    folder = tmp_path / "folder" / "ld-musl-x86_64.so.1"
    folder.mkdir(parents=True)
    for path in (missing, no_program, folder):
        assert musl_version_by_running(str(path)) is None
    no_program.chmod(stat.S_IRUSR)
    assert musl_version_by_running(str(no_program)) is None


def test_reading_is_bounded() -> None:
    """Reading from a pipe that never ends, or never begins, must stop."""
    readable, writable = os.pipe()
    try:
        os.write(writable, b"x" * 10_000)
        assert first_bytes(readable, 4096, 5) == b"x" * 4096
        assert len(first_bytes(readable, 100_000, 0.05)) == 10_000 - 4096
        start = time.monotonic()
        assert first_bytes(readable, 10, 0.05) == b""
        assert time.monotonic() - start < 2
        os.close(writable)
        assert first_bytes(readable, 10, 5) == b""
    finally:
        os.close(readable)


def test_builds(host: Host) -> None:
    """Debug and free-threaded builds load other modules."""
    host.sys(abiflags="td")
    facts = host.observe()
    assert (facts.get("debug"), facts.get("free_threaded")) == (True, True)
    host.sys(abiflags="", gettotalrefcount=lambda: 0)
    assert host.observe().get("debug") is False, "--with-trace-refs is not a debug build"
    host.sys(missing=("abiflags",), gettotalrefcount=lambda: 0)
    assert host.observe().get("debug") is True


def test_builds_on_windows(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no abiflags before 3.14, so the suffixes of extension modules decide."""
    imp = sys.modules["_imp"]
    version = f"{sys.version_info[0]}{sys.version_info[1]}"
    cases = {
        (".cp312-win_amd64.pyd", ".pyd"): (False, False),
        ("_d.cp312-win_amd64.pyd", "_d.pyd"): (True, False),
        (f".cp{version}t-win_amd64.pyd", ".pyd"): (False, True),
        (f"_d.cp{version}t-win_amd64.pyd", "_d.pyd"): (True, True),
    }
    for suffixes, (debug, threaded) in cases.items():
        monkeypatch.setattr(imp, "extension_suffixes", lambda found=suffixes: list(found))
        host.sys(missing=("abiflags", "gettotalrefcount"), platform="win32")
        observations = Observations()
        probe_module.observe_build(observations)
        assert (observations.facts["debug"], observations.facts["free_threaded"]) == (debug, threaded)


def test_a_python_without_imp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other implementations may lack ``_imp``."""
    monkeypatch.setitem(sys.modules, "_imp", None)
    observations = Observations()
    probe_module.observe_build(observations)
    assert observations.facts["extension_suffixes"]


def test_windows(host: Host) -> None:
    """Windows has no uname, no ELF and no libc: platform and sysconfig are asked."""
    host.os(missing=("uname", "confstr"), name="nt", environ={"_PYTHON_HOST_PLATFORM": "x"})
    host.sys(platform="win32")
    facts = host.observe()
    assert facts.text("machine")
    assert facts.seen("machine") == "platform.machine()"
    for name in ("elf_path", "glibc", "musl", "os_id", "host_platform"):
        assert facts.get(name) is None


PLIST = b"<plist><dict>\n<key>ProductVersion</key>\n\t<string>%s</string></dict></plist>"
CORE = "/System/Library/CoreServices/"


@pytest.mark.parametrize(
    ("first", "second", "version", "where"),
    [
        (b"14.5", None, "14.5", "SystemVersion.plist"),
        (b"10.15.7", b"11.0", "10.15.7", "SystemVersion.plist"),
        (b"10.16", b"14.5", "14.5", ".SystemVersionPlatform.plist"),
        (b"10.16", None, "10.16", "SystemVersion.plist"),
        (b"16.0", b"26.1", "26.1", ".SystemVersionPlatform.plist"),
        (None, None, "", ""),
        (b"", b"", "", ""),
    ],
)
def test_macos(host: Host, first: bytes | None, second: bytes | None, version: str, where: str) -> None:
    """A Python that was built for 10.9 would believe that macOS 14 is 10.16, and miss every newer wheel."""
    for name, text in (("SystemVersion.plist", first), (".SystemVersionPlatform.plist", second)):
        if text is not None:
            host.files[CORE + name] = PLIST % text
    host.os(uname=uname("arm64", "Darwin"))
    host.sys(platform="darwin")
    facts = host.observe()
    assert facts.text("macos_version") == version
    if version:
        assert facts.seen("macos_version") == CORE + where
    assert facts.text("macos_told") == (first.decode() if first in {b"10.16", b"16.0"} else "")
    assert facts.get("glibc") is None


@pytest.mark.parametrize(("machine", "answer", "seen"), [("x86_64", 1, 1), ("x86_64", None, None), ("arm64", 1, None)])
def test_rosetta(
    host: Host, monkeypatch: pytest.MonkeyPatch, machine: str, answer: int | None, seen: int | None
) -> None:
    """An x86_64 Python on Apple silicon looks like one on Intel, and its user wonders why arm64 wheels do not fit."""
    import ctypes

    def sysctlbyname(name: bytes, value: object, size: object, *rest: object) -> int:
        del size, rest
        assert name == b"sysctl.proc_translated"
        if answer is None:
            return -1
        ctypes.cast(value, ctypes.POINTER(ctypes.c_int))[0] = answer  # type: ignore[arg-type]
        return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(sysctlbyname=sysctlbyname))
    host.files[CORE + "SystemVersion.plist"] = PLIST % b"14.5"
    host.os(uname=uname(machine, "Darwin"))
    host.sys(platform="darwin")
    assert host.observe().number("proc_translated") == seen


def test_ios_and_android(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """``platform`` knows their versions from Python 3.13 on."""
    import platform

    monkeypatch.setattr(platform, "ios_ver", lambda: SimpleNamespace(release="17.2"), raising=False)
    monkeypatch.setattr(platform, "android_ver", lambda: SimpleNamespace(api_level=30), raising=False)
    host.sys(platform="ios")
    assert host.observe().text("ios_version") == "17.2"
    host.sys(platform="android")
    assert host.observe().number("android_api_level") == 30


def test_pyodide(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before PYEMSCRIPTEN_PLATFORM_VERSION there was PYODIDE_ABI_VERSION."""
    import sysconfig

    variables: dict[str, object] = {"PYODIDE_ABI_VERSION": "2024_0"}
    real = sysconfig.get_config_var
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: variables.get(name, real(name)))
    host.sys(platform="emscripten")
    facts = host.observe()
    assert facts.text("pyemscripten_version") == "2024_0"
    assert facts.seen("pyemscripten_version") == "sysconfig variable PYODIDE_ABI_VERSION"
    variables["PYEMSCRIPTEN_PLATFORM_VERSION"] = "2026_0"
    assert host.observe().text("pyemscripten_version") == "2026_0"


def test_freebsd(host: Host) -> None:
    """On other Unix systems the probe opens no files of Linux."""
    host.os(uname=uname("amd64", "FreeBSD"), confstr=confstr(ValueError("unrecognized configuration name")))
    host.sys(platform="freebsd14")
    facts = host.observe()
    assert facts.get("glibc") is None
    assert "/proc/self/maps" not in host.opened


def test_texts_that_cannot_be_sent() -> None:
    """A path with bytes that are not text would make the answer unreadable."""
    assert plain("caf\udce9") == "caf\\udce9"
    assert plain("日本") == "日本"
    assert len(plain("x" * 10_000)) == len(plain("\udce9" * 10_000)) == 4096
    observations = Observations()
    observations.put("a", ["\udce9", "x" * 10_000], "\udce9")
    assert observations.facts["a"] == ["\\udce9", "x" * 4096]
    assert observations.seen["a"] == "\\udce9"


def test_versions() -> None:
    """A pre-release must be spelled as pip spells it."""
    assert version_text((3, 13, 0, "candidate", 1)) == "3.13.0rc1"  # type: ignore[arg-type]
    assert version_text((3, 15, 0, "alpha", 2)) == "3.15.0a2"  # type: ignore[arg-type]
    assert version_text((3, 12, 1, "final", 0)) == "3.12.1"  # type: ignore[arg-type]


def test_an_implementation_with_a_version_of_its_own_kind(host: Host) -> None:
    """An odd version of an implementation must not hide the facts that every target needs."""
    odd = SimpleNamespace(name="odd", version=(1, 2))
    host.sys(implementation=odd)
    facts = host.observe()
    assert facts.text("implementation") == "odd"
    assert facts.number("pointer_size")
    assert facts.get("implementation_version") is None


@given(st.booleans() | st.integers() | st.text() | st.lists(st.text()))
def test_its_own_json(value: object) -> None:
    """The probe writes JSON without the json module, which must read it back unchanged."""
    text = as_json(value)
    assert text.isascii()
    assert json.loads(text) == value


def test_the_script_prints_what_it_saw(capsys: pytest.CaptureFixture[str]) -> None:
    """Other programs read the output, so it must be a single line."""
    main()
    text = capsys.readouterr().out
    assert text.count("\n") == 1
    assert Facts.from_json(text) == probe()
