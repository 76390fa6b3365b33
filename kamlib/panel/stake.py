"""What is at stake with an account: one definition for all rooms."""

from __future__ import annotations

import pandas as pd

from kamlib.panel.panel import Panel

STAKE_MONTHS = 12


def stakes(panel: Panel) -> pd.Series:
    """What each account bought in the twelve calendar months that end with that of its last purchase.

    For one that buys it is the year behind it, for one that has fallen silent the last year that it was there. It is no
    change of anything, and is not added to one.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    pandas.Series
        Net sales, cents (Int64), by customer_id; accounts that never bought are not in it.

    Examples
    --------
    >>> from kamlib.panel import build_panel
    >>> days = pd.to_datetime(["2022-03-05", "2022-04-09", "2023-03-07"])
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "a"], "date": days, "cents": [1, 20, 300]})
    >>> stakes(build_panel(lines, as_of="2024-06-30")).to_dict()
    {'a': 320}
    """
    bought = panel.accounts.dropna(subset="last_purchase").set_index("customer_id")["last_purchase"].reset_index()
    sums = trailing(panel.monthly, bought["customer_id"], bought["last_purchase"], "sales_cents")
    return pd.Series(sums.array, index=pd.Index(bought["customer_id"], name="customer_id"), name="stake_cents")


def trailing(monthly: pd.DataFrame, customers: pd.Series, days: pd.Series, column: str) -> pd.Series:
    """Twelve months' money of each account up to the month of a day, in integers.

    Parameters
    ----------
    monthly : pandas.DataFrame
        `Panel.monthly`.
    customers, days : pandas.Series
        Of equal index, one an account and day.
    column : str
        Money of `monthly`.

    Returns
    -------
    pandas.Series
        Int64, with their index.
    """
    asked = pd.DataFrame({"customer_id": customers, "end": _month_number(days), "row": customers.index})
    rows = monthly[["customer_id", "month", column]].assign(number=_month_number(monthly["month"]))
    both = asked.merge(rows, on="customer_id")
    inside = both[(both["number"] <= both["end"]) & (both["number"] > both["end"] - STAKE_MONTHS)]
    sums = inside.groupby("row")[column].sum(min_count=1)
    return sums.reindex(customers.index).astype("Int64")


def _month_number(days: pd.Series) -> pd.Series:
    return days.dt.year * 12 + days.dt.month
