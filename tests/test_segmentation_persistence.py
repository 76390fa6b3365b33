"""Persistence: what became of accounts alike, tried on the past; and what is said where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.panel import build_panel
from kamlib.segmentation import abc, persistence
from kamlib.segmentation.persistence import _classes


def ledger(accounts=150, months=36, seed=1):
    """Accounts that buy at a rate of their own; one in five leaves at some time."""
    rng = np.random.default_rng(seed)
    size, rate = np.exp(rng.normal(0, 1.3, accounts)) * 10_000, rng.uniform(0.1, 0.95, accounts)
    gone = np.where(rng.random(accounts) < 0.2, rng.integers(6, months, accounts), months)
    days = pd.date_range("2022-01-10", periods=months, freq="MS")
    rows = [(f"k{i:03d}", d, int(size[i] * rng.gamma(2, 0.5)) + 1) for i in range(accounts) for m, d in enumerate(days)
            if rng.random() < rate[i] and m < gone[i]]  # fmt: skip
    return pd.DataFrame(rows, columns=["customer_id", "date", "cents"])


@pytest.fixture(scope="module")
def lasting():
    return persistence(build_panel(ledger(), as_of="2024-12-31"))


def test_probabilities_sum_to_one_and_stays_is_that_of_the_own_class(lasting):
    table = lasting.table
    assert np.allclose(table[["next_A", "next_B", "next_C", "next_out"]].sum(axis=1), 1)
    assert all(row["stays"] == row[f"next_{row['abc']}"] for _, row in table.iterrows())


def test_it_was_tried_on_the_past_and_beats_the_simplest_rule(lasting):
    assert lasting.tried > 1000 and lasting.origins > 10 and lasting.rule == "accounts alike"
    assert lasting.brier < lasting.brier_class and lasting.error < 0.05
    assert lasting.reliability["n"].sum() == lasting.tried


def test_classes_are_those_of_abc(lasting):
    panel = build_panel(ledger(), as_of="2024-12-31")
    value = panel.accounts[panel.accounts["lines"] > 0]["sales_cents"]
    assert lasting.table["abc"].to_dict() == abc(value)["abc"].to_dict()


@pytest.mark.parametrize("values", [[5, 5, 5, 0, -3], [0, -1], [10]])
def test_classes_of_ties_and_nothing(values):
    series = pd.Series(values, index=[f"k{i}" for i in range(len(values))])
    label = np.array(list("ABC"))[_classes(series.to_numpy("float64"), (0.8, 0.95))[0]]
    assert label.tolist() == abc(series)["abc"].reindex(series.index).tolist()


def test_whoever_bought_lately_cannot_be_out_next(lasting):
    panel = build_panel(ledger(), as_of="2024-12-31")
    last = panel.accounts["last_purchase"]
    lately = lasting.table.index[last.reindex(lasting.table.index) >= pd.Timestamp("2024-06-01")]
    assert lasting.table.loc[lately, "next_out"].max() < 0.02


def test_scaling_money_and_permuting_lines_change_nothing(lasting):
    lines = ledger().sample(frac=1, random_state=1)
    other = persistence(build_panel(lines.assign(cents=lines["cents"] * 8), as_of="2024-12-31"))
    pd.testing.assert_frame_equal(other.table, lasting.table)


def test_a_short_ledger_cannot_tell():
    told = persistence(build_panel(ledger(), as_of="2023-02-28"))
    assert told.rule == "cannot tell" and "12 + 3 months" in told.why
    assert told.table["stays"].isna().all() and set(told.table["abc"]) == set("ABC") and told.reliability.empty


def test_less_than_a_window_and_three_customers_cannot_tell():
    assert persistence(build_panel(ledger(), as_of="2022-06-30")).table.empty
    few = persistence(build_panel(ledger(3), as_of="2024-12-31"))
    assert few.rule == "cannot tell" and few.table["stays"].isna().all()


def test_with_a_past_that_teaches_but_none_to_try_it_on():
    told = persistence(build_panel(ledger(), as_of="2023-04-30"))
    assert told.tried == 0 and np.isnan(told.brier) and told.table["stays"].notna().all()


def test_no_months_ahead_is_refused():
    with pytest.raises(ValueError, match="ahead must be"):
        persistence(build_panel(ledger(3), as_of="2024-12-31"), ahead=0)
