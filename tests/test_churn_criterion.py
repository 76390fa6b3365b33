"""The criterion on a hand-typed ledger, on generated companies, and where there is too little to say."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from kamlib import churn
from kamlib.churn.criterion import fixed_window, silences
from kamlib.churn.events import account_states
from kamlib.panel import build_panel
from kamlib.settings import Settings

AS_OF = dt.date(2024, 12, 31)


def days_of(gaps, first="2023-01-02"):
    """Purchase days of accounts whose gaps are given; cents 100 each."""
    start = pd.Timestamp(first)
    rows = [(k, start + pd.Timedelta(days=int(d))) for k, g in gaps.items() for d in np.r_[0, np.cumsum(g)]]
    frame = pd.DataFrame(rows, columns=["customer_id", "date"])
    return frame[frame["date"] <= pd.Timestamp(AS_OF)].assign(cents=100)


def states_of(judged, days):
    return account_states(judged, build_panel(days, as_of=AS_OF))


@pytest.fixture(scope="module")
def book():
    """Thirty accounts: every 7, 30 or 90 days give or take; `stopped` bought weekly until June 2024."""
    rng = np.random.default_rng(3)
    gaps = {f"k{i:02}": np.maximum(rng.gamma(6, m / 6, 110).round(), 1) for i, m in enumerate([7, 30, 90] * 10)}
    gaps["stopped"] = np.full(75, 7)
    return days_of(gaps)


@pytest.fixture(scope="module")
def judged(book):
    return silences(book, as_of=AS_OF)


def test_who_stopped_is_lost_and_the_others_are_not(judged, book):
    states = states_of(judged, book)
    assert states.loc["stopped", "state"] == "lost"
    assert states.loc["stopped", "gone"] > 0.9
    assert (states["state"] == "active").sum() >= 26


def test_an_account_is_judged_by_its_own_rhythm(judged):
    row = judged.table[judged.table["customer_id"] == "stopped"].iloc[-1]
    assert row["date"] < row["late_on"] <= row["lost_on"]
    assert (row["lost_on"] - row["date"]).days < 60
    usual = judged.table.groupby("customer_id")["usual_days"].last()
    assert usual["k02"] > 2 * usual["k01"] > 4 * usual["k00"]


def test_nothing_later_moves_an_alarm(book, judged):
    """What was lost in the summer is found on the same day by the autumn's ledger, give or take the population."""
    then = dt.date(2024, 9, 30)
    earlier = silences(book[book["date"] <= pd.Timestamp(then)], as_of=then).table
    now = judged.table
    a, b = (t.loc[t["customer_id"] == "stopped", "lost_on"].dropna().iloc[0] for t in (earlier, now))
    assert abs((a - b).days) <= 10


def test_one_window_for_all_is_long(judged):
    """With gaps of up to a quarter, a window with as few false alarms is longer than the weekly buyer's limit."""
    row = judged.table[judged.table["customer_id"] == "stopped"].iloc[-1]
    assert fixed_window(judged, rate=judged.lost_rate) > (row["lost_on"] - row["date"]).days


def test_a_silence_ends_before_it_is_long(judged):
    over = judged.table.dropna(subset=["lost_on", "next_date"])
    assert (over["lost_on"] <= over["next_date"]).all()


def test_one_purchase_is_too_young():
    rng = np.random.default_rng(1)
    gaps = {f"k{i}": rng.integers(20, 40, 20) for i in range(12)} | {"once": []}
    days = days_of(gaps)
    states = states_of(silences(days, as_of=AS_OF), days)
    assert states.loc["once", "state"] == "too young"
    assert np.isnan(states.loc["once", "gone"])


def test_too_few_accounts_have_no_rhythm():
    days = days_of({"a": [30] * 10, "b": [60] * 5, "c": []})
    judged = silences(days, as_of=AS_OF)
    assert judged.rhythm is None
    assert states_of(judged, days)["state"].eq("too young").all()
    assert judged.able.empty
    assert fixed_window(judged, rate=0.01) is None


def test_settings_are_the_defaults():
    settings = Settings()
    assert (settings.late_alarm_rate, settings.lost_alarm_rate) == (churn.LATE_RATE, churn.LOST_RATE)
    assert settings.horizon_days == churn.HORIZON_DAYS
    assert settings.look_ahead_days == churn.LOOK_AHEAD_DAYS
    assert settings.churn_burn_in_months == churn.CHURN_BURN_IN_MONTHS


def test_rates_are_checked():
    with pytest.raises(ValueError, match="late_rate is not below"):
        silences(days_of({"a": [1]}), as_of=AS_OF, late_rate=0.001, lost_rate=0.01)


def living(rng, accounts=400, days=1095):
    """Accounts that never leave: gamma gaps, rates and shapes of their own."""
    gaps = {}
    for i in range(accounts):
        shape, mean = np.clip(2 * np.exp(0.5 * rng.normal()), 0.5, 15), np.clip(60 * np.exp(0.9 * rng.normal()), 4, 400)
        gaps[f"k{i:04}"] = np.maximum(rng.gamma(shape, mean / shape, int(2 * days / mean) + 20).round(), 1)
    return days_of(gaps, "2022-01-01")


def test_false_alarms_come_at_the_stated_rate():
    """A small version of benchmarks/churn_criterion.py: 1,200 accounts that never leave, 2 % a month."""
    alarms = months = 0
    for seed in range(3):
        table = silences(living(np.random.default_rng(seed)), as_of=AS_OF).table
        own = table[table["gaps"] > 0]
        end = own["next_date"].fillna(pd.Timestamp(AS_OF))
        months += (end - own["date"]).dt.days.sum() / 30.4375
        alarms += own["late_on"].notna().sum()
    assert 0.014 < alarms / months < 0.026


def test_the_clock_stands_still_while_the_firm_is_closed():
    """Everybody buys each week, but not in August: nobody is late because of it."""
    gaps = {f"k{i:02}": [7] * 104 for i in range(30)}
    days = days_of({k: g for k, g in gaps.items()})
    days["date"] += pd.to_timedelta(days["customer_id"].str[1:].astype(int) % 5, unit="D")
    days = days[days["date"].dt.month != 8]
    judged = silences(days, as_of=dt.date(2024, 12, 20))
    assert judged.clock.closed > 40
    assert judged.table["lost_on"].isna().all()
