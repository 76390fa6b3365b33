r"""What an account would buy in an average year, given what it bought in this one.

A year's total is partly luck, and the largest totals are the lucky ones: taken as they are they
overstate their accounts, and so does resampling them (in simulation a percentile bootstrap of the
share of the largest accounts covered the truth 2 to 95 % of the time instead of 95 %; see
`benchmarks/coverage_key_share.md`). So totals are drawn together, by empirical Bayes on the log scale
(Morris 1983, J. Am. Stat. Assoc. 78:47-55, the normal model with unequal variances):

.. math::

    \log v_i \mid \mu_i \sim N(\log \mu_i,\; c_i^2), \quad c_i^2 = \phi / n_i, \qquad
    \log \mu_i \sim N(m, \tau^2)

with :math:`v_i` the total and :math:`n_i` the purchases of account *i*. The relative variance of one purchase,
:math:`\phi`, is pooled over accounts: months of an account are taken apart from the common season, and their spread
is scaled to one purchase. It covers both how regularly accounts buy and how much orders differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

ENOUGH_PURCHASES = 6  # of an account, and of its months, to say how much its months differ
ENOUGH_ACCOUNTS = 5  # of such accounts, to say it for all
SMALLEST_VARIANCE = 0.05  # of log size between accounts: they are never all alike
CHUNK = 100  # draws at once: memory, not meaning


@dataclass(frozen=True)
class Expected:
    """What is known of accounts' expected totals.

    Attributes
    ----------
    mean, sd : numpy.ndarray of shape (accounts,)
        Of the log of the expected total; NaN for accounts whose total is not positive.
    phi : float
        Relative variance of one purchase.
    between : float
        Variance of log size between accounts (tau squared).
    """

    mean: np.ndarray
    sd: np.ndarray
    phi: float
    between: float

    def draws(self, repetitions: int, seed: int) -> Iterator[np.ndarray]:
        """Draws of all accounts' expected totals, in chunks of up to 100 rows; 0 for an account without a mean."""
        rng = np.random.default_rng(seed)
        known = np.isfinite(self.mean)
        for start in range(0, repetitions, CHUNK):
            rows = min(CHUNK, repetitions - start)
            drawn = np.zeros((rows, len(self.mean)))
            # Noise for all accounts, so that two measures drawn with one seed have the same luck account by account.
            noise = rng.standard_normal((rows, len(self.mean)))[:, known]
            drawn[:, known] = np.exp(self.mean[known] + self.sd[known] * noise)
            yield drawn

    def followed(self, chosen: np.ndarray, repetitions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Draws of some accounts' expected totals, and of the sum of all: for ledgers with too many to draw each.

        Parameters
        ----------
        chosen : numpy.ndarray of int
            Accounts that are drawn one by one. The others should be many and small: their sum is drawn as a normal
            one with the mean and the variance that it has.
        repetitions, seed : int

        Returns
        -------
        drawn : numpy.ndarray of shape (repetitions, chosen)
        total : numpy.ndarray of shape (repetitions,)
        """
        noise = np.random.default_rng(seed).standard_normal((repetitions, len(chosen) + 1))
        drawn = np.nan_to_num(np.exp(self.mean[chosen] + self.sd[chosen] * noise[:, 1:]))
        rest = np.isfinite(self.mean)
        rest[chosen] = False
        mean = np.exp(self.mean[rest] + self.sd[rest] ** 2 / 2)
        spread = np.sqrt(np.sum(np.expm1(self.sd[rest] ** 2) * mean**2))
        return drawn, drawn.sum(axis=1) + np.maximum(mean.sum() + spread * noise[:, 0], 0)


def shrunk_totals(total: np.ndarray, variance: np.ndarray, *, phi: float = float("nan")) -> Expected:
    """Expected totals from totals and what is known of their luck.

    Parameters
    ----------
    total : numpy.ndarray of shape (accounts,)
        Money of a window; an account without a positive one gets no expectation.
    variance : numpy.ndarray of shape (accounts,)
        Relative variance of the total over years like this one: that of its log.
    phi : float
        Handed on, see `Expected`.

    Returns
    -------
    Expected

    Examples
    --------
    >>> known = shrunk_totals(np.array([100.0, 200.0, 0.0]), np.array([0.0, 0.0, 0.0]))
    >>> np.exp(known.mean).round(6).tolist()
    [100.0, 200.0, nan]
    """
    positive = total > 0
    known = Expected(np.full(len(total), np.nan), np.full(len(total), np.nan), phi, SMALLEST_VARIANCE)
    if not positive.any():
        return known
    log, noise = np.log(total[positive].astype("float64")), variance[positive]
    mean, between = population(log, noise)
    trust = between / (between + noise)
    known.mean[positive] = mean + trust * (log - mean)
    known.sd[positive] = np.sqrt(trust * noise)
    return Expected(known.mean, known.sd, phi, between)


def expected_totals(months: np.ndarray, purchases: np.ndarray) -> Expected | None:
    """Expected totals of accounts from one window of months.

    Parameters
    ----------
    months : numpy.ndarray of shape (accounts, months)
        Money by month; NaN before an account's first line.
    purchases : numpy.ndarray of shape (accounts,)
        Purchase days in the window.

    Returns
    -------
    Expected or None
        None where it cannot be told: fewer than five accounts with six purchases in six months or more.

    Notes
    -----
    The estimand is the mean of the total over years like this one: the same accounts, of the same age, in the same
    season, at the same rate. What changes from year to year for all accounts together is not in it.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> months = rng.gamma(2, 50, (40, 12)) * np.exp(rng.normal(size=(40, 1)))
    >>> known = expected_totals(months, np.full(40, 12))
    >>> bool(known.sd.max() < 0.3)
    True
    """
    total = np.nansum(months, axis=1)
    spread = relative_variances(months, purchases)
    if spread is None:
        return None
    phi = float(spread.mean())
    return shrunk_totals(total, phi / np.maximum(purchases, 1), phi=phi)


def relative_variances(months: np.ndarray, purchases: np.ndarray) -> np.ndarray | None:
    """Variance of an account's total over its square, per purchase, of each account that can say it: phi is their mean.

    At most 1 for the total: what all sales in one month would give. Beyond that, returns of earlier sales have left
    next to nothing of the total, and its square in the denominator would let one account speak for all.
    None where fewer than five can tell, or where a month of the season has no sales.
    """
    total = np.nansum(months, axis=1)
    observed = np.isfinite(months).sum(axis=1)
    usable = (purchases >= ENOUGH_PURCHASES) & (observed >= ENOUGH_PURCHASES) & (total > 0)
    season = np.nansum(months, axis=0)
    if usable.sum() < ENOUGH_ACCOUNTS or (season <= 0).any():
        return None
    level = months[usable] / (season / season.mean())
    spread = np.nanvar(level, axis=1, ddof=1) * observed[usable]
    return purchases[usable] * np.minimum(spread / total[usable] ** 2, 1.0)


def population(log: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of log size between accounts, by moments weighted with their precision, until they stand.

    Parameters
    ----------
    log : numpy.ndarray of shape (accounts,)
    variance : numpy.ndarray of shape (..., accounts)
        Of each log; several sets of variances are worked through at once.

    Returns
    -------
    mean, between : numpy.ndarray of shape (...)
    """
    between = np.maximum(np.var(log) - np.mean(variance, axis=-1), SMALLEST_VARIANCE)
    for _ in range(100):
        weight = 1 / (between[..., None] + variance)
        mean = (weight * log).sum(axis=-1) / weight.sum(axis=-1)
        squared = weight**2
        updated = (squared * ((log - mean[..., None]) ** 2 - variance)).sum(axis=-1) / squared.sum(axis=-1)
        updated, before = np.maximum(updated, SMALLEST_VARIANCE), between
        between = updated
        if (np.abs(updated - before) < 1e-9).all():
            break
    return mean, between
