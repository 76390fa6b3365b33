"""Do things given 90 % happen nine times in ten? Probabilities held against what happened."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.stats.intervals import wilson

TENTHS = tuple(np.round(np.linspace(0, 1, 11), 10))


def reliability(predicted, happened, *, edges: Sequence[float] = TENTHS) -> pd.DataFrame:
    """What happened, by what was predicted.

    Parameters
    ----------
    predicted : array of float, shape (predictions,)
        Probabilities; a prediction that is missing is left out.
    happened : array of bool, shape (predictions,)
        Whether it came true.
    edges : sequence of float
        Limits of the bins, ascending. A prediction on an edge belongs to the bin above, the last edge to the last bin.

    Returns
    -------
    pandas.DataFrame
        One row a bin, also an empty one: low, high (its edges), n, predicted (mean), observed (share that came
        true), observed_low, observed_high (95 % Wilson score interval; it takes the predictions as independent).

    Raises
    ------
    ValueError
        Lengths that differ, or a prediction outside 0 to 1.

    References
    ----------
    Murphy and Winkler (1977), "Reliability of subjective probability forecasts", Applied Statistics 26:41-47.

    Examples
    --------
    >>> table = reliability([0.1, 0.1, 0.9, 0.9], [False, False, True, False], edges=(0, 0.5, 1))
    >>> table[["n", "predicted", "observed"]].values.tolist()
    [[2.0, 0.1, 0.0], [2.0, 0.9, 0.5]]
    """
    p, y = _pairs(predicted, happened)
    edges = np.asarray(edges, dtype="float64")
    place = _bins(p, edges)
    n = np.bincount(place, minlength=len(edges) - 1)
    hits = np.bincount(place, weights=y, minlength=len(edges) - 1)
    low, high = wilson(hits, n)
    with np.errstate(invalid="ignore"):
        mean, observed = np.bincount(place, weights=p, minlength=len(edges) - 1) / n, hits / n
    columns = {"low": edges[:-1], "high": edges[1:], "n": n, "predicted": mean, "observed": observed}
    return pd.DataFrame(columns | {"observed_low": low, "observed_high": high})


def _bins(p: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.clip(np.searchsorted(edges, p, side="right") - 1, 0, len(edges) - 2)


def expected_calibration_error(predicted, happened, *, edges: Sequence[float] = TENTHS) -> float:
    """Mean distance of what was predicted from what happened, over bins, weighted by their number of predictions.

    Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning", AAAI.
    With few predictions it is above 0 by chance alone. NaN without one.

    Examples
    --------
    >>> expected_calibration_error([0.2, 0.2, 0.8, 0.8], [False, False, True, True])
    0.2
    """
    p, y = _pairs(predicted, happened)
    if not len(p):
        return float("nan")
    apart = np.bincount(_bins(p, np.asarray(edges, dtype="float64")), weights=p - y)
    return float(np.round(np.abs(apart).sum() / len(p), 12))


def brier(predicted, happened) -> float:
    """Mean squared distance of prediction from outcome (Brier 1950): 0 is perfect, always saying one half gives 0.25.

    Examples
    --------
    >>> brier([1.0, 0.5], [True, False])
    0.125
    """
    p, y = _pairs(predicted, happened)
    return float(np.mean((p - y) ** 2)) if len(p) else float("nan")


def _pairs(predicted, happened) -> tuple[np.ndarray, np.ndarray]:
    p, y = np.asarray(predicted, dtype="float64"), np.asarray(happened, dtype="float64")
    if p.shape != y.shape or p.ndim != 1:
        raise ValueError(f"predictions and outcomes must be two lists of one length, not {p.shape} and {y.shape}")
    known = np.isfinite(p)
    if ((p[known] < 0) | (p[known] > 1)).any():
        raise ValueError("a probability lies between 0 and 1")
    return p[known], y[known]
