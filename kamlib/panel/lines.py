"""Lines of trade, and the days of accounts that they make: what all tables of the panel begin with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import narwhals as nw

from kamlib.panel.engine import ONE, ZERO, flag, sum_by


def trade_lines(book, as_of: dt.date, leave_out: Sequence[str], also: Sequence[str] = ()) -> nw.LazyFrame:
    """Lines of known customers up to `as_of`, without the kinds in `leave_out`.

    Columns: customer_id, date, cents, profit_cents (nought where unknown) and profit_missing (1 there), order_id
    (empty where there is none), and those of `also` that the ledger has.
    """
    lines = nw.from_native(getattr(book, "ledger", book)).lazy()
    if lines.implementation.is_pyarrow():  # it has no window functions
        lines = nw.from_native(duckdb.from_arrow(lines.collect().to_native()))
    names = lines.collect_schema().names()
    if "kind" in names:
        lines = lines.filter(~nw.col("kind").is_in(list(leave_out)))
    lines = lines.with_columns(nw.col("date").cast(nw.Date))
    lines = lines.filter(~nw.col("customer_id").is_null(), nw.col("date") <= as_of)
    profit, missing = ZERO, ONE
    if "profit_cents" in names and getattr(book, "uses_profit", True):  # a book settles that for all its days
        profit = nw.col("profit_cents").cast(nw.Int64).fill_null(0)
        missing = flag(nw.col("profit_cents").is_null())
    order = nw.col("order_id").fill_null("") if "order_id" in names else nw.lit("", dtype=nw.String)
    return lines.select(
        "customer_id",
        "date",
        "cents",
        profit_cents=profit,
        profit_missing=missing,
        order_id=order,
        **{c: nw.col(c) for c in also if c in names},
    )


def account_days(lines: nw.LazyFrame) -> nw.LazyFrame:
    """One row an account and day: sales_cents, gross_cents, profit_cents, profit_missing, lines, orders.

    Orders are counted by grouping twice: distinct counts cost four times as much.
    """
    sums = ["sales_cents", "gross_cents", "profit_cents", "profit_missing", "lines"]
    money = nw.col("cents")
    lines = lines.with_columns(sales_cents=money, gross_cents=nw.when(money > 0).then(money).otherwise(ZERO), lines=ONE)
    orders = sum_by(lines, ["customer_id", "date", "order_id"], sums).with_columns(orders=flag(sold()))
    days = sum_by(orders, ["customer_id", "date"], [*sums, "orders"])
    return days.with_columns(orders=nw.col("orders") * flag(sold()))


def sold() -> nw.Expr:
    """Whether net sales are positive: of an order, or of a day, which is a purchase day then."""
    return nw.col("sales_cents") > 0
