"""What the file of each family of platforms must have: the shape that mypy holds them to. For annotations alone."""

from __future__ import annotations

from typing import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..tags import Value
    from . import Evidence, Platform
    from .words import Named


class ReadsFacts(Protocol):
    """Facts about a host, as ``manytags.Facts`` gives them."""

    def text(self, name: str) -> str:
        """Value of a fact that is text, or an empty string."""

    def number(self, name: str) -> int | None:
        """Value of a fact that is an integer, or ``None``."""

    def seen(self, name: str) -> str:
        """Where a fact was seen, in words."""


class Family(Protocol):
    """One family of platforms: what its file must have."""

    @property
    def TITLE(self) -> str:  # noqa: N802 - a constant of the module
        """What people call the system."""

    @property
    def NAMES(self) -> Mapping[str, str]:  # noqa: N802
        """Names that people use for machines, each with the platform tag of the machine that is meant."""

    @property
    def COMMON(self) -> tuple[str, ...]:  # noqa: N802
        """Architectures that everybody means by "everywhere"."""

    @property
    def RETIRED(self) -> tuple[str, ...]:  # noqa: N802
        """Architectures that have tags, and that no Python of today runs on."""

    @property
    def EXAMPLES(self) -> tuple[str, ...]:  # noqa: N802
        """Platform tags, at least one of each kind and machine. The tests take each through all of manytags."""

    def parse(self, text: str) -> Value | None:
        """Read a platform tag of this family, in lower case; ``None`` where it only begins like one.

        :raises InvalidTag: it can only be meant as one, and is malformed.
        """

    def ladder(self, platform: Platform) -> list[str]:
        """List the platform tags that a platform of this family takes, best first.

        :raises InvalidTarget: the platform lacks what the tags are made of.
        """

    def describe(self, platform: Platform) -> str:
        """Describe a platform in words, such as ``Linux with glibc 2.36 on x86_64``."""

    def from_name(self, name: str) -> Named | None:
        """Describe a platform that people name in words, or return ``None`` where the words name none.

        :param name: in lower case, with dashes between the words.
        :raises InvalidTarget: the words name no platform that exists.
        """

    def infer(self, facts: ReadsFacts, evidence: list[Evidence]) -> Platform:
        """Conclude the platform from facts, and add to the evidence.

        :raises InvalidFacts: what the tags are made of was not seen.
        """

    def sysconfig_platform(self, platform: Platform) -> str:
        """Write a platform as ``sysconfig.get_platform()`` returns it."""

    def facts_from_sysconfig(self, fields: list[str]) -> dict[str, object]:
        """Read the facts in the text of ``sysconfig.get_platform()``.

        :param fields: what follows its first dash, split at dashes.
        """

    def machines(self) -> tuple[str, ...]:
        """List the architectures that today's Pythons run on."""

    def markers(self, platform: Platform) -> tuple[str, str, str, tuple[str, ...]]:
        """Give ``os_name``, ``sys_platform``, ``platform_system``, and what ``platform_machine`` may be."""

    def from_markers(self, machine: str, environment: Mapping[str, str]) -> Platform | None:
        """Describe the platform of a marker environment, or return ``None`` if the environment is ambiguous.

        :param machine: ``platform_machine``.
        :raises InvalidTarget: a marker is missing.
        """
