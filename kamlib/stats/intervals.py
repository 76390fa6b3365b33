"""Intervals from draws, of shares and of counts."""

from __future__ import annotations

import numpy as np
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson


def interval(draws: np.ndarray, *, confidence: float = 0.95) -> tuple[float, float]:
    """Equal-tailed interval of draws.

    Parameters
    ----------
    draws : numpy.ndarray
        One figure per draw; what is not finite is ignored.
    confidence : float
        Share of the draws inside.

    Returns
    -------
    tuple of float
        Lower and upper end; (nan, nan) without a draw.

    Examples
    --------
    >>> interval(np.arange(5.0), confidence=0.5)
    (1.0, 3.0)
    """
    draws = np.asarray(draws, dtype=float)
    draws = draws[np.isfinite(draws)]
    if not len(draws):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def wilson(successes, n) -> tuple[np.ndarray, np.ndarray]:
    """95 % score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22:209-212), which never leaves 0 to 1.

    Parameters
    ----------
    successes, n : number or array
        How many of how many; NaN where n is 0.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper end.

    Examples
    --------
    >>> [round(float(end), 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    n = np.where(np.asarray(n) > 0, n, np.nan).astype("float64")
    low, high = proportion_confint(np.asarray(successes, dtype="float64"), n, method="wilson")
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def poisson(counts) -> tuple[np.ndarray, np.ndarray]:
    """Exact 95 % interval of the mean of a Poisson count (Garwood 1936, Biometrika 28:437-442).

    Examples
    --------
    >>> [round(float(end), 2) for end in poisson(10)]
    [4.8, 18.39]
    """
    low, high = confint_poisson(np.asarray(counts, dtype="float64"), 1.0, method="exact-c")
    return np.nan_to_num(low), high
