"""A line as small as a word: a run of numbers drawn into a table or a sentence.

Geometry only. What the line says in words, and how numbers are written, is `kamlib.look`'s.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

WIDTH, HEIGHT, EDGE = 96, 24, 3  # CSS pixels
BLOCKS = "▁▂▃▄▅▆▇█"
GAP = " "
# Attributes, not styles: a page's content-security-policy lets them be.
PEN = 'fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"'


def numbers(values: Iterable) -> list[float | None]:
    """The values as finite floats, None for each that is missing.

    Examples
    --------
    >>> numbers([1, None, float("nan"), 2.5])
    [1.0, None, None, 2.5]
    """
    floats = (math.nan if _missing(v) else float(v) for v in values)
    return [v if math.isfinite(v) else None for v in floats]


def svg(values: Iterable, *, alt: str, zero: bool = False) -> str:
    """A line as inline SVG, without a style attribute or an address; a missing value leaves a gap.

    Parameters
    ----------
    values : iterable of numbers or None
        In order of time, at equal steps.
    alt : str
        What a reader who cannot see it should know. It is escaped here.
    zero : bool
        The height starts at nought, so that heights compare; else the lowest value is the floor.

    Returns
    -------
    str
        The last value has a dot; one that has no neighbours is a dot too. Equal values lie in the middle.

    Examples
    --------
    >>> print(svg([1, 3, None, 2], alt="4 months"))
    <svg class="spark" viewBox="0 0 96 24" width="96" height="24" role="img" aria-label="4 months">...</svg>
    """
    points = _points(numbers(values), zero)
    line = "".join(_stroke(run) for run in _runs(points))
    drawn = f'<path d="{line}" {PEN}></path>' if line else ""
    last = next((p for p in reversed(points) if p), None)
    dot = f'<circle cx="{last[0]}" cy="{last[1]}" r="2.2"></circle>' if last else ""
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg class="spark" {size} role="img" aria-label="{escape(alt)}">{drawn}{dot}</svg>'


def blocks(values: Iterable, *, zero: bool = False) -> str:
    """The same line in plain text, one character a value.

    Examples
    --------
    >>> blocks([1, 2, None, 4])
    '▁▃ █'
    """
    found = numbers(values)
    low, high = _limits(found, zero)
    return "".join(GAP if v is None else BLOCKS[round(_part(v, low, high) * (len(BLOCKS) - 1))] for v in found)


def _missing(value: object) -> bool:
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _limits(found: list[float | None], zero: bool) -> tuple[float, float]:
    known = [v for v in found if v is not None] or [0.0]
    return (min(0.0, *known), max(0.0, *known)) if zero else (min(known), max(known))


def _part(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5


def _points(found: list[float | None], zero: bool) -> list[tuple[float, float] | None]:
    low, high = _limits(found, zero)
    step = (WIDTH - 2 * EDGE) / max(len(found) - 1, 1)
    across, down = WIDTH - EDGE, HEIGHT - 2 * EDGE  # the last value ends at the right
    first = across - step * (len(found) - 1)
    return [
        None if v is None else (_round(first + i * step), _round(EDGE + down * (1 - _part(v, low, high))))
        for i, v in enumerate(found)
    ]


def _round(value: float) -> float | int:
    return int(rounded) if (rounded := round(value, 1)) == int(rounded) else rounded


def _runs(points: list[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list] = [[]]
    for point in points:
        if point:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _stroke(run: list[tuple[float, float]]) -> str:
    start, *rest = (f"{x} {y}" for x, y in run)
    return f"M{start}L{' '.join(rest)}" if rest else f"M{start}h.1"  # a point by itself, drawn by its round cap
