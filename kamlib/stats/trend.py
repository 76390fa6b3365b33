r"""Is a series rising? The rank tests of the textbooks, and the slope that goes with them.

They are shown because readers know them. None keeps its size in monthly series of two or three years:
Mann-Kendall takes autocorrelation for a trend, and the correction of Hamed and Rao, which mends that in long
series, rejects too often at 36 months (`benchmarks/churn_trend.md`). A verdict is therefore taken from
`kamlib.stats.monthly.trend_verdict`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata, theilslopes


@dataclass(frozen=True)
class Kendall:
    """Result of a rank test of trend.

    Attributes
    ----------
    s : float
        Pairs that rise less pairs that fall.
    var_s : float
        Variance of `s` where there is no trend.
    z, p : float
        `s` in standard deviations, with continuity correction, and the two-sided p-value; NaN and 1 where all
        values are equal or there are fewer than three.
    tau : float
        `s` over the number of pairs.
    """

    s: float
    var_s: float
    z: float
    p: float
    tau: float


@dataclass(frozen=True)
class Slope:
    """A robust slope, units per step (seasonal: per period), with its interval."""

    slope: float
    low: float
    high: float


def mann_kendall(values) -> Kendall:
    r"""Mann-Kendall test of a monotone trend.

    Parameters
    ----------
    values : array_like of float, shape (steps,)
        In order of time, equally spaced. NaN are left out; ties are allowed for in the variance.

    Returns
    -------
    Kendall

    Notes
    -----
    Mann (1945, Econometrica 13:245-259), Kendall (1975), as in Gilbert (1987, Statistical Methods for Environmental
    Pollution Monitoring, section 16.4): :math:`S = \sum_{i<j} \operatorname{sgn}(x_j - x_i)`. It takes the values
    to be independent.

    Examples
    --------
    >>> mann_kendall([1, 3, 2, 4, 5, 7]).s
    13.0
    """
    x = _known(values)
    s, var_s, pairs = _score(x)
    return _result(s, var_s, pairs)


def hamed_rao(values, *, lags: int | None = None, confidence: float = 0.95) -> Kendall:
    r"""Mann-Kendall test with the variance corrected for autocorrelation.

    Parameters
    ----------
    values : array_like of float, shape (steps,)
        As in `mann_kendall`.
    lags : int, optional
        Autocorrelations looked at, the first so many. Default: all.
    confidence : float
        Only autocorrelations outside the interval of white noise at this confidence count. 0.95, as in the paper.

    Returns
    -------
    Kendall

    Notes
    -----
    Hamed and Rao (1998, J. Hydrology 204:182-196, equations 13 and 14): the variance is multiplied by
    :math:`1 + \frac{2}{n(n-1)(n-2)} \sum_k (n-k)(n-k-1)(n-k-2)\,\rho_k`, with :math:`\rho_k` the autocorrelation of
    the ranks of the detrended series. The factor can become zero or less in short series; the result is then NaN.

    Examples
    --------
    >>> hamed_rao([1, 3, 2, 4, 5, 7, 6, 9]).z == mann_kendall([1, 3, 2, 4, 5, 7, 6, 9]).z
    True
    """
    x = _known(values)
    s, var_s, pairs = _score(x)
    n = len(x)
    if n < 4 or not var_s:
        return _result(s, var_s, pairs)
    rho = _autocorrelation(rankdata(x - _slope(x) * np.arange(1, n + 1)), n - 1 if lags is None else lags)
    k = np.arange(1, len(rho) + 1)
    counts = np.abs(rho) > norm.ppf((1 + confidence) / 2) / np.sqrt(n)
    weight = (n - k) * (n - k - 1) * (n - k - 2)
    factor = 1 + 2 / (n * (n - 1) * (n - 2)) * float((weight * rho)[counts].sum())
    return _result(s, var_s * factor, pairs)


def seasonal_mann_kendall(values, *, period: int = 12) -> Kendall:
    """Mann-Kendall test within each season, added up.

    Parameters
    ----------
    values : array_like of float, shape (steps,)
        In order of time; season *g* is every `period`-th value from the *g*-th on. NaN are left out.
    period : int
        Steps in a cycle. 12: months of a year.

    Returns
    -------
    Kendall

    Notes
    -----
    Hirsch, Slack and Smith (1982, Water Resources Research 18:107-121); seasons are taken to be independent.

    Examples
    --------
    >>> seasonal_mann_kendall([1, 9, 2, 8, 3, 11], period=2).s
    4.0
    """
    x = np.asarray(values, dtype=float)
    parts = [_score(_known(x[g::period])) for g in range(min(period, len(x)))]
    s, var_s, pairs = (float(sum(part)) for part in zip(*parts, strict=True)) if parts else (0.0, 0.0, 0.0)
    return _result(s, var_s, pairs)


def theil_sen(values, *, confidence: float = 0.95) -> Slope:
    """Median of the slopes between all pairs, with the interval of Sen.

    Parameters
    ----------
    values : array_like of float, shape (steps,)
        NaN are left out, and keep their place in time.
    confidence : float

    Returns
    -------
    Slope
        Per step; NaN with fewer than two values.

    Notes
    -----
    Sen (1968, J. Am. Stat. Assoc. 63:1379-1389). The interval takes the values to be independent.

    Examples
    --------
    >>> theil_sen([1, 2, 3, 4, 50]).slope
    1.0
    """
    x = np.asarray(values, dtype=float)
    known = np.isfinite(x)
    if known.sum() < 2:
        return Slope(float("nan"), float("nan"), float("nan"))
    found = theilslopes(x[known], np.flatnonzero(known), confidence)
    return Slope(float(found.slope), float(found.low_slope), float(found.high_slope))


def seasonal_slope(values, *, period: int = 12) -> float:
    """Median of the slopes between all pairs of one season: change per period (Hirsch, Slack and Smith 1982).

    Examples
    --------
    >>> seasonal_slope([1, 9, 2, 10, 3, 11], period=2)
    1.0
    """
    x = np.asarray(values, dtype=float)
    slopes = [_pair_slopes(x[g::period], np.arange(len(x[g::period]))) for g in range(period)]
    found = np.concatenate(slopes)
    return float(np.median(found)) if len(found) else float("nan")


def _known(values) -> np.ndarray:
    x = np.asarray(values, dtype=float)
    return x[np.isfinite(x)]


def _score(x: np.ndarray) -> tuple[float, float, float]:
    """S, its variance with ties (Gilbert 1987, equation 16.4), and the number of pairs."""
    n = len(x)
    upper = np.triu_indices(n, 1)
    s = float(np.sign(x[upper[1]] - x[upper[0]]).sum())
    tied = np.unique(x, return_counts=True)[1]
    var_s = (n * (n - 1) * (2 * n + 5) - (tied * (tied - 1) * (2 * tied + 5)).sum()) / 18
    return s, float(var_s), n * (n - 1) / 2


def _result(s: float, var_s: float, pairs: float) -> Kendall:
    tau = s / pairs if pairs else float("nan")
    if not var_s > 0:
        return Kendall(s, var_s, float("nan"), 1.0 if s == 0 else float("nan"), tau)
    z = float((s - np.sign(s)) / np.sqrt(var_s))
    return Kendall(s, var_s, z, float(2 * norm.sf(abs(z))), tau)


def _pair_slopes(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    known = np.isfinite(x)
    x, t = x[known], t[known]
    i, j = np.triu_indices(len(x), 1)
    return (x[j] - x[i]) / (t[j] - t[i])


def _slope(x: np.ndarray) -> float:
    return float(np.median(_pair_slopes(x, np.arange(len(x)))))


def _autocorrelation(x: np.ndarray, lags: int) -> np.ndarray:
    y = x - x.mean()
    whole = np.correlate(y, y, "full")[len(y) - 1 :]
    return (whole / whole[0])[1 : lags + 1]
