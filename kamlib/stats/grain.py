"""How finely a ledger's dates are known: to the day, or only to the period in which something was sold."""

from __future__ import annotations

import numpy as np
import pandas as pd

GRAINS = ("day", "week", "month", "quarter", "year")  # the finest first
WIDTH = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}  # days
LEAST_PERIODS = 3  # between purchases, in the mean: below, several purchases of a period hide behind one date
_UNITS = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


def period_starts(dates, grain: str) -> pd.DatetimeIndex:
    """First day of the period that each date stands for.

    Examples
    --------
    >>> [str(d.date()) for d in period_starts(["2024-02-29", "2024-05-01"], "quarter")]
    ['2024-01-01', '2024-04-01']
    """
    return _edges(dates, grain, "start")


def period_ends(dates, grain: str) -> pd.DatetimeIndex:
    """Last day of the period that each date stands for.

    Examples
    --------
    >>> [str(period_ends(["2024-02-01"], grain)[0].date()) for grain in GRAINS]
    ['2024-02-01', '2024-02-04', '2024-02-29', '2024-03-31', '2024-12-31']
    """
    return _edges(dates, grain, "end")


def _edges(dates, grain: str, which: str) -> pd.DatetimeIndex:
    days = pd.DatetimeIndex(dates).as_unit("s").normalize()
    if grain == "day":
        return days
    return days.to_period(_UNITS[grain]).to_timestamp(how=which).normalize().as_unit("s")


def dated_by_end(days: pd.DataFrame) -> pd.DataFrame:
    """Purchase days with the last day of each period in place of the date that stands for it; days as they are.

    Parameters
    ----------
    days : pandas.DataFrame
        date, and in `attrs["grain"]` what it is known to, as `kamlib.panel.purchase_days` gives it.

    Examples
    --------
    >>> days = pd.DataFrame({"date": pd.to_datetime(["2024-02-01"])})
    >>> days.attrs["grain"] = "month"
    >>> str(dated_by_end(days)["date"].item().date())
    '2024-02-29'
    """
    grain = days.attrs.get("grain", "day")
    return days if grain == "day" else days.assign(date=period_ends(days["date"], grain))


def regularity_shows(mean_gap, grain: str):
    """Whether gaps of this mean are wide enough to say how regular they are: purchases within a period are one.

    Where an account buys by chance once a period, its periods look regular; from three periods on the shape of its gaps
    is about its own.
    """
    return (grain == "day") | (np.asarray(mean_gap, dtype=float) >= LEAST_PERIODS * WIDTH[grain])


def mean_log(gap, width) -> np.ndarray:
    r"""Expected logarithm of a gap between two days each of which is known only to its period.

    With both days anywhere in their periods the gap is :math:`g + w t`, *t* triangular on (-1, 1); its variance is
    :math:`2 w^2 / 12`, and with :math:`r = g / w \ge 1` and :math:`F(x) = x^2 (2 \log x - 3) / 4`

    .. math::

        E \log(g + w t) = \log w + F(r + 1) - 2 F(r) + F(r - 1)

    Parameters
    ----------
    gap : array_like
        From one period to the other, at least about a width.
    width : array_like
        Of a period, in the same unit.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> drawn = 60 + 30 * (rng.random(200_000) - rng.random(200_000))
    >>> bool(abs(mean_log(60, 30) - np.log(drawn).mean()) < 0.002)
    True
    """
    width = np.asarray(width, dtype=float)
    r = np.maximum(np.asarray(gap, dtype=float) / width, 1.0)
    return np.log(width) + _twice(r + 1) - 2 * _twice(r) + _twice(r - 1)


def _twice(x):
    """The logarithm, integrated twice."""
    x = np.maximum(x, 1e-9)
    return x**2 * (2 * np.log(x) - 3) / 4
