"""The description of an environment: its name, how it is prepared, and how it runs a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .debian import Debian
from .store import Store


class Python(Protocol):
    """A foreign Python, ready to be asked."""

    @property
    def how(self) -> str:
        """How the Python is run, in a few words, for the ``seen`` line of a record."""

    def run(self, script: str) -> str:
        """Run a script, and return its standard output.

        :raises Unavailable: the script cannot be run, or fails.
        """


@dataclass(frozen=True)
class Workshop:
    """The tools that environments are made with."""

    store: Store
    debian: Debian


@dataclass(frozen=True)
class Machine:
    """An environment: a row of a table."""

    name: str
    about: str
    """A line about the machine that the environment represents."""
    prepare: Callable[[Workshop], Python]
    """Builds what is not in the cache yet. Raises :class:`~tools.hosts.store.Unavailable`."""
    moves: str = ""
    """Why its facts differ between days or machines; empty if they must not."""
