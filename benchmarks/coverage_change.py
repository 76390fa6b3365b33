"""Does the interval of a change of sales cover? Companies whose accounts buy at unchanged rates: nothing truly changes.

    nice -n 10 python benchmarks/coverage_change.py [REPETITIONS] > benchmarks/coverage_change.md

Accounts buy at gamma gaps from a random moment on, orders are lognormal; two years are seen, and the windows of the
last two month-ends are compared (`kamlib.summary.chance`: a month against the same month a year before), and so are a
half-year to date and a whole year with the year before (`kamlib.summary.years`). Counted are the 95 % intervals that
hold nought; the others are verdicts of "more than chance", and false.
"""

from __future__ import annotations

import datetime as dt
import sys

import numpy as np
import pandas as pd

from kamlib.summary.chance import chance_of
from kamlib.summary.years import a_year_before

BEGIN, SEEN = np.datetime64("2022-01-01"), 730
STRETCHES = {  # each against the same days a year before
    "a month": (dt.date(2023, 12, 1), dt.date(2023, 12, 31)),
    "half a year": (dt.date(2023, 1, 1), dt.date(2023, 6, 30)),
    "a year": (dt.date(2023, 1, 1), dt.date(2023, 12, 31)),
}
CELLS = {  # accounts, orders a year (median), regularity (median), sd of log size, share of one breadwinner
    "as the sample company: 300 accounts": (300, 5, 2, 1.15, 0),
    "the same, one account of 14 %": (300, 5, 2, 1.15, 0.14),
    "30 accounts": (30, 5, 2, 1.15, 0),
    "30 accounts, all as clockwork (k = 8)": (30, 5, 8, 1.15, 0),
    "300 accounts, seldom: 2 orders a year": (300, 2, 1, 1.15, 0),
}


def company(rng, accounts, rate, shape, spread, big) -> pd.DataFrame:
    """Purchase days of a company: customer_id, date, cents."""
    rates = rate * np.exp(rng.normal(0, 0.85, accounts))
    shapes = shape * np.exp(rng.normal(0, 0.6, accounts))
    size = np.exp(rng.normal(9, spread, accounts))
    if big:
        size[0], rates[0] = big / (1 - big) * size[1:].sum(), 30
    most = int(rates.max() * 4) + 30
    gaps = rng.gamma(shapes[:, None], (365 / rates / shapes)[:, None], (accounts, most))
    at = np.cumsum(gaps, axis=1) - (365 * 2 / rates)[:, None] * rng.random((accounts, 1))
    value = (size / rates)[:, None] * np.exp(rng.normal(0, 0.52, at.shape))
    seen = (at >= 0) & (at < SEEN)
    who = np.broadcast_to(np.arange(accounts)[:, None], at.shape)[seen]
    frame = pd.DataFrame(
        {"customer_id": who, "day": at[seen].astype(int), "cents": np.rint(100 * value[seen]).astype(int)}
    )
    frame = frame.groupby(["customer_id", "day"], as_index=False)["cents"].sum()
    return frame.assign(date=(BEGIN + frame["day"].to_numpy()).astype("datetime64[s]"))


def main() -> None:
    """Simulate, and print the table."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("# Coverage of the interval of a change of sales\n")
    print(f"{repetitions:,} companies a cell; the 95 % interval ought to hold nought 95 times in 100.\n")
    print(f"| company | {' | '.join(STRETCHES)} | cannot tell |\n|---|--:|--:|--:|--:|")
    for name, cell in CELLS.items():
        rng = np.random.default_rng(20260630)
        told = {stretch: [] for stretch in STRETCHES}
        for _ in range(repetitions):
            days = company(rng, *cell)
            for stretch, now in STRETCHES.items():
                told[stretch].append(chance_of(days, a_year_before(now), now))
        known = {s: [c.interval for c in found if c.probability is not None] for s, found in told.items()}
        held = [np.mean([low <= 0 <= high for low, high in intervals]) for intervals in known.values()]
        unknown = sum(len(told[s]) - len(known[s]) for s in STRETCHES)
        print(f"| {name} | {' | '.join(f'{100 * h:.1f} %' for h in held)} | {unknown} |", flush=True)


if __name__ == "__main__":
    main()
