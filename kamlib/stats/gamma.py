r"""How regularly things happen: the shape of a gamma distribution of gaps, from sums that an engine can make.

With gaps :math:`g_1 \ldots g_n` of mean :math:`\bar g`, the maximum-likelihood shape solves

.. math::

    \log k - \psi(k) = s, \qquad s = \log \bar g - \overline{\log g} \ge 0

so *n*, the sum and the sum of logs suffice, and a hundred thousand accounts are one array. :math:`k = 1` is chance (a
Poisson process), larger is more regular, smaller comes in bursts. Wheat and Morrison (1990), "Estimating purchase
regularity with two interpurchase times", J. Marketing Research 27:87-93, measure regularity by this *k*; Platzer and
Reutterer (2016), Marketing Science 35:779-799, show what it is worth in forecasts. Solved by Newton's method from the
starting value of Minka (2002), "Estimating a gamma distribution", which is within 1.5 % already.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import digamma, polygamma
from scipy.stats import chi2

SHAPE_CAP = 1000.0  # gaps of 100 days that differ by 3: regular enough for any purpose
STEPS = 8  # Newton converges quadratically; four are enough for twelve digits


def gamma_shape(n, total, sum_log, *, cap: float = SHAPE_CAP) -> pd.DataFrame:
    """Regularity of each account: the maximum-likelihood gamma shape of its gaps.

    Parameters
    ----------
    n : pandas.Series or array of int, shape (accounts,)
        Number of gaps. In `Panel.gaps`: `n`.
    total : pandas.Series or array, shape (accounts,)
        Sum of the gaps, days. In `Panel.gaps`: `sum_days`.
    sum_log : pandas.Series or array of float, shape (accounts,)
        Sum of the natural logarithms. In `Panel.gaps`: `sum_log_micro / 1e6`.
    cap : float
        Largest shape. Equal gaps have an infinite one, which no average and no figure survives.

    Returns
    -------
    pandas.DataFrame
        One row each, on the index of `n`: n, mean (days), shape (maximum likelihood), shape_low, shape_high (95 %
        interval), corrected (the shape less its first-order bias, not below 0),
        capped (whether the cap was reached; then there is no interval). Below two gaps, or where a sum is not
        positive, all but n and mean are missing.

    Notes
    -----
    The interval takes :math:`m k / \\hat k` as chi-square with :math:`m (n - 1) / n` degrees of freedom, where
    :math:`m = 2 n k^2 (\\psi'(k) - 1/k)`: right for regular gaps (Bain and Engelhardt 1975, Technometrics 17:529-533),
    and with the large-sample variance for others. In simulation it covers 94.7 to 95.3 % for k from 0.6 to 10 and n
    from 4 on. With few gaps *k* is too large: on average by two fifths at n = 9, and threefold at n = 4. `corrected`
    takes off the bias of order 1/n after Cordeiro and Klein (1994), Stat. Probab. Lett. 19:169-176, equal to Giles
    and Feng's (2009): :math:`[k \\psi' - k^2 \\psi'' - 2] / [2 n (k \\psi' - 1)^2]`; its mean is then within 2 % from
    nine gaps on and within 10 % at four.

    Examples
    --------
    >>> gaps = np.array([30, 31, 30, 33, 28, 29])
    >>> shape = gamma_shape([6], [gaps.sum()], [np.log(gaps).sum()])
    >>> shape["shape"].round(0).tolist(), shape["mean"].round(1).tolist()
    ([374.0], [30.2])
    >>> gamma_shape([3, 1], [90, 30], [3 * np.log(30), np.log(30)])["shape"].tolist()
    [1000.0, nan]
    """
    index = n.index if isinstance(n, pd.Series) else None
    n, total, sum_log = (np.asarray(v, dtype="float64") for v in (n, total, sum_log))
    enough = (n >= 2) & (total > 0)
    count = np.where(enough, n, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n >= 1, total / n, np.nan)
        spread = np.log(total / count) - sum_log / count
        k = _solve(spread, cap)
    capped = k >= cap
    low, high = _interval(np.where(capped, np.nan, k), count)
    return pd.DataFrame(
        {
            "n": n.astype("int64"),
            "mean": mean,
            "shape": k,
            "shape_low": low,
            "shape_high": high,
            "corrected": np.where(capped, k, np.maximum(k - _bias(k, count), 0)),
            "capped": capped,
        },
        index=index,
    )


def _solve(spread: np.ndarray, cap: float) -> np.ndarray:
    """k of log k - digamma(k) = spread. Rounding can make the spread of equal gaps a little negative: the cap."""
    least = np.log(cap) - digamma(cap)
    s = np.where(spread <= least, least, spread)
    k = (3 - s + np.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
    for _ in range(STEPS):
        # Newton in 1 / k, in which the equation is nearly straight
        k = 1 / (1 / k + (np.log(k) - digamma(k) - s) / (k**2 * (1 / k - polygamma(1, k))))
    return np.minimum(np.where(spread <= least, cap, k), np.where(np.isnan(spread), np.nan, cap))


def _interval(k: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    m = 2 * n * k**2 * (polygamma(1, k) - 1 / k)
    degrees = m * (n - 1) / n
    return k * chi2.ppf(0.025, degrees) / m, k * chi2.ppf(0.975, degrees) / m


def _bias(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    one, two = polygamma(1, k), polygamma(2, k)
    return (k * one - k**2 * two - 2) / (2 * n * (k * one - 1) ** 2)
