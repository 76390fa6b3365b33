"""Concentration, migration, price / volume / mix and evidence of 100,000 accounts: seconds, and the plain pandas way.

Run: `python benchmarks/concentration_speed.py [accounts]`; writes `concentration_speed.md` beside this file. The ledger
and its panels are made first and not counted (`bench_panel.py` times them).
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from kamlib.panel import build_panel, day_totals, quantity_totals
from kamlib.segmentation import key_accounts
from kamlib.segmentation import migration as mig
from kamlib.segmentation.concentration import (
    concentration_by,
    concentration_change,
    concentration_path,
    expected_concentration,
    lose_largest,
)
from kamlib.segmentation.key_evidence import key_evidence
from kamlib.segmentation.price_volume import like_for_like, price_volume_mix
from kamlib.segmentation.windows import trailing


def ledger(accounts: int) -> pd.DataFrame:
    """Three years of lines; as many orders as accounts of uneven size place."""
    rng = np.random.default_rng(1)
    size = np.exp(rng.normal(0, 1.4, accounts))
    n = rng.poisson(12 * np.sqrt(size)) + 1
    who = np.repeat(np.arange(accounts), n)
    days = pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 1096, len(who)), unit="D")
    quantity, price = rng.integers(1, 20, len(who)), rng.integers(100, 3000, len(who))
    cents = (quantity * price * np.sqrt(size[who])).astype("int64") * np.where(rng.random(len(who)) < 0.04, -1, 1)
    frame = {"customer_id": np.char.add("k", np.char.zfill(who.astype(str), 6)), "date": days, "cents": cents}
    product = rng.choice(list("abcdefgh"), len(who))
    return pd.DataFrame(frame | {"quantity": np.sign(cents) * quantity, "product_id": product})


def plain_windows(monthly: pd.DataFrame) -> pd.DataFrame:
    """Trailing twelve months: the usual pivot and rolling sum."""
    wide = monthly.pivot(index="month", columns="customer_id", values="sales_cents").fillna(0)
    return wide.rolling(12).sum().dropna()


def plain_path(windows: pd.DataFrame) -> list[float]:
    """A Gini at each month-end."""
    found = []
    for _, row in windows.iterrows():
        x = row[row > 0].sort_values()
        found.append((2 * np.arange(1, len(x) + 1) - len(x) - 1) @ x / (len(x) * x.sum()))
    return found


def plain_classes(windows: pd.DataFrame) -> pd.DataFrame:
    """A, B, C at each quarter end."""
    classes = {}
    for end, row in windows.iloc[::-3].iterrows():
        x = row[row > 0].sort_values(ascending=False)
        before = x.cumsum() - x
        classes[end] = pd.cut(before / x.sum(), [-1, 0.8, 0.95, 2], right=False, labels=list("ABC")).astype(str)
    return pd.DataFrame(classes).reindex(windows.columns).fillna("none")


def plain_transitions(classes: pd.DataFrame) -> pd.DataFrame:
    """Moves counted, without an interval."""
    ends = list(classes)[::-1]
    pairs = [pd.crosstab(classes[a], classes[b]) for a, b in pairwise(ends)]
    return sum(pairs[1:], pairs[0])


def plain_bootstrap(values: pd.Series, repetitions: int = 20) -> float:
    """The usual interval of a Gini, accounts drawn again; 20 draws, counted as 200."""
    rng = np.random.default_rng(1)
    for _ in range(repetitions):
        x = values.sample(frac=1, replace=True, random_state=rng).sort_values()
        (2 * np.arange(1, len(x) + 1) - len(x) - 1) @ x / (len(x) * x.sum())
    return float(x.iloc[-1])


def timed(rows: list, what: str, work, factor: int = 1):
    """Run, note wall and CPU seconds, hand on the result."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    rows.append((what, factor * (time.perf_counter() - wall), factor * (time.process_time() - cpu)))
    print(f"{rows[-1][0]:60s} {rows[-1][1]:6.2f} {rows[-1][2]:6.2f}", flush=True)
    return result


def ours(lines: pd.DataFrame, before, after) -> list:
    """Everything of this part."""
    rows: list = []
    accounts = after.accounts.set_index("customer_id")
    sales = accounts["sales_cents"]
    timed(rows, "trailing windows at 25 month-ends", lambda: trailing(after))
    timed(rows, "concentration, with intervals", lambda: expected_concentration(after))
    timed(rows, "its path, quarter by quarter, with intervals", lambda: concentration_path(after, step=3))
    timed(rows, "its change, with an interval", lambda: concentration_change(after))
    timed(rows, "lose the largest", lambda: lose_largest(sales))
    managers = pd.Series(np.arange(len(sales)) % 300, index=sales.index).astype("str")
    timed(rows, "by 300 managers", lambda: concentration_by(sales, managers))
    history = timed(rows, "classes at nine quarter ends, also held", lambda: mig.class_history(after))
    timed(rows, "transitions, with intervals", lambda: mig.transitions(history.reported))
    timed(rows, "what hysteresis does", lambda: mig.steadiness(history))
    spans = {"before": (before.start, before.as_of), "after": (after.start, after.as_of)}
    units = timed(rows, "units by account, from lines", lambda: quantity_totals(lines, by="customer_id", **spans))
    known = mig.known_units(units)
    causes = timed(rows, "causes of every account's change",
                   lambda: mig.change_reasons(before.accounts, after.accounts, units=known))  # fmt: skip
    timed(rows, "who moved", lambda: mig.moves(history, causes, back=4))
    products = timed(rows, "units by product, from lines", lambda: quantity_totals(lines, by="product_id", **spans))
    timed(rows, "price, volume, mix", lambda: price_volume_mix(products))
    days = timed(rows, "trade by day, from lines", lambda: day_totals(lines, as_of=after.as_of))
    timed(rows, "like for like, with an interval", lambda: like_for_like(before, after, days))
    keys = key_accounts(after, line=0.0002)
    timed(rows, f"evidence of {len(keys.listed)} key accounts", lambda: key_evidence(after, keys))
    return rows


def plain(after) -> list:
    """The parts of it that a few lines of pandas give; most of it they do not."""
    rows: list = []
    windows = timed(rows, "trailing windows: pivot and rolling", lambda: plain_windows(after.monthly))
    timed(rows, "Gini at every third month-end, no interval", lambda: plain_path(windows.iloc[::-3]))
    values = after.accounts["sales_cents"].clip(lower=1)
    timed(rows, "interval of one Gini, 200 draws", lambda: plain_bootstrap(values), 10)
    classes = timed(rows, "classes at quarter ends, not held", lambda: plain_classes(windows))
    timed(rows, "transitions, no interval", lambda: plain_transitions(classes))
    return rows


def shown(rows: list) -> list[str]:
    """Rows of a table, and their sum."""
    wall, cpu = (sum(r[i] for r in rows) for i in (1, 2))
    return [*(f"| {w} | {a:.2f} | {b:.2f} |" for w, a, b in rows), f"| **together** | **{wall:.1f}** | **{cpu:.1f}** |"]


def main(accounts: int) -> None:
    """Make the ledger, time both ways, write the table."""
    lines = ledger(accounts)
    after, before = (build_panel(lines, as_of=day) for day in ("2024-12-31", "2023-12-31"))
    head = [
        "# Concentration, migration and causes of many accounts", "",
        f"{accounts:,} accounts, {len(lines):,} lines, 36 months; `concentration_speed.py`. One process, one thread,",
        "on two cores that were shared with other work: look at CPU seconds. The lines are a pandas frame, the",
        "slowest engine of the panel.", "", "| kamlib | seconds | CPU seconds |", "|---|--:|--:|",
    ]  # fmt: skip
    other = ["", "| plain pandas, what it gives | seconds | CPU seconds |", "|---|--:|--:|"]
    table = [*head, *shown(ours(lines, before, after)), *other, *shown(plain(after))]
    Path(__file__).with_suffix(".md").write_text("\n".join(table) + "\n", "utf-8")
    print("\n".join(table))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
