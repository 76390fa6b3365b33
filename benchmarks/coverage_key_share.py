"""Does a 95 % interval of an expected share cover 95 % of the time? And what does resampling do instead?

Generates companies whose expected sales are known, gives kamlib one window of each, and counts. Writes
`coverage_key_share.md` beside this file. Run: `python benchmarks/coverage_key_share.py [repetitions]`
(2,000 a cell take about 15 minutes on two cores).
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from kamlib.stats import expected_totals, interval

LINE = 0.01
DRAWS = 400
SEASON = np.array([0.8, 0.8, 0.9, 0.9, 0.95, 0.95, 0.9, 0.9, 1.1, 1.25, 1.4, 1.15])

# accounts, sd of log size, gamma shape of gaps, orders a year (median), sd of log order value, season
CELLS = {
    "typical: 300 accounts, 6 orders a year": (300, 1.25, 2.0, 6.0, 0.5, True),
    "no season": (300, 1.25, 2.0, 6.0, 0.5, False),
    "small: 60 accounts": (60, 1.25, 2.0, 6.0, 0.5, True),
    "tiny: 25 accounts": (25, 1.25, 2.0, 6.0, 0.5, True),
    "large: 2,000 accounts": (2000, 1.6, 2.0, 6.0, 0.5, True),
    "concentrated: sd of log size 1.8": (300, 1.8, 2.0, 6.0, 0.5, True),
    "lumpy: random gaps, uneven orders": (300, 1.25, 1.0, 6.0, 0.8, True),
    "clockwork: regular gaps": (300, 1.25, 8.0, 6.0, 0.3, True),
    "seldom: 3 uneven orders a year": (300, 1.25, 1.0, 3.0, 0.8, True),
}


def company(rng, accounts, spread, shape, rate, uneven, season):
    """Months, purchases and expected totals of one window; every eighth account joins within it."""
    size = rng.normal(0, spread, accounts)
    orders = np.clip(rate * np.exp(0.5 * size + 0.6 * rng.normal(size=accounts)), 1, 150)
    shapes = np.clip(shape * np.exp(0.4 * rng.normal(size=accounts)), 0.5, 20)
    profile = SEASON / SEASON.sum() if season else np.full(12, 1 / 12)
    joins = np.where(rng.random(accounts) < 1 / 8, rng.integers(1, 10, accounts), 0)
    mean = np.exp(size)
    months, bought = np.zeros((accounts, 12)), np.zeros(accounts, dtype=int)
    for i in range(accounts):
        # Gaps in seasonal time, begun years before the window so that it opens at no particular moment.
        gaps = rng.gamma(shapes[i], 1 / (shapes[i] * orders[i]), int(5 * orders[i] + 40))
        times = np.cumsum(gaps) - 2
        month = np.searchsorted(np.cumsum(profile)[:-1], times[(times >= 0) & (times < 1)], side="right")
        month = month[month >= joins[i]]
        value = mean[i] / orders[i] * np.exp(rng.normal(-(uneven**2) / 2, uneven, len(month)))
        months[i] = np.bincount(month, value, 12)
        bought[i] = len(month)
    known = np.arange(12) >= joins[:, None]
    return np.where(known, months, np.nan), bought, mean * (known * profile).sum(axis=1)


def resampled(months, rng):
    """The usual way: months of each account drawn again."""
    known = np.isfinite(months)
    n = known.sum(axis=1)
    filled, first = np.where(known, months, 0.0), 12 - n
    totals = np.empty((DRAWS, len(months)))
    for r in range(DRAWS):
        draw = np.minimum(first[:, None] + (rng.random(months.shape) * n[:, None]).astype(int), 11)
        totals[r] = np.where(known, np.take_along_axis(filled, draw, 1), 0).sum(axis=1)
    return totals


def one(arguments):
    """One company: what each method says, against the truth."""
    cell, repetition = arguments
    rng = np.random.default_rng([sorted(CELLS).index(cell), repetition])
    months, bought, expected = company(rng, *CELLS[cell])
    truth = expected / expected.sum()
    target = truth[truth >= LINE].sum()
    known = expected_totals(months, bought)
    ways = {"resampling": resampled(months, rng)}
    if known is not None:
        ways["expected"] = np.concatenate(list(known.draws(DRAWS, repetition)))
    facts = {}
    total = np.nansum(months, axis=1)
    near = total / total.sum() >= LINE / 3
    for way, draws in ways.items():
        share = draws / draws.sum(axis=1, keepdims=True)
        low, high = interval(np.where(share >= LINE, share, 0).sum(axis=1))
        each = np.quantile(share[:, near], [0.025, 0.975], axis=0)
        said = (share[:, near] >= LINE).mean(axis=0)
        facts[way] = (
            low <= target <= high, high - low, ((each[0] <= truth[near]) & (truth[near] <= each[1])).mean(),
            np.c_[said, truth[near] >= LINE],
        )  # fmt: skip
    return facts


def row(cell, repetitions, pool):
    """A line of the table for each method."""
    results = list(pool.map(one, [(cell, r) for r in range(repetitions)], chunksize=20))
    lines = []
    for way in ("expected", "resampling"):
        told = [r[way] for r in results if way in r]
        if not told:
            continue
        said = np.concatenate([t[3] for t in told])
        sure, even = said[said[:, 0] >= 0.9], said[(said[:, 0] > 0.4) & (said[:, 0] < 0.6)]
        figures = [np.mean([t[k] for t in told]) for k in (0, 1, 2)]
        right = [f"{100 * s[:, 1].mean():.0f} %" if len(s) else "" for s in (sure, even)]
        name = "kamlib" if way == "expected" else "resampled months"
        lines.append(
            f"| {cell} | {name} | {len(told):,} | {100 * figures[0]:.1f} % | {100 * figures[1]:.1f} | "
            f"{100 * figures[2]:.1f} % | {right[0]} | {right[1]} |"
        )
    return lines


def main(repetitions: int) -> None:
    """Run all cells and write the table."""
    head = [
        "# Coverage of the expected share of key accounts",
        "",
        f"Line {LINE:.0%}, {repetitions:,} generated companies a cell, {DRAWS} draws each; `coverage_key_share.py`.",
        "Estimands: the share of an average year held by all accounts whose expected share reaches the line (first two",
        "figures), and the expected share of each account near or above the line (the others).",
        "*Told*: companies large enough for an answer.",
        "",
        "| company | method | told | 95 % interval covers | its width, points | each account's covers |"
        " right where 90 %+ said | right where 40-60 % said |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    with ProcessPoolExecutor(2) as pool:
        for cell in CELLS:
            head += row(cell, repetitions, pool)
            print("\n".join(head[-2:]), flush=True)
    Path(__file__).with_suffix(".md").write_text("\n".join(head) + "\n", "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
