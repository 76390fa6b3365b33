"""Does the trend verdict reject as often as it says where there is no trend, and how often does it see one?

Poisson counts with a season and autocorrelated log rates, 24 to 48 months, where as many are at risk in every month,
where none is in a quarter of the months, where few are (as where one account in three buys once a year), and where a
young ledger grows from one at risk to sixty. Writes `churn_trend.md`.
Run: `python benchmarks/churn_trend.py [repetitions]` (2,000 a cell take about half an hour).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from kamlib.stats.monthly import trend_verdict

SEASON = np.array([0.74, 0.76, 0.92, 0.80, 0.92, 0.90, 0.86, 0.88, 1.25, 1.42, 1.74, 1.08])
DOUBLED = np.log(2) / 3  # per year: twice as many after 36 months
SIMULATED = 1000  # series without a trend behind each verdict


def series(rng, rows, at_risk, mean, sd, rho, per_year):
    """Counts of so many a month on average; the season is one of the rate."""
    months = len(at_risk)
    noise = rng.standard_normal((rows, months))
    for i in range(1, months):
        noise[:, i] = rho * noise[:, i - 1] + np.sqrt(1 - rho**2) * noise[:, i]
    years = (np.arange(months) - months / 2) / 12
    share = at_risk / at_risk.mean() * SEASON[np.arange(months) % 12]
    return rng.poisson(mean * share * np.exp(sd * noise - sd**2 / 2 + per_year * years))


def exposures(rng) -> dict[str, np.ndarray]:
    holes = np.full(36, 100.0)
    holes[rng.choice(36, 9, replace=False)] = 0
    return {
        "36 months": np.full(36, 100.0),
        "36 months, none at risk in 9": holes,
        "36 months, few at risk": rng.gamma(1.0, 4.0, 36).clip(0.2),
        "36 months, from 1 at risk to 60": np.r_[np.zeros(6), np.geomspace(1, 60, 30)],
        "24 months": np.full(24, 100.0),
        "48 months": np.full(48, 100.0),
    }


def told(counts, at_risk) -> list[str]:
    return [trend_verdict(c, at_risk, repetitions=SIMULATED).label for c in counts]


def size_rows(rng, repetitions):
    for name, at_risk in exposures(rng).items():
        for mean, sd in ((2.5, 0.3), (8, 0.3), (50, 0.5)):
            cells = []
            for rho in (0.0, 0.2, 0.4):
                found = told(series(rng, repetitions, at_risk, mean, sd, rho, 0.0), at_risk)
                cells.append(f"{100 * np.mean([label in ('rising', 'falling') for label in found]):.1f}")
            yield f"| {name} | {mean} | {sd} | {' | '.join(cells)} |"


def power_rows(rng, repetitions):
    at_risk = np.full(36, 100.0)
    for losses in (90, 300, 600):
        cells = []
        for sd in (0.0, 0.2, 0.3):
            found = told(series(rng, repetitions, at_risk, losses / 36, sd, 0.2, DOUBLED), at_risk)
            cells.append(f"{100 * found.count('rising') / len(found):.0f}")
        yield f"| {losses} | {' | '.join(cells)} |"


def main(repetitions: int) -> None:
    rng = np.random.default_rng(36)
    text = [
        "# Size and power of the trend verdict",
        "",
        f"Made by `benchmarks/churn_trend.py`, {repetitions:,} series a cell. Counts are Poisson with a planted season",
        "of the rate (that of Online Retail II, 0.74 to 1.74); the log rate is autocorrelated noise with the standard",
        "deviation given. There is no trend: what is rejected at 5 % is rejected wrongly (per cent).",
        "",
        "| at risk | events a month | sd | autocorrelation 0 | 0.2 | 0.4 |",
        "|---|--:|--:|--:|--:|--:|",
        *size_rows(rng, repetitions),
        "",
        "Power: how often a rate that doubles within 36 months is called rising (per cent), by the standard deviation",
        "of what else moves it from month to month.",
        "",
        "| losses in all | sd 0 | sd 0.2 | sd 0.3 |",
        "|--:|--:|--:|--:|",
        *power_rows(rng, repetitions),
        "",
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
