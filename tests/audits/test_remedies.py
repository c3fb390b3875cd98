"""The commands that mend a wheel's tags. ``tests/oracle/test_remedies.py`` runs them."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from manytags import WheelAudit, audit, parse_wheel_filename
from manytags.audits.claims import ClaimKind
from manytags.audits.contents import Contents
from manytags.audits.needs import SystemNeed
from manytags.audits.report import report
from manytags.audits.wheel import audit_from_contents
from manytags.binaries.binary import Binary, NeededVersion, UndefinedSymbol

from .made_wheels import FALSE, MODULE, PURE, TRUE, X86_64, put_wheel

TWO = "demo-1.0-cp312-cp312-manylinux1_x86_64.manylinux_2_35_x86_64.whl"
NEWER = "demo-1.0-cp311-cp311-manylinux_2_31_x86_64.whl"
#: File name, and the options of ``wheel tags`` that mend it.
RETAGGED = {
    "too old": (FALSE, "--platform-tag manylinux_2_31_x86_64"),
    "one of two": (TWO, "--platform-tag manylinux_2_31_x86_64.manylinux_2_35_x86_64"),
    "not pure": (PURE, "--python-tag cp312 --abi-tag cp312 --platform-tag manylinux_2_31_x86_64"),
    "for another Python": (NEWER, "--python-tag cp312 --abi-tag cp312"),
}


def of_contents(name: str, *binaries: Binary) -> WheelAudit:
    """Audit a wheel that is known by what it says and holds."""
    tags = parse_wheel_filename(name).tag_set
    return audit_from_contents(Contents(tags, tags, False, binaries), name)


def code(name: str = "demo/_demo.so", **fields: object) -> Binary:
    """Describe a library for x86_64."""
    fields = {"soname": None, "executable_stack": False, **fields}
    return Binary(name, "ELF", "x86_64", 62, 64, "little", "shared object", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", RETAGGED)
def test_tags_that_can_be_renamed(case: str, tmp_path: Path) -> None:
    """Who has a false wheel and a deadline gets one line to paste, and not an essay."""
    name, mended = RETAGGED[case]
    wheel = put_wheel(tmp_path, name)
    answer = audit(wheel)
    assert answer.is_false
    assert answer.remedies == (f"wheel tags {mended} {wheel}",)
    assert f"\n  to mend it: wheel tags {mended} {wheel}\n" in f"{answer}\n"


def test_no_command_for_what_no_command_mends(tmp_path: Path) -> None:
    """A command that leaves the wheel false is worse than none."""
    stable = put_wheel(tmp_path, "demo-2.0-py3-none-any.whl", {"demo.abi3.so": X86_64})
    pure = put_wheel(tmp_path, PURE, purelib=True)
    disagreeing = put_wheel(tmp_path, FALSE, tag="cp312-cp312-linux_x86_64")
    for wheel in (stable, pure, disagreeing):
        answer = audit(wheel)
        assert (answer.is_false, answer.remedies) == (True, ())
        assert str(answer).splitlines()[-1] == "  neither wheel nor auditwheel mends it: build it again"
    answer = audit(put_wheel(tmp_path, TRUE))
    assert (answer.remedies, "mend" in str(answer)) == ((), False)


def test_libraries_that_can_be_grafted() -> None:
    """auditwheel copies libraries into a wheel. It cannot make a wheel need less of those that it does not copy."""
    old, both = "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "demo-1.0-py3-none-manylinux_2_28_x86_64.{}.whl"
    needs = ("libfoo.so.1", "libc.so.6")
    graft = "auditwheel repair --plat manylinux_2_{}_x86_64 {}"
    assert of_contents(old, code(needed=needs)).remedies == (graft.format(28, old),)
    two = both.format("manylinux_2_17_x86_64")
    assert of_contents(two, code(needed=needs)).remedies == (graft.format(17, two),)
    newer = code(needed=needs, versions=(NeededVersion("libc.so.6", "GLIBC_2.30", weak=False),))
    answer = of_contents(old, newer)
    assert answer.remedies == (graft.format(31, old),), "it needs a newer glibc too"
    assert "with libfoo.so.1 in the wheel, true would be: manylinux_2_31_x86_64" in str(answer)
    for name, binary in (
        (old, code(needed=("libc.musl-x86_64.so.1", *needs))),
        (old, code(needed=("libpython3.12.so.1.0",))),
        (old, code(needed=("/opt/libfoo.so.1",))),
        (both.format("musllinux_1_2_x86_64"), code(needed=needs)),
    ):
        answer = of_contents(name, binary)
        assert answer.is_false
        assert answer.remedies == (f"wheel tags --platform-tag linux_x86_64 {name}",)


def test_no_tag_brings_a_symbol_that_musl_never_had() -> None:
    """Code for Alpine Linux with a name of glibc loads on neither, so its author must not just rename the wheel."""
    name = "demo-1.0-py3-none-musllinux_1_2_x86_64.whl"
    needed = UndefinedSymbol("__cxa_thread_atexit_impl", None, None, False)
    answer = of_contents(name, code(needed=("libc.musl-x86_64.so.1",), undefined=(needed,)))
    assert (answer.is_false, answer.true_tags, answer.remedies) == (True, (), ())
    assert str(answer).splitlines()[-1] == "  neither wheel nor auditwheel mends it: build it again"


def test_no_tag_brings_a_library_nearer() -> None:
    """db2cli of ibm_db does not find the library in its own wheel. It does not under any other tag."""
    name = "demo-1.0-py3-none-manylinux_2_28_x86_64.whl"
    program = code("demo/bin/demo", needed=("libdemo.so.1",), interpreter="/lib64/ld-linux-x86-64.so.2")
    answer = of_contents(name, program, code("demo/lib/libdemo.so.1", soname="libdemo.so.1"))
    assert (answer.is_false, answer.remedies) == (True, ())


def test_names_cannot_run_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel comes from a stranger, and so does its path. What is pasted must be one command about that file."""
    folder = tmp_path / "a b'; touch c; '"
    folder.mkdir()
    wheel = put_wheel(folder, FALSE)
    (command,) = audit(wheel).remedies
    assert shlex.split(command) == ["wheel", "tags", "--platform-tag", "manylinux_2_31_x86_64", str(wheel)]
    monkeypatch.chdir(tmp_path)
    Path("-x").mkdir()
    (command,) = audit(str(put_wheel(Path("-x"), FALSE).relative_to("."))).remedies
    assert shlex.split(command)[-1] == f"./-x/{FALSE}"
    Path("two\nlines").mkdir()
    assert audit(put_wheel(Path("two\nlines"), FALSE)).remedies == ()
    with wheel.open("rb") as stream:
        assert audit(stream, FALSE).remedies == (f"wheel tags --platform-tag manylinux_2_31_x86_64 {FALSE}",)
    wheel.rename(tmp_path / "c0ffee")
    assert audit(tmp_path / "c0ffee", FALSE).remedies == (), "both tools go by the file's name"


def test_what_a_true_wheel_needs(tmp_path: Path) -> None:
    """auditwheel tells which symbols keep a wheel from an older tag. Without that, nobody knows where to begin."""
    answer = audit(put_wheel(tmp_path, TRUE))
    pow_, libc = answer.system_needs
    assert pow_ == SystemNeed("libm.so.6", "GLIBC_2.29", ("pow",), (MODULE,))
    assert (libc.library, libc.version) == ("libc.so.6", "GLIBC_2.2.5")
    lines = report(answer, whole=True).splitlines()
    assert f"  needs libm.so.6 GLIBC_2.29, for pow: {MODULE}" in lines
    assert not [line for line in str(answer).splitlines() if "needs" in line], "only if asked for"


def test_the_newest_version_of_each_family_is_told() -> None:
    """libstdc++ has two families of versions, and a library in the wheel is nothing that a system must have."""
    old, new = (
        code(
            f"demo/{letter}.so",
            needed=("libstdc++.so.6", "libown.so", "libz.so.1"),
            versions=(NeededVersion("libstdc++.so.6", version, False), NeededVersion("libown.so", "OWN_9", False)),
            runpath="$ORIGIN",
        )
        for letter, version in (("a", "GLIBCXX_3.4.9"), ("b", "GLIBCXX_3.4.11"))
    )
    both = code("demo/c.so", versions=(NeededVersion("libstdc++.so.6", "CXXABI_1.3", False),))
    own = code("demo/libown.so", soname="libown.so")
    answer = of_contents("demo-1.0-py3-none-linux_x86_64.whl", old, new, both, own)
    assert [(need.library, need.version, need.files) for need in answer.system_needs] == [
        ("libstdc++.so.6", "CXXABI_1.3", ("demo/c.so",)),
        ("libstdc++.so.6", "GLIBCXX_3.4.11", ("demo/b.so",)),
        ("libz.so.1", None, ("demo/a.so", "demo/b.so")),
    ]


def test_every_kind_of_tag_has_an_option() -> None:
    """A kind of claim without an option of ``wheel tags`` must be known as one that no command mends."""
    from manytags.audits.remedies import _OPTIONS

    assert set(ClaimKind) - set(_OPTIONS) == {ClaimKind.ROOT_IS_PURELIB}
