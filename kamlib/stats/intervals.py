"""Intervals from draws."""

from __future__ import annotations

import numpy as np


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


def wilson(successes, n, *, z: float = 1.959964) -> tuple[np.ndarray, np.ndarray]:
    """Score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22:209-212), which never leaves 0 to 1.

    Parameters
    ----------
    successes, n : number or array
        How many of how many; NaN where n is 0.
    z : float
        Normal quantile; the default gives 95 %.

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
    share = np.asarray(successes, dtype="float64") / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)
