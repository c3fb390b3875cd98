"""The processes of ``manytags audit --jobs``."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import parent_process
from threading import Thread


def make_pool(jobs: int) -> ProcessPoolExecutor:
    """Make a pool of processes that ends with this process.

    :param jobs: how many processes.
    :raises OSError: the system denies semaphores, processes or memory to share.
    :raises ImportError: this Python was built without semaphores.
    """
    return ProcessPoolExecutor(jobs, initializer=_begin)


def _begin() -> None:
    # The parent handles Ctrl-C, and stops its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker when its parent is killed; else it would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
