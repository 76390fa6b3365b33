"""Do intervals of transition shares cover, and what does hysteresis cost?

Writes `migration.md` beside this file. Run: `python benchmarks/migration.py [repetitions]` (2,000 a cell: a few
minutes on one free core).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from kamlib.segmentation.migration.history import STATES, _codes, _held, _lasting, _moves
from kamlib.segmentation.migration.transitions import _counts, _intervals

TRUTH_ACCOUNTS = 400_000
SHARES = (0.80, 0.95)
WEIGHTED = ((0.88, 0.11, 0.005, 0.005), (0.10, 0.76, 0.11, 0.03), (0.01, 0.10, 0.79, 0.10), (0.0, 0.01, 0.08, 0.91))
# accounts, periods, and how much accounts differ (None: not at all; else the sum of Dirichlet parameters)
CHAINS = {
    "300 accounts, one period": (300, 1, None),
    "300 accounts, eight periods, all alike": (300, 8, None),
    "300 accounts, eight periods, each its own": (300, 8, 4.0),
    "60 accounts, eight periods, each its own": (60, 8, 4.0),
    "2,000 accounts, four periods, each its own": (2000, 4, 4.0),
}
CELLS = (("A", "A"), ("A", "B"), ("B", "C"), ("C", "inactive"))


def chain(rng, accounts, periods, alike):
    """Classes of accounts that move by chance, and the expected counts behind them.

    Where accounts differ, each has shares of its own around the common ones, and the truth is their mean over the
    accounts and periods of a very large company.
    """
    matrix = np.array(WEIGHTED)
    own = np.broadcast_to(matrix, (accounts, 4, 4))
    if alike:
        own = rng.gamma(np.maximum(matrix * alike, 1e-3), size=(accounts, 4, 4)) + 1e-12
        own = own / own.sum(axis=2, keepdims=True)
    upto = own.cumsum(axis=2)
    codes = np.empty((accounts, periods + 1), dtype=int)
    codes[:, 0] = rng.choice(4, accounts, p=(0.2, 0.25, 0.4, 0.15))
    for t in range(periods):
        now = upto[np.arange(accounts), codes[:, t]]
        codes[:, t + 1] = np.minimum((rng.random((accounts, 1)) > now).sum(axis=1), 3)
    return codes


def truths(cell):
    """Transition shares of a very large company."""
    _, periods, alike = CHAINS[cell]
    codes = chain(np.random.default_rng(0), TRUTH_ACCOUNTS, periods, alike)
    pairs = [(codes[:, t], codes[:, t + 1]) for t in range(periods)]
    table = np.zeros((4, 4))
    for was, now in pairs:
        np.add.at(table, (was, now), 1)
    return table / table.sum(axis=1, keepdims=True)


def coverage(cell, repetitions):
    """A line for each of a few cells of the matrix: how often the interval holds the truth, and how wide it is."""
    truth, words = truths(cell), np.array(STATES, dtype=object)
    found = {c: [] for c in CELLS}
    for r in range(repetitions):
        rng = np.random.default_rng([list(CHAINS).index(cell), r])
        codes = chain(rng, *CHAINS[cell])
        counts = _counts(pd.DataFrame(words[codes]))
        low, high = _intervals(counts, 200, r, 0.95)
        for was, now in CELLS:
            i, j = STATES.index(was), STATES.index(now)
            moves, of = counts[:, i, j].sum(), counts[:, i].sum()
            lo, hi = (0.0 if moves == 0 else low[i, j]), (1.0 if moves == of else high[i, j])
            share = moves / of
            plain = 1.96 * np.sqrt(share * (1 - share) / of)
            found[was, now].append((lo <= truth[i, j] <= hi, hi - lo, abs(share - truth[i, j]) <= plain))
    for (was, now), rows in found.items():
        covered, width, usual = np.mean(rows, axis=0)
        i, j = STATES.index(was), STATES.index(now)
        yield (
            f"| {cell} | {was} to {now} | {100 * truth[i, j]:.1f} % | {100 * covered:.1f} % | {100 * width:.1f} |"
            f" {100 * usual:.1f} % |"
        )


def company(rng, accounts=200, ends=12, moved=0.10):
    """Trailing yearly totals at quarter ends, reported each quarter, and the class of the expected totals.

    Sizes are lognormal; quarters have luck of 60 % (about six uneven orders a year). Some accounts change for good, by
    a factor of three up or down, at a quarter of their own.
    """
    size = np.exp(rng.normal(0, 1.25, accounts))
    quarters = ends + 3
    rate = np.repeat(size[:, None] / 4, quarters, axis=1)
    changed = np.flatnonzero(rng.random(accounts) < moved)
    at = rng.integers(4, quarters - 4, len(changed))
    factor = np.where(rng.random(len(changed)) < 0.5, 3.0, 1 / 3)
    for i, t, f in zip(changed, at, factor, strict=True):
        rate[i, t:] *= f
    sold = rate * rng.gamma(1 / 0.6**2, 0.6**2, rate.shape)
    return tuple(np.lib.stride_tricks.sliding_window_view(m, 4, axis=1).sum(axis=2) for m in (sold, rate))


def steady(margin, periods, repetitions):
    """Moves a year and company, of these true ones, and how late the class of what is expected is shown."""
    rows = []
    for r in range(repetitions):
        sold, rate = company(np.random.default_rng([7, r]))
        active = np.ones(sold.shape, bool)
        codes, borders = _codes(sold, active, SHARES)
        truth, _ = _codes(rate, active, SHARES)
        held = _held(codes, sold, borders, margin, periods)
        wrong = (held != truth)[:, 1:].mean()
        delays = [_late(held[i, t:], truth[i, t]) for i, t in _lasting(truth, _moves(truth), 4)]
        rows.append((_moves(held).sum() / (sold.shape[1] - 1) * 4, _moves(truth).sum() / (sold.shape[1] - 1) * 4,
                     wrong, np.mean(delays) if delays else np.nan))  # fmt: skip
    return np.nanmean(rows, axis=0)


def _late(held, to):
    shown = np.flatnonzero(held == to)
    return shown[0] if len(shown) else len(held)


HEAD = """# Migration: coverage of transition shares, and what hysteresis costs

`migration.py`. {repetitions:,} generated histories a cell, 200 draws each. Estimand: the chance that an account in one
class is in the other a period later, over the accounts and periods of a very large company of the same kind. *Each its
own*: every account has transition shares of its own, so that its periods are alike. *Usual*: the textbook interval of a
share, which takes every account and period for independent.

| history | move | truth | 95 % interval covers | width, points | the usual covers |
|---|---|--:|--:|--:|--:|
"""
SECOND = """
## Hysteresis

{repetitions:,} companies of 200 accounts, trailing years at twelve quarter ends, luck as with six uneven orders a year;
a tenth of the accounts change for good, threefold up or down. *True* moves are those of the class of the expected
trailing total. *Wrong*: accounts and period ends at which the class shown is not that of the expected total. *Late*:
quarters until a true move that lasts a year is shown. *Any* margin: only the number of period ends counts.

| margin | periods | moves a year | true moves a year | wrong | late, quarters |
|--:|--:|--:|--:|--:|--:|
"""
SETTINGS = ((0.0, 1), (0.05, 2), (0.10, 2), (0.20, 2), (np.inf, 2), (0.10, 3), (0.20, 3))


def main(repetitions: int) -> None:
    """Run all cells and write the tables."""
    lines = [HEAD.format(repetitions=repetitions).rstrip("\n")]
    for cell in CHAINS:
        lines += coverage(cell, repetitions)
        print("\n".join(lines[-len(CELLS) :]), flush=True)
    lines += [SECOND.format(repetitions=repetitions).rstrip("\n")]
    for margin, periods in SETTINGS:
        moves, true, wrong, late = steady(margin, periods, repetitions)
        what = " (none)" if periods == 1 else " (default)" if (margin, periods) == (0.10, 2) else ""
        beyond = "any" if np.isinf(margin) else f"{margin:.0%}"
        lines.append(f"| {beyond}{what} | {periods} | {moves:.1f} | {true:.1f} | {100 * wrong:.1f} % | {late:.2f} |")
        print(lines[-1], flush=True)
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
