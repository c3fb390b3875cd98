"""An audit in words that a person can act on. Pure.

Names come from strangers: what would move a terminal's cursor, or make a line that looks like ours, is escaped.
"""

from __future__ import annotations

from itertools import groupby

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .claims import Claim
    from .verdict import Violation
    from .wheel import WheelAudit

#: Reasons of one kind, remarks and names that are told before the rest is counted.
_MOST_LINES, _MOST_NAMES = 8, 4


def report(audit: WheelAudit, whole: bool = False) -> str:
    """Tell an audit in lines: the verdict on every tag with its reasons, and what would be true.

    :param audit: the audit.
    :param whole: tell all reasons, however many there are.
    """
    most = None if whole else _MOST_LINES
    lines = [audit.name]
    for claim in audit.claims:
        lines += [f"  {line}" for line in _claim_lines(claim, most)]
    lines.append(f"  true tags: {', '.join(audit.honest_tags) or 'none can be named'}")
    remarks = [f"  note: {remark}" for remark in audit.remarks]
    lines += _cut(remarks, most, "  ")
    return "\n".join(line if line.isprintable() else repr(line)[1:-1] for line in lines)


def _claim_lines(claim: Claim, most: int | None) -> Iterator[str]:
    where = f", only in the {claim.where[0]}" if len(claim.where) == 1 and claim.field != "Root-Is-Purelib" else ""
    yield f"{claim.field} {claim.tag}{where}: {claim.verdict}"
    if claim.note:
        yield f"  {claim.note}"
    lines = [f"  {line}" for line in _reason_lines(claim.reasons)]
    yield from _cut(lines, most, "  ")
    if claim.honest:
        yield f"  true would be: {', '.join(claim.honest)}"


def _reason_lines(reasons: tuple[Violation, ...]) -> list[str]:
    """Tell what contradicts a tag, once for all files that it is true of."""

    def thing(reason: Violation) -> tuple[str, str, str, tuple[str, ...]]:
        return reason.reason, reason.what, reason.library or "", reason.allowed

    lines = []
    for (kind, what, library, allowed), group in groupby(sorted(reasons, key=thing), key=thing):
        found = list(group)
        symbols = sorted({symbol for reason in found for symbol in reason.symbols})
        of = f" of {library}" if library else ""
        by = f", for {_some(symbols)}" if symbols else ""
        instead = f"; the tag allows {', '.join(allowed)}" if allowed else ""
        lines.append(f"{kind} {what}{of}{by}{instead}: {_some([reason.file for reason in found])}")
    return lines


def _some(names: list[str]) -> str:
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"


def _cut(lines: list[str], most: int | None, indent: str) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"{indent}and {len(lines) - most} more"]
