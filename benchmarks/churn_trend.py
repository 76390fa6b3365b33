"""Does the trend verdict reject as often as it says where there is no trend, and how often does it see one?

Poisson counts with a season and autocorrelated log rates, 36 months (and 24, 48). Beside it the textbook tests.
Writes `churn_trend.md`. Run: `python benchmarks/churn_trend.py [repetitions]` (5,000 a cell take about ten minutes).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from kamlib.stats.monthly import trend_verdict
from kamlib.stats.trend import hamed_rao, mann_kendall, seasonal_mann_kendall

SEASON = np.array([0.74, 0.76, 0.92, 0.80, 0.92, 0.90, 0.86, 0.88, 1.25, 1.42, 1.74, 1.08])
AUTOCORRELATION = (0.0, 0.2, 0.4)
NAMED = (mann_kendall, hamed_rao, seasonal_mann_kendall)


def series(rng, rows, months, mean, sd, rho, per_year):
    noise = rng.standard_normal((rows, months))
    for i in range(1, months):
        noise[:, i] = rho * noise[:, i - 1] + np.sqrt(1 - rho**2) * noise[:, i]
    years = (np.arange(months) - months / 2) / 12
    return rng.poisson(mean * SEASON[np.arange(months) % 12] * np.exp(sd * noise - sd**2 / 2 + per_year * years))


def rejected(found) -> float:
    return float(np.mean([label in ("rising", "falling") for label in found]))


def size_rows(rng, repetitions):
    for months, mean, sd in ((36, 4, 0.3), (36, 15, 0.3), (36, 50, 0.5), (24, 15, 0.3), (48, 15, 0.3)):
        for rho in AUTOCORRELATION:
            counts = series(rng, repetitions, months, mean, sd, rho, 0.0)
            at_risk = 100 * SEASON[np.arange(months) % 12]
            ours = [rejected([trend_verdict(c, e).label for c in counts]) for e in (None, at_risk)]
            named = [np.mean([test(c).p < 0.05 for c in counts[:1000]]) for test in NAMED]
            cells = " | ".join(f"{100 * x:.1f}" for x in (*ours, *named))
            yield f"| {months} | {mean} | {sd} | {rho} | {cells} |"


def power_rows(rng, repetitions):
    for months in (24, 36, 48):
        for mean, sd in ((4, 0.3), (15, 0.3), (50, 0.5)):
            cells = []
            for per_year in (0.2, 0.4, 0.7):
                counts = series(rng, repetitions, months, mean, sd, 0.2, per_year)
                cells.append(f"{100 * rejected([trend_verdict(c).label for c in counts]):.0f}")
            yield f"| {months} | {mean} | {sd} | {' | '.join(cells)} |"


def main(repetitions: int) -> None:
    rng = np.random.default_rng(36)
    text = [
        "# Size and power of the trend verdict",
        "",
        f"Made by `benchmarks/churn_trend.py`, {repetitions:,} series a cell (the textbook tests: the first 1,000).",
        "Counts are Poisson with a planted season (that of Online Retail II, 0.74 to 1.74); the log rate is",
        "autocorrelated noise with the standard deviation given. There is no trend: what is rejected at 5 % is",
        "rejected wrongly (per cent). The second figure of the verdict: the season is one of the months at risk, as it",
        "is on the page, and the rate has none.",
        "",
        "| months | events a month | sd | autocorrelation | verdict | of a rate | Mann-Kendall | Hamed-Rao"
        " | seasonal MK |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        *size_rows(rng, repetitions),
        "",
        f"Power: how often a rising rate is called so (per cent); autocorrelation 0.2; {repetitions // 5:,} series.",
        "",
        "| months | events a month | sd | 22 % a year | 49 % a year | 101 % a year |",
        "|--:|--:|--:|--:|--:|--:|",
        *power_rows(rng, repetitions // 5),
        "",
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
