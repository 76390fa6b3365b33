"""A bridge ties to the cent whatever the accounts did, and calls each of them what a person would."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.given import GivenError
from kamlib.panel import build_panel
from kamlib.stats.bridge import KINDS, bridge, period_accounts

THEN, NOW = "2024-01-31", "2024-02-29"
# customer, day, cents: two windows of one month, January and February 2024; the ledger begins in 2023.
LINES = [
    ("old", "2023-01-02", 1_00),  # so that the first 90 days end in April
    ("new", "2024-02-10", 50_00),
    ("back", "2023-06-01", 30_00), ("back", "2024-02-11", 40_00),
    ("credit", "2024-02-03", -5_00), ("credit", "2024-02-20", 25_00),  # begins with a return: was a customer before
    ("lost", "2023-05-05", 10_00), ("lost", "2024-01-05", 70_00),
    ("sent back", "2023-05-05", 10_00), ("sent back", "2024-01-05", 70_00), ("sent back", "2024-02-05", -70_00),
    ("up", "2023-05-05", 10_00), ("up", "2024-01-09", 10_00), ("up", "2024-02-09", 15_00),
    ("down", "2023-05-05", 10_00), ("down", "2024-01-09", 10_00), ("down", "2024-02-09", 4_00),
    ("same", "2023-05-05", 10_00), ("same", "2024-01-09", 10_00), ("same", "2024-02-09", 10_00),
    ("only returns", "2023-05-05", 10_00), ("only returns", "2024-02-09", -3_00),
    ("undone", "2023-05-05", 10_00), ("undone", "2024-01-09", 10_00),
    ("undone", "2024-02-08", 20_00), ("undone", "2024-02-09", -20_00),
]  # fmt: skip
KIND = {
    "new": "new", "back": "returned", "credit": "new or returned", "lost": "lost", "sent back": "lost", "up": "up",
    "down": "down", "same": "unchanged", "only returns": "down", "undone": "down",
}  # fmt: skip


def ledger(lines):
    frame = pd.DataFrame(lines, columns=["customer_id", "date", "cents"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def between(lines, then, now, months=1, **options):
    before, after = (build_panel(ledger(lines), as_of=day, months=months) for day in (then, now))
    until = dt.date.fromisoformat(then)
    return bridge(before.accounts, after.accounts, accounts=after.accounts, until=until, **options)


def test_kinds_by_eye():
    found = between(LINES, THEN, NOW)
    assert found.accounts["kind"].to_dict() == KIND
    assert found.accounts.loc["sent back"].tolist() == ["lost", 70_00, -70_00, -140_00]
    assert found.accounts.loc["undone"].tolist() == ["down", 10_00, 0, -10_00]


def test_the_largest_change_stands_first_and_ties_by_id():
    table = between(LINES, THEN, NOW).accounts
    assert table.index[:4].tolist() == ["sent back", "lost", "new", "back"]
    assert table.index[table["change"].abs() == 6_00].tolist() == ["down"]
    lines = [("b", "2024-01-05", 1), ("a", "2024-01-05", 1)]
    assert between(lines, THEN, NOW).accounts.index.tolist() == ["a", "b"]


def test_totals_by_eye():
    found = between(LINES, THEN, NOW, outside={"no customer": (7_00, 9_50), "not trade": (-1_00, 0)})
    assert (found.before, found.after) == (180_00 + 6_00, 66_00 + 9_50)
    assert found.summary["change"].sum() == found.after - found.before
    assert found.summary.index.tolist() == [*KINDS, "no customer", "not trade"]
    assert found.summary.loc["lost"].tolist() == [2, 140_00, -70_00, -210_00]
    assert found.summary["accounts"].sum() == len(KIND)


def test_first_lines_of_the_ledgers_first_days_are_not_called_new():
    lines = [("a", "2024-01-03", 10_00), ("b", "2024-02-10", 10_00)]
    assert between(lines, THEN, NOW).accounts["kind"].to_dict() == {"a": "lost", "b": "new or returned"}


def test_retention_by_eye():
    lines = [
        ("a", "2024-01-02", 100), ("a", "2024-02-02", 150), ("b", "2024-01-02", 300), ("b", "2024-02-02", 200),
        ("c", "2024-01-02", 100), ("d", "2024-02-02", 999),
    ]  # fmt: skip
    found = between(lines, THEN, NOW)
    assert found.net_retention == 350 / 500
    assert found.gross_retention == 300 / 500
    nobody = between([("a", "2023-01-02", 100), ("b", "2024-02-02", 100)], THEN, NOW)
    assert nobody.net_retention != nobody.net_retention


def test_overlapping_windows():
    found = between([("a", "2024-01-15", 5), ("b", "2023-12-20", 7), ("c", "2024-02-01", 3)], THEN, NOW, months=2)
    assert found.accounts["change"].to_dict() == {"b": -7, "c": 3, "a": 0}


def test_whole_months_of_one_panel_are_the_windows_of_two():
    panel = build_panel(ledger(LINES), as_of=NOW)
    sides = [period_accounts(panel.monthly, *(dt.date.fromisoformat(d) for d in (day, day))) for day in (THEN, NOW)]
    found = bridge(*sides, accounts=panel.accounts, until=dt.date.fromisoformat(THEN))
    pd.testing.assert_frame_equal(found.accounts, between(LINES, THEN, NOW).accounts)


def test_profit_can_be_bridged_where_it_is_known():
    frame = ledger(LINES).assign(profit_cents=lambda t: t["cents"] // 4)
    before, after = (build_panel(frame, as_of=day, months=1).accounts for day in (THEN, NOW))
    found = bridge(before, after, accounts=after, until=dt.date(2024, 1, 31), column="profit_cents")
    assert found.after - found.before == after["profit_cents"].sum() - before["profit_cents"].sum()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.assign(sales_cents=[1.5, 2.0]), "integer cents"),
        (lambda t: t.set_axis(["a", "a"]).rename_axis("customer_id"), "'a' occurs more than once"),
        (lambda t: t.set_axis(["a", "z"]).rename_axis("customer_id"), "does not know 'z'"),
    ],
)
def test_what_cannot_be_bridged_is_said(change, says):
    good = pd.DataFrame({"sales_cents": [1, 2], "purchase_days": 1}, index=pd.Index(["a", "b"], name="customer_id"))
    known = good.assign(first_line=pd.Timestamp("2024-01-01"), truncated=False)
    with pytest.raises(ValueError, match=says):
        bridge(good.head(0), change(good), accounts=known, until=dt.date(2024, 1, 31))


def test_a_frame_of_another_index_is_refused_with_the_right_call():
    good = pd.DataFrame({"sales_cents": [1], "purchase_days": 1}, index=pd.Index(["a"], name="customer_id"))
    for wrong in ({"before": good.reset_index()}, {"after": good.reset_index()}, {"accounts": good.reset_index()}):
        given = {"before": good, "after": good, "accounts": good} | wrong
        (name,) = wrong
        with pytest.raises(GivenError, match=rf'{name} must be .*: pass {name}\.set_index\("customer_id"\)'):
            bridge(**given, until=dt.date(2024, 1, 31))


side = st.dictionaries(st.sampled_from("abcde"), st.tuples(st.integers(-10_000, 10_000), st.integers(0, 3)))
first_lines = st.lists(st.dates(dt.date(2023, 1, 1), dt.date(2024, 2, 29)), min_size=5, max_size=5)


@settings(max_examples=50, deadline=None)
@given(side, side, first_lines, st.lists(st.booleans(), min_size=5, max_size=5), st.integers(-5, 5))
def test_it_always_ties(then, now, days, truncated, outside):
    sides = [
        pd.DataFrame([(k, *v) for k, v in s.items()], columns=["customer_id", "sales_cents", "purchase_days"])
        for s in (then, now)
    ]
    sides = [s.astype({"sales_cents": "int64", "purchase_days": "int64"}).set_index("customer_id") for s in sides]
    five = pd.Index(list("abcde"), name="customer_id")
    known = pd.DataFrame({"first_line": pd.to_datetime(days), "truncated": truncated}, index=five)
    parts = {"no customer": (3, outside)}
    found = bridge(*sides, accounts=known, until=dt.date(2024, 1, 31), outside=parts)
    sums = [int(s["sales_cents"].sum()) for s in sides]
    assert (found.before, found.after) == (sums[0] + 3, sums[1] + outside)
    assert found.summary["change"].sum() == found.after - found.before
    assert found.accounts.index.is_unique and set(found.accounts["kind"]) <= set(KINDS)
    never_new = set(known.index[known["truncated"]])
    assert never_new.isdisjoint(found.accounts.index[found.accounts["kind"] == "new"])
