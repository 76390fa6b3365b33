"""Ledger -> account-sized tables, in the engine the ledger is in.

The only code that touches ledger-sized data. One definition in Narwhals expressions gives the same
integers on DuckDB (the default), Polars and pandas.

Words, as they are used everywhere in this project:

purchase day
    A day on which an account's net sales are positive. An order cancelled the same day leaves none.
order
    An order number with positive net on a purchase day; where the ledger has no order numbers, the
    purchase day itself.
return
    A negative line. Net sales are gross sales plus returns (returns are negative).
first line
    An account is a customer since its first line of any sort, also if that is a return. Whose first
    line falls into the ledger's first days, or is a return, may have been a customer long before:
    its history is truncated, and it is never called new.
gap
    Days from one purchase day of an account to its next.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import narwhals as nw
import pandas as pd

from kamlib.tables import NOT_TRADE, PANEL

BURN_IN_DAYS = 90
MOST_UNITS = 1e12  # of one line: beyond, it is no quantity, and sums would not fit
CLOSED_DAYS = 7  # a ledger whose first line is so late still covers its first month: holidays


@dataclass(frozen=True)
class Panel:
    """Account-sized tables of one book at one day. Columns: `kamlib.tables.PANEL`.

    Attributes
    ----------
    as_of : datetime.date
        Last day that was read, inclusive.
    start : datetime.date
        First day of the window of totals; the window ends with `as_of`.
    months : int
        Length of the window in calendar months.
    first_day, last_day : datetime.date
        Of the lines that were read; the end of the data is not `as_of`.
    monthly, accounts, gaps : pandas.DataFrame
        Sorted by customer_id (and month).
    has_profit : bool
        Whether profit is known for every line; where it is not, profit columns are all empty.
    """

    as_of: dt.date
    start: dt.date
    months: int
    first_day: dt.date
    last_day: dt.date
    monthly: pd.DataFrame
    accounts: pd.DataFrame
    gaps: pd.DataFrame
    has_profit: bool

    @property
    def months_held(self) -> int:
        """Months of the window that the ledger covers: fewer than `months` where it begins within the window."""
        if self.first_day <= self.start + dt.timedelta(days=CLOSED_DAYS):
            return self.months
        return int((self.as_of - self.first_day).days * 12 / 365.25)

    @property
    def period(self) -> str:
        """The part of the window that the ledger covers, for a reader: whole months by name, else days."""
        if self.months_held < self.months or self.start.day != 1 or self.last_month_partial:
            return f"{max(self.start, self.first_day):%d %b %Y} to {self.as_of:%d %b %Y}"
        first, last = f"{self.start:%B %Y}", f"{self.as_of:%B %Y}"
        return first if first == last else f"{first} to {last}"

    @property
    def last_month_partial(self) -> bool:
        """Whether `as_of` is not the last day of its month."""
        return (self.as_of + dt.timedelta(days=1)).day != 1

    def dense(self, customers: Sequence[str], *, column: str = "sales_cents") -> pd.DataFrame:
        """One column of `monthly` with a zero where nothing happened.

        Parameters
        ----------
        customers : sequence of str
        column : str
            A numeric column of `monthly`.

        Returns
        -------
        pandas.DataFrame
            Rows: `customers`, in the order given; columns: every month from the ledger's first to `as_of`'s.
            Months before an account's first line are missing, not zero.
        """
        months = pd.date_range(self.first_day.replace(day=1), self.as_of, freq="MS")
        chosen = self.monthly[self.monthly["customer_id"].isin(list(customers))]
        wide = chosen.pivot(index="customer_id", columns="month", values=column)
        wide = wide.reindex(index=list(customers), columns=months).fillna(0)
        first = self.accounts.set_index("customer_id")["first_line"].reindex(wide.index).dt.to_period("M")
        before = pd.DataFrame({m: first > m.to_period("M") for m in months}, index=wide.index)
        return wide.mask(before)


def window_start(as_of: dt.date, months: int) -> dt.date:
    """First day of the `months` calendar months that end with `as_of`.

    Examples
    --------
    >>> window_start(dt.date(2011, 11, 30), 12), window_start(dt.date(2011, 12, 9), 12)
    (datetime.date(2010, 12, 1), datetime.date(2010, 12, 10))
    """
    after = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    return (after - pd.DateOffset(months=months)).date()


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
    ValueError
        `months` below 1, or no line with a customer on or before `as_of`.

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
    as_of = pd.Timestamp(as_of).date()
    if months < 1:
        raise ValueError(f"months must be 1 or more, not {months}")
    lines = _lines(getattr(book, "ledger", book), as_of, leave_out)
    start = window_start(as_of, months)
    with contextlib.ExitStack() as kept:
        days = _materialise(_account_days(lines), kept)
        table = _materialise(_account_months(days, start), kept)
        first_day, last_day, unknown = _extent(table)
        if first_day is None:
            raise ValueError(f"the ledger has no line of a known customer on or before {as_of}")
        burnt_in = first_day + dt.timedelta(days=burn_in_days)
        accounts = _finish(_accounts(table, burnt_in), "accounts", unknown)
        monthly = _finish(_monthly(table, start), "monthly", unknown)
        gaps = _finish(_gaps(days), "gaps", unknown)
    return Panel(as_of, start, months, first_day, last_day, monthly, accounts, gaps, not unknown)


def purchase_days(book, *, as_of: dt.date | str, leave_out: Sequence[str] = NOT_TRADE) -> pd.DataFrame:
    """Every purchase day of every account up to `as_of`: what models of rhythm and of buying learn from.

    Parameters
    ----------
    book, as_of, leave_out
        As in `build_panel`.

    Returns
    -------
    pandas.DataFrame
        One row an account and purchase day (net sales above zero), in order of customer_id and date: customer_id,
        date, cents and profit_cents (net of the day's returns; profit is `<NA>` throughout where it is not known for
        every line of these days), orders. Days of returns alone are not in it, so cents do not sum to the ledger.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "a"], "cents": [1000, -200, 500],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-09", "2024-02-04"])})
    >>> purchase_days(lines, as_of="2024-02-29")[["customer_id", "cents"]].values.tolist()
    [['a', 1000], ['a', 500]]
    """
    lines = _lines(getattr(book, "ledger", book), pd.Timestamp(as_of).date(), leave_out)
    bought = _account_days(lines).filter(nw.col("bought") == 1)
    wanted = ("customer_id", "date", "cents", "profit_cents", "orders", "profit_missing")
    days = bought.select(*wanted).sort("customer_id", "date").collect("pandas").to_native().reset_index(drop=True)
    whole = {"cents": "int64", "orders": "int64", "profit_cents": "Int64", "profit_missing": "int64"}
    days = days.astype({"customer_id": "str", "date": "datetime64[s]"} | whole)
    if days.pop("profit_missing").any():
        days["profit_cents"] = pd.array([pd.NA] * len(days), dtype="Int64")
    return days


def quantity_totals(
    book,
    *,
    by: str,
    before: tuple[dt.date, dt.date],
    after: tuple[dt.date, dt.date],
    leave_out: Sequence[str] = NOT_TRADE,
) -> pd.DataFrame | None:
    """Money and units of two periods by product or by account: what price, volume and mix are made of.

    Parameters
    ----------
    book, leave_out
        As in `build_panel`; the ledger also has quantity, and product_id where totals are by product.
    by : str
        `product_id` or `customer_id`.
    before, after : (datetime.date, datetime.date)
        First and last day of each period, inclusive. They may overlap.

    Returns
    -------
    pandas.DataFrame or None
        Sorted by the column `by` (empty for lines without a product); for each period (`_before`, `_after`): cents (net
        sales of identified customers), counted_cents and units (of lines whose quantity has the sign of their money; a
        free sample, a price correction and a line without quantity are not counted), gross_cents (lines above zero),
        gross_counted_cents and gross_units (the same of these). Units are rounded to thousandths on each line, so that
        sums do not depend on their order. None where the ledger has no quantity, or no product_id to go by.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": "a", "product_id": ["p", "p", "q"], "cents": [1000, 1500, -200],
    ...     "quantity": [10, 12, None], "date": pd.to_datetime(["2023-03-01", "2024-03-01", "2024-03-02"])})
    >>> year = lambda y: (dt.date(y, 1, 1), dt.date(y, 12, 31))
    >>> table = quantity_totals(lines, by="product_id", before=year(2023), after=year(2024))
    >>> table[["cents_after", "counted_cents_after", "units_after"]].values.tolist()
    [[1500.0, 1500.0, 12.0], [-200.0, 0.0, 0.0]]
    """
    ledger = getattr(book, "ledger", book)
    if not {"quantity", by} <= set(nw.from_native(ledger).lazy().collect_schema().names()):
        return None
    lines = _lines(ledger, max(before[1], after[1]), leave_out, also=("quantity", "product_id"))
    zero, money, units = nw.lit(0, dtype=nw.Int64), nw.col("cents"), nw.col("milli")
    quantity = nw.col("quantity").cast(nw.Float64).fill_null(0)
    # Not round(): halves go up on one engine and to even on another.
    sane = nw.when(quantity.abs() <= MOST_UNITS).then(quantity).otherwise(nw.lit(0.0))
    lines = lines.with_columns(nw.col(by).fill_null(""), milli=(sane * 1000 + 0.5).floor().cast(nw.Int64))
    agree = ((money > 0) & (units > 0)) | ((money < 0) & (units < 0))
    if by == "product_id":
        agree = agree & (nw.col(by) != "")
    names = {}
    for period, (first, last) in {"before": before, "after": after}.items():
        inside = (nw.col("date") >= first) & (nw.col("date") <= last)
        tests = {
            "cents": (inside, money), "counted_cents": (inside & agree, money), "units": (inside & agree, units),
            "gross_cents": (inside & (money > 0), money), "gross_counted_cents": (inside & agree & (money > 0), money),
            "gross_units": (inside & agree & (money > 0), units),
        }  # fmt: skip
        names |= {f"{n}_{period}": nw.when(t).then(v).otherwise(zero) for n, (t, v) in tests.items()}
    totals = _sum_by(lines.with_columns(**names).select(by, *names), [by], list(names))
    table = totals.sort(by).collect("pandas").to_native().reset_index(drop=True)
    table = table.astype({by: "str"} | dict.fromkeys(names, "int64"))
    whole = [n for n in names if "units" in n]
    return table.assign(**{n: table[n] / 1000 for n in whole})


def day_totals(book, *, as_of: dt.date | str, leave_out: Sequence[str] = NOT_TRADE) -> pd.DataFrame:
    """Trade of identified customers on each day with a line, up to `as_of`.

    Parameters
    ----------
    book, as_of, leave_out
        As in `build_panel`.

    Returns
    -------
    pandas.DataFrame
        date, cents (net sales), lines; sorted.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "b", None], "cents": [10, -3, 99]})
    >>> lines["date"] = pd.Timestamp("2024-01-05")
    >>> day_totals(lines, as_of="2024-01-31")[["cents", "lines"]].values.tolist()
    [[7, 2]]
    """
    lines = _lines(getattr(book, "ledger", book), pd.Timestamp(as_of).date(), leave_out)
    days = _sum_by(lines.with_columns(lines=nw.lit(1, dtype=nw.Int64)), ["date"], ["cents", "lines"])
    table = days.sort("date").collect("pandas").to_native().reset_index(drop=True)
    return table[["date", "cents", "lines"]].astype({"date": "datetime64[s]", "cents": "int64", "lines": "int64"})


def _lines(ledger, as_of: dt.date, leave_out: Sequence[str], also: Sequence[str] = ()) -> nw.LazyFrame:
    lines = nw.from_native(ledger).lazy()
    if lines.implementation.is_pyarrow():  # it has no window functions
        lines = nw.from_native(duckdb.from_arrow(lines.collect().to_native()))
    names = lines.collect_schema().names()
    if "kind" in names:
        lines = lines.filter(~nw.col("kind").is_in(list(leave_out)))
    if "profit_cents" in names:
        missing = nw.col("profit_cents").is_null().cast(nw.Int64)
        lines = lines.with_columns(nw.col("profit_cents").cast(nw.Int64).fill_null(0), profit_missing=missing)
    else:
        one = nw.lit(1, dtype=nw.Int64)
        lines = lines.with_columns(profit_cents=nw.lit(0, dtype=nw.Int64), profit_missing=one)
    lines = lines.with_columns(nw.col("date").cast(nw.Date))
    if "order_id" not in names:
        lines = lines.with_columns(order_id=nw.lit("", dtype=nw.String))
    wanted = ("customer_id", "date", "cents", "profit_cents", "profit_missing", "order_id")
    wanted += tuple(c for c in also if c in names)
    return lines.filter(~nw.col("customer_id").is_null(), nw.col("date") <= as_of).select(*wanted)


def _account_days(lines: nw.LazyFrame) -> nw.LazyFrame:
    """One row an account and day. Orders are counted by grouping twice: distinct counts cost four times as much."""
    zero = nw.lit(0, dtype=nw.Int64)
    flagged = lines.with_columns(
        order_id=nw.col("order_id").fill_null(""),
        gross=nw.when(nw.col("cents") > 0).then(nw.col("cents")).otherwise(zero),
        lines=nw.lit(1, dtype=nw.Int64),
    )
    sums = ["cents", "gross", "profit_cents", "profit_missing", "lines"]
    orders = _sum_by(flagged, ["customer_id", "date", "order_id"], sums)
    orders = orders.with_columns(positive=(nw.col("cents") > 0).cast(nw.Int64))
    days = _sum_by(orders, ["customer_id", "date"], [*sums, "positive"])
    days = days.with_columns(bought=(nw.col("cents") > 0).cast(nw.Int64), day=_day_number())
    return days.with_columns(orders=nw.col("positive") * nw.col("bought"))


def _sum_by(frame: nw.LazyFrame, keys: list[str], columns: list[str]) -> nw.LazyFrame:
    """Integer sums by group. The cast comes after: DuckDB sums integers as HUGEINT, which pandas turns into objects."""
    sums = frame.group_by(*keys).agg(*(nw.col(c).sum() for c in columns))
    return sums.with_columns(*(nw.col(c).cast(nw.Int64) for c in columns))


def _day_number() -> nw.Expr:
    """Days since 0001-01-01 by integer arithmetic: date differences differ from engine to engine."""
    year = nw.col("date").dt.year().cast(nw.Int64) - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + nw.col("date").dt.ordinal_day().cast(nw.Int64)


def _materialise(frame: nw.LazyFrame, kept: contextlib.ExitStack) -> nw.LazyFrame:
    """Compute once what is used twice; gone when `kept` closes.

    A temporary table in the caller's DuckDB, which may be larger than memory and whose database may be read-only;
    Spark keeps its own on the cluster, Ibis in the warehouse; other engines collect their own frames.
    """
    native = frame.to_native()
    if frame.implementation.is_ibis():
        cached = native.cache()
        kept.callback(cached.release)
        return nw.from_native(cached)
    if frame.implementation.is_spark_like():
        persisted = native.persist()
        kept.callback(persisted.unpersist)
        return nw.from_native(persisted)
    if frame.implementation.is_duckdb():
        name = f"kamlib_{secrets.token_hex(8)}"
        native.query(f"{name}_lines", f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_lines")
        for statement in (f"DROP TABLE temp.{name}", f"DROP VIEW temp.{name}_lines"):
            kept.callback(native.query, f"{name}_lines", statement)
        return nw.from_native(native.query(f"{name}_lines", f"FROM temp.{name}"))
    return frame.collect().lazy()


# Account-day columns -> what their sums are called.
SUMMED = {
    "cents": "sales_cents", "gross": "gross_cents", "profit_cents": "profit_cents", "lines": "lines",
    "orders": "orders", "bought": "purchase_days",
}  # fmt: skip


def _account_months(days: nw.LazyFrame, start: dt.date) -> nw.LazyFrame:
    """One row an account and month, two in the month that the window's start divides: sums, first and last dates."""
    flagged = days.with_columns(
        month=nw.col("date").dt.year().cast(nw.Int64) * 12 + nw.col("date").dt.month().cast(nw.Int64) - 1,
        inside=(nw.col("date") >= start).cast(nw.Int64),
        bought_on=nw.when(nw.col("bought") == 1).then(nw.col("date")),
        # Day and sign in one number: the smallest is odd if the first day's net is not negative.
        opening=nw.col("day") * 2 + (nw.col("cents") >= 0).cast(nw.Int64),
    )
    sums = [*SUMMED, "profit_missing"]
    months = flagged.group_by("customer_id", "month", "inside").agg(
        *(nw.col(c).sum() for c in sums),
        nw.col("date").min().alias("first_line"),
        nw.col("date").max().alias("last_line"),
        nw.col("bought_on").min().alias("first_purchase"),
        nw.col("bought_on").max().alias("last_purchase"),
        nw.col("opening").min(),
    )
    return months.with_columns(*(nw.col(c).cast(nw.Int64) for c in sums)).rename(SUMMED)


def _monthly(months: nw.LazyFrame, start: dt.date) -> nw.LazyFrame:
    if start.day > 1:
        months = _sum_by(months, ["customer_id", "month"], list(SUMMED.values()))
    return months.with_columns(returns_cents=nw.col("sales_cents") - nw.col("gross_cents"))


def _extent(months: nw.LazyFrame) -> tuple[dt.date | None, dt.date | None, int]:
    facts = months.select(nw.col("first_line").min(), nw.col("last_line").max(), nw.col("profit_missing").sum())
    row = facts.collect("pandas").to_native().iloc[0]
    if pd.isna(row["first_line"]):
        return None, None, 0
    return pd.Timestamp(row["first_line"]).date(), pd.Timestamp(row["last_line"]).date(), int(row["profit_missing"])


def _accounts(months: nw.LazyFrame, burnt_in: dt.date) -> nw.LazyFrame:
    """Dates of the whole history, totals of it and of the window."""
    window = {f"{name}_w": name for name in SUMMED.values()}
    history = {"sales_cents": "history_sales_cents", "purchase_days": "history_purchase_days"}
    inside = nw.col("inside")
    months = months.with_columns(
        *((nw.col(name) * inside).alias(f"{name}_w") for name in SUMMED.values()),
        active_months=(nw.col("purchase_days") * inside > 0).cast(nw.Int64),
    )
    sums = [*window, *history, "active_months"]
    accounts = months.group_by("customer_id").agg(
        *(nw.col(c).sum() for c in sums),
        nw.col("first_line").min(),
        nw.col("first_purchase").min(),
        nw.col("last_purchase").max(),
        nw.col("opening").min(),
    )
    accounts = accounts.with_columns(*(nw.col(c).cast(nw.Int64) for c in sums)).rename(history).rename(window)
    return accounts.with_columns(
        returns_cents=nw.col("sales_cents") - nw.col("gross_cents"),
        truncated=(nw.col("first_line") < burnt_in) | (nw.col("opening") // 2 * 2 == nw.col("opening")),
    )


def _gaps(days: nw.LazyFrame) -> nw.LazyFrame:
    before = nw.col("day").shift(1).over("customer_id", order_by="day")
    gap = nw.col("gap")
    gaps = days.filter(nw.col("bought") == 1).with_columns(gap=nw.col("day") - before).filter(~gap.is_null())
    gaps = gaps.with_columns(
        n=nw.lit(1, dtype=nw.Int64),
        sum_days=gap.cast(nw.Int64),
        sum_days2=gap.cast(nw.Int64) * gap.cast(nw.Int64),
        # Integers: sums of floating-point logarithms change with the order of adding.
        sum_log_micro=(gap.cast(nw.Float64).log() * 1e6).round().cast(nw.Int64),
    )
    return _sum_by(gaps, ["customer_id"], ["n", "sum_days", "sum_days2", "sum_log_micro"])


def _finish(frame: nw.LazyFrame, name: str, profit_unknown: int) -> pd.DataFrame:
    """To pandas, with the columns, types and order of the contract."""
    columns = PANEL[name].names
    keys = ["customer_id", "month"] if name == "monthly" else ["customer_id"]
    table = frame.select(*columns).sort(*keys).collect("pandas").to_native().reset_index(drop=True)
    if name == "monthly":
        # Twelve times the year and the month from nought, as months since 1970.
        since_1970 = table["month"].to_numpy().astype("int64") - 1970 * 12
        table["month"] = since_1970.astype("datetime64[M]").astype("datetime64[s]")
    kinds = {"id": "str", "date": "datetime64[s]", "whole": "int64", "flag": "bool"}
    if profit_unknown and "profit_cents" in table:
        # Profit of a part of the lines would pass for profit of all.
        table["profit_cents"] = pd.array([pd.NA] * len(table), dtype="Int64")
    types = {c.name: "Int64" if c.name == "profit_cents" else kinds[c.kind] for c in PANEL[name].columns}
    return table.astype(types)


def line_facts(
    book, *, as_of: dt.date | str, start: dt.date | str, leave_out: Sequence[str] = NOT_TRADE
) -> pd.DataFrame:
    """What an account's lines say beyond money and days: its range, its prices, its samples.

    Parameters
    ----------
    book : kamlib.book.Book or native frame
        As for `build_panel`; used where there: category, list_price with quantity, kind.
    as_of, start : datetime.date or str
        Lines up to `as_of` are read; prices are those of lines on or after `start`.
    leave_out : sequence of str

    Returns
    -------
    pandas.DataFrame
        One row an account with a line, sorted by customer_id: customer_id; categories (bought so far); list_cents
        (list price of the lines sold since `start` that have one) and paid_cents (what was paid for them);
        samples (lines of free samples so far). Columns that the ledger cannot fill are left out.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a"], "cents": [900, 500], "category": ["mugs", "pens"],
    ...     "list_price": [5.0, 5.0], "quantity": [2, 1], "date": pd.to_datetime(["2024-01-05", "2024-01-09"])})
    >>> line_facts(lines, as_of="2024-02-29", start="2024-01-01").values.tolist()
    [['a', 2, 1500, 1400]]
    """
    as_of, start = pd.Timestamp(as_of).date(), pd.Timestamp(start).date()
    lines = nw.from_native(getattr(book, "ledger", book)).lazy()
    names = lines.collect_schema().names()
    if "kind" in names:
        lines = lines.filter(~nw.col("kind").is_in(list(leave_out)))
    lines = lines.with_columns(nw.col("date").cast(nw.Date))
    lines = lines.filter(~nw.col("customer_id").is_null(), nw.col("date") <= as_of)
    facts = {}
    if "list_price" in names and "quantity" in names:
        facts |= _price_facts(start)
    if "kind" in names:
        facts["samples"] = (nw.col("kind") == "sample").cast(nw.Int64)
    flagged = lines.with_columns(lines=nw.lit(1, dtype=nw.Int64), **facts)
    table = _sum_by(flagged, ["customer_id"], [*facts, "lines"])
    frame = table.sort("customer_id").collect("pandas").to_native().drop(columns="lines").reset_index(drop=True)
    if "category" in names:
        sold = lines.filter(nw.col("cents") > 0, ~nw.col("category").is_null()).with_columns(
            categories=nw.lit(1, dtype=nw.Int64)
        )
        pairs = _sum_by(sold, ["customer_id", "category"], ["categories"])
        ones = pairs.with_columns(categories=nw.lit(1, dtype=nw.Int64))
        counted = _sum_by(ones, ["customer_id"], ["categories"]).collect("pandas").to_native()
        frame.insert(1, "categories", frame["customer_id"].map(counted.set_index("customer_id")["categories"]))
        frame["categories"] = frame["categories"].fillna(0)
    return frame.astype({c: "int64" for c in frame if c != "customer_id"} | {"customer_id": "str"})


def _price_facts(start: dt.date) -> dict[str, nw.Expr]:
    """List and paid cents of the lines sold since `start` whose list price is known."""
    at_list = (nw.col("list_price").cast(nw.Float64) * nw.col("quantity").cast(nw.Float64) * 100).round()
    priced = (nw.col("date") >= start) & (nw.col("cents") > 0) & (at_list > 0)
    zero = nw.lit(0, dtype=nw.Int64)
    return {
        "list_cents": nw.when(priced).then(at_list.cast(nw.Int64)).otherwise(zero),
        "paid_cents": nw.when(priced).then(nw.col("cents").cast(nw.Int64)).otherwise(zero),
    }
