"""Libraries of other distributions: the verdict says what it is given, and a reason says what may be missing."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path

import pytest

from manytags import InvalidInput, audit, audit_many
from manytags.audits.beside import Beside
from manytags.audits.claims import Verdict
from manytags.audits.remarks import RemarkKind
from manytags.audits.report import WheelAudit
from manytags.cli import main

from ..loaders.shared_objects import SharedObject
from .made_wheels import made_wheel

TAG = "manylinux_2_5_x86_64"
NAME = f"demo-1.0-cp312-abi3-{TAG}.whl"
MODULE = "demo/_c.abi3.so"
LIBRARY = "libtorch.so"
INFO = "demo-1.0.dist-info"
NEEDY = SharedObject((LIBRARY,), runpath="$ORIGIN/../torch/lib", versions={LIBRARY: ("TORCH_2",)})


def wheel(module: SharedObject, requires: str = "torch (>=2)", **more: bytes) -> bytes:
    """A wheel of one module that requires something."""
    metadata = f"Name: demo\n{f'Requires-Dist: {requires}' if requires else ''}\n".encode()
    return made_wheel(NAME, {MODULE: module.build(), f"{INFO}/METADATA": metadata, **more})


def other(folder: Path, name: str, files: dict[str, SharedObject], requires: str = "") -> Path:
    """Write a wheel of another distribution."""
    path = folder / f"{name}-2.0-py3-none-{TAG}.whl"
    info = f"{name}-2.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in files.items():
            archive.writestr(member, content.build())
        archive.writestr(f"{info}/WHEEL", f"Tag: py3-none-{TAG}\n")
        archive.writestr(f"{info}/METADATA", f"Name: {name}\n{requires}\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def torch(folder: Path, *defines: str) -> Path:
    """Write a wheel with the library."""
    return other(
        folder, "torch", {f"torch/lib/{LIBRARY}": SharedObject(soname=LIBRARY, defines=defines or ("TORCH_2",))}
    )


def of_tag(answer: WheelAudit) -> tuple[Verdict, tuple[str, ...], list[str]]:
    """The verdict on the platform tag, what it is given, and the reasons."""
    (claim,) = (claim for claim in answer.claims if claim.tag == TAG)
    return claim.verdict, claim.given, [str(reason) for reason in claim.reasons]


def test_a_library_of_another_wheel(tmp_path: Path) -> None:
    """A third of all wheels called false need libraries of a wheel that is installed with them."""
    data = wheel(NEEDY)
    hint = f"{MODULE}: library {LIBRARY}: perhaps brought by torch (Requires-Dist): audit with --beside"
    assert of_tag(audit(io.BytesIO(data), NAME)) == (Verdict.TOO_MUCH, (), [hint])
    answer = audit(io.BytesIO(data), NAME, beside=[torch(tmp_path)])
    assert of_tag(answer) == (Verdict.TRUE, ("torch",), [])
    assert f"platform tag {TAG}: true, given torch" in str(answer)
    assert answer.is_clean


def test_a_library_that_is_too_old(tmp_path: Path) -> None:
    """PyQt6 6.12 does not load beside Qt 6.11."""
    answer = audit(io.BytesIO(wheel(NEEDY)), NAME, beside=[torch(tmp_path, "TORCH_1")])
    _, given, reasons = of_tag(answer)
    assert reasons == [
        f"{MODULE}: symbol version TORCH_2 of {LIBRARY}: torch/lib/{LIBRARY} of torch does not define it",
    ]
    assert given == ()
    assert (answer.true_tags, answer.remedies) == ((), ()), "linux_x86_64 would be refused by the loader too"


def test_a_bare_tag_beside_a_library_that_is_too_old() -> None:
    """linux_x86_64 promises nothing of the system, yet glibc refuses what a library of the wheel does not define."""
    torch_1 = SharedObject(soname=LIBRARY, defines=("TORCH_1",)).build()
    module = SharedObject((LIBRARY,), runpath="$ORIGIN", versions={LIBRARY: ("TORCH_2",)}).build()
    for kind, is_false in (("linux", True), ("musllinux_1_2", False)):
        name = f"demo-1.0-cp312-abi3-{kind}_x86_64.whl"
        answer = audit(io.BytesIO(made_wheel(name, {MODULE: module, f"demo/{LIBRARY}": torch_1})), name)
        assert answer.is_false is is_false, "musl does not compare the versions of libraries"


def test_a_library_that_must_be_loaded_before(tmp_path: Path) -> None:
    """torchvision finds no library of torch by itself, and loads once torch is imported."""
    data = wheel(SharedObject((LIBRARY,)))
    answer = audit(io.BytesIO(data), NAME, beside=[torch(tmp_path)])
    assert of_tag(answer)[:2] == (Verdict.TRUE, ("torch",))
    assert [remark.kind for remark in answer.remarks] == [RemarkKind.NOT_FOUND]


@pytest.mark.parametrize(
    ("requires", "is_required"),
    [("torch", True), ("Torch>=2; python_version > '3'", True), ("torch; extra == 'gpu'", False), ("numpy", False)],
)
def test_a_distribution_that_is_not_required(tmp_path: Path, requires: str, is_required: bool) -> None:
    """Whoever installs the wheel alone does not get a distribution that it does not require."""
    answer = audit(io.BytesIO(wheel(NEEDY, requires)), NAME, beside=[torch(tmp_path)])
    assert of_tag(answer)[1] == ("torch",)
    assert [remark.kind for remark in answer.remarks] == ([] if is_required else [RemarkKind.NOT_REQUIRED])


def test_requirements_in_turn(tmp_path: Path) -> None:
    """torch requires the libraries of CUDA by extras of another distribution."""
    cuda = "Provides-Extra: rt\nRequires-Dist: torch; extra == 'rt'"
    beside = [torch(tmp_path), other(tmp_path, "cuda_toolkit", {}, cuda)]
    for requires, kinds in (("cuda-toolkit[rt]", []), ("cuda-toolkit", [RemarkKind.NOT_REQUIRED])):
        answer = audit(io.BytesIO(wheel(NEEDY, requires)), NAME, beside=beside)
        assert [remark.kind for remark in answer.remarks] == kinds


def test_excluded_libraries() -> None:
    """The driver of a graphics card is in no wheel and in no policy."""
    data = wheel(SharedObject(("libcuda.so.1",)), "")
    assert of_tag(audit(io.BytesIO(data), NAME))[0] is Verdict.TOO_MUCH
    answer = audit(io.BytesIO(data), NAME, exclude=["libcuda.so.*"])
    assert of_tag(answer) == (Verdict.TRUE, ("libcuda.so.1",), [])


def test_site_packages(tmp_path: Path) -> None:
    """An environment says what is installed, in RECORD; libraries may be outside of site-packages."""
    site = tmp_path / "lib" / "python3.12" / "site-packages"
    (site / "tbb-2.0.dist-info").mkdir(parents=True)
    (site / "tbb-2.0.dist-info" / "METADATA").write_text("Name: tbb\n")
    (site / "tbb-2.0.dist-info" / "RECORD").write_text("../../libtbb.so.12,,\n/etc/passwd,,\ngone.so,,\n")
    (tmp_path / "lib" / "libtbb.so.12").write_bytes(SharedObject(soname="libtbb.so.12").build())
    data = wheel(SharedObject(("libtbb.so.12",), runpath="$ORIGIN/../../../"), "tbb")
    assert of_tag(audit(io.BytesIO(data), NAME, beside=[site])) == (Verdict.TRUE, ("tbb",), [])
    needs_gone = wheel(SharedObject(("gone.so",)), "tbb")
    assert of_tag(audit(io.BytesIO(needs_gone), NAME, beside=[site]))[0] is Verdict.TOO_MUCH


def test_a_folder_of_wheels(tmp_path: Path) -> None:
    """A publisher has the wheels of a release in one folder, with the one that is judged."""
    data = wheel(NEEDY)
    (tmp_path / NAME).write_bytes(data)
    torch(tmp_path)
    for source in (tmp_path / NAME, io.BytesIO(data)):
        assert of_tag(audit(source, NAME, beside=[tmp_path])) == (Verdict.TRUE, ("torch",), [])


def test_many(tmp_path: Path) -> None:
    """An audit of many wheels reads each neighbour once, also in other processes."""
    path = tmp_path / NAME
    path.write_bytes(wheel(NEEDY))
    beside = pickle.loads(pickle.dumps(Beside([torch(tmp_path)])))  # noqa: S301 - our own
    for answer in audit_many([path, path], beside=beside):
        assert isinstance(answer, WheelAudit)
        assert of_tag(answer)[1] == ("torch",)


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line gives neighbours too, and programs read what the verdict is given."""
    path = tmp_path / NAME
    path.write_bytes(wheel(NEEDY))
    assert main(["audit", str(path), "--exclude", "libx*", "--beside", str(torch(tmp_path)), "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert [claim["given"] for claim in answer["claims"]] == [[], [], ["torch"]]


def test_bad_neighbours(tmp_path: Path) -> None:
    """A mistyped path must not make a true wheel false."""
    with pytest.raises(InvalidInput, match="there is no such wheel or folder"):
        audit(io.BytesIO(wheel(NEEDY)), NAME, beside=[tmp_path / "nowhere"])
