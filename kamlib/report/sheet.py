"""Pages that no notebook makes: their tables, small lines, and the page around them, which is that of all reports."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kamlib.report.render import render_page
from kamlib.show import MISSING, clean_text

WIDTH, HEIGHT, EDGE = 132, 26, 3  # of a small line, CSS pixels


@dataclass(frozen=True)
class Cell:
    """A cell of a table: HTML that is safe already, and how it stands and sorts."""

    html: str
    number: bool = False
    sort: float | str | None = None

    def __str__(self) -> str:
        mark = ' class="num"' if self.number else ""
        sort = "" if self.sort is None else f' data-sort="{escape(str(self.sort))}"'
        return f"<td{mark}{sort}>{self.html}</td>"


def text(words: object) -> Cell:
    """A cell of words from anywhere."""
    shown = clean_text(words)
    return Cell(f"<bdi>{escape(shown)}</bdi>" if shown else "")


def figure(words: str, value: object = None) -> Cell:
    """A cell of a number as it is shown, sorted by its value."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Cell(escape(clean_text(words)) or MISSING, number=True, sort=value if plain else "")


def link(href: str, words: str) -> Cell:
    """A cell that leads elsewhere."""
    return Cell(f'<a href="{escape(href)}">{escape(clean_text(words))}</a>', sort=words)


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], note: str = "") -> str:
    """The HTML of a table that looks, sorts and filters like those of notebooks."""
    number = [all(row[i].number for row in rows) and bool(rows) for i in range(len(heads))]
    head = "".join(
        f'<th scope="col"{" class=" + chr(34) + "num" + chr(34) if n else ""}>{escape(h)}</th>'
        for h, n in zip(heads, number, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(str, row))}</tr>\n" for row in rows)
    below = f'<p class="kam-note">{escape(note)}</p>' if note else ""
    return (
        f'<table class="kam"><caption>{escape(clean_text(caption))}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>{below}"
    )


def small_line(days: Sequence[dt.date], values: Sequence[float | None], *, alt: str) -> str:
    """A line of values over time as a small picture; what is missing is a gap, and the last value a dot.

    Parameters
    ----------
    days : sequence of datetime.date
        Ascending.
    values : sequence of numbers or None
    alt : str
        What it shows, for those who do not see it.

    Returns
    -------
    str
        HTML; empty where there are not two values.

    Examples
    --------
    >>> days = [dt.date(2024, m, 28) for m in (1, 2, 3)]
    >>> small_line(days, [1, None, None], alt="One value")
    ''
    >>> small_line(days, [1, 2, 3], alt="From 1 to 3")[:26]
    '<img src="data:image/svg+x'
    """
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span, first = max((days[-1] - days[0]).days, 1), days[0]

    def at(day: dt.date, value: float) -> tuple[float, float]:
        x = EDGE + (WIDTH - 2 * EDGE) * (day - first).days / span
        share = 0.5 if high == low else (value - low) / (high - low)
        return round(x, 1), round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share, 1)

    points = [None if v is None else at(d, v) for d, v in zip(days, values, strict=True)]
    picture = _svg(points)
    source = base64.b64encode(picture.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{source}" alt="{escape(alt)}" width="{WIDTH}" height="{HEIGHT}">'


def _svg(points: Sequence[tuple[float, float] | None]) -> str:
    lines, run = [], []
    for point in [*points, None]:
        if point:
            run.append(point)
        elif run:
            lines.append(run)
            run = []
    drawn = "".join(
        f'<polyline points="{" ".join(f"{x},{y}" for x, y in line)}"/>'
        if len(line) > 1
        else f'<circle cx="{line[0][0]}" cy="{line[0][1]}" r="1.5"/>'
        for line in lines
    )
    x, y = next(p for p in reversed(points) if p)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        "<style>polyline{fill:none;stroke:#0b5fa5;stroke-width:1.5;stroke-linejoin:round}circle{fill:#0b5fa5}"
        "@media(prefers-color-scheme:dark){polyline{stroke:#7fbdf5}circle{fill:#7fbdf5}}</style>"
        f'{drawn}<circle cx="{x}" cy="{y}" r="2.4"/></svg>'
    )


def sheet(
    parts: Sequence[tuple[str, Sequence[str]]],
    *,
    title: str,
    book: str,
    as_of: dt.date,
    links: Sequence[tuple[str, str]],
    current: str,
) -> str:
    """A page of headed parts.

    Parameters
    ----------
    parts : sequence of (heading, sequence of HTML)
        Headings are ours; the HTML is rebuilt from allowed elements, as that of a notebook is.
    title, book, as_of, links, current
        As of `kamlib.report.render.render_page`.
    """
    cells = []
    for heading, shown in parts:
        if heading:
            cells.append(new_markdown_cell(f"## {heading}"))
        outputs = [new_output("display_data", data={"text/html": html}) for html in shown]
        cells.append(new_code_cell("", outputs=outputs))
    page = new_notebook(cells=cells)
    return render_page(page, title=title, book=book, as_of=as_of, links=links, current=current)
