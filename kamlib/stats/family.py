"""Claims that are tested together: of twenty drivers that do nothing, one looks as if it did."""

from __future__ import annotations

import numpy as np
from statsmodels.stats.multitest import multipletests

LEVEL = 0.05  # chance that any claim of the family is told falsely


def holm(p) -> np.ndarray:
    """p-values of claims that stand side by side, corrected for their number.

    Parameters
    ----------
    p : array_like of float
        One a claim; those that are missing were not tested and count for nothing.

    Returns
    -------
    numpy.ndarray
        Of the same shape: a claim below 0.05 is told, and the chance that any of them is told falsely is at most 5 %,
        however they depend on one another (Holm 1979, Scand. J. Statistics 6:65-70).

    Examples
    --------
    >>> holm([0.01, 0.04, np.nan, 0.03]).round(2).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    p = np.asarray(p, dtype=float)
    corrected, known = np.full(p.shape, np.nan), np.isfinite(p)
    if known.any():
        corrected[known] = multipletests(p[known], method="holm")[1]
    return corrected
