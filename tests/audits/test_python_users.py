"""Names of CPython's API that other libraries define.

What glibc 2.36 does with such files, loaded by ``ctypes.CDLL(..., RTLD_NOW)``: a library loads if the file that is
loaded needs it and the library with the name, in whatever order; otherwise "undefined symbol: PyFoo_Y", even if another
call of ``CDLL`` loaded the library before.
"""

from __future__ import annotations

import pytest

from manytags.audits.claims import Claim, Verdict
from manytags.audits.contents import Contents
from manytags.audits.judge import Judge
from manytags.binaries.binary import Binary, UndefinedSymbol
from manytags.tags.filename import parse_tag_set

TRUE, MUCH, CANNOT = Verdict.TRUE, Verdict.TOO_MUCH, Verdict.UNKNOWN


def file(name: str, needed: str = "", uses: str = "", defines: str = "") -> Binary:
    """A library, or a module of the stable ABI."""
    return Binary(
        f"foo/{name}", "ELF", "x86_64", 62, 64, "little", "shared object", needed=tuple(needed.split()),
        runpath="$ORIGIN", undefined=tuple(UndefinedSymbol(symbol, None, None, False) for symbol in uses.split()),
        defined=tuple(defines.split()), executable_stack=False,
    )  # fmt: skip


def claim(*files: Binary, tag: str = "abi3") -> Claim:
    """Judge a tag of a wheel."""
    tag_set = parse_tag_set("cp39-abi3-manylinux_2_17_x86_64")
    return next(claim for claim in Judge(Contents(tag_set, tag_set, False, files)).claims() if claim.tag == tag)


USER = file("_c.abi3.so", "liby.so", "PyList_New PyFoo_Y")
Y = file("liby.so", defines="PyFoo_Y")


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        ((USER, Y), TRUE),
        ((file("_c.abi3.so", uses="PyFoo_Y", defines="PyFoo_Y"),), TRUE),
        ((file("_c.abi3.so", "libx.so", "PyFoo_Y"), file("libx.so", "liby.so"), Y), TRUE),
        ((file("_c.abi3.so", "libx.so liby.so"), file("libx.so", uses="PyFoo_Y"), Y), TRUE),
        ((file("_c.abi3.so", uses="PyFoo_Y"), Y), MUCH),
        ((file("_c.abi3.so", "libx.so"), file("libx.so", uses="PyFoo_Y"), Y), MUCH),
        ((file("_c.abi3.so", "libm.so.6 libstdc++.so.6 libpython3.9.so.1.0", "PyFoo_Y"),), MUCH),
        ((file("_c.abi3.so", "libother.so", "PyFoo_Y"),), CANNOT),
        ((file("_c.abi3.so", "libx.so", "PyFoo_Y"), file("libx.so", "libother.so")), CANNOT),
        ((USER, Y, file("_d.abi3.so", uses="PyFoo_Y")), MUCH),
        ((file("_c.abi3.so", "libother.so", "PyFoo_Y"), file("_d.abi3.so", uses="_PyLong_Sign")), MUCH),
        ((file("_c.abi3.so", "libother.so", "Pyramid_New Pythagoras"),), TRUE),
    ],
    ids=[
        "a library of the wheel", "itself", "through another", "of the module that loads both", "not needed",
        "nor by the module", "libraries without it", "an unknown library", "through a library of the wheel",
        "a module of two", "one in doubt and one not", "other names",
    ],
)  # fmt: skip
def test_who_defines_a_name(files: tuple[Binary, ...], verdict: Verdict) -> None:
    """PySide6 uses names of libpyside6 and libshiboken6: its tag must not be called false for them."""
    assert claim(*files).verdict is verdict


def test_doubt_names_the_library() -> None:
    """The user must learn which library to look into."""
    about = claim(file("_c.abi3.so", "libshiboken6.so libEGL.so.1", "PyRun_String _PyA _PyB _PyC"))
    assert about.note == (
        "the stable ABI lacks PyRun_String, _PyA, _PyB and 1 more; a library that is not in the wheel may have it: "
        "libshiboken6.so, libEGL.so.1"
    )
    assert not about.reasons


def test_doubt_about_a_version() -> None:
    """PySide2 uses PyIndex_Check, which libshiboken2 has where CPython has not."""
    new = "PyType_GetName"
    about = claim(file("_c.abi3.so", "libother.so", new), tag="cp39")
    assert (about.verdict, about.note.startswith(f"the stable ABI of 3.9 lacks {new}; ")) == (CANNOT, True)
    assert claim(file("_c.abi3.so", "liby.so", new), file("liby.so", defines=new), tag="cp39").verdict is TRUE
    assert claim(file("_c.abi3.so", "", new), tag="cp39").verdict is MUCH


def test_a_false_tag_is_not_proposed_again() -> None:
    """A report that says "abi3: claims too much", and "true would be: abi3", contradicts itself."""
    about = claim(file("_c.abi3.so", uses="_PyLong_Sign"))
    assert (about.verdict, about.true_tags) == (MUCH, ())
