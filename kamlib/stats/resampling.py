"""Resampling of account-months: how far a year's totals depend on the luck of that year."""

from __future__ import annotations

import numpy as np


def resampled_totals(months: np.ndarray, *, repetitions: int = 1000, seed: int = 1) -> np.ndarray:
    """Totals of each account when its own months are drawn again, with replacement.

    An account that buys the same every month keeps its total; one that lives on two big orders may get
    none, or four. Accounts are drawn independently of one another.

    Parameters
    ----------
    months : numpy.ndarray of shape (accounts, months)
        Money by month; NaN before the account's first line (those months are not drawn).
    repetitions : int
        Number of resamples.
    seed : int
        The same seed gives the same draws.

    Returns
    -------
    numpy.ndarray of shape (repetitions, accounts)
        Total over as many months as the account has; 0 for an account without any.

    Examples
    --------
    >>> resampled_totals(np.array([[5.0, 5.0], [np.nan, 3.0]]), repetitions=2).tolist()
    [[10.0, 3.0], [10.0, 3.0]]
    """
    rng = np.random.default_rng(seed)
    accounts, width = months.shape
    known = np.isfinite(months)
    n = known.sum(axis=1)
    # Months of an account side by side from the left, so that a draw is a number below n.
    packed = np.take_along_axis(np.where(known, months, 0.0), np.argsort(~known, axis=1, kind="stable"), axis=1)
    counted = np.arange(width) < n[:, None]
    rows = np.arange(accounts)[:, None]
    totals = np.empty((repetitions, accounts))
    for r in range(repetitions):
        draw = (rng.random((accounts, width)) * n[:, None]).astype(np.intp)
        totals[r] = np.where(counted, packed[rows, draw], 0.0).sum(axis=1)
    return totals


def interval(draws: np.ndarray, *, confidence: float = 0.95) -> tuple[float, float]:
    """Percentile interval of resampled figures (Efron and Tibshirani 1993, ch. 13).

    Parameters
    ----------
    draws : numpy.ndarray
        One figure per resample; NaN is ignored.
    confidence : float
        Share of the draws inside.

    Returns
    -------
    tuple of float
        Lower and upper end; (nan, nan) without a draw.

    Examples
    --------
    >>> interval(np.arange(101.0), confidence=0.9)
    (5.0, 95.0)
    """
    draws = np.asarray(draws, dtype=float)
    draws = draws[np.isfinite(draws)]
    if not len(draws):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)
