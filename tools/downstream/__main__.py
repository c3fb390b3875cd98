"""Run the tests of packaging or of pip with manytags behind them; the status is 1 if an unlisted test fails.

``python -m tools.downstream packaging CHECKOUT``, or ``pip CHECKOUT``.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import pytest

from .differences import PACKAGING, PIP

#: Project -> its tests of tags, wheels and candidates by folder and name, what is listed, and the options of pytest.
PROJECTS = {
    "packaging": ((), ["test_tags"], PACKAGING, ["--import-mode=importlib"]),
    "pip": (
        ("unit",),
        [
            *("test_models_wheel", "test_utils_compatibility_tags", "test_finder", "test_index", "test_target_python"),
            *("test_link", "test_wheel", "test_wheel_builder", "test_utils_wheel", "test_cache", "test_format_control"),
            *("test_collector", "test_utils_pylock", "resolution_resolvelib"),
        ],
        PIP,
        ["--disable-socket"],
    ),
}


class Outcomes:
    """What became of each test."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that failed, in any phase, or passed."""
        name = report.nodeid.split("::", 1)[1]
        if report.failed:
            self.failed[name] = report.longreprtext
        elif report.when == "call" and report.passed:
            self.passed.add(name)


def main(project: str, checkout: Path) -> int:
    """Run the tests, and say what is not listed."""
    folder, names, listed, options = PROJECTS[project]
    paths = [checkout.joinpath("tests", *folder, name) for name in names]
    files = [str(path if path.is_dir() else path.with_suffix(".py")) for path in paths]
    import_module(f".{project}_engine", __package__)
    outcomes = Outcomes()
    os.chdir(checkout)
    plain = ["-q", "-p", "no:cacheprovider", "--tb=no", "-o", "addopts=", "--rootdir", str(checkout)]
    pytest.main([*plain, *options, *files], plugins=[outcomes])
    unlisted = {
        name: text for name, text in outcomes.failed.items() if listed.keys().isdisjoint((name, name.partition("[")[0]))
    }
    for name, text in unlisted.items():
        print(f"{name} fails, and is not listed:\n{text}\n")
    failed = outcomes.failed.keys() | {name.partition("[")[0] for name in outcomes.failed}
    stale = listed.keys() - failed
    for name in stale:
        print(f"{name} is listed, and does not fail")
    print(f"{project}: {len(outcomes.passed)} pass, {len(outcomes.failed)} differ, {len(unlisted)} not listed")
    return bool(unlisted or stale or not outcomes.passed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]).resolve()))
