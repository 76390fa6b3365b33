"""When accounts buy: gamma gaps in the firm's own time, seasons, shocks, trends; and deliveries.

Each account has an intensity: rate x season ** strength x shock x exp(trend), zero on closed days.
In the running total of that intensity (operational time) its gaps are gamma with mean 1 and
shape k: 1 is a Poisson process, below 1 lumpy, 20 clockwork. The orders made here are those of
an account that never leaves; leaving then takes away what came after it, which is the same as
deciding week by week, because leaving looks only at the past.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import gamma

from .clock import YEAR, Clock, stream
from .parameters import Parameters


def common_intensity(seed: int, clock: Clock, p: Parameters) -> pd.DataFrame:
    """The calendar with the common shock: weekly log shock, autoregressive, sd `shock_sd`."""
    rng = stream(seed, "shocks")
    frame = clock.calendar()
    noise = rng.normal(0, p.shock_sd * np.sqrt(1 - 0.7**2), clock.weeks)
    level = np.empty(clock.weeks)
    last = rng.normal(0, p.shock_sd)
    for week, e in enumerate(noise):
        level[week] = last = 0.7 * last + e
    frame["shock"] = np.exp(np.repeat(level, 7)[: clock.days])
    frame["weight"] *= YEAR / 365 / frame["weight"].mean()
    return frame


def draw_rhythm(seed: int, base: pd.DataFrame, roles: pd.DataFrame, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Per account: orders per year, shape k, exponent on the season, trend per year, reference day."""
    rng = stream(seed, "rhythm")
    n = len(base)
    rate = p.rate_median * np.exp(0.5 * p.size_spread * base["z"] + rng.normal(0, p.rate_noise, n))
    shape = p.shape_median * np.exp(rng.normal(0, p.shape_spread, n))
    strength = p.season_strength * rng.gamma(8, 1 / 8, n)
    trend = rng.normal(0, p.trend_sd, n) + p.prospect_trend * roles["prospect"]
    return pd.DataFrame(
        {
            # A firm cannot ship to one account more than about once a day.
            "rate": rate.clip(upper=250.0),
            "shape": shape.clip(0.2, 60),
            "season": strength,
            "trend": trend,
            "reference": np.maximum(base["joined"], clock.start).clip(upper=clock.days),
        }
    )


def intensity(rhythm: pd.DataFrame, calendar: pd.DataFrame, account: int) -> np.ndarray:
    """Running total of an account's intensity by day: its operational time, in orders."""
    r = rhythm.iloc[account]
    day = np.arange(len(calendar))
    growth = np.clip(r["trend"] * (day - r["reference"]) / YEAR, -3, 3)
    daily = calendar["weight"].to_numpy() * calendar["shock"].to_numpy() * calendar["season"].to_numpy() ** r["season"]
    return np.cumsum(daily * np.exp(growth)) * r["rate"] / YEAR


def purchase_days(
    seed: int, base: pd.DataFrame, rhythm: pd.DataFrame, calendar: pd.DataFrame, p: Parameters
) -> pd.DataFrame:
    """Orders of accounts that never leave: account, day, and its operational time."""
    rng = stream(seed, "purchases")
    days = len(calendar)
    out = []
    for i in np.flatnonzero(base["joined"].to_numpy() < days):
        clock_i = intensity(rhythm, calendar, i)
        joined, k = int(base["joined"].iloc[i]), rhythm["shape"].iloc[i]
        total = clock_i[-1]
        gaps = rng.gamma(k, 1 / k, int(total + 6 * np.sqrt(total / k + 1) + 10))
        if joined >= 0:  # the first order is the day of joining
            times = clock_i[joined] + np.append(0.0, np.cumsum(gaps))
            day = np.append(joined, np.searchsorted(clock_i, times[1:], side="right"))
        else:
            times = np.cumsum(gaps) - rng.random() * gaps[0]
            day = np.searchsorted(clock_i, times, side="right")
        inside = day < days
        out.append((np.full(inside.sum(), i), day[inside], times[inside]))
    columns = [np.concatenate(c) if out else np.empty(0) for c in (zip(*out, strict=True) if out else ([], [], []))]
    orders = pd.DataFrame(dict(zip(("account", "day", "time"), columns, strict=True)))
    return orders.astype({"account": "int64", "day": "int64", "time": "float64"})


def deliveries(seed: int, orders: pd.DataFrame, accounts: int, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Adds promised and delivered day; late means after the promised day. Some accounts wait more."""
    rng = stream(seed, "deliveries")
    n = len(orders)
    odds = np.log(max(p.late_rate, 1e-9) / (1 - p.late_rate)) + rng.normal(0, 0.5, accounts)
    late = rng.random(n) < 1 / (1 + np.exp(-odds[orders["account"]]))
    promised = clock.next_open(orders["day"] + rng.integers(4, 10, n))
    early = np.maximum(promised - rng.integers(0, 2, n), orders["day"])
    early = np.where(clock.next_open(early) == early, early, promised)
    delivered = np.where(late, clock.next_open(promised + 2 + rng.geometric(0.25, n)), early)
    # `luck` decides which orders fall away while an account fades.
    return orders.assign(promised=promised, delivered=delivered, late=late, luck=rng.random(n))


def silence_limit(rhythm: pd.DataFrame, level: float = 0.95) -> np.ndarray:
    """Operational time that a living account's gap exceeds with chance 1 - level."""
    return gamma.ppf(level, rhythm["shape"], scale=1 / rhythm["shape"])
