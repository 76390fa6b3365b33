"""Days, weeks and random streams: the time base that every part of the company shares.

Day 0 is a Monday at least 52 weeks before the ledger begins: side tables start there, so that
every state that drives leaving is known from records when the ledger opens.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

YEAR = 365.25
NEVER = 10**7  # a day that does not come

# Monthly sales of Online Retail II over its mean, two Decembers filled in, smoothed.
SEASON = (0.74, 0.76, 0.92, 0.80, 0.92, 0.90, 0.86, 0.88, 1.25, 1.42, 1.74, 1.08)
# Monday to Sunday; the firm is closed on Sundays.
WEEKDAY = (1.05, 1.1, 1.1, 1.1, 0.95, 0.25, 0.0)
HOLIDAYS = {(1, 1), (1, 6), (5, 1), (8, 15), (11, 1)} | {(12, d) for d in range(24, 32)}


def stream(seed: int, name: str) -> np.random.Generator:
    """A random stream of its own for each name: a new table never moves the others."""
    sequence = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),))
    return np.random.Generator(np.random.PCG64(sequence))


@dataclass(frozen=True)
class Clock:
    """Day numbers from `origin`; the ledger runs from day `start` to day `days - 1`."""

    origin: np.datetime64
    start: int
    days: int

    @property
    def weeks(self) -> int:
        """Whole or begun weeks from day 0 to the end."""
        return -(-self.days // 7)

    @property
    def years(self) -> float:
        """Length of the ledger in years."""
        return (self.days - self.start) / YEAR

    def date(self, day) -> np.ndarray:
        """Dates of day numbers; days after the end (or never) become missing."""
        day = np.asarray(day, dtype="int64")
        found = self.origin + np.where(day < self.days, day, 0).astype("timedelta64[D]")
        return np.where(day < self.days, found, np.datetime64("NaT")).astype("datetime64[us]")

    def plan(self, day) -> np.ndarray:
        """Dates that may lie after the end: what was promised or is due."""
        return (self.origin + np.asarray(day, dtype="int64").astype("timedelta64[D]")).astype("datetime64[us]")

    def calendar(self) -> pd.DataFrame:
        """One row per day: month, weekday weight, whether open, seasonal factor."""
        date = pd.DatetimeIndex(self.date(np.arange(self.days)))
        closed = np.array([(m, d) in HOLIDAYS for m, d in zip(date.month, date.day, strict=True)])
        weight = np.asarray(WEEKDAY)[date.day_of_week] * ~closed
        return pd.DataFrame({"date": date, "open": weight > 0, "weight": weight, "season": _season(date)})

    def next_open(self, day: np.ndarray) -> np.ndarray:
        """The same day if the firm is open, else the next open one (or one after the end)."""
        day = np.asarray(day)
        inside = (day >= 0) & (day < self.days)
        return np.where(inside, self._following[np.clip(day, 0, self.days)], day)

    @cached_property
    def _following(self) -> np.ndarray:
        """The first open day from each day on; the day after the end counts as open."""
        is_open = np.append(self.calendar()["open"].to_numpy(), True)
        positions = np.where(is_open, np.arange(len(is_open)), len(is_open) - 1)
        return np.minimum.accumulate(positions[::-1])[::-1]

    def at_work(self, events: pd.DataFrame) -> pd.DataFrame:
        """Events moved to the next open day; those that would fall after the end are dropped."""
        events = events.assign(day=self.next_open(events["day"].to_numpy()))
        return events[events["day"] < self.days]


def _season(date: pd.DatetimeIndex) -> np.ndarray:
    """The monthly profile, joined by lines between mid-months so that no month jumps."""
    middle = (np.arange(-1, 14) - 0.5) * YEAR / 12
    profile = np.asarray(SEASON)[np.arange(-2, 13) % 12]
    return np.interp(date.day_of_year.to_numpy(), middle, profile)


def make_clock(end: str, months: int) -> Clock:
    """The time base of a ledger of whole months that ends on the month end `end`."""
    last = pd.Timestamp(end)
    if last != last + pd.offsets.MonthEnd(0):
        raise ValueError(f"end={end} is not the last day of a month; choose one, e.g. 2026-06-30")
    first = (last.to_period("M") - (months - 1)).start_time
    origin = first - pd.Timedelta(days=364)
    origin -= pd.Timedelta(days=origin.weekday())
    return Clock(np.datetime64(origin, "D"), (first - origin).days, (last - origin).days + 1)


def poisson_events(rng, rate, begin, stop) -> tuple[np.ndarray, np.ndarray]:
    """Events of a Poisson process: which account and which day.

    Parameters
    ----------
    rate : array of float
        Events per year, one per account.
    begin, stop : array of int or int
        Days between which they can fall; `stop` is not included.
    """
    begin = np.broadcast_to(begin, np.shape(rate)).astype("int64")
    span = np.maximum(np.broadcast_to(stop, np.shape(rate)) - begin, 0)
    number = rng.poisson(np.asarray(rate) * span / YEAR)
    account = np.repeat(np.arange(len(number)), number)
    day = begin[account] + (rng.random(len(account)) * span[account]).astype("int64")
    return account, day
