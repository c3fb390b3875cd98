"""What an audit says of archives that readers read differently; ``tests/oracle/archive_readers.py`` asked them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from manytags import WheelAudit, audit
from manytags.audits.remarks import RemarkKind
from manytags.errors import InvalidWheel

from .made_archives import CASES, NAME
from .made_wheels import MODULE, X86_64, made_wheel

ANSWERS = Path(__file__).parents[1] / "oracle" / "data" / "archive_readers.json"
READERS = json.loads(ANSWERS.read_text(encoding="utf-8"))["answers"]
INSTALLERS = ("pip", "uv", "uv, download")
REFUSED = "refused"

#: What all readers read alike, and we refuse: such an archive says that it has other parts, or the indexes refuse it.
STRICTER = {
    "a file twice, the same",
    "a masked header, by its header",
    "on another disk",
    "on disk 65535",
    "both disks are 1",
    "disk 65535",
    "zeros behind it",
    "64-bit end of no disk",
}


def judged(case: str) -> WheelAudit | str:
    """Audit an archive, or say why it is refused."""
    try:
        return audit(io.BytesIO(CASES[case]), NAME)
    except InvalidWheel as error:
        return str(error)


@pytest.mark.parametrize("case", CASES)
def test_archives_as_readers_read_them(case: str) -> None:
    """A wheel that installs as two different trees must not be called clean, nor one that installs well be refused."""
    answers = READERS[case]
    installed = [answers[reader] for reader in INSTALLERS]
    alike = all(tree == installed[0] != REFUSED for tree in installed)
    others = [tree for tree in answers.values() if tree != REFUSED]
    answer = judged(case)
    if not alike or case in STRICTER:
        assert isinstance(answer, str), "installers disagree, or refuse it"
    elif all(tree == others[0] for tree in others):
        assert isinstance(answer, WheelAudit), answer
        assert answer.is_clean == (case not in {"two names but for case", "a pipe"}), answer
    elif isinstance(answer, WheelAudit):
        assert not answer.is_clean, "other readers read another tree"


def test_the_cases_are_those_that_were_asked() -> None:
    """A case without an answer would test nothing."""
    assert list(READERS) == list(CASES)
    assert len(CASES) > 150


@pytest.mark.parametrize("case", ["a link", "a file that is marked as a folder", "a device", "a pipe"])
def test_members_that_are_marked_as_no_files(case: str) -> None:
    """Installers write the name of the other file into a file, where unzip makes a link: the maker must learn it."""
    answer = judged(case)
    assert isinstance(answer, WheelAudit)
    assert [(remark.file, remark.kind) for remark in answer.remarks] == [("foo/__init__.py", RemarkKind.FILE_TYPE)]


def test_names_that_differ_in_case_alone() -> None:
    """One file would replace the other on Windows and macOS. On Linux they are two files, and a tag may say Linux."""
    answer = judged("two names but for case")
    assert isinstance(answer, WheelAudit)
    (remark,) = answer.remarks
    assert (remark.kind, remark.file) == (RemarkKind.SAME_NAME, "foo/TWO.py")
    files = {"demo/A.py": b"", "demo/a.py": b""}
    name = "demo-1.0-cp312-cp312-manylinux_2_31_x86_64.whl"
    for_linux = audit(io.BytesIO(made_wheel(name, {**files, MODULE: X86_64})), name)
    assert not for_linux.remarks
