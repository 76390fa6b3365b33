"""Pareto/NBD: an account buys at a rate of its own until it drops out, at a time of its own.

Purchase rate lambda ~ Gamma(r, alpha), drop-out rate mu ~ Gamma(s, beta). With c = r + x,

    L = Gamma(c) alpha^r beta^s / Gamma(r) * (alive + dead)
    alive = (alpha + T)^-c (beta + T)^-s
    dead  = integral from t_x to T of s (alpha + y)^-c (beta + y)^-(s + 1) dy

`dead` is usually written as a difference of two hypergeometric functions, which cancel where T is near t_x and overflow
where x is large. It is integrated here instead, over log(min(alpha, beta) + y), in which the integrand falls without
kinks, and only as far as it matters.

References
----------
Schmittlein, Morrison, Colombo (1987), Management Science 33(1), 1-24.
Fader, Hardie (2005), "A note on deriving the Pareto/NBD model and related expressions", note 009: eq. (18) the
likelihood, (27) and (41) the expectations, (36) P(alive).
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, exprel, gammaln, psi

from kamlib.churn.models.history import Histories
from kamlib.churn.models.purchase_model import PurchaseModel, typical_gap

NODES = 20  # of Gauss and Legendre: the log-likelihood is then right to 1e-9
MATTERS = 37.0  # beyond e^-37 of its beginning an integrand adds nothing to a double
PLACES = (np.polynomial.legendre.leggauss(NODES)[0][:, None] + 1) / 2
SHARES = np.polynomial.legendre.leggauss(NODES)[1][:, None] / 2
BLOCK = 4_000  # rows at once, so that the arrays of a block stay in the cache


class ParetoNBD(PurchaseModel):
    """Pareto/NBD. Parameters `r`, `alpha` (of the purchase rate) and `s`, `beta` (of the drop-out rate).

    Examples
    --------
    >>> model = ParetoNBD()
    >>> model.params_ = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}  # CDNOW, as published
    >>> model.expected_purchases_new_customer(52).round(2)
    array([1.47])
    """

    names = ("r", "alpha", "s", "beta")

    def _starts(self, rows: Histories) -> np.ndarray:
        gap = np.log(typical_gap(rows))
        return np.array([[0.0, gap, 0.0, gap], [-1.0, gap - 1, -1.0, gap], [0.5, gap, -1.0, gap + 2]])

    def _objective(self, rows: Histories):
        return _objective(rows)

    def _log_likelihood(self, x, recency, T):
        r, alpha, s, beta = params = self._params()
        alive, dead, _ = _blocks(params, x, recency, T)
        known = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        return known + np.logaddexp(alive, dead)

    def _alive(self, x, recency, T):
        alive, dead, _ = _blocks(self._params(), x, recency, T)
        return expit(alive - dead)

    def _expected(self, t, x, recency, T):
        r, alpha, s, beta = self._params()
        t, x, recency, T = (np.array(v) for v in np.broadcast_arrays(t, x, recency, T))
        # (1 - q^(s-1)) / (s - 1) with q = (beta + T) / (beta + T + t), also at s = 1.
        log_q = -np.log1p(t / (beta + T))
        lifetimes = -log_q * exprel((s - 1) * log_q)
        return self._alive(x, recency, T) * (r + x) * (beta + T) / (alpha + T) * lifetimes


def _objective(rows: Histories):
    """Total log-likelihood and its gradient by the logarithms of the parameters."""
    levels, where = np.unique(rows.frequency, return_inverse=True)
    level_weight = np.bincount(where, weights=rows.weights)
    total = rows.weights.sum()

    def objective(log_params: np.ndarray):
        """The total log-likelihood, and its gradient by the logarithms of the parameters."""
        r, alpha, s, beta = params = np.exp(log_params)
        alive, dead, slopes = _blocks(params, rows.frequency, rows.recency, rows.T, slopes=True)
        known = gammaln(r + levels) - gammaln(r)
        value = level_weight @ known + rows.weights @ np.logaddexp(alive, dead)
        value += total * (r * np.log(alpha) + s * np.log(beta))
        gradient = slopes @ rows.weights + total * np.array([np.log(alpha), r / alpha, np.log(beta), s / beta])
        gradient[0] += level_weight @ (psi(r + levels) - psi(r))
        return float(value), gradient * params

    return objective


def _blocks(params, x, recency, T, *, slopes: bool = False):
    """Logarithms of the alive and dead terms, and the slopes of their sum's logarithm, a block of rows at a time."""
    n = len(x)
    alive, dead, slope = np.empty(n), np.empty(n), np.empty((4, n if slopes else 0))
    for begin in range(0, n, BLOCK):
        rows = slice(begin, begin + BLOCK)
        alive[rows], dead[rows], parts = _alive_and_dead(params, x[rows], recency[rows], T[rows], slopes)
        if slopes:
            slope[:, rows] = parts
    return alive, dead, slope


def _alive_and_dead(params, x, recency, T, slopes: bool):
    r, alpha, s, beta = params
    c = r + x
    log_aT, log_bT = np.log(alpha + T), np.log(beta + T)
    alive = -c * log_aT - s * log_bT
    nodes, top = _dead_nodes(params, c, recency, T)
    mass = nodes["mass"]
    total = mass.sum(axis=0)
    with np.errstate(divide="ignore"):
        dead = np.log(s) + top + np.log(total)  # minus infinity where T is recency: no time to have dropped out in
    if not slopes:
        return alive, dead, None
    share = expit(alive - dead)
    gone = 1 - share
    each = gone / np.where(total > 0, total, 1.0)  # what makes a sum over nodes a mean
    over_a, over_b = mass / nodes["a"], mass / nodes["b"]
    return alive, dead, np.array([
        -share * log_aT - gone * np.log(alpha + recency) - each * (mass * nodes["rest_a"]).sum(axis=0),
        -c * (share / (alpha + T) + each * over_a.sum(axis=0)),
        -share * log_bT + gone * (1 / s - np.log(beta + recency)) - each * (mass * nodes["rest_b"]).sum(axis=0),
        -s * share / (beta + T) - (s + 1) * each * over_b.sum(axis=0),
    ])  # fmt: skip


def _dead_nodes(params, c, recency, T):
    """Nodes of the integral: alpha + y and beta + y, how much their logarithms have grown since t_x, and what each adds
    (over e^top)."""
    _, alpha, s, beta = params
    low = min(alpha, beta)
    width = _width(params, c, recency, T)
    # low + y = (low + t_x) e^grown; written with expm1, so that short silences keep their digits.
    grown = PLACES * width
    ahead = (low + recency) * np.expm1(grown)
    a, b = ahead + (alpha + recency), ahead + (beta + recency)
    rest_a = grown if alpha == low else np.log1p(ahead / (alpha + recency))
    rest_b = grown if beta == low else np.log1p(ahead / (beta + recency))
    mass = np.exp(-c * rest_a - (s + 1) * rest_b) * (a if alpha == low else b) * (width * SHARES)
    top = -c * np.log(alpha + recency) - (s + 1) * np.log(beta + recency)
    return {"a": a, "b": b, "rest_a": rest_a, "rest_b": rest_b, "mass": mass}, top


def _width(params, c, recency, T):
    """How far to integrate: to T, or to where the integrand has fallen to nothing (log-concave: Newton from above)."""
    _, alpha, s, beta = params
    low = min(alpha, beta)
    near_a, near_b = (low + recency) / (alpha + recency), (low + recency) / (beta + recency)
    width = np.log1p((T - recency) / (low + recency))
    for _ in range(3):
        grown = np.expm1(width)
        fall = c * np.log1p(near_a * grown) + s * np.log1p(near_b * grown)
        slope = c * near_a * (1 + grown) / (1 + near_a * grown) + s * near_b * (1 + grown) / (1 + near_b * grown)
        width = np.where(fall > MATTERS, width - (fall - MATTERS) / slope, width)
    return width
