"""Histories drawn from the models themselves: the yardstick for fits, and material for lessons."""

from __future__ import annotations

import numpy as np
import pandas as pd


def make_beta_geometric(
    n: int,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
    T,
    k: int = 1,
    modified: bool = False,
    horizon=0.0,
    seed: int = 0,
) -> pd.DataFrame:
    """Accounts of the beta-geometric family.

    Parameters
    ----------
    n : int
        Accounts.
    r, alpha, a, b : float
        See `kamlib.churn.models.beta_geometric`.
    T : float or array-like of shape (n,)
        Time that each has been watched.
    k : int
        Regularity of the gaps.
    modified : bool
        Whether the first purchase can be the last.
    horizon : float
        Time after T in which purchases are counted.
    seed : int

    Returns
    -------
    pandas.DataFrame
        frequency, recency, T, log_gaps; alive (at T) and future (purchases within the horizon), which nobody knows.

    Examples
    --------
    >>> made = make_beta_geometric(1000, r=0.25, alpha=4.4, a=0.8, b=2.4, T=39.0, horizon=39.0, seed=1)
    >>> len(made), bool(made["recency"].max() < 39)
    (1000, True)
    """
    rng = np.random.default_rng(seed)
    T = np.broadcast_to(np.asarray(T, float), n)
    rate, leaves = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    out = {name: np.zeros(n) for name in ("frequency", "recency", "log_gaps", "future")}
    alive = np.ones(n, bool)
    now, active = np.zeros(n), np.arange(n)
    if modified:
        alive = rng.random(n) >= leaves
        active = active[alive]
    while len(active):
        with np.errstate(divide="ignore", over="ignore"):
            # A rate can be so small that its first purchase lies beyond all numbers.
            gap = rng.gamma(k, 1.0, len(active)) / rate[active]
        then = now[active] + gap
        seen, to_come = then <= T[active], (then > T[active]) & (then <= T[active] + horizon)
        out["frequency"][active] += seen
        out["recency"][active[seen]] = then[seen]
        out["log_gaps"][active[seen]] += np.log(gap[seen])
        out["future"][active] += to_come
        drops = rng.random(len(active)) < leaves[active]
        alive[active[drops & seen]] = False
        now[active] = then
        active = active[(seen | to_come) & ~drops]
    return pd.DataFrame(out | {"T": T, "alive": alive})


def make_pareto(
    n: int, *, r: float, alpha: float, s: float, beta: float, T, horizon=0.0, seed: int = 0
) -> pd.DataFrame:
    """Accounts of Pareto/NBD; parameters as `make_beta_geometric`, with the drop-out rate ~ Gamma(s, beta).

    Examples
    --------
    >>> bool(make_pareto(1000, r=0.55, alpha=10.6, s=0.6, beta=11.7, T=39.0)["alive"].mean() < 0.5)
    True
    """
    rng = np.random.default_rng(seed)
    T = np.broadcast_to(np.asarray(T, float), n)
    rate = rng.gamma(r, 1 / alpha, n)
    with np.errstate(divide="ignore", over="ignore"):
        ends = rng.exponential(1.0, n) / rng.gamma(s, 1 / beta, n)
    watched = np.minimum(T, ends)
    frequency = rng.poisson(rate * watched).astype(float)
    recency = np.where(frequency > 0, watched * rng.random(n) ** (1 / np.maximum(frequency, 1)), 0.0)
    future = rng.poisson(rate * np.clip(ends - T, 0, horizon)).astype(float)
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T, "future": future, "alive": ends > T})
