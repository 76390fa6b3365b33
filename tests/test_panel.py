"""The panel: every definition by eye on a dozen lines, and the same integers on every engine."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import pytest
from engines import engines
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.panel import build_panel, window_start
from kamlib.tables import PANEL

AS_OF = "2024-03-31"
FRAMES = ("monthly", "accounts", "gaps")


@pytest.fixture
def panel(ledger):
    return build_panel(ledger, as_of=AS_OF)


def account(panel, name):
    return panel.accounts.loc[name]


def test_window_totals_by_eye(panel):
    anna = account(panel, "anna")
    assert (anna.sales_cents, anna.gross_cents, anna.returns_cents) == (85_00 + 50_00, 155_00, -20_00)
    assert (anna.history_sales_cents, anna.lines) == (235_00, 5)


def test_orders_and_purchase_days(panel):
    anna = account(panel, "anna")
    assert (anna.orders, anna.purchase_days, anna.history_purchase_days) == (3, 2, 3)


def test_a_return_is_no_purchase_day_and_no_active_month(panel):
    anna = account(panel, "anna")
    assert anna.active_months == 2
    assert anna.last_purchase == pd.Timestamp("2024-01-10")


def test_an_order_cancelled_the_same_day_leaves_no_purchase(panel):
    cora = account(panel, "cora")
    assert (cora.sales_cents, cora.gross_cents, cora.purchase_days, cora.orders) == (0, 900_00, 0, 0)
    assert pd.isna(cora.first_purchase) and cora.first_line == pd.Timestamp("2024-02-20")


def test_first_line_is_not_first_purchase(panel):
    bert = account(panel, "bert")
    assert (bert.first_line, bert.first_purchase) == (pd.Timestamp("2023-09-01"), pd.Timestamp("2024-02-02"))


def test_truncated_by_burn_in_or_by_beginning_with_a_return(panel, ledger):
    assert panel.accounts["truncated"].to_dict() == {
        "anna": True, "bert": True, "cora": False, "dora": False,
    }  # fmt: skip
    longer = build_panel(ledger, as_of=AS_OF, burn_in_days=365)
    assert longer.accounts.loc["dora", "truncated"]


def test_nothing_after_as_of_and_nobody_without_a_name(panel):
    assert account(panel, "dora").history_sales_cents == 60_00
    assert panel.accounts.index.tolist() == ["anna", "bert", "cora", "dora"]
    assert (panel.first_day, panel.last_day) == (dt.date(2023, 1, 10), dt.date(2024, 3, 5))


def test_gaps_use_all_history(panel):
    gaps = panel.gaps.set_index("customer_id")
    assert gaps.index.tolist() == ["anna"]
    assert gaps.loc["anna", ["n", "sum_days", "sum_days2"]].tolist() == [2, 365, 181**2 + 184**2]
    assert gaps.loc["anna", "sum_log_micro"] == sum(round(np.log(g) * 1e6) for g in (181, 184))


def test_monthly_is_sparse_and_dense_on_demand(panel):
    assert len(panel.monthly) == 4 + 2 + 1 + 1
    dense = panel.dense(["anna", "dora"])
    assert dense.shape == (2, 15)
    assert dense.loc["anna", pd.Timestamp("2023-02-01")] == 0
    assert dense.loc["dora"].isna().sum() == 9  # months before its first line are missing, not zero


def test_sums_reconcile(panel, ledger):
    known = ledger[ledger["customer_id"].notna() & (ledger["date"] <= AS_OF)]
    assert panel.monthly["sales_cents"].sum() == panel.accounts["history_sales_cents"].sum() == known["cents"].sum()


@pytest.mark.parametrize(
    ("as_of", "months", "start"),
    [
        ("2011-11-30", 12, "2010-12-01"), ("2011-12-09", 12, "2010-12-10"), ("2024-02-29", 12, "2023-03-01"),
        ("2023-02-28", 1, "2023-02-01"), ("2024-03-31", 1, "2024-03-01"), ("2024-05-30", 3, "2024-02-29"),
    ],
)  # fmt: skip
def test_window_start(as_of, months, start):
    assert window_start(dt.date.fromisoformat(as_of), months) == dt.date.fromisoformat(start)


def test_partial_month_is_flagged(ledger):
    assert not build_panel(ledger, as_of="2024-03-31").last_month_partial
    cut = build_panel(ledger, as_of="2024-03-30")
    assert cut.last_month_partial and cut.period == "31 Mar 2023 to 30 Mar 2024"


def test_a_window_longer_than_the_ledger_says_so(ledger):
    whole = build_panel(ledger, as_of="2024-03-31")
    assert (whole.months_held, whole.period) == (12, "April 2023 to March 2024")
    longer = build_panel(ledger, as_of="2024-03-31", months=24)
    assert (longer.months_held, longer.period) == (14, "10 Jan 2023 to 31 Mar 2024")


def test_kinds_that_are_not_trade_are_left_out(ledger):
    kinds = ledger.assign(kind=["goods"] * 12 + ["fee"])
    kinds.loc[2, "kind"] = "fee"
    assert account(build_panel(kinds, as_of=AS_OF), "anna").sales_cents == 65_00
    assert account(build_panel(kinds, as_of=AS_OF, leave_out=[]), "anna").sales_cents == 135_00


def test_profit_known_only_in_part_is_not_shown(ledger):
    whole = build_panel(ledger.assign(profit_cents=ledger["cents"] // 2), as_of=AS_OF)
    assert whole.has_profit and account(whole, "anna").profit_cents == 67_50
    profit = (ledger["cents"] // 2).astype("Int64")
    profit[0] = pd.NA
    part = build_panel(ledger.assign(profit_cents=profit), as_of=AS_OF)
    assert not part.has_profit and part.accounts["profit_cents"].isna().all()


def test_without_order_numbers_a_purchase_day_is_an_order(ledger):
    anna = account(build_panel(ledger.drop(columns="order_id"), as_of=AS_OF), "anna")
    assert anna.orders == anna.purchase_days == 2


def test_nothing_to_read_is_said(ledger):
    with pytest.raises(ValueError, match="no line of a known customer on or before 2020-01-01"):
        build_panel(ledger, as_of="2020-01-01")
    with pytest.raises(ValueError, match="Setting months cannot be 0"):
        build_panel(ledger, as_of=AS_OF, months=0)


def test_columns_are_those_of_the_contract(panel):
    for name in FRAMES:
        frame = getattr(panel, name)
        assert tuple((frame.reset_index() if name == "accounts" else frame).columns) == PANEL[name].names
    assert panel.accounts.index.name == "customer_id"


def assert_same_everywhere(frame, **options):
    first, *others = (build_panel(f, **options) for f in engines(frame))
    for other in others:
        for name in FRAMES:
            pd.testing.assert_frame_equal(getattr(first, name), getattr(other, name))


@pytest.mark.filterwarnings("error")
def test_same_integers_on_every_engine(ledger):
    assert_same_everywhere(ledger.assign(profit_cents=ledger["cents"] // 3), as_of=AS_OF)


lines = st.tuples(
    st.sampled_from(["a", "b", "c", "ä'\"", None]),
    st.dates(dt.date(2019, 12, 1), dt.date(2021, 3, 31)),
    st.integers(-10_000_000, 10_000_000),
    st.sampled_from(["1", "2", None]),
)


@settings(max_examples=12, deadline=None)  # an example is four panels
@given(st.lists(lines, min_size=1, max_size=120), st.dates(dt.date(2020, 1, 1), dt.date(2021, 3, 31)), st.randoms())
def test_same_integers_on_every_engine_for_any_ledger_in_any_order(rows, as_of, random):
    rows = [("a", dt.date(2019, 12, 1), 5, "1"), *rows]
    in_order, mixed = (
        pd.DataFrame(r, columns=["customer_id", "date", "cents", "order_id"]).astype({"date": "datetime64[s]"})
        for r in (rows, random.sample(rows, len(rows)))
    )
    in_duckdb, in_polars, _, in_pandas = engines(in_order)
    first, *others = (build_panel(f, as_of=as_of) for f in (in_duckdb, in_polars, in_pandas, [*engines(mixed)][1]))
    for other in others:
        for name in FRAMES:
            pd.testing.assert_frame_equal(getattr(first, name), getattr(other, name))


def test_a_window_of_one_month_by_eye(ledger):
    january = build_panel(ledger, as_of="2024-01-31", months=1)
    assert (january.start, january.as_of) == (dt.date(2024, 1, 1), dt.date(2024, 1, 31))


def test_a_panel_can_be_written_to(ledger):
    for frame in engines(ledger):
        panel = build_panel(frame, as_of=AS_OF)
        panel.accounts.loc["anna", ["sales_cents", "truncated"]] = [7, False]
        assert panel.accounts.loc["anna", ["sales_cents", "truncated"]].tolist() == [7, False]


def test_nothing_is_left_behind(ledger):
    con = duckdb.connect()
    con.register("lines", ledger)
    build_panel(con.sql("SELECT * FROM lines"), as_of=AS_OF)
    assert con.sql("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall() == []
    assert [n for (n,) in con.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()] == ["lines"]


@pytest.mark.parametrize(("first", "held", "month"), [
    ("2024-03-01", True, dt.date(2024, 3, 1)), ("2024-03-08", True, dt.date(2024, 3, 1)),
    ("2024-03-09", False, dt.date(2024, 4, 1)), ("2024-12-31", False, dt.date(2025, 1, 1)),
])  # fmt: skip
def test_what_the_ledger_holds_whole(first, held, month):
    lines = pd.DataFrame({"customer_id": "a", "date": pd.to_datetime([first, "2025-02-28"]), "cents": 1})
    panel = build_panel(lines, as_of="2025-02-28")
    assert panel.holds(dt.date(2024, 3, 1)) == panel.whole == (panel.months_held == 12) == held
    assert panel.first_month == month
