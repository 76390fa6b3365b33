"""Companies of other mechanisms than the sample's generator: purchase days with the truth of who left when.

A method that has only met the generator whose equations it shares has met nobody. Each of these draws the gaps, the
calendar, the sizes and the leavings in another way; none of them is used by the product. `book("weibull", seed=1)`
gives purchase days (customer_id, date, cents) and the leavings; `ledger` the same as a table that `open_book` reads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

AS_OF = dt.date(2026, 6, 30)
YEAR = 365.25
FAR = 10**6  # days: never


@dataclass(frozen=True)
class Company:
    """Purchase days and the truth.

    Attributes
    ----------
    days : pandas.DataFrame
        customer_id, date, cents; `attrs["grain"]` is month where dates are those of months.
    leaving : pandas.DataFrame
        customer_id, decided_date, returned_date, left_again_date; missing where it did not happen.
    usual : pandas.Series
        By customer_id, the mean gap in days while the account is there.
    last_year : pandas.Series
        By customer_id, what it was expected to buy in the last 365 days, in cents: for as long as it was there then, at
        its rate of these days; over all that chance could have made of days and values.
    """

    days: pd.DataFrame
    leaving: pd.DataFrame
    usual: pd.Series
    last_year: pd.Series


def _gamma(rng, n, k):
    shape = np.exp(rng.normal(np.log(1.6), 0.7, (n, 1))).clip(0.3, 30)
    return rng.gamma(shape, 1 / shape, (n, k))


def _weibull(rng, n, k):
    shape = np.exp(rng.normal(np.log(1.15), 0.35, (n, 1))).clip(0.6, 4)
    gaps = rng.weibull(np.broadcast_to(shape, (n, k)))
    return gaps / np.vectorize(_weibull_mean)(shape)


def _weibull_mean(shape):
    from scipy.special import gamma

    return gamma(1 + 1 / shape)


def _lognormal(rng, n, k):
    sd = rng.uniform(0.3, 1.2, (n, 1))
    return np.exp(rng.normal(0, 1, (n, k)) * sd - sd**2 / 2)


def _bursts(rng, n, k):
    """Projects: gaps are short within one, with a pause before the next."""
    pause = rng.random((n, k)) < rng.uniform(0.1, 0.4, (n, 1))
    share = pause.mean(axis=1, keepdims=True)
    short = 0.3
    long = (1 - (1 - share) * short) / np.maximum(share, 1 / k)
    return np.where(pause, rng.gamma(2, 0.5, (n, k)) * long, rng.gamma(1.5, short / 1.5, (n, k)))


def _contracts(rng, n, k):
    """Two thirds are billed at a fixed beat, with a bill left out now and then; the others buy at random."""
    beat = np.where(rng.random((n, k)) < 0.06, 2.0, 1.0) + rng.normal(0, 0.02, (n, k))
    return np.where(rng.random((n, 1)) < 0.67, beat / 1.06, rng.exponential(1, (n, k)))


@dataclass(frozen=True)
class Mechanism:
    """How one company is made."""

    gaps: Callable = _gamma  # (rng, accounts, gaps) -> gaps of mean 1
    season: float = 0.25  # amplitude of the year's wave, of the log rate
    closed: tuple[tuple[int, int], ...] = ()  # days of the year without any order
    shock: float = 0.0  # standard deviation of a common shock by month, autocorrelated
    rho: float = 0.0
    drift: float = 0.0  # standard deviation of an account's own trend, log rate per year
    beats: tuple[float, ...] = ()  # usual gaps, days; else spread from a week to most of a year
    hazard: float = 0.15  # leavings per year
    returns: float = 0.2  # per year, of those who left
    sizes: str = "lognormal"
    grain: str = "day"


MECHANISMS = {
    "gamma": Mechanism(),
    "weibull": Mechanism(_weibull),
    "lognormal": Mechanism(_lognormal, sizes="pareto"),
    "bursts and pauses": Mechanism(_bursts),
    "contracts": Mechanism(_contracts, beats=(30.4, 30.4, 91.3, 182.6), season=0.0, hazard=0.1),
    "season, closed weeks": Mechanism(_weibull, season=0.9, closed=((213, 228), (356, 366), (1, 7))),
    "common shocks": Mechanism(shock=0.35, rho=0.7, drift=0.25),
    "dated by month": Mechanism(grain="month"),
    "few leave": Mechanism(_lognormal, hazard=0.02),
    "nobody returns": Mechanism(_weibull, returns=1e-9),
    "most return": Mechanism(_weibull, returns=0.6),
}


def book(name: str, seed: int, *, accounts: int = 1000, months: int = 48, hazard: float | None = None) -> Company:
    """One company.

    Parameters
    ----------
    name : str
        Of `MECHANISMS`.
    seed, accounts, months : int
    hazard : float, optional
        Leavings per year, instead of the mechanism's.
    """
    how = MECHANISMS[name]
    rng = np.random.default_rng([seed, *name.encode()])
    length = round(months * YEAR / 12)
    clock = np.cumsum(_calendar(rng, how, length))
    mean = _usual(rng, how, accounts)
    joined = np.where(rng.random(accounts) < 0.5, -1, rng.integers(0, round(0.8 * length), accounts))
    row, day, rates = _orders(rng, how, clock, mean, joined)
    left = _leave(rng, joined, length, how.hazard if hazard is None else hazard, how.returns)
    row, day = _there(row, day, left, length)
    ids = np.char.mod("k%05d", np.arange(accounts))
    start = pd.Timestamp(AS_OF) - pd.Timedelta(days=length - 1)
    size = _sizes(rng, how.sizes, accounts)
    frame = pd.DataFrame(
        {"customer_id": ids[row], "date": (start + pd.to_timedelta(day, unit="D")).astype("datetime64[s]")}
    )
    frame["cents"] = np.round(100 * size[row] * np.exp(rng.normal(0, 0.5, len(row)))).astype("int64") + 1
    if how.grain == "month":
        frame["date"] = frame["date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[s]")
    frame = frame.groupby(["customer_id", "date"], as_index=False)["cents"].sum()
    if how.grain != "day":
        frame.attrs["grain"] = how.grain
    dates = {
        f"{c}_date": pd.Series(start + pd.to_timedelta(np.where(d < FAR, d, 0), unit="D")).where(d < FAR)
        for c, d in left.items()
    }
    seen = np.isin(ids, frame["customer_id"])
    truth = pd.DataFrame({"customer_id": ids, **dates})[seen].reset_index(drop=True)
    worth = 100 * size * np.exp(0.5**2 / 2) * _orders_expected(rates, clock, mean, joined, left, 365)
    return Company(frame, truth, pd.Series(mean, index=ids)[seen], pd.Series(worth, index=ids)[seen])


def ledger(made: Company) -> pd.DataFrame:
    """The purchase days as a ledger: customer_id, date, amount."""
    amount = made.days["cents"] / 100
    return made.days.assign(amount=amount).drop(columns="cents")


def _calendar(rng, how: Mechanism, length: int) -> np.ndarray:
    dates = pd.date_range(end=AS_OF, periods=length)
    weight = np.where(dates.day_of_week < 5, 1.4, 0.0)
    weight = weight * np.exp(how.season * np.cos(2 * np.pi * (dates.day_of_year.to_numpy() - 320) / 365))
    for first, last in how.closed:
        weight = np.where((dates.day_of_year >= first) & (dates.day_of_year <= last), 0.0, weight)
    month = (dates.year * 12 + dates.month).to_numpy() - (dates[0].year * 12 + dates[0].month)
    level = np.zeros(month[-1] + 1)
    for i, noise in enumerate(rng.normal(0, 1, len(level))):
        level[i] = how.rho * level[max(i - 1, 0)] + np.sqrt(1 - how.rho**2) * noise
    weight = weight * np.exp(how.shock * level[month])
    return weight / weight.mean()


def _usual(rng, how: Mechanism, n: int) -> np.ndarray:
    if how.beats:
        return rng.choice(how.beats, n)
    return np.exp(rng.normal(np.log(45), 0.9, n)).clip(5, 330)


def _orders(rng, how: Mechanism, clock: np.ndarray, mean: np.ndarray, joined: np.ndarray):
    """Row and day of each order of accounts that never leave."""
    length = clock[-1]
    rows, days = [], []
    begun, trends = np.zeros(len(mean)), np.zeros(len(mean))
    order = np.argsort(mean)
    for part in np.array_split(order, 8):  # so that slow accounts do not draw as many gaps as fast ones
        k = int(length / mean[part].min() * (1.6 if how.drift else 1.2) + 40)
        gaps = how.gaps(rng, len(part), k) * mean[part, None]
        if how.drift:
            trend = rng.normal(0, how.drift, (len(part), 1))
            trends[part] = trend[:, 0]
            gaps = gaps / np.exp(np.clip(trend * (np.cumsum(gaps, axis=1) - length / 2) / YEAR, -1, 1))
        old = joined[part] < 0
        first = np.where(old, -gaps[:, 0] * rng.random(len(part)), clock[np.maximum(joined[part], 0)])
        gaps[:, 0] = np.where(old, gaps[:, 0], 0.0)
        begun[part] = first
        at = first[:, None] + np.cumsum(gaps, axis=1)
        row, place = np.nonzero((at <= length) & (at > 0))
        rows.append(part[row])
        days.append(np.searchsorted(clock, at[row, place]).clip(max=len(clock) - 1))
    return np.concatenate(rows), np.concatenate(days), (begun, trends)


def _orders_expected(rates, clock: np.ndarray, mean: np.ndarray, joined: np.ndarray, left: dict, days: int):
    """Orders expected of each account in the last days of the ledger, given when it was there."""
    begun, trends = rates
    length, last = clock[-1], np.arange(len(clock) - days, len(clock))
    passing, steps = np.diff(clock)[last - 1], np.arange(0.0, 2 * length + 800)
    found = np.zeros(len(mean))
    for i in range(len(mean)):
        # an account with a trend runs through its own time faster or slower: see `_orders`
        faster = np.exp(np.clip(trends[i] * (steps - length / 2) / YEAR, -1, 1))
        own = np.interp(clock[last], begun[i] + np.cumsum(1 / faster), faster)
        there = (last < left["decided"][i]) | ((last >= left["returned"][i]) & (last < left["left_again"][i]))
        found[i] = (own * passing * there * (last >= joined[i])).sum() / mean[i]
        found[i] += last[0] <= left["returned"][i] < len(clock)
        found[i] += joined[i] >= last[0]
    return found


def _leave(rng, joined: np.ndarray, length: int, hazard: float, returns: float) -> dict[str, np.ndarray]:
    """Days on which accounts decide to leave, come back, and leave again; FAR where not before the end."""
    n = len(joined)
    decided = np.maximum(joined, 0) + np.ceil(rng.exponential(YEAR / hazard, n)).clip(1, FAR)
    returned = decided + 84 + np.ceil(rng.exponential(YEAR / returns, n).clip(0, FAR))
    again = returned + np.ceil(rng.exponential(YEAR / hazard, n)).clip(1, FAR)
    days = {"decided": decided, "returned": returned, "left_again": again}
    return {name: np.where(day < length, day, FAR).astype("int64") for name, day in days.items()}


def _there(row: np.ndarray, day: np.ndarray, left: dict, length: int):
    gone = ((day >= left["decided"][row]) & (day < left["returned"][row])) | (day >= left["left_again"][row])
    back = np.flatnonzero(left["returned"] < length)  # a return is an order
    return np.r_[row[~gone], back], np.r_[day[~gone], left["returned"][back]]


def _sizes(rng, law: str, n: int) -> np.ndarray:
    return 200 * (1 + rng.pareto(1.3, n)) if law == "pareto" else np.exp(rng.normal(6, 1.2, n))
