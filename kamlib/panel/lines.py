"""Lines of trade, and the days of accounts that they make: what all tables of the panel begin with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import narwhals as nw

from kamlib.given import GivenError, check_kinds, short
from kamlib.panel.engine import ONE, ZERO, flag, sum_by

LEDGER_COLUMNS = ("customer_id", "date", "cents")
PANEL_CALL = 'build_panel(open_book("sales.csv"), as_of="2011-11-30")'


def trade_lines(book, as_of: dt.date, leave_out: Sequence[str], also: Sequence[str] = ()) -> nw.LazyFrame:
    """Lines of known customers up to `as_of`, without the kinds in `leave_out`.

    Columns: customer_id, date, cents, profit_cents (nought where unknown) and profit_missing (1 there), order_id
    (empty where there is none), and those of `also` that the ledger has.
    """
    lines = known_lines(book, leave_out).filter(nw.col("date") <= as_of)
    names = lines.collect_schema().names()
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


def known_lines(book, leave_out: Sequence[str]) -> nw.LazyFrame:
    """Lines of known customers on all days, without the kinds in `leave_out`, with the columns of the ledger."""
    kinds, lines = check_kinds(leave_out), _ledger(book).lazy()
    if lines.implementation.is_pyarrow():  # it has no window functions
        lines = nw.from_native(duckdb.from_arrow(lines.collect().to_native()))
    names = lines.collect_schema().names()
    if lacking := [c for c in LEDGER_COLUMNS if c not in names]:
        raise GivenError(
            f"the ledger has no column {', '.join(lacking)}; it has {', '.join(names)}. "
            f"A file or frame with names of its own is opened first: {PANEL_CALL}."
        )
    if "kind" in names:
        lines = lines.filter(~nw.col("kind").is_in(kinds))
    return lines.with_columns(nw.col("date").cast(nw.Date)).filter(~nw.col("customer_id").is_null())


def _ledger(book) -> nw.DataFrame | nw.LazyFrame:
    try:
        return nw.from_native(getattr(book, "ledger", book))
    except TypeError:
        raise GivenError(
            f"the first argument is a Book, or a frame with the columns {', '.join(LEDGER_COLUMNS)}, "
            f"not {short(book)}: {PANEL_CALL}."
        ) from None


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
