"""Like for like: growth per trading day, of all accounts and of those that bought in both periods."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kamlib.panel import Panel
from kamlib.segmentation.windows import month_matrix
from kamlib.stats.bridge import DOWN, SAME, UP, bridge
from kamlib.stats.expected import relative_variances

OPEN = 0.5  # a weekday is open if the ledger has a line on at least half of its dates
DENSE = 0.8  # and days without a line are holidays if the ledger has lines on so many of the open weekdays' dates
YEAR = 12


def trading_days(days: pd.DataFrame, first: dt.date, last: dt.date) -> tuple[int, str]:
    """Trading days of a period by the ledger's own open weekdays.

    Parameters
    ----------
    days : pandas.DataFrame
        `kamlib.panel.day_totals` of the whole ledger.
    first, last : datetime.date
        Of the period, inclusive.

    Returns
    -------
    days : int
    basis : str
        `days with a line`: dates of open weekdays on which the ledger has a line, so that holidays do not count, in a
        ledger that has one on four of five such dates; `open weekdays`: all dates of open weekdays, where lines are
        too few to tell a holiday from a quiet day.

    Notes
    -----
    A weekday is open if the ledger has a line on at least half of its dates. A firm closed on Saturdays has none.

    Examples
    --------
    >>> dates = pd.bdate_range("2024-01-01", "2024-03-31")
    >>> trading_days(pd.DataFrame({"date": dates}), dt.date(2024, 2, 1), dt.date(2024, 2, 29))
    (21, 'days with a line')
    """
    dates = pd.DatetimeIndex(days["date"])
    every = pd.date_range(dates.min(), dates.max())
    had = pd.Series(every.isin(dates), index=every)
    by_weekday = had.groupby(every.day_of_week).mean()
    weekdays = by_weekday.index[by_weekday >= OPEN]
    if not len(weekdays):
        weekdays = by_weekday.index  # too few lines to tell: every day counts
    on = had[every.day_of_week.isin(weekdays)]
    period = pd.date_range(first, last)
    inside = period[period.day_of_week.isin(weekdays)]
    if on.mean() < DENSE:
        return len(inside), "open weekdays"
    return int(inside.isin(dates).sum()), "days with a line"


def like_for_like(before: Panel, after: Panel, days: pd.DataFrame) -> pd.DataFrame:
    """Growth of net sales between two windows, and what of it is the calendar.

    Parameters
    ----------
    before, after : kamlib.panel.Panel
        Two panels of one book; their windows are the periods.
    days : pandas.DataFrame
        `kamlib.panel.day_totals` of the book.

    Returns
    -------
    pandas.DataFrame
        Indexed by `all accounts` and `accounts of both periods`: accounts, before, after, change (cents; the first
        row's is that of the sales bridge), days_before, days_after, calendar (cents that more or fewer trading days
        explain), like_for_like (the rest: calendar + like_for_like = change), growth (of net sales), growth_per_day,
        low, high (95 % interval of growth_per_day in average years), basis of the days. Shares are NaN where nothing
        was sold before, the interval where the ledger is too small (`kamlib.stats.expected`).

    Notes
    -----
    The interval's estimand is the growth of expected sales per trading day: what the two periods would show if luck in
    the timing and size of orders were averaged out. An account's luck has the variance of phi over its purchases, as
    in `kamlib.stats.expected`; accounts that came or went are taken to be luck in part, which errs towards "cannot
    tell". Accounts of both periods are chosen for having bought in both, and their growth carries that choice.
    """
    parts = bridge(before.accounts, after.accounts, accounts=after.accounts, until=before.as_of)
    spans = [trading_days(days, max(p.start, p.first_day), p.as_of) for p in (before, after)]
    (then, basis), (now, _) = spans
    variance = _luck(before, after, parts.accounts)
    both = parts.accounts["kind"].isin([UP, DOWN, SAME])
    rows = {
        "all accounts": row(parts.accounts, variance, then, now),
        "accounts of both periods": row(parts.accounts[both], variance, then, now),
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("accounts_of").assign(basis=basis)


def row(accounts: pd.DataFrame, variance: pd.Series | None, then: int, now: int) -> dict:
    """One row of `like_for_like`: of some accounts (before, after in cents), with trading days then and now."""
    before, after = int(accounts["before"].sum()), int(accounts["after"].sum())
    ratio = now / then if then else np.nan
    calendar = round(before * (ratio - 1)) if then else 0
    growth = after / before - 1 if before > 0 else np.nan
    per_day = (1 + growth) / ratio - 1 if ratio else np.nan
    low, high = _limits(per_day, accounts.index, variance, (before + after) / 2)
    return {
        "accounts": len(accounts), "before": before, "after": after, "change": after - before, "days_before": then,
        "days_after": now, "calendar": calendar, "like_for_like": after - before - calendar, "growth": growth,
        "growth_per_day": per_day, "low": low, "high": high,
    }  # fmt: skip


def _limits(per_day: float, index: pd.Index, variance: pd.Series | None, level: float) -> tuple[float, float]:
    if variance is None or not per_day > -1 or level <= 0:
        return np.nan, np.nan
    away = np.exp(1.96 * np.sqrt(variance.reindex(index).sum()) / level)
    return (1 + per_day) / away - 1, (1 + per_day) * away - 1


def luck(months: np.ndarray, purchases: np.ndarray, accounts: pd.DataFrame, bought: np.ndarray) -> pd.Series | None:
    """Variance of the difference of two periods' totals by account, if both had the same expected total.

    Parameters
    ----------
    months : numpy.ndarray of shape (all accounts, months)
        Money by month of a year, from which phi is told; NaN before an account's first line.
    purchases : numpy.ndarray
        Purchase days of that year.
    accounts : pandas.DataFrame
        before, after: cents of the accounts of either period.
    bought : numpy.ndarray
        Their purchase days in both periods together.

    Returns
    -------
    pandas.Series or None
        On the index of `accounts`; None where the ledger is too small.
    """
    spread = relative_variances(months, purchases)
    if spread is None:
        return None
    level = accounts[["before", "after"]].clip(lower=0).sum(axis=1) / 2
    return 2 * level**2 * float(spread.mean()) / (np.maximum(bought, 1) / 2)


def _luck(before: Panel, after: Panel, accounts: pd.DataFrame) -> pd.Series | None:
    money = month_matrix(after).iloc[:, -YEAR:]
    tenure = after.accounts["first_line"].to_numpy("datetime64[M]")[:, None]
    months = np.where(money.columns.to_numpy("datetime64[M]") >= tenure, money.to_numpy("float64"), np.nan)
    days = month_matrix(after, column="purchase_days").iloc[:, -YEAR:].sum(axis=1).to_numpy()
    periods = (p.accounts["purchase_days"] for p in (before, after))
    bought = sum(days.reindex(accounts.index, fill_value=0) for days in periods)
    return luck(months, days, accounts, bought.to_numpy())
