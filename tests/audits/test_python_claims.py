"""Python tags and ABI tags, judged by the modules."""

from __future__ import annotations

import pytest

from manytags.audits.claims import Verdict
from manytags.audits.modules import modules
from manytags.audits.python_claims import judge_abi, judge_python
from manytags.binaries.binary import Binary

C311, C312, C313, C313T, C312D = (f"cpython-{abi}-x86_64-linux-gnu" for abi in ("311", "312", "313", "313t", "312d"))
C37M, PYPY, GRAAL = (
    "cpython-37m-x86_64-linux-gnu",
    "pypy310-pp73-x86_64-linux-gnu",
    "graalpy242-311-native-x86_64-linux",
)
TRUE, MUCH, LESS, CANNOT = Verdict.TRUE, Verdict.TOO_MUCH, Verdict.TOO_LITTLE, Verdict.UNKNOWN


def code(*names: str) -> tuple[Binary, ...]:
    """Modules named _c, or files with a whole name."""
    files = [name if "/" in name else f"foo/_c.{name}.so" for name in names]
    return tuple(Binary(file, "ELF", "x86_64", 62, 64, "little", "shared object") for file in files)


@pytest.mark.parametrize(
    ("tag", "files", "verdict", "honest"),
    [
        ("none", ("foo/libfoo.so",), TRUE, ()),
        ("none", (C312,), MUCH, ("cp312",)),
        ("none", (C312, C311), MUCH, ()),
        ("none", ("abi3",), MUCH, ("abi3",)),
        ("cp312", (C312,), TRUE, ()),
        ("cp312", (C312, "foo/libfoo.so"), TRUE, ()),
        ("cp312", (C311,), MUCH, ("cp311",)),
        # a wheel for two Pythons has both
        ("cp312", (C311, C312), TRUE, ()),
        ("cp312", (C311, "foo/_d.cpython-312-x86_64-linux-gnu.so"), MUCH, ()),
        ("cp312", ("abi3",), LESS, ("abi3",)),
        ("cp312", ("abi3", "foo/_d.cpython-312-x86_64-linux-gnu.so"), TRUE, ()),
        ("cp312", (), LESS, ("none",)),
        ("cp312d", (C312,), TRUE, ()),  # from 3.8 on, debug builds load both
        ("cp312", (C312D,), MUCH, ("cp312d",)),
        ("cp313", (C313T,), MUCH, ("cp313t",)),
        ("cp313t", (C313,), MUCH, ("cp313",)),
        ("cp313t", ("abi3",), MUCH, ("abi3",)),
        ("cp37m", (C37M,), TRUE, ()),
        ("abi3", ("abi3",), TRUE, ()),
        ("abi3", (C312,), MUCH, ("cp312",)),
        ("abi3", ("abi3", C312), TRUE, ()),
        ("pypy310_pp73", (PYPY,), TRUE, ()),
        ("pypy310_pp73", (C311,), MUCH, ("cp311",)),
        ("graalpy242_311_native", (GRAAL,), TRUE, ()),
        ("graalpy240_311_native", (GRAAL,), MUCH, ("graalpy242_311_native",)),
        ("weird", (C312,), CANNOT, ()),
    ],
)
def test_abi_tags(tag: str, files: tuple[str, ...], verdict: Verdict, honest: tuple[str, ...]) -> None:
    """An interpreter that takes the wheel by a false ABI tag cannot import its modules."""
    binaries = code(*files)
    claim = judge_abi(tag, (), (), modules(binaries))
    assert (claim.verdict, claim.true_tags) == (verdict, honest)


@pytest.mark.parametrize(
    ("tag", "files", "verdict"),
    [
        ("cp312", (C312,), TRUE),
        ("cp311", (C312,), MUCH),
        ("cp311", (C311, C312), TRUE),
        ("cp38", ("abi3",), TRUE),
        ("cp38", (C312,), MUCH),
        ("pp310", (PYPY,), TRUE),
        ("pp310", ("abi3",), MUCH),
        ("pp39", (PYPY,), MUCH),
        ("graalpy311", (GRAAL,), TRUE),
        ("py3", ("foo/libfoo.so",), TRUE),
        ("weird", (C312,), TRUE),
    ],
)
def test_python_tags(tag: str, files: tuple[str, ...], verdict: Verdict) -> None:
    """A Python that takes the wheel by a false python tag cannot import its modules."""
    binaries = code(*files)
    assert judge_python(tag, (), (), modules(binaries), stable=False).verdict is verdict


def test_ten_thousand_modules() -> None:
    """A wheel with thousands of modules must not take minutes: time must grow linearly."""
    many = code(*(f"foo/_{number}.{C311}.so" for number in range(10_000)))
    extensions = modules(many)
    assert len(judge_abi("cp312", (), (), extensions).reasons) == 10_000
    assert len(judge_python("cp312", (), (), extensions, stable=False).reasons) == 10_000
