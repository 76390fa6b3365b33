"""How long does the churn page's library take on 100,000 accounts? Run: `python benchmarks/churn_speed.py [accounts]`.

Prints wall and CPU seconds of each step of the first half of the page: judge, date, count, compare, explain.
"""

from __future__ import annotations

import datetime as dt
import sys
import time

import numpy as np
import pandas as pd

from kamlib import churn
from kamlib.book import open_book
from kamlib.panel import build_panel, purchase_days

AS_OF = dt.date(2024, 12, 31)


def lines(accounts: int, rng) -> pd.DataFrame:
    """Three years of orders; a tenth of the accounts stops each year."""
    mean = np.clip(90 * np.exp(0.9 * rng.normal(size=accounts)), 5, 600)
    number = rng.poisson(1095 / mean) + 1
    account = np.repeat(np.arange(accounts), number)
    day = (rng.random(len(account)) * 1095).astype(int)
    stop = np.minimum(rng.exponential(3650, accounts), 2000)
    keep = day <= stop[account]
    date = pd.Timestamp("2022-01-02") + pd.to_timedelta(day[keep], unit="D")
    name = pd.Series(np.char.mod("k%06d", account[keep]))
    return pd.DataFrame({"customer_id": name, "date": date, "cents": rng.integers(1000, 90000, keep.sum())})


def timed(name: str, what):
    wall, cpu = time.perf_counter(), time.process_time()
    found = what()
    print(f"{name:10} {time.perf_counter() - wall:7.1f} s, CPU {time.process_time() - cpu:6.1f} s", flush=True)
    return found


def incidents(frame: pd.DataFrame, rng) -> pd.DataFrame:
    """A conflict, a quality incident or a broken promise for every fifth account."""
    some = frame.sample(frame["customer_id"].nunique() // 5, random_state=1)
    kind = rng.choice(["conflict", "quality", "promise"], len(some))
    return pd.DataFrame({"customer_id": some["customer_id"], "date": some["date"], "kind": kind})


def main(accounts: int) -> None:
    rng = np.random.default_rng(1)
    frame = lines(accounts, rng)
    ledger = frame[["customer_id", "date"]].assign(amount=frame["cents"] / 100)
    book = open_book({"ledger": ledger, "incidents": incidents(frame, rng)})
    panel, days = build_panel(book, as_of=AS_OF), purchase_days(book, as_of=AS_OF)
    print(f"{accounts:,} accounts, {len(days):,} purchase days")
    start, wall = time.process_time(), time.perf_counter()
    judged = timed("silences", lambda: churn.silences(days, as_of=AS_OF))
    events = timed("events", lambda: churn.with_facts(churn.loss_events(judged, panel), book, segments=judged.segments))
    states = timed("states", lambda: churn.account_states(judged, panel))
    monthly = timed("monthly", lambda: churn.monthly_losses(judged, events))
    timed("trend", lambda: churn.trend_of(monthly))
    timed("retention", lambda: churn.retention(panel))
    timed("half-lost", lambda: churn.half_lost(panel, active=states.index[states["state"].isin(["active", "late"])]))
    timed("where", lambda: churn.losses_where(events, judged, book, since=dt.date(2024, 1, 1)))
    timed("cohorts", lambda: churn.cohorts(judged))
    timed("margin", lambda: churn.margin_effect(events, panel, since=dt.date(2024, 1, 1)))
    timed("survival", lambda: churn.staying(judged, judged.segments, since=dt.date(2023, 12, 31)))
    timed("causes", lambda: churn.hazard_ratios(judged, book, panel))
    print(f"in all {time.perf_counter() - wall:.1f} s, CPU {time.process_time() - start:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
