"""Many wheels on Dask's and Ray's workers, where these are installed: ``nox -s cluster``."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from manytags import WheelAudit, audit, audit_many
from manytags.audits import many

from .made_wheels import FALSE, PURE, TRUE, made_wheel, put_wheel

# We cannot mend what other packages warn of.
pytestmark = pytest.mark.filterwarnings("default")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "audit-an-index.md"


def program(name: str) -> dict[str, Any]:
    """Run the program of that name on the page; return what it defines."""
    (code,) = re.findall(rf"^<!-- run: {name} -->\n```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    defined: dict[str, Any] = {}
    exec(code, defined)  # noqa: S102 - our own
    return defined


def index(folder: Path) -> list[Path]:
    """Write two hundred wheels, a quarter of them broken, in folders."""
    contents = [made_wheel(TRUE, {}), b"no wheel", made_wheel(FALSE, {}), made_wheel(PURE, {})]
    for number in range(200):
        place = folder / str(number % 7)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"demo{number}-1.0-py3-none-any.whl").write_bytes(contents[number % 4])
    return sorted(folder.rglob("*.whl"))


def logged(log: Path) -> list[dict[str, Any]]:
    """Read a log, without what it says of the files."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [{key: value for key, value in line.items() if key != "log"} for line in lines]


def test_dask(tmp_path: Path) -> None:
    """Workers of a cluster give the answers of one process, in the same order, and go on with a log."""
    distributed: Any = pytest.importorskip("dask.distributed")
    paths, log = index(tmp_path / "index"), tmp_path / "audits.jsonl"
    expected = [answer.to_data() for answer in audit_many(paths)]
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        audit_index = program("dask")["audit_index"]
        audit_index(tmp_path / "index", log, client)
        assert logged(log) == expected
        log.write_text("".join(log.read_text().splitlines(keepends=True)[:50]))
        audit_index(tmp_path / "index", log, client)
        assert logged(log) == expected
        assert [answer.to_data() for answer in audit_many(paths, client.get_executor())] == expected
        answers = audit_many(iter(paths), client.get_executor(), ahead=8)
        next(answers)
        answers.close()  # type: ignore[attr-defined] # it is a generator


def test_ray(tmp_path: Path) -> None:
    """Ray has no executor. The four lines that the documentation shows must be enough."""
    ray: Any = pytest.importorskip("ray")
    paths, log = index(tmp_path / "index"), tmp_path / "audits.jsonl"
    ray.init(num_cpus=2, include_dashboard=False, configure_logging=False)
    try:
        program("ray")["audit_index"](tmp_path / "index", log)
    finally:
        ray.shutdown()
    assert logged(log) == [answer.to_data() for answer in audit_many(paths)]


def deadly_worker() -> None:
    """Make this worker die of wheels that are called deadly."""

    def deadly(path: str, *options: Any) -> WheelAudit:  # noqa: ANN401 - handed on
        if "deadly" in path:
            os._exit(1)
        return audit(path, *options)

    vars(many)["audit"] = deadly


def test_dask_with_a_file_that_kills_workers(tmp_path: Path) -> None:
    """A wheel that takes all memory of each worker that gets it is named, and costs no other answer."""
    distributed: Any = pytest.importorskip("dask.distributed")
    wheel = put_wheel(tmp_path, TRUE)
    paths = [wheel] * 20 + [tmp_path / "deadly.whl"] + [wheel] * 20
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        client.register_worker_callbacks(deadly_worker)
        answers = list(audit_many(paths, program("dask")["DaskExecutor"](client), ahead=4))
    assert [str(answer.outcome) for answer in answers] == ["clean"] * 20 + ["unreadable"] + ["clean"] * 20
    assert "its worker failed" in str(answers[20])
