"""The cache: one folder for each thing that was built, named by its recipe.

A folder appears under its name only when it is complete: an interrupted build leaves nothing that looks built.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class Unavailable(Exception):
    """The error for an environment that is not available on this machine, with the reason."""


def default_folder() -> Path:
    """Return the default folder of the cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "manytags" / "hosts"


@dataclass(frozen=True)
class Store:
    """The folder of everything that was built."""

    folder: Path

    def get(self, name: str, recipe: str, build: Callable[[Path], None]) -> Path:
        """Return the folder of ``name`` made by ``recipe``, and build it if it is missing.

        :param name: the first part of the folder's name, for people.
        :param recipe: all that determines what is built. Another recipe has another folder.
        :param build: a function that fills an empty folder.
        """
        key = hashlib.sha256(recipe.encode()).hexdigest()[:10]
        place = self.folder / f"{name}-{key}"
        if place.is_dir():
            return place
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=self.folder))
        try:
            partial.chmod(0o755)
            build(partial)
            partial.rename(place)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        return place
