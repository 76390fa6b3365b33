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
