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
    """An environment that cannot be had on this machine, and why."""


def default_folder() -> Path:
    """Where the cache is when nobody says otherwise."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "manytags" / "hosts"


@dataclass(frozen=True)
class Store:
    """A folder of built things."""

    folder: Path

    def get(self, name: str, recipe: str, build: Callable[[Path], None]) -> Path:
        """The folder that holds ``name`` made by ``recipe``; built where it is not there yet.

        :param name: for people: the first part of the folder's name.
        :param recipe: all that decides what is built; another recipe is another folder.
        :param build: fills the empty folder that it is given.
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
