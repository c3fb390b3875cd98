"""An audit in words that a person can act on. Pure.

Names come from strangers: what would move a terminal's cursor, or make a line that looks like ours, is escaped.
"""

from __future__ import annotations

from itertools import groupby

from .symbol_versions import family_of, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .claims import Claim
    from .contents import Remark
    from .elf import ElfNeeds
    from .verdict import Violation
    from .wheel import WheelAudit

#: Reasons of one kind, remarks and names that are told before the rest is counted.
_MOST_LINES, _MOST_NAMES = 8, 4


def report(audit: WheelAudit, whole: bool = False) -> str:
    """Tell an audit in lines: the verdict on every tag with its reasons, and what would be true.

    :param audit: the audit.
    :param whole: tell all reasons, however many there are.
    """
    lines = [audit.name]
    for claim in audit.claims:
        lines += [f"  {line}" for line in _claim_lines(claim, whole)]
    if not audit.claims:
        lines += _cut([f"  needs {line}" for each in audit.needs for line in _need_lines(each, whole)], whole, "  ")
    lines.append(f"  true tags: {', '.join(audit.honest_tags) or 'none can be named'}")
    lines += _cut([f"  note: {line}" for line in _remark_lines(audit.remarks, whole)], whole, "  ")
    return "\n".join(line if line.isprintable() else repr(line)[1:-1] for line in lines)


def _need_lines(needs: ElfNeeds, whole: bool) -> Iterator[str]:
    """Tell which libraries a single file needs, and the newest version of each family that it needs of them."""
    for library in needs.needed:
        versions = in_order(each.version for each in needs.versions if each.library == library)
        newest = {family_of(version): version for version in versions}
        told = versions if whole else newest.values()
        yield f"{library} {', '.join(told)}".rstrip()


def _claim_lines(claim: Claim, whole: bool) -> Iterator[str]:
    where = f", only in the {claim.where[0]}" if len(claim.where) == 1 and claim.field != "Root-Is-Purelib" else ""
    yield f"{claim.field} {claim.tag}{where}: {claim.verdict}"
    if claim.note:
        yield f"  {claim.note}"
    yield from _cut([f"  {line}" for line in _reason_lines(claim.reasons, whole)], whole, "  ")
    if claim.honest:
        yield f"  true would be: {', '.join(claim.honest)}"


def _reason_lines(reasons: tuple[Violation, ...], whole: bool) -> list[str]:
    """Tell what contradicts a tag, once for all files that it is true of.

    Of a library's versions the newest is told: without that one, those before it are mostly gone as well.
    """

    def rule(reason: Violation) -> tuple[str, str, str, tuple[str, ...]]:
        family = family_of(reason.what) if reason.reason == "symbol version" else reason.what
        return reason.reason, reason.library or "", family, reason.allowed

    lines = []
    for (kind, library, _, allowed), group in groupby(sorted(reasons, key=rule), key=rule):
        found = list(group)
        names = in_order({reason.what for reason in found})[::-1]
        newest = [reason for reason in found if reason.what == names[0]]
        if whole and len(names) > 1:
            what = ", ".join(names)
        else:
            what = names[0] + (f" and {len(names) - 1} older" if len(names) > 1 else "")
        symbols = sorted({symbol for reason in newest for symbol in reason.symbols})
        of = f" of {library}" if library else ""
        by = f", for {_some(symbols, whole)}" if symbols else ""
        instead = f"; the tag allows {', '.join(allowed)}" if allowed else ""
        files = list(dict.fromkeys(reason.file for reason in found))
        lines.append(f"{kind} {what}{of}{by}{instead}: {_some(files, whole)}")
    return lines


def _remark_lines(remarks: tuple[Remark, ...], whole: bool) -> list[str]:
    """Tell each remark once for all files that it is true of."""
    files: dict[tuple[str, str], list[str]] = {}
    for remark in remarks:
        files.setdefault((remark.what, remark.text), []).append(remark.file)
    return [f"{_some(names, whole)}: {what}: {text}" for (what, text), names in files.items()]


def _some(names: list[str], whole: bool) -> str:
    if whole or len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"


def _cut(lines: list[str], whole: bool, indent: str) -> list[str]:
    if whole or len(lines) <= _MOST_LINES:
        return lines
    return [*lines[:_MOST_LINES], f"{indent}and {len(lines) - _MOST_LINES} more"]
