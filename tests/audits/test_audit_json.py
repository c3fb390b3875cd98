"""An audit as JSON, which the schema in the package describes completely."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pytest

import manytags
from manytags import Binary, WheelAudit, audit_many
from manytags.audits.claims import Claim, ClaimKind, Verdict
from manytags.audits.many import BrokenWheel
from manytags.audits.needs import SystemNeed
from manytags.audits.remarks import Remark, RemarkKind
from manytags.audits.report import Outcome
from manytags.audits.rules import Violation, ViolationKind
from manytags.binaries.binary import NeededVersion, UndefinedSymbol
from manytags.binaries.elf import read_elf

from ..binaries.made_macho import universal2
from ..binaries.made_pe import X86, pe
from .made_wheels import ARMHF, FALSE, FOLDER, MODULE, PURE, TRUE, X86_64, put_wheel

ANDROID = (FOLDER / "android.so").read_bytes()


def schema() -> dict[str, Any]:
    """Read the schema as a user does."""
    path = files("manytags").joinpath("schemas").joinpath("audit.schema.json")
    return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))


@cache
def validator() -> Any:  # noqa: ANN401 - jsonschema has no types
    """Make a validator, and check that the schema itself is valid."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def problems(text: str) -> list[str]:
    """List what is wrong with a document according to the schema."""
    return [error.message for error in validator().iter_errors(json.loads(text))]


def names(value: type) -> list[str]:
    """List the fields of a value."""
    return [field.name for field in fields(value)]


def described(part: Any) -> Iterator[Any]:  # noqa: ANN401 - any part of a schema
    """Go through all objects of the schema."""
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for child in part.values():
            yield from described(child)


def test_the_schema_has_the_fields_of_the_values() -> None:
    """Every field must be described, and a removed field must not be."""
    parts = schema()["$defs"]
    assert list(parts["claim"]["properties"]) == names(Claim)
    assert list(parts["violation"]["properties"]) == names(Violation)
    assert list(parts["remark"]["properties"]) == names(Remark)
    assert list(parts["system_need"]["properties"]) == names(SystemNeed)
    assert list(parts["binary"]["properties"]) == names(Binary)
    of_binary = parts["binary"]["properties"]
    assert list(of_binary["versions"]["items"]["properties"]) == names(NeededVersion)
    assert list(of_binary["undefined"]["items"]["properties"]) == list(UndefinedSymbol._fields)
    assert set(parts["audit"]["properties"]) == {"manytags_audit", "outcome", "is_false", *names(WheelAudit)}
    assert set(parts["broken"]["properties"]) == {"manytags_audit", "outcome", *names(BrokenWheel)}
    for part in described(schema()):
        assert part["description"]
        assert part["required"] == list(part["properties"])
        assert all(field["description"] for field in part["properties"].values())


def test_the_schema_has_the_words_of_the_values() -> None:
    """A program that looks for a kind by its text must find that text in the schema."""
    parts = schema()["$defs"]
    assert parts["violation"]["properties"]["kind"]["enum"] == list(map(str, ViolationKind))
    assert parts["remark"]["properties"]["kind"]["enum"] == list(map(str, RemarkKind))
    assert parts["claim"]["properties"]["kind"]["enum"] == list(map(str, ClaimKind))
    assert parts["claim"]["properties"]["verdict"]["enum"] == list(map(str, Verdict))
    outcomes = [*parts["audit"]["properties"]["outcome"]["enum"], parts["broken"]["properties"]["outcome"]["const"]]
    assert outcomes == list(map(str, Outcome))


def put_file(path: Path, data: bytes) -> Path:
    """Write a file."""
    path.write_bytes(data)
    return path


def all_answers(folder: Path) -> dict[str, WheelAudit | BrokenWheel]:
    """Audit a wheel of every kind."""
    named = {
        "true": put_wheel(folder, TRUE),
        "false": put_wheel(folder, FALSE),
        "pure": put_wheel(folder, PURE, {"demo.py": b""}, purelib=True),
        "not pure": put_wheel(folder, "demo-1.1-py3-none-any.whl", purelib=True),
        "armv6": put_wheel(folder, "demo-1.0-cp312-cp312-linux_armv6l.whl", {"demo.so": ARMHF}),
        "damaged": put_wheel(folder, "demo-1.0-cp312-cp312-linux_x86_64.whl", {MODULE: X86_64[:100]}),
        "not code": put_wheel(folder, "demo-1.0-cp312-cp312-win_amd64.whl", {"demo.pyd": b"MZ"}),
        "Windows": put_wheel(folder, "demo-1.0-cp312-cp312-win_arm64.whl", {"demo.pyd": pe(), "run.exe": pe(X86)}),
        "macOS": put_wheel(folder, "demo-1.0-cp312-cp312-macosx_10_9_universal2.whl", {"demo.so": universal2()}),
        "Android": put_wheel(folder, "demo-1.0-cp313-cp313-android_24_x86_64.whl", {"demo.so": ANDROID}),
        "disagreeing": put_wheel(folder, "demo-1.0-cp313-cp313-linux_x86_64.whl", tag="cp312-cp312-linux_x86_64"),
        "one for two processors": put_file(folder / "demo.so", universal2()),
        "elf": FOLDER / "x86_64.so",
        "big-endian": FOLDER / "s390x.so",
        "nowhere": folder / "nowhere.whl",
    }
    return dict(zip(named, audit_many(named.values()), strict=True))


def test_what_is_written_is_valid(tmp_path: Path) -> None:
    """A schema that our own output does not match would be useless."""
    answers = all_answers(tmp_path)
    assert {name: problems(answer.to_json()) for name, answer in answers.items() if problems(answer.to_json())} == {}
    verdicts = {
        claim.verdict for answer in answers.values() if isinstance(answer, WheelAudit) for claim in answer.claims
    }
    assert verdicts == set(Verdict)
    assert isinstance(answers["nowhere"], BrokenWheel)
    header = manytags.audit(tmp_path / TRUE, depth="header")
    assert problems(header.to_json(indent=2)) == []


def test_the_schema_refuses() -> None:
    """A schema that accepts anything would be useless."""
    assert problems("{}")
    assert problems('{"manytags_audit": 1, "path": "a.whl"}')
    (reason,) = schema()["$defs"]["violation"]["properties"]["kind"]["enum"][:1]
    violation = {"file": "a", "kind": reason, "what": "b", "library": None, "allowed": [], "symbols": [], "note": ""}
    claim = {"kind": "ABI tag", "tag": "none", "where": ["WHEEL"], "verdict": "claims too much"}
    whole = {"scope": "whole", "false_for": []}
    audit: dict[str, Any] = {
        **{key: [] for key in ("true_tags", "remarks", "bundled", "needs", "system_needs", "remedies")},
        "manytags_audit": 1,
        "name": "a.whl",
        "path": None,
        "outcome": "false",
        "is_false": True,
        "claims": [{**claim, "reasons": [violation], "true_tags": [], "note": "", **whole, "given": []}],
    }
    assert problems(json.dumps(audit)) == []
    violation["kind"] = "bad luck"
    assert problems(json.dumps(audit))


def test_json_says_what_was_found(tmp_path: Path) -> None:
    """A program that reads the JSON must learn as much as one that imports manytags."""
    audit = manytags.audit(put_wheel(tmp_path, FALSE))
    data = json.loads(audit.to_json())
    assert (data["name"], data["path"], data["is_false"]) == (FALSE, str(tmp_path / FALSE), True)
    assert data["true_tags"] == ["manylinux_2_31_x86_64"]
    (claim,) = [claim for claim in data["claims"] if claim["verdict"] == "claims too much"]
    assert [claim["kind"], claim["tag"], claim["where"]] == [
        "platform tag",
        "manylinux1_x86_64",
        ["file name", "WHEEL"],
    ]
    assert claim["reasons"] == [
        {
            "file": MODULE,
            "kind": "symbol version",
            "what": "GLIBC_2.29",
            "library": "libm.so.6",
            "allowed": ["GLIBC_2.5"],
            "symbols": ["pow"],
            "note": "",
        }
    ]
    (needs,) = data["needs"]
    with (FOLDER / "x86_64.so").open("rb") as stream:
        assert needs["needed"] == list(read_elf(stream, MODULE).needed)
    broken = json.loads(BrokenWheel("a.whl", manytags.InvalidWheel("a.whl", "no")).to_json())
    assert broken == {
        "manytags_audit": 1,
        "outcome": "unreadable",
        "path": "a.whl",
        "error": "invalid wheel 'a.whl': no",
    }
