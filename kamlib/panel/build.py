"""Making a panel: what an account did in each month, in all, and from one purchase day to the next."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from kamlib.given import GivenError, as_day
from kamlib.panel.engine import ONE, day_number, fetch, flag, keep, month_number, odd, sum_by
from kamlib.panel.lines import PANEL_CALL, account_days, known_lines, sold, trade_lines
from kamlib.panel.panel import Panel, window_start
from kamlib.settings import checked
from kamlib.stats.grain import WIDTH, period_ends, period_starts
from kamlib.tables import NOT_TRADE, PANEL

BURN_IN_DAYS = 90
PANEL_OPTIONS = ("months", "leave_out", "burn_in_days")
MOST_AFTER = dt.timedelta(days=5 * 366)  # a ledger's last line: a day beyond that is a slip of the pen
TOTALS = ("sales_cents", "gross_cents", "profit_cents", "lines", "orders", "purchase_days")
DTYPES = {"id": "str", "date": "datetime64[s]", "whole": "int64", "flag": "bool"}


def build_panel(
    book,
    *,
    as_of: dt.date | str,
    months: int = 12,
    leave_out: Sequence[str] = NOT_TRADE,
    burn_in_days: int = BURN_IN_DAYS,
) -> Panel:
    """The panel of a book at one day.

    Parameters
    ----------
    book : kamlib.book.Book or native frame
        A book, or a ledger with columns customer_id, date, cents, and optionally profit_cents, kind, order_id
        as a DuckDB relation, a Polars or a pandas frame.
    as_of : datetime.date or str
        Last day that counts, inclusive. Nothing after it is read.
    months : int
        Length of the window of totals. The whole history before `as_of` gives gaps and first lines.
    leave_out : sequence of str
        Kinds of line that are not a customer's trade.
    burn_in_days : int
        An account whose first line is within so many days of the ledger's first has a truncated history.
        90 days: a quarter, the longest usual gap between orders in wholesale.

    Returns
    -------
    Panel

    Raises
    ------
    kamlib.given.GivenError
        A ValueError: what is given is no ledger, no day, or out of bounds (`kamlib.settings`); no line with a customer
        on or before `as_of`, or none after a day `MOST_AFTER` before it.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "a"], "cents": [1000, -200, 500],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-09", "2024-02-04"])})
    >>> panel = build_panel(lines, as_of="2024-02-29")
    >>> panel.accounts[["sales_cents", "returns_cents", "purchase_days"]].values.tolist()
    [[1300, -200, 2]]
    >>> panel.gaps[["n", "sum_days"]].values.tolist()
    [[1, 30]]
    """
    as_of, grain = as_day(as_of), getattr(book, "grain", "day")
    given = {"months": months, "leave_out": leave_out, "burn_in_days": burn_in_days}
    given = checked(given, names=PANEL_OPTIONS, call=f"For example: {PANEL_CALL[:-1]}, months=12).")
    months, leave_out, burn_in_days = given.months, given.leave_out, given.burn_in_days
    start = _start(as_of, months)
    with contextlib.ExitStack() as kept, contextlib.ExitStack() as kept_days:
        lines = trade_lines(book, as_of, leave_out)
        days = keep(account_days(lines), kept_days, lines)
        first_day, last_day, unknown = _extent(days)
        _check_within(as_of, last_day, book, leave_out, grain)
        first_day = period_starts([first_day], grain)[0].date()
        gaps = _fetch(_gaps(days, grain), "gaps", unknown)
        table = keep(_account_months(days, start), kept, lines)
        kept_days.close()  # the largest of all, before the largest that is fetched
        burnt_in = first_day + dt.timedelta(days=burn_in_days)
        accounts = _fetch(_accounts(table, burnt_in), "accounts", unknown).set_index("customer_id")
        monthly = _fetch(_monthly(table, start), "monthly", unknown)
    return Panel(as_of, start, months, first_day, last_day, monthly, accounts, gaps, not unknown, grain)


def _start(as_of: dt.date, months: int) -> dt.date:
    try:
        return window_start(as_of, months)
    except (OverflowError, ValueError):  # at the edge of the calendar
        raise GivenError(f"as_of {as_of} is no day of a ledger: {PANEL_CALL}.") from None


def _check_within(as_of: dt.date, last_day: dt.date | None, book, leave_out: Sequence[str], grain: str) -> None:
    """Raise GivenError where a day lies before the ledger, or long after its last line; 2204 was typed for 2024."""
    if last_day is not None and as_of - period_ends([last_day], grain)[0].date() <= MOST_AFTER:
        return
    days = known_lines(book, leave_out).select(nw.col("date").min(), nw.col("date").max().alias("last"))
    first, last = (None if pd.isna(d) else pd.Timestamp(d).date() for d in days.collect("pandas").to_native().iloc[0])
    if first is None:
        raise GivenError("the ledger has no line of a known customer")
    there = f'Its lines run from {first} to {last}: choose as_of accordingly, such as as_of="{last}".'
    if last_day is None:
        raise GivenError(f"the ledger has no line of a known customer on or before {as_of}. {there}")
    if as_of > last:
        raise GivenError(f"as_of {as_of} is more than five years after the ledger's last line. {there}")


def _extent(days: nw.LazyFrame) -> tuple[dt.date | None, dt.date | None, int]:
    """First and last day, and the number of lines whose profit is not known."""
    facts = days.select(nw.col("date").min(), nw.col("date").max().alias("last"), nw.col("profit_missing").sum())
    first, last, unknown = facts.collect("pandas").to_native().iloc[0]
    if pd.isna(first):
        return None, None, 0
    return pd.Timestamp(first).date(), pd.Timestamp(last).date(), int(unknown)


def _account_months(days: nw.LazyFrame, start: dt.date) -> nw.LazyFrame:
    """One row an account and month, two in the month that the window's start divides: totals, first and last dates.

    `span` is twice the month's number, and one more within the window.
    """
    days = days.with_columns(
        span=month_number() * 2 + flag(nw.col("date") >= start),
        purchase_days=flag(sold()),
        bought_on=nw.when(sold()).then(nw.col("date")),
        # Day and sign in one number: the smallest is odd if the first day's net is not negative.
        opening=day_number() * 2 + flag(nw.col("sales_cents") >= 0),
    )
    first_and_last = (
        nw.col("date").min().alias("first_line"),
        nw.col("bought_on").min().alias("first_purchase"),
        nw.col("bought_on").max().alias("last_purchase"),
        nw.col("opening").min(),
    )
    months = sum_by(days, ["customer_id", "span"], TOTALS, *first_and_last)
    return months.with_columns(month=nw.col("span") // 2, inside=odd("span"))


def _monthly(months: nw.LazyFrame, start: dt.date) -> nw.LazyFrame:
    if start.day > 1:
        months = sum_by(months, ["customer_id", "month"], TOTALS)
    return months.with_columns(returns_cents=nw.col("sales_cents") - nw.col("gross_cents"))


def _accounts(months: nw.LazyFrame, burnt_in: dt.date) -> nw.LazyFrame:
    """Dates of the whole history, totals of it and of the window."""
    inside = nw.col("inside")
    history = {"history_sales_cents": nw.col("sales_cents"), "history_purchase_days": nw.col("purchase_days")}
    active = flag(nw.col("purchase_days") * inside > 0)
    months = months.with_columns(*(nw.col(c) * inside for c in TOTALS), **history, active_months=active)
    first_and_last = (
        nw.col("first_line").min(),
        nw.col("first_purchase").min(),
        nw.col("last_purchase").max(),
        nw.col("opening").min(),
    )
    accounts = sum_by(months, ["customer_id"], [*TOTALS, *history, "active_months"], *first_and_last)
    return accounts.with_columns(
        returns_cents=nw.col("sales_cents") - nw.col("gross_cents"),
        truncated=(nw.col("first_line") < burnt_in) | (odd("opening") == 0),
    )


def _gaps(days: nw.LazyFrame, grain: str) -> nw.LazyFrame:
    bought = days.filter(sold()).with_columns(day=day_number())
    gap = nw.col("gap")
    gaps = bought.with_columns(gap=nw.col("day") - nw.col("day").shift(1).over("customer_id", order_by="day"))
    gaps = gaps.filter(~gap.is_null()).with_columns(
        n=ONE,
        sum_days=gap.cast(nw.Int64),
        sum_days2=gap.cast(nw.Int64) * gap.cast(nw.Int64) + round(WIDTH[grain] ** 2 / 6) * (grain != "day"),
        # Integers: sums of floating-point logarithms change with the order of adding.
        sum_log_micro=(_log(gap.cast(nw.Float64), grain) * 1e6).round().cast(nw.Int64),
    )
    return sum_by(gaps, ["customer_id"], ["n", "sum_days", "sum_days2", "sum_log_micro"])


def _log(gap: nw.Expr, grain: str) -> nw.Expr:
    """Logarithm of a gap; between periods its expectation, as `kamlib.stats.grain.mean_log` has it."""
    if grain == "day":
        return gap.log()
    width = WIDTH[grain]
    r = nw.when(gap > width).then(gap / width).otherwise(nw.lit(1.0))
    before = nw.when(r > 1).then(r - 1).otherwise(nw.lit(1e-9))
    return (_twice(r + 1) - 2 * _twice(r) + _twice(before)) + math.log(width)


def _twice(x: nw.Expr) -> nw.Expr:
    return x * x * (2 * x.log() - 3) / 4


def _fetch(frame: nw.LazyFrame, name: str, profit_unknown: int) -> pd.DataFrame:
    """To pandas, with the columns, types and order of the contract."""
    types = {c.name: DTYPES[c.kind] for c in PANEL[name].columns}
    if name != "monthly":
        table = fetch(frame, types=types, by=["customer_id"])
    else:
        table = fetch(frame, types=types | {"month": "int64"}, by=["customer_id", "month"])
        since_1970 = table["month"].to_numpy() - 1970 * 12
        table["month"] = since_1970.astype("datetime64[M]").astype("datetime64[s]")
    if "profit_cents" in table:
        # Profit of a part of the lines would pass for profit of all.
        nothing = pd.array([pd.NA] * len(table), dtype="Int64") if profit_unknown else table["profit_cents"]
        table["profit_cents"] = nothing.astype("Int64")
    return table
