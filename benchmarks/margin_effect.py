"""Does the interval of the margin of lost accounts, less that of the others, hold what it should as often as it says?

Accounts of uneven size (log-normal) with margins of their own around one mean, lost at random: the difference is
nought. Beside it the interval from accounts drawn again, which the page had before. Writes `margin_effect.md`. Run:
`python benchmarks/margin_effect.py [repetitions]` (2,000 a cell take a quarter of an hour of a core).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from kamlib.churn.dynamics import margin_difference

OTHERS, MEAN, SPREAD, DRAWS = 1000, 0.25, 0.08, 400


def accounts(rng, n: int, sd: float, tied: float) -> np.ndarray:
    """Net sales and profit; `tied`: by how much the margin falls where sales are an e-fold larger."""
    log = sd * rng.standard_normal(n)
    sales = np.exp(log)
    return np.column_stack([sales, sales * (MEAN - tied * log + SPREAD * rng.standard_normal(n))])


def drawn_again(rng, lost: np.ndarray, kept: np.ndarray) -> tuple[float, float]:
    ratios = []
    for rows in (lost, kept):
        sums = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), DRAWS) @ rows
        ratios.append(sums[:, 1] / sums[:, 0])
    return tuple(np.quantile(ratios[0] - ratios[1], [0.025, 0.975]))


def held(n: int, sd: float, tied: float, repetitions: int) -> np.ndarray:
    """How often each interval holds nought."""
    rng, inside = np.random.default_rng(1), np.zeros(2)
    for _ in range(repetitions):
        lost, kept = accounts(rng, n, sd, tied), accounts(rng, OTHERS, sd, tied)
        for i, (low, high) in enumerate((margin_difference(lost, kept, least=n)[1:], drawn_again(rng, lost, kept))):
            inside[i] += low <= 0 <= high
    return inside / repetitions


def main(repetitions: int) -> None:
    lines = [
        "# Margin of lost accounts less that of the others",
        "",
        f"Made by `benchmarks/margin_effect.py`: {repetitions:,} times a cell, beside {OTHERS:,} other accounts. How",
        "often the 95 % interval held the true difference, nought; *drawn again*: accounts with repetition.",
        "*Tied*: larger accounts have lower margins, 3 points an e-fold. The page compares from 20 accounts a side on.",
        "",
        "| lost | sd of the log of sales | held | drawn again | tied: held | drawn again |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for n in (10, 20, 50, 200):
        for sd in (0.8, 1.3, 1.8):
            cells = [f"{x:.1%}" for tied in (0.0, 0.03) for x in held(n, sd, tied, repetitions)]
            lines.append(f"| {n} | {sd} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    Path(__file__).with_suffix(".md").write_text("\n".join([*lines, ""]), "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
