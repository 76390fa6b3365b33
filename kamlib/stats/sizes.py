r"""The sizes of all accounts taken together, for measures of the whole such as a Gini coefficient.

The model is that of `kamlib.stats.expected`, whose estimand this shares: totals of an average year. A measure of the
whole adds up what is small in each account, so two things that do not matter to one account's interval matter here.
The variance of a log total is taken as :math:`\log(1 + \phi / n)`, exact for lognormal totals, where :math:`\phi / n`
is its limit for many purchases: with one or two it draws small accounts too far together. And :math:`\phi` and the
variance between accounts, which are estimates themselves, are drawn too: :math:`\phi` by the Bayesian bootstrap of the
accounts behind it (Rubin 1981, Ann. Stat. 9:130-134), the variance by that of a normal sample.
`benchmarks/concentration.md` has the coverage with and without.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kamlib.stats.expected import SMALLEST_VARIANCE, population, relative_variances

FITS = 25  # draws of phi and of the variance between accounts: enough to widen an interval by them
FIT_CELLS = 500_000  # with many accounts they hardly differ, and fewer (but five) do
CHUNK_CELLS = 2_000_000  # drawn at once: memory, not meaning


def size_draws(months: np.ndarray, purchases: np.ndarray, *, repetitions: int, seed: int) -> Iterator[np.ndarray]:
    """Draws of the expected totals of all accounts with a positive total.

    Parameters
    ----------
    months : numpy.ndarray of shape (accounts, months)
        Money by month; NaN before an account's first line. Every account's total must be positive.
    purchases : numpy.ndarray of shape (accounts,)
        Purchase days in the window.
    repetitions, seed : int
        Number of draws, rounded up to a multiple of 25 (of 5 where accounts are many), and their seed.

    Yields
    ------
    numpy.ndarray of shape (rows, accounts)
        Nothing at all where it cannot be told (`kamlib.stats.expected.relative_variances`).

    Raises
    ------
    ValueError
        A total that is not positive.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> months = rng.gamma(2, 50, (40, 12)) * np.exp(rng.normal(size=(40, 1)))
    >>> sum(len(rows) for rows in size_draws(months, np.full(40, 12), repetitions=100, seed=1))
    100
    """
    total = np.nansum(months, axis=1)
    if not (total > 0).all():
        raise ValueError("an account's total is not positive: leave such accounts out, they have no expected total")
    spread = relative_variances(months, purchases)
    if spread is None:
        return
    rng = np.random.default_rng(seed)
    log, bought = np.log(total), np.maximum(purchases, 1)
    fits = FITS if FITS * len(log) <= FIT_CELLS else 5
    weight = rng.exponential(size=(fits, len(spread)))
    phi = weight @ spread / weight.sum(axis=1)
    at_once = max(CHUNK_CELLS // len(log), 1)
    for first in range(0, fits, at_once):
        variance = np.log1p(phi[first : first + at_once, None] / bought)
        yield from _drawn(rng, log, variance, -(-repetitions // fits), at_once)


def _drawn(
    rng: np.random.Generator, log: np.ndarray, variance: np.ndarray, rows: int, at_once: int
) -> Iterator[np.ndarray]:
    """Draws given some phi, `rows` for each; the variance between accounts is drawn once for all of these."""
    mean, between = population(log, variance)
    free, noise = len(log) - 1, variance.mean(axis=1)
    chance = free / rng.chisquare(free, len(between))
    between = np.maximum((between + noise) * chance - noise, SMALLEST_VARIANCE)[:, None]
    trust = between / (between + variance)
    centre, sd = mean[:, None] + trust * (log - mean[:, None]), np.sqrt(trust * variance)
    step = max(at_once // len(centre), 1)
    for start in range(0, rows, step):
        shape = (min(step, rows - start), *centre.shape)
        yield np.exp(centre + sd * rng.standard_normal(shape)).reshape(-1, len(log))
