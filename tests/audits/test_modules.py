"""Which interpreters load a module, by the name of its file."""

from __future__ import annotations

import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from manytags import sys_tags
from manytags.audits.modules import modules
from manytags.binaries.binary import Binary


def elf(name: str, *inits: str) -> Binary:
    """A shared object that defines some modules."""
    return Binary(name, "ELF", "x86_64", 62, 64, "little", "shared object", modules=inits)


#: File name -> ABI tag and names of the interpreters that load it. The file names are those of real wheels on PyPI.
NAMES = {
    "foo/_c.cpython-312-x86_64-linux-gnu.so": ("cp312", "CPython 3.12"),
    "foo/_c.cpython-312-x86_64-linux-musl.so": ("cp312", "CPython 3.12"),
    "foo/_c.cpython-313t-x86_64-linux-gnu.so": ("cp313t", "CPython 3.13 free-threaded"),
    "foo/_c.cpython-313td-x86_64-linux-gnu.so": ("cp313td", "CPython 3.13 free-threaded debug"),
    "foo/_c.cpython-37m-x86_64-linux-gnu.so": ("cp37m", "CPython 3.7"),
    "foo/_c.cpython-37dm-x86_64-linux-gnu.so": ("cp37dm", "CPython 3.7 debug"),
    "foo/_c.pypy310-pp73-x86_64-linux-gnu.so": ("pypy310_pp73", "PyPy 3.10"),
    "foo/_c.graalpy242-311-native-x86_64-linux.so": ("graalpy242_311_native", "GraalPy 3.11"),
    "foo/_c.abi3.so": ("abi3", "CPython with abi3"),
    "foo/_c.abi3t.so": ("abi3t", "CPython with abi3t"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    """If a name were misread, a tag would be judged by the wrong interpreter."""
    (module,) = modules([elf(name)])
    assert (module.abi, module.loaded_by) == NAMES[name]
    assert module.stem == "foo/_c"


def test_a_plain_name() -> None:
    """Every interpreter finds a plain ``.so``; its init function shows that it is a module."""
    assert [module.abi for module in modules([elf("_c.so", "_c")])] == [None]
    assert modules([elf("lib_c.so", "_c"), elf("_c.so"), elf("_c.so.1", "_c")]) == ()


@pytest.mark.parametrize(
    "name",
    [
        *("libfoo.so.1", "libfoo.so", "foo", "foo.also", ".so", "libfoo-1.so", "foo.bar.cpython-312-x.so"),
        *("foo.cpython-x-y.so", "foo.cpython-3.so", "foo.cpython-312", "foo.cpython-3\u0662-x.so"),
        *("foo.pypy310-p!p-x.so", "foo.pypy3.10-pp73.so", "foo.graalpy 2-311-x.so", "foo.pypy310-.so"),
    ],
)
def test_no_module(name: str) -> None:
    """A library, or a file whose name only looks like a module's, must not be judged as a module."""
    assert modules([elf(name)]) == ()


def test_this_interpreter() -> None:
    """The suffix of this interpreter's own modules must be read as one of its ABI tags."""
    suffixes = [suffix for suffix in EXTENSION_SUFFIXES if suffix.count("-") > 1 and suffix.endswith(".so")]
    if not suffixes:
        pytest.skip(f"{sysconfig.get_platform()} has other names for modules")
    (module,) = modules([elf("_c" + suffixes[0])])
    assert module.abi in {tag.abi for tag in sys_tags()}
