"""Does the interval of like-for-like growth hold nought where nothing has changed?

Two years of the companies of `concentration.py`; writes `like_for_like.md` beside this file.
Run: `python benchmarks/like_for_like.py [repetitions]` (2,000 a cell: some minutes).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from concentration import CELLS, company

from kamlib.segmentation.price_volume.like_for_like import luck, row

SMALL = [c for c in CELLS if "1,000" not in c]


def one(cell, repetition):
    """One company: for all accounts and for those of both years, whether the interval covers, and its width."""
    rng = np.random.default_rng([sorted(CELLS).index(cell), repetition])
    months, bought, _ = company(rng, *CELLS[cell])
    totals = np.nansum(months, axis=2)
    accounts = pd.DataFrame({"before": totals[0] * 1e5, "after": totals[1] * 1e5}).round().astype("int64")
    variance = luck(months[1], bought[1], accounts, bought.sum(axis=0))
    if variance is None:
        return None
    both = (bought > 0).all(axis=0)
    found = []
    for part in (accounts, accounts[both]):
        facts = row(part, variance, 250, 250)
        found += [facts["low"] <= 0 <= facts["high"], facts["high"] - facts["low"]]
    return found


HEAD = """# Coverage of like-for-like growth

{repetitions:,} generated companies a cell, two years in which nothing has changed; `like_for_like.py`. The interval
should hold nought 95 % of the time. *Both*: the accounts that bought in both years.

| company | told | all accounts: covers | its width, points | both: covers | its width, points |
|---|--:|--:|--:|--:|--:|
"""


def main(repetitions: int) -> None:
    """Run all cells and write the table."""
    lines = [HEAD.format(repetitions=repetitions).rstrip("\n")]
    for cell in SMALL:
        told = [f for f in (one(cell, r) for r in range(repetitions)) if f]
        a, wa, b, wb = np.mean(told, axis=0)
        figures = f"{100 * a:.1f} % | {100 * wa:.1f} | {100 * b:.1f} % | {100 * wb:.1f}"
        lines.append(f"| {cell} | {len(told):,} | {figures} |")
        print(lines[-1], flush=True)
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
