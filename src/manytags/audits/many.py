"""The audit of many wheels: one after another, or on the processors and machines of an executor."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ..documents import json_text
from ..errors import ManytagsError, WorkerError
from .batches import batches
from .beside import Beside
from .report import Outcome, WheelAudit
from .wheel import audit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future
    from typing import TypeAlias

    from .wheel import Depth

    Answer: TypeAlias = "WheelAudit | BrokenWheel"
    AuditOne: TypeAlias = Callable[[str], Answer]


@dataclass(frozen=True, slots=True, eq=False)
class BrokenWheel:
    """A file that could not be audited. It takes the place of the audit among the answers.

    :param path: the file.
    :param error: why.
    """

    path: str
    error: ManytagsError

    @property
    def outcome(self) -> Outcome:
        """What became of it, in a word: always ``unreadable``."""
        return Outcome.UNREADABLE

    def to_data(self) -> dict[str, object]:
        """Return it as values that JSON can hold."""
        return {"manytags_audit": 1, "outcome": self.outcome, "path": self.path, "error": str(self.error)}

    def to_json(self, indent: int | None = None) -> str:
        """Write it as JSON."""
        return json_text(self.to_data(), indent)

    def _key(self) -> tuple[object, ...]:
        return self.path, type(self.error), self.error.args

    def __eq__(self, other: object) -> bool:
        # Exceptions compare by identity, and an executor may have pickled this one.
        return self._key() == other._key() if isinstance(other, BrokenWheel) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return str(self.error)


def audit_many(  # noqa: PLR0913 - most are seldom given
    paths: Iterable[str | os.PathLike[str]],
    executor: Executor | Callable[[], Executor] | None = None,
    progress: Callable[[int], object] | None = None,
    depth: Depth = "full",
    ahead: int = 64,
    *,
    beside: Iterable[str | os.PathLike[str]] | Beside = (),
    exclude: Iterable[str] = (),
) -> Iterator[WheelAudit | BrokenWheel]:
    """Audit many wheels; yield the answers in the order of the paths, as soon as possible.

    A file that cannot be audited is an answer too, and does not end the iteration. Neither does a file that kills its
    worker, if the executor can still be used, or a new one can be made.

    :param paths: paths of wheels or ELF files; a generator is advanced as paths are needed.
    :param executor: where the work is done: a pool of processes, or an executor of Dask or Ray whose workers see the
        same files; of its futures only ``result``, ``done`` and ``cancel`` are used. By default the caller's own
        process. A function that makes an executor is called again if a dead worker has broken the last one, as a pool
        of processes is; what it makes is shut down at the end.
    :param progress: called after each file with the number of files that are done.
    :param depth: as for :func:`manytags.audit`.
    :param ahead: how many tasks are given to an executor before the first answer is awaited: some for each of its
        processors. A task is one file at first, later up to 128 files of together 8 MB; the fewer tasks, the sooner.
    :param beside: as for :func:`manytags.audit`; workers of an executor must see these files too.
    :param exclude: as for :func:`manytags.audit`.
    :raises concurrent.futures.BrokenExecutor: an executor broke that the caller made. All answers before it were given.

    >>> [str(answer) for answer in audit_many(["/nowhere/foo-1.0-py3-none-any.whl"])]
    ["invalid wheel 'foo-1.0-py3-none-any.whl': there is no such file"]
    """
    around = beside if isinstance(beside, Beside) else Beside(beside)
    task = partial(_audit_one, depth=depth, beside=around, exclude=tuple(exclude))
    answers = _answers((os.fspath(path) for path in paths), executor, task, ahead)
    for done, answer in enumerate(answers, 1):
        if progress is not None:
            progress(done)
        yield answer


def _answers(
    paths: Iterator[str], executor: Executor | Callable[[], Executor] | None, audit_one: AuditOne, ahead: int
) -> Iterator[Answer]:
    if executor is None:
        for path in paths:
            yield audit_one(path)
        return
    workers = _Workers(executor, audit_one)
    waiting: deque[_Task] = deque()
    try:
        for batch in batches(paths, max(ahead, 1)):
            waiting.append(workers.submit(batch))
            while waiting and (len(waiting) >= ahead or waiting[0].future.done()):
                yield from workers.answers(waiting.popleft())
        while waiting:
            yield from workers.answers(waiting.popleft())
    finally:
        # A caller that stops early does not need the remaining answers.
        for task in waiting:
            task.future.cancel()
        workers.close()


class _Task(NamedTuple):
    """A batch that an executor works on."""

    batch: list[str]
    future: Future[list[Answer]]
    executor: Executor


class _Workers:
    """An executor, or the executors that a function makes one after another."""

    def __init__(self, executor: Executor | Callable[[], Executor], task: AuditOne) -> None:
        self._make = executor if callable(executor) else None
        self._executor: Executor = executor() if callable(executor) else executor
        self._task = task

    def submit(self, batch: list[str]) -> _Task:
        return _Task(batch, self._executor.submit(_audit_batch, batch, self._task), self._executor)

    def answers(self, task: _Task) -> Iterator[Answer]:
        """Await the answers to a batch. If there are none because a worker died, ask again, file by file."""
        try:
            answers = task.future.result()
        except Exception as error:  # noqa: BLE001 - executors have their own
            self._recover(task, error)
            for path in task.batch:
                yield self._answer_alone(path)
        else:
            yield from answers

    def _answer_alone(self, path: str) -> Answer:
        # All tasks of a broken executor are done, so nothing else runs in the new one: this file kills its worker.
        task = self.submit([path])
        try:
            return task.future.result()[0]
        except Exception as error:  # noqa: BLE001 - executors have their own
            return BrokenWheel(path, WorkerError(path, self._recover(task, error)))

    def _recover(self, task: _Task, error: Exception) -> str:
        """Make a new executor for a broken one, and say what happened; raise the error if nothing can be done."""
        from concurrent.futures import BrokenExecutor  # loads threads and logging

        if not isinstance(error, BrokenExecutor):
            # If it cannot do nothing either, the executor is set up wrongly.
            self.submit([]).future.result()
            return str(error) or type(error).__name__
        if self._make is None:
            raise error
        if task.executor is self._executor:
            self._executor.shutdown(wait=False)
            self._executor = self._make()
        return "it was killed; is there enough memory?"

    def close(self) -> None:
        if self._make is not None:
            self._executor.shutdown(cancel_futures=True)


def _audit_batch(batch: list[str], task: AuditOne) -> list[Answer]:
    return [task(path) for path in batch]


def _audit_one(path: str, depth: Depth, beside: Beside, exclude: tuple[str, ...]) -> Answer:
    try:
        return audit(path, None, depth, beside, exclude)
    except ManytagsError as error:
        return BrokenWheel(path, error)
