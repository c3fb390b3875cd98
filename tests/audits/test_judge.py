"""Verdicts on odd combinations. The common ones are in ``test_wrong_wheels.py``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from manytags.audits.claims import Claim, Verdict
from manytags.audits.contents import Contents
from manytags.audits.judge import Judge
from manytags.audits.remarks import Remark, RemarkKind, binary_remarks
from manytags.binaries.binary import Binary, NeededVersion, UndefinedSymbol
from manytags.tags.filename import TagSet, parse_tag_set

TRUE, MUCH, LESS, CANNOT = Verdict.TRUE, Verdict.TOO_MUCH, Verdict.TOO_LITTLE, Verdict.UNKNOWN
LIB, MODULE = "foo/libfoo.so", "foo/_c.cpython-312-x86_64-linux-gnu.so"
MACHINES = {"x86_64": 62, "aarch64": 183, "arm": 40}


def elf(  # noqa: PLR0917 - what a file can be
    name: str = LIB,
    architecture: str = "x86_64",
    needed: tuple[str, ...] = ("libc.so.6",),
    version: str = "GLIBC_2.2.5",
    kind: str = "shared object",
    soname: str | None = None,
    attributes: tuple[tuple[int, int], ...] = (),
) -> Binary:
    """A file that takes malloc from the C library."""
    versions = (NeededVersion("libc.so.6", version, False),) if "libc.so.6" in needed else ()
    undefined = (UndefinedSymbol("malloc", "libc.so.6", version, False),)
    return Binary(
        name,
        "ELF",
        architecture,
        MACHINES.get(architecture, 0),
        64,
        "little",
        kind,
        needed=needed,
        versions=versions,
        undefined=undefined if versions else (),
        soname=soname,
        arm_attributes=attributes,
        executable_stack=False,
    )


def made(
    filename: str | None, *needs: Binary, wheel: str | None = None, headers_only: bool = False, damaged: str = ""
) -> Contents:
    """A wheel with some tags and files."""
    first = parse_tag_set(filename) if filename else None
    second: TagSet | None = parse_tag_set(wheel) if wheel else first
    remarks = (Remark(damaged, RemarkKind.DAMAGED, "its header is cut off"),) if damaged else ()
    return Contents(first, second, False, needs, headers_only, remarks)


def said(contents: Contents) -> dict[str, Verdict]:
    """The verdict on each tag."""
    return {claim.tag: claim.verdict for claim in Judge(contents).claims()}


def claim(contents: Contents, tag: str) -> Claim:
    """The claim about one tag."""
    return next(claim for claim in Judge(contents).claims() if claim.tag == tag)


def test_a_file_that_has_no_wheels_name() -> None:
    """A wheel that was renamed is judged by what WHEEL says."""
    claims = Judge(made(None, elf(), wheel="py3-none-manylinux1_x86_64")).claims()
    assert [(claim.tag, claim.where, claim.verdict) for claim in claims] == [
        ("py3", ("WHEEL",), TRUE),
        ("none", ("WHEEL",), TRUE),
        ("manylinux1_x86_64", ("WHEEL",), TRUE),
    ]


def test_a_single_file() -> None:
    """A single file carries no tag. If it is code, the user learns which tags would be true."""
    for needs, honest in (
        (elf(), ("manylinux_2_5_x86_64",)),
        (elf(kind="object file"), ()),
        (elf(kind="core dump"), ()),
        (elf(architecture="e_machine 190, 64 bits"), ()),
    ):
        contents = Contents(None, None, None, (needs,))
        assert Judge(contents).claims() == ()
        assert Judge(contents).true_tags == honest


def test_damaged_files() -> None:
    """An unread file makes claims unknown, but a claim that another file contradicts stays false."""
    contents = made("cp312-cp312-manylinux1_x86_64", damaged=MODULE)
    assert set(said(contents).values()) == {CANNOT}
    assert claim(contents, "cp312").note == f"not sound: {MODULE}"
    assert Judge(contents).true_tags == ()
    contents = made("py3-none-any", elf("foo/_c.abi3.so"), damaged="foo/libbar.so")
    assert said(contents) == {"py3": CANNOT, "none": MUCH, "any": MUCH}
    assert claim(contents, "any").true_tags == ()


def test_headers_only() -> None:
    """Headers can contradict a tag, but not confirm it, unless a wheel has no ELF file."""
    assert set(said(made("py3-none-any", headers_only=True)).values()) == {TRUE}
    assert Judge(made("py3-none-any", headers_only=True)).true_tags == ("any",)
    contents = made("cp311-cp311-manylinux1_aarch64", elf(MODULE), headers_only=True)
    assert said(contents) == {"cp311": MUCH, "manylinux1_aarch64": MUCH}
    assert [claim.verdict for claim in Judge(contents).claims()] == [MUCH, MUCH, MUCH]
    plain = made("cp312-cp312-manylinux1_x86_64", elf("foo/_c.so"), headers_only=True)
    assert set(said(plain).values()) == {CANNOT}, "whether it is a module was not read"


def test_several_systems_in_one_wheel() -> None:
    """Code for Linux is judged by the tags for Linux, whatever else the wheel has."""
    contents = made("py3-none-manylinux1_x86_64.macosx_11_0_arm64.win_amd64", elf(version="GLIBC_2.14"))
    assert said(contents) == {
        "py3": TRUE,
        "none": TRUE,
        "manylinux1_x86_64": MUCH,
        "macosx_11_0_arm64": MUCH,
        "win_amd64": MUCH,
    }
    assert Judge(contents).true_tags == ()
    assert said(made("py3-none-freebsd_13_0_release_amd64"))["freebsd_13_0_release_amd64"] == CANNOT


@pytest.mark.parametrize(
    "other",
    [
        elf("foo/kernel.hsaco", "e_machine 224, 64 bits", ()),
        elf("foo/filter.bpf.o", "e_machine 247, 64 bits", (), kind="object file"),
        elf("foo/crt1.o", "aarch64", (), kind="object file"),
    ],
    ids=["graphics card", "eBPF", "object file"],
)
def test_data_for_other_machines(other: Binary) -> None:
    """Files that no host loads contradict no tag, and are not bundled libraries either."""
    assert set(said(made("py3-none-manylinux1_x86_64", elf(), other)).values()) == {TRUE}
    assert set(said(made("py3-none-any", other)).values()) == {TRUE}
    # its author may have a reason to tag it for some machines
    assert set(said(made("py3-none-manylinux1_x86_64", other)).values()) == {TRUE}
    needy = elf(needed=(other.name.rpartition("/")[2],))
    assert said(made("py3-none-manylinux1_x86_64", needy, other))["manylinux1_x86_64"] == MUCH


def test_libraries_that_the_wheel_brings() -> None:
    """A library in the wheel need not be on the system, if the loader finds it, or Python code loads it before."""
    plain = elf(needed=("libc.so.6", "libbar.so.1"))
    needy = replace(plain, runpath="$ORIGIN/../foo.libs")
    tag = "py3-none-manylinux1_x86_64"
    assert said(made(tag, needy))["manylinux1_x86_64"] == MUCH
    assert said(made(tag, needy, elf("foo.libs/libbar.so.1")))["manylinux1_x86_64"] == TRUE
    assert said(made(tag, plain, elf("foo.libs/libbar.so.1")))["manylinux1_x86_64"] == MUCH
    assert said(made(tag, plain, elf("foo.libs/libbar-1a2b.so", soname="libbar.so.1")))["manylinux1_x86_64"] == TRUE
    # but the library is judged too
    assert said(made(tag, needy, elf("foo.libs/libbar.so.1", version="GLIBC_2.14")))["manylinux1_x86_64"] == MUCH


def test_a_c_library_that_the_wheel_brings() -> None:
    """A process loads its own C library first: a bundled file of that name must not hide what is needed."""
    needy = elf(version="GLIBC_2.38")
    for name in ("libc.so.6", "ld-linux-x86-64.so.2"):
        contents = made("py3-none-manylinux1_x86_64", needy, elf(f"foo.libs/{name}"))
        assert said(contents)["manylinux1_x86_64"] == MUCH
        assert name not in contents.linking.names
    named = elf("foo.libs/a.so", soname="libc.so.6")
    assert said(made("py3-none-manylinux1_x86_64", needy, named))["manylinux1_x86_64"] == MUCH


def test_names_of_modules() -> None:
    """Interpreters do not find a module whose file name is that of another system, even if its code fits the tag."""
    cross = elf("foo/_c.cpython-312-x86_64-linux-gnu.so", "aarch64", version="GLIBC_2.17")
    for tag in ("linux_aarch64", "manylinux_2_17_aarch64"):
        about_tag = claim(made(f"cp312-cp312-{tag}", cross), tag)
        assert [str(reason) for reason in about_tag.reasons] == [
            "foo/_c.cpython-312-x86_64-linux-gnu.so: extension module named for x86_64-linux-gnu"
        ]
    assert Judge(made("cp312-cp312-linux_aarch64", cross)).true_tags == ()
    right = elf("foo/_c.cpython-312-aarch64-linux-gnu.so", "aarch64", version="GLIBC_2.17")
    assert said(made("cp312-cp312-manylinux_2_17_aarch64", cross, right))["manylinux_2_17_aarch64"] == TRUE
    for names, tag, verdict in (
        (("cpython-312-x86_64-linux-musl",), "manylinux1_x86_64", MUCH),
        (("cpython-312-x86_64-linux-gnu",), "musllinux_1_2_x86_64", MUCH),
        (("cpython-312-x86_64-linux-musl",), "musllinux_1_1_x86_64", TRUE),
        # up to 3.10 CPython had one name on both
        (("cpython-310-x86_64-linux-gnu",), "musllinux_1_1_x86_64", TRUE),
        (("cpython-312-x86_64-linux-gnu", "cpython-312-x86_64-linux-musl"), "musllinux_1_1_x86_64", TRUE),
        (("cpython-34m",), "musllinux_1_1_x86_64", TRUE),
        (("abi3",), "musllinux_1_1_x86_64", TRUE),
    ):
        code = [elf(f"foo/_c.{name}.so", needed=()) for name in names]
        assert said(made(f"cp312-cp312-{tag}", *code))[tag] == verdict, (names, tag)


def test_debug_information() -> None:
    """Debug information is for one architecture, needs nothing, and is not a module, whatever its name is."""
    debug = elf(f"debug/{MODULE}", needed=(), kind="debug information")
    assert set(said(made("py3-none-manylinux1_x86_64", elf(), debug)).values()) == {TRUE}
    assert set(said(made("py3-none-any", debug)).values()) == {TRUE}
    needy = elf(needed=(MODULE.rpartition("/")[2],))
    assert said(made("py3-none-manylinux1_x86_64", needy, debug))["manylinux1_x86_64"] == MUCH


def test_remarks_on_search_paths() -> None:
    """A user must learn that libraries are searched in the build machine's folders, or in the current folder."""
    needs = replace(elf(), rpath="$ORIGIN/../foo.libs:/home/joe/lib:foo.libs:")
    assert [remark.text for remark in binary_remarks(needs)] == [
        "'/home/joe/lib' is searched on every machine",
        "'foo.libs' is searched relative to the current folder",
        "'' is searched relative to the current folder",
    ]
    # ibm_db leaves room in its programs for a path that its installer could write.
    roomy = replace(elf(), runpath=f".:.:/{' ' * 252}:/{' ' * 252}")
    assert [remark.text for remark in binary_remarks(roomy)] == [
        "'.' is searched relative to the current folder",
        f"'/{' ' * 119}'... (253 characters) is searched on every machine",
    ]


def test_remarks_on_releases_of_musl() -> None:
    """Alpine's own libgcc_s, grafted into a musllinux_1_2 wheel, crashes where musl is 1.2.3."""
    packed = replace(elf(needed=("libc.musl-x86_64.so.1",)), packed_relocations=True)
    assert [remark.kind for remark in binary_remarks(packed)] == [RemarkKind.MUSL_RELEASE]
    assert not list(binary_remarks(replace(elf(), packed_relocations=True))), "glibc's versions tell"


def test_before_the_first_policy() -> None:
    """No host takes such a tag, so nothing proves it, but what the first policy forbids contradicts it."""
    contents = made("py3-none-manylinux_2_5_aarch64", elf(architecture="aarch64", version="GLIBC_2.17"))
    assert said(contents)["manylinux_2_5_aarch64"] == CANNOT
    contents = made("py3-none-manylinux_2_5_aarch64", elf(architecture="aarch64", version="GLIBC_2.38"))
    assert said(contents)["manylinux_2_5_aarch64"] == MUCH
    assert claim(contents, "manylinux_2_5_aarch64").true_tags == ("manylinux_2_38_aarch64",)


def test_an_architecture_that_has_no_policy() -> None:
    """A tag without a policy can be judged by its architecture only."""
    code = elf(architecture="arm", version="GLIBC_2.4", attributes=((6, 6),))
    contents = made("py3-none-manylinux_2_17_armv6l", code)
    assert claim(contents, "manylinux_2_17_armv6l").verdict == CANNOT
    assert "no policy" in claim(contents, "manylinux_2_17_armv6l").note
    assert said(made("py3-none-manylinux_2_17_armv6l", elf()))["manylinux_2_17_armv6l"] == MUCH


def test_what_is_more_widely_installable() -> None:
    """A tag for another processor is not a better tag for this one."""
    code = elf(architecture="arm", version="GLIBC_2.4", attributes=((6, 6),))
    assert said(made("py3-none-linux_armv6l", code))["linux_armv6l"] == TRUE
    assert said(made("py3-none-linux_armv7l", code))["linux_armv7l"] == LESS
    # newer tags are harmless beside the lowest true tag; without it, the lowest tag of the wheel could be lower
    three = "py3-none-manylinux_2_12_x86_64.manylinux_2_17_x86_64.linux_x86_64"
    assert said(made(three, elf()))["manylinux_2_12_x86_64"] == LESS
    assert said(made(three, elf()))["manylinux_2_17_x86_64"] == TRUE
    assert set(said(made(f"{three}.manylinux1_x86_64", elf())).values()) == {TRUE, LESS}


def test_words() -> None:
    """A claim prints as one line, with the reason why it cannot be judged."""
    contents = made("py3-none-pyodide_2025_0_wasm32")
    assert str(claim(contents, "pyodide_2025_0_wasm32")) == (
        "platform tag pyodide_2025_0_wasm32: cannot judge "
        "(code of other systems than Linux, Android, macOS, iOS and Windows is not judged)"
    )
    assert not claim(contents, "pyodide_2025_0_wasm32").is_false
