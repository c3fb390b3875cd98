"""A census for people and spreadsheets: as text, as CSV, and as a chart in SVG. Pure."""

from __future__ import annotations

import csv
from html import escape

from ..errors import shown
from .census_tables import TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .census_tables import Count, Tables
    from .census_tally import Tally

#: What each table counts by.
TITLES = {
    "platform": "platform tag",
    "abi": "ABI tag",
    "python": "python tag",
    "libc": "oldest C library",
    "architecture": "architecture",
    "system": "system",
}
#: A spreadsheet treats a cell that starts like this as a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Longest key in a text, and in a chart.
_TEXT_KEY, _CHART_KEY = 60, 44

_WIDTH, _HEAD, _ROW, _BAR = 760, 46, 26, 18
#: Approximate width of a character in a chart.
_CHARACTER = 7
#: In the light and in the dark scheme, text has a contrast of 15 to 1, and grey text of 7 to 1.
_STYLE = """\
text{font:13px system-ui,sans-serif;fill:#1c2127}.note{fill:#4d5661}.ground{fill:#fff}.bar{fill:#2a7f62}
@media(prefers-color-scheme:dark){text{fill:#eceff3}.note{fill:#a9b3bf}.ground{fill:#14181d}.bar{fill:#4fb491}}"""


def census_to_text(tally: Tally, tables: Tables, top: int) -> str:
    """Lay a census out for people: totals, then the first lines of each table."""
    total = tables.total
    lines = [f"{total.wheels:,} wheels in {total.releases:,} releases of {total.projects:,} projects"]
    if tally.yanked or tally.variants:
        lines.append(f"of these {tally.yanked:,} yanked, {tally.variants:,} wheel variants")
    if tally.others:
        lines.append(f"other files: {', '.join(f'{files:,} {ending}' for ending, files in sorted_others(tally))}")
    if tally.invalid:
        lines.append(f"invalid wheel file names: {tally.invalid:,}, such as {shown(tally.examples[0])}")
    parts: list[tuple[str, Mapping[str, Count], int]] = [("can be installed by", _by_target(tally, tables), 0)]
    parts += [(f"by {TITLES[table]}", tables.by[table], top) for table in TABLES]
    parts = [part for part in parts if part[1]]
    width = max((len(_cut(key, _TEXT_KEY)) for _, rows, most in parts for key in list(rows)[: most or None]), default=0)
    for title, rows, most in parts:
        lines += ["", f"{title:{width + 2}}  {'projects':>10}  {'releases':>10}  {'wheels':>10}"]
        lines += [
            f"  {_cut(key, _TEXT_KEY):{width}}  {count.projects:>10,}  {count.releases:>10,}  {count.wheels:>10,}"
            for key, count in list(rows.items())[: most or None]
        ]
        if most and len(rows) > most:
            lines.append(f"  ... and {len(rows) - most:,} more")
    return "\n".join(lines)


def census_to_csv(tally: Tally, tables: Tables) -> str:
    """Write all tables into a single one."""
    counts = [("all", "", tables.total)]
    counts += [("target", target, count) for target, count in _by_target(tally, tables).items()]
    counts += [(table, key, count) for table in TABLES for key, count in tables.by[table].items()]
    return rows_to_csv(
        [
            ("by", "key", "wheels", "releases", "projects"),
            *((by, key, count.wheels, count.releases, count.projects) for by, key, count in counts),
            *(("no wheel", ending, files, "", "") for ending, files in sorted_others(tally)),
            ("invalid", "", tally.invalid, "", ""),
        ]
    )


class _Lines(list[str]):
    def write(self, line: str) -> None:
        self.append(line)


def rows_to_csv(rows: Iterable[Iterable[str | int]]) -> str:
    """Write rows as CSV (:rfc:`4180`). A cell that a spreadsheet would run as a formula becomes text."""
    lines = _Lines()
    csv.writer(lines).writerows(
        [f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row] for row in rows
    )
    return "".join(lines)


def census_to_svg(tables: Tables, by: str, top: int) -> str:
    """Draw the first rows of a table: a bar for the number of projects, and the numbers beside it."""
    counts = tables.by[by]
    rows = list(counts.items())[: max(top, 0)]
    more = f", the first {len(rows)} of {len(counts):,}" if len(rows) < len(counts) else ""
    title = escape(f"Projects that publish wheels, by {TITLES[by]}{more}")
    left = 24 + _CHARACTER * max((len(_cut(key, _CHART_KEY)) for key, _ in rows), default=0)
    widest = _WIDTH - left - 190
    most = max((count.projects for _, count in rows), default=1)
    height = _HEAD + _ROW * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{height}"/>',
        f'<text x="14" y="26" font-weight="bold">{title}</text>',
    ]
    for index, (key, count) in enumerate(rows):
        y = _HEAD + _ROW * index
        width = max(1.0, widest * count.projects / most)
        wheels = f"{count.wheels:,} wheel{'' if count.wheels == 1 else 's'}"
        about = escape(f"{key}: {count.projects:,} projects, {count.releases:,} releases, {wheels}")
        numbers = f'{count.projects:,} <tspan class="note">{wheels}</tspan>'
        bar = f'class="bar" x="{left}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2"'
        parts += [
            f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(_cut(key, _CHART_KEY))}</text>',
            f"<rect {bar}><title>{about}</title></rect>",
            f'<text x="{left + width + 6:.1f}" y="{y + 14}">{numbers}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def sorted_others(tally: Tally) -> list[tuple[str, int]]:
    """List the endings of other files, the most common first, with how many there are."""
    return sorted(tally.others.items(), key=lambda row: (-row[1], row[0]))


def _by_target(tally: Tally, tables: Tables) -> dict[str, Count]:
    return {str(target): count for target, count in zip(tally.targets, tables.installable, strict=True)}


def _cut(key: str, longest: int) -> str:
    return key if len(key) <= longest else f"{key[: longest - 3]}..."
