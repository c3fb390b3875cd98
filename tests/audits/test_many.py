"""The audit of many wheels: in any executor, from endless streams of paths, and with broken wheels among them."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from manytags import InvalidBinary, InvalidWheel, WheelAudit, audit, audit_many
from manytags.audits import many
from manytags.audits.batches import batches
from manytags.audits.many import BrokenWheel

from .made_wheels import FALSE, PURE, TRUE, X86_64, put_wheel


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Wheels with true tags, with false tags, and broken wheels."""
    elf = tmp_path / "cut.so"
    elf.write_bytes(X86_64[:100])
    text = tmp_path / "text.whl"
    text.write_bytes(b"no wheel")
    good = [put_wheel(tmp_path, TRUE), put_wheel(tmp_path, FALSE), put_wheel(tmp_path, PURE, {})]
    return [good[0], text, good[1], tmp_path / "nowhere.whl", elf, good[2], tmp_path]


class Promised(Future[Any]):
    """An answer that is computed when it is awaited, or when the executor gets to it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work

    def keep(self) -> None:
        """Do the work."""
        if self.set_running_or_notify_cancel():
            self.set_result(self.work())

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - as Future has it
        """Do the work, if it is not done."""
        if not self.done():
            self.keep()
        return super().result(timeout)


class LastFirst(Executor):
    """An executor that starts with its newest task whenever it has three."""

    def __init__(self) -> None:
        self.given: list[Promised] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Promised:  # noqa: ANN401 - as Executor's
        """Take a piece of work."""
        self.given.append(Promised(lambda: fn(*args, **kwargs)))
        waiting = [task for task in self.given if not task.done()]
        if len(waiting) == 3:
            for task in reversed(waiting):
                task.keep()
        return self.given[-1]


def test_each_path_has_an_answer(paths: list[Path]) -> None:
    """One broken wheel must not hide the wheels after it, and its answer says what is wrong."""
    answers = list(audit_many(paths))
    assert [type(answer) for answer in answers] == [
        *(WheelAudit, BrokenWheel, WheelAudit, BrokenWheel, BrokenWheel, WheelAudit, BrokenWheel)
    ]
    assert [answer.path for answer in answers] == list(map(str, paths))
    assert [answer.is_false for answer in answers if isinstance(answer, WheelAudit)] == [False, True, False]
    errors = [answer.error for answer in answers if isinstance(answer, BrokenWheel)]
    assert [type(error) for error in errors] == [InvalidWheel, InvalidWheel, InvalidBinary, InvalidWheel]
    assert str(errors[1]) == "invalid wheel 'nowhere.whl': there is no such file"


def test_executors_agree_with_none(paths: list[Path]) -> None:
    """Wherever the work is done, the answers are the same, in the order of the paths."""
    alone = list(audit_many(paths))
    with ThreadPoolExecutor(3) as threads:
        assert list(audit_many(paths, threads)) == alone
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        assert list(audit_many(map(str, paths), processes)) == alone
    for ahead in (1, 2, 64):
        assert list(audit_many(paths, LastFirst(), ahead=ahead)) == alone


def test_depth_is_handed_on(paths: list[Path]) -> None:
    """A caller who asked for headers only must not wait for a full audit, wherever it is done."""
    answers = list(audit_many(paths[:1], LastFirst(), depth="header"))
    assert answers == [audit(paths[0], depth="header")] != [audit(paths[0])]


@pytest.mark.parametrize("kind", ["none", "odd", "threads"])
def test_endless_paths_are_taken_as_needed(kind: str, tmp_path: Path) -> None:
    """An index's stream of new wheels never ends, and must not fill the memory."""
    wheel = put_wheel(tmp_path, TRUE)
    taken: list[Path] = []

    def endless() -> Iterator[Path]:
        while True:
            taken.append(wheel)
            yield wheel

    with ThreadPoolExecutor(2) as threads:
        answers = audit_many(endless(), {"none": None, "odd": LastFirst(), "threads": threads}[kind], ahead=8)
        assert not taken, "nothing is done before the first answer is asked for"
        assert len(list(islice(answers, 30))) == 30
        assert len(taken) <= 30 + 8 * 8


def test_stopping_early_cancels_the_rest(paths: list[Path]) -> None:
    """If a caller stops at the first false tag, the cluster must stop too."""
    executor = LastFirst()
    answers = audit_many(paths[:2], executor, ahead=2)
    next(answers)
    answers.close()  # type: ignore[attr-defined] # it is a generator, as for every loop that is left
    assert [task.cancelled() for task in executor.given] == [False, True]


def test_progress(paths: list[Path]) -> None:
    """A progress bar must move with each file, broken or not, and never backwards."""
    for executor in (None, LastFirst()):
        seen: list[int] = []
        shown = [len(seen) for _ in audit_many(paths, executor, seen.append)]
        assert seen == [1, 2, 3, 4, 5, 6, 7]
        assert shown == seen, "told when it is done, not when it is asked for"


def test_answers_travel(paths: list[Path]) -> None:
    """Answers that cannot be pickled could not come from other processes, nor be kept in files."""
    for answer in audit_many(paths):
        again = pickle.loads(pickle.dumps(answer))  # noqa: S301 - our own
        assert again == answer
        assert hash(again) == hash(answer)
        assert again.to_json() == answer.to_json()
        assert str(again) == str(answer)
    broken = BrokenWheel("a.whl", InvalidWheel("a.whl", "no"))
    assert broken == BrokenWheel("a.whl", InvalidWheel("a.whl", "no"))
    assert broken != BrokenWheel("a.whl", InvalidWheel("a.whl", "never"))
    assert broken != BrokenWheel("a.whl", InvalidBinary("a.whl", "no"))
    assert broken != "a.whl"


def kill_at_some() -> None:
    """Make this worker die of wheels that are called deadly, as workers do that run out of memory."""

    def deadly(path: str, *options: Any) -> WheelAudit:  # noqa: ANN401 - those of audit
        if "deadly" in path:
            os.kill(os.getpid(), signal.SIGKILL)
        return audit(path, *options)

    vars(many)["audit"] = deadly


def fail_at_some(path: str, *options: Any) -> WheelAudit:  # noqa: ANN401 - those of audit
    """Fail as a cluster does whose workers died of a file."""
    if "deadly" in path:
        raise MemoryError
    return audit(path, *options)


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_dead_workers_lose_nothing(tmp_path: Path) -> None:
    """One wheel that takes all memory must not cost the answers for a million others, and must be named."""
    wheel = put_wheel(tmp_path, TRUE)
    paths = [*[wheel] * 70, tmp_path / "deadly.whl", *[wheel] * 9, tmp_path / "deadly2.whl", wheel]

    def make() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=kill_at_some)

    answers = list(audit_many(paths, make))
    assert [answer.path for answer in answers] == list(map(str, paths)), "each once, in order"
    broken = [answer for answer in answers if isinstance(answer, BrokenWheel)]
    assert [str(answer) for answer in broken] == [
        f"cannot audit {str(path)!r}: its worker failed: it was killed; is there enough memory?"
        for path in (paths[70], paths[80])
    ]
    given: list[WheelAudit | BrokenWheel] = []
    with make() as pool, pytest.raises(BrokenExecutor):
        given.extend(audit_many(paths, pool, ahead=1))
    assert given == answers[: len(given)]


def test_a_worker_that_fails_is_an_answer(paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask and Ray report a dead worker as the failure of one task. The others, and the rest of its batch, go on."""
    alone = list(audit_many(paths))
    monkeypatch.setattr(many, "batches", lambda paths, _ahead: [list(paths)])
    monkeypatch.setattr(many, "audit", fail_at_some)
    paths.insert(2, Path("deadly.whl"))
    with ThreadPoolExecutor(2) as pool:
        answers = list(audit_many(paths, pool))
    broken = answers.pop(2)
    assert answers == alone
    assert str(broken) == "cannot audit 'deadly.whl': its worker failed: MemoryError"


def test_an_executor_that_can_do_nothing(paths: list[Path]) -> None:
    """If no worker has manytags installed, the error says so at once, and not once for each of a million wheels."""

    def submit(*_task: object) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(ModuleNotFoundError("No module named 'manytags'"))
        return future

    executor = LastFirst()
    executor.submit = submit  # type: ignore[assignment, method-assign]
    with pytest.raises(ModuleNotFoundError, match="manytags"):
        list(audit_many(paths, executor))


def test_small_wheels_travel_in_batches(tmp_path: Path) -> None:
    """A task of a cluster costs more than the audit of a small wheel. Large wheels and few wheels are shared by all."""
    small, large = put_wheel(tmp_path, TRUE), tmp_path / "large.whl"
    with large.open("wb") as stream:
        stream.truncate(5 << 20)

    def tasks(paths: list[Path], ahead: int) -> list[int]:
        executor = LastFirst()
        taken = list(map(len, batches(map(str, paths), ahead)))
        assert len(list(audit_many(paths, executor, ahead=ahead))) == len(paths)
        assert len(executor.given) == len(taken)
        return taken

    assert tasks([small] * 60, 64) == [1] * 60
    assert sum(tasks([small] * 1000, 8)) == 1000
    sizes = list(map(len, batches([str(small)] * 10_000, 8)))
    assert (len(sizes) < 120, max(sizes)) == (True, 128)
    assert set(map(len, batches([str(large)] * 10_000, 8))) == {1, 2}
    assert max(map(len, batches(["/nowhere/a.whl"] * 10_000, 8))) == 8, "its size is not known here"


def test_a_dead_pool_is_no_broken_wheel(paths: list[Path]) -> None:
    """A user must not search a wheel for an error of the executor."""
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        list(audit_many(paths, pool))
