"""Batches of files for an executor: one task for many small wheels, and few large ones in one task.

A task costs an executor from a third of a millisecond (processes) to some milliseconds (clusters), and a small wheel
less than one. A batch must not be large either: its answers are pickled together, and a worker that has none waits.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

#: The most files in a batch, and the bytes after which it is given away. An audit reads some 90 MB a second.
_MOST_FILES, _MOST_BYTES = 128, 8 << 20
#: The size of a file that is not seen from here: the median of compiled wheels.
_UNSEEN = 1 << 20


def batches(paths: Iterable[str], ahead: int) -> Iterator[list[str]]:
    """Group paths in their order, as they come.

    The first batches are single files. They grow with the number of paths, because few files should still be shared by
    all workers.

    :param paths: the paths.
    :param ahead: how many batches are in work at a time.

    >>> [len(batch) for batch in batches(["/nowhere/a.whl"] * 16, ahead=4)]
    [1, 1, 1, 2, 2, 3, 4, 2]
    """
    batch: list[str] = []
    size = 0
    for count, path in enumerate(paths, 1):
        batch.append(path)
        size += _size(path)
        if size >= _MOST_BYTES or len(batch) >= min(_MOST_FILES, count // ahead + 1):
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _size(path: str) -> int:
    """Return the size of a file. The workers may see files that this machine does not."""
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return _UNSEEN
