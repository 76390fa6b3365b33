"""Do forecasts of monthly losses hold as often as they claim?

Series without a trend: counts of a level, with and without a season, and with a rate that scatters (sd 0.25 of its
logarithm) and is like its neighbours (autocorrelation 0.4). Each is forecast three months ahead; in the last column the
season is one of the months at risk, which are known ahead. Writes
`churn_forecast.md`. Run: `python benchmarks/churn_forecast.py [repetitions]` (2,000 take a minute of a core).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from kamlib.stats.monthly import forecast

AHEAD = 3
KINDS = {"alike": (0.0, 0.0), "season": (0.0, 0.4), "scatter": (0.25, 0.0), "season and scatter": (0.25, 0.4)}


def series(rng, months: int, mean: float, scatter: float, season: float) -> tuple[np.ndarray, np.ndarray]:
    """Counts, and the season that is in them."""
    year = np.exp(season * np.sin(2 * np.pi * (np.arange(months) + rng.integers(12)) / 12))
    noise, level = rng.normal(size=months), np.empty(months)
    level[0] = noise[0]
    for i in range(1, months):
        level[i] = 0.4 * level[i - 1] + np.sqrt(1 - 0.4**2) * noise[i]
    return rng.poisson(mean * year * np.exp(scatter * level - scatter**2 / 2)), year


def coverage(months: int, mean: float, scatter: float, season: float, repetitions: int, known=False) -> float:
    rng, inside = np.random.default_rng(1), 0
    for _ in range(repetitions):
        counts, year = series(rng, months + AHEAD, mean, scatter, season)
        at_risk = 100 * (year if known else np.ones(months + AHEAD))
        ahead = forecast(counts[:months], at_risk[:months], ahead=at_risk[months:])
        inside += ((counts[months:] >= ahead[:, 1]) & (counts[months:] <= ahead[:, 2])).sum()
    return inside / repetitions / AHEAD


def main(repetitions: int) -> None:
    lines = [
        "# Forecasts of monthly losses",
        "",
        f"Made by `benchmarks/churn_forecast.py`, {repetitions:,} series a cell, one to three months ahead. How often",
        "the 95 % interval held the count; *scatter* is a rate of sd 0.25 (log) with autocorrelation 0.4.",
        "",
        f"| months | losses a month | {' | '.join(KINDS)} | the same, season known |",
        "|--:|--:|" + "--:|" * (len(KINDS) + 1),
    ]
    for months in (18, 24, 36, 60):
        for mean in (5, 20, 80):
            cells = [f"{coverage(months, mean, *kind, repetitions):.1%}" for kind in KINDS.values()]
            cells.append(f"{coverage(months, mean, *KINDS['season and scatter'], repetitions, known=True):.1%}")
            lines.append(f"| {months} | {mean} | {' | '.join(cells)} |")
    Path(__file__).with_suffix(".md").write_text("\n".join([*lines, ""]), "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
