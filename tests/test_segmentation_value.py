"""What an account is worth: over its life, after the cost of serving it, with its group."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.panel import build_panel
from kamlib.segmentation.value import by_group, groups, known_at, lifetime_values, served_profit, whale_curve

LINES = [("a", "2022-01-10", 900, 90), ("a", "2024-05-10", 500, 50), ("b", "2024-10-05", 300, 60)]


@pytest.fixture(scope="module")
def panel():
    lines = pd.DataFrame(LINES, columns=["customer_id", "date", "cents", "profit_cents"])
    return build_panel(lines.assign(date=pd.to_datetime(lines["date"])), as_of="2024-12-31")


def accounts(rows, *columns):
    return pd.DataFrame(rows, columns=["customer_id", *columns])


def test_lifetime_sums_all_months(panel):
    assert lifetime_values(panel).to_dict() == {"a": 1400, "b": 300}
    assert lifetime_values(panel, measure="profit").to_dict() == {"a": 140, "b": 60}


def test_cost_counts_for_the_months_an_account_was_there(panel):
    """b came in October: three months of twelve."""
    costs = accounts([("a", 1.2), ("b", 2.4)], "cost_to_serve")
    table = served_profit(panel, costs, value=pd.Series({"a": 50, "b": 60}))
    assert table["cost"].to_dict() == {"a": 120, "b": 60} and table["served"].to_dict() == {"a": -70, "b": 0}


def test_the_last_cost_known_at_the_day_counts(panel):
    rows = [("a", 9.0, None), ("a", 1.2, "2024-06-01"), ("a", 99.0, "2025-01-01")]
    facts = accounts(rows, "cost_to_serve", "since").assign(since=lambda t: pd.to_datetime(t["since"]))
    table = served_profit(panel, facts, value=pd.Series({"a": 50, "b": 60}))
    assert table.loc["a", "cost"] == 120 and not table.loc["b", "known"] and table.loc["b", "cost"] == 0


def test_no_costs_at_all(panel):
    table = served_profit(panel, accounts([("a",)]), value=pd.Series({"a": 50}))
    assert table["served"].tolist() == [50] and not table["known"].any()


def test_whale_curve_rises_above_all_and_falls_back():
    curve = whale_curve(pd.Series({"c": -20, "a": 90, "b": 30}))
    assert curve.index.tolist() == ["a", "b", "c"] and curve["together"].tolist() == [90, 120, 100]
    assert whale_curve(pd.Series({"a": -1}))["share"].isna().all() and whale_curve(pd.Series(dtype="int64")).empty


def test_groups_circles_strangers_and_themselves():
    rows = [("a", "b"), ("b", "c"), ("c", None), ("x", "y"), ("y", "z"), ("z", "y"), ("s", "s"), ("o", "nobody")]
    heads = groups(accounts(rows, "parent_id"), pd.Index(list("abcxyzsop")), as_of="2024-12-31")
    assert heads.to_dict() == {
        "a": "c", "b": "c", "c": "c", "x": "y", "y": "y", "z": "y", "s": "s", "o": "nobody", "p": "p",
    }  # fmt: skip


def test_a_group_counts_from_when_it_was_known():
    facts = accounts([("a", "b", pd.Timestamp("2024-06-01"))], "parent_id", "since")
    assert groups(facts, pd.Index(["a"]), as_of="2024-05-31").to_dict() == {"a": "a"}
    assert groups(facts, pd.Index(["a"]), as_of="2024-06-01").to_dict() == {"a": "b"}
    assert known_at(facts, "2024-05-31", "parent_id").empty


def test_a_long_chain_of_parents():
    n = 5000
    rows = [(f"k{i:05}", f"k{i + 1:05}") for i in range(n)]
    heads = groups(accounts(rows, "parent_id"), pd.Index([r[0] for r in rows]), as_of="2024-12-31")
    assert set(heads) == {f"k{n:05}"}


def test_groups_add_up():
    values = pd.Series({"a": 1, "b": 2, "c": -4})
    assert by_group(values, pd.Series({"a": "b", "b": "b", "c": "c"})).sum() == values.sum()
