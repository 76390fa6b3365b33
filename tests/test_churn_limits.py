"""Limits of silence: the book has the stated rate of false alarms, and drifting accounts do not have them all."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from kamlib.churn import silences
from kamlib.churn.criterion import MEMORIES, _faded, _gaps, _memory, _population
from kamlib.churn.limits import evenly
from kamlib.stats.clock import business_clock

AS_OF = dt.date(2024, 12, 31)


def days_of(gaps):
    start = pd.Timestamp("2021-01-04")
    rows = [(k, start + pd.Timedelta(days=int(d))) for k, g in gaps.items() for d in np.r_[0, np.cumsum(g)]]
    frame = pd.DataFrame(rows, columns=["customer_id", "date"])
    return frame[frame["date"] <= pd.Timestamp(AS_OF)].assign(cents=100)


def drifting(growth, accounts=150, seed=5):
    """Accounts whose gaps, of three weeks give or take, grow by a share a year, or shrink."""
    rng, gaps = np.random.default_rng(seed), {}
    for i in range(accounts):
        away, own, mean = 0.0, [], 21 * np.exp(0.6 * rng.normal())
        while away < 1500:
            own.append(max(round(rng.gamma(3, mean / 3) * np.exp(growth * (1 - 2 * (i % 2)) * away / 365)), 1))
            away += own[-1]
        gaps[f"k{i:03}"] = own
    return days_of(gaps)


def summed(days):
    clock = business_clock(days["date"], as_of=AS_OF)
    gaps = _gaps(days, clock, AS_OF, days["date"], "day").assign(pace=1.0)
    return gaps, _population(gaps)


def test_steady_books_forget_nothing_and_drifting_ones_do():
    assert _memory(*summed(drifting(0.0))) >= 2000
    assert _memory(*summed(drifting(0.6))) == min(MEMORIES)


def test_faded_sums_by_hand():
    """Three gaps of ten business days: with a memory of ten days, 1, then 1 + 1/e, then 1 + 1/e + 1/e^2."""
    rows = {"account": 1, "time": [0.0, 10, 20, 30], "gap": [0.0, 10, 10, 10], "counts": [False, True, True, True]}
    found = _faded(pd.DataFrame(rows).assign(log_gap=np.log(10.0)), 10.0)
    assert found["n"].tolist() == pytest.approx([0, 1, 1 + np.exp(-1), 1 + np.exp(-1) + np.exp(-2)])
    assert (found["total"] / 10).tolist() == pytest.approx(found["n"].tolist())


def test_the_usual_gap_follows_an_account_that_slows_down(monkeypatch):
    days = drifting(0.3)
    day = days["date"].diff().dt.days.where(days["customer_id"].eq(days["customer_id"].shift()))
    recent = day.groupby(days["customer_id"]).apply(lambda gap: gap.tail(5).mean())

    def shortfall():
        usual = silences(days, as_of=AS_OF).table.groupby("customer_id")["usual_days"].last()
        return (usual / recent)[::2].median()  # every other account slows down

    fading = shortfall()
    monkeypatch.setattr("kamlib.churn.criterion.MEMORIES", (np.inf,))
    assert shortfall() < 0.7 < 0.75 < fading


def test_segments_may_be_given():
    days = drifting(0.0, accounts=40)
    names = days["customer_id"].unique()
    given = silences(days, as_of=AS_OF, segments=pd.Series("all", index=names)).table
    assert given["usual_days"].notna().sum() == (given["gaps"] > 0).sum()
    assert np.allclose(given["usual_days"], silences(days, as_of=AS_OF).table["usual_days"], equal_nan=True)


def test_evenly():
    assert evenly(np.arange(10), 3).tolist() == [0, 4, 9]
    assert evenly(np.arange(2), 3).tolist() == [0, 1] and not len(evenly(np.arange(0), 3))
