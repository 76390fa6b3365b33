"""Which windows may be compared, in words, and the months one by one where none may.

A window is compared with one of equal length that the ledger holds whole, and with nothing else: a steady ledger of
seven months is no sixth larger than it was a month ago.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kamlib.panel import CLOSED_DAYS, Panel, check_panel

YEAR = 12


def comparable_from(panel: Panel) -> dt.date:
    """Day of the first report whose window, and that of the report before, the ledger holds whole.

    Examples
    --------
    >>> from kamlib.panel import build_panel
    >>> lines = pd.DataFrame({"customer_id": "a", "date": pd.to_datetime(["2026-01-01", "2026-07-03"]), "cents": 1})
    >>> comparable_from(build_panel(lines, as_of="2026-07-31"))
    datetime.date(2027, 1, 31)
    """
    return (pd.Timestamp(panel.first_month) + pd.DateOffset(months=panel.months) + pd.offsets.MonthEnd(0)).date()


def too_young(begins: str, first: str, months: int, since: str) -> str:
    """Why windows are not compared, and from when on they are.

    Parameters
    ----------
    begins, first, since : str
        Days as `YYYY-MM-DD`: of the ledger's first line, of its first whole month, and `comparable_from`.
    months : int
        Length of the window.

    Examples
    --------
    >>> too_young("2026-01-01", "2026-01-01", 12, "2027-01-31")
    'The ledger begins on 1 Jan 2026. The twelve-month comparison is possible from 31 Jan 2027 on.'
    """
    begins, since, whole = (pd.Timestamp(d) for d in (begins, since, first))
    cut = f" Its first whole month is {whole:%B %Y}." if whole > begins else ""
    length = "twelve" if months == YEAR else f"{months}"
    return (
        f"The ledger begins on {day_words(begins)}.{cut} The {length}-month comparison is possible from "
        f"{day_words(since)} on."
    )


def bridge_words(before: Panel | None, after: Panel) -> list[str]:
    """What the sales bridge is, and which days its change is made of; or that the months stand there instead.

    Parameters
    ----------
    before, after : kamlib.panel.Panel
        Of the earlier day, None where there is no window to compare with, and of today.

    Returns
    -------
    list of str
        Paragraphs.
    """
    check_panel(after, "bridge_words(before, panel)")
    if before is None:
        return ["This ledger does not hold both. These are its months, one by one."]
    one = dt.timedelta(days=1)
    came, fell = span_words(before.as_of + one, after.as_of), span_words(before.start, after.start - one)
    length = "a year" if after.months == YEAR else f"{after.months} month{'s' * (after.months != 1)}"
    season = "" if after.months % YEAR == 0 else (
        " These are other months of the year, so that the change holds the season too."
    )  # fmt: skip
    return [
        "The **sales bridge** leads from the earlier window's net sales to this one's, account by account, to the "
        f"cent. Both windows last {length}. All that differs is that {came} came in and {fell} fell out, so that the "
        f"change is the sales of the one less those of the other.{season}",
        "**New**: first line since the earlier report. **Returned**: bought before, but not in the earlier window. "
        "**Lost**: no order in the whole window any more. **Up** and **down**: bought in both. Parts that belong to no "
        "account stand beside them, so that the steps sum to the ledger.",
    ]


def months_one_by_one(panel: Panel, *, n: int = 13) -> pd.DataFrame:
    """The last months of known customers, each by itself.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    n : int
        Months at most: thirteen hold the same month of the year before.

    Returns
    -------
    pandas.DataFrame
        month (first day, the newest first), cents (net sales), customers (accounts with a purchase day), orders, whole
        (whether the ledger holds the month from its first day to its last).
    """
    check_panel(panel, "months_one_by_one(panel)")
    monthly = panel.monthly.assign(customers=(panel.monthly["purchase_days"] > 0).astype("int64"))
    sums = monthly.groupby("month")[["sales_cents", "customers", "orders"]].sum()
    months = pd.date_range(panel.first_day.replace(day=1), panel.as_of, freq="MS", name="month")
    table = sums.reindex(months, fill_value=0).astype("int64").rename(columns={"sales_cents": "cents"}).reset_index()
    table["whole"] = table["month"] >= pd.Timestamp(panel.first_month)
    table.loc[table.index[-1], "whole"] &= not panel.last_month_partial
    return table.iloc[-n:][::-1].reset_index(drop=True)


def ends_early(days: pd.DataFrame, panel: Panel) -> dt.date | None:
    """Day of the last sale, where the silence since is longer than any other of the window: lines may be missing.

    Parameters
    ----------
    days : pandas.DataFrame
        Purchase days up to `panel.as_of` (`kamlib.panel.purchase_days`).
    panel : kamlib.panel.Panel

    Returns
    -------
    datetime.date or None
        None where the ledger goes on to `as_of`, by its own rhythm, or ends as little before it as a holiday.
    """
    bought = pd.Series(days.loc[days["date"] >= pd.Timestamp(panel.start), "date"].unique()).sort_values()
    if len(bought) < 2:
        return None
    silent = (pd.Timestamp(panel.as_of) - bought.iloc[-1]).days
    return bought.iloc[-1].date() if silent > max(CLOSED_DAYS, bought.diff().max().days) else None


def span_words(first: dt.date, last: dt.date) -> str:
    """A stretch of days for a reader: whole months by name.

    Examples
    --------
    >>> day = dt.date
    >>> span_words(day(2026, 6, 1), day(2026, 6, 30)), span_words(day(2026, 1, 1), day(2026, 6, 30))
    ('June 2026', 'January to June 2026')
    >>> span_words(day(2025, 7, 1), day(2026, 6, 30)), span_words(day(2026, 6, 1), day(2026, 6, 13))
    ('July 2025 to June 2026', '1 to 13 June 2026')
    >>> span_words(day(2026, 1, 1), day(2026, 6, 13))
    '1 Jan 2026 to 13 Jun 2026'
    """
    same = (first.year, first.month) == (last.year, last.month)
    if first.day == 1 and (last + dt.timedelta(days=1)).day == 1:
        if same:
            return f"{last:%B %Y}"
        return f"{first:%B}{f' {first.year}' * (first.year != last.year)} to {last:%B %Y}"
    if same:
        return f"{last.day} {last:%B %Y}" if first == last else f"{first.day} to {last.day} {last:%B %Y}"
    return f"{day_words(first)} to {day_words(last)}"


def day_words(day: dt.date) -> str:
    """Such as `30 Jun 2026`."""
    return f"{day.day} {day:%b %Y}"
