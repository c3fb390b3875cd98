"""The verdict on one tag that a wheel carries, as data."""

from __future__ import annotations

from dataclasses import dataclass

from ..documents import TextEnum
from .rules import Violation


class ClaimKind(TextEnum):
    """What a wheel claims: three kinds of tags, and that it is pure Python."""

    PYTHON_TAG = "python tag"
    ABI_TAG = "ABI tag"
    PLATFORM_TAG = "platform tag"
    ROOT_IS_PURELIB = "Root-Is-Purelib"


class Verdict(TextEnum):
    """Whether a claim is true."""

    TRUE = "true"  #: nothing in the wheel contradicts it
    TOO_MUCH = "claims too much"  #: something in the wheel contradicts it
    TOO_LITTLE = "claims less than it could"  #: it is true, and so is a tag that more installers take
    UNKNOWN = "cannot judge"  #: it could not be judged


class Scope(TextEnum):
    """Which part of a wheel contradicts a claim."""

    NOTHING = "nothing"  #: nothing contradicts it
    WHOLE = "whole"  #: every extension module, with what it needs; in a wheel without modules, every file
    MODULES = "modules"  #: some extension modules; others and what they need do not contradict it
    OPTIONAL = "optional"  #: only files that no extension module needs: plugins, programs, libraries that code loads
    FILES = "files"  #: some files, in a wheel without extension modules


@dataclass(frozen=True, slots=True)
class Claim:
    """A tag that a wheel carries, and whether it is true.

    :param kind: the kind of tag.
    :param tag: the tag as the wheel has it.
    :param where: ``file name``, ``WHEEL`` or both.
    :param verdict: whether it is true.
    :param reasons: what contradicts it, file by file.
    :param true_tags: tags that would be true in its place.
    :param note: why it cannot be judged, what it could say, or by which policy it was judged.
    :param scope: which part of the wheel contradicts it.
    :param false_for: the extension modules, or the files of a wheel without modules, that contradict it themselves or
        by what they need; none if that is the whole wheel.
    :param given: the other distributions, and excluded libraries, with which the verdict holds.
    """

    kind: ClaimKind
    tag: str
    where: tuple[str, ...]
    verdict: Verdict
    reasons: tuple[Violation, ...] = ()
    true_tags: tuple[str, ...] = ()
    note: str = ""
    scope: Scope = Scope.NOTHING
    false_for: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    @property
    def is_false(self) -> bool:
        """Whether the wheel contradicts it."""
        return self.verdict is Verdict.TOO_MUCH

    def unless(self, unread: str) -> Claim:
        """Replace a verdict that nothing contradicts by "unknown" if files were not read.

        :param unread: why they were not read; empty if all were read.
        """
        if self.reasons or not unread:
            return self
        return Claim(self.kind, self.tag, self.where, Verdict.UNKNOWN, note=unread)

    @property
    def verdict_given(self) -> str:
        """The verdict in words, with what it is given."""
        *most, last = self.given or ("",)
        return f"{self.verdict}, given {', '.join(most) + ' and ' if most else ''}{last}" if last else str(self.verdict)

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.kind} {self.tag}: {self.verdict_given}{note}"
