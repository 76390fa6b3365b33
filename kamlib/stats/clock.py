"""Time as the business runs it: no days while it is closed, short ones at the weekend, long ones in the season.

Gaps between purchases are compared in this time, so that Christmas is not taken for silence.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.given import as_day
from kamlib.stats.grain import period_starts

SEASON_MONTHS = 24  # shorter ledgers cannot tell a season from growth
CLOSED_EXPECTED = 7.0  # purchases that should have come in a run of days without any: chance by luck e^-7, 0.1 %
STEADY = 20.0  # purchases of no particular weekday or month that are mixed in, so that small books stay near 1
AHEAD = 3 * 366  # days after the end that the clock can tell


@dataclass(frozen=True)
class Clock:
    """Running business time.

    Attributes
    ----------
    first : datetime.date
        Day 0.
    elapsed : numpy.ndarray of shape (days,)
        Business days at the end of each calendar day; a business day is an average calendar day.
    weekday, season : numpy.ndarray
        Factors of the weekdays (Monday first) and months, mean 1.
    closed : int
        Days found closed, weekly closing days not counted.
    """

    first: dt.date
    elapsed: np.ndarray
    weekday: np.ndarray
    season: np.ndarray
    closed: int

    def time(self, dates) -> np.ndarray:
        """Business time at the end of each date."""
        day = (pd.DatetimeIndex(dates).to_numpy().astype("datetime64[D]") - np.datetime64(self.first, "D")).astype(int)
        return self.elapsed[np.clip(day, 0, len(self.elapsed) - 1)]

    def date(self, time) -> np.ndarray:
        """First date at whose end so much business time has passed; NaT after the last that the clock can tell."""
        day = np.searchsorted(self.elapsed, np.asarray(time, dtype=float) - 1e-9)
        found = np.datetime64(self.first, "D") + np.minimum(day, len(self.elapsed) - 1).astype("timedelta64[D]")
        return np.where(day < len(self.elapsed), found, np.datetime64("NaT")).astype("datetime64[s]")


def business_clock(dates, *, as_of: dt.date, grain: str = "day") -> Clock:
    """The clock of a book, from all its purchase days.

    Parameters
    ----------
    dates : array_like of datetime64
        Purchase days of all accounts, with repetition.
    as_of : datetime.date
        Last day that counts.
    grain : str
        What the dates are known to (`kamlib.stats.grain`); the purchases of a period are spread evenly over its days.

    Returns
    -------
    Clock
        Weekdays always; months of the year from 24 months on; days are closed where a run of days without a purchase
        should have brought seven. After `as_of` weekdays and season go on.

    Raises
    ------
    ValueError
        No purchase day.

    Examples
    --------
    >>> days = pd.bdate_range("2024-01-01", "2024-03-31").repeat(20)
    >>> clock = business_clock(days, as_of=dt.date(2024, 3, 31))
    >>> bool(clock.time(["2024-01-08"])[0] - clock.time(["2024-01-05"])[0] < 1.5)
    True
    """
    as_of, dates = as_day(as_of), pd.DatetimeIndex(dates)
    if not len(dates):
        raise ValueError("there is no purchase day, and so no rhythm")
    first = period_starts([dates.min()], grain)[0].date()
    calendar = pd.date_range(first, pd.Timestamp(as_of) + pd.Timedelta(days=AHEAD))
    held = (pd.Timestamp(as_of) - pd.Timestamp(first)).days + 1
    counts = np.bincount((dates - pd.Timestamp(first)).days, minlength=held)[:held].astype(float)
    if grain != "day":
        counts = _spread(counts, calendar[:held], grain)
    weekday = _weekdays(counts, calendar[:held])
    weights = weekday[calendar.day_of_week]
    shut = np.zeros(len(calendar), dtype=bool)
    shut[:held] = _closed(counts, weights[:held])
    season = _season(counts, weights[:held] * ~shut[:held], calendar[:held])
    weights = weights * ~shut * season[calendar.month - 1]
    return Clock(first, np.cumsum(weights / weights[:held].mean()), weekday, season, int(shut.sum()))


def _spread(counts: np.ndarray, calendar: pd.DatetimeIndex, grain: str) -> np.ndarray:
    return pd.Series(counts).groupby(period_starts(calendar, grain).to_numpy()).transform("mean").to_numpy()


def _weekdays(counts: np.ndarray, calendar: pd.DatetimeIndex) -> np.ndarray:
    seen = np.bincount(calendar.day_of_week, counts, 7)
    days = np.maximum(np.bincount(calendar.day_of_week, minlength=7), 1)
    rate = (seen + STEADY / 7) / (days + STEADY / 7 / max(counts.mean(), 1e-9))
    rate = np.where((seen == 0) & (counts.sum() > 100), 0.0, rate)  # closed every week
    return rate / rate.mean()


def _closed(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Days of runs without a purchase, where the days around would make seven likely."""
    level = pd.Series(counts).rolling(91, center=True, min_periods=1).sum().to_numpy()
    around = pd.Series(weights).rolling(91, center=True, min_periods=1).sum().to_numpy()
    due = level * weights / np.maximum(around, 1e-9)
    run = np.cumsum(counts > 0) * 2 + (counts > 0)
    missed = pd.Series(due).groupby(run).transform("sum").to_numpy()
    return (counts == 0) & (weights > 0) & (missed >= CLOSED_EXPECTED)


def _season(counts: np.ndarray, exposure: np.ndarray, calendar: pd.DatetimeIndex) -> np.ndarray:
    """Purchases per open day of each month of the year, against the twelve months around it."""
    monthly = pd.DataFrame({"seen": counts, "open": exposure}, index=calendar).groupby(calendar.to_period("M")).sum()
    if len(monthly) < SEASON_MONTHS:
        return np.ones(12)
    rate = monthly["seen"] / monthly["open"].clip(lower=0.5)
    level = rate.rolling(13, center=True, win_type=None).apply(_centred, raw=True).bfill().ffill()
    due = level * monthly["open"]
    sums = pd.DataFrame({"seen": monthly["seen"], "due": due}).groupby(monthly.index.month).sum()
    factor = ((sums["seen"] + STEADY) / (sums["due"] + STEADY)).reindex(range(1, 13), fill_value=1.0).to_numpy()
    return factor / factor.mean()


def _centred(window: np.ndarray) -> float:
    """Mean of twelve months centred on the middle one: half of the first and of the last count."""
    return float((window[1:-1].sum() + (window[0] + window[-1]) / 2) / 12)
