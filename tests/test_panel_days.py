"""Purchase days and trading days are those that the panel counts."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pytest
from engines import engines

from kamlib.panel import build_panel, day_totals, purchase_days

AS_OF = "2024-03-31"


@pytest.fixture
def panel(ledger):
    return build_panel(ledger, as_of=AS_OF)


def test_purchase_days_are_the_days_that_the_panel_counts(ledger, panel):
    days = purchase_days(ledger, as_of=AS_OF)
    counted = days.groupby("customer_id").size().reindex(panel.accounts.index, fill_value=0)
    assert counted.tolist() == panel.accounts["history_purchase_days"].tolist()
    assert days["cents"].gt(0).all() and days["profit_cents"].isna().all()


def test_purchase_days_are_the_same_on_every_engine(ledger):
    expected = purchase_days(ledger, as_of=AS_OF)
    for frame in (duckdb.from_df(ledger), pl.from_pandas(ledger)):
        pd.testing.assert_frame_equal(purchase_days(frame, as_of=AS_OF), expected)


def test_a_day_with_an_unknown_profit_leaves_no_profit_known(ledger):
    lines = ledger.assign(profit_cents=pd.array([100] * len(ledger), dtype="Int64"))
    assert purchase_days(lines, as_of=AS_OF)["profit_cents"].notna().all()
    lines.loc[0, "profit_cents"] = pd.NA
    assert purchase_days(lines, as_of=AS_OF)["profit_cents"].isna().all()


def test_days_sum_to_the_panel(ledger, panel):
    days = day_totals(ledger, as_of=AS_OF)
    assert days["cents"].sum() == panel.accounts["history_sales_cents"].sum()
    assert days["date"].is_monotonic_increasing and days["date"].is_unique


def test_days_are_the_same_on_every_engine(ledger):
    first, *others = (day_totals(f, as_of=AS_OF) for f in engines(ledger))
    for other in others:
        pd.testing.assert_frame_equal(first, other)
