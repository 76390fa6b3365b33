"""A panel: account-sized tables of one book at one day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from kamlib.given import GivenError, short

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
    accounts : pandas.DataFrame
        Indexed by customer_id, in order.
    monthly, gaps : pandas.DataFrame
        Sorted by customer_id (and month), a column.
    has_profit : bool
        Whether every line has a profit; where not, profit columns are all empty. A book may have taken a few at a
        margin (`kamlib.book.checks.profit`): its notes say so, and its ledger's `profit_estimated` which.
    grain : {"day", "week", "month", "quarter", "year"}
        What the dates are known to. Of periods the gaps are wider (`kamlib.stats.grain.mean_log`), and `first_day` is
        the first of its period.
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
    grain: str = "day"

    def holds(self, first: dt.date) -> bool:
        """Whether the ledger holds a stretch of days from `first` on: it begins then, or as little later as a holiday.

        What it does not hold whole is compared with nothing: a stretch that is cut differs by what is missing.
        """
        return self.first_day <= first + dt.timedelta(days=CLOSED_DAYS)

    @property
    def whole(self) -> bool:
        """Whether the ledger holds the whole window."""
        return self.holds(self.start)

    @property
    def first_month(self) -> dt.date:
        """First day of the first calendar month that the ledger holds whole."""
        month = self.first_day.replace(day=1)
        return month if self.holds(month) else (month + dt.timedelta(days=32)).replace(day=1)

    @property
    def months_held(self) -> int:
        """Months of the window that the ledger covers: fewer than `months` where it begins within the window."""
        if self.whole:
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
        first = self.accounts["first_line"].reindex(wide.index).dt.to_period("M")
        before = pd.DataFrame({m: first > m.to_period("M") for m in months}, index=wide.index)
        return wide.mask(before)


def check_panel(panel: Panel, call: str) -> None:
    """Raise GivenError, which shows the right call, where a frame, a book or a run was given for a panel.

    What has a panel's days passes for one: a stand-in needs no tables that are not read.

    Examples
    --------
    >>> check_panel(pd.DataFrame(), "xyz(panel)")
    Traceback (most recent call last):
    kamlib.given.GivenError: A panel is wanted, not a DataFrame: xyz(panel), where panel is job.panel or
    build_panel(book, as_of="2011-11-30").
    """
    if not (hasattr(panel, "as_of") and hasattr(panel, "start")):
        made = 'job.panel or build_panel(book, as_of="2011-11-30")'
        raise GivenError(f"A panel is wanted, not {short(panel)}: {call}, where panel is {made}.")


def window_start(as_of: dt.date, months: int) -> dt.date:
    """First day of the `months` calendar months that end with `as_of`.

    Examples
    --------
    >>> window_start(dt.date(2011, 11, 30), 12), window_start(dt.date(2011, 12, 9), 12)
    (datetime.date(2010, 12, 1), datetime.date(2010, 12, 10))
    """
    after = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    return (after - pd.DateOffset(months=months)).date()
