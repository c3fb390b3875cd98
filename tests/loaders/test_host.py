"""What hosts have of what policies promise."""

from __future__ import annotations

import io
import json
import pickle
import sys
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import pytest

from manytags import InvalidInput, InvalidPolicy, ProbeError, check_host
from manytags.binaries.elf import read_linkage
from manytags.cli import main
from manytags.errors import InvalidBinary
from manytags.loaders.host import HostLibraries, check_all_policies, lacking_versions, promised_libraries
from manytags.loaders.packages import packages_of
from manytags.platforms.linux.policies import policies, policy

from .shared_objects import (
    EM_AARCH64,
    GLIBC_LOADER,
    LIB,
    MUSL_LOADER,
    PROMISED,
    TAG,
    SharedObject,
    alpine,
    debian,
    lay,
    versions,
    whole,
)

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at a Linux machine")


def test_all_is_there(tmp_path: Path) -> None:
    """A host that keeps the promise must not be refused its wheels."""
    host = check_host("manylinux2014", root=lay(tmp_path, whole()))
    assert host
    assert (host.policy, host.libc, host.libc_version) == (TAG, "glibc", "2.36")
    assert (host.interpreter, host.loader, host.root) == ("/usr/bin/python3", GLIBC_LOADER, str(tmp_path))
    assert [library.name for library in host.libraries] == PROMISED
    assert not any((host.missing, host.lacking, host.remarks))
    zlib = next(library for library in host.libraries if library.name == "libz.so.1")
    assert (zlib.path, zlib.step) == (f"{LIB}/libz.so.1", f"default folder {LIB}")
    assert zlib.defined[-1] == "ZLIB_1.2.5.2"
    assert str(host) == f"/usr/bin/python3 has all that {TAG} promises"


@pytest.mark.parametrize("name", [name for name in PROMISED if name != "libc.so.6"])
def test_one_library_is_missing(name: str, tmp_path: Path) -> None:
    """Every missing library must be reported, since a wheel may need just that library."""
    host = check_host("manylinux_2_17", root=lay(tmp_path, whole(without=name)))
    assert not host
    assert [library.name for library in host.missing] == [name]
    assert host.missing[0].packages == packages_of(name) != ()
    assert f"{name}: missing" in str(host)


def test_a_library_that_is_too_old(tmp_path: Path) -> None:
    """libstdc++ may be older than the C library: the version of glibc does not show that."""
    old = SharedObject(soname="libstdc++.so.6", defines=tuple(set(versions("GLIBCXX", "CXXABI")) - {"GLIBCXX_3.4.19"}))
    root = lay(tmp_path, {**whole(), f"{LIB}/libstdc++.so.6": old})
    host = check_host("manylinux_2_17", root=root)
    assert not host
    assert [(library.name, library.lacking) for library in host.lacking] == [("libstdc++.so.6", ("GLIBCXX_3.4.19",))]
    assert "lacks GLIBCXX_3.4.19" in str(host)
    assert check_host("manylinux_2_12", root=root), "an older policy is kept all the same"


def test_a_c_library_that_is_too_old(tmp_path: Path) -> None:
    """A C library that is too old must be reported, by its version and by the missing symbol versions."""
    host = check_host("manylinux_2_38", root=lay(tmp_path, whole()))
    assert not host
    assert not host.kept
    assert host.remarks == ("glibc 2.36 is older than 2.38",)
    assert ("libc.so.6", ("GLIBC_2.38",)) in [(library.name, library.lacking) for library in host.lacking]


def test_a_library_without_versions_is_taken_as_it_is(tmp_path: Path) -> None:
    """Loaders require no version of a library that defines none, so refusing it would be stricter than the loader."""
    assert check_host(TAG, root=lay(tmp_path, {**whole(), f"{LIB}/libz.so.1": SharedObject()}))


def test_a_version_that_never_was() -> None:
    """riscv64's list has GLIBC_2.37, and no glibc has it there: seen in Debian 13, whose glibc is 2.41."""
    riscv = policy("manylinux", (2, 38), "riscv64")
    assert "GLIBC_2.37" in riscv.symbol_versions
    had = tuple(
        version for version in riscv.symbol_versions if version.startswith("GLIBC_") and version != "GLIBC_2.37"
    )
    assert lacking_versions(riscv, {"libc.so.6": had}) == {}
    lacking = lacking_versions(riscv, {"libc.so.6": tuple(set(had) - {"GLIBC_2.38"})})
    assert lacking == {"libc.so.6": ("GLIBC_2.37", "GLIBC_2.38")}


@pytest.mark.parametrize(
    ("architecture", "version", "there"),
    [
        ("x86_64", (2, 24), True),
        ("x86_64", (2, 17), False),
        ("i686", (2, 34), False),
        ("armv7l", (2, 35), False),
        ("aarch64", (2, 36), False),
        ("aarch64", (2, 38), True),
    ],
)
def test_libmvec_is_promised_only_where_it_is(architecture: str, version: tuple[int, int], there: bool) -> None:
    """Policies allow libmvec everywhere. Where it does not exist, requiring it would refuse every wheel."""
    assert ("libmvec.so.1" in promised_libraries(policy("manylinux", version, architecture))) == there


def test_musl_is_no_glibc(tmp_path: Path) -> None:
    """Alpine with all of manylinux's libraries still cannot load manylinux wheels."""
    files = {**whole(), **alpine()}
    lay(tmp_path, {**files, "/etc/ld-musl-x86_64.path": LIB.encode()})
    host = check_host(TAG, root=tmp_path)
    assert not host
    assert host.remarks == ("manylinux promises glibc, but the C library here is musl",)
    assert host.missing == ()
    ours = check_host("musllinux_1_2", root=tmp_path)
    assert (bool(ours), ours.libc, ours.libc_version, ours.loader) == (True, "musl", "1.2.5", MUSL_LOADER)


def test_musllinux_needs_zlib(tmp_path: Path) -> None:
    """musllinux wheels may rely on libz besides musl, so a missing libz must be reported."""
    host = check_host("musllinux_1_1_x86_64", root=lay(tmp_path, alpine()))
    assert [library.name for library in host.missing] == ["libz.so.1"]
    assert {package.name for package in host.missing[0].packages if package.distribution == "alpine"} == {"zlib"}


def test_glibc_is_no_musl(tmp_path: Path) -> None:
    """glibc does not keep musllinux; Debian's libc.so is a text for the linker."""
    root = lay(tmp_path, {**whole(), f"{LIB}/libc.so": b"/* GNU ld script */"})
    host = check_host("musllinux_1_2", root=root)
    assert not host
    assert {"libc.so", "libc.musl-x86_64.so.1"} == {library.name for library in host.missing}


def test_another_architecture_without_its_python(tmp_path: Path) -> None:
    """For another architecture its standard loader is asked. If that is missing too, no such program can run."""
    root = lay(tmp_path, whole())
    host = check_host("manylinux_2_17_aarch64", root=root)
    assert not host
    assert (host.interpreter, host.loader) == (None, None)
    assert "neither a Python for aarch64 nor its loader, ld-linux-aarch64.so.1" in str(host)
    arm = {"/lib/ld-linux-aarch64.so.1": SharedObject(machine=EM_AARCH64, content=b"\0/lib/aarch64-linux-gnu/\0")}
    lay(root, {**arm, "/lib/aarch64-linux-gnu/libX11.so.6": SharedObject(machine=EM_AARCH64)})
    host = check_host("manylinux_2_17_aarch64", root=root)
    assert host.loader == "/lib/ld-linux-aarch64.so.1"
    assert [library.name for library in host.libraries if library.path] == ["libX11.so.6"]


def test_runpath_of_the_interpreter_serves_the_interpreter_alone(tmp_path: Path) -> None:
    """On NixOS modules do not inherit Python's RUNPATH, but they get the libraries that Python has loaded."""
    store = "/nix/store/p-python/lib"
    files = {name: content for name, content in whole().items() if not name.startswith(LIB)}
    files |= debian(("libc.so.6", "libz.so.1"), runpath=store)
    files |= {f"{store}/libz.so.1": SharedObject(soname="libz.so.1"), f"{store}/libX11.so.6": SharedObject()}
    libraries = {library.name: library for library in check_host(TAG, root=lay(tmp_path, files)).libraries}
    assert libraries["libz.so.1"].step == "RUNPATH of /usr/bin/python3"
    assert libraries["libX11.so.6"].path is None


def test_rpath_of_libpython_counts(tmp_path: Path) -> None:
    """Where libpython's code loads modules, its RPATH counts too."""
    files = {name: content for name, content in whole().items() if "libX11" not in name}
    files |= debian(("libpython3.12.so.1.0", "libc.so.6"))
    files |= {f"{LIB}/libpython3.12.so.1.0": SharedObject(rpath="/opt/x"), "/opt/x/libX11.so.6": SharedObject()}
    libraries = {library.name: library for library in check_host(TAG, root=lay(tmp_path, files)).libraries}
    assert libraries["libX11.so.6"].step == f"RPATH of {LIB}/libpython3.12.so.1.0"


def test_the_variable_counts_where_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs of another machine do not have this process's environment."""
    files = {**whole(without="libGL.so.1"), "/run/opengl-driver/lib/libGL.so.1": SharedObject()}
    root = lay(tmp_path, files)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/run/opengl-driver/lib")
    assert not check_host(TAG, root=root)
    host = check_host(TAG, root=root, library_path="/run/opengl-driver/lib")
    assert host
    assert [library.name for library in host.libraries if library.step == "LD_LIBRARY_PATH"] == ["libGL.so.1"]


def test_which_python_is_asked_about(tmp_path: Path) -> None:
    """The caller may name the Python by the root's path or ours. Otherwise it is python3, or else the newest Python."""
    files = debian()
    python = files.pop("/usr/bin/python3")
    root = lay(tmp_path, {**files, "/usr/bin/python3.9": python, "/usr/bin/python3.13": python, "/opt/python": python})
    assert check_host(TAG, root=root).interpreter == "/usr/bin/python3.13"
    assert check_host(TAG, "/opt/python", root).interpreter == "/opt/python"
    assert check_host(TAG, str(root / "opt/python"), root).interpreter == "/opt/python"
    lay(root, {"/usr/bin/python3": "python3.9"})
    assert check_host(TAG, root=root).interpreter == "/usr/bin/python3.9"


@pytest.mark.parametrize(
    "text", ["", "manylinux", "manylinux_2", "manylinux2011", "linux_x86_64", "manylinux_2_17_X86", "musllinux1", "any"]
)
def test_what_is_no_policy(text: str) -> None:
    """A mistyped policy must not look like "nothing is missing"."""
    with pytest.raises(InvalidPolicy):
        check_host(text)


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    """Each bad argument must cause a clear error."""
    root = lay(tmp_path, {**whole(), "/usr/bin/tool": b"#!/bin/sh\n", "/usr/bin/broken": SharedObject().build()[:70]})
    with pytest.raises(InvalidPolicy, match="is x86_64"):
        check_host("manylinux_2_17_aarch64", "/usr/bin/python3", root)
    with pytest.raises(ProbeError, match="there is no such file"):
        check_host(TAG, "/usr/bin/python9", root)
    with pytest.raises(ProbeError, match="not an ELF file"):
        check_host(TAG, "/usr/bin/tool", root)
    with pytest.raises(InvalidBinary):
        check_host(TAG, "/usr/bin/broken", root)
    with pytest.raises(InvalidInput, match="no Python in this root"):
        check_host("manylinux_2_17", root=tmp_path / "usr/lib")
    with pytest.raises(InvalidInput, match="no Python in this root"):
        check_all_policies(root=tmp_path / "usr/lib")
    for nothing in (tmp_path / "nothing", tmp_path / "usr/bin/tool"):
        with pytest.raises(InvalidInput, match="there is no such folder"):
            check_host(TAG, root=nothing)


def test_a_static_interpreter_loads_nothing(tmp_path: Path) -> None:
    """A static interpreter loads no library, so it cannot keep a policy."""
    root = lay(tmp_path, {**whole(), "/usr/bin/static": SharedObject()})
    host = check_host(TAG, "/usr/bin/static", root)
    assert not host
    assert len(host.missing) == len(PROMISED)
    assert "/usr/bin/static is linked statically and loads no libraries" in host.remarks


def test_an_interpreter_without_its_loader(tmp_path: Path) -> None:
    """A Debian binary on NixOS: the file is there, and cannot be started."""
    files = whole()
    files.pop(GLIBC_LOADER)
    host = check_host(TAG, root=lay(tmp_path, files))
    assert not host
    assert f"there is no loader {GLIBC_LOADER}: /usr/bin/python3 cannot be started" in host.remarks


def test_a_damaged_library_keeps_no_promise(tmp_path: Path) -> None:
    """A damaged library has the right header, but cannot be loaded."""
    data = bytearray(SharedObject(soname="libGL.so.1").build())
    root = lay(tmp_path, {**whole(), f"{LIB}/libGL.so.1": bytes(data[:250])})
    host = check_host(TAG, root=root)
    assert not host
    assert host.remarks[0].startswith(f"{LIB}/libGL.so.1: ")


def test_every_policy_at_once(tmp_path: Path) -> None:
    """The command line's table and the hook would be wrong if a listed policy were left out."""
    root = lay(tmp_path, whole())
    every = check_all_policies(root=root)
    assert [answer.policy for answer in every] == [answer.tag for answer in policies("manylinux").of("x86_64")]
    assert [answer.policy for answer in every if answer] == [f"manylinux_2_{minor}_x86_64" for minor in (5, 12, 17)]
    assert [check_host(answer.policy, root=root) for answer in every] == list(every)


@on_linux
def test_this_machine() -> None:
    """The running interpreter's own C library must be found where its loader finds it."""
    if "glibc" not in str(__import__("manytags").detect().platform):
        pytest.skip("not on glibc")
    libraries = {library.name: library for library in check_host("manylinux_2_17").libraries}
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert f"{libraries['libc.so.6'].file}\n" in maps


def test_values(tmp_path: Path) -> None:
    """Answers from other processes must pickle, and compare by value."""
    host = check_host(TAG, root=lay(tmp_path, whole(without="libGL.so.1")))
    assert pickle.loads(pickle.dumps(host)) == host  # noqa: S301 - our own


def schema_problems(text: str) -> list[str]:
    """List what is wrong with a document according to the schema in the package."""
    jsonschema: Any = pytest.importorskip("jsonschema")
    schema = (
        resources("manytags").joinpath("schemas").joinpath("host-libraries.schema.json").read_text(encoding="utf-8")
    )
    assert schema == json.dumps(json.loads(schema), indent=2) + "\n"
    jsonschema.Draft202012Validator.check_schema(json.loads(schema))
    return [
        error.message for error in jsonschema.Draft202012Validator(json.loads(schema)).iter_errors(json.loads(text))
    ]


def test_the_schema_is_of_what_is_written(tmp_path: Path) -> None:
    """A schema that our own output does not match would be useless."""
    root = lay(tmp_path, whole(without="libGL.so.1"))
    for host in (check_host(TAG, root=root), check_host("manylinux_2_38_aarch64", root=root)):
        assert schema_problems(host.to_json()) == []
        data = json.loads(host.to_json())
        assert data["provided"] is bool(host)
        assert {library["name"] for library in data["libraries"] if library["path"] is None} == {
            library.name for library in host.missing
        }
    assert schema_problems(json.dumps({"manytags_host_libraries": 2})) != []


def test_packages_are_of_every_promised_library() -> None:
    """A user needs the package of a missing library, not only its name."""
    for name in promised_libraries(policy("manylinux", (2, 41), "x86_64")):
        assert {"debian", "nixpkgs"} <= {package.distribution for package in packages_of(name)}, name
    assert packages_of("libunheardof.so.1") == ()
    assert str(packages_of("libGL.so.1")[0]) == "libgl1 (debian)"


def test_a_library_that_is_loaded_by_another_name(tmp_path: Path) -> None:
    """A loader knows loaded libraries by their SONAMEs: it does not open a second file of that name."""
    files = {**whole(without="libX11.so.6"), **debian(("libother.so", "libc.so.6"))}
    files[f"{LIB}/libother.so"] = SharedObject(soname="libX11.so.6")
    libraries = {library.name: library for library in check_host(TAG, root=lay(tmp_path, files)).libraries}
    assert libraries["libX11.so.6"].path == f"{LIB}/libother.so"


def test_versions_that_a_library_defines() -> None:
    """The library's own name is in the same table, but is not a version."""
    data = SharedObject(soname="libx.so.1", defines=("X_1", "X_2")).build()
    linkage = read_linkage(io.BytesIO(data), "libx.so.1")
    assert (linkage.soname, linkage.defined) == ("libx.so.1", ("X_1", "X_2"))
    assert read_linkage(io.BytesIO(SharedObject().build()), "libx.so.1").defined is None


def test_a_root_of_soft_float_arm_has_no_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """manylinux for 32-bit Arm is hard-float: no policy is for an armel host."""
    python = SharedObject(loader="/lib/ld-linux.so.3", machine=40, wide=False, flags=0x5000200)
    root = lay(tmp_path, {"/usr/bin/python3": python})
    with pytest.raises(InvalidPolicy, match="armel"):
        check_host("manylinux_2_17", root=root)
    assert check_all_policies(root=root) == ()
    assert main(["host-libraries", "--root", str(root)]) == 1
    assert "there are no policies for this interpreter's architecture" in capsys.readouterr().out


def test_the_answer_is_a_value() -> None:
    """A host that has nothing must be an answer, not an error."""
    assert not HostLibraries("manylinux_2_17_x86_64", None, None, None, None, None, (), (), True, False)
