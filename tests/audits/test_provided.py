"""What hosts have of what policies promise, and what wheels need that they have not."""

from __future__ import annotations

import io
import json
import pickle
import sys
import zipfile
from importlib.resources import files as resources
from pathlib import Path
from typing import Any, cast

import pytest

from manytags import HostLibraries, InvalidInput, InvalidPolicy, MissingLibrary, ProbeError, host_libraries, missing_for
from manytags.audits.elf_defined import read_library
from manytags.audits.packages import packages_of
from manytags.audits.policies import policies, policy
from manytags.audits.promises import lacking_versions, promised_libraries
from manytags.audits.provided import provided_policies
from manytags.cli import main
from manytags.errors import InvalidElf, InvalidWheel

from ..hosts.shared_objects import EM_AARCH64, GLIBC_LOADER, MUSL_LOADER, Files, SharedObject, alpine, debian, lay

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at a Linux machine")

LIB = "/usr/lib/x86_64-linux-gnu"
TAG = "manylinux_2_17_x86_64"
PROMISED = promised_libraries(policy("manylinux", (2, 17), "x86_64"))
#: The families of versions, and who has them.
OWNERS = {"libstdc++.so.6": ("GLIBCXX", "CXXABI"), "libgcc_s.so.1": ("GCC",), "libz.so.1": ("ZLIB",)}


def versions(*families: str, newest: tuple[int, int] = (2, 17)) -> tuple[str, ...]:
    """List the versions of some families that a policy allows."""
    allowed = policy("manylinux", newest, "x86_64").symbol_versions
    return tuple(sorted(version for version in allowed if version.partition("_")[0] in families))


def whole(without: str = "") -> dict[str, SharedObject | bytes | str]:
    """Files of a Debian with all that manylinux_2_17 promises, but for a library."""
    found = debian()
    for name in PROMISED:
        defines = versions(*OWNERS.get(name, ()))
        found[f"{LIB}/{name}"] = SharedObject(soname=name, defines=defines)
    libc = found["/lib/x86_64-linux-gnu/libc.so.6"]
    assert isinstance(libc, SharedObject)
    content = SharedObject(soname="libc.so.6", defines=versions("GLIBC", newest=(2, 36)), content=libc.content)
    found["/lib/x86_64-linux-gnu/libc.so.6"] = content
    found.pop(f"{LIB}/libc.so.6")
    found.pop(f"{LIB}/{without}", None)
    return found


def wheel(folder: Path, files: Files, name: str = f"demo-1-cp39-abi3-{TAG}.whl") -> Path:
    """Write a wheel with files in it."""
    path = folder / name
    info = "demo-1.dist-info"
    tag = name.removesuffix(".whl").partition("-1-")[2]
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in files.items():
            assert isinstance(content, SharedObject)
            archive.writestr(member, content.build())
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def test_all_is_there(tmp_path: Path) -> None:
    """A host that keeps the promise must not be refused its wheels."""
    found = host_libraries("manylinux2014", root=lay(tmp_path, whole()))
    assert found
    assert (found.policy, found.libc, found.libc_version) == (TAG, "glibc", "2.36")
    assert (found.interpreter, found.loader, found.root) == ("/usr/bin/python3", GLIBC_LOADER, str(tmp_path))
    assert [each.name for each in found.libraries] == PROMISED
    assert not any((found.missing, found.lacking, found.remarks))
    zlib = next(each for each in found.libraries if each.name == "libz.so.1")
    assert (zlib.path, zlib.step) == (f"{LIB}/libz.so.1", f"default folder {LIB}")
    assert zlib.defined[-1] == "ZLIB_1.2.5.2"
    assert str(found) == f"/usr/bin/python3 has all that {TAG} promises"


@pytest.mark.parametrize("name", [name for name in PROMISED if name != "libc.so.6"])
def test_one_library_is_missing(name: str, tmp_path: Path) -> None:
    """Every library of the promise counts; a wheel may need just this one."""
    found = host_libraries("manylinux_2_17", root=lay(tmp_path, whole(without=name)))
    assert not found
    assert [each.name for each in found.missing] == [name]
    assert found.missing[0].packages == packages_of(name) != ()
    assert f"{name}: missing" in str(found)


def test_a_library_that_is_too_old(tmp_path: Path) -> None:
    """A libstdc++ of another compiler than the C library's: the version of glibc says nothing of it."""
    old = SharedObject(soname="libstdc++.so.6", defines=tuple(set(versions("GLIBCXX", "CXXABI")) - {"GLIBCXX_3.4.19"}))
    root = lay(tmp_path, {**whole(), f"{LIB}/libstdc++.so.6": old})
    found = host_libraries("manylinux_2_17", root=root)
    assert not found
    assert [(each.name, each.lacking) for each in found.lacking] == [("libstdc++.so.6", ("GLIBCXX_3.4.19",))]
    assert "lacks GLIBCXX_3.4.19" in str(found)
    assert host_libraries("manylinux_2_12", root=root), "an older policy is kept all the same"


def test_a_c_library_that_is_too_old(tmp_path: Path) -> None:
    """The version itself, which is all that pip asks; and what it lacks."""
    found = host_libraries("manylinux_2_38", root=lay(tmp_path, whole()))
    assert not found
    assert not found.kept
    assert found.remarks == ("glibc 2.36 is older than 2.38",)
    assert ("libc.so.6", ("GLIBC_2.38",)) in [(each.name, each.lacking) for each in found.lacking]


def test_a_library_without_versions_is_taken_as_it_is(tmp_path: Path) -> None:
    """Loaders ask it for none: to refuse its wheels would be stricter than the loader."""
    assert host_libraries(TAG, root=lay(tmp_path, {**whole(), f"{LIB}/libz.so.1": SharedObject()}))


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
    """Policies allow it everywhere; a promise that no system of an architecture can keep would refuse every wheel."""
    assert ("libmvec.so.1" in promised_libraries(policy("manylinux", version, architecture))) == there


def test_musl_is_no_glibc(tmp_path: Path) -> None:
    """Alpine with all of manylinux's libraries still cannot load manylinux wheels."""
    files = {**whole(), **alpine()}
    lay(tmp_path, {**files, "/etc/ld-musl-x86_64.path": LIB.encode()})
    found = host_libraries(TAG, root=tmp_path)
    assert not found
    assert found.remarks == ("manylinux promises glibc, and it is musl that loads here",)
    assert found.missing == ()
    ours = host_libraries("musllinux_1_2", root=tmp_path)
    assert (bool(ours), ours.libc, ours.libc_version, ours.loader) == (True, "musl", "1.2.5", MUSL_LOADER)


def test_musllinux_needs_zlib(tmp_path: Path) -> None:
    """The one library besides musl itself that musllinux wheels may rely on."""
    found = host_libraries("musllinux_1_1_x86_64", root=lay(tmp_path, alpine()))
    assert [each.name for each in found.missing] == ["libz.so.1"]
    assert {package.name for package in found.missing[0].packages if package.distribution == "alpine"} == {"zlib"}


def test_glibc_is_no_musl(tmp_path: Path) -> None:
    """And the other way round; Debian's libc.so is a text for the linker."""
    root = lay(tmp_path, {**whole(), f"{LIB}/libc.so": b"/* GNU ld script */"})
    found = host_libraries("musllinux_1_2", root=root)
    assert not found
    assert {"libc.so", "libc.musl-x86_64.so.1"} == {each.name for each in found.missing}


def test_another_architecture_without_its_python(tmp_path: Path) -> None:
    """Its standard loader stands for it; where that is missing too, nothing of it can run."""
    root = lay(tmp_path, whole())
    found = host_libraries("manylinux_2_17_aarch64", root=root)
    assert not found
    assert (found.interpreter, found.loader) == (None, None)
    assert "neither a Python for aarch64 nor its loader, ld-linux-aarch64.so.1" in str(found)
    arm = {"/lib/ld-linux-aarch64.so.1": SharedObject(machine=EM_AARCH64, content=b"\0/lib/aarch64-linux-gnu/\0")}
    lay(root, {**arm, "/lib/aarch64-linux-gnu/libX11.so.6": SharedObject(machine=EM_AARCH64)})
    found = host_libraries("manylinux_2_17_aarch64", root=root)
    assert found.loader == "/lib/ld-linux-aarch64.so.1"
    assert [each.name for each in found.libraries if each.path] == ["libX11.so.6"]


def test_runpath_of_the_interpreter_serves_the_interpreter_alone(tmp_path: Path) -> None:
    """On NixOS Python finds its own libraries by RUNPATH; modules do not inherit that, but get what is loaded."""
    store = "/nix/store/p-python/lib"
    files = {name: content for name, content in whole().items() if not name.startswith(LIB)}
    files |= debian(("libc.so.6", "libz.so.1"), runpath=store)
    files |= {f"{store}/libz.so.1": SharedObject(soname="libz.so.1"), f"{store}/libX11.so.6": SharedObject()}
    found = {each.name: each for each in host_libraries(TAG, root=lay(tmp_path, files)).libraries}
    assert found["libz.so.1"].step == "RUNPATH of /usr/bin/python3"
    assert found["libX11.so.6"].path is None


def test_rpath_of_libpython_counts(tmp_path: Path) -> None:
    """Modules are loaded by code of libpython, where Python is built so: its RPATH is asked too."""
    files = {name: content for name, content in whole().items() if "libX11" not in name}
    files |= debian(("libpython3.12.so.1.0", "libc.so.6"))
    files |= {f"{LIB}/libpython3.12.so.1.0": SharedObject(rpath="/opt/x"), "/opt/x/libX11.so.6": SharedObject()}
    found = {each.name: each for each in host_libraries(TAG, root=lay(tmp_path, files)).libraries}
    assert found["libX11.so.6"].step == f"RPATH of {LIB}/libpython3.12.so.1.0"


def test_the_variable_counts_where_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine's programs do not run in this process's environment."""
    files = {**whole(without="libGL.so.1"), "/run/opengl-driver/lib/libGL.so.1": SharedObject()}
    root = lay(tmp_path, files)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/run/opengl-driver/lib")
    assert not host_libraries(TAG, root=root)
    found = host_libraries(TAG, root=root, library_path="/run/opengl-driver/lib")
    assert found
    assert [each.name for each in found.libraries if each.step == "LD_LIBRARY_PATH"] == ["libGL.so.1"]


def test_which_python_is_asked_about(tmp_path: Path) -> None:
    """A root's own python3, then its newest; or the one that is named, as the root or as this machine names it."""
    files = debian()
    python = files.pop("/usr/bin/python3")
    root = lay(tmp_path, {**files, "/usr/bin/python3.9": python, "/usr/bin/python3.13": python, "/opt/python": python})
    assert host_libraries(TAG, root=root).interpreter == "/usr/bin/python3.13"
    assert host_libraries(TAG, "/opt/python", root).interpreter == "/opt/python"
    assert host_libraries(TAG, str(root / "opt/python"), root).interpreter == "/opt/python"
    lay(root, {"/usr/bin/python3": "python3.9"})
    assert host_libraries(TAG, root=root).interpreter == "/usr/bin/python3.9"


@pytest.mark.parametrize(
    "text", ["", "manylinux", "manylinux_2", "manylinux2011", "linux_x86_64", "manylinux_2_17_X86", "musllinux1", "any"]
)
def test_what_is_no_policy(text: str) -> None:
    """A typing error must not read as "nothing is missing"."""
    with pytest.raises(InvalidPolicy):
        host_libraries(text)


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    """One clear error each."""
    root = lay(tmp_path, {**whole(), "/usr/bin/tool": b"#!/bin/sh\n", "/usr/bin/broken": SharedObject().build()[:70]})
    with pytest.raises(InvalidPolicy, match="is x86_64"):
        host_libraries("manylinux_2_17_aarch64", "/usr/bin/python3", root)
    with pytest.raises(ProbeError, match="there is no such file"):
        host_libraries(TAG, "/usr/bin/python9", root)
    with pytest.raises(ProbeError, match="no ELF file"):
        host_libraries(TAG, "/usr/bin/tool", root)
    with pytest.raises(InvalidElf):
        host_libraries(TAG, "/usr/bin/broken", root)
    with pytest.raises(InvalidPolicy, match="no Python in this root"):
        host_libraries("manylinux_2_17", root=tmp_path / "usr/lib")
    with pytest.raises(InvalidPolicy, match="no Python in this root"):
        provided_policies(root=tmp_path / "usr/lib")
    for nothing in (tmp_path / "nothing", tmp_path / "usr/bin/tool"):
        with pytest.raises(InvalidInput, match="there is no such folder"):
            host_libraries(TAG, root=nothing)


def test_a_static_interpreter_loads_nothing(tmp_path: Path) -> None:
    """Nothing that the host has helps it."""
    root = lay(tmp_path, {**whole(), "/usr/bin/static": SharedObject()})
    found = host_libraries(TAG, "/usr/bin/static", root)
    assert not found
    assert len(found.missing) == len(PROMISED)
    assert "/usr/bin/static is linked statically and loads no libraries" in found.remarks


def test_an_interpreter_without_its_loader(tmp_path: Path) -> None:
    """A Debian binary on NixOS: the file is there, and cannot be started."""
    files = whole()
    files.pop(GLIBC_LOADER)
    found = host_libraries(TAG, root=lay(tmp_path, files))
    assert not found
    assert f"there is no loader {GLIBC_LOADER}: /usr/bin/python3 cannot be started" in found.remarks


def test_a_damaged_library_keeps_no_promise(tmp_path: Path) -> None:
    """It has the right header and cannot be loaded."""
    data = bytearray(SharedObject(soname="libGL.so.1").build())
    root = lay(tmp_path, {**whole(), f"{LIB}/libGL.so.1": bytes(data[:250])})
    found = host_libraries(TAG, root=root)
    assert not found
    assert found.remarks[0].startswith(f"{LIB}/libGL.so.1: ")


def test_every_policy_at_once(tmp_path: Path) -> None:
    """What the table of the command line and the hook are made of."""
    root = lay(tmp_path, whole())
    every = provided_policies(root=root)
    assert [each.policy for each in every] == [each.tag for each in policies("manylinux").of("x86_64")]
    assert [each.policy for each in every if each] == [f"manylinux_2_{minor}_x86_64" for minor in (5, 12, 17)]
    assert [host_libraries(each.policy, root=root) for each in every] == list(every)


@on_linux
def test_this_machine() -> None:
    """The running interpreter's own C library is where its loader has it."""
    if "glibc" not in str(__import__("manytags").detect().platform):
        pytest.skip("not on glibc")
    found = {each.name: each for each in host_libraries("manylinux_2_17").libraries}
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert f"{found['libc.so.6'].file}\n" in maps


def test_values(tmp_path: Path) -> None:
    """They travel between processes, and compare."""
    found = host_libraries(TAG, root=lay(tmp_path, whole(without="libGL.so.1")))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own
    missing = MissingLibrary("a.so", "library", "libGL.so.1")
    assert pickle.loads(pickle.dumps(missing)) == missing  # noqa: S301 - our own


def schema_problems(text: str) -> list[str]:
    """List what the schema in the package has against a document."""
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
    """Whoever checks against it must not be told that our own answer is wrong."""
    root = lay(tmp_path, whole(without="libGL.so.1"))
    for found in (host_libraries(TAG, root=root), host_libraries("manylinux_2_38_aarch64", root=root)):
        assert schema_problems(found.to_json()) == []
        data = json.loads(found.to_json())
        assert data["provided"] is bool(found)
        assert {each["name"] for each in data["libraries"] if each["path"] is None} == {
            each.name for each in found.missing
        }
    assert schema_problems(json.dumps({"manytags_host_libraries": 2})) != []


def test_packages_are_of_every_promised_library() -> None:
    """A missing library whose package is not named sends its reader to a search engine."""
    for name in promised_libraries(policy("manylinux", (2, 41), "x86_64")):
        assert {"debian", "nixpkgs"} <= {package.distribution for package in packages_of(name)}, name
    assert packages_of("libnobody.so.1") == ()
    assert str(packages_of("libGL.so.1")[0]) == "libgl1 (debian)"


MODULE = SharedObject(("libX11.so.6", "libc.so.6"), versions={"libc.so.6": ("GLIBC_2.2.5",)})


def test_a_wheel_whose_library_is_missing(tmp_path: Path) -> None:
    """What the import would fail on, with the file that needs it and the package that has it."""
    path = wheel(tmp_path, {"demo/_demo.so": MODULE})
    root = lay(tmp_path / "root", whole(without="libX11.so.6"))
    (missing,) = missing_for(path, root)
    assert (missing.file, missing.what, missing.library) == ("demo/_demo.so", "library", "libX11.so.6")
    assert "demo/_demo.so needs libX11.so.6, which is not there; in libx11-6 (debian)" in str(missing)
    assert missing_for(path, lay(tmp_path / "other", whole())) == ()


def test_what_the_wheel_brings_is_not_missing(tmp_path: Path) -> None:
    """auditwheel's copies have names of their own, which no host has."""
    files = {
        "demo/_demo.so": SharedObject(("libx-1a2b.so.1", "libc.so.6"), rpath="$ORIGIN/../demo.libs"),
        "demo.libs/libx-1a2b.so.1": SharedObject(("libGL.so.1",), soname="libx-1a2b.so.1"),
    }
    path = wheel(tmp_path, files)
    root = lay(tmp_path / "root", whole(without="libGL.so.1"))
    assert [(each.file, each.library) for each in missing_for(path, root)] == [
        ("demo.libs/libx-1a2b.so.1", "libGL.so.1")
    ]


def test_versions_that_the_library_found_does_not_define(tmp_path: Path) -> None:
    """The library is there, and too old: what loaders call a version that was not found."""
    needs = {"libc.so.6": ("GLIBC_2.17", "GLIBC_2.38"), "libz.so.1": ("ZLIB_1.2.9",)}
    path = wheel(tmp_path, {"demo/_demo.so": SharedObject(("libc.so.6", "libz.so.1"), versions=needs)})
    root = lay(tmp_path / "root", whole())
    found = {each.library: each for each in missing_for(path, root)}
    assert {name: each.versions for name, each in found.items()} == {
        "libc.so.6": ("GLIBC_2.38",),
        "libz.so.1": ("ZLIB_1.2.9",),
    }
    assert str(found["libc.so.6"]) == (
        "demo/_demo.so needs GLIBC_2.38 of libc.so.6; /lib/x86_64-linux-gnu/libc.so.6 does not define it"
    )


def test_a_version_that_is_not_needed_for_certain(tmp_path: Path) -> None:
    """Loaders warn and go on where a weak version is missing."""
    needs = {"libc.so.6": ("GLIBC_2.99",)}
    module = SharedObject(("libc.so.6",), versions=needs, weak=("GLIBC_2.99",))
    assert missing_for(wheel(tmp_path, {"demo/_demo.so": module}), lay(tmp_path / "root", whole())) == ()


def test_a_library_that_is_loaded_by_another_name(tmp_path: Path) -> None:
    """A loader knows what it has by the name that the library gives itself: it opens no second one."""
    files = {**whole(without="libX11.so.6"), **debian(("libother.so", "libc.so.6"))}
    files[f"{LIB}/libother.so"] = SharedObject(soname="libX11.so.6")
    found = {each.name: each for each in host_libraries(TAG, root=lay(tmp_path, files)).libraries}
    assert found["libX11.so.6"].path == f"{LIB}/libother.so"


def test_versions_that_a_library_defines() -> None:
    """Its own name stands among them, and is none."""
    data = SharedObject(soname="libx.so.1", defines=("X_1", "X_2")).build()
    found = read_library(io.BytesIO(data), "libx.so.1")
    assert (found.soname, found.defined) == ("libx.so.1", ("X_1", "X_2"))
    assert read_library(io.BytesIO(SharedObject().build()), "libx.so.1").defined is None


def test_what_a_library_of_the_host_needs_in_turn(tmp_path: Path) -> None:
    """libX11 without libxcb loads as little as no libX11; half-unpacked images are like that."""
    broken: Files = {
        f"{LIB}/libX11.so.6": SharedObject(("libxcb.so.1", "libnew.so.2"), versions={"libnew.so.2": ("NEW_2",)}),
        f"{LIB}/libnew.so.2": SharedObject(defines=("NEW_1",)),
    }
    root = lay(tmp_path / "root", {**whole(), **broken})
    found = missing_for(wheel(tmp_path, {"demo/_demo.so": MODULE}), root)
    assert [(each.what, each.library, each.versions, each.through) for each in found] == [
        ("library", "libxcb.so.1", (), (f"{LIB}/libX11.so.6",)),
        ("symbol versions", "libnew.so.2", ("NEW_2",), (f"{LIB}/libX11.so.6",)),
    ]
    assert f"demo/_demo.so (through {LIB}/libX11.so.6) needs libxcb.so.1" in str(found[0])


def test_code_of_another_architecture_and_programs(tmp_path: Path) -> None:
    """Nothing can be said of what cannot run here; a program asks for its own loader, which NixOS lacks."""
    files = {
        "demo/_demo.so": SharedObject(("libc.so.6",), machine=EM_AARCH64),
        "demo/tool": SharedObject(("libc.so.6",), loader="/lib64/ld-other.so.1"),
    }
    found = missing_for(wheel(tmp_path, files), lay(tmp_path / "root", whole()))
    assert [(each.file, each.what, each.library) for each in found] == [
        ("demo/_demo.so", "architecture", "aarch64"),
        ("demo/tool", "loader", "/lib64/ld-other.so.1"),
    ]
    assert str(found[0]) == "demo/_demo.so is code for aarch64"
    assert str(found[1]) == "demo/tool asks for the loader /lib64/ld-other.so.1, which is not there"


def test_glibc_wheels_on_musl(tmp_path: Path) -> None:
    """musl's loader answers to libc.so.6, and has not what is needed of it."""
    path = wheel(tmp_path, {"demo/_demo.so": SharedObject(("libc.so.6", "ld-linux-x86-64.so.2"))})
    found = missing_for(path, lay(tmp_path / "root", alpine()))
    assert [each.library for each in found] == ["libc.so.6", "ld-linux-x86-64.so.2"]


def test_a_pure_wheel_and_no_wheel(tmp_path: Path) -> None:
    """Nothing is needed by the one; the other is an error and not an empty answer."""
    root = lay(tmp_path / "root", whole())
    assert missing_for(wheel(tmp_path, {}, "demo-1-py3-none-any.whl"), root) == ()
    broken = tmp_path / "broken-1-py3-none-any.whl"
    broken.write_bytes(b"no archive")
    with pytest.raises(InvalidWheel):
        missing_for(broken, root)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidPolicy, match="no Python in this root"):
        missing_for(wheel(tmp_path, {}, "demo-1-py3-none-any.whl"), tmp_path / "empty")


def test_a_wheel_of_another_system(tmp_path: Path) -> None:
    """Its code is not read, so nothing can be said to be there."""
    root = lay(tmp_path / "root", whole())
    path = wheel(tmp_path, {}, "demo-1-cp312-cp312-win_amd64.whl")
    (missing,) = missing_for(path, root)
    assert str(missing) == "demo-1-cp312-cp312-win_amd64.whl is for another system: win_amd64"
    both = wheel(tmp_path, {"demo/_demo.so": MODULE}, "demo-1-cp312-cp312-manylinux_2_17_x86_64.win_amd64.whl")
    assert missing_for(both, root) == ()


def test_a_damaged_file_is_not_all_there(tmp_path: Path) -> None:
    """What it needs is not known, and its import fails."""
    root = lay(tmp_path / "root", whole())
    path = wheel(tmp_path, {"demo/_demo.so": MODULE})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("demo/_half.so", MODULE.build()[:100])
    (missing,) = missing_for(path, root)
    assert (missing.file, missing.what) == ("demo/_half.so", "damaged file")
    assert str(missing).startswith("demo/_half.so is damaged: ")


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts go by the exit status: 0 all there, 1 something missing, 2 bad input."""
    kept, broken = lay(tmp_path / "kept", whole()), lay(tmp_path / "broken", whole(without="libX11.so.6"))
    path = str(wheel(tmp_path, {"demo/_demo.so": MODULE}))
    for root, status in ((kept, 0), (broken, 1)):
        assert main(["host-libraries", TAG, "--root", str(root)]) == status
        assert main(["host-libraries", TAG, "--root", str(root), "--json"]) == status
        assert main(["missing", path, "--root", str(root)]) == status
        assert main(["missing", path, "--root", str(root), "--json"]) == status
    text = capsys.readouterr().out
    assert f"/usr/bin/python3 lacks what {TAG} promises" in text
    assert f"{path}: nothing missing" in text
    assert f"{path}: 1 missing" in text
    nothing = tmp_path / "nothing-1-py3-none-any.whl"
    nothing.write_bytes(b"")
    assert main(["missing", str(nothing), path, "--root", str(kept)]) == 2
    out, err = capsys.readouterr()
    assert out == f"{path}: nothing missing\n", "one bad file stands in nobody's way"
    assert err.startswith("manytags: invalid wheel 'nothing-1-py3-none-any.whl'")
    assert main(["host-libraries", "--root", str(broken)]) == 1
    text = capsys.readouterr().out
    assert "Newest complete policy: none" in text
    assert "manylinux_2_5_x86_64   no        libX11.so.6" in text
    assert "manylinux_2_38" not in text, "this glibc is too old to be asked"
    assert "libx11-6 (debian)" in text
    assert main(["host-libraries", "--root", str(broken), "--json"]) == 1
    listed = cast("list[dict[str, Any]]", json.loads(capsys.readouterr().out))
    assert all(each["kept"] for each in listed)
    assert main(["host-libraries", "nonsense"]) == 2
    assert main(["--target", "linux", "host-libraries"]) == 2
    assert main(["missing", str(tmp_path / "none.whl")]) == 2
    capsys.readouterr()


def test_a_root_of_soft_float_arm_has_no_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """manylinux for 32-bit Arm is hard-float: an armel host is promised nothing."""
    python = SharedObject(loader="/lib/ld-linux.so.3", machine=40, wide=False, flags=0x5000200)
    root = lay(tmp_path, {"/usr/bin/python3": python})
    with pytest.raises(InvalidPolicy, match="armel"):
        host_libraries("manylinux_2_17", root=root)
    assert provided_policies(root=root) == ()
    assert main(["host-libraries", "--root", str(root)]) == 1
    assert "there are no policies for this interpreter's architecture" in capsys.readouterr().out


def test_the_answer_is_a_value() -> None:
    """A host without anything is an answer too."""
    assert not HostLibraries("manylinux_2_17_x86_64", None, None, None, None, None, (), (), True, False)
