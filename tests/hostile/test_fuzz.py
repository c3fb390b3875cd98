"""The inputs that a search by coverage found, and a few seeds, on each entrance for strangers' bytes."""

from __future__ import annotations

import re
from pathlib import Path
from time import process_time

import pytest

import manytags

from .fuzz import CORPUS, ENTRANCES, check
from .processor_time import in_time

SECURITY = Path(__file__).parents[2] / "SECURITY.md"
#: A line of the table of entrances: names, what may come, what bounds hold, the files that test it.
ROW = re.compile(r"\| (.+) \| (.+) \| (.+) \| (.+) \|")

#: Public names that take nothing of a stranger: values and errors, and what a caller alone decides.
INNER = {
    *("Target", "Python", "Platform", "Evidence", "TagOptions", "PlatformTag", "Manylinux", "Musllinux", "Linux"),
    *("MacOS", "IOS", "Android", "Windows", "Pyemscripten", "Pyodide", "Emscripten", "AnyPlatform", "OtherPlatform"),
    *("PythonTag", "AbiTag", "WheelFilename", "TagSet", "WheelAudit", "Binary", "Profile", "__version__"),
    *("sys_tags", "platform_tags", "clear_cache", "probe_script", "target_to_pex", "target_to_build_details"),
    *("marker_environment", "platform_names"),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_known_inputs(entrance: str) -> None:
    """What once broke an entrance must not break it again."""
    seeds = [
        b"",
        b"\0",
        b"\xff\xfe",
        b"a" * 5_000,
        b"[" * 5_000,
        b"(" * 5_000,
        b"{" * 5_000,
        b"a." * 5_000,
        b"9" * 5_000,
    ]
    for data in [*seeds, *(path.read_bytes() for path in sorted((CORPUS / entrance).glob("*")))]:
        began = process_time()
        check(entrance, data)
        assert in_time(began)


def rows() -> list[tuple[str, str, str, str]]:
    """Read the table of SECURITY.md, without its head."""
    found = [ROW.fullmatch(line) for line in SECURITY.read_text(encoding="utf-8").splitlines()]
    return [(row[1], row[2], row[3], row[4]) for row in found if row is not None and "`" in row[1]]


def test_the_table_lists_every_entrance() -> None:
    """A new public function that reads what strangers wrote must be in the table, with its bounds and its tests."""
    listed = set(re.findall(r"`([\w.]+)`", " ".join(row[0] for row in rows())))
    public = {name for name in manytags.__all__ if not name.startswith("Invalid") and not name.endswith("Error")}
    assert public - {*INNER, "InvalidInput"} <= listed, "not in SECURITY.md"


def test_the_table_names_tests_that_exist() -> None:
    """A promise without a test is not one."""
    root = SECURITY.parent
    for entrances, _, _, tests in rows():
        files = re.findall(r"`(tests/[^`]+)`", tests)
        assert files, entrances
        assert all((root / file).exists() for file in files), tests
