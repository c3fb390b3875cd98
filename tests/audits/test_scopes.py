"""Which part of a wheel a false tag is false for."""

from __future__ import annotations

import io

import pytest

from manytags import audit
from manytags.audits.claims import Claim, Scope, Verdict
from manytags.audits.contents import Contents
from manytags.audits.judge import Judge
from manytags.binaries.binary import Binary
from manytags.tags.filename import parse_tag_set

from .made_wheels import X86_64, made_wheel
from .wrong.wheels import binary

PLAIN = binary("plain")
TAG = "manylinux_2_17_x86_64"
C, D = (f"foo/_{letter}.cpython-312-x86_64-linux-gnu.so" for letter in "cd")


def file(name: str, *needed: str, kind: str = "shared object") -> Binary:
    """A file of a package, which needs some libraries."""
    return Binary(
        name, "ELF", "x86_64", 62, 64, "little", kind, needed=needed, runpath="$ORIGIN", executable_stack=False
    )


def claim(*files: Binary) -> Claim:
    """Judge the platform tag of a wheel."""
    tag_set = parse_tag_set(f"cp312-cp312-{TAG}")
    return next(claim for claim in Judge(Contents(tag_set, tag_set, False, files)).claims() if claim.tag == TAG)


LIB, PLUGIN = file("foo/libfoo.so"), file("foo/plugins/libplugin.so", "libhwloc.so.15")


@pytest.mark.parametrize(
    ("files", "scope", "false_for"),
    [
        ((file(C, "libfoo.so"), LIB), Scope.NOTHING, ()),
        ((file(C, "libfoo.so"), LIB, PLUGIN), Scope.OPTIONAL, ()),
        ((file(C), file("foo.data/scripts/tool", "libhwloc.so.15", kind="executable")), Scope.OPTIONAL, ()),
        ((file(C, "libhwloc.so.15"),), Scope.WHOLE, ()),
        ((file(C, "libhwloc.so.15"), file(D)), Scope.MODULES, (C,)),
        ((file(C, "libfoo.so"), file(D), file("foo/libfoo.so", "libhwloc.so.15")), Scope.MODULES, (C,)),
        (
            (file(C, "libfoo.so"), file("foo/libfoo.so", "libbar.so"), file("foo/libbar.so", "libhwloc.so.15")),
            Scope.WHOLE,
            (),
        ),
        ((LIB, PLUGIN), Scope.FILES, (PLUGIN.name,)),
        ((PLUGIN,), Scope.WHOLE, ()),
    ],
    ids=["true", "a plugin", "a program", "a module", "one of two", "by a library", "by two", "no modules", "no other"],
)
def test_scopes(files: tuple[Binary, ...], scope: Scope, false_for: tuple[str, ...]) -> None:
    """tbb's and numba's tags are false for back ends that are optional: whoever uses no back end need not worry."""
    judged = claim(*files)
    assert (judged.scope, judged.false_for) == (scope, false_for)
    assert judged.is_false is (scope is not Scope.NOTHING), "installers take the wheel as a whole"


def test_reports_say_which_part() -> None:
    """The report and the JSON must tell a wheel that cannot be imported from one whose plugin cannot be loaded."""
    name = f"demo-1.0-cp312-cp312-{TAG}.whl"  # x86_64.so needs glibc 2.29
    module, other = "demo/_c.cpython-312-x86_64-linux-gnu.so", "demo/libplugin.so"
    small = io.BytesIO(made_wheel(name, {module: X86_64, other: X86_64}))
    both = audit(small, name)
    assert "true for" not in str(both)
    data = both.to_data()["claims"]
    assert isinstance(data, list)
    assert [claim["scope"] for claim in data] == ["nothing", "nothing", "whole"]
    answer = audit(io.BytesIO(made_wheel(name, {"demo/a.abi3.so": PLAIN, other: X86_64})), name)
    assert "    true for every module; false for optional files, which no module needs\n" in str(answer)
    named = audit(io.BytesIO(made_wheel(name, {"demo/a.abi3.so": PLAIN, module: X86_64})), name)
    assert f"    false for {module}; true for every other module\n" in str(named)
    libraries = audit(io.BytesIO(made_wheel(name, {"demo/liba.so": PLAIN, other: X86_64})), name)
    assert f"    false for {other}; true for every other file, and there are no modules\n" in str(libraries)
    assert Verdict.TOO_MUCH in {claim.verdict for claim in libraries.claims}
