r"""The chance that a gap is longer than a silence, for millions of silences.

Where the gap is gamma with shape *k* and its rate is gamma too, the chance is a regularised incomplete beta function;
computed afresh it is what a large book spends most of its time on. It is smooth, so it is tabled once, over the silence
in mean gaps and over what is known of the rate, and read off between four neighbours.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import betaincc

RATIO = (-7.0, 6.0, 0.05)  # log of silence over mean gap: from, to, step
SIZE = (np.log(0.25), np.log(1e6), 0.12)  # log of the shape of the rate: from, to, step
LEAST_CHANCE, MOST_CHANCE = 1e-300, 1 - 1e-15


def longer(shapes: np.ndarray, place: np.ndarray, size: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    r"""Chance that :math:`X > s` where :math:`X \sim \Gamma(k, \lambda)` and :math:`\lambda \sim \Gamma(size, rate)`.

    Parameters
    ----------
    shapes : numpy.ndarray of shape (shapes,)
        Values that *k* can have; the table is kept for each set of them.
    place : numpy.ndarray of int
        Which of them each is.
    size : numpy.ndarray
        Shape of the gamma of the rate.
    ratio : numpy.ndarray
        Silence over `rate`, not negative.

    Returns
    -------
    numpy.ndarray
        Within one per cent of the exact chance wherever that is above 1e-6.

    Examples
    --------
    >>> shapes = np.array([1.0])
    >>> chance = longer(shapes, np.array([0]), np.array([3.0]), np.array([0.5]))  # exactly (1 + 0.5) ** -3
    >>> chance.round(3).tolist()
    [0.296]
    """
    table = _table(tuple(shapes))
    rows, columns = table.shape[1:]
    with np.errstate(divide="ignore"):
        x = (np.log(ratio * size / shapes[place]) - RATIO[0]) / RATIO[2]
    y = (np.log(size) - SIZE[0]) / SIZE[2]
    x, y = np.clip(x, 0, columns - 1.001), np.clip(y, 0, rows - 1.001)
    i, j = y.astype(np.int64), x.astype(np.int64)
    y, x = y - i, x - j
    corner, flat = (place * rows + i) * columns + j, table.ravel()
    low = flat[corner] * (1 - x) + flat[corner + 1] * x
    high = flat[corner + columns] * (1 - x) + flat[corner + columns + 1] * x
    return np.where(ratio > 0, np.exp(-np.exp(low * (1 - y) + high * y)), 1.0)


@cache
def _table(shapes: tuple[float, ...]) -> np.ndarray:
    """Log of minus the log of the chance, which is near to straight at both ends: shapes x sizes x ratios."""
    k, size, ratio = np.meshgrid(shapes, np.exp(np.arange(*SIZE)), np.exp(np.arange(*RATIO)), indexing="ij")
    odds = ratio * k / size
    chance = np.clip(betaincc(k, size, odds / (1 + odds)), LEAST_CHANCE, MOST_CHANCE)
    return np.log(-np.log(chance))
