"""The panel: every definition by eye on a dozen lines, and the same integers on every engine."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.panel import build_panel, day_totals, line_facts, purchase_days, quantity_totals, window_start
from kamlib.tables import PANEL

AS_OF = "2024-03-31"
FRAMES = ("monthly", "accounts", "gaps")


@pytest.fixture
def panel(ledger):
    return build_panel(ledger, as_of=AS_OF)


def account(panel, name):
    return panel.accounts.set_index("customer_id").loc[name]


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
    assert panel.accounts.set_index("customer_id")["truncated"].to_dict() == {
        "anna": True, "bert": True, "cora": False, "dora": False,
    }  # fmt: skip
    longer = build_panel(ledger, as_of=AS_OF, burn_in_days=365)
    assert longer.accounts.set_index("customer_id").loc["dora", "truncated"]


def test_nothing_after_as_of_and_nobody_without_a_name(panel):
    assert account(panel, "dora").history_sales_cents == 60_00
    assert panel.accounts["customer_id"].tolist() == ["anna", "bert", "cora", "dora"]
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
    with pytest.raises(ValueError, match="months must be 1 or more"):
        build_panel(ledger, as_of=AS_OF, months=0)


def test_columns_are_those_of_the_contract(panel):
    for name in FRAMES:
        assert tuple(getattr(panel, name).columns) == PANEL[name].names


def engines(frame):
    typed = frame.assign(cents=frame["cents"].astype("int64"), customer_id=frame["customer_id"].astype("str"))
    con = duckdb.connect()
    con.register("lines", typed)
    yield con.sql("SELECT * FROM lines")
    yield pl.from_pandas(typed)
    yield pl.from_pandas(typed).lazy()
    yield typed


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


def test_a_panel_can_be_written_to(ledger):
    for frame in engines(ledger):
        panel = build_panel(frame, as_of=AS_OF)
        panel.accounts.loc[0, ["sales_cents", "customer_id", "truncated"]] = [7, "z", False]
        assert panel.accounts.loc[0, ["sales_cents", "customer_id", "truncated"]].tolist() == [7, "z", False]


def test_nothing_is_left_behind(ledger):
    con = duckdb.connect()
    con.register("lines", ledger)
    build_panel(con.sql("SELECT * FROM lines"), as_of=AS_OF)
    assert con.sql("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall() == []
    assert [n for (n,) in con.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()] == ["lines"]


def test_purchase_days_are_the_days_that_the_panel_counts(ledger, panel):
    days = purchase_days(ledger, as_of=AS_OF)
    counted = days.groupby("customer_id").size().reindex(panel.accounts["customer_id"], fill_value=0)
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


YEARS = {"before": (dt.date(2023, 1, 1), dt.date(2023, 12, 31)), "after": (dt.date(2024, 1, 1), dt.date(2024, 3, 31))}


def with_products(ledger):
    products = ["p", "p", "q", "q", None, "p", "p", "p", "r", "r", "q", "q", "q"]
    quantity = [10, 5.0005, 7, 3, 1, -2, 1, 4, 9, -9, None, 1, 1e30]
    return ledger.assign(product_id=pd.array(products, dtype="str"), quantity=quantity)


def test_quantities_by_eye(ledger):
    table = quantity_totals(with_products(ledger), by="product_id", **YEARS).set_index("product_id")
    p, q, nothing = table.loc["p"], table.loc["q"], table.loc[""]
    # anna's first two orders; bert's return of 15.00 has a quantity above zero, which no return has
    assert (p["cents_before"], p["counted_cents_before"]) == (135_00, 150_00)
    assert p["units_before"] == 15.001  # 5.0005: halves go up
    assert (p["cents_after"], p["units_after"], p["gross_units_after"]) == (20_00, 2, 4)
    assert (q["cents_before"], q["counted_cents_before"], q["cents_after"], q["units_after"]) == (60_00, 0, 100_00, 10)
    assert (nothing["cents_after"], nothing["counted_cents_after"]) == (5_00, 0)


def test_quantities_sum_to_the_panel(ledger, panel):
    window = (panel.start, panel.as_of)
    for by in ("product_id", "customer_id"):
        table = quantity_totals(with_products(ledger), by=by, before=YEARS["before"], after=window)
        assert table["cents_after"].sum() == panel.accounts["sales_cents"].sum()
        assert table["gross_cents_after"].sum() == panel.accounts["gross_cents"].sum()


def test_quantities_and_days_are_the_same_on_every_engine(ledger):
    first, *others = (quantity_totals(f, by="product_id", **YEARS) for f in engines(with_products(ledger)))
    days, *other_days = (day_totals(f, as_of=AS_OF) for f in engines(with_products(ledger)))
    for other in others:
        pd.testing.assert_frame_equal(first, other)
    for other in other_days:
        pd.testing.assert_frame_equal(days, other)


def test_without_quantity_there_are_none(ledger):
    assert quantity_totals(ledger, by="customer_id", **YEARS) is None
    assert quantity_totals(ledger.assign(quantity=1), by="product_id", **YEARS) is None


def test_days_sum_to_the_panel(ledger, panel):
    days = day_totals(ledger, as_of=AS_OF)
    assert days["cents"].sum() == panel.accounts["history_sales_cents"].sum()
    assert days["date"].is_monotonic_increasing and days["date"].is_unique


@pytest.mark.parametrize("engine", [pd.DataFrame, pl.DataFrame])
def test_line_facts_by_hand(engine):
    day = [dt.datetime(2024, *d) for d in ((1, 5), (2, 1), (3, 9), (2, 2), (2, 2))]  # the third after as_of
    lines = {
        "customer_id": ["a", "a", "a", "b", None], "date": day, "cents": [900, 450, 800, -100, 500],
        "quantity": [1.0, 1.0, 1.0, -1.0, 1.0], "list_price": [10.0, 5.0, None, 1.0, 5.0],
        "category": ["pens", "mugs", "cups", "pens", "pens"], "kind": ["goods", "sample", "goods", "goods", "goods"],
    }  # fmt: skip
    facts = line_facts(engine(lines), as_of="2024-02-29", start="2024-02-01").set_index("customer_id")
    assert facts.loc["a"].to_dict() == {"categories": 2, "list_cents": 500, "paid_cents": 450, "samples": 1}
    assert facts.loc["b"].to_dict() == {"categories": 0, "list_cents": 0, "paid_cents": 0, "samples": 0}
