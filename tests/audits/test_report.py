"""The report of an audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from manytags import audit
from manytags.audits.claims import Claim, ClaimKind, Verdict
from manytags.audits.report import report
from manytags.audits.rules import Violation, ViolationKind

from .made_wheels import FALSE, MODULE, X86_64, put_wheel


def test_reports_cannot_be_forged(tmp_path: Path) -> None:
    """A file name with a line feed must not write lines of its own into a report, nor steer a terminal."""
    evil = f"x\n  platform tag manylinux1_x86_64: true\x1b[2J/{MODULE}"
    answer = audit(put_wheel(tmp_path, FALSE, {MODULE: X86_64}))
    claims = tuple(
        replace(claim, reasons=tuple(replace(reason, file=evil) for reason in claim.reasons)) for claim in answer.claims
    )
    text = str(replace(answer, claims=claims))
    assert "platform tag manylinux1_x86_64: claims too much" in text
    assert "\n  platform tag manylinux1_x86_64: true" not in text
    assert "\x1b" not in text
    assert "x\\n  platform tag manylinux1_x86_64: true\\x1b[2J/demo." in text


def test_one_reason_is_told_once(tmp_path: Path) -> None:
    """A mistake that a hundred modules share must be reported in one line, not a hundred."""
    files = {f"demo/m{number}.cpython-312-x86_64-linux-gnu.so": X86_64 for number in range(6)}
    answer = audit(put_wheel(tmp_path, FALSE, files))
    (line,) = [line for line in str(answer).splitlines() if "GLIBC_2.29" in line]
    assert line.startswith("    symbol version GLIBC_2.29 of libm.so.6, for pow; the tag allows GLIBC_2.5: demo/m0.")
    assert line.endswith(" and 2 more")
    assert "demo/m4." not in line


def test_the_newest_version_is_told(tmp_path: Path) -> None:
    """Code that does without the newest version mostly does without the older ones too: one line, not twelve."""
    names = ("GLIBCXX_3.4.9", "GLIBCXX_3.4.18", "GLIBCXX_3.4.19")
    reasons = tuple(
        Violation("a.so", ViolationKind.SYMBOL_VERSION, name, "libstdc++.so.6", ("GLIBCXX_3.4.8",), (f"of_{name}",))
        for name in names
    )
    claim = Claim(ClaimKind.PLATFORM_TAG, "manylinux1_x86_64", ("file name", "WHEEL"), Verdict.TOO_MUCH, reasons)
    answer = replace(audit(put_wheel(tmp_path, FALSE, {})), claims=(claim,))
    (line,) = [line for line in str(answer).splitlines() if "GLIBCXX" in line]
    assert line == (
        "    symbol version GLIBCXX_3.4.19 and 2 older of libstdc++.so.6, for of_GLIBCXX_3.4.19; "
        "the tag allows GLIBCXX_3.4.8: a.so"
    )
    assert "GLIBCXX_3.4.19, GLIBCXX_3.4.18, GLIBCXX_3.4.9 of" in report(answer, whole=True)


def test_the_rest_is_counted(tmp_path: Path) -> None:
    """A long report would scroll out of view, so it is cut; ``whole`` prints all of it."""
    files = {f"demo/m{number}.so": X86_64[: 100 + number % 9] for number in range(22)}
    answer = audit(put_wheel(tmp_path, FALSE, files))
    notes = [line for line in str(answer).splitlines() if "unsound file" in line]
    assert len(notes) == 8
    assert notes[0].startswith("  note: demo/m0.so, demo/m9.so, demo/m18.so: unsound file: ")
    assert str(answer).endswith("\n  and 1 more")
    assert report(answer, whole=True).count("unsound file") == 9


def test_a_single_file_tells_what_it_needs(tmp_path: Path) -> None:
    """A user with a crash and no wheel needs the library's name, not only a verdict."""
    (tmp_path / "a.so").write_bytes(X86_64)
    assert str(audit(tmp_path / "a.so")).splitlines()[1] == "  needs libm.so.6 GLIBC_2.29"
