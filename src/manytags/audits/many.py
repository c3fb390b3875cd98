"""The audit of many wheels: one after another, or on the processors and machines of an executor."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass

from ..documents import json_text
from ..errors import ManytagsError
from .report import WheelAudit
from .wheel import audit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

    from .wheel import Depth


@dataclass(frozen=True, slots=True, eq=False)
class BrokenWheel:
    """A file that could not be audited. It takes the place of the audit among the answers.

    :param path: the file.
    :param error: why.
    """

    path: str
    error: ManytagsError

    def to_data(self) -> dict[str, object]:
        """Return it as values that JSON can hold."""
        return {"manytags_audit": 1, "path": self.path, "error": str(self.error)}

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


def audit_many(
    paths: Iterable[str | os.PathLike[str]],
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    depth: Depth = "full",
    ahead: int = 64,
) -> Iterator[WheelAudit | BrokenWheel]:
    """Audit many wheels; yield the answers in the order of the paths, as soon as possible.

    A file that cannot be audited is an answer too, and does not end the iteration.

    :param paths: paths of wheels or ELF files; a generator is advanced as paths are needed.
    :param executor: where the work is done: a pool of processes, or an executor of Dask or Ray whose workers see the
        same files. By default the caller's own process.
    :param progress: called after each file with the number of files that are done.
    :param depth: as for :func:`manytags.audit`.
    :param ahead: how many files are given to an executor before the first answer is awaited; at least as many as it
        has processors.

    >>> [str(answer) for answer in audit_many(["/nowhere/foo-1.0-py3-none-any.whl"])]
    ["invalid wheel 'foo-1.0-py3-none-any.whl': there is no such file"]
    """
    answers = _answers((os.fspath(path) for path in paths), executor, depth, ahead)
    for done, answer in enumerate(answers, 1):
        if progress is not None:
            progress(done)
        yield answer


def _answers(
    paths: Iterator[str], executor: Executor | None, depth: Depth, ahead: int
) -> Iterator[WheelAudit | BrokenWheel]:
    if executor is None:
        for path in paths:
            yield _audit_one(path, depth)
        return
    waiting: deque[Future[WheelAudit | BrokenWheel]] = deque()
    try:
        for path in paths:
            waiting.append(executor.submit(_audit_one, path, depth))
            while waiting and (len(waiting) >= ahead or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # A caller that stops early does not need the remaining answers.
        for future in waiting:
            future.cancel()


def _audit_one(path: str, depth: Depth) -> WheelAudit | BrokenWheel:
    try:
        return audit(path, depth=depth)
    except ManytagsError as error:
        return BrokenWheel(path, error)
