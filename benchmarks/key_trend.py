"""Does the interval of a key account's trend cover? Writes `key_trend.md`; run: `python benchmarks/key_trend.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from kamlib.segmentation.key_evidence import slopes

# months, purchases a month, shape of a purchase's size, growth a year (share of the mean month)
CELLS = {
    "24 months, 4 purchases a month": (24, 4.0, 4.0, 0.0),
    "24 months, weekly, growing by a half": (24, 4.0, 4.0, 0.5),
    "24 months, one purchase a month": (24, 1.0, 2.0, 0.0),
    "24 months, one in two months, uneven": (24, 0.5, 1.0, 0.0),
    "24 months, one a month, shrinking by half": (24, 1.0, 2.0, -0.5),
    "12 months, one purchase a month": (12, 1.0, 2.0, 0.0),
}


def accounts(rng, repetitions, months, rate, shape, growth):
    """Months of accounts: Poisson purchases of gamma size, around a straight line."""
    level = 1 + growth * (np.arange(months) - (months - 1) / 2) / 12
    n = rng.poisson(rate * np.maximum(level, 0), (repetitions, months))
    return rng.gamma(np.maximum(shape * n, 1e-9)) / shape * (n > 0)


def main(repetitions: int) -> None:
    """Run all cells and write the table."""
    lines = [
        "# Coverage of the trend of one account", "",
        f"{repetitions:,} generated accounts a cell; `key_trend.py`. Estimand: change of expected sales per year as a",
        "share of the mean month. *Told*: accounts that sold anything.", "",
        "| account | told | 95 % interval covers | its mean width, points |", "|---|--:|--:|--:|",
    ]  # fmt: skip
    for i, (name, cell) in enumerate(CELLS.items()):
        found = slopes(accounts(np.random.default_rng([3, i]), repetitions, *cell)).dropna()
        covered = ((found["trend_low"] <= cell[3]) & (cell[3] <= found["trend_high"])).mean()
        width = (found["trend_high"] - found["trend_low"]).mean()
        lines.append(f"| {name} | {len(found):,} | {100 * covered:.1f} % | {100 * width:.0f} |")
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
