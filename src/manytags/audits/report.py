"""The value that an audit returns, as JSON, and in words that a person can act on. Pure.

Names come from strangers. Characters that would move a terminal's cursor, or fake a line of the report, are escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from ..binaries.binary import Binary
from ..documents import TextEnum, json_object, json_text
from ..platforms.linux.symbol_versions import sorted_versions, version_family
from .claims import Claim, ClaimKind, Scope, Verdict
from .needs import SystemNeed
from .remarks import Remark, RemarkKind
from .rules import Violation, ViolationKind

#: Lines of one kind, and names in a line, that are printed before the rest is counted.
_MOST_LINES, _MOST_NAMES = 8, 4


class Outcome(TextEnum):
    """What became of a file, in a word, best first."""

    CLEAN = "clean"  #: all its tags are true, and no remark is about a fault
    NOTED = "with notes"  #: no tag is false, but there are faults, or tags that cannot be judged or could say more
    DAMAGED = "damaged"  #: no tag is false as far as its compiled files can be read
    FALSE = "false"  #: a tag is false
    UNREADABLE = "unreadable"  #: it could not be audited


@dataclass(frozen=True, slots=True)
class WheelAudit:
    """What a wheel needs, and whether its tags are true.

    :param name: its file name.
    :param path: where it was read; ``None`` for a stream.
    :param claims: a verdict on every tag in its file name and in ``WHEEL``; none for a single compiled file.
    :param true_tags: the most widely installable platform tags that are true, one for each libc and architecture.
    :param remarks: what else its maker would want to know.
    :param needs: what its compiled files need, in the order of the archive, those for Linux first; for a file with code
        for several processors, a value for each.
    :param bundled: names of the libraries that it bundles.
    :param system_needs: what it needs of the system: the newest version of each library, and for which symbols.
    :param remedies: commands of which one makes its false tags true, quoted for a POSIX shell; none if no command does.
    """

    name: str
    path: str | None
    claims: tuple[Claim, ...]
    true_tags: tuple[str, ...]
    remarks: tuple[Remark, ...]
    needs: tuple[Binary, ...] = field(repr=False)
    bundled: tuple[str, ...] = field(repr=False)
    system_needs: tuple[SystemNeed, ...] = field(repr=False)
    remedies: tuple[str, ...] = ()

    @property
    def is_false(self) -> bool:
        """Whether the wheel contradicts a tag that it carries."""
        return any(claim.is_false for claim in self.claims)

    @property
    def is_damaged(self) -> bool:
        """Whether some of its compiled files cannot be read."""
        return any(remark.kind is RemarkKind.DAMAGED for remark in self.remarks)

    @property
    def is_clean(self) -> bool:
        """Whether all its tags are true, and no remark is about a fault (``remark.kind.is_fault``)."""
        is_true = all(claim.verdict is Verdict.TRUE for claim in self.claims)
        return is_true and not any(remark.kind.is_fault for remark in self.remarks)

    @property
    def outcome(self) -> Outcome:
        """What became of it, in a word."""
        if self.is_false:
            return Outcome.FALSE
        if self.is_damaged:
            return Outcome.DAMAGED
        return Outcome.CLEAN if self.is_clean else Outcome.NOTED

    def to_data(self) -> dict[str, object]:
        """Return it as values that JSON can hold; ``schemas/audit.schema.json`` describes them."""
        return json_object(self._document())

    def to_json(self, indent: int | None = None) -> str:
        """Write it as JSON."""
        return json_text(self._document(), indent)

    def _document(self) -> dict[str, object]:
        values = {name: getattr(self, name) for name in self.__slots__}
        head = {"manytags_audit": 1, "outcome": self.outcome, "is_false": self.is_false}
        return {**head, **values, "needs": [binary.to_data() for binary in self.needs]}

    def __str__(self) -> str:
        return report(self)


def report(audit: WheelAudit, whole: bool = False) -> str:
    """Describe an audit in lines: the verdict on every tag with its reasons, and the tags that would be true.

    :param audit: the audit.
    :param whole: print all reasons, however many there are, and what the wheel needs of the system.
    """
    lines = [audit.name]
    for claim in audit.claims:
        lines += [f"  {line}" for line in _claim_lines(claim, whole)]
    if not audit.claims:
        for binary in audit.needs:
            needs = [f"  needs {line}" for line in _need_lines(binary, whole)]
            lines += [] if binary.format == "ELF" else [f"  {_kind_line(binary)}"]
            lines += _cut(needs, whole, "  ")
    elif whole:
        lines += [f"  needs {_system_need_line(need)}" for need in audit.system_needs]
    lines.append(f"  true tags: {', '.join(audit.true_tags) or 'none can be named'}")
    lines += _cut([f"  note: {line}" for line in _remark_lines(audit.remarks, whole)], whole, "  ")
    lines += [f"  {line}" for line in _remedy_lines(audit)]
    return "\n".join(line if line.isprintable() else repr(line)[1:-1] for line in lines)


def _kind_line(binary: Binary) -> str:
    """Say which processor a slice is for, and which system it declares."""
    floors = [f"declares {floor.system} {floor.version[0]}.{floor.version[1]}" for floor in binary.floors]
    signed = "signed" if binary.signed else "not signed"
    return ", ".join([f"{binary.kind} for {binary.architecture}", *floors, signed])


def _need_lines(binary: Binary, whole: bool) -> Iterator[str]:
    """List the libraries that a file needs, each with the newest version that it needs of each family."""
    for library in binary.needed:
        versions = sorted_versions(need.version for need in binary.versions if need.library == library)
        newest = {version_family(version): version for version in versions}
        yield f"{library} {', '.join(versions if whole else newest.values())}".rstrip()


def _system_need_line(need: SystemNeed) -> str:
    version = f" {need.version}" if need.version else ""
    by = f", for {_some(list(need.symbols), whole=False)}" if need.symbols else ""
    return f"{need.library}{version}{by}: {_some(list(need.files), whole=False)}"


def _remedy_lines(audit: WheelAudit) -> Iterator[str]:
    """Say what makes false tags true."""
    false = [claim for claim in audit.claims if claim.is_false]
    for remedy in audit.remedies:
        yield f"to mend it: {remedy}"
    if false and not audit.remedies:
        yield "neither wheel nor auditwheel mends it: build it again"
    elif any(reason.kind is ViolationKind.SYMBOL_VERSION for claim in false for reason in claim.reasons):
        yield "to keep its tags: build it again with libraries as old as the tags say"


def _claim_lines(claim: Claim, whole: bool) -> Iterator[str]:
    only = len(claim.where) == 1 and claim.kind is not ClaimKind.ROOT_IS_PURELIB
    where = f", only in the {claim.where[0]}" if only else ""
    yield f"{claim.kind} {claim.tag}{where}: {claim.verdict_given}"
    if claim.note:
        yield f"  {claim.note}"
    if scope := _scope(claim, whole):
        yield f"  {scope}"
    yield from _cut([f"  {line}" for line in _reason_lines(claim.reasons, whole)], whole, "  ")
    if claim.true_tags:
        yield f"  true would be: {', '.join(claim.true_tags)}"


def _scope(claim: Claim, whole: bool) -> str:
    """Say which part of a wheel a false claim is false for; empty for the whole wheel."""
    some = _some(list(claim.false_for), whole)
    return {
        Scope.OPTIONAL: "true for every module; false for optional files, which no module needs",
        Scope.MODULES: f"false for {some}; true for every other module",
        Scope.FILES: f"false for {some}; true for every other file, and there are no modules",
    }.get(claim.scope, "")


def _reason_lines(reasons: tuple[Violation, ...], whole: bool) -> list[str]:
    """Describe what contradicts a tag, one line for all files that break the same rule."""

    def rule(reason: Violation) -> tuple[str, str, str, tuple[str, ...], str]:
        version = reason.kind is ViolationKind.SYMBOL_VERSION
        family = version_family(reason.what) if version else reason.what
        return str(reason.kind), reason.library or "", family, reason.allowed, reason.note

    lines = []
    for (kind, library, _, allowed, note), group in groupby(sorted(reasons, key=rule), key=rule):
        alike = list(group)
        names = sorted_versions({reason.what for reason in alike})[::-1]
        # Code that does without the newest version mostly does without the older ones too.
        older = f" and {len(names) - 1} older" if len(names) > 1 else ""
        what = ", ".join(names) if whole else names[0] + older
        symbols = sorted({symbol for reason in alike if reason.what == names[0] for symbol in reason.symbols})
        of = f" of {library}" if library else ""
        by = f", for {_some(symbols, whole)}" if symbols else ""
        instead = f"; the tag allows {', '.join(allowed)}" if allowed else ""
        files = list(dict.fromkeys(reason.file for reason in alike))
        more = f"; {note}" if note else ""
        lines.append(f"{kind} {what}{of}{by}{instead}{more}: {_some(files, whole)}")
    return lines


def _remark_lines(remarks: tuple[Remark, ...], whole: bool) -> list[str]:
    """Describe the remarks, one line for all files with the same remark."""
    files: dict[str, list[str]] = {}
    for remark in remarks:
        files.setdefault(f"{remark.kind}: {remark.text}", []).append(remark.file)
    return [f"{_some(names, whole)}: {text}" for text, names in files.items()]


def _some(names: list[str], whole: bool) -> str:
    if whole or len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"


def _cut(lines: list[str], whole: bool, indent: str) -> list[str]:
    if whole or len(lines) <= _MOST_LINES:
        return lines
    return [*lines[:_MOST_LINES], f"{indent}and {len(lines) - _MOST_LINES} more"]
