"""Many wheels on Dask's and Ray's workers, where these are installed: ``nox -s cluster``."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from manytags import audit_many

from .made_wheels import FALSE, PURE, TRUE, put_wheel

# We cannot mend what other packages warn of.
pytestmark = pytest.mark.filterwarnings("default")


def many(folder: Path) -> list[Path]:
    """Two hundred wheels, a quarter of them broken."""
    (folder / "text.whl").write_bytes(b"no wheel")
    kinds = [put_wheel(folder, TRUE), folder / "text.whl", put_wheel(folder, FALSE), put_wheel(folder, PURE, {})]
    return kinds * 50


def test_dask(tmp_path: Path) -> None:
    """Workers of a cluster give the answers of one process, in the same order."""
    distributed: Any = pytest.importorskip("dask.distributed")
    paths = many(tmp_path)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        assert list(audit_many(paths, client.get_executor())) == list(audit_many(paths))
        answers = audit_many(iter(paths), client.get_executor(), ahead=8)
        next(answers)
        answers.close()  # type: ignore[attr-defined] # it is a generator


def test_ray(tmp_path: Path) -> None:
    """Ray has no executor. The four lines that the documentation shows must be enough."""
    ray: Any = pytest.importorskip("ray")

    class RayExecutor(Executor):
        remote = staticmethod(cache(ray.remote))

        def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:  # type: ignore[override] # noqa: ANN401
            future: Future[Any] = self.remote(function).remote(*arguments).future()
            return future

    paths = many(tmp_path)
    ray.init(num_cpus=2, include_dashboard=False, configure_logging=False)
    try:
        assert list(audit_many(paths, RayExecutor())) == list(audit_many(paths))
    finally:
        ray.shutdown()
