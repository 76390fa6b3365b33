"""Everything of 02_segmentation for 100,000 accounts, part by part, beside the plain pandas way where there is one.

Makes lines of three years in memory, builds the panel, then times each part once. Writes `segmentation_speed.md`
beside this file. Run: `python benchmarks/segmentation_speed.py [accounts]`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from kamlib import segmentation
from kamlib.panel import build_panel, purchase_days
from kamlib.segmentation import concentration, migration
from kamlib.segmentation.key_evidence import key_evidence

AS_OF = "2024-12-31"
DRAWN = 10  # of the bootstrap; a hundred take ten times as long


def lines(accounts: int) -> pd.DataFrame:
    """Three years of purchases of accounts of many sizes and rates."""
    rng = np.random.default_rng(1)
    size = rng.normal(0, 1.5, accounts)
    n = rng.poisson(np.clip(18 * np.exp(0.4 * size + 0.5 * rng.normal(size=accounts)), 1, 300))
    account = np.repeat(np.arange(accounts), n)
    day = rng.integers(0, 1096, len(account))
    cents = np.exp(size[account] + 8 + 0.6 * rng.normal(size=len(account))).astype("int64") + 1
    date = np.datetime64("2022-01-01", "D") + day
    ids = np.array([f"k{i:06}" for i in range(accounts)])
    return pd.DataFrame({"customer_id": ids[account], "date": date.astype("datetime64[s]"), "cents": cents})


def plain(frame: pd.DataFrame) -> dict:
    """What an analyst writes: classes, frequency, scores, and a bootstrap of orders behind the classes."""
    inside = frame[(frame["date"] > "2023-12-31") & (frame["date"] <= AS_OF)]
    return {
        "ABC": lambda: _abc(inside.groupby("customer_id")["cents"].sum()),
        "XYZ by frequency": lambda: inside.assign(m=inside["date"].dt.month).groupby("customer_id")["m"].nunique() / 12,
        "RFM": lambda: _rfm(inside),
        "class confidence": lambda: _bootstrap(inside),
        "concentration": lambda: _gini(inside.groupby("customer_id")["cents"].sum()),
        "migration": lambda: [
            _abc(frame[(frame["date"] > end - pd.DateOffset(months=12)) & (frame["date"] <= end)]
                 .groupby("customer_id")["cents"].sum())
            for end in pd.date_range("2022-12-31", AS_OF, freq="QE")
        ],
    }  # fmt: skip


def _abc(sales):
    share = sales.sort_values(ascending=False).cumsum() / sales.sum()
    return pd.cut(share, [0, 0.8, 0.95, 1], labels=list("ABC"))


def _rfm(inside):
    groups = inside.groupby("customer_id")
    table = pd.DataFrame({"r": groups["date"].max(), "f": groups.size(), "m": groups["cents"].sum()})
    return table.rank(method="first").apply(lambda c: pd.qcut(c, 5, labels=False))


def _bootstrap(inside):
    drawn = (inside.sample(frac=1, replace=True, random_state=r) for r in range(DRAWN))
    return [_abc(lines.groupby("customer_id")["cents"].sum()) for lines in drawn]


def _gini(sales):
    x = np.sort(sales)
    return (2 * np.arange(1, len(x) + 1) - len(x) - 1) @ x / (len(x) * x.sum())


def parts(panel, days, sales) -> dict:
    """The parts of the page, in its order."""
    keep = {}

    def kept(name, make):
        keep[name] = make()
        return keep[name]

    return {
        "ABC": lambda: kept("abc", lambda: segmentation.abc(sales)),
        "limits of the curve": lambda: segmentation.abc_limits(sales),
        "XYZ by frequency": lambda: kept("xyz", lambda: segmentation.xyz(panel)),
        "XYZ by regularity": lambda: segmentation.xyz(panel, by="regularity"),
        "XYZ by variation": lambda: segmentation.xyz(panel, by="variation"),
        "cells": lambda: segmentation.cells(keep["abc"], keep["xyz"]),
        "RFM": lambda: segmentation.rfm(m := segmentation.rfm_measures(panel), segmentation.rfm_cuts(m)),
        "class confidence": lambda: kept("sure", lambda: segmentation.class_confidence(panel, days, repetitions=200)),
        "persistence": lambda: segmentation.persistence(panel),
        "key accounts": lambda: kept("keys", lambda: segmentation.key_accounts(panel, repetitions=200)),
        "key evidence": lambda: key_evidence(panel, keep["keys"], confidence=keep["sure"]),
        "concentration": lambda: concentration.expected_concentration(panel, repetitions=200),
        "path of concentration": lambda: concentration.concentration_path(panel, step=3),
        "migration": lambda: kept("history", lambda: migration.class_history(panel)),
        "transitions": lambda: migration.transitions(keep["history"].reported, repetitions=200),
        "who moved": lambda: migration.moves(keep["history"]),
    }


def timed(what) -> tuple[float, float]:
    """Seconds by the clock and of CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    what()
    taken = time.perf_counter() - clock, time.process_time() - cpu
    print(f"{taken[0]:.1f} {taken[1]:.1f}", flush=True)
    return taken


def main(accounts: int) -> None:
    """Time all and write the table."""
    frame = lines(accounts)
    panel, days = build_panel(frame, as_of=AS_OF), purchase_days(frame, as_of=AS_OF)
    sales = segmentation.window_values(panel)
    ours = {name: timed(part) for name, part in parts(panel, days, sales).items()}
    theirs = {name: timed(part) for name, part in plain(frame).items()}
    total = [sum(t[k] for t in ours.values()) for k in (0, 1)]
    text = [
        f"# {accounts:,} accounts",
        "",
        f"{len(frame):,} lines of three years; `segmentation_speed.py`, one process, 200 draws, on a machine that",
        "other work shared, so look at CPU seconds. From the panel on.",
        "",
        "| part | seconds | CPU seconds | plain pandas, CPU seconds |", "|---|--:|--:|--:|",
    ]
    for name, (clock, cpu) in ours.items():
        other = f"{theirs[name][1]:.1f}" if name in theirs else ""
        text.append(f"| {name} | {clock:.1f} | {cpu:.1f} | {other} |")
    text.append(f"| **all** | **{total[0]:.1f}** | **{total[1]:.1f}** | {sum(t[1] for t in theirs.values()):.1f} |")
    text += [
        "",
        f"Plain pandas: the same classes and scores from the lines, and {DRAWN} bootstrap draws of orders for",
        "confidence (200 would take 20 times as long; overconfident, see `class_confidence.md`); it has no",
        "intervals, no key accounts and no persistence.",
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(text) + "\n", "utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
