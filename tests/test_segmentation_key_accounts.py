"""Key accounts: the rule by eye, the claim's verdict, the list under other rules."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pandas as pd
import pytest

from kamlib.panel import build_panel
from kamlib.segmentation import claim_verdict, findings, key_accounts, sensitivity, window_values, xyz
from kamlib.segmentation.abc import abc


def company(accounts=60, months=24, seed=1, as_of="2024-12-31"):
    """A panel of accounts of many sizes that buy most months."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2023-01-01", periods=months, freq="MS") + pd.Timedelta(days=9)
    size = np.exp(rng.normal(0, 1.3, accounts)) * 10_000
    bought = [(i, d) for i in range(accounts) for d in days if rng.random() < 0.8]
    rows = [(f"k{i:03d}", d, int(size[i] * rng.gamma(2, 0.5)) + 1) for i, d in bought]
    return build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of=as_of)


@pytest.fixture(scope="module")
def panel():
    return company()


@pytest.fixture(scope="module")
def keys(panel):
    return key_accounts(panel)


def test_the_rule_by_eye():
    rows = [("a", "2024-01-05", 9_900), ("b", "2024-01-05", 100), ("c", "2024-01-06", 99), ("d", "2024-01-07", -5_000)]
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-01-31")
    keys = key_accounts(panel, line=0.0099)
    assert keys.listed.index.tolist() == ["a", "b"]
    assert keys.share == pytest.approx(10_000 / 10_099)


def test_of_very_many_accounts_the_small_ones_are_drawn_as_one(panel, keys, monkeypatch):
    monkeypatch.setattr(sys.modules[key_accounts.__module__], "MOST_CELLS", 0)
    other = key_accounts(panel, repetitions=4000)
    assert other.listed.index.tolist() == keys.listed.index.tolist()
    assert (other.expected, other.low, other.high) == pytest.approx((keys.expected, keys.low, keys.high), abs=0.01)
    both = other.table.join(keys.table.add_suffix("_all"))
    assert (both["probability"] - both["probability_all"]).abs().max() < 0.06
    assert (both["high"] - both["high_all"]).abs().max() < 0.01


def test_three_customers_cannot_be_told():
    rows = [(k, "2024-01-05", 100) for k in "abc"]
    keys = key_accounts(build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31"))
    assert len(keys.listed) == 3 and keys.listed["probability"].isna().all() and np.isnan(keys.low)
    assert claim_verdict(keys, months=12) == "cannot tell"


def test_all_in_the_red():
    rows = [(k, "2024-01-05", -100) for k in "abc"]
    keys = key_accounts(build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31"))
    assert keys.table.empty and np.isnan(keys.share) and claim_verdict(keys, months=12) == "cannot tell"


def test_profit_is_the_measure_where_it_is_known():
    rows = [("a", "2024-01-05", 900, 10), ("b", "2024-01-05", 100, 90)]
    lines = pd.DataFrame(rows, columns=["customer_id", "date", "cents", "profit_cents"])
    keys = key_accounts(build_panel(lines, as_of="2024-01-31"), line=0.5)
    assert keys.measure == "profit" and keys.listed.index.tolist() == ["b"]


def test_intervals_hold_their_mean_and_probability_follows(keys):
    table = keys.table
    assert ((table["low"] <= table["expected"]) & (table["expected"] <= table["high"])).all()
    assert (table.loc[table["low"] > keys.line, "probability"] >= 0.97).all()
    assert keys.low <= keys.expected <= keys.high


def test_the_top_of_the_list_is_not_taken_at_its_word(keys):
    """Largest accounts are partly lucky: on average what is expected of them is less than what they bought."""
    assert keys.listed["expected"].head(10).mean() < keys.listed["share"].head(10).mean()


def test_same_seed_same_numbers(panel, keys):
    pd.testing.assert_frame_equal(key_accounts(panel).table, keys.table)


@pytest.mark.parametrize(
    ("low", "high", "months", "verdict"),
    [
        (0.31, 0.54, 12, "supported"), (0.56, 0.7, 12, "not supported"), (0.1, 0.29, 12, "not supported"),
        (0.25, 0.4, 12, "cannot tell"), (0.31, 0.54, 11, "cannot tell"), (np.nan, np.nan, 12, "cannot tell"),
    ],
)  # fmt: skip
def test_verdict(keys, low, high, months, verdict):
    assert claim_verdict(dataclasses.replace(keys, low=low, high=high), months=months) == verdict


def test_sensitivity_varies_one_thing_at_a_time(panel, keys):
    table = sensitivity(panel).set_index(["varied", "setting"])
    reported = table.loc["as reported"].iloc[0]
    assert reported["accounts"] == len(keys.listed) and reported["share"] == pytest.approx(keys.share)
    assert (reported["joined"], reported["left"]) == (0, 0)
    assert table.loc["line"].index.tolist() == ["0.5 %", "2.0 %"]
    assert table.loc["window"].index.tolist() == ["6 months", "24 months"]
    assert table.loc[("line", "0.5 %"), "left"] == 0 and table.loc[("line", "2.0 %"), "joined"] == 0
    values = window_values(panel)
    assert table.loc[("line", "2.0 %"), "accounts"] == (values / values.sum() >= 0.02).sum()


def test_silent_accounts_are_left_to_the_room_on_losses():
    rows = [("gone", "2022-01-05", 100), ("here", "2024-06-05", 100)]
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31")
    assert window_values(panel).index.tolist() == ["here"]


def test_findings_agree_with_what_they_summarise(panel, keys):
    by_sales = abc(window_values(panel))
    facts = {f.key: f for f in findings(by_sales, xyz(panel), keys, months=12, currency="EUR")}
    assert facts["segmentation.key_accounts"].value == len(keys.listed)
    assert facts["segmentation.window_sales"].value == panel.accounts["sales_cents"].sum()
    assert facts["segmentation.window_sales"].text.endswith(" EUR")
    assert facts["segmentation.expected_key_share"].low == keys.low
    assert facts["segmentation.largest_share"].value == keys.table["share"].iloc[0]


def test_sensitivity_to_the_measure():
    rows = [("a", "2024-01-05", 900, 10), ("b", "2024-01-05", 100, 90)]
    lines = pd.DataFrame(rows, columns=["customer_id", "date", "cents", "profit_cents"])
    table = sensitivity(build_panel(lines, as_of="2024-01-31"), line=0.5).set_index("varied")
    assert table.loc["measure", ["setting", "accounts", "joined", "left"]].tolist() == ["by sales", 1, 1, 1]
    assert table.loc["returns", "setting"] == "by sales, before returns"


def test_findings_on_trust_moves_and_concentration(panel, keys):
    from kamlib.segmentation import persistence
    from kamlib.segmentation.concentration import expected_concentration

    by_sales, labels = abc(window_values(panel)), xyz(panel)
    sure = pd.DataFrame({"abc": by_sales["abc"], "confidence": 0.6, "A": 0.6}, index=by_sales.index)
    then = sure.assign(abc=["B", *sure["abc"].iloc[1:]])
    more = {"confidence": sure, "then": then, "concentration": expected_concentration(panel, repetitions=100)}
    found = findings(by_sales, labels, keys, months=12, lasting=persistence(panel), **more)
    facts = {f.key.removeprefix("segmentation."): f for f in found}
    assert facts["moved"].value == facts["moved_surely"].value == 1 and facts["a_sure"].value == 0
    assert facts["borders"].value == len(sure) and facts["right"].value == pytest.approx(0.6)
    assert facts["effective_accounts"].low <= facts["effective_accounts"].value <= facts["effective_accounts"].high
    assert facts["stays"].value > 0.5
    untold = {f.key: f for f in findings(by_sales, labels, keys, months=12, confidence=sure)}
    assert untold["segmentation.moved"].value is None
