"""Facts of an account's lines beyond money and days: its range, its prices, its samples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from kamlib.given import as_day
from kamlib.panel.engine import ONE, ZERO, fetch, flag, sum_by
from kamlib.panel.lines import trade_lines
from kamlib.tables import NOT_TRADE


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
    as_of, start = as_day(as_of), as_day(start, name="start")
    lines = trade_lines(book, as_of, leave_out, also=("kind", "category", "list_price", "quantity"))
    names = set(lines.collect_schema().names())
    sums = _prices(start) if {"list_price", "quantity"} <= names else {}
    if "kind" in names:
        sums["samples"] = flag(nw.col("kind") == "sample")
    lines = lines.with_columns(**sums)
    types = {"customer_id": "str"} | dict.fromkeys(sums, "int64")
    facts = fetch(sum_by(lines, ["customer_id"], list(sums)), types=types, by=["customer_id"])
    if "category" in names:
        categories = _categories(lines)["categories"].reindex(facts["customer_id"], fill_value=0)
        facts.insert(1, "categories", categories.to_numpy())
    return facts


def _categories(lines: nw.LazyFrame) -> pd.DataFrame:
    """Categories that each account bought, one by one and then counted."""
    bought = lines.filter(nw.col("cents") > 0, ~nw.col("category").is_null())
    pairs = bought.select("customer_id", "category").unique().with_columns(categories=ONE)
    types = {"customer_id": "str", "categories": "int64"}
    counted = fetch(sum_by(pairs, ["customer_id"], ["categories"]), types=types, by=["customer_id"])
    return counted.set_index("customer_id")


def _prices(start: dt.date) -> dict[str, nw.Expr]:
    """List and paid cents of the lines sold since `start` whose list price is known."""
    at_list = (nw.col("list_price").cast(nw.Float64) * nw.col("quantity").cast(nw.Float64) * 100).round()
    priced = (nw.col("date") >= start) & (nw.col("cents") > 0) & (at_list > 0)
    return {
        "list_cents": nw.when(priced).then(at_list.cast(nw.Int64)).otherwise(ZERO),
        "paid_cents": nw.when(priced).then(nw.col("cents").cast(nw.Int64)).otherwise(ZERO),
    }
