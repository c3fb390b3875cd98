"""Which part of a wheel contradicts a claim: its extension modules, or only files that none of them needs. Pure.

Many a wheel brings plugins, optional back ends and programs that need more than its modules do. It can be imported
without them. Its tag is false all the same: installers take the wheel as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .claims import Claim, Scope
from .linking import Linking
from .modules import Module
from .rules import THE_WHEEL


class Scopes:
    """The files of one wheel, and which of them need which.

    :param files: the compiled files of the wheel, without debug information.
    :param modules: the extension modules among them.
    :param linking: which libraries a loader of Linux takes from the wheel.
    :param foreign: each file for macOS and Windows, with each file that is loaded with it.
    """

    def __init__(
        self,
        files: Iterable[str],
        modules: Iterable[Module],
        linking: Linking,
        foreign: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._files = list(files)
        self._modules = [module.file for module in modules]
        self._linking, self._foreign = linking, foreign
        self._users: dict[str, dict[str, list[str]]] = {}

    def add_to(self, claim: Claim, kind: str) -> Claim:
        """Say of a claim that files contradict which part of the wheel they are.

        :param claim: the claim.
        :param kind: ``manylinux`` for glibc's loader, ``musllinux`` for musl's.
        """
        if not claim.reasons:
            return claim
        if any(reason.file == THE_WHEEL for reason in claim.reasons):
            return replace(claim, scope=Scope.WHOLE)
        reached = self._reached({reason.file for reason in claim.reasons}, kind)
        parts = self._modules or self._files
        false = tuple(part for part in parts if part in reached)
        if len(false) == len(parts):
            return replace(claim, scope=Scope.WHOLE)
        if not self._modules:
            return replace(claim, scope=Scope.FILES, false_for=false)
        return replace(claim, scope=Scope.MODULES if false else Scope.OPTIONAL, false_for=false)

    def _reached(self, files: set[str], kind: str) -> set[str]:
        """Add the files that need some files, directly or through others."""
        users = self._users_of(kind)
        waiting = list(files)
        while waiting:
            fresh = [user for user in users.get(waiting.pop(), ()) if user not in files]
            files.update(fresh)
            waiting += fresh
        return files

    def _users_of(self, kind: str) -> dict[str, list[str]]:
        if kind not in self._users:
            users: dict[str, list[str]] = {}
            for user, file in self._foreign:
                users.setdefault(file, []).append(user)
            for file in self._files:
                for provider in self._linking.providers(file, kind).values():
                    users.setdefault(provider.file, []).append(file)
            self._users[kind] = users
        return self._users[kind]
