"""Are false discoveries among half-lost accounts as rare as stated, and how many of the half-lost are found?

Books of 100 accounts and 24 months. Accounts buy at gamma gaps of their own regularity with purchases of uneven size;
in some, each has its own season or sales that drift up and down. Nothing falls in the first table: every account listed
is false. In the second a tenth fell to a share of their level some months ago, by buying more seldom. Writes
`half_lost.md`. Run: `python benchmarks/half_lost.py [books]` (2,000 books a cell take about half an hour of a core).
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from kamlib.churn import half_lost

ACCOUNTS, MONTHS, FALLEN = 100, 24, 10
INDEX = pd.date_range("2023-01-01", periods=MONTHS, freq="MS")
NAMES = pd.Index([f"a{i:03}" for i in range(ACCOUNTS)], name="customer_id")
# Gap in months, regularity of gaps, sd of the log of a purchase, own season (sd of the log), own drift (the same).
KINDS = {
    "twice a month, random": (0.5, 1.0, 0.6, 0.0, 0.0),
    "twice a month, regular": (0.5, 6.0, 0.6, 0.0, 0.0),
    "every second month, random": (2.0, 1.0, 0.6, 0.0, 0.0),
    "every second month, regular": (2.0, 6.0, 0.6, 0.0, 0.0),
    "in bursts": (1.0, 0.5, 0.6, 0.0, 0.0),
    "very uneven purchases": (1.0, 1.0, 1.5, 0.0, 0.0),
    "a season of its own each": (0.5, 1.0, 0.6, 0.5, 0.0),
    "a level that drifts": (0.5, 1.0, 0.6, 0.0, 0.3),
}


def sales(kind, rng, left: float = 1.0, last: int = 0) -> np.ndarray:
    """Cents by account and month; the first `FALLEN` accounts keep a share of their purchases in the last months."""
    gap, regular, uneven, season, drift = kind
    most = int(3 * MONTHS / gap) + 20
    gaps = rng.gamma(regular, gap / regular, (ACCOUNTS, most))
    day = np.cumsum(gaps, axis=1) - rng.uniform(0, gap, (ACCOUNTS, 1)) - 12
    month = np.floor(day).astype(int)
    keep = (month >= 0) & (month < MONTHS)
    at = np.clip(month, 0, MONTHS - 1)
    if last:
        thinned = (np.arange(ACCOUNTS)[:, None] < FALLEN) & (at >= MONTHS - last)
        keep &= ~thinned | (rng.random(at.shape) < left)
    level = np.exp(season * np.sin(2 * np.pi * (np.arange(MONTHS) / 12 + rng.random((ACCOUNTS, 1)))) * np.sqrt(2))
    walk = np.zeros((ACCOUNTS, MONTHS))
    for m in range(1, MONTHS):
        walk[:, m] = 0.9 * walk[:, m - 1] + np.sqrt(1 - 0.9**2) * rng.standard_normal(ACCOUNTS)
    level = level * np.exp(drift * walk)
    money = 100_00 * np.exp(uneven * rng.standard_normal(at.shape)) * np.take_along_axis(level, at, axis=1)
    row = np.repeat(np.arange(ACCOUNTS), most).reshape(at.shape)
    return np.bincount((row * MONTHS + at)[keep], money[keep], ACCOUNTS * MONTHS).reshape(ACCOUNTS, MONTHS).round()


def listed(cents: np.ndarray, seed: int) -> np.ndarray:
    """Whether each account is listed; those with no sale in the last quarter would be lost, and are not looked at."""
    wide = pd.DataFrame(cents, index=NAMES, columns=INDEX)
    monthly = wide.stack().rename("sales_cents").rename_axis(["customer_id", "month"]).reset_index()
    panel = SimpleNamespace(
        dense=lambda names: wide.loc[names], monthly=monthly, accounts=pd.DataFrame({"customer_id": NAMES}),
        last_month_partial=False, start=INDEX[0], as_of=INDEX[-1] + pd.offsets.MonthEnd(0),
    )  # fmt: skip
    active = NAMES[(cents[:, -3:] > 0).any(axis=1)]
    found = half_lost(panel, active=active, seed=seed)
    return found["half_lost"].reindex(NAMES, fill_value=False).to_numpy(dtype=bool)


def main(books: int) -> None:
    lines = [
        "# Half-lost accounts: false discoveries and power",
        "",
        f"Made by `benchmarks/half_lost.py`: {books:,} books of {ACCOUNTS} accounts and {MONTHS} months a cell. First,",
        "nothing falls: books in which anybody is listed (stated: at most 10 %), and accounts listed a book.",
        "",
        "| accounts buy | books with a false one | listed a book |",
        "|---|--:|--:|",
    ]
    for name, kind in KINDS.items():
        rng = np.random.default_rng(1)
        counts = np.array([listed(sales(kind, rng), seed).sum() for seed in range(books)])
        lines.append(f"| {name} | {(counts > 0).mean():.1%} | {counts.mean():.2f} |")
        print(lines[-1], flush=True)
    lines += [
        "",
        f"Then {FALLEN} accounts fell ({books // 4:,} books a cell): share of those listed that did not (the mean over",
        "books, none listed counts as none false; stated: at most 10 %), and share of the fallen that is listed.",
        "",
        "| accounts buy | left | for months | false among the listed | found |",
        "|---|--:|--:|--:|--:|",
    ]
    for name in list(KINDS)[:4]:
        for left, last in ((0.2, 6), (0.5, 6), (0.2, 3), (0.2, 12)):
            rng = np.random.default_rng(2)
            rows = np.array([listed(sales(KINDS[name], rng, left, last), seed) for seed in range(books // 4)])
            false = rows[:, FALLEN:].sum(axis=1) / np.maximum(rows.sum(axis=1), 1)
            lines.append(f"| {name} | {left:.0%} | {last} | {false.mean():.1%} | {rows[:, :FALLEN].mean():.1%} |")
            print(lines[-1], flush=True)
    Path(__file__).with_suffix(".md").write_text("\n".join([*lines, ""]), "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
