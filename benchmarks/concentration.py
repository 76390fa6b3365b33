"""Do the 95 % intervals of concentration cover 95 % of the time? And what does resampling do instead?

Generates companies whose expected sales are known, gives kamlib one window of each, and counts; a second window of
the same company, in which nothing has changed, tests the interval of the change. Writes `concentration.md` beside this
file. Run: `python benchmarks/concentration.py [repetitions]` (2,000 a cell: about 15 minutes on one free core).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from kamlib.segmentation.concentration import row_measures
from kamlib.segmentation.concentration.intervals import measure_draws
from kamlib.stats import interval

DRAWS = 150
RESAMPLED = 5  # every so many companies: it takes most of the time, and needs no decimals
MEASURES = ("gini", "hhi", "top_1", "top_10", "top_20")
LARGEST = (1, 10, 20)
SEASON = np.array([0.8, 0.8, 0.9, 0.9, 0.95, 0.95, 0.9, 0.9, 1.1, 1.25, 1.4, 1.15])
BANDS = ((0, 4), (4, 12), (12, 40), (40, 151))  # accounts of like order rates are generated together

# accounts, sd of log size, gamma shape of gaps, orders a year (median), sd of log order value, season
CELLS = {
    "typical: 300 accounts, 6 orders a year": (300, 1.25, 2.0, 6.0, 0.5, True),
    "no season": (300, 1.25, 2.0, 6.0, 0.5, False),
    "small: 60 accounts": (60, 1.25, 2.0, 6.0, 0.5, True),
    "tiny: 25 accounts": (25, 1.25, 2.0, 6.0, 0.5, True),
    "concentrated: sd of log size 1.8": (300, 1.8, 2.0, 6.0, 0.5, True),
    "lumpy: random gaps, uneven orders": (300, 1.25, 1.0, 6.0, 0.8, True),
    "clockwork: regular gaps": (300, 1.25, 8.0, 6.0, 0.3, True),
    "seldom: 3 uneven orders a year": (300, 1.25, 1.0, 3.0, 0.8, True),
    "large: 1,000 accounts": (1000, 1.6, 2.0, 6.0, 0.5, True),
}


def company(rng, accounts, spread, shape, rate, uneven, season, windows=2):
    """Months and purchases of windows of a year each, and the expected total of such a year."""
    size = rng.normal(0, spread, accounts)
    orders = np.clip(rate * np.exp(0.5 * size + 0.6 * rng.normal(size=accounts)), 1, 150)
    shapes = np.clip(shape * np.exp(0.4 * rng.normal(size=accounts)), 0.5, 20)
    profile = SEASON / SEASON.sum() if season else np.full(12, 1 / 12)
    joins = np.where(rng.random(accounts) < 1 / 8, rng.integers(1, 10, accounts), 0)
    mean = np.exp(size)
    months, bought = np.zeros((windows, accounts, 12)), np.zeros((windows, accounts), dtype=int)
    for low, high in BANDS:
        band = np.flatnonzero((orders > low) & (orders <= high))
        for k, i, m in _purchases(rng, band, orders, shapes, profile, high, windows):
            kept = m >= joins[i]
            i, m = i[kept], m[kept]
            value = mean[i] / orders[i] * np.exp(rng.normal(-(uneven**2) / 2, uneven, len(i)))
            np.add.at(months[k], (i, m), value)
            np.add.at(bought[k], i, 1)
    known = np.arange(12) >= joins[:, None]
    return np.where(known, months, np.nan), bought, mean * (known * profile).sum(axis=1)


def _purchases(rng, band, orders, shapes, profile, high, windows):
    """Accounts and months of purchases in each window: gaps in seasonal time, begun a year before."""
    if not len(band):
        return
    years = windows + 1
    enough = int(years * high + 8 * np.sqrt(years * high) + 12)
    o, s = orders[band][:, None], shapes[band][:, None]
    times = np.cumsum(rng.gamma(s, 1 / (s * o), (len(band), enough)), axis=1) - 1 - rng.random((len(band), 1)) / o
    ends = np.cumsum(profile)[:-1]
    for k in range(windows):
        row, column = np.nonzero((times >= k) & (times < k + 1))
        yield k, band[row], np.searchsorted(ends, times[row, column] - k, side="right")


def resampled(months, rng):
    """The usual way: months of each account drawn again."""
    known = np.isfinite(months)
    n = known.sum(axis=1)
    filled, first = np.where(known, months, 0.0), 12 - n
    totals = np.empty((DRAWS, len(months)))
    for r in range(DRAWS):
        draw = np.minimum(first[:, None] + (rng.random(months.shape) * n[:, None]).astype(int), 11)
        totals[r] = np.where(known, np.take_along_axis(filled, draw, 1), 0).sum(axis=1)
    return row_measures(totals, largest=LARGEST)


def one(cell, repetition):
    """One company: of each measure and method, whether it covers, how far its middle is off, and its width."""
    rng = np.random.default_rng([sorted(CELLS).index(cell), repetition])
    months, bought, expected = company(rng, *CELLS[cell])
    told, facts = [], {}
    for k in range(2):
        base = np.nansum(months[k], axis=1) > 0
        truth = row_measures(expected[base][None, :], largest=LARGEST)
        drawn = measure_draws(months[k], bought[k], largest=LARGEST, repetitions=DRAWS, seed=repetition + k)
        told.append((truth, drawn))
        if not drawn:
            return None
    truth, drawn = told[0]
    base = np.nansum(months[0], axis=1) > 0
    plain = row_measures(np.nansum(months[0][base], axis=1)[None, :], largest=LARGEST)
    ways = {"kamlib": drawn}
    if repetition % RESAMPLED == 0:
        ways["resampled months"] = resampled(months[0][base], rng)
    for way, draws in ways.items():
        facts |= {(way, m): _judged(draws[m], truth[m][0]) for m in MEASURES}
    facts |= {("window", m): (np.nan, plain[m][0] - truth[m][0], np.nan) for m in MEASURES}
    change = {m: (told[1][1][m] - told[0][1][m], told[1][0][m][0] - told[0][0][m][0]) for m in MEASURES}
    return facts | {("change", m): _judged(*change[m]) for m in MEASURES}


def _judged(draws, truth):
    low, high = interval(draws)
    return low <= truth <= high, draws.mean() - truth, high - low


def rows(cell, repetitions):
    """A line of the table for each measure."""
    results = [r for r in (one(cell, k) for k in range(repetitions)) if r]
    for m in MEASURES:
        ways = ("kamlib", "resampled months", "change")
        mean = {way: np.mean([r[way, m] for r in results if (way, m) in r], axis=0) for way in ways}
        off = np.mean([r["window", m][1] for r in results])
        k, b, c = mean["kamlib"], mean["resampled months"], mean["change"]
        yield (
            f"| {cell} | {m} | {len(results):,} | {100 * k[0]:.1f} % | {k[2]:.4f} | {k[1]:+.4f} | {off:+.4f} | "
            f"{100 * b[0]:.0f} % | {b[1]:+.4f} | {100 * c[0]:.1f} % |"
        )


HEAD = """# Coverage of intervals of concentration

{repetitions:,} generated companies a cell, {draws} draws each; `concentration.py`. Estimand: the measure over the
expected totals, in an average year, of the accounts that bought in the window. *Off* is the mean of the figure less
the truth: of the middle of kamlib's draws, of the window's own figure, and of the mean of resampled months. *Change*:
the interval of the difference between two years of a company in which nothing has changed. Months were resampled in
every fifth company.

| company | measure | told | 95 % interval covers | its width | off | the window is off | resampled months cover |
 they are off | interval of the change covers |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|
"""


def main(repetitions: int) -> None:
    """Run all cells and write the table."""
    lines = [HEAD.replace("|\n they", "| they").format(repetitions=repetitions, draws=DRAWS).rstrip("\n")]
    for cell in CELLS:
        lines += rows(cell, repetitions)
        print("\n".join(lines[-len(MEASURES) :]), flush=True)
        Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
