"""Quantities: money and units of two periods, of which price, volume and mix are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from kamlib.panel.engine import ZERO, fetch, sum_by
from kamlib.panel.lines import trade_lines
from kamlib.tables import NOT_TRADE

MOST_UNITS = 1e12  # of one line: beyond, it is no quantity, and sums would not fit


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
    lines = trade_lines(book, max(before[1], after[1]), leave_out, also=("quantity", "product_id"))
    if not {"quantity", by} <= set(lines.collect_schema().names()):
        return None
    lines = lines.with_columns(nw.col(by).fill_null(""), milli=_thousandths("quantity"))
    sums = _counted("before", before, by) | _counted("after", after, by)
    lines = lines.select(by, **{n: nw.when(test).then(nw.col(of)).otherwise(ZERO) for n, (test, of) in sums.items()})
    table = fetch(sum_by(lines, [by], list(sums)), types={by: "str"} | dict.fromkeys(sums, "int64"), by=[by])
    return table.assign(**{n: table[n] / 1000 for n, (_, of) in sums.items() if of == "milli"})


def _thousandths(column: str) -> nw.Expr:
    """A quantity as whole thousandths. Not by round(): halves go up on one engine and to even on another."""
    quantity = nw.col(column).cast(nw.Float64).fill_null(0)
    sane = nw.when(quantity.abs() <= MOST_UNITS).then(quantity).otherwise(nw.lit(0.0))
    return (sane * 1000 + 0.5).floor().cast(nw.Int64)


def _counted(period: str, days: tuple[dt.date, dt.date], by: str) -> dict[str, tuple[nw.Expr, str]]:
    """For each sum of a period: of which lines, and of which column."""
    money, units = nw.col("cents"), nw.col("milli")
    inside = (nw.col("date") >= days[0]) & (nw.col("date") <= days[1])
    agree = ((money > 0) & (units > 0)) | ((money < 0) & (units < 0))
    agree = agree & (nw.col(by) != "") if by == "product_id" else agree
    sums = {
        "cents": (inside, "cents"), "counted_cents": (inside & agree, "cents"), "units": (inside & agree, "milli"),
        "gross_cents": (inside & (money > 0), "cents"),
        "gross_counted_cents": (inside & agree & (money > 0), "cents"),
        "gross_units": (inside & agree & (money > 0), "milli"),
    }  # fmt: skip
    return {f"{name}_{period}": of for name, of in sums.items()}
