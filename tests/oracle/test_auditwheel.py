"""Real wheels have the same lowest policy in manytags as in auditwheel, except for listed differences.

``auditwheel_world.py`` recorded auditwheel's answers, and what the files in the wheels need, in ``data``. With
``MANYTAGS_ASK_AUDITWHEEL=1`` in the environment, as in ``nox -s auditwheel``, the wheels are fetched, the installed
auditwheel is asked again, elfdeps is asked what the files need, and the wheels are read and audited again.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import zipfile
from collections import Counter
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import manytags
from manytags.audits.claims import Verdict
from manytags.audits.report import WheelAudit
from manytags.audits.rules import ViolationKind, lowest_policy
from manytags.audits.wheel import audit, audit_from_contents
from manytags.binaries.elf import read_elf
from manytags.platforms.linux.policies import KINDS

from . import auditwheel_world
from .auditwheel_differences import AUDITWHEEL_DIFFERENCES, AuditwheelDifference
from .auditwheel_world import Wheel, wheels

FILES = tuple(wheels())
#: Which tags of each wheel are true, determined by hand.
CLAIMS: dict[str, dict[str, Any]] = json.loads(auditwheel_world.CLAIMS.read_text(encoding="utf-8"))["wheels"]
LISTED = {file: tags for difference in AUDITWHEEL_DIFFERENCES for file, tags in difference.files.items()}
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "why-tags-are-claims.md"

#: What auditwheel does not check.
IGNORED = (ViolationKind.EXECUTABLE_STACK, ViolationKind.DECLARED_PROCESSOR)


@cache
def lowest(file: str) -> frozenset[str]:
    """Find the tags of the lowest policies of each kind, for each architecture in the wheel."""
    contents = wheels()[file].contents
    architectures = {"armv7l" if code.architecture == "arm" else code.architecture for code in contents.binaries}
    policies_kept = {
        lowest_policy(contents.binaries, kind, architecture, contents.linking, IGNORED)
        for kind in KINDS
        for architecture in architectures
    }
    return frozenset(policy.tag for policy in policies_kept if policy)


def agrees(wheel: Wheel) -> bool:
    """Whether auditwheel agrees with our answer. It says ``linux_*`` if no policy fits."""
    tag = wheel.answer.get("overall_tag")
    return not lowest(wheel.file) if tag and tag.startswith("linux_") else tag in lowest(wheel.file)


def as_recorded(result: WheelAudit) -> dict[str, Any]:
    """Write an audit in the form of the record: all claims that are not true, and each reason once."""
    claims = {}
    for claim in result.claims:
        if claim.verdict is Verdict.TRUE:
            continue
        row: dict[str, Any] = {"verdict": str(claim.verdict)}
        reasons: dict[str, set[str]] = {}
        for reason in claim.reasons:
            reasons.setdefault(str(reason.kind), set()).add(reason.what)
        if reasons:
            row["reasons"] = {kind: sorted(what) for kind, what in reasons.items()}
        else:
            row["honest"] = list(claim.true_tags)
        claims[f"{claim.kind} {claim.tag}"] = row
    return {"honest_tags": list(result.true_tags), "claims": claims}


def test_the_record_is_whole() -> None:
    """Without this, half a record, or a record of similar wheels, would still pass."""
    answers = json.loads(auditwheel_world.ANSWERS.read_text(encoding="utf-8"))
    assert answers["auditwheel"] == auditwheel_world.VERSION
    assert len(FILES) == len(answers["wheels"]) == 95
    assert set(CLAIMS) == set(FILES)
    architectures = Counter(code.architecture for wheel in wheels().values() for code in wheel.contents.binaries)
    assert set(architectures) == {"x86_64", "i686", "aarch64", "arm", "ppc64", "ppc64le", "s390x", "riscv64"}
    assert sum(architectures.values()) == 857
    assert all(wheel.contents.binaries for wheel in wheels().values())


@pytest.mark.parametrize("file", FILES)
def test_lowest_policy_is_auditwheels(file: str) -> None:
    """Builders who come from auditwheel must get the tag that they had, or know why they do not."""
    assert agrees(wheels()[file]) or lowest(file) == LISTED.get(file, "no difference is listed")


@pytest.mark.parametrize("difference", AUDITWHEEL_DIFFERENCES, ids=lambda difference: difference.name)
def test_each_listed_difference_is_one(difference: AuditwheelDifference) -> None:
    """A listed difference that no longer exists misleads users of the list."""
    assert difference.reason
    for file, tags in difference.files.items():
        assert not agrees(wheels()[file])
        assert lowest(file) == tags


@pytest.mark.parametrize("file", FILES)
def test_claims(file: str) -> None:
    """A true tag of a real wheel must not be called false, and a false tag must be."""
    assert as_recorded(audit_from_contents(wheels()[file].contents, file)) == CLAIMS[file]


def test_famous_claims() -> None:
    """The audit was written because of these wheels, so it must say exactly what is wrong with them."""
    declared = {
        "maturin-1.16.0-py3-none-linux_armv6l.whl": {"ARMv7, VFPv3 and NEON"},
        "uv-0.13.8-py3-none-linux_armv6l.whl": {"ARMv7, VFPv3 and NEON", "VFPv3"},  # uv and uvx
        "ruff-0.17.5-py3-none-linux_armv6l.whl": {"VFPv3"},
    }
    for file, what in declared.items():
        result = audit_from_contents(wheels()[file].contents, file)
        reasons = [reason for claim in result.claims for reason in claim.reasons]
        assert {reason.what for reason in reasons} == what
        assert {(reason.kind, reason.allowed) for reason in reasons} == {
            (ViolationKind.DECLARED_PROCESSOR, ("ARMv6", "VFPv2"))
        }
    grpcio = "grpcio-1.85.1-cp314-cp314-linux_armv7l.whl"
    assert audit_from_contents(wheels()[grpcio].contents, grpcio).true_tags == ("manylinux_2_34_armv7l",)


def manylinux_claims(file: str) -> list[tuple[str, manytags.Manylinux]]:
    """List the manylinux tags in a file name."""
    tags = file.removesuffix(".whl").rpartition("-")[2].split(".")
    return [(tag, parsed) for tag in tags if isinstance(parsed := manytags.parse_platform(tag), manytags.Manylinux)]


@pytest.mark.parametrize("file", [file for file in FILES if manylinux_claims(file) and file not in LISTED])
def test_auditwheel_finds_the_same_claims_false(file: str) -> None:
    """auditwheel's readers draw this conclusion themselves: its tag is newer than the wheel's, or it has no tag."""
    lowest_tag = manytags.parse_platform(wheels()[file].answer["overall_tag"])
    for tag, claimed in manylinux_claims(file):
        false = not isinstance(lowest_tag, manytags.Manylinux) or lowest_tag.glibc > claimed.glibc
        claim = CLAIMS[file]["claims"].get(f"platform tag {tag}", {})
        assert bool(set(claim.get("reasons", ())) - set(map(str, IGNORED))) == false


def test_documented_false_claims_are_recorded() -> None:
    """The page names wheels of real projects, so each of its rows must be true."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition("## Claims that are false\n")
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| (.+) \|$", section.partition("\n## ")[0], re.MULTILINE)
    assert len(rows) > 10
    for start, tag, needs in rows:
        (file,) = (file for file in FILES if file.startswith(f"{start}-") and tag in file)
        claim = CLAIMS[file]["claims"][f"platform tag {tag}"]
        known = {what for subjects in claim["reasons"].values() for what in subjects}
        assert claim["verdict"] == "claims too much"
        assert set(re.findall(r"`([^`]+)`", needs)) <= known


ASKED = pytest.mark.skipif(
    not os.environ.get("MANYTAGS_ASK_AUDITWHEEL") or importlib.util.find_spec("auditwheel") is None,
    reason="fetches 1 GB of wheels: nox -s auditwheel, or MANYTAGS_ASK_AUDITWHEEL=1 and auditwheel installed",
)


@ASKED
@pytest.mark.parametrize("file", FILES)
def test_auditwheel_still_answers_so(file: str) -> None:
    """The record must be what auditwheel really says."""
    wheel = wheels()[file]
    path = auditwheel_world.fetch(file, wheel.sha256, auditwheel_world.cache_folder())
    assert auditwheel_world.ask(path) == wheel.answer


@ASKED
@pytest.mark.parametrize("file", FILES)
def test_wheels_are_read_and_audited_so(file: str) -> None:
    """The record, which the other tests use, must be what is in the wheels."""
    wheel = wheels()[file]
    path = auditwheel_world.fetch(file, wheel.sha256, auditwheel_world.cache_folder())
    read = [read_elf(BytesIO(data), name) for name, data in auditwheel_world.elf_members(path)]
    assert [replace(needs, undefined=auditwheel_world.condensed(needs)) for needs in read] == list(
        wheel.contents.binaries
    )
    result = audit(path)
    assert not result.is_damaged
    shown = [replace(needs, undefined=(), defined=(), defined_versions=None) for needs in wheel.contents.binaries]
    assert shown == [needs for needs in result.needs if needs.format == "ELF"]
    assert as_recorded(result) == as_recorded(audit_from_contents(wheel.contents, file))


@pytest.mark.skipif(
    not os.environ.get("MANYTAGS_ASK_AUDITWHEEL") or importlib.util.find_spec("elfdeps") is None,
    reason="fetches 1 GB of wheels: nox -s auditwheel, or MANYTAGS_ASK_AUDITWHEEL=1 and elfdeps installed",
)
@pytest.mark.parametrize("file", FILES)
def test_elfdeps_reads_the_same_needs(file: str) -> None:
    """A second reader, which follows sections and not segments, must see no other need of any file."""
    elfdeps = importlib.import_module("elfdeps")
    wheel = wheels()[file]
    with zipfile.ZipFile(auditwheel_world.fetch(file, wheel.sha256, auditwheel_world.cache_folder())) as archive:
        theirs = {
            # rpm's sign for a file that has no DT_HASH.
            str(info.filename): {(need.soname, need.version) for need in info.requires if need.soname != "rtld"}
            for info in elfdeps.analyze_zipfile(archive)
        }
    assert theirs == {
        code.name: {(library, "") for library in code.needed} | {(need.library, need.version) for need in code.versions}
        for code in wheel.contents.binaries
    }
