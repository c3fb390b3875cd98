"""The audit follows libraries as real loaders do: each layout, and the answers of glibc and musl on record."""

from __future__ import annotations

import io
import json
import os
import platform
import shutil
from pathlib import Path

import pytest

from manytags.audits.claims import Verdict
from manytags.audits.report import WheelAudit
from manytags.audits.wheel import audit

from ..loaders.shared_objects import GLIBC_LOADER, MUSL_LOADER, SharedObject
from .layouts import ANSWERS, LAYOUTS, ask, musl_program
from .made_wheels import made_wheel

RECORD = json.loads(ANSWERS.read_text(encoding="utf-8"))
TAGS = {"glibc": "manylinux_2_17_x86_64", "musl": "musllinux_1_2_x86_64"}

#: Whether this loads depends on which module is imported first: a remark says so.
LATER = "another module finds it, and comes later"


def audited(name: str, libc: str) -> WheelAudit:
    """Audit the wheel of a layout."""
    files = {
        path: content.build() if isinstance(content, SharedObject) else content
        for path, content in LAYOUTS[name].files_for(libc).items()
    }
    tag = f"cp312-abi3-{TAGS[libc]}"
    wheel = f"demo-1.0-{tag}.whl"
    return audit(io.BytesIO(made_wheel(wheel, files)), wheel)


@pytest.mark.parametrize("libc", TAGS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str, libc: str) -> None:
    """A wheel that a loader refuses must not be clean, and a wheel that it loads must not be called false."""
    answer = audited(name, libc)
    (claim,) = (claim for claim in answer.claims if claim.tag == TAGS[libc])
    if not RECORD["layouts"][name][libc]:
        assert claim.verdict is not Verdict.TOO_MUCH, claim.reasons
    elif name == LATER:
        assert not answer.is_clean
    else:
        assert claim.verdict is Verdict.TOO_MUCH


def can_ask(libc: str) -> bool:
    """Whether this machine has what asks a loader."""
    if libc == "musl":
        return os.path.exists(MUSL_LOADER) and shutil.which("musl-gcc") is not None
    return os.path.exists(GLIBC_LOADER) and platform.libc_ver()[1] == RECORD["glibc"]


@pytest.mark.parametrize("libc", TAGS)
def test_loaders_still_answer_so(libc: str, tmp_path: Path) -> None:
    """The record must be what real loaders say, where they can be asked."""
    if not can_ask(libc):
        pytest.skip(f"the recorded {libc} is not here, or not its compiler")
    musl = musl_program(tmp_path) if libc == "musl" else None
    assert {name: ask(layout, musl) for name, layout in LAYOUTS.items()} == {
        name: answers[libc] for name, answers in RECORD["layouts"].items()
    }
