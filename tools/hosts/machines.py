"""What an environment is: a name, how it is made ready, and how it runs a script."""

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
        """How it is run, in a few words, for the ``seen`` line of a record."""

    def run(self, script: str) -> str:
        """What a script writes to standard output there.

        :raises Unavailable: the script cannot be run, or fails.
        """


@dataclass(frozen=True)
class Workshop:
    """What environments are made with."""

    store: Store
    debian: Debian


@dataclass(frozen=True)
class Machine:
    """One environment: a row of a table."""

    name: str
    about: str
    """One line on the machine that this stands for."""
    prepare: Callable[[Workshop], Python]
    """Builds what is not in the cache yet. Raises :class:`~tools.hosts.store.Unavailable`."""
    moves: str = ""
    """Why its facts differ from one day or one machine to another; empty where they must not."""
