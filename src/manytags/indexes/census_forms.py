"""A census as text for people, and as CSV. Pure."""

from __future__ import annotations

from ..errors import shown
from .census_tables import TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .census import Census
    from .census_tables import Count

#: What each table is called.
TITLES = {
    "platform": "platform tag",
    "abi": "ABI tag",
    "python": "python tag",
    "libc": "oldest C library",
    "architecture": "architecture",
    "system": "system",
}
#: A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Characters of a tag in a table for people.
_WIDEST = 60


def census_to_text(census: Census, top: int) -> str:
    """Lay a census out for people: totals, then the first lines of each table."""
    total = census.total
    lines = [f"{total.wheels:,} wheels in {total.releases:,} releases of {total.projects:,} projects"]
    if census.yanked or census.variants:
        lines.append(f"of these {census.yanked:,} yanked, {census.variants:,} wheel variants")
    if census.others:
        listed = ", ".join(f"{files:,} {ending}" for ending, files in census.others.items())
        lines.append(f"other files: {listed}")
    if census.invalid:
        lines.append(f"invalid wheel file names: {census.invalid:,}, such as {shown(census.invalid_names[0])}")
    tables = [("can be installed by", {str(target): count for target, count in census.installable.items()}, 0)]
    tables += [(f"by {TITLES[table]}", census.counts(table), top) for table in TABLES]
    tables = [table for table in tables if table[1]]
    width = max((len(_cut(key)) for _, rows, most in tables for key in list(rows)[: most or None]), default=0)
    for title, rows, most in tables:
        lines += ["", f"{title:{width + 2}}  {'projects':>10}  {'releases':>10}  {'wheels':>10}"]
        lines += [
            f"  {_cut(key):{width}}  {count.projects:>10,}  {count.releases:>10,}  {count.wheels:>10,}"
            for key, count in list(rows.items())[: most or None]
        ]
        if most and len(rows) > most:
            lines.append(f"  ... and {len(rows) - most:,} more")
    return "\n".join(lines)


def _cut(key: str) -> str:
    return key if len(key) <= _WIDEST else f"{key[: _WIDEST - 3]}..."


def census_to_csv(census: Census) -> str:
    """Write all tables as one."""
    rows: list[tuple[str, str, Count]] = [("all", "", census.total)]
    rows += [("target", str(target), count) for target, count in census.installable.items()]
    rows += [(table, key, count) for table in TABLES for key, count in census.counts(table).items()]
    lines = ["by,key,wheels,releases,projects", *(_row((by, key, *map(str, count))) for by, key, count in rows)]
    lines += [_row(("no wheel", ending, str(files), "", "")) for ending, files in census.others.items()]
    lines.append(_row(("invalid", "", str(census.invalid), "", "")))
    return "".join(f"{line}\r\n" for line in lines)


def list_to_csv(title: str, texts: Iterable[str]) -> str:
    """Write a list as CSV of one column."""
    return "".join(f"{_cell(text)}\r\n" for text in (title, *texts))


def _row(cells: Iterable[str]) -> str:
    return ",".join(map(_cell, cells))


def _cell(text: str) -> str:
    """Quote a cell as :rfc:`4180` asks; what a spreadsheet would run becomes text."""
    if text.startswith(_FORMULA):
        text = f"'{text}"
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
