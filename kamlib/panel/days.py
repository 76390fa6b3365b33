"""Days: on which of them accounts bought, and what was sold on each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from kamlib.given import as_day
from kamlib.panel.engine import ONE, fetch, sum_by
from kamlib.panel.lines import account_days, sold, trade_lines
from kamlib.tables import NOT_TRADE

PURCHASE_DAYS = {
    "customer_id": "str", "date": "datetime64[s]", "cents": "int64", "profit_cents": "Int64", "orders": "int64",
    "profit_missing": "int64",
}  # fmt: skip


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
        `attrs["grain"]` says what the dates are known to: "day", or the period that each stands for.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "a"], "cents": [1000, -200, 500],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-09", "2024-02-04"])})
    >>> purchase_days(lines, as_of="2024-02-29")[["customer_id", "cents"]].values.tolist()
    [['a', 1000], ['a', 500]]
    """
    lines = trade_lines(book, as_day(as_of), leave_out)
    bought = account_days(lines).filter(sold()).rename({"sales_cents": "cents"})
    days = fetch(bought, types=PURCHASE_DAYS, by=["customer_id", "date"])
    if days.pop("profit_missing").any():
        days["profit_cents"] = pd.array([pd.NA] * len(days), dtype="Int64")
    days.attrs["grain"] = getattr(book, "grain", "day")
    return days


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
    lines = trade_lines(book, as_day(as_of), leave_out).with_columns(lines=ONE)
    types = {"date": "datetime64[s]", "cents": "int64", "lines": "int64"}
    return fetch(sum_by(lines, ["date"], ["cents", "lines"]), types=types, by=["date"])
