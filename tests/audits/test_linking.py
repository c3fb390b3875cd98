"""Which file of a wheel a loader takes for each library."""

from __future__ import annotations

from dataclasses import replace

import pytest

from manytags.audits.installed import installed_path
from manytags.audits.linking import Linking
from manytags.audits.remarks import RemarkKind, linking_remarks
from manytags.binaries.binary import Binary


def elf(name: str, *needed: str, runpath: str | None = None, rpath: str | None = None, soname: str = "") -> Binary:
    """A library for x86_64 that is in a wheel."""
    ordinary = Binary(name, "ELF", "x86_64", 62, 64, "little", "shared object", executable_stack=False)
    return replace(ordinary, needed=needed, runpath=runpath, rpath=rpath, soname=soname or None)


def taken(linking: Linking, file: str, library: str, kind: str = "manylinux") -> tuple[str, bool] | None:
    """The file that provides a library, and whether it is found."""
    provider = linking.providers(file, kind).get(library)
    return None if provider is None else (provider.file, provider.is_found)


def test_search_paths() -> None:
    """A library must be found as loaders find it: by RPATH also for others, by RUNPATH for the file alone."""
    libraries = (elf("foo.libs/liba.so", "libb.so"), elf("foo.libs/libb.so"))
    for paths, kind, found in (
        ({"rpath": "$ORIGIN/../foo.libs"}, "manylinux", True),
        ({"runpath": "$ORIGIN/../foo.libs"}, "manylinux", False),
        ({"rpath": "$ORIGIN/../foo.libs", "runpath": "/nowhere"}, "manylinux", False),
        ({"runpath": "${ORIGIN}/../foo.libs"}, "musllinux", True),  # musl does not tell one from the other
    ):
        linking = Linking([elf("foo/_c.so", "liba.so", **paths), *libraries], ["foo/_c.so"])
        assert (taken(linking, "foo.libs/liba.so", "libb.so", kind) == ("foo.libs/libb.so", True)) is found, (
            paths,
            kind,
        )


def test_what_is_loaded_already() -> None:
    """Loaders load each name once, so a library that the module finds serves the others too."""
    module = elf("foo/_c.so", "liba.so", "libb.so.1", runpath="$ORIGIN/../foo.libs")
    files = [module, elf("foo.libs/liba.so", "libb.so.1"), elf("foo.libs/libb.so.1", soname="libb.so.1")]
    assert taken(Linking(files, ["foo/_c.so"]), "foo.libs/liba.so", "libb.so.1") == ("foo.libs/libb.so.1", True)


def test_what_python_code_may_load_before() -> None:
    """glibc takes what was loaded by its path for its SONAME, musl does not, and a program begins with nothing."""
    plain = elf("foo/_c.so", "libb.so.1")
    library = elf("foo/lib/libb-1.so", soname="libb.so.1")
    assert taken(Linking([plain, library], ["foo/_c.so"]), "foo/_c.so", "libb.so.1") == ("foo/lib/libb-1.so", False)
    assert taken(Linking([plain, library], ["foo/_c.so"]), "foo/_c.so", "libb.so.1", "musllinux") is None
    assert taken(Linking([plain, library], ["foo/_c.so"], python_loads=False), "foo/_c.so", "libb.so.1") is None
    program = replace(plain, interpreter="/lib64/ld-linux-x86-64.so.2")
    assert taken(Linking([program, library]), "foo/_c.so", "libb.so.1") is None


def test_a_folder_of_that_name() -> None:
    """A name may lead to a folder, which glibc fails to read ("cannot read file data"); the audit must not fail."""
    module = elf("foo/_c.so", "$ORIGIN/../foo.libs")
    assert taken(Linking([module, elf("foo.libs/liba.so")], ["foo/_c.so"]), "foo/_c.so", "$ORIGIN/../foo.libs") is None


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("foo/_c.so", "/prefix/lib/python3/site-packages/foo/_c.so"),
        ("foo-1.0.data/platlib/foo/_c.so", "/prefix/lib/python3/site-packages/foo/_c.so"),
        ("foo-1.0.data/data/lib/libtbb.so.12", "/prefix/lib/libtbb.so.12"),
        ("foo-1.0.data/scripts/foo", "/prefix/bin/foo"),
    ],
)
def test_where_files_are_installed(file: str, path: str) -> None:
    """$ORIGIN is where the file is installed, not where it is in the archive."""
    assert installed_path(file) == path


def test_remarks() -> None:
    """A maker must learn that a library of the wheel is not where loaders look."""
    for soname, words in (("libb.so.1", ", unless it is loaded before"), ("", "")):
        files = (elf("foo/_c.so", "libb.so.1"), elf("foo/lib/libb.so.1", soname=soname))
        (remark,) = linking_remarks(Linking(files), ["manylinux1_x86_64"])
        assert (remark.file, remark.kind) == ("foo/_c.so", RemarkKind.NOT_FOUND)
        assert remark.text == f"needs libb.so.1, and no search path leads to foo/lib/libb.so.1{words}"
