"""What wheels need that hosts do not have."""

from __future__ import annotations

import json
import pickle
import re
import zipfile
from typing import TYPE_CHECKING, Any, cast

import pytest

from manytags import InvalidInput, InvalidWheel, missing_libraries
from manytags.cli import main
from manytags.loaders.missing import MissingKind, MissingLibrary

from ..binaries.made_pe import pe
from ..loaders.shared_objects import EM_AARCH64, LIB, TAG, Files, SharedObject, alpine, lay, whole

if TYPE_CHECKING:
    from pathlib import Path


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


MODULE = SharedObject(("libX11.so.6", "libc.so.6"), versions={"libc.so.6": ("GLIBC_2.2.5",)})


def test_a_wheel_whose_library_is_missing(tmp_path: Path) -> None:
    """A user must learn which library an import lacks, which file needs it, and which package has it."""
    path = wheel(tmp_path, {"demo/_demo.so": MODULE})
    root = lay(tmp_path / "root", whole(without="libX11.so.6"))
    (missing,) = missing_libraries(path, root)
    assert (missing.file, str(missing.kind), missing.subject) == ("demo/_demo.so", "library", "libX11.so.6")
    assert "demo/_demo.so needs libX11.so.6, which is missing; in libx11-6 (debian)" in str(missing)
    assert missing_libraries(path, lay(tmp_path / "other", whole())) == ()


def test_values() -> None:
    """Answers from other processes must pickle, and compare by value."""
    missing = MissingLibrary("a.so", MissingKind.LIBRARY, "libGL.so.1")
    assert pickle.loads(pickle.dumps(missing)) == missing  # noqa: S301 - our own


def test_what_the_wheel_brings_is_not_missing(tmp_path: Path) -> None:
    """auditwheel gives its copies names that no host has. They must not be reported as missing."""
    files = {
        "demo/_demo.so": SharedObject(("libx-1a2b.so.1", "libc.so.6"), rpath="$ORIGIN/../demo.libs"),
        "demo.libs/libx-1a2b.so.1": SharedObject(("libGL.so.1",), soname="libx-1a2b.so.1"),
    }
    path = wheel(tmp_path, files)
    root = lay(tmp_path / "root", whole(without="libGL.so.1"))
    assert [(library.file, library.subject) for library in missing_libraries(path, root)] == [
        ("demo.libs/libx-1a2b.so.1", "libGL.so.1")
    ]


def test_versions_that_the_library_found_does_not_define(tmp_path: Path) -> None:
    """A library that is too old makes the import fail too: the loader says that a version was not found."""
    needs = {"libc.so.6": ("GLIBC_2.17", "GLIBC_2.38"), "libz.so.1": ("ZLIB_1.2.9",)}
    path = wheel(tmp_path, {"demo/_demo.so": SharedObject(("libc.so.6", "libz.so.1"), versions=needs)})
    root = lay(tmp_path / "root", whole())
    missing = {library.subject: library for library in missing_libraries(path, root)}
    assert {name: library.versions for name, library in missing.items()} == {
        "libc.so.6": ("GLIBC_2.38",),
        "libz.so.1": ("ZLIB_1.2.9",),
    }
    assert str(missing["libc.so.6"]) == (
        "demo/_demo.so needs GLIBC_2.38 of libc.so.6; /lib/x86_64-linux-gnu/libc.so.6 does not define it"
    )


def test_a_version_that_is_not_needed_for_certain(tmp_path: Path) -> None:
    """A missing weak version is not reported, since loaders only warn."""
    needs = {"libc.so.6": ("GLIBC_2.99",)}
    module = SharedObject(("libc.so.6",), versions=needs, weak=("GLIBC_2.99",))
    assert missing_libraries(wheel(tmp_path, {"demo/_demo.so": module}), lay(tmp_path / "root", whole())) == ()


def test_what_a_library_of_the_host_needs_in_turn(tmp_path: Path) -> None:
    """libX11 does not load without libxcb, so what libraries need in turn must be reported too."""
    broken: Files = {
        f"{LIB}/libX11.so.6": SharedObject(("libxcb.so.1", "libnew.so.2"), versions={"libnew.so.2": ("NEW_2",)}),
        f"{LIB}/libnew.so.2": SharedObject(defines=("NEW_1",)),
    }
    root = lay(tmp_path / "root", {**whole(), **broken})
    missing = missing_libraries(wheel(tmp_path, {"demo/_demo.so": MODULE}), root)
    assert [(str(library.kind), library.subject, library.versions, library.through) for library in missing] == [
        ("library", "libxcb.so.1", (), (f"{LIB}/libX11.so.6",)),
        ("symbol versions", "libnew.so.2", ("NEW_2",), (f"{LIB}/libX11.so.6",)),
    ]
    assert f"demo/_demo.so (through {LIB}/libX11.so.6) needs libxcb.so.1" in str(missing[0])


def test_code_of_another_architecture_and_programs(tmp_path: Path) -> None:
    """Code that cannot run here is reported as such; a program asks for its own loader, which NixOS lacks."""
    files = {
        "demo/_demo.so": SharedObject(("libc.so.6",), machine=EM_AARCH64),
        "demo/tool": SharedObject(("libc.so.6",), loader="/lib64/ld-other.so.1"),
    }
    missing = missing_libraries(wheel(tmp_path, files), lay(tmp_path / "root", whole()))
    assert [(library.file, str(library.kind), library.subject) for library in missing] == [
        ("demo/_demo.so", "architecture", "aarch64"),
        ("demo/tool", "loader", "/lib64/ld-other.so.1"),
    ]
    assert str(missing[0]) == "demo/_demo.so is code for aarch64"
    assert str(missing[1]) == "demo/tool asks for the loader /lib64/ld-other.so.1, which does not exist"


def test_glibc_wheels_on_musl(tmp_path: Path) -> None:
    """musl's loader takes the name libc.so.6 for itself, but does not have glibc's symbols."""
    path = wheel(tmp_path, {"demo/_demo.so": SharedObject(("libc.so.6", "ld-linux-x86-64.so.2"))})
    missing = missing_libraries(path, lay(tmp_path / "root", alpine()))
    assert [library.subject for library in missing] == ["libc.so.6", "ld-linux-x86-64.so.2"]


def test_a_pure_wheel_and_no_wheel(tmp_path: Path) -> None:
    """A pure wheel needs nothing; a file that is not a wheel is an error and not an empty answer."""
    root = lay(tmp_path / "root", whole())
    assert missing_libraries(wheel(tmp_path, {}, "demo-1-py3-none-any.whl"), root) == ()
    broken = tmp_path / "broken-1-py3-none-any.whl"
    broken.write_bytes(b"no archive")
    with pytest.raises(InvalidWheel):
        missing_libraries(broken, root)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="no Python in this root"):
        missing_libraries(wheel(tmp_path, {}, "demo-1-py3-none-any.whl"), tmp_path / "empty")


def test_a_wheel_of_another_system(tmp_path: Path) -> None:
    """Code for another system is not read, so an empty answer would be wrong."""
    root = lay(tmp_path / "root", whole())
    path = wheel(tmp_path, {}, "demo-1-cp312-cp312-win_amd64.whl")
    (missing,) = missing_libraries(path, root)
    assert str(missing) == "demo-1-cp312-cp312-win_amd64.whl is for another system: win_amd64"
    (tmp_path / "demo.pyd").write_bytes(pe())
    (missing,) = missing_libraries(tmp_path / "demo.pyd")
    assert str(missing) == "demo.pyd is for another system: Windows"
    both = wheel(tmp_path, {"demo/_demo.so": MODULE}, "demo-1-cp312-cp312-manylinux_2_17_x86_64.win_amd64.whl")
    assert missing_libraries(both, root) == ()


def test_a_damaged_file_is_not_all_there(tmp_path: Path) -> None:
    """The needs of a damaged file are unknown and its import fails, so an empty answer would be wrong."""
    root = lay(tmp_path / "root", whole())
    path = wheel(tmp_path, {"demo/_demo.so": MODULE})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("demo/_half.so", MODULE.build()[:100])
    (missing,) = missing_libraries(path, root)
    assert (missing.file, str(missing.kind)) == ("demo/_half.so", "unsound file")
    assert str(missing).startswith("demo/_half.so is not sound: ")


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts go by the exit status: 0 if all is there, 1 if something is missing, 2 for bad input."""
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
    assert re.search(r"manylinux_2_5_x86_64 +no +libX11\.so\.6", text)
    assert "manylinux_2_38" not in text, "this glibc is too old to be asked"
    assert "libx11-6 (debian)" in text
    assert main(["host-libraries", "--root", str(broken), "--json"]) == 1
    listed = cast("list[dict[str, Any]]", json.loads(capsys.readouterr().out))
    assert all(row["kept"] for row in listed)
    assert main(["host-libraries", "nonsense"]) == 2
    assert main(["--target", "linux", "host-libraries"]) == 2
    assert main(["missing", str(tmp_path / "none.whl")]) == 2
    capsys.readouterr()


NEEDS_TBB = SharedObject(("libtbb.so.12",), runpath="$ORIGIN/../../..", versions={"libtbb.so.12": ("TBB_2",)})
TBB = SharedObject(soname="libtbb.so.12", defines=("TBB_2",))


def installed(folder: str, defines: tuple[str, ...] = ("TBB_2",)) -> dict[str, SharedObject | bytes | str]:
    """Files of a package with a library outside of its folder of packages."""
    return {
        f"{folder}/tbb-1.dist-info/METADATA": b"Name: tbb\n",
        f"{folder}/tbb-1.dist-info/RECORD": b"../../libtbb.so.12,,\n../../../../../../outside.so,,\n",
        f"{folder}/../../libtbb.so.12": SharedObject(soname="libtbb.so.12", defines=defines),
    }


@pytest.mark.parametrize("folder", ["/usr/lib/python3/dist-packages", "/usr/lib/python3.12/site-packages"])
def test_packages_that_the_interpreter_has(tmp_path: Path, folder: str) -> None:
    """numba's library of threads is in another package, where the module finds it once both are installed."""
    path = wheel(tmp_path, {"demo/_demo.so": NEEDS_TBB})
    (missing,) = missing_libraries(path, lay(tmp_path / "without", whole()))
    assert (str(missing.kind), missing.subject) == ("library", "libtbb.so.12")
    assert missing_libraries(path, lay(tmp_path / "root", {**whole(), **installed(folder)})) == ()
    (missing,) = missing_libraries(path, lay(tmp_path / "old", {**whole(), **installed(folder, ("TBB_1",))}))
    assert str(missing) == "demo/_demo.so needs TBB_2 of libtbb.so.12; lib/libtbb.so.12 of tbb does not define it"


def test_wheels_that_are_installed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is installed, the other wheels can be named."""
    path = wheel(tmp_path, {"demo/_demo.so": NEEDS_TBB})
    other = wheel(tmp_path, {"demo-1.data/data/lib/libtbb.so.12": TBB}, f"demo-1-py3-none-{TAG}.whl")
    root = lay(tmp_path / "root", whole())
    assert missing_libraries(path, root, beside=[other]) == ()
    assert main(["missing", str(path), "--root", str(root), "--with", str(other)]) == 0
    assert "nothing missing" in capsys.readouterr().out
    with pytest.raises(InvalidInput, match="there is no such wheel or folder"):
        missing_libraries(path, root, beside=[tmp_path / "nowhere"])


def test_several_versions() -> None:
    """A message about two versions speaks of two."""
    missing = MissingLibrary("a.so", MissingKind.VERSIONS, "libc.so.6", ("GLIBC_2.38", "GLIBC_2.39"), "/lib/libc.so.6")
    assert str(missing) == "a.so needs GLIBC_2.38, GLIBC_2.39 of libc.so.6; /lib/libc.so.6 does not define them"


def test_a_library_of_the_wheel_that_is_not_found(tmp_path: Path) -> None:
    """A library in the wheel helps only where the loader looks for it."""
    files = {"demo/_demo.so": SharedObject(("liba.so.1",)), "demo.libs/liba.so.1": SharedObject()}
    (missing,) = missing_libraries(wheel(tmp_path, files), lay(tmp_path / "root", whole()))
    assert (missing.file, missing.subject) == ("demo/_demo.so", "liba.so.1")
