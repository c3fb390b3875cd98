"""The log of a long run: what is in it is not done again, and what a dead machine left of it is mended."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import manytags
from manytags import AuditLog, InvalidAuditLog, audit_many
from manytags.audits.report import Outcome

from .made_wheels import FALSE, PURE, TRUE, put_wheel
from .test_audit_json import validator


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """Four files, of which one is not there."""
    wheels = [put_wheel(tmp_path, TRUE), put_wheel(tmp_path, FALSE), put_wheel(tmp_path, PURE, {})]
    return [*map(str, wheels), str(tmp_path / "nowhere.whl")]


def go_on(log: Path, paths: list[str], most: int = 100, settings: str = "") -> list[str]:
    """Audit what a log lacks, at most some files; return their paths."""
    with AuditLog(log, settings) as opened:
        done = []
        for answer, _ in zip(audit_many(opened.remaining(paths)), range(most), strict=False):
            opened.add(answer)
            done.append(str(answer.path))
        return done


def logged(log: Path) -> list[str]:
    """Return the paths in a log."""
    return [json.loads(line)["path"] for line in log.read_text().splitlines()]


def test_a_run_goes_on(tmp_path: Path, paths: list[str]) -> None:
    """Weeks of work must not begin again because a machine was switched off."""
    log = tmp_path / "audits.jsonl"
    assert go_on(log, paths, most=2) == paths[:2]
    assert go_on(log, paths) == paths[2:]
    assert go_on(log, paths) == []
    assert logged(log) == paths
    for line, answer in zip(log.read_text().splitlines(), audit_many(paths), strict=True):
        data = json.loads(line)
        del data["log"]
        assert data == answer.to_data()


def test_lines_are_read_while_the_run_goes_on(tmp_path: Path, paths: list[str]) -> None:
    """A dashboard that follows the file sees each answer when it is known, and a crash loses none."""
    log = tmp_path / "audits.jsonl"
    with AuditLog(log) as opened:
        for number, answer in enumerate(audit_many(opened.remaining(paths)), 1):
            opened.add(answer)
            assert logged(log) == paths[:number]


def test_each_cut_of_the_last_line_is_mended(tmp_path: Path, paths: list[str]) -> None:
    """A process can be killed, or a disk be full, between any two bytes. Nothing is lost but that one answer."""
    log = tmp_path / "audits.jsonl"
    go_on(log, paths)
    whole = log.read_bytes()
    last = len(whole) - len(whole.splitlines(keepends=True)[-1])
    for end in [*range(last + 1, last + 60), len(whole) - 2, len(whole) - 1]:
        for zeros in (b"", bytes(100)):
            log.write_bytes(whole[:end] + zeros)
            with AuditLog(log) as opened:
                assert opened.cut == end - last + len(zeros)
            assert log.read_bytes() == whole[:last]
    assert go_on(log, paths) == paths[3:]
    assert log.read_bytes() == whole


def test_other_files_are_left_alone(tmp_path: Path, paths: list[str]) -> None:
    """A slip of the fingers must not cut or fill a file that is no log."""
    log = tmp_path / "audits.jsonl"
    go_on(log, paths)
    whole = log.read_bytes()
    wrong = [b"hello", b"hello\n", b"{}", b'{"manytags_audit": 2', b"PK\3\4", b"[\n", b"\n" + whole]
    for content in [*wrong, whole + b"{}\n", whole.replace(b'"outcome"', b'"incomes"', 1), whole[:9] + b"\n" + whole]:
        other = tmp_path / "other"
        other.write_bytes(content)
        with pytest.raises(InvalidAuditLog, match=r"line \d is not the answer of an audit"):
            AuditLog(other)
        assert other.read_bytes() == content
    with pytest.raises(InvalidAuditLog, match="it is not a file"):
        AuditLog(tmp_path)
    with pytest.raises(InvalidAuditLog, match="it cannot be used: No such file or directory"):
        AuditLog(tmp_path / "nowhere" / "log")
    nested = b'{"manytags_audit": 1, "path": ' + b"[" * 100_000 + b"}\n"
    (tmp_path / "other").write_bytes(nested + nested)
    with pytest.raises(InvalidAuditLog, match="line 1"):
        AuditLog(tmp_path / "other")


def test_changed_files_are_audited_again_and_told(tmp_path: Path, paths: list[str]) -> None:
    """The answer for a file that was replaced is wrong, and so is silence about it."""
    log = tmp_path / "audits.jsonl"
    go_on(log, paths)
    os.utime(paths[0], ns=(0, 1_000_000_000))
    Path(paths[3]).write_bytes(b"it is there now")
    changed: list[str] = []
    with AuditLog(log) as opened:
        assert list(opened.remaining(paths, changed.append)) == changed == [paths[0], paths[3]]
        assert opened.skipped == {Outcome.FALSE: 1, Outcome.CLEAN: 1}
    assert go_on(log, paths) == [paths[0], paths[3]]
    assert go_on(log, paths) == [], "the newest line counts"


def test_other_settings_are_another_run(tmp_path: Path, paths: list[str]) -> None:
    """Answers by headers alone are not answers to a full audit."""
    log = tmp_path / "audits.jsonl"
    assert go_on(log, paths, settings="depth=header") == paths
    assert go_on(log, paths, settings="depth=full") == paths
    assert go_on(log, paths, settings="depth=full") == []


def test_a_path_is_done_once(tmp_path: Path, paths: list[str]) -> None:
    """A list of paths that was merged from two has doubles, before and after they were audited."""
    log = tmp_path / "audits.jsonl"
    assert go_on(log, [*paths[:1] * 3, *paths, *paths]) == paths


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """A cron job that begins before the last one has ended would do everything twice, and mix the lines."""
    pytest.importorskip("fcntl")
    log = tmp_path / "audits.jsonl"
    with AuditLog(log), pytest.raises(InvalidAuditLog, match="another run writes to it"):
        AuditLog(log)
    AuditLog(log).close()


def test_lines_keep_to_the_schema(tmp_path: Path, paths: list[str]) -> None:
    """Who reads the file with other tools relies on the schema, for every kind of line."""
    log = tmp_path / "audits.jsonl"
    go_on(log, paths)
    schema = validator().schema
    of_line = validator().evolve(schema={**schema, **schema["$defs"]["line"]})
    for line in log.read_text().splitlines():
        data = json.loads(line)
        assert [error.message for error in of_line.iter_errors(data)] == []
        assert [error.message for error in validator().iter_errors(data)] == []
        del data["log"]
        assert list(of_line.iter_errors(data))


def test_a_full_disk(paths: list[str]) -> None:
    """The error must name the log, and not a wheel."""
    if not os.path.exists("/dev/full"):
        pytest.skip("no device that is always full")
    with AuditLog(None) as log:
        log._stream = open("/dev/full", "ab")  # noqa: SIM115 - closed by the log
        with pytest.raises(InvalidAuditLog, match="it cannot be written: No space left on device"):
            log.add(manytags.audit(paths[0]))
