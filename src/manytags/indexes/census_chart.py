"""A table of a census as bars: SVG, written by hand, so that nothing is needed for it. Pure."""

from __future__ import annotations

from html import escape

from .census_forms import TITLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .census import Census

_WIDTH, _HEAD, _ROW, _BAR = 760, 46, 26, 18
#: Characters of a key, and the place of a character, about.
_LONGEST, _CHARACTER = 44, 7
#: Text on its ground has a contrast of 15 to 1, grey text one of 7, in either scheme.
_STYLE = """\
text{font:13px system-ui,sans-serif;fill:#1c2127}.note{fill:#4d5661}.ground{fill:#fff}.bar{fill:#2a7f62}
@media(prefers-color-scheme:dark){text{fill:#eceff3}.note{fill:#a9b3bf}.ground{fill:#14181d}.bar{fill:#4fb491}}"""


def census_to_svg(census: Census, by: str, top: int) -> str:
    """Draw the first rows of a table: a bar for the projects, and the numbers beside it."""
    counts = census.counts(by)
    rows = list(counts.items())[: max(top, 0)]
    more = f", the first {len(rows)} of {len(counts):,}" if len(rows) < len(counts) else ""
    title = f"Projects that publish wheels, by {TITLES[by]}{more}"
    left = 24 + _CHARACTER * max((len(_label(key)) for key, _ in rows), default=0)
    widest = _WIDTH - left - 190
    most = max((count.projects for _, count in rows), default=1)
    height = _HEAD + _ROW * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{height}"/>',
        f'<text x="14" y="26" font-weight="bold">{escape(title)}</text>',
    ]
    for index, (key, count) in enumerate(rows):
        y = _HEAD + _ROW * index
        width = max(1.0, widest * count.projects / most)
        wheels = f"{count.wheels:,} wheel{'' if count.wheels == 1 else 's'}"
        about = f"{key}: {count.projects:,} projects, {count.releases:,} releases, {wheels}"
        numbers = f'{count.projects:,} <tspan class="note">{wheels}</tspan>'
        bar = f'class="bar" x="{left}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2"'
        parts += [
            f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(_label(key))}</text>',
            f"<rect {bar}><title>{escape(about)}</title></rect>",
            f'<text x="{left + width + 6:.1f}" y="{y + 14}">{numbers}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _label(key: str) -> str:
    return key if len(key) <= _LONGEST else f"{key[: _LONGEST - 1]}…"
